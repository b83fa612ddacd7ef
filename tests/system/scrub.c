/* SPDX-License-Identifier: Unlicense
 *
 * No byte of an earlier life, as far as a user can see: objects are made where others were, in the
 * same slots and the same kernel memory, by somebody else. The host compares whole objects
 * (tests/unit/scrub.c).
 */
#include "board.h"
#include "rme/alloc.h"
#include "rme/assert.h"
#include "rme/stack.h"
#include "rme/start.h"
#include "test/machine.h"
#include "test/registers.h"
#include "tests/system/lab/lab.h"
#include "tests/system/tap.h"

/* OBJECT_BYTES, PAGES_ORDER, DEBUG_WORDS and so on. */
#include "test/scrub.h"

enum {
    ENTRIES = OBJECT_BYTES / CAP_SLOT_BYTES,
    HAS_FPU = CONFIG_FPU,
    PART = HAS_FPU ? LAB_WITH_FPU : LAB_CORE,
};

static word_t slot, memory;
static char stack[LAB_STACK_BYTES] __attribute__((aligned(16)));
static const rme_signal_t none = {{CAP_NULL}};

static sword_t end(sword_t (*remove)(rme_captable_t table, word_t slot))
{
    rme_assert(rme_captable_freeze(lab_own, slot) == STATUS_OK);
    return remove(lab_own, slot);
}

/* ---- A table full of capabilities, then others in its memory ---- */

static void fill_table(void)
{
    rme_assert(rme_captable_create(lab_own, slot, lab_memory, memory, ENTRIES) == STATUS_OK);
    for (word_t i = 0; i < ENTRIES; i++)
        rme_assert(rme_captable_delegate(rme_captable(slot), i, lab_own, BOOT_KMEM,
                                         RIGHT_KMEM_THREAD, 32, 8192) == STATUS_OK);
    for (word_t i = 0; i < ENTRIES; i++) {
        rme_assert(rme_captable_freeze(rme_captable(slot), i) == STATUS_OK);
        rme_assert(rme_captable_remove(rme_captable(slot), i) == STATUS_OK);
    }
    rme_assert(end(rme_captable_delete) == STATUS_OK);
}

static void tables(void (*fill)(void), const char *name)
{
    unsigned empty = 0;

    fill();
    rme_assert(rme_captable_create(lab_own, slot, lab_memory, memory, ENTRIES) == STATUS_OK);
    for (word_t i = 0; i < ENTRIES; i++)
        empty += rme_captable_freeze(rme_captable(slot), i) == STATUS_EMPTY &&
                 rme_signal_send(rme_signal_in(slot, i), 1) == STATUS_TYPE;
    tap_check(empty == ENTRIES, name);
    rme_assert(end(rme_captable_delete) == STATUS_OK);
}

static void pages(void (*fill)(void), const char *name)
{
    enum { PAGES = 1 << PAGES_ORDER };
    unsigned nothing = 0;

    if (CONFIG_RAW) {
        tap_skip(name, "raw address spaces: there are none");
        return;
    }
    fill();
    rme_assert(rme_pagetable_create(lab_own, slot, lab_memory, memory, 0, 12, PAGES_ORDER) ==
               STATUS_OK);
    for (word_t i = 0; i < PAGES; i++)
        nothing += rme_pagetable_remove(rme_pagetable(slot), i) == STATUS_MAP;
    tap_check(nothing == PAGES, name);
    rme_assert(end(rme_pagetable_delete) == STATUS_OK);
}

/* ---- Threads ---- */

static struct lab_registers full, unused;
static volatile bool is_clean;

static void wait_for_ever(word_t param)
{
    (void)param;
    full = lab_tagged_call(0xAD, RME_SVC_SIG_RCV, slot + 1, SIGNAL_RECEIVE_SINGLE, 0);
    lab_registers_call(&full, &unused, PART);
}

static void fault(word_t address)
{
    *(volatile word_t *)address = 0;
}

static void look(word_t param)
{
    is_clean = lab_begins_clean(&lab_at_entry, param, PART);
    for (;;)
        (void)rme_signal_receive(rme_signal(slot + 1), SIGNAL_RECEIVE_SINGLE);
}

static rme_thread_t make_thread(void)
{
    rme_assert(rme_thread_create(lab_own, slot, lab_memory, memory, lab_first, 3,
                                 HAS_FPU ? THREAD_FPU : 0) == STATUS_OK);
    rme_assert(rme_thread_bind(rme_thread(slot), lab_init, none, 1, 3, rme_kmem_null(), 0) ==
               STATUS_OK);
    return rme_thread(slot);
}

static void run(rme_thread_t thread, void (*entry)(word_t), word_t param)
{
    rme_assert(rme_thread_exec_set(thread, (word_t)entry, rme_stack_prepare(stack, sizeof(stack)),
                                   param) == STATUS_OK);
    rme_assert(rme_thread_transfer_time(thread, lab_init, BUDGET_INFINITE) > 0);
}

static void end_thread(rme_thread_t thread)
{
    rme_assert(rme_thread_free(thread) == STATUS_OK);
    rme_assert(end(rme_thread_delete) == STATUS_OK);
}

/* A thread whose registers, saved in that memory, are all of them something. */
static void fill_thread(void)
{
    rme_thread_t thread = make_thread();

    run(thread, wait_for_ever, 0);
    end_thread(thread);
}

static bool saved_registers_are_zero(rme_thread_t thread)
{
    word_t value = 0;

    for (word_t i = 0; i < DEBUG_WORDS; i++)
        if (lab_register(thread, i, &value) < 0 || value != 0)
            return false;
    for (word_t i = DEBUG_MORE; i < DEBUG_MORE_END; i++)
        if (lab_register(thread, i, &value) < 0 || value != 0)
            return false;
    return true;
}

static word_t fault_word(rme_thread_t thread, word_t which)
{
    word_t value = 1;

    (void)rme_call_value(RME_SVC_KFN, BOOT_KFUNC, RME_KFN_DEBUG_EXC_GET, which, thread.id.raw, 0, 0,
                         0, &value);
    return value;
}

static void threads(void)
{
    rme_thread_t thread;

    fill_thread();
    thread = make_thread();
    if (lab_has_debug())
        tap_check(saved_registers_are_zero(thread), "a thread where another was has no registers");
    else
        tap_skip("a thread where another was has no registers", "this build has no F801");
    lab_entry_fpu = PART;
    lab_behind_entry = look;
    is_clean = false;
    run(thread, lab_registers_entry, 5);
    tap_check(is_clean, "and finds none when it begins");
    end_thread(thread);
    thread = make_thread();
    run(thread, fault, MACHINE_UNREACHABLE);
    (void)rme_thread_receive_event(lab_init);
    end_thread(thread);
    thread = make_thread();
    if (lab_has_debug())
        tap_check(fault_word(thread, 0) == 0 && fault_word(thread, 1) == 0,
                  "nor what the other one's fault was");
    else
        tap_skip("nor what the other one's fault was", "this build has no F803");
    tap_check(rme_thread_receive_event(thread) == STATUS_NO_EVENT &&
                  rme_thread_transfer_time(lab_init, thread, 1) == STATUS_STATE,
              "nor its events, nor its time");
    end_thread(thread);
}

/* ---- Endpoints and ports, whose words lie in slots or are not shown ---- */

static void endpoints(void)
{
    rme_assert(rme_signal_create(lab_own, slot) == STATUS_OK);
    rme_assert(rme_signal_send(rme_signal(slot), 1234) == STATUS_OK);
    rme_assert(end(rme_signal_delete) == STATUS_OK);
    rme_assert(rme_signal_create(lab_own, slot) == STATUS_OK);
    tap_check(rme_signal_receive(rme_signal(slot), SIGNAL_POLL_ALL) == 0,
              "an endpoint where another was has no signals");
    rme_assert(end(rme_signal_delete) == STATUS_OK);
}

static void leaves(void)
{
    rme_assert(rme_captable_delegate(lab_own, slot, lab_own, BOOT_KMEM, RIGHT_KMEM_THREAD, 0,
                                     4096) == STATUS_OK);
    rme_assert(rme_captable_freeze(lab_own, slot) == STATUS_OK);
    rme_assert(rme_captable_remove(lab_own, slot) == STATUS_OK);
    rme_assert(rme_signal_create(lab_own, slot) == STATUS_OK);
    tap_check(rme_signal_receive(rme_signal(slot), SIGNAL_POLL_ALL) == 0,
              "nor where a leaf of memory was");
    rme_assert(end(rme_signal_delete) == STATUS_OK);
}

/* A port that was never set begins at 0, on no stack: the caller gets FAULT at once, or stops. */
static void ports(void)
{
    rme_assert(rme_invocation_create(lab_own, slot, lab_memory, memory, lab_first) == STATUS_OK);
    rme_assert(rme_invocation_set(rme_invocation(slot), (word_t)look,
                                  rme_stack_prepare(stack, sizeof(stack)), 1) == STATUS_OK);
    rme_assert(end(rme_invocation_delete) == STATUS_OK);
    rme_assert(rme_invocation_create(lab_own, slot, lab_memory, memory, lab_first) == STATUS_OK);
    tap_check(rme_invocation_set(rme_invocation(slot), 0, 0, 0) == STATUS_OK,
              "a port where another was is idle");
    rme_assert(end(rme_invocation_delete) == STATUS_OK);
}

int main(void)
{
    slot = rme_alloc_slot();
    rme_assert(rme_alloc_slot() == slot + 1);
    rme_assert(rme_signal_create(lab_own, slot + 1) == STATUS_OK);
    memory = rme_alloc_kmem_aligned(OBJECT_BYTES, OBJECT_BYTES);
    tables(fill_table, "a table where a full one was is empty");
    pages(fill_table, "a page table where a full table was has no pages");
    tables(fill_thread, "a table where a thread was is empty");
    pages(fill_thread, "a page table where a thread was has no pages");
    threads();
    endpoints();
    leaves();
    ports();
    return tap_end();
}
