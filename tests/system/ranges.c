/* SPDX-License-Identifier: Unlicense
 *
 * Checks of ranges, against arithmetic of twice the width, which cannot wrap: kernel memory,
 * narrowing, positions and pieces of pages, geometry of page tables, numbers and objects of kernel
 * functions. A call that passes the check meets a later refusal that it cannot pass, so that
 * nothing is made.
 */
#include "config.h"
#include "layout.h"
#include "rme/alloc.h"
#include "rme/assert.h"
#include "rme/process.h"
#include "rme/start.h"
#include "test/machine.h"
#include "tests/system/tap.h"

static const rme_captable_t own = {{BOOT_CAPTABLE}};
static const rme_kmem_t memory = {{BOOT_KMEM}};
static const rme_process_t process = {{BOOT_PROCESS}};
static const rme_kfunc_t functions = {{BOOT_KFUNC}};

enum { OUTSIDE = 0x7F, GRANULE = 32, PORT_BYTES = WORD_BITS == 32 ? 32 : 64 };

#ifdef __SIZEOF_INT128__
typedef unsigned __int128 wide_t;
#else
typedef uint64_t wide_t;
#endif

static unsigned wrong, cases;

static void check(sword_t answer, sword_t wanted, word_t a, word_t b, int line)
{
    cases++;
    if (answer == wanted)
        return;
    if (wrong++ < 4)
        rme_print("# line %d: %zx %zx: %zd, not %zd\n", line, a, b, answer, wanted);
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
enum { NEAR = sizeof(near_by) / sizeof(near_by[0]), EDGES = (WORD_BITS + 4) * NEAR };

static word_t edge(unsigned number)
{
    const word_t bounds[] = {0, rme_boot.kmem_bytes, ~(word_t)0 - rme_boot.kmem_bytes,
                             (word_t)0 - LAYOUT_KMEM};
    unsigned which = number / NEAR;
    word_t base = which < WORD_BITS ? (word_t)1 << which : bounds[which - WORD_BITS];

    return base + (word_t)near_by[number % NEAR];
}

/* ---- Kernel memory ---- */

/* Inside: then the slot, which no table has, is refused. */
static sword_t memory_answer(wide_t offset, wide_t size, wide_t bytes)
{
    return offset + size <= bytes ? STATUS_RANGE : STATUS_BOUNDS;
}

static void kernel_memory(void)
{
    static const word_t entries[] = {1, 2, 3, CONFIG_CAPTABLE_BYTES_MAX / CAP_SLOT_BYTES / 2,
                                     CONFIG_CAPTABLE_BYTES_MAX / CAP_SLOT_BYTES};

    for (unsigned i = 0; i < EDGES; i++)
        for (unsigned e = 0; e < 5; e++)
            CHECK(rme_captable_create(own, OUTSIDE, memory, edge(i), entries[e]),
                  memory_answer(edge(i), entries[e] * CAP_SLOT_BYTES, rme_boot.kmem_bytes), edge(i),
                  entries[e]);
    for (unsigned i = 0; i < EDGES; i++)
        CHECK(rme_invocation_create(own, OUTSIDE, memory, edge(i), process),
              memory_answer(edge(i), PORT_BYTES, rme_boot.kmem_bytes), edge(i), PORT_BYTES);
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
                          memory_answer(offset * GRANULE, size * CAP_SLOT_BYTES,
                                        (high - low) * GRANULE),
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
            wide_t low = edge(i), high = edge(k);
            bool is_legal = low % GRANULE == 0 && high % GRANULE == 0 && low < high &&
                            high <= rme_boot.kmem_bytes;

            CHECK(narrow(BOOT_KMEM, RIGHT_KMEM_THREAD, edge(i), edge(k)),
                  is_legal ? STATUS_OCCUPIED : STATUS_BOUNDS, edge(i), edge(k));
        }
    conclude("kernel memory narrows to what it has");
    /* Where INT_LOCAL_TRIG is among the functions the argument may be a pair of halves. */
    for (unsigned i = 0; i < EDGES; i++)
        for (unsigned k = i % 3; k < EDGES; k += 3) {
            const word_t pages = (word_t)RME_KFN_FLUSH << CAP_PAIR_SHIFT | RME_KFN_FLUSH_DONE;
            bool is_legal = edge(i) <= edge(k);
            bool is_pair = is_legal && (edge(i) & CAP_PAIR_MASK) <= (edge(k) & CAP_PAIR_MASK);

            CHECK(narrow(BOOT_KFUNC, CAP_PAIR_MASK, edge(i), edge(k)),
                  is_pair ? STATUS_OCCUPIED : STATUS_BOUNDS, edge(i), edge(k));
            CHECK(narrow(BOOT_KFUNC, pages, edge(i), edge(k)),
                  is_legal ? STATUS_OCCUPIED : STATUS_BOUNDS, edge(i), edge(k));
        }
    conclude("the objects of kernel functions narrow likewise");
}

/* ---- Page tables ---- */

#include "test/ranges.h"

static void positions(void)
{
    enum { LOW = 2, HIGH = LIST_ENTRIES + 1, ENTRIES = LIST_ENTRIES };
    rme_pagetable_t list = make_list(), part = rme_pagetable(rme_alloc_slot());

    rme_assert(rme_captable_delegate(own, part.id.raw, own, list.id.raw, RIGHTS_PAGETABLE_ALL, LOW,
                                     HIGH) == STATUS_OK);
    for (unsigned i = 0; i < EDGES; i++) {
        word_t position = edge(i);
        sword_t whole = position > POSITION_MAX ? STATUS_BOUNDS : STATUS_ADDRESS;
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

/* ---- Kernel functions ---- */

/* Numbers that no build has: inside the range they are UNSUPPORTED. */
static void function_numbers(void)
{
    enum { FIRST = 0xF7F0, LAST = 0xF7F9 };
    rme_kfunc_t part = rme_kfunc(rme_alloc_slot());

    rme_assert(rme_captable_delegate(own, part.id.raw, own, BOOT_KFUNC,
                                     (word_t)FIRST << CAP_PAIR_SHIFT | LAST, 10, 20) == STATUS_OK);
    for (word_t function = 0; function <= CAP_PAIR_MASK; function += function % 4 == 3 ? 13 : 1)
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
        if (edge(i) > CAP_PAIR_MASK)
            CHECK(rme_kfunc_call(functions, edge(i), 0, 0, 0, 0, 0), STATUS_BOUNDS, edge(i), 2);
    }
    conclude("functions and their objects, both ends of both ranges");
}

/* CPU << 16 | vector: each half between the halves of the bounds. CPU 1 to 3 do not exist. */
static void pairs(void)
{
    rme_kfunc_t part = rme_kfunc(rme_alloc_slot());
    const word_t low = 1 << CAP_PAIR_SHIFT | 4, high = 3 << CAP_PAIR_SHIFT | 9;

    rme_assert(rme_captable_delegate(own, part.id.raw, own, BOOT_KFUNC,
                                     (word_t)RME_KFN_INT_LOCAL_TRIG << CAP_PAIR_SHIFT |
                                         RME_KFN_INT_LOCAL_TRIG,
                                     low, high) == STATUS_OK);
    for (word_t cpu = 0; cpu < 6; cpu++)
        for (word_t vector = 0; vector < 14; vector++) {
            bool is_legal = cpu >= 1 && cpu <= 3 && vector >= 4 && vector <= 9;

            CHECK(rme_kfunc_call(part, RME_KFN_INT_LOCAL_TRIG, cpu << CAP_PAIR_SHIFT | vector, 0, 0,
                                 0, 0),
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
