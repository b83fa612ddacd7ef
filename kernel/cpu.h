/* SPDX-License-Identifier: Unlicense
 *
 * What each CPU owns. Only that CPU touches its record, but for the words of type shared_t, which
 * others read or request through. The record begins with the running thread, so that a port that
 * keeps it on top of the kernel stack finds that thread without an address.
 */
#pragma once

#include "abi/types.h"
#include "arch/atomic.h"
#include "config.h"
#include "port/cpu.h"

struct thread;
struct capability;

enum { READY_WORDS = (CONFIG_PRIORITIES + WORD_BITS - 1) / WORD_BITS };

/* Requests of other CPUs, bits of cpu.requests. */
enum { CPU_REQUEST_TICK = 1, CPU_REQUEST_FLUSH = 2 };

struct cpu {
    struct thread *current; /* runs, and is the head of the highest ready level */
    shared_t loaded;        /* page-table word in force; other CPUs read it before a deletion */

    word_t ready_bits[READY_WORDS]; /* bit p: level p is not empty */
    struct thread *ready[CONFIG_PRIORITIES];

    struct thread *exhausted;          /* left its CPU without time; its endpoint is not yet told */
    struct thread *freed;              /* to be given back when the kernel is left */
    struct capability *timer_endpoint; /* root slot */
    word_t stray_interrupts;           /* of lines that nobody has bound */
    word_t deadline;                   /* of TIMER_SET, by the clock */
    bool deadline_armed;
    uint8_t id;

    shared_t seen;     /* epoch at the last tick, or QUIESCE_OFFLINE */
    shared_t flushed;  /* flush epoch at the last flush */
    shared_t requests; /* what other CPUs ask of this one */

    struct arch_cpu arch;
};
