/* SPDX-License-Identifier: Unlicense
 *
 * Interrupt controllers: the local APIC, the I/O APICs, and the 8259 pair, which is silenced. A
 * line has its vector for ever: first the inputs of I/O APICs by global interrupt number, then
 * messages.
 *
 * What a masked line does depends on how it arrives. A level is masked at its controller and comes
 * again while it is up. An edge that a masked I/O APIC input sees is lost (82093AA, 3.2.4), and a
 * message has no controller that could mask it. These are masked here alone: one that comes
 * nevertheless is remembered and fires when the line is unmasked. A second one says nothing new, so
 * that an input is then masked at its controller too, and no storm takes more than two interrupts
 * for each time that a driver unmasks. SDM volume 3, 10; Intel 82093AA, 3.2.
 *
 * Any CPU masks and unmasks any line, by one atomic change of its state. To the I/O APICs, of which
 * a register selects what another one is, only the first CPU writes, to which all inputs are
 * delivered: it makes an input what its state says, when it has changed the state itself or another
 * CPU asks. Whoever clears LINE_WAITING lets the line fire: nobody else does, and it is not
 * forgotten, since that bit and LINE_ENABLED are of one word. tests/models/spin/lines.pml.
 */
#include "arch/irq.h"

#include "arch/machine.h"
#include "arch/x86_64/firmware.h"
#include "arch/x86_64/instructions.h"
#include "arch/x86_64/port.h"
#include "kernel/interrupt.h"
#include "kernel/report.h"

enum {
    IOAPIC_BYTES = 4096, /* between two of them in the kernel's window */
    IOAPIC_WINDOW = 0x10,
    IOAPIC_VERSION = 1,
    IOAPIC_REDIRECTION = 0x10,
    IOAPIC_MASKED = 1 << 16,
    IOAPIC_LEVEL = 1 << 15,
    IOAPIC_LOW = 1 << 13,
};

struct irq_binding port_irq_table[BOARD_IRQ_LINES];
static uint32_t boot_id;

/* entry.S looks at LINE_ENABLED. */
struct line_state port_line_state[256 - VECTOR_LINES];

word_t port_levels;

/* Where a line that waits came last. */
static shared_t late_cpus[CONFIG_CPUS_MAX > 1 ? BOARD_IRQ_LINES : 1];

/* Inputs that may not be as their state says, a bit for each: the first CPU is to look. */
static shared_t unsettled;

/* An input of an I/O APIC: where its redirection entry is selected, in which one, the entry without
 * its mask, and whether it is open, which is the first CPU's. Lines that no I/O APIC serves have no
 * input. */
static struct {
    uint32_t entry;
    uint8_t ioapic, index;
    bool exists, is_open;
} inputs[BOARD_IOAPIC_LINES];

/* ---- An I/O APIC: a register that selects, and one that is the selected ---- */

static word_t ioapic_base(word_t ioapic)
{
    return LAYOUT_IO_APIC + ioapic * IOAPIC_BYTES;
}

static void ioapic_write(word_t ioapic, word_t index, uint32_t word)
{
    *(volatile uint32_t *)ioapic_base(ioapic) = (uint32_t)index;
    *(volatile uint32_t *)(ioapic_base(ioapic) + IOAPIC_WINDOW) = word;
}

static uint32_t ioapic_read(word_t ioapic, word_t index)
{
    *(volatile uint32_t *)ioapic_base(ioapic) = (uint32_t)index;
    return *(volatile uint32_t *)(ioapic_base(ioapic) + IOAPIC_WINDOW);
}

/* Messages have none. */
static bool has_input(word_t line)
{
    return line < BOARD_IOAPIC_LINES && inputs[line].exists;
}

/* ---- Lines ---- */

/* Let the first CPU look at an input. The state is changed before. */
static void ask_first(word_t line)
{
    (void)shared_or(&unsettled, (word_t)1 << line);
    port_send(0, VECTOR_REQUEST);
}

/* As if it had fired. A vector that an I/O APIC sends as a level must not be sent by anybody else:
 * the two would merge, and the end of the interrupt not reach the I/O APIC (SDM 10.8.4, TMR). Such
 * a line is taken on the way out of the kernel instead, on this CPU; one at a time. */
static void raise(word_t line, word_t cpu_id)
{
    if (!arch_irq_is_level(line)) {
        port_send((unsigned)cpu_id, (uint32_t)(VECTOR_LINES + line));
    } else if (CONFIG_CPUS_MAX > 1 && port_has_pending()) {
        (void)shared_or(&port_line_state[line].bits, LINE_WAITING);
        ask_first(line);
    } else {
        port_pend(PENDING_RAISED | (VECTOR_LINES + line));
    }
}

/* Let a line fire for which something waits, unless another CPU does. */
static void fire_waiting(word_t line)
{
    word_t cpu_id = 0;

    if (CONFIG_CPUS_MAX > 1) {
        if ((shared_load_acquire(&port_line_state[line].bits) & LINE_WAITING) == 0)
            return;
        cpu_id = shared_load(&late_cpus[line]);
    }
    if ((shared_and(&port_line_state[line].bits, ~(word_t)LINE_WAITING) & LINE_WAITING) != 0)
        raise(line, cpu_id);
}

/* On the first CPU. */
static void set_input(word_t line, bool opens)
{
    if (inputs[line].is_open == opens)
        return;
    inputs[line].is_open = opens;
    ioapic_write(inputs[line].ioapic, IOAPIC_REDIRECTION + 2 * (word_t)inputs[line].index,
                 inputs[line].entry | (opens ? 0 : IOAPIC_MASKED));
}

/* On the first CPU: make an input what its state says, then let it fire for what came before. */
static void settle(word_t line)
{
    word_t state = shared_load_acquire(&port_line_state[line].bits);

    set_input(line, (state & LINE_OPEN) != 0);
    if ((state & LINE_ENABLED) != 0)
        fire_waiting(line);
}

void port_settle_lines(void)
{
    word_t lines = shared_exchange(&unsettled, 0);

    for (; lines != 0; lines &= lines - 1)
        settle((word_t)__builtin_ctzl(lines));
}

/* The state has changed: what waits fires. At an input that is open first, so on the first CPU
 * alone. */
static void settle_or_ask(word_t line)
{
    if (!has_input(line))
        fire_waiting(line);
    else if (port_is_first_cpu())
        settle(line);
    else
        ask_first(line);
}

void port_mask_level(word_t line)
{
    const word_t bits = LINE_ENABLED | LINE_OPEN;

    if ((shared_and(&port_line_state[line].bits, ~bits) & LINE_OPEN) != 0)
        settle_or_ask(line);
}

/* What waits at an input fires when that is open, or an edge behind it could be lost. Nobody knows
 * whether one came between an unmask of another CPU and the opening: there it fires in any case.
 * The first CPU opens it before the state says so, on which others rely; only that CPU closes
 * edges. */
void arch_irq_unmask(word_t line)
{
    bool is_first = port_is_first_cpu();
    bool is_edge = CONFIG_CPUS_MAX > 1 && has_input(line) && !arch_irq_is_level(line);
    word_t old;

    if (is_edge && is_first)
        set_input(line, true);
    old = shared_or(&port_line_state[line].bits, LINE_ENABLED | LINE_OPEN);
    if (is_edge && !is_first && (old & LINE_OPEN) == 0)
        (void)shared_or(&port_line_state[line].bits, LINE_WAITING);
    if ((old & (LINE_OPEN | LINE_WAITING)) != LINE_OPEN)
        settle_or_ask(line);
}

bool arch_irq_is_enabled(word_t line)
{
    return (shared_load(&port_line_state[line].bits) & LINE_ENABLED) != 0;
}

/* Something has come to a CPU for a line that was masked. An unmask that has come since may have
 * found nothing waiting: then it fires here. The state before. */
static word_t remember(word_t line, word_t cpu_id)
{
    word_t old;

    if (CONFIG_CPUS_MAX > 1)
        shared_store(&late_cpus[line], cpu_id);
    old = shared_or(&port_line_state[line].bits, LINE_WAITING);
    if ((old & LINE_ENABLED) != 0)
        settle_or_ask(line);
    return old;
}

void port_raised_late(struct cpu *cpu, word_t line)
{
    (void)remember(line, cpu->id);
}

/* On the first CPU: a line behind which something waits already. That it waits is made sure of,
 * since what comes to a closed input is lost; the line may have been unmasked meanwhile. */
static void close_input(word_t line)
{
    const word_t open = LINE_OPEN;

    if ((shared_and(&port_line_state[line].bits, ~open) & LINE_ENABLED) != 0)
        (void)shared_or(&port_line_state[line].bits, open);
    else
        (void)shared_or(&port_line_state[line].bits, LINE_WAITING);
    settle(line);
}

bool arch_irq_trigger(word_t cpu_id, word_t vector)
{
    if (cpu_id >= arch_cpu_count() || vector >= BOARD_IRQ_LINES)
        return false;
    vector = index_mask(vector, BOARD_IRQ_LINES);
    if (arch_irq_is_enabled(vector))
        raise(vector, cpu_id);
    else
        (void)remember(vector, cpu_id);
    return true;
}

void arch_cpu_interrupt(unsigned cpu_id)
{
    port_send(cpu_id, VECTOR_REQUEST);
}

enum status port_irq_message(word_t line, word_t cpu_id, word_t *message)
{
    const word_t address = 0xFEE00000; /* SDM 10.11.1: physical destination, no redirection */

    if (line < BOARD_IOAPIC_LINES || line >= BOARD_IRQ_LINES || cpu_id >= arch_cpu_count())
        return STATUS_UNSUPPORTED;
    *message = (address | port_apic_id((unsigned)cpu_id) << 12) << 32 | (VECTOR_LINES + line);
    return STATUS_OK;
}

/* ---- What comes and is not to be delivered ---- */

static void note_stray(struct cpu *cpu, word_t vector)
{
    cpu->stray_interrupts++;
    if (!CONFIG_DEBUG)
        return;
    report_text(cpu, "an interrupt that nobody wants: vector ");
    report_decimal(cpu, vector);
    report_text(cpu, "\n");
    report_drain(cpu);
}

static void late_line(struct cpu *cpu, word_t line)
{
    word_t old;

    if (arch_irq_is_level(line)) { /* one that is still up comes again when its input is opened */
        if (CONFIG_CPUS_MAX > 1 && cpu->id == 0 && has_input(line))
            settle(line);
    } else {
        old = remember(line, cpu->id);
        if ((old & (LINE_ENABLED | LINE_WAITING)) == 0 &&
            shared_load(&port_irq_table[line].endpoint) == 0)
            note_stray(cpu, VECTOR_LINES + line);
        if ((old & (LINE_ENABLED | LINE_WAITING)) == LINE_WAITING && cpu->id == 0 &&
            has_input(line))
            close_input(line);
    }
    arch_irq_end(line);
}

/* Vectors that no line has: a message with a wrong word, or the spurious one, which is not in
 * service unless somebody has sent it (SDM 10.9). */
static void stray(struct cpu *cpu, word_t vector)
{
    if (vector == VECTOR_SPURIOUS && (apic_read(APIC_ISR_LAST) >> 31) == 0)
        return;
    note_stray(cpu, vector);
    apic_write(APIC_EOI, 0);
}

struct thread *port_late(struct cpu *cpu, struct thread *self, word_t word)
{
    word_t vector = word & 0xFF, line = vector - VECTOR_LINES;

    if (vector - VECTOR_EXCEPTIONS < EXCEPTIONS)
        return user_fault(cpu, self, vector - VECTOR_EXCEPTIONS, word >> 8);
    if (vector == VECTOR_TIMER)
        return port_timer(cpu, self);
    if (vector == VECTOR_REQUEST)
        return port_request(cpu, self);
    if (line < BOARD_IRQ_LINES)
        late_line(cpu, line);
    else
        stray(cpu, vector);
    return self;
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

void port_prepare_apic(void)
{
    apic_write(APIC_SVR, APIC_ENABLED | VECTOR_SPURIOUS);
    apic_write(APIC_TPR, 0);
    apic_write(APIC_LVT_LINT0, APIC_MASKED);
    apic_write(APIC_LVT_LINT1, APIC_NMI); /* where a PC has it: the end, with a report */
    apic_write(APIC_LVT_ERROR, APIC_MASKED);
}

/* Polarity and trigger. ISA lines are edges, active high; those behind come from PCI, levels that
 * are active low, unless an override of the MADT says otherwise: polarity in bits 1:0, trigger in
 * bits 3:2, 1 being high and edge, 3 low and level, 0 as the bus has it (ACPI 5.2.12.5). */
static uint32_t mode_of(const struct acpi_info *acpi, word_t line)
{
    for (unsigned i = 0; i < acpi->overrides; i++) {
        const struct acpi_override *override = &acpi->override[i];

        if (override->global == line)
            return ((override->flags & 3) == 3 ? IOAPIC_LOW : 0u) |
                   ((override->flags >> 2 & 3) == 3 ? IOAPIC_LEVEL : 0u);
    }
    return line < ACPI_ISA_LINES ? 0 : IOAPIC_LEVEL | IOAPIC_LOW;
}

/* Its redirection entry, which is not masked. */
static uint32_t add_input(const struct acpi_info *acpi, word_t ioapic, word_t index, word_t line)
{
    uint32_t mode = mode_of(acpi, line);

    inputs[line].entry = (uint32_t)(VECTOR_LINES + line) | mode;
    inputs[line].ioapic = (uint8_t)ioapic;
    inputs[line].index = (uint8_t)index;
    inputs[line].exists = true;
    if ((mode & IOAPIC_LEVEL) != 0)
        port_levels |= (word_t)1 << line;
    return inputs[line].entry;
}

/* All inputs are masked, those too that are nobody's line: numbers beyond the table, and numbers
 * that an I/O APIC before has. */
static void add_ioapic(const struct acpi_info *acpi, word_t ioapic)
{
    word_t first = acpi->ioapic[ioapic].first;
    word_t count = (ioapic_read(ioapic, IOAPIC_VERSION) >> 16 & 0xFF) + 1;

    for (word_t i = 0; i < count; i++) {
        uint32_t entry = 0;

        if (first + i >= BOARD_IOAPIC_LINES || inputs[first + i].exists)
            firmware_note(BOOT_NOTE_IOAPIC_INPUT, first + i);
        else
            entry = add_input(acpi, ioapic, i, first + i);
        ioapic_write(ioapic, IOAPIC_REDIRECTION + 2 * i + 1, boot_id);
        ioapic_write(ioapic, IOAPIC_REDIRECTION + 2 * i, entry | IOAPIC_MASKED);
    }
}

void port_prepare_interrupts(const struct acpi_info *acpi)
{
    silence_8259();
    port_prepare_apic();
    boot_id = apic_read(APIC_ID) & 0xFF000000;
    for (word_t i = 0; i < acpi->ioapics; i++)
        add_ioapic(acpi, i);
}
