/* SPDX-License-Identifier: Unlicense */
#include "client.h"

#include "handles.h"
#include "rme/call.h"

static word_t call(rme_invocation_t port, word_t message[RME_MESSAGE_WORDS])
{
    word_t value = 0;

    return rme_invoke_message(port, message, &value) == STATUS_OK ? value : 0;
}

static void wait(void)
{
    (void)rme_signal_receive(WAKE, SIGNAL_RECEIVE_ALL);
}

bool client_next(char line[DRIVER_TEXT_BYTES + 1])
{
    word_t message[RME_MESSAGE_WORDS] = {0}, length;

    while ((length = call(READ, message)) == 0)
        wait();
    if (length > DRIVER_TEXT_BYTES)
        return false;
    for (word_t i = 0; i < length; i++)
        line[i] = text_get(message, i);
    line[length] = '\0';
    return true;
}

void client_end(void)
{
    word_t message[RME_MESSAGE_WORDS] = {0};

    (void)call(READ, message);
}

static void write(const char *text, word_t count)
{
    for (;;) {
        word_t message[RME_MESSAGE_WORDS] = {count};

        for (word_t i = 0; i < count; i++)
            text_put(message, i, text[i]);
        if ((call(port_driver_write, message) == 0) == (count == 0))
            return;
        wait();
    }
}

void client_print(const char *text)
{
    while (*text != '\0') {
        word_t count = 0;

        while (count < DRIVER_TEXT_BYTES && text[count] != '\0')
            count++;
        write(text, count);
        text += count;
    }
    write(text, 0); /* until nothing is left to send */
}
