/* SPDX-License-Identifier: Unlicense
 *
 * Every kind of fault in every kind of place: the thread alone stops, and the kernel says what it
 * was and where. The image is run without semihosting, so that every breakpoint is one.
 */
#include "board.h"
#include "layout.h"
#include "rme/alloc.h"
#include "rme/assert.h"
#include "rme/stack.h"
#include "rme/start.h"
#include "tests/system/lab/lab.h"
#include "tests/system/tap.h"

static struct lab_subject subject, server, guest, bystander;
static rme_invocation_t port;
static rme_signal_t timer = {{BOOT_TIMER_ENDPOINT}};
static char port_stack[16 * WORD_BITS] __attribute__((aligned(16)));

enum { PORT = LAB_FREE_SLOT };

/* ---- Deeds ---- */

static void load(word_t address)
{
    (void)*(volatile word_t *)address;
    lab_park();
}

static void load_byte(word_t address)
{
    (void)*(volatile uint8_t *)address;
    lab_park();
}

static void store(word_t address)
{
    *(volatile word_t *)address = 0;
    lab_park();
}

static void do_nothing(word_t unused)
{
    (void)unused;
    lab_park();
}

struct kind {
    const char *name;
    void (*deed)(word_t);
    word_t param, cause, address;
};
/* Of the port: kinds[], what each of them is called, and what they need besides. */
#include "test/faults.h"

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* ---- Judgement ---- */

static bool is_named(const struct kind *kind, struct lab_end end)
{
    if (end.how != LAB_FAULTED)
        return false;
    return !lab_has_debug() || is_cause(kind, end.cause, end.address);
}

static bool others_go_on(void)
{
    return lab_run(&bystander, do_nothing, 0).how == LAB_PARKED &&
           rme_thread_receive_event(lab_init) == STATUS_NO_EVENT;
}

static unsigned wrong;

static void judge(const struct kind *kind, struct lab_end end, const char *where)
{
    if (is_named(kind, end) && others_go_on())
        return;
    rme_print("# %s, %s: end %d, cause %zx, address %zx\n", kind->name, where, end.how, end.cause,
              end.address);
    wrong++;
}

static void conclude(const char *name)
{
    tap_check(wrong == 0, name);
    wrong = 0;
}

/* ---- Places ---- */

static void in_its_own_process(void)
{
    for (unsigned i = 0; i < KINDS; i++)
        judge(&kinds[i], lab_run(&subject, kinds[i].deed, kinds[i].param), "own process");
    conclude("every kind of fault in a process of its own");
}

static const struct kind *asked;
static volatile sword_t status;

static void call(word_t unused)
{
    word_t value = 0;

    (void)unused;
    status = rme_invocation_activate(rme_invocation(PORT), asked->param, &value);
    lab_park();
}

static struct lab_end last_fault(struct lab_end end)
{
    if (lab_has_debug()) {
        (void)rme_call_value(RME_SVC_KFN, BOOT_KFUNC, RME_KFN_DEBUG_EXC_GET, 0,
                             subject.thread.id.raw, 0, 0, 0, &end.cause);
        (void)rme_call_value(RME_SVC_KFN, BOOT_KFUNC, RME_KFN_DEBUG_EXC_GET, 1,
                             subject.thread.id.raw, 0, 0, 0, &end.address);
    }
    return end;
}

static void inside_a_call(bool return_on_fault)
{
    for (unsigned i = 0; i < KINDS; i++) {
        struct lab_end end;

        asked = &kinds[i];
        (void)lab_run(&subject, do_nothing, 0);
        rme_assert(rme_invocation_set(port, (word_t)asked->deed,
                                      rme_stack_prepare(port_stack, sizeof(port_stack)),
                                      return_on_fault) == STATUS_OK);
        status = 1;
        end = last_fault(lab_run(&subject, call, 0));
        if (return_on_fault && end.how == LAB_PARKED && status == STATUS_FAULT)
            end.how = LAB_FAULTED;
        else if (return_on_fault)
            end.how = LAB_LOST;
        judge(asked, end, "in a call");
    }
    conclude(return_on_fault ? "every kind inside a call that returns"
                             : "every kind inside a call that stops");
}

static void of_a_guest(void)
{
    if (!CONFIG_GUESTS) {
        tap_skip("every kind of fault of a guest", "this build has no guests");
        return;
    }
    for (unsigned i = 0; i < KINDS; i++)
        judge(&kinds[i], lab_run(&guest, kinds[i].deed, kinds[i].param), "guest");
    conclude("every kind of fault of a guest");
}

/* ---- An interrupt at the same time ---- */

static word_t delay;

/* The fault comes after a number of instructions; the timer was set before. */
static void delayed(word_t param)
{
    for (volatile word_t left = delay; left != 0; left--) {
    }
    asked->deed(param);
}

/* One fault behind a delay, and a deadline. Says whether the deadline came before the fault was
 * over; if not, it must come soon. */
static bool deadline_was_first(word_t instructions)
{
    word_t patience = 10000;

    delay = instructions;
    (void)rme_signal_receive(timer, SIGNAL_POLL_ALL);
    rme_assert(rme_kfunc_call(lab_functions, RME_KFN_TIMER_SET, 0, timer.id.raw,
                              rme_boot.clock_hz / 10000, 0, 0) == STATUS_OK);
    judge(asked, lab_run(&subject, delayed, asked->param), "with an interrupt");
    if (rme_signal_receive(timer, SIGNAL_POLL_SINGLE) == 1)
        return true;
    while (patience != 0 && rme_signal_receive(timer, SIGNAL_POLL_SINGLE) == 0)
        patience--;
    if (patience == 0)
        wrong++;
    return false;
}

/* The shortest delay for which the deadline comes first. */
static word_t meeting_point(void)
{
    word_t low = 0, high = 1 << 16;

    while (high - low > 1) {
        word_t middle = low + (high - low) / 2;

        if (deadline_was_first(middle))
            high = middle;
        else
            low = middle;
    }
    return high;
}

/* The deadline comes before, at and behind the fault. */
static void sweep(void)
{
    enum { STEPS = 24, NANOSECONDS = 1000000000 };
    /* The window is wider than a count of the clock, within which a deadline cannot be told. In
     * QEMU an instruction takes a nanosecond. */
    const word_t width = 3 + NANOSECONDS / rme_boot.clock_hz / STEPS;
    unsigned missed = 0;

    for (unsigned i = 0; i < KINDS; i++) {
        unsigned first = 0;
        word_t middle;

        asked = &kinds[i];
        middle = meeting_point();
        for (unsigned step = 0; step < STEPS; step++)
            first += deadline_was_first(middle + step * width - STEPS / 2 * width);
        if (first == 0 || first == STEPS)
            missed++;
    }
    conclude("every kind of fault, an interrupt about the same time");
    tap_check(missed == 0, "which came before and behind each of them");
}

static void with_an_interrupt(void)
{
    if (!CONFIG_KFUNC_INTERRUPT)
        tap_skip("every kind of fault, an interrupt about the same time",
                 "this build has no TIMER_SET");
    else if (!CONFIG_TICKLESS)
        tap_skip("every kind of fault, an interrupt about the same time",
                 "periodic ticks bring a deadline at a tick");
    else
        sweep();
}

static void prepare(void)
{
    const struct lab_subject *const all[] = {&subject, &server, &guest};

    subject = lab_subject_make(0);
    server = lab_subject_make(0);
    bystander = lab_subject_make(0);
    if (CONFIG_GUESTS)
        guest = lab_guest_make(0, rme_kmem(BOOT_GUEST_WINDOW), 0);
    for (unsigned i = 0; i < (CONFIG_GUESTS ? 3u : 2u); i++)
        give_places(all[i], i);
    port = rme_invocation_make(server.process, do_nothing, port_stack, sizeof(port_stack), true);
    lab_give(&subject, PORT, port.id.raw, RIGHT_INVOCATION_ACTIVATE);
}

int main(void)
{
    if (CONFIG_RAW) {
        tap_skip("faults", "raw address spaces: a subject needs page tables");
        return tap_end();
    }
    prepare();
    in_its_own_process();
    inside_a_call(true);
    inside_a_call(false);
    of_a_guest();
    with_an_interrupt();
    return tap_end();
}
