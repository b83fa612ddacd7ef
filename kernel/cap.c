/* SPDX-License-Identifier: Unlicense */
#include "kernel/cap.h"

#include "kernel/cap_change.h"

/* One level of a walk: the slot, if it holds a capability of that type. */
static enum status find_slot(const struct capability *table, word_t index, enum cap_type type,
                             struct capability **cap)
{
    word_t header;

    *cap = cap_slot(table, index);
    if (*cap == NULL)
        return STATUS_RANGE;
    header = shared_load_acquire(&(*cap)->header);
    if (cap_state(header) == CAP_FROZEN)
        return STATUS_FROZEN;
    return (uint8_t)header == cap_byte(type, CAP_VALID) ? STATUS_OK : STATUS_TYPE;
}

enum status cap_find(const struct capability *table, word_t id, enum cap_type type, word_t right,
                     struct capability **cap)
{
    const word_t layout = CAP_TABLE_MAX << CAP_TABLE_SHIFT | CAP_TWO_LEVEL | CAP_INDEX_MASK;
    enum status status = STATUS_OK;

    if ((id & ~layout) != 0 || (!cap_is_two_level(id) && id > CAP_INDEX_MASK))
        return STATUS_RANGE;
    if (cap_is_two_level(id)) {
        status = find_slot(table, id >> CAP_TABLE_SHIFT, CAP_CAPTABLE, cap);
        table = *cap;
    }
    if (status == STATUS_OK)
        status = find_slot(table, id & CAP_INDEX_MASK, type, cap);
    if (status == STATUS_OK && right != 0 && !cap_allows(*cap, right))
        return STATUS_RIGHTS;
    return status;
}

enum status cap_resolve(const struct capability *table, const struct operand *operands,
                        unsigned count, const word_t *args, struct capability **caps)
{
    for (unsigned i = 0; i < count; i++) {
        word_t id = args[operands[i].arg];
        enum cap_type type = (enum cap_type)operands[i].type;
        enum status status = STATUS_OK;

        caps[i] = cap_lookup(table, id, type);
        if (UNLIKELY(caps[i] == NULL))
            status = cap_find(table, id, type, 0, &caps[i]);
        if (status != STATUS_OK)
            return status;
    }
    for (unsigned i = 0; i < count; i++)
        if (operands[i].right != 0 && (caps[i]->rights >> (operands[i].right - 1) & 1) == 0)
            return STATUS_RIGHTS;
    return STATUS_OK;
}

enum status cap_occupy(struct capability *slot)
{
    return change_occupy(slot);
}

enum status cap_claim(const struct capability *table, word_t index, struct capability **slot)
{
    *slot = cap_slot(table, index);
    return *slot == NULL ? STATUS_RANGE : cap_occupy(*slot);
}

void cap_begin(struct capability *slot, void *object)
{
    change_begin(slot, object);
}

void cap_publish(struct capability *slot, enum cap_type type, word_t rights)
{
    slot->rights = rights;
    end_claim(slot, type, CAP_VALID, 0);
}

void cap_abandon(struct capability *slot)
{
    end_claim(slot, CAP_NONE, CAP_EMPTY, 0);
}

void cap_boot(struct capability *slot, enum cap_type type, word_t rights, void *object)
{
    shared_store(&slot->link, 1);
    slot->object = object;
    cap_publish(slot, type, rights);
}

enum status cap_freeze(struct capability *slot)
{
    return change_freeze(slot);
}

enum status cap_check_delete(const struct capability *table, word_t index, enum cap_type type,
                             struct cap_end *end)
{
    enum status status = check_frozen(table, index, end);

    if (status != STATUS_OK)
        return status;
    if (cap_type(end->seen) != type)
        return STATUS_TYPE;
    if (!quiesce_passed(cap_stamp(end->seen)))
        return STATUS_NOT_QUIESCENT;
    if ((end->seen & CAP_LEAF) != 0)
        return STATUS_LEAF;
    status = claim(end);
    if (status != STATUS_OK)
        return status;
    /* Only now is the count final: whoever looked the root up before the freeze has left. */
    if (shared_load_acquire(&end->slot->link) != 0)
        return cap_thaw(end, STATUS_REFERENCED);
    return STATUS_OK;
}

enum status cap_check_remove(const struct capability *table, word_t index, struct cap_end *end)
{
    return change_check_remove(table, index, end);
}

void cap_erase(const struct cap_end *end)
{
    change_erase(end);
}

enum status cap_thaw(const struct cap_end *end, enum status reason)
{
    word_t valid = header_of(cap_type(end->seen), CAP_VALID, end->seen & CAP_LEAF, quiesce_stamp());

    shared_store_release(&end->slot->header, valid);
    return reason;
}

void cap_keep(const struct cap_end *end)
{
    if (CONFIG_CPUS_MAX > 1)
        shared_store_release(&end->slot->header, end->seen);
}
