/* SPDX-License-Identifier: Unlicense
 *
 * Page tables of an MMU: what boot has made of them, and the kernel's half of a top level.
 */
#include "tests/model/space.h"

#include "kernel/pagetable.h"

#include <stdio.h>

void import_machine(void) {}

static struct m_object *table_at(const struct m_object *tables, word_t address)
{
    for (word_t i = 0; i < tables->captable.entries; i++)
        if (tables->captable.slots[i].state != M_EMPTY &&
            tables->captable.slots[i].object->address == address)
            return tables->captable.slots[i].object;
    return NULL;
}

static void import_entries(struct m_object *object, const struct m_object *tables)
{
    const struct capability *cap = (const struct capability *)object->root->at;
    struct m_pagetable *table = &object->pagetable;

    for (word_t i = 0; i >> table->number_order == 0; i++) {
        struct pagetable_entry entry = pagetable_backend_get(cap, i);

        if (entry.kind == PAGETABLE_PAGE) {
            table->page[i] = true;
            table->page_flags[i] = (uint8_t)entry.flags;
            table->page_address[i] = entry.address;
            table->pages++;
        }
        if (entry.kind == PAGETABLE_CHILD) {
            table->child[i] = table_at(tables, entry.address);
            table->children++;
        }
    }
}

void import_pages(struct m_object *top, struct m_object *tables)
{
    import_entries(top, tables);
    for (word_t i = 0; i < tables->captable.entries; i++)
        if (tables->captable.slots[i].state != M_EMPTY)
            import_entries(tables->captable.slots[i].object, tables);
}

bool image_differs(const struct m_object *top, char *text, size_t size)
{
    const shared_t *words = (const shared_t *)top->address;

    for (word_t i = (word_t)1 << top->pagetable.number_order; i < ARCH_MMU_TOP_ENTRIES; i++) {
        word_t seen = atomic_load_explicit(&words[i].raw, memory_order_relaxed);

        if (seen == arch_mmu_kernel_entry(i))
            continue;
        snprintf(text, size, "entry %zu of the kernel's half is %zx", (size_t)i, (size_t)seen);
        return true;
    }
    return false;
}
