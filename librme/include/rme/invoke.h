/* SPDX-License-Identifier: Unlicense
 *
 * Invocations: what the two sides show each other. Six registers cross both ways and cost nothing;
 * they hold whatever the compiler had in them, unless somebody sees to it. Whoever calls chooses:
 *
 *   rme_invocation_activate   (rme/calls.h) the fastest, inline: shows the callee what was in them
 *   rme_invoke_hidden         shows the parameter and zeros: for a callee that is not trusted
 *   rme_invoke_message        sends six words of the caller's choice, the first of which is the
 *                             parameter, and receives six
 *
 * All of them restore the caller's registers from its own stack, whatever the callee did to them,
 * the FPU's included in code that is compiled to use it. A port that begins in
 * rme_stack_prepare_server shows its caller the message and the value that it returns; the FPU of a
 * thread that has it crosses too.
 */
#pragma once

#include "rme/arch/invoke.h"
#include "rme/handle.h"

enum { RME_MESSAGE_WORDS = 6 };

/* Status of INV_ACT; *value is what the callee returned. */
static inline sword_t rme_invoke_hidden(rme_invocation_t port, word_t param, word_t *value)
{
    rme_fpu_hide();
    return RME_INVOKE(rme_invoke_hidden_stub, port.id.raw, param, value);
}

/* The same with a message, which is the callee's afterwards; refused calls leave it alone. After a
 * forced return (STATUS_FAULT) it is all zeros. */
static inline sword_t rme_invoke_message(rme_invocation_t port, word_t message[RME_MESSAGE_WORDS],
                                         word_t *value)
{
    return RME_INVOKE(rme_invoke_message_stub, port.id.raw, (word_t)message, value);
}

/* What a server port runs for each activation: `message` may be changed and is then the caller's;
 * the result is the value. */
typedef word_t (*rme_server_t)(word_t param, word_t message[RME_MESSAGE_WORDS]);
