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
 */
#pragma once

#include <port/space.h>
