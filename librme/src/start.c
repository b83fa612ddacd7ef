/* SPDX-License-Identifier: Unlicense */
#include "rme/start.h"

#include "rme/alloc.h"
#include "rme/call.h"
#include "rme/print.h"

struct boot_info rme_boot;

enum { START_STACK_BYTES = 2048 };

/* Not zeroed with the rest: it is in use by then. */
__attribute__((section(".noinit"), used, aligned(8))) char rme_start_stack[START_STACK_BYTES];
__asm__(".global rme_start_stack_top\n\t.set rme_start_stack_top, rme_start_stack + 2048");

/* From the linker script. */
extern word_t user_bss_begin[], user_bss_end[];
extern word_t user_data_begin[], user_data_end[];
extern const word_t user_data_load[];

void rme_start_c(const struct boot_info *info);

void rme_start_c(const struct boot_info *info)
{
    const word_t *from = user_data_load;

    for (word_t *word = user_bss_begin; word < user_bss_end; word++)
        *word = 0;
    for (word_t *word = user_data_begin; word < user_data_end; word++)
        *word = *from++;
    rme_boot = *info;
    rme_alloc_start(info->kmem_free, BOOT_SLOTS);
    rme_print("\nfirst process ended (%d)\n", main());
    for (;;)
        (void)rme_kfunc_call(rme_kfunc(BOOT_KFUNC), RME_KFN_IDLE_SLEEP, 0, 0, 0, 0, 0);
}
