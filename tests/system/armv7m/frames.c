/* SPDX-License-Identifier: Unlicense
 *
 * Forged frames and registers. Whatever a thread says of its stack, its frame and its registers, it
 * goes on as a user or stops alone; the kernel, its own scheduler and the rest go on. The subject
 * has the text of the image and one page to write, so that what it executes by accident harms
 * nobody.
 */
#include "board.h"
#include "layout.h"
#include "rme/alloc.h"
#include "rme/assert.h"
#include "rme/stack.h"
#include "rme/start.h"
#include "test/map.h"
#include "tests/system/lab/lab.h"
#include "tests/system/tap.h"

enum {
    PAGE_BYTES = 0x1000,
    /* Offsets in the subject's page: its stack, forged frames, code, results. */
    FRAME_OFFSET = 0x900,
    CODE_OFFSET = 0xA00,
    RESULT_OFFSET = 0xFC0,
    DYNAMIC_OFFSET = 0x2000, /* of a dynamic page */
    FRAME_BYTES = 32,
    FPU_FRAME_BYTES = 104,
    /* Arm DDI 0403E, B3.2.15 */
    CAUSE_STACKING = 1 << 4 | 1 << 12,
    CAUSE_UNSTACKING = 1 << 3 | 1 << 11,
    CAUSE_STATE = 1 << 17,
    CAUSE_RETURN = 1 << 18,
    DEBUG_SP = 0,
    DEBUG_R4 = 1,
    DEBUG_EXC_RETURN = 9,
    XPSR_THUMB = 1 << 24,
};

static struct lab_subject subject, bystander;
static word_t page;

/* ---- The subject is a user ---- */

static void look(word_t result)
{
    word_t control, ipsr, primask;

    __asm__ volatile("mrs %0, control" : "=r"(control));
    __asm__ volatile("mrs %0, ipsr" : "=r"(ipsr));
    __asm__ volatile("mrs %0, primask" : "=r"(primask));
    ((volatile word_t *)result)[0] = control;
    ((volatile word_t *)result)[1] = ipsr;
    ((volatile word_t *)result)[2] = primask;
    lab_park();
}

static void read_register(word_t address)
{
    (void)*(volatile word_t *)address;
    lab_park();
}

static void do_nothing(word_t unused)
{
    (void)unused;
    lab_park();
}

/* CONTROL: unprivileged, process stack. What is privileged could read the SCB. */
static bool is_user(void)
{
    volatile word_t *result = (volatile word_t *)(page + RESULT_OFFSET);

    result[0] = 0;
    result[1] = 1;
    if (lab_run(&subject, look, page + RESULT_OFFSET).how != LAB_PARKED)
        return false;
    return (result[0] & 3) == 3 && result[1] == 0 &&
           lab_run(&subject, read_register, 0xE000ED00).how == LAB_FAULTED;
}

/* EXC_RETURN: thread mode, process stack, either frame. */
static bool returns_to_thread(void)
{
    word_t value = 0;

    if (!lab_has_debug())
        return true;
    return lab_register(subject.thread, DEBUG_EXC_RETURN, &value) >= 0 &&
           (value == 0xFFFFFFFD || value == 0xFFFFFFED);
}

static bool all_is_well(void)
{
    return is_user() && lab_run(&bystander, do_nothing, 0).how == LAB_PARKED;
}

/* ---- Stack pointers ---- */

static word_t stack_pointer(unsigned number)
{
    const word_t words[] = {
        0,
        1,
        2,
        4,
        0x1C,
        0x20,
        0x40,
        0x100,
        LAYOUT_KERNEL_RAM,
        LAYOUT_KERNEL_RAM + 0x20,
        LAYOUT_KERNEL_RAM + 0x400,
        LAYOUT_KERNEL_STACK_TOP,
        LAYOUT_KERNEL_STACK_TOP + 0x20,
        LAYOUT_KMEM + 0x1000,
        LAYOUT_USER_IMAGE,
        LAYOUT_USER_IMAGE + 0x200,
        LAYOUT_USER_RAM + 0x1000,
        page,
        page + 4,
        page + 0x1C,
        page + 0x20,
        page + 0x24,
        page + 0x68,
        page + 0x800,
        page + 0x801,
        page + 0x802,
        page + 0x804,
        page + 0x806,
        page + 0x807,
        page + PAGE_BYTES,
        page + PAGE_BYTES + 4,
        page + PAGE_BYTES + 0x10,
        page + PAGE_BYTES + 0x20,
        page + PAGE_BYTES + 0x68,
        page + PAGE_BYTES + 0x100,
        page + DYNAMIC_OFFSET + 0x800,
        BOARD_CONSOLE_BASE,
        BOARD_CONSOLE_BASE + 0x20,
        0x40000000,
        0x5FFFFFFC,
        0x60000000,
        0x7FFFFFFF,
        0x80000000,
        0xA0000000,
        0xE0000020,
        0xE000E030,
        0xE000ED20,
        0xE000ED9C,
        0xE000F000,
        0xFFFFFFE0,
        0xFFFFFFF8,
        0xFFFFFFFC,
        0xFFFFFFFF,
    };

    return number < sizeof(words) / sizeof(words[0]) ? words[number] : 0xDEADBEEF;
}

static bool is_last(unsigned number)
{
    return stack_pointer(number) == 0xDEADBEEF;
}

/* Whether the hardware can put a frame there: aligned to 8, below the pointer, inside the page. */
static bool can_stack(word_t sp, word_t bytes)
{
    word_t frame = ((sp & ~(word_t)3) - bytes) & ~(word_t)7;

    return frame - page <= PAGE_BYTES - bytes;
}

static void call_with(word_t sp)
{
    __asm__ volatile("mov sp, %0" : : "r"(sp));
    lab_park();
}

static void hang_with(word_t sp)
{
    __asm__ volatile("mov sp, %0\n1: b 1b" : : "r"(sp));
}

static void fault_with(word_t sp)
{
    __asm__ volatile("mov sp, %0\n\tudf #0" : : "r"(sp));
}

static void break_with(word_t sp)
{
    __asm__ volatile("mov sp, %0\n\tbkpt #0" : : "r"(sp));
}

/* With FPU registers in use the frame is the larger one. vmov s0, r0 as a word. */
static void call_with_fpu(word_t sp)
{
    __asm__ volatile(".short 0xEE00, 0x0A10\n\tmov sp, %0" : : "r"(sp));
    lab_park();
}

/* How a deed with that stack pointer ends: as it should if a frame fits, else by a fault of the
 * thread that says so. */
static void at_every_pointer(const char *name, void (*deed)(word_t), enum lab_how fine,
                             word_t bytes)
{
    unsigned wrong = 0;

    for (unsigned i = 0; !is_last(i); i++) {
        bool fits = can_stack(stack_pointer(i), bytes);
        struct lab_end end = lab_run(&subject, deed, stack_pointer(i));
        bool is_right = end.how == (fits ? fine : LAB_FAULTED);

        if (!fits && lab_has_debug())
            is_right = is_right && (end.cause & CAUSE_STACKING) != 0;
        if (!is_right || !returns_to_thread() || !all_is_well()) {
            rme_print("# sp %x: %d, cause %x\n", stack_pointer(i), end.how, end.cause);
            wrong++;
        }
    }
    tap_check(wrong == 0, name);
}

static void stack_pointers(void)
{
    at_every_pointer("SVC with any stack pointer", call_with, LAB_PARKED, FRAME_BYTES);
    at_every_pointer("an interrupt at any stack pointer", hang_with, LAB_HUNG, FRAME_BYTES);
    at_every_pointer("a fault at any stack pointer", fault_with, LAB_FAULTED, FRAME_BYTES);
    at_every_pointer("a breakpoint at any stack pointer", break_with, LAB_FAULTED, FRAME_BYTES);
    if (CONFIG_FPU)
        at_every_pointer("SVC with the larger frame of the FPU", call_with_fpu, LAB_PARKED,
                         FPU_FRAME_BYTES);
    else
        tap_skip("SVC with the larger frame of the FPU", "the chip or the build has no FPU");
}

/* ---- Frames ---- */

static uint32_t seed = 0x2545F491;

static word_t random_word(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed;
}

static word_t begin_with_frame(word_t pc, word_t xpsr)
{
    word_t *frame = (word_t *)(page + FRAME_OFFSET);

    for (unsigned i = 0; i < 6; i++)
        frame[i] = random_word();
    frame[0] = 0;
    frame[6] = pc;
    frame[7] = xpsr;
    return (word_t)frame;
}

static struct lab_end run_frame(word_t pc, word_t xpsr)
{
    return lab_run_raw(&subject, 1, begin_with_frame(pc, xpsr), 0);
}

static bool ends_by(struct lab_end end, word_t cause)
{
    if (lab_has_debug() && end.cause != cause)
        rme_print("# %d, cause %x, address %x\n", end.how, end.cause, end.address);
    return end.how == LAB_FAULTED && (!lab_has_debug() || end.cause == cause);
}

static void status_words(void)
{
    const word_t pc = (word_t)do_nothing & ~(word_t)1;
    unsigned wrong = 0;

    tap_check(run_frame(pc, XPSR_THUMB).how == LAB_PARKED, "a frame of the user's own making");
    tap_check(run_frame(pc | 1, XPSR_THUMB).how == LAB_PARKED, "with an odd address too");
    /* Aligned, as QEMU looks at the address before the state; nothing of it is executed. */
    tap_check(ends_by(run_frame(pc & ~(word_t)3, 0), CAUSE_STATE), "not in Thumb state: a fault");
    for (word_t number = 1; number < 512; number += number < 32 ? 1 : 37)
        if (!ends_by(run_frame(pc, XPSR_THUMB | number), CAUSE_RETURN) || !all_is_well())
            wrong++;
    tap_check(wrong == 0, "a frame that says it is inside an exception: a fault");
    for (unsigned bit = 10; bit < 32; bit++)
        if (run_frame(pc, XPSR_THUMB | (word_t)1 << bit).how > LAB_HUNG || !all_is_well())
            wrong++;
    tap_check(wrong == 0, "any other bit of the status");
    for (word_t magic = 0xFFFFFFF0; magic != 0; magic++)
        if (run_frame(magic, XPSR_THUMB).how != LAB_FAULTED || !all_is_well())
            wrong++;
    tap_check(wrong == 0, "an address that means an exception return elsewhere: a fault");
}

/* ---- At random ---- */

/* In friendly rounds a frame anywhere in the page is a legal one, and random code is executed. */
static bool is_friendly;

static word_t random_status(void)
{
    return (is_friendly ? random_word() & 0xF8000000 : random_word()) | XPSR_THUMB;
}

static word_t random_pointer(void)
{
    word_t kind = random_word() % 8;

    if (is_friendly)
        return page + random_word() % (PAGE_BYTES - 0x80) / FRAME_BYTES * FRAME_BYTES;
    if (kind == 0)
        return random_word();
    if (kind < 3) {
        word_t sp;

        do
            sp = stack_pointer(random_word() % 64);
        while (sp == 0xDEADBEEF);
        return sp;
    }
    return page + random_word() % PAGE_BYTES;
}

static word_t random_code(void)
{
    switch (is_friendly ? 3 : random_word() % 4) {
    case 0:
        return random_word();
    case 1:
        return LAYOUT_USER_IMAGE + random_word() % 0x2000;
    case 2:
        return 0xFFFFFFE0 + random_word() % 32;
    default:
        return page + CODE_OFFSET + random_word() % 0x400;
    }
}

static void fill_page(void)
{
    for (word_t i = 0; i < PAGE_BYTES; i += sizeof(word_t)) {
        word_t word = random_word();

        if (is_friendly && i % FRAME_BYTES == 24)
            word = random_code();
        if (is_friendly && i % FRAME_BYTES == 28)
            word = random_status();
        *(volatile word_t *)(page + i) = word;
    }
}

/* A new start with random words and a random frame. */
static enum lab_how random_start(void)
{
    word_t stack = random_word() % 2 != 0 ? random_pointer()
                                          : begin_with_frame(random_code(), random_status());

    return lab_run_raw(&subject, random_code(), stack, random_word()).how;
}

/* All saved registers of a thread that waits, then it is woken. */
static enum lab_how random_registers(void)
{
    const word_t count = 9 + (CONFIG_FPU ? 17u : 0u);

    if (lab_run(&subject, do_nothing, 0).how != LAB_PARKED)
        return LAB_LOST;
    for (word_t i = 0; i < count; i++)
        (void)lab_set_register(subject.thread, i, i == DEBUG_SP ? random_pointer() : random_word());
    (void)lab_set_register(subject.thread, DEBUG_EXC_RETURN, random_word());
    lab_refill(&subject);
    (void)rme_signal_send(subject.park, 1);
    return lab_look(&subject).how;
}

/* The last check of a round needs a stack that is whole. */
static void at_random(unsigned rounds)
{
    unsigned ends[LAB_LOST + 1] = {0}, wrong = 0;

    for (unsigned i = 0; i < rounds; i++) {
        enum lab_how how;

        is_friendly = i % 4 > 1;
        fill_page();
        how = lab_has_debug() && i % 2 != 0 ? random_registers() : random_start();
        ends[how]++;
        if (!returns_to_thread() || !all_is_well())
            wrong++;
        if (i % 256 == 0)
            rme_print("# round %u\n", i);
    }
    rme_print("# %u parked, %u faulted, %u hung, %u otherwise\n", ends[LAB_PARKED],
              ends[LAB_FAULTED], ends[LAB_HUNG], ends[LAB_LOST]);
    tap_check(wrong == 0, "random registers and frames");
    tap_check(ends[LAB_FAULTED] > rounds / 8, "of which many are faults");
}

/* ---- A stack in a dynamic page ---- */

static void touch_then_call(word_t sp)
{
    *(volatile word_t *)(sp - 4) = 0;
    call_with(sp);
}

static void dynamic_stack(void)
{
    const struct lab_map map = {page + DYNAMIC_OFFSET, 12, 0, 1, PAGE_READ | PAGE_WRITE};
    const word_t sp = map.base + 0x800;

    (void)lab_attach(&subject, 0, &map);
    tap_check(lab_run(&subject, call_with, sp).how == LAB_FAULTED,
              "a dynamic page is not loaded for stacking");
    tap_check(lab_run(&subject, touch_then_call, sp).how == LAB_PARKED,
              "one that is loaded may be a stack");
    lab_detach(&subject, 0);
    (void)lab_attach(&subject, 0, &map);
    tap_check(ends_by(lab_run_raw(&subject, (word_t)do_nothing,
                                  rme_stack_prepare((void *)map.base, 256), 0),
                      1 << 3),
              "nor for unstacking");
    lab_detach(&subject, 0);
}

/* ---- A stack that is granted, and in which the bus has nothing ---- */

/* Of a device range of the board; static, so that the MPU has no objection. */
enum { NOTHING_THERE = 0x4FFF0000 };

static void bus_stack(void)
{
    const struct lab_map map = {NOTHING_THERE, 10, 0, 1, PAGE_READ | PAGE_WRITE | PAGE_STATIC};
    const word_t sp = NOTHING_THERE + 0x200;
    const word_t stacking = 1 << 12, unstacking = 1 << 11; /* STKERR, UNSTKERR */

    (void)lab_attach(&subject, 0, &map);
    tap_check(ends_by(lab_run(&subject, call_with, sp), stacking) && all_is_well(),
              "a bus error while a frame is stacked stops the thread alone");
    tap_check(ends_by(lab_run_raw(&subject, (word_t)do_nothing, sp, 0), unstacking) &&
                  all_is_well(),
              "and one while a frame is unstacked");
    lab_detach(&subject, 0);
}

int main(void)
{
    struct rme_space space;

    if (CONFIG_RAW) {
        tap_skip("frames", "raw address spaces: a subject needs page tables");
        return tap_end();
    }
    bystander = lab_subject_make(0);
    page = lab_window();
    space = rme_space_make(LAB_LIST_ORDER);
    (void)rme_space_add(&space, LAYOUT_USER_IMAGE, 15,
                        PAGE_READ | PAGE_EXECUTE | PAGE_CACHE | PAGE_STATIC);
    (void)rme_space_add(&space, page, 12,
                        PAGE_READ | PAGE_WRITE | PAGE_EXECUTE | PAGE_CACHE | PAGE_STATIC);
    subject = lab_subject_make_in(&space, (char *)page, CONFIG_FPU ? THREAD_FPU : 0);
    subject.patience = rme_boot.clock_hz / 5000;
    tap_check(all_is_well(), "in the beginning");
    stack_pointers();
    status_words();
    dynamic_stack();
    at_random(1000);
    bus_stack();
    return tap_end();
}
