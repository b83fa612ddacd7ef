/* SPDX-License-Identifier: Unlicense
 *
 * The map that the first process gets on a machine with an MMU: what the machine has, where it
 * lies, in the largest pages, and nothing of the kernel.
 */
#include "kernel/pagetable_boot.h"
#include "tests/mmu/hardware.h"
#include "tests/pagetables/frame.h"
#include "tests/pagetables/machine.h"

enum {
    RWX = PAGE_READ | PAGE_WRITE | PAGE_EXECUTE,
    MEMORY_FLAGS = RWX | PAGE_CACHE | PAGE_BUFFER,
};

static const struct memory_range ranges[] = {
    {0x100000, 0x100000, MEMORY_FLAGS},         /* 4 KiB pages */
    {0xC00000, 0x1000, PAGE_READ | PAGE_CACHE}, /* one page */
    {0xC01000, 0x3F3FF000, MEMORY_FLAGS},       /* up to 1 GiB: both sizes */
    {0x40000000, 0x80000000, MEMORY_FLAGS},     /* 1 GiB pages */
    {0xFEB00000, 0x100000, PAGE_READ | PAGE_WRITE},
    {0x100000000, 0x20010000, MEMORY_FLAGS},
};
enum { RANGES = sizeof ranges / sizeof *ranges, BOOT_TOP = 39, BOOT_TABLES = 40 };

static enum status boot_with(const struct memory_range *list, word_t count, word_t order)
{
    static const struct memory_range kernel[] = {{0x200000, 0xA00000, 0}};
    struct pagetable_boot boot = {
        .top = machine_slot(BOOT_TOP),
        .tables = machine_slot(BOOT_TABLES),
        .order = order,
        .reserved = kernel,
        .reserved_count = 1,
        .next = machine_next() + 32,
    };
    enum status status = pagetable_boot_ranges(&machine_cpus[0], &boot, list, count);

    machine_set_next(boot.next);
    return status;
}

static void check_boot_address(word_t address, word_t flags)
{
    struct translation found = machine_use(BOOT_TOP, address);

    EXPECT(found.violation == NULL && found.access == (flags & RWX));
    EXPECT(flags == 0 || found.physical == address);
}

static void boot_map(void)
{
    machine_reset();
    EXPECT(boot_with(ranges, RANGES, 5) == STATUS_OK);
    for (unsigned i = 0; i < RANGES; i++) {
        for (word_t offset = 0; offset < ranges[i].size; offset += 0x10000)
            check_boot_address(ranges[i].base + offset, ranges[i].flags);
        check_boot_address(ranges[i].base + ranges[i].size - 1, ranges[i].flags);
    }
    EXPECT(machine_use(BOOT_TOP, 0x100000).order == 12);
    EXPECT(machine_use(BOOT_TOP, 0x1000000).order == 21);
    EXPECT(machine_use(BOOT_TOP, 0x40000000).order == 30);
    EXPECT(machine_use(BOOT_TOP, 0x120000000 - 1).order == 21);
    for (word_t a = 0; a < 0x100000; a += 0x1000)
        check_boot_address(a, 0);
    for (word_t a = 0x200000; a < 0xC00000; a += 0x1000)
        check_boot_address(a, 0);
    check_boot_address(0xC0000000, 0);
    check_boot_address(0xFEAFFFFF, 0);
    check_boot_address(0x120010000, 0);
    end("the first process has its whole map where it lies, and nothing beside it");
}

static void boot_refusals(void)
{
    static const struct memory_range bad[] = {
        {0x1FF000, 0x2000, PAGE_READ},                   /* over the begin of the kernel */
        {0x100000, 0x10000000, PAGE_READ},               /* around it */
        {0x300000, 0x1000, PAGE_READ},                   /* inside */
        {0x1000000, 0, PAGE_READ},                       /* empty */
        {0x1000000, 0x800, PAGE_READ},                   /* no page */
        {0x1000800, 0x1000, PAGE_READ},                  /* misaligned */
        {0x1000000, 0x1000, PAGE_WRITE},                 /* not to be had */
        {(word_t)1 << 47, 0x1000, PAGE_READ},            /* the kernel's half */
        {((word_t)1 << 47) - 0x1000, 0x2000, PAGE_READ}, /* into it */
        {(word_t)-0x1000, 0x2000, PAGE_READ},            /* wraps */
    };
    static const struct memory_range twice[] = {{0x1000000, 0x4000, PAGE_READ},
                                                {0x1003000, 0x1000, PAGE_READ}};

    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        machine_reset();
        EXPECT(boot_with(&bad[i], 1, 5) == STATUS_BOUNDS);
    }
    machine_reset();
    EXPECT(boot_with(twice, 2, 5) == STATUS_MAP);
    machine_reset();
    EXPECT(boot_with(ranges, RANGES, 2) == STATUS_RANGE);
    end("a map that reaches the kernel or is no map is refused");
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    boot_map();
    boot_refusals();
    return end_all();
}
