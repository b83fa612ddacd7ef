/* SPDX-License-Identifier: Unlicense
 *
 * The doors into the kernel and the ways out of it: unknown calls, timer, requests, faults; who
 * runs then, in which space; hot halves against whole calls.
 */
#include "kernel/entry.h"

#include "kernel/leave.h"
#include "tests/unit/support/world.h"

static struct cpu *cpu(void)
{
    return world_cpu();
}

static struct thread *init(void)
{
    return world_thread_of(BOOT_THREAD);
}

/* ---- Calls ---- */

static void unknown(void)
{
    static const word_t numbers[] = {RME_CALL_COUNT, 63, 64, 255, 256, 65536, ~(word_t)0};
    bool refused = true;

    for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        refused &= HOST_CALL(cpu(), numbers[i], 0) == STATUS_UNKNOWN_CALL;
    tap_check(refused, "numbers that no call has are unknown");
    for (word_t number = 0; number < RME_CALL_COUNT; number++) {
        bool is_raw = CONFIG_RAW && number >= RME_SVC_PGT_CRT && number <= RME_SVC_PGT_DES;
        const word_t words[7] = {CAP_NULL, CAP_NULL, CAP_NULL, CAP_NULL, CAP_NULL, CAP_NULL};

        tap_check((host_call(cpu(), number, words) == STATUS_UNKNOWN_CALL) == is_raw,
                  "all others are known");
    }
}

/* ---- Who runs ---- */

static void leaving(void)
{
    word_t slot = world_ready_thread(1, 0, BUDGET_INFINITE);
    struct thread *thread = world_thread_of(slot);

    tap_check(leave_kernel(cpu(), init()) == init() && cpu()->current == init(),
              "whoever is highest stays");
    schedule_dequeue(cpu(), thread);
    thread->priority = 3;
    schedule_enqueue(cpu(), thread);
    tap_check(leave_kernel(cpu(), init()) == thread && cpu()->current == thread,
              "another that is higher runs");
    cpu()->freed = thread;
    schedule_dequeue(cpu(), thread);
    init()->children--;
    thread->state = THREAD_EXHAUSTED;
    thread_set_budget(thread, 0);
    tap_check(leave_kernel(cpu(), thread) == init() && shared_load(&thread->cpu) == 0 &&
                  cpu()->freed == NULL,
              "a thread that was freed is given back when the CPU has left it");
}

/* A thread that leaves without time is told about by the timer, which is pended. */
static void without_time(void)
{
    word_t signal = world_signal(), slot = world_thread(BOOT_PROCESS, 9, 0), other;
    const struct thread *thread = world_thread_of(slot);

    world_bind(slot, signal, 1, 5);
    other = world_ready_thread(2, 0, BUDGET_INFINITE);
    (void)CALL(THD_SCHED_PRIO, 1, other, 0, 0, 0, 5);
    world_give(slot, 100);
    (void)CALL(THD_SWT, slot, 0);
    tap_check(cpu()->current == thread, "a thread with 100 counts");
    cpu()->arch.now += 150; /* the timer is late */
    (void)CALL(THD_SWT, CAP_NULL, 0);
    tap_check(thread->state == THREAD_EXHAUSTED && cpu()->current == world_thread_of(other) &&
                  cpu()->exhausted == NULL && world_count_of(signal) == 1,
              "yields too late: it is exhausted, and its endpoint told before user code goes on");
    tap_check(CALL(THD_SCHED_RCV, BOOT_THREAD) == (sword_t)(EVENT_EXHAUSTED | 1), "once");
}

static void both_finite(bool is_hot)
{
    word_t a = world_ready_thread(1, 0, 1000), b = world_ready_thread(2, 0, 2000);

    host_is_hot = is_hot;
    (void)CALL(THD_SCHED_PRIO, 2, a, b, 0, 0, 0x0505);
    (void)CALL(THD_SWT, a, 0);
    host_advance(cpu(), 100);
    (void)CALL(THD_SWT, CAP_NULL, 0);
    tap_check(cpu()->current == world_thread_of(b) && world_thread_of(a)->budget == 900,
              "two threads with budgets switch, and the one that leaves has paid");
    host_advance(cpu(), 300);
    (void)CALL(THD_SWT, CAP_NULL, 0);
    tap_check(cpu()->current == world_thread_of(a) && world_thread_of(b)->budget == 1700,
              "and back");
    host_advance(cpu(), 900);
    tap_check(cpu()->current == world_thread_of(b) && world_thread_of(a)->state == THREAD_EXHAUSTED,
              "the timer was armed for the one that came");
    host_is_hot = true;
}

static void both_finite_hot(void)
{
    both_finite(true);
}

static void both_finite_whole(void)
{
    both_finite(false);
}

/* The quick half finds the budget used up, and leaves it to the whole. */
static void both_finite_late(void)
{
    word_t a = world_ready_thread(1, 0, 1000), b = world_ready_thread(2, 0, 2000);

    (void)CALL(THD_SCHED_PRIO, 2, a, b, 0, 0, 0x0505);
    (void)CALL(THD_SWT, a, 0);
    cpu()->arch.now += 1500; /* the timer is late */
    (void)CALL(THD_SWT, CAP_NULL, 0);
    tap_check(world_thread_of(a)->state == THREAD_EXHAUSTED &&
                  cpu()->current == world_thread_of(b) && CALL(THD_TIME_XFER, b, b, 1) == 1500,
              "a thread that yields too late is exhausted; what it overran, the next one pays");
}

/* Two processes with one page table: the process changes, what is loaded does not. */
static void both_finite_shared(void)
{
    word_t process = world_process(), slots[2], loaded;

    if (CONFIG_RAW)
        (void)CALL(PRC_PGT, process, host_loaded, BOOT_KFUNC);
    for (unsigned i = 0; i < 2; i++) {
        slots[i] = world_thread(i == 0 ? process : (word_t)BOOT_PROCESS, 9, 0);
        world_bind(slots[i], CAP_NULL, i, 0);
        world_give(slots[i], 5000);
    }
    (void)CALL(THD_SCHED_PRIO, 2, slots[0], slots[1], 0, 0, 0x0505);
    (void)CALL(THD_SWT, slots[0], 0);
    host_advance(cpu(), 10);
    loaded = host_loaded;
    (void)CALL(THD_SWT, CAP_NULL, 0);
    tap_check(cpu()->current == world_thread_of(slots[1]) && host_loaded == loaded,
              "two processes with one space switch without a load");
}

/* Two threads of two processes: what is loaded is that of whoever runs, by every way out. */
static void spaces(bool is_hot)
{
    word_t process = world_slot(), space = CONFIG_RAW ? world_raw_word : world_top(), slot, finite;
    word_t signal = world_signal(), home = host_loaded;

    (void)CALL(PRC_CRT, BOOT_CAPTABLE, process, BOOT_CAPTABLE, space, BOOT_KFUNC);
    slot = world_thread(process, 9, 0);
    finite = world_thread(process, 9, 0);
    world_bind(slot, CAP_NULL, 1, 5);
    world_bind(finite, CAP_NULL, 2, 0);
    host_is_hot = is_hot;
    world_give(slot, BUDGET_INFINITE);
    tap_check(host_loaded == process_space(world_cap(process)) && host_loaded != home,
              "a thread of another process has its space");
    (void)CALL(SIG_RCV, signal, SIGNAL_RECEIVE_SINGLE);
    tap_check(host_loaded == home, "it waits: the space of the thread that runs is loaded");
    (void)CALL(SIG_SND, signal, 1);
    tap_check(host_loaded == process_space(world_cap(process)), "it is woken: its own again");
    (void)CALL(THD_SCHED_PRIO, 1, slot, 0, 0, 0, 0);
    world_give(finite, 1000);
    (void)CALL(THD_SWT, finite, 0);
    tap_check(cpu()->current == world_thread_of(finite) &&
                  host_loaded == process_space(world_cap(process)),
              "a thread with a budget of that process too");
    (void)CALL(THD_SWT, BOOT_THREAD, 0);
    tap_check(cpu()->current == init() && host_loaded == home, "and back home");
    host_is_hot = true;
}

static void spaces_hot(void)
{
    spaces(true);
}

static void spaces_whole(void)
{
    spaces(false);
}

/* Budgets on both sides and two processes: the quick half of the special way out. */
static void spaces_finite(void)
{
    word_t process = world_slot(), space = CONFIG_RAW ? world_raw_word : world_top(), slots[2];

    (void)CALL(PRC_CRT, BOOT_CAPTABLE, process, BOOT_CAPTABLE, space, BOOT_KFUNC);
    slots[0] = world_thread(process, 9, 0);
    slots[1] = world_thread(BOOT_PROCESS, 9, 0);
    for (unsigned i = 0; i < 2; i++) {
        world_bind(slots[i], CAP_NULL, i, 0);
        world_give(slots[i], 5000);
    }
    (void)CALL(THD_SCHED_PRIO, 2, slots[0], slots[1], 0, 0, 0x0505);
    (void)CALL(THD_SWT, slots[0], 0);
    host_advance(cpu(), 10);
    tap_check(host_loaded == process_space(world_cap(process)), "the first of two with budgets");
    (void)CALL(THD_SWT, CAP_NULL, 0);
    tap_check(cpu()->current == world_thread_of(slots[1]) &&
                  host_loaded == process_space(world_cap(BOOT_PROCESS)),
              "the second has its own space");
}

/* ---- Timer, requests, faults ---- */

static void timer(void)
{
    word_t before = world_count_of(BOOT_TIMER_ENDPOINT);

    host_advance(cpu(), 1000000);
    tap_check(world_count_of(BOOT_TIMER_ENDPOINT) == before, "a tick signals nothing");
    tap_check((sword_t)(cpu()->arch.deadline - cpu()->arch.now) > 0, "the timer is armed again");
}

static void requests(void)
{
    shared_store(&cpu()->requests, CPU_REQUEST_TICK | CPU_REQUEST_FLUSH);
    (void)entry_request(cpu(), cpu()->current);
    tap_check(shared_load(&cpu()->requests) == 0, "requests are taken");
}

static void faults(void)
{
    word_t slot = world_ready_thread(1, 5, BUDGET_INFINITE);
    const struct thread *thread = world_thread_of(slot);

    host_fault(cpu(), (struct fault){.cause = 6, .address = 0x20});
    tap_check(thread->state == THREAD_FAULTED && thread->fault_cause == 6 &&
                  thread->fault_address == 0x20 && cpu()->current == init(),
              "a fault that is no memory access stops the thread");
    (void)CALL(THD_EXEC_SET, slot, 0, 0, 0);
    host_fault(cpu(), (struct fault){.cause = 1, .address = 8, .access = PAGE_WRITE});
    tap_check(thread->state == THREAD_FAULTED, "so does one on memory that is not granted");
}

int main(void)
{
    static void (*const cases[])(void) = {
        unknown,
        leaving,
        without_time,
        both_finite_hot,
        both_finite_whole,
        both_finite_late,
        both_finite_shared,
        spaces_hot,
        spaces_whole,
        spaces_finite,
        timer,
        requests,
        faults,
    };

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        world_boot(1);
        cases[i]();
        world_check("the invariants hold");
    }
    return tap_end();
}
