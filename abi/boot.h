/* SPDX-License-Identifier: Unlicense
 *
 * What the first process gets to know. A port passes the words of struct boot_info to its entry, in
 * the registers of a call's seven words: on ARMv7-M in r5 to r11, on x86-64 in rdi to r12.
 */
#pragma once

#include "abi/types.h"

enum { ABI_VERSION = 1 };

struct boot_info {
    word_t abi_version;
    word_t clock_hz; /* budgets and deadlines count this */
    word_t cpu_count;
    word_t kmem_free;  /* offset in BOOT_KMEM from which no object of boot lies */
    word_t kmem_bytes; /* size of BOOT_KMEM */
    word_t irq_lines;
    word_t tables; /* capabilities in BOOT_PAGETABLES (abi/memory_map.h) */
};
static_assert(sizeof(struct boot_info) == 7 * sizeof(word_t), "passed in seven registers");

/* At the first address of a user image that lies in memory with the kernel. */
struct image_header {
    word_t magic;
    word_t entry;
    word_t stack; /* ARMv7-M: of a constant frame, which may lie in the image itself */
};

#define IMAGE_MAGIC  ((word_t)0x31454D52) /* "RME1" */
#define IMAGE_LOADER ((word_t)0x30454D52) /* "RME0": it loads the first boot module */
