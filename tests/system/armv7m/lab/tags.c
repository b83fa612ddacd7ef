/* SPDX-License-Identifier: Unlicense */
#include "board.h"
#include "test/registers.h"

struct lab_registers lab_at_entry;
word_t lab_entry_fpu;
void (*lab_behind_entry)(word_t param);

struct lab_registers lab_tagged(word_t tag)
{
    struct lab_registers registers;

    for (unsigned i = 0; i < 13; i++)
        registers.r[i] = tag << 24 | 0x5A0000 | i << 8 | tag;
    registers.lr = tag << 24 | 0x1F00;
    registers.apsr = tag % 2 != 0 ? 0xA8000000 : 0x50000000;
    if (BOARD_HAS_FPU)
        registers.apsr |= tag % 2 != 0 ? 0x00050000 : 0x000A0000;
    for (unsigned i = 0; i < 32; i++)
        registers.s[i] = tag << 24 | 0xF00000 | i << 8 | tag;
    registers.fpscr = tag % 2 != 0 ? 0xA640001F : 0x51800080;
    return registers;
}

struct lab_registers lab_tagged_call(word_t tag, word_t number, word_t word0, word_t word1,
                                     word_t word2)
{
    struct lab_registers registers = lab_tagged(tag);

    registers.r[4] = number;
    registers.r[5] = word0;
    registers.r[6] = word1;
    registers.r[7] = word2;
    return registers;
}

bool lab_is_zero(const word_t *words, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (words[i] != 0)
            return false;
    return true;
}

bool lab_is_same(const word_t *one, const word_t *two, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (one[i] != two[i])
            return false;
    return true;
}
