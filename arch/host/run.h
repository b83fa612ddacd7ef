/* SPDX-License-Identifier: Unlicense
 *
 * CPUs that go on at once. Each follows a script: ordinary code that makes calls as that CPU. They
 * run as coroutines, of which another one may go on before each atomic operation, as a chooser
 * says; or as threads, for ThreadSanitizer.
 *
 * A chooser is a seed, so that one number replays a run, or a search, which goes through every
 * schedule with at most so many preemptions: before every operation, or, which goes deeper for the
 * same money, only before those on a word that two of the CPUs use and one writes. It finds these
 * words as it goes, and begins again when it has found another. What a CPU reads of memory that
 * another frees is not seen so: such words are not in the set.
 */
#pragma once

#include "arch/host/machine.h"

typedef void host_script_t(struct cpu *cpu);

enum host_end {
    HOST_DONE,    /* all scripts have ended */
    HOST_STOPPED, /* the kernel stopped the machine */
    HOST_ENDLESS, /* more operations than any run may take */
};

enum { HOST_NOBODY = HOST_CPUS, HOST_POINTS_MAX = 50000 };

struct host_chooser {
    /* Who goes on of the set `ready`: `running`, if it is in it, is at an operation; else it has
     * ended (or HOST_NOBODY). */
    unsigned (*choose)(struct host_chooser *self, unsigned running, unsigned ready,
                       const void *word, bool writes);
};

/* Run the scripts of some CPUs (NULL: it has none) to their end. */
enum host_end host_run(struct host_chooser *who, host_script_t *const what[HOST_CPUS]);

/* The same as threads, which the host switches; some yield at atomic operations, as the seed says.
 */
enum host_end host_run_threads(uint64_t seed, host_script_t *const scripts[HOST_CPUS]);

/* ---- Choosers ---- */

struct host_random {
    struct host_chooser chooser;
    uint64_t state;
    unsigned rarity; /* a switch at one in 2^rarity operations */
};
void host_random_begin(struct host_random *random, uint64_t seed);

enum { HOST_PATH_MAX = 2048, HOST_WORDS_MAX = 4096 };

struct host_search {
    struct host_chooser chooser;
    unsigned bound;       /* of preemptions */
    bool everywhere;      /* not only at shared words */
    unsigned preemptions; /* in this run */
    unsigned depth, length;
    struct {
        uint8_t choice, options;
    } path[HOST_PATH_MAX];
    struct {
        const void *word;
        uint8_t users, writers; /* sets of CPUs */
    } words[HOST_WORDS_MAX];
    bool has_grown; /* another word turned out to be shared */
    bool is_cut;    /* the path was too long: the search is not complete */
};
void host_search_begin(struct host_search *search, unsigned preemptions, bool everywhere);

/* Behind a run: prepare the next. False: that was all. */
bool host_search_next(struct host_search *search);
