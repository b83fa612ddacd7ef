/* SPDX-License-Identifier: Unlicense
 *
 * A clock of a known rate, by which boot measures the others. In this order: the HPET, whose period
 * a register tells; the timer of ACPI, 3,579,545 Hz; channel 0 of the 8254, 1,193,182 Hz, last
 * because it is the coarsest and newer machines may have it gated. A real-time clock's second would
 * be too long to wait for. IA-PC HPET 1.0a, 2.3; ACPI 6.5, 4.8.3.3; Intel 8254, 3.
 */
#pragma once

#include "arch/x86_64/acpi.h"

/* Choose the first that counts; enum boot_clock, 0 if there is none. */
word_t reference_choose(const struct acpi_info *acpi);

/* Its counts, upwards; (after - before) & reference_mask() is what has passed. */
word_t reference_read(void);
word_t reference_mask(void);
word_t reference_hz(void);

/* The machine's state as it was found. */
void reference_end(void);
