/* SPDX-License-Identifier: Unlicense
 *
 * A driver in a process of its own, and where it ends: it has one page of a device whose window has
 * 256, the mask of one line, and an endpoint. It serves its device, and reaches nothing else.
 */
#include "config.h"
#include "drivers/user/pci.h"
#include "layout.h"
#include "rme/alloc.h"
#include "rme/process.h"
#include "rme/start.h"
#include "tests/system/tap.h"

enum { EDU_VENDOR = 0x1234, EDU_DEVICE = 0x11E8, EDU_RAISE = 0x60, EDU_SERVE = 0x64 };
enum { SLOT_ENDPOINT, SLOT_LINES, SLOTS };
enum { PAGE_ORDER = 12, PAGE = 1 << PAGE_ORDER, ROUNDS = 3, TID = 9, STACK_BYTES = 1024 };

static const rme_captable_t own = {{BOOT_CAPTABLE}};
static const rme_thread_t init = {{BOOT_THREAD}};
static const rme_kfunc_t functions = {{BOOT_KFUNC}};
static const struct pci pci = {{{BOOT_KFUNC}}};

static char stack[STACK_BYTES] __attribute__((aligned(16)));
static word_t base, line;
static volatile word_t served, first_word;
static volatile sword_t other_line, other_function, other_port;

static void write_register(word_t offset, uint32_t word)
{
    *(volatile uint32_t *)(base + offset) = word;
}

static sword_t call(word_t function, word_t object, word_t arg0, word_t arg1)
{
    return rme_kfunc_call(rme_kfunc(SLOT_LINES), function, object, arg0, arg1, 0, 0);
}

/* Three interrupts, then the limits; the last access is its end. */
static void driver(word_t beyond)
{
    first_word = *(volatile uint32_t *)base;
    for (unsigned i = 0; i < ROUNDS; i++) {
        (void)rme_signal_receive(rme_signal(SLOT_ENDPOINT), SIGNAL_RECEIVE_ALL);
        write_register(EDU_SERVE, 0xFFFFFFFF);
        served += call(RME_KFN_INT_LOCAL_MOD, line, 1, 1) == STATUS_OK;
    }
    other_line = call(RME_KFN_INT_LOCAL_MOD, line + 1, 1, 1);
    other_function = call(RME_KFN_INT_BIND, line, CAP_NULL, 0);
    other_port = call(RME_KFN_IO_READ, 0xCF8, 4, 0);
    *(volatile uint32_t *)beyond = 0;
    served = 0; /* it was let through */
}

static rme_process_t make_process(rme_signal_t endpoint)
{
    struct rme_space space = rme_space_make(0);
    rme_captable_t table = rme_captable_make(SLOTS);
    const word_t mod = RME_KFN_INT_LOCAL_MOD;

    rme_space_add_image(&space);
    (void)rme_space_add(&space, base, PAGE_ORDER, PAGE_READ | PAGE_WRITE);
    (void)rme_captable_delegate(table, SLOT_ENDPOINT, own, endpoint.id.raw,
                                RIGHT_SIGNAL_RECEIVE_ALL, 0, 0);
    (void)rme_captable_delegate(table, SLOT_LINES, own, functions.id.raw,
                                mod << CAP_PAIR_SHIFT | mod, line, line);
    return rme_process_make(table, &space);
}

/* Each time a driver that may go `beyond` serves three interrupts of its device. */
static void attempt(rme_process_t process, word_t beyond, const char *name)
{
    static word_t slot, memory;
    struct rme_thread_plan plan;
    rme_thread_t thread;

    if (slot == 0) {
        slot = rme_alloc_slot();
        memory = rme_alloc_kmem(4096);
    }
    plan = (struct rme_thread_plan){
        .slot = slot,
        .memory = memory,
        .process = process,
        .entry = driver,
        .stack = stack,
        .stack_bytes = STACK_BYTES,
        .param = beyond,
        .priority = 1,
        .priority_max = 1,
        .budget = BUDGET_INFINITE,
        .tid = TID,
        .scheduler = init,
        .endpoint = rme_signal_null(),
    };
    served = 0;
    thread = rme_thread_make(&plan);
    for (unsigned i = 0; i < ROUNDS; i++)
        write_register(EDU_RAISE, 1); /* the driver is higher: it serves it before this goes on */
    tap_check(served == ROUNDS && rme_thread_receive_event(init) == (TID | (sword_t)EVENT_FAULTED),
              name);
    (void)rme_thread_unmake(thread, &plan);
}

/* To the end of the range of devices and back: the device answers where it is, and nowhere else. */
static void moving(struct pci_function edu, struct pci_window window)
{
    const word_t end = LAYOUT_DEVICES + LAYOUT_DEVICES_BYTES;
    struct pci_window moved = {0, 0};
    volatile uint32_t *old = (volatile uint32_t *)window.base;

    tap_check(pci_move(&pci, edu, 0, LAYOUT_DEVICES, end) && pci_window(&pci, edu, 0, &moved) &&
                  moved.base != window.base && moved.bytes == window.bytes &&
                  moved.base % moved.bytes == 0 && moved.base + moved.bytes <= end,
              "a window can be moved to where there is room");
    tap_check((*(volatile uint32_t *)moved.base & 0xFF) == 0xED && (*old & 0xFF) != 0xED,
              "the device answers there, and no longer where it was");
    tap_check(!pci_move(&pci, edu, 0, moved.base + PAGE, moved.base + moved.bytes) &&
                  !pci_move(&pci, edu, 0, moved.base, moved.base + moved.bytes) &&
                  !pci_move(&pci, edu, 1, LAYOUT_DEVICES, end),
              "not to where there is none, and not what there is not");
    tap_check(pci_move(&pci, edu, 0, window.base, window.base + window.bytes) &&
                  pci_window(&pci, edu, 0, &moved) && moved.base == window.base &&
                  (*old & 0xFF) == 0xED,
              "and back");
}

int main(void)
{
    rme_signal_t endpoint = rme_signal_make();
    struct pci_window window;
    struct pci_function edu;
    rme_process_t process;

    if (!pci_find(&pci, EDU_VENDOR, EDU_DEVICE, &edu) || !pci_window(&pci, edu, 0, &window)) {
        tap_check(false, "this machine has the device `edu`");
        return tap_end();
    }
    base = window.base;
    line = 20 + ((word_t)edu.device + pci_read(&pci, edu, PCI_PIN, 1) - 1) % 4; /* of q35 */
    pci_command(&pci, edu, PCI_COMMAND_MEMORY, PCI_COMMAND_NO_LINE | PCI_COMMAND_MASTER);
    tap_check(window.bytes >= 2 * PAGE, "the device has more than one page");
    moving(edu, window);
    process = make_process(endpoint);
    (void)rme_kfunc_call(functions, RME_KFN_INT_BIND, line, endpoint.id.raw, 0, 0, 0);
    (void)rme_kfunc_call(functions, RME_KFN_INT_LOCAL_MOD, line, 1, 1, 0, 0);
    attempt(process, base + PAGE, "a driver serves its device, and stops at the end of its page");
    attempt(process, base - PAGE, "and before it");
    attempt(process, 0xFEC00000, "and at the interrupt controllers");
    tap_check((first_word & 0xFF) == 0xED, "it has seen its device");
    tap_check(other_line == STATUS_BOUNDS, "no other line");
    tap_check(other_function == STATUS_BOUNDS, "no other function");
    tap_check(other_port == STATUS_BOUNDS, "and no port");
    return tap_end();
}
