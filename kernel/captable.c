/* SPDX-License-Identifier: Unlicense */
#include "kernel/captable.h"

#include "kernel/call_table.h"
#include "kernel/kmem.h"
#include "kernel/pagetable.h"

static void make(struct capability *slot, void *object, word_t entries)
{
    cap_fill(slot, RIGHTS_CAPTABLE_ALL, object);
    slot->captable.entries = entries;
}

void captable_boot(struct capability *slot, void *object, word_t entries)
{
    make(slot, object, entries);
    shared_store(&slot->link, 1);
    cap_publish(slot, CAP_CAPTABLE, 0);
}

sword_t captable_create(struct cpu *cpu, const struct args_cpt_crt *args, struct capability **caps)
{
    const struct kmem_claim claim = {caps[0], caps[1], args->slot, args->address,
                                     args->entries * CAP_SLOT_BYTES};
    struct capability *slot;
    enum status status;
    void *object;

    (void)cpu;
    if (args->entries == 0 || args->entries > CAPTABLE_ENTRIES_MAX)
        return STATUS_ARGUMENT;
    status = kmem_claim(&claim, &slot, &object);
    if (status != STATUS_OK)
        return status;
    make(slot, object, args->entries);
    cap_publish(slot, CAP_CAPTABLE, 0);
    return STATUS_OK;
}

/* Whether nothing is in a table, and nothing is being put there. */
static bool is_empty(const struct capability *table)
{
    for (word_t i = 0; i < table->captable.entries; i++) {
        const struct capability *slot = (const struct capability *)table->object + i;

        if (cap_state(shared_load_acquire(&slot->header)) != CAP_EMPTY)
            return false;
    }
    return true;
}

sword_t captable_delete(struct cpu *cpu, const struct args_cpt_del *args, struct capability **caps)
{
    struct cap_end end;
    word_t object, size;
    enum status status;

    (void)cpu;
    status = cap_check_delete(caps[0], args->slot, CAP_CAPTABLE, &end);
    if (status != STATUS_OK)
        return status;
    object = (word_t)end.slot->object;
    size = end.slot->captable.entries * CAP_SLOT_BYTES;
    if (!is_empty(end.slot)) {
        cap_thaw(&end);
        return STATUS_NOT_EMPTY;
    }
    cap_erase(&end);
    kmem_free(object, size);
    return STATUS_OK;
}

sword_t captable_freeze(struct cpu *cpu, const struct args_cpt_frz *args, struct capability **caps)
{
    struct capability *slot = cap_slot(caps[0], args->slot);

    (void)cpu;
    return slot == NULL ? STATUS_RANGE : cap_freeze(slot);
}

sword_t captable_remove(struct cpu *cpu, const struct args_cpt_rem *args, struct capability **caps)
{
    struct cap_end end;
    struct capability *root;
    enum status status;

    (void)cpu;
    status = cap_check_remove(caps[0], args->slot, &end);
    if (status != STATUS_OK)
        return status;
    root = (struct capability *)shared_load(&end.slot->link);
    cap_erase(&end);
    if (root != NULL)
        cap_drop(root); /* last: the root may go as soon as nothing counts on it */
    return STATUS_OK;
}

/* The words of a new leaf that differ from its source. */
struct narrowed {
    word_t rights;
    word_t low, high; /* kernel memory: addresses; kernel function: first argument */
};

/* Function numbers and the first argument both narrow. Where INT_LOCAL_TRIG is among the functions
 * the argument is a pair, and each half must narrow. */
static enum status narrow_kfunc(const struct capability *source, const struct args_cpt_add *args)
{
    word_t first = args->rights >> CAP_PAIR_SHIFT, last = args->rights & CAP_PAIR_MASK;
    word_t low = args->low, high = args->high;

    if (first > last || first < source->rights >> CAP_PAIR_SHIFT ||
        last > (source->rights & CAP_PAIR_MASK))
        return STATUS_RIGHTS;
    if (low > high || low < source->kfunc.low || high > source->kfunc.high)
        return STATUS_BOUNDS;
    if (first <= RME_KFN_INT_LOCAL_TRIG && RME_KFN_INT_LOCAL_TRIG <= last &&
        ((low & CAP_PAIR_MASK) > (high & CAP_PAIR_MASK) ||
         (low & CAP_PAIR_MASK) < (source->kfunc.low & CAP_PAIR_MASK) ||
         (high & CAP_PAIR_MASK) > (source->kfunc.high & CAP_PAIR_MASK)))
        return STATUS_BOUNDS;
    return STATUS_OK;
}

static enum status narrow(const struct capability *source, enum cap_type type,
                          const struct args_cpt_add *args, struct narrowed *to)
{
    word_t given = source->rights;

    *to = (struct narrowed){args->rights, args->low, args->high};
    if (type == CAP_KFUNC)
        return narrow_kfunc(source, args);
    if (type == CAP_PAGETABLE)
        given &= RIGHTS_PAGETABLE_ALL;
    if (args->rights == 0 || (args->rights & ~given) != 0)
        return STATUS_RIGHTS;
    if (type == CAP_KMEM)
        return kmem_narrow(source, args->low, args->high, &to->low, &to->high);
    if (type == CAP_PAGETABLE)
        return pagetable_narrow(source, args->rights, args->low, args->high, &to->rights);
    return STATUS_OK;
}

/* Copy the source into the claimed slot with the narrowed words. */
static void fill_leaf(struct capability *slot, struct capability *source, enum cap_type type,
                      const struct narrowed *to)
{
    cap_fill(slot, to->rights, source->object);
    if (type == CAP_CAPTABLE || type == CAP_PAGETABLE)
        for (unsigned i = 0; i < 4; i++)
            slot->extra[i] = source->extra[i];
    if (type == CAP_KMEM || type == CAP_KFUNC) {
        slot->extra[0] = to->low;
        slot->extra[1] = to->high;
        return; /* no object, no count: nobody shares a line with the boot root */
    }
    shared_store(&slot->link, (word_t)cap_root(source));
    cap_hold(cap_root(source));
}

sword_t captable_delegate(struct cpu *cpu, const struct args_cpt_add *args,
                          struct capability **caps)
{
    struct capability *slot = cap_slot(caps[0], args->slot);
    struct capability *source = cap_slot(caps[1], args->source_slot);
    struct narrowed to;
    enum status status;
    word_t header;

    (void)cpu;
    if (slot == NULL || source == NULL)
        return STATUS_RANGE;
    header = shared_load_acquire(&source->header);
    if (cap_state(header) == CAP_EMPTY || cap_state(header) == CAP_CREATING)
        return STATUS_EMPTY;
    if (cap_state(header) == CAP_FROZEN)
        return STATUS_FROZEN;
    status = narrow(source, cap_type(header), args, &to);
    if (status == STATUS_OK)
        status = cap_occupy(slot);
    if (status != STATUS_OK)
        return status;
    fill_leaf(slot, source, cap_type(header), &to);
    cap_publish(slot, cap_type(header), CAP_LEAF);
    return STATUS_OK;
}
