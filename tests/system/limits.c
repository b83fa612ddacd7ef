/* SPDX-License-Identifier: Unlicense
 *
 * The largest objects that the options allow, and the longest that each call can take: full tables,
 * the deepest invocations, the longest chains of events by each way into the kernel, lists of 32
 * page tables, four priorities by ids of two levels. tools/paths.py counts instructions.
 */
#define THREADS_WANTED 32
#include "layout.h"
#include "tests/system/chain.h"
#include "tests/system/machine.h"

enum { ENTRIES = CONFIG_CAPTABLE_BYTES_MAX / CAP_SLOT_BYTES, CHAINS = 3, LINE = 20 };

static const rme_kmem_t kmem = {{BOOT_KMEM}};
static rme_captable_t far; /* a full-sized table, for ids of two levels */
static word_t far_used;

static word_t far_id(word_t slot)
{
    return cap_id_in(far.id.raw, slot).raw;
}

/* ---- Tables ---- */

static void captables(void)
{
    rme_captable_t table = rme_captable(rme_alloc_slot());
    word_t memory = rme_alloc_kmem(CONFIG_CAPTABLE_BYTES_MAX);

    tap_check(rme_captable_create(own, table.id.raw, kmem, memory, ENTRIES) == STATUS_OK,
              "a capability table of the largest size");
    (void)rme_signal_create(table, ENTRIES - 1);
    (void)rme_captable_freeze(own, table.id.raw);
    tap_check(rme_captable_delete(own, table.id.raw) == STATUS_NOT_EMPTY,
              "is looked through to its last slot");
    (void)rme_captable_freeze(table, ENTRIES - 1);
    (void)rme_signal_delete(table, ENTRIES - 1);
    (void)rme_captable_freeze(own, table.id.raw);
    tap_check(rme_captable_delete(own, table.id.raw) == STATUS_OK, "and deleted");
}

static void delegations(void)
{
    word_t slot = far_used++;

    tap_check(rme_captable_delegate(far, slot, own, BOOT_KMEM, RIGHT_KMEM_THREAD, 32, 64) ==
                      STATUS_OK &&
                  rme_captable_freeze(far, slot) == STATUS_OK &&
                  rme_captable_remove(far, slot) == STATUS_OK,
              "delegation, freezing and removal in such a table");
}

/* ---- Page tables ---- */

/* The image of this test takes three places, pinned; of the others the first is pinned too, the
 * rest come in by faults. */
enum { LIST_ORDER = 5, IMAGE = 3, LIST = (1 << LIST_ORDER) - IMAGE, PAGE_ORDER = 8, PINNED = 1 };
enum { LIST_BASE = LAYOUT_USER_RAM + 0x10000 };

static struct rme_space list;
static rme_pagetable_t pages[LIST];
static rme_process_t list_process;

static void make_list(void)
{
    const word_t data = PAGE_READ | PAGE_WRITE;
    bool is_made = true;

    list = rme_space_make(LIST_ORDER);
    rme_space_add_image(&list);
    for (unsigned i = 0; i < LIST; i++) {
        rme_pagetable_t source;
        word_t index, address = LIST_BASE + ((word_t)i << PAGE_ORDER);

        pages[i].id.raw = far_id(far_used);
        (void)rme_memory_source(address, PAGE_ORDER, &source, &index);
        is_made = is_made &&
                  rme_pagetable_create(far, far_used++, kmem, rme_alloc_kmem(32), address,
                                       PAGE_ORDER, 0) == STATUS_OK &&
                  rme_pagetable_add(pages[i], 0, data | (i < PINNED ? PAGE_STATIC : 0), source, 0,
                                    index) == STATUS_OK;
    }
    tap_check(is_made && list.used == IMAGE, "page tables for each place of a list");
}

/* What a thread in such a list has: itself the list and its last table, to change what is loaded.
 */
enum { ID_GATE = 1, ID_LIST = 2, ID_LAST = 3, IDS = 4 };

static volatile sword_t left, joined;

/* Each page of the list, which is loaded: the last ones evict the first. */
static void touch_all(word_t last)
{
    for (unsigned i = 0; i < LIST; i++)
        *(volatile word_t *)(LIST_BASE + ((word_t)i << PAGE_ORDER)) = i;
    left = rme_pagetable_destruct(rme_pagetable(ID_LIST), IMAGE + last, rme_pagetable(ID_LAST));
    joined =
        rme_pagetable_construct(rme_pagetable(ID_LIST), IMAGE + last, rme_pagetable(ID_LAST), 0);
    for (;;)
        (void)rme_signal_receive(rme_signal(ID_GATE), SIGNAL_RECEIVE_SINGLE);
}

static void page_lists(void)
{
    const unsigned last = LIST - 1;
    bool is_done = true;
    rme_captable_t table = rme_captable_make(IDS);
    rme_signal_t endpoint = rme_signal_make();
    rme_thread_t thread;

    make_list();
    for (unsigned i = 0; i < LIST; i++)
        is_done = is_done && rme_pagetable_construct(list.top, IMAGE + i, pages[i], 0) == STATUS_OK;
    tap_check(is_done, "are one list");
    tap_check(rme_pagetable_destruct(list.top, IMAGE + last, pages[last]) == STATUS_OK &&
                  rme_pagetable_destruct(list.top, IMAGE, pages[0]) == STATUS_OK &&
                  rme_pagetable_construct(list.top, IMAGE + last, pages[last], 0) == STATUS_OK &&
                  rme_pagetable_construct(list.top, IMAGE, pages[0], 0) == STATUS_OK,
              "which they leave and join");
    list_process = rme_process_make(own, &list);
    (void)rme_captable_delegate(table, ID_GATE, own, endpoint.id.raw, RIGHTS_SIGNAL_ALL, 0, 0);
    (void)rme_captable_delegate(table, ID_LIST, own, list.top.id.raw, RIGHTS_PAGETABLE_ALL, 0,
                                (1 << LIST_ORDER) - 1);
    (void)rme_captable_delegate(table, ID_LAST, far, far_used - 1, RIGHTS_PAGETABLE_ALL, 0, 0);
    tap_check(rme_process_set_captable(list_process, table) == STATUS_OK,
              "a process has it, and another capability table");
    left = joined = 1;
    thread = THREAD(.process = list_process, .entry = touch_all, .param = last,
                    .budget = BUDGET_INFINITE);
    step_down(CHAIN_TOP);
    tap_check(rme_signal_receive(endpoint, SIGNAL_POLL_ALL) == STATUS_BUSY &&
                  *(volatile word_t *)(LIST_BASE + ((word_t)last << PAGE_ORDER)) == last,
              "a thread there reaches all of its pages");
    tap_check(left == STATUS_OK && joined == STATUS_OK, "and changes the list that is loaded");
    tap_check(thread_end(thread), "and ends");
    tap_check(rme_pagetable_remove(pages[last], 0) == STATUS_OK, "a page leaves it");
}

static void large_page_table(void)
{
    const word_t order = 8;
    word_t slot = rme_alloc_slot();

    tap_check(rme_pagetable_create(own, slot, kmem, rme_alloc_kmem(128 + (sizeof(word_t) << order)),
                                   PAGETABLE_TOP, WORD_BITS - order, order) == STATUS_OK,
              "a page table of the largest size");
    (void)rme_captable_freeze(own, slot);
    tap_check(rme_pagetable_delete(own, slot) == STATUS_OK, "is deleted");
}

/* ---- Invocations ---- */

enum { PORTS = CONFIG_INV_DEPTH_MAX };

static rme_invocation_t ports[PORTS];
static rme_signal_t bottom;
static volatile word_t depth;

static void serve(word_t level)
{
    word_t value;

    depth = level;
    if (level < PORTS)
        (void)rme_invocation_activate(ports[level], level + 1, &value);
    (void)rme_signal_receive(bottom, SIGNAL_RECEIVE_SINGLE);
    (void)rme_invocation_return(0);
}

static void dive(word_t unused)
{
    word_t value;

    (void)unused;
    (void)rme_invocation_activate(ports[0], 1, &value);
    stop();
}

static void invocations(void)
{
    static char port_stacks[PORTS][256] __attribute__((aligned(8)));
    rme_thread_t thread;

    for (unsigned i = 0; i < PORTS; i++)
        ports[i] = rme_invocation_make(process, serve, port_stacks[i], 256, true);
    thread = THREAD(.entry = dive, .budget = BUDGET_INFINITE);
    step_down(CHAIN_TOP);
    tap_check(depth == PORTS, "invocations to the limit");
    tap_check(rme_thread_exec_set(thread, (word_t)dive, rme_stack_prepare(stacks[0], STACK_BYTES),
                                  0) == STATUS_OK &&
                  rme_invocation_set(ports[PORTS - 1], (word_t)serve,
                                     rme_stack_prepare(port_stacks[PORTS - 1], 256),
                                     1) == STATUS_OK,
              "end at once by a new entry");
    depth = 0;
    step_down(CHAIN_TOP);
    tap_check(depth == PORTS && thread_end(thread) &&
                  rme_invocation_set(ports[0], 0, 0, 0) == STATUS_OK,
              "and by the end of their thread");
}

/* ---- Priorities ---- */

static void priorities(void)
{
    rme_thread_t threads[4], ids[4];

    for (unsigned i = 0; i < 4; i++) {
        threads[i] = THREAD(.entry = dive, .priority_max = CHAIN_TOP);
        (void)rme_thread_transfer_time(threads[i], init, BUDGET_INFINITE);
        ids[i].id.raw = far_id(far_used);
        (void)rme_captable_delegate(far, far_used++, own, threads[i].id.raw, RIGHTS_THREAD_ALL, 0,
                                    0);
    }
    tap_check(rme_thread_set_priorities(4, ids[0], ids[1], ids[2], ids[3],
                                        9 | 8 << 8 | 7 << 16 | 6 << 24) == STATUS_OK,
              "four priorities by ids of two levels");
    for (unsigned i = 0; i < 4; i++) {
        (void)rme_captable_freeze(far, far_used - 4 + i);
        (void)rme_captable_remove(far, far_used - 4 + i);
        (void)thread_end(threads[i]);
    }
}

/* ---- Chains of events ---- */

static rme_signal_t gates[CHAINS][CHAIN];
static rme_thread_t chains[CHAINS][CHAIN];

/* The parameter is 1 + 16 * chain + place. */
static void wait(word_t param)
{
    rme_signal_t gate = gates[(param - 1) / 16][(param - 1) % 16];

    for (;;)
        (void)rme_signal_receive(gate, SIGNAL_RECEIVE_SINGLE);
}

/* The first gate of the third is the timer's endpoint. */
static void make_chains(unsigned count)
{
    for (unsigned k = 0; k < count; k++) {
        for (unsigned i = 0; i < CHAIN; i++) {
            gates[k][i].id.raw = far_id(far_used);
            (void)rme_signal_create(far, far_used++);
        }
        if (k == CHAINS - 1)
            gates[k][0] = rme_signal(BOOT_TIMER_ENDPOINT);
        (void)rme_signal_receive(gates[k][0], SIGNAL_POLL_ALL);
        chain_make(chains[k], k == 0 ? CHAIN : CHAIN - 1, wait, 1 + 16 * k, gates[k], CHAIN);
    }
}

static volatile word_t how;

enum { EXHAUST, YIELD, FAULT, PAUSE };

static void act(word_t unused)
{
    (void)unused;
    if (how == YIELD)
        (void)rme_thread_switch(rme_thread_null(), 1);
    if (how == FAULT)
        *(volatile word_t *)0xE000ED00 = 0;
    if (how == PAUSE) {
        machine_spin(100 * MACHINE_COUNT / 2);
        (void)rme_thread_switch(rme_thread_null(), 0);
    }
    for (;;) {
    }
}

/* The chain was walked to its limit; `more` threads besides have told something. */
static void walked(unsigned more, const char *name)
{
    tap_check(chain_events() == CONFIG_SCHED_DEPTH_MAX + 1 + more, name);
    chain_arm(chains[0], CHAIN);
}

static void calls_that_begin_chains(void)
{
    rme_thread_t thread = THREAD(.entry = act, .tid = 100, .endpoint = gates[0][0]);
    const word_t budget = BOARD_TIMER_HZ / 1000;

    (void)rme_signal_send(gates[0][0], 1);
    walked(0, "a signal begins the longest chain");
    (void)rme_thread_transfer_time(thread, init, budget);
    (void)rme_thread_transfer_time(init, thread, BUDGET_INFINITE);
    walked(0, "so does time that is taken away: the thread itself is the first");
    how = EXHAUST;
    (void)rme_thread_transfer_time(thread, init, budget);
    step_down(CHAIN_TOP);
    walked(0, "a budget that ends");
    (void)rme_thread_exec_set(thread, (word_t)act, rme_stack_prepare(stacks[30], STACK_BYTES), 0);
    how = YIELD;
    (void)rme_thread_transfer_time(thread, init, budget);
    step_down(CHAIN_TOP);
    walked(0, "a full yield");
    (void)rme_thread_exec_set(thread, (word_t)act, rme_stack_prepare(stacks[30], STACK_BYTES), 0);
    if (!CONFIG_RAW) { /* in the longest list of pages */
        (void)thread_end(thread);
        thread = THREAD(.process = list_process, .entry = act, .tid = 100, .endpoint = gates[0][0]);
    }
    how = FAULT;
    (void)rme_thread_transfer_time(thread, init, BUDGET_INFINITE);
    step_down(CHAIN_TOP);
    tap_check(rme_thread_receive_event(init) == (sword_t)(100 | EVENT_FAULTED), "a fault");
    chain_arm(chains[0], CHAIN);
    (void)rme_thread_transfer_time(init, thread, BUDGET_INIT);
    (void)rme_thread_exec_set(thread, (word_t)act, rme_stack_prepare(stacks[30], STACK_BYTES), 0);
    walked(0, "and the repair of a thread without time");
    (void)thread_end(thread);
}

static void interrupts_that_begin_chains(void)
{
    if (!CONFIG_KFUNC_INTERRUPT) {
        tap_skip("interrupts that begin chains", "this build has no functions for them");
        return;
    }
    (void)rme_kfunc_call(functions, RME_KFN_INT_BIND, LINE, gates[0][0].id.raw, 0, 0, 0);
    (void)rme_kfunc_call(functions, RME_KFN_INT_LOCAL_MOD, LINE, 1, 1, 0, 0);
    (void)rme_kfunc_call(functions, RME_KFN_INT_LOCAL_TRIG, LINE, 0, 0, 0, 0);
    walked(0, "an interrupt begins a chain");
    (void)rme_kfunc_call(functions, RME_KFN_INT_BIND, LINE, CAP_NULL, 0, 0, 0);
}

/* All at once: a thread yields that has overrun its budget, which makes the timer fire; the next
 * has less than that; and a deadline has passed. */
static void three_at_once(void)
{
    rme_thread_t first, second;

    if (!CONFIG_KFUNC_INTERRUPT) {
        tap_skip("three chains at once", "this build has no TIMER_SET");
        return;
    }
    first = THREAD(.entry = act, .tid = 100, .endpoint = gates[0][0]);
    second = THREAD(.entry = act, .tid = 101, .endpoint = gates[1][0]);
    how = PAUSE;
    (void)rme_thread_transfer_time(first, init, 20);
    (void)rme_thread_transfer_time(second, init, 5);
    (void)rme_kfunc_call(functions, RME_KFN_TIMER_SET, 0, BOOT_TIMER_ENDPOINT, 10, 0, 0);
    step_down(CHAIN_TOP);
    machine_spin(3 * 262 * MACHINE_COUNT);
    tap_check(chain_events() == 3 * CONFIG_SCHED_DEPTH_MAX + 3, "three chains at once");
    (void)thread_end(first);
    (void)thread_end(second);
}

int main(void)
{
    (void)set_priority(init, CHAIN_TOP);
    bottom = rme_signal_make();
    far = rme_captable_make(ENTRIES);
    captables();
    delegations();
    if (CONFIG_RAW) {
        tap_skip("page tables", "raw address spaces");
    } else {
        page_lists();
        large_page_table();
    }
    invocations();
    priorities();
    make_chains(CHAINS);
    calls_that_begin_chains();
    interrupts_that_begin_chains();
    three_at_once();
    return tap_end();
}
