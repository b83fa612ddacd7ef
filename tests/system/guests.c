/* SPDX-License-Identifier: Unlicense
 *
 * Guests: hypervisor-dedicated threads, whose registers lie in a window that user level shares.
 * What is in the area is what the guest has; nothing that anybody writes there harms anybody but
 * the guest; a narrowed window separates guests from each other.
 */
#include "board.h"
#include "layout.h"
#include "rme/alloc.h"
#include "rme/assert.h"
#include "rme/stack.h"
#include "rme/start.h"
#include "test/machine.h"
#include "test/registers.h"
#include "tests/system/lab/lab.h"
#include "tests/system/tap.h"

enum {
    HAS_FPU = CONFIG_FPU,
    PART = HAS_FPU ? LAB_WITH_FPU : LAB_CORE,
    LINE = MACHINE_NO_LINE,
};
static const word_t untouched = (word_t)0xEEEEEEEEEEEEEEEE;

static struct lab_subject guest, bystander;
static rme_signal_t go;
static volatile word_t *area;

/* In the guest's table. */
enum { GO = LAB_FREE_SLOT };

static struct lab_registers in, out;
static char second_stack[16 * WORD_BITS] __attribute__((aligned(16)));

static void do_nothing(word_t unused)
{
    (void)unused;
    lab_park();
}

/* Wait with every register full; `out` has what came back. */
static void wait_full(word_t tag)
{
    in = lab_tagged_call(tag, RME_SVC_SIG_RCV, GO, SIGNAL_RECEIVE_ALL, 0);
    lab_registers_call(&in, &out, PART);
    lab_park();
}

static bool others_go_on(void)
{
    return lab_run(&bystander, do_nothing, 0).how == LAB_PARKED;
}

/* Of the port: where registers lie in an area, and what is safe there. */
#include "test/guests.h"

/* ---- What is there is what it has ---- */

static void shared(void)
{
    (void)lab_run(&guest, wait_full, 0x61);
    tap_check(area_shows_registers(), "the area shows what the guest has");
    (void)rme_signal_send(go, 5);
    tap_check(lab_look(&guest).how == LAB_PARKED && lab_status(&out) == 5 &&
                  !area_shows_registers(),
              "a result is delivered to a guest");
    tap_check(is_rest_kept() && is_preserved_kept(), "everything else is what it was");
    (void)lab_run(&guest, wait_full, 0x62);
    write_registers();
    area[AREA_RESULT] = 0x7777;
    (void)rme_signal_send(go, 6);
    tap_check(lab_look(&guest).how == LAB_PARKED && registers_are_written(),
              "the guest has what was written to the area");
    tap_check(lab_status(&out) == 6, "but for a result that was due");
    tap_check(is_rest_kept(), "and for what is not the area's");
}

/* Preempted, not waiting. */
static void preempted(void)
{
    spun = 0;
    tap_check(lab_run(&guest, spin, 0).how == LAB_HUNG && area[AREA_SPUN] == 1,
              "the registers of a guest that was preempted are in the area");
    area[AREA_SPUN] = 0x2468;
    lab_refill(&guest);
    tap_check(lab_look(&guest).how == LAB_PARKED && spun == 0x2468, "and can be changed there");
}

/* Somewhere else, on another stack: the guest goes on there. */
static void elsewhere(word_t unused)
{
    (void)unused;
    spun = 99;
    lab_park();
}

#include "test/guests_moved.h"

/* ---- Anything may stand there ---- */

static uint32_t seed = 0x9E3779B9;

static word_t random_word(void)
{
    word_t word = 0;

    for (unsigned bits = 0; bits < WORD_BITS; bits += 32) {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        word = word << (WORD_BITS - 32) | seed;
    }
    return word;
}

#include "test/guests_hostile.h"

static void adversary(void)
{
    /* Without a timer of its own a thread runs to the next tick. */
    const unsigned rounds = CONFIG_TICKLESS ? 400 : 20;
    unsigned wrong = 0, ends[LAB_LOST + 1] = {0};

    for (unsigned round = 0; round < rounds; round++) {
        enum lab_how how;

        (void)lab_run(&guest, round % 2 != 0 ? spin : wait_full, round);
        mutate(round);
        lab_refill(&guest);
        if (round % 2 == 0)
            (void)rme_signal_send(go, 1);
        how = lab_look(&guest).how;
        ends[how]++;
        if (!is_area_safe() || !others_go_on())
            wrong++;
        (void)rme_signal_receive(go, SIGNAL_POLL_ALL);
    }
    rme_print("# %u parked, %u faulted, %u hung, %u otherwise\n", ends[LAB_PARKED],
              ends[LAB_FAULTED], ends[LAB_HUNG], ends[LAB_LOST]);
    tap_check(wrong == 0, "an area that somebody changes at every switch");
}

static void mutator(void)
{
    enum { ROUNDS = 500 };

    map_area(&bystander, 0);
    (void)lab_run(&guest, do_nothing, 0);
    loops = 0;
    lab_set_priority(&guest, 0);
    guest.patience *= 4;
    lab_refill(&guest);
    guest.patience /= 4;
    rme_assert(rme_thread_exec_set(guest.thread, (word_t)yield_for_ever,
                                   rme_stack_prepare(guest.stack, LAB_STACK_BYTES),
                                   0) == STATUS_OK);
    (void)lab_run(&bystander, mutate_and_yield, 0);
    rme_assert(rme_thread_set_priorities(2, guest.thread, lab_init, rme_thread_null(),
                                         rme_thread_null(),
                                         LAB_PRIORITY << 8 | LAB_PRIORITY) == STATUS_OK);
    (void)lab_run(&bystander, mutate_and_yield, ROUNDS);
    for (unsigned i = 0; i < 2 * ROUNDS && !lab_is_parked(&bystander); i++)
        (void)rme_thread_switch(rme_thread_null(), 0);
    rme_assert(rme_thread_set_priorities(1, lab_init, rme_thread_null(), rme_thread_null(),
                                         rme_thread_null(), 0) == STATUS_OK);
    tap_check(mutations == ROUNDS && loops >= ROUNDS - 1 && is_area_safe(),
              "a guest whose area another process changes all the time goes on");
    (void)lab_look(&guest);
    unmap_area(&bystander, 0);
}

/* ---- Windows ---- */

static rme_kmem_t narrowed(word_t low, word_t high)
{
    rme_kmem_t memory = rme_kmem(rme_alloc_slot());

    rme_assert(rme_captable_delegate(lab_own, memory.id.raw, lab_own, BOOT_GUEST_WINDOW,
                                     RIGHT_KMEM_GUEST, low, high) == STATUS_OK);
    return memory;
}

static sword_t bind(rme_kmem_t memory, word_t offset)
{
    return rme_thread_bind(guest.thread, lab_init, rme_signal_null(), guest.tid, LAB_PRIORITY,
                           memory, offset);
}

static void windows(void)
{
    const word_t bytes = GUEST_WORDS * sizeof(word_t);
    const rme_kmem_t whole = rme_kmem(BOOT_GUEST_WINDOW), part = narrowed(PART_LOW, PART_HIGH);

    rme_assert(rme_thread_free(guest.thread) == STATUS_OK);
    tap_check(bind(rme_kmem_null(), 0) == STATUS_RANGE, "a guest without an area is not bound");
    tap_check(bind(lab_memory, 0) == STATUS_RIGHTS, "nor with an area among the kernel's objects");
    tap_check(bind(whole, LAYOUT_GUEST_BYTES - bytes + sizeof(word_t)) == STATUS_AREA &&
                  bind(whole, LAYOUT_GUEST_BYTES) == STATUS_AREA &&
                  bind(whole, ~(sizeof(word_t) - 1)) == STATUS_AREA &&
                  bind(whole, (word_t)0 - LAYOUT_GUEST) == STATUS_AREA,
              "nor outside its window");
    tap_check(bind(whole, 2) == STATUS_AREA && bind(whole, 1) == STATUS_AREA, "nor misaligned");
    tap_check(bind(part, PART_HIGH - PART_LOW - bytes + sizeof(word_t)) == STATUS_AREA &&
                  bind(part, PART_HIGH - PART_LOW) == STATUS_AREA,
              "nor outside a narrowed window");
    tap_check(bind(part, PART_HIGH - PART_LOW - bytes) == STATUS_OK, "inside it is");
    rme_assert(rme_thread_free(guest.thread) == STATUS_OK);
    tap_check(rme_captable_delegate(lab_own, rme_alloc_slot(), lab_own, part.id.raw,
                                    RIGHT_KMEM_GUEST, 0,
                                    PART_HIGH - PART_LOW + KMEM_GRANULE) == STATUS_BOUNDS,
              "a narrowed window cannot be widened");
    rme_assert(bind(part, 0) == STATUS_OK);
}

/* The guest is in its part now; all other bytes of the window must stay. */
static void separation(void)
{
    unsigned wrong = 0;

    area = window + PART_LOW / sizeof(word_t);
    for (unsigned i = 0; i < WINDOW_WORDS; i++)
        window[i] = untouched;
    for (word_t i = 0; i < 8; i++) {
        (void)lab_run(&guest, wait_full, 0x70 + i);
        if (!area_shows_registers())
            wrong++;
        (void)rme_signal_send(go, 1);
        if (lab_look(&guest).how != LAB_PARKED)
            wrong++;
        (void)lab_run(&guest, spin, 0);
    }
    for (unsigned i = 0; i < WINDOW_WORDS; i++)
        if ((i < PART_LOW / sizeof(word_t) || i >= PART_LOW / sizeof(word_t) + GUEST_WORDS) &&
            window[i] != untouched)
            wrong++;
    tap_check(wrong == 0, "a guest's registers touch its own area and no other byte");
}

/* Freed while it waits, and bound to another area: there the result comes. */
static void rebound(void)
{
    (void)lab_run(&guest, wait_full, 0x64);
    rme_assert(rme_thread_free(guest.thread) == STATUS_OK);
    for (unsigned i = 0; i < GUEST_WORDS; i++)
        window[i] = area[i];
    area[AREA_SP] = 0;
    rme_assert(bind(rme_kmem(BOOT_GUEST_WINDOW), 0) == STATUS_OK);
    area = window;
    rme_assert(rme_thread_transfer_time(guest.thread, lab_init, guest.patience) > 0);
    tap_check(lab_look(&guest).how == LAB_PARKED && lab_status(&out) == STATUS_CANCELLED,
              "bound to another area it goes on from there");
}

/* ---- Interrupts, and the debug functions ---- */

static void interrupted(void)
{
    if (!CONFIG_KFUNC_INTERRUPT) {
        tap_skip("an interrupt reaches a guest", "this build has no functions on interrupts");
        return;
    }
    rme_assert(rme_kfunc_call(lab_functions, RME_KFN_INT_BIND, LINE, go.id.raw, 1, 0, 0) ==
               STATUS_OK);
    rme_assert(rme_kfunc_call(lab_functions, RME_KFN_INT_LOCAL_MOD, LINE, 1, 1, 0, 0) == STATUS_OK);
    (void)lab_run(&guest, wait_full, 0x65);
    rme_assert(rme_kfunc_call(lab_functions, RME_KFN_INT_LOCAL_TRIG, LINE, 0, 0, 0, 0) ==
               STATUS_OK);
    tap_check(lab_look(&guest).how == LAB_PARKED && lab_status(&out) == 1 && is_rest_kept(),
              "an interrupt reaches a guest, nobody between");
}

static void debugged(void)
{
    word_t value;

    if (lab_has_debug())
        tap_check(lab_register(guest.thread, 0, &value) == STATUS_STATE &&
                      lab_set_register(guest.thread, 0, 0) == STATUS_STATE,
                  "a guest's registers are in its area, not in debug functions");
    else
        tap_skip("a guest's registers are in its area, not in debug functions",
                 "this build has none");
}

int main(void)
{
    if (CONFIG_RAW || !CONFIG_GUESTS) {
        tap_skip("guests", CONFIG_RAW ? "raw address spaces: a subject needs page tables"
                                      : "this build has no guests");
        return tap_end();
    }
    bystander = lab_subject_make(HAS_FPU ? THREAD_FPU : 0);
    area = window + GUEST_OFFSET / sizeof(word_t);
    guest = lab_guest_make(HAS_FPU ? THREAD_FPU : 0, rme_kmem(BOOT_GUEST_WINDOW), GUEST_OFFSET);
    guest.patience = rme_boot.clock_hz / 2000;
    go = rme_signal_make();
    lab_give(&guest, GO, go.id.raw, RIGHTS_SIGNAL_ALL);
    shared();
    preempted();
    moved();
    begun();
    return_values();
    adversary();
    mutator();
    windows();
    separation();
    rebound();
    interrupted();
    debugged();
    return tap_end();
}
