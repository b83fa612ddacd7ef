/* SPDX-License-Identifier: Unlicense */
#include "tests/trace/coverage.h"

#include "tests/trace/program.h"

#include "pairs.h"

#include <stdio.h>
#include <string.h>

enum {
    CALLS_COVERING = 1000000, /* a run that long reaches every pair, */
    CALLS_MANY = 50000,       /* this one all but so many */
    MISSING_OF_MANY = 25,
};

/* Neither by the program nor by any that is run twice. */
static const struct {
    const char *name;
    int status;
    const char *why;
} unreachable[] = {
    {"SIG_SND", STATUS_FULL, "takes 2^30 calls"},
    {"IO_READ", 0, "the host has no I/O space"},
    {"IO_WRITE", 0, "the host has no I/O space"},
};

static const char *reason(const struct pair *pair)
{
    static const char *const marks[] = {"smp", "raw", "debug", "mpu"};

    for (unsigned i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
        if (strcmp(pair->mark, marks[i]) == 0)
            return marks[i];
    for (unsigned i = 0; i < sizeof(unreachable) / sizeof(unreachable[0]); i++)
        if (strcmp(pair->name, unreachable[i].name) == 0 &&
            (unreachable[i].status == 0 || unreachable[i].status == pair->status))
            return unreachable[i].why;
    return NULL;
}

static uint32_t count_of(const struct pair *pair)
{
    unsigned status = (unsigned)-pair->status % 64;

    return pair->is_function ? program_reached_function[pair->number - RME_KFN_FLUSH][status]
                             : program_reached[pair->number][status];
}

/* Whether the same call and status stand before, with another mark. */
static bool is_repeated(const struct pair *pair)
{
    for (const struct pair *other = pairs; other < pair; other++)
        if (strcmp(other->name, pair->name) == 0 && other->status == pair->status)
            return true;
    return false;
}

/* One more cell of a call's line; whether it is missing. */
static bool print_cell(const struct pair *pair)
{
    uint32_t reached = count_of(pair);

    if (reached != 0) {
        printf(" %s %u", pair->status_name, reached);
        return false;
    }
    if (reason(pair) != NULL) {
        printf(" %s n/a: %s", pair->status_name, reason(pair));
        return false;
    }
    printf(" %s MISSING", pair->status_name);
    return true;
}

bool coverage_print(word_t calls)
{
    const struct pair *const end = pairs + sizeof(pairs) / sizeof(pairs[0]);
    unsigned missing = 0, reached = 0;

    for (const struct pair *first = pairs; first < end; first++) {
        bool is_new = true;

        for (const struct pair *other = pairs; other < first; other++)
            is_new &= strcmp(other->name, first->name) != 0;
        if (!is_new)
            continue;
        printf("# %-15s", first->name);
        for (const struct pair *pair = first; pair < end; pair++)
            if (strcmp(pair->name, first->name) == 0 && !is_repeated(pair)) {
                missing += print_cell(pair);
                reached += count_of(pair) != 0;
            }
        printf("\n");
    }
    printf("# %u pairs of call and status, %u that are due are missing\n", reached, missing);
    if (calls >= CALLS_COVERING)
        return missing == 0;
    return calls < CALLS_MANY || missing <= MISSING_OF_MANY;
}
