/* SPDX-License-Identifier: Unlicense
 *
 * The reader of ACPI tables, on tables that are right, wrong in one way, and wrong at random.
 */
#include "arch/x86_64/acpi.h"
#include "tests/firmware/memory.h"
#include "tests/unit/tap.h"

#include <string.h>

/* Where the tables lie. */
enum { RSDP = 0x100, RSDT = 0x200, XSDT = 0x300, MADT = 0x401, HPET = 0x803, FADT = 0x905 };
enum { FADT_BYTES = 244 };

static bool read_all(struct acpi_info *info)
{
    memory_settle();
    *info = (struct acpi_info){0};
    return acpi_read(MEMORY_BASE + RSDP, info);
}

/* ---- Writing tables ---- */

/* Make the bytes of a table add up to 0. */
static void seal(unsigned at, unsigned length, unsigned checksum)
{
    unsigned sum = 0;

    memory[at + checksum] = 0;
    for (unsigned i = 0; i < length; i++)
        sum += memory[at + i];
    memory[at + checksum] = (uint8_t)-sum;
}

static void finish(unsigned at, const char *signature, unsigned length)
{
    memcpy(memory + at, signature, 4);
    memory_put(at + 4, length, 4);
    seal(at, length, 9);
}

static const uint8_t madt_entries[] = {
    0, 8,  0, 0x10, 1,  0, 0,    0,                              /* a CPU */
    0, 8,  1, 0x11, 0,  0, 0,    0,                              /* a disabled one */
    0, 8,  2, 0x12, 1,  0, 0,    0,                              /* another */
    0, 8,  3, 0x12, 1,  0, 0,    0,                              /* the same again */
    9, 16, 0, 0,    0,  1, 0,    0,    1,   0, 0, 0, 9, 0, 0, 0, /* id 256 */
    1, 12, 7, 0,    0,  0, 0xC0, 0xFE, 24,  0, 0, 0,             /* I/O APIC */
    2, 10, 0, 9,    20, 0, 0,    0,    0xD, 0,                   /* override */
    2, 10, 1, 9,    20, 0, 0,    0,    0xD, 0,                   /* of another bus */
    4, 6,  1, 2,    3,  4,                                       /* NMI: ignored */
    5, 12, 0, 0,    0,  0, 0xE0, 0xFE, 1,   0, 0, 0,             /* address of the local APIC */
};

static void build(void)
{
    memset(memory, 0, sizeof(memory));
    memcpy(memory + MADT + 44, madt_entries, sizeof(madt_entries));
    memory_put(MADT + 36, 0xFEE00000, 4);
    memory_put(MADT + 40, 1, 4);
    finish(MADT, "APIC", 44 + sizeof(madt_entries));
    memory_put(HPET + 44, 0xFED00000, 8);
    finish(HPET, "HPET", 56);
    memory_put(XSDT + 36, MEMORY_BASE + MADT, 8);
    memory_put(XSDT + 44, MEMORY_BASE + HPET, 8);
    memory_put(FADT + 76, 0x608, 4);
    memory_put(FADT + 91, 4, 1);
    finish(FADT, "FACP", FADT_BYTES);
    memory_put(XSDT + 52, MEMORY_BASE + FADT, 8);
    finish(XSDT, "XSDT", 60);
    memory_put(RSDT + 36, MEMORY_BASE + MADT, 4);
    finish(RSDT, "RSDT", 40);
    memcpy(memory + RSDP, "RSD PTR ", 8);
    memory[RSDP + 15] = 2;
    memory_put(RSDP + 16, MEMORY_BASE + RSDT, 4);
    memory_put(RSDP + 20, 36, 4);
    memory_put(RSDP + 24, MEMORY_BASE + XSDT, 8);
    seal(RSDP, 20, 8);
    seal(RSDP, 36, 32);
}

static void seal_madt(unsigned length)
{
    finish(MADT, "APIC", length);
}

/* ---- Tests ---- */

static void right(void)
{
    struct acpi_info info;

    build();
    tap_check(read_all(&info), "good tables are read");
    tap_check(info.local_apic == 0x1FEE00000, "the local APIC, moved above 4 GiB");
    tap_check(info.cpus == 2 && info.apic_id[0] == 0x10 && info.apic_id[1] == 0x12,
              "CPUs that are enabled, once each, and can be addressed");
    tap_check(info.ioapics == 1 && info.ioapic[0].address == 0xFEC00000 &&
                  info.ioapic[0].first == 24,
              "an I/O APIC");
    tap_check(info.overrides == 1 && info.override[0].isa == 9 && info.override[0].global == 20 &&
                  info.override[0].flags == 0xD,
              "an override of the ISA bus");
    tap_check(info.hpet == 0xFED00000, "the HPET, which only the XSDT names");
    tap_check(memory_notes == 4 && memory_noted(BOOT_NOTE_CPU_DISABLED) &&
                  memory_noted(BOOT_NOTE_CPU_TWICE) && memory_noted(BOOT_NOTE_CPU_ID) &&
                  memory_noted(BOOT_NOTE_OVERRIDE_MALFORMED),
              "a disabled CPU, a twin, an id of 256 and a strange bus are noted");
    tap_check(info.pm_timer == 0x608 && info.pm_timer_mask == 0xFFFFFF, "the timer of the FADT");

    memory_put(RSDP + 15, 0, 1);
    seal(RSDP, 20, 8);
    tap_check(read_all(&info) && info.cpus == 2 && info.hpet == 0,
              "revision 0 has a table of 32-bit addresses");
    tap_check(acpi_search() == MEMORY_BASE + RSDP, "the RSDP is found where a BIOS leaves it");
}

/* One byte is changed; what is then read. */
static bool read_broken(unsigned at, uint8_t byte, struct acpi_info *info)
{
    build();
    memory[at] = byte;
    return read_all(info);
}

static void wrong(void)
{
    struct acpi_info info;

    tap_check(!read_broken(RSDP, 'X', &info) && info.cpus == 0, "no RSDP");
    tap_check(!read_broken(RSDP + 8, 1, &info), "a wrong checksum of the RSDP");
    tap_check(read_broken(RSDP + 30, 1, &info) && info.hpet == 0 && info.cpus == 2,
              "a wrong second checksum: the old root is taken");
    tap_check(!read_broken(XSDT, 'Y', &info), "a root of another kind");
    tap_check(read_broken(MADT + 50, 0xFF, &info) && info.local_apic == 0 &&
                  info.hpet == 0xFED00000,
              "a wrong checksum loses that table only");

    build();
    memory_put(MADT + 4, 0xFFFFFFFF, 4);
    tap_check(read_all(&info) && info.cpus == 0 && memory_noted(BOOT_NOTE_ACPI_LENGTH),
              "a table of 4 GiB");
    build();
    memory_put(MADT + 4, 8, 4);
    tap_check(read_all(&info) && info.cpus == 0 && memory_noted(BOOT_NOTE_ACPI_LENGTH),
              "a table that is shorter than its header");
    build();
    memory_put(XSDT + 36, 0xFFFFFFFFFFFFFFF0, 8);
    finish(XSDT, "XSDT", 60);
    tap_check(read_all(&info) && info.cpus == 0 && info.hpet != 0 &&
                  memory_noted(BOOT_NOTE_ACPI_UNREADABLE),
              "a table beyond all memory");
    build();
    memory_put(XSDT + 44, MEMORY_BASE + MADT, 8);
    finish(XSDT, "XSDT", 60);
    tap_check(read_all(&info) && info.cpus == 2 && memory_noted(BOOT_NOTE_MADT_MALFORMED),
              "a second MADT is left out");
}

static void wrong_entries(void)
{
    struct acpi_info info;

    build();
    memory[MADT + 44 + 8 + 1] = 0;
    seal_madt(44 + sizeof(madt_entries));
    tap_check(read_all(&info) && info.cpus == 1 && memory_noted(BOOT_NOTE_MADT_ENTRY),
              "an entry of length 0 ends the MADT");
    build();
    memory[MADT + 44 + 1] = 4;
    seal_madt(44 + sizeof(madt_entries));
    tap_check(read_all(&info) && memory_noted(BOOT_NOTE_MADT_ENTRY),
              "an entry that is too short for its kind");
    build();
    seal_madt(44 + 8 + 5);
    tap_check(read_all(&info) && info.cpus == 1, "an entry that is longer than the table");
    build();
    for (unsigned i = 0; i < 300; i++)
        memcpy(memory + MADT + 44 + i * 8, (const uint8_t[8]){0, 8, 0, (uint8_t)i, 1}, 8);
    seal_madt(44 + 300 * 8);
    tap_check(read_all(&info) && info.cpus == ACPI_CPUS_MAX && memory_noted(BOOT_NOTE_CPU_TOO_MANY),
              "no more CPUs than there is room for");
    build();
    for (unsigned i = 0; i < 40; i++)
        memcpy(memory + MADT + 44 + i * 12, (const uint8_t[12]){1, 12, 1}, 12);
    seal_madt(44 + 40 * 12);
    tap_check(read_all(&info) && info.ioapics == ACPI_IOAPICS_MAX, "nor I/O APICs");
}

/* The clocks: an HPET and a FADT that are not as they should be. */
static void wrong_clocks(void)
{
    struct acpi_info info;

    build();
    finish(HPET, "HPET", 55);
    tap_check(read_all(&info) && info.hpet == 0 && memory_noted(BOOT_NOTE_HPET_MALFORMED),
              "an HPET that is too short");
    build();
    memory_put(HPET + 40, 1, 1);
    finish(HPET, "HPET", 56);
    tap_check(read_all(&info) && info.hpet == 0 && memory_noted(BOOT_NOTE_HPET_MALFORMED),
              "an HPET in the I/O space");
    build();
    finish(FADT, "FACP", 115);
    tap_check(read_all(&info) && info.pm_timer == 0 && memory_noted(BOOT_NOTE_FADT_MALFORMED),
              "a FADT that is too short");
    build();
    memory_put(FADT + 112, 1 << 20, 4);
    finish(FADT, "FACP", FADT_BYTES);
    tap_check(read_all(&info) && info.pm_timer == 0 && memory_notes == 4,
              "a machine of reduced hardware has no such timer");
    build();
    memory_put(FADT + 112, 1 << 8, 4);
    finish(FADT, "FACP", FADT_BYTES);
    tap_check(read_all(&info) && info.pm_timer_mask == 0xFFFFFFFF, "a timer of 32 bits");
    build();
    memory_put(FADT + 76, 0x10608, 4);
    finish(FADT, "FACP", FADT_BYTES);
    tap_check(read_all(&info) && info.pm_timer == 0, "a port that there is not");
    build();
    memory_put(FADT + 91, 2, 1);
    finish(FADT, "FACP", FADT_BYTES);
    tap_check(read_all(&info) && info.pm_timer == 0, "a timer of two bytes");
}

/* Bytes change at random, most of them with checksums made right again. */
static void fuzz(void)
{
    enum { RUNS = 20000 };
    struct acpi_info info;
    unsigned read = 0;

    for (unsigned run = 0; run < RUNS; run++) {
        build();
        for (unsigned i = memory_random(6); i > 0; i--)
            memory[MADT + memory_random(44 + sizeof(madt_entries))] = (uint8_t)memory_random(256);
        for (unsigned i = memory_random(3); i > 0; i--)
            memory[RSDP + memory_random(FADT + FADT_BYTES - RSDP)] = (uint8_t)memory_random(256);
        if (memory_random(8) != 0) {
            seal(MADT, 44 + sizeof(madt_entries), 9);
            seal(HPET, 56, 9);
            seal(FADT, FADT_BYTES, 9);
            seal(XSDT, 60, 9);
            seal(RSDT, 40, 9);
            seal(RSDP, 20, 8);
            seal(RSDP, 36, 32);
        }
        read += read_all(&info);
        if (info.cpus > ACPI_CPUS_MAX || info.ioapics > ACPI_IOAPICS_MAX ||
            info.overrides > ACPI_OVERRIDES_MAX) {
            tap_check(false, "no count leaves its array");
            return;
        }
    }
    tap_check(read > RUNS / 2, "random tables are read or refused");
}

int main(void)
{
    right();
    wrong();
    wrong_entries();
    wrong_clocks();
    fuzz();
    memory_settle();
    return tap_end();
}
