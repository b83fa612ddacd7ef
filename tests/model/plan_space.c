/* SPDX-License-Identifier: Unlicense
 *
 * A list, more tables than there are regions with a page or two each, a process with that list, a
 * port into it that returns on faults; then the init thread goes there, so that faults can be
 * repaired.
 */
#include "tests/model/plan_space.h"

#include "tests/model/random.h"
#include "tests/model/words.h"

enum { TABLES_MAX = 12, LIST_ORDER = 4, SIZE_ORDER = 8, NUMBER_ORDER = 3, MEMORY = 512 };

enum stage {
    STAGE_LIST,
    STAGE_TABLE,
    STAGE_PAGE,
    STAGE_SECOND_PAGE,
    STAGE_CONSTRUCT,
    STAGE_PROCESS,
    STAGE_PORT,
    STAGE_SET,
    STAGE_GO,
    STAGES
};

static struct {
    bool is_begun;
    unsigned tables, table;
    enum stage stage;
    word_t list, child, process, port, flags;
} plan;

static bool is_empty(const struct m_slot *slot)
{
    return slot->state == M_EMPTY;
}

void space_begin(void)
{
    plan.is_begun = !CONFIG_RAW && m.machine.table_align == KMEM_GRANULE; /* an MPU */
    plan.tables = 1 + (unsigned)random_below(TABLES_MAX);
    plan.table = 0;
    plan.stage = STAGE_LIST;
}

void space_forget(void)
{
    plan.is_begun = false;
}

/* The slot that a stage fills. */
static void choose_slot(void)
{
    word_t slot = pick_slot(BOOT_CAPTABLE, is_empty);

    if (plan.stage == STAGE_LIST)
        plan.list = slot;
    if (plan.stage == STAGE_TABLE)
        plan.child = slot;
    if (plan.stage == STAGE_PROCESS)
        plan.process = slot;
    if (plan.stage == STAGE_PORT)
        plan.port = slot;
}

static word_t base_of(unsigned table)
{
    return WINDOW + ((word_t)table << (SIZE_ORDER + NUMBER_ORDER));
}

/* The page of the first process's memory that a table is cut from. */
static void page_words(struct step *step)
{
    word_t position = random_below((word_t)1 << NUMBER_ORDER);

    step->words[0] = plan.child;
    step->words[1] = position;
    step->words[2] = plan.flags;
    step->words[3] = cap_id_in(BOOT_PAGETABLES, WINDOW_TABLE).raw;
    step->words[4] = 0;
    step->words[5] = (base_of(plan.table) - WINDOW) / ((word_t)1 << SIZE_ORDER) + position;
}

static void words_of(struct step *step)
{
    word_t offset = free_offset(&m.boot_table->captable.slots[BOOT_KMEM], MEMORY);
    const struct step steps[STAGES] = {
        [STAGE_LIST] = {.number = RME_SVC_PGT_CRT,
                        .words = {BOOT_CAPTABLE, plan.list, BOOT_KMEM, offset, PAGETABLE_TOP,
                                  WORD_BITS, LIST_ORDER}},
        [STAGE_TABLE] = {.number = RME_SVC_PGT_CRT,
                         .words = {BOOT_CAPTABLE, plan.child, BOOT_KMEM, offset,
                                   base_of(plan.table), SIZE_ORDER, NUMBER_ORDER}},
        [STAGE_PAGE] = {.number = RME_SVC_PGT_ADD},
        [STAGE_SECOND_PAGE] = {.number = RME_SVC_PGT_ADD},
        [STAGE_CONSTRUCT] = {.number = RME_SVC_PGT_CON,
                             .words = {plan.list, plan.table, plan.child}},
        [STAGE_PROCESS] = {.number = RME_SVC_PRC_CRT,
                           .words = {BOOT_CAPTABLE, plan.process, BOOT_CAPTABLE, plan.list}},
        [STAGE_PORT] = {.number = RME_SVC_INV_CRT,
                        .words = {BOOT_CAPTABLE, plan.port, BOOT_KMEM, offset, plan.process}},
        [STAGE_SET] = {.number = RME_SVC_INV_SET, .words = {plan.port, 0x100, 0x200, 1}},
        [STAGE_GO] = {.number = RME_SVC_INV_ACT, .words = {plan.port}},
    };

    step->number = steps[plan.stage].number;
    for (unsigned i = 0; i < 7; i++)
        step->words[i] = steps[plan.stage].words[i];
    if (step->number == RME_SVC_PGT_ADD)
        page_words(step);
}

static void advance(void)
{
    plan.stage++;
    if (plan.stage == STAGE_PROCESS && ++plan.table < plan.tables)
        plan.stage = STAGE_TABLE;
    if (plan.stage == STAGE_TABLE)
        plan.flags = PAGE_READ | (random_word() & (PAGE_WRITE | PAGE_EXECUTE | PAGE_CACHE)) |
                     (one_in(4) ? PAGE_STATIC : 0);
    if (plan.stage == STAGES)
        plan.is_begun = false;
}

bool space_next(struct step *step)
{
    if (!plan.is_begun)
        return false;
    if (!m.current->thread.is_init || m_table() != m.boot_table) {
        plan.is_begun = false;
        return false;
    }
    choose_slot();
    words_of(step);
    advance();
    return true;
}
