/* SPDX-License-Identifier: Unlicense
 *
 * What has happened before is kept as clocks: of[d] of a CPU's clock is how much it has seen of CPU
 * d. Each store of an atomic word carries the clock that who acquires it gets, and is remembered
 * while it may be read. Clocks go on from run to run, so that an earlier run is never unordered.
 */
#include "arch/host/weak.h"

#include "arch/host/machine.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { CPUS = HOST_CPUS, HISTORY = 16, WORD = 8, PC_DIGITS = 20 };

struct clock {
    uint32_t of[CPUS];
};

/* What has happened before, and what fences have made visible although it is not ordered. */
struct past {
    struct clock ordered, visible;
};

/* A value that a word has had. */
struct store {
    uint64_t value;
    uint32_t epoch; /* of its CPU; 0: it was there before the run */
    unsigned cpu;
    struct past released; /* for who acquires it */
    struct clock read;    /* when each CPU first read it; 0: it has not */
};

/* An atomic word. */
struct location {
    uint64_t run; /* whose stores these are */
    unsigned count;
    struct store stores[HISTORY]; /* the last is the present one */
    struct clock loaded, stored;  /* by each CPU, last */
};

/* A byte, as plain accesses use it. */
struct shadow {
    struct clock read, written;
};

struct view {
    struct past now;
    struct past released; /* at the last release fence: what relaxed stores release */
    struct past pending;  /* of relaxed loads, for an acquire fence */
};

static struct view views[CPUS];
static struct clock fences; /* what is behind any fence */
static bool is_noted, is_loose;
static uint64_t run, random_state;
static unsigned rarity; /* one load in 2^rarity is stale where it can be */
static char race[160];

/* All data of the program, kernel memory among it. Stacks and thread-local words, which lie
 * elsewhere, are no other CPU's. */
extern char data_begin[] __asm__("__data_start"), data_end[] __asm__("_end");
extern char code_begin[] __asm__("__executable_start");
static struct location **locations; /* of each word */
static struct shadow *shadows;      /* of each byte */

/* ---- Clocks ---- */

static struct view *self(void)
{
    return &views[host_cpu_id];
}

static void join(struct clock *clock, const struct clock *other)
{
    for (unsigned i = 0; i < CPUS; i++)
        if (other->of[i] > clock->of[i])
            clock->of[i] = other->of[i];
}

static void join_past(struct past *past, const struct past *other)
{
    join(&past->ordered, &other->ordered);
    join(&past->visible, &other->visible);
}

static uint32_t epoch(void)
{
    return self()->now.ordered.of[host_cpu_id];
}

/* What this CPU does from now on is not part of what it has released. */
static void advance(void)
{
    self()->now.ordered.of[host_cpu_id]++;
}

static bool has_seen(const struct clock *clock)
{
    for (unsigned i = 0; i < CPUS; i++)
        if (clock->of[i] > self()->now.ordered.of[i])
            return false;
    return true;
}

static unsigned below(unsigned bound)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)(random_state >> 33) % bound;
}

/* ---- Races ---- */

/* The first of a run, and the line of its second access. */
static void report(const char *what, const void *at)
{
    char command[80];
    size_t length;
    FILE *pipe;

    if (!is_loose || race[0] != '\0')
        return;
    length = (size_t)snprintf(race, sizeof(race), "%s", what);
    (void)snprintf(command, sizeof(command), "addr2line -s -e /proc/%d/exe 0x%zx", (int)getpid(),
                   (size_t)((const char *)at - code_begin));
    pipe = popen(command, "r"); /* NOLINT(cert-env33-c): a fixed command */
    if (pipe == NULL)
        return;
    if (fgets(race + length, (int)(sizeof(race) - length), pipe) != NULL)
        race[strcspn(race, "\n")] = '\0';
    (void)pclose(pipe);
}

static bool is_watched(const void *address)
{
    return is_noted && (const char *)address >= data_begin && (const char *)address < data_end;
}

static size_t offset_of(const void *address)
{
    return (size_t)((const char *)address - data_begin);
}

static struct location **place_of(const void *address)
{
    return &locations[(offset_of(address) + (size_t)data_begin % WORD) / WORD];
}

static void use_byte(struct shadow *shadow, bool writes, const void *at)
{
    if (!has_seen(&shadow->written) || (writes && !has_seen(&shadow->read)))
        report(writes ? "a race, the write of " : "a race, the read of ", at);
    if (writes)
        shadow->written.of[host_cpu_id] = epoch();
    else
        shadow->read.of[host_cpu_id] = epoch();
}

/* A word that is written so is no atomic one until it is used as one again. */
static void use_word(struct location *location, bool writes, const void *at)
{
    if (location == NULL || location->run != run)
        return;
    if (!has_seen(&location->stored) || (writes && !has_seen(&location->loaded)))
        report("a race with an atomic operation, ", at);
    if (writes)
        location->run = 0;
}

static void use(const void *address, size_t bytes, bool writes, const void *at)
{
    struct location **first, **last;
    struct shadow *shadow;

    if (!is_watched(address))
        return;
    shadow = &shadows[offset_of(address)];
    for (size_t i = 0; i < bytes; i++)
        use_byte(&shadow[i], writes, at);
    first = place_of(address);
    last = place_of((const char *)address + bytes - 1);
    for (; first <= last; first++)
        use_word(*first, writes, at);
}

/* ---- Atomic words ---- */

static struct location *location_of(const uint64_t *word)
{
    struct location **place = place_of(word);

    if (*place == NULL)
        *place = calloc(1, sizeof(**place));
    if (*place == NULL)
        abort();
    if ((*place)->run != run) {
        (*place)->run = run;
        (*place)->count = 1;
        (*place)->stores[0] = (struct store){.value = *word};
    }
    return *place;
}

/* Whether this CPU can no longer read anything older: the store, or a read of it, has happened
 * before, or fences make it visible. */
static bool is_oldest(const struct store *store)
{
    struct clock visible = self()->now.ordered;

    join(&visible, &self()->now.visible);
    if (store->epoch <= visible.of[store->cpu])
        return true;
    for (unsigned i = 0; i < CPUS; i++)
        if (store->read.of[i] != 0 && store->read.of[i] <= visible.of[i])
            return true;
    return false;
}

/* One of those that this CPU may read. */
static struct store *choose(struct location *location)
{
    unsigned newest = location->count - 1, oldest = newest;

    while (is_loose && oldest > 0 && !is_oldest(&location->stores[oldest]))
        oldest--;
    if (oldest == newest || below(1U << rarity) != 0)
        return &location->stores[newest];
    return &location->stores[below(2) == 0 ? oldest : oldest + below(newest - oldest + 1)];
}

static bool acquires(int order)
{
    return order != __ATOMIC_RELAXED && order != __ATOMIC_RELEASE;
}

static bool releases(int order)
{
    return order == __ATOMIC_RELEASE || order >= __ATOMIC_ACQ_REL;
}

static void note_load(struct location *location, struct store *store, int order)
{
    if (store->read.of[host_cpu_id] == 0)
        store->read.of[host_cpu_id] = epoch();
    location->loaded.of[host_cpu_id] = epoch();
    join_past(acquires(order) ? &self()->now : &self()->pending, &store->released);
}

/* An exchange goes on with what was released to the value that it replaces. */
static void note_store(struct location *location, uint64_t value, int order, bool is_exchange)
{
    struct store store = {.value = value, .epoch = epoch(), .cpu = host_cpu_id};

    store.released = releases(order) ? self()->now : self()->released;
    if (is_exchange)
        join_past(&store.released, &location->stores[location->count - 1].released);
    if (location->count == HISTORY) {
        memmove(location->stores, location->stores + 1, (HISTORY - 1) * sizeof(store));
        location->count--;
    }
    location->stores[location->count++] = store;
    location->stored.of[host_cpu_id] = epoch();
    advance();
}

/* An atomic operation against plain accesses. */
static void check_atomic(const uint64_t *word, bool writes, const void *at)
{
    for (size_t i = 0; i < WORD; i++) {
        const struct shadow *shadow = &shadows[offset_of((const char *)word + i)];

        if (!has_seen(&shadow->written) || (writes && !has_seen(&shadow->read)))
            report("a race of an atomic operation, ", at);
    }
}

static uint64_t load(const uint64_t *word, int order, const void *at)
{
    struct location *location;
    struct store *store;

    if (!is_watched(word))
        return *word;
    location = location_of(word);
    store = choose(location);
    note_load(location, store, order);
    check_atomic(word, false, at);
    return store->value;
}

static void store(uint64_t *word, uint64_t value, int order, const void *at)
{
    if (is_watched(word)) {
        note_store(location_of(word), value, order, false);
        check_atomic(word, true, at);
    }
    *word = value;
}

/* The old value, which is the newest. */
static uint64_t exchange(uint64_t *word, uint64_t value, int order, const void *at)
{
    uint64_t old = *word;

    if (is_watched(word)) {
        struct location *location = location_of(word);

        note_load(location, &location->stores[location->count - 1], order);
        note_store(location, value, order, true);
        check_atomic(word, true, at);
    }
    *word = value;
    return old;
}

/* It may fail because of an older value. */
static bool compare_exchange(uint64_t *word, uint64_t *expected, uint64_t desired, int order,
                             int failed, const void *at)
{
    struct location *location = is_watched(word) ? location_of(word) : NULL;
    struct store *seen = location != NULL ? choose(location) : NULL;

    if (seen != NULL && seen->value != *expected) {
        note_load(location, seen, failed);
        check_atomic(word, false, at);
        *expected = seen->value;
        return false;
    }
    if (*word != *expected) {
        if (location != NULL)
            note_load(location, &location->stores[location->count - 1], failed);
        *expected = *word;
        return false;
    }
    (void)exchange(word, desired, order, at);
    return true;
}

static void fence(int order)
{
    if (!is_noted)
        return;
    if (acquires(order))
        join_past(&self()->now, &self()->pending);
    if (order == __ATOMIC_SEQ_CST) {
        join(&fences, &self()->now.ordered);
        join(&self()->now.visible, &fences);
    }
    if (releases(order)) {
        self()->released = self()->now;
        advance();
    }
}

/* ---- Runs ---- */

static void *reserve(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (memory == MAP_FAILED)
        abort();
    return memory;
}

/* Every CPU has seen all that any has done. */
static void meet(void)
{
    for (unsigned i = 0; i < CPUS; i++)
        join(&fences, &views[i].now.ordered);
    for (unsigned i = 0; i < CPUS; i++) {
        views[i] = (struct view){.now.ordered = fences};
        views[i].now.ordered.of[i]++;
    }
}

void weak_begin(void)
{
    size_t bytes = (size_t)(data_end - data_begin) + WORD;

    if (locations == NULL) {
        locations = reserve((bytes / WORD + 1) * sizeof(struct location *));
        shadows = reserve(bytes * sizeof(struct shadow));
    }
    run++;
    meet();
    is_noted = true;
}

void weak_loosen(uint64_t seed)
{
    random_state = (seed + 1) * 0x9E3779B97F4A7C15ULL | 1;
    rarity = below(4);
    if (below(2) == 0)
        meet();
    race[0] = '\0';
    is_loose = true;
}

const char *weak_end(void)
{
    is_noted = is_loose = false;
    return race[0] != '\0' ? race : NULL;
}

/* ---- What the compiler calls ---- */

#define AT __builtin_return_address(0)

/* The names are the compiler's. NOLINTBEGIN(bugprone-reserved-identifier,cert-*) */
#define PLAIN(bytes)                                                                               \
    void __tsan_read##bytes(const void *address);                                                  \
    void __tsan_read##bytes(const void *address)                                                   \
    {                                                                                              \
        use(address, (bytes), false, AT);                                                          \
    }                                                                                              \
    void __tsan_write##bytes(void *address);                                                       \
    void __tsan_write##bytes(void *address)                                                        \
    {                                                                                              \
        use(address, (bytes), true, AT);                                                           \
    }
PLAIN(1)
PLAIN(2)
PLAIN(4)
PLAIN(8)
PLAIN(16)

void __tsan_read_range(const void *address, size_t bytes);
void __tsan_read_range(const void *address, size_t bytes)
{
    use(address, bytes, false, AT);
}

void __tsan_write_range(void *address, size_t bytes);
void __tsan_write_range(void *address, size_t bytes)
{
    use(address, bytes, true, AT);
}

void *memset(void *to, int byte, size_t bytes)
{
    void *at = to;

    use(to, bytes, true, AT);
    __asm__ volatile("rep stosb" : "+D"(at), "+c"(bytes) : "a"(byte) : "memory");
    return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
    void *at = to;

    use(from, bytes, false, AT);
    use(to, bytes, true, AT);
    __asm__ volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(bytes) : : "memory");
    return to;
}

uint64_t __tsan_atomic64_load(const uint64_t *word, int order);
uint64_t __tsan_atomic64_load(const uint64_t *word, int order)
{
    return load(word, order, AT);
}

void __tsan_atomic64_store(uint64_t *word, uint64_t value, int order);
void __tsan_atomic64_store(uint64_t *word, uint64_t value, int order)
{
    store(word, value, order, AT);
}

#define EXCHANGE(name, result)                                                                     \
    uint64_t __tsan_atomic64_##name(uint64_t *word, uint64_t value, int order);                    \
    uint64_t __tsan_atomic64_##name(uint64_t *word, uint64_t value, int order)                     \
    {                                                                                              \
        return exchange(word, (result), order, AT);                                                \
    }
EXCHANGE(exchange, value)
EXCHANGE(fetch_add, *word + value)
EXCHANGE(fetch_sub, *word - value)
EXCHANGE(fetch_and, *word &value)
EXCHANGE(fetch_or, *word | value)

#define COMPARE_EXCHANGE(strength)                                                                 \
    int __tsan_atomic64_compare_exchange_##strength(uint64_t *word, uint64_t *expected,            \
                                                    uint64_t desired, int order, int failed);      \
    int __tsan_atomic64_compare_exchange_##strength(uint64_t *word, uint64_t *expected,            \
                                                    uint64_t desired, int order, int failed)       \
    {                                                                                              \
        return compare_exchange(word, expected, desired, order, failed, AT);                       \
    }
COMPARE_EXCHANGE(weak)
COMPARE_EXCHANGE(strong)

void __tsan_atomic_thread_fence(int order);
void __tsan_atomic_thread_fence(int order)
{
    fence(order);
}

/* Bytes are of the machine that the host port plays: its own order holds. */
uint8_t __tsan_atomic8_load(const uint8_t *byte, int order);
uint8_t __tsan_atomic8_load(const uint8_t *byte, int order)
{
    (void)order;
    return *byte;
}

void __tsan_atomic8_store(uint8_t *byte, uint8_t value, int order);
void __tsan_atomic8_store(uint8_t *byte, uint8_t value, int order)
{
    (void)order;
    *byte = value;
}

uint8_t __tsan_atomic8_exchange(uint8_t *byte, uint8_t value, int order);
uint8_t __tsan_atomic8_exchange(uint8_t *byte, uint8_t value, int order)
{
    uint8_t old = *byte;

    (void)order;
    *byte = value;
    return old;
}

void __tsan_init(void);
void __tsan_init(void) {}

void __tsan_func_entry(const void *caller);
void __tsan_func_entry(const void *caller)
{
    (void)caller;
}

void __tsan_func_exit(void);
void __tsan_func_exit(void) {}
/* NOLINTEND(bugprone-reserved-identifier,cert-*) */
