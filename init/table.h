/* SPDX-License-Identifier: Unlicense
 *
 * The boot table, where it lies, and what init remembers of its system.
 */
#pragma once

#include "init/boot_table.h"
#include "rme/call.h"

/* What init keeps of each process, in memory that the builder left for it; a word for each thread
 * follows. */
struct state {
    word_t has_ended;
    word_t threads;  /* that have not ended */
    word_t restarts; /* that are still counted */
    word_t window;   /* time until they are forgotten; 0: none is counted, or for ever */
    word_t wait;     /* time until it begins again; 0: it does not wait */
    word_t patience; /* tries that are left for it */
    word_t is_due;   /* it has waited long enough */
    word_t is_last;  /* everybody else goes first: there is no timer to wait by */
};
static_assert(sizeof(struct state) == BOOT_STATE_WORDS * sizeof(word_t),
              "as the builder leaves room");

extern const struct boot_table *table;

/* Find the table behind this image and check that it is whole. */
void table_open(void);

static inline const void *table_section(struct boot_section section)
{
    return (const char *)table + section.offset;
}

static inline const char *table_name(word_t offset)
{
    return (const char *)table + offset;
}

static inline const struct boot_process *table_process(word_t i)
{
    return (const struct boot_process *)table_section(table->processes) + i;
}

static inline const struct boot_thread *table_thread(word_t i)
{
    return (const struct boot_thread *)table_section(table->threads) + i;
}

static inline const struct boot_port *table_port(word_t i)
{
    return (const struct boot_port *)table_section(table->ports) + i;
}

static inline struct state *state_of(word_t process)
{
    return (struct state *)table->state + process;
}

/* What the kernel has said of a thread and nobody has dealt with: EVENT bits. */
static inline volatile word_t *event_of(word_t thread)
{
    return (volatile word_t *)state_of(table->processes.count) + thread;
}

/* An id of two levels as the calls want it that create: a table, and a slot in it. Of one level:
 * the table of the first process. */
struct slot {
    rme_captable_t table;
    word_t index;
};

static inline struct slot slot_of(word_t id)
{
    bool is_deep = WORD_BITS == 32 ? (id & CAP_TWO_LEVEL) != 0 : id >> CAP_TABLE_SHIFT != 0;

    return (struct slot){
        rme_captable(is_deep ? id >> CAP_TABLE_SHIFT : (word_t)BOOT_CAPTABLE),
        id & CAP_INDEX_MASK,
    };
}
