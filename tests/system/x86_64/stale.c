/* SPDX-License-Identifier: Unlicense
 *
 * Translations that must be gone (SEC-08). A thread looks at a page, takes it away by a call of its
 * own and looks again: nothing but the kernel runs in between, and no other address space, so that
 * whatever the processor has kept is still there unless the call itself has ended it. For pages of
 * 4 KiB, of 2 MiB (looked at where the page does not begin), for tables that are taken out, for an
 * exchanged page table, for less access, and where one size follows the other.
 */
#include "layout.h"
#include "rme/alloc.h"
#include "rme/process.h"
#include "rme/start.h"
#include "tests/system/tap.h"

static const rme_captable_t own = {{BOOT_CAPTABLE}};
static const rme_thread_t init = {{BOOT_THREAD}};

enum { PAGE = 4096, TABLE = 4096, LARGE = 1 << 21, PLACES = 512 };
enum { NORMAL = PAGE_CACHE | PAGE_BUFFER, READ = PAGE_READ | NORMAL };
enum { WRITE = READ | PAGE_WRITE, EXECUTE = READ | PAGE_EXECUTE };
static const sword_t FAULTED = (sword_t)(9 | EVENT_FAULTED);

/* An address that no image has. Its first 2 MiB are a table's, the second are free, and in the
 * third may be a large page. */
static const word_t window = (word_t)5 << 39;
#define SMALL_AT (window + 3 * PAGE)
#define LARGE_AT (window + (2 << 21))
#define DEEP     (300 * PAGE + 8) /* inside the large page, far from where it begins */

static const word_t frames = LAYOUT_USER_RAM + 0x80000;
#define LARGE_FRAME ((LAYOUT_USER_RAM + LAYOUT_USER_RAM_BYTES + LARGE - 1) / LARGE * LARGE)

static struct rme_space space, other;
static rme_pagetable_t directory, table, spare; /* of the window: 2 MiB an entry, then 4 KiB */
static rme_process_t process;
static rme_signal_t park;
static char stack[2048] __attribute__((aligned(16)));
static word_t slot, place;

static rme_pagetable_t make(word_t base, word_t size_order)
{
    rme_pagetable_t made = rme_pagetable(rme_alloc_slot());

    tap_check(rme_pagetable_create(own, made.id.raw, rme_kmem(BOOT_KMEM),
                                   rme_alloc_kmem_aligned(TABLE, TABLE), base, size_order,
                                   9) == STATUS_OK,
              "a page table can be made");
    return made;
}

/* Where init has them: the thread below cannot look that up, having no boot page. */
enum { FIRST, SECOND, LARGE_ONE, FRAMES };
static struct rme_piece pieces[FRAMES];

static sword_t map(rme_pagetable_t target, word_t position, word_t flags, unsigned frame)
{
    const struct rme_piece *piece = &pieces[frame];

    return rme_pagetable_add(target, position, flags, piece->table, piece->position, piece->index);
}

static volatile word_t *at(word_t address)
{
    return (volatile word_t *)address;
}

/* The two frames of 4 KiB and the large one say who they are. */
static void mark(void)
{
    at(frames)[1] = 0x111;
    at(frames + PAGE)[1] = 0x222;
    for (word_t i = 0; i < PLACES; i++)
        at(LARGE_FRAME + i * PAGE)[1] = 0x1000 + i;
}

static void fixture(void)
{
    rme_pagetable_t directories = make(window, 30);

    park = rme_signal_make();
    slot = rme_alloc_slot();
    place = rme_alloc_kmem(384);
    space = rme_space_make(0);
    other = rme_space_make(0);
    rme_space_add_image(&space);
    rme_space_add_image(&other);
    directory = make(window, 21);
    table = make(window, 12);
    spare = make(window, 12);
    tap_check(rme_pagetable_construct(space.top, 5, directories, 0) == STATUS_OK &&
                  rme_pagetable_construct(directories, 0, directory, 0) == STATUS_OK &&
                  rme_pagetable_construct(directory, 0, table, 0) == STATUS_OK,
              "the window can be built");
    tap_check(rme_memory_piece(frames, 12, &pieces[FIRST]) &&
                  rme_memory_piece(frames + PAGE, 12, &pieces[SECOND]) &&
                  rme_memory_piece(LARGE_FRAME, 21, &pieces[LARGE_ONE]),
              "init has the frames");
    process = rme_process_make(own, &space);
    mark();
}

/* ---- A thread that changes what it stands on ---- */

struct probe {
    word_t address;
    void (*first)(word_t address); /* before the change, which must succeed */
    sword_t (*change)(void);
    void (*second)(word_t address); /* must fault, or find what is new */
};

static volatile struct {
    word_t first, second;
    sword_t status;
    bool was_second;
} seen;

static void load(word_t address)
{
    *(seen.was_second ? &seen.second : &seen.first) = *at(address);
}

static void store(word_t address)
{
    *at(address) = 0xBAD;
}

static void jump(word_t address)
{
    ((void (*)(void))address)();
}

static void run_probe(word_t param)
{
    const struct probe *probe = (const struct probe *)param;

    probe->first(probe->address);
    seen.status = probe->change();
    seen.was_second = true;
    probe->second(probe->address);
    for (;;)
        (void)rme_signal_receive(park, SIGNAL_RECEIVE_SINGLE);
}

/* Its event: 0, or that it has faulted. */
static sword_t attempt(const struct probe *probe)
{
    const struct rme_thread_plan plan = {
        .slot = slot,
        .memory = place,
        .process = process,
        .entry = run_probe,
        .stack = stack,
        .stack_bytes = sizeof(stack),
        .param = (word_t)probe,
        .priority = 1,
        .priority_max = 1,
        .budget = BUDGET_INFINITE,
        .tid = 9,
        .scheduler = init,
        .endpoint = rme_signal_null(),
    };
    rme_thread_t thread;
    sword_t event;

    seen.first = 0;
    seen.second = 0;
    seen.was_second = false;
    seen.status = STATUS_UNKNOWN_CALL;
    thread = rme_thread_make(&plan);
    event = rme_thread_receive_event(init);
    tap_check(rme_thread_unmake(thread, &plan) == STATUS_OK && seen.status == STATUS_OK,
              "the thread has made its change, and can go");
    return event == STATUS_NO_EVENT ? 0 : event;
}

/* It faulted in its second look and not before. */
static bool is_stopped(const struct probe *probe)
{
    return attempt(probe) == FAULTED && seen.was_second && seen.second == 0;
}

/* ---- Pages of 4 KiB ---- */

static sword_t remove_small(void)
{
    return rme_pagetable_remove(table, 3);
}

static sword_t exchange_small(void)
{
    sword_t status = remove_small();

    return status != STATUS_OK ? status : map(table, 3, READ, SECOND);
}

static sword_t read_only(void)
{
    sword_t status = remove_small();

    return status != STATUS_OK ? status : map(table, 3, READ, FIRST);
}

static void small_pages(void)
{
    struct probe probe = {SMALL_AT + 8, load, remove_small, load};

    (void)map(table, 3, WRITE, FIRST);
    tap_check(is_stopped(&probe) && seen.first == 0x111, "a removed page of 4 KiB is not read");
    (void)map(table, 3, WRITE, FIRST);
    probe.second = store;
    tap_check(is_stopped(&probe) && at(frames)[1] == 0x111, "nor written");
    (void)map(table, 3, WRITE, FIRST);
    probe = (struct probe){SMALL_AT + 8, load, exchange_small, load};
    tap_check(attempt(&probe) == 0 && seen.first == 0x111 && seen.second == 0x222,
              "what has come into its place is seen, and not what was there");
    (void)remove_small();
    (void)map(table, 3, WRITE, FIRST);
    probe = (struct probe){SMALL_AT + 16, store, read_only, store};
    tap_check(is_stopped(&probe), "a page that came back without WRITE is not written");
    (void)remove_small();
    *at(frames + 24) = 0xC3; /* ret */
    (void)map(table, 3, EXECUTE, FIRST);
    probe = (struct probe){SMALL_AT + 24, jump, read_only, jump};
    tap_check(is_stopped(&probe), "a page that came back without EXECUTE is not executed");
    (void)remove_small();
}

/* ---- Pages of 2 MiB ---- */

static sword_t remove_large(void)
{
    return rme_pagetable_remove(directory, 2);
}

/* The whole page has been looked at, place by place. */
static void load_all(word_t address)
{
    for (word_t i = 0; i < PLACES; i++)
        seen.first += *at(address + i * PAGE + 8) == 0x1000 + i;
    load(address + DEEP);
}

static void load_deep(word_t address)
{
    load(address + DEEP);
}

static void large_pages(void)
{
    struct probe probe = {LARGE_AT + DEEP, load, remove_large, load};

    tap_check(map(directory, 2, WRITE, LARGE_ONE) == STATUS_OK, "a page of 2 MiB can be mapped");
    tap_check(is_stopped(&probe) && seen.first == 0x1000 + 300,
              "a removed page of 2 MiB is not read where it does not begin");
    (void)map(directory, 2, WRITE, LARGE_ONE);
    probe.second = store;
    tap_check(is_stopped(&probe) && *at(LARGE_FRAME + DEEP) == 0x1000 + 300, "nor written");
    (void)map(directory, 2, WRITE, LARGE_ONE);
    probe = (struct probe){LARGE_AT, load_all, remove_large, load_deep};
    tap_check(is_stopped(&probe), "nor when each of its places was looked at");
}

/* ---- Tables ---- */

static sword_t take_table_out(void)
{
    return rme_pagetable_destruct(directory, 0, table);
}

static sword_t exchange_tables(void)
{
    sword_t status = take_table_out();

    return status != STATUS_OK ? status : rme_pagetable_construct(directory, 0, spare, 0);
}

/* A page of 2 MiB where a table was, and back. */
static sword_t large_for_table(void)
{
    sword_t status = take_table_out();

    return status != STATUS_OK ? status : map(directory, 0, READ, LARGE_ONE);
}

static sword_t table_for_large(void)
{
    sword_t status = rme_pagetable_remove(directory, 0);

    return status != STATUS_OK ? status : rme_pagetable_construct(directory, 0, table, 0);
}

static void tables(void)
{
    struct probe probe = {SMALL_AT + 8, load, take_table_out, load};

    (void)map(table, 3, WRITE, FIRST);
    (void)map(spare, 3, READ, SECOND);
    tap_check(is_stopped(&probe) && seen.first == 0x111,
              "a page of a table that was taken out is not read");
    (void)rme_pagetable_construct(directory, 0, table, 0);
    probe.second = store;
    tap_check(is_stopped(&probe) && at(frames)[1] == 0x111, "nor written");
    (void)rme_pagetable_construct(directory, 0, table, 0);
    probe = (struct probe){SMALL_AT + 8, load, exchange_tables, load};
    tap_check(attempt(&probe) == 0 && seen.first == 0x111 && seen.second == 0x222,
              "a table in the place of another is in force at once");
    (void)rme_pagetable_destruct(directory, 0, spare);
    (void)rme_pagetable_construct(directory, 0, table, 0);
    probe.change = large_for_table;
    tap_check(attempt(&probe) == 0 && seen.first == 0x111 && seen.second == 0x1000 + 3,
              "and a page of 2 MiB in the place of a table");
    probe.change = table_for_large;
    tap_check(attempt(&probe) == 0 && seen.first == 0x1000 + 3 && seen.second == 0x111,
              "and a table in the place of a page of 2 MiB");
}

/* ---- The page table of the running process ---- */

static sword_t exchange_space(void)
{
    return rme_process_set_pagetable(process, other.top, rme_kfunc_null());
}

static void spaces(void)
{
    struct probe probe = {SMALL_AT + 8, load, exchange_space, load};

    tap_check(is_stopped(&probe) && seen.first == 0x111,
              "what only the old page table of the own process had is not read");
    tap_check(rme_captable_freeze(own, space.top.id.raw) == STATUS_REFERENCED,
              "the old one has tables below it, and cannot go");
    (void)rme_process_set_pagetable(process, space.top, rme_kfunc_null());
    probe.second = store;
    tap_check(is_stopped(&probe) && at(frames)[1] == 0x111, "nor written");
    (void)rme_process_set_pagetable(process, space.top, rme_kfunc_null());
}

int main(void)
{
    fixture();
    small_pages();
    large_pages();
    tables();
    spaces();
    return tap_end();
}
