/* SPDX-License-Identifier: Unlicense
 *
 * What the files of this port share among themselves.
 */
#pragma once

#include "arch/x86_64/acpi.h"
#include "arch/x86_64/speculation.h"
#include "kernel/cpu.h"
#include "kernel/entry.h"
#include "port/apic.h"

/* In front of the record of a CPU, on top of its kernel stack (port/offsets.h). */
struct entry_area {
    word_t block[8];
    word_t spare[4];
    word_t entry_stack;
    word_t pending;
    word_t space;
    word_t stack;
};

struct port_area {
    struct entry_area entry;
    struct cpu cpu;
};

extern struct port_area port_area;

/* Bits of `pending`, on this CPU: while the kernel runs GS shows its record. */
static inline void port_pend(word_t bits)
{
    __asm__ volatile("or %0, %%gs:%c1" : : "r"(bits), "i"(AREA_PENDING) : "memory");
}

/* Whether a line that was raised is in it already. */
static inline bool port_has_pending(void)
{
    word_t bits;

    __asm__("mov %%gs:%c1, %0" : "=r"(bits) : "i"(AREA_PENDING) : "memory");
    return (bits & PENDING_RAISED) != 0;
}

static inline bool port_is_first_cpu(void)
{
    bool is_first = true;

    if (CONFIG_CPUS_MAX > 1)
        __asm__("cmpb $0, %%gs:%c1" : "=@cce"(is_first) : "i"(offsetof(struct cpu, id)));
    return is_first;
}

/* ---- cpu.c ---- */

/* Set by port_detect. */
extern struct port_features port_features;
extern struct processor port_processor;
extern struct speculation port_speculation;

/* What the processor offers, and which mitigations are on by that and by the command line. */
void port_detect(const char *text);

/* Replace the code that this takes. While text can still be written. */
void port_patch(void);

/* The registers that mitigations need. */
void port_prepare_speculation(void);

/* Say what was found and chosen: protection and mitigations that the processor offers, those that
 * are on with a +, the others with a -; in a debug build also what it may be weak in. */
void port_report_cpu(struct cpu *cpu);

/* Set bits of a model-specific register. */
void port_msr_set(uint32_t msr, word_t bits);

/* Segments, vectors, the doors of calls, protection: this CPU. */
void port_prepare_cpu(struct port_area *area);

/* What the hardware itself reads and writes when user code is left: vectors, segments, stacks. With
 * KPTI it is, beside the text of the entry, what a user's page tables have of the kernel. */
enum { ENTRY_PAGES_BYTES = 0x2000 };
extern char port_entry_pages[CONFIG_CPUS_MAX][ENTRY_PAGES_BYTES];

/* ---- memory.c ---- */

/* The kernel's half of the address space. The lower half still shows physical memory. */
void port_prepare_memory(const struct acpi_info *acpi);

/* To the first thread, whose address space is the loaded one. The lower half of boot shows nothing
 * any more, and what runs once is gone. */
NORETURN void port_enter_user(struct cpu *cpu, struct thread *thread);

/* ---- irq.c, timer.c ---- */

void port_prepare_interrupts(const struct acpi_info *acpi);
void port_prepare_timer(struct cpu *cpu);

/* What a device must write, the address above 32 bits of data, so that a line fires on a CPU.
 * UNSUPPORTED: not a line of messages, or no such CPU. */
enum status port_irq_message(word_t line, word_t cpu_id, word_t *message);

/* On the first CPU: inputs of I/O APICs, as other CPUs want them. Time: bounded by their number. */
void port_settle_lines(void);

/* A line that was raised on this CPU has been masked by another before it fired. */
void port_raised_late(struct cpu *cpu, word_t line);

/* What interrupts when it is no line that is enabled: one that is masked, the timer, another CPU,
 * an exception, or nothing that is ours. The word is that of interrupt_door (entry.S). */
struct thread *port_late(struct cpu *cpu, struct thread *self, word_t word);

/* The same for a further CPU: the rates are known by then. */
void port_prepare_apic(void);
void port_start_timer(struct cpu *cpu);

/* ---- smp.c, in kernels for several CPUs ---- */

#if CONFIG_CPUS_MAX > 1

/* Start all CPUs that ACPI names, and wait for them; arch_cpu_count holds from then on, and *acpi
 * has those that are there, by their numbers. Time: at most 300 ms. */
void port_start_cpus(struct acpi_info *acpi, const struct firmware *firmware);

/* Let them go on to their first threads, which boot_first has made. */
void port_release_cpus(void);

/* An interrupt to a CPU: the low word of the local APIC's command. */
void port_send(unsigned id, uint32_t what);

/* The id of its local APIC. */
word_t port_apic_id(unsigned id);

/* The page in front of the stack of a further CPU; 0: there is none. */
word_t port_stack_guard(unsigned block);

/* boot.S and smp.c: the other CPUs' way in. */
extern char port_trampoline[], port_trampoline_end[];
NORETURN void port_start_other(word_t block);
void port_prepare_other(struct cpu *cpu, struct port_area *area);

#else

static inline void port_start_cpus(struct acpi_info *acpi, const struct firmware *firmware)
{
    (void)acpi;
    (void)firmware;
}

static inline void port_release_cpus(void) {}

static inline void port_send(unsigned id, uint32_t what)
{
    (void)id;
    apic_write(APIC_ICR_LOW, APIC_SELF | what);
}

static inline word_t port_apic_id(unsigned id)
{
    (void)id;
    return apic_read(APIC_ID) >> 24;
}

static inline word_t port_stack_guard(unsigned block)
{
    (void)block;
    return 0;
}

#endif

/* ---- fpu.c ---- */

void port_prepare_fpu(void);

/* ---- entry.S ---- */

extern char call_door[];
extern char port_entry_text[], port_entry_text_end[]; /* pages, with KPTI */

/* Vectors, where the stub of the first lies from here, how far apart stubs are, and which stack
 * they need. A later row counts. */
struct stubs {
    int32_t from;
    uint8_t first, last, stride, stack;
};

extern const struct stubs port_stubs[], port_stubs_end[];
NORETURN void leave_boot(struct cpu *cpu, struct thread *thread);

/* Reached from there. */
NORETURN void start(word_t magic, word_t info);
struct thread *user_fault(struct cpu *cpu, struct thread *self, word_t vector, word_t error);
struct thread *user_lost(struct cpu *cpu, struct thread *self);
struct thread *port_take_pending(struct cpu *cpu);
struct thread *port_timer(struct cpu *cpu, struct thread *self);
struct thread *port_request(struct cpu *cpu, struct thread *self);
NORETURN void kernel_fault(const word_t *frame);
