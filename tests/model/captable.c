/* SPDX-License-Identifier: Unlicense
 *
 * Calls on capability tables and on slots of any type, and on processes.
 */
#include "tests/model/model.h"

#include <stdlib.h>

static bool is_counted(const struct m_slot *slot)
{
    return slot->type != M_KMEM && slot->type != M_KFUNC;
}

sword_t m_cpt_crt(const word_t *w)
{
    struct m_slot *cap[2], *slot;
    struct m_object *table;
    enum status status = m_operands((struct m_operand[]){{w[0], M_CAPTABLE, RIGHT_CAPTABLE_CREATE},
                                                         {w[2], M_KMEM, RIGHT_KMEM_CAPTABLE}},
                                    2, cap);

    if (status != STATUS_OK)
        return status;
    if (w[4] == 0 || w[4] > CONFIG_CAPTABLE_BYTES_MAX / CAP_SLOT_BYTES)
        return STATUS_ARGUMENT;
    status = m_claim(cap[0], w[1], cap[1], w[3], w[4] * CAP_SLOT_BYTES, &slot);
    if (status != STATUS_OK)
        return status;
    table =
        m_root(slot, M_CAPTABLE, RIGHTS_CAPTABLE_ALL, cap[1]->low + w[3], w[4] * CAP_SLOT_BYTES);
    table->captable.entries = w[4];
    table->captable.slots = calloc(w[4], sizeof(struct m_slot));
    for (word_t i = 0; i < w[4]; i++)
        table->captable.slots[i].at = table->address + i * CAP_SLOT_BYTES;
    return STATUS_OK;
}

sword_t m_cpt_del(const word_t *w)
{
    struct m_slot *table, *slot;
    enum status status =
        m_operands((struct m_operand[]){{w[0], M_CAPTABLE, RIGHT_CAPTABLE_DELETE}}, 1, &table);

    if (status == STATUS_OK)
        status = m_delete_check(table, w[1], M_CAPTABLE, &slot);
    if (status != STATUS_OK)
        return status;
    for (word_t i = 0; i < slot->object->captable.entries; i++)
        if (slot->object->captable.slots[i].state != M_EMPTY) {
            m_thaw(slot);
            return STATUS_NOT_EMPTY;
        }
    m_object_free(slot->object);
    m_erase(slot);
    return STATUS_OK;
}

sword_t m_cpt_frz(const word_t *w)
{
    struct m_slot *table, *slot;
    enum status status =
        m_operands((struct m_operand[]){{w[0], M_CAPTABLE, RIGHT_CAPTABLE_FREEZE}}, 1, &table);

    if (status != STATUS_OK)
        return status;
    slot = m_slot_at(table, w[1]);
    if (slot == NULL)
        return STATUS_RANGE;
    if (slot->state == M_EMPTY)
        return STATUS_EMPTY;
    if (slot->state == M_FROZEN)
        return STATUS_FROZEN;
    if (!slot->is_leaf && (is_counted(slot) ? slot->object->references : slot->held) != 0)
        return STATUS_REFERENCED;
    if (!m_quiescent(slot->stamp))
        return STATUS_NOT_QUIESCENT;
    slot->state = M_FROZEN;
    slot->stamp = m.epoch;
    return STATUS_OK;
}

/* ---- Delegation ---- */

static bool is_pair(const struct m_slot *to)
{
    return to->first <= RME_KFN_INT_LOCAL_TRIG && to->last >= RME_KFN_INT_LOCAL_TRIG;
}

/* First argument of kernel functions: of a pair, each half narrows. */
static bool narrows_argument(const struct m_slot *from, const struct m_slot *to)
{
    if (to->low > to->high || to->low < from->low || to->high > from->high)
        return false;
    return !is_pair(to) || ((to->low & 0xFFFF) <= (to->high & 0xFFFF) &&
                            (to->low & 0xFFFF) >= (from->low & 0xFFFF) &&
                            (to->high & 0xFFFF) <= (from->high & 0xFFFF));
}

static enum status narrow_kfunc(const struct m_slot *from, struct m_slot *to, const word_t *w)
{
    to->first = w[4] >> 16;
    to->last = w[4] & 0xFFFF;
    if (to->first > to->last || to->first < from->first || to->last > from->last)
        return STATUS_RIGHTS;
    to->low = w[5];
    to->high = w[6];
    return narrows_argument(from, to) ? STATUS_OK : STATUS_BOUNDS;
}

/* [low, high) relative to the source, in granules. */
static enum status narrow_kmem(const struct m_slot *from, struct m_slot *to, const word_t *w)
{
    word_t size = from->high - from->low;

    if (w[5] % KMEM_GRANULE != 0 || w[6] % KMEM_GRANULE != 0 || w[5] >= w[6] || w[6] > size)
        return STATUS_BOUNDS;
    to->low = from->low + w[5];
    to->high = from->low + w[6];
    return STATUS_OK;
}

static enum status narrow(const struct m_slot *from, struct m_slot *to, const word_t *w)
{
    if (from->type == M_KFUNC)
        return narrow_kfunc(from, to, w);
    if (w[4] == 0 || (w[4] & ~from->rights) != 0)
        return STATUS_RIGHTS;
    to->rights = w[4];
    if (from->type == M_KMEM)
        return narrow_kmem(from, to, w);
    if (from->type != M_PAGETABLE)
        return STATUS_OK;
    if (w[5] > w[6] || w[5] < from->low || w[6] > from->high)
        return STATUS_BOUNDS;
    to->low = w[5];
    to->high = w[6];
    return STATUS_OK;
}

sword_t m_cpt_add(const word_t *w)
{
    struct m_slot *cap[2], *to, *from, leaf;
    enum status status =
        m_operands((struct m_operand[]){{w[0], M_CAPTABLE, RIGHT_CAPTABLE_ADD_TARGET},
                                        {w[2], M_CAPTABLE, RIGHT_CAPTABLE_ADD_SOURCE}},
                   2, cap);

    if (status != STATUS_OK)
        return status;
    to = m_slot_at(cap[0], w[1]);
    from = m_slot_at(cap[1], w[3]);
    if (to == NULL || from == NULL)
        return STATUS_RANGE;
    if (from->state == M_EMPTY)
        return STATUS_EMPTY;
    if (from->state == M_FROZEN)
        return STATUS_FROZEN;
    leaf = *from;
    status = narrow(from, &leaf, w);
    if (status != STATUS_OK)
        return status;
    if (to->state != M_EMPTY)
        return STATUS_OCCUPIED;
    leaf.at = to->at;
    leaf.is_leaf = true;
    leaf.stamp = m.epoch;
    leaf.held = 0;
    *to = leaf;
    if (is_counted(to))
        m_hold(to->object);
    return STATUS_OK;
}

sword_t m_cpt_rem(const word_t *w)
{
    struct m_slot *table, *slot;
    enum status status =
        m_operands((struct m_operand[]){{w[0], M_CAPTABLE, RIGHT_CAPTABLE_REMOVE}}, 1, &table);

    if (status != STATUS_OK)
        return status;
    slot = m_slot_at(table, w[1]);
    if (slot == NULL)
        return STATUS_RANGE;
    if (slot->state == M_EMPTY)
        return STATUS_EMPTY;
    if (slot->state != M_FROZEN)
        return STATUS_NOT_FROZEN;
    if (!slot->is_leaf)
        return STATUS_ROOT;
    if (!m_quiescent(slot->stamp))
        return STATUS_NOT_QUIESCENT;
    if (is_counted(slot))
        m_drop(slot->object);
    m_erase(slot);
    return STATUS_OK;
}

/* ---- Processes ---- */

/* The operands that depend on whether address spaces are raw. */
static struct m_operand space_operand(word_t pagetable, word_t raw_cap, word_t right)
{
    if (CONFIG_RAW)
        return (struct m_operand){raw_cap, M_KFUNC, 0};
    return (struct m_operand){pagetable, M_PAGETABLE, right};
}

static enum status check_space(const struct m_slot *cap, word_t word)
{
    if (!CONFIG_RAW)
        return cap->object->pagetable.is_top ? STATUS_OK : STATUS_MAP;
    if (cap->first > RME_KFN_PGT_RAW || cap->last < RME_KFN_PGT_RAW || word < cap->low ||
        word > cap->high)
        return STATUS_BOUNDS;
    return STATUS_OK;
}

static void set_space(struct m_process *process, const struct m_slot *cap, word_t word)
{
    struct m_object *old = process->pagetable;

    process->raw = word;
    if (CONFIG_RAW)
        return;
    process->pagetable = cap->object;
    m_hold(cap->object);
    if (old != NULL)
        m_drop(old);
}

sword_t m_prc_crt(const word_t *w)
{
    struct m_slot *cap[3], *slot;
    struct m_object *process;
    enum status status =
        m_operands((struct m_operand[]){{w[0], M_CAPTABLE, RIGHT_CAPTABLE_CREATE},
                                        {w[2], M_CAPTABLE, RIGHT_CAPTABLE_PROCESS_CREATE},
                                        space_operand(w[3], w[4], RIGHT_PAGETABLE_PROCESS_CREATE)},
                   3, cap);

    if (status == STATUS_OK)
        status = check_space(cap[2], w[3]);
    if (status == STATUS_OK)
        status = m_claim(cap[0], w[1], NULL, 0, 0, &slot);
    if (status != STATUS_OK)
        return status;
    process = m_root(slot, M_PROCESS, RIGHTS_PROCESS_ALL, 0, 0);
    process->process.captable = cap[1]->object;
    m_hold(cap[1]->object);
    set_space(&process->process, cap[2], w[3]);
    return STATUS_OK;
}

sword_t m_prc_del(const word_t *w)
{
    struct m_slot *table, *slot;
    enum status status =
        m_operands((struct m_operand[]){{w[0], M_CAPTABLE, RIGHT_CAPTABLE_DELETE}}, 1, &table);

    if (status == STATUS_OK)
        status = m_delete_check(table, w[1], M_PROCESS, &slot);
    if (status != STATUS_OK)
        return status;
    m_drop(slot->object->process.captable);
    if (!CONFIG_RAW)
        m_drop(slot->object->process.pagetable);
    m_object_free(slot->object);
    m_erase(slot);
    return STATUS_OK;
}

sword_t m_prc_cpt(const word_t *w)
{
    struct m_slot *cap[2];
    struct m_process *process;
    enum status status =
        m_operands((struct m_operand[]){{w[0], M_PROCESS, RIGHT_PROCESS_CAPTABLE},
                                        {w[1], M_CAPTABLE, RIGHT_CAPTABLE_PROCESS_CAPTABLE}},
                   2, cap);

    if (status != STATUS_OK)
        return status;
    process = &cap[0]->object->process;
    m_hold(cap[1]->object);
    m_drop(process->captable);
    process->captable = cap[1]->object;
    return STATUS_OK;
}

sword_t m_prc_pgt(const word_t *w)
{
    struct m_slot *cap[2];
    enum status status = m_operands(
        (struct m_operand[]){{w[0], M_PROCESS, RIGHT_PROCESS_PAGETABLE},
                             space_operand(w[1], w[2], RIGHT_PAGETABLE_PROCESS_PAGETABLE)},
        2, cap);

    if (status == STATUS_OK)
        status = check_space(cap[1], w[1]);
    if (status != STATUS_OK)
        return status;
    set_space(&cap[0]->object->process, cap[1], w[1]);
    m_enter_space();
    return STATUS_OK;
}
