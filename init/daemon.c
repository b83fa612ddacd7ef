/* SPDX-License-Identifier: Unlicense */
#include "init/daemon.h"

#include "init/restart.h"
#include "init/story.h"
#include "init/time.h"
#include "rme/arch/sizes.h"
#include "rme/print.h"
#include "rme/stack.h"

static const rme_thread_t init = {{BOOT_THREAD}};

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

static void handle(word_t event)
{
    const struct boot_thread *thread = table_thread(event & HALF_MAX);
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

void daemon_run(word_t endpoint)
{
    const rme_signal_t events = {{endpoint}};

    for (;;) {
        sword_t event;
        word_t time;

        (void)rme_signal_receive(events, SIGNAL_RECEIVE_ALL);
        while ((event = rme_thread_receive_event(init)) >= 0)
            handle((word_t)event);
        time = time_passed();
        if (time != 0) {
            restart_pass(time);
            look_around();
        }
    }
}
