/* SPDX-License-Identifier: Unlicense */
#include "arch/machine.h"

#include "arch/x86_64/instructions.h"
#include "arch/x86_64/port.h"
#include "drivers/console.h"
#include "kernel/cpu.h"

enum { DEBUG_EXIT = 0xF4, RESET_CONTROL = 0xCF9, RESET_FULL = 0x0E, KEYBOARD = 0x64 };

struct cpu *port_boot_cpu(void)
{
    return &port_area.cpu;
}

/* The interrupt that ends it is noted by entry.S and taken on the way out of the kernel. */
void arch_sleep(struct cpu *cpu)
{
    (void)cpu;
    __asm__ volatile("sti\n\thlt\n\tcli" ::: "memory");
}

void arch_reboot(void)
{
    io_out8(RESET_CONTROL, RESET_FULL);
    io_out8(KEYBOARD, 0xFE); /* the older way: pulse the reset line */
    arch_halt();
}

/* QEMU with isa-debug-exit ends here; anything else ignores the port. */
void arch_halt(void)
{
    io_out8(DEBUG_EXIT, 1);
    for (;;)
        __asm__ volatile("cli\n\thlt");
}

void arch_console_put(char c)
{
    if (CONFIG_DEBUG)
        console_put(c);
}
