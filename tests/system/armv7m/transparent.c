/* SPDX-License-Identifier: Unlicense
 *
 * A transparent interrupt fires while user code runs and at every place of a long system call: its
 * handler begins after the same time, the call comes out right, and whoever was hit pays. The build
 * declares the line and links the handler into the kernel (RME_TRANSPARENT).
 */
#include "tests/system/ledger.h"
#include "tests/system/transparent/handler.h"

static rme_signal_t endpoint;
static volatile word_t woken, woken_at;

#define KFN(function, object, ...)                                                                 \
    rme_kfunc_call(functions, RME_KFN_##function, object, __VA_ARGS__)

static void line(void)
{
    tap_check(KFN(INT_BIND, MACHINE_ALARM, endpoint.id.raw, 0, 0, 0) == STATUS_UNSUPPORTED &&
                  KFN(INT_BIND, MACHINE_ALARM, CAP_NULL, 0, 0, 0) == STATUS_UNSUPPORTED,
              "a transparent line is bound to nothing");
    tap_check(KFN(INT_LOCAL_TRIG, MACHINE_ALARM, 0, 0, 0, 0) == STATUS_OK &&
                  TRANSPARENT->count == 0,
              "it begins masked");
    tap_check(KFN(INT_LOCAL_MOD, MACHINE_ALARM, 1, 1, 0, 0) == STATUS_OK && TRANSPARENT->count == 1,
              "and comes when it is unmasked");
    tap_check(KFN(INT_LOCAL_MOD, MACHINE_ALARM, 0, 0, 0, 0) == 1, "it is not masked by coming");
    for (unsigned i = 0; i < 10; i++)
        (void)KFN(INT_LOCAL_TRIG, MACHINE_ALARM, 0, 0, 0, 0);
    tap_check(TRANSPARENT->count == 11 && TRANSPARENT->was_in_kernel == 11,
              "raised by a call, it comes within the call");
}

/* ---- Latency ---- */

/* The moment when it is due is rounded to ticks, and may seem to be later than the handler. */
enum { BIAS = 2 };

struct latency {
    word_t least, most, count, lost;
};

static void latency_add(struct latency *latency, word_t ticks)
{
    if (latency->count == 0 || ticks < latency->least)
        latency->least = ticks;
    if (latency->count == 0 || ticks > latency->most)
        latency->most = ticks;
    latency->count++;
}

static word_t slot, memory;

/* A few thousand instructions, of the user or of the kernel. */
static bool work(bool in_kernel)
{
    const word_t entries = CONFIG_CAPTABLE_BYTES_MAX / CAP_SLOT_BYTES;
    bool is_right;

    if (!in_kernel) {
        machine_spin(4000);
        return true;
    }
    is_right = rme_captable_create(own, slot, rme_kmem(BOOT_KMEM), memory, entries) == STATUS_OK;
    machine_spin(4000);
    is_right = rme_captable_freeze(own, slot) == STATUS_OK && is_right;
    return rme_captable_delete(own, slot) == STATUS_OK && is_right;
}

/* The alarm at many places of such work: from when it was due to the handler's look at the clock.
 */
static unsigned sweep(bool in_kernel, struct latency *latency)
{
    unsigned wrong = 0;

    for (word_t ticks = 600 / MACHINE_TICK; ticks < 2600 / MACHINE_TICK;
         ticks += MACHINE_IS_STM32 ? 7 : 1) {
        word_t before = TRANSPARENT->count, due;

        machine_alarm_start(ticks);
        due = machine_now() + ticks;
        wrong += !work(in_kernel);
        if (TRANSPARENT->count == before + 1)
            latency_add(latency, TRANSPARENT->now - due + BIAS);
        else
            latency->lost++;
    }
    return wrong;
}

static void latencies(void)
{
    struct latency user = {0, 0, 0, 0}, kernel = {0, 0, 0, 0};
    word_t inside = TRANSPARENT->was_in_kernel, spread = MACHINE_IS_STM32 ? 8 : 1;

    tap_check(sweep(false, &user) == 0 && user.lost == 0 && user.count > 40 &&
                  TRANSPARENT->was_in_kernel == inside,
              "the alarm strikes user code");
    tap_check(sweep(true, &kernel) == 0 && kernel.lost == 0,
              "and calls, which come out right nevertheless");
    inside = TRANSPARENT->was_in_kernel - inside;
    tap_check(inside > kernel.count * 3 / 4, "inside the kernel");
    tap_check(user.most - user.least <= spread && kernel.most <= user.most + spread &&
                  kernel.least + spread >= user.least,
              "its handler begins after the same time in both");
    rme_print(
        "# %d to %d ticks after the alarm in user code, %d to %d in calls (%u of %u inside)\n",
        user.least, user.most, kernel.least, kernel.most, inside, kernel.count);
}

/* ---- The slower half ---- */

static void drive(word_t unused)
{
    (void)unused;
    for (;;) {
        (void)rme_signal_receive(endpoint, SIGNAL_RECEIVE_ALL);
        woken_at = machine_now();
        woken++;
        (void)KFN(INT_LOCAL_MOD, MACHINE_NO_LINE, 1, 1, 0, 0);
    }
}

static void wakes(void)
{
    rme_thread_t driver = THREAD(.entry = drive, .priority = 4, .budget = BUDGET_INFINITE);
    struct latency latency = {0, 0, 0, 0};
    word_t before = TRANSPARENT->count;

    (void)KFN(INT_BIND, MACHINE_NO_LINE, endpoint.id.raw, 0, 0, 0);
    (void)KFN(INT_LOCAL_MOD, MACHINE_NO_LINE, 1, 1, 0, 0);
    TRANSPARENT->wakes = 1;
    tap_check(sweep(true, &latency) == 0 && latency.lost == 0 &&
                  woken == TRANSPARENT->count - before,
              "a handler wakes a driver by a line that enters the kernel, each time");
    rme_print("# the last driver ran %u ticks behind the handler\n", woken_at - TRANSPARENT->now);
    TRANSPARENT->wakes = 0;
    (void)thread_end(driver);
    (void)KFN(INT_BIND, MACHINE_NO_LINE, CAP_NULL, 0, 0, 0);
}

/* ---- Who pays ---- */

static volatile bool is_paid;

static void pay(word_t unused)
{
    struct look before, after;
    word_t count = TRANSPARENT->count;

    (void)unused;
    look(&before);
    for (unsigned i = 0; i < 300; i++) {
        machine_alarm_start(1000 / MACHINE_TICK);
        (void)work(i % 4 == 0);
        (void)rme_thread_switch(rme_thread_null(), 0);
    }
    look(&after);
    tap_check(TRANSPARENT->count >= count + 300, "300 interrupts come");
    check_sum("and are charged to whom they hit, to a count", &before, &after, 0, 0, 0);
    is_paid = true;
    stop();
}

static void yield(word_t unused)
{
    (void)unused;
    while (!is_paid)
        (void)rme_thread_switch(rme_thread_null(), 0);
    stop();
}

static void charged(void)
{
    (void)set_priority(init, 5);
    payers[0] = THREAD(.entry = pay);
    payers[1] = THREAD(.entry = yield);
    (void)rme_thread_transfer_time(payers[0], init, 0x10000000);
    (void)rme_thread_transfer_time(payers[1], init, 0x10000000);
    step_down(5);
    tap_check(is_paid, "the books are closed");
    (void)set_priority(init, 0);
}

int main(void)
{
    if (BOARD_TRANSPARENT_COUNT == 0 || !CONFIG_KFUNC_INTERRUPT) {
        tap_skip("transparent interrupts", "this build declares none (RME_TRANSPARENT)");
        return tap_end();
    }
    machine_begin();
    *TRANSPARENT = (struct transparent){0, 0, 0, 0};
    endpoint = rme_signal_make();
    slot = rme_alloc_slot();
    memory = rme_alloc_kmem(CONFIG_CAPTABLE_BYTES_MAX);
    line();
    latencies();
    wakes();
    charged();
    return tap_end();
}
