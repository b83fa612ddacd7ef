/* SPDX-License-Identifier: Unlicense
 *
 * What a fault of a thread was about: one file for each architecture, init/arch.
 */
#pragma once

#include "init/table.h"

enum story_kind {
    STORY_READ,
    STORY_WRITE,
    STORY_EXECUTE,
    STORY_STACK,       /* its stack could not take more */
    STORY_INSTRUCTION, /* undefined, or not for user level */
    STORY_OTHER,
};

struct story {
    enum story_kind kind;
    word_t address; /* that was touched; of a stack: how far below it; else the cause */
    word_t pc;      /* 0: not known */
};

struct story story_of(const struct boot_thread *thread);

/* Shared by all: how a fault is looked at, and whether its stack has grown to an
 * address below it. */
word_t story_register(const struct boot_thread *thread, word_t index);
word_t story_fault(const struct boot_thread *thread, word_t what);
bool story_is_below(const struct boot_thread *thread, word_t sp, word_t address);

/* "init: process P, thread T: may not write ADDRESS, at PC" */
void story_print(const struct boot_thread *thread);
