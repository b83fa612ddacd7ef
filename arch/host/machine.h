/* SPDX-License-Identifier: Unlicense
 *
 * The host machine, as tests drive it: CPUs whose running threads make calls, a clock that is
 * advanced by hand, lines and faults that are raised by hand. Everything that becomes pending is
 * delivered before "user code" goes on, as on real machines.
 */
#pragma once

#include "arch/context.h"
#include "kernel/entry.h"

enum { HOST_CPUS = 3, HOST_KMEM_BYTES = 128 * 1024, HOST_GUEST_BYTES = 2048, HOST_LINES = 32 };

/* Boot with that many CPUs: kernel memory is filled with rubbish first. CPU 0 runs the first
 * thread; the init threads of the others are at host_init_slot(cpu). */
void host_boot(unsigned count);
word_t host_init_slot(unsigned cpu);

/* The running thread of a CPU makes a call; what becomes pending is delivered. Returns the result
 * that the caller has now: meaningless if it waits. */
sword_t host_call(struct cpu *cpu, word_t number, const word_t words[7]);

#define HOST_CALL(cpu, number, ...) host_call((cpu), (number), (const word_t[7]){__VA_ARGS__})

/* Calls go through the hot halves where there are any (true at boot), or all the whole way. */
extern bool host_is_hot;

/* Time passes in user code; the timer fires when it is due. */
void host_advance(struct cpu *cpu, word_t counts);

/* A line fires, if it is enabled; the running thread faults. */
void host_interrupt(struct cpu *cpu, word_t line);
void host_fault(struct cpu *cpu, struct fault fault);

/* Deliver what is pending on a CPU. */
void host_settle(struct cpu *cpu);

/* What the hardware has. */
extern word_t host_loaded;       /* by the CPU that loaded last */
extern struct arch_fpu host_fpu; /* registers */
extern bool host_fpu_is_on;
extern unsigned host_flushes;

/* Called at each atomic operation; NULL: nothing. */
extern void (*host_on_atomic)(void);

/* Called with each character of the debug console; NULL: it is dropped. */
extern void (*host_on_console)(char c);

/* Kernel memory as bytes, and the window of guests. */
extern unsigned char host_kmem[HOST_KMEM_BYTES], host_guests[HOST_GUEST_BYTES];
