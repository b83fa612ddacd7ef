/* SPDX-License-Identifier: Unlicense
 *
 * Physical memory that a test writes and firmware readers map. What is mapped is a copy of just
 * those bytes, so that the sanitizer sees a byte read too many.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MEMORY_BASE = 0xE0000, MEMORY_BYTES = 0x4000 };

extern uint8_t memory[MEMORY_BYTES];

/* How many things were noted since memory_settle; this ends all mappings. */
extern unsigned memory_notes;
void memory_settle(void);

/* Whether this was noted since then. */
bool memory_noted(unsigned what);

/* Write a word, little-endian, at an offset. */
void memory_put(unsigned at, uint64_t word, unsigned bytes);

/* The same numbers everywhere. */
unsigned memory_random(unsigned bound);
