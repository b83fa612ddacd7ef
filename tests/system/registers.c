/* SPDX-License-Identifier: Unlicense
 *
 * No register leaks. A victim and a culprit, in processes of their own, fill every register with
 * tags of theirs; behind each kind of switch each must find what it had, and whoever begins must
 * find zeros. What the registers of an invocation do is in invocations.c.
 */
#include "test/registers.h"
#include "board.h"
#include "rme/alloc.h"
#include "rme/assert.h"
#include "rme/stack.h"
#include "rme/start.h"
#include "test/machine.h"
#include "tests/system/lab/lab.h"
#include "tests/system/tap.h"

enum { HAS_FPU = CONFIG_FPU, FPU_PART = HAS_FPU ? LAB_WITH_FPU : LAB_CORE };

static struct lab_subject victim, culprit;

/* Slots of both tables. */
enum { GO = LAB_FREE_SLOT, TIMER, FUNCTIONS, SELF };
static rme_signal_t go;

enum kind {
    KIND_BLOCK,
    KIND_FAULT,
    KIND_EXHAUST,
    KIND_FREE,
    KIND_EXEC_SET,
    KIND_YIELD,
    KIND_LINE,
    KIND_TIMER,
    KINDS
};
static const char *const names[KINDS] = {
    "blocking",    "a fault",  "exhaustion",   "being freed",
    "a new entry", "yielding", "an interrupt", "the timer",
};

static volatile unsigned wrong;

/* ---- The culprit ---- */

enum { CULPRIT_TAG = 0xC1, VICTIM_TAG = 0x56 };

static void call(word_t tag, word_t number, word_t word0, word_t word1, word_t word2)
{
    struct lab_registers in = lab_tagged_call(tag, number, word0, word1, word2), out;

    lab_registers_call(&in, &out, FPU_PART);
    wrong += lab_call_differs(&in, &out, FPU_PART);
}

static volatile bool was_fresh;

static void look_at_entry(word_t param)
{
    was_fresh = lab_begins_clean(&lab_at_entry, param, FPU_PART);
    lab_park();
}

static char second_stack[16 * WORD_BITS] __attribute__((aligned(16)));
static word_t second_entry;

static void do_harm(enum kind kind)
{
    struct lab_registers in = lab_tagged(CULPRIT_TAG), out;

    if (kind == KIND_FAULT)
        lab_registers_fault(&in, &out, FPU_PART);
    if (kind == KIND_EXHAUST)
        lab_registers_hang(&in, &out, FPU_PART);
    if (kind == KIND_FREE)
        call(CULPRIT_TAG, RME_SVC_THD_SCHED_FREE, SELF, 0, 0);
    if (kind == KIND_YIELD)
        call(CULPRIT_TAG, RME_SVC_THD_SWT, CAP_NULL, 0, 0);
    if (kind == KIND_EXEC_SET) {
        in = lab_tagged_call(CULPRIT_TAG, RME_SVC_THD_EXEC_SET, SELF, (word_t)lab_registers_entry,
                             second_entry);
        lab_set_word(&in, 3, 0x77);
        lab_registers_call(&in, &out, FPU_PART);
    }
}

static void culprit_main(word_t kind)
{
    call(CULPRIT_TAG, RME_SVC_SIG_RCV, kind == KIND_TIMER ? TIMER : GO, SIGNAL_RECEIVE_SINGLE, 0);
    do_harm((enum kind)kind);
    for (;;)
        call(CULPRIT_TAG, RME_SVC_SIG_RCV, GO, SIGNAL_RECEIVE_SINGLE, 0);
}

/* ---- The victim ---- */

enum { LINE = MACHINE_NO_LINE };

static void wait_in_loop(void)
{
    struct lab_registers in = lab_tagged(VICTIM_TAG), out;

    lab_set_rounds(&in, 400000);
    lab_registers_loop(&in, &out, FPU_PART);
    wrong += lab_loop_differs(&in, &out, FPU_PART);
}

static void victim_main(word_t kind)
{
    if (kind == KIND_LINE) {
        call(VICTIM_TAG, RME_SVC_KFN, FUNCTIONS, RME_KFN_INT_LOCAL_TRIG, LINE);
    } else if (kind == KIND_TIMER) {
        wait_in_loop();
    } else {
        call(VICTIM_TAG, RME_SVC_SIG_SND, GO, 1, 0);
    }
    if (kind == KIND_YIELD)
        call(VICTIM_TAG, RME_SVC_THD_SWT, CAP_NULL, 0, 0);
    lab_park();
}

/* ---- Both ---- */

static void start_culprit(enum kind kind)
{
    lab_set_priority(&culprit, kind == KIND_YIELD ? 2 : 3);
    rme_assert(rme_thread_exec_set(culprit.thread, (word_t)culprit_main,
                                   rme_stack_prepare(culprit.stack, LAB_STACK_BYTES),
                                   kind) == STATUS_OK);
    lab_refill(&culprit); /* behind: it may have run out of time */
    if (kind == KIND_TIMER)
        rme_assert(rme_kfunc_call(lab_functions, RME_KFN_TIMER_SET, 0, BOOT_TIMER_ENDPOINT,
                                  rme_boot.clock_hz / 5000, 0, 0) == STATUS_OK);
}

/* A culprit that was freed comes back, with nothing of its former life. */
static void revive(void)
{
    rme_assert(rme_thread_bind(culprit.thread, lab_init, rme_signal_null(), culprit.tid, 3,
                               rme_kmem_null(), 0) == STATUS_OK);
    lab_entry_fpu = FPU_PART;
    lab_behind_entry = look_at_entry;
    was_fresh = false;
    rme_assert(rme_thread_exec_set(culprit.thread, (word_t)lab_registers_entry,
                                   rme_stack_prepare(culprit.stack, LAB_STACK_BYTES),
                                   0x123) == STATUS_OK);
    rme_assert(rme_thread_transfer_time(culprit.thread, lab_init, rme_boot.clock_hz / 50) > 0);
    tap_check(was_fresh, "bound again and started, it finds zeros");
}

static bool is_possible(enum kind kind)
{
    return CONFIG_KFUNC_INTERRUPT || (kind != KIND_LINE && kind != KIND_TIMER);
}

static void exchange(enum kind kind)
{
    struct lab_end end;

    rme_print("# %s\n", names[kind]);
    if (!is_possible(kind)) {
        tap_skip("the victim finds what it had", "this build has no functions on interrupts");
        return;
    }
    wrong = 0;
    was_fresh = false;
    lab_entry_fpu = FPU_PART;
    lab_behind_entry = look_at_entry;
    start_culprit(kind);
    while (rme_thread_receive_event(lab_init) >= 0) {
    }
    end = lab_run(&victim, victim_main, kind);
    /* The culprit's own end is an event that came first. */
    if (end.how == LAB_LOST)
        end = lab_look(&victim);
    tap_check(end.how == LAB_PARKED && wrong == 0, "the victim finds what it had");
    if (kind == KIND_EXEC_SET)
        tap_check(was_fresh, "the culprit, begun anew by itself, finds zeros");
    if (kind == KIND_FREE)
        revive();
}

/* ---- Of the port: what else there is of a thread ---- */

#include "test/leaks.h"

/* ---- Without the attribute ---- */

static volatile unsigned turns;

static void begin_nothing(word_t unused)
{
    (void)unused;
    lab_park();
}

static void without_attribute(struct lab_subject *plain, const char *name)
{
    struct lab_end end = lab_run(plain, use_fpu, 0);

    tap_check(end.how == LAB_FAULTED, name);
    if (BOARD_HAS_FPU && lab_has_debug())
        tap_check(end.cause == CAUSE_NO_FPU, "for want of it");
}

/* The plain thread and the one that has the FPU take turns: both keep what they have. */
static void take_turns(word_t unused)
{
    struct lab_registers in = lab_tagged_call(0x99, RME_SVC_SIG_RCV, GO, SIGNAL_RECEIVE_SINGLE, 0);
    struct lab_registers out;

    (void)unused;
    for (;;) {
        lab_registers_call(&in, &out, LAB_CORE);
        wrong += lab_call_differs(&in, &out, LAB_CORE);
        turns++;
    }
}

static void mixed(const struct lab_subject *plain)
{
    (void)lab_run(&culprit, begin_nothing, 0);
    lab_give(plain, GO, go.id.raw, RIGHTS_SIGNAL_ALL);
    (void)rme_signal_receive(go, SIGNAL_POLL_ALL);
    (void)lab_run(plain, take_turns, 0);
    wrong = 0;
    turns = 0;
    for (unsigned i = 0; i < 4; i++)
        if (lab_run(&victim, victim_main, KIND_BLOCK).how != LAB_PARKED)
            wrong++;
    tap_check(wrong == 0 && turns == 4, "threads with and without the FPU keep what they have");
}

static void delegate_all(const struct lab_subject *subject)
{
    lab_give(subject, GO, go.id.raw, RIGHTS_SIGNAL_ALL);
    lab_give(subject, TIMER, BOOT_TIMER_ENDPOINT, RIGHTS_SIGNAL_ALL);
    lab_give(subject, FUNCTIONS, BOOT_KFUNC, CAP_PAIR_MASK);
    lab_give(subject, SELF, subject->thread.id.raw, RIGHTS_THREAD_ALL);
}

static void all_kinds(void)
{
    go = rme_signal_make();
    delegate_all(&victim);
    delegate_all(&culprit);
    victim.priority = 2;
    second_entry = rme_stack_prepare(second_stack, sizeof(second_stack));
    if (CONFIG_KFUNC_INTERRUPT) {
        rme_assert(rme_kfunc_call(lab_functions, RME_KFN_INT_BIND, LINE, go.id.raw, 1, 0, 0) ==
                   STATUS_OK);
        rme_assert(rme_kfunc_call(lab_functions, RME_KFN_INT_LOCAL_MOD, LINE, 1, 1, 0, 0) ==
                   STATUS_OK);
    }
    for (unsigned kind = 0; kind < KINDS; kind++)
        exchange((enum kind)kind);
}

int main(void)
{
    struct lab_subject plain;

    if (CONFIG_RAW) {
        tap_skip("registers", "raw address spaces: a subject needs page tables");
        return tap_end();
    }
    plain = lab_subject_make(0);
    without_attribute(&plain, "an FPU instruction before anybody has used the FPU is a fault");
    victim = lab_subject_make(HAS_FPU ? THREAD_FPU : 0);
    culprit = lab_subject_make(HAS_FPU ? THREAD_FPU : 0);
    all_kinds();
    other_state();
    mixed(&plain);
    without_attribute(&plain, "an FPU instruction of a thread without the attribute is a fault");
    if (!HAS_FPU)
        tap_skip("registers of the FPU", "the chip or the build has none");
    return tap_end();
}
