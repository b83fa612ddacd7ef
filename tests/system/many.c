/* SPDX-License-Identifier: Unlicense
 *
 * 128 threads without FPU live in the first 32 KiB of kernel memory, with the slots that name them
 * and all objects of boot; every one of them runs, and all that they took can be had again.
 */
#include "config.h"
#include "rme/alloc.h"
#include "rme/process.h"
#include "rme/stack.h"
#include "rme/start.h"
#include "tests/system/tap.h"

enum { THREADS = 128, ROUNDS = 3, STACK_BYTES = 192, KMEM_LIMIT = 32 * 1024 };
enum { THREAD_BYTES = 128, ENTRIES_MAX = CONFIG_CAPTABLE_BYTES_MAX / CAP_SLOT_BYTES };

static const rme_thread_t init = {{BOOT_THREAD}};
static const rme_process_t process = {{BOOT_PROCESS}};

static char stacks[THREADS][STACK_BYTES] __attribute__((aligned(8)));
static volatile unsigned rounds[THREADS];
static rme_captable_t table;

static rme_thread_t thread_of(word_t number)
{
    return rme_thread_in(table.id.raw, number);
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

    return rme_thread_create(table, number, rme_kmem(BOOT_KMEM), memory, process, 0, 0) ==
               STATUS_OK &&
           rme_thread_bind(thread, init, rme_signal_null(), number, 0, rme_kmem_null(), 0) ==
               STATUS_OK &&
           rme_thread_exec_set(thread, (word_t)run, rme_stack_prepare(stacks[number], STACK_BYTES),
                               number) == STATUS_OK &&
           rme_thread_transfer_time(thread, init, BUDGET_INFINITE) > 0;
}

static bool delete (word_t number)
{
    return rme_thread_free(thread_of(number)) == STATUS_OK &&
           rme_captable_freeze(table, number) == STATUS_OK &&
           rme_thread_delete(table, number) == STATUS_OK;
}

int main(void)
{
    word_t memory[THREADS];
    unsigned made = 0, ran = 0, deleted = 0;

    if ((unsigned)ENTRIES_MAX < THREADS) {
        tap_skip("128 threads", "the tables of this build are smaller");
        return tap_end();
    }
    table = rme_captable_make(THREADS);
    for (word_t i = 0; i < THREADS; i++) {
        memory[i] = rme_alloc_kmem(THREAD_BYTES);
        made += make(i, memory[i]);
    }
    tap_check(made == THREADS, "128 threads are made, of 128 bytes each");
    rme_print("# %u bytes of kernel memory are in use\n", memory[THREADS - 1] + THREAD_BYTES);
    tap_check(memory[THREADS - 1] + THREAD_BYTES <= KMEM_LIMIT,
              "with their slots and what boot made they take no more than 32 KiB");

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
