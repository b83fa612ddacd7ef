/* SPDX-License-Identifier: Unlicense */
#include "kernel/captable.h"

#include "kernel/cap_change.h"
#include "kernel/direct.h"
#include "kernel/kmem.h"
#include "kernel/pagetable.h"

void captable_boot(struct capability *slot, void *object, word_t entries)
{
    slot->captable.entries = entries;
    cap_boot(slot, CAP_CAPTABLE, RIGHTS_CAPTABLE_ALL, object);
}

sword_t captable_create(struct cpu *cpu, const struct args_cpt_crt *args, struct capability **caps)
{
    struct capability *slot;
    enum status status;

    (void)cpu;
    if (args->entries == 0 || args->entries > CAPTABLE_ENTRIES_MAX)
        return STATUS_ARGUMENT;
    status = kmem_claim(caps, args, args->entries * CAP_SLOT_BYTES, &slot);
    if (status != STATUS_OK)
        return status;
    slot->captable.entries = args->entries;
    cap_publish(slot, CAP_CAPTABLE, RIGHTS_CAPTABLE_ALL);
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
    if (!is_empty(end.slot))
        return cap_thaw(&end, STATUS_NOT_EMPTY);
    cap_erase(&end);
    kmem_free(object, size);
    return STATUS_OK;
}

ALWAYS_INLINE sword_t freeze(struct cpu *cpu, const struct args_cpt_frz *args,
                             struct capability **caps)
{
    struct capability *slot = cap_slot(caps[0], args->slot);

    (void)cpu;
    return slot == NULL ? STATUS_RANGE : change_freeze(slot);
}

ALWAYS_INLINE sword_t remove(struct cpu *cpu, const struct args_cpt_rem *args,
                             struct capability **caps)
{
    struct cap_end end;
    struct capability *root;
    enum status status;

    (void)cpu;
    status = change_check_remove(caps[0], args->slot, &end);
    if (status != STATUS_OK)
        return status;
    root = (struct capability *)shared_load(&end.slot->link);
    change_erase(&end);
    if (root != NULL)
        cap_drop(root); /* last: the root may go as soon as nothing counts on it */
    return STATUS_OK;
}

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

/* The words of a new leaf that its source does not decide alone: rights, and what stands in `extra`
 * where each capability has a range or a geometry of its own. */
struct narrowed {
    word_t rights;
    word_t extra[2];
};

ALWAYS_INLINE enum status narrow(const struct capability *source, enum cap_type type,
                                 const struct args_cpt_add *args, struct narrowed *to)
{
    word_t given = source->rights;

    *to = (struct narrowed){args->rights, {args->low, args->high}};
    if (type == CAP_KFUNC)
        return narrow_kfunc(source, args);
    if (type == CAP_PAGETABLE)
        given &= RIGHTS_PAGETABLE_ALL;
    if (args->rights == 0 || (args->rights & ~given) != 0)
        return STATUS_RIGHTS;
    if (type == CAP_KMEM)
        return kmem_narrow(source, args->low, args->high, &to->extra[0], &to->extra[1]);
    if (type > CAP_PAGETABLE)
        return STATUS_OK; /* its words there change, on any CPU */
    to->extra[0] = source->extra[0];
    to->extra[1] = source->extra[1];
    if (type == CAP_PAGETABLE)
        return pagetable_narrow(source, args->rights, args->low, args->high, &to->rights);
    return STATUS_OK;
}

static_assert(CAP_KFUNC < CAP_CAPTABLE && CAP_KMEM < CAP_CAPTABLE && CAP_PAGETABLE < CAP_PROCESS,
              "first the types without an object, then tables, then the rest");

ALWAYS_INLINE void fill_leaf(struct capability *slot, struct capability *source, enum cap_type type,
                             const struct narrowed *to)
{
    change_begin(slot, source->object);
    slot->rights = to->rights;
    if (type <= CAP_PAGETABLE) {
        slot->extra[0] = to->extra[0];
        slot->extra[1] = to->extra[1];
    }
    if (type >=
        CAP_CAPTABLE) { /* without an object, no count: nobody shares the boot root's line */
        struct capability *root = cap_root(source);

        shared_store(&slot->link, (word_t)root);
        cap_hold(root);
    }
}

ALWAYS_INLINE sword_t delegate(struct cpu *cpu, const struct args_cpt_add *args,
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
    if (!cap_is_held(header))
        return STATUS_EMPTY;
    if (cap_state(header) == CAP_FROZEN)
        return STATUS_FROZEN;
    status = narrow(source, cap_type(header), args, &to);
    if (status == STATUS_OK)
        status = change_occupy(slot);
    if (status != STATUS_OK)
        return status;
    fill_leaf(slot, source, cap_type(header), &to);
    end_claim(slot, cap_type(header), CAP_VALID, CAP_LEAF);
    return STATUS_OK;
}

DIRECT_CALL(RME_SVC_CPT_FRZ, captable_freeze, args_cpt_frz, freeze)
DIRECT_CALL(RME_SVC_CPT_ADD, captable_delegate, args_cpt_add, delegate)
DIRECT_CALL(RME_SVC_CPT_REM, captable_remove, args_cpt_rem, remove)
