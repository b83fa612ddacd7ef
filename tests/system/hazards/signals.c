/* SPDX-License-Identifier: Unlicense
 *
 * H10 to H12: the counter and the waiter of a signal endpoint. Behind every run
 *
 *      sent = received + pending
 *
 * The limit of a counter, 2^61 signals, is not to be reached by calls: there the host's tests are.
 */
#include "hazards.h"

enum { PIECE, ROUNDS = 8, TRIES = 300 };

/* What a CPU has sent and received, waiting or not. */
static struct account {
    volatile word_t sent, received, waits; /* waits: its worker has not come back yet */
    volatile sword_t result;               /* of its worker */
} accounts[CPUS] __attribute__((aligned(64)));

static volatile word_t senders; /* that have sent all */

static void prepare(void)
{
    for (word_t cpu = 0; cpu < CPUS; cpu++)
        accounts[cpu] = (struct account){0, 0, 0, NOT_MADE};
    senders = 0;
    make_endpoint(ENDPOINT);
    for (word_t cpu = 0; cpu < CPUS; cpu++)
        make_thread(THREAD + cpu, PIECE + cpu);
}

static void prepare_some(void)
{
    prepare();
    MUST(SIG_SND, ENDPOINT, 3);
    accounts[0].sent = 3;
}

static sword_t send(word_t cpu, word_t count)
{
    sword_t status = CALL(SIG_SND, ENDPOINT, count);

    if (status == STATUS_OK)
        accounts[cpu].sent += count;
    return status;
}

static sword_t receive(word_t cpu, enum signal_mode mode)
{
    sword_t result = CALL(SIG_RCV, ENDPOINT, mode);

    if (result > 0)
        accounts[cpu].received += (word_t)result;
    return result;
}

/* Behind a run. */
static const char *judge_sums(void)
{
    word_t sent = 0, received = 0;

    (void)receive(0, SIGNAL_POLL_ALL);
    for (word_t cpu = 0; cpu < CPUS; cpu++) {
        sent += accounts[cpu].sent;
        received += accounts[cpu].received;
    }
    return sent == received ? NULL : "signals are lost or made up";
}

/* ---- H10a: send, send ---- */

static void send_many(word_t cpu)
{
    begin(cpu);
    for (word_t i = 0; i < ROUNDS; i++)
        got[cpu][i] = send(cpu, i % 2 == 0 ? 1 : HALF_MAX);
}

static const char *judge_sends(void)
{
    for (unsigned i = 0; i < ROUNDS; i++)
        if (count_of(i, STATUS_OK) != running)
            return "one stands in the other's way";
    return judge_sums();
}

/* ---- H10b: send, receive; H10c: receive, receive ---- */

static void poll(word_t cpu)
{
    begin(cpu);
    for (unsigned i = 0; i < ROUNDS; i++) {
        got[cpu][i] = receive(cpu, i % 2 == 0 ? SIGNAL_POLL_SINGLE : SIGNAL_POLL_ALL);
        saw(got[cpu][i] > 0 ? 0 : got[cpu][i] == 0 ? 1 : 2);
    }
}

static const char *judge_polls(void)
{
    for (word_t cpu = 1; cpu < running; cpu++)
        for (unsigned i = 0; i < ROUNDS; i++)
            if (got[cpu][i] < 0 && got[cpu][i] != STATUS_CONFLICT)
                return "another status";
    return judge_sums();
}

/* ---- H10d: send of the kernel, send or receive ---- */

static void prepare_line(void)
{
    prepare();
    must(FUNCTION(INT_BIND, LINE, ENDPOINT, 0), "INT_BIND");
}

/* Each delivery masks the line: so it is known that it has come. */
static void fire(word_t cpu)
{
    (void)FUNCTION(INT_LOCAL_MOD, LINE, 1, 1);
    (void)FUNCTION(INT_LOCAL_TRIG, cpu << CAP_PAIR_SHIFT | LINE, 0, 0);
    while (FUNCTION(INT_LOCAL_MOD, LINE, 0, 0) == 1)
        pause();
    accounts[cpu].sent++;
}

static void fire_often(word_t cpu)
{
    begin(cpu);
    for (unsigned i = 0; i < ROUNDS; i++)
        fire(cpu);
}

static void send_and_poll(word_t cpu)
{
    begin(cpu);
    for (unsigned i = 0; i < ROUNDS; i += 2) {
        got[cpu][i] = send(cpu, 2) == STATUS_OK ? 0 : STATUS_STATE;
        got[cpu][i + 1] = receive(cpu, SIGNAL_POLL_SINGLE);
        saw(got[cpu][i + 1] > 0 ? 0 : 1);
    }
}

/* ---- Waiting: a worker of a CPU waits once; its CPU wakes it ---- */

static void wait_as(word_t cpu, enum signal_mode mode)
{
    accounts[cpu].waits = 1;
    accounts[cpu].result = receive(cpu, mode);
    accounts[cpu].waits = 0;
    end_worker(THREAD + cpu);
}

static void wait_all(word_t cpu)
{
    wait_as(cpu, SIGNAL_RECEIVE_ALL);
}

static void wait_one(word_t cpu)
{
    wait_as(cpu, SIGNAL_RECEIVE_SINGLE);
}

/* A send of 0 is what a wake-up from another CPU does: tried again when it conflicts. */
static sword_t hand_over(word_t cpu)
{
    sword_t status = STATUS_CONFLICT;

    for (unsigned i = 0; i < TRIES && status == STATUS_CONFLICT; i++)
        status = send(cpu, 0);
    return status;
}

/* A waiter that nobody has woken is freed, and runs no more. */
static void cancel(word_t cpu)
{
    if (accounts[cpu].waits != 0)
        (void)CALL(THD_SCHED_FREE, THREAD + cpu);
}

static void send_some(word_t cpu)
{
    begin(cpu);
    for (unsigned i = 0; i < 3; i++)
        got[cpu][i] = send(cpu, i + 1);
    (void)__atomic_add_fetch(&senders, 1, __ATOMIC_SEQ_CST);
}

/* ---- H10e: hand over all, send; H10f: hand over one, send or poll ---- */

static void hand_over_all(word_t cpu)
{
    start_worker(cpu, wait_all);
    begin(cpu);
    got[cpu][0] = send(cpu, 2);
    got[cpu][1] = hand_over(cpu);
    saw(accounts[cpu].result > 2 ? 0 : 1);
    cancel(cpu);
}

static const char *judge_all(void)
{
    if (accounts[1].waits != 0 || got[1][0] != STATUS_OK)
        return "a send has not woken its waiter";
    return judge_sums();
}

static void hand_over_one(word_t cpu)
{
    start_worker(cpu, wait_one);
    begin(cpu);
    for (unsigned i = 0; i < ROUNDS; i++) {
        got[cpu][i] = send(cpu, 0);
        saw(accounts[cpu].waits != 0 ? 0 : 1);
    }
    cancel(cpu);
}

static void send_poll_some(word_t cpu)
{
    send_some(cpu);
    got[cpu][3] = receive(cpu, SIGNAL_POLL_SINGLE);
}

/* ---- H11a: wait, wait ---- */

static void wait_here(word_t cpu)
{
    begin(cpu);
    start_worker(cpu, wait_one);
    got[cpu][0] = accounts[cpu].waits != 0 ? STATUS_OK : accounts[cpu].result;
}

static const char *judge_waits(void)
{
    const char *wrong = one_winner(STATUS_BUSY);

    return wrong != NULL ? wrong : judge_sums();
}

/* ---- H11b: wait, send of another CPU (SEC-14, defect 14) ---- */

/* What was sent before the last send of 0 of this CPU must have been handed over. */
static void wait_then_wake(word_t cpu, script_t *wait)
{
    begin(cpu);
    start_worker(cpu, wait);
    for (unsigned i = 0; i < ROUNDS; i++) {
        saw(accounts[cpu].waits != 0 ? 0 : 1);
        got[cpu][0] = send(cpu, 0);
    }
    (void)wait_for(&senders);
    got[cpu][0] = hand_over(cpu);
    got[cpu][1] = (sword_t)accounts[cpu].waits;
    cancel(cpu);
}

static void wait_all_then_wake(word_t cpu)
{
    wait_then_wake(cpu, wait_all);
}

static void wait_one_then_wake(word_t cpu)
{
    wait_then_wake(cpu, wait_one);
}

static const char *judge_lost_wake(void)
{
    if (got[1][1] != 0)
        return "a receiver sleeps on pending signals";
    return judge_sums();
}

/* ---- H11c: wake, cancel ---- */

/* The waiter's CPU frees it, which ends its wait, and lets it go on to see that. */
static void cancel_and_go_on(word_t cpu)
{
    start_worker(cpu, wait_one);
    begin(cpu);
    got[cpu][0] = CALL(THD_SCHED_FREE, THREAD + cpu);
    got[cpu][1] = send(cpu, 1);
    got[cpu][2] = bind(cpu, THREAD + cpu, 1);
    give_time(cpu, THREAD + cpu);
    got[cpu][3] = accounts[cpu].result;
}

static void send_and_free(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = send(cpu, 1);
    got[cpu][1] = CALL(THD_SCHED_FREE, THREAD + 1);
    got[cpu][2] = CALL(THD_EXEC_SET, THREAD + 1, (word_t)wait_one, 0, 0);
}

static const char *judge_cancel(void)
{
    for (word_t cpu = 0; cpu < running; cpu++)
        if (cpu != 1 && (got[cpu][1] != STATUS_STATE || got[cpu][2] != STATUS_STATE))
            return "a thread of another CPU was freed or started";
    if (got[1][0] != STATUS_OK || got[1][2] != STATUS_OK || got[1][3] != STATUS_CANCELLED)
        return "a waiter that was freed is not told so";
    return judge_sums();
}

/* ---- H11d: wait, delete of the endpoint ---- */

static void prepare_old(void)
{
    prepare();
    age();
}

static void freeze_delete(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = CALL(CPT_FRZ, BOOT_CAPTABLE, ENDPOINT);
    got[cpu][1] = delete_late(cpu, RME_SVC_SIG_DEL, ENDPOINT);
    senders = 1;
}

static void wait_until_tried(word_t cpu)
{
    begin(cpu);
    start_worker(cpu, wait_one);
    (void)wait_for(&senders);
    got[cpu][0] = accounts[cpu].waits != 0 ? STATUS_OK : accounts[cpu].result;
    cancel(cpu);
}

static const char *judge_wait_delete(void)
{
    word_t waiting = count_of(0, STATUS_OK) - 1;

    if (got[0][0] != STATUS_OK)
        return "it was not frozen";
    saw(waiting != 0 ? 0 : 1);
    if (waiting > 1)
        return "two threads wait at one endpoint";
    return got[0][1] == (waiting == 0 ? STATUS_OK : STATUS_BUSY)
               ? NULL
               : "an endpoint was deleted under its waiter";
}

/* ---- H12: everything at once ---- */

static void do_everything(word_t cpu)
{
    begin(cpu);
    start_worker(cpu, cpu % 2 == 0 ? wait_all : wait_one);
    for (unsigned i = 0; i < 3; i++) {
        got[cpu][i] = send(cpu, i + 1);
        if (cpu == 0)
            fire(cpu);
        got[cpu][3 + i] = receive(cpu, SIGNAL_POLL_SINGLE);
        saw(accounts[cpu].result > 0 ? 0 : 1);
    }
    (void)hand_over(cpu);
    cancel(cpu);
}

const struct scenario signal_rows[] = {
    SCENARIO("H10a send, send", 0, prepare, judge_sends, send_many, send_many, send_many,
             send_many),
    SCENARIO("H10b send, receive", 0x3, prepare_some, judge_sums, send_many, poll, send_many, poll),
    SCENARIO("H10c receive, receive", 0x3, prepare_some, judge_polls, poll, poll, poll, poll),
    SCENARIO("H10d send of the kernel, send or receive", 0x1, prepare_line, judge_sums, fire_often,
             send_and_poll, send_and_poll, send_and_poll),
    SCENARIO("H10e hand over all, send", 0x3, prepare, judge_all, send_some, hand_over_all,
             send_some, send_some),
    SCENARIO("H10f hand over one, send or poll", 0x3, prepare, judge_sums, send_poll_some,
             hand_over_one, send_poll_some, send_poll_some),
    SCENARIO("H11a wait, wait", 0x7, prepare, judge_waits, wait_here, wait_here, wait_here,
             wait_here),
    SCENARIO("H11b wait for all, send elsewhere", 0x3, prepare, judge_lost_wake, send_some,
             wait_all_then_wake, send_some, send_some),
    SCENARIO("H11b wait for one, send elsewhere", 0x3, prepare, judge_lost_wake, send_some,
             wait_one_then_wake, send_some, send_some),
    SCENARIO("H11c wake, cancel", 0, prepare, judge_cancel, send_and_free, cancel_and_go_on,
             send_and_free, send_and_free),
    SCENARIO("H11d wait, delete", 0x3, prepare_old, judge_wait_delete, freeze_delete,
             wait_until_tried, wait_until_tried, wait_until_tried),
    SCENARIO("H12 conservation", 0x3, prepare_line, judge_sums, do_everything, do_everything,
             do_everything, do_everything),
    SCENARIO_END,
};
