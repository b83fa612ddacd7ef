/* SPDX-License-Identifier: Unlicense
 *
 * H1, H2: the header of a slot and the count of a root.
 */
#include "hazards.h"

enum { PIECE, LOOKS = 30 };

static word_t add_one(word_t param, word_t *message)
{
    (void)message;
    return param + 1;
}

static void prepare_nothing(void) {}

static void prepare_endpoint(void)
{
    make_endpoint(ENDPOINT);
}

/* What was in the slot before has left words there that allow nothing now. */
static void prepare_process(void)
{
    make_process(PROCESS);
    make_endpoint(ENDPOINT);
    make_leaf(SLOT, ENDPOINT, RIGHT_SIGNAL_POLL_ALL);
    freeze(SLOT);
    MUST(CPT_REM, BOOT_CAPTABLE, SLOT);
}

static void prepare_port(void)
{
    make_process(PROCESS);
    make_port(SLOT, PIECE, add_one, 0);
    age();
}

static sword_t set_port(word_t slot)
{
    word_t entry, stack = port_words(add_one, 0, &entry);

    return CALL(INV_SET, slot, entry, stack, 0);
}

/* It does what it should. */
static bool is_port(word_t slot)
{
    word_t value = 0;

    return set_port(slot) == STATUS_OK && invoke(slot, 7, &value) == STATUS_OK && value == 8;
}

/* ---- H1a: create, create ---- */

static void create_endpoint(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = CALL(SIG_CRT, BOOT_CAPTABLE, SLOT);
}

static void create_leaf(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = CALL(CPT_ADD, BOOT_CAPTABLE, SLOT, BOOT_CAPTABLE, ENDPOINT, RIGHT_SIGNAL_SEND);
}

/* Even CPUs make an endpoint, odd ones a leaf of another. */
static const char *judge_creates(void)
{
    word_t leaf = (word_t)(got[1][0] == STATUS_OK || got[3][0] == STATUS_OK);
    sword_t seen = CALL(SIG_RCV, SLOT, SIGNAL_POLL_SINGLE);
    const char *wrong = one_winner(STATUS_OCCUPIED);

    if (wrong != NULL)
        return wrong;
    if (seen != (leaf != 0 ? STATUS_RIGHTS : 0))
        return "the slot holds something else than its winner made";
    return count_is(ENDPOINT, (const word_t[]){SLOT}, (unsigned)leaf);
}

/* ---- H1b: create, look-up ---- */

static void create_port(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = CALL(INV_CRT, BOOT_CAPTABLE, SLOT, BOOT_KMEM, memory_at(PIECE), PROCESS);
}

static void use_port(word_t cpu)
{
    begin(cpu);
    for (unsigned i = 0; i < LOOKS && (i == 0 || got[cpu][0] == STATUS_TYPE); i++) {
        got[cpu][0] = set_port(SLOT);
        saw(got[cpu][0] == STATUS_TYPE ? 0 : 1);
    }
}

static const char *judge_create_use(void)
{
    if (got[0][0] != STATUS_OK)
        return "the port was not made";
    for (word_t cpu = 1; cpu < running; cpu++) {
        if (got[cpu][0] != STATUS_OK && got[cpu][0] != STATUS_TYPE && !is_busy(got[cpu][0]))
            return "a port was used before it was whole";
    }
    return is_port(SLOT) ? NULL : "the port does not work";
}

/* ---- H1c: create, freeze or remove or delete ---- */

static void freeze_new(word_t cpu)
{
    begin(cpu);
    for (unsigned i = 0; i < LOOKS && (i == 0 || got[cpu][0] == STATUS_EMPTY); i++) {
        got[cpu][0] = CALL(CPT_FRZ, BOOT_CAPTABLE, SLOT);
        saw(got[cpu][0] == STATUS_EMPTY ? 0 : 1);
    }
    got[cpu][1] = CALL(SIG_SND, SLOT, 1);
    got[cpu][2] = CALL(CPT_REM, BOOT_CAPTABLE, SLOT);
    got[cpu][3] = CALL(SIG_DEL, BOOT_CAPTABLE, SLOT);
}

static const char *judge_create_freeze(void)
{
    word_t sent = 0;

    for (word_t cpu = 1; cpu < running; cpu++) {
        sent += got[cpu][1] == STATUS_OK;
        if (got[cpu][0] != STATUS_EMPTY && got[cpu][0] != STATUS_NOT_QUIESCENT)
            return "what was just made could be frozen";
        if (got[cpu][0] == STATUS_NOT_QUIESCENT && got[cpu][1] != STATUS_OK)
            return "something was there to freeze, and could not be used";
        for (unsigned i = 2; i < 4; i++)
            if (got[cpu][i] != STATUS_EMPTY && got[cpu][i] != STATUS_NOT_FROZEN)
                return "it could be removed";
    }
    return got[0][0] == STATUS_OK && CALL(SIG_RCV, SLOT, SIGNAL_POLL_ALL) == (sword_t)sent
               ? NULL
               : "the endpoint is not there, or a signal is lost";
}

/* ---- H1d: create, delegate from there ---- */

static void delegate_new(word_t cpu)
{
    begin(cpu);
    for (unsigned i = 0; i < LOOKS && (i == 0 || got[cpu][0] == STATUS_EMPTY); i++) {
        got[cpu][0] =
            CALL(CPT_ADD, BOOT_CAPTABLE, EACH + cpu, BOOT_CAPTABLE, SLOT, RIGHT_INVOCATION_SET);
        saw(got[cpu][0] == STATUS_OK ? 0 : 1);
    }
}

static const char *judge_create_delegate(void)
{
    word_t leaves[CPUS];
    unsigned count = 0;

    for (word_t cpu = 1; cpu < running; cpu++) {
        if (got[cpu][0] != STATUS_OK && got[cpu][0] != STATUS_EMPTY)
            return "an empty slot gave another status";
        if (got[cpu][0] == STATUS_OK && set_port(EACH + cpu) != STATUS_OK)
            return "a leaf of what was not there";
        if (got[cpu][0] == STATUS_OK)
            leaves[count++] = EACH + cpu;
    }
    return count_is(SLOT, leaves, count);
}

/* ---- H1e: look-up, freeze ---- */

static volatile word_t is_over;

static void prepare_used_port(void)
{
    is_over = 0;
    prepare_port();
}

static void freeze_then_use(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = CALL(CPT_FRZ, BOOT_CAPTABLE, SLOT);
    got[cpu][1] = set_port(SLOT);
    is_over = 1;
}

/* Until it is frozen, or the other has seen it so; once more behind that. */
static void use_until_frozen(word_t cpu)
{
    begin(cpu);
    while (got[cpu][0] != STATUS_FROZEN && is_over == 0) {
        got[cpu][0] = set_port(SLOT);
        saw(got[cpu][0] == STATUS_OK ? 0 : 1);
        pause();
    }
    got[cpu][1] = set_port(SLOT);
}

static const char *judge_freeze_use(void)
{
    for (word_t cpu = 0; cpu < running; cpu++) {
        if (got[cpu][1] != STATUS_FROZEN)
            return "a frozen capability was found by a later look-up";
    }
    return got[0][0] == STATUS_OK ? NULL : "it was not frozen";
}

/* ---- H1f: look-up, delete: the memory gets another life, which nobody changes ---- */

static void freeze_delete_reuse(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = CALL(CPT_FRZ, BOOT_CAPTABLE, SLOT);
    got[cpu][1] = delete_late(cpu, RME_SVC_INV_DEL, SLOT);
    got[cpu][2] = CALL(CPT_CRT, BOOT_CAPTABLE, TABLE, BOOT_KMEM, memory_at(PIECE), 2);
    is_over = 1;
}

static void use_until_gone(word_t cpu)
{
    begin(cpu);
    for (;;) {
        word_t was_over = is_over;

        got[cpu][0] = set_port(SLOT);
        saw(got[cpu][0] == STATUS_OK ? 0 : 1);
        if (was_over != 0)
            return;
        pause();
    }
}

static const char *judge_delete_use(void)
{
    if (got[0][0] != STATUS_OK || got[0][1] != STATUS_OK || got[0][2] != STATUS_OK)
        return "the port cannot go";
    for (word_t cpu = 1; cpu < running; cpu++)
        if (got[cpu][0] != STATUS_FROZEN && got[cpu][0] != STATUS_TYPE)
            return "it was used when it was gone";
    for (word_t i = 0; i < 2; i++)
        if (CALL(CPT_REM, TABLE, i) != STATUS_EMPTY)
            return "a late use has changed another life of the memory";
    return NULL;
}

/* ---- H1g: freeze, freeze ---- */

static void freeze_once(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = CALL(CPT_FRZ, BOOT_CAPTABLE, SLOT);
}

static const char *judge_freezes(void)
{
    return one_winner(STATUS_FROZEN);
}

/* ---- H1h: freeze, delete: the stamp comes with the state ---- */

static volatile word_t frozen_at;

static void prepare_old_port(void)
{
    prepare_port();
    age();
    frozen_at = now();
}

static void delete_thrice(word_t cpu)
{
    begin(cpu);
    for (unsigned i = 0; i < 3; i++)
        got[cpu][i] = CALL(INV_DEL, BOOT_CAPTABLE, SLOT);
    got[cpu][3] = is_short(frozen_at, 2);
}

static const char *judge_freeze_delete(void)
{
    for (word_t cpu = 1; cpu < running; cpu++)
        for (unsigned i = 0; i < 3; i++) {
            saw(got[cpu][i] == STATUS_NOT_QUIESCENT ? 0 : 1);
            if (got[cpu][i] == STATUS_OK && got[cpu][3] == true)
                return "deleted before anybody had ticked";
        }
    return got[0][0] == STATUS_OK ? NULL : "it was not frozen";
}

/* ---- H1i: delete, delete ---- */

static void prepare_frozen_port(void)
{
    prepare_port();
    freeze(SLOT);
}

static void delete_port(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = CALL(INV_DEL, BOOT_CAPTABLE, SLOT);
}

static const char *judge_deletes(void)
{
    const char *wrong = one_winner(STATUS_EMPTY);

    if (wrong != NULL)
        return wrong;
    if (!is_free(memory_at(PIECE), 1))
        return "the memory is lost";
    return count_is(PROCESS, NULL, 0);
}

/* ---- H1j: delete, create in that slot, and in that memory ---- */

static void create_again(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = CALL(INV_CRT, BOOT_CAPTABLE, SLOT, BOOT_KMEM, memory_at(PIECE), PROCESS);
    got[cpu][1] = CALL(INV_CRT, BOOT_CAPTABLE, EACH + cpu, BOOT_KMEM, memory_at(PIECE), PROCESS);
}

static const char *judge_delete_create(void)
{
    word_t made = count_of(0, STATUS_OK) + count_of(1, STATUS_OK) - 1;

    if (got[0][0] != STATUS_OK)
        return "it was not deleted";
    for (word_t cpu = 1; cpu < running; cpu++) {
        saw(got[cpu][0] == STATUS_OK ? 0 : 1);
        saw(got[cpu][1] == STATUS_OK ? 2 : 3);
        if ((got[cpu][0] == STATUS_OK && !is_port(SLOT)) ||
            (got[cpu][1] == STATUS_OK && !is_port(EACH + cpu)))
            return "what was made does not work";
    }
    if (made > 1)
        return "two ports in one piece of memory";
    return is_free(memory_at(PIECE), 1) == (made == 0) ? NULL : "the memory is lost";
}

/* ---- H1k, H1l: thaw against delete and freeze ---- */

static volatile word_t is_inside;
static word_t return_begun(word_t param, word_t *message)
{
    (void)message;
    is_inside = 1;
    begin(param);
    return 0;
}

static void prepare_busy_port(void)
{
    is_inside = 0;
    make_process(PROCESS);
    make_port(SLOT, PIECE, return_begun, 0);
}

static void freeze_delete(word_t cpu)
{
    if (cpu == 0) {
        (void)wait_for(&is_inside);
        freeze(SLOT);
    }
    begin(cpu);
    got[cpu][0] = CALL(INV_DEL, BOOT_CAPTABLE, SLOT);
}

static void return_and_delete(word_t cpu)
{
    word_t value;

    got[cpu][1] = invoke(SLOT, cpu, &value);
    got[cpu][0] = CALL(INV_DEL, BOOT_CAPTABLE, SLOT);
}

static const char *judge_thaw_delete(void)
{
    word_t winners = count_of(0, STATUS_OK);

    for (word_t cpu = 0; cpu < running; cpu++)
        saw(got[cpu][0] == STATUS_OK ? 0 : got[cpu][0] == STATUS_BUSY ? 1 : 2);
    if (got[1][1] != STATUS_OK)
        return "the thread did not come back";
    if (winners > 1)
        return "more than one has deleted it";
    return is_empty(SLOT) == (winners == 1) ? NULL : "a thaw has brought back what was deleted";
}

static word_t delete_inside(word_t param, word_t *message)
{
    (void)message;
    is_inside = 1;
    begin(param);
    frozen_at = now();
    got[param][0] = CALL(INV_DEL, BOOT_CAPTABLE, SLOT);
    got[param][1] = CALL(CPT_FRZ, BOOT_CAPTABLE, SLOT);
    got[param][2] = is_short(frozen_at, 2);
    return 0;
}

static void prepare_port_inside(void)
{
    is_inside = 0;
    make_process(PROCESS);
    make_port(SLOT, PIECE, delete_inside, 0);
}

/* That may go through when the thread has left. */
static void delete_and_freeze(word_t cpu)
{
    word_t since;

    if (cpu == 0) {
        (void)wait_for(&is_inside);
        freeze(SLOT);
    }
    begin(cpu);
    since = now();
    got[cpu][0] = CALL(INV_DEL, BOOT_CAPTABLE, SLOT);
    got[cpu][1] = CALL(CPT_FRZ, BOOT_CAPTABLE, SLOT);
    got[cpu][2] = is_short(since, 2);
}

static void call_inside(word_t cpu)
{
    word_t value;

    got[cpu][3] = invoke(SLOT, cpu, &value);
}

static const char *judge_thaws(void)
{
    for (word_t cpu = 0; cpu < running; cpu++) {
        saw(got[cpu][0] == STATUS_BUSY ? 0 : got[cpu][0] == STATUS_NOT_FROZEN ? 1 : 2);
        if (got[cpu][0] == STATUS_OK && cpu == 1)
            return "a port was deleted by the thread that is inside";
        if (got[cpu][1] == STATUS_OK && got[cpu][2] == true)
            return "a thawed capability could be frozen at once";
    }
    return got[1][3] == STATUS_OK ? NULL : "the thread did not come back";
}

/* ---- H1m: remove, remove ---- */

static void prepare_frozen_leaf(void)
{
    make_endpoint(ENDPOINT);
    make_leaf(LEAF, ENDPOINT, RIGHT_SIGNAL_SEND);
    make_leaf(LEAF1, ENDPOINT, RIGHT_SIGNAL_SEND);
    freeze(LEAF);
}

static void remove_leaf(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = CALL(CPT_REM, BOOT_CAPTABLE, LEAF);
}

static const char *judge_removes(void)
{
    const char *wrong = one_winner(STATUS_EMPTY);

    return wrong != NULL ? wrong : count_is(ENDPOINT, (const word_t[]){LEAF1}, 1);
}

/* ---- H1n: remove, the slot's next life, frozen as well (SEC-09) ---- */

static void live_again(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = CALL(CPT_REM, BOOT_CAPTABLE, LEAF);
    got[cpu][1] = CALL(CPT_ADD, BOOT_CAPTABLE, LEAF, BOOT_CAPTABLE, ENDPOINT, RIGHT_SIGNAL_SEND);
    got[cpu][2] = CALL(CPT_FRZ, BOOT_CAPTABLE, LEAF);
}

static const char *judge_next_life(void)
{
    word_t born = count_of(1, STATUS_OK);

    saw(got[0][0] == STATUS_OK ? 0 : 1);
    saw(born != 0 ? 2 : 3);
    if (count_of(0, STATUS_OK) > 1)
        return "the life that came next was removed";
    if (born > 1 || (born == 1) == is_empty(LEAF))
        return "a new life was ended by a remove of the old";
    return count_is(ENDPOINT, (const word_t[]){LEAF1, LEAF}, 1 + (unsigned)born);
}

/* ---- H2a: delegate, freeze and delete of the source ---- */

static void freeze_delete_source(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = CALL(CPT_FRZ, BOOT_CAPTABLE, SLOT);
    got[cpu][1] = delete_late(cpu, RME_SVC_INV_DEL, SLOT);
}

static void delegate(word_t cpu)
{
    begin(cpu);
    got[cpu][0] =
        CALL(CPT_ADD, BOOT_CAPTABLE, EACH + cpu, BOOT_CAPTABLE, SLOT, RIGHT_INVOCATION_SET);
}

static const char *judge_delegate_delete(void)
{
    word_t leaves = 0;

    for (word_t cpu = 1; cpu < running; cpu++) {
        saw(got[cpu][0] == STATUS_OK ? 0 : 1);
        if (got[cpu][0] != STATUS_OK)
            continue;
        leaves++;
        if (got[0][1] == STATUS_OK || set_port(EACH + cpu) != STATUS_OK)
            return "deleted under a leaf";
    }
    return (got[0][1] == STATUS_OK) == (leaves == 0) ? NULL : "another status";
}

/* ---- H2b: delegate, remove another leaf ---- */

static void delegate_leaf(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = CALL(CPT_ADD, BOOT_CAPTABLE, EACH + cpu, BOOT_CAPTABLE, LEAF1, RIGHT_SIGNAL_SEND);
}

static const char *judge_count(void)
{
    word_t leaves[CPUS] = {LEAF1};
    unsigned count = 1;

    if (count_of(0, STATUS_OK) != running)
        return "one stands in the other's way";
    for (word_t cpu = 0; cpu < running; cpu++)
        if (cpu != 1)
            leaves[count++] = EACH + cpu;
    return count_is(ENDPOINT, leaves, count);
}

/* ---- H2c: the last removal, freeze of the root ---- */

static void prepare_last_leaf(void)
{
    prepare_port();
    make_leaf(LEAF, SLOT, RIGHT_INVOCATION_SET);
    freeze(LEAF);
}

static void freeze_root(word_t cpu)
{
    begin(cpu);
    for (unsigned i = 0; i < LOOKS && (i == 0 || got[cpu][0] == STATUS_REFERENCED); i++) {
        got[cpu][0] = CALL(CPT_FRZ, BOOT_CAPTABLE, SLOT);
        saw(got[cpu][0] == STATUS_REFERENCED ? 0 : 1);
    }
}

static const char *judge_last_leaf(void)
{
    if (got[0][0] != STATUS_OK)
        return "the leaf was not removed";
    return count_of(0, STATUS_OK) <= 2 ? NULL : "a root was frozen twice";
}

/* The root is frozen by whoever sees it free: then the leaf is gone from its slot too. */
static void freeze_root_look(word_t cpu)
{
    freeze_root(cpu);
    got[cpu][1] = got[cpu][0] == STATUS_OK && !is_empty(LEAF);
}

static const char *judge_last_leaf_gone(void)
{
    return count_of(1, true) != 0 ? "a root with a leaf was frozen" : judge_last_leaf();
}

const struct scenario slot_rows[] = {
    SCENARIO("H1a create, create", 0x7, prepare_endpoint, judge_creates, create_endpoint,
             create_leaf, create_endpoint, create_leaf),
    SCENARIO("H1b create, look-up", 0x3, prepare_process, judge_create_use, create_port, use_port,
             use_port, use_port),
    SCENARIO("H1c create, freeze or remove", 0x3, prepare_nothing, judge_create_freeze,
             create_endpoint, freeze_new, freeze_new, freeze_new),
    SCENARIO("H1d create, delegate from there", 0x3, prepare_process, judge_create_delegate,
             create_port, delegate_new, delegate_new, delegate_new),
    SCENARIO("H1e look-up, freeze", 0x3, prepare_used_port, judge_freeze_use, freeze_then_use,
             use_until_frozen, use_until_frozen, use_until_frozen),
    SCENARIO("H1f look-up, delete", 0x3, prepare_used_port, judge_delete_use, freeze_delete_reuse,
             use_until_gone, use_until_gone, use_until_gone),
    SCENARIO("H1g freeze, freeze", 0x7, prepare_port, judge_freezes, freeze_once, freeze_once,
             freeze_once, freeze_once),
    SCENARIO("H1h freeze, delete", 0x3, prepare_old_port, judge_freeze_delete, freeze_once,
             delete_thrice, delete_thrice, delete_thrice),
    SCENARIO("H1i delete, delete", 0x7, prepare_frozen_port, judge_deletes, delete_port,
             delete_port, delete_port, delete_port),
    SCENARIO("H1j delete, create", 0xF, prepare_frozen_port, judge_delete_create, delete_port,
             create_again, create_again, create_again),
    SCENARIO("H1k thaw, delete", 0x7, prepare_busy_port, judge_thaw_delete, freeze_delete,
             return_and_delete, freeze_delete, freeze_delete),
    SCENARIO("H1l thaw, thaw or freeze", 0x3, prepare_port_inside, judge_thaws, delete_and_freeze,
             call_inside, delete_and_freeze, delete_and_freeze),
    SCENARIO("H1m remove, remove", 0x7, prepare_frozen_leaf, judge_removes, remove_leaf,
             remove_leaf, remove_leaf, remove_leaf),
    SCENARIO("H1n remove, the next life", 0x7, prepare_frozen_leaf, judge_next_life, remove_leaf,
             live_again, live_again, live_again),
    SCENARIO("H2a delegate, freeze and delete the source", 0x3, prepare_port, judge_delegate_delete,
             freeze_delete_source, delegate, delegate, delegate),
    SCENARIO("H2b delegate, remove", 0, prepare_frozen_leaf, judge_count, delegate_leaf,
             remove_leaf, delegate_leaf, delegate_leaf),
    SCENARIO("H2c the last removal, freeze of the root", 0x3, prepare_last_leaf,
             judge_last_leaf_gone, remove_leaf, freeze_root_look, freeze_root_look,
             freeze_root_look),
    SCENARIO_END,
};
