/* SPDX-License-Identifier: Unlicense */
#include "init/daemon.h"

#include "init/make.h"
#include "rme/arch/sizes.h"
#include "rme/print.h"
#include "rme/stack.h"

static const rme_thread_t init = {{BOOT_THREAD}};

static word_t register_of(const struct boot_thread *thread, word_t index)
{
    word_t value = 0;

    (void)rme_call_value(RME_SVC_KFN, BOOT_KFUNC, RME_KFN_DEBUG_REG_MOD, index, thread->id, 0, 0, 0,
                         &value);
    return value;
}

static word_t fault_of(const struct boot_thread *thread, word_t what)
{
    word_t value = 0;

    (void)rme_call_value(RME_SVC_KFN, BOOT_KFUNC, RME_KFN_DEBUG_EXC_GET, what, thread->id, 0, 0, 0,
                         &value);
    return value;
}

/* ---- Ends ---- */

static void stop(word_t process)
{
    const struct boot_process *stopped = table_process(process);

    state_of(process)->has_ended = 1;
    for (word_t i = stopped->thread; i < stopped->thread + stopped->threads; i++)
        (void)rme_thread_free((rme_thread_t){{table_thread(i)->id}});
}

static void look_around(void)
{
    for (word_t i = 0; i < table->processes.count; i++)
        if (state_of(i)->has_ended == 0 && table_process(i)->threads != 0)
            return;
    rme_print("init: every process has ended\n");
}

/* main() has returned, or another function of a thread. */
static void end(const struct boot_thread *thread)
{
    const struct boot_process *process = table_process(thread->process);

    rme_print("init: process %s ended (%d)\n", table_name(process->name),
              (int)register_of(thread, RME_END_REGISTER + 1));
    stop(thread->process);
    look_around();
}

static void fault(const struct boot_thread *thread)
{
    const struct boot_process *process = table_process(thread->process);

    rme_print("init: process %s, thread %s: cause 0x%zx, address 0x%zx\n",
              table_name(process->name), table_name(thread->name), fault_of(thread, 0),
              fault_of(thread, 1));
    stop(thread->process);
    look_around();
}

static void handle(word_t event)
{
    const struct boot_thread *thread = table_thread(event & HALF_MAX);

    if ((event & EVENT_FAULTED) != 0 && register_of(thread, RME_END_REGISTER) == RME_END_MAGIC)
        end(thread);
    else if ((event & EVENT_FAULTED) != 0)
        fault(thread);
    else if ((event & EVENT_EXHAUSTED) != 0)
        rme_print("init: process %s, thread %s has used its budget\n",
                  table_name(table_process(thread->process)->name), table_name(thread->name));
}

void daemon_run(word_t endpoint)
{
    const rme_signal_t events = {{endpoint}};

    for (;;) {
        sword_t event;

        (void)rme_signal_receive(events, SIGNAL_RECEIVE_ALL);
        while ((event = rme_thread_receive_event(init)) >= 0)
            handle((word_t)event);
    }
}
