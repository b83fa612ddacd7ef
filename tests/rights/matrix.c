/* SPDX-License-Identifier: Unlicense */
#include "tests/rights/rights.h"

#include "config.h"

/* Slots of the boot table. GOOD and COLD (frozen leaves) are one of each type, in their order. */
enum {
    GOOD = BOOT_SLOTS,
    COLD = GOOD + RIGHTS_TYPES,
    EMPTY = COLD + RIGHTS_TYPES, /* never filled */
    WEAK,                        /* a leaf for one case */
    INNER,                       /* a table with GOOD, COLD and an empty slot */
    COLD_INNER,                  /* a frozen leaf of it */
    NEW,                         /* empty, for calls that make something */
    DOOMED,                      /* frozen roots of the types that can be deleted: six */
    DOOMED_LEAF = DOOMED + 6,    /* a frozen leaf, to be removed */
    LONELY,                      /* an endpoint that nothing refers to */
    CHILD,                       /* a page table in no other */
    ATTACHED,                    /* one at position 1 of GOOD's list */
    BLANK,                       /* one of the first page of the first process, without it */
    MAPPED,                      /* one with it */
    UNBOUND,                     /* a thread */
    GUEST,                       /* an unbound guest */
    READY,                       /* a bound thread with time, at the level of the first */
    ALL_SLOTS,
};
static_assert((unsigned)ALL_SLOTS <= RIGHTS_SLOTS, "within what boot leaves on every machine");

enum {
    INNER_ENTRIES = 2 * RIGHTS_TYPES + 2,
    INNER_EMPTY = 2 * RIGHTS_TYPES,
    MEMORY_NEW = 4096, /* offset behind rights_memory() that is left free */
    LINE = 20,
};

static word_t good(enum rights_type type)
{
    return GOOD + (word_t)type;
}

/* ---- Objects ---- */

static word_t memory_used;

static word_t memory(word_t bytes)
{
    word_t offset = rights_memory() + MEMORY_NEW + memory_used;

    memory_used += (bytes + 31) & ~(word_t)31;
    return offset;
}

static void align_memory(word_t align)
{
    word_t offset = rights_memory() + MEMORY_NEW + memory_used;

    memory_used += ((offset + align - 1) & ~(align - 1)) - offset;
}

static void must(word_t number, word_t w0, word_t w1, word_t w2, word_t w3, word_t w4, word_t w5,
                 word_t w6)
{
    const word_t words[7] = {w0, w1, w2, w3, w4, w5, w6};
    sword_t status = rights_call(number, words);

    if (status < 0)
        rights_complain("the fixture cannot be made", number, words, status);
}

/* Page tables of one entry, lists, threads and processes, each in a slot. */
static void make_table(word_t slot, word_t base, word_t size_order, word_t number_order)
{
    const struct rights_geometry geometry = rights_geometry();

    align_memory(geometry.align);
    must(RME_SVC_PGT_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, memory(geometry.bytes), base, size_order,
         number_order);
}

static void make_thread(word_t slot, word_t attributes)
{
    must(RME_SVC_THD_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, memory(512), BOOT_PROCESS, 0, attributes);
}

static void make_process(word_t slot)
{
    must(RME_SVC_PRC_CRT, BOOT_CAPTABLE, slot, BOOT_CAPTABLE,
         CONFIG_RAW ? 0x5A50 : good(RIGHTS_PAGETABLE), BOOT_KFUNC, 0, 0);
}

static void make_captable(word_t slot, word_t entries)
{
    must(RME_SVC_CPT_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, memory(entries * CAP_SLOT_BYTES), entries,
         0, 0);
}

static void make_port(word_t slot)
{
    must(RME_SVC_INV_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, memory(128), BOOT_PROCESS, 0, 0);
}

static void make_signal(word_t slot)
{
    must(RME_SVC_SIG_CRT, BOOT_CAPTABLE, slot, 0, 0, 0, 0, 0);
}

static void freeze(word_t table, word_t slot)
{
    must(RME_SVC_CPT_FRZ, table, slot, 0, 0, 0, 0, 0);
}

/* Highest position of a page table's capability. */
static word_t top_position(void)
{
    return WORD_BITS == 32 ? 0xFFF : 0xFFFFFFF;
}

/* Delegate with these rights and the whole range. A kernel function's rights are its numbers. */
static sword_t delegate(word_t table, word_t slot, word_t source_table, word_t source,
                        enum rights_type type, word_t rights)
{
    word_t low = 0, high = 0;

    if (type == RIGHTS_KFUNC) {
        rights = CAP_PAIR_MASK;
        high = ~(word_t)0;
    }
    if (type == RIGHTS_PAGETABLE)
        high = top_position();
    if (type == RIGHTS_KMEM)
        high = (rights & RIGHT_KMEM_GUEST) != 0 ? 256 : rights_memory() + MEMORY_NEW;
    return rights_call(RME_SVC_CPT_ADD,
                       (const word_t[7]){table, slot, source_table, source, rights, low, high});
}

static word_t all_rights(enum rights_type type)
{
    return type == RIGHTS_KMEM ? RIGHTS_KMEM_ALL & ~(word_t)RIGHT_KMEM_GUEST : rights_all[type];
}

static bool has_type(enum rights_type type)
{
    return !CONFIG_RAW || type != RIGHTS_PAGETABLE;
}

static void must_delegate(word_t table, word_t slot, enum rights_type type)
{
    if (has_type(type) &&
        delegate(table, slot, BOOT_CAPTABLE, good(type), type, all_rights(type)) != STATUS_OK)
        rights_complain("the fixture cannot be made", RME_SVC_CPT_ADD, (const word_t[7]){slot}, 0);
}

static void make_good(void)
{
    make_captable(good(RIGHTS_CAPTABLE), 4);
    if (!CONFIG_RAW)
        make_table(good(RIGHTS_PAGETABLE), PAGETABLE_TOP, rights_geometry().top_size,
                   rights_geometry().top_number);
    make_process(good(RIGHTS_PROCESS));
    make_thread(good(RIGHTS_THREAD), 0);
    make_port(good(RIGHTS_INVOCATION));
    make_signal(good(RIGHTS_SIGNAL));
    must(RME_SVC_CPT_ADD, BOOT_CAPTABLE, good(RIGHTS_KMEM), BOOT_CAPTABLE, BOOT_KMEM,
         all_rights(RIGHTS_KMEM), 0, rights_memory() + MEMORY_NEW);
    must(RME_SVC_CPT_ADD, BOOT_CAPTABLE, good(RIGHTS_KFUNC), BOOT_CAPTABLE, BOOT_KFUNC,
         CAP_PAIR_MASK, 0, ~(word_t)0);
}

/* Each type as a frozen leaf, and both kinds once more in a table of the second level. */
static void make_leaves(void)
{
    make_captable(INNER, INNER_ENTRIES);
    for (unsigned i = 0; i < RIGHTS_TYPES; i++) {
        enum rights_type type = (enum rights_type)i;

        if (!has_type(type))
            continue;
        must_delegate(BOOT_CAPTABLE, COLD + i, type);
        must_delegate(INNER, i, type);
        must_delegate(INNER, RIGHTS_TYPES + i, type);
        freeze(BOOT_CAPTABLE, COLD + i);
        freeze(INNER, RIGHTS_TYPES + i);
    }
    if (delegate(BOOT_CAPTABLE, COLD_INNER, BOOT_CAPTABLE, INNER, RIGHTS_CAPTABLE,
                 RIGHTS_CAPTABLE_ALL) == STATUS_OK)
        freeze(BOOT_CAPTABLE, COLD_INNER);
    must_delegate(BOOT_CAPTABLE, DOOMED_LEAF, RIGHTS_SIGNAL);
    freeze(BOOT_CAPTABLE, DOOMED_LEAF);
}

static void make_doomed(void)
{
    make_captable(DOOMED + RIGHTS_CAPTABLE, 1);
    if (!CONFIG_RAW)
        make_table(DOOMED + RIGHTS_PAGETABLE, 0, rights_geometry().size, rights_geometry().number);
    make_process(DOOMED + RIGHTS_PROCESS);
    make_thread(DOOMED + RIGHTS_THREAD, 0);
    make_port(DOOMED + RIGHTS_INVOCATION);
    make_signal(DOOMED + RIGHTS_SIGNAL);
    for (unsigned i = 0; i <= RIGHTS_SIGNAL; i++)
        if (has_type((enum rights_type)i))
            freeze(BOOT_CAPTABLE, DOOMED + i);
}

static void make_tables(void)
{
    const struct rights_geometry g = rights_geometry();

    make_table(CHILD, 0, g.size, g.number);
    make_table(ATTACHED, g.second_base, g.size, g.number);
    must(RME_SVC_PGT_CON, good(RIGHTS_PAGETABLE), 1, ATTACHED, 0, 0, 0, 0);
    make_table(BLANK, g.page_base, g.page_size, g.page_number);
    make_table(MAPPED, g.page_base, g.page_size, g.page_number);
    must(RME_SVC_PGT_ADD, MAPPED, 0, PAGE_READ, g.page_table, g.page_position, g.page_index, 0);
}

static void make_threads(void)
{
    must(RME_SVC_THD_SCHED_BIND, good(RIGHTS_THREAD), BOOT_THREAD, CAP_NULL, 1, 0, CAP_NULL, 0);
    make_thread(UNBOUND, 0);
    make_thread(READY, 0);
    must(RME_SVC_THD_SCHED_BIND, READY, BOOT_THREAD, CAP_NULL, 2, 0, CAP_NULL, 0);
    must(RME_SVC_THD_TIME_XFER, READY, BOOT_THREAD, 1000000, 0, 0, 0, 0);
    if (CONFIG_GUESTS)
        make_thread(GUEST, THREAD_GUEST);
}

void rights_fixture(void)
{
    memory_used = 0;
    make_good();
    make_leaves();
    make_doomed();
    make_signal(LONELY);
    if (!CONFIG_RAW)
        make_tables();
    make_threads();
}

bool rights_is_doomed(word_t slot)
{
    return slot >= DOOMED && slot <= DOOMED_LEAF;
}

/* ---- A legal call of each row: what it must answer ---- */

struct base {
    word_t words[7];
    sword_t answer; /* or a status of a check behind those of the operands */
    bool is_possible;
};

#define BASE(answer, ...) ((struct base){{__VA_ARGS__}, (answer), true})

static struct base base_of_tables(word_t number)
{
    const word_t free_memory = rights_memory();
    const word_t list = good(RIGHTS_PAGETABLE);
    const struct rights_geometry g = rights_geometry();

    switch (number) {
    case RME_SVC_CPT_CRT:
        return BASE(0, BOOT_CAPTABLE, NEW, BOOT_KMEM, free_memory, 4);
    case RME_SVC_CPT_FRZ:
        return BASE(0, BOOT_CAPTABLE, LONELY);
    case RME_SVC_CPT_ADD:
        return BASE(0, BOOT_CAPTABLE, NEW, BOOT_CAPTABLE, good(RIGHTS_SIGNAL), 1);
    case RME_SVC_CPT_REM:
        return BASE(0, BOOT_CAPTABLE, DOOMED_LEAF);
    case RME_SVC_PGT_CRT:
        return BASE(0, BOOT_CAPTABLE, NEW, BOOT_KMEM, free_memory, 0, g.size, g.number);
    case RME_SVC_PGT_ADD:
        return BASE(0, BLANK, 0, PAGE_READ, g.page_table, g.page_position, g.page_index);
    case RME_SVC_PGT_REM:
        return BASE(0, MAPPED, 0);
    case RME_SVC_PGT_CON:
        return BASE(0, list, 0, CHILD, 0);
    case RME_SVC_PGT_DES:
        return BASE(0, list, 1, ATTACHED);
    default:
        return (struct base){{0}, 0, false};
    }
}

static struct base base_of_threads(word_t number)
{
    const word_t thread = good(RIGHTS_THREAD);

    switch (number) {
    case RME_SVC_THD_SCHED_FREE:
    case RME_SVC_THD_EXEC_SET:
        return BASE(0, thread);
    case RME_SVC_THD_SCHED_PRIO:
        return BASE(0, 4, thread, thread, thread, thread, 0);
    case RME_SVC_THD_TIME_XFER:
        return BASE(500, thread, READY, 500);
    case RME_SVC_THD_SWT:
        return BASE(0, READY);
    case RME_SVC_THD_CRT:
        return BASE(0, BOOT_CAPTABLE, NEW, BOOT_KMEM, rights_memory(), good(RIGHTS_PROCESS), 0, 0);
    case RME_SVC_THD_SCHED_BIND:
        if (!CONFIG_GUESTS)
            return BASE(0, UNBOUND, thread, good(RIGHTS_SIGNAL), 3, 0, CAP_NULL, 0);
        return BASE(0, GUEST, thread, good(RIGHTS_SIGNAL), 3, 0, BOOT_GUEST_WINDOW, 0);
    case RME_SVC_THD_SCHED_RCV:
        return BASE(STATUS_NO_EVENT, thread);
    default:
        return (struct base){{0}, 0, false};
    }
}

static struct base base_of_objects(word_t number)
{
    const word_t process = good(RIGHTS_PROCESS), free_memory = rights_memory();
    const word_t space = CONFIG_RAW ? 0x5A50 : good(RIGHTS_PAGETABLE);

    switch (number) {
    case RME_SVC_INV_ACT:
        return BASE(0, good(RIGHTS_INVOCATION), 0);
    case RME_SVC_SIG_SND:
        return BASE(0, good(RIGHTS_SIGNAL), 1);
    case RME_SVC_SIG_RCV:
        return BASE(0, good(RIGHTS_SIGNAL), SIGNAL_POLL_ALL);
    case RME_SVC_PRC_CRT:
        return BASE(0, BOOT_CAPTABLE, NEW, BOOT_CAPTABLE, space, BOOT_KFUNC);
    case RME_SVC_PRC_CPT:
        return BASE(0, process, BOOT_CAPTABLE);
    case RME_SVC_PRC_PGT:
        return BASE(0, process, space, BOOT_KFUNC);
    case RME_SVC_SIG_CRT:
        return BASE(0, BOOT_CAPTABLE, NEW);
    case RME_SVC_INV_CRT:
        return BASE(0, BOOT_CAPTABLE, NEW, BOOT_KMEM, free_memory, process);
    case RME_SVC_INV_SET:
        return BASE(0, good(RIGHTS_INVOCATION), 0, 0, 0);
    default:
        return (struct base){{0}, 0, false};
    }
}

static struct base base_of_functions(word_t function)
{
    const word_t kfunc = BOOT_KFUNC, thread = good(RIGHTS_THREAD);

    if (CONFIG_KFUNC_PAGE && !CONFIG_RAW && function == RME_KFN_PGT_ENTRY_MOD)
        return BASE(STATUS_MAP, kfunc, function, 0, good(RIGHTS_PAGETABLE));
    if (CONFIG_KFUNC_INTERRUPT && function == RME_KFN_INT_BIND)
        return BASE(0, kfunc, function, LINE, good(RIGHTS_SIGNAL), 0);
    if (CONFIG_KFUNC_INTERRUPT && function == RME_KFN_TIMER_SET)
        return BASE(0, kfunc, function, 0, BOOT_TIMER_ENDPOINT, 0);
    if (CONFIG_KFUNC_DEBUG && function == RME_KFN_DEBUG_REG_MOD)
        return BASE(0, kfunc, function, 0, thread, 0);
    if (CONFIG_KFUNC_DEBUG && function == RME_KFN_DEBUG_EXC_GET)
        return BASE(0, kfunc, function, 0, thread);
    if (CONFIG_KFUNC_PAGE && function == 0) /* KFN itself */
        return BASE(1, kfunc, RME_KFN_FLUSH_DONE, 0, 0);
    return (struct base){{0}, 0, false};
}

/* The deletions all look alike. */
static struct base base_of(const struct rights_row *row)
{
    struct base base;

    if (CONFIG_RAW && row->number >= RME_SVC_PGT_CRT && row->number <= RME_SVC_PGT_DES)
        return (struct base){{0}, 0, false};
    if (row->number == RME_SVC_KFN)
        return base_of_functions(row->function);
    if (row->slot_count == 1 && row->slots[0].type != RIGHTS_NONE)
        return BASE(0, BOOT_CAPTABLE, DOOMED + row->slots[0].type);
    base = base_of_tables(row->number);
    if (!base.is_possible)
        base = base_of_threads(row->number);
    return base.is_possible ? base : base_of_objects(row->number);
}

/* ---- Cases ---- */

static unsigned cases, failures;

static const struct rights_row *row_now;
static struct base base_now;

/* The base with one word changed is refused. */
static void refused(unsigned word, word_t value, sword_t status)
{
    word_t words[7];

    for (unsigned i = 0; i < 7; i++)
        words[i] = base_now.words[i];
    words[word - 1] = value;
    cases++;
    if (rights_is_refused(status, row_now->number, words))
        return;
    failures++;
    rights_complain(row_now->name, row_now->number, words, status);
}

/* The base with one word changed does what the base does. */
static void accepted(unsigned word, word_t value)
{
    word_t words[7];
    sword_t answer;

    for (unsigned i = 0; i < 7; i++)
        words[i] = base_now.words[i];
    words[word - 1] = value;
    cases++;
    answer = rights_call(row_now->number, words);
    if (answer == base_now.answer)
        return;
    failures++;
    rights_complain("accepted", row_now->number, words, answer);
}

static void drop_weak(void)
{
    freeze(BOOT_CAPTABLE, WEAK);
    must(RME_SVC_CPT_REM, BOOT_CAPTABLE, WEAK, 0, 0, 0, 0, 0);
}

/* A leaf of what an operand names, with other rights. */
static bool make_weak(word_t id, enum rights_type type, word_t rights)
{
    word_t table = BOOT_CAPTABLE, slot = id;

    if (id > CAP_INDEX_MASK) {
        table = id >> CAP_TABLE_SHIFT;
        slot = id & CAP_INDEX_MASK;
    }
    return delegate(BOOT_CAPTABLE, WEAK, table, slot, type, rights) == STATUS_OK;
}

/* The rights that the object of a base has. */
static word_t rights_of(const struct rights_operand *operand)
{
    word_t id = base_now.words[operand->word - 1];

    if (operand->type == RIGHTS_KMEM && id == BOOT_GUEST_WINDOW)
        return RIGHT_KMEM_GUEST;
    return all_rights((enum rights_type)operand->type);
}

static void missing_rights(const struct rights_operand *operand)
{
    const word_t id = base_now.words[operand->word - 1];
    const word_t all = rights_of(operand), needed = (word_t)1 << operand->right;
    const enum rights_type type = (enum rights_type)operand->type;

    if (all == needed) { /* the window of guests: another memory, which has not this right */
        refused(operand->word, good(type), STATUS_RIGHTS);
        return;
    }
    for (unsigned bit = 0; all >> bit != 0; bit++) {
        word_t rights = bit == operand->right ? all & ~needed : (word_t)1 << bit;

        if ((all >> bit & 1) == 0 || !make_weak(id, type, rights))
            continue;
        refused(operand->word, WEAK, STATUS_RIGHTS);
        drop_weak();
    }
}

/* With the right alone, and with each other right missing, it is as good as with all. */
static void sufficient_rights(const struct rights_operand *operand)
{
    const word_t id = base_now.words[operand->word - 1];
    const word_t all = rights_of(operand), needed = (word_t)1 << operand->right;
    const enum rights_type type = (enum rights_type)operand->type;

    for (unsigned bit = 0; all >> bit != 0; bit++) {
        word_t rights = bit == operand->right ? needed : all & ~((word_t)1 << bit);

        if ((all >> bit & 1) == 0 || !rights_renew() || !make_weak(id, type, rights))
            continue;
        accepted(operand->word, WEAK);
    }
    (void)rights_renew();
}

static void wrong_types(const struct rights_operand *operand)
{
    for (unsigned i = 0; i < RIGHTS_TYPES; i++) {
        if (i == operand->type || !has_type((enum rights_type)i))
            continue;
        refused(operand->word, GOOD + i, STATUS_TYPE);
        refused(operand->word, cap_id_in(INNER, i).raw, STATUS_TYPE);
        refused(operand->word, COLD + i, STATUS_FROZEN);
        if (i != RIGHTS_CAPTABLE)
            refused(operand->word, cap_id_in(GOOD + i, 0).raw, STATUS_TYPE);
    }
    refused(operand->word, COLD + operand->type, STATUS_FROZEN);
    refused(operand->word, cap_id_in(INNER, RIGHTS_TYPES + operand->type).raw, STATUS_FROZEN);
    refused(operand->word, cap_id_in(COLD_INNER, operand->type).raw, STATUS_FROZEN);
    refused(operand->word, EMPTY, STATUS_TYPE);
    refused(operand->word, cap_id_in(INNER, INNER_EMPTY).raw, STATUS_TYPE);
    refused(operand->word, cap_id_in(EMPTY, 0).raw, STATUS_TYPE);
    if (rights_set_creating(EMPTY, true)) {
        refused(operand->word, EMPTY, STATUS_TYPE);
        refused(operand->word, cap_id_in(EMPTY, 0).raw, STATUS_TYPE);
        (void)rights_set_creating(EMPTY, false);
    }
}

/* Ids that no slot has: the index, its table's, bits outside the layout, in all of the word. */
static void malformed(const struct rights_operand *operand)
{
    const word_t layout = CAP_TABLE_MAX << CAP_TABLE_SHIFT | CAP_TWO_LEVEL | CAP_INDEX_MASK;
    const word_t id = base_now.words[operand->word - 1];
    const word_t beyond = CONFIG_BOOT_ENTRIES;

    for (unsigned bit = 0; bit < WORD_BITS; bit++)
        if ((layout >> bit & 1) == 0 && (id | (word_t)1 << bit) != CAP_NULL)
            refused(operand->word, id | (word_t)1 << bit, STATUS_RANGE);
    /* A table without the mark of two levels, where there is one. */
    for (unsigned bit = CAP_TABLE_SHIFT; WORD_BITS == 32 && bit < 15; bit++)
        refused(operand->word, good((enum rights_type)operand->type) | (word_t)1 << bit,
                STATUS_RANGE);
    refused(operand->word, beyond, STATUS_RANGE);
    refused(operand->word, CAP_INDEX_MASK, STATUS_RANGE);
    refused(operand->word, cap_id_in(beyond, 0).raw, STATUS_RANGE);
    refused(operand->word, cap_id_in(CAP_TABLE_MAX, 0).raw, STATUS_RANGE);
    refused(operand->word, cap_id_in(INNER, INNER_ENTRIES).raw, STATUS_RANGE);
    refused(operand->word, cap_id_in(INNER, CAP_INDEX_MASK).raw, STATUS_RANGE);
    refused(operand->word, ~(word_t)0, STATUS_RANGE);
    refused(operand->word, (word_t)INTPTR_MIN, STATUS_RANGE);
    refused(operand->word, (word_t)0 - GOOD, STATUS_RANGE);
    if (operand->when != RIGHTS_NAMED)
        refused(operand->word, CAP_NULL, STATUS_RANGE);
}

/* Slots: outside the table; and of what is to be deleted, each state and type. */
static void slots(const struct rights_slot *slot)
{
    static const word_t outside[] = {CONFIG_BOOT_ENTRIES, 1 << 7,    1 << 15, HALF_MAX,
                                     (word_t)INTPTR_MIN,  ~(word_t)0};

    for (unsigned i = 0; i < sizeof(outside) / sizeof(outside[0]); i++)
        refused(slot->word, outside[i], STATUS_RANGE);
    for (unsigned i = 0; slot->type != RIGHTS_NONE && i < RIGHTS_TYPES; i++) {
        if (!has_type((enum rights_type)i))
            continue;
        refused(slot->word, GOOD + i, STATUS_NOT_FROZEN);
        refused(slot->word, COLD + i, i == slot->type ? STATUS_LEAF : STATUS_TYPE);
        if (i <= RIGHTS_SIGNAL && i != slot->type)
            refused(slot->word, DOOMED + i, STATUS_TYPE);
    }
    if (slot->type != RIGHTS_NONE)
        refused(slot->word, EMPTY, STATUS_EMPTY);
}

/* ---- Delegation: each type, each right that the source lacks ---- */

static void narrowing(void)
{
    for (unsigned i = 0; i < RIGHTS_TYPES; i++) {
        enum rights_type type = (enum rights_type)i;
        const word_t all = all_rights(type);

        if (!has_type(type) || type == RIGHTS_KFUNC)
            continue;
        for (unsigned bit = 0; bit < WORD_BITS; bit++) {
            word_t right = (word_t)1 << bit;
            struct base base = BASE(0, BOOT_CAPTABLE, NEW, BOOT_CAPTABLE, WEAK, right);

            if (!make_weak(good(type), type, all & ~right))
                continue;
            base.words[6] = type == RIGHTS_PAGETABLE ? top_position() : 64;
            base_now = base;
            refused(5, right, STATUS_RIGHTS);
            refused(5, all | right, STATUS_RIGHTS);
            refused(5, 0, STATUS_RIGHTS);
            drop_weak();
        }
    }
}

/* Each mode of receiving has a right of its own. */
static void modes(void)
{
    for (word_t mode = 0; mode < SIGNAL_MODES; mode++) {
        word_t right = (word_t)RIGHT_SIGNAL_RECEIVE_SINGLE << mode;

        base_now = BASE(mode < SIGNAL_POLL_SINGLE ? STATUS_INIT_THREAD : 0, WEAK, mode);
        for (unsigned bit = 0; bit < 6; bit++) {
            word_t rights =
                (word_t)1 << bit == right ? RIGHTS_SIGNAL_ALL & ~right : (word_t)1 << bit;

            if (!make_weak(good(RIGHTS_SIGNAL), RIGHTS_SIGNAL, rights))
                continue;
            refused(1, WEAK, STATUS_RIGHTS);
            drop_weak();
        }
        if (rights_renew() && make_weak(good(RIGHTS_SIGNAL), RIGHTS_SIGNAL, right))
            accepted(1, WEAK);
        (void)rights_renew();
    }
}

/* ---- Rows ---- */

static bool is_looked_up(const struct rights_operand *operand)
{
    if (!CONFIG_GUESTS && operand->type == RIGHTS_KMEM && operand->when == RIGHTS_NAMED)
        return false; /* the memory of a guest's area */
    return operand->when != (CONFIG_RAW ? RIGHTS_MANAGED : RIGHTS_RAW);
}

static void one_row(void)
{
    if (rights_renew()) /* the base itself: without it no refusal would mean anything */
        accepted(1, base_now.words[0]);
    (void)rights_renew();
    for (unsigned i = 0; i < row_now->operand_count; i++) {
        const struct rights_operand *operand = &row_now->operands[i];

        if (!is_looked_up(operand))
            continue;
        wrong_types(operand);
        malformed(operand);
        if (operand->right == RIGHTS_NONE)
            continue;
        missing_rights(operand);
        sufficient_rights(operand);
    }
    for (unsigned i = 0; i < row_now->slot_count; i++)
        slots(&row_now->slots[i]);
    if (row_now->number == RME_SVC_CPT_ADD)
        narrowing();
    if (row_now->number == RME_SVC_SIG_RCV)
        modes();
}

unsigned rights_row(unsigned row, unsigned *wrong)
{
    row_now = &rights_rows[row];
    base_now = base_of(row_now);
    cases = 0;
    failures = 0;
    if (base_now.is_possible)
        one_row();
    *wrong = failures;
    return cases;
}

unsigned rights_row_count(void)
{
    return sizeof(rights_rows) / sizeof(rights_rows[0]);
}

const char *rights_row_name(unsigned row)
{
    return rights_rows[row].name;
}
