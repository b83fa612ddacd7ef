/* SPDX-License-Identifier: Unlicense
 *
 * Capability tables and what all capabilities share: the five calls CPT_*, by system call.
 */
#include "kernel/captable.h"

#include "tests/unit/support/world.h"

static const word_t ALL = RIGHTS_CAPTABLE_ALL;

static word_t references(word_t slot)
{
    return shared_load(&world_cap(slot)->link);
}

static enum cap_state state_of(word_t slot)
{
    return cap_state(shared_load(&world_cap(slot)->header));
}

/* A slot of another table. */
static struct capability *inner(word_t table, word_t slot)
{
    return (struct capability *)world_cap(table)->object + slot;
}

/* ---- Creation ---- */

static void creation(void)
{
    word_t slot = world_slot(), memory = world_memory(4 * CAP_SLOT_BYTES);
    word_t no_create = world_leaf(BOOT_CAPTABLE, ALL & ~(word_t)RIGHT_CAPTABLE_CREATE);
    word_t no_tables = world_memory_leaf(RIGHT_KMEM_THREAD, memory, memory + 4 * CAP_SLOT_BYTES);
    word_t narrow = world_memory_leaf(RIGHT_KMEM_CAPTABLE, memory, memory + 3 * CAP_SLOT_BYTES);
    bool empty = true;

    REFUSED(STATUS_TYPE, "create: the table is none", CPT_CRT, BOOT_PROCESS, slot, BOOT_KMEM,
            memory, 4);
    REFUSED(STATUS_TYPE, "create: the memory is none", CPT_CRT, no_create, slot, BOOT_PROCESS,
            memory, 4);
    REFUSED(STATUS_RIGHTS, "create: the table lacks CREATE", CPT_CRT, no_create, slot, BOOT_KMEM,
            memory, 4);
    REFUSED(STATUS_RIGHTS, "create: the memory lacks CAPTABLE", CPT_CRT, BOOT_CAPTABLE, slot,
            no_tables, 0, 0);
    REFUSED(STATUS_ARGUMENT, "create: no entries", CPT_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, memory,
            0);
    REFUSED(STATUS_ARGUMENT, "create: one entry above the limit", CPT_CRT, BOOT_CAPTABLE, slot,
            BOOT_KMEM, memory, CAPTABLE_ENTRIES_MAX + 1);
    REFUSED(STATUS_ARGUMENT, "create: entries whose bytes wrap", CPT_CRT, BOOT_CAPTABLE, slot,
            BOOT_KMEM, memory, ~(word_t)0 / CAP_SLOT_BYTES + 2);
    REFUSED(STATUS_BOUNDS, "create: larger than the memory", CPT_CRT, BOOT_CAPTABLE, slot, narrow,
            0, 4);
    REFUSED(STATUS_RANGE, "create: a slot behind the table", CPT_CRT, BOOT_CAPTABLE,
            CONFIG_BOOT_ENTRIES, BOOT_KMEM, memory, 4);
    REFUSED(STATUS_OCCUPIED, "create: a slot that is taken", CPT_CRT, BOOT_CAPTABLE, BOOT_THREAD,
            BOOT_KMEM, memory, 4);
    REFUSED(STATUS_MEMORY, "create: memory in use", CPT_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, 0, 4);
    REFUSED(STATUS_MEMORY, "create: memory misaligned", CPT_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM,
            memory + 1, 1);
    ACCEPTED("create: a table of four", CPT_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, memory, 4);
    tap_check(cap_is(world_cap(slot), CAP_CAPTABLE) && world_cap(slot)->captable.entries == 4 &&
                  world_cap(slot)->rights == ALL && references(slot) == 0,
              "it has every right and no references");
    tap_check(world_cap(slot)->object == host_kmem + memory, "and lies where it was put");
    for (unsigned i = 0; i < 4 * CAP_SLOT_BYTES; i++)
        empty &= host_kmem[memory + i] == 0;
    tap_check(empty, "nothing of an earlier life of its memory is in it");

    slot = world_slot();
    memory = world_memory(CONFIG_CAPTABLE_BYTES_MAX);
    ACCEPTED("create: the largest table", CPT_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, memory,
             CAPTABLE_ENTRIES_MAX);
    ACCEPTED("its last slot can be used", SIG_CRT, slot, CAPTABLE_ENTRIES_MAX - 1);
    REFUSED(STATUS_RANGE, "and none behind it", SIG_CRT, slot, CAPTABLE_ENTRIES_MAX);
}

/* ---- Deletion ---- */

static void deletion(void)
{
    word_t table = world_captable(4), weak = world_leaf(BOOT_CAPTABLE, RIGHT_CAPTABLE_FREEZE);
    word_t object = (word_t)world_cap(table)->object;
    word_t offset = object - (word_t)host_kmem;

    REFUSED(STATUS_RIGHTS, "delete: the right is missing", CPT_DEL, weak, table);
    REFUSED(STATUS_RANGE, "delete: a slot behind the table", CPT_DEL, BOOT_CAPTABLE,
            CONFIG_BOOT_ENTRIES);
    REFUSED(STATUS_NOT_FROZEN, "delete: not frozen", CPT_DEL, BOOT_CAPTABLE, table);
    tap_check(CALL(SIG_CRT, table, 3) == STATUS_OK, "a capability in the last slot");
    tap_check(PATIENT(CPT_FRZ, BOOT_CAPTABLE, table) == STATUS_OK &&
                  PATIENT(CPT_DEL, BOOT_CAPTABLE, table) == STATUS_NOT_EMPTY,
              "a table that is not empty is not deleted");
    tap_check(state_of(table) == CAP_VALID, "it is thawed");
    tap_check(PATIENT(CPT_FRZ, table, 3) == STATUS_OK && PATIENT(SIG_DEL, table, 3) == STATUS_OK,
              "so that what it holds can be deleted");
    tap_check(cap_occupy(inner(table, 0)) == STATUS_OK &&
                  PATIENT(CPT_FRZ, BOOT_CAPTABLE, table) == STATUS_OK &&
                  PATIENT(CPT_DEL, BOOT_CAPTABLE, table) == STATUS_NOT_EMPTY,
              "a slot that is being filled counts too");
    cap_abandon(inner(table, 0));
    tap_check(PATIENT(CPT_FRZ, BOOT_CAPTABLE, table) == STATUS_OK &&
                  PATIENT(CPT_DEL, BOOT_CAPTABLE, table) == STATUS_OK,
              "an empty one is");
    tap_check(state_of(table) == CAP_EMPTY, "its slot is empty");
    ACCEPTED("its memory can be used again, and its slot", CPT_CRT, BOOT_CAPTABLE, table, BOOT_KMEM,
             offset, 4);
    REFUSED(STATUS_TYPE, "delete: not a table", CPT_DEL, BOOT_PROCESS, table);
    tap_check(PATIENT(CPT_FRZ, BOOT_CAPTABLE, table) == STATUS_OK &&
                  PATIENT(SIG_DEL, BOOT_CAPTABLE, table) == STATUS_TYPE,
              "a table is not deleted as something else");
}

/* ---- Freeze and remove ---- */

static void freeze(void)
{
    word_t weak = world_leaf(BOOT_CAPTABLE, ALL & ~(word_t)RIGHT_CAPTABLE_FREEZE);
    word_t signal = world_signal(), empty = world_slot(), leaf;

    REFUSED(STATUS_RIGHTS, "freeze: the right is missing", CPT_FRZ, weak, signal);
    REFUSED(STATUS_RANGE, "freeze: a slot behind the table", CPT_FRZ, BOOT_CAPTABLE,
            CONFIG_BOOT_ENTRIES);
    REFUSED(STATUS_EMPTY, "freeze: an empty slot", CPT_FRZ, BOOT_CAPTABLE, empty);
    leaf = world_leaf(signal, RIGHT_SIGNAL_SEND);
    REFUSED(STATUS_REFERENCED, "freeze: a root that has a leaf", CPT_FRZ, BOOT_CAPTABLE, signal);
    tap_check(PATIENT(CPT_FRZ, BOOT_CAPTABLE, leaf) == STATUS_OK, "the leaf can be frozen");
    REFUSED(STATUS_FROZEN, "freeze: once only", CPT_FRZ, BOOT_CAPTABLE, leaf);
    REFUSED(STATUS_REFERENCED, "freeze: a frozen leaf still counts", CPT_FRZ, BOOT_CAPTABLE,
            signal);
}

static void removal(void)
{
    word_t weak = world_leaf(BOOT_CAPTABLE, ALL & ~(word_t)RIGHT_CAPTABLE_REMOVE);
    word_t signal = world_signal(), leaf = world_leaf(signal, RIGHT_SIGNAL_SEND);
    word_t memory = world_memory_leaf(RIGHT_KMEM_THREAD, 0, KMEM_GRANULE);

    REFUSED(STATUS_RIGHTS, "remove: the right is missing", CPT_REM, weak, leaf);
    REFUSED(STATUS_RANGE, "remove: a slot behind the table", CPT_REM, BOOT_CAPTABLE,
            CONFIG_BOOT_ENTRIES);
    REFUSED(STATUS_EMPTY, "remove: an empty slot", CPT_REM, BOOT_CAPTABLE, world_slot());
    REFUSED(STATUS_NOT_FROZEN, "remove: not frozen", CPT_REM, BOOT_CAPTABLE, leaf);
    tap_check(references(signal) == 1, "the root counts its leaf");
    tap_check(PATIENT(CPT_FRZ, BOOT_CAPTABLE, leaf) == STATUS_OK &&
                  PATIENT(CPT_REM, BOOT_CAPTABLE, leaf) == STATUS_OK,
              "a frozen leaf is removed");
    tap_check(state_of(leaf) == CAP_EMPTY && references(signal) == 0, "the root counts it no more");
    tap_check(PATIENT(CPT_FRZ, BOOT_CAPTABLE, signal) == STATUS_OK &&
                  PATIENT(CPT_REM, BOOT_CAPTABLE, signal) == STATUS_ROOT,
              "a root is not removed");
    tap_check(state_of(signal) == CAP_FROZEN, "and stays frozen");
    tap_check(PATIENT(CPT_FRZ, BOOT_CAPTABLE, memory) == STATUS_OK &&
                  PATIENT(CPT_REM, BOOT_CAPTABLE, memory) == STATUS_OK &&
                  references(BOOT_KMEM) == 1,
              "a leaf of kernel memory is removed without a count");
}

/* ---- Delegation ---- */

static void delegation(void)
{
    word_t slot = world_slot(), signal = world_signal(), frozen = world_signal();
    word_t no_target = world_leaf(BOOT_CAPTABLE, ALL & ~(word_t)RIGHT_CAPTABLE_ADD_TARGET);
    word_t no_source = world_leaf(BOOT_CAPTABLE, ALL & ~(word_t)RIGHT_CAPTABLE_ADD_SOURCE);
    word_t leaf, second, creating = world_slot(), empty = world_slot();

    REFUSED(STATUS_RIGHTS, "delegate: the target table lacks ADD_TARGET", CPT_ADD, no_target, slot,
            BOOT_CAPTABLE, signal, RIGHT_SIGNAL_SEND);
    REFUSED(STATUS_RIGHTS, "delegate: the source table lacks ADD_SOURCE", CPT_ADD, BOOT_CAPTABLE,
            slot, no_source, signal, RIGHT_SIGNAL_SEND);
    REFUSED(STATUS_RANGE, "delegate: a target slot behind the table", CPT_ADD, BOOT_CAPTABLE,
            CONFIG_BOOT_ENTRIES, BOOT_CAPTABLE, signal, RIGHT_SIGNAL_SEND);
    REFUSED(STATUS_RANGE, "delegate: a source slot behind the table", CPT_ADD, BOOT_CAPTABLE, slot,
            BOOT_CAPTABLE, CONFIG_BOOT_ENTRIES, RIGHT_SIGNAL_SEND);
    REFUSED(STATUS_EMPTY, "delegate: an empty source", CPT_ADD, BOOT_CAPTABLE, slot, BOOT_CAPTABLE,
            empty, RIGHT_SIGNAL_SEND);
    tap_check(cap_occupy(world_cap(creating)) == STATUS_OK, "a slot is being filled");
    REFUSED(STATUS_EMPTY, "delegate: a source that is being filled", CPT_ADD, BOOT_CAPTABLE, slot,
            BOOT_CAPTABLE, creating, RIGHT_SIGNAL_SEND);
    cap_abandon(world_cap(creating));
    tap_check(PATIENT(CPT_FRZ, BOOT_CAPTABLE, frozen) == STATUS_OK, "an endpoint is frozen");
    REFUSED(STATUS_FROZEN, "delegate: a frozen source", CPT_ADD, BOOT_CAPTABLE, slot, BOOT_CAPTABLE,
            frozen, RIGHT_SIGNAL_SEND);
    REFUSED(STATUS_RIGHTS, "delegate: no right at all", CPT_ADD, BOOT_CAPTABLE, slot, BOOT_CAPTABLE,
            signal, 0);
    REFUSED(STATUS_RIGHTS, "delegate: a right that no endpoint has", CPT_ADD, BOOT_CAPTABLE, slot,
            BOOT_CAPTABLE, signal, RIGHTS_SIGNAL_ALL + 1);
    REFUSED(STATUS_OCCUPIED, "delegate: a target that is taken", CPT_ADD, BOOT_CAPTABLE, signal,
            BOOT_CAPTABLE, signal, RIGHT_SIGNAL_SEND);

    leaf = world_leaf(signal, RIGHT_SIGNAL_SEND | RIGHT_SIGNAL_POLL_ALL);
    tap_check(cap_is(world_cap(leaf), CAP_SIGNAL) && references(signal) == 1 &&
                  world_cap(leaf)->rights == (RIGHT_SIGNAL_SEND | RIGHT_SIGNAL_POLL_ALL),
              "a leaf has the rights that were given");
    REFUSED(STATUS_RIGHTS, "delegate: a leaf does not give what it has not", CPT_ADD, BOOT_CAPTABLE,
            slot, BOOT_CAPTABLE, leaf, RIGHT_SIGNAL_SEND | RIGHT_SIGNAL_POLL_SINGLE);
    second = world_leaf(leaf, RIGHT_SIGNAL_SEND);
    tap_check(cap_root(world_cap(second)) == world_cap(signal) && references(signal) == 2,
              "a leaf of a leaf counts on the root");
    ACCEPTED("a signal through the second leaf", SIG_SND, second, 1);
    tap_check(world_count_of(signal) == 1, "arrives at the root's endpoint");
    REFUSED(STATUS_RIGHTS, "which it may not receive", SIG_RCV, second, SIGNAL_POLL_ALL);
    tap_check(CALL(SIG_RCV, leaf, SIGNAL_POLL_ALL) == 1, "but the first leaf may");
}

static void memory_ranges(void)
{
    word_t slot = world_slot(), memory = world_memory(1024), object = world_slot(), part;
    const word_t rights = RIGHT_KMEM_CAPTABLE | RIGHT_KMEM_THREAD;

    part = world_memory_leaf(rights, memory, memory + 1024);
    tap_check(world_cap(part)->kmem.begin == (word_t)host_kmem + memory &&
                  world_cap(part)->kmem.end == (word_t)host_kmem + memory + 1023,
              "a leaf of kernel memory has the range that was given");
    REFUSED(STATUS_RIGHTS, "memory: more rights", CPT_ADD, BOOT_CAPTABLE, slot, BOOT_CAPTABLE, part,
            RIGHT_KMEM_PAGETABLE, 0, 32);
    REFUSED(STATUS_BOUNDS, "memory: a larger range", CPT_ADD, BOOT_CAPTABLE, slot, BOOT_CAPTABLE,
            part, rights, 0, 1024 + 32);
    REFUSED(STATUS_BOUNDS, "memory: an empty range", CPT_ADD, BOOT_CAPTABLE, slot, BOOT_CAPTABLE,
            part, rights, 64, 64);
    REFUSED(STATUS_BOUNDS, "memory: inside a granule", CPT_ADD, BOOT_CAPTABLE, slot, BOOT_CAPTABLE,
            part, rights, 16, 64);
    ACCEPTED("memory: a part of the part", CPT_ADD, BOOT_CAPTABLE, slot, BOOT_CAPTABLE, part,
             RIGHT_KMEM_CAPTABLE, 512, 1024);
    tap_check(world_cap(slot)->kmem.begin == (word_t)host_kmem + memory + 512 &&
                  world_cap(slot)->kmem.end == (word_t)host_kmem + memory + 1023,
              "is relative to the part");
    ACCEPTED("memory: an object at its begin", CPT_CRT, BOOT_CAPTABLE, object, slot, 0, 1);
    tap_check(world_cap(object)->object == host_kmem + memory + 512, "lies there");
    REFUSED(STATUS_BOUNDS, "memory: an object across its end", CPT_CRT, BOOT_CAPTABLE, world_slot(),
            slot, 512 - KMEM_GRANULE, 8);
    tap_check(references(BOOT_KMEM) == 1 && references(part) == 0,
              "kernel memory does not count its leaves");
}

static word_t functions(word_t first, word_t last)
{
    return first << CAP_PAIR_SHIFT | last;
}

static void function_ranges(void)
{
    word_t slot = world_slot(), part = world_slot(), pair = world_slot();
    const word_t trigger = RME_KFN_INT_LOCAL_TRIG;
    const word_t two = (word_t)1 << CAP_PAIR_SHIFT; /* CPU 1, vector 0 */

    ACCEPTED("functions: two ranges", CPT_ADD, BOOT_CAPTABLE, part, BOOT_CAPTABLE, BOOT_KFUNC,
             functions(0xF100, 0xF101), 4, 9);
    tap_check(world_cap(part)->rights == functions(0xF100, 0xF101) &&
                  world_cap(part)->kfunc.low == 4 && world_cap(part)->kfunc.high == 9,
              "are those of the leaf");
    REFUSED(STATUS_RIGHTS, "functions: a first one below", CPT_ADD, BOOT_CAPTABLE, slot,
            BOOT_CAPTABLE, part, functions(0xF0FF, 0xF101), 4, 9);
    REFUSED(STATUS_RIGHTS, "functions: a last one above", CPT_ADD, BOOT_CAPTABLE, slot,
            BOOT_CAPTABLE, part, functions(0xF100, 0xF102), 4, 9);
    REFUSED(STATUS_RIGHTS, "functions: a reversed range", CPT_ADD, BOOT_CAPTABLE, slot,
            BOOT_CAPTABLE, part, functions(0xF101, 0xF100), 4, 9);
    REFUSED(STATUS_BOUNDS, "functions: a first argument below", CPT_ADD, BOOT_CAPTABLE, slot,
            BOOT_CAPTABLE, part, functions(0xF100, 0xF100), 3, 9);
    REFUSED(STATUS_BOUNDS, "functions: a first argument above", CPT_ADD, BOOT_CAPTABLE, slot,
            BOOT_CAPTABLE, part, functions(0xF100, 0xF100), 4, 10);
    REFUSED(STATUS_BOUNDS, "functions: reversed arguments", CPT_ADD, BOOT_CAPTABLE, slot,
            BOOT_CAPTABLE, part, functions(0xF100, 0xF100), 9, 4);
    REFUSED(STATUS_BOUNDS, "functions: outside the leaf", KFN, part, RME_KFN_INT_LOCAL_MOD, 3, 0);
    tap_check(CALL(KFN, part, RME_KFN_INT_LOCAL_MOD, 4, 0) ==
                  (CONFIG_KFUNC_INTERRUPT ? STATUS_OK : STATUS_UNSUPPORTED),
              "functions: inside the leaf");

    ACCEPTED("pairs: CPU 1, vectors 2 to 5", CPT_ADD, BOOT_CAPTABLE, pair, BOOT_CAPTABLE,
             BOOT_KFUNC, functions(trigger, trigger), two + 2, two + 5);
    REFUSED(STATUS_BOUNDS, "pairs: the vectors are reversed", CPT_ADD, BOOT_CAPTABLE, slot,
            BOOT_CAPTABLE, BOOT_KFUNC, functions(trigger - 1, trigger + 1), 5, two + 2);
    ACCEPTED("pairs: a range over two CPUs", CPT_ADD, BOOT_CAPTABLE, slot, BOOT_CAPTABLE,
             BOOT_KFUNC, functions(trigger, trigger), 2, 2 * two + 5);
    pair = slot;
    slot = world_slot();
    REFUSED(STATUS_BOUNDS, "pairs: a vector below, on a CPU between", CPT_ADD, BOOT_CAPTABLE, slot,
            BOOT_CAPTABLE, pair, functions(trigger, trigger), two + 1, two + 5);
    REFUSED(STATUS_BOUNDS, "pairs: a vector above, on a CPU between", CPT_ADD, BOOT_CAPTABLE, slot,
            BOOT_CAPTABLE, pair, functions(trigger, trigger), two + 2, two + 6);
    ACCEPTED("pairs: between on both counts", CPT_ADD, BOOT_CAPTABLE, slot, BOOT_CAPTABLE, pair,
             functions(trigger, trigger), two + 3, two + 5);
    tap_check(references(BOOT_KFUNC) == 1, "kernel functions do not count their leaves");
}

static void page_positions(void)
{
    word_t slot = world_slot(), part = world_slot(), top;

    if (CONFIG_RAW) {
        tap_skip("page tables: positions narrow", "raw address spaces");
        return;
    }
    top = world_top();
    world_ignore_version(top);
    ACCEPTED("positions: 1 to 2", CPT_ADD, BOOT_CAPTABLE, part, BOOT_CAPTABLE, top,
             RIGHT_PAGETABLE_ADD_TARGET | RIGHT_PAGETABLE_REMOVE, 1, 2);
    REFUSED(STATUS_BOUNDS, "positions: one below", CPT_ADD, BOOT_CAPTABLE, slot, BOOT_CAPTABLE,
            part, RIGHT_PAGETABLE_REMOVE, 0, 2);
    REFUSED(STATUS_BOUNDS, "positions: one above", CPT_ADD, BOOT_CAPTABLE, slot, BOOT_CAPTABLE,
            part, RIGHT_PAGETABLE_REMOVE, 1, 3);
    REFUSED(STATUS_BOUNDS, "positions: reversed", CPT_ADD, BOOT_CAPTABLE, slot, BOOT_CAPTABLE, part,
            RIGHT_PAGETABLE_REMOVE, 2, 1);
    REFUSED(STATUS_RIGHTS, "positions: more rights", CPT_ADD, BOOT_CAPTABLE, slot, BOOT_CAPTABLE,
            part, RIGHT_PAGETABLE_CHILD, 1, 2);
    REFUSED(STATUS_RIGHTS, "positions are no rights", CPT_ADD, BOOT_CAPTABLE, slot, BOOT_CAPTABLE,
            part, (word_t)1 << 8 | RIGHT_PAGETABLE_REMOVE, 1, 2);
    ACCEPTED("positions: 2 alone", CPT_ADD, BOOT_CAPTABLE, slot, BOOT_CAPTABLE, part,
             RIGHT_PAGETABLE_REMOVE, 2, 2);
    REFUSED(STATUS_BOUNDS, "a page at position 1 is not its affair", PGT_REM, slot, 1);
    REFUSED(STATUS_MAP, "one at 2 is, though none is there", PGT_REM, slot, 2);
    tap_check(world_cap(slot)->pagetable.base == world_cap(top)->pagetable.base &&
                  world_cap(slot)->pagetable.size_order == world_cap(top)->pagetable.size_order &&
                  world_cap(slot)->pagetable.number_order == world_cap(top)->pagetable.number_order,
              "a leaf knows the geometry of its table");
}

/* Every type can be delegated, and its leaf is of the type. */
static void every_type(void)
{
    const word_t table = world_captable(3), port = world_port(BOOT_PROCESS);
    const word_t thread = world_thread(BOOT_PROCESS, 1, 0);
    const struct {
        word_t source, right;
        enum cap_type type;
    } cases[] = {
        {table, RIGHT_CAPTABLE_CREATE, CAP_CAPTABLE},
        {BOOT_PROCESS, RIGHT_PROCESS_THREAD, CAP_PROCESS},
        {thread, RIGHT_THREAD_SWITCH, CAP_THREAD},
        {port, RIGHT_INVOCATION_ACTIVATE, CAP_INVOCATION},
        {BOOT_TIMER_ENDPOINT, RIGHT_SIGNAL_SEND, CAP_SIGNAL},
    };

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        word_t before = references(cases[i].source);
        word_t leaf = world_leaf(cases[i].source, cases[i].right);
        const struct capability *cap = world_cap(leaf);

        tap_check(cap_is(cap, cases[i].type) && cap->rights == cases[i].right &&
                      cap->object == world_cap(cases[i].source)->object &&
                      references(cases[i].source) == before + 1,
                  "a leaf of each type names the object of its root");
    }
    REFUSED(STATUS_RIGHTS, "what init's thread lacks, nobody gets", CPT_ADD, BOOT_CAPTABLE,
            world_slot(), BOOT_CAPTABLE, BOOT_THREAD, RIGHT_THREAD_EXEC_SET);
}

/* ---- Against another CPU ---- */

static word_t contested;

/* A frozen, quiescent, empty table. */
static void prepare(void)
{
    world_boot(1);
    contested = world_captable(2);
    (void)PATIENT(CPT_FRZ, BOOT_CAPTABLE, contested);
    world_age();
}

static sword_t delete_it(void)
{
    return CALL(CPT_DEL, BOOT_CAPTABLE, contested);
}

static void thaw_it(void)
{
    struct capability *slot = world_cap(contested);

    if (state_of(contested) == CAP_FROZEN)
        (void)cap_thaw(&(struct cap_end){slot, shared_load(&slot->header)}, STATUS_OK);
}

/* A frozen leaf, and its removal. */
static void prepare_leaf(void)
{
    world_boot(1);
    contested = world_leaf(world_signal(), RIGHT_SIGNAL_SEND);
    (void)PATIENT(CPT_FRZ, BOOT_CAPTABLE, contested);
    world_age();
}

static sword_t remove_it(void)
{
    return CALL(CPT_REM, BOOT_CAPTABLE, contested);
}

static void meetings(void)
{
    if (CONFIG_CPUS_MAX == 1) {
        tap_skip("deletions and removals that meet a thaw", "one CPU");
        return;
    }
    world_sweep(&(struct world_sweep){
        .name = "a deletion that meets a thaw is a conflict, or too late",
        .prepare = prepare,
        .call = delete_it,
        .meddle = thaw_it,
        .other = STATUS_NOT_FROZEN,
    });
    world_sweep(&(struct world_sweep){
        .name = "a removal that meets a thaw is a conflict, or too late",
        .prepare = prepare_leaf,
        .call = remove_it,
        .meddle = thaw_it,
        .other = STATUS_NOT_FROZEN,
    });
}

int main(void)
{
    static void (*const cases[])(void) = {creation,        deletion,       freeze,
                                          removal,         delegation,     memory_ranges,
                                          function_ranges, page_positions, every_type};

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        world_boot(1);
        cases[i]();
        world_check("the invariants hold");
    }
    meetings();
    return tap_end();
}
