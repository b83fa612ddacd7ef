/* SPDX-License-Identifier: Unlicense */
#include "tests/system/lab/lab.h"

#include "rme/alloc.h"
#include "rme/arch/sizes.h"
#include "rme/assert.h"
#include "rme/process.h"
#include "rme/stack.h"
#include "rme/start.h"

enum { SUBJECTS = 4 };

static char stacks[SUBJECTS][LAB_STACK_BYTES] __attribute__((aligned(16)));
static unsigned subjects;

/* ---- Subjects ---- */

/* A subject waits from the beginning, so that time alone never makes it run. */
static void begin(word_t unused)
{
    (void)unused;
    lab_park();
}

static void make_thread(struct lab_subject *subject, word_t attributes, rme_kmem_t memory,
                        word_t area)
{
    rme_thread_t thread = rme_thread(rme_alloc_slot());

    subject->thread = thread;
    rme_assert(rme_thread_create(lab_own, thread.id.raw, lab_memory,
                                 rme_alloc_kmem(RME_THREAD_FPU_BYTES), subject->process,
                                 LAB_PRIORITY, attributes) == STATUS_OK);
    rme_assert(rme_thread_bind(thread, lab_init, rme_signal_null(), subject->tid, LAB_PRIORITY,
                               memory, area) == STATUS_OK);
    rme_assert(rme_thread_exec_set(thread, (word_t)begin,
                                   rme_stack_prepare(subject->stack, LAB_STACK_BYTES),
                                   0) == STATUS_OK);
    rme_assert(rme_thread_transfer_time(thread, lab_init, subject->patience) > 0);
}

static struct lab_subject make_process(const struct rme_space *space, char *stack)
{
    struct lab_subject subject = {
        .list = space->top,
        .used = space->used,
        .stack = stack,
        .tid = ++subjects,
        .priority = LAB_PRIORITY,
        .patience = rme_boot.clock_hz / 50,
    };

    subject.table = rme_captable_make(LAB_TABLE_SLOTS);
    subject.process = rme_process_make(subject.table, space);
    subject.park = rme_signal_make();
    lab_give(&subject, LAB_PARK, subject.park.id.raw, RIGHTS_SIGNAL_ALL);
    return subject;
}

static struct lab_subject make_image_process(void)
{
    struct rme_space space = rme_space_make(LAB_LIST_ORDER);

    rme_assert(subjects < SUBJECTS);
    lab_space_add_image(&space);
    return make_process(&space, stacks[subjects]);
}

struct lab_subject lab_subject_make_in(const struct rme_space *space, char *stack,
                                       word_t attributes)
{
    struct lab_subject subject = make_process(space, stack);

    make_thread(&subject, attributes, rme_kmem_null(), 0);
    return subject;
}

struct lab_subject lab_subject_make(word_t attributes)
{
    struct lab_subject subject = make_image_process();

    make_thread(&subject, attributes, rme_kmem_null(), 0);
    return subject;
}

struct lab_subject lab_guest_make(word_t attributes, rme_kmem_t memory, word_t area)
{
    struct lab_subject subject = make_image_process();

    make_thread(&subject, attributes | THREAD_GUEST, memory, area);
    return subject;
}

void lab_give(const struct lab_subject *subject, word_t slot, word_t source, word_t rights)
{
    rme_assert(rme_captable_delegate(subject->table, slot, lab_own, source, rights, 0,
                                     ~(word_t)0) == STATUS_OK);
}

/* Time enough for one run, so that a run that never ends is an event too. */
void lab_refill(const struct lab_subject *subject)
{
    sword_t budget = rme_thread_transfer_time(subject->thread, lab_init, 1);

    rme_assert(budget > 0);
    if ((word_t)budget < subject->patience)
        rme_assert(rme_thread_transfer_time(subject->thread, lab_init,
                                            subject->patience - (word_t)budget) > 0);
}

void lab_set_priority(const struct lab_subject *subject, word_t priority)
{
    rme_assert(rme_thread_set_priorities(1, subject->thread, rme_thread_null(), rme_thread_null(),
                                         rme_thread_null(), priority) == STATUS_OK);
}

bool lab_is_parked(const struct lab_subject *subject)
{
    return rme_signal_receive(subject->park, SIGNAL_POLL_SINGLE) == STATUS_BUSY;
}

bool lab_has_debug(void)
{
    return CONFIG_KFUNC_DEBUG != 0;
}

static word_t fault_word(const struct lab_subject *subject, word_t which)
{
    word_t value = 0;

    if (lab_has_debug())
        (void)rme_call_value(RME_SVC_KFN, lab_functions.id.raw, RME_KFN_DEBUG_EXC_GET, which,
                             subject->thread.id.raw, 0, 0, 0, &value);
    return value;
}

struct lab_end lab_look(const struct lab_subject *subject)
{
    sword_t event = rme_thread_receive_event(lab_init);
    struct lab_end end = {.how = LAB_LOST};

    if (event == STATUS_NO_EVENT && lab_is_parked(subject))
        end.how = LAB_PARKED;
    if (event == (sword_t)(subject->tid | EVENT_EXHAUSTED))
        end.how = LAB_HUNG;
    if (event >= 0 && ((word_t)event & HALF_MAX) == subject->tid &&
        ((word_t)event & EVENT_FAULTED) != 0) {
        end.how = LAB_FAULTED;
        end.cause = fault_word(subject, 0);
        end.address = fault_word(subject, 1);
    }
    return end;
}

/* It is held back until it has both its time and its entry. */
struct lab_end lab_run_raw(const struct lab_subject *subject, word_t entry, word_t stack,
                           word_t param)
{
    lab_set_priority(subject, 0);
    lab_refill(subject);
    rme_assert(rme_thread_exec_set(subject->thread, entry, stack, param) == STATUS_OK);
    lab_set_priority(subject, subject->priority);
    return lab_look(subject);
}

struct lab_end lab_run(const struct lab_subject *subject, void (*entry)(word_t), word_t param)
{
    return lab_run_raw(subject, (word_t)entry, rme_stack_prepare(subject->stack, LAB_STACK_BYTES),
                       param);
}

void lab_park(void)
{
    for (;;)
        (void)rme_signal_receive(rme_signal(LAB_PARK), SIGNAL_RECEIVE_SINGLE);
}

static sword_t debug_register(rme_thread_t thread, word_t index, word_t operation, word_t word,
                              word_t *value)
{
    return rme_call_value(RME_SVC_KFN, lab_functions.id.raw, RME_KFN_DEBUG_REG_MOD, index,
                          thread.id.raw, operation, word, 0, value);
}

sword_t lab_register(rme_thread_t thread, word_t index, word_t *value)
{
    return debug_register(thread, index, 0, 0, value);
}

sword_t lab_set_register(rme_thread_t thread, word_t index, word_t value)
{
    word_t unused;

    return debug_register(thread, index, 1, value, &unused);
}
