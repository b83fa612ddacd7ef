/* SPDX-License-Identifier: Unlicense */
#include "arch/machine.h"

#include "drivers/console.h"
#include "kernel/cpu.h"
#include "port/registers.h"

/* Interrupts that enter the kernel are held off here, so WFE, not WFI: with SEVONPEND an interrupt
 * that becomes pending is an event, also one that came before. DDI 0403E B1.5.18. */
void arch_sleep(struct cpu *cpu)
{
    (void)cpu;
    __asm__ volatile("dsb\n\twfe" ::: "memory");
}

void arch_reboot(void)
{
    __asm__ volatile("dsb" ::: "memory");
    *SCB_AIRCR = AIRCR_RESET;
    arch_halt();
}

void arch_halt(void)
{
    for (;;)
        __asm__ volatile("cpsid i\n\twfe");
}

void arch_console_put(char c)
{
    if (CONFIG_DEBUG)
        console_put(c);
}
