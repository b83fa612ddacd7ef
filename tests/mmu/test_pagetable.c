/* SPDX-License-Identifier: Unlicense
 *
 * Page tables on an MMU. After every step the tables, decoded as the manual says, must grant what a
 * plain record of the successful calls says and nothing else, and no CPU that made a change may
 * keep a translation from before. Two changes of one entry by two CPUs, one in the middle of the
 * other at each atomic operation, must end as if one had come behind the other, or with CONFLICT.
 */
#include "arch/space.h"
#include "kernel/flush.h"
#include "tests/mmu/hardware.h"
#include "tests/pagetables/frame.h"
#include "tests/pagetables/machine.h"

#include <stdlib.h>
#include <string.h>

enum {
    TOPS = 3,
    TABLES = 16,
    PLACES = 4,   /* positions of each table that are used */
    SOURCE = 100, /* slot of a table whose first page is the memory that all get pieces of */
    RWX = PAGE_READ | PAGE_WRITE | PAGE_EXECUTE,
    MEMORY_FLAGS = RWX | PAGE_CACHE | PAGE_BUFFER,
};
static const word_t MEMORY = 0x4000000000;
static const word_t SOURCE_BASE = 0x8000000000 * 4;

static void begin(void)
{
    machine_reset();
    if (machine_create(SOURCE, SOURCE_BASE, 30, 9) != STATUS_OK)
        abort();
    if (pagetable_backend_map(&machine_cpus[0], machine_slot(SOURCE), 0, MEMORY, MEMORY_FLAGS) !=
        STATUS_OK)
        abort();
}

/* ---- Record of what was granted ---- */

struct record {
    bool exists;
    word_t base, size_order, number_order;
    struct {
        enum pagetable_kind kind;
        unsigned child;
        word_t address, flags;
    } entry[PLACES];
};
static struct record record[TABLES];

/* The last place is the last position. */
static word_t position_of(const struct record *table, unsigned place)
{
    return place == PLACES - 1 ? ((word_t)1 << table->number_order) - 1 : place;
}

static struct translation granted(unsigned i, const unsigned *places)
{
    struct translation result = {0};

    for (unsigned level = 0; level < ARCH_MMU_LEVELS; level++) {
        unsigned place = places[level];

        if (record[i].entry[place].kind == PAGETABLE_NOTHING)
            return result;
        if (record[i].entry[place].kind == PAGETABLE_PAGE) {
            word_t flags = record[i].entry[place].flags;

            result.access = (unsigned)flags & RWX;
            result.physical = record[i].entry[place].address;
            result.order = (unsigned)record[i].size_order;
            result.memory_type =
                ((flags & PAGE_CACHE) == 0 ? 2u : 0) | ((flags & PAGE_BUFFER) == 0 ? 1u : 0);
            return result;
        }
        i = record[i].entry[place].child;
    }
    return result;
}

static word_t address_of(unsigned top, const unsigned *places)
{
    static const word_t numbers[] = {8, 9, 9, 9}, orders[] = {39, 30, 21, 12};
    word_t address = 0;

    (void)top;
    for (unsigned level = 0; level < ARCH_MMU_LEVELS; level++) {
        const struct record shape = {.number_order = numbers[level]};

        address |= position_of(&shape, places[level]) << orders[level];
    }
    return address;
}

static void check_address(unsigned top, const unsigned *places)
{
    word_t address = address_of(top, places) | 0xABC;
    struct translation wanted = granted(top, places), found = machine_use(top, address);

    EXPECT(found.violation == NULL);
    EXPECT(found.access == wanted.access);
    if (wanted.access == 0)
        return;
    EXPECT(found.memory_type == wanted.memory_type && found.order == wanted.order);
    EXPECT(found.physical == wanted.physical + (address & (((word_t)1 << wanted.order) - 1)));
}

static void check_tops(void)
{
    for (unsigned i = 0; i < TOPS << 8; i++) {
        const unsigned places[] = {i & 3, i >> 2 & 3, i >> 4 & 3, i >> 6 & 3};

        check_address(i >> 8, places);
    }
}

static void check_kernel_halves(void)
{
    for (unsigned top = 0; top < TOPS; top++)
        for (unsigned i = 256; i < 512; i++)
            EXPECT(shared_load((shared_t *)machine_slot(top)->object + i) ==
                   arch_mmu_kernel_entry(i));
}

/* ---- Random sequences, with the answers foretold ---- */

static void step_add(void)
{
    static const word_t kinds[] = {
        PAGE_READ, PAGE_READ | PAGE_WRITE, PAGE_READ | PAGE_EXECUTE, RWX, PAGE_WRITE, 0};
    unsigned i = choose(TABLES), place = choose(PLACES);
    struct record *table = &record[i];
    word_t flags = kinds[choose(6)] | (choose(2) != 0 ? PAGE_CACHE : 0) |
                   (choose(2) != 0 ? PAGE_BUFFER : 0) | (choose(2) != 0 ? PAGE_STATIC : 0);
    word_t position = position_of(table, place), index = choose(3);
    sword_t expected = STATUS_OK;

    if (choose(16) == 0)
        position = (word_t)1 << table->number_order;
    if (position >> table->number_order != 0 || table->size_order > 30 ||
        index >> (30 - table->size_order) != 0)
        expected = STATUS_ADDRESS;
    else if (table->entry[place].kind != PAGETABLE_NOTHING || (flags & PAGE_READ) == 0)
        expected = STATUS_MAP;
    EXPECT(machine_add(i, position, flags, SOURCE, 0, index) == expected);
    if (expected != STATUS_OK)
        return;
    table->entry[place].kind = PAGETABLE_PAGE;
    table->entry[place].flags = flags;
    table->entry[place].address = MEMORY + (index << table->size_order);
}

static void step_remove(void)
{
    unsigned i = choose(TABLES), place = choose(PLACES);
    struct record *table = &record[i];
    bool is_page = table->entry[place].kind == PAGETABLE_PAGE;

    EXPECT(machine_remove(i, position_of(table, place)) == (is_page ? STATUS_OK : STATUS_MAP));
    if (is_page)
        table->entry[place].kind = PAGETABLE_NOTHING;
}

static void step_construct(void)
{
    unsigned p = choose(TABLES), c = choose(TABLES), place = choose(PLACES);
    struct record *parent = &record[p];
    word_t position = position_of(parent, place);
    sword_t expected = STATUS_OK;

    if (record[c].size_order + record[c].number_order != parent->size_order ||
        record[c].base != parent->base + (position << parent->size_order))
        expected = STATUS_ADDRESS;
    else if (parent->entry[place].kind != PAGETABLE_NOTHING)
        expected = STATUS_MAP;
    EXPECT(machine_construct(p, position, c) == expected);
    if (expected != STATUS_OK)
        return;
    parent->entry[place].kind = PAGETABLE_CHILD;
    parent->entry[place].child = c;
}

static void step_destruct(void)
{
    unsigned p = choose(TABLES), place = choose(PLACES);
    struct record *parent = &record[p];
    unsigned c = parent->entry[place].kind == PAGETABLE_CHILD && choose(4) != 0
                     ? parent->entry[place].child
                     : choose(TABLES);
    bool allowed = parent->entry[place].kind == PAGETABLE_CHILD && parent->entry[place].child == c;

    EXPECT(machine_destruct(p, position_of(parent, place), c) ==
           (allowed ? STATUS_OK : STATUS_MAP));
    if (allowed)
        parent->entry[place].kind = PAGETABLE_NOTHING;
}

static void make_table(unsigned i, word_t base, word_t size_order, word_t number_order)
{
    record[i] = (struct record){.exists = true,
                                .base = base & ~(word_t)1,
                                .size_order = size_order,
                                .number_order = number_order};
    EXPECT(machine_create(i, base, size_order, number_order) == STATUS_OK);
}

/* Three top levels; below them tables that several of them can have, and rivals for one place. */
static void make_tables(void)
{
    static const struct {
        word_t base, size_order;
    } lower[] = {
        {0, 30},         {0, 30},       {(word_t)1 << 39, 30},
        {0, 21},         {0, 21},       {1 << 30, 21},
        {0, 12},         {0, 12},       {0, 12},
        {1 << 21, 12},   {1 << 30, 12}, {2 << 21, 12},
        {511 << 21, 12},
    };

    for (unsigned i = 0; i < TOPS; i++)
        make_table(i, PAGETABLE_TOP, 39, 8);
    for (unsigned i = 0; i < sizeof lower / sizeof *lower; i++)
        make_table(TOPS + i, lower[i].base, lower[i].size_order, 9);
    static_assert(sizeof lower / sizeof *lower == TABLES - TOPS, "all of them");
}

static void check_counts(void)
{
    word_t counts[TABLES] = {0};

    for (unsigned p = 0; p < TABLES; p++)
        for (unsigned place = 0; place < PLACES; place++)
            if (record[p].entry[place].kind == PAGETABLE_CHILD) {
                counts[p]++;
                counts[record[p].entry[place].child]++;
            }
    for (unsigned i = 0; i < TABLES; i++)
        EXPECT(shared_load(&machine_slot(i)->link) == counts[i]);
}

static unsigned absent_words;

/* Of all tables, whatever has been in them: what is not present says nothing, least of all a
 * physical address, which a processor with L1TF would follow all the same. */
static void look_at_absent(void)
{
    for (unsigned i = 0; i < TABLES; i++)
        for (unsigned k = 0; k < 512; k++) {
            word_t entry = shared_load((shared_t *)machine_slot(i)->object + k);

            absent_words += (entry & MMU_PRESENT) == 0 && entry != 0;
        }
}

static void random_sequences(unsigned sequences, unsigned steps)
{
    unsigned translations = 0;

    for (unsigned sequence = 0; sequence < sequences && !case_failed; sequence++) {
        seed = 0x9E3779B9u * (sequence + 1);
        begin();
        make_tables();
        for (unsigned step = 0; step < steps && !case_failed; step++) {
            void (*const kinds[])(void) = {step_add,       step_add,       step_remove,
                                           step_construct, step_construct, step_construct,
                                           step_destruct};

            machine_cpu = choose(CONFIG_CPUS_MAX);
            if (step % 8 == 0) { /* the changer has everything cached, and must forget */
                machine_forget_all();
                check_tops();
            }
            kinds[choose(7)]();
            if (step % 8 == 0) {
                EXPECT(!machine_is_stale(machine_cpu));
                check_tops();
            }
            if (choose(32) == 0)
                machine_tick();
        }
        check_counts();
        check_kernel_halves();
        look_at_absent();
        for (unsigned i = 0; i < 256; i++) {
            const unsigned places[] = {i & 3, i >> 2 & 3, i >> 4 & 3, i >> 6 & 3};

            translations += granted(0, places).access != 0;
        }
        (void)flush_begin(&machine_cpus[machine_cpu]);
        machine_tick();
        for (unsigned cpu = 0; cpu < CONFIG_CPUS_MAX; cpu++)
            EXPECT(!machine_is_stale(cpu));
        if (case_failed)
            printf("# sequence %u\n", sequence);
    }
    EXPECT(translations > sequences);
    printf("# %u translations at the ends of %u sequences\n", translations, sequences);
    end("random changes: the hardware sees what was granted, and nothing else");
    case_failed = absent_words != 0;
    end("entries that are not present are 0 (L1TF)");
}

/* ---- One by one ---- */

static void geometry(void)
{
    begin();
    for (word_t size = 0; size <= 64; size++)
        for (word_t number = 0; number <= 12; number++) {
            bool is_lower = number == 9 && (size == 12 || size == 21 || size == 30);

            EXPECT(pagetable_backend_bytes(false, size, number) == (is_lower ? 4096u : 0));
            EXPECT(pagetable_backend_bytes(true, size, number) ==
                   (size == 39 && number == 8 ? 4096u : 0));
        }
    EXPECT(machine_create(0, 1 << 20, 12, 9) == STATUS_HARDWARE);
    EXPECT(machine_create(0, (word_t)1 << 39 | PAGETABLE_TOP, 39, 8) == STATUS_HARDWARE);
    for (word_t offset = 32; offset < 4096; offset += 32)
        EXPECT(machine_create_at(0, 0, 12, 9, offset) == STATUS_MEMORY);
    EXPECT(machine_create(0, 0, 12, 9) == STATUS_OK); /* the refusals have marked nothing */
    EXPECT(machine_create_at(1, 0, 12, 9, 4096 - 32) == STATUS_MEMORY);
    for (unsigned i = 0; i < 512; i++)
        EXPECT(shared_load((shared_t *)machine_slot(0)->object + i) == 0);
    end("tables are those of the hardware, zeroed, and lie on pages");
}

static void pieces(void)
{
    static const word_t orders[] = {12, 21, 30};

    for (unsigned i = 0; i < 3; i++) {
        struct pagetable_entry entry;
        word_t last = ((word_t)1 << (30 - orders[i])) - 1;

        begin();
        EXPECT(machine_create(0, 0, orders[i], 9) == STATUS_OK);
        EXPECT(machine_add(0, 5, PAGE_READ | PAGE_STATIC, SOURCE, 0, last) == STATUS_OK);
        entry = pagetable_backend_get(machine_slot(0), 5);
        EXPECT(entry.kind == PAGETABLE_PAGE && entry.flags == (PAGE_READ | PAGE_STATIC));
        EXPECT(entry.address == MEMORY + (last << orders[i]));
        EXPECT(machine_add(0, 6, PAGE_READ, SOURCE, 0, last + 1) == STATUS_ADDRESS);
        EXPECT(machine_add(0, 512, PAGE_READ, SOURCE, 0, 0) == STATUS_ADDRESS);
        EXPECT(machine_add(0, 6, PAGE_READ, SOURCE, 512, 0) == STATUS_ADDRESS);
        EXPECT(machine_add(0, 6, PAGE_READ, SOURCE, 1, 0) == STATUS_MAP);
        EXPECT(machine_create(1, 0, 12, 9) == STATUS_OK);
        EXPECT(machine_add(1, 0, PAGE_READ | PAGE_WRITE, 0, 5, 0) == STATUS_PERMISSION);
        EXPECT(machine_add(1, 0, PAGE_READ | PAGE_EXECUTE, 0, 5, 0) == STATUS_PERMISSION);
        EXPECT(machine_add(1, 0, PAGE_READ | PAGE_CACHE, 0, 5, 0) == STATUS_PERMISSION);
        EXPECT(machine_add(1, 0, PAGE_READ, 0, 5, 0) == STATUS_OK);
        EXPECT(pagetable_backend_get(machine_slot(1), 0).address == entry.address);
        EXPECT(machine_create(2, 0, 30, 9) == STATUS_OK);
        EXPECT(machine_add(2, 0, PAGE_READ, 0, 5, 0) ==
               (orders[i] == 30 ? STATUS_OK : STATUS_ADDRESS)); /* larger than its source */
    }
    end("a page is a piece of its source, with its source's access or less");
}

static void looking(void)
{
    struct pagetable_place place;

    begin();
    EXPECT(machine_create(0, PAGETABLE_TOP, 39, 8) == STATUS_OK);
    EXPECT(machine_create(1, (word_t)7 << 39, 30, 9) == STATUS_OK);
    EXPECT(machine_create(2, (word_t)7 << 39, 21, 9) == STATUS_OK);
    EXPECT(machine_construct(0, 6, 1) == STATUS_ADDRESS);
    EXPECT(machine_construct(0, 7, 1) == STATUS_OK);
    EXPECT(machine_construct(1, 0, 2) == STATUS_OK);
    EXPECT(machine_add(2, 3, PAGE_READ | PAGE_WRITE, SOURCE, 0, 0) == STATUS_OK);
    EXPECT(pagetable_backend_find(machine_slot(0), ((word_t)7 << 39) + (3 << 21) + 5, &place));
    EXPECT(place.flags == (PAGE_READ | PAGE_WRITE));
    EXPECT(place.size_order == 21 && place.number_order == 9);
    EXPECT(pagetable_backend_find(machine_slot(2), ((word_t)7 << 39) + (3 << 21), &place));
    EXPECT(!pagetable_backend_find(machine_slot(0), ((word_t)7 << 39) + (4 << 21), &place));
    EXPECT(!pagetable_backend_find(machine_slot(0), (word_t)1 << 47, &place));
    EXPECT(!pagetable_backend_find(machine_slot(0), (word_t)-1, &place)); /* the kernel's half */
    EXPECT(!pagetable_backend_find(machine_slot(2), 3 << 21, &place));
    EXPECT(machine_construct(0, 256, 1) == STATUS_ADDRESS);
    EXPECT(machine_remove(0, 256) == STATUS_ADDRESS);
    EXPECT(machine_remove(0, 7) == STATUS_MAP); /* a child is no page */
    EXPECT(!pagetable_repair(&machine_cpus[0], (word_t)machine_slot(0)->object,
                             ((word_t)7 << 39) + (3 << 21), PAGE_READ));
    end("an address is looked up through the levels; the kernel's half is out of reach");
}

/* A table that is loaded, attached, or not yet flushed cannot go. */
static void deletion(void)
{
    begin();
    EXPECT(machine_create(0, PAGETABLE_TOP, 39, 8) == STATUS_OK);
    EXPECT(machine_create(1, PAGETABLE_TOP, 39, 8) == STATUS_OK);
    EXPECT(machine_create(2, 0, 30, 9) == STATUS_OK);
    EXPECT(machine_construct(0, 0, 2) == STATUS_OK && machine_construct(1, 0, 2) == STATUS_OK);
    machine_tick();
    EXPECT(machine_freeze(2) == STATUS_REFERENCED && machine_freeze(0) == STATUS_REFERENCED);
    EXPECT(machine_destruct(0, 0, 2) == STATUS_OK);
    EXPECT(machine_freeze(2) == STATUS_REFERENCED); /* by the other parent */
    EXPECT(machine_destruct(1, 0, 2) == STATUS_OK);
    EXPECT(machine_freeze(2) == STATUS_OK && machine_freeze(0) == STATUS_OK);
    for (unsigned i = 0; i < CONFIG_CPUS_MAX; i++)
        EXPECT(flush_passed(shared_load(&machine_slot(2)->pagetable.detached)) ==
               (CONFIG_CPUS_MAX == 1));
    if (CONFIG_CPUS_MAX > 1)
        EXPECT(machine_delete(2) == STATUS_NOT_QUIESCENT);
    machine_tick();
    shared_store(&machine_cpus[CONFIG_CPUS_MAX - 1].loaded, (word_t)machine_slot(0)->object);
    EXPECT(machine_delete(0) == STATUS_NOT_QUIESCENT);
    shared_store(&machine_cpus[CONFIG_CPUS_MAX - 1].loaded, 0);
    EXPECT(machine_delete(0) == STATUS_OK && machine_delete(2) == STATUS_OK);
    machine_set_next(machine_next() - 3 * 4096);
    EXPECT(machine_create(3, 0, 12, 9) == STATUS_OK); /* the memory of table 0 is free again */
    end("what is loaded, attached or not flushed is not deleted");
}

/* ---- Two CPUs at one entry ---- */

enum operation { MAP, MAP_OTHER, UNMAP, CONSTRUCT, CONSTRUCT_RIVAL, DESTRUCT, OPERATIONS };

static sword_t operate(enum operation operation)
{
    switch (operation) {
    case MAP:
        return machine_add(0, 1, PAGE_READ, SOURCE, 0, 0);
    case MAP_OTHER:
        return machine_add(0, 1, PAGE_READ | PAGE_WRITE, SOURCE, 0, 1);
    case UNMAP:
        return machine_remove(0, 1);
    case CONSTRUCT:
        return machine_construct(0, 1, 1);
    case CONSTRUCT_RIVAL:
        return machine_construct(0, 1, 2);
    case DESTRUCT:
        return machine_destruct(0, 1, 1);
    case OPERATIONS:
    default:
        abort();
    }
}

struct state {
    word_t entry, counts[3];
};

static struct state look(void)
{
    struct state state = {.entry = shared_load((shared_t *)machine_slot(0)->object + 1)};

    for (unsigned i = 0; i < 3; i++)
        state.counts[i] = shared_load(&machine_slot(i)->link);
    return state;
}

/* What is at the entry at the beginning: nothing, a page, a child. */
static void place(unsigned kind)
{
    begin();
    EXPECT(machine_create(0, 0, 21, 9) == STATUS_OK);
    EXPECT(machine_create(1, 1 << 21, 12, 9) == STATUS_OK);
    EXPECT(machine_create(2, 1 << 21, 12, 9) == STATUS_OK);
    if (kind == 1)
        EXPECT(operate(MAP) == STATUS_OK);
    if (kind == 2)
        EXPECT(operate(CONSTRUCT) == STATUS_OK);
}

struct run {
    sword_t first, second;
    struct state state;
};

static struct run in_turn(unsigned kind, enum operation first, enum operation second)
{
    struct run run;
    word_t base;

    place(kind);
    base = (word_t)machine_slot(0)->object;
    run.first = operate(first);
    run.second = operate(second);
    run.state = look();
    EXPECT(base == (word_t)machine_slot(0)->object);
    return run;
}

static bool same_state(const struct state *a, const struct state *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static unsigned countdown;
static enum operation injected;
static sword_t injected_result;
static bool was_injected;

static void inject(void)
{
    const unsigned caller = machine_cpu;

    if (countdown-- != 0)
        return;
    was_injected = true;
    machine_cpu = CONFIG_CPUS_MAX - 1;
    injected_result = operate(injected);
    machine_cpu = caller;
    machine_on_atomic = NULL;
}

/* Whether the injection ends as one order or the other, or the outer call lost and did nothing. */
static bool is_explained(unsigned kind, enum operation outer, enum operation inner,
                         const struct run *found)
{
    struct run outer_first = in_turn(kind, outer, inner);
    struct run inner_first = in_turn(kind, inner, outer);
    struct state alone;

    if (found->first == outer_first.first && found->second == outer_first.second &&
        same_state(&found->state, &outer_first.state))
        return true;
    if (found->first == inner_first.second && found->second == inner_first.first &&
        same_state(&found->state, &inner_first.state))
        return true;
    place(kind);
    (void)operate(inner);
    alone = look();
    return found->first == STATUS_CONFLICT && same_state(&found->state, &alone);
}

static unsigned conflicts;

/* True as long as there was an atomic operation left to be in front of. */
static bool meet(unsigned kind, enum operation outer, enum operation inner, unsigned point)
{
    struct run found;

    place(kind);
    countdown = point;
    injected = inner;
    was_injected = false;
    machine_on_atomic = inject;
    found.first = operate(outer);
    machine_on_atomic = NULL;
    if (!was_injected)
        return false;
    found.second = injected_result;
    found.state = look();
    conflicts += found.first == STATUS_CONFLICT;
    if (!is_explained(kind, outer, inner, &found)) {
        printf("# kind %u, operation %d in %d at %u: %d and %d\n", kind, inner, outer, point,
               (int)found.first, (int)found.second);
        case_failed = true;
    }
    return true;
}

static void meetings(void)
{
    conflicts = 0;
    for (unsigned i = 0; i < 3 * OPERATIONS * OPERATIONS; i++) {
        unsigned point = 0;

        while (meet(i % 3, (enum operation)(i / 3 % OPERATIONS),
                    (enum operation)(i / 3 / OPERATIONS), point))
            point++;
        EXPECT(point > 0);
    }
    EXPECT(conflicts > 0);
    printf("# %u conflicts\n", conflicts);
    end("two changes of one entry: one order or the other, or CONFLICT and nothing changed");
}

/* ---- The stamp of a child with three parents ---- */

static unsigned second_countdown;

static void detach_third(void)
{
    if (second_countdown-- != 0)
        return;
    machine_on_atomic = NULL;
    EXPECT(machine_destruct(2, 0, 3) == STATUS_OK);
    was_injected = true;
}

static void detach_second(void)
{
    if (countdown-- != 0)
        return;
    machine_on_atomic = detach_third;
    EXPECT(machine_destruct(1, 0, 3) == STATUS_OK);
    machine_on_atomic = NULL;
}

/* Taken out of three parents, the second in the middle of the first, the third in that of the
 * second. */
static bool detach_nested(unsigned first, unsigned second)
{
    word_t before, stamp;

    begin();
    EXPECT(machine_create(3, 0, 30, 9) == STATUS_OK);
    for (unsigned i = 0; i < 3; i++) {
        EXPECT(machine_create(i, PAGETABLE_TOP, 39, 8) == STATUS_OK);
        EXPECT(machine_construct(i, 0, 3) == STATUS_OK);
    }
    before = flush_begin(&machine_cpus[0]);
    countdown = first;
    second_countdown = second;
    was_injected = false;
    machine_on_atomic = detach_second;
    EXPECT(machine_destruct(0, 0, 3) == STATUS_OK);
    machine_on_atomic = NULL;
    stamp = shared_load(&machine_slot(3)->pagetable.detached);
    if (was_injected) {
        EXPECT(stamp == before + 3);
        EXPECT(shared_load(&machine_slot(3)->link) == 0);
    }
    return was_injected;
}

static void stamps(void)
{
    unsigned nestings = 0;

    for (unsigned first = 0; first < 32; first++)
        for (unsigned second = 0; second < 32; second++)
            nestings += detach_nested(first, second);
    EXPECT(nestings > 16);
    printf("# %u nestings\n", nestings);
    end("the stamp of a child is that of its last detachment, whoever wrote it last");
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    geometry();
    pieces();
    looking();
    deletion();
    if (CONFIG_CPUS_MAX > 1) {
        meetings();
        stamps();
    }
    random_sequences(CONFIG_TEST_SEQUENCES, 2000);
    return end_all();
}
