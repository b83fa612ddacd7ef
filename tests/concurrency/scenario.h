/* SPDX-License-Identifier: Unlicense
 *
 * Scenarios of several CPUs: a state, made by calls; a script for each CPU; and a judge, who looks
 * behind every run. The runs are all schedules up to a number of preemptions, then schedules by
 * seed in which compare-exchanges fail for no reason too; or, as threads, what the host makes of
 * it. Behind each run the invariants of tests/host hold, and free kernel memory was not touched.
 *
 *   PROGRAM [--threads | --brief] [--seed N] [NAME]    NAME: scenarios whose names begin so
 *
 * --brief: fewer of each, for words of 32 bits that run by emulation.
 */
#pragma once

#include "arch/host/run.h"
#include "arch/machine.h"
#include "kernel/cap.h"

struct scenario {
    const char *name;
    unsigned cpus, preemptions;
    unsigned outcomes; /* set: what the search must have seen, each at least once */
    void (*prepare)(void);
    host_script_t *scripts[HOST_CPUS];
    const char *(*judge)(void); /* NULL: all is well; else what is wrong */
    bool needs_pagetables;      /* skipped with raw address spaces */
    unsigned wraps;             /* also with epochs that begin 1, 2, ... steps before they wrap */
};

/* Name, CPUs, preemptions, outcomes, prepare, judge, scripts. */
#define SCENARIO_OF(pagetables, starts, text, count, bound, set, before, behind, ...)              \
    {                                                                                              \
        .name = (text), .cpus = (count), .preemptions = (bound), .outcomes = (set),                \
        .prepare = (before), .judge = (behind), .scripts = {__VA_ARGS__},                          \
        .needs_pagetables = (pagetables), .wraps = (starts),                                       \
    }
#define SCENARIO(...)            SCENARIO_OF(false, 2, __VA_ARGS__)
#define SCENARIO_PAGETABLES(...) SCENARIO_OF(true, 2, __VA_ARGS__)
#define SCENARIO_WRAPS(...)      SCENARIO_OF(false, 10, __VA_ARGS__)

int scenario_main(int argc, char **argv, const struct scenario *scenarios, unsigned count);
#define SCENARIO_MAIN(scenarios)                                                                   \
    int main(int argc, char **argv)                                                                \
    {                                                                                              \
        return scenario_main(argc, argv, (scenarios), sizeof(scenarios) / sizeof((scenarios)[0])); \
    }

/* ---- For scripts ---- */

#define CALL(cpu, number, ...) HOST_CALL((cpu), RME_SVC_##number, __VA_ARGS__)

/* Results that scripts leave for the judge; 1, which no call of theirs returns, before a run. */
enum { RESULTS = 12 };
extern sword_t got[HOST_CPUS][RESULTS];

/* How often a script tries what another CPU must first make possible. */
extern unsigned patience;

/* The judge has seen an outcome. */
void saw(unsigned outcome);

/* A tick of a CPU. */
void tick(struct cpu *cpu);

/* ---- For states: on CPU 0, by its init thread; a refusal ends the program ---- */

/* Slots of the first process's table that scenarios use. */
enum {
    SLOT = BOOT_SLOTS, /* what the scenario is about */
    OTHER,             /* a second one */
    LEAF,
    PROCESS,
    THREAD,  /* on CPU 0 */
    THREAD1, /* on CPU 1 */
    ENDPOINT,
    PORT,
    TABLE,
    SPARE, /* empty */
    SPARE1,
};

/* Where the n-th piece of 4 KiB of free object memory begins, as a call says it. */
word_t memory_at(unsigned piece);

void must(sword_t result, const char *what);
#define MUST(cpu, number, ...) must(CALL(cpu, number, __VA_ARGS__), #number)

void make_endpoint(word_t slot);
void make_process(word_t slot);
void make_port(word_t slot, unsigned piece); /* into PROCESS; entry 0x1000 */
void make_thread(word_t slot, unsigned piece);
void make_captable(word_t slot, unsigned piece, word_t entries);
void make_leaf(word_t slot, word_t source, word_t rights);

/* Bind a thread on a CPU under its init thread, with endless time, at that priority: it runs there
 * at once if that is above 0. */
void bind(unsigned cpu, word_t slot, word_t priority);

/* Everything that was made is old enough to be frozen or deleted. */
void age(void);

/* Freeze, and let it age. */
void freeze(word_t slot);

/* ---- For judges ---- */

struct capability *slot_at(word_t slot);
word_t header_at(word_t slot);
bool is_valid(word_t slot, enum cap_type type);
bool is_empty(word_t slot);
word_t count_at(word_t slot);   /* references */
bool is_marked(unsigned piece); /* its first granule is in use */

/* Of a table that the first CPU gives to a process: the second looks whether it has it (result 1),
 * then freezes it (result 0). */
const char *judge_counted(void);
