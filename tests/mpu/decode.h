/* SPDX-License-Identifier: Unlicense
 *
 * What a PMSAv7 MPU with eight regions lets unprivileged code do, read off its registers. Written
 * from the manual (Arm DDI 0403E, B3.5) and from nothing else, to judge the words that the kernel
 * makes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { MPU_MAY_READ = 1, MPU_MAY_WRITE = 2, MPU_MAY_EXECUTE = 4 };

struct mpu {
    struct {
        uint32_t rbar, rasr;
    } region[8];
    const char *unpredictable; /* what the manual calls so, or NULL */
};

/* Write pairs of RBAR and RASR, as the kernel does through the registers and their aliases. */
void mpu_write(struct mpu *mpu, const uint32_t *words, unsigned pairs);

/* MPU_MAY_* for one byte. */
unsigned mpu_access(const struct mpu *mpu, uint32_t address);
