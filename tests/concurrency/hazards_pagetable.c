/* SPDX-License-Identifier: Unlicense
 *
 * H4: entries of page tables and the trees they are in. H5: flushing. H8: what a CPU has loaded.
 *
 * Behind every run, when every CPU has ticked, no MPU lets through what the table of its process
 * does not grant (tests/host/invariants.h), and here none keeps what was taken away.
 */
#include "kernel/flush.h"
#include "kernel/pagetable.h"
#include "kernel/thread.h"
#include "tests/concurrency/scenario.h"
#include "tests/mpu/decode.h"

enum { PIECE, PIECE1, PIECE2, PIECE_OTHER, PIECE3 };

/* The address space of PROCESS: TABLE is a list, below it SLOT at position 0, of eight dynamic
 * pages of 4 KiB from RAM; OTHER is another child, in no tree; TOP a second top level. Each page at
 * its own address comes from the first process's tables (arch/host/drive.c): PAGES is 1 MiB there.
 */
enum { TOP = SPARE1 + 1, STATIC, RAM = 0x100000, STATIC_RAM = 0x20000, PAGE = 0x1000 };
enum { FLAGS = PAGE_READ | PAGE_WRITE };

/* Results that no call has. */
enum { HAS = 100, HAS_NOT, FLUSHED };

static word_t pages(void)
{
    return cap_id_in(BOOT_PAGETABLES, 2).raw;
}

static word_t static_pages(void)
{
    return cap_id_in(BOOT_PAGETABLES, 1).raw;
}

static void make_table(word_t slot, unsigned piece, word_t base, word_t size_order, word_t number)
{
    MUST(arch_cpu(0), PGT_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, memory_at(piece), base, size_order,
         number);
}

static sword_t add(struct cpu *cpu, word_t table, word_t base, word_t position)
{
    return CALL(cpu, PGT_ADD, table, position, FLAGS, pages(), 0, (base - RAM) / PAGE + position);
}

static void prepare_trees(void)
{
    make_table(TABLE, PIECE, PAGETABLE_TOP, WORD_BITS, 2);
    make_table(TOP, PIECE1, PAGETABLE_TOP, WORD_BITS, 2);
    make_table(SLOT, PIECE2, RAM, 12, 3);
    make_table(OTHER, PIECE_OTHER, RAM + 0x8000, 12, 3);
    MUST(arch_cpu(0), PGT_CON, TABLE, 0, SLOT, 0);
    MUST(arch_cpu(0), PRC_CRT, BOOT_CAPTABLE, PROCESS, BOOT_CAPTABLE, TABLE);
}

/* THREAD1 runs in PROCESS on CPU 1, with page 0 of SLOT in a region. */
static void prepare_running(void)
{
    prepare_trees();
    must(add(arch_cpu(0), SLOT, RAM, 0), "PGT_ADD");
    MUST(arch_cpu(0), THD_CRT, BOOT_CAPTABLE, THREAD1, BOOT_KMEM, memory_at(PIECE3 + 1), PROCESS, 8,
         0);
    bind(1, THREAD1, 1);
    host_fault(arch_cpu(1), (struct fault){.address = RAM, .access = PAGE_READ});
    age();
}

static const struct thread *thread(void)
{
    return slot_at(THREAD1)->object;
}

static bool hardware_has(unsigned cpu, word_t address)
{
    struct mpu mpu = {0};
    uint32_t words[2 * ARCH_MPU_REGIONS];

    for (unsigned i = 0; i < ARCH_MPU_REGIONS; i++) {
        words[2 * i] = (uint32_t)host_cpus[cpu].space.image[i].rbar;
        words[2 * i + 1] = (uint32_t)host_cpus[cpu].space.image[i].rasr;
    }
    mpu_write(&mpu, words, ARCH_MPU_REGIONS);
    return mpu_access(&mpu, (uint32_t)address) != 0;
}

static bool is_mapped(word_t slot, word_t position)
{
    return !CONFIG_RAW && pagetable_backend_get(slot_at(slot), position).kind != PAGETABLE_NOTHING;
}

static void saw_results(void)
{
    for (unsigned i = 0; i < 2; i++)
        saw(got[i][0] == STATUS_OK ? 0 : got[i][0] == STATUS_CONFLICT ? 1 : 2);
}

/* What a removal leaves behind on other CPUs ends with a flush. */
static void flush(void)
{
    word_t epoch = flush_begin(arch_cpu(0));

    for (unsigned i = 0; i < arch_cpu_count(); i++)
        tick(arch_cpu(i));
    if (!flush_passed(epoch))
        must(STATUS_NOT_QUIESCENT, "a flush");
}

/* ---- H4a: map, map ---- */

static void add_0_1(struct cpu *cpu)
{
    got[cpu->id][0] = add(cpu, SLOT, RAM, 0);
    got[cpu->id][1] = add(cpu, SLOT, RAM, 1);
}

static void add_1_2(struct cpu *cpu)
{
    got[cpu->id][0] = add(cpu, SLOT, RAM, 1);
    got[cpu->id][2] = add(cpu, SLOT, RAM, 2);
}

static const char *judge_two_maps(void)
{
    saw_results();
    if (is_mapped(SLOT, 0) != (got[0][0] == STATUS_OK) ||
        is_mapped(SLOT, 1) != (got[0][1] == STATUS_OK || got[1][0] == STATUS_OK) ||
        is_mapped(SLOT, 2) != (got[1][2] == STATUS_OK))
        return "the entries are not what the calls said";
    return got[0][1] == STATUS_OK && got[1][0] == STATUS_OK ? "one entry was mapped twice" : NULL;
}

/* ---- H4b: map, unmap, with the table in force ---- */

static void remove_0(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, PGT_REM, SLOT, 0);
}

static void add_1_own(struct cpu *cpu)
{
    got[cpu->id][0] = add(cpu, SLOT, RAM, 1);
}

static const char *judge_map_unmap(void)
{
    saw_results();
    flush();
    for (unsigned i = 0; i < 2; i++)
        if (!is_mapped(SLOT, i) && hardware_has(1, RAM + i * PAGE))
            return "a page that was taken away is still in the hardware";
    return is_mapped(SLOT, 1) == (got[1][0] == STATUS_OK) &&
                   is_mapped(SLOT, 0) == (got[0][0] != STATUS_OK)
               ? NULL
               : "the entries are not what the calls said";
}

/* ---- H4c: construct, construct: one child, two trees ---- */

static void construct(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, PGT_CON, cpu->id == 0 ? TABLE : TOP, 1, OTHER, 0);
}

static const char *judge_two_constructs(void)
{
    saw_results();
    if (is_mapped(TABLE, 1) != (got[0][0] == STATUS_OK) ||
        is_mapped(TOP, 1) != (got[1][0] == STATUS_OK))
        return "the entries are not what the calls said";
    return got[0][0] == STATUS_OK && got[1][0] == STATUS_OK ? "a child has two parents" : NULL;
}

/* ---- H4d: destruct, destruct; destruct, construct ---- */

static void destruct(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, PGT_DES, TABLE, 0, SLOT);
}

static void destruct_construct(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, PGT_DES, TABLE, 0, SLOT);
    got[cpu->id][1] = CALL(cpu, PGT_CON, TABLE, 0, OTHER, 0);
}

static const char *judge_two_destructs(void)
{
    saw_results();
    if (got[0][0] == STATUS_OK && got[1][0] == STATUS_OK)
        return "one child was taken out twice";
    return got[1][1] == STATUS_OK && !is_mapped(TABLE, 0) ? "another child was taken out" : NULL;
}

/* The child is in the tree, or by itself. */
static void add_1_and_2(struct cpu *cpu)
{
    got[cpu->id][0] = add(cpu, SLOT, RAM, 1);
    got[cpu->id][1] = add(cpu, SLOT, RAM, 2);
}

static const char *judge_destruct_map(void)
{
    saw_results();
    for (unsigned i = 0; i < 2; i++)
        if (is_mapped(SLOT, i + 1) != (got[1][i] == STATUS_OK))
            return "the entries are not what the calls said";
    return is_mapped(TABLE, 0) == (got[0][0] != STATUS_OK) ? NULL : "the child is still there";
}

/* ---- H4e: construct, map into the child; construct, the walk of another CPU ---- */

static void construct_other(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, PGT_CON, TABLE, 1, OTHER, 0);
}

static void add_to_other(struct cpu *cpu)
{
    got[cpu->id][0] = add(cpu, OTHER, RAM + 0x8000, 0);
}

/* A page of a table that is in the tree can be loaded; and the tree knows of it, or taking the
 * table out would leave one dynamic table too few. */
static const char *judge_construct_map(void)
{
    struct cpu *cpu = arch_cpu(1);
    struct fault fault = {.address = RAM + 0x8000, .access = PAGE_READ};

    saw_results();
    if (got[0][0] != STATUS_OK || got[1][0] != STATUS_OK)
        return NULL;
    saw(3);
    host_fault(cpu, fault);
    if (thread()->state == THREAD_FAULTED || !hardware_has(1, RAM + 0x8000))
        return "a granted page is not repaired";
    MUST(arch_cpu(0), PGT_DES, TABLE, 1, OTHER);
    flush();
    return hardware_has(1, RAM + 0x8000) ? "what was taken out is still in the hardware" : NULL;
}

/* A table that was just made, with a page. */
static void prepare_new_child(void)
{
    prepare_running();
    make_table(STATIC, PIECE3, RAM + 0x10000, 12, 3);
    must(add(arch_cpu(0), STATIC, RAM + 0x10000, 0), "PGT_ADD");
}

/* The same below another table, which was there before. */
static void prepare_middle(void)
{
    prepare_running();
    make_table(SPARE, PIECE3 + 2, RAM + 0x10000, 15, 1);
    MUST(arch_cpu(0), PGT_CON, TABLE, 2, SPARE, 0);
    age();
    make_table(STATIC, PIECE3, RAM + 0x10000, 12, 3);
    must(add(arch_cpu(0), STATIC, RAM + 0x10000, 0), "PGT_ADD");
}

static void construct_below(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, PGT_CON, SPARE, 0, STATIC, 0);
}

static void construct_new(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, PGT_CON, TABLE, 2, STATIC, 0);
}

/* By the kernel for a reason, which claims nothing; and by the repair of a fault. */
static void fault_there(struct cpu *cpu)
{
    struct pagetable_place place;

    got[cpu->id][2] = pagetable_backend_find(slot_at(TABLE), RAM + 0x10000, &place) ? HAS : HAS_NOT;
    host_fault(cpu, (struct fault){.address = RAM + 0x10000, .access = PAGE_READ});
    got[cpu->id][1] = hardware_has(1, RAM + 0x10000) ? HAS : HAS_NOT;
}

static const char *judge_construct_walk(void)
{
    saw(got[1][1] == HAS ? 0 : 1);
    return got[0][0] != STATUS_OK && (got[1][1] == HAS || got[1][2] == HAS)
               ? "a page of a table that is nowhere"
               : NULL;
}

/* The tree is new, and the child finds its top level. */
static void prepare_new_tree(void)
{
    prepare_running();
    make_table(STATIC, PIECE3, PAGETABLE_TOP, WORD_BITS, 2);
}

static void construct_in_new(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, PGT_CON, STATIC, 1, OTHER, 0);
}

static void add_twice_to_other(struct cpu *cpu)
{
    for (unsigned i = 0; i < 2; i++)
        got[cpu->id][i] = add(cpu, OTHER, RAM + 0x8000, i);
}

static const char *judge_new_tree(void)
{
    saw_results();
    for (unsigned i = 0; i < 2; i++)
        if (is_mapped(OTHER, i) != (got[1][i] == STATUS_OK))
            return "the entries are not what the calls said";
    return is_mapped(STATIC, 1) == (got[0][0] == STATUS_OK) ? NULL : "the child is not there";
}

/* ---- H4f: repair, unmap ---- */

static void fault_0(struct cpu *cpu)
{
    host_fault(cpu, (struct fault){.cause = 7, .address = RAM, .access = PAGE_READ});
}

static void prepare_unloaded(void)
{
    prepare_running();
    MUST(arch_cpu(0), PGT_REM, SLOT, 0); /* and its region */
    must(add(arch_cpu(0), SLOT, RAM, 0), "PGT_ADD");
    flush();
}

static const char *judge_repair_unmap(void)
{
    bool faulted = thread()->state == THREAD_FAULTED;

    saw(got[0][0] == STATUS_OK ? 0 : 1);
    saw(faulted ? 2 : 3);
    flush();
    if (faulted && is_mapped(SLOT, 0))
        return "a thread was stopped for a page that it has";
    return hardware_has(1, RAM) && !is_mapped(SLOT, 0) ? "the page is still in the hardware" : NULL;
}

/* ---- H4g: load, change: an image is loaded whole or not at all ---- */

/* CPU 0 exchanges two pages of different tables, so that they are never there at once. CPU 1 loads
 * the space meanwhile, by walking into the process. */
static void prepare_walk(void)
{
    prepare_trees();
    MUST(arch_cpu(0), PGT_CON, TABLE, 1, OTHER, 0);
    make_table(STATIC, PIECE3, STATIC_RAM, 12, 3);
    MUST(arch_cpu(0), PGT_CON, TABLE, 2, STATIC, 0);
    make_port(PORT, PIECE3 + 2);
    make_thread(THREAD1, PIECE3 + 1);
    bind(1, THREAD1, 1);
    MUST(arch_cpu(0), PGT_ADD, STATIC, 0, FLAGS | PAGE_STATIC, static_pages(), 0, 0);
    age();
}

static void walk_in(struct cpu *cpu)
{
    (void)CALL(cpu, INV_ACT, PORT, 0);
    if (thread()->invocation == NULL)
        return; /* a conflict */
    got[cpu->id][1] = hardware_has(1, STATIC_RAM) ? HAS : HAS_NOT;
    got[cpu->id][2] = hardware_has(1, STATIC_RAM + PAGE) ? HAS : HAS_NOT;
}

static void exchange(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, PGT_REM, STATIC, 0);
    got[cpu->id][1] = CALL(cpu, PGT_ADD, STATIC, 1, FLAGS | PAGE_STATIC, static_pages(), 0, 1);
}

static const char *judge_load(void)
{
    if (thread()->invocation == NULL)
        return NULL;
    saw(got[1][1] == HAS ? 0 : 1);
    saw(got[1][2] == HAS ? 2 : 3);
    if (got[0][0] == STATUS_OK && got[1][1] == HAS && got[1][2] == HAS)
        return "a CPU has loaded half of a change";
    flush();
    return hardware_has(1, STATIC_RAM) && !is_mapped(STATIC, 0) ? "the page is still there" : NULL;
}

/* ---- H4h: a CPU's own change is in force when the call returns ---- */

static void add_own_static(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, PGT_ADD, STATIC, 0, FLAGS | PAGE_STATIC, static_pages(), 0, 0);
    got[cpu->id][1] = hardware_has(1, STATIC_RAM) ? HAS : HAS_NOT;
}

static void prepare_own_static(void)
{
    prepare_running();
    make_table(STATIC, PIECE3, STATIC_RAM, 12, 3);
    MUST(arch_cpu(0), PGT_CON, TABLE, 1, STATIC, 0);
    tick(arch_cpu(1));
}

static const char *judge_own_change(void)
{
    return got[1][0] == STATUS_CONFLICT || got[1][1] == HAS ? NULL : "a stack is not there yet";
}

/* ---- H4d: destruct, map of a page that has its region at once ---- */

static void destruct_static(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, PGT_DES, TABLE, 1, STATIC);
}

static const char *judge_destruct_static(void)
{
    saw_results();
    return is_mapped(STATIC, 0) == (got[1][0] == STATUS_OK) &&
                   is_mapped(TABLE, 1) == (got[0][0] != STATUS_OK)
               ? NULL
               : "the entries are not what the calls said";
}

/* ---- H5a: destruct, the flush of another CPU ---- */

/* The first flush makes the other CPU busy with one when the second comes. */
static void flush_destruct(struct cpu *cpu)
{
    (void)CALL(cpu, KFN, BOOT_KFUNC, RME_KFN_FLUSH, 0, 0);
    destruct(cpu);
}

static void tick_twice(struct cpu *cpu)
{
    tick(cpu);
    tick(cpu);
}

static const char *judge_flush(void)
{
    saw(got[0][0] == STATUS_OK ? 0 : 1);
    tick(arch_cpu(1));
    return got[0][0] == STATUS_OK && hardware_has(1, RAM) ? "a tick has not flushed" : NULL;
}

/* ---- H5b: FLUSH and FLUSH_DONE against sleep ---- */

static void unmap_flush_wait(struct cpu *cpu)
{
    word_t epoch;

    got[cpu->id][0] = CALL(cpu, PGT_REM, SLOT, 0);
    epoch = (word_t)CALL(cpu, KFN, BOOT_KFUNC, RME_KFN_FLUSH, 0, 0);
    for (unsigned i = 0; i < patience; i++)
        if (CALL(cpu, KFN, BOOT_KFUNC, RME_KFN_FLUSH_DONE, 0, epoch) == 1) {
            __atomic_store_n(&got[0][1], got[0][0] == STATUS_OK ? FLUSHED : 1, __ATOMIC_RELEASE);
            break;
        }
}

/* What user code of this CPU would find when it goes on. */
static void sleep_and_look(struct cpu *cpu)
{
    for (unsigned i = 0; i < 2; i++) {
        (void)CALL(cpu, KFN, BOOT_KFUNC, RME_KFN_IDLE_SLEEP, 0);
        if (__atomic_load_n(&got[0][1], __ATOMIC_ACQUIRE) == FLUSHED)
            got[cpu->id][0] = hardware_has(1, RAM) ? HAS : HAS_NOT;
    }
}

static const char *judge_done(void)
{
    saw(got[1][0] == HAS_NOT ? 0 : 1);
    return got[1][0] == HAS ? "FLUSH_DONE said so too early" : NULL;
}

/* ---- H5c: the stamp of a destruct against PGT_DEL ---- */

/* That a CPU has ticked three times and not flushed cannot be had by calls, as every tick flushes:
 * its note is put back by hand, to show that the deletion looks at it. */
static void prepare_detached(void)
{
    word_t detached;

    prepare_trees();
    MUST(arch_cpu(0), PGT_DES, TABLE, 0, SLOT);
    detached = shared_load(&slot_at(SLOT)->pagetable.detached);
    freeze(SLOT);
    shared_store(&arch_cpu(1)->flushed, detached - 1);
}

static void delete_pagetable(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, PGT_DEL, BOOT_CAPTABLE, SLOT);
}

static void tick_once(struct cpu *cpu)
{
    got[cpu->id][0] = (sword_t)(shared_load(&cpu->flushed) ==
                                shared_load(&slot_at(SLOT)->pagetable.detached) - 1);
    tick(cpu);
}

static const char *judge_detached(void)
{
    saw(got[0][0] == STATUS_OK ? 0 : 1);
    if (got[0][0] != STATUS_OK && got[0][0] != STATUS_NOT_QUIESCENT && got[0][0] != STATUS_CONFLICT)
        return "another status";
    if (got[0][0] == STATUS_NOT_QUIESCENT && cap_state(header_at(SLOT)) != CAP_FROZEN)
        return "a refused deletion did not leave the table frozen";
    return NULL;
}

/* A table that is in use stays frozen, and goes as soon as it is not; its slot then has another
 * life. */
static void delete_twice_and_reuse(struct cpu *cpu)
{
    for (unsigned i = 0; i < 3; i++) {
        got[cpu->id][i] = CALL(cpu, PGT_DEL, BOOT_CAPTABLE, SLOT);
        if (got[cpu->id][i] == STATUS_OK)
            break;
        tick(cpu);
    }
    got[cpu->id][3] = CALL(cpu, SIG_CRT, BOOT_CAPTABLE, SLOT);
}

static const char *judge_two_deletions(void)
{
    unsigned done = 0;

    for (unsigned i = 0; i < 2; i++)
        for (unsigned j = 0; j < 3; j++)
            done += got[i][j] == STATUS_OK;
    saw(done);
    return done <= 1 &&
                   is_valid(SLOT, CAP_SIGNAL) == (got[0][3] == STATUS_OK || got[1][3] == STATUS_OK)
               ? NULL
               : "a table was deleted twice, or what followed it is gone";
}

/* ---- H8a: PGT_DEL against a CPU that sleeps with the table loaded ---- */

static void sleep_once(struct cpu *cpu)
{
    (void)CALL(cpu, KFN, BOOT_KFUNC, RME_KFN_IDLE_SLEEP, 0);
}

static void replace_freeze_delete(struct cpu *cpu)
{
    word_t space = (word_t)host_kmem + memory_at(PIECE);

    got[cpu->id][0] = CALL(cpu, PRC_PGT, PROCESS, TOP);
    got[cpu->id][1] = CALL(cpu, PGT_DES, TABLE, 0, SLOT);
    got[cpu->id][2] = CALL(cpu, CPT_FRZ, BOOT_CAPTABLE, TABLE);
    for (unsigned i = 3; i < 8; i++) {
        tick(cpu);
        got[cpu->id][i] = CALL(cpu, PGT_DEL, BOOT_CAPTABLE, TABLE);
        if (got[cpu->id][i] == STATUS_OK && shared_load(&arch_cpu(1)->loaded) == space)
            got[cpu->id][8] = HAS;
    }
}

static const char *judge_loaded(void)
{
    for (unsigned i = 3; i < 8; i++)
        saw(got[0][i] == STATUS_OK ? 0 : 1);
    return got[0][8] == HAS ? "a table was deleted that a CPU has loaded" : NULL;
}

/* ---- H8b: PRC_PGT against a CPU that runs the process (SEC-08) ---- */

static void replace(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, PRC_PGT, PROCESS, TOP);
}

static const char *judge_replace(void)
{
    saw(got[0][0] == STATUS_OK ? 0 : 1);
    tick(arch_cpu(1));
    if (host_cpus[1].loaded != process_space(slot_at(PROCESS)))
        return "a CPU keeps the old table after its tick";
    return got[0][0] == STATUS_OK && hardware_has(1, RAM) ? "the old map is still in force" : NULL;
}

/* A top level that was just made. */
static void prepare_new_top(void)
{
    prepare_running();
    make_table(STATIC, PIECE3, PAGETABLE_TOP, WORD_BITS, 2);
}

static void replace_by_new(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, PRC_PGT, PROCESS, STATIC);
}

/* ---- H7c: PRC_PGT against freeze of the new table: counted before it is there ---- */

static void prepare_old_trees(void)
{
    prepare_trees();
    age();
}

static void look_and_freeze(struct cpu *cpu)
{
    got[cpu->id][1] =
        shared_load_acquire(&slot_at(PROCESS)->process.pagetable) == (word_t)slot_at(TOP);
    got[cpu->id][0] = CALL(cpu, CPT_FRZ, BOOT_CAPTABLE, TOP);
}

static const struct scenario scenarios[] = {
    SCENARIO_PAGETABLES("H4a map, map", 2, 3, 0x7, prepare_trees, judge_two_maps, add_0_1, add_1_2),
    SCENARIO_PAGETABLES("H4b map, unmap", 2, 3, 0x3, prepare_running, judge_map_unmap, remove_0,
                        add_1_own),
    SCENARIO_PAGETABLES("H4c construct, construct", 2, 3, 0x7, prepare_trees, judge_two_constructs,
                        construct, construct),
    SCENARIO_PAGETABLES("H4d destruct, destruct or construct", 2, 3, 0x7, prepare_trees,
                        judge_two_destructs, destruct, destruct_construct),
    SCENARIO_PAGETABLES("H4d destruct, map", 2, 3, 0x3, prepare_trees, judge_destruct_map, destruct,
                        add_1_and_2),
    SCENARIO_PAGETABLES("H4d destruct, map of a static page", 2, 3, 0x3, prepare_own_static,
                        judge_destruct_static, destruct_static, add_own_static),
    SCENARIO_PAGETABLES("H4e construct two levels down, walk", 2, 3, 0x3, prepare_middle,
                        judge_construct_walk, construct_below, fault_there),
    SCENARIO_PAGETABLES("H4e construct, walk", 2, 3, 0x3, prepare_new_child, judge_construct_walk,
                        construct_new, fault_there),
    SCENARIO_PAGETABLES("H4e construct in a new tree, map", 2, 3, 0x3, prepare_new_tree,
                        judge_new_tree, construct_in_new, add_twice_to_other),
    SCENARIO_PAGETABLES("H4e construct, map", 2, 3, 0xB, prepare_running, judge_construct_map,
                        construct_other, add_to_other),
    SCENARIO_PAGETABLES("H4f repair, unmap", 2, 3, 0xD, prepare_unloaded, judge_repair_unmap,
                        remove_0, fault_0),
    SCENARIO_PAGETABLES("H4g load, change", 2, 2, 0xF, prepare_walk, judge_load, exchange, walk_in),
    SCENARIO_PAGETABLES("H4h its own change", 2, 0, 0, prepare_own_static, judge_own_change, NULL,
                        add_own_static),
    SCENARIO_PAGETABLES("H5a destruct, flush", 2, 3, 0x1, prepare_running, judge_flush,
                        flush_destruct, tick_twice),
    SCENARIO_PAGETABLES("H5b FLUSH_DONE, sleep", 2, 3, 0x3, prepare_running, judge_done,
                        unmap_flush_wait, sleep_and_look),
    SCENARIO_PAGETABLES("H5c destruct, PGT_DEL", 2, 3, 0x3, prepare_detached, judge_detached,
                        delete_pagetable, tick_once),
    SCENARIO_PAGETABLES("H5c PGT_DEL, PGT_DEL", 2, 3, 0x3, prepare_detached, judge_two_deletions,
                        delete_twice_and_reuse, delete_twice_and_reuse),
    SCENARIO_PAGETABLES("H7c PRC_PGT, freeze of the new table", 2, 3, 0xF, prepare_old_trees,
                        judge_counted, replace, look_and_freeze),
    SCENARIO_PAGETABLES("H8a PGT_DEL, sleep", 2, 2, 0x3, prepare_running, judge_loaded,
                        replace_freeze_delete, sleep_once),
    SCENARIO_PAGETABLES("H8b PRC_PGT of a new table, run", 2, 3, 0x1, prepare_new_top,
                        judge_replace, replace_by_new, tick_twice),
    SCENARIO_PAGETABLES("H8b PRC_PGT, run", 2, 3, 0x1, prepare_running, judge_replace, replace,
                        tick),
};

SCENARIO_MAIN(scenarios)
