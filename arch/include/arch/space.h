/* SPDX-License-Identifier: Unlicense
 *
 * Address spaces: the hardware behind page tables. Called in the kernel, on the CPU concerned.
 *
 *   void arch_space_load(word_t space)   make a top-level table (or raw word) that of this CPU.
 * User code that runs next sees it and nothing else. MPU: the object begins with the region words,
 * ready to be loaded. void arch_space_flush(void)          forget cached translations; empty where
 * there are none word_t arch_space_boot(void)         raw mode: the word of the first process MPU
 * only: ARCH_MPU_REGIONS                     number of regions that a table may use struct
 * arch_mpu_region               the words of one region, in the order of the registers bool
 * arch_mpu_encode(struct arch_mpu_region *out, unsigned index, word_t base, unsigned order, word_t
 * subregions, word_t flags) words that grant `flags` (PAGE_*) to the eighths of [base, base +
 * 2^order) whose bit is set in `subregions`; false when this machine cannot express it void
 * arch_mpu_clear(struct arch_mpu_region *out, unsigned index)   words that grant nothing bool
 * arch_mpu_holds(const struct arch_mpu_region *region, unsigned index) whether the hardware of this
 * CPU holds these words; true where one CPU is all there is
 *
 * MPU with several CPUs: the word behind the regions is the version of the image. When it is odd,
 * or has moved while the image was read, another CPU is changing it, and arch_space_load loads
 * regions that grant nothing; the fault that follows loads again. arch_space_flush reloads.
 *
 * Cost: load at most 4 words a region; all constant.
 */
#pragma once

#include <port/space.h>
