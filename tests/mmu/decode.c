/* SPDX-License-Identifier: Unlicense */
#include "tests/mmu/decode.h"

/* Tables 4-15 to 4-20 of the manual: bits of all entries that are present. */
enum {
    BIT_P = 0,
    BIT_RW = 1,
    BIT_US = 2,
    BIT_PWT = 3,
    BIT_PCD = 4,
    BIT_A = 5,
    BIT_D = 6,
    BIT_PS = 7, /* in the lowest level: PAT */
    BIT_G = 8,
    BIT_XD = 63,
};

static bool bit(uint64_t entry, unsigned number)
{
    return (entry >> number & 1) != 0;
}

static uint64_t field(uint64_t entry, unsigned high, unsigned low)
{
    return entry >> low & ((UINT64_C(1) << (high - low + 1)) - 1);
}

/* Level 4 is the top. */
static const char *check(uint64_t entry, unsigned level, bool is_page)
{
    if (level == 4 && bit(entry, BIT_PS))
        return "PS is reserved in a PML4 entry";
    if (is_page && level == 3 && field(entry, 29, 13) != 0)
        return "bits 29:13 of a 1-GByte page are reserved";
    if (is_page && level == 2 && field(entry, 20, 13) != 0)
        return "bits 20:13 of a 2-MByte page are reserved";
    if (field(entry, 62, 52) != 0)
        return "bits 62:52 are not for the address";
    if (!bit(entry, BIT_A))
        return "not accessed: the processor would write the table";
    if (is_page && bit(entry, BIT_RW) && !bit(entry, BIT_D))
        return "writable and not dirty: the processor would write the table";
    if (is_page && bit(entry, BIT_G))
        return "global: it would stay when CR3 is loaded";
    return 0;
}

/* "If the linear address is not canonical, there is no translation" (here: a fault). */
static bool is_canonical(uint64_t address)
{
    return field(address, 63, 47) == 0 || field(address, 63, 47) == 0x1FFFF;
}

static unsigned pat_of(uint64_t entry, unsigned level)
{
    bool pat = level == 1 ? bit(entry, BIT_PS) : bit(entry, 12);

    return (unsigned)pat << 2 | (unsigned)bit(entry, BIT_PCD) << 1 | (unsigned)bit(entry, BIT_PWT);
}

struct translation mmu_translate(uint64_t table, uint64_t address)
{
    struct translation result = {0};
    bool writable = true, executable = true, user = true;

    if (!is_canonical(address))
        return result;
    for (unsigned level = 4; level >= 1; level--) {
        unsigned order = 12 + 9 * (level - 1);
        uint64_t entry = ((const uint64_t *)table)[field(address, order + 8, order)];
        bool is_page = level == 1 || (level <= 3 && bit(entry, BIT_PS));

        if (!bit(entry, BIT_P)) {
            if (entry != 0)
                result.violation = "not present and not 0: a value to speculate with";
            return result;
        }
        if (check(entry, level, is_page) != 0)
            result.violation = check(entry, level, is_page);
        writable = writable && bit(entry, BIT_RW);
        executable = executable && !bit(entry, BIT_XD);
        user = user && bit(entry, BIT_US);
        if (!is_page) {
            table = field(entry, 51, 12) << 12;
            continue;
        }
        result.order = order;
        result.physical =
            (field(entry, 51, order) << order) | (address & ((UINT64_C(1) << order) - 1));
        result.memory_type = pat_of(entry, level);
        if (user)
            result.access = MMU_MAY_READ | (writable ? MMU_MAY_WRITE : 0u) |
                            (executable ? MMU_MAY_EXECUTE : 0u);
        return result;
    }
    return result;
}
