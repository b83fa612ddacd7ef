/* SPDX-License-Identifier: Unlicense */
#include "arch/host/memory.h"

#include "arch/host/sanitize.h"
#include "kernel/kmem.h"

#include <string.h>

enum { GRANULES = HOST_KMEM_BYTES / KMEM_GRANULE };
static_assert(KMEM_GRANULE == 32, "host_bitmap is sized so");

_Alignas(4096) unsigned char host_kmem[HOST_KMEM_BYTES];
shared_t host_bitmap[HOST_BITMAP_WORDS];
void (*host_on_atomic)(void);
_Thread_local word_t host_cas_failure, host_cas_chance;
_Thread_local uint64_t host_cas_seed;

static _Atomic(const char *) violation;

const char *host_violation(void)
{
    return violation;
}

static void violate(const char *what)
{
    const char *none = NULL;

    (void)atomic_compare_exchange_strong(&violation, &none, what);
}

static unsigned char *granule(word_t index)
{
    return host_kmem + index * KMEM_GRANULE;
}

/* What the bitmap holds now, whatever the CPU may have seen of it. */
__attribute__((no_sanitize("thread"))) static bool is_marked(word_t index)
{
    word_t bits = atomic_load_explicit(&host_bitmap[index / WORD_BITS].raw, memory_order_relaxed);

    return (bits >> index % WORD_BITS & 1) != 0;
}

void host_memory_open(void)
{
    unpoison(host_kmem, HOST_KMEM_BYTES);
}

void host_memory_close(void)
{
    for (word_t i = 0; CAN_POISON && i < GRANULES;) {
        word_t first = i;

        while (i < GRANULES && !is_marked(i))
            i++;
        if (i != first)
            poison(granule(first), (i - first) * KMEM_GRANULE);
        while (i < GRANULES && is_marked(i))
            i++;
    }
}

void host_memory_reset(void)
{
    host_memory_open();
    memset(host_kmem, HOST_RUBBISH, sizeof(host_kmem));
    memset(host_bitmap, 0, sizeof(host_bitmap));
    host_memory_close();
    violation = NULL;
}

/* ---- The hooks of atomics ---- */

void host_atomic_point(const void *word, bool writes)
{
    word_t offset = (word_t)word - (word_t)host_kmem;

    if (host_on_atomic != NULL)
        host_on_atomic();
    host_run_point(word, writes);
    host_thread_point();
    if (offset < HOST_KMEM_BYTES && !is_marked(offset / KMEM_GRANULE))
        violate("an atomic operation in free kernel memory");
}

bool host_cas_fails(void)
{
    if (host_cas_failure != 0 && --host_cas_failure == 0)
        return true;
    if (host_cas_chance == 0)
        return false;
    host_cas_seed ^= host_cas_seed << 13;
    host_cas_seed ^= host_cas_seed >> 7;
    host_cas_seed ^= host_cas_seed << 17;
    return (host_cas_seed >> 33) % host_cas_chance == 0;
}

/* The granules of the set bits of a word of the bitmap; NULL for other words. */
static unsigned char *granules_of(const void *word)
{
    word_t offset = (word_t)word - (word_t)host_bitmap;

    return offset < sizeof(host_bitmap) ? granule(offset / sizeof(shared_t) * WORD_BITS) : NULL;
}

/* Marked: it is this CPU's now. Nobody has written it since it was freed. */
void host_bits_set(const void *word, word_t bits)
{
    const word_t rubbish = (word_t)-1 / UINT8_MAX * HOST_RUBBISH;
    unsigned char *first = granules_of(word);

    for (word_t i = 0; first != NULL && i < WORD_BITS; i++) {
        const word_t *words = (const word_t *)(void *)(first + i * KMEM_GRANULE);

        if ((bits >> i & 1) == 0)
            continue;
        unpoison(first + i * KMEM_GRANULE, KMEM_GRANULE);
        for (word_t j = 0; j < KMEM_GRANULE / sizeof(word_t); j++)
            if (words[j] != rubbish)
                violate("free kernel memory was written");
    }
}

/* About to be free, and still this CPU's. */
void host_bits_clear(const void *word, word_t bits)
{
    unsigned char *first = granules_of(word);

    for (word_t i = 0; first != NULL && i < WORD_BITS; i++) {
        if ((bits >> i & 1) == 0)
            continue;
        memset(first + i * KMEM_GRANULE, HOST_RUBBISH, KMEM_GRANULE);
        poison(first + i * KMEM_GRANULE, KMEM_GRANULE);
    }
}
