/* SPDX-License-Identifier: Unlicense
 *
 * Address spaces: the hardware behind page tables. Context: in the kernel, on the CPU concerned.
 *
 *  void arch_space_load(word_t space)
 *      Make a top-level table, or in raw mode a raw word, that of this CPU. After: user code that
 *      runs next sees it and nothing else, not even for one instruction; the kernel's own access is
 *      as before. With an MPU the object begins with the words of all regions, ready to be loaded.
 *      Cost: constant; with an MPU at most four words a region.
 *
 *  void arch_space_flush(void)
 *      Forget cached translations of this CPU; empty where there are none. Cost: constant.
 *
 *  word_t arch_space_boot(void)
 *      A fact, raw mode only: the word of the first process. It need not be enough to isolate it.
 *
 * Machines with an MPU also define
 *
 *  ARCH_MPU_REGIONS            how many regions a table may use; more than four
 *  struct arch_mpu_region      the words of one region, in the order in which they are loaded
 *
 *  bool arch_mpu_encode(struct arch_mpu_region *out, unsigned index, word_t base, unsigned order,
 *                       word_t subregions, word_t flags)
 *      The words for region `index` that grant flags (PAGE_*) to those eighths of the 2^order bytes
 *      at base whose bit is set in subregions, and nothing else. Before: base is aligned to the
 *      size. False: this machine cannot express it, and *out means nothing. Touches no hardware.
 *      Cost: constant.
 *
 *  void arch_mpu_clear(struct arch_mpu_region *out, unsigned index)
 *      The words for region `index` that grant nothing. Touches no hardware. Cost: constant.
 *
 *  bool arch_mpu_holds(const struct arch_mpu_region *region, unsigned index)
 *      Whether the hardware of this CPU has these words now; always true where one CPU is all there
 *      is. Cost: constant.
 *
 * MPU with several CPUs: the word behind the regions is the version of the image. When it is odd,
 * or has moved while the image was read, another CPU is changing it, and arch_space_load loads
 * regions that grant nothing; the fault that follows loads again. arch_space_flush reloads.
 *
 * Machines with an MMU (pagetable_mmu.c) define instead
 *
 *  ARCH_MMU_LEVELS             levels of the walk
 *  ARCH_MMU_PAGE_ORDER         of the smallest page
 *  ARCH_MMU_NUMBER_ORDER       of the entries of every table below the top
 *  ARCH_MMU_USER_ORDER         of the addresses that a top level covers
 *  ARCH_MMU_TOP_ENTRIES        that a top level has, with the kernel's
 *
 *  word_t arch_mmu_table_bytes(bool is_top, word_t size_order, word_t number_order)
 *      A fact: bytes of a table of 2^number_order entries for 2^size_order bytes each; 0: the
 *      hardware has no such table.
 *
 *  word_t arch_mmu_kernel_entry(word_t index)
 *      A fact: an entry of every top level behind the user's. It never changes.
 *
 *  word_t arch_mmu_encode(word_t address, word_t size_order, word_t flags, bool is_piece)
 *      An entry: with flags (PAGE_*) for a page at a physical address, accessed and dirty, so that
 *      hardware writes no table; with flags 0 for the table at `address`. 0: this machine cannot
 *      express it. With is_piece the page lies within one that it has, and can be read: it is not
 *      0. Cost: constant.
 *
 *  word_t arch_mmu_decode(word_t entry, word_t size_order, word_t *flags)
 *      Of an entry that is not 0 the address and flags with which it was made. Cost: constant.
 *
 *  bool arch_mmu_grants(word_t entry, word_t flags)
 *      A fact: whether an entry, which may be 0, is a page that grants all access that flags
 * (PAGE_*, any word) name; PAGE_STATIC is none, and 0 asks whether it is a page. Cost: constant.
 *
 *  void arch_mmu_forget(word_t address)
 *      Forget the translation of the page that holds a user address, on this CPU. Cost: constant.
 *
 * All define ARCH_PAGETABLE_ALIGN, of the objects of page tables: not less than KMEM_GRANULE.
 */
#pragma once

#include <port/space.h>
