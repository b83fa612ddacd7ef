/* SPDX-License-Identifier: Unlicense
 *
 * The boot table: a system, as the first process makes it. The system builder writes it behind the
 * image of init, at the first multiple of BOOT_TABLE_ALIGN behind `user_image_end`; init reads it
 * where it lies, and again whenever it restarts a process.
 *
 * It is made of words of the target, in its byte order: this header, then the sections, each an
 * array of one of the structures below, then texts that end in 0. An offset counts bytes from the
 * beginning of the table; a name is the offset of a text. Sections have the order in which init
 * goes through them.
 *
 * An id is a capability id (abi/types.h) in the table of the first process: of one level for what
 * boot has left there (enum boot_slot), of two levels for what init makes. CAP_NULL: none. `memory`
 * is the offset of an object behind the first multiple of kmem_align that boot left free in
 * BOOT_KMEM. Times are microseconds.
 */
#pragma once

#include "abi/types.h"

enum { BOOT_TABLE_VERSION = 3, BOOT_TABLE_ALIGN = 64, BOOT_STATE_WORDS = 8 };

/* Flags of a table: no process has the timer, so that init may. */
enum { BOOT_TIMER_IS_FREE = 1 };

#define BOOT_TABLE_MAGIC   ((word_t)0x53454D52) /* "RMES" */
#define BOOT_TIME_INFINITE (~(word_t)0)

struct boot_section {
    word_t offset, count;
};

struct boot_table {
    word_t magic, version;
    word_t bytes; /* of all, texts included */
    word_t sum;   /* all words of the table add up to 0 */
    word_t name;  /* of the system */
    word_t flags;
    word_t nowhere; /* id of a top level that shows nothing; CAP_NULL: nobody needs it */
    word_t kmem_align, kmem_bytes; /* what the objects need together */
    word_t state, state_bytes; /* RAM that init keeps: BOOT_STATE_WORDS a process, one a thread */
    struct boot_section captables, signals, pagetables, pages, processes, threads, ports,
        capabilities, interrupts, shared;
};

/* A table of capabilities of init's own, in that slot of the first process's table. */
struct boot_captable {
    word_t slot, memory, entries;
};

struct boot_signal {
    word_t name, id;
};

/* A page table. It hangs in `parent`, which stands before it, at `position`; a top level hangs in
 * none, and bit 0 of its base is set. */
struct boot_pagetable {
    word_t id, memory, base, size_order, number_order;
    word_t parent, position;
};

/* Neighbouring entries of a page table: entry position + i shows the 2^order bytes at the physical
 * address + i * 2^order. */
struct boot_page_run {
    word_t table, position, count, flags, address, order;
};

enum boot_policy { BOOT_STOP, BOOT_RESTART, BOOT_REBOOT };

struct boot_process {
    word_t name, id, space;
    word_t captable, captable_memory, captable_entries;
    word_t load;              /* where the first contents of its data lie */
    word_t data, data_bytes;  /* and where its data lies, as init sees it */
    word_t zero, zero_bytes;  /* what begins as zeros */
    word_t begin, end, serve; /* rme_begin, rme_thread_end and rme_serve in its code */
    word_t thread, threads;   /* its threads: the first, and how many */
    word_t port, ports;       /* likewise */
    word_t policy, limit, within, back_off, tell;
};

struct boot_thread {
    word_t name, id, memory, process;
    word_t entry, stack, stack_seen, stack_bytes; /* as the process and as init sees it */
    word_t parameter;
    word_t parameter_time; /* not 0: instead, in counts of the kernel's clock */
    word_t priority, priority_max, attributes, budget;
    word_t scheduler, endpoint; /* ids; of the endpoint CAP_NULL: init's own */
    word_t is_main;             /* its end is the end of the process */
};

struct boot_port {
    word_t name, id, memory, process;
    word_t entry, stack, stack_seen, stack_bytes;
    word_t returns_on_fault;
};

/* What a process begins with: CPT_ADD of `source` to its table. */
struct boot_capability {
    word_t name, process, slot, source, rights, low, high;
    word_t is_signal;
};

/* A line of the chip, bound to a signal. */
struct boot_interrupt {
    word_t name, line, endpoint;
};

/* Shared memory, which begins as zeros and survives restarts; as init sees it. */
struct boot_shared {
    word_t name, base, bytes;
};
