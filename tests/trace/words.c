/* SPDX-License-Identifier: Unlicense */
#include "tests/trace/words.h"

#include "tests/random.h"
#include "tests/trace/pick.h"

static void creation(word_t *w)
{
    static const word_t odd[] = {64, 2048, 16, CELLS * CELL_BYTES, ~(word_t)0 - 31};

    w[0] = pick_table();
    w[1] = pick_slot_mostly(pick_is_empty);
    if (shadow_slot(w[0]) != SLOTS)
        w[1] = SLOTS; /* nobody would ever pick_slot it there */
    w[2] = one_in(12) ? pick_either(KIND_KMEM) : pick_fixed(FIXED_KMEM);
    w[3] = shadow_cell() * CELL_BYTES;
    if (one_in(12))
        w[3] += odd[random_below(5)];
}

static void deletion(word_t *w, enum kind kind)
{
    w[0] = pick_table();
    pick_kind = kind;
    w[1] = one_in(10)  ? pick_slot_mostly(pick_is_any)
           : one_in(8) ? pick_slot_mostly(pick_is_frozen_leaf_of_kind)
                       : pick_slot_mostly(pick_is_frozen_root);
}

/* ---- Places ---- */

word_t words_target(void)
{
    static const word_t targets[] = {SYMBOL(PLACE_LOAD),
                                     SYMBOL(PLACE_STORE),
                                     SYMBOL(PLACE_UNDEFINED),
                                     NOWHERE,
                                     0x1000,
                                     0xFFF0,
                                     1};

    return targets[random_below(sizeof(targets) / sizeof(targets[0]))];
}

word_t words_bad_entry(void)
{
    static const word_t entries[] = {(word_t)1 << 47, ~(word_t)0, (word_t)1 << 63,
                                     0xFFFFFFFF80000000, 0x0000FFFFFFFFFFFF};

    return one_in(2) ? words_target() : entries[random_below(sizeof(entries) / sizeof(entries[0]))];
}

static word_t entry(void)
{
    return one_in(8) ? words_bad_entry() : SYMBOL(PLACE_BEGIN);
}

/* ---- Calls ---- */

static void of_captable(word_t number, word_t *w)
{
    if (number == RME_SVC_CPT_CRT) {
        creation(w);
        w[4] = one_in(16) ? (one_in(2) ? 0 : 65) : 1 + random_below(64);
    }
    if (number == RME_SVC_CPT_DEL)
        deletion(w, KIND_TABLE);
    if (number == RME_SVC_CPT_FRZ) {
        w[0] = pick_table();
        w[1] = pick_slot_mostly(pick_is_any);
    }
    if (number == RME_SVC_CPT_REM) {
        w[0] = pick_table();
        w[1] = one_in(12) ? pick_slot_mostly(pick_is_any) : pick_slot_mostly(pick_is_frozen_leaf);
    }
    if (number != RME_SVC_CPT_CRT && shadow_slot(w[0]) != SLOTS)
        w[1] = 0;
}

static void narrow(word_t source, word_t *w)
{
    static const word_t most[FIXED_COUNT] = {
        [FIXED_TABLE] = RIGHTS_CAPTABLE_ALL,
        [FIXED_PROCESS] = RIGHT_PROCESS_INVOCATION | RIGHT_PROCESS_THREAD,
        [FIXED_KMEM] = 0xF,
        [FIXED_TIMER] = RIGHTS_SIGNAL_ALL,
        [FIXED_GUESTS] = RIGHT_KMEM_GUEST,
        [FIXED_SOURCE] = RIGHT_PAGETABLE_ADD_SOURCE,
    };

    w[4] = one_in(3)                                   ? random_word() & 0xFF
           : source < FIXED_COUNT && most[source] != 0 ? most[source]
                                                       : 0xF;
    w[5] = 0;
    w[6] = one_in(2) ? CELLS * CELL_BYTES : random_below(CELLS) * CELL_BYTES;
    if (source == FIXED_SOURCE || source == FIXED_TOP)
        w[6] = random_below(SOURCE_PAGES + 2);
    if (source == FIXED_GUESTS)
        w[6] = 4 * AREA_BYTES_EACH;
    if (one_in(8))
        w[5] = random_any();
    if (source == FIXED_GUESTS && w[5] < w[6]) /* or two guests would have one area, in which the */
        w[5] = 0;                              /* host and a board keep different registers */
    if (source == FIXED_LINE_FUNCTIONS) {
        w[4] = (word_t)RME_KFN_INT_LOCAL_MOD << CAP_PAIR_SHIFT | RME_KFN_CPU_TICK;
        w[6] = one_in(2) ? ~(word_t)0 : LINE_FIRST + LINE_COUNT;
    }
}

static void delegation(word_t *w)
{
    w[0] = pick_table();
    w[1] = pick_slot_mostly(pick_is_empty);
    if (shadow_slot(w[0]) != SLOTS)
        w[1] = 0; /* the one slot of such a table that is used */
    if (one_in(3)) {
        w[2] = pick_fixed(FIXED_SELF);
        w[3] = random_below(FIXED_COUNT + 1);
        narrow(w[3], w);
        return;
    }
    w[2] = pick_table();
    w[3] = pick_slot_mostly(pick_is_any);
    w[4] = one_in(3) ? random_word() & 0x3FF : 0x3FF;
    if (w[3] < SLOTS) {
        static const word_t all[KINDS] = {0,
                                          RIGHTS_CAPTABLE_ALL,
                                          RIGHTS_PAGETABLE_ALL,
                                          RIGHTS_PROCESS_ALL,
                                          RIGHTS_THREAD_ALL,
                                          RIGHTS_INVOCATION_ALL,
                                          RIGHTS_SIGNAL_ALL,
                                          0xF,
                                          0};

        w[4] &= all[shadow[w[3]].kind];
    }
    w[5] = one_in(4) ? random_below(4) : 0;
    w[6] = one_in(4) ? random_any() : random_below(((word_t)1 << NUMBER_ORDER) + 4);
}

/* Bases of tables at each level below positions 1 and 2 of a top level. */
static void geometry(word_t *w)
{
    unsigned level = (unsigned)random_below(4);

    w[4] = (1 + random_below(2)) << TOP_ORDER;
    w[5] = PAGE_ORDER + level * NUMBER_ORDER;
    w[6] = NUMBER_ORDER;
    if (level == 0)
        w[4] |= random_below(2) << 21;
    if (level <= 1)
        w[4] |= random_below(2) << 30;
    if (level == 3) {
        w[4] = PAGETABLE_TOP;
        w[6] = TOP_NUMBER_ORDER;
    }
    if (one_in(16)) { /* compilers choose differently which of two numbers is drawn first */
        word_t which = 4 + random_below(3);

        w[which] = random_any();
    }
}

static word_t position(void)
{
    return one_in(16) ? (one_in(2) ? 512 : random_any()) : one_in(8) ? 511 : random_below(3);
}

static bool is_top(const struct shadow *slot)
{
    return slot->kind == KIND_PAGETABLE && slot->is_top && !slot->is_frozen;
}

static bool is_lowest(const struct shadow *slot)
{
    return slot->kind == KIND_PAGETABLE && slot->order == PAGE_ORDER && !slot->is_frozen;
}

static const struct shadow *wanted_child;

static bool is_parent(const struct shadow *slot)
{
    return slot->kind == KIND_PAGETABLE && !slot->is_frozen &&
           slot->order == wanted_child->order + NUMBER_ORDER &&
           (wanted_child->base - slot->base) >> slot->order < 512;
}

/* Parent, position, child: such as belong together. */
static void family(word_t *w)
{
    unsigned child, parent;

    w[0] = pick(KIND_PAGETABLE);
    w[1] = position();
    w[2] = pick(KIND_PAGETABLE);
    w[3] = random_word() & PAGE_FLAGS_ALL;
    if (one_in(10))
        return;
    if (one_in(6)) {
        parent = pick_slot(is_top);
        w[0] = parent == SLOTS ? w[0] : pick_made(parent);
        w[1] = 0;
        w[2] = pick_fixed(FIXED_DIRECTORY);
        return;
    }
    child = shadow_slot(w[2]);
    if (child == SLOTS)
        return;
    wanted_child = &shadow[child];
    parent = pick_slot(is_parent);
    if (parent == SLOTS)
        return;
    w[0] = pick_made(parent);
    w[1] = (wanted_child->base - shadow[parent].base) >> shadow[parent].order;
}

static bool is_in_another(const struct shadow *slot)
{
    return slot->kind == KIND_PAGETABLE && slot->parent != SLOTS;
}

static bool is_showing(const struct shadow *slot)
{
    return slot->kind == KIND_PAGETABLE && slot->shows;
}

/* The same of such as are in each other. */
static void parting(word_t *w)
{
    unsigned child = pick_slot(is_in_another), top = one_in(3) ? pick_slot(is_showing) : SLOTS;

    family(w);
    if (one_in(8))
        return;
    if (child != SLOTS) {
        w[0] = pick_made(shadow[child].parent);
        w[1] = shadow[child].position;
        w[2] = pick_made(child);
    }
    if (top != SLOTS) {
        w[0] = pick_made(top);
        w[1] = 0;
        w[2] = pick_fixed(FIXED_DIRECTORY);
    }
}

static void page(word_t *w)
{
    unsigned target = pick_slot(is_lowest);

    w[0] = target == SLOTS || one_in(8) ? pick(KIND_PAGETABLE) : pick_made(target);
    w[1] = position();
    w[2] = PAGE_READ | (random_word() & PAGE_FLAGS_ALL);
    w[3] = one_in(4) ? pick(KIND_PAGETABLE) : pick_fixed(FIXED_SOURCE);
    w[4] = random_below(one_in(8) ? SOURCE_PAGES + 2 : SOURCE_PAGES - 1);
    w[5] = one_in(16) ? random_any() : 0;
    if (one_in(2))
        w[2] = PAGE_READ;
    if (one_in(16))
        w[2] &= ~(word_t)PAGE_READ;
}

static void of_pagetable(word_t number, word_t *w)
{
    if (number == RME_SVC_PGT_CRT) {
        creation(w);
        geometry(w);
    }
    if (number == RME_SVC_PGT_DEL)
        deletion(w, KIND_PAGETABLE);
    if (number == RME_SVC_PGT_ADD)
        page(w);
    if (number == RME_SVC_PGT_REM) {
        unsigned table = pick_slot(is_lowest);

        w[0] = table == SLOTS || one_in(8) ? pick(KIND_PAGETABLE) : pick_made(table);
        w[1] = position();
    }
    if (number == RME_SVC_PGT_CON)
        family(w);
    if (number == RME_SVC_PGT_DES)
        parting(w);
}

static word_t top_id(void)
{
    unsigned top = one_in(3) ? pick_slot(is_top) : SLOTS;

    if (one_in(10))
        return pick(KIND_PAGETABLE);
    return top == SLOTS ? pick_fixed(FIXED_TOP) : pick_made(top);
}

static word_t space_id(void)
{
    return one_in(12) ? pick_table() : one_in(12) ? pick(KIND_TABLE) : pick_fixed(FIXED_SELF);
}

static void of_process(word_t number, word_t *w)
{
    if (number == RME_SVC_PRC_CRT) {
        creation(w);
        w[2] = space_id();
        w[3] = top_id();
        w[4] = random_any();
    }
    if (number == RME_SVC_PRC_DEL)
        deletion(w, KIND_PROCESS);
    if (number == RME_SVC_PRC_CPT) {
        w[0] = pick_either(KIND_PROCESS);
        w[1] = space_id();
    }
    if (number == RME_SVC_PRC_PGT) {
        w[0] = pick_either(KIND_PROCESS);
        w[1] = top_id();
        w[2] = random_any();
    }
}

/* ---- Threads ---- */

static void thread_creation(word_t *w)
{
    word_t guest = GUEST_SLOTS + random_below(SLOTS - GUEST_SLOTS);

    creation(w);
    w[4] = pick_either(KIND_PROCESS);
    w[5] = one_in(16) ? random_below(40) : random_below(PRIORITY_MAX + 1);
    w[6] = one_in(4) ? THREAD_FPU : 0;
    if (one_in(3) && shadow[guest].kind == KIND_NONE)
        w[1] = guest;
    if (w[1] >= GUEST_SLOTS && w[1] < SLOTS)
        w[6] = THREAD_GUEST;
    if (one_in(20))
        w[6] = (word_t)2 << random_below(60);
}

static void binding(word_t *w)
{
    unsigned slot;

    w[0] = pick(KIND_THREAD);
    w[1] = one_in(3) ? pick(KIND_THREAD) : pick_fixed(FIXED_INIT);
    w[2] = one_in(3) ? CAP_NULL : pick(KIND_SIGNAL);
    w[3] = one_in(16) ? random_any() : random_below(100);
    w[4] = one_in(16) ? random_any() : random_below(3);
    w[5] = CAP_NULL;
    w[6] = 0;
    slot = shadow_slot(w[0]);
    if (slot != SLOTS && shadow[slot].is_leaf)
        slot = shadow[slot].root; /* each guest has an area of its own */
    if (slot != SLOTS && slot >= GUEST_SLOTS && !one_in(8)) {
        w[5] = pick_fixed(FIXED_GUESTS);
        w[6] = (slot - GUEST_SLOTS) * AREA_BYTES_EACH;
    }
    if (one_in(12)) {
        w[5] = pick_either(KIND_KMEM);
        w[6] = one_in(2) ? 4 * AREA_BYTES_EACH - 8 : 4;
    }
}

static void priorities(word_t *w)
{
    w[0] = one_in(16) ? random_below(7) : 1 + random_below(4);
    for (unsigned i = 1; i <= 4; i++)
        w[i] = pick(KIND_THREAD);
    w[5] = random_word() & 0x01010101;
    if (one_in(6))
        w[5] = random_word();
}

/* Any finite amount is more than the run is long. */
static word_t amount(void)
{
    static const word_t odd[] = {
        0, BUDGET_INIT, BUDGET_INFINITE, BUDGET_INFINITE - 1, BUDGET_INIT + 1, ~(word_t)0};

    if (one_in(8))
        return odd[random_below(6)];
    return one_in(2) ? BUDGET_INFINITE : (word_t)1 << (46 + random_below(12));
}

static void transfer(word_t *w)
{
    w[0] = pick(KIND_THREAD);
    w[1] = one_in(3) ? pick(KIND_THREAD) : pick_fixed(FIXED_INIT);
    w[2] = amount();
    if (one_in(8)) {
        w[1] = w[0];
        w[0] = pick_fixed(FIXED_INIT);
    }
}

static void of_thread(word_t number, word_t *w)
{
    w[0] = pick(KIND_THREAD);
    if (number == RME_SVC_THD_CRT)
        thread_creation(w);
    if (number == RME_SVC_THD_DEL)
        deletion(w, KIND_THREAD);
    if (number == RME_SVC_THD_EXEC_SET) {
        unsigned slot = shadow_slot(w[0]);

        w[1] = one_in(6) ? 0 : entry();
        w[2] = random_any();
        w[3] = NAME_FIRST + (slot == SLOTS ? 0 : slot);
    }
    if (number == RME_SVC_THD_SCHED_BIND)
        binding(w);
    if (number == RME_SVC_THD_SCHED_RCV && !one_in(4))
        w[0] = pick_fixed(FIXED_INIT);
    if (number == RME_SVC_THD_SCHED_PRIO)
        priorities(w);
    if (number == RME_SVC_THD_TIME_XFER)
        transfer(w);
    if (number == RME_SVC_THD_SWT) {
        w[0] = one_in(2) ? CAP_NULL : w[0];
        w[1] = one_in(6);
    }
}

/* ---- Communication ---- */

static void of_signal(word_t number, word_t *w)
{
    w[0] = pick(KIND_SIGNAL);
    if (number == RME_SVC_SIG_CRT)
        creation(w);
    if (number == RME_SVC_SIG_DEL)
        deletion(w, KIND_SIGNAL);
    if (number == RME_SVC_SIG_SND)
        w[1] = one_in(12) ? random_any() : random_below(3);
    if (number == RME_SVC_SIG_RCV)
        w[1] = one_in(12) ? random_any() : one_in(3) ? random_below(2) : 2 + random_below(2);
}

static void of_port(word_t number, word_t *w)
{
    w[0] = pick(KIND_PORT);
    w[1] = random_any();
    if (number == RME_SVC_INV_CRT) {
        creation(w);
        w[4] = pick_either(KIND_PROCESS);
    }
    if (number == RME_SVC_INV_DEL)
        deletion(w, KIND_PORT);
    if (number == RME_SVC_INV_SET) {
        w[1] = entry();
        w[2] = random_any();
        w[3] = random_below(2);
    }
    if (number == RME_SVC_INV_RET)
        w[0] = random_any();
}

/* ---- Which ---- */

/* What makes other threads run. */
static word_t choose_revival(void)
{
    static const uint8_t numbers[] = {
        RME_SVC_THD_TIME_XFER, RME_SVC_THD_TIME_XFER, RME_SVC_THD_EXEC_SET,
        RME_SVC_THD_EXEC_SET,  RME_SVC_SIG_SND,       RME_SVC_THD_SCHED_BIND,
        RME_SVC_THD_CRT,       RME_SVC_INV_CRT,       RME_SVC_INV_SET};

    return numbers[random_below(sizeof(numbers))];
}

static word_t choose_number(void)
{
    static const uint8_t weights[RME_CALL_COUNT] = {
        [RME_SVC_INV_RET] = 6,         [RME_SVC_INV_ACT] = 10,       [RME_SVC_SIG_SND] = 10,
        [RME_SVC_SIG_RCV] = 8,         [RME_SVC_KFN] = 22,           [RME_SVC_THD_SCHED_FREE] = 6,
        [RME_SVC_THD_EXEC_SET] = 10,   [RME_SVC_THD_SCHED_PRIO] = 5, [RME_SVC_THD_TIME_XFER] = 12,
        [RME_SVC_THD_SWT] = 8,         [RME_SVC_CPT_CRT] = 4,        [RME_SVC_CPT_DEL] = 5,
        [RME_SVC_CPT_FRZ] = 16,        [RME_SVC_CPT_ADD] = 10,       [RME_SVC_CPT_REM] = 10,
        [RME_SVC_PGT_CRT] = 6,         [RME_SVC_PGT_DEL] = 5,        [RME_SVC_PGT_ADD] = 10,
        [RME_SVC_PGT_REM] = 6,         [RME_SVC_PGT_CON] = 10,       [RME_SVC_PGT_DES] = 6,
        [RME_SVC_PRC_CRT] = 5,         [RME_SVC_PRC_DEL] = 4,        [RME_SVC_PRC_CPT] = 2,
        [RME_SVC_PRC_PGT] = 3,         [RME_SVC_THD_CRT] = 10,       [RME_SVC_THD_DEL] = 6,
        [RME_SVC_THD_SCHED_BIND] = 12, [RME_SVC_THD_SCHED_RCV] = 6,  [RME_SVC_SIG_CRT] = 6,
        [RME_SVC_SIG_DEL] = 6,         [RME_SVC_INV_CRT] = 12,       [RME_SVC_INV_DEL] = 6,
        [RME_SVC_INV_SET] = 8,
    };
    static word_t total;
    word_t at;

    if (total == 0)
        for (unsigned i = 0; i < RME_CALL_COUNT; i++)
            total += weights[i];
    if (one_in(300))
        return one_in(2) ? RME_CALL_COUNT : random_any();
    at = random_below(total);
    for (unsigned i = 0; i < RME_CALL_COUNT; i++) {
        if (at < weights[i])
            return i;
        at -= weights[i];
    }
    return 0;
}

/* The port behind the one of last time: that one is taken. */
static word_t next_port(void)
{
    static unsigned last;

    for (unsigned i = 0; i < SLOTS; i++) {
        last = (last + 1) % SLOTS;
        if (shadow[last].kind == KIND_PORT && !shadow[last].is_frozen)
            return pick_made(last);
    }
    return pick_wrong();
}

void words_nest(struct act *act)
{
    word_t choice = random_below(10);

    act->number = choice == 0 ? RME_SVC_INV_CRT : choice == 1 ? RME_SVC_INV_SET : RME_SVC_INV_ACT;
    for (unsigned i = 0; i < 7; i++)
        act->words[i] = random_any();
    of_port(act->number, act->words);
    if (act->number == RME_SVC_INV_ACT)
        act->words[0] = next_port();
}

void words_choose(struct act *act, word_t name)
{
    word_t *w = act->words;
    word_t number = name == NAME_INIT && one_in(3) ? choose_revival() : choose_number();

    if (number == RME_SVC_INV_ACT && name == NAME_INIT)
        number = RME_SVC_THD_TIME_XFER; /* in a port it might fault, which it must not */
    act->number = number;
    for (unsigned i = 0; i < 7; i++)
        w[i] = random_any();
    if (number == RME_SVC_KFN)
        words_of_function(w);
    else if (number >= RME_SVC_CPT_CRT && number <= RME_SVC_CPT_REM)
        number == RME_SVC_CPT_ADD ? delegation(w) : of_captable(number, w);
    else if (number >= RME_SVC_PGT_CRT && number <= RME_SVC_PGT_DES)
        of_pagetable(number, w);
    else if (number >= RME_SVC_PRC_CRT && number <= RME_SVC_PRC_PGT)
        of_process(number, w);
    else if (number == RME_SVC_SIG_SND || number == RME_SVC_SIG_RCV || number == RME_SVC_SIG_CRT ||
             number == RME_SVC_SIG_DEL)
        of_signal(number, w);
    else if (number <= RME_SVC_INV_ACT || (number >= RME_SVC_INV_CRT && number <= RME_SVC_INV_SET))
        of_port(number, w);
    else if (number < RME_CALL_COUNT)
        of_thread(number, w);
}
