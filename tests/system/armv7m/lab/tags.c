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

void lab_set_word(struct lab_registers *registers, unsigned i, word_t word)
{
    registers->r[5 + i] = word;
}

void lab_set_rounds(struct lab_registers *registers, word_t rounds)
{
    registers->r[3] = rounds;
}

sword_t lab_status(const struct lab_registers *out)
{
    return (sword_t)out->r[4];
}

word_t lab_value(const struct lab_registers *out)
{
    return out->r[5];
}

unsigned lab_call_differs(const struct lab_registers *in, const struct lab_registers *out,
                          word_t part)
{
    unsigned count = 0;

    for (unsigned i = 0; i < 13; i++)
        count += i != 4 && i != 5 && in->r[i] != out->r[i];
    count += in->lr != out->lr;
    count += in->apsr != out->apsr;
    for (unsigned i = 0; part == LAB_WITH_FPU && i < 32; i++)
        count += in->s[i] != out->s[i];
    return count + (part == LAB_WITH_FPU && in->fpscr != out->fpscr);
}

unsigned lab_loop_differs(const struct lab_registers *in, const struct lab_registers *out,
                          word_t part)
{
    struct lab_registers wanted = *in;

    wanted.r[3] = 0;
    wanted.apsr = (wanted.apsr & 0x080F0000) | 0x60000000; /* Z and C, of 1 - 1 */
    return lab_call_differs(&wanted, out, part) + (in->r[4] != out->r[4]) + (in->r[5] != out->r[5]);
}

bool lab_begins_clean(const struct lab_registers *seen, word_t param, word_t part)
{
    return seen->r[0] == param && lab_is_zero(&seen->r[1], 3) &&
           (seen->r[4] & ~(word_t)1) == ((word_t)lab_registers_entry & ~(word_t)1) &&
           seen->r[5] == param && lab_is_zero(&seen->r[6], 7) && seen->lr == 0 && seen->apsr == 0 &&
           (part != LAB_WITH_FPU || (lab_is_zero(seen->s, 32) && seen->fpscr == 0));
}
