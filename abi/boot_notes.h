/* SPDX-License-Identifier: Unlicense
 *
 * What boot finds wrong in what firmware and boot loader say. Nothing of it is trusted: what makes
 * no sense is left out and noted, by number and with a word that belongs to it, in the boot page
 * (boot_page.h), in every build; a debug build also prints it. Those that stop boot are printed
 * always. Numbers are never used again for something else.
 */
#pragma once

/* NOTE(name, number, text) */
#define BOOT_NOTES(NOTE)                                                                           \
    /* Memory. The word: an address, or a count. */                                                \
    NOTE(RAM_TOO_MANY, 1, "memory: too many ranges; lost the one at")                              \
    NOTE(RAM_WRAPS, 2, "memory: a range wraps at")                                                 \
    NOTE(MAP_TOO_LONG, 3, "memory: too many entries in the map:")                                  \
    NOTE(MAP_NONE, 4, "memory: there is no map of it:")                                            \
    NOTE(MAP_MALFORMED, 5, "memory: entries of the map are too short, or it is a second one:")     \
    NOTE(PIECE_LOST, 6, "memory: the first process does not get what begins at")                   \
    /* What the loader left. */                                                                    \
    NOTE(LOADER_UNKNOWN, 16, "boot: there is no PVH start information of version 1 at")            \
    NOTE(LOADER_MALFORMED, 17, "boot: there is no Multiboot2 information at")                      \
    NOTE(TAG_MALFORMED, 18, "boot: a Multiboot2 tag has a wrong length:")                          \
    NOTE(MODULE_TOO_MANY, 19, "boot: too many modules:")                                           \
    NOTE(MODULE_MALFORMED, 20, "boot: a module is empty, wraps, or its tag is too short, at")      \
    NOTE(MODULE_UNREADABLE, 21, "boot: a module, or the list of them, is not in memory, at")       \
    NOTE(TEXT_CUT, 22, "boot: a command line is cut, at")                                          \
    /* ACPI. The word: an address, a length, or an id. */                                          \
    NOTE(ACPI_NONE, 32, "ACPI: there is no RSDP at")                                               \
    NOTE(ACPI_ROOT, 33, "ACPI: there is no table of tables for the RSDP at")                       \
    NOTE(ACPI_CHECKSUM_2, 34, "ACPI: the second checksum of the RSDP is wrong, at")                \
    NOTE(ACPI_UNREADABLE, 35, "ACPI: there is no memory at a table's address,")                    \
    NOTE(ACPI_LENGTH, 36, "ACPI: a table has a wrong length,")                                     \
    NOTE(ACPI_CHECKSUM, 37, "ACPI: a table leaves memory or its checksum is wrong, at")            \
    NOTE(ACPI_TABLES, 38, "ACPI: too many tables:")                                                \
    NOTE(MADT_MALFORMED, 39, "ACPI: a MADT is too short, or a second one:")                        \
    NOTE(MADT_ENTRY, 40, "ACPI: an entry of the MADT has a wrong length,")                         \
    NOTE(CPU_DISABLED, 41, "ACPI: a CPU is disabled,")                                             \
    NOTE(CPU_ID, 42, "ACPI: a CPU has an id that xAPIC cannot address,")                           \
    NOTE(CPU_TWICE, 43, "ACPI: two CPUs have the same id,")                                        \
    NOTE(CPU_TOO_MANY, 44, "ACPI: there are more CPUs than the kernel is built for:")              \
    NOTE(IOAPIC_TOO_MANY, 45, "ACPI: too many I/O APICs, left out")                                \
    NOTE(OVERRIDE_MALFORMED, 46, "ACPI: an interrupt override makes no sense,")                    \
    NOTE(HPET_MALFORMED, 47, "ACPI: an HPET is malformed, not in memory, or a second one:")        \
    NOTE(FADT_MALFORMED, 48, "ACPI: a FADT is too short, or a second one:")                        \
    NOTE(IOAPIC_INPUT, 49, "an input of an I/O APIC is left out,")                                 \
    NOTE(CPU_NO_PAGE, 50, "no page below 640 KiB to start other CPUs on, of ranges:")              \
    NOTE(CPU_SILENT, 51, "a CPU does not answer and is left out,")

/* What ends boot: a release build has these texts too. Numbers from BOOT_NOTE_STOP_LOADER on,
 * ascending. */
#define BOOT_STOPS(NOTE)                                                                           \
    NOTE(STOP_LOADER, 64, "the boot loader says nothing that makes sense, at")                     \
    NOTE(STOP_MEMORY, 65, "no RAM where the kernel must lie, at")                                  \
    NOTE(STOP_CLOCK, 66, "no clock of a known rate (8254, HPET, ACPI timer):")                     \
    NOTE(STOP_STANDS, 67, "a clock stands still:")                                                 \
    NOTE(STOP_NO_IMAGE, 69, "no user image at")

/* What ends the loader of a first process that is a module (arch/x86_64/bare/loader.c): there is
 * none, or it is not an image that can run. */
#define LOADER_STOPS(NOTE)                                                                         \
    NOTE(STOP_NO_INIT, 68, "no first process, neither linked in nor as a module:")                 \
    NOTE(ELF_UNREADABLE, 80, "init: not in memory, at")                                            \
    NOTE(ELF_SHORT, 81, "init: too short for an ELF file:")                                        \
    NOTE(ELF_MAGIC, 82, "init: not an ELF file:")                                                  \
    NOTE(ELF_KIND, 83, "init: not ELF64, little-endian:")                                          \
    NOTE(ELF_MACHINE, 84, "init: not for x86-64, machine")                                         \
    NOTE(ELF_TYPE, 85, "init: not at fixed addresses, type")                                       \
    NOTE(ELF_HEADERS, 86, "init: program headers malformed, cut or too many:")                     \
    NOTE(ELF_DYNAMIC, 87, "init: wants a dynamic linker, header")                                  \
    NOTE(ELF_CUT, 88, "init: segment beyond the file, at")                                         \
    NOTE(ELF_SIZE, 89, "init: segment larger in the file than in memory, at")                      \
    NOTE(ELF_PLACE, 90, "init: segment not in free RAM, at")                                       \
    NOTE(ELF_TAKEN, 91, "init: segment on a module, the RSDP or the loader, at")                   \
    NOTE(ELF_OVERLAP, 92, "init: segments overlap, at")                                            \
    NOTE(ELF_EMPTY, 93, "init: nothing to load:")                                                  \
    NOTE(ELF_ENTRY, 94, "init: entry not in code,")

enum boot_note {
    BOOT_NOTE_NONE = 0,
#define BOOT_NOTE_ENUM(name, number, text) BOOT_NOTE_##name = (number),
    BOOT_NOTES(BOOT_NOTE_ENUM) BOOT_STOPS(BOOT_NOTE_ENUM) LOADER_STOPS(BOOT_NOTE_ENUM)
#undef BOOT_NOTE_ENUM
};
