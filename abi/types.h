/* SPDX-License-Identifier: Unlicense
 *
 * Words, capability ids and the layouts that kernel and user level share. Everything that crosses
 * the boundary is a whole machine word; see abi/calls.toml for the calls.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As <assert.h> has it, which a freestanding compiler need not have. */
#ifndef static_assert
#define static_assert _Static_assert
#endif

typedef uintptr_t word_t;
typedef intptr_t sword_t;

enum { WORD_BITS = sizeof(word_t) * CHAR_BIT, HALF_BITS = WORD_BITS / 2 };
#define HALF_MAX (((word_t)1 << HALF_BITS) - 1)

/* Capability id. A named capability is in the caller's table (one level), or in a table that is in
 * the caller's table (two levels).
 *   32-bit words: bit 7 = 0: [6:0] index.  bit 7 = 1: [14:8] index of the table, [6:0] index in it.
 *   64-bit words: [31:16] = 0: [15:0] index. Otherwise [31:16] index of the table, [15:0] index. */
typedef struct {
    word_t raw;
} cap_id_t;

enum {
    CAP_INDEX_BITS = WORD_BITS == 32 ? 7 : 16,
    CAP_TABLE_SHIFT = WORD_BITS == 32 ? 8 : 16,
    CAP_TWO_LEVEL = WORD_BITS == 32 ? 1 << CAP_INDEX_BITS : 0,
};
#define CAP_INDEX_MASK (((word_t)1 << CAP_INDEX_BITS) - 1)
#define CAP_TABLE_MAX  (WORD_BITS == 32 ? (word_t)0x7F : (word_t)0xFFFF)
#define CAP_NULL       (WORD_BITS == 32 ? (word_t)0x8000 : (word_t)0x80000000)

static inline cap_id_t cap_id(word_t index)
{
    return (cap_id_t){index};
}

static inline cap_id_t cap_id_in(word_t table, word_t index)
{
    return (cap_id_t){table << CAP_TABLE_SHIFT | CAP_TWO_LEVEL | index};
}

static inline cap_id_t cap_id_null(void)
{
    return (cap_id_t){CAP_NULL};
}

/* Slots of eight words; kernel memory is registered in granules of 32 bytes. */
enum { CAP_SLOT_BYTES = 8 * sizeof(word_t), KMEM_GRANULE = 32 };

/* Two numbers in one word, whatever its size: first and last function of a capability to kernel
 * functions, CPU and vector of INT_LOCAL_TRIG. */
enum { CAP_PAIR_SHIFT = 16, CAP_PAIR_MASK = (1 << CAP_PAIR_SHIFT) - 1 };

/* Receive modes of SIG_RCV. */
enum signal_mode {
    SIGNAL_RECEIVE_SINGLE, /* wait; take one */
    SIGNAL_RECEIVE_ALL,    /* wait; take all */
    SIGNAL_POLL_SINGLE,    /* do not wait; take one or none */
    SIGNAL_POLL_ALL,       /* do not wait; take what there is */
    SIGNAL_MODES
};

/* SIG_RCV's result: the kernel dropped signals since the last receive. */
#define SIGNAL_DROPPED ((word_t)1 << (WORD_BITS - 2))

/* THD_SCHED_RCV's result: thread id of the child in the low half, and why. */
#define EVENT_FAULTED   ((word_t)1 << (WORD_BITS - 2))
#define EVENT_EXHAUSTED ((word_t)1 << (WORD_BITS - 3))

/* Budgets. Finite ones are below BUDGET_INFINITE; BUDGET_INIT marks an init thread and, as an
 * amount, revokes the source's infinite budget. The unit is a count of the port's clock. */
#define BUDGET_INIT     ((word_t)INTPTR_MAX)
#define BUDGET_INFINITE ((word_t)INTPTR_MAX - 1)

/* Attributes of THD_CRT. */
enum { THREAD_FPU = 1 };
#define THREAD_GUEST ((word_t)1 << (WORD_BITS - 1))

/* PGT_CRT: bit 0 of the base marks a top-level table. */
enum { PAGETABLE_TOP = 1 };

/* Capabilities that the first process finds in its table. */
enum boot_slot {
    BOOT_CAPTABLE,
    BOOT_PAGETABLE,
    BOOT_PROCESS,
    BOOT_THREAD,         /* or, with several CPUs, a table of one thread per CPU */
    BOOT_KFUNC,          /* every kernel function and argument */
    BOOT_KMEM,           /* object memory, without the right GUEST */
    BOOT_TIMER_ENDPOINT, /* or a table of one endpoint per CPU */
    BOOT_GUEST_WINDOW,   /* kernel memory with the right GUEST alone; may be empty */
    BOOT_PAGETABLES,     /* table of the page tables below BOOT_PAGETABLE (abi/memory_map.h) */
    BOOT_SLOTS
};
