/* SPDX-License-Identifier: Unlicense
 *
 * The timer of the local APIC, one shot at a time. Boot measures it and the time-stamp counter
 * against the 8254, which every PC has and whose rate is known: 1,193,182 Hz. Intel 8254, 3;
 * SDM volume 3, 10.5.4.
 */
#include "arch/clock.h"
#include "arch/x86_64/instructions.h"
#include "arch/x86_64/port.h"
#include "kernel/panic.h"
#include "port/apic.h"

enum {
    PIT_HZ = 1193182,
    PIT_COUNTS = PIT_HZ / 100, /* 10 ms */
    PIT_CHANNEL0 = 0x40,
    PIT_CONTROL = 0x43,
    PIT_ONCE = 0x30,  /* channel 0, both bytes, counts down once */
    PIT_LATCH = 0x00, /* channel 0 */
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

static word_t read_pit(void)
{
    uint8_t low;

    io_out8(PIT_CONTROL, PIT_LATCH);
    low = io_in8(PIT_CHANNEL0);
    return (word_t)io_in8(PIT_CHANNEL0) << 8 | low;
}

/* What passes on both clocks while the 8254 counts *counts, which is PIT_COUNTS or a little more.
 * Its interrupt is masked. */
static struct pair measure(word_t *counts)
{
    struct pair begin, end;
    word_t first, now, patience = PATIENCE;

    io_out8(PIT_CONTROL, PIT_ONCE);
    io_out8(PIT_CHANNEL0, 0xFF);
    io_out8(PIT_CHANNEL0, 0xFF);
    first = read_pit();
    begin = read_both();
    do {
        now = read_pit();
        end = read_both();
    } while ((first < now || first - now < PIT_COUNTS) && patience-- != 0);
    if (first < now || first - now < PIT_COUNTS)
        panic("the 8254 does not count", now);
    *counts = first - now;
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
        panic("a clock stands still", passed.clock);
    port_clock_hz = passed.clock * PIT_HZ / counts;
    ratio = (passed.timer << 32) / passed.clock;
    longest = ((word_t)0xFFFFFFFF << 31) / ratio;
    shortest = port_clock_hz / 100000;
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
    struct entry_area *area = (struct entry_area *)(void *)port_call_block(cpu);

    area->pending |= PENDING_TIMER;
}
