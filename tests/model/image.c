/* SPDX-License-Identifier: Unlicense
 *
 * The words of a region, from the manual (Arm DDI 0403E, B3.5) and not from the port: each table
 * that is shown is in exactly one region, and no region says anything else.
 */
#include "tests/model/image.h"

#include "arch/space.h"

#include <stdio.h>

enum { WORDS_MAX = 16 };

struct region {
    word_t base, rasr;
};

static struct region expected[WORDS_MAX];
static unsigned expected_count;

static word_t rasr_of(const struct m_pagetable *table)
{
    word_t parts = (word_t)8 >> table->number_order, disabled = 0;
    word_t words = (table->size_order + table->number_order - 1) << 1 | 1;

    for (word_t i = 0; i < (word_t)1 << table->number_order; i++)
        if (!table->page[i])
            disabled |= (((word_t)1 << parts) - 1) << i * parts;
    words |= disabled << 8 | (word_t)((table->flags & PAGE_WRITE) != 0 ? 3 : 6) << 24;
    if ((table->flags & PAGE_EXECUTE) == 0)
        words |= (word_t)1 << 28;
    if ((table->flags & (PAGE_EXECUTE | PAGE_CACHE)) == PAGE_EXECUTE)
        return words | (word_t)1 << 19;
    return words | ((table->flags & PAGE_CACHE) != 0 ? (word_t)1 << 17 : 0) |
           ((table->flags & PAGE_BUFFER) != 0 ? (word_t)1 << 16 : 0);
}

static void expect(const struct m_pagetable *table)
{
    if (expected_count < WORDS_MAX)
        expected[expected_count++] = (struct region){table->base, rasr_of(table)};
}

static void expect_statics(const struct m_object *object)
{
    const struct m_pagetable *table = &object->pagetable;

    if (table->pages != 0 && (table->flags & PAGE_STATIC) != 0)
        expect(table);
    if (table->children == 0)
        return;
    for (word_t i = 0; i >> table->number_order == 0; i++)
        if (table->child[i] != NULL)
            expect_statics(table->child[i]);
}

static bool is_expected(word_t base, word_t rasr)
{
    for (unsigned i = 0; i < expected_count; i++)
        if (expected[i].base == base && expected[i].rasr == rasr) {
            expected[i] = expected[--expected_count];
            return true;
        }
    return false;
}

bool image_differs(const struct m_object *top, char *text, size_t size)
{
    const struct arch_mpu_region *region = (const struct arch_mpu_region *)top->address;

    expected_count = 0;
    expect_statics(top);
    for (unsigned i = 0; i < top->pagetable.shown_count; i++)
        expect(&top->pagetable.shown[i]->pagetable);
    for (unsigned i = 0; i < M_REGIONS; i++) {
        if ((region[i].rbar & 0x1F) != (0x10 | i) ||
            ((region[i].rasr & 1) != 0 &&
             !is_expected(region[i].rbar & ~(word_t)0x1F, region[i].rasr))) {
            snprintf(text, size, "region %u: %zx %zx is not expected", i, (size_t)region[i].rbar,
                     (size_t)region[i].rasr);
            return true;
        }
    }
    if (expected_count != 0)
        snprintf(text, size, "no region at %zx with %zx", (size_t)expected[0].base,
                 (size_t)expected[0].rasr);
    return expected_count != 0;
}
