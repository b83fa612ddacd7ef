/* SPDX-License-Identifier: Unlicense
 *
 * The rarer operations on contexts: guests, whose registers lie in shared memory, and debugging.
 */
#include "arch/context.h"

/* Registers of DEBUG_REG_MOD: 0 sp, 1 to 8 r4 to r11, 9 EXC_RETURN (read only), 10 to 25 s16 to
 * s31. */
enum { DEBUG_SP, DEBUG_R4, DEBUG_EXC_RETURN = 9, DEBUG_S16, DEBUG_COUNT = DEBUG_S16 + 16 };

bool arch_context_debug(struct arch_context *context, struct arch_fpu *fpu, word_t index,
                        bool write, word_t *value)
{
    word_t *word;

    if (index >= DEBUG_COUNT || (index >= DEBUG_S16 && fpu == NULL))
        return false;
    if (index == DEBUG_SP)
        word = &context->psp;
    else if (index < DEBUG_EXC_RETURN)
        word = &context->r[index - DEBUG_R4];
    else if (index == DEBUG_EXC_RETURN)
        word = &context->exc_return;
    else
        word = &fpu->s[index - DEBUG_S16];
    if (write && index == DEBUG_EXC_RETURN)
        return false;
    if (write)
        *word = *value;
    else
        *value = *word;
    return true;
}

/* Each word of the area is loaded once and the loaded value is used: the guest may change it at any
 * time. Any value is harmless but that of lr, of which one bit is taken. */
static word_t read_once(const word_t *word)
{
    return *(const volatile word_t *)word;
}

static word_t safe_return(word_t lr, bool has_fpu)
{
    const word_t basic_frame = 1 << 4;

    return has_fpu && (lr & basic_frame) == 0 ? EXC_RETURN_FPU : EXC_RETURN_BASIC;
}

void arch_guest_save(void *area, const struct arch_context *context, const struct arch_fpu *fpu)
{
    struct arch_guest *guest = area;

    guest->sp = context->psp;
    for (unsigned i = 0; i < 8; i++)
        guest->r[i] = context->r[i];
    guest->lr = context->exc_return;
    for (unsigned i = 0; fpu != NULL && i < 16; i++)
        guest->s[i] = fpu->s[i];
}

void arch_guest_load(void *area, struct arch_context *context, struct arch_fpu *fpu,
                     bool keep_result)
{
    struct arch_guest *guest = area;

    if (keep_result)
        guest->r[0] = context->r[0];
    context->psp = read_once(&guest->sp);
    for (unsigned i = keep_result ? 1 : 0; i < 8; i++)
        context->r[i] = read_once(&guest->r[i]);
    context->exc_return = safe_return(read_once(&guest->lr), fpu != NULL);
    for (unsigned i = 0; fpu != NULL && i < 16; i++)
        fpu->s[i] = read_once(&guest->s[i]);
}
