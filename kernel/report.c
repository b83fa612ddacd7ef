/* SPDX-License-Identifier: Unlicense */
#include "kernel/report.h"

#include "arch/machine.h"

enum { DECIMAL_DIGITS = WORD_BITS / 3 + 1 };

/* One CPU writes, one at a time reads; the words count characters since boot. */
struct ring {
    shared_t put, taken;
    word_t lost; /* of the writer: characters that found no room */
    char text[REPORT_RING_BYTES];
};

static struct ring rings[CONFIG_CPUS_MAX];
static shared_t is_draining;

void report_char(const struct cpu *cpu, char c)
{
    struct ring *ring = &rings[cpu->id];
    word_t put = shared_load(&ring->put);

    if (put - shared_load_acquire(&ring->taken) >= REPORT_RING_BYTES) {
        ring->lost++;
        return;
    }
    ring->text[put % REPORT_RING_BYTES] = c;
    shared_store_release(&ring->put, put + 1); /* pairs with drain_ring: the character is there */
}

static void put_text(const struct cpu *cpu, const char *text)
{
    for (; *text != '\0'; text++)
        report_char(cpu, *text);
}

/* As soon as there is room again, say how much is missing. */
static void confess(const struct cpu *cpu)
{
    enum { ROOM = 64 };
    struct ring *ring = &rings[cpu->id];
    word_t used = shared_load(&ring->put) - shared_load(&ring->taken);
    word_t lost = ring->lost;

    if (lost == 0 || used > REPORT_RING_BYTES - ROOM)
        return;
    ring->lost = 0;
    put_text(cpu, "\n(lost: ");
    report_decimal(cpu, lost);
    put_text(cpu, " characters)\n");
}

void report_text(const struct cpu *cpu, const char *text)
{
    confess(cpu);
    put_text(cpu, text);
}

void report_hex(const struct cpu *cpu, word_t word)
{
    put_text(cpu, "0x");
    for (int shift = WORD_BITS - 4; shift >= 0; shift -= 4)
        report_char(cpu, "0123456789abcdef"[word >> shift & 0xF]);
}

void report_decimal(const struct cpu *cpu, word_t number)
{
    char digits[DECIMAL_DIGITS];
    unsigned count = 0;

    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    while (count > 0)
        report_char(cpu, digits[--count]);
}

static void drain_ring(struct ring *ring, unsigned most)
{
    word_t put = shared_load_acquire(&ring->put);
    word_t taken = shared_load(&ring->taken);

    for (; taken != put && most > 0; most--)
        arch_console_put(ring->text[taken++ % REPORT_RING_BYTES]);
    shared_store_release(&ring->taken, taken); /* pairs with report_char: the place is free */
}

/* Most of the time nothing is there: debug builds should not be much slower for it. */
void report_drain(const struct cpu *cpu)
{
    struct ring *ring = &rings[cpu->id];

    if (shared_load(&ring->put) == shared_load(&ring->taken))
        return;
    if (shared_exchange(&is_draining, 1) != 0)
        return;
    drain_ring(ring, REPORT_DRAIN_MAX);
    shared_store_release(&is_draining, 0);
}

static void say(const char *text)
{
    for (; *text != '\0'; text++)
        arch_console_put(*text);
}

void report_last_words(const char *what, word_t word)
{
    for (unsigned i = 0; i < arch_cpu_count(); i++)
        drain_ring(&rings[i], REPORT_RING_BYTES);
    say("\nPANIC: ");
    say(what);
    say(" 0x");
    for (int shift = WORD_BITS - 4; shift >= 0; shift -= 4)
        arch_console_put("0123456789abcdef"[word >> shift & 0xF]);
    say("\n");
}
