/* SPDX-License-Identifier: Unlicense
 *
 * Faults of x86-64: a cause is the vector, and above it the error code. Intel SDM volume 3, 6.15.
 */
#include "init/story.h"

enum {
    VECTOR_MASK = 0xFF,
    INVALID_OPCODE = 6,
    GENERAL_PROTECTION = 13,
    PAGE_FAULT = 14,
    ERROR_WRITE = 1 << (8 + 1),
    ERROR_FETCH = 1 << (8 + 4),
};

enum { REGISTER_RSP = 0, REGISTER_RIP = 1 };

struct story story_of(const struct boot_thread *thread)
{
    word_t cause = story_fault(thread, 0), address = story_fault(thread, 1);
    word_t vector = cause & VECTOR_MASK, pc = story_register(thread, REGISTER_RIP);

    if (vector == INVALID_OPCODE || vector == GENERAL_PROTECTION)
        return (struct story){STORY_INSTRUCTION, cause, pc};
    if (vector != PAGE_FAULT)
        return (struct story){STORY_OTHER, cause, pc};
    if ((cause & ERROR_FETCH) != 0)
        return (struct story){STORY_EXECUTE, address, pc};
    if (story_is_below(thread, story_register(thread, REGISTER_RSP), address))
        return (struct story){STORY_STACK, thread->stack - address, pc};
    return (struct story){(cause & ERROR_WRITE) != 0 ? STORY_WRITE : STORY_READ, address, pc};
}
