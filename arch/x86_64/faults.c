/* SPDX-License-Identifier: Unlicense
 *
 * Where interrupts and exceptions go on in C. A cause is the vector, and the error code above it.
 * SDM volume 3, 6.15 and 4.7.
 */
#include "arch/irq.h"
#include "arch/x86_64/instructions.h"
#include "arch/x86_64/port.h"
#include "kernel/pagetable.h"
#include "kernel/panic.h"

enum {
    GENERAL_PROTECTION = 13,
    PAGE_FAULT = 14,
    ERROR_WRITE = 1 << 1,
    ERROR_FETCH = 1 << 4,
    CAUSE_ERROR_SHIFT = 8,
    FRAME_RIP = 1, /* behind the word with the vector */
};

static word_t access_of(word_t error)
{
    if ((error & ERROR_FETCH) != 0)
        return PAGE_EXECUTE;
    return (error & ERROR_WRITE) != 0 ? PAGE_WRITE : PAGE_READ;
}

struct thread *user_fault(struct cpu *cpu, struct thread *self, word_t vector, word_t error)
{
    struct fault fault = {.cause = vector | error << CAUSE_ERROR_SHIFT};

    if (vector == PAGE_FAULT) {
        fault.address = cr2_read();
        fault.access = access_of(error);
    }
    return entry_fault(cpu, self, &fault);
}

/* The thread cannot go on at an address that is not canonical: what a jump there would have been.
 */
struct thread *user_lost(struct cpu *cpu, struct thread *self)
{
    const struct fault fault = {.cause = GENERAL_PROTECTION, .address = self->context.rip};

    return entry_fault(cpu, self, &fault);
}

void kernel_fault(const word_t *frame)
{
    switch ((frame[0] & 0xFF) - VECTOR_EXCEPTIONS) {
    case 2:
        panic("non-maskable interrupt at", frame[FRAME_RIP]);
    case 8:
        panic("double fault at", frame[FRAME_RIP]);
    case 18:
        panic("machine check at", frame[FRAME_RIP]);
    case PAGE_FAULT:
        panic("page fault in the kernel on", cr2_read());
    default:
        panic("fault in the kernel at", frame[FRAME_RIP]);
    }
}

struct thread *port_timer(struct cpu *cpu, struct thread *self)
{
    apic_write(APIC_EOI, 0);
    return entry_timer(cpu, self);
}

struct thread *port_request(struct cpu *cpu, struct thread *self)
{
    apic_write(APIC_EOI, 0);
    if (CONFIG_CPUS_MAX > 1 && cpu->id == 0)
        port_settle_lines();
    return entry_request(cpu, self);
}

/* Before anything else the timer that was pended: a thread that left without time is not yet told.
 * A line may have been masked since. */
struct thread *port_take_pending(struct cpu *cpu)
{
    struct entry_area *area = &CONTAINER(cpu, struct port_area, cpu)->entry;
    word_t pending = area->pending & ~(word_t)PENDING_TIMER;
    word_t vector = pending & 0xFF, line = vector - VECTOR_LINES;

    if (area->pending != pending) {
        area->pending = pending;
        return entry_timer(cpu, cpu->current);
    }
    area->pending = 0;
    if (!arch_irq_is_enabled(line)) { /* none, or one that is masked */
        if (CONFIG_CPUS_MAX > 1 && (pending & PENDING_RAISED) != 0) {
            port_raised_late(cpu, line);
            return cpu->current;
        }
        return port_late(cpu, cpu->current, vector);
    }
    return entry_interrupt_cold(cpu, cpu->current, line);
}
