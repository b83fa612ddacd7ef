/* SPDX-License-Identifier: Unlicense
 *
 * Steps: most are calls whose words are good; then now and then one is spoilt, or all are noise.
 */
#include "tests/model/plan.h"
#include "tests/model/random.h"
#include "tests/model/words.h"

struct profile profile;

/* ---- Steps ---- */

static word_t choose_call(void)
{
    static const uint8_t weights[RME_CALL_COUNT] = {
        [RME_SVC_INV_RET] = 4,        [RME_SVC_INV_ACT] = 8,        [RME_SVC_SIG_SND] = 10,
        [RME_SVC_SIG_RCV] = 6,        [RME_SVC_KFN] = 14,           [RME_SVC_THD_SCHED_FREE] = 2,
        [RME_SVC_THD_EXEC_SET] = 5,   [RME_SVC_THD_SCHED_PRIO] = 4, [RME_SVC_THD_TIME_XFER] = 12,
        [RME_SVC_THD_SWT] = 6,        [RME_SVC_CPT_CRT] = 3,        [RME_SVC_CPT_DEL] = 4,
        [RME_SVC_CPT_FRZ] = 12,       [RME_SVC_CPT_ADD] = 12,       [RME_SVC_CPT_REM] = 12,
        [RME_SVC_PGT_CRT] = 6,        [RME_SVC_PGT_DEL] = 4,        [RME_SVC_PGT_ADD] = 10,
        [RME_SVC_PGT_REM] = 4,        [RME_SVC_PGT_CON] = 8,        [RME_SVC_PGT_DES] = 4,
        [RME_SVC_PRC_CRT] = 4,        [RME_SVC_PRC_DEL] = 3,        [RME_SVC_PRC_CPT] = 2,
        [RME_SVC_PRC_PGT] = 3,        [RME_SVC_THD_CRT] = 8,        [RME_SVC_THD_DEL] = 4,
        [RME_SVC_THD_SCHED_BIND] = 8, [RME_SVC_THD_SCHED_RCV] = 6,  [RME_SVC_SIG_CRT] = 4,
        [RME_SVC_SIG_DEL] = 3,        [RME_SVC_INV_CRT] = 5,        [RME_SVC_INV_DEL] = 3,
        [RME_SVC_INV_SET] = 5,
    };
    static unsigned total;
    word_t at;

    if (total == 0)
        for (unsigned i = 0; i < RME_CALL_COUNT; i++)
            total += weights[i];
    if (one_in(300))
        return random_any();
    at = random_below(total);
    for (unsigned i = 0; i < RME_CALL_COUNT; i++) {
        if (at < weights[i])
            return i;
        at -= weights[i];
    }
    return 0;
}

/* What makes other threads run. */
static word_t choose_revival(void)
{
    static const word_t calls[] = {
        RME_SVC_THD_TIME_XFER, RME_SVC_THD_TIME_XFER,  RME_SVC_THD_EXEC_SET, RME_SVC_SIG_SND,
        RME_SVC_SIG_SND,       RME_SVC_THD_SCHED_BIND, RME_SVC_THD_CRT};

    return calls[random_below(sizeof(calls) / sizeof(calls[0]))];
}

static void call_step(struct step *step)
{
    step->number = m.current->thread.is_init && one_in(4) ? choose_revival() : choose_call();
    for (unsigned i = 0; i < 7; i++)
        step->words[i] = random_any();
    if (step->number < RME_CALL_COUNT && !one_in(40))
        good_words(step->number, step->words);
    if (one_in(16))
        step->words[random_below(7)] = random_any();
    if (step->number == RME_SVC_KFN && step->words[1] == RME_KFN_SYS_REBOOT)
        step->words[1] = RME_KFN_IDLE_SLEEP;
}

/* An address that is granted to the running thread, if one is found. */
static word_t granted_address(void)
{
    word_t address = 0;

    for (unsigned i = 0; i < 16; i++) {
        address =
            one_in(4) ? random_below(0x200000) : WINDOW + random_below((word_t)1 << WINDOW_ORDER);
        if (!CONFIG_RAW && m_page_at(m.loaded, address) != NULL)
            break;
    }
    return address;
}

static void fault_step(struct step *step)
{
    static const word_t accesses[] = {PAGE_READ, PAGE_READ, PAGE_WRITE, PAGE_EXECUTE};

    step->kind = STEP_FAULT;
    step->words[0] = random_below(16);
    step->words[1] = one_in(8) ? random_any() : granted_address();
    step->words[2] = one_in(12) ? 0 : accesses[random_below(4)];
    if (one_in(6))
        step->words[3] = granted_address();
}

/* Where dynamic tables can come and go, faults are frequent. */
static word_t fault_share(void)
{
    return !CONFIG_RAW && m.loaded->pagetable.dynamics > 2 && m.current->thread.port != NULL ? 30
                                                                                             : 1;
}

/* The slot of an endpoint, by its place. */
static void poke_step(struct step *step)
{
    word_t limit = (word_t)1 << (WORD_BITS - (CONFIG_CPUS_MAX == 1 ? 2 : 3));
    const struct m_slot *slot = slot_of(pick_id(M_SIGNAL, NULL));

    step->kind = STEP_ADVANCE;
    step->words[0] = 1;
    if (slot == NULL || slot->type != M_SIGNAL)
        return;
    step->kind = STEP_POKE;
    step->words[0] = slot->object->root->at - m.machine.kmem;
    step->words[1] = limit - 1 - random_below(4);
    if (one_in(3))
        step->words[1] = random_below(4);
}

static word_t random_counts(void)
{
    static const word_t counts[] = {1, 2, 3, 4, 5, 10, 100, 1000, 10000, 100000};

    return one_in(2) ? counts[random_below(10)] : random_below(2000);
}

struct step generate_step(void)
{
    struct step step = {.kind = STEP_CALL, .is_hot = !one_in(3)};
    word_t choice = random_below(100);

    if (plan_next(&step))
        return step;
    if (random_below(100) < fault_share()) {
        fault_step(&step);
        return step;
    }
    if (one_in(500))
        plan_begin();

    if (choice < 5) {
        step.kind = STEP_ADVANCE;
        step.words[0] = random_counts();
    } else if (choice < 8) {
        step.kind = STEP_INTERRUPT;
        step.words[0] = random_below(4);
    } else if (choice < 12) {
        step.kind = STEP_USER;
        step.words[0] = random_word();
    } else if (choice < 14) {
        step.kind = STEP_AREA;
        step.words[0] = random_below(HALF_MAX);
        step.words[1] = random_word();
    } else if (choice < 15 && one_in(2)) {
        poke_step(&step);
    } else {
        call_step(&step);
    }
    return step;
}

/* Bytes of kernel memory up to the last object of boot. */
static word_t boot_end(void)
{
    word_t granule = M_GRANULES;

    while (granule > 0 && m.owner[granule - 1] == NULL)
        granule--;
    return granule * KMEM_GRANULE;
}

void generate_begin(uint64_t seed)
{
    random_seed(seed);
    plan_forget();
    profile = (struct profile){true, 3, 4,
                               boot_end() + 6144 + 6 * (m.machine.table_align - KMEM_GRANULE)};
    if (seed % 2 == 0)
        profile =
            (struct profile){false, CONFIG_PRIORITIES, CONFIG_CAPTABLE_BYTES_MAX / CAP_SLOT_BYTES,
                             m.machine.kmem_bytes};
    if (one_in(4)) /* while there is room for a long chain */
        plan_begin();
}
