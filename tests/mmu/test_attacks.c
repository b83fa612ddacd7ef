/* SPDX-License-Identifier: Unlicense
 *
 * Attempts to make the page tables of an MMU say what they must not: entries in the kernel's half,
 * page bits where there are no pages, reserved bits, the tables themselves as pages, positions,
 * indices and ranges that wrap. Nothing of it may change a table, and what is refused is refused
 * with its status.
 */
#include "arch/space.h"
#include "kernel/kmem.h"
#include "tests/mmu/hardware.h"
#include "tests/pagetables/frame.h"
#include "tests/pagetables/machine.h"

#include <stdlib.h>
#include <string.h>

enum {
    SOURCE = 100, /* slot of a table whose first page is the memory that all get pieces of */
    TOP = 0,
    OTHER_TOP = 1,
    DIRECTORIES = 2, /* in the first place of TOP, and below it, each in the first place: */
    DIRECTORY = 3,
    TABLE = 4,
    LOOSE = 10, /* and on: what is made for one attempt */
    RWX = PAGE_READ | PAGE_WRITE | PAGE_EXECUTE,
    MEMORY_FLAGS = RWX | PAGE_CACHE | PAGE_BUFFER,
};
static const word_t MEMORY = 0x4000000000;

/* Positions and indices that a check may miss. */
static const word_t wild[] = {
    256,
    257,
    511,
    512,
    513,
    1023,
    1 << 12,
    1 << 20,
    0xFFFFFFF,
    0x10000000,
    0x7FFFFFFF,
    0xFFFFFFFF,
    1ull << 32,
    1ull << 43,
    1ull << 52,
    1ull << 61,
    1ull << 63,
    ~0ull,
    ~0ull - 511,
    0ull - 256,
    (1ull << 60) + 1,
    (1ull << 55) - 1,
};
enum { WILD = sizeof(wild) / sizeof(wild[0]) };

static unsigned char before[3][4096];

static void begin(void)
{
    machine_reset();
    if (machine_create(SOURCE, (word_t)4 << 39, 30, 9) != STATUS_OK ||
        pagetable_backend_map(&machine_cpus[0], machine_slot(SOURCE), 0, MEMORY, MEMORY_FLAGS) !=
            STATUS_OK ||
        machine_create(TOP, PAGETABLE_TOP, 39, 8) != STATUS_OK ||
        machine_create(OTHER_TOP, PAGETABLE_TOP, 39, 8) != STATUS_OK ||
        machine_create(DIRECTORIES, 0, 30, 9) != STATUS_OK ||
        machine_create(DIRECTORY, 0, 21, 9) != STATUS_OK ||
        machine_create(TABLE, 0, 12, 9) != STATUS_OK ||
        machine_construct(TOP, 0, DIRECTORIES) != STATUS_OK ||
        machine_construct(DIRECTORIES, 0, DIRECTORY) != STATUS_OK ||
        machine_construct(DIRECTORY, 0, TABLE) != STATUS_OK)
        abort();
    for (unsigned i = 0; i < 3; i++)
        memcpy(before[i], machine_slot(TOP + i)->object, sizeof before[i]);
}

/* TOP, OTHER_TOP and DIRECTORIES are as they were. */
static bool is_unchanged(void)
{
    for (unsigned i = 0; i < 3; i++)
        if (memcmp(before[i], machine_slot(TOP + i)->object, sizeof before[i]) != 0)
            return false;
    return true;
}

/* ---- The bits of entries ---- */

static const word_t all_orders[] = {12, 21, 30, 39, 48, 63};

/* One entry in the place of a level, read as the manual says. */
static struct translation read_entry(word_t entry, word_t order)
{
    static _Alignas(4096) uint64_t tables[4][512];
    unsigned level = (unsigned)(39 - order) / 9;

    memset(tables, 0, sizeof tables);
    for (unsigned i = 0; i < level; i++)
        tables[i][0] = mmu_child((word_t)tables[i + 1]);
    tables[level][0] = entry;
    return mmu_translate((uint64_t)tables[0], 0);
}

static void check_entry(word_t entry, word_t address, word_t order, word_t flags)
{
    struct translation found = read_entry(entry, order);
    word_t decoded, back = arch_mmu_decode(entry, order, &decoded);

    EXPECT(found.violation == NULL && found.order == order && found.physical == address);
    EXPECT(found.access == (flags & RWX));
    EXPECT(back == address && decoded == (flags & PAGE_FLAGS_ALL));
    EXPECT((mmu_without_nx(entry) & MMU_NO_EXECUTE) == 0);
    arch_mmu_decode(mmu_without_nx(entry), order, &decoded);
    EXPECT(decoded == (flags & PAGE_FLAGS_ALL));
}

static void entries(void)
{
    for (unsigned o = 0; o < sizeof all_orders / sizeof *all_orders; o++)
        for (word_t flags = 1; flags <= PAGE_FLAGS_ALL; flags++)
            for (unsigned bit = 12; bit < 64; bit++) {
                word_t order = all_orders[o];
                word_t address = (word_t)1 << bit;
                word_t entry = arch_mmu_encode(address, order, flags, false);
                bool can_be = (flags & PAGE_READ) != 0 && order <= 30 && bit < 52;

                EXPECT((entry != 0) == can_be);
                if (can_be && bit >= order)
                    check_entry(entry, address, order, flags);
            }
    EXPECT(mmu_page(0, 30, PAGE_READ, false) == 0 && mmu_page(0, 21, PAGE_READ, false) != 0);
    end("every page is one of the hardware's, with what it was given, and else none");
}

static void pages_where_none_are(void)
{
    begin();
    for (unsigned position = 1; position < 512; position++) {
        EXPECT(machine_add(TOP, position, PAGE_READ, SOURCE, 0, 0) == STATUS_ADDRESS);
        EXPECT(pagetable_backend_map(&machine_cpus[0], machine_slot(TOP), position & 255, MEMORY,
                                     MEMORY_FLAGS) == STATUS_MAP);
    }
    EXPECT(is_unchanged());
    end("a top level has no pages");
}

/* ---- The kernel's half ---- */

static void kernel_half(void)
{
    static const word_t orders[] = {30, 21, 12};

    begin();
    for (word_t i = 0; i < 3; i++)
        for (unsigned bit = 47; bit < 64; bit++) {
            word_t base = ~(word_t)0 << bit; /* the first below is the kernel's half */

            for (unsigned variant = 0; variant < 3; variant++) {
                unsigned slot = LOOSE;
                word_t at = variant == 0   ? base
                            : variant == 1 ? (word_t)1 << bit
                                           : ~(word_t)0 << (orders[i] + 9);

                memset(machine_slot(slot), 0, sizeof(struct capability));
                EXPECT(machine_create(slot, at, orders[i], 9) == STATUS_OK);
                machine_set_next(machine_next() - 4096);
                kmem_free((word_t)machine_slot(slot)->object, 4096);
                for (unsigned position = 0; position < 512; position++) {
                    EXPECT(machine_construct(TOP, position, slot) == STATUS_ADDRESS);
                    EXPECT(machine_construct(DIRECTORIES, position, slot) == STATUS_ADDRESS);
                }
                EXPECT(shared_load(&machine_slot(slot)->link) == 0);
            }
        }
    EXPECT(is_unchanged());
    end("a table that belongs to the kernel's half, or nowhere, hangs nowhere");
}

static void wild_positions(void)
{
    begin();
    EXPECT(machine_create(LOOSE, 0, 30, 9) == STATUS_OK);
    for (unsigned i = 0; i < WILD; i++) {
        sword_t top = wild[i] > PAGETABLE_RANGE_MAX ? STATUS_BOUNDS : STATUS_ADDRESS;
        bool fits = wild[i] < 512;

        EXPECT(machine_construct(TOP, wild[i], LOOSE) == top);
        EXPECT(machine_construct(TOP, wild[i], OTHER_TOP) == top);
        EXPECT(machine_destruct(TOP, wild[i], DIRECTORIES) == top);
        EXPECT(machine_remove(TOP, wild[i]) == top);
        EXPECT(machine_add(TOP, wild[i], PAGE_READ, SOURCE, 0, 0) == top);
        EXPECT(machine_remove(DIRECTORIES, wild[i]) == (fits ? STATUS_MAP : top));
        EXPECT(machine_destruct(DIRECTORIES, wild[i], DIRECTORY) == (fits ? STATUS_MAP : top));
        EXPECT(machine_add(TABLE, wild[i], PAGE_READ, SOURCE, 1, 0) ==
               (fits ? STATUS_MAP : top)); /* the source has nothing there */
    }
    EXPECT(is_unchanged());
    end("positions outside a table are refused");
}

static void top_levels(void)
{
    begin();
    for (unsigned position = 0; position < 512; position++) {
        EXPECT(machine_construct(TOP, position, OTHER_TOP) == STATUS_ADDRESS);
        EXPECT(machine_construct(TOP, position, TOP) == STATUS_ADDRESS);
        EXPECT(machine_construct(DIRECTORIES, position, TOP) == STATUS_ADDRESS);
        EXPECT(machine_construct(TABLE, position, DIRECTORY) == STATUS_ADDRESS);
        EXPECT(machine_construct(TABLE, position, TABLE) == STATUS_ADDRESS);
        EXPECT(machine_construct(DIRECTORIES, position, DIRECTORIES) == STATUS_ADDRESS);
    }
    EXPECT(pagetable_backend_construct(&machine_cpus[0], machine_slot(DIRECTORIES), 1,
                                       machine_slot(OTHER_TOP), 0) == STATUS_MAP);
    EXPECT(is_unchanged());
    end("no top level hangs below a table, and none below itself");
}

/* ---- Tables as pages, and more than a page ---- */

static void tables_as_pages(void)
{
    static const unsigned sources[] = {TOP, DIRECTORIES, DIRECTORY};

    begin();
    EXPECT(machine_create(LOOSE, 0, 12, 9) == STATUS_OK);
    EXPECT(machine_create(LOOSE + 1, 0, 30, 9) == STATUS_OK);
    for (unsigned i = 0; i < 3; i++) /* the first entry of each is a table */
        for (word_t index = 0; index < 512; index++)
            EXPECT(machine_add(LOOSE, 1, PAGE_READ, sources[i], 0, index) == STATUS_MAP);
    EXPECT(machine_add(LOOSE + 1, 1, PAGE_READ, TOP, 0, 0) == STATUS_MAP);
    for (word_t position = 256; position < 512; position++) /* the kernel's half is no source */
        EXPECT(machine_add(LOOSE, 1, PAGE_READ, TOP, position, 0) == STATUS_ADDRESS);
    for (unsigned i = 0; i < 512; i++)
        EXPECT(shared_load((shared_t *)machine_slot(LOOSE)->object + i) == 0);
    end("what is a table, or the kernel's, is no page to delegate");
}

static void wild_indices(void)
{
    begin();
    for (unsigned i = 0; i < WILD; i++) {
        unsigned table = wild[i] < 512 ? DIRECTORIES : DIRECTORY;

        EXPECT(machine_add(table, 5, PAGE_READ, SOURCE, 0, wild[i]) == STATUS_ADDRESS ||
               wild[i] < 512);
        EXPECT(machine_add(DIRECTORIES, 5, PAGE_READ, SOURCE, 0, wild[i]) == STATUS_ADDRESS);
        if (wild[i] >= 1 << 18)
            EXPECT(machine_add(TABLE, 5, PAGE_READ, SOURCE, 0, wild[i]) == STATUS_ADDRESS);
    }
    EXPECT(machine_add(TABLE, 5, PAGE_READ, SOURCE, 0, (1 << 18) - 1) == STATUS_OK);
    EXPECT(machine_use(TOP, 5 << 12).physical == MEMORY + ((word_t)1 << 30) - 4096);
    EXPECT(is_unchanged());
    end("a piece lies inside its page");
}

/* ---- Rights and ranges ---- */

static struct capability leaf_of(unsigned slot, word_t low, word_t high)
{
    struct capability leaf = *machine_slot(slot);
    word_t rights = 0;

    EXPECT(pagetable_narrow(machine_slot(slot), RIGHTS_PAGETABLE_ALL, low, high, &rights) ==
           STATUS_OK);
    leaf.rights = rights;
    return leaf;
}

static void ranges(void)
{
    struct capability target, source, narrower;
    word_t rights;

    begin();
    target = leaf_of(TABLE, 5, 7);
    source = leaf_of(SOURCE, 1, 3);
    for (word_t position = 0; position < 512; position++) {
        bool inside = position >= 5 && position <= 7;

        EXPECT(machine_add_by(&target, position, PAGE_READ, machine_slot(SOURCE), 0, position) ==
               (inside ? STATUS_OK : STATUS_BOUNDS));
    }
    EXPECT(machine_add_by(machine_slot(TABLE), 9, PAGE_READ, &source, 0, 0) == STATUS_BOUNDS);
    EXPECT(machine_add_by(machine_slot(TABLE), 9, PAGE_READ, &source, 1, 0) == STATUS_MAP);
    EXPECT(pagetable_narrow(&target, RIGHTS_PAGETABLE_ALL, 4, 7, &rights) == STATUS_BOUNDS);
    EXPECT(pagetable_narrow(&target, RIGHTS_PAGETABLE_ALL, 5, 8, &rights) == STATUS_BOUNDS);
    EXPECT(pagetable_narrow(&target, RIGHTS_PAGETABLE_ALL, 7, 6, &rights) == STATUS_BOUNDS);
    for (unsigned i = 0; i < WILD; i++) {
        EXPECT(pagetable_narrow(&target, RIGHTS_PAGETABLE_ALL, 5, wild[i], &rights) ==
               STATUS_BOUNDS);
        EXPECT(pagetable_narrow(&target, RIGHTS_PAGETABLE_ALL, wild[i], 7, &rights) ==
               STATUS_BOUNDS);
    }
    EXPECT(pagetable_narrow(&target, RIGHT_PAGETABLE_REMOVE, 6, 6, &rights) == STATUS_OK);
    narrower = target;
    narrower.rights = rights;
    EXPECT(pagetable_low(&narrower) == 6 && pagetable_high(&narrower) == 6 &&
           (rights & RIGHTS_PAGETABLE_ALL) == RIGHT_PAGETABLE_REMOVE);
    end("a range holds for the target and the source, and only narrows");
}

/* Every access of every source: what comes out of PGT_ADD is a part of it. */
static void access(void)
{
    for (word_t had = 1; had <= PAGE_FLAGS_ALL; had++) {
        if ((had & PAGE_READ) == 0)
            continue;
        begin();
        EXPECT(machine_create(LOOSE, 0, 12, 9) == STATUS_OK);
        EXPECT(machine_add(LOOSE, 0, had, SOURCE, 0, 0) == STATUS_OK);
        for (word_t flags = 0; flags < 256; flags++) {
            bool is_less = (flags & ~(word_t)PAGE_STATIC & ~had) == 0;
            sword_t status = machine_add(TABLE, flags, flags, LOOSE, 0, 0);

            EXPECT(status == (!is_less                   ? STATUS_PERMISSION
                              : (flags & PAGE_READ) == 0 ? STATUS_MAP
                                                         : STATUS_OK));
            EXPECT(machine_use(TOP, flags << 12).access ==
                   (status == STATUS_OK ? (flags & RWX) : 0));
        }
    }
    end("a page has its source's access or less, for every access");
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    entries();
    pages_where_none_are();
    kernel_half();
    wild_positions();
    top_levels();
    tables_as_pages();
    wild_indices();
    ranges();
    access();
    return end_all();
}
