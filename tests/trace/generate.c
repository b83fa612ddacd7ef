/* SPDX-License-Identifier: Unlicense
 *
 * What is seen goes into a digest, of which every thousandth call prints the state, and says what
 * the calls before have led to; then the next act is chosen.
 */
#include "tests/random.h"
#include "tests/trace/shadow.h"
#include "tests/trace/words.h"

enum { BLOCK = 1000, RECORDS = 1024, JUMP_ONE_IN = 40, LINE_BYTES = 512, CALL_BITS = 8 };

uint32_t program_reached[RME_CALL_COUNT][64], program_reached_function[FUNCTIONS][64];

static struct settings settings;
static uint64_t digest;
static word_t number, calls; /* of acts; of those that are calls */

/* Calls whose result is not known yet; `number` 0: none. */
static struct record {
    word_t number;
    struct act act;
} records[RECORDS];

void program_begin(const struct settings *with)
{
    settings = *with;
    digest = 0xCBF29CE484222325;
    number = calls = 0;
    for (unsigned i = 0; i < RECORDS; i++)
        records[i].number = 0;
    random_seed(settings.seed);
    shadow_begin();
}

/* ---- Text ---- */

static char line[LINE_BYTES];
static unsigned length;

static void put_text(const char *text)
{
    while (*text != '\0' && length + 1 < sizeof(line))
        line[length++] = *text++;
    line[length] = '\0';
}

static void put_hex(word_t word)
{
    char digits[2 * sizeof(word_t) + 1];
    unsigned at = sizeof(digits) - 1;

    digits[at] = '\0';
    do {
        digits[--at] = "0123456789abcdef"[word & 15];
        word >>= 4;
    } while (word != 0);
    put_text(" ");
    put_text(&digits[at]);
}

static void put_line(void)
{
    machine_line(line);
    length = 0;
}

static bool is_printed(void)
{
    return settings.last != 0 && number >= settings.first && number <= settings.last;
}

static void print_seen(const struct seen *seen)
{
    if (!is_printed())
        return;
    put_text("SEEN");
    put_hex(number);
    put_text(seen->place == PLACE_BEGIN ? " begins" : " goes-on");
    put_hex(seen->result);
    put_hex(seen->value);
    put_hex(seen->param);
    put_hex(seen->stack);
    put_hex(seen->rest);
    for (unsigned i = 0; i < CROSSING; i++)
        put_hex(seen->crossing[i]);
    put_line();
}

static void print_act(const struct act *act)
{
    if (!is_printed())
        return;
    put_text("ACT");
    put_hex(number);
    put_text(act->is_jump ? " jump" : " call");
    put_hex(act->is_jump ? act->target : act->number);
    for (unsigned i = 0; i < 7; i++)
        put_hex(act->words[i]);
    put_hex(act->stack);
    put_line();
}

/* ---- The digest ---- */

static void mix(word_t word)
{
    digest = (digest ^ word) * 0x9E3779B97F4A7C15;
    digest ^= digest >> 29;
}

static void mix_seen(const struct seen *seen)
{
    mix(seen->place);
    mix(seen->result);
    mix(seen->value);
    mix(seen->param);
    mix(seen->stack);
    mix(seen->rest);
    for (unsigned i = 0; i < CROSSING; i++)
        mix(seen->crossing[i]);
}

static void mix_act(const struct act *act)
{
    mix(act->is_jump ? act->target : act->number);
    for (unsigned i = 0; i < 7; i++)
        mix(act->words[i]);
}

static void print_block(void)
{
    put_text("TRACE");
    put_hex(calls);
    put_hex(number);
    put_hex(digest);
    put_line();
}

/* ---- What was seen ---- */

static void count(const struct act *act, sword_t result)
{
    word_t status = result < 0 ? (word_t)-result % 64 : 0;
    word_t function = act->words[1] - RME_KFN_FLUSH;

    if (act->number < RME_CALL_COUNT)
        program_reached[act->number][status]++;
    if (act->number == RME_SVC_KFN && function < FUNCTIONS)
        program_reached_function[function][status]++;
}

/* The call that this thread made last, if its registers still say which. An activation is known by
 * what its callee sees. */
static void settle(const struct seen *seen)
{
    static const struct act activation = {.number = RME_SVC_INV_ACT};
    word_t kept = seen->crossing[KEPT_NUMBER] >> CALL_BITS;
    struct record *record = &records[kept % RECORDS];

    if (kept == 0 && seen->place == PLACE_RESUME && (sword_t)seen->result == STATUS_FAULT)
        count(&activation, STATUS_FAULT); /* a forced return leaves nothing but the status */
    if (kept == 0 || record->number != kept)
        return;
    record->number = 0;
    if (seen->place == PLACE_BEGIN && record->act.number != RME_SVC_INV_ACT)
        return;
    count(&record->act, (sword_t)seen->result);
    shadow_note(&record->act, (sword_t)seen->result);
}

/* How much of a finite budget is left depends on the clock; that it is finite, not. The call may be
 * so long ago that its record is another's. */
static void normalise(struct seen *seen)
{
    word_t call = seen->crossing[KEPT_NUMBER] % (1 << CALL_BITS);

    if (seen->crossing[KEPT_NUMBER] != 0 && call == RME_SVC_THD_TIME_XFER && seen->result != 0 &&
        seen->result < BUDGET_INFINITE)
        seen->result = 1;
}

/* ---- What is done ---- */

/* Now and then nothing but activations, so that they nest. */
static bool is_nesting(word_t name)
{
    return (number >> 8) % 8 == 7 && name != NAME_INIT;
}

static void choose(struct act *act, word_t name)
{
    act->is_jump = name != NAME_INIT && one_in(JUMP_ONE_IN) && !is_nesting(name);
    act->target = words_target();
    if (is_nesting(name))
        words_nest(act);
    else
        words_choose(act, name);
    act->stack = random_any();
    for (unsigned i = 0; i < CROSSING; i++)
        act->crossing[i] = random_word();
    act->crossing[KEPT_NUMBER] = number << CALL_BITS | act->number % (1 << CALL_BITS);
    act->crossing[KEPT_WORD] = act->words[6];
    act->crossing[KEPT_NAME] = name;
}

bool program_next(const struct seen *found, struct act *act)
{
    struct seen seen = *found;
    word_t name = seen.crossing[KEPT_NAME];

    settle(&seen);
    normalise(&seen);
    print_seen(&seen);
    mix_seen(&seen);
    if (calls == settings.calls)
        return false;
    number++;
    if (name == 0 && seen.place == PLACE_BEGIN)
        name = seen.param;
    choose(act, name);
    if (!act->is_jump) {
        records[number % RECORDS] = (struct record){number, *act};
        calls++;
    }
    print_act(act);
    mix_act(act);
    if (!act->is_jump && calls % BLOCK == 0)
        print_block();
    return true;
}
