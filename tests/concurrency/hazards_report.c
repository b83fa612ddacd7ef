/* SPDX-License-Identifier: Unlicense
 *
 * What a debug build reports: each CPU writes to a ring of its own, one CPU at a time is at
 * the console, and one that stops the machine says what is left in all of them.
 */
#include "kernel/report.h"
#include "tests/concurrency/scenario.h"

#include <string.h>

enum { KEPT = 8, OURS = 0x80, CPU_SHIFT = 6, NUMBER = 0x3F };

/* What the console has got of each CPU: characters that nobody else writes. Plain, because whoever
 * is at the console is there alone. */
static unsigned char console[2][KEPT];
static unsigned console_count[2], console_all;

static void keep(char c)
{
    unsigned byte = (unsigned char)c, cpu = byte >> CPU_SHIFT & 1;

    console_all++;
    if ((byte & OURS) != 0)
        console[cpu][console_count[cpu]++ % KEPT] = (unsigned char)(byte & NUMBER);
}

/* Nothing is left of the run before. */
static void empty(void)
{
    report_last_words("", 0);
    memset(console_count, 0, sizeof(console_count));
}

static void prepare_console(void)
{
    host_on_console = keep;
    empty();
    age(); /* all know of it */
}

static void write_two(const struct cpu *cpu)
{
    for (unsigned i = 0; i < 2; i++)
        report_char(cpu, (char)(OURS | (int)i | cpu->id << CPU_SHIFT));
}

/* Both characters of a CPU, in their order. */
static bool has_both(unsigned cpu)
{
    return console_count[cpu] == 2 && console[cpu][0] == 0 && console[cpu][1] == 1;
}

/* ---- Drain, drain ---- */

static void write_drain(struct cpu *cpu)
{
    write_two(cpu);
    report_drain(cpu);
}

static const char *judge_drains(void)
{
    for (unsigned i = 0; i < 2; i++) {
        saw(console_count[i] == 2 ? 0 : 1);
        report_drain(arch_cpu(i));
    }
    if (!has_both(0) || !has_both(1))
        return "characters are lost, twice there, or not in their order";
    empty();
    return NULL;
}

/* ---- Write, last words; where the ring is nearly full ---- */

/* The ring of CPU 1 has room for one character, where each run begins with this. */
static void prepare_full(void)
{
    prepare_console();
    host_cpu_id = 1;
    for (unsigned i = 0; i < REPORT_RING_BYTES - 1; i++)
        report_char(arch_cpu(1), ' ');
    host_cpu_id = 0;
}

static void write(struct cpu *cpu)
{
    write_two(cpu);
}

static void say_all(struct cpu *cpu)
{
    (void)cpu;
    report_last_words("", 0);
}

static const char *judge_last_words(void)
{
    saw(console_count[1]);
    report_last_words("", 0);
    if (console_count[1] == 0 || console[1][0] != 0)
        return "the first character that had room is lost";
    if (console_count[1] > 2 || (console_count[1] == 2 && console[1][1] != 1))
        return "a character is made up";
    empty();
    return NULL;
}

static const struct scenario scenarios[] = {
    SCENARIO("report: drain, drain", 2, 2, 0x3, prepare_console, judge_drains, write_drain,
             write_drain),
    SCENARIO("report: write, last words", 2, 2, 0x7, prepare_full, judge_last_words, say_all,
             write),
};

SCENARIO_MAIN(scenarios)
