/* SPDX-License-Identifier: Unlicense */
#include "kernel/kfunc.h"

#include "arch/machine.h"
#include "kernel/call_table.h"
#include "kernel/flush.h"
#include "kernel/interrupt.h"
#include "kernel/pagetable.h"
#include "kernel/report.h"
#include "kernel/signal.h"
#include "kernel/time.h"

void kfunc_boot(struct capability *slot)
{
    slot->kfunc.high = ~(word_t)0;
    cap_boot(slot, CAP_KFUNC, CAP_PAIR_MASK, NULL);
}

/* The pair (CPU, vector) must lie between the bounds half by half. */
static bool covers_pair(const struct capability *cap, word_t pair)
{
    word_t vector = pair & CAP_PAIR_MASK;

    return vector >= (cap->kfunc.low & CAP_PAIR_MASK) &&
           vector <= (cap->kfunc.high & CAP_PAIR_MASK);
}

/* ---- Page group ---- */

static sword_t flush_cpus(struct cpu *cpu, const struct args_kfn *args)
{
    unsigned count = arch_cpu_count();
    word_t epoch;

    if (count < WORD_BITS && args->arg0 >> count != 0)
        return STATUS_ARGUMENT;
    epoch = flush_begin(cpu);
    flush_request(args->arg0 & ~((word_t)1 << cpu->id));
    return (sword_t)(epoch & BUDGET_INIT);
}

static sword_t find_page(struct cpu *cpu, const struct args_kfn *args)
{
    struct pagetable_place place;
    struct capability *cap;
    enum status status =
        caller_find(cpu, args->arg0, CAP_PAGETABLE, RIGHT_PAGETABLE_ADD_SOURCE, &cap);

    if (status != STATUS_OK)
        return status;
    if (args->arg2 > 2)
        return STATUS_ARGUMENT;
    if (!pagetable_backend_find(cap, args->arg1, &place))
        return STATUS_MAP;
    if (args->arg2 == 0)
        return (sword_t)place.flags;
    return (sword_t)(args->arg2 == 1 ? place.size_order : place.number_order);
}

/* ---- Interrupt group ---- */

enum { OPERATION_GET, OPERATION_SET };

static sword_t line_mode(const struct args_kfn *args)
{
    word_t line;

    if (args->object >= arch_irq_lines())
        return STATUS_UNSUPPORTED;
    line = index_mask(args->object, arch_irq_lines());
    if (args->arg0 == OPERATION_GET)
        return arch_irq_is_enabled(line);
    if (args->arg0 != OPERATION_SET || args->arg1 > 1)
        return STATUS_UNSUPPORTED;
    if (args->arg1 == 0)
        arch_irq_mask(line);
    else
        arch_irq_unmask(line);
    return STATUS_OK;
}

static sword_t line_bind(struct cpu *cpu, const struct args_kfn *args)
{
    struct capability *endpoint = NULL;
    enum status status = STATUS_OK;

    if (!arch_irq_is_aware(args->object))
        return STATUS_UNSUPPORTED;
    if (args->arg0 != CAP_NULL)
        status = signal_find(cpu, args->arg0, &endpoint);
    if (status != STATUS_OK)
        return status;
    return interrupt_bind(index_mask(args->object, arch_irq_lines()), endpoint, args->arg1 != 0);
}

static sword_t set_timer(struct cpu *cpu, const struct args_kfn *args)
{
    struct capability *endpoint;
    enum status status = signal_find(cpu, args->arg0, &endpoint);

    if (status != STATUS_OK)
        return status;
    if (endpoint != cpu->timer_endpoint)
        return STATUS_STATE;
    return time_set_deadline(cpu, args->arg1);
}

static sword_t tick_cpu(const struct args_kfn *args)
{
    unsigned id;

    if (args->object >= arch_cpu_count())
        return STATUS_UNSUPPORTED;
    id = (unsigned)index_mask(args->object, arch_cpu_count());
    (void)shared_or(&arch_cpu(id)->requests, CPU_REQUEST_TICK);
    arch_cpu_interrupt(id);
    return STATUS_OK;
}

static sword_t trigger(const struct capability *cap, const struct args_kfn *args)
{
    if (!covers_pair(cap, args->object))
        return STATUS_BOUNDS;
    if (!arch_irq_trigger(args->object >> CAP_PAIR_SHIFT, args->object & CAP_PAIR_MASK))
        return STATUS_UNSUPPORTED;
    return STATUS_OK;
}

/* ---- Power group ---- */

static sword_t sleep(struct cpu *cpu)
{
    quiesce_offline(cpu);
    arch_sleep(cpu);
    quiesce_online(cpu);
    flush_pending(cpu);
    return STATUS_OK;
}

static sword_t reboot(void)
{
    arch_reboot();
}

/* ---- Debug group ---- */

static sword_t print(const struct cpu *cpu, const struct args_kfn *args)
{
    report_char(cpu, (char)args->object);
    return STATUS_OK;
}

static enum status debug_thread(struct cpu *cpu, word_t id, struct thread **thread)
{
    struct capability *cap;
    enum status status = caller_find(cpu, id, CAP_THREAD, RIGHT_THREAD_DEBUG, &cap);

    if (status != STATUS_OK)
        return status;
    *thread = cap->object;
    return thread_is_on(*thread, cpu) ? STATUS_OK : STATUS_STATE;
}

/* Registers of a thread inside an invocation belong to the callee. */
static sword_t debug_register(struct cpu *cpu, const struct args_kfn *args, word_t *value)
{
    struct thread *thread;
    enum status status = debug_thread(cpu, args->arg0, &thread);

    if (status != STATUS_OK)
        return status;
    if (thread == cpu->current || thread->invocation != NULL || thread->is_guest)
        return STATUS_STATE;
    *value = args->arg2;
    if (args->arg1 > OPERATION_SET ||
        !arch_context_debug(&thread->context, thread_fpu(thread), args->object,
                            args->arg1 == OPERATION_SET, value))
        return STATUS_UNSUPPORTED;
    return STATUS_OK;
}

static sword_t debug_fault(struct cpu *cpu, const struct args_kfn *args, word_t *value)
{
    struct thread *thread;
    enum status status = debug_thread(cpu, args->arg0, &thread);

    if (status != STATUS_OK)
        return status;
    if (args->object > 1)
        return STATUS_UNSUPPORTED;
    *value = args->object == 0 ? thread->fault_cause : thread->fault_address;
    return STATUS_OK;
}

/* ---- Dispatch ---- */

#define IF(option, call) ((option) ? (call) : STATUS_UNSUPPORTED)

/* What the portable kernel does not know is the port's, and what nobody knows, or a build leaves
 * out, ends in UNSUPPORTED. */
static sword_t call_function(struct cpu *cpu, const struct args_kfn *args,
                             const struct capability *cap, word_t *value)
{
    bool is_alone = args->object == 0; /* most functions have no first argument */

    /* Tested to be one of the capability's. */
    switch (index_mask(args->function, (cap->rights & CAP_PAIR_MASK) + 1)) {
    case RME_KFN_FLUSH:
        return IF(CONFIG_KFUNC_PAGE && is_alone, flush_cpus(cpu, args));
    case RME_KFN_FLUSH_DONE:
        return IF(CONFIG_KFUNC_PAGE && is_alone, flush_passed(args->arg0));
    case RME_KFN_PGT_ENTRY_MOD:
        return IF(CONFIG_KFUNC_PAGE && !CONFIG_RAW && is_alone, find_page(cpu, args));
    case RME_KFN_INT_LOCAL_MOD:
        return IF(CONFIG_KFUNC_INTERRUPT, line_mode(args));
    case RME_KFN_INT_LOCAL_TRIG:
        return IF(CONFIG_KFUNC_INTERRUPT, trigger(cap, args));
    case RME_KFN_INT_BIND:
        return IF(CONFIG_KFUNC_INTERRUPT, line_bind(cpu, args));
    case RME_KFN_TIMER_SET:
        return IF(CONFIG_KFUNC_INTERRUPT && is_alone, set_timer(cpu, args));
    case RME_KFN_CPU_TICK:
        return IF(CONFIG_KFUNC_INTERRUPT, tick_cpu(args));
    case RME_KFN_IDLE_SLEEP:
        return IF(CONFIG_KFUNC_POWER && is_alone, sleep(cpu));
    case RME_KFN_SYS_REBOOT:
        return IF(CONFIG_KFUNC_POWER && is_alone, reboot());
    case RME_KFN_DEBUG_PRINT:
        return IF(CONFIG_KFUNC_DEBUG && CONFIG_DEBUG, print(cpu, args));
    case RME_KFN_DEBUG_REG_MOD:
        return IF(CONFIG_KFUNC_DEBUG, debug_register(cpu, args, value));
    case RME_KFN_DEBUG_EXC_GET:
        return IF(CONFIG_KFUNC_DEBUG, debug_fault(cpu, args, value));
    default:
        return arch_kfunc(cpu, args, cap, value);
    }
}

sword_t kfunc_call(struct cpu *cpu, const struct args_kfn *args, struct capability **caps)
{
    struct thread *self = cpu->current;
    word_t value = 0;
    sword_t result;

    if (!cap_covers(caps[0], args->function, args->object))
        return STATUS_BOUNDS;
    result = call_function(cpu, args, caps[0], &value);
    if (result >= 0)
        arch_context_set_value(&self->context, value);
    return result;
}
