/* SPDX-License-Identifier: Unlicense
 *
 * Numbers of a description: plain ones, sizes in bytes, times in microseconds.
 */
#pragma once

#include "builder/keys.h"

/* NULL, and the value; or what is wrong with it ("has no unit"). Numbers are decimal or 0x. */
const char *units_number(const char *text, uint64_t *value);
const char *units_size(const char *text, uint64_t *value);
const char *units_time(const char *text, uint64_t *value);

/* "4 B to 1 GiB", for advice. */
const char *units_range(enum kind kind, uint64_t min, uint64_t max);

/* As the reports have it: "2 KiB", "100 ms". */
const char *units_bytes(uint64_t bytes);
const char *units_microseconds(uint64_t time);
