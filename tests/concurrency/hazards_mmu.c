/* SPDX-License-Identifier: Unlicense
 *
 * H4i to H4m, H5d, H8c: page tables of an MMU, whose entries are changed one by one, and whose
 * children may have several parents. The CPU of a thread walks the tables and keeps what it finds
 * (arch/host/mmu/space.c); behind every run, when all CPUs have ticked, nothing is kept that the
 * table does not say.
 */
#include "kernel/flush.h"
#include "kernel/pagetable.h"
#include "kernel/thread.h"
#include "tests/concurrency/scenario.h"
#include "tests/concurrency/tree.h"

/* Below TOP: DIRECTORY, PARENT, and CHILD with a page at position 0. SECOND is another parent for
 * CHILD, and OTHER another child for the same place as CHILD. */
enum {
    CHILD = SLOT,
    PARENT = TABLE,
    TOP = SPARE,
    DIRECTORY = SPARE1,
    SECOND = SPARE1 + 1,
    OTHER_TOP = SPARE1 + 2,
};

/* Results that no call has. */
enum { HAS = 100, HAS_NOT, DONE };

enum { DATA = 5 }; /* result: the first word of the page */

static bool is_mapped(word_t slot, word_t position)
{
    return pagetable_backend_get(slot_at(slot), position).kind != PAGETABLE_NOTHING;
}

static word_t stamp_of(word_t slot)
{
    return shared_load(&slot_at(slot)->pagetable.detached);
}

static void saw_results(void)
{
    for (unsigned i = 0; i < 2; i++)
        saw(got[i][0] == STATUS_OK ? 0 : got[i][0] == STATUS_CONFLICT ? 1 : 2);
}

static void prepare_parents(void)
{
    make_parent(PARENT, 0);
    make_parent(SECOND, 1);
    make_child(CHILD, 2, 0);
    make_child(OTHER, 3, 0);
    MUST(arch_cpu(0), PGT_CON, PARENT, 0, CHILD, 0);
    MUST(arch_cpu(0), PGT_CON, SECOND, 0, CHILD, 0);
    age();
}

/* THREAD1 runs on CPU 1 where CHILD's page 0 can be seen, and has seen it. */
static void prepare_running(void)
{
    make_parent(PARENT, 0);
    make_child(CHILD, 1, 0);
    make_top(TOP, 2);
    make_top(OTHER_TOP, 3);
    MUST(arch_cpu(0), PGT_CRT, BOOT_CAPTABLE, DIRECTORY, BOOT_KMEM, memory_at(4), 0, MMU_HUGE_ORDER,
         ARCH_MMU_NUMBER_ORDER);
    MUST(arch_cpu(0), PGT_CON, TOP, 0, DIRECTORY, 0);
    MUST(arch_cpu(0), PGT_CON, DIRECTORY, 0, PARENT, 0);
    MUST(arch_cpu(0), PGT_CON, PARENT, 0, CHILD, 0);
    must(add_page(arch_cpu(0), CHILD, 0, 0), "PGT_ADD");
    MUST(arch_cpu(0), PRC_CRT, BOOT_CAPTABLE, PROCESS, BOOT_CAPTABLE, TOP);
    MUST(arch_cpu(0), THD_CRT, BOOT_CAPTABLE, THREAD1, BOOT_KMEM, memory_at(5), PROCESS, 8, 0);
    bind(1, THREAD1, 1);
    host_cpu_id = 1;
    must(host_translate(0) != 0 ? STATUS_OK : STATUS_MAP, "a walk");
    host_cpu_id = 0;
    age();
}

/* What user code of this CPU sees at address 0. */
static sword_t look(void)
{
    return host_translate(0) != 0 ? HAS : HAS_NOT;
}

/* ---- H4i: destruct, destruct of one child from two parents ---- */

static void take_out(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, PGT_DES, cpu->id == 0 ? PARENT : SECOND, 0, CHILD);
}

static const char *judge_stamps(void)
{
    saw_results();
    if (got[0][0] != STATUS_OK || got[1][0] != STATUS_OK)
        return NULL;
    if (count_at(CHILD) != 0)
        return "a parent that is gone is counted";
    return stamp_of(CHILD) == flush_stamp() ? NULL : "the stamp is not that of the later";
}

static void take_out_of_one(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, PGT_DES, PARENT, 0, CHILD);
}

static const char *judge_one_parent(void)
{
    saw_results();
    if (got[0][0] == STATUS_OK && got[1][0] == STATUS_OK)
        return "one child was taken out twice";
    return count_at(CHILD) == 1 + (word_t)is_mapped(PARENT, 0) ? NULL : "the count is wrong";
}

/* ---- H4j: construct, construct of two children at one place; of one child in two ---- */

static void prepare_places(void)
{
    make_parent(PARENT, 0);
    make_parent(SECOND, 1);
    make_child(CHILD, 2, 0);
    make_child(OTHER, 3, 0);
}

static void put_in(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, PGT_CON, PARENT, 0, cpu->id == 0 ? CHILD : OTHER, 0);
}

static const char *judge_one_place(void)
{
    saw_results();
    if (got[0][0] == STATUS_OK && got[1][0] == STATUS_OK)
        return "two tables at one place";
    return count_at(CHILD) + count_at(OTHER) == is_mapped(PARENT, 0) &&
                   count_at(PARENT) == is_mapped(PARENT, 0)
               ? NULL
               : "what is counted is not what is there";
}

static void put_into_both(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, PGT_CON, cpu->id == 0 ? PARENT : SECOND, 0, CHILD, 0);
}

static const char *judge_two_places(void)
{
    saw_results();
    return count_at(CHILD) == (word_t)(got[0][0] == STATUS_OK) + (got[1][0] == STATUS_OK)
               ? NULL
               : "a child does not count its parents";
}

/* ---- H4l: map, map; map, unmap of one entry ---- */

static void add_0(struct cpu *cpu)
{
    got[cpu->id][0] = add_page(cpu, CHILD, cpu->id, 0);
}

static void remove_0(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, PGT_REM, CHILD, 0);
}

static void prepare_page(void)
{
    prepare_places();
    must(add_page(arch_cpu(0), CHILD, 0, 0), "PGT_ADD");
}

static const char *judge_maps(void)
{
    saw_results();
    if (got[0][0] == STATUS_OK && got[1][0] == STATUS_OK)
        return "one entry was mapped twice";
    return is_mapped(CHILD, 0) == (got[0][0] == STATUS_OK || got[1][0] == STATUS_OK)
               ? NULL
               : "the entry is not what the calls said";
}

static const char *judge_unmaps(void)
{
    saw_results();
    if (got[0][0] == STATUS_OK && got[1][0] == STATUS_OK)
        return "one page was taken away twice";
    return is_mapped(CHILD, 0) == (got[0][0] != STATUS_OK && got[1][0] != STATUS_OK)
               ? NULL
               : "the entry is not what the calls said";
}

/* ---- H4m: unmap and its flush, a CPU that has kept the translation ---- */

static void unmap_flush_wait(struct cpu *cpu)
{
    word_t epoch;

    got[cpu->id][0] = CALL(cpu, PGT_REM, CHILD, 0);
    epoch = (word_t)CALL(cpu, KFN, BOOT_KFUNC, RME_KFN_FLUSH, 0, 0);
    for (unsigned i = 0; i < patience; i++)
        if (CALL(cpu, KFN, BOOT_KFUNC, RME_KFN_FLUSH_DONE, 0, epoch) == 1) {
            if (got[0][0] == STATUS_OK)
                got[0][DATA] = 0; /* another's data from now on */
            __atomic_store_n(&got[0][1], got[0][0] == STATUS_OK ? DONE : 1, __ATOMIC_RELEASE);
            break;
        }
}

/* What user code of this CPU does with the page as long as it is there: reads the word in it. */
static void use_page(struct cpu *cpu)
{
    if (look() == HAS)
        got[cpu->id][DATA] = got[0][DATA];
}

static void tick_and_look(struct cpu *cpu)
{
    for (unsigned i = 0; i < 2; i++) {
        use_page(cpu);
        tick(cpu);
        use_page(cpu);
        if (__atomic_load_n(&got[0][1], __ATOMIC_ACQUIRE) == DONE)
            got[cpu->id][0] = look();
    }
}

static void sleep_and_look(struct cpu *cpu)
{
    for (unsigned i = 0; i < 2; i++) {
        use_page(cpu);
        (void)CALL(cpu, KFN, BOOT_KFUNC, RME_KFN_IDLE_SLEEP, 0);
        use_page(cpu);
        if (__atomic_load_n(&got[0][1], __ATOMIC_ACQUIRE) == DONE)
            got[cpu->id][0] = look();
    }
}

static const char *judge_flushed(void)
{
    saw(got[1][0] == HAS_NOT ? 0 : 1);
    if (got[1][DATA] == 0)
        return "another's data were read";
    return got[1][0] == HAS ? "a page is seen that FLUSH_DONE says is forgotten" : NULL;
}

static void remove_own(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, PGT_REM, CHILD, 0);
    got[cpu->id][1] = look();
}

static const char *judge_own(void)
{
    return got[1][0] == STATUS_OK && got[1][1] == HAS ? "its own old translation is in force"
                                                      : NULL;
}

/* ---- H5d: taken out of two parents, and deleted ---- */

/* A CPU that has not flushed since the later of the two may still walk the table. That it has
 * ticked three times and not flushed cannot be had by calls: its note is put back by hand. */
static const char *judge_deleted(void)
{
    sword_t early, late;

    saw_results();
    if (got[0][0] != STATUS_OK || got[1][0] != STATUS_OK)
        return NULL;
    freeze(CHILD);
    shared_store(&arch_cpu(1)->flushed, flush_stamp() - 1);
    early = CALL(arch_cpu(0), PGT_DEL, BOOT_CAPTABLE, CHILD);
    shared_store(&arch_cpu(1)->flushed, flush_stamp());
    late = CALL(arch_cpu(0), PGT_DEL, BOOT_CAPTABLE, CHILD);
    if (early != STATUS_NOT_QUIESCENT)
        return "a table is gone that a CPU may still walk";
    return late == STATUS_OK ? NULL : "a table that nobody walks cannot go";
}

/* ---- H8c: PRC_PGT against a CPU that runs the process (SEC-08) ---- */

static void replace(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, PRC_PGT, PROCESS, OTHER_TOP);
}

static void look_and_tick(struct cpu *cpu)
{
    (void)look();
    tick(cpu);
}

static const char *judge_replaced(void)
{
    sword_t seen;

    saw(got[0][0] == STATUS_OK ? 0 : 1);
    tick(arch_cpu(1));
    host_cpu_id = 1;
    seen = look();
    host_cpu_id = 0;
    return got[0][0] == STATUS_OK && seen == HAS ? "the old table is still in force" : NULL;
}

static const char *judge_replaced_by_new(void)
{
    saw(got[0][0] == STATUS_OK ? 0 : 1);
    tick(arch_cpu(1));
    return got[0][0] == STATUS_OK && host_cpus[1].loaded != process_space(slot_at(PROCESS))
               ? "a CPU keeps the old table after its tick"
               : NULL;
}

/* A table that was just made is put in, or taken: the CPU that walks finds all of it. */
static void prepare_new(void)
{
    prepare_running();
    make_child(OTHER, 6, 1);
    must(add_page(arch_cpu(0), OTHER, 0, 0), "PGT_ADD");
    make_top(SECOND, 7);
    MUST(arch_cpu(0), PGT_CON, SECOND, 0, DIRECTORY, 0);
}

static void put_in_new(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, PGT_CON, PARENT, 1, OTHER, 0);
}

/* By the hardware, and by the kernel for a reason. */
static void walk_new(struct cpu *cpu)
{
    struct pagetable_place place;
    word_t address = (word_t)1 << pagetable_size_order(slot_at(PARENT));

    got[cpu->id][1] = host_translate(address) != 0 ? HAS : HAS_NOT;
    got[cpu->id][2] = pagetable_backend_find(slot_at(TOP), address, &place) ? HAS : HAS_NOT;
}

static const char *judge_new_child(void)
{
    saw(got[1][1] == HAS ? 0 : 1);
    return got[0][0] != STATUS_OK && (got[1][1] == HAS || got[1][2] == HAS)
               ? "a page of a table that is nowhere"
               : NULL;
}

static void replace_by_new(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, PRC_PGT, PROCESS, SECOND);
}

static const struct scenario scenarios[] = {
    SCENARIO_PAGETABLES("H4i destruct, destruct from two parents", 2, 3, 0x1, prepare_parents,
                        judge_stamps, take_out, take_out),
    SCENARIO_PAGETABLES("H4i destruct, destruct from one parent", 2, 3, 0x7, prepare_parents,
                        judge_one_parent, take_out_of_one, take_out_of_one),
    SCENARIO_PAGETABLES("H4j construct, construct at one place", 2, 3, 0x7, prepare_places,
                        judge_one_place, put_in, put_in),
    SCENARIO_PAGETABLES("H4k construct, construct of one child in two", 2, 3, 0x1, prepare_places,
                        judge_two_places, put_into_both, put_into_both),
    SCENARIO_PAGETABLES("H4l map, map", 2, 3, 0x7, prepare_places, judge_maps, add_0, add_0),
    SCENARIO_PAGETABLES("H4l unmap, unmap", 2, 3, 0x7, prepare_page, judge_unmaps, remove_0,
                        remove_0),
    SCENARIO_PAGETABLES("H4m unmap, flush, a translation", 2, 2, 0x3, prepare_running,
                        judge_flushed, unmap_flush_wait, tick_and_look),
    SCENARIO_PAGETABLES("H4m unmap, flush, sleep", 2, 2, 0x3, prepare_running, judge_flushed,
                        unmap_flush_wait, sleep_and_look),
    SCENARIO_PAGETABLES("H4m its own change", 2, 0, 0, prepare_running, judge_own, NULL,
                        remove_own),
    SCENARIO_PAGETABLES("H5d destruct from two parents, PGT_DEL", 2, 3, 0x1, prepare_parents,
                        judge_deleted, take_out, take_out),
    SCENARIO_PAGETABLES("H4j construct of a new table, a walk", 2, 3, 0x3, prepare_new,
                        judge_new_child, put_in_new, walk_new),
    SCENARIO_PAGETABLES("H8c PRC_PGT of a new table, a walk", 2, 3, 0x1, prepare_new,
                        judge_replaced_by_new, replace_by_new, look_and_tick),
    SCENARIO_PAGETABLES("H8c PRC_PGT, a walk", 2, 3, 0x1, prepare_running, judge_replaced, replace,
                        look_and_tick),
};

SCENARIO_MAIN(scenarios)
