/* SPDX-License-Identifier: Unlicense
 *
 * Raw address spaces: the first process makes page tables of its own in its own memory, four levels
 * with the bits of the manual, and gives the kernel the word for CR3. What lets it do so is a
 * capability; what keeps the other processes in is what it has written, and nothing else.
 */
#include "abi/boot_page.h"
#include "layout.h"
#include "rme/alloc.h"
#include "rme/assert.h"
#include "rme/process.h"
#include "rme/start.h"
#include "tests/system/tap.h"

static const rme_captable_t own = {{BOOT_CAPTABLE}};
static const rme_thread_t init = {{BOOT_THREAD}};
static const rme_kfunc_t authority = {{BOOT_KFUNC}};

enum { PAGE = 4096, ENTRIES = 512, TABLES = 24, SPACES = 2 };
static const sword_t FAULTED = (sword_t)(9 | EVENT_FAULTED);

/* SDM volume 3, tables 4-15 to 4-20. */
#define PRESENT    ((word_t)1 << 0)
#define WRITABLE   ((word_t)1 << 1)
#define USER       ((word_t)1 << 2)
#define NO_EXECUTE ((word_t)1 << 63)
#define ADDRESS    ((word_t)0x000FFFFFFFFFF000)

/* This process has all of its memory where it is: the addresses of tables are physical ones. */
static word_t tables[TABLES][ENTRIES] __attribute__((aligned(PAGE)));
static unsigned tables_used;

static word_t frames[2][PAGE / sizeof(word_t)] __attribute__((aligned(PAGE)));
static const word_t window = (word_t)5 << 39;

static rme_signal_t park;
static char stack[2048] __attribute__((aligned(16)));
static word_t slot, place;
static rme_process_t process;

/* ---- A manager of page tables ---- */

static word_t *new_table(void)
{
    rme_assert(tables_used < TABLES);
    return tables[tables_used++];
}

/* The entry of the lowest level for an address. */
static word_t *entry_of(word_t *top, word_t address)
{
    word_t *table = top;

    for (unsigned order = 39; order > 12; order -= 9) {
        word_t *entry = &table[address >> order & (ENTRIES - 1)];

        if (*entry == 0)
            *entry = (word_t)new_table() | PRESENT | WRITABLE | USER;
        table = (word_t *)(*entry & ADDRESS);
    }
    return &table[address >> 12 & (ENTRIES - 1)];
}

/* From the linker script. */
extern char user_image_end[], user_bss_end[];

static word_t *make_space(void)
{
    word_t *top = new_table();

    for (word_t a = LAYOUT_USER_IMAGE; a < (word_t)user_image_end; a += PAGE)
        *entry_of(top, a) = a | PRESENT | USER;
    for (word_t a = LAYOUT_USER_RAM; a < (word_t)user_bss_end; a += PAGE)
        *entry_of(top, a) = a | PRESENT | WRITABLE | USER | NO_EXECUTE;
    top[ENTRIES - 1] = ((const struct boot_page *)LAYOUT_BOOT_PAGE)->kernel_entry;
    return top;
}

/* ---- Whose right it is ---- */

static rme_pagetable_t word_of(word_t space)
{
    return (rme_pagetable_t){{space}};
}

static sword_t create(word_t at, word_t space, rme_kfunc_t by)
{
    return rme_process_create(own, at, own, word_of(space), by);
}

static rme_kfunc_t narrowed(word_t first, word_t last, word_t low, word_t high)
{
    rme_kfunc_t leaf = rme_kfunc(rme_alloc_slot());

    tap_check(rme_captable_delegate(own, leaf.id.raw, own, authority.id.raw, first << 16 | last,
                                    low, high) == STATUS_OK,
              "the authority can be narrowed");
    return leaf;
}

static void rights(word_t space, word_t other)
{
    rme_kfunc_t one = narrowed(RME_KFN_PGT_RAW, RME_KFN_PGT_RAW, space, space);
    rme_kfunc_t flush = narrowed(RME_KFN_FLUSH, RME_KFN_FLUSH_DONE, 0, ~(word_t)0);
    word_t made = rme_alloc_slot();

    tap_check(create(made, space, flush) == STATUS_BOUNDS,
              "who may only flush may not choose a space");
    tap_check(create(made, other, one) == STATUS_BOUNDS, "nor who may choose another");
    tap_check(create(made, space + 1, one) == STATUS_BOUNDS, "to the bit");
    tap_check(create(made, space, (rme_kfunc_t){{park.id.raw}}) == STATUS_TYPE &&
                  create(made, space, (rme_kfunc_t){{BOOT_KMEM}}) == STATUS_TYPE &&
                  create(made, space, rme_kfunc_null()) != STATUS_OK,
              "nothing but a kernel function is an authority");
    tap_check(create(made, space, one) == STATUS_OK, "who may choose this word may");
    process = rme_process(made);
    tap_check(rme_process_set_pagetable(process, word_of(other), one) == STATUS_BOUNDS &&
                  rme_process_set_pagetable(process, word_of(other), flush) == STATUS_BOUNDS,
              "and gives it no other");
    tap_check(rme_process_set_pagetable(process, word_of(space), one) == STATUS_OK,
              "and gives it this one again");
}

static void unknown_calls(void)
{
    rme_pagetable_t nothing = {{BOOT_PAGETABLE}};

    tap_check(rme_pagetable_create(own, rme_alloc_slot(), rme_kmem(BOOT_KMEM),
                                   rme_alloc_kmem_aligned(PAGE, PAGE), 0, 12,
                                   9) == STATUS_UNKNOWN_CALL,
              "no page table can be made");
    tap_check(rme_pagetable_add(nothing, 0, PAGE_READ, nothing, 0, 0) == STATUS_UNKNOWN_CALL &&
                  rme_pagetable_remove(nothing, 0) == STATUS_UNKNOWN_CALL &&
                  rme_pagetable_construct(nothing, 0, nothing, 0) == STATUS_UNKNOWN_CALL &&
                  rme_pagetable_destruct(nothing, 0, nothing) == STATUS_UNKNOWN_CALL &&
                  rme_pagetable_delete(own, BOOT_PAGETABLE) == STATUS_UNKNOWN_CALL,
              "nor changed");
    tap_check(rme_kfunc_call(authority, RME_KFN_PGT_ENTRY_MOD, 0, 0, 0, 0, 0) ==
                      STATUS_UNSUPPORTED &&
                  rme_kfunc_call(authority, RME_KFN_PGT_RAW, 0, 0, 0, 0, 0) == STATUS_UNSUPPORTED,
              "nor looked up, and the authority is no call");
}

/* ---- What other processes can do ---- */

enum act { LOAD, STORE, JUMP };

static volatile word_t seen[2];
static volatile bool was_changed;
static sword_t (*volatile change)(void);

static void do_one(word_t param, unsigned time)
{
    volatile word_t *address = (volatile word_t *)(param & ~(word_t)7);

    if ((param & 7) == LOAD)
        seen[time] = *address;
    else if ((param & 7) == STORE)
        *address = 0xBAD;
    else
        ((void (*)(void))(word_t)address)();
    seen[time] += 0x1000; /* it went on */
}

/* Once, and after a change of its own, if there is one, once more. */
static void act(word_t param)
{
    do_one(param, 0);
    if (change != NULL) {
        was_changed = change() == STATUS_OK;
        do_one(param, 1);
    }
    for (;;)
        (void)rme_signal_receive(park, SIGNAL_RECEIVE_SINGLE);
}

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

    seen[0] = 0;
    seen[1] = 0;
    was_changed = false;
    thread = rme_thread_make(&plan);
    event = rme_thread_receive_event(init);
    tap_check(rme_thread_unmake(thread, &plan) == STATUS_OK, "the thread can go");
    return event == STATUS_NO_EVENT ? 0 : event;
}

static void access(word_t *space)
{
    word_t *entry = entry_of(space, window);

    frames[0][0] = 0x111;
    tap_check(attempt(LOAD, window) == FAULTED, "nothing is where nothing was written");
    *entry = (word_t)frames[0] | PRESENT | USER | NO_EXECUTE;
    tap_check(attempt(LOAD, window) == 0 && seen[0] == 0x1111, "a page is where it was written");
    tap_check(attempt(STORE, window) == FAULTED && frames[0][0] == 0x111,
              "and is not written without the bit");
    tap_check(attempt(JUMP, window) == FAULTED, "nor executed with the other");
    *entry = (word_t)frames[0] | PRESENT | WRITABLE | USER | NO_EXECUTE;
    tap_check(attempt(STORE, window) == 0 && frames[0][0] == 0xBAD, "and with it is");
    tap_check(attempt(LOAD, 0x100000) == FAULTED && attempt(LOAD, LAYOUT_BOOT_PAGE) == FAULTED,
              "what the first process has beyond that is not there");
    tap_check(attempt(LOAD, LAYOUT_KMEM) == FAULTED && attempt(STORE, LAYOUT_KMEM) == FAULTED &&
                  attempt(JUMP, LAYOUT_KERNEL_WINDOW + LAYOUT_KERNEL_IMAGE) == FAULTED &&
                  attempt(LOAD, LAYOUT_LOCAL_APIC) == FAULTED,
              "the kernel's half is there and is the kernel's");
}

/* ---- When changes take effect ---- */

static word_t *first_space, *second_space;

static sword_t exchange_space(void)
{
    return rme_process_set_pagetable(process, word_of((word_t)second_space), authority);
}

/* The tables are this thread's too: they lie in the data of the image. */
static sword_t clear_and_flush(void)
{
    *entry_of(first_space, window) = 0;
    return rme_kfunc_call(authority, RME_KFN_FLUSH, 0, 1, 0, 0, 0) >= 0 ? STATUS_OK
                                                                        : STATUS_UNSUPPORTED;
}

static void effects(void)
{
    frames[0][0] = 0x111;
    frames[1][0] = 0x222;
    *entry_of(first_space, window) = (word_t)frames[0] | PRESENT | USER | NO_EXECUTE;
    *entry_of(second_space, window) = (word_t)frames[1] | PRESENT | USER | NO_EXECUTE;
    change = exchange_space;
    tap_check(attempt(LOAD, window) == 0 && was_changed && seen[0] == 0x1111 && seen[1] == 0x1222,
              "another word of the running process is in force at once");
    (void)rme_process_set_pagetable(process, word_of((word_t)first_space), authority);
    change = clear_and_flush;
    tap_check(attempt(LOAD, window) == FAULTED && was_changed && seen[0] == 0x1111 && seen[1] == 0,
              "what was taken out is gone behind a flush");
    change = NULL;
}

/* The first process is in the space of boot, in which it is kept from the kernel's memory, and may
 * leave it for one of its own. */
static void own_space(void)
{
    const rme_process_t self = {{BOOT_PROCESS}};

    process = self;
    tap_check(attempt(LOAD, LAYOUT_KERNEL_END - LAYOUT_KMEM_OWN_BYTES) == FAULTED &&
                  attempt(LOAD, LAYOUT_KERNEL_IMAGE) == FAULTED &&
                  attempt(STORE, LAYOUT_BOOT_PAGE) == FAULTED &&
                  attempt(LOAD, LAYOUT_KMEM) == FAULTED,
              "the space of boot leaves the kernel's memory out");
    tap_check(attempt(LOAD, LAYOUT_KERNEL_END) == 0 && attempt(LOAD, LAYOUT_BOOT_PAGE) == 0,
              "and has what is beside it");
    tap_check(rme_process_set_pagetable(self, word_of((word_t)second_space), authority) ==
                      STATUS_OK &&
                  *(volatile word_t *)window == 0x222,
              "the first process can leave it for a space of its own");
}

int main(void)
{
    park = rme_signal_make();
    slot = rme_alloc_slot();
    place = rme_alloc_kmem(384);
    first_space = make_space();
    second_space = make_space();
    unknown_calls();
    rights((word_t)first_space, (word_t)second_space);
    access(first_space);
    effects();
    own_space();
    return tap_end();
}
