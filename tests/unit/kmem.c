/* SPDX-License-Identifier: Unlicense
 *
 * Kernel memory: ranges, the bitmap, what an allocation leaves behind, also when it fails.
 */
#include "kernel/kmem.h"

#include "tests/unit/support/world.h"

#include <string.h>

enum {
    WORD_BYTES = KMEM_GRANULE * WORD_BITS, /* memory behind one word of the bitmap */
    BITMAP_WORDS = HOST_KMEM_BYTES / WORD_BYTES,
};

static word_t bits(void)
{
    word_t count = 0;

    for (unsigned i = 0; i < BITMAP_WORDS; i++)
        count += (word_t)__builtin_popcountll(shared_load(&arch_kmem_bitmap()[i]));
    return count;
}

static bool is_marked(word_t granule)
{
    return (shared_load(&arch_kmem_bitmap()[granule / WORD_BITS]) >> granule % WORD_BITS & 1) != 0;
}

/* The bits are exactly those of [first, first + count) and what boot has. */
static bool marks_are(word_t boot, word_t first, word_t count)
{
    for (word_t i = first; i < first + count; i++)
        if (!is_marked(i))
            return false;
    return bits() == boot + count;
}

/* ---- Addresses ---- */

static void addresses(void)
{
    struct capability memory = {0};

    memory.kmem.begin = 0x1000;
    memory.kmem.end = 0x1FFF;
    tap_check(kmem_address(&memory, 0, 1) == 0x1000, "offset 0 is the begin of the range");
    tap_check(kmem_address(&memory, 0, 0x1000) == 0x1000, "an object may fill its range");
    tap_check(kmem_address(&memory, 0xFFF, 1) == 0x1FFF, "the last byte belongs to the range");
    tap_check(kmem_address(&memory, 0x1000, 1) == 0, "the byte behind the range does not");
    tap_check(kmem_address(&memory, 0, 0x1001) == 0, "one byte too many leaves the range");
    tap_check(kmem_address(&memory, 0xFFF, 2) == 0, "an object may not cross the end");
    tap_check(kmem_address(&memory, ~(word_t)0, 2) == 0, "an offset may not wrap");
    tap_check(kmem_address(&memory, 1, ~(word_t)0) == 0, "a size may not wrap");
    memory.kmem.begin = ~(word_t)0xFFF;
    memory.kmem.end = ~(word_t)0;
    tap_check(kmem_address(&memory, 0xFFF, 1) == ~(word_t)0, "a range may end with memory");
    tap_check(kmem_address(&memory, 0xFFF, 2) == 0, "and nothing is behind it");
}

/* ---- Allocation ---- */

static void refusals(void)
{
    word_t base = arch_kmem_base(), size = arch_kmem_size(), before = bits();
    word_t free = base + size / 2;

    tap_check(kmem_allocate(free + 1, KMEM_GRANULE) == STATUS_MEMORY, "misaligned by one byte");
    tap_check(kmem_allocate(free + KMEM_GRANULE / 2, KMEM_GRANULE) == STATUS_MEMORY,
              "misaligned by half a granule");
    tap_check(kmem_allocate(base - KMEM_GRANULE, KMEM_GRANULE) == STATUS_MEMORY,
              "below object memory");
    tap_check(kmem_allocate(base + size, KMEM_GRANULE) == STATUS_MEMORY, "behind object memory");
    tap_check(kmem_allocate(base + size - KMEM_GRANULE, 2 * KMEM_GRANULE) == STATUS_MEMORY,
              "across the end of object memory");
    tap_check(kmem_allocate(free, ~(word_t)0) == STATUS_MEMORY, "a size that wraps");
    tap_check(kmem_allocate(base, KMEM_GRANULE) == STATUS_MEMORY, "memory of a boot object");
    tap_check(bits() == before, "a refusal marks nothing");
    tap_check(kmem_allocate(base + size - KMEM_GRANULE, KMEM_GRANULE) == STATUS_OK,
              "the last granule can be had");
    kmem_free(base + size - KMEM_GRANULE, KMEM_GRANULE);
}

static void neighbours(void)
{
    word_t base = arch_kmem_base(), middle = base + WORD_BYTES * (BITMAP_WORDS / 2);
    word_t before = bits(), first = (middle - base) / KMEM_GRANULE;

    /* The middle word of three is taken: an object over all three must leave the first free. */
    tap_check(kmem_allocate(middle + WORD_BYTES, KMEM_GRANULE) == STATUS_OK, "one granule");
    tap_check(kmem_allocate(middle, 3 * WORD_BYTES) == STATUS_MEMORY,
              "an object over a granule that is in use");
    tap_check(marks_are(before, first + WORD_BITS, 1), "its marks in earlier words are taken back");
    tap_check(kmem_allocate(middle, WORD_BYTES) == STATUS_OK, "an object right below it");
    tap_check(kmem_allocate(middle + WORD_BYTES + KMEM_GRANULE, KMEM_GRANULE) == STATUS_OK,
              "an object right above it");
    tap_check(marks_are(before, first, WORD_BITS + 2), "all three are marked, nothing else");
    kmem_free(middle + WORD_BYTES, KMEM_GRANULE);
    tap_check(!is_marked(first + WORD_BITS) && is_marked(first + WORD_BITS - 1) &&
                  is_marked(first + WORD_BITS + 1),
              "freeing it leaves its neighbours");
    kmem_free(middle, WORD_BYTES);
    kmem_free(middle + WORD_BYTES + KMEM_GRANULE, KMEM_GRANULE);
    tap_check(bits() == before, "and all can be given back");
}

/* Sizes that are no multiple of a granule take the whole of the last one. */
static void odd_sizes(void)
{
    word_t address = arch_kmem_base() + arch_kmem_size() / 2, before = bits();
    bool right = true;

    for (word_t size = 1; size <= 3 * KMEM_GRANULE; size++) {
        word_t granules = (size + KMEM_GRANULE - 1) / KMEM_GRANULE;

        right &= kmem_allocate(address, size) == STATUS_OK && bits() == before + granules;
        kmem_free(address, size);
        right &= bits() == before;
    }
    tap_check(right, "a size takes every granule that it touches, and gives each back");
}

/* Objects of every size up to five words of the bitmap, at every place in the first word. */
static void round_trips(void)
{
    word_t base = arch_kmem_base() + WORD_BYTES * (BITMAP_WORDS / 2), before = bits();
    word_t origin = (base - arch_kmem_base()) / KMEM_GRANULE;
    bool marked = true, freed = true, again = true;

    for (word_t start = 0; start < WORD_BITS; start += 1) {
        for (word_t count = 1; count <= 5 * WORD_BITS; count += count < 2 * WORD_BITS ? 1 : 7) {
            word_t address = base + start * KMEM_GRANULE, size = count * KMEM_GRANULE;

            marked &= kmem_allocate(address, size) == STATUS_OK &&
                      marks_are(before, origin + start, count);
            kmem_free(address, size);
            freed &= bits() == before;
            again &= kmem_allocate(address, size) == STATUS_OK;
            kmem_free(address, size);
        }
    }
    tap_check(marked, "an object of any size marks its granules and no other");
    tap_check(freed, "an object of any size is freed completely");
    tap_check(again, "and can be made again at the same place");
}

static void zeroing(void)
{
    word_t address = arch_kmem_base() + arch_kmem_size() / 2;
    unsigned char *bytes = (unsigned char *)address;
    bool zero = true;

    tap_check(kmem_allocate(address - KMEM_GRANULE, KMEM_GRANULE) == STATUS_OK &&
                  kmem_allocate(address, 2 * KMEM_GRANULE) == STATUS_OK &&
                  kmem_allocate(address + 2 * KMEM_GRANULE, KMEM_GRANULE) == STATUS_OK,
              "three objects, side by side");
    memset(bytes - KMEM_GRANULE, 0xC3, 4 * KMEM_GRANULE);
    kmem_free(address, 2 * KMEM_GRANULE);
    tap_check(kmem_allocate(address, 2 * KMEM_GRANULE) == STATUS_OK, "the middle one once more");
    for (unsigned i = 0; i < 2 * KMEM_GRANULE; i++)
        zero &= bytes[i] == 0;
    tap_check(zero, "every byte of a new object is zero");
    tap_check(bytes[-1] == 0xC3 && bytes[2 * KMEM_GRANULE] == 0xC3, "its neighbours keep theirs");
    bytes[5] = 9;
    tap_check(kmem_allocate(address, KMEM_GRANULE) == STATUS_MEMORY && bytes[5] == 9,
              "a refused allocation writes nothing to the object that is there");
    kmem_free(address - KMEM_GRANULE, 4 * KMEM_GRANULE);
}

/* ---- Against another CPU ---- */

static word_t contested, other_mark, marks_before;

static void prepare(void)
{
    world_boot(1);
    contested = arch_kmem_base() + WORD_BYTES * (BITMAP_WORDS / 2);
    other_mark = 0;
    marks_before = bits();
}

/* Another CPU marks a granule behind the object, in the last word that the object uses. */
static void mark_beside(void)
{
    other_mark = contested + 3 * WORD_BYTES - KMEM_GRANULE;
    if (kmem_allocate(other_mark, KMEM_GRANULE) != STATUS_OK)
        other_mark = 0;
}

static sword_t allocate_three(void)
{
    return kmem_allocate(contested, 3 * WORD_BYTES - KMEM_GRANULE);
}

/* Gives back what both have, because no capability holds it. */
static bool marks_tell(sword_t status)
{
    word_t mine = status == STATUS_OK ? 3 * WORD_BITS - 1 : 0;
    bool is_right = bits() == marks_before + mine + (other_mark != 0 ? 1 : 0);

    if (other_mark != 0)
        kmem_free(other_mark, KMEM_GRANULE);
    if (status == STATUS_OK)
        kmem_free(contested, 3 * WORD_BYTES - KMEM_GRANULE);
    return is_right && bits() == marks_before;
}

/* ---- Claims ---- */

static void claims(void)
{
    word_t slot = world_slot(), memory = world_memory(KMEM_GRANULE);
    struct capability *caps[] = {world_cap(BOOT_CAPTABLE), world_cap(BOOT_KMEM)};
    struct kmem_args claim = {.slot = CONFIG_BOOT_ENTRIES, .address = HOST_KMEM_BYTES};
    struct capability *claimed = NULL;
    word_t before = bits();

    tap_check(kmem_claim(caps, &claim, KMEM_GRANULE, &claimed) == STATUS_BOUNDS,
              "BOUNDS comes before a slot out of range");
    claim.address = memory;
    tap_check(kmem_claim(caps, &claim, KMEM_GRANULE, &claimed) == STATUS_RANGE,
              "a slot out of range");
    claim.slot = BOOT_THREAD;
    claim.address = 0;
    tap_check(kmem_claim(caps, &claim, KMEM_GRANULE, &claimed) == STATUS_OCCUPIED,
              "OCCUPIED comes before memory in use");
    claim.slot = slot;
    tap_check(kmem_claim(caps, &claim, KMEM_GRANULE, &claimed) == STATUS_MEMORY, "memory in use");
    tap_check(cap_state(shared_load(&world_cap(slot)->header)) == CAP_EMPTY,
              "the slot is empty again");
    tap_check(bits() == before, "and no memory is marked");
    claim.address = memory;
    tap_check(kmem_claim(caps, &claim, KMEM_GRANULE, &claimed) == STATUS_OK &&
                  claimed == world_cap(slot) &&
                  (word_t)claimed->object == arch_kmem_base() + memory,
              "a claim gives slot and object");
    tap_check(cap_state(shared_load(&claimed->header)) == CAP_CREATING && bits() == before + 1,
              "which are taken now");
    cap_abandon(claimed);
    kmem_free((word_t)claimed->object, KMEM_GRANULE);
}

/* ---- Delegation ---- */

static void narrowing(void)
{
    struct capability source = {0};
    word_t begin = 1, end = 1;

    source.kmem.begin = 0x1000;
    source.kmem.end = 0x1FFF;
    tap_check(kmem_narrow(&source, 0, 0x1000, &begin, &end) == STATUS_OK && begin == 0x1000 &&
                  end == 0x1FFF,
              "the whole range");
    tap_check(kmem_narrow(&source, 0x40, 0x80, &begin, &end) == STATUS_OK && begin == 0x1040 &&
                  end == 0x107F,
              "a part, relative to the source, its end inclusive inside");
    tap_check(kmem_narrow(&source, 0xFE0, 0x1000, &begin, &end) == STATUS_OK && end == 0x1FFF,
              "the last granule");
    tap_check(kmem_narrow(&source, 0, 0x1020, &begin, &end) == STATUS_BOUNDS, "beyond the end");
    tap_check(kmem_narrow(&source, 0x40, 0x40, &begin, &end) == STATUS_BOUNDS, "an empty range");
    tap_check(kmem_narrow(&source, 0x80, 0x40, &begin, &end) == STATUS_BOUNDS, "a reversed range");
    tap_check(kmem_narrow(&source, 0x10, 0x80, &begin, &end) == STATUS_BOUNDS,
              "a begin inside a granule");
    tap_check(kmem_narrow(&source, 0x20, 0x90, &begin, &end) == STATUS_BOUNDS,
              "an end inside a granule");
    tap_check(kmem_narrow(&source, ~(word_t)0x1F, 0x20, &begin, &end) == STATUS_BOUNDS,
              "a range that wraps");
}

static void boot(void)
{
    struct capability slot = {0};

    kmem_boot(&slot, 0x1000, 0x2FFF, RIGHT_KMEM_THREAD);
    tap_check(cap_is(&slot, CAP_KMEM) && slot.rights == RIGHT_KMEM_THREAD &&
                  slot.kmem.begin == 0x1000 && slot.kmem.end == 0x2FFF,
              "a boot capability says its range and rights");
    tap_check(cap_freeze(&slot) == STATUS_REFERENCED, "and is held for ever");
}

int main(void)
{
    world_boot(1);
    addresses();
    refusals();
    neighbours();
    odd_sizes();
    round_trips();
    zeroing();
    claims();
    world_check("the invariants hold");
    narrowing();
    boot();
    world_sweep(&(struct world_sweep){
        .name = "an allocation that meets another is refused and takes all marks back",
        .prepare = prepare,
        .call = allocate_three,
        .meddle = mark_beside,
        .check = marks_tell,
    });
    return tap_end();
}
