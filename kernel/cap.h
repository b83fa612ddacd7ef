/* SPDX-License-Identifier: Unlicense
 *
 * Capability slots: what every type has in common. A slot is eight words. The header is the only
 * word that a compare-exchange changes: type and state in its low byte, then the leaf bit, then the
 * stamp of the state, which makes each life of a slot distinct (hazard H1).
 *
 *      empty --occupy--> creating --publish--> valid --freeze--> frozen --claim--> creating
 *      and from there --erase--> empty, --thaw--> valid or --keep--> frozen
 *
 * A root is the object, or owns it, and counts who refers to it; a leaf made by delegation points
 * to its root. Kernel memory and kernel functions have no object and are not counted. Next:
 * captable.h.
 */
#pragma once

#include "abi/calls.h"
#include "arch/bits.h"
#include "kernel/quiesce.h"

enum cap_type {
    CAP_NONE,
    CAP_KFUNC,
    CAP_KMEM,
    CAP_CAPTABLE,
    CAP_PAGETABLE,
    CAP_PROCESS,
    CAP_THREAD,
    CAP_INVOCATION,
    CAP_SIGNAL,
};

enum cap_state { CAP_EMPTY, CAP_CREATING, CAP_VALID, CAP_FROZEN };

struct capability {
    shared_t header;
    shared_t link; /* root: the count of references; leaf: its root slot */
    word_t rights; /* kernel function: first << CAP_PAIR_SHIFT | last */
    void *object;  /* process and signal endpoint: the root slot, in the root too */
    union {
        struct {
            word_t entries;
        } captable;
        struct {
            uint8_t number_order, size_order; /* entries, and bytes of each */
            word_t base;
            shared_t detached; /* flush epoch of the last destruction; in the root */
        } pagetable;
        struct {
            shared_t captable;  /* root slot */
            shared_t pagetable; /* root slot, or the raw word */
        } process;
        struct {
            shared_t count;  /* signals, and the sticky bit */
            shared_t waiter; /* thread that waits, or 0 */
        } signal;
        struct {
            word_t begin, end; /* inclusive addresses */
        } kmem;
        struct {
            word_t low, high; /* inclusive range of the first argument */
        } kfunc;
        word_t extra[4];
    };
};
static_assert(sizeof(struct capability) == CAP_SLOT_BYTES, "a slot is eight words");
static_assert(CONFIG_CAPTABLE_BYTES_MAX / CAP_SLOT_BYTES <= CAP_TABLE_MAX + 1 &&
                  CONFIG_CAPTABLE_BYTES_MAX / CAP_SLOT_BYTES <= CAP_INDEX_MASK + 1,
              "the largest table is within the reach of an index");

/* Header: [1:0] state, [7:2] type, [8] leaf, the rest stamp. */
enum { CAP_LEAF = 1 << 8, CAP_STAMP_SHIFT = 9 };

static inline word_t cap_byte(enum cap_type type, enum cap_state state)
{
    return (word_t)type << 2 | (word_t)state;
}

static inline enum cap_state cap_state(word_t header)
{
    return (enum cap_state)(header & 3);
}

static inline enum cap_type cap_type(word_t header)
{
    return (enum cap_type)(header >> 2 & 0x3F);
}

/* Whether a capability is in the slot, be it frozen: the slot is neither empty nor being filled. */
static inline bool cap_is_held(word_t header)
{
    return cap_state(header) >= CAP_VALID;
}

static inline word_t cap_stamp(word_t header)
{
    return header >> CAP_STAMP_SHIFT;
}

/* The root slot of a capability that a lookup has returned. */
static inline struct capability *cap_root(struct capability *cap)
{
    if ((shared_load(&cap->header) & CAP_LEAF) == 0)
        return cap;
    return (struct capability *)shared_load(&cap->link);
}

/* One compare says type, valid and not frozen, and fails closed. The acquire pairs with the release
 * of cap_publish: what the slot says was written before. */
ALWAYS_INLINE bool cap_is(const struct capability *cap, enum cap_type type)
{
    return shared_byte_is(&cap->header, (uint8_t)cap_byte(type, CAP_VALID));
}

static inline bool cap_allows(const struct capability *cap, word_t right)
{
    return (cap->rights & right) != 0;
}

static inline bool cap_is_two_level(word_t id)
{
    return CAP_TWO_LEVEL != 0 ? (id & CAP_TWO_LEVEL) != 0 : id >> CAP_TABLE_SHIFT != 0;
}

/* The slots of a table, by one look at it. */
struct cap_span {
    struct capability *slots;
    word_t entries;
};

ALWAYS_INLINE struct cap_span cap_span(const struct capability *table)
{
    struct cap_span span = {table->object, table->captable.entries};

    LOAD_BOTH(span.slots, span.entries);
    return span;
}

/* One level of a lookup: the slot `index` of a table, if it holds a capability of that type. */
ALWAYS_INLINE struct capability *cap_lookup_in(struct cap_span span, word_t index,
                                               enum cap_type type)
{
    struct capability *cap;

    if (UNLIKELY(!index_below(&index, span.entries)))
        return NULL;
    cap = span.slots + index;
    AS_ONE(cap);
    ASSUME(cap != NULL);
    return LIKELY(cap_is(cap, type)) ? cap : NULL;
}

/* Resolve an id in `table`, the capability table of the caller's process (not tested for frozen:
 * the process counts on it). What lies outside the layout of an id makes an index too large for any
 * table. NULL when refused; cap_find() then says why. Constant time.
 *
 * Both levels end in the same code. Where one instruction loads slots and end of a table, that code
 * gets them in registers; elsewhere it gets the table, whose end is compared with in place. */
ALWAYS_INLINE struct capability *cap_lookup(const struct capability *table, word_t id,
                                            enum cap_type type)
{
    struct cap_span span;

    if (ARCH_LOADS_PAIRS)
        span = cap_span(table);
    if (cap_is_two_level(id)) {
        table = cap_lookup_in(ARCH_LOADS_PAIRS ? span : cap_span(table), id >> CAP_TABLE_SHIFT,
                              CAP_CAPTABLE);
        if (UNLIKELY(table == NULL))
            return NULL;
        if (ARCH_LOADS_PAIRS)
            span = cap_span(table);
        id &= CAP_INDEX_MASK;
    }
    return cap_lookup_in(ARCH_LOADS_PAIRS ? span : cap_span(table), id, type);
}

/* Whether a kernel-function capability names this function with this first argument. */
static inline bool cap_covers(const struct capability *cap, word_t function, word_t object)
{
    return function >= cap->rights >> CAP_PAIR_SHIFT && function <= (cap->rights & CAP_PAIR_MASK) &&
           object >= cap->kfunc.low && object <= cap->kfunc.high;
}

/* The same for the paths that are not hot: RANGE, FROZEN, TYPE, then RIGHTS if a right is asked for
 * and missing. *cap is set when OK. */
MUST_CHECK enum status cap_find(const struct capability *table, word_t id, enum cap_type type,
                                word_t right, struct capability **cap);

/* A capability operand of a call: which word of the argument block, its type (enum cap_type), and
 * the right it must carry, as 1 + the number of its bit; 0: none. */
struct operand {
    uint16_t arg : 4, type : 4, right : 4;
};

/* Where the operands of a call stand among those of all. */
struct operand_list {
    uint8_t first : 6, count : 2;
};

/* Resolve the operands of a call in their order, then test their rights in the same order.
 * RANGE, FROZEN, TYPE, RIGHTS. */
MUST_CHECK enum status cap_resolve(const struct capability *table, const struct operand *operands,
                                   unsigned count, const word_t *args, struct capability **caps);

/* The slot `index` of a table that a lookup has returned. NULL: RANGE. */
ALWAYS_INLINE struct capability *cap_slot(const struct capability *table, word_t index)
{
    if (!index_below(&index, table->captable.entries))
        return NULL;
    return (struct capability *)table->object + index;
}

/* Claim an empty slot: it is then this CPU's to fill. OCCUPIED, CONFLICT. */
MUST_CHECK enum status cap_occupy(struct capability *slot);

/* The same by its index. RANGE, OCCUPIED, CONFLICT. */
MUST_CHECK enum status cap_claim(const struct capability *table, word_t index,
                                 struct capability **slot);

/* Nothing can fail any more: no references, the object, the other words 0; then they are filled. */
void cap_begin(struct capability *slot, void *object);

/* End the claim: the capability is there, as a root, or the slot is empty again. */
void cap_publish(struct capability *slot, enum cap_type type, word_t rights);
void cap_abandon(struct capability *slot);

/* Boot: a root in a zeroed slot, held for ever. */
void cap_boot(struct capability *slot, enum cap_type type, word_t rights, void *object);

/* Freeze. EMPTY, FROZEN, REFERENCED, NOT_QUIESCENT, CONFLICT. */
MUST_CHECK enum status cap_freeze(struct capability *slot);

/* A slot that was frozen and is claimed, to become empty: only this CPU looks at its object. */
struct cap_end {
    struct capability *slot;
    word_t seen; /* its header when it was frozen */
};

/* First half of a delete: RANGE, EMPTY, NOT_FROZEN, TYPE, NOT_QUIESCENT, LEAF, CONFLICT (another
 * CPU was first), REFERENCED (which thaws). OK: one of the three below must follow. */
MUST_CHECK enum status cap_check_delete(const struct capability *table, word_t index,
                                        enum cap_type type, struct cap_end *end);

/* First half of a remove: RANGE, EMPTY, NOT_FROZEN, ROOT, NOT_QUIESCENT, CONFLICT. */
MUST_CHECK enum status cap_check_remove(const struct capability *table, word_t index,
                                        struct cap_end *end);

/* Second half: the slot becomes empty. */
void cap_erase(const struct cap_end *end);

/* A delete that cannot be, for the reason that is returned: valid again, so that what stands in the
 * way can be removed. */
enum status cap_thaw(const struct cap_end *end, enum status reason);

/* A delete that cannot be yet: frozen as before. */
void cap_keep(const struct cap_end *end);

/* References on a root. The last decrement pairs with the acquire of cap_check_delete. */
static inline void cap_hold(struct capability *root)
{
    (void)shared_add(&root->link, 1);
}

static inline void cap_drop(struct capability *root)
{
    (void)shared_sub(&root->link, 1);
}
