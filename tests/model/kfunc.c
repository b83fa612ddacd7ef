/* SPDX-License-Identifier: Unlicense
 *
 * Kernel functions (the second table of abi/calls.toml). Those that are the port's, the host has
 * not: UNSUPPORTED.
 */
#include "tests/model/model.h"

static word_t second; /* result */

/* Words of a call: capability, function, first argument, arg0 to arg3. */
enum { W_FUNCTION = 1, W_OBJECT, W_ARG0, W_ARG1, W_ARG2 };

static sword_t flush(const word_t *w)
{
    if (w[W_OBJECT] != 0)
        return STATUS_UNSUPPORTED;
    if (w[W_ARG0] >> m.machine.cpus != 0)
        return STATUS_ARGUMENT;
    m.flushed = ++m.flush_epoch;
    return (sword_t)m.flush_epoch;
}

static sword_t flush_done(const word_t *w)
{
    if (w[W_OBJECT] != 0)
        return STATUS_UNSUPPORTED;
    /* Epochs have no top bit: it would be the sign of FLUSH's result. One CPU flushes at once. */
    return CONFIG_CPUS_MAX == 1 || (sword_t)((m.flushed - w[W_ARG0]) << 1) >= 0;
}

static sword_t page_entry(const word_t *w)
{
    struct m_slot *cap;
    struct m_object *table;
    enum status status;

    if (w[W_OBJECT] != 0)
        return STATUS_UNSUPPORTED;
    if (CONFIG_RAW)
        return STATUS_UNSUPPORTED;
    status = m_operands((struct m_operand[]){{w[W_ARG0], M_PAGETABLE, RIGHT_PAGETABLE_ADD_SOURCE}},
                        1, &cap);
    if (status != STATUS_OK)
        return status;
    if (w[W_ARG2] > 2)
        return STATUS_ARGUMENT;
    table = m_page_at(cap->object, w[W_ARG1]);
    if (table == NULL)
        return STATUS_MAP;
    if (w[W_ARG2] == 0)
        return (sword_t)m_page_flags(&table->pagetable, (w[W_ARG1] - table->pagetable.base) >>
                                                            table->pagetable.size_order);
    return (sword_t)(w[W_ARG2] == 1 ? table->pagetable.size_order : table->pagetable.number_order);
}

static sword_t line_mode(const word_t *w)
{
    word_t line = w[W_OBJECT];

    if (line >= m.machine.lines || w[W_ARG0] > 1 || (w[W_ARG0] == 1 && w[W_ARG1] > 1))
        return STATUS_UNSUPPORTED;
    if (w[W_ARG0] == 0)
        return m.line[line].is_enabled;
    m.line[line].is_enabled = w[W_ARG1] == 1;
    return STATUS_OK;
}

static sword_t trigger(const word_t *w)
{
    if (w[W_OBJECT] >> 16 >= m.machine.cpus || (w[W_OBJECT] & 0xFFFF) >= m.machine.lines)
        return STATUS_UNSUPPORTED;
    m.line[w[W_OBJECT] & 0xFFFF].is_pending = true;
    return STATUS_OK;
}

static sword_t bind(const word_t *w)
{
    struct m_line *line = &m.line[w[W_OBJECT] % m.machine.lines];
    struct m_slot *cap;
    enum status status;

    if (w[W_OBJECT] >= m.machine.lines)
        return STATUS_UNSUPPORTED;
    if (w[W_ARG0] == CAP_NULL) {
        if (line->endpoint == NULL)
            return STATUS_STATE;
        m_drop(line->endpoint);
        line->endpoint = NULL;
        line->is_enabled = false; /* nobody is left to serve it */
        return STATUS_OK;
    }
    status =
        m_operands((struct m_operand[]){{w[W_ARG0], M_SIGNAL, RIGHT_SIGNAL_KERNEL_SEND}}, 1, &cap);
    if (status != STATUS_OK)
        return status;
    if (line->endpoint != NULL)
        return STATUS_STATE;
    line->endpoint = cap->object;
    line->is_edge = w[W_ARG1] != 0;
    m_hold(cap->object);
    return STATUS_OK;
}

static sword_t timer_set(const word_t *w)
{
    struct m_slot *cap;
    enum status status;

    if (w[W_OBJECT] != 0)
        return STATUS_UNSUPPORTED;
    status =
        m_operands((struct m_operand[]){{w[W_ARG0], M_SIGNAL, RIGHT_SIGNAL_KERNEL_SEND}}, 1, &cap);
    if (status != STATUS_OK)
        return status;
    if (cap->object != m.timer_endpoint)
        return STATUS_STATE;
    if (w[W_ARG1] >> (WORD_BITS - 1) != 0)
        return STATUS_ARGUMENT;
    m_look_at_time();
    m.deadline_armed = w[W_ARG1] != 0;
    m.deadline = m.now + w[W_ARG1];
    return STATUS_OK;
}

static sword_t cpu_tick(const word_t *w)
{
    if (w[W_OBJECT] >= m.machine.cpus)
        return STATUS_UNSUPPORTED;
    m.tick_asked = true;
    return STATUS_OK;
}

/* Who wakes has seen everything. */
static sword_t idle(void)
{
    m_tick();
    return STATUS_OK;
}

/* Registers of a thread: stack, entry, those that cross, those of the FPU. */
static word_t *register_of(struct m_thread *thread, word_t index)
{
    enum { FIRST = 2, FPU = FIRST + M_CROSSING };

    if (index == 0)
        return &thread->registers.stack;
    if (index == 1)
        return &thread->registers.entry;
    if (index < FPU)
        return &thread->registers.crossing[index - FIRST];
    return index < FPU + M_FPU && thread->has_fpu ? &thread->fpu[index - FPU] : NULL;
}

static sword_t debug_register(const word_t *w)
{
    struct m_slot *cap;
    struct m_thread *thread;
    word_t *word;
    enum status status =
        m_operands((struct m_operand[]){{w[W_ARG0], M_THREAD, RIGHT_THREAD_DEBUG}}, 1, &cap);

    if (status != STATUS_OK)
        return status;
    thread = &cap->object->thread;
    if (!thread->is_bound || cap->object == m.current || thread->port != NULL || thread->is_guest)
        return STATUS_STATE;
    word = register_of(thread, w[W_OBJECT]);
    if (word == NULL || w[W_ARG1] > 1)
        return STATUS_UNSUPPORTED;
    if (w[W_ARG1] == 1)
        *word = w[W_ARG2];
    second = *word;
    return STATUS_OK;
}

static sword_t debug_fault(const word_t *w)
{
    struct m_slot *cap;
    enum status status =
        m_operands((struct m_operand[]){{w[W_ARG0], M_THREAD, RIGHT_THREAD_DEBUG}}, 1, &cap);

    if (status != STATUS_OK)
        return status;
    if (!cap->object->thread.is_bound)
        return STATUS_STATE;
    if (w[W_OBJECT] > 1)
        return STATUS_UNSUPPORTED;
    second = w[W_OBJECT] == 0 ? cap->object->thread.fault_cause : cap->object->thread.fault_address;
    return STATUS_OK;
}

static sword_t in_group(const word_t *w)
{
    bool is_debug = CONFIG_KFUNC_DEBUG, has_lines = CONFIG_KFUNC_INTERRUPT;

    switch (w[W_FUNCTION]) {
    case RME_KFN_FLUSH:
        return CONFIG_KFUNC_PAGE ? flush(w) : STATUS_UNSUPPORTED;
    case RME_KFN_FLUSH_DONE:
        return CONFIG_KFUNC_PAGE ? flush_done(w) : STATUS_UNSUPPORTED;
    case RME_KFN_PGT_ENTRY_MOD:
        return CONFIG_KFUNC_PAGE ? page_entry(w) : STATUS_UNSUPPORTED;
    case RME_KFN_INT_LOCAL_MOD:
        return has_lines ? line_mode(w) : STATUS_UNSUPPORTED;
    case RME_KFN_INT_LOCAL_TRIG:
        return has_lines ? trigger(w) : STATUS_UNSUPPORTED;
    case RME_KFN_INT_BIND:
        return has_lines ? bind(w) : STATUS_UNSUPPORTED;
    case RME_KFN_TIMER_SET:
        return has_lines ? timer_set(w) : STATUS_UNSUPPORTED;
    case RME_KFN_CPU_TICK:
        return has_lines ? cpu_tick(w) : STATUS_UNSUPPORTED;
    case RME_KFN_IDLE_SLEEP:
        return CONFIG_KFUNC_POWER && w[W_OBJECT] == 0 ? idle() : STATUS_UNSUPPORTED;
    case RME_KFN_DEBUG_PRINT:
        return CONFIG_DEBUG && is_debug ? STATUS_OK : STATUS_UNSUPPORTED;
    case RME_KFN_DEBUG_REG_MOD:
        return is_debug ? debug_register(w) : STATUS_UNSUPPORTED;
    case RME_KFN_DEBUG_EXC_GET:
        return is_debug ? debug_fault(w) : STATUS_UNSUPPORTED;
    default:
        return STATUS_UNSUPPORTED;
    }
}

/* INT_LOCAL_TRIG names a pair, of which each half is bounded. */
static bool covers(const struct m_slot *cap, word_t function, word_t object)
{
    if (function < cap->first || function > cap->last)
        return false;
    if (object < cap->low || object > cap->high)
        return false;
    return function != RME_KFN_INT_LOCAL_TRIG ||
           ((object & 0xFFFF) >= (cap->low & 0xFFFF) && (object & 0xFFFF) <= (cap->high & 0xFFFF));
}

sword_t m_kfn(const word_t *w)
{
    struct m_slot *cap;
    struct m_thread *self = &m.current->thread;
    enum status status = m_lookup(w[0], M_KFUNC, &cap);
    sword_t result;

    if (status != STATUS_OK)
        return status;
    if (!covers(cap, w[W_FUNCTION], w[W_OBJECT]))
        return STATUS_BOUNDS;
    second = 0;
    result = in_group(w);
    if (result >= 0)
        self->registers.value = second;
    return result;
}
