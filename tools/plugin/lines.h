/* SPDX-License-Identifier: Unlicense
 *
 * The set of memory lines that an interval touched: an open hash table that is emptied in constant
 * time by a new generation. When it is full, the counts stay where they are.
 */
#pragma once

#include <stdint.h>

enum line_use { LINE_READ, LINE_WRITTEN, LINE_USES };
enum { LINE_SLOTS = 16384, LINES_MAX = LINE_SLOTS / 4 * 3 };

struct lines {
    uint64_t generation;
    uint64_t count[LINE_USES];
    struct {
        uint64_t key, generation;
    } slot[LINE_SLOTS];
};

static inline void lines_clear(struct lines *lines)
{
    lines->generation++;
    lines->count[LINE_READ] = 0;
    lines->count[LINE_WRITTEN] = 0;
}

static inline void lines_add(struct lines *lines, uint64_t line, enum line_use use)
{
    uint64_t key = line * LINE_USES + use;
    uint64_t i = (key * 0x9E3779B97F4A7C15) >> 40;

    while (lines->slot[i %= LINE_SLOTS].generation == lines->generation) {
        if (lines->slot[i++].key == key)
            return;
    }
    if (lines->count[LINE_READ] + lines->count[LINE_WRITTEN] == LINES_MAX)
        return;
    lines->slot[i].key = key;
    lines->slot[i].generation = lines->generation;
    lines->count[use]++;
}
