/* SPDX-License-Identifier: Unlicense
 *
 * The benchmark: what its files share. Two processes with five regions each: the measuring thread
 * and a receiver in the first; a receiver, a partner for yields and a port in the second; a third
 * thread ready at the level of the running one. Each operation stands between two reads of a
 * counter and nothing else; what it returned is checked outside.
 */
#pragma once

#include "bench_counter.h"
#include "rme/process.h"
#include "rme/start.h"

enum { ROUNDS = 1000 };

/* One count is one instruction (QEMU with -icount shift=0), where the board has such a counter; on
 * others it only marks the interval for the plugin. It has 32 bits. */
#define COUNTER bench_counter()

static inline word_t counts_between(word_t before, word_t after)
{
    return (uint32_t)(after - before);
}

/* The operations of the table, then the others. */
enum operation { YIELD_S, YIELD_2, INV_2, SIG_1, SIG_2, SIG_S, SIG_I, OPERATIONS };

/* How a row calls the kernel. */
enum stubs { STUBS_INLINE, STUBS_OUT_OF_LINE };

/* What the measuring thread needs to know of the objects; ids with one or two levels. */
struct targets {
    word_t port, first, second;  /* an invocation port; endpoints of the two receivers */
    word_t self, refused;        /* an endpoint of its own; one without the right to send */
    word_t low;                  /* endpoint of a receiver of lower priority */
    word_t cpu, line;            /* whose interrupts the first receiver gets */
    const volatile word_t *seen; /* when the receivers and the partner last looked at the counter */
};

struct row {
    const char *name;
    word_t budget, attributes;
    bool has_two_levels;
    enum stubs stubs;
};

/* Figures of one operation. */
struct figures {
    word_t low, high, sum, rounds, wrong;
};

static inline void figures_add(struct figures *figures, word_t counts, bool is_right)
{
    if (figures->rounds == 0 || counts < figures->low)
        figures->low = counts;
    if (counts > figures->high)
        figures->high = counts;
    figures->sum += counts;
    figures->rounds++;
    figures->wrong += !is_right;
}

/* Tell the plugin what is measured from now on, by its number. The array is known to it by name
 * and size. */
#define BENCH_LABEL(number) ((void)bench_label[number])
extern const volatile char bench_label[];

/* measure.c: in the measuring thread. */
void measure(enum operation operation, const struct targets *targets, enum stubs stubs,
             struct figures *figures);
void measure_unknown(struct figures *figures);
void measure_refused(const struct targets *targets, struct figures *figures);

struct objects;

/* others.c: operations beyond the table, each between two reads, by number. */
enum { OTHERS = 5 };
extern const char *const other_names[OTHERS];

/* Whether a kernel for several CPUs can do that at once: not, if it waits for three epochs. */
bool has_other(unsigned other);
void measure_other(struct objects *objects, unsigned other, const struct targets *targets,
                   struct figures *figures);
