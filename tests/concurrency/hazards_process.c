/* SPDX-License-Identifier: Unlicense
 *
 * H3: the bitmap of kernel memory. H7: the two table words of a process. H8: the record of what a
 * CPU has loaded is in hazards_pagetable.c.
 */
#include "arch/memory.h"
#include "kernel/kmem.h"
#include "kernel/thread.h"
#include "tests/concurrency/scenario.h"
#include "tests/concurrency/tree.h"

enum { PIECE, PIECE1, PIECE2, PIECE3, PIECE4 };

/* One word of the bitmap, in bytes of memory. */
enum { WORD_BYTES = WORD_BITS * KMEM_GRANULE };

static void prepare_nothing(void) {}

static bool bit_at(word_t offset)
{
    word_t granule = offset / KMEM_GRANULE;

    return (shared_load(&arch_kmem_bitmap()[granule / WORD_BITS]) >> granule % WORD_BITS & 1) != 0;
}

/* Capability tables are made of whole granules and can be large. */
static sword_t allocate(struct cpu *cpu, word_t slot, word_t offset, word_t entries)
{
    return CALL(cpu, CPT_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, offset, entries);
}

/* ---- H3a: allocate against allocate, of the same memory ---- */

static void allocate_0(struct cpu *cpu)
{
    got[cpu->id][0] = allocate(cpu, SLOT, memory_at(PIECE), 2);
}

static void allocate_1(struct cpu *cpu)
{
    got[cpu->id][0] = allocate(cpu, OTHER, memory_at(PIECE) + CAP_SLOT_BYTES, 2);
}

static void saw_results(void)
{
    for (unsigned i = 0; i < 2; i++)
        saw(got[i][0] == STATUS_OK ? 0 : got[i][0] == STATUS_MEMORY ? 1 : 2);
}

static const char *judge_overlap(void)
{
    saw_results();
    return got[0][0] == STATUS_OK && got[1][0] == STATUS_OK ? "two objects overlap" : NULL;
}

/* ---- H3b: allocate against allocate, of neighbours in one word ---- */

static void allocate_next(struct cpu *cpu)
{
    got[cpu->id][0] = allocate(cpu, OTHER, memory_at(PIECE) + 2 * CAP_SLOT_BYTES, 2);
}

static const char *judge_neighbours(void)
{
    saw_results();
    for (unsigned i = 0; i < 2; i++) {
        bool is_there = bit_at(memory_at(PIECE) + i * 2 * CAP_SLOT_BYTES);

        if (is_there != (got[i][0] == STATUS_OK))
            return "the bitmap does not tell who has what";
    }
    return NULL;
}

/* ---- H3c: allocate over several words against allocate in the last of them: the undo ---- */

static void allocate_long(struct cpu *cpu)
{
    got[cpu->id][0] = allocate(cpu, SLOT, memory_at(PIECE), 2 * WORD_BYTES / CAP_SLOT_BYTES);
}

static void allocate_last(struct cpu *cpu)
{
    got[cpu->id][0] = allocate(cpu, OTHER, memory_at(PIECE) + 2 * WORD_BYTES - CAP_SLOT_BYTES, 1);
}

static const char *judge_undo(void)
{
    saw_results();
    if (got[0][0] != STATUS_OK && bit_at(memory_at(PIECE)))
        return "marks are left of an allocation that failed";
    return got[0][0] == STATUS_OK && got[1][0] == STATUS_OK ? "two objects overlap" : NULL;
}

/* ---- H3d: allocate against free, in one word ---- */

static void prepare_frozen_table(void)
{
    must(allocate(arch_cpu(0), SLOT, memory_at(PIECE), 2), "CPT_CRT");
    freeze(SLOT);
}

static void free_table(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, CPT_DEL, BOOT_CAPTABLE, SLOT);
}

static const char *judge_free(void)
{
    saw_results();
    if (bit_at(memory_at(PIECE)) == (got[0][0] == STATUS_OK))
        return "what was freed is marked, or the reverse";
    return bit_at(memory_at(PIECE) + 2 * CAP_SLOT_BYTES) == (got[1][0] == STATUS_OK)
               ? NULL
               : "what was allocated is not marked, or the reverse";
}

/* ---- H3e: free against free, in one word ---- */

static void prepare_two_frozen(void)
{
    must(allocate(arch_cpu(0), SLOT, memory_at(PIECE), 2), "CPT_CRT");
    must(allocate(arch_cpu(0), OTHER, memory_at(PIECE) + 2 * CAP_SLOT_BYTES, 2), "CPT_CRT");
    age();
    MUST(arch_cpu(0), CPT_FRZ, BOOT_CAPTABLE, SLOT);
    freeze(OTHER);
}

static void free_other(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, CPT_DEL, BOOT_CAPTABLE, OTHER);
}

static const char *judge_two_frees(void)
{
    saw_results();
    for (unsigned i = 0; i < 2; i++)
        if (bit_at(memory_at(PIECE) + i * 2 * CAP_SLOT_BYTES) == (got[i][0] == STATUS_OK))
            return "memory that was freed is marked again";
    return NULL;
}

/* ---- H7a: PRC_CPT against PRC_CPT ---- */

static void prepare_tables(void)
{
    make_process(PROCESS);
    make_captable(TABLE, PIECE, 4);
    make_captable(OTHER, PIECE1, 4);
    age();
}

static void set_table(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, PRC_CPT, PROCESS, TABLE);
}

static void set_other(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, PRC_CPT, PROCESS, OTHER);
}

/* As a lookup finds it. */
static word_t table_of(void)
{
    return shared_load_acquire(&slot_at(PROCESS)->process.captable);
}

static const char *judge_two_captables(void)
{
    saw_results();
    if (count_at(TABLE) != (table_of() == (word_t)slot_at(TABLE)) ||
        count_at(OTHER) != (table_of() == (word_t)slot_at(OTHER)))
        return "a table is not counted by the process that has it, or by one that has not";
    return NULL;
}

/* ---- H7b: PRC_PGT against PRC_PGT ---- */

static void prepare_tops(void)
{
    make_process(PROCESS);
    make_top(TABLE, PIECE);
    make_top(OTHER, PIECE1);
    age();
}

static void set_top(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, PRC_PGT, PROCESS, TABLE);
}

static void set_other_top(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, PRC_PGT, PROCESS, OTHER);
}

static const char *judge_two_pagetables(void)
{
    word_t table = shared_load(&slot_at(PROCESS)->process.pagetable);

    saw_results();
    if (count_at(TABLE) != (table == (word_t)slot_at(TABLE)) ||
        count_at(OTHER) != (table == (word_t)slot_at(OTHER)))
        return "a table is not counted by the process that has it, or by one that has not";
    return NULL;
}

/* ---- H7c: PRC_CPT against freeze of the new table: counted before it is there ---- */

static void look_and_freeze(struct cpu *cpu)
{
    got[cpu->id][1] = table_of() == (word_t)slot_at(TABLE);
    got[cpu->id][0] = CALL(cpu, CPT_FRZ, BOOT_CAPTABLE, TABLE);
}

/* ---- H7d: PRC_CPT against deletion of the process ---- */

static void set_and_sleep(struct cpu *cpu)
{
    set_table(cpu);
    quiesce_offline(cpu);
}

static void freeze_delete_process(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, CPT_FRZ, BOOT_CAPTABLE, PROCESS);
    for (unsigned i = 1; i < 6; i++) {
        tick(cpu);
        got[cpu->id][i] = CALL(cpu, PRC_DEL, BOOT_CAPTABLE, PROCESS);
    }
}

static const char *judge_set_delete(void)
{
    bool deleted = is_empty(PROCESS);

    saw(got[0][0] == STATUS_OK ? 0 : 1);
    saw(deleted ? 2 : 3);
    if (deleted)
        return count_at(TABLE) == 0 ? NULL : "a table is counted by a process that is gone";
    return count_at(TABLE) == (table_of() == (word_t)slot_at(TABLE)) ? NULL : "the count is wrong";
}

/* ---- H7e: a look-up through the old table against PRC_CPT and its deletion ---- */

/* THREAD1 is in a process whose own table is TABLE; it sends through a capability there. */
static void prepare_user(void)
{
    make_endpoint(ENDPOINT);
    make_captable(TABLE, PIECE, 4);
    MUST(arch_cpu(0), CPT_ADD, TABLE, 1, BOOT_CAPTABLE, ENDPOINT, RIGHT_SIGNAL_SEND, 0, 0);
    MUST(arch_cpu(0), PRC_CRT, BOOT_CAPTABLE, PROCESS, TABLE,
         CONFIG_RAW ? arch_space_boot() : BOOT_PAGETABLE, BOOT_KFUNC);
    MUST(arch_cpu(0), THD_CRT, BOOT_CAPTABLE, THREAD1, BOOT_KMEM, memory_at(PIECE2), PROCESS, 8, 0);
    bind(1, THREAD1, 1);
    make_captable(OTHER, PIECE3, 4);
    age();
    MUST(arch_cpu(0), CPT_FRZ, TABLE, 1); /* the table must be empty before it can go */
    MUST(arch_cpu(0), CPT_ADD, OTHER, 1, BOOT_CAPTABLE, ENDPOINT, RIGHT_SIGNAL_SEND, 0, 0);
    age();
    MUST(arch_cpu(0), CPT_REM, TABLE, 1);
    age(); /* CPU 1 no longer sees it frozen */
}

static void use_table(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, SIG_SND, 1, 1);
    quiesce_offline(cpu);
}

/* A third table, which was just made. */
static void prepare_new_table(void)
{
    prepare_user();
    make_captable(SPARE, PIECE4, 4);
    MUST(arch_cpu(0), CPT_ADD, SPARE, 1, BOOT_CAPTABLE, ENDPOINT, RIGHT_SIGNAL_SEND, 0, 0);
}

static void set_new_table(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, PRC_CPT, PROCESS, SPARE);
}

static void use_twice(struct cpu *cpu)
{
    got[cpu->id][1] = CALL(cpu, SIG_SND, 1, 1);
    got[cpu->id][0] = CALL(cpu, SIG_SND, 1, 1);
}

static void replace_and_delete(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, PRC_CPT, PROCESS, OTHER);
    got[cpu->id][0] = CALL(cpu, CPT_FRZ, BOOT_CAPTABLE, TABLE);
    for (unsigned i = 1; i < 6; i++) {
        tick(cpu);
        got[cpu->id][i] = CALL(cpu, CPT_DEL, BOOT_CAPTABLE, TABLE);
    }
}

static const char *judge_use_delete(void)
{
    saw(got[1][0] == STATUS_OK ? 0 : 1);
    for (unsigned i = 1; i < 6; i++)
        if (got[0][i] == STATUS_OK)
            saw(2);
    return got[1][0] == STATUS_OK || got[1][0] == STATUS_TYPE || got[1][0] == STATUS_CONFLICT
               ? NULL
               : "the thread was in neither table";
}

static const struct scenario scenarios[] = {
    SCENARIO("H3a allocate, allocate the same", 2, 3, 0x7, prepare_nothing, judge_overlap,
             allocate_0, allocate_1),
    SCENARIO("H3b allocate, allocate beside it", 2, 3, 0x5, prepare_nothing, judge_neighbours,
             allocate_0, allocate_next),
    SCENARIO("H3c allocate much, allocate the last of it", 2, 3, 0x3, prepare_nothing, judge_undo,
             allocate_long, allocate_last),
    SCENARIO("H3d free, allocate beside it", 2, 3, 0x5, prepare_frozen_table, judge_free,
             free_table, allocate_next),
    SCENARIO("H3e free, free beside it", 2, 3, 0x1, prepare_two_frozen, judge_two_frees, free_table,
             free_other),
    SCENARIO("H7a PRC_CPT, PRC_CPT", 2, 3, 0x5, prepare_tables, judge_two_captables, set_table,
             set_other),
    SCENARIO_PAGETABLES("H7b PRC_PGT, PRC_PGT", 2, 3, 0x5, prepare_tops, judge_two_pagetables,
                        set_top, set_other_top),
    SCENARIO("H7c PRC_CPT, freeze of the new table", 2, 3, 0xF, prepare_tables, judge_counted,
             set_table, look_and_freeze),
    SCENARIO("H7d PRC_CPT, deletion of the process", 2, 2, 0xD, prepare_tables, judge_set_delete,
             set_and_sleep, freeze_delete_process),
    SCENARIO("H7e look-up, PRC_CPT of a new table", 2, 3, 0x1, prepare_new_table, judge_use_delete,
             set_new_table, use_twice),
    SCENARIO("H7e look-up, PRC_CPT and deletion of the old table", 2, 2, 0x7, prepare_user,
             judge_use_delete, replace_and_delete, use_table),
};

SCENARIO_MAIN(scenarios)
