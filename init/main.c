/* SPDX-License-Identifier: Unlicense
 *
 * Init: the first process. It makes the system that the boot table behind it describes, starts the
 * safety daemon, lets everything go, and from then on only idles.
 */
#include "config.h"
#include "init/daemon.h"
#include "init/make.h"
#include "init/restart.h"
#include "init/time.h"
#include "rme/alloc.h"
#include "rme/assert.h"
#include "rme/print.h"
#include "rme/process.h"
#include "rme/start.h"

enum { HIGHEST = CONFIG_PRIORITIES - 1, LOWEST = 0 };

static const rme_thread_t init = {{BOOT_THREAD}};

static void set_priority(word_t priority)
{
    rme_assert(rme_thread_set_priorities(1, init, rme_thread_null(), rme_thread_null(),
                                         rme_thread_null(), priority) == STATUS_OK);
}

/* Whom init schedules, then the others: a scheduler must be there before its threads. */
static void start_threads(rme_signal_t events)
{
    for (int is_late = 0; is_late < 2; is_late++)
        for (word_t i = 0; i < table->threads.count; i++)
            if ((table_thread(i)->scheduler != BOOT_THREAD) == is_late)
                make_run(i, events);
}

/* Nothing else runs before all is made, because nothing is above this thread. */
int main(void)
{
    rme_signal_t events;
    word_t align;

    set_priority(HIGHEST);
    table_open();
    align = table->kmem_align - 1;
    rme_alloc_start(((rme_boot.kmem_free + align) & ~align) + table->kmem_bytes,
                    BOOT_SLOTS + table->captables.count);
    rme_print("init: system %s\n", table_name(table->name));
    make_system();
    events = rme_signal_make();
    restart_start(events);
    daemon_start(events);
    if ((table->flags & BOOT_TIMER_IS_FREE) != 0)
        time_start(events, HIGHEST);
    start_threads(events);
    set_priority(LOWEST);
    for (;;)
        (void)rme_kfunc_call(rme_kfunc(BOOT_KFUNC), RME_KFN_IDLE_SLEEP, 0, 0, 0, 0, 0);
}
