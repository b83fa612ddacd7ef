/* SPDX-License-Identifier: Unlicense
 *
 * Kernel functions of this machine: messages of interrupt lines, and the I/O space. An access of
 * several bytes is one to as many ports, which must all be the capability's.
 */
#include "arch/machine.h"
#include "arch/x86_64/instructions.h"
#include "arch/x86_64/port.h"
#include "kernel/cap.h"

enum { PORT_MAX = 0xFFFF };

static word_t read_port(uint16_t port, word_t bytes)
{
    uint32_t word;

    if (bytes == 1)
        return io_in8(port);
    if (bytes == 2)
        __asm__ volatile("inw %w1, %w0" : "=a"(word) : "Nd"(port));
    else
        __asm__ volatile("inl %w1, %0" : "=a"(word) : "Nd"(port));
    return bytes == 2 ? word & 0xFFFF : word;
}

static void write_port(uint16_t port, word_t bytes, word_t value)
{
    if (bytes == 1)
        io_out8(port, (uint8_t)value);
    else if (bytes == 2)
        __asm__ volatile("outw %w0, %w1" : : "a"((uint32_t)value), "Nd"(port));
    else
        __asm__ volatile("outl %0, %w1" : : "a"((uint32_t)value), "Nd"(port));
}

static enum status check_port(const struct args_kfn *args, const struct capability *cap)
{
    word_t bytes = args->arg0;

    if (bytes != 1 && bytes != 2 && bytes != 4)
        return STATUS_ARGUMENT;
    if (args->object > PORT_MAX - (bytes - 1))
        return STATUS_BOUNDS;
    return args->object + (bytes - 1) <= cap->kfunc.high ? STATUS_OK : STATUS_BOUNDS;
}

static sword_t access_port(const struct args_kfn *args, const struct capability *cap, word_t *value)
{
    enum status status = check_port(args, cap);

    if (status != STATUS_OK)
        return status;
    if (args->function == RME_KFN_IO_READ)
        *value = read_port((uint16_t)args->object, args->arg0);
    else
        write_port((uint16_t)args->object, args->arg0, args->arg1);
    return STATUS_OK;
}

sword_t arch_kfunc(struct cpu *cpu, const struct args_kfn *args, const struct capability *cap,
                   word_t *value)
{
    (void)cpu;
    if (CONFIG_KFUNC_PORT &&
        (args->function == RME_KFN_IO_READ || args->function == RME_KFN_IO_WRITE))
        return access_port(args, cap, value);
    if (CONFIG_KFUNC_INTERRUPT && args->function == RME_KFN_INT_MESSAGE)
        return port_irq_message(args->object, args->arg0, value);
    return STATUS_UNSUPPORTED;
}
