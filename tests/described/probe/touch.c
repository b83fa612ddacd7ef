/* SPDX-License-Identifier: Unlicense
 *
 * A port that tries what it is told. A fault in it sends the visitor home.
 */
#include "handles.h"
#include "probe.h"
#include "rme/call.h"
#include "rme/invoke.h"

/* Something in each part of memory. */
static volatile word_t zeros[20];
static volatile word_t data[3] = {1, 2, 3};

/* What returns at once, to be called. */
__attribute__((noinline)) static void step(void)
{
    __asm__("");
}

static void write_back(volatile unsigned char *byte)
{
    *byte = *byte;
}

static void plant(volatile unsigned char *at, word_t value, word_t bytes)
{
    for (; bytes != 0; bytes--, value >>= 8)
        *at++ = (unsigned char)value;
}

static sword_t call(word_t slot)
{
    word_t value;

    return rme_invoke_hidden((rme_invocation_t){{slot}}, PROBE_END, &value);
}

static sword_t try(word_t probe, const word_t message[RME_MESSAGE_WORDS])
{
    word_t address = message[1];

    switch (probe) {
    case PROBE_READ:
        (void)*(const volatile unsigned char *)address;
        return 0;
    case PROBE_WRITE:
        write_back((volatile unsigned char *)address);
        return 0;
    case PROBE_EXECUTE:
        ((void (*)(void))address)();
        return 0;
    case PROBE_PLANT:
        plant((volatile unsigned char *)address, message[2], message[3]);
        return 0;
    case PROBE_SEND:
        return rme_signal_send((rme_signal_t){{address}}, 0);
    case PROBE_POLL:
        return rme_signal_receive((rme_signal_t){{address}}, SIGNAL_POLL_ALL);
    case PROBE_CALL:
        return call(address);
    case PROBE_FUNCTION:
        return rme_kfunc_call((rme_kfunc_t){{message[3]}}, message[2], address, 1, 0, 0, 0);
    default:
        step();
        return (sword_t)(zeros[0] + data[0]);
    }
}

word_t touch(word_t param, word_t message[RME_MESSAGE_WORDS])
{
    return (word_t)try(param, message);
}
