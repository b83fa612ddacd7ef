/* SPDX-License-Identifier: Unlicense
 *
 * Lines are masked, unmasked, raised and delivered by all CPUs at once, the same and different
 * ones: nothing that comes is lost or told twice, and no line is stuck. Each CPU is the driver of a
 * message and, while there are any, of an edge and of a level of an I/O APIC; all the while every
 * CPU masks and unmasks the lines of all. Then a device does the same: QEMU's `edu`, a level, whose
 * driver is the last CPU.
 */
#include "board.h"
#include "config.h"
#include "drivers/user/pci.h"
#include "rme/alloc.h"
#include "rme/cpus.h"
#include "rme/process.h"
#include "rme/start.h"
#include "tests/system/tap.h"

enum {
    STACK_BYTES = 2048,
    ROUNDS = 240, /* of all drivers of one kind together */
    ROUNDS_MIN = 4,
    MEDDLING = 3, /* others' lines between two looks at one's own */
    PATIENCE_S = 20,
    MESSAGES = BOARD_IRQ_LINES - BOARD_IOAPIC_LINES,
};

/* Nothing is connected there: inputs of the ISA bus, and those of PCI that belong to high slots. */
static const uint8_t edges[] = {3, 6, 7, 12, 13, 14, 15}, levels[] = {16, 17, 18, 19};
enum { EDGES = sizeof(edges), LEVELS = sizeof(levels) };

static const struct pci pci = {{{BOOT_KFUNC}}};

static char stacks[CONFIG_CPUS_MAX][STACK_BYTES] __attribute__((aligned(16)));
static rme_signal_t endpoints[BOARD_IRQ_LINES];
static uint8_t lines[BOARD_IRQ_LINES]; /* those that are used */
static word_t line_count;

static struct report {
    volatile word_t came, lost, is_quiet; /* what was told, of what was raised; lines that failed */
    volatile word_t beats;                /* while it is quiet */
    word_t random;
} __attribute__((aligned(64))) reports[CONFIG_CPUS_MAX];

static volatile bool must_be_quiet, must_end;

static sword_t call(word_t function, word_t object, word_t arg0, word_t arg1)
{
    return rme_kfunc_call(rme_kfunc(BOOT_KFUNC), function, object, arg0, arg1, 0, 0);
}

static void modify(word_t line, word_t is_on)
{
    (void)call(RME_KFN_INT_LOCAL_MOD, line, 1, is_on);
}

static bool is_enabled(word_t line)
{
    return call(RME_KFN_INT_LOCAL_MOD, line, 0, 0) == 1;
}

static void raise_line(word_t cpu, word_t line)
{
    (void)call(RME_KFN_INT_LOCAL_TRIG, cpu << CAP_PAIR_SHIFT | line, 0, 0);
}

static word_t told(word_t line)
{
    sword_t count = rme_signal_receive(endpoints[line], SIGNAL_POLL_ALL);

    return count > 0 ? (word_t)count : 0;
}

static word_t now(void)
{
    word_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return high << 32 | low;
}

static word_t choose(word_t cpu, word_t count)
{
    word_t *random = &reports[cpu].random;

    *random = *random * 6364136223846793005 + 1442695040888963407;
    return (*random >> 33) % count;
}

static void meddle(word_t cpu)
{
    modify(lines[choose(cpu, line_count)], choose(cpu, 2));
}

/* Wait for what was raised: at least once. As its driver does, unmask, now and then. 0: it is lost.
 */
static word_t wait_for(word_t cpu, word_t line)
{
    word_t end = now() + rme_boot.clock_hz * PATIENCE_S, count;

    while ((count = told(line)) == 0 && (sword_t)(end - now()) > 0) {
        for (unsigned i = 0; i < MEDDLING; i++)
            meddle(cpu);
        modify(line, 1);
    }
    return count;
}

static void drive(word_t cpu, word_t line, word_t rounds)
{
    struct report *report = &reports[cpu];

    for (word_t i = 0; i < rounds && report->lost == 0; i++) {
        word_t count;

        raise_line(choose(cpu, rme_boot.cpu_count), line);
        count = wait_for(cpu, line);
        report->came += count;
        if (count != 1)
            report->lost = line + 1;
    }
}

static void drive_all(word_t cpu)
{
    word_t rounds = ROUNDS / rme_boot.cpu_count;

    if (rounds < ROUNDS_MIN)
        rounds = ROUNDS_MIN;
    if (cpu < MESSAGES)
        drive(cpu, BOARD_IOAPIC_LINES + cpu, rounds);
    if (cpu < EDGES)
        drive(cpu, edges[cpu], rounds);
    if (cpu < LEVELS)
        drive(cpu, levels[cpu], rounds);
}

/* Meddles until all have done their rounds. */
static void other(word_t cpu)
{
    drive_all(cpu);
    reports[cpu].is_quiet = 1;
    while (!must_be_quiet)
        meddle(cpu);
    reports[cpu].is_quiet = 2;
    while (!must_end)
        reports[cpu].beats++;
    for (;;)
        (void)call(RME_KFN_IDLE_SLEEP, 0, 0, 0);
}

static bool all_are(word_t is_quiet)
{
    word_t end = now() + rme_boot.clock_hz * 4 * PATIENCE_S;
    bool are = true;

    for (word_t cpu = 1; cpu < rme_boot.cpu_count; cpu++)
        while (reports[cpu].is_quiet < is_quiet && are) {
            meddle(0);
            are = (sword_t)(end - now()) > 0;
        }
    return are;
}

static void use(word_t line)
{
    lines[line_count++] = (uint8_t)line;
    endpoints[line] = rme_signal_make();
    (void)call(RME_KFN_INT_BIND, line, endpoints[line].id.raw, false);
    modify(line, 1);
}

static void use_all(void)
{
    for (word_t i = 0; i < MESSAGES; i++)
        use(BOARD_IOAPIC_LINES + i);
    for (word_t i = 0; i < EDGES; i++)
        use(edges[i]);
    for (word_t i = 0; i < LEVELS; i++)
        use(levels[i]);
}

/* ---- A device ---- */

enum { EDU_VENDOR = 0x1234, EDU_DEVICE = 0x11E8, EDU_RAISE = 0x60, EDU_SERVE = 0x64 };
enum { EDU_ROUNDS = 40 };

static word_t edu_base, edu_line;

static void edu_write(word_t offset, uint32_t word)
{
    *(volatile uint32_t *)(edu_base + offset) = word;
}

/* As in tests/system/x86_64/lines.c. */
static bool edu_find(void)
{
    struct pci_function edu;
    struct pci_window window;

    if (!pci_find(&pci, EDU_VENDOR, EDU_DEVICE, &edu) || !pci_window(&pci, edu, 0, &window))
        return false;
    edu_base = window.base;
    edu_line = 20 + ((word_t)edu.device + pci_read(&pci, edu, PCI_PIN, 1) - 1) % 4;
    pci_command(&pci, edu, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, PCI_COMMAND_NO_LINE);
    return true;
}

/* While it is up it may be told more than once: whoever unmasks it lets it come again. */
static word_t edu_drive(word_t cpu)
{
    word_t served = 0;

    for (; served < EDU_ROUNDS; served++) {
        edu_write(EDU_RAISE, 1);
        if (wait_for(cpu, edu_line) == 0)
            break;
        edu_write(EDU_SERVE, 1);
    }
    return served;
}

static volatile word_t edu_served;

/* The last CPU. */
static void edu_other(word_t cpu)
{
    edu_served = edu_drive(cpu);
    other(cpu);
}

/* ---- What holds when all is quiet ---- */

/* Mask all and forget what came: a level may have been told once more than it rose. A CPU that was
 * in the midst of an interrupt when its line was masked tells it still; its beat says it is
 * through. */
static void settle(void)
{
    for (word_t i = 0; i < line_count; i++)
        modify(lines[i], 0);
    for (word_t cpu = 1; cpu < rme_boot.cpu_count; cpu++) {
        word_t end = now() + rme_boot.clock_hz * PATIENCE_S, beats = reports[cpu].beats;

        while (reports[cpu].beats - beats < 2 && (sword_t)(end - now()) > 0)
            ;
    }
    for (word_t i = 0; i < line_count; i++)
        (void)told(lines[i]);
}

/* An interrupt that another CPU was sent may still be on its way. */
static bool comes_once(word_t line, word_t cpu)
{
    word_t end = now() + rme_boot.clock_hz * PATIENCE_S;

    (void)told(line);
    modify(line, 1);
    if (!is_enabled(line))
        return false;
    raise_line(cpu, line);
    while ((sword_t)(end - now()) > 0)
        if (told(line) != 0)
            return !is_enabled(line) && told(line) == 0;
    return false;
}

static void check_rest(void)
{
    word_t good = 0, silent = 0;

    settle();
    for (word_t i = 0; i < line_count; i++) {
        raise_line(i % rme_boot.cpu_count, lines[i]);
        silent += told(lines[i]) == 0 && !is_enabled(lines[i]);
        modify(lines[i], 1);
        for (word_t end = now() + rme_boot.clock_hz * PATIENCE_S; told(lines[i]) == 0;)
            if ((sword_t)(end - now()) <= 0)
                break;
    }
    for (word_t i = 0; i < line_count; i++)
        if (lines[i] != edu_line)
            good += comes_once(lines[i], i % rme_boot.cpu_count);
    tap_check(silent == line_count, "then a line that is masked is silent");
    tap_check(good == line_count - 1, "and each line fires once when it is raised, and is masked");
}

int main(void)
{
    word_t last = rme_boot.cpu_count - 1, lost = 0, came = 0;
    bool is_there = edu_find();

    tap_check(is_there, "there is a device");
    if (!is_there)
        return tap_end();
    use_all();
    use(edu_line);
    for (word_t cpu = 0; cpu < rme_boot.cpu_count; cpu++)
        reports[cpu].random = cpu + 1;
    for (word_t cpu = 1; cpu < rme_boot.cpu_count; cpu++)
        rme_cpu_run(cpu, cpu == last ? edu_other : other, stacks[cpu], STACK_BYTES);
    if (last == 0)
        edu_served = edu_drive(0);
    drive_all(0);
    tap_check(all_are(1), "every CPU has ended its rounds");
    must_be_quiet = true;
    tap_check(all_are(2), "and is quiet");
    for (word_t cpu = 0; cpu < rme_boot.cpu_count; cpu++) {
        came += reports[cpu].came;
        if (reports[cpu].lost != 0)
            rme_print("# CPU %u: line %u\n", (unsigned)cpu, (unsigned)reports[cpu].lost - 1);
        lost += reports[cpu].lost != 0;
    }
    rme_print("# %u interrupts raised, %u levels of the device\n", (unsigned)came,
              (unsigned)edu_served);
    tap_check(lost == 0, "what was raised came, once");
    tap_check(edu_served == EDU_ROUNDS, "a device's level came whenever it rose");
    check_rest();
    must_end = true;
    return tap_end();
}
