/* SPDX-License-Identifier: Unlicense
 *
 * H4: entries of page tables and the trees they are in. A CPU that walks is inside PORT.
 */
#include "tree.h"

enum { LOOKS = 30 };

static word_t serve_nothing(word_t param, word_t *message)
{
    (void)message;
    return param;
}

static void prepare_tree(void)
{
    make_tree(serve_nothing);
}

static bool is_mapped(word_t position)
{
    return remove_page(CHILD, position) == STATUS_OK;
}

/* ---- H4a: map, map in one tree ---- */

static void add_next_two(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = add_page(CHILD, cpu, 0);
    got[cpu][1] = add_page(CHILD, cpu + 1, 1);
}

/* Position i is wanted by CPU i, and by the one before; what is refused is there already, or is
 * about to be. */
static const char *judge_maps_of_tree(void)
{
    for (word_t i = 0; i <= running; i++) {
        word_t winners =
            (i < running && got[i][0] == STATUS_OK) + (word_t)(i > 0 && got[i - 1][1] == STATUS_OK);

        if (winners != 1)
            return "an entry was mapped twice, or by nobody";
        if (i > 0)
            saw(got[i - 1][1] == STATUS_OK ? 0 : 1);
        if (!is_mapped(i))
            return "the entries are not what the calls said";
    }
    return NULL;
}

/* ---- H4b: map, unmap ---- */

static void prepare_page(void)
{
    prepare_tree();
    must(add_page(CHILD, 0, 0), "PGT_ADD");
}

static void remove_0(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = remove_page(CHILD, 0);
}

static void add_0(word_t cpu)
{
    begin(cpu);
    for (unsigned i = 0; i < LOOKS && (i == 0 || got[cpu][0] == STATUS_MAP); i++) {
        got[cpu][0] = add_page(CHILD, 0, 1);
        saw(got[cpu][0] == STATUS_OK ? 0 : 1);
    }
}

static const char *judge_map_unmap(void)
{
    word_t added = count_of(0, STATUS_OK) - 1;

    if (got[0][0] != STATUS_OK)
        return "it was not taken away";
    if (added > 1)
        return "one entry was mapped twice";
    return sees(0, 1) == (added == 1) && is_mapped(0) == (added == 1)
               ? NULL
               : "the entry is not what the calls said";
}

/* ---- H4c: construct, construct of one child; taken out again by each ---- */

static word_t parent_for(word_t cpu)
{
    return cpu % 2 == 0 ? PARENT : SECOND;
}

static void prepare_places(void)
{
    prepare_tree();
    MUST(PGT_DES, PARENT, 0, CHILD);
}

static void construct_destruct(word_t cpu)
{
    begin(cpu);
    for (unsigned i = 0; i < 4; i += 2) {
        got[cpu][i] = CALL(PGT_CON, parent_for(cpu), 0, CHILD, 0);
        got[cpu][i + 1] =
            got[cpu][i] == STATUS_OK ? CALL(PGT_DES, parent_for(cpu), 0, CHILD) : STATUS_OK;
    }
}

static const char *judge_trees(void)
{
    age();
    for (word_t cpu = 0; cpu < running; cpu++)
        for (unsigned i = 0; i < 4; i++)
            if (got[cpu][i] != STATUS_OK &&
                (running == 2 || i % 2 == 1 ||
                 (got[cpu][i] != STATUS_MAP && got[cpu][i] != STATUS_CONFLICT)))
                return "a parent of its own was refused";
    return CALL(CPT_FRZ, BOOT_CAPTABLE, CHILD) == STATUS_OK ? NULL
                                                            : "a parent that is gone is counted";
}

/* ---- H4d: destruct, destruct or construct ---- */

static void destruct(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = CALL(PGT_DES, PARENT, 0, CHILD);
}

static void destruct_construct(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = CALL(PGT_DES, PARENT, 0, CHILD);
    got[cpu][1] = CALL(PGT_CON, PARENT, 0, OTHER_CHILD, 0);
}

static const char *judge_destructs(void)
{
    word_t others = count_of(1, STATUS_OK);
    const char *wrong = one_winner(STATUS_MAP);

    if (wrong != NULL)
        return wrong;
    saw(others != 0 ? 3 : 4);
    if (others > 1)
        return "two tables at one place";
    return (CALL(PGT_DES, PARENT, 0, OTHER_CHILD) == STATUS_OK) == (others == 1)
               ? NULL
               : "another child was taken out";
}

/* ---- H4e: construct, map into the child ---- */

static void construct_child(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = CALL(PGT_CON, PARENT, 0, CHILD, 0);
}

static void add_own(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = add_page(CHILD, cpu, (unsigned)cpu % 2);
}

static const char *judge_construct_map(void)
{
    if (count_of(0, STATUS_OK) != running)
        return "one stands in the other's way";
    for (word_t cpu = 1; cpu < running; cpu++)
        if (!sees(cpu, (unsigned)cpu % 2))
            return "a page is not seen";
    return NULL;
}

/* ---- H4f: access, which nothing repairs here, and unmap ---- */

/* Each walk begins with nothing kept: the page is there, then it is not, and stays so. */
static word_t serve_look(word_t position, word_t *message)
{
    (void)message;
    return look(position);
}

static volatile word_t is_gone;

static void prepare_looked_at(void)
{
    is_gone = 0;
    make_tree(serve_look);
    must(add_page(CHILD, 0, 0), "PGT_ADD");
}

static void remove_seen(word_t cpu)
{
    remove_0(cpu);
    is_gone = 1;
}

static void walk_until_fault(word_t cpu)
{
    word_t value;

    begin(cpu);
    while (got[cpu][0] != STATUS_FAULT && got[cpu][1] != STATUS_STATE) {
        word_t was_gone = is_gone;

        pause();
        got[cpu][0] = invoke(PORT, 0, &value);
        if (got[cpu][0] == STATUS_OK && (value != VALUE || was_gone != 0))
            got[cpu][1] = STATUS_STATE;
        saw(got[cpu][0] == STATUS_FAULT ? 0 : 1);
    }
    got[cpu][2] = invoke(PORT, 0, &value);
}

static const char *judge_access(void)
{
    if (got[0][0] != STATUS_OK)
        return "the page was not taken away";
    if (got[1][1] != NOT_MADE)
        return "a page was seen that is gone, or another";
    return got[1][2] == STATUS_FAULT ? NULL : "a page was seen that is gone";
}

/* ---- H4g: a walk, a change of two pages that are never there at once ---- */

/* It begins with nothing kept: whoever sees the second page cannot see the first behind that. */
static word_t look_both(word_t param, word_t *message)
{
    (void)message;
    got[param][1] = 0;
    got[param][1] = (sword_t)look(1);
    got[param][2] = 0;
    got[param][2] = (sword_t)look(0);
    return 0;
}

static void prepare_both(void)
{
    make_tree(look_both);
    must(add_page(CHILD, 0, 0), "PGT_ADD");
}

static void exchange(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = remove_page(CHILD, 0);
    got[cpu][1] = add_page(CHILD, 1, 1);
}

static void walk_often(word_t cpu)
{
    begin(cpu);
    for (unsigned i = 0; i < 8; i++) {
        got[cpu][2] = 0;
        walk_in(cpu);
        saw(got[cpu][1] == VALUE + 1 ? 0 : 1);
        if (got[cpu][2] != 0) /* both */
            return;
    }
}

static const char *judge_walk(void)
{
    if (got[0][0] != STATUS_OK || got[0][1] != STATUS_OK)
        return "the change was refused";
    return got[1][2] == 0 ? NULL : "a walk has seen half of a change";
}

/* ---- H4h: a CPU's own change ---- */

static word_t change_own(word_t param, word_t *message)
{
    (void)message;
    begin(param);
    got[param][0] = add_page(CHILD, 3, 0);
    got[param][1] = (sword_t)look(3);
    got[param][2] = remove_page(CHILD, 3);
    got[param][3] = (sword_t)look(3);
    return 0;
}

static void prepare_own(void)
{
    make_tree(change_own);
}

static void change_others(word_t cpu)
{
    begin(cpu);
    for (unsigned i = 0; i < 6; i++) {
        got[cpu][0] = add_page(CHILD, 8 + cpu, 1);
        got[cpu][1] = remove_page(CHILD, 8 + cpu);
    }
}

static const char *judge_own(void)
{
    for (word_t cpu = 0; cpu < running; cpu++)
        if (got[cpu][0] != STATUS_OK || (cpu != 1 && got[cpu][1] != STATUS_OK))
            return "one stands in the other's way";
    if (got[1][1] != VALUE || got[1][2] != STATUS_OK)
        return "its own page is not there";
    return got[1][3] == NOT_MADE && got[1][WALKED] == STATUS_FAULT
               ? NULL
               : "its own old translation is in force";
}

/* ---- H4i: destruct, destruct of one child from two parents ---- */

static void prepare_parents(void)
{
    prepare_tree();
    MUST(PGT_CON, SECOND, 0, CHILD, 0);
}

static void take_out(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = CALL(PGT_DES, parent_for(cpu), 0, CHILD);
}

static const char *judge_taken_out(void)
{
    if (count_of(0, STATUS_OK) != 2)
        return "a child was taken out of one parent twice, or not at all";
    age();
    if (CALL(CPT_FRZ, BOOT_CAPTABLE, CHILD) != STATUS_OK)
        return "a parent that is gone is counted";
    return delete_late(0, RME_SVC_PGT_DEL, CHILD) == STATUS_OK ? NULL : "the table cannot go";
}

/* ---- H4j: construct, construct at one place ---- */

static void put_in(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = CALL(PGT_CON, PARENT, 0, cpu % 2 == 0 ? CHILD : OTHER_CHILD, 0);
}

static const char *judge_one_place(void)
{
    const char *wrong = one_winner(STATUS_MAP);
    bool has_child = count_of(0, STATUS_OK) == 1 &&
                     (got[0][0] == STATUS_OK || (running > 2 && got[2][0] == STATUS_OK));

    if (wrong != NULL)
        return wrong;
    return is_referenced(CHILD) == has_child && is_referenced(OTHER_CHILD) != has_child &&
                   is_referenced(PARENT)
               ? NULL
               : "what is counted is not what is there";
}

/* ---- H4k: construct, construct of one child in two places ---- */

static void put_into_both(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = CALL(PGT_CON, parent_for(cpu), 0, CHILD, 0);
}

static const char *judge_two_places(void)
{
    if (count_of(0, STATUS_OK) != 2)
        return "a place was taken twice, or by nobody";
    for (unsigned i = 0; i < 2; i++)
        if (!is_referenced(CHILD) || CALL(PGT_DES, parent_for(i), 0, CHILD) != STATUS_OK)
            return "a parent is not counted";
    age();
    return is_referenced(CHILD) ? "a parent that is gone is counted" : NULL;
}

/* ---- H4l: map, map of one entry; unmap, unmap ---- */

static void add_1(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = add_page(CHILD, 1, (unsigned)cpu % 2);
}

static const char *judge_maps(void)
{
    const char *wrong = one_winner(STATUS_MAP);

    if (wrong != NULL)
        return wrong;
    for (word_t cpu = 0; cpu < running; cpu++)
        if (got[cpu][0] == STATUS_OK && !sees(1, (unsigned)cpu % 2))
            return "the page is not the winner's";
    return is_mapped(1) && !is_mapped(1) ? NULL : "the entry is not what the calls said";
}

static const char *judge_unmaps(void)
{
    const char *wrong = one_winner(STATUS_MAP);

    if (wrong != NULL)
        return wrong;
    return !sees(0, 0) && add_page(CHILD, 0, 1) == STATUS_OK
               ? NULL
               : "the entry is not what the calls said";
}

const struct scenario pagetable_rows[] = {
    SCENARIO("H4a map, map in one tree", 0x3, prepare_tree, judge_maps_of_tree, add_next_two,
             add_next_two, add_next_two, add_next_two),
    SCENARIO("H4b map, unmap", 0x3, prepare_page, judge_map_unmap, remove_0, add_0, add_0, add_0),
    SCENARIO("H4c construct, construct of one child", 0, prepare_places, judge_trees,
             construct_destruct, construct_destruct, construct_destruct, construct_destruct),
    SCENARIO("H4d destruct, destruct or construct", 0xF, prepare_tree, judge_destructs, destruct,
             destruct_construct, destruct_construct, destruct),
    SCENARIO("H4e construct, map into the child", 0, prepare_places, judge_construct_map,
             construct_child, add_own, add_own, add_own),
    SCENARIO("H4f access, unmap", 0x3, prepare_looked_at, judge_access, remove_seen,
             walk_until_fault),
    SCENARIO("H4g walk, change", 0x3, prepare_both, judge_walk, exchange, walk_often),
    SCENARIO("H4h its own change", 0, prepare_own, judge_own, change_others, walk_in, change_others,
             change_others),
    SCENARIO("H4i destruct, destruct from two parents", 0, prepare_parents, judge_taken_out,
             take_out, take_out, take_out, take_out),
    SCENARIO("H4j construct, construct at one place", 0x7, prepare_places, judge_one_place, put_in,
             put_in, put_in, put_in),
    SCENARIO("H4k construct, construct of one child in two", 0, prepare_places, judge_two_places,
             put_into_both, put_into_both, put_into_both, put_into_both),
    SCENARIO("H4l map, map of one entry", 0x7, prepare_tree, judge_maps, add_1, add_1, add_1,
             add_1),
    SCENARIO("H4l unmap, unmap of one entry", 0x7, prepare_page, judge_unmaps, remove_0, remove_0,
             remove_0, remove_0),
    SCENARIO_END,
};
