/* SPDX-License-Identifier: Unlicense
 *
 * The page server with the boundary at the top of memory (servers/pages): clients that are honest,
 * and clients that try to get a frame that is kernel memory into their sight, or a page of theirs
 * under an object. A client is a process with its code, one page of its own, a port to the server,
 * the table of its grants, a capability to its own table that can make and remove but not copy, and
 * its process.
 */
#include "layout.h"
#include "rme/alloc.h"
#include "rme/assert.h"
#include "rme/process.h"
#include "rme/stack.h"
#include "rme/start.h"
#include "servers/pages/ledger.h"
#include "servers/pages/server.h"
#include "tests/system/tap.h"

static const rme_captable_t own = {{BOOT_CAPTABLE}};
static const rme_thread_t init = {{BOOT_THREAD}};

enum { CLIENTS = 3, RESULTS = 16, LARGE = 1 << 21, QUOTA = 2048 };
enum { NORMAL = PAGE_CACHE | PAGE_BUFFER, READ = PAGE_READ | NORMAL, WRITE = READ | PAGE_WRITE };

/* Slots of a client's table. */
enum { PORT, GRANTS, SELF, PARK, PROCESS, FREE, SLOTS = 16 };

/* What a client can see of this file beside the code. */
struct page {
    char stack[2048];
    volatile word_t result[RESULTS];
    word_t input;
} __attribute__((aligned(FRAME_BYTES)));
static struct page pages[CLIENTS];

static struct {
    unsigned number; /* of the server */
    rme_captable_t table;
    rme_process_t process;
    word_t slot, place; /* of its thread */
} client[CLIENTS];

/* ---- In the clients ---- */

#define SERVER rme_invocation(PORT)
#define ARENA  PAGES_ARENA

static rme_kmem_t grant(word_t slot)
{
    return rme_kmem_in(GRANTS, slot);
}

static volatile word_t *at(word_t address)
{
    return (volatile word_t *)address;
}

static word_t map(word_t address, word_t order, word_t access)
{
    return pages_ask(SERVER, PAGES_MAP, address, order, access);
}

static word_t unmap(word_t address, word_t order)
{
    return pages_ask(SERVER, PAGES_UNMAP, address, order, 0);
}

static word_t count_words(word_t address, word_t order, word_t value)
{
    word_t count = 0;

    for (word_t i = 0; i < (word_t)1 << order; i += sizeof(word_t))
        count += *at(address + i) == value;
    return count;
}

static void fill(word_t address, word_t order, word_t value)
{
    for (word_t i = 0; i < (word_t)1 << order; i += sizeof(word_t))
        *at(address + i) = value;
}

/* Each size in a place of its own: a table stays where small pages were. */
static void job_honest(struct page *page)
{
    word_t order = page->input, place = ARENA + (order - 11) * LARGE;

    page->result[0] = map(place, order, WRITE);
    page->result[1] = count_words(place, order, 0);
    fill(place, order, 0x5EC4E7);
    page->result[2] = count_words(place, order, 0x5EC4E7);
    page->result[3] = map(place, order, READ);
    page->result[4] = unmap(place, order);
    page->result[5] = 1;
    page->result[6] = *at(place + ((word_t)1 << order) - 8); /* gone: a fault */
    page->result[5] = 2;
}

static void job_nonsense(struct page *page)
{
    const word_t addresses[] = {
        0,          LAYOUT_USER_IMAGE,         LAYOUT_KERNEL_IMAGE, ARENA - FRAME_BYTES,
        ARENA + 8,  ARENA + PAGES_ARENA_BYTES, (word_t)1 << 47,     LAYOUT_KMEM,
        ~(word_t)0, (word_t)-FRAME_BYTES};
    const word_t orders[] = {0, 3, 11, 13, 20, 22, 30, 39, 63, 64, 76, 85, ~(word_t)0};
    const word_t accesses[] = {0,
                               PAGE_WRITE,
                               PAGE_EXECUTE,
                               WRITE | PAGE_EXECUTE,
                               READ | PAGE_STATIC,
                               READ | 1 << 6,
                               READ | (word_t)1 << 63,
                               ~(word_t)0};
    word_t wrong = 0;

    for (unsigned i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
        for (word_t order = 12; order <= 21; order += 9) {
            wrong += map(addresses[i], order, WRITE) != PAGES_NONSENSE;
            wrong += unmap(addresses[i], order) != PAGES_NONSENSE;
        }
    wrong += map(ARENA + FRAME_BYTES, 21, WRITE) != PAGES_NONSENSE;
    for (unsigned i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
        wrong += map(ARENA, orders[i], WRITE) != PAGES_NONSENSE;
        wrong += unmap(ARENA, orders[i]) != PAGES_NONSENSE;
        if (orders[i] != 30)
            wrong += pages_ask(SERVER, PAGES_TABLE, ARENA, orders[i], 0) != PAGES_NONSENSE;
    }
    for (unsigned i = 0; i < sizeof(accesses) / sizeof(accesses[0]); i++)
        wrong += map(ARENA, 12, accesses[i]) != PAGES_NONSENSE;
    for (word_t i = PAGES_OPERATIONS; i < PAGES_OPERATIONS + 20; i++)
        wrong += pages_ask(SERVER, (enum pages_operation)i, ARENA, 12, WRITE) != PAGES_NONSENSE;
    for (word_t i = 1; i != 0; i <<= 1) {
        wrong +=
            pages_ask(SERVER, PAGES_TAKE, i < PAGES_GRANTS ? i << 8 : i, 1, 0) != PAGES_NONSENSE;
        wrong += pages_ask(SERVER, PAGES_TAKE, 0, i <= PAGES_GRANT_FRAMES_MAX ? 0 : i, 0) !=
                 PAGES_NONSENSE;
        wrong += pages_ask(SERVER, PAGES_GIVE, i < PAGES_GRANTS ? ~i : i, 0, 0) != PAGES_NONSENSE;
    }
    page->result[0] = wrong;
    page->result[1] = unmap(ARENA, 12);
    page->result[2] = pages_ask(SERVER, PAGES_GIVE, 3, 0, 0);
    page->result[3] = pages_ask(SERVER, PAGES_TABLE_GIVE, ARENA, 12, 0);
}

static void account(struct page *page, unsigned first)
{
    word_t message[RME_MESSAGE_WORDS] = {PAGES_ACCOUNT};

    page->result[first] = pages_call(SERVER, message);
    page->result[first + 1] = message[2] << 32 | message[3] << 16 | message[4];
}

/* Tables beforehand, their order, and their giving back. */
static void job_tables(struct page *page)
{
    page->result[0] = pages_ask(SERVER, PAGES_TABLE, ARENA, 12, 0);
    account(page, 1);
    page->result[3] = pages_ask(SERVER, PAGES_TABLE, ARENA, 12, 0);
    page->result[4] = map(ARENA, 21, WRITE); /* where the table hangs */
    page->result[5] = map(ARENA, 12, WRITE);
    page->result[6] = pages_ask(SERVER, PAGES_TABLE_GIVE, ARENA, 12, 0);
    page->result[7] = unmap(ARENA, 12);
    page->result[8] = pages_ask(SERVER, PAGES_TABLE_GIVE, ARENA, 21, 0);
    page->result[9] = pages_ask(SERVER, PAGES_TABLE_GIVE, ARENA, 12, 0);
    page->result[10] = map(ARENA, 21, WRITE);
    page->result[11] = map(ARENA, 12, WRITE); /* inside the large page */
    page->result[12] = unmap(ARENA + FRAME_BYTES, 12);
    page->result[13] = unmap(ARENA, 21);
    page->result[14] = pages_ask(SERVER, PAGES_TABLE_GIVE, ARENA, 21, 0) |
                       pages_ask(SERVER, PAGES_TABLE_GIVE, ARENA, 30, 0);
    account(page, 14);
}

/* ---- Kernel memory ---- */

enum { TABLE_OBJECT = FREE, THREAD_OBJECT, COPY };

static void job_objects(struct page *page)
{
    const rme_captable_t self = {{SELF}};

    page->result[0] = pages_ask(SERVER, PAGES_TAKE, 2, 2, 0);
    page->result[1] = (word_t)rme_captable_create(self, TABLE_OBJECT, grant(2), 0, 8);
    page->result[2] = (word_t)rme_thread_create(self, THREAD_OBJECT, grant(2), FRAME_BYTES + 1024,
                                                rme_process(PROCESS), 1, 0);
    page->result[3] = pages_ask(SERVER, PAGES_GIVE, 2, 0, 0);
    page->result[4] = pages_ask(SERVER, PAGES_TAKE, 2, 1, 0);
}

/* What it must not be able to do with what it has borrowed. */
static void job_spread(struct page *page)
{
    const rme_captable_t self = {{SELF}}, grants = {{GRANTS}}, mine = {{TABLE_OBJECT}};
    const word_t rights = RIGHT_KMEM_CAPTABLE;

    page->result[0] = (word_t)rme_captable_delegate(mine, 0, grants, 2, rights, 0, FRAME_BYTES);
    page->result[1] =
        (word_t)rme_captable_delegate(mine, 0, self, GRANTS, RIGHT_CAPTABLE_PROCESS_CREATE, 0, 0);
    page->result[2] = (word_t)rme_captable_delegate(grants, 5, mine, 0, rights, 0, FRAME_BYTES);
    page->result[3] = (word_t)rme_captable_freeze(grants, 2);
    page->result[4] = (word_t)rme_captable_remove(grants, 2);
    page->result[5] =
        (word_t)rme_captable_create(grants, 5, grant(2), 2048, 1); /* no CREATE there */
    page->result[6] = (word_t)rme_captable_create(self, COPY, grant(2), 2 * FRAME_BYTES, 1);
    page->result[7] = (word_t)rme_captable_create(self, COPY, grant(2), ~(word_t)31, 1);
    page->result[8] = (word_t)rme_pagetable_create(self, COPY, grant(2), 0, 0, 12, 9);
    page->result[9] = (word_t)rme_captable_create(self, COPY, grant(2), 0, 1); /* occupied */
    page->result[10] =
        (word_t)rme_captable_delegate(self, COPY, self, SELF, RIGHT_CAPTABLE_CREATE, 0, 0);
}

static void job_no_objects(struct page *page)
{
    const rme_captable_t self = {{SELF}};

    page->result[0] = (word_t)rme_captable_freeze(self, TABLE_OBJECT);
    page->result[1] = (word_t)rme_captable_delete(self, TABLE_OBJECT);
    page->result[2] = pages_ask(SERVER, PAGES_GIVE, 2, 0, 0); /* the thread is there */
    page->result[3] = (word_t)rme_captable_freeze(self, THREAD_OBJECT);
    page->result[4] = (word_t)rme_thread_delete(self, THREAD_OBJECT);
    page->result[5] = pages_ask(SERVER, PAGES_GIVE, 2, 0, 0);
    page->result[6] = pages_ask(SERVER, PAGES_GIVE, 2, 0, 0);
    page->result[7] = (word_t)rme_captable_create(self, TABLE_OBJECT, grant(2), 0, 8);
    /* The same frames as pages: what the objects were is not to be seen. */
    page->result[8] = map(ARENA, 12, WRITE) | map(ARENA + FRAME_BYTES, 12, WRITE);
    page->result[9] = count_words(ARENA, 13, 0);
    fill(ARENA, 13, ~(word_t)0);
}

/* The same frames as kernel memory again: an object made of what was a page. */
static void job_retype(struct page *page)
{
    const rme_captable_t self = {{SELF}};

    page->result[0] = unmap(ARENA, 12) | unmap(ARENA + FRAME_BYTES, 12);
    page->result[1] = pages_ask(SERVER, PAGES_TAKE, 0, 2, 0);
    page->result[2] = (word_t)rme_captable_create(self, TABLE_OBJECT, grant(0), 0, 64);
    page->result[3] = (word_t)rme_signal_send(rme_signal_in(TABLE_OBJECT, 1), 1);
    page->result[4] = 1;
    page->result[5] = *at(ARENA); /* which is under the table: a fault */
    page->result[4] = 2;
}

/* ---- Much, and at random ---- */

static void job_until_refused(struct page *page)
{
    word_t order = page->input, count = 0, status;

    for (;;) {
        status = map(ARENA + ((word_t)1 << 30) + (count << order), order, WRITE);
        if (status != PAGES_OK)
            break;
        count++;
    }
    page->result[0] = status;
    page->result[1] = count;
}

static word_t choose(struct page *page, word_t bound)
{
    page->input = page->input * 6364136223846793005 + 1442695040888963407;
    return (page->input >> 33) % bound;
}

static word_t some_word(struct page *page)
{
    static const word_t orders[] = {12, 12, 12, 21, 30};

    switch (choose(page, 6)) {
    case 0:
        return orders[choose(page, 5)];
    case 1:
        return choose(page, 20);
    case 2:
        return (word_t)1 << choose(page, 64);
    case 3:
        return page->input;
    default:
        return ARENA + choose(page, 4) * LARGE + choose(page, 4) * FRAME_BYTES;
    }
}

/* Mostly what makes sense, so that much happens. */
static void job_random(struct page *page)
{
    static const word_t accesses[] = {WRITE, READ, READ | PAGE_EXECUTE};

    for (unsigned i = 0; i < 1500; i++) {
        bool is_wild = choose(page, 4) == 0;
        word_t operation = choose(page, PAGES_OPERATIONS);
        word_t address = ARENA + choose(page, 3) * LARGE + choose(page, 4) * FRAME_BYTES;
        word_t message[RME_MESSAGE_WORDS] = {operation, address, 12, accesses[choose(page, 3)]};
        word_t value;

        if (operation == PAGES_TAKE || operation == PAGES_GIVE) {
            message[1] = choose(page, PAGES_GRANTS + 1);
            message[2] = choose(page, PAGES_GRANT_FRAMES_MAX + 2);
        }
        if (operation >= PAGES_TABLE && choose(page, 2) == 0)
            message[2] = choose(page, 2) == 0 ? 21 : 30;
        for (unsigned w = 0; is_wild && w < RME_MESSAGE_WORDS; w++)
            if (choose(page, 2) == 0)
                message[w] = some_word(page);
        value = pages_call(SERVER, message);
        page->result[value <= PAGES_FAILED ? value : RESULTS - 1]++;
    }
}

/* ---- Running them ---- */

typedef void (*job_t)(struct page *page);

/* The parameter is the client's page, and below its alignment which job. */
static void run_job(word_t param)
{
    struct page *page = (struct page *)(param & ~(word_t)(FRAME_BYTES - 1));
    static const job_t jobs[] = {job_honest,  job_nonsense,      job_tables,
                                 job_objects, job_spread,        job_no_objects,
                                 job_retype,  job_until_refused, job_random};

    jobs[param & (FRAME_BYTES - 1)](page);
    for (;;)
        (void)rme_signal_receive(rme_signal(PARK), SIGNAL_RECEIVE_SINGLE);
}

enum job { HONEST, NONSENSE, TABLES, OBJECTS, SPREAD, NO_OBJECTS, RETYPE, UNTIL_REFUSED, RANDOM };

static struct rme_thread_plan plan_of(unsigned i, enum job job, word_t budget)
{
    return (struct rme_thread_plan){
        .slot = client[i].slot,
        .memory = client[i].place,
        .process = client[i].process,
        .entry = run_job,
        .stack = pages[i].stack,
        .stack_bytes = sizeof(pages[i].stack),
        .param = (word_t)&pages[i] | job,
        .priority = 1,
        .priority_max = 1,
        .budget = budget,
        .tid = i + 1,
        .scheduler = init,
        .endpoint = rme_signal_null(),
    };
}

static bool has_faulted(sword_t event, unsigned i)
{
    return event == (sword_t)((i + 1) | EVENT_FAULTED);
}

/* While a visit is held up, its frames stand in no record yet, or in two. */
static bool is_held_up;

/* True when it has parked, false when it has faulted. */
static bool run(unsigned i, enum job job, word_t input)
{
    const struct rme_thread_plan plan = plan_of(i, job, BUDGET_INFINITE);
    rme_thread_t thread;
    sword_t event;

    for (unsigned r = 0; r < RESULTS; r++)
        pages[i].result[r] = 0;
    pages[i].input = input;
    thread = rme_thread_make(&plan);
    event = rme_thread_receive_event(init);
    if (rme_thread_unmake(thread, &plan) != STATUS_OK || !(is_held_up || pages_audit()))
        tap_check(false, "the thread can go, and the server's books are right");
    return !has_faulted(event, i);
}

/* From the linker script. */
extern char user_image_end[];

static void make_client(unsigned i)
{
    struct rme_space space = rme_space_make(0);
    rme_signal_t park = rme_signal_make();

    for (word_t a = LAYOUT_USER_IMAGE; a < (word_t)user_image_end; a += FRAME_BYTES)
        (void)rme_space_add(&space, a, 12, READ | PAGE_EXECUTE);
    (void)rme_space_add(&space, (word_t)&pages[i], 12, WRITE);
    client[i].table = rme_captable_make(SLOTS);
    client[i].process = rme_process_make(client[i].table, &space);
    client[i].slot = rme_alloc_slot();
    client[i].place = rme_alloc_kmem(384);
    rme_assert(rme_captable_delegate(client[i].table, SELF, own, client[i].table.id.raw,
                                     RIGHT_CAPTABLE_CREATE | RIGHT_CAPTABLE_DELETE |
                                         RIGHT_CAPTABLE_FREEZE | RIGHT_CAPTABLE_REMOVE |
                                         RIGHT_CAPTABLE_ADD_TARGET,
                                     0, 0) == STATUS_OK);
    rme_assert(rme_captable_delegate(client[i].table, PARK, own, park.id.raw,
                                     RIGHT_SIGNAL_RECEIVE_SINGLE, 0, 0) == STATUS_OK);
    rme_assert(rme_captable_delegate(client[i].table, PROCESS, own, client[i].process.id.raw,
                                     RIGHT_PROCESS_THREAD | RIGHT_PROCESS_INVOCATION, 0,
                                     0) == STATUS_OK);
    client[i].number = pages_add(&(struct pages_plan){client[i].table, PORT, GRANTS, space.top,
                                                      i == 2 ? (word_t)1 << 20 : QUOTA});
}

static bool all(const struct page *page, word_t value, unsigned first, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (page->result[first + i] != value)
            return false;
    return true;
}

static void show(unsigned i)
{
    rme_print("#");
    for (unsigned r = 0; r < RESULTS; r++)
        rme_print(" %d", (int)pages[i].result[r]);
    rme_print("\n");
}

/* ---- The cases ---- */

static void honest(void)
{
    struct page *page = &pages[0];

    for (word_t order = 12; order <= 21; order += 9) {
        word_t words = ((word_t)1 << order) / sizeof(word_t);

        for (unsigned again = 0; again < 2; again++) {
            bool has_parked = run(0, HONEST, order);

            tap_check(page->result[0] == PAGES_OK && page->result[1] == words &&
                          page->result[2] == words,
                      "a client gets a clear page, and gets it clear again");
            tap_check(page->result[3] == PAGES_TAKEN && page->result[4] == PAGES_OK,
                      "in one place once, and can give it back");
            tap_check(!has_parked && page->result[5] == 1, "behind which it is gone");
        }
    }
    tap_check(pages_used(client[0].number) == 3, "what is left on its account are three tables");
}

static void nonsense(void)
{
    word_t before = pages_used(client[1].number);

    tap_check(run(1, NONSENSE, 0) && pages[1].result[0] == 0, "what makes no sense is refused");
    tap_check(pages[1].result[1] == PAGES_NOTHING && pages[1].result[2] == PAGES_NOTHING &&
                  pages[1].result[3] == PAGES_NOTHING,
              "and what is not there not given back");
    tap_check(pages_used(client[1].number) == before && before == 0, "and nothing is charged");
}

static void tables(void)
{
    const struct page *page = &pages[1];

    tap_check(run(1, TABLES, 0) && page->result[0] == PAGES_OK && page->result[1] == PAGES_OK &&
                  page->result[2] == (word_t)3 << 16,
              "page tables come beforehand, and are charged");
    tap_check(page->result[3] == PAGES_TAKEN && page->result[4] == PAGES_TAKEN &&
                  page->result[5] == PAGES_OK,
              "each once, and no large page where one hangs");
    tap_check(page->result[6] == PAGES_IN_USE && page->result[7] == PAGES_OK &&
                  page->result[8] == PAGES_IN_USE && page->result[9] == PAGES_OK,
              "one that is not empty is not given back, and an empty one is");
    tap_check(page->result[10] == PAGES_OK && page->result[11] == PAGES_TAKEN &&
                  page->result[12] == PAGES_NOTHING && page->result[13] == PAGES_OK,
              "a large page takes the whole place");
    tap_check(page->result[14] == PAGES_OK && page->result[15] == 0,
              "and at the end nothing is charged");
}

static void objects(void)
{
    const struct page *page = &pages[0];
    word_t used = pages_used(client[0].number);

    tap_check(run(0, OBJECTS, 0) && page->result[0] == PAGES_OK && page->result[1] == STATUS_OK &&
                  page->result[2] == STATUS_OK && pages_used(client[0].number) == used + 2,
              "a client borrows kernel memory and makes objects in it");
    tap_check(page->result[3] == PAGES_IN_USE && page->result[4] == PAGES_TAKEN,
              "which is not taken back as long as they are there");
    (void)run(0, SPREAD, 0);
    tap_check(all(page, (word_t)STATUS_RIGHTS, 0, 6), "it cannot copy, remove or move what it has");
    tap_check(all(page, (word_t)STATUS_BOUNDS, 6, 2), "nor reach beyond it");
    tap_check(all(page, (word_t)STATUS_RIGHTS, 8, 1), "nor make page tables of it");
    tap_check(all(page, (word_t)STATUS_MEMORY, 9, 1) && all(page, (word_t)STATUS_RIGHTS, 10, 1),
              "nor two objects in one place, nor more of its own table");
    tap_check(run(0, NO_OBJECTS, 0) && page->result[1] == STATUS_OK &&
                  page->result[2] == PAGES_IN_USE,
              "one object less is not enough");
    tap_check(page->result[4] == STATUS_OK && page->result[5] == PAGES_OK &&
                  page->result[6] == PAGES_NOTHING,
              "but none");
    tap_check((sword_t)page->result[7] == STATUS_TYPE || (sword_t)page->result[7] == STATUS_EMPTY,
              "and then it has no capability");
    tap_check(page->result[8] == PAGES_OK && page->result[9] == 2 * FRAME_BYTES / sizeof(word_t),
              "what was an object is a clear page");
    tap_check(!run(0, RETYPE, 0) && page->result[0] == PAGES_OK && page->result[1] == PAGES_OK &&
                  page->result[2] == STATUS_OK,
              "what was a page is kernel memory");
    tap_check((sword_t)page->result[3] == STATUS_TYPE && page->result[4] == 1,
              "and an object in it has nothing of the page, which is out of sight");
}

/* Two clients at the same address, seen from here. */
static void apart(void)
{
    word_t kernel = 0, user[2] = {0, 0};

    tap_check(run(0, UNTIL_REFUSED, 12) && pages[0].result[0] == PAGES_QUOTA &&
                  pages_used(client[0].number) == QUOTA,
              "a client gets no more than its quota");
    tap_check(run(1, UNTIL_REFUSED, 21) && pages[1].result[0] == PAGES_QUOTA &&
                  pages[1].result[1] == 3,
              "in pages of 2 MiB too, and the other still gets its own");
    for (word_t a = 0; a < LAYOUT_KMEM - LAYOUT_KERNEL_WINDOW + LAYOUT_KMEM_BYTES;
         a += FRAME_BYTES) {
        unsigned owner;
        unsigned kind = pages_kind(a, &owner);

        kernel += kind == FRAME_KERNEL;
        if (kind == FRAME_PAGE && owner < 2)
            user[owner]++;
    }
    tap_check(kernel == 2 && user[0] < QUOTA && user[1] == 3 * 512,
              "every frame is one thing, of one client");
}

static void exhaustion(void)
{
    word_t free = pages_free(), got;

    tap_check(run(2, UNTIL_REFUSED, 21) && pages[2].result[0] == PAGES_FULL,
              "a client without a limit takes all large pages that there are");
    got = pages[2].result[1];
    tap_check(got > 64 && pages_free() == free - got * 512 - 2, "and they are gone");
    rme_print("# %d pages of 2 MiB, %d frames are left\n", (int)got, (int)pages_free());
    tap_check(pages_end(client[2].number) == PAGES_OK && pages_free() == free &&
                  pages_used(client[2].number) == 0 && pages_audit(),
              "all of it comes back when the client ends");
}

static void at_random(void)
{
    word_t sum = 0;

    tap_check(pages_end(client[1].number) == PAGES_OK && pages_used(client[1].number) == 0,
              "a client can begin again with nothing");
    for (word_t seed = 1; seed <= 4; seed++) {
        if (!run(1, RANDOM, seed) || pages[1].result[PAGES_FAILED] != 0 ||
            pages[1].result[RESULTS - 1] != 0)
            tap_check(false, "nothing that a client says makes the server fail");
        for (unsigned i = 0; i < RESULTS; i++)
            sum += pages[1].result[i];
        show(1);
    }
    tap_check(sum == 4 * 1500 && pages_audit(), "6000 random messages, and the books are right");
    tap_check(pages_end(client[1].number) == PAGES_OK && pages_used(client[1].number) == 0,
              "and all is given back");
}

/* A thread of client 1 that has so much time; its visit is ended where it stands. */
static bool end_visit(enum job job, word_t input, word_t budget, bool others)
{
    const struct rme_thread_plan plan = plan_of(1, job, budget);
    bool is_sound = true;
    rme_thread_t thread;

    pages[1].input = input;
    pages[1].result[5] = 0;
    thread = rme_thread_make(&plan);
    (void)rme_thread_receive_event(init);
    is_held_up = true;
    if (others)
        is_sound = run(2, NONSENSE, 0) && pages[2].result[0] == 0;
    is_held_up = false;
    return rme_thread_unmake(thread, &plan) == STATUS_OK && is_sound;
}

/* A client whose manager ends its visits wherever they are, at ever later places, until one comes
 * to its end; and visits at random. In between the others are served. */
static void aborted(void)
{
    word_t budget = 50000, ends = 0, free = pages_free();
    bool is_done = false, is_sound = true;

    while (!is_done && ends < 1000) {
        is_sound &= end_visit(HONEST, 21, budget, ends % 32 == 0);
        is_done = pages[1].result[5] == 1;
        ends += !is_done;
        budget += budget / 32;
    }
    tap_check(is_done && ends > 8 && is_sound, "a visit may be ended anywhere");
    rme_print("# %d visits were ended\n", (int)ends);
    for (word_t i = 0; i < 100; i++) {
        is_sound &= end_visit(RANDOM, i, 20000 + i * 5501, false);
        if (i % 10 == 9)
            is_sound &= run(1, NONSENSE, 0);
    }
    tap_check(is_sound && pages_audit(), "and a hundred more wherever they were");
    tap_check(run(1, NONSENSE, 0) && pages_audit() && pages_end(client[1].number) == PAGES_OK &&
                  pages_free() == free,
              "and nothing is lost, nor held up");
}

/* Kernel memory with an object in it stays what it is when its client is gone. */
static void left_behind(void)
{
    tap_check(pages_end(client[0].number) == PAGES_IN_USE && pages_used(client[0].number) == 2,
              "what holds objects of a client that ended is not taken back");
    (void)rme_captable_freeze(client[0].table, TABLE_OBJECT);
    tap_check(rme_captable_delete(client[0].table, TABLE_OBJECT) == STATUS_OK &&
                  pages_end(client[0].number) == PAGES_OK && pages_used(client[0].number) == 0,
              "and is when they are deleted");
}

int main(void)
{
    word_t free;

    pages_start();
    free = pages_free();
    rme_print("# %d frames\n", (int)free);
    for (unsigned i = 0; i < CLIENTS; i++)
        make_client(i);
    tap_check(free > 0xD000 && pages_audit(), "the server has the memory of the machine");
    honest();
    nonsense();
    tables();
    objects();
    apart();
    exhaustion();
    at_random();
    aborted();
    left_behind();
    tap_check(pages_free() == free, "in the end all memory is free");
    return tap_end();
}
