/* SPDX-License-Identifier: Unlicense
 *
 * H3: the bitmap of kernel memory. Capability tables are made of whole granules and can be large.
 */
#include "hazards.h"

enum { PIECE, ENTRIES = 2, BYTES = ENTRIES * CAP_SLOT_BYTES };

/* One word of the bitmap, in bytes of memory. */
enum { WORD_BYTES = WORD_BITS * KMEM_GRANULE };

static void prepare_nothing(void) {}

static word_t place(word_t cpu)
{
    return memory_at(PIECE) + cpu * BYTES;
}

static sword_t allocate(word_t slot, word_t offset, word_t entries)
{
    return CALL(CPT_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, offset, entries);
}

static bool is_refused(sword_t status)
{
    return status == STATUS_MEMORY || status == STATUS_CONFLICT;
}

/* ---- H3a: allocate, allocate of memory that overlaps ---- */

static void allocate_overlapping(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = allocate(EACH + cpu, memory_at(PIECE) + cpu % 2 * CAP_SLOT_BYTES, ENTRIES);
}

static const char *judge_overlap(void)
{
    return one_winner(STATUS_MEMORY);
}

/* ---- H3b: allocate, allocate beside it in one word ---- */

static void allocate_beside(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = allocate(EACH + cpu, place(cpu), ENTRIES);
}

/* What is allocated is so, what is not is free, from CPU `first` on. */
static const char *judge_places(word_t first)
{
    for (word_t cpu = first; cpu < running; cpu++) {
        saw(got[cpu][0] == STATUS_OK ? 0 : 1);
        if (got[cpu][0] != STATUS_OK && got[cpu][0] != STATUS_CONFLICT)
            return "another status";
        if (is_free(place(cpu), ENTRIES) == (got[cpu][0] == STATUS_OK))
            return "the bitmap does not tell who has what";
    }
    return NULL;
}

static const char *judge_beside(void)
{
    return count_of(0, STATUS_OK) != 0 ? judge_places(0) : "nobody has won";
}

/* ---- H3c: allocate over several words, allocate in the last of them: the undo ---- */

static void allocate_long(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = allocate(EACH, memory_at(PIECE), 2 * WORD_BYTES / CAP_SLOT_BYTES);
}

static void allocate_last(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = allocate(EACH + cpu, memory_at(PIECE) + 2 * WORD_BYTES - BYTES, ENTRIES);
}

static const char *judge_undo(void)
{
    bool has_long = got[0][0] == STATUS_OK;

    for (word_t cpu = 0; cpu < running; cpu++) {
        saw(got[cpu][0] != STATUS_OK ? 2 : cpu == 0 ? 0 : 1);
        if (got[cpu][0] != STATUS_OK && !is_refused(got[cpu][0]))
            return "another status";
    }
    if (count_of(0, STATUS_OK) > 1)
        return "two objects overlap";
    return is_free(memory_at(PIECE), ENTRIES) == has_long
               ? "marks are left of an allocation that failed, or are lost"
               : NULL;
}

/* ---- H3d: free, allocate beside it in one word ---- */

static void prepare_frozen(word_t count)
{
    for (word_t i = 0; i < count; i++)
        must(allocate(EACH + i, place(i), ENTRIES), "CPT_CRT");
    age();
    for (word_t i = 0; i < count; i++)
        MUST(CPT_FRZ, BOOT_CAPTABLE, EACH + i);
    age();
}

static void prepare_frozen_one(void)
{
    prepare_frozen(1);
}

static void free_own(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = CALL(CPT_DEL, BOOT_CAPTABLE, EACH + cpu);
}

static const char *judge_free(void)
{
    if (got[0][0] != STATUS_OK || !is_free(place(0), ENTRIES))
        return "what was freed is marked";
    return judge_places(1);
}

/* ---- H3e: free, free beside it in one word ---- */

static void prepare_frozen_all(void)
{
    prepare_frozen(CPUS);
}

static const char *judge_frees(void)
{
    if (count_of(0, STATUS_OK) != running)
        return "one stands in the other's way";
    return is_free(memory_at(PIECE), running * ENTRIES) ? NULL
                                                        : "memory that was freed is marked again";
}

const struct scenario memory_rows[] = {
    SCENARIO("H3a allocate, allocate the same", 0x7, prepare_nothing, judge_overlap,
             allocate_overlapping, allocate_overlapping, allocate_overlapping,
             allocate_overlapping),
    SCENARIO("H3b allocate, allocate beside it", 0x3, prepare_nothing, judge_beside,
             allocate_beside, allocate_beside, allocate_beside, allocate_beside),
    SCENARIO("H3c allocate much, allocate the last of it", 0x7, prepare_nothing, judge_undo,
             allocate_long, allocate_last, allocate_last, allocate_last),
    SCENARIO("H3d free, allocate beside it", 0x3, prepare_frozen_one, judge_free, free_own,
             allocate_beside, allocate_beside, allocate_beside),
    SCENARIO("H3e free, free beside it", 0, prepare_frozen_all, judge_frees, free_own, free_own,
             free_own, free_own),
    SCENARIO_END,
};
