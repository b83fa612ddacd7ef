/* SPDX-License-Identifier: Unlicense
 *
 * The kernel for tests, before each atomic operation: PAUSE, some times, as a sequence says that
 * the test program begins. With one thread for all CPUs (-icount) QEMU goes on with the next CPU at
 * each PAUSE, so that a seed is a schedule; with a thread for each it is a delay.
 */
#include "shake.h"

#include "arch/atomic.h"
#include "arch/machine.h"
#include "kernel/flush.h"
#include "layout.h"

enum { CHOICE_SHIFT = 40, STACK_SHIFT = 13 };

#define shared_page ((volatile struct shake *)LAYOUT_GUEST)

static word_t next(word_t state)
{
    return state * 6364136223846793005 + 1442695040888963407;
}

/* As at a boot that begins there. All others are in user mode; one that ticks meanwhile notes an
 * epoch that is gone, until its next tick. */
static void jump(word_t steps)
{
    atomic_store(&quiesce_epoch.raw, -steps & QUIESCE_EPOCH_MASK);
    atomic_store(&flush_epoch.raw, ((word_t)1 << (WORD_BITS - 1)) - steps);
    for (unsigned i = 0; i < arch_cpu_count(); i++) {
        struct cpu *cpu = arch_cpu(i);

        if (atomic_load(&cpu->seen.raw) != QUIESCE_OFFLINE)
            atomic_store(&cpu->seen.raw, -steps & QUIESCE_EPOCH_MASK);
        atomic_store(&cpu->flushed.raw, ((word_t)1 << (WORD_BITS - 1)) - steps);
    }
}

void shake(const void *word)
{
    word_t state = shared_page->state, stack = (word_t)__builtin_frame_address(0), pauses;

    if (state == 0)
        return;
    state = next(state);
    shared_page->state = state != 0 ? state : 1;
    shared_page->trace = next(shared_page->trace + (word_t)word + (stack >> STACK_SHIFT));
    if (shared_page->jump != 0) {
        jump(shared_page->jump);
        shared_page->jump = 0;
    }
    if ((state >> CHOICE_SHIFT & shared_page->rarity) != 0)
        return;
    pauses = 1 + ((state >> (WORD_BITS - 8)) * shared_page->most >> 8);
    for (; pauses != 0; pauses--)
        __asm__ volatile("pause" : : : "memory");
}
