/* SPDX-License-Identifier: Unlicense */
#include "init/mender.h"

#include "config.h"
#include "init/make.h"
#include "init/restart.h"
#include "init/story.h"
#include "rme/arch/sizes.h"
#include "rme/print.h"
#include "rme/process.h"
#include "rme/stack.h"

/* tools/stack.py tells 448 bytes on Armv7-M, 640 on x86-64; entry and an exception take 68 more. */
enum { LOWEST = 1, HIGHEST = CONFIG_PRIORITIES - 1, STACK_BYTES = 192 * sizeof(word_t) };

static char stack[STACK_BYTES] __attribute__((aligned(16)));
static rme_thread_t mender;
static rme_signal_t work;
static volatile word_t level; /* of the mender; the listener raises it, only the mender lowers it */

/* ---- What there is to do ---- */

/* Just above whatever a process can raise itself to. */
static word_t level_of(word_t process)
{
    const struct boot_process *of = table_process(process);
    word_t highest = LOWEST;

    for (word_t i = of->thread; i < of->thread + of->threads; i++)
        if (table_thread(i)->priority_max >= highest)
            highest = table_thread(i)->priority_max + 1;
    return highest < HIGHEST ? highest : HIGHEST;
}

static void set_level(word_t new)
{
    const rme_thread_t none = rme_thread_null();

    level = new;
    (void)rme_thread_set_priorities(1, mender, none, none, none, new);
}

void mender_call(word_t process)
{
    word_t wanted = level_of(process);

    if (wanted > level)
        set_level(wanted);
    (void)rme_signal_send(work, 1);
}

/* A thread of the process of which an event is noted, or NULL. */
static const struct boot_thread *concerned(word_t process)
{
    const struct boot_process *of = table_process(process);

    for (word_t i = of->thread; i < of->thread + of->threads; i++)
        if (*event_of(i) != 0)
            return table_thread(i);
    return NULL;
}

/* The level at which there is something to do for a process; 0: there is nothing. */
static word_t urgency_of(word_t process)
{
    const struct state *state = state_of(process);

    if (concerned(process) != NULL || (state->is_due != 0 && state->is_last == 0))
        return level_of(process);
    return state->is_due != 0 ? LOWEST : 0;
}

/* The process of the highest urgency; or none. */
static word_t most_urgent(void)
{
    word_t found = table->processes.count, highest = 0;

    for (word_t i = 0; i < table->processes.count; i++)
        if (urgency_of(i) > highest) {
            found = i;
            highest = urgency_of(i);
        }
    return found;
}

/* ---- Doing it ---- */

/* Say it once, when nobody is left. */
static void look_around(void)
{
    static bool is_said;

    for (word_t i = 0; i < table->processes.count; i++)
        if (state_of(i)->has_ended == 0 && table_process(i)->threads != 0)
            return;
    if (!is_said)
        rme_print("init: every process has ended\n");
    is_said = true;
}

/* The function of a thread has returned: that of main() ends its process. */
static void end(const struct boot_thread *thread)
{
    const char *name = table_name(table_process(thread->process)->name);

    if (thread->is_main != 0) {
        rme_print("init: process %s ended (%d)\n", name,
                  (int)story_register(thread, RME_END_REGISTER + 1));
        restart_end(thread->process);
        return;
    }
    rme_print("init: process %s, thread %s has ended\n", name, table_name(thread->name));
    (void)rme_thread_free((rme_thread_t){{thread->id}});
    if (--state_of(thread->process)->threads == 0)
        state_of(thread->process)->has_ended = 1;
}

static void handle(const struct boot_thread *thread, word_t event)
{
    struct state *state = state_of(thread->process);

    if (state->has_ended != 0)
        return;
    if ((event & EVENT_FAULTED) != 0 && story_register(thread, RME_END_REGISTER) == RME_END_MAGIC) {
        end(thread);
    } else if ((event & EVENT_FAULTED) != 0) {
        story_print(thread);
        restart_after_fault(thread->process);
    } else if ((event & EVENT_EXHAUSTED) != 0) {
        rme_print("init: process %s, thread %s has used its budget\n",
                  table_name(table_process(thread->process)->name), table_name(thread->name));
        restart_after_fault(thread->process);
    }
    look_around();
}

static void mend(word_t process)
{
    const struct boot_thread *thread = concerned(process);

    if (thread != NULL) {
        volatile word_t *noted = event_of((word_t)(thread - table_thread(0)));
        word_t event = *noted;

        *noted = 0; /* the kernel has stopped the thread: no other event of it comes before this one
                       is dealt with */
        handle(thread, event);
    } else {
        if (state_of(process)->is_last != 0)
            (void)rme_thread_switch(rme_thread_null(), 0); /* to others of the same level */
        restart_try(process);
        look_around();
    }
}

/* What has become more urgent meanwhile goes first. */
static void run(word_t unused)
{
    word_t process;

    (void)unused;
    for (;;) {
        (void)rme_signal_receive(work, SIGNAL_RECEIVE_ALL);
        while ((process = most_urgent()) != table->processes.count) {
            set_level(urgency_of(process));
            if (most_urgent() == process)
                mend(process);
        }
    }
}

void mender_start(void)
{
    work = rme_signal_make();
    level = LOWEST;
    mender = make_own((struct own_thread){
        .run = run, .stack = stack, .stack_bytes = sizeof(stack), .priority = level});
}
