/* SPDX-License-Identifier: Unlicense
 *
 * What tests do with the machine: boot, calls, time, lines, faults; saving and going back.
 */
#include "abi/call_list.h"
#include "arch/host/machine.h"
#include "arch/host/memory.h"
#include "arch/host/state.h"
#include "arch/machine.h"
#include "kernel/boot.h"
#include "kernel/direct.h"
#include "kernel/flush.h"
#include "kernel/leave.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool host_is_hot;
word_t host_epoch_start, host_flush_start;

/* ---- Boot ---- */

static void reset(unsigned count)
{
    host_memory_reset();
    memset(host_guests, 0, sizeof(host_guests));
    memset(&host_machine, 0, sizeof(host_machine));
    memset(host_cpus, 0, sizeof(host_cpus));
    host_machine.cpu_count = count;
    for (unsigned i = 0; i < HOST_CPUS; i++)
        host_machine.cpus[i].id = (uint8_t)i;
    atomic_store(&quiesce_epoch.raw, host_epoch_start & QUIESCE_EPOCH_MASK);
    atomic_store(&flush_epoch.raw, host_flush_start);
    host_is_hot = true;
    host_on_atomic = NULL;
    host_on_console = NULL;
    host_cas_failure = 0;
    host_cas_chance = 0;
    host_cpu_id = 0;
}

word_t host_init_slot(unsigned cpu)
{
    return host_machine.cpu_count == 1 ? BOOT_THREAD : cap_id_in(BOOT_THREAD, cpu).raw;
}

word_t host_timer_slot(unsigned cpu)
{
    return host_machine.cpu_count == 1 ? BOOT_TIMER_ENDPOINT
                                       : cap_id_in(BOOT_TIMER_ENDPOINT, cpu).raw;
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
    boot_first(arch_cpu(0), &memory, &info);
    for (unsigned i = 1; i < count; i++) {
        host_cpu_id = i;
        boot_next(arch_cpu(i));
    }
    host_cpu_id = 0;
}

/* ---- Delivery ---- */

static bool deliver_line(struct cpu *cpu)
{
    _Atomic bool *pending = host_cpus[cpu->id].pending;

    for (word_t line = 0; line < HOST_LINES; line++) {
        if (!pending[line] || !host_machine.enabled[line])
            continue;
        pending[line] = false;
        (void)entry_interrupt(cpu, cpu->current, line);
        return true;
    }
    return false;
}

static bool deliver(struct cpu *cpu)
{
    if (cpu->arch.timer_pending) {
        cpu->arch.timer_pending = false;
        (void)entry_timer(cpu, cpu->current);
        return true;
    }
    if (atomic_exchange(&cpu->arch.request_pending, false)) {
        (void)entry_request(cpu, cpu->current);
        return true;
    }
    return deliver_line(cpu);
}

void host_settle(struct cpu *cpu)
{
    host_cpu_id = cpu->id;
    for (unsigned i = 0; i < 1000; i++)
        if (!deliver(cpu))
            return;
    printf("not ok - interrupts without end\n");
    abort();
}

#define NOTHING(number, name, handler, count)
#define DECLARE(number, name, handler, count)                                                      \
    struct thread *entry_##handler(struct cpu *cpu, struct thread *self, word_t word0,             \
                                   word_t word1);
RME_CALL_LIST(DECLARE, NOTHING)

/* As a port does that enters calls directly: registers are in threads all the while. */
static struct thread *enter_direct(struct cpu *cpu, struct thread *self, sword_t result)
{
    if (syscall_tell(cpu, result) == RESULT_NONE)
        return syscall_cold(cpu, self);
    arch_context_set_result(&self->context, (word_t)result);
    return self;
}

static struct thread *enter(struct cpu *cpu, struct thread *self, const word_t *block)
{
    if (!host_is_hot)
        return syscall_cold(cpu, self);
    switch (block[0]) {
#define ENTER(number, name, handler, count)                                                        \
    case number:                                                                                   \
        return entry_##handler(cpu, self, block[1], block[2]);
        RME_CALL_LIST(ENTER, NOTHING)
#define DIRECT(number, handler)                                                                    \
    case number:                                                                                   \
        return enter_direct(cpu, self,                                                             \
                            direct_##handler(cpu, process_captable(self->process), block));
        DIRECT_CALLS(DIRECT)
    default:
        return syscall_cold(cpu, self);
    }
}

sword_t host_call(struct cpu *cpu, word_t number, const word_t words[7])
{
    struct thread *self = cpu->current;

    host_cpu_id = cpu->id;
    self->context.block[0] = number;
    memcpy(&self->context.block[1], words, 7 * sizeof(word_t));
    if (enter(cpu, self, self->context.block) != cpu->current)
        abort();
    host_settle(cpu);
    return thread_is_on(self, cpu) ? (sword_t)self->context.result : STATUS_OK;
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
    host_cpus[cpu->id].pending[line] = true;
    host_settle(cpu);
}

void host_fault(struct cpu *cpu, struct fault fault)
{
    host_cpu_id = cpu->id;
    (void)entry_fault(cpu, cpu->current, &fault);
    host_settle(cpu);
}

/* ---- The end, and going back ---- */

static _Thread_local jmp_buf before;

static void jump_back(void)
{
    longjmp(before, 1);
}

bool host_stops(void (*action)(void *), void *argument)
{
    void (*const outer)(void) = host_on_stop;
    volatile bool stopped = true;

    host_on_stop = jump_back;
    if (setjmp(before) == 0) {
        action(argument);
        stopped = false;
    }
    host_on_stop = outer;
    return stopped;
}

struct host_state {
    struct host_machine machine;
    struct host_cpu cpus[HOST_CPUS];
    unsigned char guests[HOST_GUEST_BYTES], kmem[HOST_KMEM_BYTES];
    shared_t bitmap[HOST_BITMAP_WORDS];
    word_t epoch, flush_epoch;
};

struct host_state *host_save(void)
{
    struct host_state *state = malloc(sizeof(*state));

    if (state == NULL)
        abort();
    host_memory_open();
    memcpy(&state->machine, &host_machine, sizeof(host_machine));
    memcpy(state->cpus, host_cpus, sizeof(host_cpus));
    memcpy(state->guests, host_guests, sizeof(host_guests));
    memcpy(state->kmem, host_kmem, sizeof(host_kmem));
    memcpy(state->bitmap, host_bitmap, sizeof(host_bitmap));
    state->epoch = quiesce_epoch.raw;
    state->flush_epoch = flush_epoch.raw;
    host_memory_close();
    return state;
}

void host_restore(const struct host_state *state)
{
    host_memory_open();
    memcpy(&host_machine, &state->machine, sizeof(host_machine));
    memcpy(host_cpus, state->cpus, sizeof(host_cpus));
    memcpy(host_guests, state->guests, sizeof(host_guests));
    memcpy(host_kmem, state->kmem, sizeof(host_kmem));
    memcpy(host_bitmap, state->bitmap, sizeof(host_bitmap));
    quiesce_epoch.raw = state->epoch;
    flush_epoch.raw = state->flush_epoch;
    host_memory_close();
}
