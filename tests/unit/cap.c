/* SPDX-License-Identifier: Unlicense
 *
 * Capability slots: lookup of ids well and ill formed, and the life of a slot, state by state.
 */
#include "kernel/cap.h"

#include "tests/unit/support/world.h"

enum { INNER = 4 };

static struct capability *caller_table(void)
{
    return world_cap(BOOT_CAPTABLE);
}

static enum status refusal(word_t id, enum cap_type type)
{
    struct capability *cap;
    enum status status = cap_find(caller_table(), id, type, 0, &cap);

    if ((cap_lookup(caller_table(), id, type) != NULL) != (status == STATUS_OK))
        return STATUS_CONFLICT; /* the quick way and the thorough one disagree */
    return status;
}

/* ---- Lookup ---- */

static void one_level(void)
{
    word_t empty = world_slot(), frozen = world_signal();

    (void)PATIENT(CPT_FRZ, BOOT_CAPTABLE, frozen);
    tap_check(cap_lookup(caller_table(), BOOT_PROCESS, CAP_PROCESS) == world_cap(BOOT_PROCESS),
              "one level: the slot of the caller's table");
    tap_check(refusal(CONFIG_BOOT_ENTRIES - 1, CAP_PROCESS) == STATUS_TYPE,
              "the last slot is in range");
    tap_check(refusal(CONFIG_BOOT_ENTRIES, CAP_PROCESS) == STATUS_RANGE,
              "the one behind it is not");
    tap_check(refusal(CAP_INDEX_MASK, CAP_PROCESS) == STATUS_RANGE, "nor the largest index");
    tap_check(refusal(BOOT_PROCESS, CAP_THREAD) == STATUS_TYPE, "another type");
    tap_check(refusal(empty, CAP_THREAD) == STATUS_TYPE, "an empty slot");
    tap_check(refusal(empty, CAP_NONE) == STATUS_TYPE, "an empty slot is no capability of no type");
    tap_check(refusal(frozen, CAP_SIGNAL) == STATUS_FROZEN, "a frozen capability");
    tap_check(refusal(frozen, CAP_THREAD) == STATUS_FROZEN, "FROZEN comes before TYPE");
    tap_check(cap_occupy(world_cap(empty)) == STATUS_OK &&
                  refusal(empty, CAP_SIGNAL) == STATUS_TYPE,
              "a slot that is being filled");
    cap_abandon(world_cap(empty));
}

static void two_levels(void)
{
    word_t table = world_captable(INNER), frozen = world_captable(1), other = world_signal();
    struct capability *inner = (struct capability *)world_cap(table)->object;
    word_t last = CONFIG_BOOT_ENTRIES;

    tap_check(CALL(SIG_CRT, table, 2) == STATUS_OK &&
                  cap_lookup(caller_table(), cap_id_in(table, 2).raw, CAP_SIGNAL) == inner + 2,
              "two levels: the slot of the table in the caller's table");
    tap_check(cap_lookup(caller_table(), cap_id_in(BOOT_CAPTABLE, other).raw, CAP_SIGNAL) ==
                  world_cap(other),
              "the caller's table in itself");
    tap_check(refusal(cap_id_in(table, INNER - 1).raw, CAP_SIGNAL) == STATUS_TYPE,
              "the last slot of the inner table");
    tap_check(refusal(cap_id_in(table, INNER).raw, CAP_SIGNAL) == STATUS_RANGE,
              "the one behind it");
    tap_check(refusal(cap_id_in(last, 0).raw, CAP_SIGNAL) == STATUS_RANGE,
              "a table behind the caller's table");
    tap_check(refusal(cap_id_in(other, 0).raw, CAP_SIGNAL) == STATUS_TYPE, "a table that is none");
    tap_check(refusal(cap_id_in(table, 2).raw, CAP_THREAD) == STATUS_TYPE, "another inner type");
    (void)PATIENT(CPT_FRZ, BOOT_CAPTABLE, frozen);
    tap_check(refusal(cap_id_in(frozen, 0).raw, CAP_SIGNAL) == STATUS_FROZEN, "a frozen table");
    (void)PATIENT(CPT_FRZ, table, 2);
    tap_check(refusal(cap_id_in(table, 2).raw, CAP_SIGNAL) == STATUS_FROZEN,
              "a frozen capability in it");
}

/* Any bit outside the layout makes an id malformed, whatever the rest says. */
static void malformed(void)
{
    unsigned first = WORD_BITS == 32 ? 15 : 32;
    word_t table = world_captable(2), inner = cap_id_in(table, 1).raw;
    bool refused = CALL(SIG_CRT, table, 1) == STATUS_OK && refusal(inner, CAP_SIGNAL) == STATUS_OK;

    for (unsigned bit = first; bit < WORD_BITS; bit++) {
        refused &= refusal((word_t)1 << bit | BOOT_PROCESS, CAP_PROCESS) == STATUS_RANGE;
        refused &= refusal((word_t)1 << bit | inner, CAP_SIGNAL) == STATUS_RANGE;
    }
    tap_check(refused, "an id with any bit outside its layout is RANGE");
    tap_check(refusal(CAP_NULL, CAP_PROCESS) == STATUS_RANGE, "the null id names nothing");
    tap_check(refusal(~(word_t)0, CAP_PROCESS) == STATUS_RANGE, "nor does -1");
    if (WORD_BITS == 32)
        tap_check(refusal(0x101, CAP_PROCESS) == STATUS_RANGE,
                  "a table index without the mark of two levels");
    else
        tap_check(refusal(CAP_INDEX_MASK + 1, CAP_THREAD) == STATUS_TYPE,
                  "the first id of two levels names table 1, which is none");
}

static void operands(void)
{
    static const struct operand list[] = {{1, CAP_PROCESS, 2}, {2, CAP_SIGNAL, 1}};
    word_t signal = world_signal(), weak = world_leaf(signal, RIGHT_SIGNAL_POLL_ALL);
    word_t poor = world_leaf(BOOT_PROCESS, RIGHT_PROCESS_CAPTABLE);
    struct capability *caps[3] = {NULL, NULL, NULL}, *cap;
    word_t args[3] = {0, BOOT_PROCESS, signal};

    static_assert(RIGHT_PROCESS_THREAD == 1 << 1 && RIGHT_SIGNAL_SEND == 1 << 0,
                  "the rights of the list, as 1 + the number of their bit");

    tap_check(cap_resolve(caller_table(), list, 2, args, caps) == STATUS_OK &&
                  caps[0] == world_cap(BOOT_PROCESS) && caps[1] == world_cap(signal) &&
                  caps[2] == NULL,
              "operands are resolved in their order");
    args[2] = weak;
    tap_check(cap_resolve(caller_table(), list, 2, args, caps) == STATUS_RIGHTS,
              "the second lacks its right");
    args[1] = poor;
    args[2] = CAP_NULL;
    tap_check(cap_resolve(caller_table(), list, 2, args, caps) == STATUS_RANGE,
              "all lookups come before any right");
    tap_check(cap_find(caller_table(), weak, CAP_SIGNAL, RIGHT_SIGNAL_SEND, &cap) == STATUS_RIGHTS,
              "find: a right that is missing");
    tap_check(cap_find(caller_table(), weak, CAP_SIGNAL, RIGHT_SIGNAL_POLL_ALL, &cap) ==
                      STATUS_OK &&
                  cap == world_cap(weak),
              "find: a right that is there");
    tap_check(cap_find(caller_table(), weak, CAP_SIGNAL, 0, &cap) == STATUS_OK,
              "find: no right asked for");
    tap_check(cap_root(world_cap(weak)) == world_cap(signal) &&
                  cap_root(world_cap(signal)) == world_cap(signal),
              "the root of a leaf, and of a root");
}

static void function_ranges(void)
{
    struct capability cap = {.rights = (word_t)0x100 << CAP_PAIR_SHIFT | 0x1FF};

    cap.kfunc.low = 5;
    cap.kfunc.high = 7;
    tap_check(cap_covers(&cap, 0x100, 5) && cap_covers(&cap, 0x1FF, 7),
              "a function capability covers its bounds");
    tap_check(!cap_covers(&cap, 0xFF, 5) && !cap_covers(&cap, 0x200, 5),
              "and no function beside them");
    tap_check(!cap_covers(&cap, 0x100, 4) && !cap_covers(&cap, 0x100, 8),
              "nor an argument beside them");
}

/* ---- Life ---- */

static word_t header_of(const struct capability *slot)
{
    return shared_load(&slot->header);
}

static enum cap_state state_of(const struct capability *slot)
{
    return cap_state(header_of(slot));
}

static void creation(void)
{
    struct capability *slot = world_cap(world_slot());

    tap_check(cap_slot(caller_table(), CONFIG_BOOT_ENTRIES - 1) ==
                      world_cap(CONFIG_BOOT_ENTRIES - 1) &&
                  cap_slot(caller_table(), CONFIG_BOOT_ENTRIES) == NULL &&
                  cap_slot(caller_table(), ~(word_t)0) == NULL,
              "a slot index is below the entries of its table");
    tap_check(cap_occupy(slot) == STATUS_OK && state_of(slot) == CAP_CREATING,
              "an empty slot can be claimed");
    tap_check(cap_occupy(slot) == STATUS_OCCUPIED, "once");
    tap_check(cap_freeze(slot) == STATUS_EMPTY, "while it is filled there is nothing to freeze");
    cap_abandon(slot);
    tap_check(state_of(slot) == CAP_EMPTY && cap_type(header_of(slot)) == CAP_NONE,
              "a claim that is abandoned leaves it empty");
    tap_check(cap_freeze(slot) == STATUS_EMPTY, "an empty slot cannot be frozen");

    slot->extra[3] = 7;
    tap_check(cap_occupy(slot) == STATUS_OK, "claimed again");
    cap_begin(slot, slot);
    cap_publish(slot, CAP_SIGNAL, 0x12);
    tap_check(cap_is(slot, CAP_SIGNAL) && slot->rights == 0x12 && slot->object == slot &&
                  shared_load(&slot->link) == 0 && slot->extra[3] == 0,
              "what is published is filled, counts nothing and has no old words");
    tap_check(cap_occupy(slot) == STATUS_OCCUPIED, "a capability is in the way");
    cap_hold(slot);
    cap_hold(slot);
    cap_drop(slot);
    tap_check(shared_load(&slot->link) == 1, "references are counted");
    tap_check(cap_freeze(slot) == STATUS_REFERENCED, "a root with references is not frozen");
    cap_drop(slot);
}

/* A capability of the boot table that is frozen, whatever it takes. */
static word_t frozen_signal(void)
{
    word_t slot = world_signal();

    tap_check(PATIENT(CPT_FRZ, BOOT_CAPTABLE, slot) == STATUS_OK, "a signal endpoint is frozen");
    return slot;
}

static enum status check_delete(word_t slot, enum cap_type type, struct cap_end *end)
{
    enum status status = STATUS_NOT_QUIESCENT;

    for (unsigned i = 0; i < 10 && status == STATUS_NOT_QUIESCENT; i++) {
        status = cap_check_delete(caller_table(), slot, type, end);
        world_tick();
    }
    return status;
}

static enum status check_remove(word_t slot, struct cap_end *end)
{
    enum status status = STATUS_NOT_QUIESCENT;

    for (unsigned i = 0; i < 10 && status == STATUS_NOT_QUIESCENT; i++) {
        status = cap_check_remove(caller_table(), slot, end);
        world_tick();
    }
    return status;
}

static void freezing(void)
{
    word_t slot = frozen_signal();

    tap_check(cap_type(header_of(world_cap(slot))) == CAP_SIGNAL, "it keeps its type");
    tap_check(!cap_is(world_cap(slot), CAP_SIGNAL), "and cannot be used");
    tap_check(cap_freeze(world_cap(slot)) == STATUS_FROZEN, "it cannot be frozen twice");
    if (CONFIG_CPUS_MAX > 1) {
        word_t young = world_signal(), stamp;

        tap_check(cap_freeze(world_cap(young)) == STATUS_NOT_QUIESCENT,
                  "nor right behind its making");
        world_age();
        stamp = quiesce_stamp();
        tap_check(cap_freeze(world_cap(young)) == STATUS_OK &&
                      cap_stamp(header_of(world_cap(young))) == stamp,
                  "the stamp of the new state is that of its own epoch");
    } else {
        tap_skip("freezing waits for quiescence", "one CPU");
        tap_skip("the stamp of the new state", "one CPU");
    }
}

static void deletion(void)
{
    struct cap_end end;
    word_t slot = frozen_signal(), valid = world_signal(), empty = world_slot();
    word_t leaf = world_leaf(valid, RIGHT_SIGNAL_SEND), header;

    tap_check(cap_check_delete(caller_table(), CONFIG_BOOT_ENTRIES, CAP_SIGNAL, &end) ==
                  STATUS_RANGE,
              "delete: a slot out of range");
    tap_check(cap_check_delete(caller_table(), empty, CAP_SIGNAL, &end) == STATUS_EMPTY,
              "delete: an empty slot");
    tap_check(cap_occupy(world_cap(empty)) == STATUS_OK &&
                  cap_check_delete(caller_table(), empty, CAP_SIGNAL, &end) == STATUS_EMPTY,
              "delete: a slot that is being filled");
    cap_abandon(world_cap(empty));
    tap_check(cap_check_delete(caller_table(), valid, CAP_SIGNAL, &end) == STATUS_NOT_FROZEN,
              "delete: not frozen");
    tap_check(cap_check_delete(caller_table(), slot, CAP_THREAD, &end) == STATUS_TYPE,
              "delete: another type");
    if (CONFIG_CPUS_MAX > 1)
        tap_check(cap_check_delete(caller_table(), slot, CAP_SIGNAL, &end) == STATUS_NOT_QUIESCENT,
                  "delete: not quiescent since it was frozen");
    else
        tap_skip("delete: not quiescent", "one CPU");
    tap_check(PATIENT(CPT_FRZ, BOOT_CAPTABLE, leaf) == STATUS_OK &&
                  check_delete(leaf, CAP_SIGNAL, &end) == STATUS_LEAF,
              "delete: a leaf");
    tap_check(state_of(world_cap(leaf)) == CAP_FROZEN, "which stays frozen");
    tap_check(check_delete(slot, CAP_SIGNAL, &end) == STATUS_OK, "delete: a frozen root");
    if (CONFIG_CPUS_MAX > 1)
        tap_check(check_delete(slot, CAP_SIGNAL, &(struct cap_end){0}) == STATUS_EMPTY,
                  "which nobody else can then begin to delete");
    else
        tap_skip("which nobody else can then begin to delete", "one CPU");
    cap_keep(&end);
    tap_check(state_of(world_cap(slot)) == CAP_FROZEN, "it can be left frozen");
    cap_hold(world_cap(slot));
    tap_check(check_delete(slot, CAP_SIGNAL, &end) == STATUS_REFERENCED,
              "delete: a reference that came before the freeze");
    tap_check(cap_is(world_cap(slot), CAP_SIGNAL), "thaws it, so that it can be removed");
    cap_drop(world_cap(slot));

    tap_check(PATIENT(CPT_FRZ, BOOT_CAPTABLE, slot) == STATUS_OK &&
                  check_delete(slot, CAP_SIGNAL, &end) == STATUS_OK,
              "frozen again, it can go");
    header = header_of(world_cap(slot));
    cap_erase(&end);
    tap_check(state_of(world_cap(slot)) == CAP_EMPTY, "erasing leaves an empty slot");
    tap_check(cap_stamp(header_of(world_cap(slot))) == cap_stamp(header),
              "which keeps its stamp, so that this life is told from the next");
}

static void removal(void)
{
    struct cap_end end;
    word_t root = world_signal(), leaf = world_leaf(root, RIGHT_SIGNAL_SEND);
    word_t frozen = frozen_signal(), empty = world_slot();

    tap_check(cap_check_remove(caller_table(), CONFIG_BOOT_ENTRIES, &end) == STATUS_RANGE,
              "remove: a slot out of range");
    tap_check(cap_check_remove(caller_table(), empty, &end) == STATUS_EMPTY,
              "remove: an empty slot");
    tap_check(cap_check_remove(caller_table(), leaf, &end) == STATUS_NOT_FROZEN,
              "remove: not frozen");
    tap_check(cap_check_remove(caller_table(), frozen, &end) == STATUS_ROOT, "remove: a root");
    tap_check(PATIENT(CPT_FRZ, BOOT_CAPTABLE, leaf) == STATUS_OK, "a leaf of a root that is used");
    if (CONFIG_CPUS_MAX > 1)
        tap_check(cap_check_remove(caller_table(), leaf, &end) == STATUS_NOT_QUIESCENT,
                  "remove: not quiescent since it was frozen");
    else
        tap_skip("remove: not quiescent", "one CPU");
    tap_check(check_remove(leaf, &end) == STATUS_OK && end.slot == world_cap(leaf),
              "remove: a frozen leaf");
    cap_keep(&end);
}

/* ---- Against another CPU ---- */

static word_t contested;

static void prepare_slot(void)
{
    world_boot(1);
    contested = world_slot();
}

static sword_t occupy(void)
{
    return cap_occupy(world_cap(contested));
}

/* Another CPU claims the slot, and gives it up. */
static void claim_and_abandon(void)
{
    struct capability *slot = world_cap(contested);

    if (cap_state(header_of(slot)) != CAP_EMPTY)
        return;
    shared_store(&slot->header, header_of(slot) + ((word_t)1 << CAP_STAMP_SHIFT));
}

static bool give_up(sword_t result)
{
    bool is_right = (state_of(world_cap(contested)) == CAP_CREATING) == (result == STATUS_OK);

    cap_abandon(world_cap(contested));
    return is_right;
}

static void prepare_frozen(void)
{
    world_boot(1);
    contested = world_signal();
    world_age();
}

static sword_t freeze(void)
{
    return cap_freeze(world_cap(contested));
}

/* Another CPU freezes and thaws it: valid again, but another life. */
static void freeze_and_thaw(void)
{
    struct capability *slot = world_cap(contested);

    if (cap_state(header_of(slot)) == CAP_VALID)
        shared_store(&slot->header, header_of(slot) ^ (word_t)1 << (WORD_BITS - 1));
}

static sword_t look_up(void)
{
    struct capability *cap;

    return cap_find(caller_table(), contested, CAP_SIGNAL, 0, &cap);
}

/* Another CPU makes the endpoint. */
static void make_signal(void)
{
    struct capability *slot = world_cap(contested);

    if (cap_occupy(slot) != STATUS_OK)
        return;
    cap_begin(slot, slot);
    cap_publish(slot, CAP_SIGNAL, RIGHTS_SIGNAL_ALL);
}

static void meetings(void)
{
    world_sweep(&(struct world_sweep){
        .name = "a claim that meets another life of the slot is a conflict",
        .prepare = prepare_slot,
        .call = occupy,
        .meddle = claim_and_abandon,
        .check = give_up,
    });
    world_sweep(&(struct world_sweep){
        .name = "a freeze that meets another life of the slot is a conflict",
        .prepare = prepare_frozen,
        .call = freeze,
        .meddle = freeze_and_thaw,
        .other = CONFIG_CPUS_MAX > 1 ? STATUS_NOT_QUIESCENT : STATUS_OK,
    });
    world_sweep(&(struct world_sweep){
        .name = "a lookup that meets the making of the capability finds it, or does not",
        .passes = true,
        .prepare = prepare_slot,
        .call = look_up,
        .meddle = make_signal,
        .other = STATUS_TYPE,
    });
}

int main(void)
{
    world_boot(1);
    one_level();
    two_levels();
    malformed();
    operands();
    function_ranges();
    world_check("the invariants hold behind lookups");
    creation();
    world_boot(1);
    freezing();
    deletion();
    removal();
    world_check("the invariants hold behind lives");
    meetings();
    return tap_end();
}
