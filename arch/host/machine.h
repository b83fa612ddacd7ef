/* SPDX-License-Identifier: Unlicense
 *
 * The host machine, as tests drive it: CPUs whose running threads make calls, a clock that is
 * advanced by hand, lines and faults that are raised by hand. Everything that becomes pending is
 * delivered before "user code" goes on, as on real machines.
 *
 * CPUs take turns here; run.h makes them go on at once, switching at every atomic operation or as
 * threads.
 */
#pragma once

#include "arch/context.h"
#include "arch/space.h"
#include "board.h"
#include "kernel/entry.h"

enum { HOST_CPUS = 3, HOST_GUEST_BYTES = 2048, HOST_LINES = BOARD_IRQ_LINES };

/* What free kernel memory holds, everywhere. */
enum { HOST_RUBBISH = 0xA5 };

/* Boot with that many CPUs: kernel memory is filled with rubbish first. Each CPU runs its init
 * thread, which this id names; with one CPU it is BOOT_THREAD. The same for its timer endpoint. */
void host_boot(unsigned count);
word_t host_init_slot(unsigned cpu);
word_t host_timer_slot(unsigned cpu);

/* The running thread of a CPU makes a call; what becomes pending is delivered. Returns the result
 * that the caller has now: meaningless if it waits, OK if it has left this CPU. */
sword_t host_call(struct cpu *cpu, word_t number, const word_t words[7]);

#define HOST_CALL(cpu, number, ...) host_call((cpu), (number), (const word_t[7]){__VA_ARGS__})

/* Calls go through the hot halves where there are any (true at boot), or all the whole way. */
extern bool host_is_hot;

/* Time passes in user code; the timer fires when it is due. */
void host_advance(struct cpu *cpu, word_t counts);

/* A line fires on this CPU, if it is enabled; the running thread faults. */
void host_interrupt(struct cpu *cpu, word_t line);
void host_fault(struct cpu *cpu, struct fault fault);

/* Deliver what is pending on a CPU. */
void host_settle(struct cpu *cpu);

/* What the hardware of each CPU has. */
struct host_cpu {
    word_t loaded;           /* by arch_space_load */
    struct host_space space; /* what it keeps of that; not in raw mode */
    struct arch_fpu fpu;     /* registers */
    bool fpu_is_on;
    unsigned flushes;
    _Atomic bool pending[HOST_LINES];
};
extern struct host_cpu host_cpus[HOST_CPUS];

/* The CPU whose hardware is spoken to: set by all of the above; each thread has its own. */
extern _Thread_local unsigned host_cpu_id;
#define host_loaded    (host_cpus[host_cpu_id].loaded)
#define host_fpu       (host_cpus[host_cpu_id].fpu)
#define host_fpu_is_on (host_cpus[host_cpu_id].fpu_is_on)
#define host_flushes   (host_cpus[host_cpu_id].flushes)

/* Called with each character of the debug console; NULL, as at boot: it is dropped. */
extern void (*host_on_console)(char c);

/* ---- Instruments ---- */

/* Called before each atomic operation; NULL: nothing. */
extern void (*host_on_atomic)(void);

/* The n-th compare-exchange from now on fails for no reason, on this thread (0: none). Beside that,
 * one in `host_cas_chance` fails, chosen by a seed (0: none). */
extern _Thread_local word_t host_cas_failure, host_cas_chance;
extern _Thread_local uint64_t host_cas_seed;

/* The first thing that the kernel did with free kernel memory since boot, or NULL: an atomic
 * operation in it, or a write (found when it is allocated). Under ASan plain accesses to it stop
 * the program. */
const char *host_violation(void);

/* Called when the kernel stops the machine, and when it resets it, on the CPU that does; NULL: the
 * program ends. It must not return. */
extern _Thread_local void (*host_on_stop)(void);

/* Do something that may end so. True: it did. The machine is only good for a boot then. */
bool host_stops(void (*action)(void *), void *argument);

/* Where the epochs of quiescence and of flushing begin at each boot; 0 unless set. */
extern word_t host_epoch_start, host_flush_start;

/* All of the machine and of the kernel's state, to go back to. */
struct host_state;
struct host_state *host_save(void); /* free() it */
void host_restore(const struct host_state *state);

/* Kernel memory as bytes, and the window of guests. */
extern unsigned char host_kmem[HOST_KMEM_BYTES], host_guests[HOST_GUEST_BYTES];
