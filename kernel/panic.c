/* SPDX-License-Identifier: Unlicense */
#include "kernel/panic.h"

#include "arch/machine.h"
#include "kernel/report.h"

void panic_stop(const char *what, word_t word)
{
    if (CONFIG_DEBUG)
        report_last_words(what, word);
    if (CONFIG_PANIC_REBOOT)
        arch_reboot();
    arch_halt();
}
