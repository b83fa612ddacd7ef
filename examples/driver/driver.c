/* SPDX-License-Identifier: Unlicense
 *
 * The driver. Its thread alone touches the device (drivers/user/serial.h). The ports, which run on
 * the time of the clients, reach the other ends of its two rings, and wake it. A line is somebody's
 * from its end until it is answered; meanwhile the ports write, otherwise the thread does.
 */
#include "drivers/user/serial.h"

#include "handles.h"
#include "protocol.h"
#include "rme/print.h"

enum owner { NUMBERS, WORDS, NOBODY };

static struct serial_page page;
static struct serial serial = {.page = &page};
static struct serial_client ends = {.page = &page};

static char line[DRIVER_TEXT_BYTES];
static word_t length; /* of the line so far, or DRIVER_IS_OVER */
static enum owner owner = NOBODY;
static bool is_read; /* by its owner */
static word_t lines, came, went;

/* ---- Ports ---- */

static void put(char c)
{
    if (c == '\n')
        ring_put(&ends.to_send, '\r');
    ring_put(&ends.to_send, (uint8_t)c);
    went++;
}

word_t write(word_t param, word_t message[RME_MESSAGE_WORDS])
{
    word_t count = param, room = ring_room(&ends.to_send);

    if (count == 0)
        return RING_BYTES - room;
    if (owner == NOBODY || count > DRIVER_TEXT_BYTES || count > room / 2)
        return 0; /* half: each may be the end of a line, which is two bytes */
    for (word_t i = 0; i < count; i++)
        put(text_get(message, i));
    ring_tell_filled(&ends.to_send);
    (void)rme_signal_send(signal_serial, 1);
    return count;
}

static word_t read(enum owner client, word_t message[RME_MESSAGE_WORDS])
{
    if (owner != client)
        return 0;
    if (is_read) {
        owner = NOBODY;
        (void)rme_signal_send(signal_serial, 1);
        return 0;
    }
    is_read = true;
    for (word_t i = 0; i < length && length != DRIVER_IS_OVER; i++)
        text_put(message, i, line[i]);
    return length;
}

word_t read_numbers(word_t param, word_t message[RME_MESSAGE_WORDS])
{
    (void)param;
    return read(NUMBERS, message);
}

word_t read_words(word_t param, word_t message[RME_MESSAGE_WORDS])
{
    (void)param;
    return read(WORDS, message);
}

/* ---- The thread ---- */

static void say(const char *text)
{
    while (*text != '\0')
        put(*text++);
    ring_tell_filled(&ends.to_send);
}

static void ask_for_a_line(void)
{
    char text[32];

    length = 0;
    (void)rme_format(text, sizeof(text), "driver: line %zu?\n", ++lines);
    say(text);
}

static void say_what_moved(void)
{
    char text[64];

    (void)rme_format(text, sizeof(text), "driver: %zu bytes came, %zu went\n", came, went);
    say(text);
}

/* Bytes that have come, up to the end of a line. What does not fit is left out. */
static bool take_line(void)
{
    while (ring_fill(&ends.received) > 0) {
        char c = (char)ring_get(&ends.received);

        ring_tell_emptied(&ends.received);
        came++;
        if (c == '\n')
            return true;
        if (length < DRIVER_TEXT_BYTES && c != '\r')
            line[length++] = c;
    }
    return false;
}

static bool all_is_sent(void)
{
    return ring_room(&ends.to_send) == RING_BYTES;
}

static void tell(enum owner client)
{
    if (serial.moved)
        (void)rme_signal_send(client == NUMBERS ? signal_numbers : signal_words, 1);
    serial.moved = false;
}

static void hand_to(enum owner client)
{
    is_read = false;
    owner = client;
    serial.moved = true;
    tell(client);
}

/* All is sent, and nobody has a line. False: there is nothing more to do, ever. */
static bool go_on(void)
{
    static bool is_asked;
    static enum owner last = NUMBERS; /* who hears of the end next */

    if (length == DRIVER_IS_OVER) {
        if (last == NOBODY)
            return false;
        hand_to(last++);
    } else if (!is_asked) {
        ask_for_a_line();
        is_asked = true;
    } else if (take_line()) {
        is_asked = false;
        if (length != 0) {
            hand_to(line[0] >= '0' && line[0] <= '9' ? NUMBERS : WORDS);
        } else {
            length = DRIVER_IS_OVER;
            say_what_moved();
        }
    }
    return true;
}

static void wait(bool is_quiet)
{
    for (word_t i = interrupt_console_line; i <= interrupt_console_last; i++)
        (void)rme_kfunc_call(interrupt_console, RME_KFN_INT_LOCAL_MOD, i, 1, 1, 0, 0);
    (void)rme_signal_receive(signal_serial, is_quiet ? SIGNAL_RECEIVE_ALL : SIGNAL_POLL_ALL);
}

int main(void)
{
    serial.device = device_console_access;
    serial_start(&serial);
    serial_client_start(&ends);
    say("driver: numbers, or a word; an empty line ends\n");
    for (;;) {
        bool is_quiet = serial_serve(&serial);

        if (!all_is_sent()) {
            wait(is_quiet);
        } else if (owner != NOBODY) {
            tell(owner);
            wait(is_quiet);
        } else {
            word_t before = came;

            if (!go_on())
                return (int)lines;
            if (all_is_sent() && came == before)
                wait(is_quiet);
        }
    }
}
