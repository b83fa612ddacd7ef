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
#include "test/registers.h"
#include "tests/system/lab/lab.h"
#include "tests/system/tap.h"

enum {
    HAS_FPU = CONFIG_FPU,
    PART = HAS_FPU ? LAB_WITH_FPU : LAB_CORE,
    /* Words of an area: sp, r4 to r11, lr, then s16 to s31 of a guest with the FPU. */
    AREA_SP = 0,
    AREA_R4 = 1,
    AREA_R7 = 4,
    AREA_LR = 9,
    AREA_S16 = 10,
    AREA_WORDS = 10,
    AREA_FPU_WORDS = 26,
    AREA_BYTES = AREA_WORDS * 4,
    AREA_FPU_BYTES = AREA_FPU_WORDS * 4,
    GUEST_OFFSET = 128, /* of the guest's area in the window */
    GUEST_WORDS = HAS_FPU ? AREA_FPU_WORDS : AREA_WORDS,
    WINDOW_WORDS = LAYOUT_GUEST_BYTES / 4,
    UNTOUCHED = 0xEEEEEEEE,
    LINE = BOARD_IRQ_LINES / 2,
};

static struct lab_subject guest, bystander;
static rme_signal_t go;
static volatile word_t *const window = (volatile word_t *)LAYOUT_GUEST;
static volatile word_t *area;

/* In the guest's table. */
enum { GO = LAB_FREE_SLOT };

static struct lab_registers in, out;
static char second_stack[512] __attribute__((aligned(8)));

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

static bool returns_to_thread(void)
{
    return area[AREA_LR] == 0xFFFFFFFD || area[AREA_LR] == 0xFFFFFFED;
}

/* ---- What is there is what it has ---- */

static bool area_shows_registers(void)
{
    for (unsigned i = 7; i < 12; i++)
        if (area[AREA_R4 + i - 4] != in.r[i])
            return false;
    for (unsigned i = 0; HAS_FPU && i < 16; i++)
        if (area[AREA_S16 + i] != in.s[16 + i])
            return false;
    return returns_to_thread() && area[AREA_SP] - (word_t)guest.stack < LAB_STACK_BYTES;
}

static void write_registers(void)
{
    for (unsigned i = 7; i < 12; i++)
        area[AREA_R4 + i - 4] = 0xB0B0 + i;
    for (unsigned i = 0; HAS_FPU && i < 16; i++)
        area[AREA_S16 + i] = 0xB1B1 + i;
}

static bool registers_are_written(void)
{
    for (unsigned i = 7; i < 12; i++)
        if (out.r[i] != 0xB0B0 + i)
            return false;
    for (unsigned i = 0; HAS_FPU && i < 16; i++)
        if (out.s[16 + i] != 0xB1B1 + i)
            return false;
    return true;
}

/* What the frame keeps is not in the area. */
static bool frame_is_kept(void)
{
    return lab_is_same(out.r, in.r, 4) && out.r[12] == in.r[12] && out.lr == in.lr &&
           out.apsr == in.apsr &&
           (!HAS_FPU || (lab_is_same(out.s, in.s, 16) && out.fpscr == in.fpscr));
}

static void shared(void)
{
    (void)lab_run(&guest, wait_full, 0x61);
    tap_check(area_shows_registers(), "the area shows what the guest has");
    (void)rme_signal_send(go, 5);
    tap_check(lab_look(&guest).how == LAB_PARKED && out.r[4] == 5 &&
                  area_shows_registers() == false,
              "a result is delivered to a guest");
    tap_check(frame_is_kept() && lab_is_same(&out.r[6], &in.r[6], 6) &&
                  (!HAS_FPU || lab_is_same(&out.s[16], &in.s[16], 16)),
              "everything else is what it was");
    (void)lab_run(&guest, wait_full, 0x62);
    write_registers();
    area[AREA_R4] = 0x7777;
    (void)rme_signal_send(go, 6);
    tap_check(lab_look(&guest).how == LAB_PARKED && registers_are_written(),
              "the guest has what was written to the area");
    tap_check(out.r[4] == 6, "but for a result that was due");
    tap_check(frame_is_kept(), "and for what its own stack keeps");
}

/* Preempted, not waiting: then r4 is the area's too. */
static volatile word_t spun;

static void spin(word_t unused)
{
    (void)unused;
    __asm__ volatile("movs r4, #1\n1: cmp r4, #1\n\tbeq 1b\n\tmov r0, r4\n\tstr r0, [%0]"
                     :
                     : "r"(&spun)
                     : "r0", "r4", "memory", "cc");
    lab_park();
}

static void preempted(void)
{
    spun = 0;
    tap_check(lab_run(&guest, spin, 0).how == LAB_HUNG && area[AREA_R4] == 1,
              "the registers of a guest that was preempted are in the area");
    area[AREA_R4] = 0x2468;
    lab_refill(&guest);
    tap_check(lab_look(&guest).how == LAB_PARKED && spun == 0x2468, "and can be changed there");
}

/* A frame of its own on another stack: the guest goes on there. */
static void elsewhere(word_t unused)
{
    (void)unused;
    spun = 99;
    lab_park();
}

static void moved(void)
{
    (void)lab_run(&guest, wait_full, 0x63);
    spun = 0;
    area[AREA_SP] = rme_stack_prepare(second_stack, sizeof(second_stack));
    area[AREA_LR] = 0xFFFFFFFD;
    area[AREA_R4] = (word_t)elsewhere;
    (void)rme_signal_send(go, 1);
    /* The result stands over the entry: a jump to address 1. */
    tap_check(lab_look(&guest).how == LAB_FAULTED && spun == 0, "a result comes before the area");
    (void)lab_run(&guest, spin, 0);
    area[AREA_SP] = rme_stack_prepare(second_stack, sizeof(second_stack));
    area[AREA_R4] = (word_t)elsewhere;
    lab_refill(&guest);
    tap_check(lab_look(&guest).how == LAB_PARKED && spun == 99,
              "another stack pointer is another place to go on");
}

static void begun(void)
{
    const word_t stack = rme_stack_prepare(guest.stack, LAB_STACK_BYTES);

    for (unsigned i = 0; i < GUEST_WORDS; i++)
        area[i] = 0x1111;
    lab_set_priority(&guest, 0);
    rme_assert(rme_thread_exec_set(guest.thread, (word_t)do_nothing, stack, 3) == STATUS_OK);
    tap_check(area[AREA_SP] == stack && area[AREA_R4] == (word_t)do_nothing && area[2] == 3 &&
                  area[AREA_LR] == 0xFFFFFFFD && area[8] == 0 &&
                  (!HAS_FPU || (area[AREA_S16] == 0 && area[AREA_S16 + 15] == 0)),
              "a new entry is written to the area, all else cleared");
    lab_set_priority(&guest, LAB_PRIORITY);
}

/* ---- Anything may stand there ---- */

static uint32_t seed = 0x9E3779B9;

static word_t random_word(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed;
}

/* Values of lr that mean something to the hardware. */
static const word_t returns[] = {0,          0xFFFFFFF1, 0xFFFFFFF9, 0xFFFFFFFD, 0xFFFFFFE1,
                                 0xFFFFFFE9, 0xFFFFFFED, 0xFFFFFFFF, 0xFFFFFFF5, 0x08008001};
enum { RETURNS = sizeof(returns) / sizeof(returns[0]) };

static void mutate(unsigned round)
{
    for (unsigned i = 0; i < GUEST_WORDS; i++)
        if (random_word() % 4 == 0)
            area[i] = random_word();
    if (random_word() % 2 != 0)
        area[AREA_SP] = (word_t)guest.stack + random_word() % LAB_STACK_BYTES;
    area[AREA_LR] = returns[round % RETURNS];
}

/* Every return value with the frame that is there: the guest goes on, or stops alone. */
static void return_values(void)
{
    unsigned wrong = 0;

    for (unsigned i = 0; i < RETURNS; i++) {
        (void)lab_run(&guest, spin, 0);
        area[AREA_R4] = 7;
        area[AREA_LR] = returns[i];
        lab_refill(&guest);
        if (lab_look(&guest).how > LAB_FAULTED || !returns_to_thread() || !others_go_on())
            wrong++;
    }
    tap_check(wrong == 0, "any value that means an exception return");
}

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
        if (!returns_to_thread() || !others_go_on())
            wrong++;
        (void)rme_signal_receive(go, SIGNAL_POLL_ALL);
    }
    rme_print("# %u parked, %u faulted, %u hung, %u otherwise\n", ends[LAB_PARKED],
              ends[LAB_FAULTED], ends[LAB_HUNG], ends[LAB_LOST]);
    tap_check(wrong == 0, "an area that somebody changes at every switch");
}

/* A thread of another process has the window mapped and changes the area whenever the guest has
 * yielded to it; the guest needs none of what changes, and must go on. */
static volatile unsigned loops, mutations;

static void yield_for_ever(word_t unused)
{
    (void)unused;
    __asm__ volatile("1: ldr r1, [%0]\n\tadds r1, #1\n\tstr r1, [%0]\n\t"
                     "movs r4, #9\n\tmovw r5, #0x8000\n\tmovs r6, #0\n\tsvc 0\n\tb 1b"
                     :
                     : "r"(&loops)
                     : "r1", "r4", "r5", "r6", "memory");
}

static void mutate_and_yield(word_t rounds)
{
    static const word_t basic[] = {0xFFFFFFF1, 0xFFFFFFF9, 0xFFFFFFFD, 0xFFFFFFFF, 0xFFFFFFF5};

    for (mutations = 0; mutations < rounds; mutations++) {
        for (unsigned i = AREA_R4; i < GUEST_WORDS; i++)
            area[i] = random_word();
        area[AREA_LR] = basic[random_word() % 5];
        (void)rme_thread_switch(rme_thread_null(), 0);
    }
    lab_park();
}

static void mutator(void)
{
    const struct lab_map map = {LAYOUT_GUEST, 10, 0, 1, PAGE_READ | PAGE_WRITE | PAGE_STATIC};
    enum { ROUNDS = 500 };

    (void)lab_attach(&bystander, 0, &map);
    (void)lab_run(&guest, do_nothing, 0);
    loops = 0;
    lab_set_priority(&guest, 0);
    lab_refill(&guest);
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
    tap_check(mutations == ROUNDS && loops >= ROUNDS - 1 && returns_to_thread(),
              "a guest whose area another process changes all the time goes on");
    (void)lab_look(&guest);
    lab_detach(&bystander, 0);
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
    const word_t bytes = GUEST_WORDS * 4;
    const rme_kmem_t whole = rme_kmem(BOOT_GUEST_WINDOW), part = narrowed(256, 512);

    rme_assert(rme_thread_free(guest.thread) == STATUS_OK);
    tap_check(bind(rme_kmem_null(), 0) == STATUS_RANGE, "a guest without an area is not bound");
    tap_check(bind(lab_memory, 0) == STATUS_RIGHTS, "nor with an area among the kernel's objects");
    tap_check(bind(whole, LAYOUT_GUEST_BYTES - bytes + 4) == STATUS_AREA &&
                  bind(whole, LAYOUT_GUEST_BYTES) == STATUS_AREA &&
                  bind(whole, ~(word_t)3) == STATUS_AREA &&
                  bind(whole, (word_t)0 - LAYOUT_GUEST) == STATUS_AREA,
              "nor outside its window");
    tap_check(bind(whole, 2) == STATUS_AREA && bind(whole, 1) == STATUS_AREA, "nor misaligned");
    tap_check(bind(part, 256 - bytes + 4) == STATUS_AREA && bind(part, 256) == STATUS_AREA,
              "nor outside a narrowed window");
    tap_check(bind(part, 256 - bytes) == STATUS_OK, "inside it is");
    rme_assert(rme_thread_free(guest.thread) == STATUS_OK);
    tap_check(rme_captable_delegate(lab_own, rme_alloc_slot(), lab_own, part.id.raw,
                                    RIGHT_KMEM_GUEST, 0, 288) == STATUS_BOUNDS,
              "a narrowed window cannot be widened");
    rme_assert(bind(part, 0) == STATUS_OK);
}

/* The guest is in its part now; all other bytes of the window must stay. */
static void separation(void)
{
    unsigned wrong = 0;

    area = window + 256 / 4;
    for (unsigned i = 0; i < WINDOW_WORDS; i++)
        window[i] = UNTOUCHED;
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
        if ((i < 256 / 4 || i >= 256 / 4 + GUEST_WORDS) && window[i] != UNTOUCHED)
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
    tap_check(lab_look(&guest).how == LAB_PARKED && out.r[4] == (word_t)STATUS_CANCELLED,
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
    out.r[4] = 0;
    rme_assert(rme_kfunc_call(lab_functions, RME_KFN_INT_LOCAL_TRIG, LINE, 0, 0, 0, 0) ==
               STATUS_OK);
    tap_check(lab_look(&guest).how == LAB_PARKED && out.r[4] == 1 && frame_is_kept(),
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
    area = window + GUEST_OFFSET / 4;
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
