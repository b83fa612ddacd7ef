/* SPDX-License-Identifier: Unlicense
 *
 * Which instructions are atomic on memory that other processors share, and which order memory and
 * do nothing else. What waits for instructions to complete (LFENCE, DSB, ISB), and what serialises
 * by the way (a write to CR3, IRET), is neither: no memory operation of another processor depends
 * on it.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum order { ORDER_NONE, ORDER_ATOMIC, ORDER_FENCE };

/* In 64-bit mode: a LOCK prefix, XCHG with memory; MFENCE, SFENCE, and an operation with LOCK on
 * what the stack pointer points to, by which compilers spell a fence. SDM volume 2, 2.1. */
enum order order_of_x86(const uint8_t *code, size_t size);

/* A store-exclusive counts for the pair; DMB. DDI 0403, A7.7. */
enum order order_of_thumb(uint16_t first, uint16_t second);
