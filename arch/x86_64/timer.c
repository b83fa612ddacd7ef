/* SPDX-License-Identifier: Unlicense
 *
 * The timer of the local APIC, one shot at a time. Boot measures it and the time-stamp counter
 * against a clock of a known rate (reference.h). SDM volume 3, 10.5.4.
 */
#include "arch/clock.h"
#include "arch/x86_64/boot.h"
#include "arch/x86_64/instructions.h"
#include "arch/x86_64/port.h"
#include "arch/x86_64/reference.h"
#include "port/apic.h"

enum {
    PARTS = 100, /* of a second: how long boot measures */
    CLOSE = 50,  /* parts of that */
    TRIES = 10,
    PATIENCE = 10000000,
};

word_t port_clock_hz;

static word_t ratio;    /* counts of the APIC's timer for 2^32 of the clock */
static word_t longest;  /* of the clock, that the timer can count */
static word_t shortest; /* longer than any path in the kernel */

struct pair {
    word_t clock, timer;
};

static struct pair read_both(void)
{
    word_t timer = 0xFFFFFFFF - apic_read(APIC_TIMER_CURRENT);

    return (struct pair){arch_time_stamp(), timer};
}

/* What passes on both clocks while the reference makes *counts, which is a part of a second or a
 * little more. It has been seen to count. */
/* Both, and when that was by the reference: between two looks at it that are close together, unless
 * whoever lends us this machine takes it away each time. */
static struct pair sample_boot(word_t *reference)
{
    struct pair both;
    word_t width;

    for (unsigned tries = 0; tries < TRIES; tries++) {
        *reference = reference_read();
        both = read_both();
        width = (reference_read() - *reference) & reference_mask();
        if (width < reference_hz() / PARTS / CLOSE)
            break;
    }
    return both;
}

static struct pair measure(word_t *counts)
{
    word_t first, last;
    struct pair begin = sample_boot(&first), end;
    word_t patience = PATIENCE;

    do {
        end = sample_boot(&last);
        *counts = (last - first) & reference_mask();
        if (patience-- == 0)
            boot_stop(BOOT_NOTE_STOP_STANDS, *counts);
    } while (*counts < reference_hz() / PARTS);
    return (struct pair){end.clock - begin.clock, end.timer - begin.timer};
}

void port_prepare_timer(struct cpu *cpu)
{
    struct pair passed;
    word_t counts;

    apic_write(APIC_TIMER_DIVIDE, APIC_BY_ONE);
    apic_write(APIC_LVT_TIMER, APIC_MASKED | VECTOR_TIMER);
    apic_write(APIC_TIMER_INITIAL, 0xFFFFFFFF);
    passed = measure(&counts);
    if (passed.clock == 0 || passed.timer == 0)
        boot_stop(BOOT_NOTE_STOP_STANDS, passed.clock);
    port_clock_hz = passed.clock * reference_hz() / counts;
    ratio = (passed.timer << 32) / passed.clock;
    longest = ((word_t)0xFFFFFFFF << 31) / ratio;
    shortest = port_clock_hz / 100000;
    port_start_timer(cpu);
}

void port_start_timer(struct cpu *cpu)
{
    apic_write(APIC_TIMER_DIVIDE, APIC_BY_ONE);
    apic_write(APIC_TIMER_INITIAL, 0);
    apic_write(APIC_LVT_TIMER, VECTOR_TIMER);
    cpu->arch.last = arch_time_stamp();
    cpu->arch.deadline = cpu->arch.last;
}

/* Rounded down, so that it fires early rather than late; whoever asked asks again. */
void arch_timer_set(struct cpu *cpu, word_t counts)
{
    word_t now = arch_time_stamp();
    sword_t left = (sword_t)(cpu->arch.last + counts - now);

    if (left < (sword_t)shortest)
        left = (sword_t)shortest;
    if (left > (sword_t)longest)
        left = (sword_t)longest;
    cpu->arch.deadline = now + (word_t)left;
    apic_write(APIC_TIMER_INITIAL, (uint32_t)((unsigned __int128)(word_t)left * ratio >> 32));
}

/* An interrupt that the CPU sends to itself may come later than the next instruction of user code:
 * SDM 10.6.1 promises no time. What is pended here is taken on the way out (entry.S). */
void arch_timer_pend(struct cpu *cpu)
{
    struct entry_area *area = &CONTAINER(cpu, struct port_area, cpu)->entry;

    area->pending |= PENDING_TIMER;
}
