/* SPDX-License-Identifier: Unlicense
 *
 * System calls: resolve the operands that the table of calls names, dispatch, then run whoever is
 * now the highest. The hot calls come here when their hot half meets anything but a straight case.
 */
#include "kernel/call_table.h"
#include "kernel/debug.h"
#include "kernel/direct.h"
#include "kernel/leave.h"
#include "kernel/operand_table.h"
#include "kernel/report.h"

/* Where the port makes a direct call, it has been refused an operand that is there now: the direct
 * call once more, so that such a port has no second copy of the handler. */
static NOINLINE sword_t call_directly(struct cpu *cpu, const word_t *args)
{
    const struct capability *table = process_captable(cpu->current->process);
    sword_t result = RESULT_NONE;

    switch (args[0]) {
#define DIRECT(number, handler)                                                                    \
    case number:                                                                                   \
        result = direct_##handler(cpu, table, args);                                               \
        break;
        DIRECT_CALLS(DIRECT)
#undef DIRECT
    default:
        break;
    }
    return result != RESULT_NONE ? result : STATUS_CONFLICT;
}

/* Of a constant. */
ALWAYS_INLINE bool is_direct(word_t number)
{
#define DIRECT(of_call, handler) || number == (of_call)
    return ARCH_CALLS_DIRECTLY && (false DIRECT_CALLS(DIRECT));
#undef DIRECT
}

/* One direct call for each handler: no function pointer. Out of line, so that each is a plain jump
 * with the arguments in place. */
static NOINLINE sword_t dispatch(struct cpu *cpu, const word_t *args, struct capability **caps)
{
    switch (args[0]) {
#define CALL(number, handler, block)                                                               \
    case number:                                                                                   \
        if (is_direct(number))                                                                     \
            return call_directly(cpu, args);                                                       \
        return handler(cpu, (const struct block *)(const void *)args, caps);
        CALL_TABLE(CALL)
#undef CALL
    default:
        return STATUS_UNKNOWN_CALL;
    }
}

static bool is_known(word_t number)
{
    return number < RME_CALL_COUNT &&
           !(CONFIG_RAW && number >= RME_SVC_PGT_CRT && number <= RME_SVC_PGT_DES);
}

static sword_t call(struct cpu *cpu, struct thread *self, const word_t *args)
{
    struct capability *caps[OPERANDS_MAX];
    enum status status;
    word_t number;

    if (!is_known(args[0]))
        return STATUS_UNKNOWN_CALL;
    number = index_mask(args[0], RME_CALL_COUNT);
    status = cap_resolve(process_captable(self->process), call_operands(number),
                         call_operand_count(number), args, caps);
    return status != STATUS_OK ? status : dispatch(cpu, args, caps);
}

sword_t syscall_tell(struct cpu *cpu, sword_t result)
{
    if (CONFIG_DEBUG && result < 0 && result != RESULT_NONE)
        debug_report_refusal(cpu, arch_call_args(cpu, cpu->current), result);
    if (CONFIG_DEBUG)
        report_drain(cpu);
    return result;
}

ARCH_EXIT syscall_cold(struct cpu *cpu, struct thread *self)
{
    const word_t *args = arch_call_args(cpu, self);
    sword_t result = syscall_tell(cpu, call(cpu, self, args));

    if (result != RESULT_NONE)
        arch_context_set_result(&self->context, (word_t)result);
    ARCH_LEAVE(cpu, leave_kernel(cpu, self));
}
