/* SPDX-License-Identifier: Unlicense
 *
 * Processes: two tables, held by counts, changed at the root, and followed by what the CPU has
 * loaded.
 */
#include "kernel/process.h"
#include "kernel/pagetable.h"

#include "tests/unit/support/world.h"

static word_t references(word_t slot)
{
    return shared_load(&world_cap(slot)->link);
}

static bool is_tied(word_t process, word_t captable)
{
    return process_captable(world_cap(process)) == world_cap(captable);
}

/* Another address space: a slot, or a raw word; and what the hardware gets for it. */
static word_t another_space(void)
{
    return CONFIG_RAW ? world_raw_word + 2 : world_top();
}

static word_t hardware_of(word_t space)
{
    return CONFIG_RAW ? space : (word_t)world_cap(space)->object;
}

static word_t space_references(word_t space)
{
    return CONFIG_RAW ? 0 : references(space);
}

static word_t boot_space(void)
{
    return CONFIG_RAW ? world_raw_word : (word_t)BOOT_PAGETABLE;
}

/* ---- Life ---- */

static void creation(void)
{
    word_t slot = world_slot(), space = another_space(), table = world_captable(2);
    word_t no_create = world_leaf(BOOT_CAPTABLE, RIGHT_CAPTABLE_PROCESS_CREATE);
    word_t no_process =
        world_leaf(table, RIGHTS_CAPTABLE_ALL & ~(word_t)RIGHT_CAPTABLE_PROCESS_CREATE);
    word_t leaf = world_leaf(table, RIGHT_CAPTABLE_PROCESS_CREATE);

    REFUSED(STATUS_RIGHTS, "create: the table lacks CREATE", PRC_CRT, no_create, slot, table, space,
            BOOT_KFUNC);
    REFUSED(STATUS_RIGHTS, "create: the process's table lacks PROCESS_CREATE", PRC_CRT,
            BOOT_CAPTABLE, slot, no_process, space, BOOT_KFUNC);
    REFUSED(STATUS_TYPE, "create: the process's table is none", PRC_CRT, BOOT_CAPTABLE, slot,
            BOOT_PROCESS, space, BOOT_KFUNC);
    REFUSED(STATUS_RANGE, "create: a slot behind the table", PRC_CRT, BOOT_CAPTABLE,
            CONFIG_BOOT_ENTRIES, table, space, BOOT_KFUNC);
    REFUSED(STATUS_OCCUPIED, "create: a slot that is taken", PRC_CRT, BOOT_CAPTABLE, BOOT_PROCESS,
            table, space, BOOT_KFUNC);
    ACCEPTED("create: by leaves", PRC_CRT, BOOT_CAPTABLE, slot, leaf, space, BOOT_KFUNC);
    tap_check(is_tied(slot, table) && references(table) == 3 && references(leaf) != 1,
              "it counts on the root of its capability table");
    tap_check(process_space(world_cap(slot)) == hardware_of(space) &&
                  space_references(space) == (CONFIG_RAW ? 0 : 1),
              "and on its page table");
    tap_check(world_cap(slot)->rights == RIGHTS_PROCESS_ALL && references(slot) == 0,
              "it has every right and no references");
}

static void top_levels(void)
{
    word_t slot = world_slot(), child, leaf, no_create, no_change, process, memory;

    if (CONFIG_RAW) {
        tap_skip("only a top level makes a process", "raw address spaces");
        return;
    }
    child = world_slot();
    process = world_process();
    memory = world_memory(512 + 2 * PAGETABLE_ALIGN);
    memory = (memory + PAGETABLE_ALIGN - 1) & ~(PAGETABLE_ALIGN - 1);
    tap_check(CALL(PGT_CRT, BOOT_CAPTABLE, child, BOOT_KMEM, memory, world_tables.base,
                   world_tables.size, world_tables.number) == STATUS_OK,
              "a page table that is no top level");
    leaf = world_top();
    no_create = world_leaf(leaf, RIGHTS_PAGETABLE_ALL & ~(word_t)RIGHT_PAGETABLE_PROCESS_CREATE);
    no_change = world_leaf(leaf, RIGHTS_PAGETABLE_ALL & ~(word_t)RIGHT_PAGETABLE_PROCESS_PAGETABLE);
    REFUSED(STATUS_MAP, "create: a page table that is no top level", PRC_CRT, BOOT_CAPTABLE, slot,
            BOOT_CAPTABLE, child);
    REFUSED(STATUS_RIGHTS, "create: the page table lacks PROCESS_CREATE", PRC_CRT, BOOT_CAPTABLE,
            slot, BOOT_CAPTABLE, no_create);
    REFUSED(STATUS_TYPE, "create: the page table is none", PRC_CRT, BOOT_CAPTABLE, slot,
            BOOT_CAPTABLE, BOOT_PROCESS);
    REFUSED(STATUS_MAP, "change: a page table that is no top level", PRC_PGT, process, child);
    REFUSED(STATUS_RIGHTS, "change: the page table lacks PROCESS_PAGETABLE", PRC_PGT, process,
            no_change);
    REFUSED(STATUS_TYPE, "change: the page table is none", PRC_PGT, process, BOOT_PROCESS);
}

/* Raw mode: the word needs a kernel-function capability that allows PGT_RAW for it. */
static void raw_words(void)
{
    word_t slot = world_slot(), part = world_slot(), other = world_slot(), process;

    if (!CONFIG_RAW) {
        tap_skip("a raw word needs an authority", "page tables");
        return;
    }
    process = world_process();
    ACCEPTED("authority over two words", CPT_ADD, BOOT_CAPTABLE, part, BOOT_CAPTABLE, BOOT_KFUNC,
             (word_t)RME_KFN_PGT_RAW << CAP_PAIR_SHIFT | RME_KFN_PGT_RAW, 100, 101);
    ACCEPTED("authority over another function", CPT_ADD, BOOT_CAPTABLE, other, BOOT_CAPTABLE,
             BOOT_KFUNC, (word_t)RME_KFN_FLUSH << CAP_PAIR_SHIFT | RME_KFN_FLUSH, 0, ~(word_t)0);
    REFUSED(STATUS_BOUNDS, "create: a word below", PRC_CRT, BOOT_CAPTABLE, slot, BOOT_CAPTABLE, 99,
            part);
    REFUSED(STATUS_BOUNDS, "create: a word above", PRC_CRT, BOOT_CAPTABLE, slot, BOOT_CAPTABLE, 102,
            part);
    REFUSED(STATUS_BOUNDS, "create: another function", PRC_CRT, BOOT_CAPTABLE, slot, BOOT_CAPTABLE,
            100, other);
    REFUSED(STATUS_TYPE, "create: no authority", PRC_CRT, BOOT_CAPTABLE, slot, BOOT_CAPTABLE, 100,
            BOOT_PROCESS);
    REFUSED(STATUS_BOUNDS, "change: a word above", PRC_PGT, process, 102, part);
    REFUSED(STATUS_TYPE, "change: no authority", PRC_PGT, process, 100, BOOT_CAPTABLE);
    ACCEPTED("create: a word inside", PRC_CRT, BOOT_CAPTABLE, slot, BOOT_CAPTABLE, 100, part);
    ACCEPTED("change: a word inside", PRC_PGT, slot, 101, part);
    tap_check(process_space(world_cap(slot)) == 101, "is that of the process");
}

static void deletion(void)
{
    word_t slot = world_slot(), space = another_space(), table = world_captable(2), thread, port;

    tap_check(CALL(PRC_CRT, BOOT_CAPTABLE, slot, table, space, BOOT_KFUNC) == STATUS_OK,
              "a process");
    REFUSED(STATUS_NOT_FROZEN, "delete: not frozen", PRC_DEL, BOOT_CAPTABLE, slot);
    REFUSED(STATUS_RIGHTS, "delete: the right is missing", PRC_DEL,
            world_leaf(BOOT_CAPTABLE, RIGHT_CAPTABLE_FREEZE), slot);
    thread = world_thread(slot, 1, 0);
    REFUSED(STATUS_REFERENCED, "a process with a thread is not frozen", CPT_FRZ, BOOT_CAPTABLE,
            slot);
    tap_check(PATIENT(CPT_FRZ, BOOT_CAPTABLE, thread) == STATUS_OK &&
                  PATIENT(THD_DEL, BOOT_CAPTABLE, thread) == STATUS_OK,
              "the thread goes");
    port = world_port(slot);
    REFUSED(STATUS_REFERENCED, "nor one with a port", CPT_FRZ, BOOT_CAPTABLE, slot);
    tap_check(PATIENT(CPT_FRZ, BOOT_CAPTABLE, port) == STATUS_OK &&
                  PATIENT(INV_DEL, BOOT_CAPTABLE, port) == STATUS_OK,
              "the port goes");
    REFUSED(STATUS_REFERENCED, "its capability table is not frozen before it", CPT_FRZ,
            BOOT_CAPTABLE, table);
    tap_check(PATIENT(CPT_FRZ, BOOT_CAPTABLE, slot) == STATUS_OK &&
                  PATIENT(PRC_DEL, BOOT_CAPTABLE, slot) == STATUS_OK,
              "then it is deleted");
    tap_check(references(table) == 0 && space_references(space) == 0,
              "and counts on its tables no more");
}

/* ---- Changes ---- */

static void captables(void)
{
    word_t process = world_process(), table = world_captable(4), before = references(BOOT_CAPTABLE);
    word_t leaf = world_leaf(process, RIGHT_PROCESS_CAPTABLE), signal = world_signal();
    word_t weak = world_leaf(process, RIGHTS_PROCESS_ALL & ~(word_t)RIGHT_PROCESS_CAPTABLE);
    word_t no_table =
        world_leaf(table, RIGHTS_CAPTABLE_ALL & ~(word_t)RIGHT_CAPTABLE_PROCESS_CAPTABLE);

    REFUSED(STATUS_RIGHTS, "captable: the process lacks CAPTABLE", PRC_CPT, weak, table);
    REFUSED(STATUS_RIGHTS, "captable: the table lacks PROCESS_CAPTABLE", PRC_CPT, process,
            no_table);
    REFUSED(STATUS_TYPE, "captable: not a process", PRC_CPT, table, table);
    REFUSED(STATUS_TYPE, "captable: not a table", PRC_CPT, process, process);
    before = references(BOOT_CAPTABLE);
    ACCEPTED("captable: through a leaf", PRC_CPT, leaf, table);
    tap_check(is_tied(process, table), "it is the process that has changed");
    tap_check(references(table) == 2 && references(BOOT_CAPTABLE) == before - 1,
              "the new table is counted, the old one is not");
    REFUSED(STATUS_REFERENCED, "so that a table in use is never frozen", CPT_FRZ, BOOT_CAPTABLE,
            table);
    ACCEPTED("captable: the same again", PRC_CPT, process, table);
    tap_check(references(table) == 2, "counts once");
    ACCEPTED("captable: back", PRC_CPT, process, BOOT_CAPTABLE);
    tap_check(references(table) == 1 && references(BOOT_CAPTABLE) == before, "counts back");
    tap_check(world_count_of(signal) == 0, "nothing else has happened");
}

/* A running thread of the process calls with its new table at once. */
static void captable_in_force(void)
{
    word_t process = world_process(), table = world_captable(4), signal = world_signal(), thread;

    tap_check(CALL(CPT_ADD, table, 3, BOOT_CAPTABLE, signal, RIGHT_SIGNAL_SEND) == STATUS_OK,
              "a table with an endpoint in slot 3");
    thread = world_thread(process, 9, 0);
    world_bind(thread, CAP_NULL, 1, 5);
    world_give(thread, BUDGET_INFINITE);
    tap_check(CALL(PRC_CPT, process, table) == STATUS_OK && CALL(SIG_SND, 3, 2) == STATUS_OK &&
                  world_count_of(signal) == 2,
              "a process that changes its own table uses the new one in the next call");
    tap_check(CALL(SIG_SND, signal, 1) == STATUS_RANGE, "and not the old one");
}

static void spaces(void)
{
    word_t process = world_process(), space = another_space(), before;
    word_t leaf = world_leaf(process, RIGHT_PROCESS_PAGETABLE);
    word_t weak = world_leaf(process, RIGHTS_PROCESS_ALL & ~(word_t)RIGHT_PROCESS_PAGETABLE);

    before = space_references(boot_space());
    REFUSED(STATUS_RIGHTS, "space: the process lacks PAGETABLE", PRC_PGT, weak, space, BOOT_KFUNC);
    REFUSED(STATUS_TYPE, "space: not a process", PRC_PGT, BOOT_THREAD, space, BOOT_KFUNC);
    ACCEPTED("space: through a leaf", PRC_PGT, leaf, space, BOOT_KFUNC);
    tap_check(process_space(world_cap(process)) == hardware_of(space),
              "it is the process that has changed");
    if (!CONFIG_RAW)
        tap_check(references(space) == 1 && references(BOOT_PAGETABLE) == before - 1,
                  "the new space is counted, the old one is not");
    tap_check(host_loaded != hardware_of(space), "another process's space is not loaded");
}

/* What the CPU has loaded follows a change at once, also when processes compare as equal. */
static void space_in_force(void)
{
    word_t process = world_process(), space = another_space(), thread, signal = world_signal();
    word_t old = hardware_of(boot_space());

    thread = world_thread(process, 9, 0);
    world_bind(thread, CAP_NULL, 1, 5);
    world_give(thread, BUDGET_INFINITE);
    tap_check(host_loaded == old, "a thread of the process runs");
    (void)CALL(PRC_PGT, process, space, BOOT_KFUNC);
    tap_check(host_loaded == hardware_of(space) &&
                  shared_load(&world_cpu()->loaded) == hardware_of(space),
              "a new space of the running process is loaded before the call returns");
    (void)CALL(SIG_RCV, signal, SIGNAL_RECEIVE_SINGLE);
    (void)CALL(PRC_PGT, process, boot_space(), BOOT_KFUNC);
    tap_check(process_space(world_cap(process)) == old, "changed back while it waits");
    (void)CALL(SIG_SND, signal, 1);
    tap_check(world_cpu()->current == world_thread_of(thread) && host_loaded == old,
              "when it runs again it has the space of its process");
}

/* Of a table that a CPU has loaded nothing goes away. */
static void loaded_tables(void)
{
    word_t process = world_process(), space, thread;
    word_t call[7] = {BOOT_CAPTABLE};
    struct cap_end end;

    if (CONFIG_RAW) {
        tap_skip("a loaded page table is not deleted", "raw address spaces");
        return;
    }
    space = world_top();
    tap_check(CALL(PRC_PGT, process, space) == STATUS_OK, "a process with a table of its own");
    thread = world_thread(process, 9, 0);
    world_bind(thread, CAP_NULL, 1, 5);
    world_give(thread, BUDGET_INFINITE);
    world_age();
    shared_store(&world_cap(process)->process.pagetable, (word_t)world_cap(BOOT_PAGETABLE));
    cap_drop(world_cap(space)); /* as another CPU would: this one has it loaded still */
    cap_hold(world_cap(BOOT_PAGETABLE));
    tap_check(host_loaded == (word_t)world_cap(space)->object, "its table is loaded");
    tap_check(cap_freeze(world_cap(space)) == STATUS_OK, "and frozen, being counted by nobody");
    world_age();
    call[1] = space;
    tap_check(cap_check_delete(world_cap(BOOT_CAPTABLE), space, CAP_PAGETABLE, &end) == STATUS_OK,
              "nothing but the CPU is in the way");
    cap_keep(&end);
    tap_check(host_call(world_cpu(), RME_SVC_PGT_DEL, call) == STATUS_NOT_QUIESCENT,
              "a page table that a CPU has loaded is not deleted");
    tap_check(host_loaded != (word_t)world_cap(space)->object, "the CPU has followed the process");
    tap_check(host_call(world_cpu(), RME_SVC_PGT_DEL, call) == STATUS_OK, "then it is");
}

/* ---- Against another CPU ---- */

static word_t contested, old_table, new_table, third;

static void prepare(void)
{
    world_boot(1);
    contested = world_process();
    old_table = BOOT_CAPTABLE;
    new_table = world_captable(1);
    third = world_captable(1);
}

static sword_t change_captable(void)
{
    return CALL(PRC_CPT, contested, new_table);
}

static void change_elsewhere(void)
{
    shared_t *word = &world_cap(contested)->process.captable;

    cap_hold(world_cap(third));
    cap_drop((struct capability *)shared_load(word));
    shared_store(word, (word_t)world_cap(third));
}

static void prepare_spaces(void)
{
    world_boot(1);
    contested = world_process();
    new_table = another_space();
    third = CONFIG_RAW ? world_raw_word + 3 : world_top();
}

static sword_t change_space(void)
{
    return CALL(PRC_PGT, contested, new_table, BOOT_KFUNC);
}

static void change_space_elsewhere(void)
{
    shared_t *word = &world_cap(contested)->process.pagetable;
    word_t to = CONFIG_RAW ? third : (word_t)world_cap(third);

    if (!CONFIG_RAW) {
        cap_hold(world_cap(third));
        cap_drop((struct capability *)shared_load(word));
    }
    shared_store(word, to);
}

static void meetings(void)
{
    world_sweep(&(struct world_sweep){
        .name = "a change of capability table that meets another is a conflict; counts are right",
        .prepare = prepare,
        .call = change_captable,
        .meddle = change_elsewhere,
    });
    world_sweep(&(struct world_sweep){
        .name = "a change of space that meets another is a conflict; counts are right",
        .prepare = prepare_spaces,
        .call = change_space,
        .meddle = change_space_elsewhere,
    });
}

int main(void)
{
    static void (*const cases[])(void) = {creation, top_levels,     raw_words,
                                          deletion, captables,      captable_in_force,
                                          spaces,   space_in_force, loaded_tables};

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        world_boot(1);
        cases[i]();
        world_check("the invariants hold");
    }
    meetings();
    return tap_end();
}
