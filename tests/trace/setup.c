/* SPDX-License-Identifier: Unlicense
 *
 * What the program may use. Its threads live in a table that they cannot change and that names what
 * boot has made with fewer rights: nobody can take the way to what is made later, stop the first
 * thread, or unmap the program.
 */
#include "tests/trace/shadow.h"
#include "tests/trace/words.h"

enum { SELF = 16, MADE, OTHER, SOURCE }; /* slots of the first process's own table: roots */

static bool is_sound;

static void must(const char *what, sword_t status)
{
    if (status == STATUS_OK)
        return;
    is_sound = false;
    machine_line(what);
}

static void give(word_t slot, word_t from, word_t rights, word_t low, word_t high)
{
    must("setup: a capability cannot be given",
         MACHINE_CALL(RME_SVC_CPT_ADD, SELF, slot, BOOT_CAPTABLE, from, rights, low, high));
}

static void give_functions(word_t slot, word_t first, word_t last, word_t low, word_t high)
{
    give(slot, BOOT_KFUNC, first << CAP_PAIR_SHIFT | last, low, high);
}

/* Tables behind each other below the memory that is the program's to give. */
static void make_tables(void)
{
    word_t memory = machine_memory() - (word_t)CELLS * CELL_BYTES;
    const word_t bytes = SLOTS * CAP_SLOT_BYTES;
    const word_t own =
        RIGHT_CAPTABLE_ADD_SOURCE | RIGHT_CAPTABLE_PROCESS_CREATE | RIGHT_CAPTABLE_PROCESS_CAPTABLE;

    must("setup: no table",
         MACHINE_CALL(RME_SVC_CPT_CRT, BOOT_CAPTABLE, SELF, BOOT_KMEM, memory - bytes, SLOTS));
    must("setup: no table",
         MACHINE_CALL(RME_SVC_CPT_CRT, BOOT_CAPTABLE, MADE, BOOT_KMEM, memory - 2 * bytes, SLOTS));
    must("setup: no page table",
         MACHINE_CALL(RME_SVC_PGT_CRT, BOOT_CAPTABLE, SOURCE, BOOT_KMEM,
                      (memory - 2 * bytes) / CELL_BYTES * CELL_BYTES - CELL_BYTES, 0, PAGE_ORDER,
                      NUMBER_ORDER));
    must("setup: no process",
         MACHINE_CALL(RME_SVC_PRC_CRT, BOOT_CAPTABLE, OTHER, SELF, BOOT_PAGETABLE));
    give(FIXED_ALIAS, SELF, own, 0, 0);
    give(FIXED_SELF, SELF, own, 0, 0);
    give(FIXED_TABLE, MADE, RIGHTS_CAPTABLE_ALL, 0, 0);
    give(FIXED_KMEM, BOOT_KMEM, RIGHTS_KMEM_ALL & ~(word_t)RIGHT_KMEM_GUEST, memory,
         machine_memory());
}

/* Pages to give, each with less than the one before. */
static void fill_source(void)
{
    static const word_t flags[SOURCE_PAGES] = {
        PAGE_READ | PAGE_WRITE | PAGE_EXECUTE | PAGE_CACHE,
        PAGE_READ | PAGE_WRITE | PAGE_EXECUTE,
        PAGE_READ | PAGE_WRITE | PAGE_CACHE,
        PAGE_READ | PAGE_WRITE,
        PAGE_READ | PAGE_EXECUTE | PAGE_CACHE | PAGE_STATIC,
        PAGE_READ | PAGE_CACHE,
        PAGE_READ,
    };

    for (unsigned i = 0; i < SOURCE_PAGES - 1; i++) { /* the last place stays empty */
        word_t position, table = machine_page(i, &position);

        must("setup: no page", MACHINE_CALL(RME_SVC_PGT_ADD, SOURCE, i, flags[i], table, position));
    }
}

static void give_rest(void)
{
    const word_t init = RIGHT_THREAD_SCHED_PARENT | RIGHT_THREAD_TIME_SOURCE |
                        RIGHT_THREAD_TIME_TARGET | RIGHT_THREAD_SCHED_RECEIVE | RIGHT_THREAD_SWITCH;
    const word_t all = ((word_t)1 << NUMBER_ORDER) - 1;

    give(FIXED_PROCESS, BOOT_PROCESS, RIGHT_PROCESS_INVOCATION | RIGHT_PROCESS_THREAD, 0, 0);
    give(FIXED_INIT, BOOT_THREAD, init, 0, 0);
    give(FIXED_TIMER, BOOT_TIMER_ENDPOINT, RIGHTS_SIGNAL_ALL, 0, 0);
    give(FIXED_GUESTS, BOOT_GUEST_WINDOW, RIGHT_KMEM_GUEST, 0, 4 * AREA_BYTES_EACH);
    give(FIXED_SOURCE, SOURCE, RIGHT_PAGETABLE_ADD_SOURCE, 0, SOURCE_PAGES);
    give(FIXED_TOP, BOOT_PAGETABLE,
         RIGHT_PAGETABLE_PROCESS_CREATE | RIGHT_PAGETABLE_PROCESS_PAGETABLE, 0, all);
    must("setup: no directory", MACHINE_CALL(RME_SVC_CPT_ADD, SELF, FIXED_DIRECTORY,
                                             BOOT_PAGETABLES, 0, RIGHT_PAGETABLE_CHILD, 0, all));
    give(FIXED_OTHER_PROCESS, OTHER, RIGHTS_PROCESS_ALL & ~(word_t)RIGHT_PROCESS_PAGETABLE, 0, 0);
    give_functions(FIXED_PAGE_FUNCTIONS, RME_KFN_FLUSH, RME_KFN_PGT_RAW, 0, ~(word_t)0);
    give_functions(FIXED_CONSOLE, RME_KFN_IO_READ, RME_KFN_IO_WRITE, 0, 0xFFFF);
    give_functions(FIXED_LINE_FUNCTIONS, RME_KFN_INT_LOCAL_MOD, RME_KFN_PRFTH_MOD, 0, ~(word_t)0);
    give_functions(FIXED_FEW_LINES, RME_KFN_INT_LOCAL_MOD, RME_KFN_INT_BIND, LINE_FIRST + 2,
                   LINE_FIRST + 4);
    give_functions(FIXED_MONITORS, RME_KFN_PERF_CPU_FUNC, RME_KFN_PERF_CYCLE_MOD, 0, ~(word_t)0);
    give_functions(FIXED_DEBUG_FUNCTIONS, RME_KFN_DEBUG_PRINT, RME_KFN_DEBUG_EXC_GET, 0,
                   ~(word_t)0);
}

bool program_setup(void)
{
    is_sound = true;
    make_tables();
    fill_source();
    give_rest();
    must("setup: no way to itself", MACHINE_CALL(RME_SVC_CPT_ADD, MADE, FIXED_TABLE, BOOT_CAPTABLE,
                                                 MADE, RIGHTS_CAPTABLE_ALL));
    must("setup: no way back",
         MACHINE_CALL(RME_SVC_CPT_ADD, MADE, FIXED_SELF, SELF, FIXED_SELF,
                      RIGHT_CAPTABLE_ADD_SOURCE | RIGHT_CAPTABLE_PROCESS_CREATE |
                          RIGHT_CAPTABLE_PROCESS_CAPTABLE));
    if (is_sound) /* the last that is done by that authority */
        must("setup: the table does not change", MACHINE_CALL(RME_SVC_PRC_CPT, BOOT_PROCESS, SELF));
    return is_sound;
}
