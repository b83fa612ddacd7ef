/* SPDX-License-Identifier: Unlicense
 *
 * Page tables by system call: each call with each of its statuses, references, and what a CPU that
 * has a table loaded gets. That the regions let through what was granted is tests/mpu.
 */
#include "kernel/pagetable.h"

#include "kernel/flush.h"
#include "tests/unit/support/world.h"

#include <stdlib.h>

enum { RWX = PAGE_READ | PAGE_WRITE | PAGE_EXECUTE, MEGABYTE_ORDER = 20 };

/* The memory that boot maps: tables below BOOT_PAGETABLES, of one page each. */
static const word_t CODE_BASE = 0x10000, DATA_BASE = 0x100000;
enum { CODE_TABLE = 0, DATA_TABLE = 2 };

static word_t source(word_t table)
{
    return cap_id_in(BOOT_PAGETABLES, table).raw;
}

static word_t references(word_t slot)
{
    return shared_load(&world_cap(slot)->link);
}

static word_t table_with(word_t base, word_t size_order, word_t number_order)
{
    word_t slot = world_slot();

    if (CALL(PGT_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, world_memory(512), base, size_order,
             number_order) != STATUS_OK)
        tap_report(false, "a page table", "table_with", __FILE__, __LINE__);
    return slot;
}

/* 0: flags, 1: size order, 2: number order of the page at an address; MAP: there is none. */
static sword_t look(word_t table, word_t address, unsigned what)
{
    struct pagetable_place place;

    if (!pagetable_backend_find(world_cap(table), address, &place))
        return STATUS_MAP;
    return (sword_t)(what == 0 ? place.flags : what == 1 ? place.size_order : place.number_order);
}

/* ---- Life ---- */

static void creation(void)
{
    word_t slot = world_slot(), memory = world_memory(1024);
    word_t weak = world_leaf(BOOT_CAPTABLE, RIGHT_CAPTABLE_FREEZE);
    word_t no_memory = world_memory_leaf(RIGHT_KMEM_CAPTABLE, memory, memory + 1024);
    word_t narrow = world_memory_leaf(RIGHT_KMEM_PAGETABLE, memory, memory + 32);

    REFUSED(STATUS_RIGHTS, "create: the table lacks CREATE", PGT_CRT, weak, slot, BOOT_KMEM, memory,
            0, 8, 2);
    REFUSED(STATUS_RIGHTS, "create: the memory lacks PAGETABLE", PGT_CRT, BOOT_CAPTABLE, slot,
            no_memory, 0, 0, 8, 2);
    REFUSED(STATUS_HARDWARE, "create: pages that are too small", PGT_CRT, BOOT_CAPTABLE, slot,
            BOOT_KMEM, HOST_KMEM_BYTES, 0, 4, 2);
    REFUSED(STATUS_HARDWARE, "create: too many entries", PGT_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM,
            memory, 0, 8, 9);
    REFUSED(STATUS_HARDWARE, "create: larger than all memory", PGT_CRT, BOOT_CAPTABLE, slot,
            BOOT_KMEM, memory, 0, WORD_BITS - 1, 2);
    REFUSED(STATUS_HARDWARE, "create: orders that wrap", PGT_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM,
            memory, 0, 8, ~(word_t)0 - 7);
    REFUSED(STATUS_HARDWARE, "create: a base inside", PGT_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM,
            memory, 0x200, 8, 2);
    REFUSED(STATUS_HARDWARE, "create: a list that is no top level", PGT_CRT, BOOT_CAPTABLE, slot,
            BOOT_KMEM, memory, 0, WORD_BITS, 2);
    REFUSED(STATUS_HARDWARE, "create: a list with a base", PGT_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM,
            memory, 0x1000 | PAGETABLE_TOP, WORD_BITS, 2);
    REFUSED(STATUS_BOUNDS, "create: larger than its memory", PGT_CRT, BOOT_CAPTABLE, slot, narrow,
            0, PAGETABLE_TOP, WORD_BITS, 2);
    REFUSED(STATUS_RANGE, "create: a slot behind the table", PGT_CRT, BOOT_CAPTABLE,
            CONFIG_BOOT_ENTRIES, BOOT_KMEM, memory, 0, 8, 2);
    REFUSED(STATUS_OCCUPIED, "create: a slot that is taken", PGT_CRT, BOOT_CAPTABLE, BOOT_THREAD,
            BOOT_KMEM, memory, 0, 8, 2);
    REFUSED(STATUS_MEMORY, "create: memory in use", PGT_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, 0, 0,
            8, 2);
    ACCEPTED("create: a table of four pages", PGT_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, memory,
             0x4000, 8, 2);
    tap_check(pagetable_size_order(world_cap(slot)) == 8 &&
                  pagetable_number_order(world_cap(slot)) == 2 &&
                  pagetable_base(world_cap(slot)) == 0x4000 && !pagetable_is_top(world_cap(slot)) &&
                  pagetable_low(world_cap(slot)) == 0 &&
                  pagetable_high(world_cap(slot)) == PAGETABLE_RANGE_MAX,
              "its capability tells geometry and positions");
    tap_check(look(slot, 0x4000, 0) == STATUS_MAP, "it is empty");
    tap_check(pagetable_address(world_cap(slot), 3) == 0x4300,
              "its last entry is where it should be");
}

static void deletion(void)
{
    word_t top = world_top(), child = table_with(0x4000, 8, 2), other = world_top();

    REFUSED(STATUS_NOT_FROZEN, "delete: not frozen", PGT_DEL, BOOT_CAPTABLE, child);
    ACCEPTED("a child in a list", PGT_CON, top, 0, child, 0);
    REFUSED(STATUS_REFERENCED, "freeze: a child in a parent", CPT_FRZ, BOOT_CAPTABLE, child);
    REFUSED(STATUS_REFERENCED, "freeze: a parent with a child", CPT_FRZ, BOOT_CAPTABLE, top);
    ACCEPTED("taken out", PGT_DES, top, 0, child);
    tap_check(references(top) == 0 && references(child) == 0, "neither counts on the other");
    tap_check(PATIENT(CPT_FRZ, BOOT_CAPTABLE, child) == STATUS_OK &&
                  PATIENT(PGT_DEL, BOOT_CAPTABLE, child) == STATUS_OK,
              "the child is deleted");
    tap_check(PATIENT(CPT_FRZ, BOOT_CAPTABLE, top) == STATUS_OK &&
                  PATIENT(PGT_DEL, BOOT_CAPTABLE, top) == STATUS_OK,
              "and the parent");
    tap_check(PATIENT(CPT_FRZ, BOOT_CAPTABLE, other) == STATUS_OK &&
                  PATIENT(CPT_DEL, BOOT_CAPTABLE, other) == STATUS_TYPE,
              "but not as another type");
    REFUSED(STATUS_REFERENCED, "the first page table is held by its process", CPT_FRZ,
            BOOT_CAPTABLE, BOOT_PAGETABLE);
}

/* ---- Pages ---- */

static void adding(void)
{
    word_t target = table_with(DATA_BASE + 0x400, 8, 2), part = world_slot(), far, large, full;
    word_t no_target = world_slot(), no_source = world_slot();
    const word_t first = 4; /* of the source's page, in pages of the target */

    (void)CALL(CPT_ADD, BOOT_CAPTABLE, part, BOOT_CAPTABLE, target, RIGHTS_PAGETABLE_ALL, 1, 2);
    (void)CALL(CPT_ADD, BOOT_CAPTABLE, no_target, BOOT_CAPTABLE, target,
               RIGHTS_PAGETABLE_ALL & ~(word_t)RIGHT_PAGETABLE_ADD_TARGET, 0, 3);
    (void)CALL(CPT_ADD, BOOT_CAPTABLE, no_source, BOOT_PAGETABLES, DATA_TABLE,
               RIGHTS_PAGETABLE_ALL & ~(word_t)RIGHT_PAGETABLE_ADD_SOURCE, 0, 3);
    REFUSED(STATUS_TYPE, "add: the source is no page table", PGT_ADD, no_target, 0, RWX,
            BOOT_PROCESS, 0, first);
    REFUSED(STATUS_RIGHTS, "add: the target lacks ADD_TARGET", PGT_ADD, no_target, 0, RWX,
            no_source, 0, first);
    REFUSED(STATUS_RIGHTS, "add: the source lacks ADD_SOURCE", PGT_ADD, target, 0, RWX, no_source,
            0, first);
    REFUSED(STATUS_BOUNDS, "add: a position below the capability's", PGT_ADD, part, 0, RWX,
            source(DATA_TABLE), 0, first);
    REFUSED(STATUS_BOUNDS, "add: a position above them", PGT_ADD, part, 3, RWX, source(DATA_TABLE),
            0, first + 3);
    REFUSED(STATUS_ADDRESS, "add: a position behind the table", PGT_ADD, target, 4, RWX,
            source(DATA_TABLE), 0, first + 4);
    REFUSED(STATUS_ADDRESS, "add: a position behind the source", PGT_ADD, target, 0, RWX,
            source(DATA_TABLE), 1, first);
    REFUSED(STATUS_ADDRESS, "add: a piece behind the page", PGT_ADD, target, 0, RWX,
            source(DATA_TABLE), 0, (word_t)1 << (MEGABYTE_ORDER - 8));
    REFUSED(STATUS_ADDRESS, "add: another piece than its address says", PGT_ADD, target, 0, RWX,
            source(DATA_TABLE), 0, first + 1);
    REFUSED(STATUS_ADDRESS, "add: another page than its address says", PGT_ADD, target, 0,
            PAGE_READ, source(CODE_TABLE), 0, first);
    large = table_with(0, MEGABYTE_ORDER + 1, 0);
    REFUSED(STATUS_ADDRESS, "add: a page larger than its source", PGT_ADD, large, 0, PAGE_READ,
            source(DATA_TABLE), 0, 0);
    far = table_with(DATA_BASE, 8, 2);
    REFUSED(STATUS_MAP, "add: from a position without a page", PGT_ADD, table_with(DATA_BASE, 8, 2),
            0, PAGE_READ, far, 0, 0);
    full = table_with(CODE_BASE, 8, 0);
    REFUSED(STATUS_PERMISSION, "add: a page that may be written, from one that may not", PGT_ADD,
            full, 0, PAGE_READ | PAGE_WRITE, source(CODE_TABLE), 0, 0);
    REFUSED(STATUS_PERMISSION, "add: an attribute that is none", PGT_ADD, target, 0,
            RWX | (PAGE_FLAGS_ALL + 1), source(DATA_TABLE), 0, first);
    ACCEPTED("add: with less", PGT_ADD, full, 0, PAGE_READ, source(CODE_TABLE), 0, 0);
    tap_check(look(full, CODE_BASE, 0) == PAGE_READ && look(full, CODE_BASE, 1) == 8 &&
                  look(full, CODE_BASE, 2) == 0,
              "the page has what was given");
    REFUSED(STATUS_MAP, "add: a place that is taken", PGT_ADD, full, 0, PAGE_READ,
            source(CODE_TABLE), 0, 0);
    ACCEPTED("add: pinned, though the source is not", PGT_ADD, target, 0, RWX | PAGE_STATIC,
             source(DATA_TABLE), 0, first);
    REFUSED(STATUS_MAP, "add: other flags in a table of one region", PGT_ADD, target, 1, PAGE_READ,
            source(DATA_TABLE), 0, first + 1);
    ACCEPTED("add: at the end of the capability's positions", PGT_ADD, part, 2, RWX | PAGE_STATIC,
             source(DATA_TABLE), 0, first + 2);
    REFUSED(STATUS_PERMISSION, "add: a page gives no more than it has", PGT_ADD,
            table_with(CODE_BASE, 8, 0), 0, PAGE_READ | PAGE_EXECUTE, full, 0, 0);
}

static void removing(void)
{
    word_t target = table_with(DATA_BASE, 8, 2), part = world_slot(), weak = world_slot(), top;

    (void)CALL(CPT_ADD, BOOT_CAPTABLE, part, BOOT_CAPTABLE, target, RIGHT_PAGETABLE_REMOVE, 1, 2);
    (void)CALL(CPT_ADD, BOOT_CAPTABLE, weak, BOOT_CAPTABLE, target,
               RIGHTS_PAGETABLE_ALL & ~(word_t)RIGHT_PAGETABLE_REMOVE, 0, 3);
    for (word_t i = 0; i < 4; i++)
        tap_check(CALL(PGT_ADD, target, i, RWX, source(DATA_TABLE), 0, i) == STATUS_OK, "a page");
    ACCEPTED("remove: a page", PGT_REM, target, 0);
    tap_check(look(target, DATA_BASE, 0) == STATUS_MAP && look(target, DATA_BASE + 0x100, 0) == RWX,
              "that one is gone, the next is not");
    REFUSED(STATUS_TYPE, "remove: not a page table", PGT_REM, BOOT_CAPTABLE, 0);
    REFUSED(STATUS_RIGHTS, "remove: the right is missing", PGT_REM, weak, 0);
    REFUSED(STATUS_BOUNDS, "remove: a position below the capability's", PGT_REM, part, 0);
    REFUSED(STATUS_BOUNDS, "remove: a position above them", PGT_REM, part, 3);
    REFUSED(STATUS_ADDRESS, "remove: a position behind the table", PGT_REM, target, 4);
    REFUSED(STATUS_MAP, "remove: no page is there", PGT_REM, target, 0);
    ACCEPTED("its place can be used again", PGT_ADD, target, 0, RWX, source(DATA_TABLE), 0, 0);
    top = world_top();
    ACCEPTED("a child", PGT_CON, top, 1, target, 0);
    world_ignore_version(top);
    REFUSED(STATUS_MAP, "remove: a child is no page", PGT_REM, top, 1);
}

/* ---- Children ---- */

static void constructing(void)
{
    word_t top = world_top(), child = table_with(DATA_BASE, 8, 2), part = world_slot(), small;
    word_t weak_parent = world_slot(), weak_child = world_slot(), second, orphan, tree, inner;

    world_ignore_version(top);
    (void)CALL(CPT_ADD, BOOT_CAPTABLE, part, BOOT_CAPTABLE, top, RIGHTS_PAGETABLE_ALL, 1, 2);
    (void)CALL(CPT_ADD, BOOT_CAPTABLE, weak_parent, BOOT_CAPTABLE, top,
               RIGHTS_PAGETABLE_ALL & ~(word_t)RIGHT_PAGETABLE_PARENT_CONSTRUCT, 0, 3);
    (void)CALL(CPT_ADD, BOOT_CAPTABLE, weak_child, BOOT_CAPTABLE, child,
               RIGHTS_PAGETABLE_ALL & ~(word_t)RIGHT_PAGETABLE_CHILD, 0, 3);
    REFUSED(STATUS_TYPE, "construct: the child is none", PGT_CON, weak_parent, 0, BOOT_PROCESS, 0);
    REFUSED(STATUS_RIGHTS, "construct: the parent lacks PARENT_CONSTRUCT", PGT_CON, weak_parent, 0,
            weak_child, 0);
    REFUSED(STATUS_RIGHTS, "construct: the child lacks CHILD", PGT_CON, top, 0, weak_child, 0);
    REFUSED(STATUS_BOUNDS, "construct: a position below the capability's", PGT_CON, part, 0, child,
            0);
    REFUSED(STATUS_BOUNDS, "construct: a position above them", PGT_CON, part, 3, child, 0);
    REFUSED(STATUS_ADDRESS, "construct: a position behind the parent", PGT_CON, top, 4, child, 0);
    orphan = table_with(DATA_BASE, 12, 2);
    REFUSED(STATUS_MAP, "construct: into a table that is in no tree", PGT_CON, orphan, 0, child, 0);
    REFUSED(STATUS_MAP, "construct: a top level as a child", PGT_CON, top, 0, BOOT_PAGETABLE, 0);
    ACCEPTED("construct: at the end of the capability's positions", PGT_CON, part, 2, child, 0);
    tap_check(references(child) == 2 && references(top) == 3, "both are counted, at their roots");
    REFUSED(STATUS_MAP, "construct: a child that has a parent", PGT_CON, top, 1, child, 0);
    REFUSED(STATUS_MAP, "construct: a place that is taken", PGT_CON, top, 2,
            table_with(CODE_BASE, 8, 2), 0);
    second = table_with(DATA_BASE + 0x200, 8, 1);
    REFUSED(STATUS_MAP, "construct: children of a list do not overlap", PGT_CON, top, 1, second, 0);

    world_boot(1);
    tree = world_top();
    world_ignore_version(tree);
    inner = table_with(DATA_BASE, 12, 2);
    ACCEPTED("a table of four places of 4 KiB", PGT_CON, tree, 0, inner, 0);
    REFUSED(STATUS_ADDRESS, "construct: a child larger than its place", PGT_CON, inner, 0,
            table_with(DATA_BASE, 12, 1), 0);
    REFUSED(STATUS_ADDRESS, "construct: a child that lies elsewhere", PGT_CON, inner, 0,
            table_with(DATA_BASE + 0x1000, 8, 2), 0);
    small = table_with(DATA_BASE + 0x1400, 8, 2);
    ACCEPTED("construct: a child smaller than its place", PGT_CON, inner, 1, small, 0);
    tap_check(CALL(PGT_ADD, small, 1, RWX, source(DATA_TABLE), 0, 0x15) == STATUS_OK &&
                  look(tree, DATA_BASE + 0x1500, 0) == RWX &&
                  look(tree, DATA_BASE + 0x1400, 0) == STATUS_MAP,
              "its pages are found from the top");
}

static void destructing(void)
{
    word_t top = world_top(), child = table_with(DATA_BASE, 12, 2), other;
    word_t inner = table_with(DATA_BASE, 8, 2), leaf = world_slot(), part = world_slot();
    word_t weak_parent = world_slot(), weak_child = world_slot();

    world_ignore_version(top);
    other = table_with(CODE_BASE, 8, 2);
    (void)CALL(CPT_ADD, BOOT_CAPTABLE, part, BOOT_CAPTABLE, top, RIGHTS_PAGETABLE_ALL, 1, 2);
    (void)CALL(CPT_ADD, BOOT_CAPTABLE, leaf, BOOT_CAPTABLE, child, RIGHT_PAGETABLE_CHILD, 0, 0);
    (void)CALL(CPT_ADD, BOOT_CAPTABLE, weak_parent, BOOT_CAPTABLE, top,
               RIGHTS_PAGETABLE_ALL & ~(word_t)RIGHT_PAGETABLE_PARENT_DESTRUCT, 0, 3);
    (void)CALL(CPT_ADD, BOOT_CAPTABLE, weak_child, BOOT_CAPTABLE, child,
               RIGHTS_PAGETABLE_ALL & ~(word_t)RIGHT_PAGETABLE_CHILD, 0, 3);
    ACCEPTED("a child", PGT_CON, top, 0, child, 0);
    ACCEPTED("and below it another", PGT_CON, child, 0, inner, 0);
    REFUSED(STATUS_TYPE, "destruct: the child is none", PGT_DES, weak_parent, 0, BOOT_PROCESS);
    REFUSED(STATUS_RIGHTS, "destruct: the parent lacks PARENT_DESTRUCT", PGT_DES, weak_parent, 0,
            weak_child);
    REFUSED(STATUS_RIGHTS, "destruct: the child lacks CHILD", PGT_DES, top, 0, weak_child);
    REFUSED(STATUS_BOUNDS, "destruct: a position below the capability's", PGT_DES, part, 0, child);
    REFUSED(STATUS_ADDRESS, "destruct: a position behind the parent", PGT_DES, top, 4, child);
    REFUSED(STATUS_MAP, "destruct: another child", PGT_DES, top, 0, other);
    REFUSED(STATUS_MAP, "destruct: another position", PGT_DES, top, 1, child);
    REFUSED(STATUS_MAP, "destruct: a child with children", PGT_DES, top, 0, child);
    ACCEPTED("destruct: the inner one first", PGT_DES, child, 0, inner);
    ACCEPTED("destruct: then the outer, by a leaf", PGT_DES, top, 0, leaf);
    tap_check(references(top) == 2 && references(child) == 2 && references(inner) == 0,
              "all counts are taken back");
    ACCEPTED("and it can come back", PGT_CON, top, 3, child, 0);
}

/* ---- A table that is loaded ---- */

static void loaded(void)
{
    word_t top = world_top(), child = table_with(DATA_BASE, 8, 2), process = world_slot(), thread;

    (void)CALL(PGT_CON, top, 0, child, 0);
    (void)CALL(PRC_CRT, BOOT_CAPTABLE, process, BOOT_CAPTABLE, top);
    thread = world_thread(process, 9, 0);
    world_bind(thread, CAP_NULL, 1, 5);
    world_give(thread, BUDGET_INFINITE);
    tap_check(CALL(PGT_ADD, child, 1, PAGE_READ, source(DATA_TABLE), 0, 1) == STATUS_OK,
              "a page in the tree that is loaded");
    host_fault(world_cpu(),
               (struct fault){.cause = 1, .address = DATA_BASE + 0x140, .access = PAGE_READ});
    tap_check(world_cpu()->current == world_thread_of(thread),
              "a fault on a page that is granted is repaired");
    tap_check(!pagetable_repair(world_cpu(), host_loaded, DATA_BASE + 0x140, PAGE_READ),
              "once: a page that is loaded and faults is a real fault");
    tap_check(!pagetable_repair(world_cpu(), host_loaded, DATA_BASE + 0x140, PAGE_WRITE),
              "an access that is not granted is never repaired");
    tap_check(!pagetable_repair(world_cpu(), host_loaded, DATA_BASE + 0x240, PAGE_READ),
              "nor one to a place without a page");
    tap_check(!pagetable_repair(world_cpu(), host_loaded, 0x40, PAGE_READ),
              "nor one outside all tables");
    host_fault(world_cpu(),
               (struct fault){.cause = 1, .address = DATA_BASE + 0x140, .access = PAGE_WRITE});
    tap_check(world_thread_of(thread)->state == THREAD_FAULTED, "a real fault stops the thread");
}

/* An instruction of two halves may need a second page (struct fault). */
static void second_pages(void)
{
    word_t top = world_top(), first = table_with(CODE_BASE, 8, 0), process = world_slot(), thread;
    word_t second = table_with(CODE_BASE + 0x100, 8, 0);
    const word_t execute = PAGE_READ | PAGE_EXECUTE, edge = CODE_BASE + 0xFE;

    (void)CALL(PGT_CON, top, 0, first, 0);
    (void)CALL(PGT_CON, top, 1, second, 0);
    (void)CALL(PGT_ADD, first, 0, execute, source(CODE_TABLE), 0, 0);
    (void)CALL(PGT_ADD, second, 0, execute, source(CODE_TABLE), 0, 1);
    (void)CALL(PRC_CRT, BOOT_CAPTABLE, process, BOOT_CAPTABLE, top);
    thread = world_thread(process, 9, 0);
    world_bind(thread, CAP_NULL, 1, 5);
    world_give(thread, BUDGET_INFINITE);
    for (unsigned i = 0; i < 2; i++)
        host_fault(world_cpu(), (struct fault){1, edge, edge + 2, PAGE_EXECUTE});
    tap_check(world_thread_of(thread)->state == THREAD_READY,
              "an instruction over two pages is repaired twice, once for each");
    host_fault(world_cpu(), (struct fault){1, edge, edge + 2, PAGE_EXECUTE});
    tap_check(world_thread_of(thread)->state == THREAD_FAULTED, "a third time it is a real fault");
}

/* A pinned page is always loaded: a fault there is the program's doing, and harms nobody else. */
static void fault_on_pinned(void)
{
    word_t top = world_top(), table = table_with(CODE_BASE, 8, 0), process = world_slot(), thread;

    (void)CALL(PGT_CON, top, 0, table, 0);
    (void)CALL(PGT_ADD, table, 0, PAGE_READ | PAGE_STATIC, source(CODE_TABLE), 0, 0);
    (void)CALL(PRC_CRT, BOOT_CAPTABLE, process, BOOT_CAPTABLE, top);
    thread = world_thread(process, 9, 0);
    world_bind(thread, CAP_NULL, 1, 5);
    world_give(thread, BUDGET_INFINITE);
    host_fault(world_cpu(), (struct fault){1, CODE_BASE, 0, PAGE_WRITE});
    if (world_thread_of(thread)->state != THREAD_FAULTED)
        abort();
    (void)CALL(THD_EXEC_SET, thread, 0, 0, 0);
    host_fault(world_cpu(), (struct fault){1, CODE_BASE, 0, PAGE_EXECUTE});
    if (world_thread_of(thread)->state != THREAD_FAULTED)
        abort();
}

static void pinned(void)
{
    world_returns("a write to a pinned page that may only be read stops its thread, not the kernel",
                  fault_on_pinned);
}

/* What calls cannot ask for, and the back end refuses all the same. */
static void direct(void)
{
    struct capability slot = {0};
    word_t top = world_top(), next = arch_kmem_base() + arch_kmem_size() / 2;

    tap_check(pagetable_backend_map(world_cpu(), world_cap(top), 0, 0, PAGE_READ) == STATUS_MAP,
              "a list holds no page");
    tap_check(pagetable_boot(&slot, &next, 0, 3, 0) == STATUS_HARDWARE &&
                  shared_load(&slot.header) == 0,
              "boot makes no table that the machine does not have");
}

/* After PGT_DES a table stays until every CPU has flushed. */
static void flushing(void)
{
    word_t top = world_top(), child = table_with(DATA_BASE, 8, 2);
    word_t call[7] = {BOOT_CAPTABLE};

    if (CONFIG_CPUS_MAX == 1) {
        tap_skip("a detached table waits for the flush of every CPU", "one CPU");
        return;
    }
    world_boot(2);
    top = world_top();
    child = table_with(DATA_BASE, 8, 2);
    call[1] = child;
    world_age();
    (void)CALL(PGT_CON, top, 0, child, 0);
    (void)CALL(PGT_DES, top, 0, child);
    tap_check(CALL(CPT_FRZ, BOOT_CAPTABLE, child) == STATUS_OK, "a detached table is frozen");
    for (unsigned i = 0; i < 6; i++) { /* quiescent, but CPU 1 has not flushed */
        (void)host_call(world_cpu(), RME_SVC_PGT_DEL, call);
        quiesce_tick(arch_cpu(0));
        quiesce_tick(arch_cpu(1));
        flush_pending(arch_cpu(0));
    }
    tap_check(host_call(world_cpu(), RME_SVC_PGT_DEL, call) == STATUS_NOT_QUIESCENT,
              "it is not deleted while a CPU may walk it");
    flush_pending(arch_cpu(1));
    tap_check(host_call(world_cpu(), RME_SVC_PGT_DEL, call) == STATUS_OK,
              "it is when all have flushed");
    world_check("the invariants hold with two CPUs");
}

/* ---- Against another CPU ---- */

static word_t tree, contested;

static void prepare(void)
{
    world_boot(1);
    tree = world_top();
    contested = table_with(DATA_BASE, 8, 2);
    (void)CALL(PGT_CON, tree, 0, contested, 0);
}

static void prepare_apart(void)
{
    world_boot(1);
    tree = world_top();
    contested = table_with(DATA_BASE, 8, 2);
}

static sword_t add(void)
{
    return CALL(PGT_ADD, contested, 0, RWX, source(DATA_TABLE), 0, 0);
}

static sword_t construct(void)
{
    return CALL(PGT_CON, tree, 0, contested, 0);
}

static sword_t destruct(void)
{
    return CALL(PGT_DES, tree, 0, contested);
}

static sword_t remove_page(void)
{
    return CALL(PGT_REM, contested, 1);
}

/* Another CPU maps a page of the same table. */
static void add_elsewhere(void)
{
    struct pagetable_entry entry = pagetable_backend_get(world_cap(contested), 1);

    if (entry.kind == PAGETABLE_NOTHING &&
        pagetable_backend_map(arch_cpu(0), world_cap(contested), 1, DATA_BASE + 0x100, RWX) !=
            STATUS_OK)
        return; /* the call has claimed the tree */
}

/* Another CPU is in the middle of a change of a table that is in no tree: its first word says so.
 */
static bool is_claimed;

static void claim_elsewhere(void)
{
    is_claimed = shared_cas(world_cap(contested)->object, 0, 1);
}

static bool release_elsewhere(sword_t result)
{
    bool is_right = !is_claimed || result != STATUS_OK ||
                    pagetable_backend_get(world_cap(contested), 0).kind == PAGETABLE_PAGE;

    if (is_claimed)
        shared_store(world_cap(contested)->object, 0);
    is_claimed = false;
    return is_right;
}

/* Another CPU takes the child out of its tree. */
static void detach_elsewhere(void)
{
    struct capability *parent = world_cap(tree), *child = world_cap(contested);

    if (pagetable_backend_destruct(arch_cpu(0), parent, 0, child) != STATUS_OK)
        return; /* the call has claimed the tree */
    cap_drop(parent);
    cap_drop(child);
}

/* A change that meets another one gets CONFLICT where the claim is lost; with one CPU there is no
 * claim, and nothing to meet. */
static void meetings(void)
{
    static const struct world_sweep cases[] = {
        {"adding a page that meets another is a conflict", prepare, add, add_elsewhere, NULL,
         STATUS_MAP, false},
        {"removing a page that meets another is a conflict", prepare, remove_page, add_elsewhere,
         NULL, STATUS_MAP, false},
        {"a destruction that meets a change of the child is a conflict", prepare, destruct,
         add_elsewhere, NULL, STATUS_MAP, false},
        {"adding to a table in no tree that another changes is a conflict", prepare_apart, add,
         claim_elsewhere, release_elsewhere, STATUS_MAP, false},
        {"a construction that meets a change of the child is a conflict", prepare_apart, construct,
         claim_elsewhere, release_elsewhere, STATUS_MAP, false},
        {"adding a page that meets the way out of the tree is a conflict", prepare, add,
         detach_elsewhere, NULL, STATUS_MAP, false},
    };

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (CONFIG_CPUS_MAX == 1)
            tap_skip(cases[i].name, "one CPU");
        else
            world_sweep(&cases[i]);
    }
}

int main(void)
{
    static void (*const cases[])(void) = {creation,     deletion,    adding,  removing,
                                          constructing, destructing, loaded,  second_pages,
                                          pinned,       direct,      flushing};

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        world_boot(1);
        cases[i]();
        world_check("the invariants hold");
    }
    meetings();
    return tap_end();
}
