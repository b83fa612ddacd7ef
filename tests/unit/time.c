/* SPDX-License-Identifier: Unlicense
 *
 * Time: charging to the count, the timer, deadlines, and every kind of transfer.
 */
#include "kernel/time.h"

#include "arch/clock.h"
#include "tests/unit/support/world.h"

static struct cpu *cpu(void)
{
    return world_cpu();
}

static struct thread *init(void)
{
    return world_thread_of(BOOT_THREAD);
}

/* ---- Charging ---- */

static void charging(void)
{
    word_t slot = world_ready_thread(1, 5, 1000);
    struct thread *thread = world_thread_of(slot);

    host_advance(cpu(), 300);
    time_charge(cpu());
    tap_check(thread->budget == 700, "a thread pays for the time that it has run");
    time_charge(cpu());
    tap_check(thread->budget == 700, "once");
    host_advance(cpu(), 699);
    tap_check(thread->state == THREAD_READY && cpu()->current == thread,
              "with one count left it still runs");
    host_advance(cpu(), 1);
    tap_check(thread->state == THREAD_EXHAUSTED && thread->budget == 0 && cpu()->current == init(),
              "without any it stops, by the timer");
    tap_check(CALL(THD_SCHED_RCV, BOOT_THREAD) == (sword_t)(EVENT_EXHAUSTED | 1),
              "and its scheduler is told");
    world_give(slot, 10);
    host_advance(cpu(), 500);
    tap_check(thread->state == THREAD_EXHAUSTED && thread->budget == 0,
              "what it overran is not paid twice");
    world_give(slot, BUDGET_INFINITE);
    host_advance(cpu(), 1000000);
    tap_check(thread->budget == BUDGET_INFINITE && cpu()->current == thread,
              "an infinite budget is not charged");
    time_charge(cpu());
    tap_check(thread->budget == BUDGET_INFINITE, "not by a look either");
}

enum { PAYERS = 3 };

/* Who pays for each count: the thread that has it, as long as it has time; what it overruns until
 * the timer is there, whoever comes next. */
static struct account {
    word_t slots[PAYERS], left[PAYERS];
    word_t given, idle, debt;
    unsigned wrong; /* times that a thread that does not run had another budget */
} account;

/* Whoever runs pays what is due; with the init thread it is idle time. */
static void pay(void)
{
    const struct thread *current = cpu()->current;

    if (current == init()) {
        account.idle += account.debt;
        account.debt = 0;
    }
    for (unsigned i = 0; i < PAYERS; i++) {
        word_t paid = account.debt < account.left[i] ? account.debt : account.left[i];

        if (current != world_thread_of(account.slots[i]))
            continue;
        account.left[i] -= paid;
        account.debt -= paid;
    }
}

static void pass(word_t counts)
{
    account.debt += counts;
    pay();
    host_advance(cpu(), counts); /* the timer is late by all but one of them */
    for (unsigned i = 0; i < PAYERS; i++) {
        const struct thread *thread = world_thread_of(account.slots[i]);

        /* What was due was all that it had: it came and went. */
        if (thread->state == THREAD_EXHAUSTED && account.left[i] <= account.debt) {
            account.debt -= account.left[i];
            account.left[i] = 0;
        }
        if (thread != cpu()->current && thread->budget != account.left[i])
            account.wrong++;
    }
    pay();
}

static void give(unsigned i, word_t amount)
{
    pay();
    if (CALL(THD_TIME_XFER, account.slots[i], BOOT_THREAD, amount) < 0)
        tap_report(false, "init gives time", "give", __FILE__, __LINE__);
    account.left[i] += amount;
    account.given += amount;
}

static void conservation(void)
{
    word_t start, left = 0, seed = 12345;

    account = (struct account){0};
    for (unsigned i = 0; i < PAYERS; i++) {
        account.slots[i] = world_thread(BOOT_PROCESS, 9, 0);
        world_bind(account.slots[i], CAP_NULL, i, 3);
    }
    start = cpu()->arch.now;
    for (unsigned i = 0; i < 3000; i++) {
        seed = seed * 1103515245 + 12345;
        /* From below, one after the other, so that they then take turns. */
        if (cpu()->current == init())
            for (unsigned k = 0; k < PAYERS; k++)
                give(k, 1 + (seed >> (16 + k) & 0x3FF));
        else if ((seed >> 8) % 3 == 0)
            (void)CALL(THD_SWT, CAP_NULL, 0);
        for (word_t count = seed >> 8 & 0x3F; count > 0; count--)
            pass(1 + count % 7);
    }
    for (unsigned i = 0; i < 100000 && (cpu()->current != init() || account.debt != 0); i++)
        pass(1);
    for (unsigned i = 0; i < PAYERS; i++)
        left += world_thread_of(account.slots[i])->budget;
    tap_check(account.given > 10000 && account.idle > 1000,
              "many budgets are used up, some time is idle");
    tap_check(account.wrong == 0, "each thread has paid for the counts that it had, and no other");
    tap_check(account.given - left + account.idle == cpu()->arch.now - start,
              "charged and idle time add up to the time that has passed, exactly");
}

/* ---- Timer and deadline ---- */

static bool timer_in(word_t counts)
{
    return cpu()->arch.deadline - cpu()->arch.now == counts;
}

static void arming(void)
{
    const word_t longest = CONFIG_CPUS_MAX > 1 ? ARCH_TIMER_TICK : ARCH_TIMER_MAX;
    word_t slot;

    host_advance(cpu(), 1);
    (void)arch_clock_elapsed(cpu());
    time_arm(cpu());
    tap_check(timer_in(longest), "without budget or deadline the timer waits as long as it may");
    cpu()->deadline = arch_clock_now(cpu()) + 500;
    cpu()->deadline_armed = true;
    time_arm(cpu());
    tap_check(timer_in(500), "a deadline comes first");
    cpu()->deadline = arch_clock_now(cpu()) - 1;
    time_arm(cpu());
    tap_check(timer_in(ARCH_TIMER_MIN), "one that has passed as soon as can be");
    cpu()->deadline = arch_clock_now(cpu()) + 500;
    slot = world_ready_thread(1, 5, 300);
    time_arm(cpu());
    tap_check(timer_in(300), "the end of a budget comes before it");
    thread_set_budget(world_thread_of(slot), 700);
    time_arm(cpu());
    tap_check(timer_in(500), "or behind it");
}

static void deadlines(void)
{
    word_t endpoint = BOOT_TIMER_ENDPOINT, before;

    if (!CONFIG_KFUNC_INTERRUPT) {
        tap_skip("deadlines", "no kernel functions on the timer");
        return;
    }
    before = world_count_of(endpoint);
    tap_check(KFN(TIMER_SET, 0, endpoint, 400) == STATUS_OK, "a deadline is armed");
    host_advance(cpu(), 399);
    tap_check(world_count_of(endpoint) == before, "one count early nothing has happened");
    host_advance(cpu(), 1);
    tap_check(world_count_of(endpoint) == before + 1, "then there is one signal");
    host_advance(cpu(), 100000);
    tap_check(world_count_of(endpoint) == before + 1, "and no other: ticks signal nothing");
    tap_check(KFN(TIMER_SET, 0, endpoint, 400) == STATUS_OK &&
                  KFN(TIMER_SET, 0, endpoint, 0) == STATUS_OK,
              "one can be disarmed");
    host_advance(cpu(), 100000);
    tap_check(world_count_of(endpoint) == before + 1, "and does not come");
    tap_check(time_set_deadline(cpu(), BUDGET_INIT + 1) == STATUS_ARGUMENT &&
                  !cpu()->deadline_armed,
              "half the range of the clock is too long");
    tap_check(time_set_deadline(cpu(), BUDGET_INIT) == STATUS_OK && cpu()->deadline_armed,
              "one count less is not");
    tap_check(time_set_deadline(cpu(), 0) == STATUS_OK, "disarmed");

    (void)world_ready_thread(1, 5, 1000);
    host_advance(cpu(), 100);
    tap_check(KFN(TIMER_SET, 0, endpoint, 50) == STATUS_OK && cpu()->current->budget == 900,
              "a thread with a budget pays up to the call");
    host_advance(cpu(), 50);
    tap_check(world_count_of(endpoint) == before + 2, "its deadline comes while it runs");
    cpu()->arch.now += 2000; /* past its budget, before the timer is there */
    (void)KFN(TIMER_SET, 0, endpoint, 50);
    tap_check(cpu()->current == init(), "without time it does not go on behind the call");
}

/* ---- Transfer ---- */

static const word_t FINITE = 1000;

enum kind { KIND_FINITE, KIND_INFINITE, KIND_INIT };

static word_t amount_of(enum kind kind)
{
    return kind == KIND_FINITE ? 400 : kind == KIND_INFINITE ? BUDGET_INFINITE : BUDGET_INIT;
}

static word_t budget_of(enum kind kind)
{
    return kind == KIND_FINITE ? FINITE : kind == KIND_INFINITE ? BUDGET_INFINITE : BUDGET_INIT;
}

/* What a transfer leaves to the target, as the documents say it. */
static word_t target_after(enum kind target, enum kind source, enum kind amount)
{
    if (target != KIND_FINITE)
        return budget_of(target);
    if (source == KIND_FINITE)
        return FINITE + (amount == KIND_FINITE ? amount_of(amount) : FINITE);
    return amount == KIND_FINITE ? FINITE + amount_of(amount) : BUDGET_INFINITE;
}

static word_t source_after(enum kind source, enum kind amount)
{
    if (source == KIND_FINITE)
        return amount == KIND_FINITE ? FINITE - amount_of(amount) : 0;
    return source == KIND_INFINITE && amount == KIND_INIT ? 0 : budget_of(source);
}

/* The whole matrix: target, source and amount of each kind. */
static void matrix(void)
{
    for (unsigned i = 0; i < 27; i++) {
        enum kind target = i / 9, source = i / 3 % 3, amount = i % 3;
        word_t to, from;
        sword_t result;
        bool is_right;

        world_boot(1);
        to = world_thread(BOOT_PROCESS, 9, 0);
        from = world_thread(BOOT_PROCESS, 9, 0);
        world_bind(to, CAP_NULL, 1, 0);
        world_bind(from, CAP_NULL, 2, 0);
        world_give(to, BUDGET_INFINITE); /* ready, both; then the budgets of this case */
        world_give(from, BUDGET_INFINITE);
        thread_set_budget(world_thread_of(to), budget_of(target));
        thread_set_budget(world_thread_of(from), budget_of(source));
        result = CALL(THD_TIME_XFER, to, from, amount_of(amount));
        is_right = world_thread_of(to)->budget == target_after(target, source, amount) &&
                   world_thread_of(from)->budget == source_after(source, amount) &&
                   (word_t)result == world_thread_of(to)->budget &&
                   (world_thread_of(from)->state == THREAD_EXHAUSTED) ==
                       (source_after(source, amount) == 0);
        if (!tap_check(is_right, "a transfer of each kind, between each kind"))
            printf("# target %d, source %d, amount %d: %ld\n", target, source, amount,
                   (long)result);
        world_check("the invariants hold");
    }
}

static void refusals(void)
{
    word_t to = world_ready_thread(1, 0, 100), from = world_ready_thread(2, 0, 100);
    word_t no_target = world_leaf(to, RIGHTS_THREAD_ALL & ~(word_t)RIGHT_THREAD_TIME_TARGET);
    word_t no_source = world_leaf(from, RIGHTS_THREAD_ALL & ~(word_t)RIGHT_THREAD_TIME_SOURCE);
    word_t unbound = world_thread(BOOT_PROCESS, 9, 0), low = world_thread(BOOT_PROCESS, 3, 0), poor;

    world_bind(low, CAP_NULL, 3, 0);
    world_give(low, 50);
    poor = world_thread(BOOT_PROCESS, 9, 0);
    world_bind(poor, CAP_NULL, 4, 0);
    REFUSED(STATUS_TYPE, "transfer: the target is no thread", THD_TIME_XFER, BOOT_PROCESS, from, 1);
    REFUSED(STATUS_TYPE, "transfer: the source is no thread", THD_TIME_XFER, no_target,
            BOOT_PROCESS, 1);
    REFUSED(STATUS_RIGHTS, "transfer: the target lacks TIME_TARGET", THD_TIME_XFER, no_target, from,
            1);
    REFUSED(STATUS_RIGHTS, "transfer: the source lacks TIME_SOURCE", THD_TIME_XFER, to, no_source,
            0);
    REFUSED(STATUS_ARGUMENT, "transfer: nothing", THD_TIME_XFER, unbound, from, 0);
    REFUSED(STATUS_ARGUMENT, "transfer: above the largest amount", THD_TIME_XFER, to, from,
            BUDGET_INIT + 1);
    REFUSED(STATUS_STATE, "transfer: to a thread that is not bound", THD_TIME_XFER, unbound, from,
            1);
    REFUSED(STATUS_STATE, "transfer: from one that is not bound", THD_TIME_XFER, to, unbound, 1);
    REFUSED(STATUS_STATE, "transfer: from one without time", THD_TIME_XFER, to, poor, 1);
    REFUSED(STATUS_PRIORITY, "transfer: to a thread with a higher limit", THD_TIME_XFER, to, low,
            1);
    tap_check(CALL(THD_TIME_XFER, BOOT_THREAD, low, 10) == (sword_t)BUDGET_INIT &&
                  world_thread_of(low)->budget == 40,
              "an init thread takes from all");
    tap_check(CALL(THD_TIME_XFER, low, to, 10) == 50, "time may go to a lower limit");

    thread_set_budget(world_thread_of(to), BUDGET_INFINITE - 50);
    REFUSED(STATUS_OVERFLOW, "transfer: a sum that is not finite any more", THD_TIME_XFER, to, from,
            50);
    tap_check(CALL(THD_TIME_XFER, to, from, 49) == (sword_t)(BUDGET_INFINITE - 1),
              "one count less is");
    REFUSED(STATUS_OVERFLOW, "transfer: nothing more fits", THD_TIME_XFER, to, BOOT_THREAD, 1);
    thread_set_budget(world_thread_of(to), BUDGET_INFINITE);
    tap_check(CALL(THD_TIME_XFER, to, from, 5) == (sword_t)BUDGET_INFINITE,
              "finite time for an infinite budget is swallowed, not refused");
}

static void effects(void)
{
    word_t to = world_thread(BOOT_PROCESS, CONFIG_PRIORITIES - 1, 0);
    word_t from = world_ready_thread(2, 0, 100);
    word_t signal = world_signal();
    struct thread *target = world_thread_of(to), *source = world_thread_of(from);

    world_bind(to, signal, 1, 5);
    tap_check(CALL(THD_TIME_XFER, from, from, 30) == 100 && source->budget == 100,
              "to itself nothing moves");
    (void)CALL(THD_TIME_XFER, to, from, 100);
    tap_check(target->state == THREAD_READY && cpu()->current == target,
              "a thread that gets time is ready, and runs if it is the highest");
    tap_check(source->state == THREAD_EXHAUSTED && init()->events == source,
              "one that gives all is exhausted, and its scheduler is told");
    tap_check(CALL(THD_TIME_XFER, from, to, 500) == 100 && target->state == THREAD_EXHAUSTED &&
                  world_count_of(signal) == 1,
              "more than there is, is what there is; the endpoint of an exhausted thread is told");
    tap_check(cpu()->current == init(), "the running thread may give its own time away");

    thread_set_budget(target, 0);
    (void)CALL(THD_TIME_XFER, to, BOOT_THREAD, BUDGET_INFINITE);
    tap_check(cpu()->current == target && target->budget == BUDGET_INFINITE,
              "init gives infinite time");
    (void)CALL(THD_TIME_XFER, from, to, BUDGET_INIT);
    tap_check(target->budget == 0 && target->state == THREAD_EXHAUSTED &&
                  source->budget == BUDGET_INFINITE,
              "the revoking amount takes it back");

    world_boot(1);
    to = world_ready_thread(1, 5, BUDGET_INFINITE);
    from = world_thread(BOOT_PROCESS, 9, 0);
    world_bind(from, CAP_NULL, 2, 0);
    world_give(from, 1000);
    (void)CALL(THD_TIME_XFER, from, to, BUDGET_INIT);
    tap_check(world_thread_of(from)->budget == BUDGET_INFINITE, "an infinite budget moves whole");
    world_boot(1);
    to = world_ready_thread(1, 5, 5000);
    from = world_ready_thread(2, 5, 5000);
    host_advance(cpu(), 100);
    (void)CALL(THD_TIME_XFER, from, to, 4800);
    tap_check(world_thread_of(to)->budget == 100, "the running thread pays before it gives");
    tap_check(cpu()->arch.deadline - cpu()->arch.now == 100, "the timer follows what it has left");
}

/* ---- The tick ---- */

/* A CPU that is not offline ticks every QUIESCE_PERIOD, whatever it is asked meanwhile (D6). */
static void tick_stays(void)
{
    word_t due = cpu()->arch.deadline;

    host_advance(cpu(), ARCH_TIMER_TICK / 2);
    (void)KFN(TIMER_SET, 0, BOOT_TIMER_ENDPOINT, 0);
    (void)KFN(TIMER_SET, 0, BOOT_TIMER_ENDPOINT, 4 * ARCH_TIMER_TICK);
    tap_check((sword_t)(cpu()->arch.deadline - due) <= 0, "TIMER_SET does not put off the tick");
}

int main(void)
{
    static void (*const cases[])(void) = {charging, conservation, arming,    deadlines,
                                          refusals, effects,      tick_stays};

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        world_boot(1);
        cases[i]();
        world_check("the invariants hold");
    }
    matrix();
    return tap_end();
}
