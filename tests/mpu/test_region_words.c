/* SPDX-License-Identifier: Unlicense
 *
 * The words of every region that an MPU can have, decoded as the manual says: they grant what was
 * asked and nothing else.
 */
#include "arch/space.h"
#include "tests/mpu/hardware.h"
#include "tests/pagetables/frame.h"

enum { RWX = PAGE_READ | PAGE_WRITE | PAGE_EXECUTE }; /* the same bits as MPU_MAY_* */

/* Both ends of each eighth, and what is next to the region. */
static void check_words(word_t base, unsigned order, word_t set, word_t flags)
{
    struct arch_mpu_region region = {0, 0};
    struct mpu mpu = {0};
    uint32_t words[2], eighth = (uint32_t)((1ull << order) / 8);
    bool allowed = (flags & PAGE_READ) != 0 && set != 0 && order >= 5 && (order >= 8 || set == 255);

    EXPECT(arch_mpu_encode(&region, 5, base, order, set, flags) == allowed);
    if (!allowed)
        return;
    words[0] = (uint32_t)region.rbar;
    words[1] = (uint32_t)region.rasr;
    mpu_write(&mpu, words, 1);
    EXPECT(mpu.unpredictable == NULL);
    for (unsigned i = 0; i < 8; i++) {
        unsigned access = (set >> i & 1) != 0 ? (unsigned)(flags & RWX) : 0;
        uint32_t first = (uint32_t)base + i * eighth;

        EXPECT(mpu_access(&mpu, first) == access);
        EXPECT(mpu_access(&mpu, first + eighth - 1) == access);
    }
    if (order < 32) {
        EXPECT(mpu_access(&mpu, (uint32_t)base - 1) == 0);
        EXPECT(mpu_access(&mpu, (uint32_t)base + 8 * eighth) == 0);
    }
}

static void every_region(void)
{
    for (unsigned order = 4; order <= 32; order++)
        for (word_t set = 0; set < 256; set++)
            for (word_t flags = 0; flags <= PAGE_FLAGS_ALL; flags++) {
                check_words(0, order, set, flags);
                if (order < 32)
                    check_words((word_t)(0xA5A5A5A5u >> order << order), order, set, flags);
            }
    end("the words of every region, decoded, grant just what was asked");
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    every_region();
    return end_all();
}
