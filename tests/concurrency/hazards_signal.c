/* SPDX-License-Identifier: Unlicense
 *
 * H10 to H12: the counter and the waiter of a signal endpoint. Behind every run
 *
 *      sent = received + pending + refused + dropped
 *
 * and a dropped signal is remembered by the sticky bit.
 */
#include "kernel/thread.h"
#include "kernel/wake.h"
#include "tests/concurrency/scenario.h"

enum { PIECE, LINE = 5 };

/* Of results 0 to 3: sends; 4 to 7: receives that did not wait. */
enum { RECEIVED = 4 };

static struct thread *thread_at(word_t slot)
{
    return slot_at(slot)->object;
}

static shared_t *counter(void)
{
    return &slot_at(ENDPOINT)->signal.count;
}

static word_t pending(void)
{
    return shared_load(counter()) & ~SIGNAL_STICKY;
}

static word_t taken(sword_t result)
{
    return result > 0 ? (word_t)result & ~SIGNAL_DROPPED : 0;
}

/* What all receives have got: results are kept moved by one, so that they differ from "not made".
 */
static word_t received(void)
{
    word_t sum = 0;

    for (unsigned cpu = 0; cpu < arch_cpu_count(); cpu++)
        for (unsigned i = RECEIVED; i < RESULTS; i++)
            sum += taken(got[cpu][i] - 1);
    return sum;
}

static void keep(unsigned cpu, unsigned index, sword_t result)
{
    got[cpu][RECEIVED + index] = result < 0 ? result : result + 1;
}

static void receive(struct cpu *cpu, unsigned index, enum signal_mode mode)
{
    struct thread *self = cpu->current;
    sword_t result = CALL(cpu, SIG_RCV, ENDPOINT, mode);

    if (self->state != THREAD_BLOCKED)
        keep(cpu->id, index, result);
}

/* The thread of a CPU that may wait; NULL if there is none. */
static const struct thread *receiver_of(const struct cpu *cpu)
{
    word_t slot = cpu->id == 0 ? THREAD : THREAD1;

    return is_valid(slot, CAP_THREAD) && cpu->id < 2 ? thread_at(slot) : NULL;
}

static bool waits(const struct cpu *cpu)
{
    return receiver_of(cpu) != NULL && receiver_of(cpu)->state == THREAD_BLOCKED;
}

/* If the thread of this CPU waited and was woken: what it has got, before it makes its next call.
 */
static void look(const struct cpu *cpu, bool waited)
{
    if (waited && !waits(cpu))
        keep(cpu->id, 0, (sword_t)receiver_of(cpu)->context.result);
}

static void send(struct cpu *cpu, unsigned index, word_t count)
{
    bool waited = waits(cpu);

    got[cpu->id][index] = CALL(cpu, SIG_SND, ENDPOINT, count);
    look(cpu, waited);
}

static void fire(struct cpu *cpu)
{
    bool waited = waits(cpu);

    host_interrupt(cpu, LINE);
    look(cpu, waited);
}

static void prepare_endpoint(void)
{
    make_endpoint(ENDPOINT);
}

/* A thread on CPU 1, running. */
static void prepare_receiver(void)
{
    make_endpoint(ENDPOINT);
    make_thread(THREAD1, PIECE);
    bind(1, THREAD1, 1);
}

/* It waits. */
static void prepare_waiter(enum signal_mode mode)
{
    prepare_receiver();
    (void)CALL(arch_cpu(1), SIG_RCV, ENDPOINT, mode);
}

static void prepare_single(void)
{
    prepare_waiter(SIGNAL_RECEIVE_SINGLE);
}

static void prepare_all(void)
{
    prepare_waiter(SIGNAL_RECEIVE_ALL);
}

/* Init threads, which may not wait, do not receive hot; these two do. */
static void prepare_two_receivers(void)
{
    prepare_receiver();
    make_thread(THREAD, PIECE + 1);
    bind(0, THREAD, 1);
}

static void prepare_signals(void)
{
    prepare_two_receivers();
    MUST(arch_cpu(0), SIG_SND, ENDPOINT, 3);
}

/* ---- H10a: send against send, at the limit ---- */

/* No state that takes 2^29 calls is made by calls. */
static word_t nearly_full(void)
{
    return SIGNAL_LIMIT_BIT - HALF_MAX - 3;
}

static void prepare_nearly_full(void)
{
    prepare_endpoint();
    shared_store(counter(), nearly_full());
}

static void send_most(struct cpu *cpu)
{
    send(cpu, 0, HALF_MAX);
    send(cpu, 1, 1);
}

static const char *judge_two_sends(void)
{
    word_t sent = nearly_full();

    for (unsigned i = 0; i < 3; i++) {
        saw(got[i][0] == STATUS_OK ? 0 : 1);
        saw(got[i][1] == STATUS_OK ? 2 : 3);
        sent += got[i][0] == STATUS_OK ? HALF_MAX : 0;
        sent += got[i][1] == STATUS_OK ? 1 : 0;
    }
    if (pending() >= SIGNAL_DROPPED)
        return "the counter has reached the bit of a result";
    return pending() == sent ? NULL : "signals are lost or made up";
}

/* ---- H10b: send against receive ---- */

static void send_two(struct cpu *cpu)
{
    send(cpu, 0, 1);
    send(cpu, 1, 2);
}

static void poll_twice(struct cpu *cpu)
{
    receive(cpu, 0, SIGNAL_POLL_SINGLE);
    receive(cpu, 1, SIGNAL_POLL_ALL);
}

static const char *judge_send_receive(void)
{
    saw(got[1][RECEIVED] == STATUS_CONFLICT ? 0 : taken(got[1][RECEIVED] - 1) != 0 ? 1 : 2);
    saw(taken(got[1][RECEIVED + 1] - 1) > 1 ? 3 : 4);
    return received() + pending() == 6 ? NULL : "signals are lost or made up";
}

/* ---- H10c: receive against receive ---- */

static const char *judge_two_receives(void)
{
    for (unsigned i = 0; i < 2; i++)
        saw(got[i][RECEIVED] == STATUS_CONFLICT ? 0 : 1);
    return received() + pending() == 3 ? NULL : "signals were taken twice, or lost";
}

/* ---- H10d: a kernel send against send and receive, with the mark for what was dropped ---- */

static void prepare_line(void)
{
    prepare_endpoint();
    MUST(arch_cpu(0), KFN, BOOT_KFUNC, RME_KFN_INT_BIND, LINE, ENDPOINT, 1);
    MUST(arch_cpu(0), KFN, BOOT_KFUNC, RME_KFN_INT_LOCAL_MOD, LINE, 1, 1);
    shared_store(counter(), SIGNAL_LIMIT_BIT - 2);
}

static void fire_thrice(struct cpu *cpu)
{
    for (unsigned i = 0; i < 3; i++)
        fire(cpu);
}

static void poll_thrice(struct cpu *cpu)
{
    for (unsigned i = 0; i < 3; i++)
        receive(cpu, i, SIGNAL_POLL_SINGLE);
}

static const char *judge_dropped(void)
{
    word_t sum = received() + pending(), all = SIGNAL_LIMIT_BIT - 2 + 3;
    bool remembered = (shared_load(counter()) & SIGNAL_STICKY) != 0;

    for (unsigned i = 0; i < 3; i++) {
        sword_t result = got[1][RECEIVED + i] - 1;

        if (result > 0 && ((word_t)result & SIGNAL_DROPPED) != 0)
            remembered = true;
    }
    saw(sum == all ? 0 : 1);
    saw(remembered ? 2 : 3);
    if (sum > all)
        return "signals are made up";
    return sum == all || remembered ? NULL : "a signal was dropped and nobody is told";
}

/* ---- H10e: handing over all (exchange) against send ---- */

static void send_to_waiter(struct cpu *cpu)
{
    send(cpu, 0, 2);
    send(cpu, 1, 0);
}

static const char *judge_hand_over(void)
{
    word_t sent = 0;

    for (unsigned i = 0; i < 2; i++)
        sent += got[0][i] == STATUS_OK ? i + 1 : 0;
    sent += got[1][0] == STATUS_OK ? 2 : 0;
    saw(taken(got[1][RECEIVED] - 1) > 2 ? 0 : 1);
    return received() + pending() == sent ? NULL : "signals are lost or made up";
}

/* ---- H10f: handing over one (compare-exchange) against send and poll ---- */

static void send_none(struct cpu *cpu)
{
    send(cpu, 0, 0);
    send(cpu, 1, 0);
}

static void send_and_poll(struct cpu *cpu)
{
    send(cpu, 0, 1);
    send(cpu, 1, 2);
    receive(cpu, 0, SIGNAL_POLL_SINGLE);
}

static const char *judge_hand_over_one(void)
{
    word_t sent = (word_t)(got[0][0] == STATUS_OK) + (got[0][1] == STATUS_OK ? 2 : 0);

    saw(got[1][0] == STATUS_CONFLICT ? 0 : 1);
    saw(taken(got[1][RECEIVED] - 1) == 1 ? 2 : 3);
    return received() + pending() == sent ? NULL : "signals are lost or made up";
}

/* ---- H10b, d, e, f: what was written before a send is read behind the receive ---- */

enum { READ = 2, MESSAGE, TOLD = 5 }; /* results */

static void tell(struct cpu *cpu, word_t count)
{
    got[cpu->id][MESSAGE] = TOLD;
    send(cpu, 0, count);
}

static void read_of(const struct cpu *cpu, unsigned other)
{
    got[cpu->id][READ] = got[other][MESSAGE];
}

static void tell_one(struct cpu *cpu)
{
    tell(cpu, 1);
}

/* A line that another CPU is told of fires behind what was written for it. */
static void tell_by_line(struct cpu *cpu)
{
    got[cpu->id][MESSAGE] = TOLD;
    fire(cpu);
}

static void prepare_listener(void)
{
    prepare_two_receivers();
    MUST(arch_cpu(0), KFN, BOOT_KFUNC, RME_KFN_INT_BIND, LINE, ENDPOINT, 1);
    MUST(arch_cpu(0), KFN, BOOT_KFUNC, RME_KFN_INT_LOCAL_MOD, LINE, 1, 1);
}

static void listen(struct cpu *cpu)
{
    for (unsigned i = 0; i < 2; i++) {
        receive(cpu, i, i == 0 ? SIGNAL_POLL_SINGLE : SIGNAL_POLL_ALL);
        if (taken(got[cpu->id][RECEIVED + i] - 1) != 0)
            read_of(cpu, 1 - cpu->id);
    }
}

/* The waiter of this CPU is handed the other's signal, alone or beside one of this CPU's. */
static void hand_over_message(struct cpu *cpu, word_t count)
{
    send(cpu, 0, count);
    if (taken(got[cpu->id][RECEIVED] - 1) > count)
        read_of(cpu, 1 - cpu->id);
}

static void hand_over_alone(struct cpu *cpu)
{
    hand_over_message(cpu, 0);
}

static void hand_over_both(struct cpu *cpu)
{
    hand_over_message(cpu, 1);
}

/* One for the waiter of this CPU, and one for who polls. */
static void tell_two(struct cpu *cpu)
{
    tell(cpu, 2);
}

static const char *judge_several(void)
{
    word_t sent = (word_t)(got[0][0] == STATUS_OK) + (got[0][1] == STATUS_OK ? 2 : 0) +
                  (got[1][0] == STATUS_OK ? 2 : 0);

    saw(taken(got[1][RECEIVED] - 1) == 1 ? 0 : 1);
    return received() + pending() == sent ? NULL : "signals are lost or made up";
}

static const char *judge_message(void)
{
    bool is_wrong = false;

    for (unsigned i = 0; i < 2; i++) {
        saw(got[i][READ] == TOLD ? 0 : 1);
        is_wrong = is_wrong || (got[i][READ] != TOLD && got[i][READ] != 1);
    }
    return is_wrong ? "a signal came before its message" : NULL;
}

/* ---- H10c: one signal as a lock ---- */

static void prepare_lock(void)
{
    prepare_two_receivers();
    MUST(arch_cpu(0), SIG_SND, ENDPOINT, 1);
}

/* What the lock protects is a result of CPU 0. */
static void lock_and_count(struct cpu *cpu)
{
    for (unsigned i = 0; i < 2; i++) {
        receive(cpu, i, i == cpu->id ? SIGNAL_POLL_SINGLE : SIGNAL_POLL_ALL);
        if (taken(got[cpu->id][RECEIVED + i] - 1) == 0)
            continue;
        got[0][MESSAGE]++;
        send(cpu, i, 1);
    }
}

static const char *judge_lock(void)
{
    sword_t count = 1;

    for (unsigned i = 0; i < 2; i++)
        for (unsigned j = 0; j < 2; j++)
            count += taken(got[i][RECEIVED + j] - 1) != 0;
    saw(count == 5 ? 0 : count == 4 ? 1 : 2);
    if (pending() != 1)
        return "the lock is open twice, or closed for ever";
    return got[0][MESSAGE] == count ? NULL : "two were inside at once";
}

/* ---- H11a: wait against wait ---- */

static void wait_single(struct cpu *cpu)
{
    receive(cpu, 0, SIGNAL_RECEIVE_SINGLE);
}

static const char *judge_two_waits(void)
{
    unsigned waiting = 0;

    for (unsigned i = 0; i < 2; i++) {
        const struct thread *thread = thread_at(i == 0 ? THREAD : THREAD1);

        waiting += thread->state == THREAD_BLOCKED;
        saw(got[i][RECEIVED] == STATUS_CONFLICT ? 0 : got[i][RECEIVED] == STATUS_BUSY ? 1 : 2);
    }
    return waiting <= 1 ? NULL : "two threads wait at one endpoint";
}

/* ---- H11b: wait against a send of another CPU (SEC-14, defect 14) ---- */

/* The send of 0 is what an inter-processor wake-up does: made until it is no conflict. */
static void wait_then_wake(struct cpu *cpu)
{
    receive(cpu, 0, SIGNAL_RECEIVE_ALL);
    for (unsigned i = 0; i < 4; i++)
        if (waits(cpu))
            send(cpu, 3, 0);
}

static void wait_single_then_wake(struct cpu *cpu)
{
    receive(cpu, 0, SIGNAL_RECEIVE_SINGLE);
    for (unsigned i = 0; i < 4; i++)
        if (waits(cpu))
            send(cpu, 3, 0);
}

static const char *judge_lost_wake(void)
{
    word_t sent = 0;

    for (unsigned i = 0; i < 2; i++)
        sent += got[0][i] == STATUS_OK ? i + 1 : 0;
    saw(waits(arch_cpu(1)) ? 0 : 1);
    saw(taken(got[1][RECEIVED] - 1) != 0 ? 2 : 3);
    if (received() + pending() != sent)
        return "signals are lost or made up";
    /* What came before the last send of 0 on this CPU must have been handed over. */
    if (waits(arch_cpu(1)))
        send(arch_cpu(1), 3, 0);
    return waits(arch_cpu(1)) && pending() != 0 ? "a receiver sleeps on pending signals" : NULL;
}

/* ---- H11c: wake against cancel, and against a send of another CPU ---- */

static void cancel(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, THD_SCHED_FREE, THREAD1);
    got[cpu->id][1] = CALL(cpu, SIG_SND, ENDPOINT, 1);
}

static void send_and_free(struct cpu *cpu)
{
    send(cpu, 0, 1);
    got[cpu->id][1] = CALL(cpu, THD_SCHED_FREE, THREAD1);
    got[cpu->id][2] = CALL(cpu, THD_EXEC_SET, THREAD1, 1, 1, 1);
}

static const char *judge_cancel(void)
{
    word_t sent = (word_t)(got[0][0] == STATUS_OK) + (got[1][1] == STATUS_OK);

    saw(got[0][1] == STATUS_STATE ? 0 : 1);
    if (got[0][1] == STATUS_OK || got[0][2] == STATUS_OK)
        return "a thread of another CPU was freed or started";
    if (got[1][0] != STATUS_OK || (sword_t)thread_at(THREAD1)->context.result != STATUS_CANCELLED)
        return "a waiter that was freed is not told so";
    return pending() == sent ? NULL : "signals are lost or made up";
}

/* ---- H11d: wait against the deletion of the endpoint ---- */

static void freeze_delete_endpoint(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, CPT_FRZ, BOOT_CAPTABLE, ENDPOINT);
    for (unsigned i = 1; i < 6; i++) {
        tick(cpu);
        got[cpu->id][i] = CALL(cpu, SIG_DEL, BOOT_CAPTABLE, ENDPOINT);
    }
}

static void wait_and_sleep(struct cpu *cpu)
{
    receive(cpu, 0, SIGNAL_RECEIVE_SINGLE);
    quiesce_offline(cpu);
}

static void prepare_old_receiver(void)
{
    prepare_receiver();
    age();
}

static const char *judge_wait_delete(void)
{
    for (unsigned i = 1; i < 6; i++) {
        if (got[0][i] == STATUS_BUSY)
            saw(0);
        if (got[0][i] == STATUS_OK)
            saw(1);
        if (waits(arch_cpu(1)) && got[0][i] == STATUS_OK)
            return "an endpoint was deleted under its waiter";
    }
    saw(waits(arch_cpu(1)) ? 2 : 3);
    return NULL;
}

/* ---- H12: everything at once ---- */

static void prepare_mixed(void)
{
    prepare_two_receivers();
    MUST(arch_cpu(2), KFN, BOOT_KFUNC, RME_KFN_INT_BIND, LINE, ENDPOINT, 1);
    MUST(arch_cpu(2), KFN, BOOT_KFUNC, RME_KFN_INT_LOCAL_MOD, LINE, 1, 1);
}

static void wait_all_then_wake(struct cpu *cpu)
{
    receive(cpu, 0, SIGNAL_RECEIVE_ALL);
    send(cpu, 0, 2);
}

static void send_fire_poll(struct cpu *cpu)
{
    send(cpu, 0, 2);
    fire(cpu);
    receive(cpu, 0, SIGNAL_POLL_SINGLE);
}

static const char *judge_mixed(void)
{
    word_t sent = 1 + (got[2][0] == STATUS_OK ? 2 : 0); /* the line has fired */
    word_t sum = received() + pending();

    for (unsigned i = 0; i < 2; i++)
        sent += got[i][0] == STATUS_OK ? 2 : 0;
    saw(taken(got[0][RECEIVED] - 1) != 0 ? 0 : 1);
    saw(taken(got[1][RECEIVED] - 1) != 0 ? 2 : 3);
    return sum == sent ? NULL : "signals are lost or made up";
}

static const struct scenario scenarios[] = {
    SCENARIO("H10a send, send at the limit", 3, 3, 0xB, prepare_nearly_full, judge_two_sends,
             send_most, send_most, send_most),
    SCENARIO("H10b send, receive", 2, 3, 0x1B, prepare_signals, judge_send_receive, send_two,
             poll_twice),
    SCENARIO("H10c receive, receive", 2, 3, 0x3, prepare_signals, judge_two_receives, poll_twice,
             poll_twice),
    SCENARIO("H10d send of the kernel, receive, drop", 2, 3, 0xF, prepare_line, judge_dropped,
             fire_thrice, poll_thrice),
    SCENARIO("H10e hand over all, send", 2, 3, 0x3, prepare_all, judge_hand_over, send_two,
             send_to_waiter),
    SCENARIO("H10f hand over one, send or poll", 2, 3, 0xF, prepare_single, judge_hand_over_one,
             send_and_poll, send_none),
    SCENARIO("H10b message by a send", 2, 3, 0x3, prepare_two_receivers, judge_message, tell_one,
             listen),
    SCENARIO("H10d message by a line", 2, 3, 0x3, prepare_listener, judge_message, tell_by_line,
             listen),
    SCENARIO("H10f message handed over", 2, 3, 0x3, prepare_single, judge_message, tell_one,
             hand_over_alone),
    SCENARIO("H10e message handed over with others", 2, 3, 0x3, prepare_all, judge_message,
             tell_one, hand_over_both),
    SCENARIO("H10f message beside a hand-over", 2, 3, 0x3, prepare_single, judge_message, listen,
             tell_two),
    SCENARIO("H10f hand over one of several, send", 2, 3, 0x1, prepare_single, judge_several,
             send_two, tell_two),
    SCENARIO("H10c lock, lock", 2, 3, 0x7, prepare_lock, judge_lock, lock_and_count,
             lock_and_count),
    SCENARIO("H11a wait, wait", 2, 3, 0x7, prepare_two_receivers, judge_two_waits, wait_single,
             wait_single),
    SCENARIO("H11b wait for all, send elsewhere", 2, 3, 0xF, prepare_receiver, judge_lost_wake,
             send_two, wait_then_wake),
    SCENARIO("H11b wait for one, send elsewhere", 2, 3, 0xF, prepare_receiver, judge_lost_wake,
             send_two, wait_single_then_wake),
    SCENARIO("H11c wake, cancel", 2, 3, 0x1, prepare_single, judge_cancel, send_and_free, cancel),
    SCENARIO("H11d wait, delete", 2, 2, 0x7, prepare_old_receiver, judge_wait_delete,
             freeze_delete_endpoint, wait_and_sleep),
    SCENARIO("H12 conservation", 3, 2, 0xF, prepare_mixed, judge_mixed, wait_all_then_wake,
             wait_all_then_wake, send_fire_poll),
};

SCENARIO_MAIN(scenarios)
