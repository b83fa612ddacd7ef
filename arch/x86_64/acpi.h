/* SPDX-License-Identifier: Unlicense
 *
 * What the kernel wants of ACPI: CPUs, interrupt controllers, clocks of a known rate. Tables only,
 * no interpreter. Firmware is not trusted to be right: whatever is malformed is noted and left out.
 * ACPI Specification 6.5, 5.2.5 to 5.2.12; IA-PC HPET 1.0a, 3.2.4.
 */
#pragma once

#include "arch/x86_64/firmware.h"

enum {
    ACPI_CPUS_MAX = 64,
    ACPI_IOAPICS_MAX = 8,
    ACPI_OVERRIDES_MAX = 16,
    ACPI_TABLES_MAX = 64,
    ACPI_ISA_LINES = 16,
    ACPI_RSDP_BYTES = 36
};

/* An I/O APIC, and the first global interrupt that it serves. */
struct acpi_ioapic {
    uint64_t address;
    uint32_t first;
};

/* An ISA interrupt that arrives as another global one, or with other polarity (bits 1:0) or trigger
 * mode (bits 3:2) than the bus has. */
struct acpi_override {
    uint32_t global;
    uint16_t flags;
    uint8_t isa;
};

struct acpi_info {
    uint64_t local_apic; /* physical address; 0: there was no usable MADT */
    uint64_t hpet;       /* physical address, or 0 */
    uint32_t pm_timer_mask;
    uint16_t pm_timer; /* I/O port of the timer of 3,579,545 Hz, or 0 */
    bool has_fadt;
    unsigned cpus, ioapics, overrides;
    uint8_t apic_id[ACPI_CPUS_MAX];
    struct acpi_ioapic ioapic[ACPI_IOAPICS_MAX];
    struct acpi_override override[ACPI_OVERRIDES_MAX];
};

/* Read the tables from the RSDP at a physical address, which may be 0; *info is all zeros before.
 * False: no usable root. Time: bounded by ACPI_TABLES_MAX and the size of the tables, at most 1 MiB
 * each.
 */
bool acpi_read(uint64_t rsdp, struct acpi_info *info);

/* Look for the RSDP where a PC's BIOS leaves it; 0 if there is none. */
uint64_t acpi_search(void);
