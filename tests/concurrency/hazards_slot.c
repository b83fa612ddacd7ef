/* SPDX-License-Identifier: Unlicense
 *
 * H1, H2: the header of a slot and the count of a root. Each row names the change of one line in
 * the kernel that it finds; tests/concurrency/mutations.toml has them to be tried.
 */
#include "kernel/invocation.h"
#include "tests/concurrency/scenario.h"

enum { PIECE, PIECE1 };

/* ---- H1a: create against create ---- */

static void prepare_two_creates(void)
{
    make_endpoint(ENDPOINT);
}

static void create_endpoint(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, SIG_CRT, BOOT_CAPTABLE, SLOT);
}

static void create_leaf(struct cpu *cpu)
{
    got[cpu->id][0] =
        CALL(cpu, CPT_ADD, BOOT_CAPTABLE, SLOT, BOOT_CAPTABLE, ENDPOINT, RIGHT_SIGNAL_SEND);
}

static const char *judge_two_creates(void)
{
    bool is_leaf = (header_at(SLOT) & CAP_LEAF) != 0;

    for (unsigned i = 0; i < 2; i++) {
        if (got[i][0] == STATUS_CONFLICT)
            saw(i);
        if (got[i][0] == STATUS_OCCUPIED)
            saw(2 + i);
    }
    if ((got[0][0] == STATUS_OK) + (got[1][0] == STATUS_OK) > 1)
        return "both have filled the slot";
    if (got[0][0] == STATUS_OK && (is_leaf || !is_valid(SLOT, CAP_SIGNAL)))
        return "the endpoint is not there";
    if (got[1][0] == STATUS_OK && (!is_leaf || !is_valid(SLOT, CAP_SIGNAL)))
        return "the leaf is not there";
    return count_at(ENDPOINT) == (got[1][0] == STATUS_OK) ? NULL : "the count is wrong";
}

/* ---- H1b: create against look-up ---- */

static void prepare_nothing(void) {}

static void create_port(struct cpu *cpu)
{
    got[cpu->id][0] =
        CALL(cpu, INV_CRT, BOOT_CAPTABLE, SLOT, BOOT_KMEM, memory_at(PIECE), BOOT_PROCESS);
}

static void use_port(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, INV_SET, SLOT, 0x1111, 0x2222, 1);
}

static const struct port *port_at(word_t slot)
{
    return slot_at(slot)->object;
}

static const char *judge_create_use(void)
{
    saw(got[1][0] == STATUS_OK ? 0 : 1);
    if (got[0][0] != STATUS_OK)
        return got[0][0] == STATUS_CONFLICT ? NULL : "the port was not made";
    if (got[1][0] == STATUS_OK && port_at(SLOT)->entry != 0x1111)
        return "a port was used before it was whole";
    return got[1][0] == STATUS_OK || got[1][0] == STATUS_TYPE || got[1][0] == STATUS_CONFLICT
               ? NULL
               : "an empty slot gave another status";
}

/* ---- H1c: create against freeze, delete and remove ---- */

static void freeze_slot(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, CPT_FRZ, BOOT_CAPTABLE, SLOT);
    got[cpu->id][1] = CALL(cpu, SIG_SND, SLOT, 1);
    got[cpu->id][2] = CALL(cpu, CPT_REM, BOOT_CAPTABLE, SLOT);
    got[cpu->id][3] = CALL(cpu, SIG_DEL, BOOT_CAPTABLE, SLOT);
}

static const char *judge_create_freeze(void)
{
    saw(got[1][0] == STATUS_EMPTY ? 0 : 1);
    if (got[0][0] == STATUS_OK && !is_valid(SLOT, CAP_SIGNAL))
        return "the endpoint is not there";
    if (got[1][0] != STATUS_EMPTY && got[1][0] != STATUS_NOT_QUIESCENT)
        return "what was just made could be frozen";
    if (got[1][0] == STATUS_NOT_QUIESCENT && got[1][1] != STATUS_OK)
        return "something was there to freeze, and could not be used";
    return got[1][2] == STATUS_EMPTY || got[1][2] == STATUS_NOT_FROZEN ? NULL
                                                                       : "it could be removed";
}

/* ---- H1d: create against delegation from the slot ---- */

static void delegate(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, CPT_ADD, BOOT_CAPTABLE, LEAF, BOOT_CAPTABLE, SLOT,
                           RIGHT_INVOCATION_SET | RIGHT_INVOCATION_ACTIVATE);
}

static const char *judge_create_delegate(void)
{
    saw(got[1][0] == STATUS_OK ? 0 : 1);
    if (got[1][0] == STATUS_OK && (!is_valid(LEAF, CAP_INVOCATION) || count_at(SLOT) != 1))
        return "a leaf of what is not there";
    return got[1][0] == STATUS_OK || got[1][0] == STATUS_EMPTY || got[1][0] == STATUS_CONFLICT
               ? NULL
               : "an empty slot gave another status";
}

/* ---- H1e: look-up against freeze ---- */

static void prepare_port(void)
{
    make_process(PROCESS);
    make_port(SLOT, PIECE);
    age();
}

static void freeze_then_use(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, CPT_FRZ, BOOT_CAPTABLE, SLOT);
    got[cpu->id][1] = CALL(cpu, INV_SET, SLOT, 0x3333, 0x3333, 0);
}

static const char *judge_freeze_use(void)
{
    saw(got[1][0] == STATUS_OK ? 0 : 1);
    if (got[0][0] == STATUS_OK && got[0][1] != STATUS_FROZEN)
        return "a frozen capability was found by a later look-up";
    return port_at(SLOT)->entry == 0x1111 || got[1][0] != STATUS_OK || got[0][1] == STATUS_OK
               ? NULL
               : "the use is lost";
}

/* ---- H1f: look-up against delete: the distance of three ---- */

/* CPU 1 reads its stamp, and is late with the freeze itself. CPU 0 moves the epoch on, as anybody
 * can by asking for what is young, and looks the port up while it is valid; two epochs behind the
 * stamp it is still using it. At last it sleeps, so that the deletion goes through. */
static void advance_then_use(struct cpu *cpu)
{
    (void)CALL(cpu, CPT_FRZ, BOOT_CAPTABLE, OTHER);
    tick(cpu);
    got[cpu->id][0] = CALL(cpu, INV_SET, SLOT, 0x1111, 0x2222, 1);
    quiesce_offline(cpu);
}

static void prepare_freeze_delete(void)
{
    prepare_port();
    make_endpoint(OTHER); /* young */
}

static void freeze_tick_delete(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, CPT_FRZ, BOOT_CAPTABLE, SLOT);
    for (unsigned i = 1; i < 5; i++) {
        tick(cpu);
        got[cpu->id][i] = CALL(cpu, INV_DEL, BOOT_CAPTABLE, SLOT);
    }
}

static const char *judge_delete_use(void)
{
    saw(got[0][0] == STATUS_OK ? 0 : 1);
    for (unsigned i = 1; i < 5; i++)
        saw(got[1][i] == STATUS_OK ? 2 : 3);
    return is_empty(SLOT) == is_marked(PIECE) ? "the memory does not follow the slot" : NULL;
}

/* ---- H1g: freeze against freeze ---- */

static void freeze_once(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, CPT_FRZ, BOOT_CAPTABLE, SLOT);
}

static const char *judge_two_freezes(void)
{
    unsigned winners = 0;

    for (unsigned i = 0; i < 2; i++) {
        winners += got[i][0] == STATUS_OK;
        saw(got[i][0] == STATUS_OK ? 0 : got[i][0] == STATUS_CONFLICT ? 1 : 2);
        if (got[i][0] != STATUS_OK && got[i][0] != STATUS_CONFLICT && got[i][0] != STATUS_FROZEN)
            return "another status";
    }
    return winners <= 1 ? NULL : "both have frozen it";
}

/* ---- H1h: freeze against delete: the stamp comes with the state ---- */

static void prepare_old_port(void)
{
    prepare_port();
    for (unsigned i = 0; i < 3; i++)
        age(); /* the stamp of its creation is very old */
}

static void delete_twice(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, INV_DEL, BOOT_CAPTABLE, SLOT);
    got[cpu->id][1] = CALL(cpu, INV_DEL, BOOT_CAPTABLE, SLOT);
}

static const char *judge_freeze_delete(void)
{
    for (unsigned i = 0; i < 2; i++) {
        saw(got[1][i] == STATUS_NOT_QUIESCENT ? 0 : 1);
        if (got[1][i] == STATUS_OK)
            return "deleted before anybody had ticked";
    }
    return NULL;
}

/* ---- H1i: delete against delete ---- */

static void prepare_frozen_port(void)
{
    prepare_port();
    freeze(SLOT);
}

static void delete_port(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, INV_DEL, BOOT_CAPTABLE, SLOT);
}

static const char *judge_two_deletes(void)
{
    unsigned winners = 0;

    for (unsigned i = 0; i < 2; i++) {
        winners += got[i][0] == STATUS_OK;
        saw(got[i][0] == STATUS_OK ? 0 : got[i][0] == STATUS_CONFLICT ? 1 : 2);
    }
    if (winners > 1)
        return "both have deleted it";
    return count_at(PROCESS) == 1 - winners ? NULL : "its process was not given back once";
}

/* ---- H1j: delete against create: the slot's next life, its memory's next life ---- */

static void create_until(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, INV_CRT, BOOT_CAPTABLE, SLOT, BOOT_KMEM, memory_at(PIECE), PROCESS);
    got[cpu->id][1] =
        CALL(cpu, INV_CRT, BOOT_CAPTABLE, OTHER, BOOT_KMEM, memory_at(PIECE), PROCESS);
}

static const char *judge_delete_create(void)
{
    bool again = got[1][0] == STATUS_OK || got[1][1] == STATUS_OK;

    saw(got[1][0] == STATUS_OK ? 0 : got[1][0] == STATUS_OCCUPIED ? 1 : 2);
    saw(got[1][1] == STATUS_OK ? 3 : 4);
    if (got[1][0] == STATUS_OK && got[1][1] == STATUS_OK)
        return "two ports in one piece of memory";
    if (got[0][0] == STATUS_OK && !again && is_marked(PIECE))
        return "the memory is lost";
    return NULL;
}

/* ---- H1k: thaw against delete ---- */

/* CPU 0's first delete finds the port busy, because a thread of CPU 1 is inside, which leaves and
 * deletes it. */
static void prepare_busy_port(void)
{
    make_process(PROCESS);
    make_port(SLOT, PIECE);
    make_thread(THREAD1, PIECE1);
    bind(1, THREAD1, 1);
    age();
    MUST(arch_cpu(1), INV_ACT, SLOT, 0);
    MUST(arch_cpu(0), CPT_FRZ, BOOT_CAPTABLE, SLOT);
    age();
}

static void return_and_delete(struct cpu *cpu)
{
    (void)CALL(cpu, INV_RET, 0);
    got[cpu->id][0] = CALL(cpu, INV_DEL, BOOT_CAPTABLE, SLOT);
}

static const char *judge_thaw_delete(void)
{
    saw(got[0][0] == STATUS_BUSY ? 0 : 1);
    saw(got[1][0] == STATUS_OK ? 2 : 3);
    if (got[0][0] == STATUS_OK && got[1][0] == STATUS_OK)
        return "both have deleted it";
    if ((got[0][0] == STATUS_OK || got[1][0] == STATUS_OK) && !is_empty(SLOT))
        return "a thaw has brought back what was deleted";
    return is_empty(SLOT) == is_marked(PIECE) ? "the memory does not follow the slot" : NULL;
}

/* ---- H1l: thaw against thaw, freeze ---- */

static void delete_and_freeze(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, INV_DEL, BOOT_CAPTABLE, SLOT);
    got[cpu->id][1] = CALL(cpu, CPT_FRZ, BOOT_CAPTABLE, SLOT);
}

static const char *judge_two_thaws(void)
{
    for (unsigned i = 0; i < 2; i++) {
        saw(got[i][0] == STATUS_BUSY ? 0 : got[i][0] == STATUS_NOT_FROZEN ? 1 : 2);
        if (got[i][0] == STATUS_OK)
            return "a port with a thread inside was deleted";
        if (got[i][1] == STATUS_OK)
            return "a thawed capability could be frozen at once";
    }
    return NULL;
}

/* ---- H1m: remove against remove ---- */

static void prepare_frozen_leaf(void)
{
    make_endpoint(ENDPOINT);
    make_leaf(LEAF, ENDPOINT, RIGHT_SIGNAL_SEND);
    make_leaf(OTHER, ENDPOINT, RIGHT_SIGNAL_SEND);
    freeze(LEAF);
}

static void remove_leaf(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, CPT_REM, BOOT_CAPTABLE, LEAF);
}

static const char *judge_two_removes(void)
{
    unsigned winners = 0;

    for (unsigned i = 0; i < 2; i++) {
        winners += got[i][0] == STATUS_OK;
        saw(got[i][0] == STATUS_OK ? 0 : got[i][0] == STATUS_CONFLICT ? 1 : 2);
    }
    if (winners > 1)
        return "both have removed it";
    return count_at(ENDPOINT) == 2 - winners ? NULL : "the count was not taken back once";
}

/* ---- H1n: remove against the slot's next life, frozen as well (SEC-09) ---- */

static void live_again(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, CPT_REM, BOOT_CAPTABLE, LEAF);
    got[cpu->id][1] =
        CALL(cpu, CPT_ADD, BOOT_CAPTABLE, LEAF, BOOT_CAPTABLE, ENDPOINT, RIGHT_SIGNAL_SEND);
    got[cpu->id][2] = CALL(cpu, CPT_FRZ, BOOT_CAPTABLE, LEAF);
}

static const char *judge_next_life(void)
{
    saw(got[0][0] == STATUS_CONFLICT ? 0 : got[0][0] == STATUS_OK ? 1 : 2);
    saw(got[1][1] == STATUS_OK ? 3 : 4);
    if (got[0][0] == STATUS_OK && got[1][0] == STATUS_OK)
        return "the life that came next was removed";
    if (got[1][1] == STATUS_OK && is_empty(LEAF))
        return "a new life was ended by a remove of the old";
    return NULL;
}

/* ---- H2a: delegation against freeze and delete of the source: the count is final only later ----
 */

static void freeze_tick_delete_source(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, CPT_FRZ, BOOT_CAPTABLE, SLOT);
    for (unsigned i = 1; i < 6; i++) {
        tick(cpu);
        got[cpu->id][i] = CALL(cpu, INV_DEL, BOOT_CAPTABLE, SLOT);
    }
}

static void delegate_and_sleep(struct cpu *cpu)
{
    delegate(cpu);
    quiesce_offline(cpu);
}

static const char *judge_delegate_delete(void)
{
    bool deleted = false;

    for (unsigned i = 1; i < 6; i++) {
        deleted |= got[1][i] == STATUS_OK;
        if (got[1][i] == STATUS_REFERENCED)
            saw(1);
    }
    saw(got[0][0] == STATUS_OK ? 0 : 2);
    if (deleted)
        saw(3);
    return deleted && got[0][0] == STATUS_OK ? "deleted under a leaf" : NULL;
}

/* ---- H2b: delegation against removal of another leaf: the count is added to, never stored ---- */

static void delegate_endpoint(struct cpu *cpu)
{
    got[cpu->id][0] =
        CALL(cpu, CPT_ADD, BOOT_CAPTABLE, SPARE, BOOT_CAPTABLE, OTHER, RIGHT_SIGNAL_SEND);
}

static const char *judge_count(void)
{
    word_t leaves = (word_t)!is_empty(LEAF) + !is_empty(OTHER) + !is_empty(SPARE);

    saw(got[0][0] == STATUS_OK ? 0 : 1);
    saw(got[1][0] == STATUS_OK ? 2 : 3);
    return count_at(ENDPOINT) == leaves ? NULL : "the count is not the number of leaves";
}

/* ---- H2c: the last removal against the deletion of the root ---- */

static void prepare_last_leaf(void)
{
    make_process(PROCESS);
    make_port(SLOT, PIECE);
    make_leaf(LEAF, SLOT, RIGHT_INVOCATION_SET);
    age();
    MUST(arch_cpu(0), CPT_FRZ, BOOT_CAPTABLE, LEAF);
    age();
}

static void freeze_root_delete(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, CPT_FRZ, BOOT_CAPTABLE, SLOT);
    got[cpu->id][1] = CALL(cpu, CPT_FRZ, BOOT_CAPTABLE, SLOT);
}

static const char *judge_last_leaf(void)
{
    saw(got[1][0] == STATUS_REFERENCED ? 0 : 1);
    if (got[1][1] == STATUS_OK)
        saw(2);
    if (got[1][0] == STATUS_OK && got[0][0] != STATUS_OK)
        return "a root with a leaf was frozen";
    return got[0][0] == STATUS_OK && count_at(SLOT) != 0 ? "the count is left" : NULL;
}

static const struct scenario scenarios[] = {
    SCENARIO("H1a create, create", 2, 2, 0xF, prepare_two_creates, judge_two_creates,
             create_endpoint, create_leaf),
    SCENARIO("H1b create, look-up", 2, 3, 0x3, prepare_nothing, judge_create_use, create_port,
             use_port),
    SCENARIO("H1c create, freeze or remove", 2, 2, 0x3, prepare_nothing, judge_create_freeze,
             create_endpoint, freeze_slot),
    SCENARIO("H1d create, delegate from there", 2, 2, 0x3, prepare_nothing, judge_create_delegate,
             create_port, delegate),
    SCENARIO("H1e look-up, freeze", 2, 3, 0x3, prepare_port, judge_freeze_use, freeze_then_use,
             use_port),
    SCENARIO("H1f look-up, delete", 2, 2, 0xF, prepare_freeze_delete, judge_delete_use,
             advance_then_use, freeze_tick_delete),
    SCENARIO("H1g freeze, freeze", 2, 3, 0x7, prepare_port, judge_two_freezes, freeze_once,
             freeze_once),
    SCENARIO("H1h freeze, delete", 2, 2, 0x3, prepare_old_port, judge_freeze_delete, freeze_once,
             delete_twice),
    SCENARIO("H1i delete, delete", 2, 2, 0x7, prepare_frozen_port, judge_two_deletes, delete_port,
             delete_port),
    SCENARIO("H1j delete, create", 2, 2, 0x1F, prepare_frozen_port, judge_delete_create,
             delete_port, create_until),
    SCENARIO("H1k thaw, delete", 2, 2, 0xF, prepare_busy_port, judge_thaw_delete, delete_port,
             return_and_delete),
    SCENARIO("H1l thaw, thaw or freeze", 2, 2, 0x3, prepare_busy_port, judge_two_thaws,
             delete_and_freeze, delete_and_freeze),
    SCENARIO("H1m remove, remove", 2, 2, 0x7, prepare_frozen_leaf, judge_two_removes, remove_leaf,
             remove_leaf),
    SCENARIO("H1n remove, the next life", 2, 3, 0xF, prepare_frozen_leaf, judge_next_life,
             remove_leaf, live_again),
    SCENARIO("H2a delegate, freeze and delete the source", 2, 2, 0xF, prepare_port,
             judge_delegate_delete, delegate_and_sleep, freeze_tick_delete_source),
    SCENARIO("H2b delegate, remove", 2, 2, 0x5, prepare_frozen_leaf, judge_count, delegate_endpoint,
             remove_leaf),
    SCENARIO("H2c the last removal, deletion of the root", 2, 2, 0x5, prepare_last_leaf,
             judge_last_leaf, remove_leaf, freeze_root_delete),
};

SCENARIO_MAIN(scenarios)
