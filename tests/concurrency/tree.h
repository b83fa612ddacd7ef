/* SPDX-License-Identifier: Unlicense
 *
 * Page tables of this machine for scenarios: tree_mpu.c, tree_mmu.c.
 */
#pragma once

#include "arch/host/machine.h"

/* By CPU 0; a refusal ends the program. An empty top level; a table with places for children; the
 * child that fits at its position n, 0 or 1, and has room for pages. */
void make_top(word_t slot, unsigned piece);
void make_parent(word_t slot, unsigned piece);
void make_child(word_t slot, unsigned piece, unsigned n);

/* A page that may be read and written, for a position below 8 of child n. */
sword_t add_page(struct cpu *cpu, word_t table, unsigned n, word_t position);

/* Any table, such as fit into each other, at an offset of kernel memory. */
sword_t make_any(struct cpu *cpu, word_t slot, word_t offset, word_t choice);
