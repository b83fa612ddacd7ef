/* SPDX-License-Identifier: Unlicense */
#include "arch/host/machine.h"

#include "abi/call_list.h"
#include "arch/irq.h"
#include "arch/machine.h"
#include "arch/memory.h"
#include "kernel/boot.h"
#include "kernel/interrupt.h"
#include "kernel/leave.h"
#include "kernel/signal.h"
#include "kernel/thread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BITMAP_WORDS = HOST_KMEM_BYTES / KMEM_GRANULE / WORD_BITS, INIT_SLOTS = 56 };

_Alignas(4096) unsigned char host_kmem[HOST_KMEM_BYTES];
_Alignas(64) unsigned char host_guests[HOST_GUEST_BYTES];
static shared_t bitmap[BITMAP_WORDS];
static struct cpu cpus[HOST_CPUS];
static unsigned cpu_count;
static struct irq_binding lines[HOST_LINES];
static bool enabled[HOST_LINES], pending[HOST_LINES];

bool host_is_hot;
word_t host_loaded;
struct arch_fpu host_fpu;
bool host_fpu_is_on;
unsigned host_flushes;
void (*host_on_atomic)(void);
void (*host_on_console)(char c);

void host_atomic_point(void)
{
    if (host_on_atomic != NULL)
        host_on_atomic();
}

/* ---- The contract ---- */

unsigned arch_cpu_count(void)
{
    return cpu_count;
}

struct cpu *arch_cpu(unsigned id)
{
    return &cpus[id];
}

word_t arch_kmem_base(void)
{
    return (word_t)host_kmem;
}

word_t arch_kmem_size(void)
{
    return HOST_KMEM_BYTES;
}

shared_t *arch_kmem_bitmap(void)
{
    return bitmap;
}

word_t arch_guest_base(void)
{
    return (word_t)host_guests;
}

word_t arch_guest_size(void)
{
    return HOST_GUEST_BYTES;
}

void arch_space_load(word_t space)
{
    host_loaded = space;
}

word_t arch_space_boot(void)
{
    return (word_t)host_guests; /* any word does */
}

void arch_space_flush(void)
{
    host_flushes++;
}

word_t arch_irq_lines(void)
{
    return HOST_LINES;
}

void arch_irq_mask(word_t line)
{
    enabled[line] = false;
}

void arch_irq_unmask(word_t line)
{
    enabled[line] = true;
}

bool arch_irq_is_enabled(word_t line)
{
    return enabled[line];
}

void arch_irq_end(word_t line)
{
    (void)line;
}

struct irq_binding *arch_irq_table(void)
{
    return lines;
}

bool arch_irq_trigger(word_t cpu_id, word_t vector)
{
    if (cpu_id >= cpu_count || vector >= HOST_LINES)
        return false;
    pending[vector] = true;
    return true;
}

void arch_cpu_interrupt(unsigned cpu_id)
{
    cpus[cpu_id].arch.request_pending = true;
}

void arch_sleep(struct cpu *cpu)
{
    (void)cpu;
}

void arch_reboot(void)
{
    printf("reboot\n");
    exit(0);
}

void arch_halt(void)
{
    printf("not ok - the kernel has stopped\n");
    fflush(stdout);
    abort();
}

void arch_console_put(char c)
{
    if (host_on_console != NULL)
        host_on_console(c);
}

sword_t arch_kfunc(struct cpu *cpu, const struct args_kfn *args, word_t *value)
{
    (void)cpu;
    (void)args;
    (void)value;
    return STATUS_UNSUPPORTED;
}

/* ---- What tests do ---- */

static void reset(unsigned count)
{
    cpu_count = count;
    memset(host_kmem, 0xA5, sizeof(host_kmem));
    memset(host_guests, 0, sizeof(host_guests));
    memset(bitmap, 0, sizeof(bitmap));
    memset(cpus, 0, sizeof(cpus));
    memset(lines, 0, sizeof(lines));
    memset(enabled, 0, sizeof(enabled));
    memset(pending, 0, sizeof(pending));
    host_is_hot = true;
    host_on_atomic = NULL;
    host_on_console = NULL;
    for (unsigned i = 0; i < HOST_CPUS; i++)
        cpus[i].id = (uint8_t)i;
}

word_t host_init_slot(unsigned cpu)
{
    return cpu == 0 ? BOOT_THREAD : INIT_SLOTS + cpu;
}

/* What the boot of another CPU does: an init thread of its own in the first process. */
static void boot_other(struct cpu *cpu)
{
    struct capability *slots = (struct capability *)(void *)host_kmem;
    static struct thread threads[HOST_CPUS];

    threads[cpu->id] = (struct thread){0};
    thread_boot(cpu, &slots[host_init_slot(cpu->id)], &threads[cpu->id], &slots[BOOT_PROCESS]);
    cpu->timer_endpoint = &slots[BOOT_TIMER_ENDPOINT];
    quiesce_online(cpu);
    process_enter(cpu, &slots[BOOT_PROCESS]);
}

void host_boot(unsigned count)
{
    static const struct memory_range ranges[] = {
        {0x10000, 0x10000, PAGE_READ | PAGE_EXECUTE | PAGE_CACHE},
        {0x20000, 0x20000, PAGE_READ | PAGE_WRITE | PAGE_CACHE | PAGE_STATIC},
        {0x100000, 0x100000, PAGE_READ | PAGE_WRITE | PAGE_EXECUTE | PAGE_CACHE},
    };
    const struct memory_range reserved[] = {{(word_t)host_kmem, sizeof(host_kmem), 0}};
    const struct boot_memory memory = {ranges, 3, reserved, 1};
    struct boot_info info;

    reset(count);
    for (unsigned i = 1; i < count; i++)
        quiesce_online(&cpus[i]);
    boot_first(&cpus[0], &memory, &info);
    for (unsigned i = 1; i < count; i++)
        boot_other(&cpus[i]);
}

void host_settle(struct cpu *cpu)
{
    for (unsigned i = 0; i < 1000; i++) {
        word_t line = 0;

        if (cpu->arch.timer_pending) {
            cpu->arch.timer_pending = false;
            (void)entry_timer(cpu, cpu->current);
            continue;
        }
        if (cpu->arch.request_pending) {
            cpu->arch.request_pending = false;
            (void)entry_request(cpu, cpu->current);
            continue;
        }
        while (line < HOST_LINES && !(pending[line] && enabled[line]))
            line++;
        if (line == HOST_LINES)
            return;
        pending[line] = false;
        (void)entry_interrupt(cpu, cpu->current, line);
    }
    printf("not ok - interrupts without end\n");
    abort();
}

#define NOTHING(number, name, handler, count)
#define DECLARE(number, name, handler, count)                                                      \
    struct thread *entry_##handler(struct cpu *cpu, struct thread *self, word_t word0,             \
                                   word_t word1);
RME_CALL_LIST(DECLARE, NOTHING)

static struct thread *enter(struct cpu *cpu, struct thread *self, const word_t *block)
{
    if (!host_is_hot)
        return syscall_cold(cpu, self);
    switch (block[0]) {
#define ENTER(number, name, handler, count)                                                        \
    case number:                                                                                   \
        return entry_##handler(cpu, self, block[1], block[2]);
        RME_CALL_LIST(ENTER, NOTHING)
    default:
        return syscall_cold(cpu, self);
    }
}

sword_t host_call(struct cpu *cpu, word_t number, const word_t words[7])
{
    struct thread *self = cpu->current;

    self->context.block[0] = number;
    memcpy(&self->context.block[1], words, 7 * sizeof(word_t));
    if (enter(cpu, self, self->context.block) != cpu->current)
        abort();
    host_settle(cpu);
    return (sword_t)self->context.result;
}

void host_advance(struct cpu *cpu, word_t counts)
{
    cpu->arch.now += counts;
    if ((sword_t)(cpu->arch.deadline - cpu->arch.now) <= 0)
        cpu->arch.timer_pending = true;
    host_settle(cpu);
}

void host_interrupt(struct cpu *cpu, word_t line)
{
    pending[line] = true;
    host_settle(cpu);
}

void host_fault(struct cpu *cpu, struct fault fault)
{
    (void)entry_fault(cpu, cpu->current, &fault);
    host_settle(cpu);
}
