/* SPDX-License-Identifier: Unlicense
 *
 * Text of debug builds. Each CPU writes into a ring of its own and never waits; what stands there
 * goes to the console when the kernel is left, by whichever CPU wins one exchange, a bounded number
 * of characters at once. A full ring drops what comes and counts it. Callers stand behind
 * `if (CONFIG_DEBUG)`, so that a release build holds nothing of this. Next: debug.h.
 */
#pragma once

#include "kernel/cpu.h"

enum { REPORT_RING_BYTES = 2048, REPORT_DRAIN_MAX = 1024 };

/* Into the ring of the running CPU. */
void report_char(const struct cpu *cpu, char c);
void report_text(const struct cpu *cpu, const char *text);
void report_hex(const struct cpu *cpu, word_t word);
void report_decimal(const struct cpu *cpu, word_t number);

/* Put at most REPORT_DRAIN_MAX characters of the running CPU's ring on the console; nothing if
 * another CPU is at it. What is left goes with this CPU's next entry into the kernel: what its
 * threads print does not mix with it. */
void report_drain(const struct cpu *cpu);

/* The end: all rings, then one line, whoever else is writing. */
void report_last_words(const char *what, word_t word);
