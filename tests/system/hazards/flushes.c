/* SPDX-License-Identifier: Unlicense
 *
 * H4m, H5, H8: what CPUs keep of page tables that are changed, taken out, replaced and deleted. One
 * of them is inside PORT and looks at a page all the while; its memory gets another life as soon
 * as a call says that nobody needs it.
 */
#include "tree.h"

enum { POLLS = 2000, NOTICED = 20000 };

/* Said by whoever makes the change: from now on nobody sees the page. */
static volatile word_t is_gone;

/* Of who looks: times that it slept and woke, and whether it has left. */
static volatile word_t woken, has_left;

/* One look: false when the page is there although it was gone before. Ends by a fault. */
static bool look_once(word_t cpu)
{
    word_t was_gone = is_gone;

    got[cpu][0] = (sword_t)look(0);
    got[cpu][1]++;
    return was_gone == 0;
}

static word_t look_on(word_t cpu, word_t *message)
{
    (void)message;
    got[cpu][1] = 0;
    begin(cpu);
    while (look_once(cpu))
        pause();
    return 0;
}

static void prepare(serve_t *serve)
{
    is_gone = 0;
    woken = 0;
    has_left = 0;
    make_tree(serve);
    must(add_page(CHILD, 0, 0), "PGT_ADD");
    age();
}

static void prepare_looking(void)
{
    prepare(look_on);
}

static void look_from_inside(word_t cpu)
{
    walk_in(cpu);
    has_left = 1;
}

/* The memory of what was deleted, as another object. */
static sword_t reuse(word_t piece)
{
    return CALL(CPT_CRT, BOOT_CAPTABLE, EACH, BOOT_KMEM, memory_at(piece), 64);
}

static const char *judge_looks(void)
{
    for (unsigned i = 0; i < RESULTS; i++)
        if (got[0][i] != NOT_MADE && got[0][i] != STATUS_OK)
            return "a change was refused";
    saw(got[1][1] == 0 ? 0 : 1);
    if (got[1][1] != 0 && got[1][0] != VALUE)
        return "something else was seen";
    return got[1][WALKED] == STATUS_FAULT ? NULL : "a page was seen that nobody sees any more";
}

/* ---- H4m: unmap and its flush, a translation that is kept ---- */

static void unmap_flush(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = remove_page(CHILD, 0);
    tick_all(); /* and all have flushed */
    is_gone = 1;
}

/* ---- H5a: destruct, the flush of a CPU that ticks by itself ---- */

static word_t look_and_tick(word_t cpu, word_t *message)
{
    (void)message;
    got[cpu][1] = 0;
    begin(cpu);
    while (look_once(cpu))
        tick(cpu);
    return 0;
}

static void prepare_ticking(void)
{
    prepare(look_and_tick);
}

/* The first flush makes others busy with one when the second is needed. */
static void flush_destruct(word_t cpu)
{
    begin(cpu);
    (void)FUNCTION(FLUSH, 0, 2);
    got[cpu][0] = CALL(PGT_DES, PARENT, 0, CHILD);
    tick_all();
    is_gone = 1;
}

/* ---- H5b: FLUSH and FLUSH_DONE, sleep and waking ---- */

static word_t sleep_and_look(word_t cpu, word_t *message)
{
    (void)message;
    got[cpu][1] = 0;
    begin(cpu);
    do {
        (void)FUNCTION(IDLE_SLEEP, 0);
        woken++;
    } while (look_once(cpu));
    return 0;
}

static void prepare_sleeping(void)
{
    prepare(sleep_and_look);
}

/* Without a request to who may be asleep. */
static void flush_quietly(void)
{
    sword_t epoch = FUNCTION(FLUSH, 0, 0);

    for (word_t cpu = 0; cpu < running; cpu++)
        if (cpu != 1)
            tick(cpu);
    for (unsigned i = 1; FUNCTION(FLUSH_DONE, 0, (word_t)epoch) == 0; i++) {
        pause();
        if (i % POLLS == 0)
            tick_all();
    }
}

static void wake_until_left(void)
{
    while (has_left == 0)
        tick_all();
}

static void unmap_flush_wake(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = remove_page(CHILD, 0);
    flush_quietly();
    is_gone = 1;
    wake_until_left();
}

/* ---- H5c: destruct, PGT_DEL ---- */

static sword_t freeze_late(word_t slot)
{
    sword_t status;

    for (unsigned i = 0; (status = CALL(CPT_FRZ, BOOT_CAPTABLE, slot)) == STATUS_REFERENCED ||
                         status == STATUS_NOT_QUIESCENT;
         i++) {
        if (i == POLLS)
            return status;
        tick_all();
    }
    return status;
}

static void destruct_delete(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = CALL(PGT_DES, PARENT, 0, CHILD);
    got[cpu][1] = freeze_late(CHILD);
    got[cpu][2] = delete_late(cpu, RME_SVC_PGT_DEL, CHILD);
    is_gone = 1;
    got[cpu][3] = reuse(PIECE_CHILD);
}

/* ---- H5d: taken out of two parents, deleted ---- */

static word_t destruct_and_look(word_t cpu, word_t *message)
{
    (void)message;
    got[cpu][1] = 0;
    begin(cpu);
    got[cpu][2] = CALL(PGT_DES, SECOND, 0, CHILD);
    while (look_once(cpu))
        pause();
    return 0;
}

static void prepare_parents(void)
{
    prepare(destruct_and_look);
    MUST(PGT_CON, SECOND, 0, CHILD, 0);
}

static const char *judge_two_parents(void)
{
    return got[1][2] == STATUS_OK ? judge_looks() : "the other parent does not let it go";
}

/* ---- H8a: PGT_DEL, a CPU that sleeps with the table loaded ---- */

/* Nobody has the top level any more who does not sleep: its own tables go out of it. */
static void replace_empty(word_t cpu)
{
    got[cpu][0] = CALL(PRC_PGT, PROCESS, OTHER_TOP, CAP_NULL);
    flush_quietly();
    got[cpu][1] = CALL(PGT_DES, TOP, 5, DIRECTORY);
    got[cpu][2] = CALL(PGT_DES, TOP, 0, IMAGE);
}

/* The same. */
static sword_t insist_quietly(word_t number, word_t slot, unsigned tries)
{
    sword_t status = STATUS_NOT_QUIESCENT;

    for (unsigned i = 0; i < tries && status == STATUS_NOT_QUIESCENT; i++) {
        status = call(number, (const word_t[7]){BOOT_CAPTABLE, slot});
        flush_quietly();
    }
    return status;
}

/* Whoever slept when the table was replaced has it loaded. If it can go, that CPU has woken by
 * itself, and says so soon. */
static void replace_delete_asleep(word_t cpu)
{
    begin(cpu);
    for (unsigned i = 0; i < POLLS; i++)
        pause();
    woken = 0;
    replace_empty(cpu);
    got[cpu][3] = insist_quietly(RME_SVC_CPT_FRZ, TOP, POLLS);
    got[cpu][4] = insist_quietly(RME_SVC_PGT_DEL, TOP, 20);
    saw(got[cpu][4] == STATUS_OK ? 2 : 3);
    for (unsigned i = 0; is_timed && got[cpu][4] == STATUS_OK && woken == 0; i++) {
        pause();
        if (i == NOTICED)
            got[cpu][5] = STATUS_STATE;
    }
    is_gone = 1;
    wake_until_left();
    if (got[cpu][4] == STATUS_NOT_QUIESCENT)
        got[cpu][4] = delete_late(cpu, RME_SVC_PGT_DEL, TOP);
    got[cpu][6] = reuse(PIECE_TOP);
}

static const char *judge_asleep(void)
{
    return got[0][5] == STATUS_STATE ? "a table was deleted that a sleeping CPU has loaded"
                                     : judge_looks();
}

/* ---- H8b: PRC_PGT, a CPU that runs the process (SEC-08) ---- */

static void replace(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = CALL(PRC_PGT, PROCESS, OTHER_TOP, CAP_NULL);
    tick_all();
    is_gone = 1;
}

/* ---- H8c: PRC_PGT, a CPU that walks in and out; and the old table goes ---- */

static word_t serve_look(word_t position, word_t *message)
{
    (void)message;
    return look(position);
}

static void prepare_walking(void)
{
    prepare(serve_look);
}

static void replace_delete(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = CALL(PRC_PGT, PROCESS, OTHER_TOP, CAP_NULL);
    tick_all();
    is_gone = 1;
    got[cpu][1] = CALL(PGT_DES, TOP, 5, DIRECTORY);
    got[cpu][2] = CALL(PGT_DES, TOP, 0, IMAGE);
    got[cpu][3] = freeze_late(TOP);
    got[cpu][4] = delete_late(cpu, RME_SVC_PGT_DEL, TOP);
    got[cpu][5] = reuse(PIECE_TOP);
}

static void walk_until_fault(word_t cpu)
{
    word_t value;

    got[cpu][1] = 0;
    begin(cpu);
    while (got[cpu][WALKED] != STATUS_FAULT) {
        word_t was_gone = is_gone;

        pause();
        got[cpu][WALKED] = invoke(PORT, 0, &value);
        if (got[cpu][WALKED] == STATUS_OK) {
            got[cpu][0] = (sword_t)value;
            got[cpu][1]++;
            if (was_gone != 0)
                return;
        }
    }
    if (invoke(PORT, 0, &value) != STATUS_FAULT)
        got[cpu][WALKED] = STATUS_OK;
}

const struct scenario flush_rows[] = {
    SCENARIO("H4m unmap and flush, a translation that is kept", 0x2, prepare_looking, judge_looks,
             unmap_flush, look_from_inside),
    SCENARIO("H5a destruct, flush", 0x2, prepare_ticking, judge_looks, flush_destruct,
             look_from_inside),
    SCENARIO("H5b FLUSH_DONE, sleep", 0, prepare_sleeping, judge_looks, unmap_flush_wake,
             look_from_inside),
    SCENARIO("H5c destruct, PGT_DEL", 0x2, prepare_looking, judge_looks, destruct_delete,
             look_from_inside),
    SCENARIO("H5d destruct from two parents, PGT_DEL", 0, prepare_parents, judge_two_parents,
             destruct_delete, look_from_inside),
    SCENARIO("H8a PGT_DEL, sleep", 0x8, prepare_sleeping, judge_asleep, replace_delete_asleep,
             look_from_inside),
    SCENARIO("H8b PRC_PGT, run", 0x2, prepare_looking, judge_looks, replace, look_from_inside),
    SCENARIO("H8c PRC_PGT, walk and PGT_DEL", 0x2, prepare_walking, judge_looks, replace_delete,
             walk_until_fault),
    SCENARIO_END,
};
