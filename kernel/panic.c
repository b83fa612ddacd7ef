/* SPDX-License-Identifier: Unlicense */
#include "kernel/panic.h"

#include "arch/machine.h"

void panic_stop(void)
{
    if (CONFIG_PANIC_REBOOT)
        arch_reboot();
    arch_halt();
}
