/* SPDX-License-Identifier: Unlicense
 *
 * 128 threads without FPU live in a small part of kernel memory, with the slots that name them;
 * every one of them runs, and all that they took can be had again.
 */
#include "config.h"
#include "rme/alloc.h"
#include "rme/arch/sizes.h"
#include "rme/process.h"
#include "rme/stack.h"
#include "rme/start.h"
#include "test/machine.h"
#include "tests/system/tap.h"

enum { THREADS = 128, ROUNDS = 3, STACK_BYTES = 192 };
enum {
    THREAD_BYTES = RME_THREAD_BYTES,
    ENTRIES_MAX = CONFIG_CAPTABLE_BYTES_MAX / CAP_SLOT_BYTES,
    TABLES = (THREADS + ENTRIES_MAX - 1) / ENTRIES_MAX,
};

static const rme_thread_t init = {{BOOT_THREAD}};
static const rme_process_t process = {{BOOT_PROCESS}};

static char stacks[THREADS][STACK_BYTES] __attribute__((aligned(8)));
static volatile unsigned rounds[THREADS];
static rme_captable_t tables[TABLES];

static rme_thread_t thread_of(word_t number)
{
    return rme_thread_in(tables[number / ENTRIES_MAX].id.raw, number % ENTRIES_MAX);
}

/* All share one level with the first process: each yield runs the next. */
static void run(word_t number)
{
    for (;;) {
        rounds[number]++;
        (void)rme_thread_switch(rme_thread_null(), 0);
    }
}

static bool make(word_t number, word_t memory)
{
    rme_thread_t thread = thread_of(number);

    return rme_thread_create(tables[number / ENTRIES_MAX], number % ENTRIES_MAX,
                             rme_kmem(BOOT_KMEM), memory, process, 0, 0) == STATUS_OK &&
           rme_thread_bind(thread, init, rme_signal_null(), number, 0, rme_kmem_null(), 0) ==
               STATUS_OK &&
           rme_thread_exec_set(thread, (word_t)run, rme_stack_prepare(stacks[number], STACK_BYTES),
                               number) == STATUS_OK &&
           rme_thread_transfer_time(thread, init, BUDGET_INFINITE) > 0;
}

static bool delete (word_t number)
{
    return rme_thread_free(thread_of(number)) == STATUS_OK &&
           rme_captable_freeze(tables[number / ENTRIES_MAX], number % ENTRIES_MAX) == STATUS_OK &&
           rme_thread_delete(tables[number / ENTRIES_MAX], number % ENTRIES_MAX) == STATUS_OK;
}

int main(void)
{
    word_t memory[THREADS], used;
    unsigned made = 0, ran = 0, deleted = 0;

    for (unsigned i = 0; i < TABLES; i++)
        tables[i] = rme_captable_make(ENTRIES_MAX);
    for (word_t i = 0; i < THREADS; i++) {
        memory[i] = rme_alloc_kmem(THREAD_BYTES);
        made += make(i, memory[i]);
    }
    used = memory[THREADS - 1] + THREAD_BYTES - MACHINE_MANY_BEGIN;
    tap_check(made == THREADS, "128 threads are made");
    rme_print("# %u bytes each, %zu bytes of kernel memory in all\n", THREAD_BYTES, used);
    tap_check(used <= MACHINE_MANY_BYTES, MACHINE_MANY_CLAIM);

    for (unsigned i = 0; i < ROUNDS; i++)
        (void)rme_thread_switch(rme_thread_null(), 0);
    for (unsigned i = 0; i < THREADS; i++)
        ran += rounds[i] == ROUNDS;
    tap_check(ran == THREADS, "each has run three times when this thread has yielded three times");

    for (word_t i = 0; i < THREADS; i++)
        deleted += delete (i);
    tap_check(deleted == THREADS, "all are deleted");
    made = 0;
    for (word_t i = 0; i < THREADS; i++)
        made += make(i, memory[THREADS - 1 - i]);
    tap_check(made == THREADS, "and made again in the same memory");
    return tap_end();
}
