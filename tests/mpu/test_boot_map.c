/* SPDX-License-Identifier: Unlicense
 *
 * The map that the first process gets on a machine with an MPU: all of what the board says, nothing
 * of the kernel, and it can delegate from it.
 */
#include "arch/space.h"
#include "kernel/pagetable_boot.h"
#include "tests/mpu/hardware.h"
#include "tests/pagetables/frame.h"
#include "tests/pagetables/machine.h"

enum { RWX = PAGE_READ | PAGE_WRITE | PAGE_EXECUTE }; /* the same bits as MPU_MAY_* */

static const struct memory_range ranges[] = {
    {0x08010000, 0x3000, PAGE_READ | PAGE_EXECUTE | PAGE_CACHE | PAGE_STATIC},
    {0x20005000, 0x800, PAGE_READ | PAGE_WRITE | PAGE_CACHE | PAGE_STATIC},
    {0x08013000, 0xED000, PAGE_READ | PAGE_EXECUTE | PAGE_CACHE},
    {0x20005800, 0x16800, RWX | PAGE_CACHE | PAGE_BUFFER | PAGE_STATIC},
    {0x10000000, 0x10000, PAGE_READ | PAGE_WRITE | PAGE_CACHE},
    {0x40000000, 0x20000000, PAGE_READ | PAGE_WRITE},
};
enum { RANGES = sizeof ranges / sizeof *ranges, BOOT_TABLES = 40, BOOT_TOP = 39, BOOT_ORDER = 4 };

static enum status boot_with(const struct memory_range *list, word_t count, word_t order)
{
    static const struct memory_range kernel[] = {{0x08000000, 0x10000, 0}, {0x20000000, 0x5000, 0}};
    struct pagetable_boot boot = {
        .top = machine_slot(BOOT_TOP),
        .tables = machine_slot(BOOT_TABLES),
        .order = order,
        .reserved = kernel,
        .reserved_count = 2,
        .next = machine_next(),
    };
    enum status status = pagetable_boot_ranges(&machine_cpus[0], &boot, list, count);

    machine_set_next(boot.next);
    return status;
}

static void check_boot_address(word_t address, word_t flags)
{
    word_t space = (word_t)machine_slot(BOOT_TOP)->object;
    struct pagetable_entry entry;
    struct memory_place place;

    EXPECT(memory_find(ranges, RANGES, address, &place));
    entry = pagetable_backend_get(machine_slot((unsigned)(BOOT_TABLES + place.table)), 0);
    EXPECT(entry.kind == PAGETABLE_PAGE);
    EXPECT((entry.flags | PAGE_STATIC) == (flags | PAGE_STATIC));
    EXPECT((address - entry.address) >> place.order == 0);
    if (mpu_access(&machine_mpu, (uint32_t)address) == 0)
        EXPECT(pagetable_repair(&machine_cpus[0], space, address, PAGE_READ));
    EXPECT(mpu_access(&machine_mpu, (uint32_t)address) == (unsigned)(flags & RWX));
}

static void boot_map(void)
{
    struct memory_place place;

    machine_reset();
    EXPECT(boot_with(ranges, RANGES, BOOT_ORDER) == STATUS_OK);
    machine_load(BOOT_TOP);
    EXPECT(machine_mpu.unpredictable == NULL);
    EXPECT(mpu_access(&machine_mpu, 0x08010000) == (PAGE_READ | PAGE_EXECUTE));
    EXPECT(mpu_access(&machine_mpu, 0x08012FFF) == (PAGE_READ | PAGE_EXECUTE));
    EXPECT(mpu_access(&machine_mpu, 0x20005000) == (PAGE_READ | PAGE_WRITE));
    EXPECT(mpu_access(&machine_mpu, 0x20005800) == RWX);
    EXPECT(mpu_access(&machine_mpu, 0x20006000) == 0); /* the fifth static block is dynamic */
    for (unsigned i = 0; i < RANGES; i++) {
        word_t step = ranges[i].size > 0x100000 ? 0x100000 : 256;

        for (word_t offset = 0; offset < ranges[i].size; offset += step)
            check_boot_address(ranges[i].base + offset, ranges[i].flags);
        check_boot_address(ranges[i].base + ranges[i].size - 1, ranges[i].flags);
    }
    EXPECT(!memory_find(ranges, RANGES, 0x0800FFFF, &place));
    EXPECT(!memory_find(ranges, RANGES, 0x20004FFF, &place));
    for (word_t a = 0x20000000; a < 0x20005000; a += 32)
        EXPECT(!pagetable_repair(&machine_cpus[0], (word_t)machine_slot(BOOT_TOP)->object, a,
                                 PAGE_READ));
    EXPECT(machine_create(0, 0x40000400, 10, 0) == STATUS_OK);
    EXPECT(memory_find(ranges, RANGES, 0x40000400, &place));
    EXPECT(machine_add(0, 0, PAGE_READ | PAGE_WRITE | PAGE_STATIC,
                       (unsigned)(BOOT_TABLES + place.table), 0, 1) == STATUS_OK);
    end("the first process has its whole map and can delegate from it");
}

static void boot_refusals(void)
{
    static const struct memory_range bad[] = {
        {0x20004F00, 0x200, PAGE_READ},    /* over the end of the kernel */
        {0x1FFF0000, 0x20000, PAGE_READ},  /* around it */
        {0x20001000, 0x100, PAGE_READ},    /* inside */
        {0x30000000, 0, PAGE_READ},        /* empty */
        {0x30000000, 0x80, PAGE_READ},     /* no dynamic page */
        {0x30000010, 0x100, PAGE_READ},    /* misaligned */
        {(word_t)-0x100, 0x200, PAGE_READ} /* wraps */
    };
    static const struct memory_range twice[] = {{0x30000000, 0x1000, PAGE_READ},
                                                {0x30000F00, 0x100, PAGE_READ}};

    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        machine_reset();
        EXPECT(boot_with(&bad[i], 1, BOOT_ORDER) == STATUS_BOUNDS);
    }
    machine_reset();
    EXPECT(boot_with(twice, 2, BOOT_ORDER) == STATUS_MAP);
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
