/* SPDX-License-Identifier: Unlicense
 *
 * Interrupts of real devices: levels and edges at the I/O APIC, messages, and what is nobody's.
 * Levels and messages come from QEMU's `edu` device on PCI, edges from the 8254, a level of the ISA
 * bus, which the MADT says is one, from a 16550 on interrupt 5. What a debug build says of the last
 * part stands in strays.txt.
 */
#include "abi/boot_page.h"
#include "board.h"
#include "config.h"
#include "drivers/user/pci.h"
#include "layout.h"
#include "rme/alloc.h"
#include "rme/arch/sizes.h"
#include "rme/process.h"
#include "rme/start.h"
#include "tests/system/tap.h"

static const rme_kfunc_t functions = {{BOOT_KFUNC}};
static const struct pci pci = {{{BOOT_KFUNC}}};
static rme_signal_t endpoint;

#define KFN(function, object, ...)                                                                 \
    rme_kfunc_call(functions, RME_KFN_##function, object, __VA_ARGS__)

static sword_t bind(word_t line, bool is_edge)
{
    return KFN(INT_BIND, line, endpoint.id.raw, is_edge, 0, 0);
}

static void unbind(word_t line)
{
    (void)KFN(INT_BIND, line, CAP_NULL, 0, 0, 0);
}

static sword_t unmask(word_t line)
{
    return KFN(INT_LOCAL_MOD, line, 1, 1, 0, 0);
}

static sword_t mask(word_t line)
{
    return KFN(INT_LOCAL_MOD, line, 1, 0, 0, 0);
}

static sword_t is_enabled(word_t line)
{
    return KFN(INT_LOCAL_MOD, line, 0, 0, 0, 0);
}

static sword_t raise_line(word_t line)
{
    return KFN(INT_LOCAL_TRIG, line, 0, 0, 0, 0);
}

static sword_t pending(void)
{
    return rme_signal_receive(endpoint, SIGNAL_POLL_ALL);
}

static word_t read_port(word_t port)
{
    word_t value = 0;

    (void)rme_call_value(RME_SVC_KFN, BOOT_KFUNC, RME_KFN_IO_READ, port, 1, 0, 0, 0, &value);
    return value;
}

static void write_port(word_t port, word_t value)
{
    (void)KFN(IO_WRITE, port, 1, value, 0, 0);
}

static word_t now(void)
{
    word_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return high << 32 | low;
}

/* Rounds of nothing in this many microseconds: what interrupts take away is missing. */
static word_t spin(word_t microseconds)
{
    word_t end = now() + rme_boot.clock_hz / 1000000 * microseconds, rounds = 0;

    while ((sword_t)(end - now()) > 0)
        rounds++;
    return rounds;
}

/* ---- A device that interrupts when it is told to ---- */

enum { EDU_VENDOR = 0x1234, EDU_DEVICE = 0x11E8, EDU_ID = 0, EDU_RAISE = 0x60, EDU_SERVE = 0x64 };

static struct pci_function edu;
static word_t edu_base;
static word_t edu_line;

static uint32_t edu_read(word_t offset)
{
    return *(volatile uint32_t *)(edu_base + offset);
}

static void edu_write(word_t offset, uint32_t word)
{
    *(volatile uint32_t *)(edu_base + offset) = word;
}

/* q35 lets the pins of slots 0 to 24 arrive at lines 20 to 23 by turns. */
static bool edu_find(void)
{
    struct pci_window window;

    if (!pci_find(&pci, EDU_VENDOR, EDU_DEVICE, &edu) || !pci_window(&pci, edu, 0, &window))
        return false;
    edu_base = window.base;
    edu_line = 20 + ((word_t)edu.device + pci_read(&pci, edu, PCI_PIN, 1) - 1) % 4;
    pci_command(&pci, edu, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, PCI_COMMAND_NO_LINE);
    return true;
}

static void look(word_t address)
{
    (void)*(volatile uint32_t *)address;
    for (;;)
        (void)rme_signal_receive(endpoint, SIGNAL_RECEIVE_SINGLE);
}

/* A thread of the first process looks at an address. */
static sword_t attempt(word_t address)
{
    static char stack[512] __attribute__((aligned(16)));
    static word_t slot, memory;
    const rme_thread_t init = {{BOOT_THREAD}};
    struct rme_thread_plan plan;
    rme_thread_t thread;
    sword_t event;

    if (slot == 0) {
        slot = rme_alloc_slot();
        memory = rme_alloc_kmem(RME_THREAD_BYTES);
    }
    plan = (struct rme_thread_plan){
        .slot = slot,
        .memory = memory,
        .process = rme_process(BOOT_PROCESS),
        .entry = look,
        .stack = stack,
        .stack_bytes = sizeof(stack),
        .param = address,
        .priority = 1,
        .priority_max = 1,
        .budget = BUDGET_INFINITE,
        .tid = 9,
        .scheduler = init,
        .endpoint = rme_signal_null(),
    };
    thread = rme_thread_make(&plan);
    event = rme_thread_receive_event(init);
    (void)rme_thread_unmake(thread, &plan);
    return event;
}

static void windows(void)
{
    const sword_t faulted = (sword_t)(9 | EVENT_FAULTED);
    struct rme_piece piece;

    tap_check((edu_read(EDU_ID) & 0xFF) == 0xED, "a device on PCI answers in its window");
    tap_check((CONFIG_RAW || rme_memory_piece(edu_base, 12, &piece)) &&
                  attempt(edu_base) == STATUS_NO_EVENT,
              "which is a piece of the first process's memory");
    tap_check(attempt(0xFEC00000) == faulted && attempt(0xFEE00000) == faulted &&
                  attempt(LAYOUT_IO_APIC) == faulted && attempt(LAYOUT_LOCAL_APIC) == faulted,
              "the interrupt controllers are not");
}

/* ---- A level ---- */

static void level(void)
{
    word_t line = edu_line, calm = spin(200), rounds;

    (void)bind(line, false);
    edu_write(EDU_RAISE, 1);
    tap_check(pending() == 0, "a masked line stays silent");
    tap_check(unmask(line) == STATUS_OK && pending() == 1 && is_enabled(line) == 0,
              "a level that is up is delivered when it is unmasked, and masked by that");
    rounds = spin(200);
    tap_check(pending() == 0 && rounds > calm - calm / 100,
              "and not again, while its driver has not served it; nor does that cost anything");
    tap_check(unmask(line) == STATUS_OK && pending() == 1,
              "unmasked without having been served, it comes again");
    edu_write(EDU_SERVE, 1);
    tap_check(unmask(line) == STATUS_OK && pending() == 0 && is_enabled(line) == 1,
              "served and unmasked, it does not");
    edu_write(EDU_RAISE, 2);
    tap_check(pending() == 1 && is_enabled(line) == 0, "but when it rises again");
    edu_write(EDU_SERVE, 2);
    edu_write(EDU_RAISE, 4);
    edu_write(EDU_SERVE, 4);
    tap_check(unmask(line) == STATUS_OK && pending() == 0,
              "a level that went away while it was masked is forgotten");
    (void)mask(line);
    edu_write(EDU_RAISE, 1);
    (void)spin(50);
    tap_check(pending() == 0 && is_enabled(line) == 0, "masked by its driver, it stays masked");
    edu_write(EDU_SERVE, 1);
    unbind(line);
}

/* Bound as an edge it would fire for ever, and no user code run again. */
static void level_as_edge(void)
{
    word_t line = edu_line;

    (void)bind(line, true);
    (void)unmask(line);
    edu_write(EDU_RAISE, 1);
    (void)spin(50);
    tap_check(pending() == 1 && is_enabled(line) == 0,
              "a level that was bound as an edge is masked all the same");
    edu_write(EDU_SERVE, 1);
    unbind(line);
}

/* Software may raise it too, and the controller is not confused by that. */
static void level_raised(void)
{
    word_t line = edu_line;
    bool comes = true;

    (void)bind(line, false);
    tap_check(raise_line(line) == STATUS_OK && pending() == 0 && unmask(line) == STATUS_OK &&
                  pending() == 1,
              "raised by software while masked, it comes when it is unmasked");
    (void)unmask(line);
    tap_check(raise_line(line) == STATUS_OK && pending() == 1 && is_enabled(line) == 0,
              "and at once while it is not masked");
    for (unsigned i = 0; i < 4; i++) {
        (void)unmask(line);
        edu_write(EDU_RAISE, 1);
        (void)raise_line(line);
        comes &= pending() == 1;
        edu_write(EDU_SERVE, 1);
        (void)unmask(line);
        comes &= pending() == 1; /* what was raised while it was masked */
    }
    (void)mask(line);
    (void)raise_line(line);
    edu_write(EDU_RAISE, 1); /* both wait for the same unmask, in which they must not merge */
    comes &= unmask(line) == STATUS_OK && pending() == 1;
    comes &= unmask(line) == STATUS_OK && pending() == 1; /* of the device: it is not served */
    edu_write(EDU_SERVE, 1);
    (void)unmask(line);
    edu_write(EDU_RAISE, 1);
    comes &= pending() == 1;
    edu_write(EDU_SERVE, 1);
    (void)unmask(line);
    tap_check(comes && pending() == 0, "device and software at once: neither is lost");
    unbind(line);
}

/* The ISA bus has edges; the MADT of a PC calls interrupts 5, 9, 10 and 11 levels. */
static void override_level(void)
{
    enum { COM3 = 0x3E8, ENABLE = COM3 + 1, IDENTIFY = COM3 + 2, MODEM = COM3 + 4, ISA = 5 };
    const struct boot_page *page = (const struct boot_page *)LAYOUT_BOOT_PAGE;
    word_t line = page->isa_line[ISA];

    write_port(MODEM, 0x0B);
    write_port(ENABLE, 0);
    (void)read_port(IDENTIFY);
    (void)bind(line, false);
    (void)unmask(line);
    (void)pending();
    write_port(ENABLE, 2); /* the transmitter is empty: an interrupt */
    tap_check(pending() == 1 && is_enabled(line) == 0, "a 16550 interrupts");
    tap_check(unmask(line) == STATUS_OK && pending() == 1,
              "on a line that is a level, because an override says so: it comes again");
    tap_check((read_port(IDENTIFY) & 0xF) == 2 && unmask(line) == STATUS_OK && pending() == 0,
              "until it is served");
    write_port(ENABLE, 0);
    unbind(line);
}

/* ---- Edges: channel 0 of the 8254 ---- */

enum { PIT_CHANNEL0 = 0x40, PIT_CONTROL = 0x43, PIT_RATE = 0x34, PIT_ONCE = 0x30 };

static void pit_start(word_t counts)
{
    write_port(PIT_CONTROL, PIT_RATE);
    write_port(PIT_CHANNEL0, counts & 0xFF);
    write_port(PIT_CHANNEL0, counts >> 8);
}

/* Counts down once, for 55 ms: that one edge is late for everything here. */
static void pit_stop(void)
{
    write_port(PIT_CONTROL, PIT_ONCE);
    write_port(PIT_CHANNEL0, 0);
    write_port(PIT_CHANNEL0, 0);
}

static void edges(void)
{
    enum { COUNTS = 119, PERIODS = 20, PERIOD_US = 100 }; /* 99.7 us */
    const struct boot_page *page = (const struct boot_page *)LAYOUT_BOOT_PAGE;
    word_t line = page->isa_line[0];
    sword_t count;

    tap_check(page->version >= 2 && line == 2, "interrupt 0 of the ISA bus is line 2");
    (void)bind(line, true);
    (void)unmask(line);
    pit_start(COUNTS);
    (void)pending();
    (void)spin((word_t)PERIODS * PERIOD_US);
    count = pending();
    tap_check(count >= PERIODS - 1 && count <= PERIODS + 1 && is_enabled(line) == 1,
              "an edge line is told each edge");
    rme_print("# %ld edges in %d periods\n", count, PERIODS);
    (void)mask(line);
    (void)pending();
    (void)spin((word_t)PERIODS * PERIOD_US);
    tap_check(pending() == 0, "masked, none");
    tap_check(unmask(line) == STATUS_OK && pending() == 1,
              "unmasked, one for all that came meanwhile: it was not lost");
    unbind(line);

    (void)bind(line, false);
    (void)pending();
    (void)spin(2 * PERIOD_US);
    (void)unmask(line);
    (void)spin(3 * PERIOD_US);
    tap_check(pending() == 1 && is_enabled(line) == 0, "bound as a level, it is masked by an edge");
    (void)spin(3 * PERIOD_US);
    tap_check(pending() == 0 && unmask(line) == STATUS_OK && pending() == 1,
              "and told of those that came meanwhile when it is unmasked");
    pit_stop();
    unbind(line);
    (void)bind(0, true);
    (void)unmask(0);
    pit_start(COUNTS);
    (void)spin(3 * PERIOD_US);
    tap_check(pending() == 0, "line 0 is not interrupt 0");
    pit_stop();
    unbind(0);
}

/* Edges every 10 us against a masked line: after the second the controller holds them off. */
static void storm(void)
{
    enum { COUNTS = 12, TIME_US = 2000 };
    const struct boot_page *page = (const struct boot_page *)LAYOUT_BOOT_PAGE;
    word_t line = page->isa_line[0], calm, masked, delivered;

    (void)bind(line, true);
    calm = spin(TIME_US);
    (void)unmask(line);
    pit_start(COUNTS);
    delivered = spin(TIME_US);
    (void)mask(line);
    (void)pending();
    masked = spin(TIME_US);
    pit_stop();
    rme_print("# rounds: calm %lu, masked %lu, delivered %lu\n", calm, masked, delivered);
    tap_check(delivered < calm - calm / 100, "a storm of edges costs who runs");
    tap_check(masked > calm - calm / 500, "masked, it costs nothing: it ends at the controller");
    tap_check(unmask(line) == STATUS_OK && pending() >= 1, "and is told of afterwards");
    unbind(line);
}

/* ---- Messages ---- */

static sword_t message_of(word_t line, word_t cpu, word_t *message)
{
    return rme_call_value(RME_SVC_KFN, BOOT_KFUNC, RME_KFN_INT_MESSAGE, line, cpu, 0, 0, 0,
                          message);
}

static void messages(void)
{
    word_t line = BOARD_IOAPIC_LINES + 3, message = 0;
    sword_t count = 0;

    tap_check(message_of(BOARD_IOAPIC_LINES - 1, 0, &message) == STATUS_UNSUPPORTED &&
                  message_of(rme_boot.irq_lines, 0, &message) == STATUS_UNSUPPORTED &&
                  message_of(~(word_t)0, 0, &message) == STATUS_UNSUPPORTED &&
                  message_of(line, 1, &message) == STATUS_UNSUPPORTED && message == 0,
              "no message for a line of the I/O APIC, beyond all lines, or to no CPU");
    tap_check(message_of(line, 0, &message) == STATUS_OK && message >> 52 == 0xFEE,
              "a line has a message");
    tap_check(pci_msi_enable(&pci, edu, message), "which a device is told to send");
    (void)bind(line, false);
    edu_write(EDU_RAISE, 1);
    edu_write(EDU_RAISE, 1);
    edu_write(EDU_RAISE, 1);
    tap_check(pending() == 0 && is_enabled(line) == 0, "one that comes while masked is not told");
    tap_check(unmask(line) == STATUS_OK && pending() == 1 && is_enabled(line) == 0,
              "before it is unmasked, and then once");
    edu_write(EDU_RAISE, 1);
    tap_check(pending() == 0 && unmask(line) == STATUS_OK && pending() == 1,
              "nor is one lost that comes before its driver has served the first");
    (void)unmask(line);
    tap_check(pending() == 0 && is_enabled(line) == 1, "nothing is left");
    unbind(line);

    (void)bind(line, true);
    (void)unmask(line);
    for (unsigned i = 0; i < 5; i++) {
        edu_write(EDU_RAISE, 1);
        count += pending();
    }
    tap_check(count == 5 && is_enabled(line) == 1, "bound as an edge, every message is a signal");
    unbind(line);
    edu_write(EDU_RAISE, 1);
    (void)bind(line, true);
    tap_check(pending() == 0, "a line that was unbound is masked");
    unbind(line);
}

/* ---- What is nobody's ---- */

/* Whether interrupts still arrive: nothing is left in service. */
static bool is_alive(word_t line)
{
    bool comes;

    (void)bind(line, true);
    (void)unmask(line);
    (void)pending();
    comes = raise_line(line) == STATUS_OK && pending() == 1;
    unbind(line);
    return comes;
}

static void strays(void)
{
    enum { NO_LINE = 0x90, BELOW_ALL = 0x28, SPURIOUS = 0xFF };
    word_t line = BOARD_IOAPIC_LINES + 5, message = 0;
    static const word_t vectors[] = {NO_LINE, BELOW_ALL, SPURIOUS};

    (void)message_of(line, 0, &message);
    (void)pci_msi_enable(&pci, edu, message);
    rme_print("# unbound: line %lu\n", line);
    (void)unmask(line);
    edu_write(EDU_RAISE, 1);
    tap_check(is_enabled(line) == 0, "a line that nobody has bound is masked when it fires");
    edu_write(EDU_RAISE, 1);
    edu_write(EDU_RAISE, 1);
    tap_check(is_enabled(line) == 0 && is_alive(BOARD_IOAPIC_LINES), "and stays masked");
    for (unsigned i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        rme_print("# no line: vector %lu\n", vectors[i]);
        (void)pci_msi_enable(&pci, edu, (message & ~(word_t)0xFF) | vectors[i]);
        edu_write(EDU_RAISE, 1);
        tap_check(is_alive(BOARD_IOAPIC_LINES), "a vector without a line is put aside");
    }
    pci_msi_disable(&pci, edu);
    edu_write(EDU_SERVE, 0xFFFFFFFF);
}

static void asleep(void)
{
    enum { COUNTS = 119 };
    const struct boot_page *page = (const struct boot_page *)LAYOUT_BOOT_PAGE;
    word_t line = page->isa_line[0];
    sword_t count = 0;

    (void)bind(line, false);
    (void)unmask(line);
    pit_start(COUNTS);
    (void)pending();
    for (unsigned i = 0; i < 5; i++) {
        (void)unmask(line);
        (void)KFN(IDLE_SLEEP, 0, 0, 0, 0, 0);
        count += pending();
    }
    tap_check(count >= 4 && count <= 6, "a line that fires while the kernel sleeps wakes it");
    pit_stop();
    unbind(line);
}

int main(void)
{
    endpoint = rme_signal_make();
    if (!edu_find()) {
        tap_check(false, "this machine has the device `edu`");
        return tap_end();
    }
    windows();
    level();
    level_as_edge();
    level_raised();
    override_level();
    edges();
    storm();
    messages();
    strays();
    asleep();
    return tap_end();
}
