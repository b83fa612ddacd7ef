/* SPDX-License-Identifier: Unlicense
 *
 * Plans. A chain of events: threads that wait without time, each at the endpoint of the events
 * of the one before; a signal to the first wakes all, or as many as SCHED_DEPTH_MAX lets it. And
 * the life of a large object, from creation to deletion, with the ticks that it needs. A third is
 * in plan_space.c.
 */
#include "tests/model/plan.h"

#include "tests/model/plan_space.h"
#include "tests/model/random.h"

enum { LINKS_MAX = 12, TRIES = 4 };

enum stage { STAGE_SIGNAL, STAGE_THREAD, STAGE_BIND, STAGE_GIVE, STAGE_WAIT, STAGE_TAKE, STAGES };

static struct {
    unsigned links, link; /* 0 links: no chain */
    enum stage stage;
    word_t signal[LINKS_MAX], thread[LINKS_MAX];
    unsigned age; /* of a large table, or of an endpoint at which somebody waits; 0: none */
    bool is_signal;
    word_t slot;
} plan;

static bool is_empty(const struct m_slot *slot)
{
    return slot->state == M_EMPTY;
}

static bool is_waited_for(const struct m_slot *slot)
{
    return slot->state == M_VALID && slot->type == M_SIGNAL && !slot->is_leaf &&
           slot->object->signal.waiter != NULL && slot->object->references == 0;
}

void plan_forget(void)
{
    plan.links = 0;
    plan.age = 0;
    space_forget();
}

void plan_begin(void)
{
    if (!m.current->thread.is_init || m_table() != m.boot_table)
        return;
    if (one_in(4)) {
        plan.age = 1;
        return;
    }
    if (one_in(2)) {
        space_begin();
        return;
    }
    plan.links = 1 + (unsigned)random_below(profile.is_tiny ? 4 : LINKS_MAX);
    plan.link = 0;
    plan.stage = STAGE_SIGNAL;
}

static void set_words(struct step *step, const struct step *words)
{
    step->number = words->number;
    for (unsigned i = 0; i < 7; i++)
        step->words[i] = words->words[i];
}

/* ---- A chain ---- */

static bool is_time_for(enum stage stage)
{
    const struct m_slot *slot;

    if (m_table() != m.boot_table)
        return false;
    if (stage != STAGE_WAIT)
        return m.current->thread.is_init;
    if (plan.thread[plan.link] >= m.boot_table->captable.entries)
        return false;
    slot = &m.boot_table->captable.slots[plan.thread[plan.link]];
    return slot->state == M_VALID && slot->object == m.current;
}

static void words_of(enum stage stage, struct step *step)
{
    unsigned link = plan.link;
    word_t signal = plan.signal[link], thread = plan.thread[link];
    word_t above = link == 0 ? CAP_NULL : plan.signal[link - 1];
    word_t offset = free_offset(&m.boot_table->captable.slots[BOOT_KMEM], m.machine.thread_bytes);
    const struct step steps[STAGES] = {
        {.number = RME_SVC_SIG_CRT, .words = {BOOT_CAPTABLE, signal}},
        {.number = RME_SVC_THD_CRT,
         .words = {BOOT_CAPTABLE, thread, BOOT_KMEM, offset, BOOT_PROCESS, 2}},
        {.number = RME_SVC_THD_SCHED_BIND,
         .words = {thread, BOOT_THREAD, above, link, 2, CAP_NULL, 0}},
        {.number = RME_SVC_THD_TIME_XFER, .words = {thread, BOOT_THREAD, 1000}},
        {.number = RME_SVC_SIG_RCV, .words = {signal, random_below(2)}},
        {.number = RME_SVC_THD_TIME_XFER, .words = {BOOT_THREAD, thread, BUDGET_INFINITE}},
    };

    set_words(step, &steps[stage]);
}

/* Behind the last link: the signal that sets all off. */
static bool set_off(struct step *step)
{
    step->number = RME_SVC_SIG_SND;
    step->words[0] = plan.signal[plan.link - 1];
    step->words[1] = 1;
    plan.links = 0;
    return true;
}

static bool chain(struct step *step)
{
    if (plan.link == plan.links)
        return set_off(step);
    if (plan.stage == STAGE_SIGNAL)
        plan.signal[plan.link] = pick_slot(BOOT_CAPTABLE, is_empty);
    if (plan.stage == STAGE_THREAD)
        plan.thread[plan.link] = pick_slot(BOOT_CAPTABLE, is_empty);
    if (!is_time_for(plan.stage)) {
        plan.links = 0;
        return false;
    }
    words_of(plan.stage, step);
    if (++plan.stage == STAGES) {
        plan.stage = STAGE_SIGNAL;
        plan.link++;
    }
    return true;
}

/* ---- A life: age 1 is birth, then ticks and tries to freeze it, then to delete it ---- */

static void birth(struct step *step)
{
    word_t most = CONFIG_CAPTABLE_BYTES_MAX / CAP_SLOT_BYTES;
    word_t offset = random_below(m.machine.kmem_bytes / KMEM_GRANULE) * KMEM_GRANULE;

    plan.slot = pick_slot(BOOT_CAPTABLE, is_waited_for);
    plan.is_signal = plan.slot < m.boot_table->captable.entries &&
                     is_waited_for(&m.boot_table->captable.slots[plan.slot]);
    if (!plan.is_signal)
        plan.slot = pick_slot(BOOT_CAPTABLE, is_empty);
    set_words(step, &(struct step){.number = RME_SVC_CPT_CRT,
                                   .words = {BOOT_CAPTABLE, plan.slot, BOOT_KMEM, offset,
                                             most - random_below(most / 3 + 1)}});
}

static bool life(struct step *step)
{
    unsigned age = plan.age++;
    word_t delete = plan.is_signal ? RME_SVC_SIG_DEL : RME_SVC_CPT_DEL;

    if (!m.current->thread.is_init || m_table() != m.boot_table || age > 1 + 4 * TRIES) {
        plan.age = 0;
        return false;
    }
    if (age == 1)
        birth(step);
    else if (age % 2 == 0)
        set_words(step,
                  &(struct step){.number = RME_SVC_KFN, .words = {BOOT_KFUNC, RME_KFN_CPU_TICK}});
    else
        set_words(step, &(struct step){.number = age < 2 + 2 * TRIES ? RME_SVC_CPT_FRZ : delete,
                                       .words = {BOOT_CAPTABLE, plan.slot}});
    return true;
}

bool plan_next(struct step *step)
{
    if (plan.age != 0)
        return life(step);
    if (space_next(step))
        return true;
    return plan.links != 0 && chain(step);
}
