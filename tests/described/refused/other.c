/* SPDX-License-Identifier: Unlicense
 *
 * Ports of the other and of the echo that lead into each other: eight invocations deep, as deep as
 * it goes.
 */
#include "handles.h"
#include "rme/invoke.h"

#define PORT(name, next)                                                                           \
    word_t name(word_t param, word_t message[RME_MESSAGE_WORDS])                                   \
    {                                                                                              \
        (void)message;                                                                             \
        return pass(next, param);                                                                  \
    }

/* What comes back from there, or why nothing does. */
static word_t pass(rme_invocation_t port, word_t param)
{
    word_t value = 0;
    sword_t status = rme_invoke_hidden(port, param, &value);

    return status == STATUS_OK ? value : (word_t)status;
}

#ifdef OTHER
word_t hold(word_t param, word_t message[RME_MESSAGE_WORDS])
{
    (void)message;
    (void)rme_signal_receive(signal_kept, SIGNAL_RECEIVE_SINGLE);
    return param;
}

PORT(a, port_echo_b)
PORT(c, port_echo_d)
PORT(e, port_echo_f)
PORT(g, port_echo_h)
word_t i(word_t param, word_t message[RME_MESSAGE_WORDS])
{
    (void)message;
    return param;
}
#else
PORT(b, port_other_c)
PORT(d, port_other_e)
PORT(f, port_other_g)
PORT(h, port_other_i)
#endif
