/* SPDX-License-Identifier: Unlicense
 *
 * The rows of docs/concurrency.md on a machine, by calls alone: a state; a script for each CPU; a
 * judge, who looks behind every run. Behind him all that was made is taken apart: a count that is
 * wrong, an object or memory that was lost, or is there twice, shows there. What the host looks
 * into (tests/concurrency) is not to be seen from here.
 */
#pragma once

#include "board.h"
#include "config.h"
#include "rme/call.h"
#include "rme/start.h"

enum { CPUS = 4, RESULTS = 12, NOT_MADE = -1000 }; /* no call returns that */

/* What a CPU does in a run. It says begin() once: what is behind that is in a race. */
typedef void script_t(word_t cpu);

struct scenario {
    const char *name;
    word_t outcomes; /* set: what all runs of one seed after the other must have seen */
    void (*prepare)(void);
    const char *(*judge)(void); /* NULL: all is well; else what is wrong */
    script_t *scripts[CPUS];    /* those that the machine has not do not run */
};

/* Name, outcomes, prepare, judge, scripts. */
#define SCENARIO(text, set, before, behind, ...)                                                   \
    {                                                                                              \
        .name = (text), .outcomes = (set), .prepare = (before), .judge = (behind),                 \
        .scripts = {__VA_ARGS__},                                                                  \
    }
#define SCENARIO_END                                                                               \
    {                                                                                              \
        .name = NULL                                                                               \
    }

extern const struct scenario slot_rows[], memory_rows[], process_rows[], pagetable_rows[],
    flush_rows[], port_rows[], thread_rows[], signal_rows[], epoch_rows[];

/* soak.c: a scenario for any number of runs; how many calls they made, and which. */
extern const struct scenario soak_row;
word_t soak_calls(void);
void soak_tell(void);

/* ---- Scripts ---- */

static inline sword_t call(word_t number, const word_t words[7])
{
    return rme_call(number, words[0], words[1], words[2], words[3], words[4], words[5], words[6]);
}

#define CALL(name, ...)     call(RME_SVC_##name, (const word_t[7]){__VA_ARGS__})
#define FUNCTION(name, ...) CALL(KFN, BOOT_KFUNC, RME_KFN_##name, __VA_ARGS__)

/* Of the run: what scripts leave for the judge, NOT_MADE before; how many of them there are. */
extern volatile sword_t got[CPUS][RESULTS];
extern word_t running;

/* A number of this run, the same when it is replayed. */
extern word_t run_seed;

/* Time is counted in instructions, and few take no time: it can be asked how much has passed. */
extern bool is_timed;

/* Wait until all CPUs are here; then a delay by the seed. */
void begin(word_t cpu);

static inline void pause(void)
{
    __asm__ volatile("pause" : : : "memory");
}

/* Until *word is not 0, if it takes no longer than anything should. */
bool wait_for(const volatile word_t *word);

/* The time stamp, and whether less has passed than so many periods, after which a CPU ticks by
 * itself: three ticks take two of them. */
word_t now(void);
bool is_short(word_t begin, word_t periods);

/* Every CPU ticks by request, those that sleep excepted; a CPU by itself. */
void tick_all(void);
void tick(word_t cpu);

/* Delete once everybody has ticked: its last status. */
sword_t delete_late(word_t cpu, word_t number, word_t slot);

/* ---- States: on CPU 0; a refusal ends the program ---- */

/* Slots of the first process's table. What is in them goes behind each run. */
enum {
    IMAGE = CONFIG_BOOT_ENTRIES - 28, /* stays: a table that shows the image, for all top levels */
    SLOT,                             /* what the scenario is about */
    OTHER,
    LEAF,
    LEAF1,
    PROCESS,
    PORT,
    ENDPOINT,
    ENDPOINT1,
    TABLE,
    THREAD, /* for a worker of CPU 0, 1, ... */
    THREAD_END = THREAD + CPUS,
    TOP = THREAD_END,
    OTHER_TOP,
    DIRECTORY,
    PARENT,
    SECOND,
    CHILD,
    OTHER_CHILD,
    AGE,
    EACH, /* one for each CPU */
    SLOTS_END = EACH + CPUS,
    IMAGE_DIRECTORY = IMAGE - 1,
    IMAGE_PAGES = IMAGE - 2,
};
static_assert((int)SLOTS_END <= CONFIG_BOOT_ENTRIES, "in the table");

enum { PIECES = 16, PIECE_BYTES = 4096 };
enum { LINE = BOARD_IRQ_LINES - 1 }; /* a message that no device sends */

/* Where the n-th piece of memory begins, as a call says it. */
word_t memory_at(word_t piece);

void must(sword_t result, const char *what);
#define MUST(name, ...) must(CALL(name, __VA_ARGS__), #name)

void make_endpoint(word_t slot);
void make_process(word_t slot);
void make_leaf(word_t slot, word_t source, word_t rights);
void make_captable(word_t slot, word_t piece, word_t entries);
void make_thread(word_t slot, word_t piece);

/* A port into PROCESS with stack `stack` (one of PORT_STACKS), which serves its callers with a
 * function; and what INV_SET takes for that. */
typedef word_t serve_t(word_t param, word_t *message);
enum { PORT_STACKS = 4, STACK_BYTES = 4096 };
void make_port(word_t slot, word_t piece, serve_t *serve, unsigned stack);
word_t port_words(serve_t *serve, unsigned stack, word_t *entry);

/* The number of the stack on which this is called: PORT_STACKS if it is none of them. */
unsigned this_stack(void);

/* Activate: the status; *value is what the function behind it returned. */
sword_t invoke(word_t slot, word_t param, word_t *value);

/* Everything is old enough to be frozen, or deleted. */
void age(void);
void freeze(word_t slot); /* and age */

/* A thread of this CPU, THREAD + cpu, of higher level than scripts: it begins at once. It must end
 * itself, and may wait before. The same in steps, each from that CPU. */
void start_worker(word_t cpu, script_t *script);
_Noreturn void end_worker(word_t thread);
sword_t bind(word_t cpu, word_t thread, word_t priority);
void restart_worker(word_t cpu, word_t thread, script_t *script);
void give_time(word_t cpu, word_t thread);
word_t worker_top(word_t cpu); /* of its stack, for THD_EXEC_SET */

/* ---- Judges ---- */

void saw(unsigned outcome);

bool is_empty(word_t slot);
bool is_busy(sword_t status); /* BUSY or CONFLICT */

/* How many CPUs have got that as result i. */
word_t count_of(unsigned i, sword_t status);

/* One of them has got OK as result 0, the others CONFLICT or `late`. Sees 0 and 1 of the former,
 * 2 of the latter. */
const char *one_winner(sword_t late);

/* A root is referred to. */
bool is_referenced(word_t slot);

/* Just these leaves refer to a root: it can be frozen when the last is gone, and not before. */
const char *count_is(word_t root, const word_t *leaves, unsigned count);

/* What is free in kernel memory is not as it was when it became free. */
bool memory_was_written(void);

/* Memory can be had from there; it is given back later. */
bool is_free(word_t offset, word_t entries);
