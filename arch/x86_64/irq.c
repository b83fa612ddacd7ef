/* SPDX-License-Identifier: Unlicense
 *
 * Interrupt controllers: the local APIC, one I/O APIC, and the 8259 pair, which is silenced. A line
 * has its vector for ever. Whether it is enabled is kept here as well: a line that is triggered by
 * software while masked is remembered until it is unmasked, as the controllers of other machines
 * do. SDM volume 3, 10; Intel 82093AA, 3.2.
 */
#include "arch/irq.h"

#include "arch/machine.h"
#include "arch/x86_64/instructions.h"
#include "arch/x86_64/port.h"
#include "kernel/interrupt.h"

enum {
    IOAPIC_VERSION = 1,
    IOAPIC_REDIRECTION = 0x10,
    IOAPIC_MASKED = 1 << 16,
    IOAPIC_LEVEL = 1 << 15,
    IOAPIC_LOW = 1 << 13,

    ISA_LINES = 16,
    LINE_WORDS = (BOARD_IRQ_LINES + WORD_BITS - 1) / WORD_BITS,
};

static struct irq_binding irq_table[BOARD_IRQ_LINES];
static word_t enabled[LINE_WORDS], waiting[LINE_WORDS];
static word_t ioapic_lines;
static uint32_t boot_id;
static uint32_t modes[BOARD_IRQ_LINES]; /* polarity and trigger of I/O APIC lines */

struct irq_binding *arch_irq_table(void)
{
    return irq_table;
}

/* ---- The I/O APIC: a register that selects, and one that is the selected ---- */

static void ioapic_write(word_t index, uint32_t word)
{
    *(volatile uint32_t *)LAYOUT_IO_APIC = (uint32_t)index;
    *(volatile uint32_t *)(LAYOUT_IO_APIC + 0x10) = word;
}

static uint32_t ioapic_read(word_t index)
{
    *(volatile uint32_t *)LAYOUT_IO_APIC = (uint32_t)index;
    return *(volatile uint32_t *)(LAYOUT_IO_APIC + 0x10);
}

static void set_line(word_t line, uint32_t mask)
{
    if (line < ioapic_lines)
        ioapic_write(IOAPIC_REDIRECTION + 2 * line,
                     (uint32_t)(VECTOR_LINES + line) | modes[line] | mask);
}

/* ---- Lines ---- */

static bool bit(const word_t *words, word_t line)
{
    return (words[line / WORD_BITS] >> line % WORD_BITS & 1) != 0;
}

static void set_bit(word_t *words, word_t line, bool value)
{
    word_t mask = (word_t)1 << line % WORD_BITS;

    words[line / WORD_BITS] = (words[line / WORD_BITS] & ~mask) | (value ? mask : 0);
}

static void send(word_t vector)
{
    apic_write(APIC_ICR_LOW, APIC_SELF | (uint32_t)vector);
}

void arch_irq_mask(word_t line)
{
    set_bit(enabled, line, false);
    set_line(line, IOAPIC_MASKED);
}

void arch_irq_unmask(word_t line)
{
    set_bit(enabled, line, true);
    set_line(line, 0);
    if (bit(waiting, line)) {
        set_bit(waiting, line, false);
        send(VECTOR_LINES + line);
    }
}

bool arch_irq_is_enabled(word_t line)
{
    return bit(enabled, line);
}

bool arch_irq_trigger(word_t cpu_id, word_t vector)
{
    if (cpu_id >= arch_cpu_count() || vector >= BOARD_IRQ_LINES)
        return false;
    if (bit(enabled, vector))
        send(VECTOR_LINES + vector);
    else
        set_bit(waiting, vector, true);
    return true;
}

void arch_cpu_interrupt(unsigned cpu_id)
{
    (void)cpu_id;
    send(VECTOR_REQUEST);
}

/* ---- Boot ---- */

/* Masked; their vectors lie where no exception is, should one come nevertheless. */
static void silence_8259(void)
{
    enum { MASTER = 0x20, SLAVE = 0xA0, INITIALISE = 0x11, MODE_8086 = 1 };

    io_out8(MASTER, INITIALISE);
    io_out8(SLAVE, INITIALISE);
    io_out8(MASTER + 1, 0xE0);
    io_out8(SLAVE + 1, 0xE8);
    io_out8(MASTER + 1, 4);
    io_out8(SLAVE + 1, 2);
    io_out8(MASTER + 1, MODE_8086);
    io_out8(SLAVE + 1, MODE_8086);
    io_out8(MASTER + 1, 0xFF);
    io_out8(SLAVE + 1, 0xFF);
}

static void prepare_apic(void)
{
    apic_write(APIC_SVR, APIC_ENABLED | VECTOR_SPURIOUS);
    apic_write(APIC_TPR, 0);
    apic_write(APIC_LVT_LINT0, APIC_MASKED);
    apic_write(APIC_LVT_LINT1, APIC_MASKED);
    apic_write(APIC_LVT_ERROR, APIC_MASKED);
    boot_id = apic_read(APIC_ID) & 0xFF000000;
}

/* ISA lines are edges, active high; those behind come from PCI, levels that are active low. MADT
 * flags say otherwise: polarity in bits 1:0, trigger in bits 3:2, 3 being low and level. */
static void choose_modes(const struct acpi_info *acpi)
{
    for (word_t line = ISA_LINES; line < ioapic_lines; line++)
        modes[line] = IOAPIC_LEVEL | IOAPIC_LOW;
    for (unsigned i = 0; i < acpi->overrides; i++) {
        const struct acpi_override *override = &acpi->override[i];

        if (override->global >= ioapic_lines)
            continue;
        modes[override->global] = ((override->flags & 3) == 3 ? IOAPIC_LOW : 0u) |
                                  ((override->flags >> 2 & 3) == 3 ? IOAPIC_LEVEL : 0u);
    }
}

void port_prepare_interrupts(const struct acpi_info *acpi)
{
    silence_8259();
    prepare_apic();
    ioapic_lines = acpi->ioapic[0].first == 0 ? (ioapic_read(IOAPIC_VERSION) >> 16 & 0xFF) + 1 : 0;
    if (ioapic_lines > BOARD_IOAPIC_LINES)
        ioapic_lines = BOARD_IOAPIC_LINES;
    choose_modes(acpi);
    for (word_t line = 0; line < ioapic_lines; line++) {
        ioapic_write(IOAPIC_REDIRECTION + 2 * line + 1, boot_id);
        set_line(line, IOAPIC_MASKED);
    }
}
