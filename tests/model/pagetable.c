/* SPDX-License-Identifier: Unlicense
 *
 * The life of page tables, the same for every kind of hardware; what is in them, and which there
 * are, says pagetable_mpu.c or pagetable_mmu.c.
 */
#include "tests/model/model.h"

enum { POSITION_BITS = WORD_BITS == 32 ? 12 : 28 };

static bool is_aligned(word_t base, word_t size_order, word_t number_order)
{
    word_t order = size_order + number_order;

    return order >= WORD_BITS ? base == 0 : base % ((word_t)1 << order) == 0;
}

sword_t m_pgt_crt(const word_t *w)
{
    struct m_slot *cap[2], *slot;
    struct m_pagetable *table;
    word_t base = w[4] & ~(word_t)PAGETABLE_TOP, bytes;
    bool is_top = (w[4] & PAGETABLE_TOP) != 0;
    enum status status = m_operands((struct m_operand[]){{w[0], M_CAPTABLE, RIGHT_CAPTABLE_CREATE},
                                                         {w[2], M_KMEM, RIGHT_KMEM_PAGETABLE}},
                                    2, cap);

    if (status != STATUS_OK)
        return status;
    bytes = m_pagetable_bytes(is_top, w[5], w[6]);
    if (bytes == 0 || !is_aligned(base, w[5], w[6]))
        return STATUS_HARDWARE;
    status = m_claim(cap[0], w[1], cap[1], w[3], bytes, &slot);
    if (status == STATUS_OK && (cap[1]->low + w[3]) % m.machine.table_align != 0)
        status = STATUS_MEMORY;
    if (status != STATUS_OK)
        return status;
    table = &m_root(slot, M_PAGETABLE, RIGHTS_PAGETABLE_ALL, cap[1]->low + w[3], bytes)->pagetable;
    slot->high = ((word_t)1 << POSITION_BITS) - 1;
    table->base = base;
    table->detached = CONFIG_CPUS_MAX > 1 ? m.flush_epoch : 0; /* nobody can have walked it */
    table->size_order = w[5];
    table->number_order = w[6];
    table->is_top = is_top;
    return STATUS_OK;
}

sword_t m_pgt_del(const word_t *w)
{
    struct m_slot *table, *slot;
    enum status status =
        m_operands((struct m_operand[]){{w[0], M_CAPTABLE, RIGHT_CAPTABLE_DELETE}}, 1, &table);

    if (status == STATUS_OK)
        status = m_delete_check(table, w[1], M_PAGETABLE, &slot);
    if (status != STATUS_OK)
        return status;
    m_object_free(slot->object); /* one CPU has it neither loaded nor unflushed */
    m_erase(slot);
    return STATUS_OK;
}

enum status m_family(const word_t *w, word_t right, struct m_slot **cap)
{
    enum status status =
        m_operands((struct m_operand[]){{w[0], M_PAGETABLE, right},
                                        {w[2], M_PAGETABLE, RIGHT_PAGETABLE_CHILD}},
                   2, cap);

    return status == STATUS_OK && !m_in_range(cap[0], w[1]) ? STATUS_BOUNDS : status;
}

enum status m_target_and_source(const word_t *w, struct m_slot **cap)
{
    enum status status =
        m_operands((struct m_operand[]){{w[0], M_PAGETABLE, RIGHT_PAGETABLE_ADD_TARGET},
                                        {w[3], M_PAGETABLE, RIGHT_PAGETABLE_ADD_SOURCE}},
                   2, cap);

    if (status == STATUS_OK && (!m_in_range(cap[0], w[1]) || !m_in_range(cap[1], w[4])))
        return STATUS_BOUNDS;
    return status;
}
