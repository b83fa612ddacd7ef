/* SPDX-License-Identifier: Unlicense
 *
 * Boot: the objects of the first process lie where they should, are held for ever, and carry
 * exactly the rights that the documents give it; wrong data of a machine stops the kernel.
 */
#include "kernel/boot.h"

#include "board.h"
#include "kernel/kfunc.h"
#include "kernel/pagetable.h"
#include "tests/unit/support/world.h"

#include <string.h>

static const struct memory_range ranges[] = {
    {0x10000, 0x10000, PAGE_READ | PAGE_EXECUTE},
    {0x20000, 0x20000, PAGE_READ | PAGE_WRITE | PAGE_STATIC},
};

/* A machine that has just been switched on: object memory holds rubbish. */
static void boot_with(const struct memory_range *list, word_t count, struct boot_info *info)
{
    const struct memory_range reserved[] = {{0, 0, 0}, {0x8000, 0x1000, 0}};
    const struct boot_memory memory = {list, count, reserved, 2};

    for (unsigned i = 0; i < HOST_KMEM_BYTES / KMEM_GRANULE / WORD_BITS; i++)
        shared_store(&arch_kmem_bitmap()[i], 0);
    memset(world_cpu(), 0, sizeof(*world_cpu()));
    boot_first(world_cpu(), &memory, info);
}

/* ---- What init gets ---- */

static void capabilities(void)
{
    const word_t thread_rights = RIGHT_THREAD_SCHED_PRIORITY | RIGHT_THREAD_SCHED_PARENT |
                                 RIGHT_THREAD_TIME_SOURCE | RIGHT_THREAD_TIME_TARGET |
                                 RIGHT_THREAD_SCHED_RECEIVE | RIGHT_THREAD_SWITCH;
    const struct {
        const char *name;
        enum cap_type type;
        word_t slot, rights;
        bool managed;
    } slots[] = {
        {"slot 0 is the capability table, all rights", CAP_CAPTABLE, 0, 0xFF, false},
        {"slot 1 is the page table, all rights and positions", CAP_PAGETABLE, 1,
         pagetable_rights(0xFF, 0, PAGETABLE_RANGE_MAX), true},
        {"slot 2 is the process, all rights", CAP_PROCESS, 2, 0xF, false},
        {"slot 3 is the thread, no right to start, free, bind or debug it", CAP_THREAD, 3,
         thread_rights, false},
        {"slot 4 is every kernel function", CAP_KFUNC, 4, CAP_PAIR_MASK, false},
        {"slot 5 is object memory, all rights but GUEST", CAP_KMEM, 5, 0xF, false},
        {"slot 6 is the timer endpoint, all rights", CAP_SIGNAL, 6, 0x3F, false},
        {"slot 8 is the table of page tables, all rights", CAP_CAPTABLE, 8, 0xFF, true},
    };
    bool empty = true;

    for (unsigned i = 0; i < sizeof(slots) / sizeof(slots[0]); i++) {
        const struct capability *cap = world_cap(slots[i].slot);
        word_t header = shared_load(&cap->header);

        if (slots[i].managed && CONFIG_RAW) {
            tap_check(cap_state(header) == CAP_EMPTY, "raw: no page table");
            continue;
        }
        if (!tap_check(cap_is(cap, slots[i].type) && (header & CAP_LEAF) == 0 &&
                           cap->rights == slots[i].rights,
                       slots[i].name))
            printf("# rights %zx\n", (size_t)cap->rights);
    }
    if (CONFIG_GUESTS)
        tap_check(cap_is(world_cap(7), CAP_KMEM) && world_cap(7)->rights == RIGHT_KMEM_GUEST &&
                      world_cap(7)->kmem.begin == (word_t)host_guests &&
                      world_cap(7)->kmem.end == (word_t)host_guests + HOST_GUEST_BYTES - 1,
                  "slot 7 is the window of guests, GUEST alone");
    else
        tap_check(cap_state(shared_load(&world_cap(7)->header)) == CAP_EMPTY,
                  "slot 7 is empty where there are no guests");
    for (word_t i = BOOT_SLOTS; i < CONFIG_BOOT_ENTRIES; i++)
        empty &= cap_state(shared_load(&world_cap(i)->header)) == CAP_EMPTY;
    tap_check(empty, "all others are empty");
}

static void objects(void)
{
    const struct thread *thread = world_thread_of(BOOT_THREAD);
    const struct capability *functions = world_cap(BOOT_KFUNC), *memory = world_cap(BOOT_KMEM);

    tap_check(world_cap(BOOT_CAPTABLE)->object == world_cap(0) &&
                  world_cap(BOOT_CAPTABLE)->captable.entries == CONFIG_BOOT_ENTRIES,
              "the table is at the begin of object memory and holds its own capability");
    tap_check(process_captable(world_cap(BOOT_PROCESS)) == world_cap(BOOT_CAPTABLE) &&
                  process_space(world_cap(BOOT_PROCESS)) == host_loaded,
              "the process has that table, and its space is loaded");
    tap_check(functions->kfunc.low == 0 && functions->kfunc.high == ~(word_t)0,
              "kernel functions with every argument");
    tap_check(memory->kmem.begin == arch_kmem_base() &&
                  memory->kmem.end == arch_kmem_base() + arch_kmem_size() - 1,
              "all of object memory");
    tap_check(thread == world_cpu()->current && thread->state == THREAD_READY &&
                  thread->priority == 0 && thread->priority_max == CONFIG_PRIORITIES - 1 &&
                  thread->budget == BUDGET_INIT && thread->tid == 0 && thread->children == 1 &&
                  thread->scheduler == NULL && !thread->has_fpu && !thread->is_guest,
              "the thread runs, at level 0 with the highest limit and endless time");
    tap_check(world_cpu()->timer_endpoint == world_cap(BOOT_TIMER_ENDPOINT) &&
                  world_count_of(BOOT_TIMER_ENDPOINT) == 0,
              "the timer has its endpoint");
}

/* Boot objects are held, and live like any other: their stamps are of the epoch of boot. */
static void held(void)
{
    bool stamped = true;

    for (word_t slot = 0; slot < BOOT_SLOTS; slot++) {
        word_t header = shared_load(&world_cap(slot)->header);

        if (cap_state(header) == CAP_EMPTY)
            continue;
        stamped &= cap_stamp(header) == 0 && cap_state(header) == CAP_VALID;
        REFUSED(STATUS_REFERENCED, "what boot made is never frozen", CPT_FRZ, BOOT_CAPTABLE, slot);
    }
    tap_check(stamped, "its stamps are those of boot");
    tap_check(CALL(THD_SCHED_FREE, BOOT_THREAD) == STATUS_RIGHTS, "the thread cannot be freed");
    REFUSED(STATUS_MEMORY, "the memory of boot objects is taken", INV_CRT, BOOT_CAPTABLE,
            world_slot(), BOOT_KMEM, 0, BOOT_PROCESS);
    ACCEPTED("the first thread may yield", THD_SWT, CAP_NULL, 0);
}

/* ---- Data of the machine ---- */

static void information(void)
{
    struct pagetable_place place;
    struct boot_info info;
    word_t free;

    host_boot(1);
    boot_with(ranges, 2, &info);
    tap_check(info.abi_version == ABI_VERSION && info.clock_hz == BOARD_TIMER_HZ &&
                  info.cpu_count == 1 && info.irq_lines == HOST_LINES &&
                  info.kmem_bytes == HOST_KMEM_BYTES,
              "init is told what the machine is");
    tap_check(info.tables == (CONFIG_RAW ? 0 : 16), "and how many page tables there may be");
    free = info.kmem_free;
    tap_check(free % KMEM_GRANULE == 0 &&
                  CALL(CPT_CRT, BOOT_CAPTABLE, 20, BOOT_KMEM, free, 1) == STATUS_OK,
              "from kmem_free on object memory is free");
    tap_check(CALL(CPT_CRT, BOOT_CAPTABLE, 21, BOOT_KMEM, free - KMEM_GRANULE, 1) == STATUS_MEMORY,
              "below it is not");
    if (!CONFIG_RAW)
        tap_check(pagetable_backend_find(world_cap(BOOT_PAGETABLE), 0x20000, &place) &&
                      place.flags == (PAGE_READ | PAGE_WRITE | PAGE_STATIC) &&
                      !pagetable_backend_find(world_cap(BOOT_PAGETABLE), 0x8000, &place),
                  "its page table holds the ranges of the machine, and no more");
}

static void overlapping(void)
{
    static const struct memory_range list[] = {{0x8F00, 0x200, PAGE_READ}};
    struct boot_info info;

    boot_with(list, 1, &info);
}

static void wrapping(void)
{
    static const struct memory_range list[] = {{~(word_t)0xFF, 0x200, PAGE_READ}};
    struct boot_info info;

    boot_with(list, 1, &info);
}

static void ragged(void)
{
    static const struct memory_range list[] = {{0x10000, 0x110, PAGE_READ}};
    struct boot_info info;

    boot_with(list, 1, &info);
}

static void crowded(void)
{
    static const struct memory_range list[] = {{0x10020, 0xFFE0, PAGE_READ | PAGE_STATIC},
                                               {0x20020, 0xFFE0, PAGE_READ | PAGE_STATIC}};
    struct boot_info info;

    boot_with(list, 2, &info);
}

/* Object memory ends somewhere while the page tables are made. */
static void short_memory(void)
{
    const word_t step = PAGETABLE_ALIGN / (PAGETABLE_ALIGN > KMEM_GRANULE ? 4 : 1);
    unsigned refused = 0, made = 0;

    if (CONFIG_RAW) {
        tap_skip("object memory that ends among the page tables", "raw address spaces");
        return;
    }
    for (word_t room = step; room <= 64 * step; room += step) {
        struct pagetable_boot boot = {.order = 2};
        enum status status;

        world_boot(1);
        boot.top = world_cap(40);
        boot.tables = world_cap(41);
        boot.next = arch_kmem_base() + arch_kmem_size() - room;
        status = pagetable_boot_ranges(world_cpu(), &boot, ranges, 2);
        refused += status == STATUS_MEMORY;
        made += status == STATUS_OK;
    }
    tap_check(refused >= 5 && made >= 5 && refused + made == 64,
              "object memory that ends among the page tables is found out");
    world_boot(1);
}

static const struct boot_memory small = {ranges, 2, NULL, 0};

/* Boot in memory that is taken already, which is as if there were none. */
static void without_memory(void)
{
    struct boot_info info;

    boot_first(world_cpu(), &small, &info);
}

static void machines(void)
{
    world_stops("boot stops when object memory is too small", without_memory);
    if (CONFIG_RAW) {
        tap_skip("memory maps that are wrong", "raw address spaces");
        return;
    }
    short_memory();
    world_stops("boot stops when a range touches the kernel's memory", overlapping);
    world_stops("boot stops when a range wraps", wrapping);
    world_stops("boot stops when a range is not made of pages", ragged);
    world_stops("boot stops when there are more blocks than tables", crowded);
}

int main(void)
{
    world_boot(1);
    capabilities();
    objects();
    world_check("the invariants hold behind boot");
    held();
    machines();
    information();
    return tap_end();
}
