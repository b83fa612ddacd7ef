/* SPDX-License-Identifier: Unlicense */
#include "tests/mpu/decode.h"

#include <stddef.h>

/* MPU_RASR fields, B3.5.9. */
static unsigned field(uint32_t word, unsigned high, unsigned low)
{
    return (unsigned)((uint64_t)word >> low & ((1ULL << (high - low + 1)) - 1));
}

static bool is_enabled(uint32_t rasr)
{
    return field(rasr, 0, 0) == 1;
}

/* "The region size, in bytes, is 2^(SIZE+1)". */
static uint64_t size_of(uint32_t rasr)
{
    return 2ULL << field(rasr, 5, 1);
}

/* Table B3-15: AP[2:0], unprivileged column. */
static unsigned unprivileged(uint32_t rasr)
{
    static const unsigned access[8] = {
        [2] = MPU_MAY_READ,
        [3] = MPU_MAY_READ | MPU_MAY_WRITE,
        [6] = MPU_MAY_READ,
        [7] = MPU_MAY_READ,
    };

    return access[field(rasr, 26, 24)];
}

/* Strongly ordered or device: TEX 0 without C, or TEX 2 (Table B3-13). */
static bool is_device(uint32_t rasr)
{
    unsigned tex = field(rasr, 21, 19), c = field(rasr, 17, 17), b = field(rasr, 16, 16);

    return (tex == 0 && c == 0) || (tex == 2 && c == 0 && b == 0);
}

static const char *check(uint32_t rbar, uint32_t rasr)
{
    uint64_t size = size_of(rasr);
    bool never_executes = field(rasr, 28, 28) == 1;

    if (!is_enabled(rasr))
        return NULL;
    if (size < 32)
        return "SIZE below 4 is reserved (B3.5.9)";
    if ((rbar & ~31U) % size != 0)
        return "the base is not a multiple of the size (B3.5.8)";
    if (size < 256 && field(rasr, 15, 8) != 0)
        return "sub-regions in a region of less than 256 bytes (B3.5.3)";
    if (field(rasr, 26, 24) == 4)
        return "AP 100 is unpredictable (B3.5.9)";
    if (field(rasr, 31, 29) != 0 || field(rasr, 27, 27) != 0 || field(rasr, 23, 22) != 0 ||
        field(rasr, 7, 6) != 0)
        return "reserved bits are set (B3.5.9)";
    if (is_device(rasr) && !never_executes && unprivileged(rasr) != 0)
        return "code in device memory (A3.5.4)";
    return NULL;
}

void mpu_write(struct mpu *mpu, const uint32_t *words, unsigned pairs)
{
    unsigned number = 0; /* MPU_RNR */

    for (unsigned i = 0; i < pairs; i++) {
        uint32_t rbar = words[2 * i], rasr = words[2 * i + 1];
        const char *wrong = check(rbar, rasr);

        /* VALID: the write takes its region number with it, and updates MPU_RNR. */
        if (field(rbar, 4, 4) == 1)
            number = field(rbar, 3, 0);
        if (number > 7)
            wrong = "there is no such region";
        if (wrong != NULL)
            mpu->unpredictable = wrong;
        mpu->region[number & 7].rbar = rbar & ~31U;
        mpu->region[number & 7].rasr = rasr;
    }
}

/* "When memory regions overlap, a memory access is affected by the attributes of the region with
 * the highest number"; a disabled sub-region is as if it were not there (B3.5.3). PRIVDEFENA gives
 * unprivileged code nothing. */
unsigned mpu_access(const struct mpu *mpu, uint32_t address)
{
    for (unsigned i = 8; i-- > 0;) {
        uint32_t rasr = mpu->region[i].rasr;
        uint64_t offset = (uint64_t)address - mpu->region[i].rbar;
        unsigned access;

        if (!is_enabled(rasr) || address < mpu->region[i].rbar || offset >= size_of(rasr))
            continue;
        if ((field(rasr, 15, 8) >> (offset * 8 / size_of(rasr)) & 1) != 0)
            continue;
        access = unprivileged(rasr);
        /* A fetch needs the right to read and XN clear. */
        if ((access & MPU_MAY_READ) != 0 && field(rasr, 28, 28) == 0)
            access |= MPU_MAY_EXECUTE;
        return access;
    }
    return 0;
}
