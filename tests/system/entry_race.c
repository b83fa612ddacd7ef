/* SPDX-License-Identifier: Unlicense
 *
 * SEC-01: a system call is executed for its caller and charged to it, whatever interrupt becomes
 * pending in the instruction before, at or behind it. A victim spins for a number of instructions
 * that the sweep changes by one, and makes a call; an interrupt strikes somewhere there and
 * switches to an intruder. A kernel in which the switch can come between SVC and its execution runs
 * the call with the intruder's registers: they are looked at, and so are the effect of the call and
 * what both have paid. The place of the strike is found by halving; the sweep goes some
 * instructions to either side of it, and must see both orders.
 */
#include "rme/assert.h"
#include "test/machine.h"
#include "tests/system/threads.h"

/* Of the port: the call with all registers, REACH and so on. */
#include "test/entry_race.h"

enum { LEVEL_VICTIM = 3, LEVEL_MAIN = 20, ROUNDS_MAX = 1 << 15, PLENTY = 0x10000000 };

/* The same id in both tables: an endpoint of the victim's here, one of the intruder's there. */
enum { ID_TARGET = 3, ID_START = 4, ID_FUNCTIONS = 5, ID_TIMER = 6, ID_PEEK = 7, ENTRIES = 8 };

struct ids {
    word_t target, start, functions, timer, peek;
};

/* What a strike is, and the call that is hit. */
struct sweep {
    const char *name;
    const struct ids *ids;
    void (*arm)(const struct sweep *sweep);
    word_t ticks;   /* until the strike */
    bool is_long;   /* the call creates a table, instead of sending */
    bool is_device; /* the intruder serves a device line */
    bool is_expiry; /* the strike is the end of the victim's budget */
};

static struct ids named = {ID_TARGET, ID_START, ID_FUNCTIONS, ID_TIMER, ID_PEEK}, shared;
static const struct sweep *volatile current;

static rme_thread_t victim, intruder;
static rme_signal_t target, decoy, start_signal, strike;
static word_t spare_slot, spare_memory;

/* Of one trial. */
static volatile word_t spin_rounds, spin_odd, has_struck;
static volatile sword_t victim_result, intruder_result, seen_by_intruder;
static volatile bool are_registers_whole;

/* ---- The victim ---- */

static void arm_deadline(const struct sweep *sweep)
{
    (void)rme_kfunc_call((rme_kfunc_t){{sweep->ids->functions}}, RME_KFN_TIMER_SET, 0,
                         sweep->ids->timer, sweep->ticks, 0, 0);
}

static void arm_device(const struct sweep *sweep)
{
    machine_timer_start_by(sweep->ids->functions, sweep->ticks);
}

/* The end of the budget is armed by the switch to the victim. */
static void arm_nothing(const struct sweep *sweep)
{
    (void)sweep;
}

static void be_victim(word_t unused)
{
    (void)unused;
    for (;;) {
        const struct sweep *sweep = current;
        word_t struck, send[8] = {RME_SVC_SIG_SND, sweep->ids->target, 1, 0, 0, 0, 0, 0};
        word_t create[8] = {RME_SVC_CPT_CRT,
                            BOOT_CAPTABLE,
                            spare_slot,
                            BOOT_KMEM,
                            spare_memory,
                            CONFIG_CAPTABLE_BYTES_MAX / CAP_SLOT_BYTES,
                            0,
                            0};

        (void)rme_signal_receive((rme_signal_t){{sweep->ids->start}}, SIGNAL_RECEIVE_ALL);
        sweep = current;
        sweep->arm(sweep);
        struck = has_struck;
        victim_result = call_later(sweep->is_long ? create : send, spin_rounds, spin_odd);
        while (sweep->is_expiry && has_struck == struck)
            machine_spin(1);
    }
}

/* ---- The intruder ---- */

static void be_intruder(word_t unused)
{
    (void)unused;
    for (;;) {
        const struct sweep *sweep = current;
        sword_t result;
        bool are_whole = wait_with_pattern(sweep->ids->timer, &result);

        sweep = current;
        are_registers_whole = are_whole;
        intruder_result = result;
        if (sweep->is_long) /* is there something in the slot yet? */
            seen_by_intruder = rme_captable_freeze(own, spare_slot) == STATUS_OK;
        else
            seen_by_intruder =
                rme_signal_receive((rme_signal_t){{sweep->ids->peek}}, SIGNAL_POLL_ALL);
        if (sweep->is_device) {
            machine_timer_stop_by(sweep->ids->functions);
            machine_timer_clear();
            /* A level that was up when the kernel was left is pending once more. */
            for (unsigned i = 0; i < 2; i++)
                (void)rme_kfunc_call((rme_kfunc_t){{sweep->ids->functions}}, RME_KFN_INT_LOCAL_MOD,
                                     MACHINE_LINE, 1, 1, 0, 0);
            (void)rme_signal_receive((rme_signal_t){{sweep->ids->timer}}, SIGNAL_POLL_ALL);
        }
        has_struck++;
    }
}

/* ---- One trial ---- */

struct outcome {
    bool is_right, was_before; /* the call came before the strike */
    word_t intruder_paid;
};

/* The call had its effect once, and nowhere else. */
static bool has_effect(const struct sweep *sweep)
{
    sword_t count = seen_by_intruder;

    if (sweep->is_long) {
        if (count == 0)
            count = rme_captable_freeze(own, spare_slot) == STATUS_OK;
        return rme_captable_delete(own, spare_slot) == STATUS_OK && count == 1;
    }
    count += rme_signal_receive(target, SIGNAL_POLL_ALL);
    return count == 1 && rme_signal_receive(decoy, SIGNAL_POLL_ALL) == 0;
}

static struct outcome try_once(const struct sweep *sweep, word_t rounds, word_t odd)
{
    struct outcome outcome = {true, false, 0};
    word_t before = has_struck, patience = 100000;
    word_t intruder_had;

    spin_rounds = rounds;
    spin_odd = odd;
    victim_result = 1;
    intruder_result = 0;
    seen_by_intruder = 0;
    if (sweep->is_expiry) {
        (void)rme_thread_transfer_time(init, victim, BUDGET_INFINITE);
        (void)rme_thread_transfer_time(victim, init, sweep->ticks);
    }
    intruder_had = budget_of(intruder);
    (void)rme_signal_send(start_signal, 1);
    (void)set_priority(init, 0);
    while (has_struck == before && patience-- != 0)
        machine_spin(10);
    (void)set_priority(init, LEVEL_MAIN);
    if (sweep->is_expiry) { /* it has not gone on behind its call */
        outcome.is_right =
            rme_thread_receive_event(init) == (sword_t)(LEVEL_VICTIM | EVENT_EXHAUSTED);
        (void)rme_thread_transfer_time(victim, init, PLENTY);
        step_down(LEVEL_MAIN);
    }
    outcome.intruder_paid = intruder_had - budget_of(intruder);
    outcome.was_before = seen_by_intruder != 0;
    outcome.is_right = outcome.is_right && has_struck == before + 1 && victim_result == STATUS_OK &&
                       intruder_result == 1 && are_registers_whole && has_effect(sweep);
    return outcome;
}

/* Rounds of the victim's loop at which the strike comes before the call. */
static word_t find_strike(const struct sweep *sweep)
{
    word_t early = 1, late = ROUNDS_MAX;

    while (late - early > 1) {
        word_t middle = (early + late) / 2;

        if (try_once(sweep, middle, 0).was_before)
            early = middle;
        else
            late = middle;
    }
    return late;
}

/* What the intruder paid, in trials of one order. */
struct spread {
    word_t count, least, most;
};

static void spread_add(struct spread *spread, word_t value)
{
    if (spread->count == 0 || value < spread->least)
        spread->least = value;
    if (spread->count == 0 || value > spread->most)
        spread->most = value;
    spread->count++;
}

/* But for what a look at a clock is apart, and that the looks of both orders differ. */
static bool have_same_price(const struct spread *a, const struct spread *b)
{
    return a->most - a->least <= PRICE_SPREAD && b->most - b->least <= PRICE_SPREAD &&
           a->most < b->least + PRICE_OF_ORDER && b->most < a->least + PRICE_OF_ORDER;
}

static void run_sweep(const struct sweep *sweep)
{
    struct spread orders[2] = {{0, 0, 0}, {0, 0, 0}}; /* the call behind the strike, or before */
    const word_t reach = sweep->is_device ? REACH : REACH_OF_COUNTS;
    unsigned wrong = 0;
    word_t middle;

    current = sweep;
    /* The threads have looked at `current` before they wait: let each go round once. */
    (void)try_once(sweep, 1, 0);
    middle = find_strike(sweep);
    for (word_t k = 0; middle > reach && k < 4 * reach + 2; k++) {
        struct outcome outcome = try_once(sweep, middle - reach + k / 2, k % 2);

        wrong += !outcome.is_right;
        spread_add(&orders[outcome.was_before], outcome.intruder_paid);
    }
    tap_check(wrong == 0, sweep->name);
    tap_check(orders[0].count >= 20 && orders[1].count >= 20, "the sweep goes over the call");
    if (CONFIG_DEBUG)
        tap_skip("and the intruder pays the same", "a debug build prints what is refused");
    else if (!sweep->is_expiry || !sweep->is_long) /* who runs next pays what a budget overran */
        tap_check(have_same_price(&orders[0], &orders[1]),
                  "and the intruder pays the same wherever it strikes");
    rme_print("# %zu before, %zu behind; the intruder paid %zu to %zu, or %zu to %zu\n",
              orders[1].count, orders[0].count, orders[1].least, orders[1].most, orders[0].least,
              orders[0].most);
}

/* ---- Two processes, or one where page tables are raw words ---- */

static void give(rme_captable_t table, word_t slot, word_t source, word_t rights)
{
    rme_assert(rme_captable_delegate(table, slot, own, source, rights, 0, 0) == STATUS_OK);
}

static rme_process_t make_process(rme_signal_t at_target, rme_signal_t peek)
{
    struct rme_space space = rme_space_make(3);
    rme_captable_t table = rme_captable_make(ENTRIES);

    rme_space_add_image(&space);
    add_timer(&space);
    give(table, ID_TARGET, at_target.id.raw, RIGHT_SIGNAL_SEND);
    give(table, ID_START, start_signal.id.raw, RIGHT_SIGNAL_RECEIVE_ALL);
    rme_assert(rme_captable_delegate(table, ID_FUNCTIONS, own, BOOT_KFUNC,
                                     (word_t)RME_KFN_INT_LOCAL_MOD << CAP_PAIR_SHIFT |
                                         MACHINE_FUNCTION_LAST,
                                     0, MACHINE_OBJECT_LAST) == STATUS_OK);
    give(table, ID_TIMER, strike.id.raw, RIGHTS_SIGNAL_ALL);
    give(table, ID_PEEK, peek.id.raw, RIGHT_SIGNAL_POLL_ALL);
    return rme_process_make(table, &space);
}

static rme_thread_t make_thread(rme_process_t of, void (*entry)(word_t), word_t priority,
                                rme_signal_t endpoint)
{
    rme_thread_t thread = THREAD(.process = of, .entry = entry, .priority = priority,
                                 .tid = priority, .endpoint = endpoint);

    (void)rme_thread_transfer_time(thread, init, PLENTY);
    return thread;
}

/* Threads of these processes, that wait for their trials. */
static void make_threads(const struct sweep *sweep, rme_process_t of_victim,
                         rme_process_t of_intruder)
{
    current = sweep;
    victim = make_thread(of_victim, be_victim, LEVEL_VICTIM,
                         sweep->is_expiry ? strike : rme_signal_null());
    intruder = make_thread(of_intruder, be_intruder, LEVEL_VICTIM + 1, rme_signal_null());
    step_down(LEVEL_MAIN);
}

static void end_threads(void)
{
    tap_check(thread_end(victim) && thread_end(intruder), "the threads end");
}

/* Both in processes of their own, where the build has such. */
static void run_apart(struct sweep *sweep)
{
    if (CONFIG_RAW) {
        sweep->ids = &shared;
        make_threads(sweep, process, process);
    } else {
        sweep->ids = &named;
        make_threads(sweep, make_process(target, target), make_process(decoy, target));
    }
    run_sweep(sweep);
    end_threads();
}

static void by_deadline(void)
{
    struct sweep sweep = {.name = "a call that the kernel's timer hits is its caller's",
                          .arm = arm_deadline,
                          .ticks = rme_boot.clock_hz / 50000};

    strike = rme_signal(BOOT_TIMER_ENDPOINT);
    shared.timer = BOOT_TIMER_ENDPOINT;
    run_apart(&sweep);
}

static void by_device(void)
{
    struct sweep sweep = {.name = "a call that a device hits is its caller's",
                          .arm = arm_device,
                          .ticks = 4000 / MACHINE_TICK,
                          .is_device = true};

    strike = rme_signal_make();
    shared.timer = strike.id.raw;
    (void)rme_kfunc_call(functions, RME_KFN_INT_BIND, MACHINE_LINE, strike.id.raw, 0, 0, 0);
    (void)rme_kfunc_call(functions, RME_KFN_INT_LOCAL_MOD, MACHINE_LINE, 1, 1, 0, 0);
    run_apart(&sweep);
    sweep.is_long = true;
    sweep.ids = &shared;
    sweep.name = "so is a long one";
    make_threads(&sweep, process, process);
    run_sweep(&sweep);
    end_threads();
}

/* The strike is the end of the victim's budget, whose event wakes the intruder. */
static void by_expiry(void)
{
    struct sweep sweep = {.name = "a call at the end of a budget is its caller's",
                          .arm = arm_nothing,
                          .ids = &shared,
                          .ticks = rme_boot.clock_hz / 50000,
                          .is_expiry = true};

    strike = rme_signal_make();
    shared.timer = strike.id.raw;
    make_threads(&sweep, process, process);
    run_sweep(&sweep);
    sweep.is_long = true;
    sweep.name = "so is a long call there";
    run_sweep(&sweep);
    end_threads();
}

int main(void)
{
    if (!CONFIG_KFUNC_INTERRUPT) {
        tap_skip("interrupts that hit a call", "this build has no functions for interrupts");
        return tap_end();
    }
    machine_begin();
    (void)set_priority(init, LEVEL_MAIN);
    target = rme_signal_make();
    decoy = rme_signal_make();
    start_signal = rme_signal_make();
    spare_slot = rme_alloc_slot();
    spare_memory = rme_alloc_kmem(CONFIG_CAPTABLE_BYTES_MAX);
    shared = (struct ids){target.id.raw, start_signal.id.raw, BOOT_KFUNC, 0, target.id.raw};
    by_device();
    if (CONFIG_TICKLESS && MACHINE_IS_FINE) {
        by_deadline();
        by_expiry();
    } else {
        const char *reason = CONFIG_TICKLESS ? "a count is 1,000 instructions in QEMU here"
                                             : "periodic ticks come every 10 ms: a long sweep";

        tap_skip("a call that the kernel's timer hits", reason);
        tap_skip("a call at the end of a budget", reason);
    }
    return tap_end();
}
