/* SPDX-License-Identifier: Unlicense
 *
 * Instructions that C has no words for. SDM volume 2.
 */
#pragma once

#include "abi/types.h"

static inline void io_out8(uint16_t port, uint8_t byte)
{
    __asm__ volatile("outb %0, %1" : : "a"(byte), "Nd"(port));
}

static inline uint8_t io_in8(uint16_t port)
{
    uint8_t byte;

    __asm__ volatile("inb %1, %0" : "=a"(byte) : "Nd"(port));
    return byte;
}

static inline uint32_t io_in32(uint16_t port)
{
    uint32_t word;

    __asm__ volatile("inl %1, %0" : "=a"(word) : "Nd"(port));
    return word;
}

enum { MSR_EFER = 0xC0000080u };

static inline void msr_write(uint32_t msr, word_t word)
{
    __asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)word), "d"((uint32_t)(word >> 32)));
}

static inline word_t msr_read(uint32_t msr)
{
    uint32_t low, high;

    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return (word_t)high << 32 | low;
}

static inline word_t cr0_read(void)
{
    word_t word;

    __asm__ volatile("mov %%cr0, %0" : "=r"(word));
    return word;
}

static inline void cr0_write(word_t word)
{
    __asm__ volatile("mov %0, %%cr0" : : "r"(word) : "memory");
}

static inline word_t cr2_read(void)
{
    word_t word;

    __asm__ volatile("mov %%cr2, %0" : "=r"(word));
    return word;
}

static inline word_t cr4_read(void)
{
    word_t word;

    __asm__ volatile("mov %%cr4, %0" : "=r"(word));
    return word;
}

static inline void cr4_write(word_t word)
{
    __asm__ volatile("mov %0, %%cr4" : : "r"(word) : "memory");
}

enum {
    CR0_MP = 1 << 1,
    CR0_EM = 1 << 2,
    CR0_TS = 1 << 3,
    CR0_NE = 1 << 5,
    CR0_WP = 1 << 16,
};
