/* SPDX-License-Identifier: Unlicense */
#include "arch/host/run.h"

#include "arch/host/memory.h"
#include "arch/host/sanitize.h"
#include "arch/machine.h"

#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

enum { STACK_BYTES = 256 * 1024 };

/* A stack and what is kept of it while another one is used; the last is that of the caller. */
struct fiber {
    ucontext_t context;
    void *fake; /* of ASan */
    const void *bottom;
    size_t size;
};

static struct fiber fibers[HOST_CPUS + 1];
static _Alignas(64) unsigned char stacks[HOST_CPUS][STACK_BYTES];
static struct host_chooser *chooser; /* NULL: no run */
static host_script_t *const *scripts;
static unsigned running, ready, points;
static enum host_end end;

/* ---- Coroutines ---- */

static void arrive(struct fiber *fiber)
{
    fiber_arrives(fiber->fake, NULL, NULL);
    host_cpu_id = running;
}

static void switch_to(unsigned from, unsigned to)
{
    running = to;
    fiber_leaves(&fibers[from].fake, fibers[to].bottom, fibers[to].size);
    (void)swapcontext(&fibers[from].context, &fibers[to].context);
    arrive(&fibers[from]);
}

/* The end of a run, from inside: the coroutines are left as they are. */
static void leave(enum host_end how)
{
    end = how;
    switch_to(running, HOST_NOBODY);
}

static void stop(void)
{
    leave(HOST_STOPPED);
}

void host_run_point(const void *word, bool writes)
{
    unsigned next;

    if (chooser == NULL || running == HOST_NOBODY)
        return;
    if (++points > HOST_POINTS_MAX)
        leave(HOST_ENDLESS);
    next = chooser->choose(chooser, running, ready, word, writes);
    if (next != running)
        switch_to(running, next);
}

static void begin(void)
{
    unsigned self = running;

    if (fibers[HOST_NOBODY].size == 0)
        fiber_arrives(NULL, &fibers[HOST_NOBODY].bottom, &fibers[HOST_NOBODY].size);
    else
        fiber_arrives(NULL, NULL, NULL);
    host_cpu_id = self;
    scripts[self](arch_cpu(self));
    ready &= ~(1U << self);
    if (ready == 0)
        leave(HOST_DONE);
    switch_to(self, chooser->choose(chooser, self, ready, NULL, false));
    abort(); /* nobody comes back */
}

static void prepare(unsigned id)
{
    struct fiber *fiber = &fibers[id];

    fiber->bottom = stacks[id];
    fiber->size = STACK_BYTES;
    fiber->fake = NULL;
    (void)getcontext(&fiber->context);
    fiber->context.uc_stack.ss_sp = stacks[id];
    fiber->context.uc_stack.ss_size = STACK_BYTES;
    fiber->context.uc_link = NULL;
    makecontext(&fiber->context, begin, 0);
    ready |= 1U << id;
}

enum host_end host_run(struct host_chooser *who, host_script_t *const what[HOST_CPUS])
{
    void (*const outer)(void) = host_on_stop;

    scripts = what;
    ready = 0;
    points = 0;
    for (unsigned i = 0; i < arch_cpu_count(); i++)
        if (what[i] != NULL)
            prepare(i);
    running = HOST_NOBODY;
    chooser = who;
    host_on_stop = stop;
    switch_to(HOST_NOBODY, who->choose(who, HOST_NOBODY, ready, NULL, false));
    chooser = NULL;
    host_on_stop = outer;
    host_cpu_id = 0;
    return end;
}

/* ---- By a seed ---- */

static unsigned below(uint64_t *state, unsigned bound)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (unsigned)((*state * 0x2545F4914F6CDD1DULL) >> 33) % bound;
}

/* The n-th of a set. */
static unsigned member(unsigned set, unsigned n)
{
    unsigned id = 0;

    for (;; id++)
        if ((set >> id & 1) != 0 && n-- == 0)
            return id;
}

static unsigned choose_random(struct host_chooser *self, unsigned now, unsigned set,
                              const void *word, bool writes)
{
    struct host_random *random = (struct host_random *)self;

    (void)word;
    (void)writes;
    if ((set >> now & 1) != 0 && below(&random->state, 1U << random->rarity) != 0)
        return now;
    return member(set, below(&random->state, (unsigned)__builtin_popcount(set)));
}

void host_random_begin(struct host_random *random, uint64_t seed)
{
    random->chooser.choose = choose_random;
    random->state = (seed + 1) * 0x9E3779B97F4A7C15ULL;
    random->rarity = below(&random->state, 5);
}

/* ---- By search ---- */

static bool is_shared(unsigned users, unsigned writers)
{
    return writers != 0 && (users & (users - 1)) != 0;
}

/* Note a use of a word; whether the CPUs share it. The table is never full: words are few. */
static bool note(struct host_search *search, unsigned id, const void *word, bool writes)
{
    word_t index = (word_t)word / sizeof(word_t) * 0x9E3779B1U % HOST_WORDS_MAX;
    bool was_shared;

    while (search->words[index].word != word && search->words[index].word != NULL)
        index = (index + 1) % HOST_WORDS_MAX;
    search->words[index].word = word;
    was_shared = is_shared(search->words[index].users, search->words[index].writers);
    search->words[index].users |= (uint8_t)(1U << id);
    search->words[index].writers |= (uint8_t)(writes ? 1U << id : 0);
    if (was_shared)
        return true;
    if (!is_shared(search->words[index].users, search->words[index].writers))
        return false;
    search->has_grown = true;
    return true;
}

/* The path's next choice: option 0 is to go on where that is possible. */
static unsigned decide(struct host_search *search, unsigned options)
{
    if (search->depth == HOST_PATH_MAX) {
        search->is_cut = true;
        return 0;
    }
    if (search->depth == search->length) {
        search->path[search->depth].choice = 0;
        search->path[search->depth].options = (uint8_t)options;
        search->length++;
    }
    return search->path[search->depth++].choice;
}

static unsigned choose_search(struct host_chooser *self, unsigned now, unsigned set,
                              const void *word, bool writes)
{
    struct host_search *search = (struct host_search *)self;
    unsigned others = set & ~(1U << now);
    bool matters = word != NULL && (note(search, now, word, writes) || search->everywhere);
    unsigned choice;

    if ((set >> now & 1) == 0)
        return member(
            set, (set & (set - 1)) == 0 ? 0 : decide(search, (unsigned)__builtin_popcount(set)));
    if (!matters || others == 0 || search->preemptions == search->bound)
        return now;
    choice = decide(search, 1 + (unsigned)__builtin_popcount(others));
    if (choice == 0)
        return now;
    search->preemptions++;
    return member(others, choice - 1);
}

void host_search_begin(struct host_search *search, unsigned preemptions, bool everywhere)
{
    memset(search, 0, sizeof(*search));
    search->chooser.choose = choose_search;
    search->bound = preemptions;
    search->everywhere = everywhere;
}

bool host_search_next(struct host_search *search)
{
    search->depth = 0;
    search->preemptions = 0;
    if (search->has_grown && !search->everywhere) {
        search->has_grown = false;
        search->length = 0;
        return true;
    }
    while (search->length > 0) {
        if (++search->path[search->length - 1].choice < search->path[search->length - 1].options)
            return true;
        search->length--;
    }
    return false;
}
