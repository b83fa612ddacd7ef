/* SPDX-License-Identifier: Unlicense */
#include "tests/random.h"
#include "tests/trace/pick.h"
#include "tests/trace/words.h"

static word_t line(void)
{
    return one_in(12) ? 64 + random_below(100) : LINE_FIRST + random_below(LINE_COUNT);
}

static void line_function(word_t *w)
{
    static const word_t functions[] = {RME_KFN_INT_LOCAL_MOD,  RME_KFN_INT_LOCAL_MOD,
                                       RME_KFN_INT_LOCAL_TRIG, RME_KFN_INT_LOCAL_TRIG,
                                       RME_KFN_INT_BIND,       RME_KFN_TIMER_SET,
                                       RME_KFN_CPU_TICK,       RME_KFN_INT_MESSAGE};

    w[0] = pick_fixed(one_in(8) ? FIXED_FEW_LINES : FIXED_LINE_FUNCTIONS);
    w[1] = functions[random_below(8)];
    w[2] = line();
    if (w[1] == RME_KFN_INT_LOCAL_MOD) {
        w[3] = random_below(one_in(12) ? 4 : 2);
        w[4] = random_below(one_in(12) ? 4 : 2);
    }
    if (w[1] == RME_KFN_INT_LOCAL_TRIG && one_in(16))
        w[2] |= (word_t)1 << CAP_PAIR_SHIFT;
    if (w[1] == RME_KFN_INT_BIND) {
        w[3] = one_in(3) ? CAP_NULL : pick(KIND_SIGNAL);
        w[4] = random_below(2);
    }
    if (w[1] == RME_KFN_TIMER_SET) {
        w[2] = one_in(16);
        w[3] = one_in(2) ? pick(KIND_SIGNAL) : pick_fixed(FIXED_TIMER);
        if (one_in(16))
            w[3] = pick_wrong();
        w[4] = one_in(2) ? 0 : one_in(4) ? ~(word_t)0 : (word_t)1 << 60;
    }
    if (w[1] == RME_KFN_CPU_TICK)
        w[2] = one_in(4);
    if (w[1] == RME_KFN_INT_MESSAGE)
        w[3] = 1; /* what the first CPU's is depends on the machine */
}

static void page_function(word_t *w)
{
    static const word_t functions[] = {RME_KFN_FLUSH, RME_KFN_FLUSH_DONE, RME_KFN_PGT_ENTRY_MOD,
                                       RME_KFN_PGT_ENTRY_MOD, RME_KFN_PGT_RAW};

    w[0] = pick_fixed(FIXED_PAGE_FUNCTIONS);
    w[1] = functions[random_below(5)];
    w[2] = one_in(16);
    w[3] = random_below(3);
    if (w[1] == RME_KFN_PGT_ENTRY_MOD) {
        w[3] = one_in(3) ? pick_fixed(FIXED_SOURCE) : pick(KIND_PAGETABLE);
        w[4] = random_below(SOURCE_PAGES + 1) << PAGE_ORDER;
        if (shadow_slot(w[3]) != SLOTS)
            w[4] |= shadow[shadow_slot(w[3])].base;
        w[5] = random_below(one_in(12) ? 8 : 3);
    }
}

/* Registers by their numbers on x86-64; those that name who runs, and where, stay as they are. */
static void debug_function(word_t *w)
{
    static const word_t registers[] = {0, 4, 6, 7, 0, 12, 100, 1};

    w[0] = pick_fixed(FIXED_DEBUG_FUNCTIONS);
    w[1] = one_in(2) ? RME_KFN_DEBUG_REG_MOD : RME_KFN_DEBUG_EXC_GET;
    w[3] = pick(KIND_THREAD);
    if (w[1] == RME_KFN_DEBUG_EXC_GET) {
        w[2] = random_below(one_in(12) ? 4 : 2);
        return;
    }
    w[2] = registers[random_below(8)];
    w[4] = random_below(one_in(12) ? 4 : 2);
    w[5] = w[2] == 1 ? words_bad_entry() : random_any();
}

/* What neither the host nor a PC has. */
static void missing_function(word_t *w)
{
    static const struct {
        uint16_t function;
        uint8_t by;
    } missing[] = {
        {RME_KFN_CACHE_MOD, FIXED_LINE_FUNCTIONS}, {RME_KFN_CACHE_MAINT, FIXED_LINE_FUNCTIONS},
        {RME_KFN_PRFTH_MOD, FIXED_LINE_FUNCTIONS}, {RME_KFN_DEBUG_PRINT, FIXED_DEBUG_FUNCTIONS},
        {RME_KFN_PERF_CPU_FUNC, FIXED_MONITORS},   {RME_KFN_PERF_MON_MOD, FIXED_MONITORS},
        {RME_KFN_PERF_CYCLE_MOD, FIXED_MONITORS},  {RME_KFN_PERF_CPU_FUNC, FIXED_TIMER},
    };
    unsigned i = (unsigned)random_below(sizeof(missing) / sizeof(missing[0]));

    w[0] = pick_fixed(missing[i].by);
    w[1] = missing[i].function;
    w[2] = random_below(2);
}

void words_of_function(word_t *w)
{
    switch (random_below(8)) {
    case 0:
    case 1:
        page_function(w);
        break;
    case 2:
    case 3:
        debug_function(w);
        break;
    case 4:
        missing_function(w);
        break;
    default:
        line_function(w);
        break;
    }
    if (one_in(24))
        w[0] = pick(KIND_KFUNC);
}
