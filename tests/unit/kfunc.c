/* SPDX-License-Identifier: Unlicense
 *
 * Kernel functions: the ranges of the capability, each function of the portable kernel with each of
 * its statuses, and that what a function takes needs its right.
 */
#include "kernel/kfunc.h"

#include "kernel/flush.h"
#include "kernel/interrupt.h"
#include "tests/unit/support/world.h"

enum { LINE = 9 };

#define KFN_REFUSED(status, name, function, ...)                                                   \
    REFUSED(status, name, KFN, BOOT_KFUNC, RME_KFN_##function, __VA_ARGS__)

static word_t functions(word_t first, word_t last)
{
    return first << CAP_PAIR_SHIFT | last;
}

static word_t function_leaf(word_t first, word_t last, word_t low, word_t high)
{
    word_t slot = world_slot();

    if (CALL(CPT_ADD, BOOT_CAPTABLE, slot, BOOT_CAPTABLE, BOOT_KFUNC, functions(first, last), low,
             high) != STATUS_OK)
        tap_report(false, "a leaf", "function_leaf", __FILE__, __LINE__);
    return slot;
}

/* ---- Authority ---- */

static void authority(void)
{
    word_t part = function_leaf(0xF100, 0xF104, 3, 5);

    REFUSED(STATUS_TYPE, "not a capability to functions", KFN, BOOT_KMEM, RME_KFN_FLUSH_DONE, 0, 0);
    REFUSED(STATUS_BOUNDS, "a function below the range", KFN, part, 0xF0FF, 3, 0);
    REFUSED(STATUS_BOUNDS, "a function above the range", KFN, part, RME_KFN_TIMER_SET, 3, 0);
    REFUSED(STATUS_BOUNDS, "a first argument below the range", KFN, part, RME_KFN_INT_LOCAL_MOD, 2,
            0);
    REFUSED(STATUS_BOUNDS, "a first argument above the range", KFN, part, RME_KFN_INT_LOCAL_MOD, 6,
            0);
    REFUSED(STATUS_BOUNDS, "BOUNDS comes before UNSUPPORTED", KFN, part, 0xFFFF, 3, 0);
    REFUSED(STATUS_UNSUPPORTED, "a function that is none", KFN, BOOT_KFUNC, 0x1234, 0);
    REFUSED(STATUS_BOUNDS, "a function number above half a word", KFN, BOOT_KFUNC,
            CAP_PAIR_MASK + 1, 0);
    REFUSED(STATUS_UNSUPPORTED, "a function that only the port could know", KFN, BOOT_KFUNC,
            RME_KFN_PERF_CPU_FUNC, 0);
    for (word_t group = 0xF000; group <= 0xF800; group += 0x400)
        REFUSED(STATUS_UNSUPPORTED, "a gap in a group", KFN, BOOT_KFUNC, group + 0x7F, 0);
    REFUSED(STATUS_UNSUPPORTED, "a gap in the group of interrupts", KFN, BOOT_KFUNC, 0xF17F, 0);
    REFUSED(STATUS_UNSUPPORTED, "PGT_RAW is an authority, no call", KFN, BOOT_KFUNC,
            RME_KFN_PGT_RAW, 0);
}

/* ---- Page group ---- */

static void flushes(void)
{
    word_t epoch = (word_t)KFN(FLUSH, 0, 1);
    unsigned before;

    tap_check((sword_t)epoch > 0, "a flush answers with its epoch");
    tap_check(KFN(FLUSH_DONE, 0, epoch) == 1, "which this CPU has flushed already");
    tap_check(KFN(FLUSH_DONE, 0, epoch + 1) == (CONFIG_CPUS_MAX == 1),
              "an epoch to come has not been flushed, where there is anybody to wait for");
    before = host_flushes;
    tap_check((word_t)KFN(FLUSH, 0, 0) == epoch + 1 && host_flushes == before + 1,
              "each flush is an epoch, and flushes here at once");
    KFN_REFUSED(STATUS_ARGUMENT, "a CPU that the system does not have", FLUSH, 0,
                (word_t)1 << arch_cpu_count());
    KFN_REFUSED(STATUS_ARGUMENT, "nor the last that could be named", FLUSH, 0,
                (word_t)1 << (WORD_BITS - 1));
}

static void remote_flushes(void)
{
    word_t epoch;

    if (CONFIG_CPUS_MAX == 1) {
        tap_skip("flushes of other CPUs", "one CPU");
        return;
    }
    world_boot(2);
    epoch = (word_t)KFN(FLUSH, 0, 2);
    tap_check(shared_load(&arch_cpu(1)->requests) == CPU_REQUEST_FLUSH &&
                  KFN(FLUSH_DONE, 0, epoch) == 0,
              "the CPU that is named is asked, and nobody waits for it");
    tap_check(shared_load(&arch_cpu(0)->requests) == 0, "this one is not asked");
    host_settle(arch_cpu(1));
    tap_check(KFN(FLUSH_DONE, 0, epoch) == 1 && shared_load(&arch_cpu(1)->requests) == 0,
              "when it has looked at its requests, it has flushed");
    if (!CONFIG_KFUNC_INTERRUPT)
        return;
    tap_check(KFN(CPU_TICK, 1, 0) == STATUS_OK &&
                  shared_load(&arch_cpu(1)->requests) == CPU_REQUEST_TICK,
              "another CPU is asked to tick");
    epoch = (word_t)KFN(FLUSH, 0, 0);
    host_settle(arch_cpu(1));
    tap_check(KFN(FLUSH_DONE, 0, epoch) == 1, "which flushes as well");
    KFN_REFUSED(STATUS_UNSUPPORTED, "a CPU that the system does not have", CPU_TICK, 2, 0);
    world_check("the invariants hold with two CPUs");
}

static void look_up(void)
{
    word_t table, weak;

    if (CONFIG_RAW) {
        KFN_REFUSED(STATUS_UNSUPPORTED, "raw: no page to look up", PGT_ENTRY_MOD, 0, 0, 0, 0);
        return;
    }
    table = cap_id_in(BOOT_PAGETABLES, 0).raw;
    weak = world_slot();
    (void)CALL(CPT_ADD, BOOT_CAPTABLE, weak, BOOT_PAGETABLES, 0,
               RIGHTS_PAGETABLE_ALL & ~(word_t)RIGHT_PAGETABLE_ADD_SOURCE, 0, 0);
    KFN_REFUSED(STATUS_TYPE, "look up: not a page table", PGT_ENTRY_MOD, 0, BOOT_PROCESS, 0x10000,
                0);
    KFN_REFUSED(STATUS_RIGHTS, "look up: the right is missing", PGT_ENTRY_MOD, 0, weak, 0x10000, 9);
    KFN_REFUSED(STATUS_ARGUMENT, "look up: something else", PGT_ENTRY_MOD, 0, table, 0, 3);
    KFN_REFUSED(STATUS_MAP, "look up: no page", PGT_ENTRY_MOD, 0, table, 0xFFFF, 0);
    tap_check(KFN(PGT_ENTRY_MOD, 0, table, 0x1FFFF, 0) == (PAGE_READ | PAGE_EXECUTE | PAGE_CACHE),
              "flags of a page");
    tap_check(KFN(PGT_ENTRY_MOD, 0, table, 0x10000, 1) == (sword_t)world_tables.page_size &&
                  KFN(PGT_ENTRY_MOD, 0, table, 0x10000, 2) == (sword_t)world_tables.page_number,
              "size order and number order of its table");
    tap_check(KFN(PGT_ENTRY_MOD, 0, BOOT_PAGETABLE, 0x20004, 0) ==
                  (PAGE_READ | PAGE_WRITE | PAGE_CACHE | PAGE_STATIC),
              "found from the top");
}

/* ---- Interrupt group ---- */

static void lines(void)
{
    word_t signal = world_signal(), no_kernel, other = world_signal();

    no_kernel = world_leaf(signal, RIGHTS_SIGNAL_ALL & ~(word_t)RIGHT_SIGNAL_KERNEL_SEND);
    KFN_REFUSED(STATUS_UNSUPPORTED, "mode: no such line", INT_LOCAL_MOD, HOST_LINES, 0, 0);
    KFN_REFUSED(STATUS_UNSUPPORTED, "mode: no such operation", INT_LOCAL_MOD, LINE, 2, 0);
    KFN_REFUSED(STATUS_UNSUPPORTED, "mode: no such value", INT_LOCAL_MOD, LINE, 1, 2);
    tap_check(KFN(INT_LOCAL_MOD, LINE, 0, 0) == 0 && KFN(INT_LOCAL_MOD, LINE, 1, 1) == STATUS_OK &&
                  KFN(INT_LOCAL_MOD, LINE, 0, 0) == 1 && arch_irq_is_enabled(LINE),
              "mode: a line is unmasked");
    tap_check(KFN(INT_LOCAL_MOD, LINE, 1, 0) == STATUS_OK && !arch_irq_is_enabled(LINE) &&
                  KFN(INT_LOCAL_MOD, LINE, 0, 0) == 0,
              "mode: and masked");
    KFN_REFUSED(STATUS_UNSUPPORTED, "bind: no such line", INT_BIND, HOST_LINES, no_kernel, 0);
    KFN_REFUSED(STATUS_TYPE, "bind: not an endpoint", INT_BIND, LINE, BOOT_PROCESS, 0);
    KFN_REFUSED(STATUS_RIGHTS, "bind: the endpoint lacks KERNEL_SEND", INT_BIND, LINE, no_kernel,
                0);
    KFN_REFUSED(STATUS_STATE, "bind: unbound already", INT_BIND, LINE, CAP_NULL, 0);
    tap_check(KFN(INT_BIND, LINE, signal, 0) == STATUS_OK &&
                  shared_load(&arch_irq_table()[LINE].endpoint) == (word_t)world_cap(signal),
              "bind: a line");
    KFN_REFUSED(STATUS_STATE, "bind: bound to another", INT_BIND, LINE, other, 0);
    tap_check(KFN(INT_BIND, LINE, CAP_NULL, 0) == STATUS_OK, "bind: unbound");
    tap_check(KFN(INT_BIND, LINE, world_leaf(signal, RIGHT_SIGNAL_KERNEL_SEND), 7) == STATUS_OK &&
                  shared_load(&arch_irq_table()[LINE].endpoint) ==
                      ((word_t)world_cap(signal) | IRQ_EDGE),
              "bind: by a leaf, as edge");
    KFN_REFUSED(STATUS_UNSUPPORTED, "tick: no such CPU", CPU_TICK, arch_cpu_count(), 0);
    tap_check(KFN(CPU_TICK, 0, 0) == STATUS_OK && shared_load(&world_cpu()->requests) == 0,
              "tick: this CPU, before user code goes on");
}

static void triggers(void)
{
    word_t signal = world_signal(), part, pair = (word_t)0 << CAP_PAIR_SHIFT | LINE;

    part = function_leaf(RME_KFN_INT_LOCAL_TRIG, RME_KFN_INT_LOCAL_TRIG, LINE,
                         (word_t)1 << CAP_PAIR_SHIFT | (LINE + 2));
    tap_check(interrupt_bind(LINE, world_cap(signal)->object, true) == STATUS_OK, "a vector");
    arch_irq_unmask(LINE);
    KFN_REFUSED(STATUS_UNSUPPORTED, "trigger: no such vector", INT_LOCAL_TRIG, HOST_LINES);
    KFN_REFUSED(STATUS_UNSUPPORTED, "trigger: no such CPU", INT_LOCAL_TRIG,
                (word_t)HOST_CPUS << CAP_PAIR_SHIFT | LINE);
    REFUSED(STATUS_BOUNDS, "trigger: a vector below, on a CPU between", KFN, part,
            RME_KFN_INT_LOCAL_TRIG, (word_t)1 << CAP_PAIR_SHIFT | (LINE - 1));
    REFUSED(STATUS_BOUNDS, "trigger: a vector above, on a CPU between", KFN, part,
            RME_KFN_INT_LOCAL_TRIG, (word_t)0 << CAP_PAIR_SHIFT | (LINE + 3));
    tap_check(CALL(KFN, part, RME_KFN_INT_LOCAL_TRIG, pair) == STATUS_OK &&
                  world_count_of(signal) == 1,
              "trigger: the endpoint that is bound gets one signal");
    tap_check(KFN(INT_LOCAL_TRIG, pair) == STATUS_OK && world_count_of(signal) == 2,
              "trigger: and another");
}

static void timers(void)
{
    word_t signal = world_signal();
    word_t weak = world_leaf(BOOT_TIMER_ENDPOINT, RIGHT_SIGNAL_SEND);

    KFN_REFUSED(STATUS_TYPE, "timer: not an endpoint", TIMER_SET, 0, BOOT_PROCESS, 1);
    KFN_REFUSED(STATUS_RIGHTS, "timer: the endpoint lacks KERNEL_SEND", TIMER_SET, 0, weak, 1);
    KFN_REFUSED(STATUS_STATE, "timer: another endpoint", TIMER_SET, 0, signal, 1);
    KFN_REFUSED(STATUS_ARGUMENT, "timer: half the clock's range", TIMER_SET, 0, BOOT_TIMER_ENDPOINT,
                BUDGET_INIT + 1);
    tap_check(KFN(TIMER_SET, 0, world_leaf(BOOT_TIMER_ENDPOINT, RIGHT_SIGNAL_KERNEL_SEND), 10) ==
                  STATUS_OK,
              "timer: by a leaf");
}

/* ---- Power and debug ---- */

static void reboot(void)
{
    (void)KFN(SYS_REBOOT, 0);
}

static void sleeping(void)
{
    const word_t seen = shared_load(&world_cpu()->seen);
    word_t epoch;

    tap_check(KFN(IDLE_SLEEP, 0) == STATUS_OK, "a CPU sleeps and wakes");
    tap_check(shared_load(&world_cpu()->seen) >= seen &&
                  shared_load(&world_cpu()->seen) != QUIESCE_OFFLINE,
              "and is online again");
    epoch = flush_begin(world_cpu());
    shared_store(&world_cpu()->flushed, epoch - 1);
    (void)KFN(IDLE_SLEEP, 0);
    tap_check(shared_load(&world_cpu()->flushed) == epoch, "having flushed what was due");
}

static void debugging(void)
{
    word_t slot = world_thread(BOOT_PROCESS, 9, 0), weak, other, port = world_port(BOOT_PROCESS);
    struct thread *thread = world_thread_of(slot);

    weak = world_leaf(slot, RIGHTS_THREAD_ALL & ~(word_t)RIGHT_THREAD_DEBUG);
    KFN_REFUSED(STATUS_TYPE, "registers: not a thread", DEBUG_REG_MOD, 0, BOOT_PROCESS, 0, 0);
    KFN_REFUSED(STATUS_RIGHTS, "registers: the right is missing", DEBUG_REG_MOD, 0, weak, 0, 0);
    KFN_REFUSED(STATUS_RIGHTS, "fault: the right is missing", DEBUG_EXC_GET, 0, weak, 0, 0);
    KFN_REFUSED(STATUS_STATE, "registers: not bound", DEBUG_REG_MOD, 0, slot, 0, 0);
    KFN_REFUSED(STATUS_STATE, "fault: not bound", DEBUG_EXC_GET, 0, slot, 0, 0);
    world_bind(slot, CAP_NULL, 1, 0);
    KFN_REFUSED(STATUS_UNSUPPORTED, "registers: no such operation", DEBUG_REG_MOD, 0, slot, 2, 0);
    KFN_REFUSED(STATUS_UNSUPPORTED, "registers: no such register", DEBUG_REG_MOD, 1000, slot, 0, 0);
    KFN_REFUSED(STATUS_UNSUPPORTED, "fault: no such word", DEBUG_EXC_GET, 2, slot, 0, 0);
    tap_check(KFN(DEBUG_REG_MOD, 3, slot, 1, 77) == STATUS_OK && thread->context.crossing[1] == 77,
              "registers: one is written");
    thread->context.crossing[2] = 88;
    tap_check(KFN(DEBUG_REG_MOD, 4, slot, 0, 0) == STATUS_OK &&
                  world_cpu()->current->context.value == 88,
              "registers: one is read, as the second result");
    thread->fault_cause = 5;
    thread->fault_address = 6;
    tap_check(KFN(DEBUG_EXC_GET, 0, slot) == STATUS_OK && world_cpu()->current->context.value == 5,
              "fault: the cause");
    tap_check(KFN(DEBUG_EXC_GET, 1, slot) == STATUS_OK && world_cpu()->current->context.value == 6,
              "fault: the address");

    other = world_ready_thread(2, 0, BUDGET_INFINITE);
    world_give(slot, BUDGET_INFINITE);
    (void)CALL(THD_SCHED_PRIO, 1, slot, 0, 0, 0, 5);
    KFN_REFUSED(STATUS_STATE, "registers: of the thread that runs", DEBUG_REG_MOD, 0, slot, 0, 0);
    (void)CALL(INV_ACT, port, 0);
    (void)CALL(THD_SCHED_PRIO, 1, other, 0, 0, 0, 9);
    tap_check(world_cpu()->current == world_thread_of(other) && thread->depth == 1,
              "a thread is other an invocation");
    KFN_REFUSED(STATUS_STATE, "registers: there they belong to the callee", DEBUG_REG_MOD, 3, slot,
                0, 0);
    KFN_REFUSED(STATUS_STATE, "registers: and are not written", DEBUG_REG_MOD, 1, slot, 1, 0x666);
}

static void debugging_guests(void)
{
    word_t guest;

    if (!CONFIG_GUESTS) {
        tap_skip("registers of a guest", "no guests");
        return;
    }
    guest = world_thread(BOOT_PROCESS, 9, THREAD_GUEST);
    (void)CALL(THD_SCHED_BIND, guest, BOOT_THREAD, CAP_NULL, 1, 0, BOOT_GUEST_WINDOW, 0);
    KFN_REFUSED(STATUS_STATE, "registers: those of a guest are in its area", DEBUG_REG_MOD, 0,
                guest, 0, 0);
}

static void printing(void)
{
    if (CONFIG_DEBUG)
        tap_check(KFN(DEBUG_PRINT, 'x') == STATUS_OK, "a debug build prints a character");
    else
        KFN_REFUSED(STATUS_UNSUPPORTED, "a release build has no console", DEBUG_PRINT, 'x');
}

static void booting(void)
{
    struct capability slot = {0};

    kfunc_boot(&slot);
    tap_check(cap_is(&slot, CAP_KFUNC) && cap_covers(&slot, 0, 0) &&
                  cap_covers(&slot, CAP_PAIR_MASK, ~(word_t)0) &&
                  cap_freeze(&slot) == STATUS_REFERENCED,
              "boot gives every function and argument, for ever");
}

/* A group that a build leaves out has none of its functions. */
static void without(word_t first, word_t last)
{
    bool absent = true;

    for (word_t function = first; function <= last; function++)
        absent &= CALL(KFN, BOOT_KFUNC, function, 0, 0, 0) == STATUS_UNSUPPORTED;
    tap_check(absent, "a group that is left out has no function");
}

int main(void)
{
    static const struct {
        void (*check)(void);
        bool is_there;
        word_t first, last; /* functions of its group */
    } cases[] = {
        {authority, true, 0, 0},
        {flushes, CONFIG_KFUNC_PAGE, RME_KFN_FLUSH, RME_KFN_PGT_RAW},
        {remote_flushes, CONFIG_KFUNC_PAGE, RME_KFN_FLUSH, RME_KFN_PGT_RAW},
        {look_up, CONFIG_KFUNC_PAGE, RME_KFN_FLUSH, RME_KFN_PGT_RAW},
        {lines, CONFIG_KFUNC_INTERRUPT, RME_KFN_INT_LOCAL_MOD, RME_KFN_CPU_TICK},
        {triggers, CONFIG_KFUNC_INTERRUPT, RME_KFN_INT_LOCAL_MOD, RME_KFN_CPU_TICK},
        {timers, CONFIG_KFUNC_INTERRUPT, RME_KFN_INT_LOCAL_MOD, RME_KFN_CPU_TICK},
        {sleeping, CONFIG_KFUNC_POWER, RME_KFN_IDLE_SLEEP, RME_KFN_SYS_REBOOT},
        {debugging, CONFIG_KFUNC_DEBUG, RME_KFN_DEBUG_PRINT, RME_KFN_DEBUG_EXC_GET},
        {debugging_guests, CONFIG_KFUNC_DEBUG, RME_KFN_DEBUG_PRINT, RME_KFN_DEBUG_EXC_GET},
        {printing, CONFIG_KFUNC_DEBUG, RME_KFN_DEBUG_PRINT, RME_KFN_DEBUG_EXC_GET},
        {booting, true, 0, 0},
    };

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        world_boot(1);
        if (cases[i].is_there)
            cases[i].check();
        else
            without(cases[i].first, cases[i].last);
        world_check("the invariants hold");
    }
    if (CONFIG_KFUNC_POWER)
        world_ends("a reboot resets the machine", reboot);
    return tap_end();
}
