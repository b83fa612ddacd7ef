/* SPDX-License-Identifier: Unlicense
 *
 * The kernel for tests poisons kernel memory when it becomes free, and looks at it when it is given
 * out again. A pointer that is read from there has no canonical form, so that its use is a fault of
 * the kernel. Which granules are poisoned is known by bits, as the memory of boot is not.
 */
#include "shake.h"

#include "arch/atomic.h"
#include "arch/memory.h"
#include "layout.h"

#define POISON ((word_t)0xDEAD5EED0F2EE000)

enum { GRANULE_WORDS = KMEM_GRANULE / sizeof(word_t) };
enum { BITMAP_WORDS = LAYOUT_KMEM_BYTES / KMEM_GRANULE / WORD_BITS };

static _Atomic(word_t) poisoned[BITMAP_WORDS];

#define shared_page ((volatile struct shake *)LAYOUT_GUEST)

/* The number of a word of the bitmap, BITMAP_WORDS for any other. */
static word_t number_of(const void *word)
{
    word_t offset = (word_t)word - (word_t)arch_kmem_bitmap();

    return offset / sizeof(word_t) < BITMAP_WORDS ? offset / sizeof(word_t) : BITMAP_WORDS;
}

static word_t *granule(word_t number, unsigned bit)
{
    return (word_t *)(arch_kmem_base() + (number * WORD_BITS + bit) * KMEM_GRANULE);
}

/* They are this CPU's now. */
void poison_set(const void *word, word_t bits)
{
    word_t number = number_of(word), to_check;

    if (number == BITMAP_WORDS)
        return;
    to_check = atomic_fetch_and(&poisoned[number], ~bits) & bits;
    for (unsigned bit = 0; bit < WORD_BITS; bit++)
        for (unsigned i = 0; i < GRANULE_WORDS && (to_check >> bit & 1) != 0; i++)
            if (granule(number, bit)[i] != POISON)
                shared_page->written++;
}

/* They are this CPU's still. */
void poison_clear(const void *word, word_t bits)
{
    word_t number = number_of(word);

    if (number == BITMAP_WORDS)
        return;
    for (unsigned bit = 0; bit < WORD_BITS; bit++)
        for (unsigned i = 0; i < GRANULE_WORDS && (bits >> bit & 1) != 0; i++)
            granule(number, bit)[i] = POISON;
    (void)atomic_fetch_or(&poisoned[number], bits);
}
