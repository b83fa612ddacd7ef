/* SPDX-License-Identifier: Unlicense
 *
 * The MPU of CPU 0 for the page-table tests, which records what it is given.
 */
#pragma once

#include "tests/mpu/decode.h"

extern struct mpu machine_mpu;
extern unsigned machine_loads; /* times that it was loaded */

/* Make a top level that of CPU 0. */
void machine_load(unsigned table);

/* The image of a top level, as an MPU would hold it. */
struct mpu machine_image(unsigned table);
