/* SPDX-License-Identifier: Unlicense
 *
 * Malformed words: every capability id of 16 bits and many longer ones, every kind of call number.
 * What each must answer comes from a record of what lies where, and from the layout of ids
 * (abi/types.h).
 */
#include "config.h"
#include "rme/alloc.h"
#include "rme/assert.h"
#include "rme/process.h"
#include "rme/start.h"
#include "tests/system/tap.h"

static const rme_captable_t own = {{BOOT_CAPTABLE}};

/* What the slots of the first process's table, and of a table in it, hold. */
enum kind { NOTHING, OTHER, SIGNAL, COLD_SIGNAL, TABLE, COLD_TABLE };
enum { INNER_ENTRIES = 8 };
static enum kind outer[CONFIG_BOOT_ENTRIES], inner[INNER_ENTRIES];
static word_t inner_slot;

static uint32_t seed = 0x1F123BB5;

static word_t random_word(void)
{
    word_t word = 0;

    for (unsigned bits = 0; bits < WORD_BITS; bits += 32) {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        word = word << (WORD_BITS - 32) | seed;
    }
    return word;
}

/* ---- The record ---- */

static sword_t answer_of(enum kind kind)
{
    if (kind == SIGNAL)
        return STATUS_OK;
    return kind == COLD_SIGNAL || kind == COLD_TABLE ? STATUS_FROZEN : STATUS_TYPE;
}

/* A table in the first one: the first itself, that of page tables, and ours. */
static sword_t answer_inside(word_t table, word_t index)
{
    if (table == BOOT_CAPTABLE)
        return index < CONFIG_BOOT_ENTRIES ? answer_of(outer[index]) : STATUS_RANGE;
    if (table == inner_slot)
        return index < INNER_ENTRIES ? answer_of(inner[index]) : STATUS_RANGE;
    return index < rme_boot.tables ? STATUS_TYPE : STATUS_RANGE;
}

/* Words of 32 bits: [6:0] index, [7] two levels, [14:8] index of the table; of 64 bits: [15:0]
 * index, [31:16] index of the table, two levels if it is not 0. Anything else is no id. */
enum { LAYOUT_BITS = WORD_BITS == 32 ? 15 : 32 };

static sword_t expected(word_t id)
{
    const word_t index = WORD_BITS == 32 ? id & 0x7F : id & 0xFFFF;
    const word_t table = WORD_BITS == 32 ? id >> 8 & 0x7F : id >> 16 & 0xFFFF;
    const bool has_two = WORD_BITS == 32 ? (id & 0x80) != 0 : table != 0;

    if (id >> LAYOUT_BITS != 0 || (!has_two && table != 0))
        return STATUS_RANGE;
    if (!has_two)
        return index < CONFIG_BOOT_ENTRIES ? answer_of(outer[index]) : STATUS_RANGE;
    if (table >= CONFIG_BOOT_ENTRIES)
        return STATUS_RANGE;
    if (outer[table] == COLD_TABLE || outer[table] == COLD_SIGNAL)
        return STATUS_FROZEN;
    return outer[table] == TABLE ? answer_inside(table, index) : STATUS_TYPE;
}

static word_t leaf(rme_captable_t table, word_t slot, word_t source, word_t rights)
{
    rme_assert(rme_captable_delegate(table, slot, own, source, rights, 0, 0) == STATUS_OK);
    return slot;
}

static void make_record(void)
{
    rme_captable_t table = rme_captable_make(INNER_ENTRIES);
    rme_signal_t signal = rme_signal_make(), cold = rme_signal_make();
    word_t cold_table = leaf(own, rme_alloc_slot(), table.id.raw, RIGHTS_CAPTABLE_ALL);

    inner_slot = table.id.raw;
    rme_assert(rme_captable_freeze(own, cold.id.raw) == STATUS_OK);
    rme_assert(rme_captable_freeze(own, cold_table) == STATUS_OK);
    (void)leaf(table, 0, signal.id.raw, RIGHTS_SIGNAL_ALL);
    (void)leaf(table, 3, signal.id.raw, RIGHTS_SIGNAL_ALL);
    (void)leaf(table, 5, BOOT_PROCESS, 1);
    rme_assert(rme_captable_freeze(table, 3) == STATUS_OK);
    inner[0] = SIGNAL;
    inner[3] = COLD_SIGNAL;
    inner[5] = OTHER;
    for (unsigned i = 0; i < BOOT_SLOTS; i++)
        outer[i] = OTHER;
    outer[BOOT_CAPTABLE] = TABLE;
    outer[BOOT_PAGETABLES] = rme_boot.tables != 0 ? TABLE : NOTHING;
    outer[BOOT_TIMER_ENDPOINT] = SIGNAL;
    outer[inner_slot] = TABLE;
    outer[signal.id.raw] = SIGNAL;
    outer[cold.id.raw] = COLD_SIGNAL;
    outer[cold_table] = COLD_TABLE;
}

/* ---- Ids ---- */

static unsigned wrong;

/* A hot call, which has a lookup of its own, and one that goes the whole way. */
static void check_id(word_t id)
{
    const rme_signal_t signal = {{id}};
    sword_t answer = expected(id);

    if (rme_signal_send(signal, 0) == answer &&
        rme_call(RME_SVC_SIG_RCV, id, SIGNAL_POLL_ALL, 0, 0, 0, 0, 0) == answer)
        return;
    if (wrong++ < 4)
        rme_print("# id %zx: %zd expected\n", id, answer);
}

static void ids(void)
{
    for (word_t id = 0; id < 0x10000; id++)
        check_id(id);
    tap_check(wrong == 0, "every id of 16 bits");
    wrong = 0;
    for (word_t table = 0; table < 0x10000; table += table < 256 ? 1 : 37)
        for (word_t index = 0; index < 10; index++)
            check_id(table << 16 | (index < 9 ? index : 0xFFFF));
    tap_check(wrong == 0, "and in the upper half word");
    wrong = 0;
    for (unsigned bit = LAYOUT_BITS; bit < WORD_BITS; bit++)
        for (word_t id = 0; id < 0x10000; id += 0x81 + bit) {
            check_id((word_t)1 << bit | id);
            check_id(~(word_t)0 << bit | id);
        }
    tap_check(wrong == 0, "every bit above the layout, alone and with all above: a third level, "
                          "and negative ids");
    wrong = 0;
    for (unsigned i = 0; i < 20000; i++)
        check_id(random_word());
    for (word_t i = 0; i < 256; i++)
        check_id((word_t)0 - i);
    tap_check(wrong == 0, "twenty thousand words at random, and the last 256");
}

/* ---- Numbers ---- */

/* Every word is one that would do something under another number. */
static bool is_unknown(word_t number)
{
    return rme_call(number, BOOT_TIMER_ENDPOINT, 1, 1, 1, 1, 1, 1) == STATUS_UNKNOWN_CALL &&
           rme_hot_call(number, BOOT_TIMER_ENDPOINT, 1) == STATUS_UNKNOWN_CALL;
}

static void numbers(void)
{
    wrong = 0;
    for (word_t number = RME_CALL_COUNT; number < 4096; number++)
        wrong += !is_unknown(number);
    tap_check(wrong == 0, "34 to 63, which are reserved, and on to 4095");
    for (unsigned bit = 6; bit < WORD_BITS; bit++)
        for (word_t number = 0; number < 64; number++) {
            wrong += !is_unknown((word_t)1 << bit | number);
            wrong += !is_unknown(~(word_t)0 << bit | number);
        }
    tap_check(wrong == 0, "each known number with a bit above, and with all of them");
    for (word_t number = 1; number < 256; number++)
        wrong += !is_unknown((word_t)0 - number);
    tap_check(wrong == 0 && is_unknown((word_t)INTPTR_MIN) && is_unknown(INTPTR_MAX),
              "negative numbers");
    tap_check(rme_signal_receive(rme_signal(BOOT_TIMER_ENDPOINT), SIGNAL_POLL_ALL) == 0,
              "and nothing was done");
}

int main(void)
{
    make_record();
    ids();
    numbers();
    return tap_end();
}
