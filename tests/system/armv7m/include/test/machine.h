/* SPDX-License-Identifier: Unlicense
 *
 * What the boards have that tests of time and interrupts need: a clock that the kernel does not
 * use, a timer that interrupts, and an alarm that does so too, for the builds in which its line is
 * transparent. With -icount shift=0 a nanosecond is an instruction.
 *
 * STM32F4 (RM0090, 18.4): TIM2 counts up; TIM3 fires ARR counts after ARR was written, and then
 * every ARR counts; its interrupt is a pulse in QEMU. TIM4 is the alarm. MPS2 (Arm DDI 0479, 3.5
 * and 3.6): timer 1 counts down; timer 0's interrupt is a level that stays up until it is cleared.
 * The dual timer is the alarm.
 */
#pragma once

#include "abi/calls.h"
#include "board.h"

#define MACHINE_IS_STM32 (BOARD_CONSOLE_BASE == 0x40011000)
#define MACHINE_HZ       (MACHINE_IS_STM32 ? 1000000000u : 25000000u)

/* Instructions of one tick of machine_now(), and of one count of the kernel's clock. */
#define MACHINE_TICK  (1000000000u / MACHINE_HZ)
#define MACHINE_COUNT (1000000000u / BOARD_TIMER_HZ)

/* The timer's interrupt is an edge; a count of the kernel's clock is some instructions, not many.
 */
#define MACHINE_IS_EDGE MACHINE_IS_STM32
#define MACHINE_IS_FINE MACHINE_IS_STM32

/* QEMU begins a count anew whenever SysTick is written to arm it, where hardware's reference clock
 * runs on: each time may lose a part of a count (on MPS2, whose count is 1,000 instructions, up to
 * a whole one). And it cuts the fraction of a nanosecond off each period, a fiftieth of a count:
 * where reloads round, a part is one more. */
#define MACHINE_LOST(arms)   (MACHINE_IS_STM32 ? (arms) / 4 : (arms))
#define MACHINE_WON(periods) (((periods) + 24) / 25)

/* The line of the timer, and one that no device drives. */
#define MACHINE_LINE    (MACHINE_IS_STM32 ? (word_t)29 : (word_t)8)
#define MACHINE_NO_LINE ((word_t)20)
#define MACHINE_NO_EDGE MACHINE_NO_LINE
#define MACHINE_ALARM   (MACHINE_IS_STM32 ? (word_t)30 : (word_t)10)

static inline volatile word_t *machine_register(word_t address)
{
    return (volatile word_t *)address;
}

static inline void machine_begin(void)
{
    if (MACHINE_IS_STM32)
        return;
    *machine_register(0x40001008) = 0xFFFFFFFF; /* RELOAD, VALUE, CTRL */
    *machine_register(0x40001004) = 0xFFFFFFFF;
    *machine_register(0x40001000) = 1;
}

/* Ticks of MACHINE_HZ; wraps. */
static inline word_t machine_now(void)
{
    return MACHINE_IS_STM32 ? *machine_register(0x40000024) : ~*machine_register(0x40001004);
}

/* Instructions that are cheap to emulate, unlike a look at a clock; 2 for each round. */
static inline void machine_spin(word_t rounds)
{
    __asm__ volatile("1: subs %0, #1\n\tbne 1b" : "+r"(rounds) : : "cc");
}

/* Spin for `ticks` and a little more; returns how long. */
static inline word_t machine_wait(word_t ticks)
{
    word_t begin = machine_now();

    while (machine_now() - begin < ticks)
        machine_spin(100);
    return machine_now() - begin;
}

/* Counts of the kernel's clock in `ticks` of machine_now(), rounded down. */
static inline word_t machine_counts(word_t ticks)
{
    const word_t counts = MACHINE_IS_STM32 ? 21 : 1, per = MACHINE_IS_STM32 ? 1000 : 25;

    return ticks / per * counts + ticks % per * counts / per;
}

/* Let the timer interrupt every `ticks` of machine_now(), from now on. */
static inline void machine_timer_start(word_t ticks)
{
    if (MACHINE_IS_STM32) {
        *machine_register(0x4000040C) = 1; /* DIER: update */
        *machine_register(0x40000400) = 1; /* CR1: enable */
        *machine_register(0x4000042C) = ticks;
    } else {
        *machine_register(0x40000008) = ticks;
        *machine_register(0x40000004) = ticks;
        *machine_register(0x40000000) = 9; /* interrupt, enable */
    }
}

static inline void machine_timer_stop(void)
{
    *machine_register(MACHINE_IS_STM32 ? 0x40000400 : 0x40000000) = 0;
}

/* Take back the interrupt, at the device. */
static inline void machine_timer_clear(void)
{
    if (MACHINE_IS_STM32)
        *machine_register(0x40000410) = 0; /* SR */
    else
        *machine_register(0x4000000C) = 1; /* INTCLEAR */
}

/* Let the alarm interrupt once, in `ticks` of machine_now(). */
static inline void machine_alarm_start(word_t ticks)
{
    if (MACHINE_IS_STM32) {
        *machine_register(0x4000080C) = 1;
        *machine_register(0x40000800) = 1;
        *machine_register(0x4000082C) = ticks;
    } else {
        *machine_register(0x40002008) = 0;
        *machine_register(0x40002000) = ticks;
        *machine_register(0x40002008) = 0xA3; /* enable, interrupt, 32 bits, one shot */
    }
}

static inline void machine_alarm_stop(void)
{
    *machine_register(MACHINE_IS_STM32 ? 0x40000800 : 0x40002008) = 0;
    if (!MACHINE_IS_STM32)
        *machine_register(0x4000200C) = 1; /* INTCLR */
}

/* The timer is reached by memory: a process needs no more than INT_LOCAL_MOD and TIMER_SET. */
#define MACHINE_FUNCTION_LAST ((word_t)RME_KFN_TIMER_SET)
#define MACHINE_OBJECT_LAST   MACHINE_LINE

/* What is between two interrupts when `ticks` were asked for. */
static inline word_t machine_timer_period(word_t ticks)
{
    return ticks;
}

static inline void machine_timer_start_by(word_t unused, word_t ticks)
{
    (void)unused;
    machine_timer_start(ticks);
}

static inline void machine_timer_stop_by(word_t unused)
{
    (void)unused;
    machine_timer_stop();
}

/* What 128 threads may take, and where it begins. */
#define MACHINE_MANY_BYTES 32 * 1024
#define MACHINE_MANY_BEGIN 0
#define MACHINE_MANY_CLAIM "with their slots and what boot made they take no more than 32 KiB"

/* An address that user code can never reach: the System Control Block. */
#define MACHINE_UNREACHABLE 0xE000ED00

static inline void machine_undefined(void)
{
    __asm__ volatile("udf #0");
}
