/* SPDX-License-Identifier: Unlicense */
#include "tests/firmware/memory.h"

#include "arch/x86_64/firmware.h"

#include <stdlib.h>
#include <string.h>

enum { MAPS_MAX = 4096, NOTES = 128 };

uint8_t memory[MEMORY_BYTES];
unsigned memory_notes;

static void *maps[MAPS_MAX];
static unsigned map_count;
static bool noted[NOTES];

const void *firmware_map(uint64_t physical, uint64_t bytes)
{
    uint8_t *copy;

    if (physical < MEMORY_BASE || physical - MEMORY_BASE > MEMORY_BYTES ||
        bytes > MEMORY_BYTES - (size_t)(physical - MEMORY_BASE) || map_count == MAPS_MAX)
        return NULL;
    copy = malloc((size_t)bytes);
    memcpy(copy, memory + (physical - MEMORY_BASE), (size_t)bytes);
    maps[map_count++] = copy;
    return copy;
}

void *firmware_place(uint64_t physical, uint64_t bytes)
{
    if (physical < MEMORY_BASE || physical - MEMORY_BASE > MEMORY_BYTES ||
        bytes > MEMORY_BYTES - (size_t)(physical - MEMORY_BASE))
        return NULL;
    return memory + (physical - MEMORY_BASE);
}

void firmware_note(enum boot_note what, uint64_t word)
{
    (void)word;
    memory_notes++;
    noted[what % NOTES] = true;
}

bool memory_noted(unsigned what)
{
    return noted[what % NOTES];
}

void memory_settle(void)
{
    memory_notes = 0;
    memset(noted, 0, sizeof(noted));
    while (map_count > 0)
        free(maps[--map_count]);
}

void memory_put(unsigned at, uint64_t word, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        memory[at + i] = (uint8_t)(word >> 8 * i);
}

unsigned memory_random(unsigned bound)
{
    static uint32_t state = 2463534242;

    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return (state >> 4) % bound;
}
