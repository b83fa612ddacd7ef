/* SPDX-License-Identifier: Unlicense */
#include "arch/context.h"

#include "arch/host/machine.h"

#include <string.h>

void arch_context_start(struct arch_context *context, word_t entry, word_t stack, word_t param)
{
    memset(context, 0, sizeof(*context));
    context->entry = entry;
    context->stack = stack;
    context->param = param;
}

word_t arch_context_enter(struct arch_context *context, struct arch_return *save, word_t entry,
                          word_t stack, word_t param)
{
    *save = (struct arch_return){context->entry, context->stack};
    context->entry = entry;
    context->stack = stack;
    context->param = param;
    return 0;
}

void arch_context_leave(struct arch_context *context, const struct arch_return *save)
{
    context->entry = save->entry;
    context->stack = save->stack;
}

void arch_context_clear(struct arch_context *context)
{
    word_t entry = context->entry, stack = context->stack;

    memset(context, 0, sizeof(*context));
    context->entry = entry;
    context->stack = stack;
}

/* Registers: 0 stack, 1 entry, then those that cross, then the FPU's. */
bool arch_context_debug(struct arch_context *context, struct arch_fpu *fpu, word_t index,
                        bool write, word_t *value)
{
    enum { FIRST = 2, FPU = FIRST + HOST_CROSSING };
    word_t *word = index == 0 ? &context->stack : &context->entry;

    if (index >= FPU + 8 || (index >= FPU && fpu == NULL))
        return false;
    if (index >= FIRST)
        word = index >= FPU ? &fpu->registers[index - FPU] : &context->crossing[index - FIRST];
    if (write)
        *word = *value;
    else
        *value = *word;
    return true;
}

/* A cause is whatever the test said. */
struct arch_fault_story arch_fault_story(const struct arch_context *context, word_t cause)
{
    (void)cause;
    return (struct arch_fault_story){"raised by a test", context->entry, context->stack, false};
}

void arch_fpu_init(struct arch_fpu *fpu)
{
    memset(fpu, 0, sizeof(*fpu));
}

void arch_fpu_save(const struct arch_context *context, struct arch_fpu *fpu)
{
    (void)context;
    if (fpu != NULL)
        memcpy(fpu, &host_fpu, sizeof(*fpu));
}

void arch_fpu_load(const struct arch_context *context, const struct arch_fpu *fpu)
{
    (void)context;
    host_fpu_is_on = fpu != NULL;
    if (fpu != NULL)
        memcpy(&host_fpu, fpu, sizeof(*fpu));
}

void arch_guest_save(void *area, const struct arch_context *context, const struct arch_fpu *fpu)
{
    struct arch_guest *guest = area;

    guest->entry = context->entry;
    guest->stack = context->stack;
    guest->result = context->result;
    guest->param = context->param;
    memcpy(guest->crossing, context->crossing, sizeof(guest->crossing));
    if (fpu != NULL)
        memcpy(guest->fpu, fpu->registers, sizeof(guest->fpu));
}

void arch_guest_load(void *area, struct arch_context *context, struct arch_fpu *fpu,
                     bool keep_result)
{
    struct arch_guest *guest = area;

    if (keep_result)
        guest->result = context->result;
    context->entry = guest->entry;
    context->stack = guest->stack;
    context->result = guest->result;
    context->param = guest->param;
    memcpy(context->crossing, guest->crossing, sizeof(guest->crossing));
    if (fpu != NULL)
        memcpy(fpu->registers, guest->fpu, sizeof(guest->fpu));
}
