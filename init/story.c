/* SPDX-License-Identifier: Unlicense */
#include "init/story.h"

#include "rme/print.h"

word_t story_register(const struct boot_thread *thread, word_t index)
{
    word_t value = 0;

    (void)rme_call_value(RME_SVC_KFN, BOOT_KFUNC, RME_KFN_DEBUG_REG_MOD, index, thread->id, 0, 0, 0,
                         &value);
    return value;
}

word_t story_fault(const struct boot_thread *thread, word_t what)
{
    word_t value = 0;

    (void)rme_call_value(RME_SVC_KFN, BOOT_KFUNC, RME_KFN_DEBUG_EXC_GET, what, thread->id, 0, 0, 0,
                         &value);
    return value;
}

/* Just below the stack, and as far from the stack pointer as one instruction reaches (NEAR), or
 * above it: what lies there may be somebody's, and is then no matter of the stack. */
bool story_is_below(const struct boot_thread *thread, word_t sp, word_t address)
{
    enum { REACH = 4096, NEAR = 256 };

    return address < thread->stack && thread->stack - address <= REACH && address + NEAR >= sp;
}

void story_print(const struct boot_thread *thread)
{
    static const char *const texts[] = {
        [STORY_READ] = "may not read 0x%zx, at 0x%zx\n",
        [STORY_WRITE] = "may not write 0x%zx, at 0x%zx\n",
        [STORY_EXECUTE] = "may not execute 0x%zx, at 0x%zx\n",
        [STORY_STACK] = "stack overflow by 0x%zx bytes, at 0x%zx\n",
        [STORY_INSTRUCTION] = "undefined instruction, cause 0x%zx, at 0x%zx\n",
        [STORY_OTHER] = "fault, cause 0x%zx, at 0x%zx\n",
    };
    struct story story = story_of(thread);

    rme_print("init: process %s, thread %s: ", table_name(table_process(thread->process)->name),
              table_name(thread->name));
    /* NOLINTNEXTLINE(clang-diagnostic-format-nonliteral): one of the texts above */
    rme_print(texts[story.kind], story.address, story.pc);
}
