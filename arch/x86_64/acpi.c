/* SPDX-License-Identifier: Unlicense */
#include "arch/x86_64/acpi.h"

#include "arch/x86_64/text.h"
#include "kernel/compiler.h"

static bool sums_to_zero(const uint8_t *bytes, size_t length)
{
    unsigned sum = 0;

    for (size_t i = 0; i < length; i++)
        sum += bytes[i];
    return (sum & 0xFF) == 0;
}

/* ---- Tables ---- */

enum { HEADER_BYTES = 36, TABLE_BYTES_MAX = 1 << 20 };

static uint32_t signature_of(const uint8_t *table)
{
    return (uint32_t)firmware_word(table, 4);
}

static uint32_t length_of(const uint8_t *table)
{
    return (uint32_t)firmware_word(table + 4, 4);
}

/* A table that can be read and has a right checksum, or NULL. */
static const uint8_t *map_table(uint64_t address)
{
    const uint8_t *table = firmware_map(address, HEADER_BYTES);
    uint32_t length;

    if (table == NULL) {
        firmware_note(BOOT_NOTE_ACPI_UNREADABLE, address);
        return NULL;
    }
    length = length_of(table);
    if (length < HEADER_BYTES || length > TABLE_BYTES_MAX) {
        firmware_note(BOOT_NOTE_ACPI_LENGTH, length);
        return NULL;
    }
    table = firmware_map(address, length);
    if (table == NULL || !sums_to_zero(table, length)) {
        firmware_note(BOOT_NOTE_ACPI_CHECKSUM, address);
        return NULL;
    }
    return table;
}

/* ---- MADT, 5.2.12 ---- */

enum madt_entry {
    MADT_LOCAL_APIC = 0,
    MADT_IOAPIC = 1,
    MADT_OVERRIDE = 2,
    MADT_LOCAL_APIC_ADDRESS = 5,
    MADT_LOCAL_X2APIC = 9,
};

enum { MADT_ENTRIES = 44, MADT_ADDRESS = 36, CPU_ENABLED = 1 };

static void add_cpu(struct acpi_info *info, uint64_t id, uint64_t flags)
{
    if ((flags & CPU_ENABLED) == 0) {
        firmware_note(BOOT_NOTE_CPU_DISABLED, id);
        return;
    }
    if (id > 0xFE) { /* 0xFF addresses all of them */
        firmware_note(BOOT_NOTE_CPU_ID, id);
        return;
    }
    for (unsigned i = 0; i < info->cpus; i++) {
        if (info->apic_id[i] == id) {
            firmware_note(BOOT_NOTE_CPU_TWICE, id);
            return;
        }
    }
    if (info->cpus == ACPI_CPUS_MAX) {
        firmware_note(BOOT_NOTE_CPU_TOO_MANY, id);
        return;
    }
    info->apic_id[info->cpus++] = (uint8_t)id;
}

static NOINLINE void add_ioapic(struct acpi_info *info, const uint8_t *entry)
{
    if (info->ioapics == ACPI_IOAPICS_MAX) {
        firmware_note(BOOT_NOTE_IOAPIC_TOO_MANY, entry[2]);
        return;
    }
    info->ioapic[info->ioapics++] = (struct acpi_ioapic){
        .address = firmware_word(entry + 4, 4),
        .first = (uint32_t)firmware_word(entry + 8, 4),
    };
}

static void add_override(struct acpi_info *info, const uint8_t *entry)
{
    if (entry[2] != 0 || entry[3] >= ACPI_ISA_LINES || info->overrides == ACPI_OVERRIDES_MAX) {
        firmware_note(BOOT_NOTE_OVERRIDE_MALFORMED, entry[3]);
        return;
    }
    info->override[info->overrides++] = (struct acpi_override){
        .global = (uint32_t)firmware_word(entry + 4, 4),
        .flags = (uint16_t)firmware_word(entry + 8, 2),
        .isa = entry[3],
    };
}

/* Bytes that an entry of the kinds that we read has at least; fewer than any has, for others. */
static const uint8_t entry_bytes[] = {
    [MADT_LOCAL_APIC] = 8,          [MADT_IOAPIC] = 12,       [MADT_OVERRIDE] = 10,
    [MADT_LOCAL_APIC_ADDRESS] = 12, [MADT_LOCAL_X2APIC] = 16,
};

static void read_entry(struct acpi_info *info, const uint8_t *entry)
{
    switch (entry[0]) {
    case MADT_LOCAL_APIC:
        add_cpu(info, entry[3], firmware_word(entry + 4, 4));
        break;
    case MADT_LOCAL_X2APIC:
        add_cpu(info, firmware_word(entry + 4, 4), firmware_word(entry + 8, 4));
        break;
    case MADT_IOAPIC:
        add_ioapic(info, entry);
        break;
    case MADT_OVERRIDE:
        add_override(info, entry);
        break;
    case MADT_LOCAL_APIC_ADDRESS:
        info->local_apic = firmware_word(entry + 4, 8);
        break;
    default: /* of no use to us */
        break;
    }
}

static void read_madt(struct acpi_info *info, const uint8_t *table)
{
    uint32_t length = length_of(table), at = MADT_ENTRIES;

    if (length < MADT_ENTRIES || info->local_apic != 0) {
        firmware_note(BOOT_NOTE_MADT_MALFORMED, length);
        return;
    }
    info->local_apic = firmware_word(table + MADT_ADDRESS, 4);
    while (length - at >= 2) {
        uint8_t bytes = table[at + 1];

        if (bytes < 2 || bytes > length - at) {
            firmware_note(BOOT_NOTE_MADT_ENTRY, bytes);
            return;
        }
        if (table[at] < sizeof(entry_bytes) && bytes < entry_bytes[table[at]])
            firmware_note(BOOT_NOTE_MADT_ENTRY, table[at]);
        else
            read_entry(info, table + at);
        at += bytes;
    }
}

/* ---- HPET ---- */

static void read_hpet(struct acpi_info *info, const uint8_t *table)
{
    enum { HPET_BYTES = 56, SPACE = 40, ADDRESS = 44, IN_MEMORY = 0 };
    uint32_t length = length_of(table);

    if (length < HPET_BYTES || table[SPACE] != IN_MEMORY || info->hpet != 0) {
        firmware_note(BOOT_NOTE_HPET_MALFORMED, length);
        return;
    }
    info->hpet = firmware_word(table + ADDRESS, 8);
}

/* ---- FADT, 5.2.9: the timer, if it has one ---- */

static void read_fadt(struct acpi_info *info, const uint8_t *table)
{
    enum {
        TIMER = 76, /* an I/O port */
        TIMER_BYTES = 91,
        FLAGS = 112,
        FLAGS_END = 116,
        TIMER_IS_32_BITS = 1 << 8,
        REDUCED = 1 << 20 /* there is none, whatever the field says */
    };
    uint32_t length = length_of(table), flags;

    if (length < FLAGS_END || info->has_fadt) {
        firmware_note(BOOT_NOTE_FADT_MALFORMED, length);
        return;
    }
    info->has_fadt = true;
    flags = (uint32_t)firmware_word(table + FLAGS, 4);
    if ((flags & REDUCED) != 0 || table[TIMER_BYTES] != 4 ||
        firmware_word(table + TIMER, 4) > 0xFFFC)
        return;
    info->pm_timer = (uint16_t)firmware_word(table + TIMER, 4);
    info->pm_timer_mask = (flags & TIMER_IS_32_BITS) != 0 ? 0xFFFFFFFF : 0xFFFFFF;
}

/* ---- The root, 5.2.5 to 5.2.8 ---- */

enum { RSDP_BYTES = 20, RSDP_BYTES_2 = 36, RSDP_REVISION = 15, RSDP_RSDT = 16, RSDP_XSDT = 24 };

static bool is_rsdp(const uint8_t *rsdp)
{
    const uint64_t signature =
        (uint64_t)CHARACTERS('P', 'T', 'R', ' ') << 32 | CHARACTERS('R', 'S', 'D', ' ');

    return rsdp != NULL && firmware_word(rsdp, 8) == signature && sums_to_zero(rsdp, RSDP_BYTES);
}

/* The address of the XSDT, where there is one that can be trusted; 0 if not. */
static uint64_t xsdt_of(uint64_t address, const uint8_t *rsdp)
{
    if (rsdp[RSDP_REVISION] < 2)
        return 0;
    rsdp = firmware_map(address, RSDP_BYTES_2);
    if (rsdp == NULL || !sums_to_zero(rsdp, RSDP_BYTES_2)) {
        firmware_note(BOOT_NOTE_ACPI_CHECKSUM_2, address);
        return 0;
    }
    return firmware_word(rsdp + RSDP_XSDT, 8);
}

static NOINLINE void read_table(struct acpi_info *info, uint64_t address)
{
    const uint8_t *table = map_table(address);

    if (table == NULL)
        return;
    switch (signature_of(table)) {
    case CHARACTERS('A', 'P', 'I', 'C'):
        read_madt(info, table);
        break;
    case CHARACTERS('H', 'P', 'E', 'T'):
        read_hpet(info, table);
        break;
    case CHARACTERS('F', 'A', 'C', 'P'):
        read_fadt(info, table);
        break;
    default: /* of no use to us */
        break;
    }
}

bool acpi_read(uint64_t rsdp, struct acpi_info *info)
{
    const uint8_t *pointer = rsdp != 0 ? firmware_map(rsdp, RSDP_BYTES) : NULL;
    const uint8_t *root, *at, *end;
    uint32_t signature = CHARACTERS('X', 'S', 'D', 'T');
    unsigned bytes = 8, left = ACPI_TABLES_MAX;
    uint64_t address;

    if (!is_rsdp(pointer)) {
        firmware_note(BOOT_NOTE_ACPI_NONE, rsdp);
        return false;
    }
    address = xsdt_of(rsdp, pointer);
    if (address == 0) {
        address = firmware_word(pointer + RSDP_RSDT, 4);
        signature = CHARACTERS('R', 'S', 'D', 'T');
        bytes = 4;
    }
    root = map_table(address);
    if (root == NULL || signature_of(root) != signature) {
        firmware_note(BOOT_NOTE_ACPI_ROOT, rsdp);
        return false;
    }
    end = root + length_of(root);
    for (at = root + HEADER_BYTES; at + bytes <= end; at += bytes) {
        if (left-- == 0) {
            firmware_note(BOOT_NOTE_ACPI_TABLES, (length_of(root) - HEADER_BYTES) / bytes);
            break;
        }
        read_table(info, bytes == 8 ? firmware_word(at, 8) : firmware_word(at, 4));
    }
    return true;
}

/* The RSDP in a piece of memory, which it begins at a multiple of 16; 0 if there is none. */
static uint64_t search(uint64_t begin, uint64_t end)
{
    for (; begin < end; begin += 16)
        if (is_rsdp(firmware_map(begin, RSDP_BYTES)))
            return begin;
    return 0;
}

uint64_t acpi_search(void)
{
    enum { BIOS = 0xE0000, BIOS_END = 0x100000, EBDA_SEGMENT = 0x40E, EBDA_BYTES = 1024 };
    const uint8_t *segment = firmware_map(EBDA_SEGMENT, 2);
    uint64_t ebda = segment != NULL ? firmware_word(segment, 2) << 4 : 0;
    uint64_t found = ebda != 0 ? search(ebda, ebda + EBDA_BYTES) : 0;

    return found != 0 ? found : search(BIOS, BIOS_END);
}
