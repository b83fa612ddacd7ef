/* SPDX-License-Identifier: Unlicense */
#include "order.h"

#include <stdbool.h>
#include <string.h>

static bool is_prefix(uint8_t byte)
{
    static const uint8_t prefixes[] = {0xF0, 0xF2, 0xF3, 0x66, 0x67, 0x2E,
                                       0x36, 0x3E, 0x26, 0x64, 0x65};

    return memchr(prefixes, byte, sizeof prefixes) != NULL;
}

/* ModRM with memory whose address is the stack pointer and perhaps a displacement. */
static bool is_on_stack(const uint8_t *modrm)
{
    enum { SIB = 4, SIB_RSP = 0x24 };

    return modrm[0] >> 6 != 3 && (modrm[0] & 7) == SIB && modrm[1] == SIB_RSP;
}

enum order order_of_x86(const uint8_t *code, size_t size)
{
    uint8_t bytes[16] = {0};
    const uint8_t *at = bytes;
    bool is_locked = false;

    memcpy(bytes, code, size < sizeof bytes - 3 ? size : sizeof bytes - 3);
    for (; is_prefix(*at); at++)
        is_locked |= *at == 0xF0;
    if ((*at & 0xF0) == 0x40)
        at++; /* REX */
    if (is_locked)
        return at[0] != 0x0F && is_on_stack(&at[1]) ? ORDER_FENCE : ORDER_ATOMIC;
    if (at[0] == 0x86 || at[0] == 0x87)
        return at[1] >> 6 != 3 ? ORDER_ATOMIC : ORDER_NONE;
    if (at[0] == 0x0F && at[1] == 0xAE && (at[2] >= 0xF0))
        return ORDER_FENCE; /* MFENCE F0 to F7, SFENCE F8 to FF */
    return ORDER_NONE;
}

enum order order_of_thumb(uint16_t first, uint16_t second)
{
    bool is_strex = (first & 0xFFF0) == 0xE840;
    bool is_narrow_strex = (first & 0xFFF0) == 0xE8C0 && (second & 0x0FE0) == 0x0F40;

    if (is_strex || is_narrow_strex)
        return ORDER_ATOMIC;
    return first == 0xF3BF && (second & 0xFFF0) == 0x8F50 ? ORDER_FENCE : ORDER_NONE;
}
