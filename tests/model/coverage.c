/* SPDX-License-Identifier: Unlicense */
#include "tests/model/coverage.h"

#include "pairs.h"

#include <stdio.h>
#include <string.h>

static bool is_paging(const struct pair *pair)
{
    return !pair->is_function && pair->number >= RME_SVC_PGT_CRT && pair->number <= RME_SVC_PGT_DES;
}

/* Functions that this build leaves out, or that cannot be called here: a reboot ends the test. */
static bool is_left_out(word_t function)
{
    switch (function >> 8 & 0xF) {
    case 0:
        return !CONFIG_KFUNC_PAGE || (CONFIG_RAW && function == RME_KFN_PGT_ENTRY_MOD);
    case 1:
        return !CONFIG_KFUNC_INTERRUPT;
    case 4:
        return !CONFIG_KFUNC_POWER || function == RME_KFN_SYS_REBOOT;
    case 8:
        return !CONFIG_KFUNC_DEBUG || (CONFIG_DEBUG && function == RME_KFN_DEBUG_PRINT);
    default:
        return false;
    }
}

/* Whether one CPU of this build can show a pair. */
static bool is_due(const struct pair *pair)
{
    if (CONFIG_RAW && is_paging(pair))
        return false;
    if (pair->is_function && is_left_out(pair->number))
        return false;
    if (!CONFIG_GUESTS && pair->number == RME_SVC_INV_ACT && pair->status == STATUS_STATE)
        return false;
    if (strcmp(pair->mark, "smp") == 0)
        return CONFIG_CPUS_MAX > 1 && pair->status == STATUS_NOT_QUIESCENT &&
               pair->number != RME_SVC_PGT_DEL;
    if (strcmp(pair->mark, "raw") == 0)
        return CONFIG_RAW;
    if (strcmp(pair->mark, "managed") == 0)
        return !CONFIG_RAW;
    if (strcmp(pair->mark, "mpu") ==
        0) /* of functions: what this machine has not, whatever it is */
        return !CONFIG_RAW && (pair->is_function || m.machine.table_align == KMEM_GRANULE);
    return strcmp(pair->mark, "mmu") != 0 && (strcmp(pair->mark, "debug") != 0 || CONFIG_DEBUG);
}

static unsigned long count_of(const struct pair *pair)
{
    unsigned status = (unsigned)-pair->status;

    return pair->is_function ? m_reached_function[pair->number - RME_KFN_FLUSH][status]
                             : m_reached[pair->number][status];
}

static bool is_first(unsigned index)
{
    for (unsigned i = 0; i < index; i++)
        if (strcmp(pairs[i].name, pairs[index].name) == 0)
            return false;
    return true;
}

static bool is_repeated(unsigned index)
{
    for (unsigned i = 0; i < index; i++)
        if (pairs[i].is_function == pairs[index].is_function &&
            pairs[i].number == pairs[index].number && pairs[i].status == pairs[index].status)
            return true;
    return false;
}

static unsigned print_line(const char *name, unsigned count)
{
    unsigned missing = 0;

    printf("# %-15s", name);
    for (unsigned i = 0; i < count; i++) {
        unsigned long reached = count_of(&pairs[i]);

        if (strcmp(pairs[i].name, name) != 0 || is_repeated(i) ||
            (reached == 0 && !is_due(&pairs[i])))
            continue;
        if (reached != 0)
            printf(" %s %lu", pairs[i].status_name, reached);
        else
            printf(" %s MISSING", pairs[i].status_name);
        missing += reached == 0;
    }
    printf("\n");
    return missing;
}

unsigned coverage_print(void)
{
    unsigned count = sizeof(pairs) / sizeof(pairs[0]), missing = 0;

    for (unsigned i = 0; i < count; i++)
        if (is_first(i))
            missing += print_line(pairs[i].name, count);
    return missing;
}
