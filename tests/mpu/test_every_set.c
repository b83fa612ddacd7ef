/* SPDX-License-Identifier: Unlicense
 *
 * For every set of pages, the region words, decoded as the manual says, let through no byte that
 * was not granted, and every byte of a static page: all 2^n sets of the n pages that a table can
 * hold, of every size and at both ends of memory, with every access; and all sets of two tables at
 * once, side by side and one in a hole of the other. Sets follow each other by one page, so that
 * adding and removing are both seen at each. (test_pagetable.c has sequences and refusals.)
 */
#include "arch/space.h"
#include "tests/mpu/hardware.h"
#include "tests/pagetables/frame.h"
#include "tests/pagetables/machine.h"

enum {
    RWX = PAGE_READ | PAGE_WRITE | PAGE_EXECUTE,
    FIRST = 0,
    SECOND = 1,
    LIST = 2,
    ADDRESS_BITS = 32,
    EIGHTHS = 8,
};

/* ---- A table, and what it was granted ---- */

struct table {
    uint64_t base;
    word_t size_order, number_order, flags;
    word_t pages; /* the record */
};

static uint64_t bytes_of(const struct table *table)
{
    return (uint64_t)1 << (table->size_order + table->number_order);
}

static unsigned granted(const struct table *table, uint64_t address)
{
    if (address < table->base || address - table->base >= bytes_of(table))
        return 0;
    if ((table->pages >> ((address - table->base) >> table->size_order) & 1) == 0)
        return 0;
    return (unsigned)(table->flags & RWX);
}

/* Whether the hardware has regions for any set of pages but the whole. */
static bool is_possible(const struct table *table)
{
    if ((table->flags & PAGE_READ) == 0)
        return false;
    if ((table->flags & PAGE_STATIC) == 0 && table->size_order < 8)
        return false;
    return table->size_order + table->number_order >= 8 || table->number_order == 0;
}

static void toggle(unsigned slot, struct table *table, unsigned position)
{
    word_t address = (word_t)(table->base + ((uint64_t)position << table->size_order));

    if ((table->pages >> position & 1) != 0)
        EXPECT(machine_remove(slot, position) == STATUS_OK);
    else
        EXPECT(pagetable_backend_map(&machine_cpus[0], machine_slot(slot), position, address,
                                     table->flags) == STATUS_OK);
    table->pages ^= (word_t)1 << position;
}

static unsigned lowest_bit(unsigned number)
{
    unsigned bit = 0;

    while ((number >> bit & 1) == 0)
        bit++;
    return bit;
}

static void begin(void)
{
    machine_reset();
    EXPECT(machine_create(LIST, PAGETABLE_TOP, WORD_BITS, 2) == STATUS_OK);
    machine_load(LIST);
}

static void create(unsigned slot, const struct table *table)
{
    EXPECT(machine_create(slot, (word_t)table->base, table->size_order, table->number_order) ==
           STATUS_OK);
}

/* ---- One byte ---- */

/* `wanted` is what was granted there; a dynamic page may be away, and comes by one repair. */
static void check_byte(uint64_t address, unsigned wanted, bool is_static)
{
    unsigned access;

    if (address >> ADDRESS_BITS != 0)
        return;
    access = mpu_access(&machine_mpu, (uint32_t)address);
    EXPECT(access == wanted || (access == 0 && !is_static));
}

static void check_fault(uint64_t address, unsigned wanted)
{
    const word_t space = (word_t)machine_slot(LIST)->object;
    bool is_shown = mpu_access(&machine_mpu, (uint32_t)address) != 0;
    bool repaired = pagetable_repair(&machine_cpus[0], space, (word_t)address, PAGE_READ);

    EXPECT(repaired == (wanted != 0 && !is_shown));
    EXPECT(mpu_access(&machine_mpu, (uint32_t)address) == wanted);
}

/* ---- One table ---- */

static void check_one(const struct table *table)
{
    const uint64_t eighth = bytes_of(table) / EIGHTHS;
    const bool is_static = (table->flags & PAGE_STATIC) != 0;

    EXPECT(machine_mpu.unpredictable == NULL);
    for (unsigned i = 0; i < EIGHTHS; i++) {
        uint64_t first = table->base + i * eighth;

        check_byte(first, granted(table, first), is_static);
        check_byte(first + eighth - 1, granted(table, first), is_static);
        check_byte(first + eighth / 2, granted(table, first), is_static);
    }
    check_byte(table->base - 1, 0, true);
    check_byte(table->base + bytes_of(table), 0, true);
    if (!is_static)
        for (unsigned i = 0; i < EIGHTHS; i++)
            check_fault(table->base + i * eighth, granted(table, table->base + i * eighth));
}

static void all_sets(struct table table)
{
    const unsigned pages = 1U << table.number_order;

    begin();
    create(FIRST, &table);
    EXPECT(machine_construct(LIST, 0, FIRST) == STATUS_OK);
    if (!is_possible(&table)) {
        for (unsigned i = 0; i < pages; i++)
            EXPECT(pagetable_backend_map(&machine_cpus[0], machine_slot(FIRST), i,
                                         (word_t)table.base + (i << table.size_order),
                                         table.flags) == STATUS_MAP);
        check_one(&table);
        return;
    }
    for (unsigned n = 1; n <= 1U << pages; n++) {
        unsigned bit = n < 1U << pages ? lowest_bit(n) : pages - 1;

        toggle(FIRST, &table, bit);
        check_one(&table);
    }
    EXPECT(table.pages == 0);
}

static void every_table(word_t number)
{
    for (word_t size = 5; size + number <= ADDRESS_BITS && size < ADDRESS_BITS; size++)
        for (word_t flags = 0; flags <= RWX; flags++)
            for (unsigned kind = 0; kind < 4; kind++) {
                struct table table = {0, size, number, flags, 0};

                if ((kind & 1) != 0)
                    table.flags |= PAGE_STATIC;
                if ((kind & 2) != 0)
                    table.base = ((uint64_t)1 << ADDRESS_BITS) - bytes_of(&table);
                if ((flags & PAGE_READ) != 0 || number == 0)
                    all_sets(table);
            }
}

static void one_table(void)
{
    static const char *const names[] = {
        "every set of 1 page, of every size and access",
        "every set of 2 pages, of every size and access",
        "every set of 4 pages, of every size and access",
        "every set of 8 pages, of every size and access",
    };

    for (word_t number = 0; number <= 3; number++) {
        every_table(number);
        end(names[number]);
    }
}

/* ---- Two tables ---- */

/* All of both and what is next to them, by 256 bytes: no page here is smaller. */
static void check_two(const struct table *one, const struct table *two, bool with_faults)
{
    enum { STEP = 256 };
    const uint64_t low = one->base - STEP, high = one->base + bytes_of(one) + bytes_of(two) + STEP;

    EXPECT(machine_mpu.unpredictable == NULL);
    for (uint64_t address = low; address < high; address += STEP) {
        unsigned first = granted(one, address), second = granted(two, address);
        bool is_static = ((first != 0 ? one : two)->flags & PAGE_STATIC) != 0;

        if (first == 0 && second == 0)
            is_static = true; /* nothing is granted: nothing may be there */
        check_byte(address, first | second, is_static);
        check_byte(address + STEP - 1, first | second, is_static);
        if (with_faults && address % 1024 == 0 && !is_static)
            check_fault(address, first | second);
    }
}

/* The second table in a hole of the first one (`hole` is its position), or behind it. */
static void two_tables(word_t first_flags, word_t second_flags, bool second_comes_first, int hole)
{
    struct table one = {0x20008000, 12, 3, first_flags, 0};
    struct table two = {0x20008000 + (hole >= 0 ? (uint64_t)hole << 12 : 0x8000), 10, 2,
                        second_flags, 0};

    begin();
    create(FIRST, &one);
    create(SECOND, &two);
    EXPECT(machine_construct(LIST, 0, FIRST) == STATUS_OK);
    EXPECT(machine_construct(hole >= 0 ? FIRST : LIST, hole >= 0 ? (word_t)hole : 1, SECOND) ==
           STATUS_OK);
    if (second_comes_first)
        toggle(SECOND, &two, 3);
    for (unsigned n = 1; n < 256; n++) {
        unsigned bit = lowest_bit(n);

        if ((int)bit != hole)
            toggle(FIRST, &one, bit);
        for (unsigned m = 1; m < 16; m++) {
            toggle(SECOND, &two, lowest_bit(m));
            check_two(&one, &two, (n + m) % 8 == 0);
        }
    }
}

static void both_tables(void)
{
    static const word_t kinds[] = {PAGE_READ | PAGE_STATIC, PAGE_READ | PAGE_WRITE};

    for (unsigned k = 0; k < 4; k++)
        two_tables(kinds[k & 1], kinds[k >> 1] | PAGE_EXECUTE, k % 2 != 0, 4);
    end("all sets of two tables, one in a hole of the other");
    for (unsigned k = 0; k < 4; k++)
        two_tables(kinds[k & 1], kinds[k >> 1] | PAGE_EXECUTE, k % 2 == 0, -1);
    end("all sets of two tables side by side");
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    one_table();
    both_tables();
    return end_all();
}
