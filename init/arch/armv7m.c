/* SPDX-License-Identifier: Unlicense
 *
 * Faults of Armv7-M. Arm DDI 0403E: fault status B3.2.15, the frame B1.5.6, instructions A5.2 and
 * A5.3.
 */
#include "init/story.h"

enum {
    EXECUTE_VIOLATION = 1 << 0,
    DATA_VIOLATION = 1 << 1,
    UNSTACKING = 1 << 3 | 1 << 11,
    STACKING = 1 << 4 | 1 << 12,
    UNDEFINED = 1 << 16,
};

enum { REGISTER_SP = 0, FRAME_PC = 6, FRAME_WORDS = 8 };

/* The frame is on the thread's own stack, or it cannot be trusted. */
static word_t stacked_pc(const struct boot_thread *thread)
{
    word_t sp = story_register(thread, REGISTER_SP);
    word_t offset = sp - thread->stack;

    if (offset > thread->stack_bytes - FRAME_WORDS * sizeof(word_t) || sp % sizeof(word_t) != 0)
        return 0;
    return ((const word_t *)sp)[FRAME_PC];
}

/* Whether the instruction stores. Of those that reach memory, all but the first group of the short
 * ones tell by one bit. The program counter is where code of the process was: init may read it. */
static bool is_store(word_t pc)
{
    enum { LONG = 0x1D, SHORT_REGISTER = 0x5, SHORT_LOAD = 1 << 11, LONG_LOAD = 1 << 4 };
    word_t opcode = *(const volatile uint16_t *)(pc & ~(word_t)1);

    if (opcode >> 11 >= LONG)
        return (opcode & LONG_LOAD) == 0;
    if (opcode >> 12 == SHORT_REGISTER)
        return (opcode >> 9 & 7) < 3;
    return (opcode & SHORT_LOAD) == 0;
}

struct story story_of(const struct boot_thread *thread)
{
    word_t cause = story_fault(thread, 0), address = story_fault(thread, 1);
    word_t sp = story_register(thread, REGISTER_SP);

    if ((cause & (STACKING | UNSTACKING)) != 0)
        return (struct story){STORY_STACK, thread->stack - sp, 0};
    if ((cause & DATA_VIOLATION) != 0 && story_is_below(thread, sp, address))
        return (struct story){STORY_STACK, thread->stack - address, stacked_pc(thread)};
    if ((cause & EXECUTE_VIOLATION) != 0)
        return (struct story){STORY_EXECUTE, address, stacked_pc(thread)};
    if ((cause & DATA_VIOLATION) != 0) {
        word_t pc = stacked_pc(thread);

        return (struct story){pc != 0 && is_store(pc) ? STORY_WRITE : STORY_READ, address, pc};
    }
    return (struct story){(cause & UNDEFINED) != 0 ? STORY_INSTRUCTION : STORY_OTHER, cause,
                          stacked_pc(thread)};
}
