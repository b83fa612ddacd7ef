/* SPDX-License-Identifier: Unlicense
 *
 * The largest page tables of an MPU, for tests/system/limits.c: a list of 32. Included where that
 * has its far table.
 */
#pragma once

/* The image of this test takes three places, pinned; of the others the first is pinned too, the
 * rest come in by faults. */
enum { LIST_ORDER = 5, IMAGE = 3, LIST = (1 << LIST_ORDER) - IMAGE, PAGE_ORDER = 8, PINNED = 1 };
enum { LIST_BASE = LAYOUT_USER_RAM + 0x10000 };

static struct rme_space list;
static rme_pagetable_t pages[LIST];

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

static void page_tables(void)
{
    page_lists();
    large_page_table();
}
