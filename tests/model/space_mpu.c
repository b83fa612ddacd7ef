/* SPDX-License-Identifier: Unlicense
 *
 * Page tables of an MPU: what boot has made of them, and the words of a region, from the manual
 * (Arm DDI 0403E, B3.5) and not from the port.
 */
#include "tests/model/space.h"

#include "kernel/pagetable.h"

#include <stdio.h>

void import_machine(void)
{
    m.machine.top_bytes = pagetable_backend_bytes(true, 8, 0) - sizeof(word_t);
    m.machine.table_bytes = pagetable_backend_bytes(false, 8, 0) - sizeof(word_t);
}

/* abi/memory_map.h: child i of the list is table i, whose one page is block i. */
void import_pages(struct m_object *list, struct m_object *tables)
{
    for (word_t i = 0; i < tables->captable.entries; i++) {
        struct m_slot *slot = &tables->captable.slots[i];
        struct pagetable_entry page;

        if (slot->state == M_EMPTY)
            continue;
        page = pagetable_backend_get((const struct capability *)slot->at, 0);
        list->pagetable.child[i] = slot->object;
        list->pagetable.children++;
        slot->object->pagetable.parent = list;
        slot->object->pagetable.position = i;
        slot->object->pagetable.page[0] = true;
        slot->object->pagetable.pages = 1;
        slot->object->pagetable.flags = page.flags;
        m_enter_tree(list, slot->object);
    }
}

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

bool image_differs(const struct m_object *top, char *text, size_t size)
{
    const struct arch_mpu_region *region = (const struct arch_mpu_region *)top->address;

    for (unsigned i = 0; i < M_REGIONS; i++) {
        const struct m_object *table = top->pagetable.region[i];
        word_t rbar = 0x10 | i, rasr = 0;

        if (table != NULL) {
            rbar |= table->pagetable.base;
            rasr = rasr_of(&table->pagetable);
        }
        if (region[i].rbar == rbar && region[i].rasr == rasr)
            continue;
        snprintf(text, size, "region %u: expected %zx %zx, seen %zx %zx", i, (size_t)rbar,
                 (size_t)rasr, (size_t)region[i].rbar, (size_t)region[i].rasr);
        return true;
    }
    return false;
}
