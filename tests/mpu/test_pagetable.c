/* SPDX-License-Identifier: Unlicense
 *
 * Page tables on an MPU. After every step the region words, decoded as the manual says, must let
 * through no byte that was not granted, and every byte of a static page; a byte of a dynamic page
 * must be there after the repair of one fault. What is granted is computed from a plain record of
 * the successful calls.
 */
#include "arch/space.h"
#include "kernel/kmem.h"
#include "tests/mpu/hardware.h"
#include "tests/pagetables/frame.h"
#include "tests/pagetables/machine.h"

#include <stdlib.h>
#include <string.h>

enum {
    WINDOW_ORDER = 13,
    GRANULE = 32,
    GRANULES = (1 << WINDOW_ORDER) / GRANULE,
    TABLES = 24,
    SOURCE = 100, /* slot of a table whose one page is the window, with every right */
    RWX = PAGE_READ | PAGE_WRITE | PAGE_EXECUTE,
};
static const word_t WINDOW = 0x20004000;

static void begin(void)
{
    machine_reset();
    if (machine_create(SOURCE, WINDOW, WINDOW_ORDER, 0) != STATUS_OK)
        abort();
    if (pagetable_backend_map(&machine_cpus[0], machine_slot(SOURCE), 0, WINDOW,
                              RWX | PAGE_CACHE | PAGE_BUFFER) != STATUS_OK)
        abort();
}

/* ---- Record of what was granted ---- */

struct record {
    bool exists, is_top, is_list;
    word_t base, size_order, number_order, flags;
    int parent;        /* or -1 */
    unsigned position; /* in the parent */
    uint32_t pages;    /* bit i: entry i */
    int child[32];     /* or -1 */
};
static struct record record[TABLES];

static void record_table(unsigned i, word_t base, word_t size_order, word_t number_order)
{
    struct record *table = &record[i];

    *table = (struct record){.exists = true,
                             .is_top = (base & 1) != 0,
                             .is_list = size_order == WORD_BITS,
                             .base = base & ~(word_t)1,
                             .size_order = size_order,
                             .number_order = number_order,
                             .parent = -1};
    for (unsigned p = 0; p < 32; p++)
        table->child[p] = -1;
}

static int top_of(int i)
{
    while (record[i].parent >= 0)
        i = record[i].parent;
    return record[i].is_top ? i : -1;
}

static bool has_children(const struct record *table)
{
    for (unsigned p = 0; p < 32; p++)
        if (table->child[p] >= 0)
            return true;
    return false;
}

static unsigned access_of(word_t flags)
{
    return (unsigned)(flags & RWX); /* the same bits as MPU_MAY_* */
}

/* Flags of the page at an address in a tree; 0 if none. */
static word_t granted(int top, word_t address)
{
    for (int i = 0; i < TABLES; i++) {
        const struct record *table = &record[i];
        word_t offset = address - table->base;

        if (!table->exists || table->is_list || top_of(i) != top)
            continue;
        if (offset >> (table->size_order + table->number_order) != 0)
            continue;
        if ((table->pages >> (offset >> table->size_order) & 1) != 0)
            return table->flags;
    }
    return 0;
}

static void check_top(int top)
{
    struct mpu image = machine_image((unsigned)top);

    EXPECT(image.unpredictable == NULL);
    for (unsigned g = 0; g < GRANULES; g++) {
        word_t address = WINDOW + g * GRANULE;
        unsigned access = mpu_access(&image, (uint32_t)address);
        word_t flags = granted(top, address);

        EXPECT(access == mpu_access(&image, (uint32_t)address + GRANULE - 1));
        if ((flags & PAGE_STATIC) != 0)
            EXPECT(access == access_of(flags));
        else
            EXPECT(access == 0 || access == access_of(flags));
    }
    EXPECT(mpu_access(&image, (uint32_t)WINDOW - 1) == 0);
    EXPECT(mpu_access(&image, (uint32_t)WINDOW + (1 << WINDOW_ORDER)) == 0);
    if (shared_load(&machine_cpus[0].loaded) == (word_t)machine_slot((unsigned)top)->object)
        EXPECT(memcmp(image.region, machine_mpu.region, sizeof image.region) == 0);
}

/* A fault at an address: repaired exactly if it is granted and not in the image. */
static void check_fault(int top, word_t address, unsigned access)
{
    word_t space = (word_t)machine_slot((unsigned)top)->object;
    struct mpu image = machine_image((unsigned)top);
    word_t flags = granted(top, address);
    bool is_granted = (access_of(flags) & access) == access;
    bool is_shown = mpu_access(&image, (uint32_t)address) != 0;

    machine_load((unsigned)top);
    EXPECT(pagetable_repair(&machine_cpus[0], space, address, access) == (is_granted && !is_shown));
    image = machine_image((unsigned)top);
    if (is_granted)
        EXPECT(mpu_access(&image, (uint32_t)address) == access_of(flags));
    EXPECT(!pagetable_repair(&machine_cpus[0], space, address, access));
}

/* ---- Random sequences, with the answers foretold ---- */

static bool room(int top, word_t flags)
{
    unsigned statics = (flags & PAGE_STATIC) != 0, dynamics = !statics;

    for (int i = 0; i < TABLES; i++)
        if (record[i].exists && record[i].pages != 0 && top_of(i) == top)
            (record[i].flags & PAGE_STATIC) != 0 ? statics++ : dynamics++;
    return statics <= (dynamics != 0 ? 4u : 8u);
}

static bool may_add(int i, unsigned position, word_t flags)
{
    const struct record *table = &record[i];

    if ((table->pages >> position & 1) != 0 || table->child[position] >= 0)
        return false;
    if (table->number_order > 3 || (flags & PAGE_READ) == 0)
        return false;
    if ((flags & PAGE_STATIC) == 0 && table->size_order < 8)
        return false;
    if (table->pages != 0 && table->flags != flags)
        return false;
    /* The sub-regions of a small region cannot be switched off. */
    if (table->size_order + table->number_order < 8 && table->number_order != 0)
        return false;
    return table->pages != 0 || top_of(i) < 0 || room(top_of(i), flags);
}

static void step_add(void)
{
    static const word_t kinds[] = {
        PAGE_READ,  PAGE_READ | PAGE_WRITE, PAGE_READ | PAGE_EXECUTE, RWX,
        PAGE_WRITE, PAGE_READ | PAGE_CACHE};
    int i = (int)choose(TABLES);
    struct record *table = &record[i];
    unsigned position = choose(1u << table->number_order);
    word_t flags = kinds[choose(6)] | (choose(2) != 0 ? PAGE_STATIC : 0);
    word_t address;
    bool allowed;

    if (!table->exists || table->is_list)
        return;
    address = table->base + (position << table->size_order);
    if (table->pages != 0 && choose(4) != 0)
        flags = table->flags;
    if ((address - WINDOW) >> WINDOW_ORDER != 0) {
        EXPECT(machine_add((unsigned)i, position, flags, SOURCE, 0, 0) == STATUS_ADDRESS);
        return;
    }
    allowed = may_add(i, position, flags);
    EXPECT(machine_add((unsigned)i, position, flags, SOURCE, 0,
                       (address - WINDOW) >> table->size_order) ==
           (allowed ? STATUS_OK : STATUS_MAP));
    if (allowed) {
        table->pages |= 1u << position;
        table->flags = flags;
    }
}

static void step_remove(void)
{
    int i = (int)choose(TABLES);
    struct record *table = &record[i];
    unsigned position = choose(1u << table->number_order);
    bool is_page = (table->pages >> position & 1) != 0;

    if (!table->exists)
        return;
    EXPECT(machine_remove((unsigned)i, position) == (is_page ? STATUS_OK : STATUS_MAP));
    table->pages &= ~(1u << position);
}

static bool fits(const struct record *parent, unsigned position, const struct record *child)
{
    word_t order = child->size_order + child->number_order;
    word_t begin;

    if (parent->is_list)
        return true;
    begin = parent->base + (position << parent->size_order);
    return order <= parent->size_order && child->base >= begin &&
           child->base - begin + ((word_t)1 << order) <= (word_t)1 << parent->size_order;
}

static bool overlap(const struct record *a, const struct record *b)
{
    word_t a_end = a->base + ((word_t)1 << (a->size_order + a->number_order));
    word_t b_end = b->base + ((word_t)1 << (b->size_order + b->number_order));

    return a->base < b_end && b->base < a_end;
}

static unsigned depth_of(int i)
{
    unsigned depth = 0;

    for (; record[i].parent >= 0; i = record[i].parent)
        depth++;
    return depth;
}

static bool may_construct(int p, unsigned position, int c)
{
    const struct record *parent = &record[p], *child = &record[c];

    if (top_of(p) < 0 || child->is_top || child->parent >= 0 || depth_of(p) >= 7)
        return false;
    if ((parent->pages >> position & 1) != 0 || parent->child[position] >= 0)
        return false;
    for (unsigned i = 0; parent->is_list && i < 32; i++)
        if (parent->child[i] >= 0 && overlap(&record[parent->child[i]], child))
            return false;
    return child->pages == 0 || room(top_of(p), child->flags);
}

static void step_construct(void)
{
    int p = (int)choose(TABLES), c = (int)choose(TABLES);
    unsigned position = choose(1u << record[p].number_order);
    sword_t expected = STATUS_ADDRESS;

    if (!record[p].exists || !record[c].exists)
        return;
    if (record[c].is_list && record[p].is_list)
        expected = STATUS_MAP;
    else if (!record[c].is_list && fits(&record[p], position, &record[c]))
        expected = may_construct(p, position, c) ? STATUS_OK : STATUS_MAP;
    EXPECT(machine_construct((unsigned)p, position, (unsigned)c) == expected);
    if (expected == STATUS_OK) {
        record[p].child[position] = c;
        record[c].parent = p;
        record[c].position = position;
    }
}

static void step_destruct(void)
{
    int c = (int)choose(TABLES), p = record[c].parent;
    bool allowed;

    if (p < 0 || choose(4) == 0)
        p = (int)choose(TABLES);
    if (!record[p].exists || !record[c].exists || record[c].position >> record[p].number_order != 0)
        return;
    allowed = record[c].parent == p && !has_children(&record[c]);
    EXPECT(machine_destruct((unsigned)p, record[c].position, (unsigned)c) ==
           (allowed ? STATUS_OK : STATUS_MAP));
    if (allowed) {
        record[p].child[record[c].position] = -1;
        record[c].parent = -1;
    }
}

/* Two top levels, a list and a tree, and tables of all shapes inside the window. */
static void make_tables(void)
{
    memset(record, 0, sizeof record);
    for (unsigned i = 0; i < TABLES; i++) {
        word_t number = i < 2 ? 2 + choose(3) : choose(5);
        word_t most = i == 1 ? WINDOW_ORDER - number : WINDOW_ORDER - number - choose(3);
        word_t size = i == 0 ? WORD_BITS : i == 1 ? most : 5 + choose((unsigned)(most - 4));
        word_t base = i == 0 ? 0 : WINDOW;

        if (i > 1)
            base += (word_t)choose(1u << (WINDOW_ORDER - size - number)) << (size + number);
        EXPECT(machine_create(i, base | (i < 2), size, number) == STATUS_OK);
        record_table(i, base | (i < 2), size, number);
    }
}

static void random_sequences(unsigned sequences, unsigned steps)
{
    static const unsigned accesses[] = {PAGE_READ, PAGE_WRITE, PAGE_EXECUTE};
    static char name[80];

    for (unsigned s = 1; s <= sequences; s++) {
        begin();
        seed = s * 2654435761u;
        make_tables();
        machine_load(choose(2));
        for (unsigned i = 0; i < steps && !case_failed; i++) {
            void (*const step[])(void) = {step_add,       step_add,       step_add,     step_remove,
                                          step_construct, step_construct, step_destruct};

            step[choose(i % 512 < 256 ? 6 : 7)]();
            check_top(0);
            check_top(1);
            check_fault((int)choose(2), WINDOW + choose(1 << WINDOW_ORDER), accesses[choose(3)]);
            check_top(0);
            check_top(1);
        }
        if (case_failed)
            break;
    }
    snprintf(name, sizeof name, "%u random sequences of %u steps", sequences, steps);
    end(name);
}

/* ---- Every set of pages of one table ---- */

static void one_set(word_t size, word_t number, unsigned set, word_t flags)
{
    begin();
    memset(record, 0, sizeof record);
    EXPECT(machine_create(0, WINDOW | 1, size, number) == STATUS_OK);
    record_table(0, WINDOW | 1, size, number);
    machine_load(0);
    for (unsigned p = 0; p < 1u << number; p++) {
        bool allowed = may_add(0, p, flags);

        if ((set >> p & 1) == 0)
            continue;
        EXPECT(machine_add(0, p, flags, SOURCE, 0, p) == (allowed ? STATUS_OK : STATUS_MAP));
        if (allowed) {
            record[0].pages |= 1u << p;
            record[0].flags = flags;
        }
    }
    check_top(0);
    for (unsigned g = 0; g < GRANULES && (flags & PAGE_STATIC) == 0; g += 3)
        check_fault(0, WINDOW + g * GRANULE, PAGE_READ);
    for (unsigned p = 0; p < 1u << number; p++) {
        if ((record[0].pages >> p & 1) == 0)
            continue;
        EXPECT(machine_remove(0, p) == STATUS_OK);
        record[0].pages &= ~(1u << p);
        check_top(0);
    }
}

static void every_set(void)
{
    for (word_t number = 0; number <= 3; number++)
        for (word_t size = 5; size + number <= WINDOW_ORDER; size++)
            for (unsigned set = 0; set < 1u << (1u << number); set++)
                for (word_t flags = 0; flags < 16; flags++)
                    if (flags == 3 || size < 9 || set == 0xA5)
                        one_set(size, number, set,
                                (flags & RWX) | ((flags & 8) != 0 ? PAGE_STATIC : 0));
    end("every set of pages of one table, of every size and access");
}

/* ---- Single rules ---- */

static void geometry(void)
{
    const word_t whole = WORD_BITS;

    begin();
    EXPECT(machine_create(0, 0, 4, 1) == STATUS_HARDWARE);
    EXPECT(machine_create(0, 0, 5, 9) == STATUS_HARDWARE);
    EXPECT(machine_create(0, 0, whole - 1, 2) == STATUS_HARDWARE);
    EXPECT(machine_create(0, 0, ~(word_t)0, 2) == STATUS_HARDWARE);
    EXPECT(machine_create(0, 0, 5, ~(word_t)4) == STATUS_HARDWARE);
    EXPECT(machine_create(0, 0, whole, 0) == STATUS_HARDWARE);
    EXPECT(machine_create(0, 1, whole, 6) == STATUS_HARDWARE);
    EXPECT(machine_create(0, 0x21, whole, 5) == STATUS_HARDWARE);
    EXPECT(machine_create(0, 0x20, 5, 1) == STATUS_HARDWARE);
    EXPECT(machine_create(0, 2, 5, 1) == STATUS_HARDWARE);
    EXPECT(machine_create(0, (word_t)1 << (whole - 1), whole - 1, 1) == STATUS_HARDWARE);
    EXPECT(machine_create(0, 0, whole - 1, 1) == STATUS_OK);
    EXPECT(machine_create(1, (word_t)1 << (whole - 1), whole - 1, 0) == STATUS_OK);
    EXPECT(machine_create(2, 0x41, 5, 1) == STATUS_OK);
    EXPECT(machine_create(2, 0x41, 5, 1) == STATUS_OCCUPIED);
    EXPECT(machine_create(128, 0x41, 5, 1) == STATUS_RANGE);
    EXPECT(machine_create(3, 1, whole, 5) == STATUS_OK);
    end("orders and bases that no table has are refused");
}

static void narrowing(void)
{
    struct capability *source;
    word_t rights;

    begin();
    EXPECT(machine_create(0, WINDOW, 8, 3) == STATUS_OK);
    source = machine_slot(0);
    EXPECT(pagetable_narrow(source, 3, 0, PAGETABLE_RANGE_MAX + 1, &rights) == STATUS_BOUNDS);
    EXPECT(pagetable_narrow(source, 3, 5, 4, &rights) == STATUS_BOUNDS);
    EXPECT(pagetable_narrow(source, 3, 2, 4, &rights) == STATUS_OK);
    source->rights = rights;
    EXPECT(pagetable_narrow(source, 3, 1, 4, &rights) == STATUS_BOUNDS);
    EXPECT(pagetable_narrow(source, 3, 2, 5, &rights) == STATUS_BOUNDS);
    EXPECT(machine_add(0, 1, PAGE_READ, SOURCE, 0, 1) == STATUS_BOUNDS);
    EXPECT(machine_add(0, 5, PAGE_READ, SOURCE, 0, 5) == STATUS_BOUNDS);
    EXPECT(machine_remove(0, 1) == STATUS_BOUNDS);
    EXPECT(machine_construct(0, 5, SOURCE) == STATUS_BOUNDS);
    EXPECT(machine_destruct(0, ~(word_t)0, SOURCE) == STATUS_BOUNDS);
    EXPECT(machine_add(SOURCE, 0, PAGE_READ, 0, 1, 0) == STATUS_BOUNDS);
    EXPECT(machine_add(0, 2, PAGE_READ, SOURCE, 0, 2) == STATUS_OK);
    end("a capability names a range of positions, and delegation narrows it");
}

static void pieces(void)
{
    begin();
    EXPECT(machine_create(0, WINDOW, 8, 3) == STATUS_OK);
    EXPECT(machine_create(1, 0x20000000, 15, 0) == STATUS_OK);
    EXPECT(machine_create(2, WINDOW, 8, 3) == STATUS_OK);
    EXPECT(machine_add(1, 0, PAGE_READ, SOURCE, 0, 0) == STATUS_ADDRESS); /* larger */
    EXPECT(machine_add(0, 1, PAGE_READ, SOURCE, 0, 2) == STATUS_ADDRESS); /* elsewhere */
    EXPECT(machine_add(0, 1, PAGE_READ, SOURCE, 0, 33) == STATUS_ADDRESS);
    EXPECT(machine_add(0, 1, PAGE_READ, SOURCE, 0, ((word_t)1 << (WORD_BITS - 8)) + 1) ==
           STATUS_ADDRESS);                                      /* would wrap */
    EXPECT(machine_add(0, 1, PAGE_READ, 2, 1, 0) == STATUS_MAP); /* no page there */
    EXPECT(machine_add(0, 1, PAGE_READ, SOURCE, 0, 1) == STATUS_OK);
    EXPECT(machine_add(2, 1, PAGE_READ | PAGE_WRITE, 0, 1, 0) == STATUS_PERMISSION);
    EXPECT(machine_add(2, 1, PAGE_READ | PAGE_CACHE, 0, 1, 0) == STATUS_PERMISSION);
    EXPECT(machine_add(2, 1, PAGE_READ | 0x40, 0, 1, 0) == STATUS_PERMISSION);
    EXPECT(machine_add(2, 1, PAGE_READ | PAGE_STATIC, 0, 1, 0) == STATUS_OK);
    EXPECT(machine_add(2, 1, PAGE_READ | PAGE_STATIC, 0, 1, 0) == STATUS_MAP);
    EXPECT(machine_add(2, 2, PAGE_EXECUTE, SOURCE, 0, 2) == STATUS_MAP);
    end("a page is a piece of its source, with no more access");
}

/* Freeze when every CPU has ticked often enough. */
static enum status freeze(unsigned slot)
{
    enum status status = STATUS_NOT_QUIESCENT;

    for (unsigned i = 0; i < 8 && status == STATUS_NOT_QUIESCENT; i++) {
        for (unsigned cpu = 0; cpu < CONFIG_CPUS_MAX; cpu++)
            quiesce_tick(&machine_cpus[cpu]);
        status = cap_freeze(machine_slot(slot));
    }
    return status;
}

/* The same for a delete, which may be refused for other reasons with the same status. */
static enum status delete (unsigned slot) {
    enum status status = STATUS_NOT_QUIESCENT;

    for (unsigned i = 0; i < 8 && status == STATUS_NOT_QUIESCENT;
         i++){for (unsigned cpu = 0; cpu < CONFIG_CPUS_MAX; cpu++) quiesce_tick(&machine_cpus[cpu]);
              status = (enum status)machine_delete(slot);}
return status;
}

static void deletion(void)
{
    begin();
    EXPECT(machine_create(0, WINDOW | 1, 8, 3) == STATUS_OK);
    EXPECT(machine_create(1, WINDOW, 5, 3) == STATUS_OK);
    EXPECT(machine_construct(0, 0, 1) == STATUS_OK);
    EXPECT(freeze(0) == STATUS_REFERENCED);
    EXPECT(freeze(1) == STATUS_REFERENCED);
    EXPECT(machine_destruct(0, 0, 1) == STATUS_OK);
    EXPECT(machine_destruct(0, 0, 1) == STATUS_MAP);
    EXPECT(delete (0) == STATUS_NOT_FROZEN);
    EXPECT(freeze(0) == STATUS_OK);
    EXPECT(freeze(1) == STATUS_OK);
    shared_store(&machine_cpus[CONFIG_CPUS_MAX - 1].loaded, (word_t)machine_slot(0)->object);
    EXPECT(delete (0) == STATUS_NOT_QUIESCENT);
    shared_store(&machine_cpus[CONFIG_CPUS_MAX - 1].loaded, 0);
    EXPECT(delete (0) == STATUS_OK);
    shared_store(&machine_slot(1)->pagetable.detached, 1);
    EXPECT(delete (1) == STATUS_NOT_QUIESCENT);
    shared_store(&machine_slot(1)->pagetable.detached, 0);
    EXPECT(delete (1) == STATUS_OK);
    EXPECT(delete (1) == STATUS_EMPTY);
    EXPECT(delete (200) == STATUS_RANGE);
    end("a table goes away when nothing refers to it and no CPU has it");
}

/* An instruction may need four dynamic regions at once: they must all get in, however often. */
static void progress(void)
{
    word_t space;

    begin();
    EXPECT(machine_create(20, 1, WORD_BITS, 4) == STATUS_OK);
    for (unsigned i = 0; i < 12; i++) {
        word_t flags = PAGE_READ | (i < 4 ? PAGE_STATIC : 0);

        EXPECT(machine_create(i, WINDOW + i * 256, 8, 0) == STATUS_OK);
        EXPECT(machine_add(i, 0, flags, SOURCE, 0, i) == STATUS_OK);
        EXPECT(machine_construct(20, i, i) == STATUS_OK);
    }
    machine_load(20);
    space = (word_t)machine_slot(20)->object;
    for (unsigned round = 0; round < 1000; round++) {
        unsigned need[4], faults = 0;
        bool again = true;

        seed = round + 1;
        for (unsigned i = 0; i < 4; i++)
            need[i] = 4 + (choose(1000) + i) % 8;
        while (again && faults <= 4) {
            again = false;
            for (unsigned i = 0; i < 4 && !again; i++)
                again =
                    mpu_access(&machine_mpu, (uint32_t)(WINDOW + need[i] * 256)) == 0 &&
                    pagetable_repair(&machine_cpus[0], space, WINDOW + need[i] * 256, PAGE_READ);
            faults += again;
        }
        EXPECT(!again && faults <= 4);
        for (unsigned i = 0; i < 4; i++)
            EXPECT(mpu_access(&machine_mpu, (uint32_t)(WINDOW + need[i] * 256)) == PAGE_READ);
    }
    EXPECT(machine_create(12, WINDOW + 12 * 256, 8, 0) == STATUS_OK);
    EXPECT(machine_add(12, 0, PAGE_READ | PAGE_STATIC, SOURCE, 0, 12) == STATUS_OK);
    EXPECT(machine_construct(20, 12, 12) == STATUS_MAP);
    end("four dynamic regions fit beside four static ones, and a fifth static one does not");
}

/* A table of one page of 256 bytes, number i of the window, in place i of the list 20. */
static sword_t put(unsigned i, word_t flags)
{
    sword_t status = machine_create(i, WINDOW + i * 256, 8, 0);

    if (status == STATUS_OK)
        status = machine_add(i, 0, flags, SOURCE, 0, i);
    return status == STATUS_OK ? machine_construct(20, i, i) : status;
}

static void reserve(void)
{
    begin();
    EXPECT(machine_create(20, 1, WORD_BITS, 4) == STATUS_OK);
    for (unsigned i = 0; i < 8; i++)
        EXPECT(put(i, PAGE_READ | PAGE_STATIC) == STATUS_OK);
    EXPECT(put(8, PAGE_READ | PAGE_STATIC) == STATUS_MAP);
    EXPECT(put(9, PAGE_READ) == STATUS_MAP);
    for (unsigned i = 0; i < 4; i++) {
        EXPECT(machine_construct(20, 9, 9) == STATUS_MAP);
        EXPECT(i % 2 != 0 ? machine_remove(i, 0) == STATUS_OK
                          : machine_destruct(20, i, i) == STATUS_OK);
    }
    EXPECT(machine_construct(20, 9, 9) == STATUS_OK);
    EXPECT(machine_construct(20, 8, 8) == STATUS_MAP);
    EXPECT(machine_add(1, 0, PAGE_READ | PAGE_STATIC, SOURCE, 0, 1) == STATUS_MAP);
    EXPECT(machine_add(1, 0, PAGE_READ, SOURCE, 0, 1) == STATUS_OK);
    EXPECT(machine_destruct(20, 9, 9) == STATUS_OK);
    EXPECT(machine_construct(20, 8, 8) == STATUS_MAP);
    EXPECT(machine_remove(1, 0) == STATUS_OK);
    EXPECT(machine_construct(20, 8, 8) == STATUS_OK);
    EXPECT(machine_construct(20, 9, 9) == STATUS_MAP);
    end("static tables may have all regions, or leave four to dynamic ones");
}

/* Another CPU is in the middle of a change: the words that say so are set by hand. */
static void claims(void)
{
    shared_t *version, *tree;
    word_t space;

    begin();
    EXPECT(machine_create(20, 1, WORD_BITS, 4) == STATUS_OK);
    EXPECT(put(0, PAGE_READ) == STATUS_OK);
    EXPECT(machine_create(1, WINDOW + 256, 8, 0) == STATUS_OK);
    space = (word_t)machine_slot(20)->object;
    version = (shared_t *)(space + ARCH_MPU_REGIONS * sizeof(struct arch_mpu_region));
    tree = machine_slot(1)->object;
    machine_load(20);

    shared_store(version, shared_load(version) + 1);
    EXPECT(machine_construct(20, 1, 1) == STATUS_CONFLICT);
    EXPECT(machine_destruct(20, 0, 0) == STATUS_CONFLICT);
    EXPECT(machine_remove(0, 0) == STATUS_CONFLICT);
    EXPECT(machine_add(0, 0, PAGE_READ, SOURCE, 0, 0) == STATUS_CONFLICT);
    EXPECT(pagetable_repair(&machine_cpus[0], space, WINDOW, PAGE_READ));
    EXPECT(mpu_access(&machine_mpu, (uint32_t)WINDOW) == 0);
    shared_store(version, shared_load(version) + 1);

    shared_store(tree, 1);
    EXPECT(machine_add(1, 0, PAGE_READ, SOURCE, 0, 1) == STATUS_CONFLICT);
    EXPECT(machine_construct(20, 1, 1) == STATUS_CONFLICT);
    shared_store(tree, 0);
    EXPECT(machine_construct(20, 1, 1) == STATUS_OK);

    /* The image has it, this CPU does not: the other one repaired the same fault. */
    EXPECT(pagetable_repair(&machine_cpus[0], space, WINDOW, PAGE_READ));
    memset(machine_mpu.region, 0, sizeof machine_mpu.region);
    EXPECT(pagetable_repair(&machine_cpus[0], space, WINDOW, PAGE_READ));
    EXPECT(mpu_access(&machine_mpu, (uint32_t)WINDOW) == PAGE_READ);
    EXPECT(!pagetable_repair(&machine_cpus[0], space, WINDOW, PAGE_READ));
    EXPECT(shared_load(&machine_slot(1)->link) == 1);
    EXPECT(shared_load(&machine_slot(20)->link) == 2);
    end("a change that meets another one is refused and leaves nothing behind");
}

static void depth(void)
{
    begin();
    EXPECT(machine_create(0, WINDOW | 1, 8, 0) == STATUS_OK);
    for (unsigned i = 1; i <= 8; i++) {
        EXPECT(machine_create(i, WINDOW, 8, 0) == STATUS_OK);
        EXPECT(machine_construct(i - 1, 0, i) == (i < 8 ? STATUS_OK : STATUS_MAP));
    }
    EXPECT(machine_add(7, 0, PAGE_READ, SOURCE, 0, 0) == STATUS_OK);
    machine_load(0);
    EXPECT(pagetable_repair(&machine_cpus[0], (word_t)machine_slot(0)->object, WINDOW, PAGE_READ));
    EXPECT(machine_destruct(5, 0, 6) == STATUS_MAP); /* has a child */
    end("a tree has at most eight levels, and the walk reaches the last");
}

static void change_in_force(void)
{
    struct pagetable_place place;
    unsigned loads;

    begin();
    EXPECT(machine_create(0, WINDOW | 1, 10, 3) == STATUS_OK);
    EXPECT(machine_create(1, WINDOW | 1, 10, 3) == STATUS_OK);
    machine_load(0);
    EXPECT(machine_add(0, 3, PAGE_READ | PAGE_STATIC, SOURCE, 0, 3) == STATUS_OK);
    EXPECT(mpu_access(&machine_mpu, (uint32_t)WINDOW + 3 * 1024) == PAGE_READ);
    EXPECT(pagetable_backend_find(machine_slot(0), WINDOW + 3 * 1024 + 7, &place));
    EXPECT(place.flags == (PAGE_READ | PAGE_STATIC) && place.size_order == 10);
    EXPECT(place.number_order == 3);
    EXPECT(!pagetable_backend_find(machine_slot(0), WINDOW, &place));
    EXPECT(!pagetable_backend_find(machine_slot(0), 0, &place));
    EXPECT(machine_remove(0, 3) == STATUS_OK);
    EXPECT(mpu_access(&machine_mpu, (uint32_t)WINDOW + 3 * 1024) == 0);
    loads = machine_loads;
    EXPECT(machine_add(1, 3, PAGE_READ | PAGE_STATIC, SOURCE, 0, 3) == STATUS_OK);
    EXPECT(machine_loads == loads);
    end("the table in force follows at once, another does not disturb it");
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    geometry();
    narrowing();
    pieces();
    deletion();
    progress();
    depth();
    reserve();
    if (CONFIG_CPUS_MAX > 1)
        claims();
    change_in_force();
    every_set();
    random_sequences(CONFIG_TEST_SEQUENCES, 2000);
    return end_all();
}
