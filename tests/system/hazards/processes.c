/* SPDX-License-Identifier: Unlicense
 *
 * H7: the two table words of a process.
 */
#include "hazards.h"

enum { PIECE, PIECE1, PIECE2, TURNS = 3000 };

/* ---- H7a, H7b: PRC_CPT, PRC_CPT; PRC_PGT, PRC_PGT ---- */

static void prepare_tables(void)
{
    make_process(PROCESS);
    make_captable(TABLE, PIECE, 4);
    make_captable(OTHER, PIECE1, 4);
    age();
}

static void make_top(word_t slot, word_t piece)
{
    MUST(PGT_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, memory_at(piece), PAGETABLE_TOP, 39, 8);
}

static void prepare_tops(void)
{
    make_process(PROCESS);
    make_top(TABLE, PIECE);
    make_top(OTHER, PIECE1);
    age();
}

static word_t table_for(word_t cpu)
{
    return cpu % 2 == 0 ? TABLE : OTHER;
}

static void set_captable(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = CALL(PRC_CPT, PROCESS, table_for(cpu));
}

static void set_pagetable(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = CALL(PRC_PGT, PROCESS, table_for(cpu), CAP_NULL);
}

/* The process has one of them, set by a call that says so, and that one alone is counted. */
static const char *judge_tables(void)
{
    word_t even = 0, odd = 0;
    bool has_table = is_referenced(TABLE), has_other = is_referenced(OTHER);

    for (word_t cpu = 0; cpu < running; cpu++) {
        saw(got[cpu][0] == STATUS_OK ? 0 : 1);
        if (got[cpu][0] == STATUS_OK)
            (void)(cpu % 2 == 0 ? even++ : odd++);
        else if (got[cpu][0] != STATUS_CONFLICT)
            return "another status";
    }
    if (even + odd == 0)
        return "nobody has won";
    if (has_table == has_other)
        return "a table is counted that the process has not, or not the one that it has";
    return (has_table ? even : odd) != 0 ? NULL : "the process has a table that nobody gave it";
}

/* ---- H7c: PRC_CPT, freeze of the new table ---- */

static void freeze_table(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = CALL(CPT_FRZ, BOOT_CAPTABLE, TABLE);
}

/* One that was looked up before it was frozen is the process's: a deletion finds it counted. */
static const char *judge_counted(void)
{
    bool is_set = got[0][0] == STATUS_OK;

    saw(is_set ? 0 : 1);
    if (!is_set && got[0][0] != STATUS_FROZEN)
        return "another status";
    for (word_t cpu = 1; cpu < running; cpu++)
        saw(got[cpu][0] == STATUS_OK ? 2 : 3);
    if (count_of(0, STATUS_OK) - is_set > 1)
        return "it was frozen twice";
    if (count_of(0, STATUS_OK) - is_set == 0)
        return is_set && is_referenced(TABLE) ? NULL : "neither has it";
    return (delete_late(0, RME_SVC_CPT_DEL, TABLE) == STATUS_REFERENCED) == is_set
               ? NULL
               : "a table went that a process has, or the reverse";
}

/* ---- H7d: PRC_CPT, deletion of the process ---- */

static void freeze_delete_process(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = CALL(CPT_FRZ, BOOT_CAPTABLE, PROCESS);
    got[cpu][1] = delete_late(cpu, RME_SVC_PRC_DEL, PROCESS);
}

static void set_table(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = CALL(PRC_CPT, PROCESS, TABLE);
}

static const char *judge_set_delete(void)
{
    for (word_t cpu = 1; cpu < running; cpu++) {
        saw(got[cpu][0] == STATUS_OK ? 0 : 1);
        if (got[cpu][0] != STATUS_OK && got[cpu][0] != STATUS_FROZEN &&
            got[cpu][0] != STATUS_CONFLICT && got[cpu][0] != STATUS_TYPE)
            return "another status";
    }
    if (got[0][0] != STATUS_OK || got[0][1] != STATUS_OK)
        return "the process cannot go";
    return is_referenced(TABLE) ? "a table is counted by a process that is gone" : NULL;
}

/* ---- H7e: look-up through the old table, PRC_CPT and its deletion ---- */

/* A thread is in a process whose first table is empty; in the second there is an endpoint. It sends
 * until it sees the second, and some more. */
static volatile word_t is_over;
static word_t send_within(word_t param, word_t *message)
{
    word_t sent = 0, lost = 0;

    (void)message;
    begin(param);
    for (unsigned i = 0; i < TURNS && is_over == 0; i++) {
        sword_t status = CALL(SIG_SND, 1, 1);

        if (status == STATUS_OK)
            sent++;
        else if (status != STATUS_TYPE || sent != 0)
            lost++;
        saw(status == STATUS_OK ? 0 : 1);
    }
    got[param][1] = (sword_t)sent;
    got[param][2] = (sword_t)lost;
    return 0;
}

static void prepare_user(void)
{
    is_over = 0;
    make_endpoint(ENDPOINT);
    make_captable(TABLE, PIECE, 2);
    make_captable(OTHER, PIECE1, 2);
    MUST(CPT_ADD, OTHER, 1, BOOT_CAPTABLE, ENDPOINT, RIGHT_SIGNAL_SEND);
    MUST(PRC_CRT, BOOT_CAPTABLE, PROCESS, TABLE, BOOT_PAGETABLE, CAP_NULL);
    make_port(PORT, PIECE2, send_within, 0);
    age();
}

static void call_sender(word_t cpu)
{
    word_t value;

    got[cpu][0] = invoke(PORT, cpu, &value);
}

/* The memory of the old table becomes another, full of the same. */
static void replace_and_delete(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = CALL(PRC_CPT, PROCESS, OTHER);
    got[cpu][1] = CALL(CPT_FRZ, BOOT_CAPTABLE, TABLE);
    got[cpu][2] = delete_late(cpu, RME_SVC_CPT_DEL, TABLE);
    got[cpu][3] = CALL(CPT_CRT, BOOT_CAPTABLE, EACH, BOOT_KMEM, memory_at(PIECE), 2);
    is_over = 1;
}

static const char *judge_use_delete(void)
{
    for (unsigned i = 0; i < 4; i++)
        if (got[0][i] != STATUS_OK)
            return "the old table cannot go";
    if (got[1][0] != STATUS_OK || got[1][2] != 0)
        return "the thread was in neither table";
    return CALL(SIG_RCV, ENDPOINT, SIGNAL_POLL_ALL) == got[1][1] ? NULL : "signals are lost";
}

const struct scenario process_rows[] = {
    SCENARIO("H7a PRC_CPT, PRC_CPT", 0x3, prepare_tables, judge_tables, set_captable, set_captable,
             set_captable, set_captable),
    SCENARIO("H7b PRC_PGT, PRC_PGT", 0x3, prepare_tops, judge_tables, set_pagetable, set_pagetable,
             set_pagetable, set_pagetable),
    SCENARIO("H7c PRC_CPT, freeze of the new table", 0x5, prepare_tables, judge_counted, set_table,
             freeze_table, freeze_table, freeze_table),
    SCENARIO("H7d PRC_CPT, deletion of the process", 0x3, prepare_tables, judge_set_delete,
             freeze_delete_process, set_table, set_table, set_table),
    SCENARIO("H7e look-up, PRC_CPT and deletion of the old table", 0x3, prepare_user,
             judge_use_delete, replace_and_delete, call_sender),
    SCENARIO_END,
};
