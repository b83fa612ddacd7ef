/* SPDX-License-Identifier: Unlicense */
#include "kernel/cap.h"

static word_t header_of(enum cap_type type, enum cap_state state, word_t leaf, word_t stamp)
{
    return stamp << CAP_STAMP_SHIFT | leaf | cap_byte(type, state);
}

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
    word_t stamp = quiesce_stamp();
    word_t seen = shared_load_acquire(&slot->header);

    if (cap_state(seen) != CAP_EMPTY)
        return STATUS_OCCUPIED;
    if (!shared_cas(&slot->header, seen, header_of(CAP_NONE, CAP_CREATING, 0, stamp)))
        return STATUS_CONFLICT;
    return STATUS_OK;
}

enum status cap_claim(const struct capability *table, word_t index, struct capability **slot)
{
    *slot = cap_slot(table, index);
    return *slot == NULL ? STATUS_RANGE : cap_occupy(*slot);
}

void cap_begin(struct capability *slot, void *object)
{
    shared_store(&slot->link, 0);
    slot->object = object;
    for (unsigned i = 0; i < 4; i++)
        slot->extra[i] = 0;
}

/* The state in which a claim ends keeps its stamp. */
static void end_claim(struct capability *slot, enum cap_type type, enum cap_state state,
                      word_t leaf)
{
    word_t stamp = cap_stamp(shared_load(&slot->header));

    /* Pairs with the acquire of cap_is: whoever sees the type sees the words. */
    shared_store_release(&slot->header, header_of(type, state, leaf, stamp));
}

void cap_publish(struct capability *slot, enum cap_type type, word_t rights)
{
    slot->rights = rights;
    end_claim(slot, type, CAP_VALID, 0);
}

void cap_publish_leaf(struct capability *slot, enum cap_type type)
{
    end_claim(slot, type, CAP_VALID, CAP_LEAF);
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
    word_t stamp = quiesce_stamp();
    word_t seen = shared_load_acquire(&slot->header);

    if (!cap_is_held(seen))
        return STATUS_EMPTY;
    if (cap_state(seen) == CAP_FROZEN)
        return STATUS_FROZEN;
    if ((seen & CAP_LEAF) == 0 && shared_load_acquire(&slot->link) != 0)
        return STATUS_REFERENCED;
    if (!quiesce_passed(cap_stamp(seen)))
        return STATUS_NOT_QUIESCENT;
    if (!shared_cas(&slot->header, seen,
                    header_of(cap_type(seen), CAP_FROZEN, seen & CAP_LEAF, stamp)))
        return STATUS_CONFLICT;
    return STATUS_OK;
}

/* The slot must hold something frozen. */
static enum status check_frozen(const struct capability *table, word_t index, struct cap_end *end)
{
    end->slot = cap_slot(table, index);
    if (end->slot == NULL)
        return STATUS_RANGE;
    end->seen = shared_load_acquire(&end->slot->header);
    if (!cap_is_held(end->seen))
        return STATUS_EMPTY;
    return cap_state(end->seen) == CAP_FROZEN ? STATUS_OK : STATUS_NOT_FROZEN;
}

/* Claim a slot that was found frozen: what the object says is then looked at by one CPU only, and
 * not by one that has lost while another makes something else of its memory (hazard H1i). */
static enum status claim(const struct cap_end *end)
{
    word_t claimed = header_of(CAP_NONE, CAP_CREATING, 0, cap_stamp(end->seen));

    if (CONFIG_CPUS_MAX == 1)
        return STATUS_OK;
    return shared_cas(&end->slot->header, end->seen, claimed) ? STATUS_OK : STATUS_CONFLICT;
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
    enum status status = check_frozen(table, index, end);

    if (status != STATUS_OK)
        return status;
    if ((end->seen & CAP_LEAF) == 0)
        return STATUS_ROOT;
    return quiesce_passed(cap_stamp(end->seen)) ? claim(end) : STATUS_NOT_QUIESCENT;
}

void cap_erase(const struct cap_end *end)
{
    word_t empty = header_of(CAP_NONE, CAP_EMPTY, 0, cap_stamp(end->seen));

    shared_store_release(&end->slot->header, empty);
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
