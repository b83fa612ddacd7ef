/* SPDX-License-Identifier: Unlicense
 *
 * Signal endpoints: sends and receives of every mode, the limit, waking, chains of events, and what
 * another CPU can do in between. Signals are conserved.
 */
#include "kernel/signal.h"

#include "kernel/wake.h"
#include "tests/unit/support/world.h"

static const word_t LIMIT = SIGNAL_LIMIT_BIT;

static struct capability *endpoint_of(word_t slot)
{
    return world_cap(slot)->object;
}

static void set_count(word_t slot, word_t count)
{
    shared_store(&endpoint_of(slot)->signal.count, count);
}

static const struct thread *waiter_of(word_t slot)
{
    return (const struct thread *)shared_load(&endpoint_of(slot)->signal.waiter);
}

/* ---- Counting ---- */

static void sending(void)
{
    word_t signal = world_signal(),
           weak = world_leaf(signal, RIGHTS_SIGNAL_ALL ^ RIGHT_SIGNAL_SEND);

    REFUSED(STATUS_TYPE, "send: not an endpoint", SIG_SND, BOOT_PROCESS, 1);
    REFUSED(STATUS_RIGHTS, "send: the right is missing", SIG_SND, weak, 1);
    REFUSED(STATUS_RIGHTS, "send: RIGHTS comes before OVERFLOW", SIG_SND, weak, HALF_MAX + 1);
    REFUSED(STATUS_OVERFLOW, "send: a count above half a word", SIG_SND, signal, HALF_MAX + 1);
    REFUSED(STATUS_OVERFLOW, "send: the largest count of all", SIG_SND, signal, ~(word_t)0);
    ACCEPTED("send: the largest that is allowed", SIG_SND, signal, HALF_MAX);
    ACCEPTED("send: none", SIG_SND, signal, 0);
    ACCEPTED("send: two more", SIG_SND, signal, 2);
    tap_check(world_count_of(signal) == HALF_MAX + 2, "all are counted");
    set_count(signal, LIMIT - 1 - 5);
    REFUSED(STATUS_FULL, "send: one more than fits", SIG_SND, signal, 6);
    ACCEPTED("send: as many as fit", SIG_SND, signal, 5);
    REFUSED(STATUS_FULL, "send: a full endpoint", SIG_SND, signal, 1);
    ACCEPTED("send: none always fits", SIG_SND, signal, 0);
}

static void receiving(void)
{
    word_t signal = world_signal();
    static const word_t rights[] = {RIGHT_SIGNAL_RECEIVE_SINGLE, RIGHT_SIGNAL_RECEIVE_ALL,
                                    RIGHT_SIGNAL_POLL_SINGLE, RIGHT_SIGNAL_POLL_ALL};

    REFUSED(STATUS_TYPE, "receive: not an endpoint", SIG_RCV, BOOT_PROCESS, SIGNAL_POLL_ALL);
    REFUSED(STATUS_ARGUMENT, "receive: no such mode", SIG_RCV, signal, SIGNAL_MODES);
    REFUSED(STATUS_ARGUMENT, "receive: a mode far out", SIG_RCV, signal, ~(word_t)0);
    for (word_t mode = 0; mode < SIGNAL_MODES; mode++) {
        word_t weak = world_leaf(signal, RIGHTS_SIGNAL_ALL & ~rights[mode]);

        REFUSED(STATUS_RIGHTS, "receive: each mode has a right of its own", SIG_RCV, weak, mode);
    }
    REFUSED(STATUS_INIT_THREAD, "receive: an init thread does not wait", SIG_RCV, signal,
            SIGNAL_RECEIVE_SINGLE);
    REFUSED(STATUS_INIT_THREAD, "receive: nor for all", SIG_RCV, signal, SIGNAL_RECEIVE_ALL);
    tap_check(CALL(SIG_RCV, signal, SIGNAL_POLL_SINGLE) == 0, "an init thread may poll");
    tap_check(CALL(SIG_RCV, signal, SIGNAL_POLL_ALL) == 0, "both ways");
    set_count(signal, 5);
    REFUSED(STATUS_INIT_THREAD, "receive: not even where signals are", SIG_RCV, signal,
            SIGNAL_RECEIVE_SINGLE);
    tap_check(CALL(SIG_RCV, signal, SIGNAL_POLL_SINGLE) == 1 && world_count_of(signal) == 4,
              "one is taken");
    tap_check(CALL(SIG_RCV, signal, SIGNAL_POLL_ALL) == 4 && world_count_of(signal) == 0,
              "all are taken");
}

/* The mark of dropped signals comes out once, with whatever is received. */
static void dropped(void)
{
    word_t signal = world_signal();

    set_count(signal, LIMIT - 1);
    signal_post(world_cpu(), endpoint_of(signal));
    tap_check(world_count_of(signal) == (SIGNAL_STICKY | (LIMIT - 1)),
              "a signal of the kernel that does not fit leaves a mark");
    signal_post(world_cpu(), endpoint_of(signal));
    tap_check(world_count_of(signal) == (SIGNAL_STICKY | (LIMIT - 1)),
              "which stays, and the count too");
    tap_check(CALL(SIG_RCV, signal, SIGNAL_POLL_SINGLE) == (sword_t)(SIGNAL_DROPPED | 1),
              "the next receive says so");
    tap_check(CALL(SIG_RCV, signal, SIGNAL_POLL_SINGLE) == 1, "once");
    set_count(signal, SIGNAL_STICKY | 3);
    tap_check(CALL(SIG_RCV, signal, SIGNAL_POLL_ALL) == (sword_t)(SIGNAL_DROPPED | 3) &&
                  world_count_of(signal) == 0,
              "with all as well");
    set_count(signal, SIGNAL_STICKY);
    tap_check(CALL(SIG_RCV, signal, SIGNAL_POLL_SINGLE) == (sword_t)SIGNAL_DROPPED &&
                  world_count_of(signal) == 0,
              "a mark that stands alone takes no signal along");
    signal_post(world_cpu(), endpoint_of(signal));
    tap_check(world_count_of(signal) == 1, "a signal of the kernel is counted");
}

/* ---- Waiting ---- */

/* A thread of higher priority than init that waits at `signal`. */
static word_t waiting(word_t signal, word_t tid, word_t mode, word_t budget)
{
    word_t slot = world_ready_thread(tid, 4, budget);

    (void)CALL(SIG_RCV, signal, mode); /* it runs, being higher */
    return slot;
}

static void waking(bool is_hot)
{
    word_t signal = world_signal(), slot;
    struct thread *thread;

    host_is_hot = is_hot;
    slot = waiting(signal, 1, SIGNAL_RECEIVE_SINGLE, BUDGET_INFINITE);
    thread = world_thread_of(slot);
    tap_check(thread->state == THREAD_BLOCKED && waiter_of(signal) == thread &&
                  thread->waiting == endpoint_of(signal) &&
                  world_cpu()->current == world_thread_of(host_init_slot(0)),
              "without a signal the thread waits and another runs");
    REFUSED(STATUS_BUSY, "receive: another thread waits", SIG_RCV, signal, SIGNAL_POLL_ALL);
    host_is_hot = is_hot;
    ACCEPTED("send: none to a waiter, with none there", SIG_SND, signal, 0);
    tap_check(thread->state == THREAD_BLOCKED, "does not wake it");
    (void)CALL(SIG_SND, signal, 1);
    tap_check(world_cpu()->current == thread && thread->context.result == 1 &&
                  waiter_of(signal) == NULL && thread->waiting == NULL &&
                  world_count_of(signal) == 0,
              "a signal goes to the waiter, which runs at once");

    (void)CALL(SIG_RCV, signal, SIGNAL_RECEIVE_SINGLE);
    (void)CALL(SIG_SND, signal, 5);
    tap_check(thread->context.result == 1 && world_count_of(signal) == 4,
              "of several, a single receiver gets one and the rest is counted");
    tap_check(CALL(SIG_RCV, signal, SIGNAL_RECEIVE_SINGLE) == 1 && world_cpu()->current == thread &&
                  world_count_of(signal) == 3,
              "it takes the next without waiting");
    tap_check(CALL(SIG_RCV, signal, SIGNAL_RECEIVE_ALL) == 3 && world_cpu()->current == thread,
              "or all of them");
    (void)CALL(SIG_RCV, signal, SIGNAL_RECEIVE_ALL);
    (void)CALL(SIG_SND, signal, 5);
    tap_check(thread->context.result == 5 && world_count_of(signal) == 0,
              "a receiver of all gets all");

    /* What another CPU has left in the counter meanwhile. */
    (void)CALL(SIG_RCV, signal, SIGNAL_RECEIVE_ALL);
    set_count(signal, 7);
    (void)CALL(SIG_SND, signal, 1);
    tap_check(thread->context.result == 8 && world_count_of(signal) == 0,
              "with what another CPU has counted");
    (void)CALL(SIG_RCV, signal, SIGNAL_RECEIVE_SINGLE);
    set_count(signal, 7);
    (void)CALL(SIG_SND, signal, 1);
    tap_check(thread->context.result == 1 && world_count_of(signal) == 7,
              "a single receiver leaves that");
    set_count(signal, 0);
    (void)CALL(SIG_RCV, signal, SIGNAL_RECEIVE_SINGLE);
    set_count(signal, 2);
    (void)CALL(SIG_SND, signal, 0);
    tap_check(world_cpu()->current == thread && thread->context.result == 1 &&
                  world_count_of(signal) == 1,
              "a send of none hands over one of what is there");
    set_count(signal, 0);
    (void)CALL(SIG_RCV, signal, SIGNAL_RECEIVE_ALL);
    set_count(signal, SIGNAL_STICKY | 2);
    (void)CALL(SIG_SND, signal, 0);
    tap_check(thread->context.result == (SIGNAL_DROPPED | 2) && world_count_of(signal) == 0,
              "or all of it, with the mark of dropped ones");
    host_is_hot = true;
}

static void lower_receiver(void)
{
    word_t signal = world_signal(), high = world_ready_thread(2, 6, BUDGET_INFINITE);
    word_t low;

    (void)CALL(THD_SCHED_PRIO, 1, high, 0, 0, 0, 0); /* out of the way */
    low = waiting(signal, 1, SIGNAL_RECEIVE_SINGLE, BUDGET_INFINITE);
    (void)CALL(THD_SCHED_PRIO, 1, high, 0, 0, 0, 6);
    tap_check(world_cpu()->current == world_thread_of(high), "a higher thread runs");
    ACCEPTED("send: to a lower receiver", SIG_SND, signal, 1);
    tap_check(world_cpu()->current == world_thread_of(high) &&
                  world_thread_of(low)->state == THREAD_READY &&
                  world_thread_of(low)->context.result == 1,
              "it is ready, and the sender goes on");
    signal_post(world_cpu(), endpoint_of(signal));
    tap_check(world_count_of(signal) == 1, "nobody waits now");
}

/* A waiter of another CPU is not woken from here. */
static void elsewhere(void)
{
    word_t signal, slot;
    struct thread *thread;

    if (CONFIG_CPUS_MAX == 1) {
        tap_skip("a waiter of another CPU", "one CPU");
        return;
    }
    world_boot(2);
    signal = world_signal();
    slot = waiting(signal, 1, SIGNAL_RECEIVE_SINGLE, BUDGET_INFINITE);
    thread = world_thread_of(slot);
    (void)HOST_CALL(arch_cpu(1), RME_SVC_SIG_SND, signal, 2);
    tap_check(thread->state == THREAD_BLOCKED && world_count_of(signal) == 2,
              "a signal from another CPU is counted only");
    signal_post(arch_cpu(1), endpoint_of(signal));
    tap_check(thread->state == THREAD_BLOCKED && world_count_of(signal) == 3,
              "so is one of its kernel");
    (void)CALL(SIG_SND, signal, 0);
    tap_check(world_cpu()->current == thread && thread->context.result == 1 &&
                  world_count_of(signal) == 2,
              "a send of none on its own CPU hands them over");
    world_check("the invariants hold with two CPUs");
}

/* ---- Events ---- */

/* Thread i of a chain waits, without time, at endpoint i; its events go to endpoint i + 1. */
static void chain(void)
{
    enum { LENGTH = CONFIG_SCHED_DEPTH_MAX + 3 };
    word_t endpoint[LENGTH + 1], thread[LENGTH];
    unsigned woken = 0;

    for (unsigned i = 0; i <= LENGTH; i++)
        endpoint[i] = world_signal();
    for (unsigned i = 0; i < LENGTH; i++) {
        thread[i] = world_thread(BOOT_PROCESS, 9, 0);
        world_bind(thread[i], endpoint[i + 1], i, 5);
        world_give(thread[i], 10);
        (void)CALL(SIG_RCV, endpoint[i], SIGNAL_RECEIVE_SINGLE);
        /* Whoever waits may lose its time. */
        (void)CALL(THD_TIME_XFER, BOOT_THREAD, thread[i], BUDGET_INFINITE);
        if (world_thread_of(thread[i])->state != THREAD_BLOCKED ||
            world_thread_of(thread[i])->budget != 0)
            tap_report(false, "a thread waits without time", "chain", __FILE__, __LINE__);
    }
    ACCEPTED("send: to the first of a chain of threads without time", SIG_SND, endpoint[0], 1);
    for (unsigned i = 0; i < LENGTH; i++)
        woken += world_thread_of(thread[i])->state == THREAD_EXHAUSTED;
    tap_check(woken == CONFIG_SCHED_DEPTH_MAX + 1, "the chain is followed to its bound");
    tap_check(world_thread_of(thread[CONFIG_SCHED_DEPTH_MAX])->event_next != NULL,
              "the event beyond is queued all the same");
    tap_check(world_count_of(endpoint[CONFIG_SCHED_DEPTH_MAX + 1]) == 0 &&
                  world_thread_of(thread[CONFIG_SCHED_DEPTH_MAX + 1])->state == THREAD_BLOCKED,
              "without a signal");
    world_check("the invariants hold behind a chain");
}

/* The event of a thread goes to the endpoint at which it waits: it has left before. */
static void circle(void)
{
    word_t signal = world_signal(), slot = world_thread(BOOT_PROCESS, 9, 0);
    struct thread *thread = world_thread_of(slot);

    world_bind(slot, signal, 1, 5);
    world_give(slot, 10);
    (void)CALL(SIG_RCV, signal, SIGNAL_RECEIVE_SINGLE);
    (void)CALL(THD_TIME_XFER, BOOT_THREAD, slot, BUDGET_INFINITE);
    ACCEPTED("send: to a thread without time whose events go to the same endpoint", SIG_SND, signal,
             1);
    tap_check(thread->state == THREAD_EXHAUSTED && thread->context.result == 1 &&
                  waiter_of(signal) == NULL,
              "it has its signal, and no time");
    tap_check(world_count_of(signal) == 1, "its event is one signal at that endpoint");
    tap_check(CALL(THD_SCHED_RCV, BOOT_THREAD) == (sword_t)(EVENT_EXHAUSTED | 1),
              "and one event of its scheduler");
    world_check("the invariants hold behind a circle");
}

/* The kernel's own signal: the timer, an interrupt. */
static void kernel_to_poor(void)
{
    word_t signal = world_signal(), other = world_signal(), slot = world_thread(BOOT_PROCESS, 9, 0);
    struct thread *thread = world_thread_of(slot);

    world_bind(slot, other, 1, 5);
    world_give(slot, 10);
    (void)CALL(SIG_RCV, signal, SIGNAL_RECEIVE_SINGLE);
    (void)CALL(THD_TIME_XFER, host_init_slot(0), slot, BUDGET_INFINITE);
    signal_post(world_cpu(), endpoint_of(signal));
    tap_check(thread->state == THREAD_EXHAUSTED && thread->context.result == 1 &&
                  world_count_of(other) == 1,
              "a signal of the kernel to a thread without time: its endpoint is told");
}

/* ---- Life ---- */

static void life(void)
{
    word_t slot = world_slot(), weak = world_leaf(BOOT_CAPTABLE, RIGHT_CAPTABLE_FREEZE);
    word_t signal, waiter;

    REFUSED(STATUS_RIGHTS, "create: the right is missing", SIG_CRT, weak, slot);
    REFUSED(STATUS_RANGE, "create: a slot behind the table", SIG_CRT, BOOT_CAPTABLE,
            CONFIG_BOOT_ENTRIES);
    REFUSED(STATUS_OCCUPIED, "create: a slot that is taken", SIG_CRT, BOOT_CAPTABLE, BOOT_PROCESS);
    ACCEPTED("create: an endpoint", SIG_CRT, BOOT_CAPTABLE, slot);
    tap_check(world_cap(slot)->rights == RIGHTS_SIGNAL_ALL && world_count_of(slot) == 0 &&
                  waiter_of(slot) == NULL && endpoint_of(slot) == world_cap(slot),
              "it has every right, no signals and no waiter");
    REFUSED(STATUS_RIGHTS, "delete: the right is missing", SIG_DEL, weak, slot);
    REFUSED(STATUS_NOT_FROZEN, "delete: not frozen", SIG_DEL, BOOT_CAPTABLE, slot);

    signal = world_signal();
    world_age();
    waiter = waiting(signal, 1, SIGNAL_RECEIVE_SINGLE, BUDGET_INFINITE);
    tap_check(CALL(CPT_FRZ, BOOT_CAPTABLE, signal) == STATUS_OK &&
                  PATIENT(SIG_DEL, BOOT_CAPTABLE, signal) == STATUS_BUSY,
              "an endpoint at which a thread waits is not deleted");
    ACCEPTED("it is thawed, so that the thread can be woken", SIG_SND, signal, 1);
    tap_check(world_cpu()->current == world_thread_of(waiter), "as it is");
    tap_check(PATIENT(CPT_FRZ, BOOT_CAPTABLE, signal) == STATUS_OK &&
                  PATIENT(SIG_DEL, BOOT_CAPTABLE, signal) == STATUS_OK,
              "then it is");
    tap_check(cap_state(shared_load(&world_cap(signal)->header)) == CAP_EMPTY,
              "and the slot is empty");
    tap_check(CALL(SIG_SND, signal, 1) == STATUS_TYPE, "nobody can send to it");
}

static void cancelling(void)
{
    word_t signal = world_signal(), slot = waiting(signal, 1, 0, BUDGET_INFINITE);
    struct thread *thread = world_thread_of(slot);

    signal_cancel(thread);
    tap_check(waiter_of(signal) == NULL && thread->waiting == NULL, "a wait can be cancelled");
    thread->state = THREAD_EXHAUSTED;
    thread_set_budget(thread, 0);
}

static void booting(void)
{
    struct capability slot = {0};

    signal_boot(&slot);
    tap_check(cap_is(&slot, CAP_SIGNAL) && slot.rights == RIGHTS_SIGNAL_ALL &&
                  slot.object == &slot && cap_freeze(&slot) == STATUS_REFERENCED,
              "a boot endpoint has every right and is held for ever");
}

/* ---- Against another CPU ---- */

static word_t contested, receiver;
static word_t sent, mode_of_call;

static void prepare_three(void)
{
    world_boot(1);
    contested = world_signal();
    set_count(contested, 3);
    sent = 3;
}

static void send_more(void)
{
    (void)shared_add(&endpoint_of(contested)->signal.count, 4);
    sent = 7;
}

static sword_t poll(void)
{
    return CALL(SIG_RCV, contested, mode_of_call);
}

static bool is_conserved(sword_t result)
{
    return world_count_of(contested) + (result > 0 ? (word_t)result : 0) == sent;
}

static void prepare_waiter(void)
{
    world_boot(1);
    contested = world_signal();
    receiver = waiting(contested, 1, SIGNAL_RECEIVE_SINGLE, BUDGET_INFINITE);
    set_count(contested, 3);
}

static sword_t send_none(void)
{
    return CALL(SIG_SND, contested, 0);
}

static void take_all_elsewhere(void)
{
    set_count(contested, 0);
}

static void prepare_receiver(void)
{
    world_boot(1);
    contested = world_signal();
    receiver = world_ready_thread(1, 4, BUDGET_INFINITE);
    host_is_hot = false; /* a hot half that loses goes on to the whole call, which finds it busy */
}

static sword_t wait_there(void)
{
    sword_t result = CALL(SIG_RCV, contested, SIGNAL_RECEIVE_SINGLE);

    return world_thread_of(receiver)->state == THREAD_BLOCKED ? STATUS_OK : result;
}

/* Another CPU's thread takes the place of the receiver, and is gone when the call has ended. */
static struct thread stranger;

static void wait_elsewhere(void)
{
    (void)shared_cas(&endpoint_of(contested)->signal.waiter, 0, (word_t)&stranger);
}

static bool send_stranger_away(sword_t result)
{
    const struct thread *waiter = waiter_of(contested);

    if (waiter == &stranger)
        shared_store(&endpoint_of(contested)->signal.waiter, 0);
    return (result == STATUS_OK) == (waiter == world_thread_of(receiver));
}

static void meetings(void)
{
    for (mode_of_call = SIGNAL_POLL_SINGLE; mode_of_call < SIGNAL_MODES; mode_of_call++)
        world_sweep(&(struct world_sweep){
            .name = "a receive that meets a send is a conflict, or takes it too; none is lost",
            .prepare = prepare_three,
            .call = poll,
            .meddle = send_more,
            .check = is_conserved,
        });
    world_sweep(&(struct world_sweep){
        .name = "a send of none that meets a receive elsewhere is a conflict, or hands over",
        .prepare = prepare_waiter,
        .call = send_none,
        .meddle = take_all_elsewhere,
    });
    world_sweep(&(struct world_sweep){
        .name = "a wait that meets a wait elsewhere is a conflict, or busy",
        .prepare = prepare_receiver,
        .call = wait_there,
        .meddle = wait_elsewhere,
        .check = send_stranger_away,
        .other = STATUS_BUSY,
    });
}

/* The hot halves: what they lose, the whole call makes good. */
static void prepare_receiver_hot(void)
{
    prepare_receiver();
    host_is_hot = true;
}

static void prepare_three_hot(void)
{
    prepare_receiver_hot();
    set_count(contested, 3);
    sent = 3;
}

static void meetings_hot(void)
{
    mode_of_call = SIGNAL_POLL_SINGLE;
    world_sweep(&(struct world_sweep){
        .name = "a hot receive that meets a send goes on to the whole call; none is lost",
        .prepare = prepare_three_hot,
        .call = poll,
        .meddle = send_more,
        .check = is_conserved,
        .passes = true,
    });
    world_sweep(&(struct world_sweep){
        .name = "a hot wait that meets a wait elsewhere finds it busy",
        .prepare = prepare_receiver_hot,
        .call = wait_there,
        .meddle = wait_elsewhere,
        .check = send_stranger_away,
        .other = STATUS_BUSY,
        .passes = true,
    });
}

static void waking_hot(void)
{
    waking(true);
}

static void waking_whole(void)
{
    waking(false);
}

int main(void)
{
    static void (*const cases[])(void) = {sending,      receiving,      dropped,   waking_hot,
                                          waking_whole, lower_receiver, elsewhere, chain,
                                          circle,       kernel_to_poor, life};

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        world_boot(1);
        cases[i]();
        world_check("the invariants hold");
    }
    world_boot(1);
    cancelling();
    booting();
    meetings();
    meetings_hot();
    return tap_end();
}
