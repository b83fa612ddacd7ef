/* SPDX-License-Identifier: Unlicense
 *
 * Page tables with an MMU, from user level: each status that one CPU can show, what the pages let a
 * thread do, and when a change takes effect. A line that names call and status is a cell of the
 * matrix.
 */
#include "layout.h"
#include "rme/alloc.h"
#include "rme/process.h"
#include "rme/start.h"
#include "tests/system/tap.h"

static const rme_captable_t own = {{BOOT_CAPTABLE}};
static const rme_kmem_t memory = {{BOOT_KMEM}};
static const rme_thread_t init = {{BOOT_THREAD}};

enum { OUTSIDE = 0x7F, TABLE = 4096, PAGE = 4096, READ = PAGE_READ, WRITE = PAGE_WRITE };
enum { NORMAL = PAGE_CACHE | PAGE_BUFFER };

/* An address that no image has, and frames that nobody uses, which init sees where they are. */
static const word_t window = (word_t)5 << 39;
static const word_t frames = LAYOUT_USER_RAM + 0x80000;

static rme_pagetable_t top, directories, directory, table; /* of the window */
static rme_pagetable_t weak;
static rme_signal_t endpoint, frozen;
static word_t empty, offset;

static void refused(sword_t once, sword_t again, sword_t status, const char *name, const char *what,
                    int line)
{
    tap_report(once == status && again == once, name, what, line);
    if (once != status || again != once)
        rme_print("# it returned %d, then %d\n", (int)once, (int)again);
}

#define REFUSED(call, status, expression)                                                          \
    do {                                                                                           \
        sword_t once = (expression);                                                               \
                                                                                                   \
        refused(once, (expression), STATUS_##status, #call " " #status, #expression, __LINE__);    \
    } while (0)

#define OPERAND(call, handle, expression)                                                          \
    do {                                                                                           \
        handle.id.raw = OUTSIDE;                                                                   \
        REFUSED(call, RANGE, expression);                                                          \
        handle.id.raw = frozen.id.raw;                                                             \
        REFUSED(call, FROZEN, expression);                                                         \
        handle.id.raw = endpoint.id.raw;                                                           \
        REFUSED(call, TYPE, expression);                                                           \
    } while (0)

static word_t weaken(word_t source, word_t rights, word_t low, word_t high)
{
    word_t slot = rme_alloc_slot();

    tap_check(rme_captable_delegate(own, slot, own, source, rights, low, high) == STATUS_OK,
              "a leaf can be made");
    return slot;
}

static rme_pagetable_t make(word_t base, word_t size_order, word_t number_order)
{
    rme_pagetable_t made = rme_pagetable(rme_alloc_slot());

    tap_check(rme_pagetable_create(own, made.id.raw, memory, rme_alloc_kmem_aligned(TABLE, TABLE),
                                   base, size_order, number_order) == STATUS_OK,
              "a page table can be made");
    return made;
}

/* A page of `frames` at a position of a table. */
static sword_t map(rme_pagetable_t target, word_t position, word_t flags, word_t frame)
{
    struct rme_piece piece;

    if (!rme_memory_piece(frames + frame * PAGE, 12, &piece))
        return STATUS_BOUNDS;
    return rme_pagetable_add(target, position, flags, piece.table, piece.position, piece.index);
}

static void fixture(void)
{
    endpoint = rme_signal_make();
    frozen = rme_signal_make();
    (void)rme_captable_freeze(own, frozen.id.raw);
    top = make(PAGETABLE_TOP, 39, 8);
    directories = make(window, 30, 9);
    directory = make(window, 21, 9);
    table = make(window, 12, 9);
    weak = rme_pagetable(weaken(table.id.raw, RIGHT_PAGETABLE_ADD_SOURCE, 1, 2));
    offset = rme_alloc_kmem_aligned(2 * TABLE, TABLE);
    empty = rme_alloc_slot();
}

/* ---- Refusals ---- */

static void creation(void)
{
    rme_captable_t t = own, weak_own = {{weaken(BOOT_CAPTABLE, RIGHT_CAPTABLE_FREEZE, 0, 0)}};
    rme_kmem_t m = memory, weak_memory = {{weaken(BOOT_KMEM, RIGHT_KMEM_THREAD, 0, TABLE)}};

    OPERAND(PGT_CRT, t, rme_pagetable_create(t, empty, memory, offset, 0, 12, 9));
    OPERAND(PGT_CRT, m, rme_pagetable_create(own, empty, m, offset, 0, 12, 9));
    REFUSED(PGT_CRT, RIGHTS, rme_pagetable_create(weak_own, empty, memory, offset, 0, 12, 9));
    REFUSED(PGT_CRT, RIGHTS, rme_pagetable_create(own, empty, weak_memory, 0, 0, 12, 9));
    REFUSED(PGT_CRT, HARDWARE, rme_pagetable_create(own, empty, memory, offset, 0, 12, 8));
    REFUSED(PGT_CRT, HARDWARE, rme_pagetable_create(own, empty, memory, offset, 0, 39, 8));
    REFUSED(PGT_CRT, HARDWARE,
            rme_pagetable_create(own, empty, memory, offset, PAGETABLE_TOP, 39, 9));
    REFUSED(PGT_CRT, HARDWARE, rme_pagetable_create(own, empty, memory, offset, PAGE, 12, 9));
    REFUSED(PGT_CRT, HARDWARE, rme_pagetable_create(own, empty, memory, offset, 0, ~(word_t)0, 9));
    REFUSED(PGT_CRT, BOUNDS,
            rme_pagetable_create(own, empty, memory, rme_boot.kmem_bytes, 0, 12, 9));
    REFUSED(PGT_CRT, RANGE, rme_pagetable_create(own, OUTSIDE, memory, offset, 0, 12, 9));
    REFUSED(PGT_CRT, OCCUPIED, rme_pagetable_create(own, 0, memory, offset, 0, 12, 9));
    REFUSED(PGT_CRT, MEMORY, rme_pagetable_create(own, empty, memory, 0, 0, 12, 9));
    REFUSED(PGT_CRT, MEMORY, rme_pagetable_create(own, empty, memory, offset + 32, 0, 12, 9));
}

static void pages(void)
{
    rme_pagetable_t p = table, q = table, none = rme_pagetable_in(BOOT_PAGETABLES, 0);
    rme_pagetable_t narrow = {{weaken(table.id.raw, RIGHTS_PAGETABLE_ALL, 1, 2)}};

    OPERAND(PGT_ADD, p, rme_pagetable_add(p, 0, READ, none, 0, 0));
    OPERAND(PGT_ADD, q, rme_pagetable_add(table, 0, READ, q, 0, 0));
    REFUSED(PGT_ADD, RIGHTS, rme_pagetable_add(weak, 1, READ, none, 0, 0));
    REFUSED(PGT_ADD, BOUNDS, rme_pagetable_add(narrow, 3, READ, weak, 1, 0));
    REFUSED(PGT_ADD, BOUNDS, rme_pagetable_add(table, 0, READ, weak, 0, 0));
    REFUSED(PGT_ADD, ADDRESS, rme_pagetable_add(table, 512, READ, table, 0, 0));
    REFUSED(PGT_ADD, ADDRESS, rme_pagetable_add(table, 0, READ, table, 512, 0));
    REFUSED(PGT_ADD, ADDRESS, rme_pagetable_add(table, 0, READ, table, 1, 1));
    REFUSED(PGT_ADD, ADDRESS, rme_pagetable_add(directory, 0, READ, table, 0, 0));
    REFUSED(PGT_ADD, MAP, rme_pagetable_add(table, 0, READ, table, 1, 0));
    REFUSED(PGT_ADD, MAP, map(table, 0, WRITE, 0));
    tap_check(map(table, 0, READ | NORMAL, 0) == STATUS_OK, "a piece of a page can be mapped");
    REFUSED(PGT_ADD, MAP, map(table, 0, READ, 1));
    REFUSED(PGT_ADD, PERMISSION, rme_pagetable_add(table, 1, READ | WRITE, table, 0, 0));
    REFUSED(PGT_ADD, PERMISSION, rme_pagetable_add(table, 1, READ | PAGE_EXECUTE, table, 0, 0));
    REFUSED(PGT_ADD, PERMISSION, rme_pagetable_add(table, 1, READ | 1 << 6, table, 0, 0));

    p = table;
    OPERAND(PGT_REM, p, rme_pagetable_remove(p, 0));
    REFUSED(PGT_REM, RIGHTS, rme_pagetable_remove(weak, 1));
    REFUSED(PGT_REM, BOUNDS, rme_pagetable_remove(narrow, 0));
    REFUSED(PGT_REM, ADDRESS, rme_pagetable_remove(table, 512));
    REFUSED(PGT_REM, MAP, rme_pagetable_remove(table, 1));
    tap_check(rme_pagetable_remove(table, 0) == STATUS_OK, "and removed");
    REFUSED(PGT_REM, MAP, rme_pagetable_remove(table, 0));
}

static void construction(void)
{
    rme_pagetable_t p = directory, q = table;
    rme_pagetable_t narrow = {{weaken(directory.id.raw, RIGHTS_PAGETABLE_ALL, 1, 2)}};

    OPERAND(PGT_CON, p, rme_pagetable_construct(p, 0, table, 0));
    OPERAND(PGT_CON, q, rme_pagetable_construct(directory, 0, q, 0));
    REFUSED(PGT_CON, RIGHTS, rme_pagetable_construct(weak, 1, table, 0));
    REFUSED(PGT_CON, RIGHTS, rme_pagetable_construct(directory, 0, weak, 0));
    REFUSED(PGT_CON, BOUNDS, rme_pagetable_construct(narrow, 0, table, 0));
    REFUSED(PGT_CON, ADDRESS, rme_pagetable_construct(directory, 512, table, 0));
    REFUSED(PGT_CON, ADDRESS, rme_pagetable_construct(directory, 1, table, 0));
    REFUSED(PGT_CON, ADDRESS, rme_pagetable_construct(directories, 0, table, 0));
    REFUSED(PGT_CON, ADDRESS, rme_pagetable_construct(directory, 0, top, 0));
    REFUSED(PGT_CON, ADDRESS, rme_pagetable_construct(top, 256, directories, 0));
    tap_check(rme_pagetable_construct(directory, 0, table, 0) == STATUS_OK, "it can be attached");
    REFUSED(PGT_CON, MAP, rme_pagetable_construct(directory, 0, table, 0));
    REFUSED(PGT_REM, MAP, rme_pagetable_remove(directory, 0)); /* a child is no page */

    p = directory;
    q = table;
    OPERAND(PGT_DES, p, rme_pagetable_destruct(p, 0, table));
    OPERAND(PGT_DES, q, rme_pagetable_destruct(directory, 0, q));
    REFUSED(PGT_DES, RIGHTS, rme_pagetable_destruct(weak, 1, table));
    REFUSED(PGT_DES, BOUNDS, rme_pagetable_destruct(narrow, 0, table));
    REFUSED(PGT_DES, ADDRESS, rme_pagetable_destruct(directory, 512, table));
    REFUSED(PGT_DES, MAP, rme_pagetable_destruct(directory, 0, directories));
    REFUSED(PGT_DES, MAP, rme_pagetable_destruct(directory, 1, table));
    (void)rme_captable_freeze(own, table.id.raw);
    tap_check(rme_pagetable_destruct(directory, 0, table) == STATUS_OK, "and taken out");
    tap_check(rme_pagetable_construct(directory, 0, table, 0) == STATUS_OK, "and attached again");
}

/* ---- What a thread of another process can do ---- */

enum act { LOAD, STORE, JUMP, ACTS };

static volatile word_t seen;
static char stack[1024] __attribute__((aligned(16)));
static word_t slot, place;
static rme_process_t process;

static void act(word_t param)
{
    volatile word_t *address = (volatile word_t *)(param & ~(word_t)7);

    if ((param & 7) == LOAD)
        seen = *address;
    else if ((param & 7) == STORE)
        *address = 0xBAD;
    else
        ((void (*)(void))(word_t)address)();
    seen += 0x1000; /* it went on */
    for (;;)
        (void)rme_signal_receive(endpoint, SIGNAL_RECEIVE_SINGLE);
}

/* The event of a thread that does it: 0, or that it has faulted. */
static sword_t attempt(enum act what, word_t address)
{
    const struct rme_thread_plan plan = {
        .slot = slot,
        .memory = place,
        .process = process,
        .entry = act,
        .stack = stack,
        .stack_bytes = sizeof(stack),
        .param = address | what,
        .priority = 1,
        .priority_max = 1,
        .budget = BUDGET_INFINITE,
        .tid = 9,
        .scheduler = init,
        .endpoint = rme_signal_null(),
    };
    rme_thread_t thread;
    sword_t event;

    seen = 0;
    thread = rme_thread_make(&plan);
    event = rme_thread_receive_event(init);
    tap_check(rme_thread_unmake(thread, &plan) == STATUS_OK, "the thread can go");
    return event == STATUS_NO_EVENT ? 0 : event;
}

static const sword_t FAULTED = (sword_t)(9 | EVENT_FAULTED);

static word_t *frame(word_t number)
{
    return (word_t *)(frames + number * PAGE);
}

static void access(void)
{
    struct rme_space space = {top, 0};
    rme_captable_t captable = rme_captable_make(64);

    slot = rme_alloc_slot();
    place = rme_alloc_kmem(384);
    (void)rme_captable_delegate(captable, endpoint.id.raw, own, endpoint.id.raw,
                                RIGHT_SIGNAL_RECEIVE_SINGLE, 0, 0);
    rme_space_add_image(&space);
    process = rme_process_make(captable, &space);
    tap_check(rme_pagetable_construct(top, 5, directories, 0) == STATUS_OK &&
                  rme_pagetable_construct(directories, 0, directory, 0) == STATUS_OK,
              "the window can be built");
    *frame(0) = 0x111;
    *frame(1) = 0x222;
    *frame(2) = 0xC3; /* ret */
    tap_check(attempt(LOAD, window) == FAULTED, "nothing is there before it is mapped");
    tap_check(map(table, 0, READ | NORMAL, 0) == STATUS_OK && attempt(LOAD, window) == 0 &&
                  seen == 0x1111,
              "a page can be read where it was mapped");
    tap_check(attempt(STORE, window) == FAULTED && *frame(0) == 0x111,
              "and not written without WRITE");
    tap_check(map(table, 1, READ | WRITE | NORMAL, 1) == STATUS_OK &&
                  attempt(STORE, window + PAGE) == 0 && *frame(1) == 0xBAD,
              "and written with it");
    tap_check(map(table, 2, READ | NORMAL, 2) == STATUS_OK &&
                  attempt(JUMP, window + 2 * PAGE) == FAULTED,
              "and not executed without EXECUTE");
    tap_check(map(table, 3, READ | PAGE_EXECUTE | NORMAL, 2) == STATUS_OK &&
                  attempt(JUMP, window + 3 * PAGE) == 0,
              "and executed with it");
    tap_check(
        attempt(LOAD, LAYOUT_KMEM) == FAULTED && attempt(LOAD, LAYOUT_LOCAL_APIC) == FAULTED &&
            attempt(LOAD, (word_t)1 << 47) == FAULTED &&
            attempt(JUMP, (word_t)1 << 47) == FAULTED && attempt(JUMP, ~(word_t)0xFFF) == FAULTED,
        "the kernel's half is nobody's");
}

/* ---- When changes take effect ---- */

/* A thread of the other process that has looked at a page, and looks again when it is told. */
static rme_signal_t again;
static volatile word_t looks[2];

static void look_twice(word_t address)
{
    looks[0] = *(volatile word_t *)address;
    (void)rme_signal_receive(again, SIGNAL_RECEIVE_SINGLE);
    looks[1] = *(volatile word_t *)address;
    for (;;)
        (void)rme_signal_receive(endpoint, SIGNAL_RECEIVE_SINGLE);
}

/* init changes something in between; the event behind the second look. */
static sword_t between(word_t address, sword_t (*change)(void))
{
    const struct rme_thread_plan plan = {
        .slot = slot,
        .memory = place,
        .process = process,
        .entry = look_twice,
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

    looks[0] = 0;
    looks[1] = 0;
    thread = rme_thread_make(&plan);
    tap_check(change() == STATUS_OK, "init makes its change");
    (void)rme_signal_send(again, 1);
    event = rme_thread_receive_event(init);
    tap_check(rme_thread_unmake(thread, &plan) == STATUS_OK, "the thread can go");
    return event == STATUS_NO_EVENT ? 0 : event;
}

static sword_t remove_page(void)
{
    return rme_pagetable_remove(table, 0);
}

static sword_t take_table_out(void)
{
    return rme_pagetable_destruct(directory, 0, table);
}

static sword_t exchange_page(void)
{
    sword_t status = rme_pagetable_remove(table, 0);

    return status != STATUS_OK ? status : map(table, 0, READ | NORMAL, 1);
}

static rme_pagetable_t other_top;

static sword_t change_space(void)
{
    return rme_process_set_pagetable(process, other_top, rme_kfunc_null());
}

static void effects(void)
{
    struct rme_space other;
    rme_pagetable_t chain[3];

    again = rme_signal_make();
    process = rme_process_make(own, &(struct rme_space){top, 0});
    *frame(1) = 0x222;
    tap_check(between(window, exchange_page) == 0 && looks[0] == 0x111 && looks[1] == 0x222,
              "another page in its place is seen at once");
    (void)rme_pagetable_remove(table, 0);
    (void)map(table, 0, READ | NORMAL, 0);
    tap_check(between(window, remove_page) == FAULTED && looks[0] == 0x111 && looks[1] == 0,
              "a removed page is gone at once");
    (void)map(table, 0, READ | NORMAL, 0);
    tap_check(between(window, take_table_out) == FAULTED && looks[0] == 0x111 && looks[1] == 0,
              "and so is a table that was taken out");
    (void)rme_pagetable_construct(directory, 0, table, 0);

    other = rme_space_make(0);
    other_top = other.top;
    rme_space_add_image(&other);
    chain[0] = make(window, 30, 9);
    chain[1] = make(window, 21, 9);
    chain[2] = make(window, 12, 9);
    (void)rme_pagetable_construct(other.top, 5, chain[0], 0);
    (void)rme_pagetable_construct(chain[0], 0, chain[1], 0);
    (void)rme_pagetable_construct(chain[1], 0, chain[2], 0);
    (void)map(chain[2], 0, READ | NORMAL, 1);
    tap_check(between(window, change_space) == 0 && looks[0] == 0x111 && looks[1] == 0x222,
              "another page table of its process is in force at once");
}

/* One table below two top levels, and pages of 2 MiB. */
static void sharing(void)
{
    word_t large = (LAYOUT_USER_RAM + 0x3FFFFF) >> 21 << 21;
    struct rme_piece piece;
    rme_pagetable_t second = make(window + ((word_t)1 << 30), 21, 9);

    (void)rme_pagetable_construct(directories, 1, second, 0);
    tap_check(rme_memory_piece(large, 21, &piece) &&
                  rme_pagetable_add(second, 3, READ | WRITE | NORMAL, piece.table, piece.position,
                                    piece.index) == STATUS_OK,
              "a page of 2 MiB can be mapped");
    process = rme_process_make(own, &(struct rme_space){top, 0});
    *(word_t *)(large + 0x123450) = 0x333;
    tap_check(attempt(LOAD, window + ((word_t)1 << 30) + (3 << 21) + 0x123450) == 0 &&
                  seen == 0x1333,
              "and read");
    tap_check(rme_pagetable_destruct(top, 5, directories) == STATUS_OK &&
                  rme_pagetable_construct(top, 5, directories, 0) == STATUS_OK,
              "a tree can be taken out and put back");
    tap_check(attempt(LOAD, window + ((word_t)1 << 30) + (3 << 21) + 0x123450) == 0 &&
                  seen == 0x1333,
              "whole");
    (void)rme_captable_freeze(own, top.id.raw);
    tap_check(rme_pagetable_delete(own, top.id.raw) == STATUS_NOT_FROZEN,
              "what processes have is not deleted");
}

/* The same in the space of whoever makes the change, which is not loaded again in between. The
 * second top level has all of init's tables as its children, and another window. */
static void own_space(void)
{
    const rme_process_t self = {{BOOT_PROCESS}};
    const rme_pagetable_t boot = {{BOOT_PAGETABLE}};
    volatile word_t *at = (volatile word_t *)window;
    rme_pagetable_t second = make(PAGETABLE_TOP, 39, 8);
    rme_pagetable_t chain[3] = {make(window, 30, 9), make(window, 21, 9), make(window, 12, 9)};
    word_t first_seen;

    *frame(0) = 0x111;
    *frame(1) = 0x222;
    (void)rme_pagetable_remove(table, 0);
    (void)map(table, 0, READ | NORMAL, 0);
    (void)map(chain[2], 0, READ | NORMAL, 1);
    (void)rme_pagetable_construct(chain[0], 0, chain[1], 0);
    (void)rme_pagetable_construct(chain[1], 0, chain[2], 0);
    tap_check(rme_pagetable_construct(boot, 5, directories, 0) == STATUS_OK && *at == 0x111,
              "init sees the window too: a table has two parents");
    (void)exchange_page();
    tap_check(*at == 0x222, "and another page in it at once");
    (void)rme_pagetable_remove(table, 0);
    (void)map(table, 0, READ | NORMAL, 0);
    first_seen = *at;
    tap_check(rme_pagetable_destruct(directory, 0, table) == STATUS_OK &&
                  rme_pagetable_construct(directory, 0, chain[2], 0) == STATUS_OK &&
                  first_seen == 0x111 && *at == 0x222,
              "and another table");
    (void)rme_pagetable_destruct(directory, 0, chain[2]);
    (void)rme_pagetable_construct(directory, 0, table, 0);

    for (word_t i = 0; i < rme_boot.tables; i++)
        (void)rme_pagetable_construct(second, 0, rme_pagetable_in(BOOT_PAGETABLES, i), 0);
    (void)rme_pagetable_construct(second, 5, chain[0], 0);
    first_seen = *at;
    tap_check(rme_process_set_pagetable(self, second, rme_kfunc_null()) == STATUS_OK &&
                  first_seen == 0x111 && *at == 0x222,
              "another page table of the own process is in force at once");
    tap_check(rme_process_set_pagetable(self, boot, rme_kfunc_null()) == STATUS_OK && *at == 0x111,
              "and the old one again");
}

int main(void)
{
    fixture();
    creation();
    pages();
    construction();
    access();
    effects();
    sharing();
    own_space();
    return tap_end();
}
