/* SPDX-License-Identifier: Unlicense
 *
 * Pages of 1 GiB, on a machine with 4 GiB of memory: where the processor has them boot maps by them
 * and they are delegated, whole and in pieces, and taken away whole; where it has not, all memory
 * is there by smaller pages and none can be made. Both are run (tests/CMakeLists.txt); which one
 * this is says CPUID.
 */
#include "abi/boot_page.h"
#include "layout.h"
#include "rme/alloc.h"
#include "rme/process.h"
#include "rme/start.h"
#include "tests/system/tap.h"

static const rme_captable_t own = {{BOOT_CAPTABLE}};
static const rme_thread_t init = {{BOOT_THREAD}};

enum { TABLE = 4096, NORMAL = PAGE_CACHE | PAGE_BUFFER, READ = PAGE_READ | NORMAL };
enum { WRITE = READ | PAGE_WRITE, HUGE_ORDER = 30, LARGE_ORDER = 21, PAGE_ORDER = 12 };
static const sword_t FAULTED = (sword_t)(9 | EVENT_FAULTED);

#define HUGE ((word_t)1 << HUGE_ORDER)
#define DEEP (HUGE - 4096 * 3 + 8) /* at the end of a page of 1 GiB */

/* Two whole gigabytes of RAM on a q35 with 4 GiB: above the devices. */
static const word_t first = 4 * HUGE, second = 5 * HUGE;
static const word_t window = (word_t)5 << 39;

static rme_pagetable_t directories, directory, table;
static rme_process_t process;
static rme_signal_t park;
static word_t slot, place;
static char stack[1024] __attribute__((aligned(16)));
static volatile word_t seen[2];

static bool has_huge_pages(void)
{
    word_t a = 0x80000001, b, c = 0, d;

    __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    return (d >> 26 & 1) != 0;
}

static volatile word_t *at(word_t address)
{
    return (volatile word_t *)address;
}

static rme_pagetable_t make(word_t base, word_t size_order)
{
    rme_pagetable_t made = rme_pagetable(rme_alloc_slot());

    tap_check(rme_pagetable_create(own, made.id.raw, rme_kmem(BOOT_KMEM),
                                   rme_alloc_kmem_aligned(TABLE, TABLE), base, size_order,
                                   9) == STATUS_OK,
              "a page table can be made");
    return made;
}

static sword_t map(rme_pagetable_t target, word_t position, word_t flags, word_t frame,
                   word_t order)
{
    struct rme_piece piece;

    if (!rme_memory_piece(frame, order, &piece))
        return STATUS_BOUNDS;
    return rme_pagetable_add(target, position, flags, piece.table, piece.position, piece.index);
}

static void fixture(void)
{
    struct rme_space space = rme_space_make(0);

    park = rme_signal_make();
    slot = rme_alloc_slot();
    place = rme_alloc_kmem(384);
    rme_space_add_image(&space);
    directories = make(window, HUGE_ORDER);
    directory = make(window + HUGE, LARGE_ORDER);
    table = make(window + HUGE, PAGE_ORDER);
    tap_check(rme_pagetable_construct(space.top, 5, directories, 0) == STATUS_OK &&
                  rme_pagetable_construct(directories, 1, directory, 0) == STATUS_OK &&
                  rme_pagetable_construct(directory, 0, table, 0) == STATUS_OK,
              "the window can be built");
    process = rme_process_make(own, &space);
}

/* All memory is where it is, at both ends of each gigabyte. */
static void whole_memory(void)
{
    const struct boot_page *page = (const struct boot_page *)LAYOUT_BOOT_PAGE;
    word_t bytes = 0;

    for (word_t i = 0; i < page->rams; i++)
        bytes += page->ram[i].size;
    tap_check(bytes > 4 * HUGE - (32 << 20), "the first process has 4 GiB but for the kernel's");
    for (word_t i = 0; i < 2; i++) {
        word_t base = i == 0 ? first : second;

        *at(base) = 0x111 + i;
        *at(base + DEEP) = 0x222 + i;
    }
    tap_check(*at(first) == 0x111 && *at(first + DEEP) == 0x222 && *at(second) == 0x112 &&
                  *at(second + DEEP) == 0x223,
              "and can use it where it is");
}

/* ---- What a thread of another process sees ---- */

static void look(word_t address)
{
    seen[0] = *at(address);
    if (rme_pagetable_remove(directories, 0) == STATUS_OK)
        seen[1] = *at(address); /* just taken away: a fault */
    for (;;)
        (void)rme_signal_receive(park, SIGNAL_RECEIVE_SINGLE);
}

/* Its event: 0, or that it has faulted. */
static sword_t attempt(word_t address)
{
    const struct rme_thread_plan plan = {
        .slot = slot,
        .memory = place,
        .process = process,
        .entry = look,
        .stack = stack,
        .stack_bytes = sizeof(stack),
        .param = address,
        .priority = 1,
        .priority_max = 1,
        .budget = BUDGET_INFINITE,
        .tid = 9,
        .scheduler = init,
        .endpoint = rme_signal_null(),
    };
    rme_thread_t thread;
    sword_t event;

    seen[0] = 0;
    seen[1] = 0;
    thread = rme_thread_make(&plan);
    event = rme_thread_receive_event(init);
    tap_check(rme_thread_unmake(thread, &plan) == STATUS_OK, "the thread can go");
    return event == STATUS_NO_EVENT ? 0 : event;
}

static void with_huge_pages(void)
{
    struct rme_piece piece;

    tap_check(rme_memory_piece(first, HUGE_ORDER, &piece) && piece.index == 0,
              "boot maps by pages of 1 GiB");
    tap_check(map(directories, 0, READ, first, HUGE_ORDER) == STATUS_OK,
              "one can be delegated whole");
    tap_check(attempt(window + DEEP) == FAULTED && seen[0] == 0x222 && seen[1] == 0,
              "and read to its end, and is gone to its end behind PGT_REM");
    tap_check(map(directories, 0, READ, second, HUGE_ORDER) == STATUS_OK &&
                  attempt(window) == FAULTED && seen[0] == 0x112 && seen[1] == 0,
              "as is another");
    tap_check(
        map(directory, 1, READ, first + HUGE - (1 << LARGE_ORDER), LARGE_ORDER) == STATUS_OK &&
            attempt(window + HUGE + (1 << LARGE_ORDER) + (1 << LARGE_ORDER) - 4096 * 3 + 8) == 0 &&
            seen[0] == 0x222,
        "its last 2 MiB are a page");
    tap_check(map(table, 7, READ, first + DEEP / 4096 * 4096, PAGE_ORDER) == STATUS_OK &&
                  attempt(window + HUGE + 7 * 4096 + 8) == 0 && seen[0] == 0x222,
              "and so are any 4 KiB of it");
    tap_check(rme_pagetable_add(directory, 2, READ, piece.table, piece.position, 512) ==
                      STATUS_ADDRESS &&
                  rme_pagetable_add(table, 8, READ, piece.table, piece.position, 512 * 512) ==
                      STATUS_ADDRESS,
              "and nothing behind its end");
    tap_check(map(directories, 2, WRITE, first, HUGE_ORDER) == STATUS_OK &&
                  rme_pagetable_add(directory, 2, READ, directories, 2, 3) == STATUS_OK &&
                  rme_pagetable_add(directories, 3, READ, directory, 2, 0) == STATUS_ADDRESS,
              "a piece of a piece is no larger than it");
}

static void without_huge_pages(void)
{
    struct rme_piece piece;

    tap_check(!rme_memory_piece(first, HUGE_ORDER, &piece) &&
                  rme_memory_piece(first, LARGE_ORDER, &piece),
              "boot maps by pages of 2 MiB");
    tap_check(rme_pagetable_add(directories, 0, READ, piece.table, piece.position, 0) ==
                  STATUS_ADDRESS,
              "of which none of 1 GiB is made");
    tap_check(
        map(directory, 1, READ, first + HUGE - (1 << LARGE_ORDER), LARGE_ORDER) == STATUS_OK &&
            attempt(window + HUGE + (1 << LARGE_ORDER) + (1 << LARGE_ORDER) - 4096 * 3 + 8) == 0 &&
            seen[0] == 0x222,
        "pages of 2 MiB are delegated");
}

int main(void)
{
    fixture();
    whole_memory();
    rme_print("# %s pages of 1 GiB\n", has_huge_pages() ? "with" : "without");
    if (has_huge_pages())
        with_huge_pages();
    else
        without_huge_pages();
    return tap_end();
}
