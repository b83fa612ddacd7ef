/* SPDX-License-Identifier: Unlicense
 *
 * Checks of ranges, against arithmetic of 64 bits that cannot wrap: kernel memory, narrowing,
 * positions and pieces of pages, geometry of page tables, numbers and objects of kernel functions.
 * A call that passes the check meets a later refusal that it cannot pass, so that nothing is made.
 */
#include "config.h"
#include "layout.h"
#include "rme/alloc.h"
#include "rme/assert.h"
#include "rme/process.h"
#include "rme/start.h"
#include "tests/system/tap.h"

static const rme_captable_t own = {{BOOT_CAPTABLE}};
static const rme_kmem_t memory = {{BOOT_KMEM}};
static const rme_process_t process = {{BOOT_PROCESS}};
static const rme_kfunc_t functions = {{BOOT_KFUNC}};

enum { OUTSIDE = 0x7F, GRANULE = 32 };

static unsigned wrong, cases;

static void check(sword_t answer, sword_t wanted, word_t a, word_t b, int line)
{
    cases++;
    if (answer == wanted)
        return;
    if (wrong++ < 4)
        rme_print("# line %d: %x %x: %d, not %d\n", line, a, b, answer, wanted);
}

#define CHECK(answer, wanted, a, b) check((answer), (wanted), (a), (b), __LINE__)

static void conclude(const char *name)
{
    rme_print("# %u cases\n", cases);
    tap_check(wrong == 0 && cases != 0, name);
    wrong = 0;
    cases = 0;
}

/* Words where a comparison may go wrong: around each power of two and around some bounds. */
static const sword_t near_by[] = {-33, -32, -31, -4, -1, 0, 1, 4, 31, 32, 33};
enum { NEAR = sizeof(near_by) / sizeof(near_by[0]), EDGES = 36 * NEAR };

static word_t edge(unsigned number)
{
    const word_t bounds[] = {0, rme_boot.kmem_bytes, ~(word_t)0 - rme_boot.kmem_bytes,
                             (word_t)0 - LAYOUT_KMEM};
    unsigned which = number / NEAR;
    word_t base = which < 32 ? (word_t)1 << which : bounds[which - 32];

    return base + (word_t)near_by[number % NEAR];
}

/* ---- Kernel memory ---- */

/* Inside: then the slot, which no table has, is refused. */
static sword_t memory_answer(uint64_t offset, uint64_t size, uint64_t bytes)
{
    return offset + size <= bytes ? STATUS_RANGE : STATUS_BOUNDS;
}

static void kernel_memory(void)
{
    static const word_t entries[] = {1, 2, 3, 64, 128};

    for (unsigned i = 0; i < EDGES; i++)
        for (unsigned e = 0; e < 5; e++)
            CHECK(rme_captable_create(own, OUTSIDE, memory, edge(i), entries[e]),
                  memory_answer(edge(i), entries[e] * CAP_SLOT_BYTES, rme_boot.kmem_bytes), edge(i),
                  entries[e]);
    for (unsigned i = 0; i < EDGES; i++)
        CHECK(rme_invocation_create(own, OUTSIDE, memory, edge(i), process),
              memory_answer(edge(i), 32, rme_boot.kmem_bytes), edge(i), 32);
    conclude("an object lies in its memory, whatever its offset");
}

/* Every part of eight granules, every offset and size in it. */
static void narrow_memory(void)
{
    word_t slot = rme_alloc_slot();

    for (word_t low = 0; low < 8; low++)
        for (word_t high = low + 1; high <= 8; high++) {
            rme_assert(rme_captable_delegate(own, slot, own, BOOT_KMEM, RIGHT_KMEM_CAPTABLE,
                                             low * GRANULE, high * GRANULE) == STATUS_OK);
            for (word_t offset = 0; offset < 10; offset++)
                for (word_t size = 1; size < 10; size++)
                    CHECK(rme_captable_create(own, OUTSIDE, rme_kmem(slot), offset * GRANULE, size),
                          memory_answer(offset * GRANULE, size * GRANULE, (high - low) * GRANULE),
                          low, high);
            rme_assert(rme_captable_freeze(own, slot) == STATUS_OK);
            rme_assert(rme_captable_remove(own, slot) == STATUS_OK);
        }
    conclude("every narrowing of eight granules, every object in it");
}

/* A slot that is taken is refused behind the range. */
static sword_t narrow(word_t source, word_t rights, word_t low, word_t high)
{
    return rme_captable_delegate(own, BOOT_KMEM, own, source, rights, low, high);
}

static void narrowing(void)
{
    for (unsigned i = 0; i < EDGES; i++)
        for (unsigned k = i % 3; k < EDGES; k += 3) {
            uint64_t low = edge(i), high = edge(k);
            bool is_legal = low % GRANULE == 0 && high % GRANULE == 0 && low < high &&
                            high <= rme_boot.kmem_bytes;

            CHECK(narrow(BOOT_KMEM, RIGHT_KMEM_THREAD, edge(i), edge(k)),
                  is_legal ? STATUS_OCCUPIED : STATUS_BOUNDS, edge(i), edge(k));
        }
    conclude("kernel memory narrows to what it has");
    /* Where INT_LOCAL_TRIG is among the functions the argument may be a pair of halves. */
    for (unsigned i = 0; i < EDGES; i++)
        for (unsigned k = i % 3; k < EDGES; k += 3) {
            const word_t pages = (word_t)RME_KFN_FLUSH << HALF_BITS | RME_KFN_FLUSH_DONE;
            bool is_legal = edge(i) <= edge(k);
            bool is_pair = is_legal && (edge(i) & HALF_MAX) <= (edge(k) & HALF_MAX);

            CHECK(narrow(BOOT_KFUNC, HALF_MAX, edge(i), edge(k)),
                  is_pair ? STATUS_OCCUPIED : STATUS_BOUNDS, edge(i), edge(k));
            CHECK(narrow(BOOT_KFUNC, pages, edge(i), edge(k)),
                  is_legal ? STATUS_OCCUPIED : STATUS_BOUNDS, edge(i), edge(k));
        }
    conclude("the objects of kernel functions narrow likewise");
}

/* ---- Page tables ---- */

static void positions(void)
{
    enum { LOW = 2, HIGH = 5, ENTRIES = 4 };
    rme_pagetable_t list = rme_pagetable(rme_alloc_slot()), part = rme_pagetable(rme_alloc_slot());

    rme_assert(rme_pagetable_create(own, list.id.raw, memory, rme_alloc_kmem(256), PAGETABLE_TOP,
                                    WORD_BITS, 2) == STATUS_OK);
    rme_assert(rme_captable_delegate(own, part.id.raw, own, list.id.raw, RIGHTS_PAGETABLE_ALL, LOW,
                                     HIGH) == STATUS_OK);
    for (unsigned i = 0; i < EDGES; i++) {
        word_t position = edge(i);
        sword_t whole = position > 0xFFF ? STATUS_BOUNDS : STATUS_ADDRESS;
        sword_t narrowed = position < LOW || position > HIGH ? STATUS_BOUNDS : STATUS_ADDRESS;

        whole = position < ENTRIES ? STATUS_MAP : whole;
        if (position >= LOW && position < ENTRIES)
            narrowed = STATUS_MAP;
        CHECK(rme_pagetable_remove(list, position), whole, position, 0);
        CHECK(rme_pagetable_remove(part, position), narrowed, position, 1);
    }
    conclude("positions: the capability's range, then the table's");
    for (unsigned i = 0; i < EDGES; i++)
        for (unsigned k = i % 3; k < EDGES; k += 3) {
            bool is_legal = edge(i) <= edge(k) && edge(i) >= LOW && edge(k) <= HIGH;

            CHECK(narrow(part.id.raw, 1, edge(i), edge(k)),
                  is_legal ? STATUS_OCCUPIED : STATUS_BOUNDS, edge(i), edge(k));
        }
    conclude("a range of positions narrows to what it has");
}

/* Pieces of 4 KiB of the user's RAM: a piece fits where its address is that of the target, which is
 * read only, so that a write is refused behind that. */
static void pieces(void)
{
    rme_pagetable_t target = rme_pagetable(rme_alloc_slot()), source;
    const word_t base = LAYOUT_USER_RAM + 0x2000;
    word_t index;

    rme_assert(rme_memory_source(base, 12, &source, &index));
    rme_assert(rme_pagetable_create(own, target.id.raw, memory, rme_alloc_kmem(64), base, 12, 0) ==
               STATUS_OK);
    for (unsigned i = 0; i < EDGES; i++)
        CHECK(rme_pagetable_add(target, 0, PAGE_READ | 1 << 9, source, 0, edge(i)),
              edge(i) == index ? STATUS_PERMISSION : STATUS_ADDRESS, edge(i), index);
    CHECK(rme_pagetable_add(target, 0, PAGE_READ | 1 << 9, source, 0, index), STATUS_PERMISSION,
          index, index);
    for (unsigned shift = 20; shift < 32; shift++)
        CHECK(rme_pagetable_add(target, 0, PAGE_READ, source, 0, index | (word_t)1 << shift),
              STATUS_ADDRESS, shift, index);
    conclude("a piece of a page lies inside it, whatever its index");
}

/* What tables there are: size of an entry, number of entries, alignment. */
static bool is_geometry(uint64_t base, uint64_t size, uint64_t number)
{
    bool is_top = (base & 1) != 0;

    base &= ~(uint64_t)1;
    if (is_top && size == 32)
        return number <= 5 && base == 0;
    if (size < 5 || size > 31 || number > 8 || size + number > 32)
        return false;
    return base % ((uint64_t)1 << (size + number)) == 0;
}

static void geometry(void)
{
    static const word_t bases[] = {0, 1, 2, 32, 33, 0x1000, 0x80000000, 0x80000001, 0xFFFFFFE0};
    static const word_t orders[] = {64, 255, 256, 288, 0x80000005, 0xFFFFFFFF, 0xFFFFFFE0};

    for (word_t size = 0; size < 47; size++)
        for (word_t number = 0; number < 47; number++)
            for (unsigned b = 0; b < 9; b++) {
                word_t s = size < 40 ? size : orders[size - 40];
                word_t n = number < 40 ? number : orders[number - 40];

                CHECK(rme_pagetable_create(own, OUTSIDE, memory, 0, bases[b], s, n),
                      is_geometry(bases[b], s, n) ? STATUS_RANGE : STATUS_HARDWARE, s << 16 | n,
                      bases[b]);
            }
    conclude("every geometry of a page table");
}

/* ---- Kernel functions ---- */

/* Numbers that no build has: inside the range they are UNSUPPORTED. */
static void function_numbers(void)
{
    enum { FIRST = 0xF7F0, LAST = 0xF7F9 };
    rme_kfunc_t part = rme_kfunc(rme_alloc_slot());

    rme_assert(rme_captable_delegate(own, part.id.raw, own, BOOT_KFUNC,
                                     (word_t)FIRST << HALF_BITS | LAST, 10, 20) == STATUS_OK);
    for (word_t function = 0; function <= HALF_MAX; function += function % 4 == 3 ? 13 : 1)
        CHECK(rme_kfunc_call(part, function, 15, 0, 0, 0, 0),
              function >= FIRST && function <= LAST ? STATUS_UNSUPPORTED : STATUS_BOUNDS, function,
              0);
    for (word_t function = FIRST - 2; function < LAST + 3; function++)
        for (word_t object = 0; object < 32; object++)
            CHECK(rme_kfunc_call(part, function, object, 0, 0, 0, 0),
                  function >= FIRST && function <= LAST && object >= 10 && object <= 20
                      ? STATUS_UNSUPPORTED
                      : STATUS_BOUNDS,
                  function, object);
    for (unsigned i = 0; i < EDGES; i++) {
        CHECK(rme_kfunc_call(part, FIRST, edge(i), 0, 0, 0, 0),
              edge(i) >= 10 && edge(i) <= 20 ? STATUS_UNSUPPORTED : STATUS_BOUNDS, edge(i), 0);
        CHECK(rme_kfunc_call(part, edge(i), 15, 0, 0, 0, 0), STATUS_BOUNDS, edge(i), 1);
        if (edge(i) > HALF_MAX)
            CHECK(rme_kfunc_call(functions, edge(i), 0, 0, 0, 0, 0), STATUS_BOUNDS, edge(i), 2);
    }
    conclude("functions and their objects, both ends of both ranges");
}

/* CPU << 16 | vector: each half between the halves of the bounds. CPU 1 to 3 do not exist. */
static void pairs(void)
{
    rme_kfunc_t part = rme_kfunc(rme_alloc_slot());
    const word_t low = 1 << HALF_BITS | 4, high = 3 << HALF_BITS | 9;

    rme_assert(
        rme_captable_delegate(own, part.id.raw, own, BOOT_KFUNC,
                              (word_t)RME_KFN_INT_LOCAL_TRIG << HALF_BITS | RME_KFN_INT_LOCAL_TRIG,
                              low, high) == STATUS_OK);
    for (word_t cpu = 0; cpu < 6; cpu++)
        for (word_t vector = 0; vector < 14; vector++) {
            bool is_legal = cpu >= 1 && cpu <= 3 && vector >= 4 && vector <= 9;

            CHECK(
                rme_kfunc_call(part, RME_KFN_INT_LOCAL_TRIG, cpu << HALF_BITS | vector, 0, 0, 0, 0),
                is_legal ? STATUS_UNSUPPORTED : STATUS_BOUNDS, cpu, vector);
        }
    conclude("a pair of CPU and vector, half by half");
}

int main(void)
{
    kernel_memory();
    narrow_memory();
    narrowing();
    function_numbers();
    if (CONFIG_KFUNC_INTERRUPT)
        pairs();
    else
        tap_skip("a pair of CPU and vector, half by half", "this build has no INT_LOCAL_TRIG");
    if (CONFIG_RAW) {
        tap_skip("page tables", "raw address spaces: there are none");
        return tap_end();
    }
    positions();
    pieces();
    geometry();
    return tap_end();
}
