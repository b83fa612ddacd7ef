/* SPDX-License-Identifier: Unlicense
 *
 * The seven operations, with inline and with out-of-line stubs.
 */
#include "bench/bench.h"

/* Out-of-line: a function around the same instruction, as a library would have it. */
__attribute__((noinline)) static sword_t out_of_line(word_t number, word_t word0, word_t word1)
{
    return rme_hot_call(number, word0, word1);
}

/* `between` stands between the two reads; `result` and `right` are looked at behind them. */
#define MEASURE(between, right)                                                                    \
    do {                                                                                           \
        for (unsigned i = 0; i < ROUNDS; i++) {                                                    \
            word_t before = COUNTER;                                                               \
            between;                                                                               \
            word_t after = COUNTER;                                                                \
                                                                                                   \
            figures_add(figures, counts_between(before, after), right);                            \
        }                                                                                          \
    } while (0)

/* The same where another thread takes the second look. */
#define MEASURE_ACROSS(between, right)                                                             \
    do {                                                                                           \
        for (unsigned i = 0; i < ROUNDS; i++) {                                                    \
            word_t before = COUNTER;                                                               \
            between;                                                                               \
                                                                                                   \
            figures_add(figures, counts_between(before, *targets->seen), right);                   \
        }                                                                                          \
    } while (0)

static void with_inline(enum operation operation, const struct targets *targets,
                        struct figures *figures)
{
    const word_t port = targets->port;
    sword_t result = 0, second = 0;
    word_t value = 0;

    if (operation == YIELD_S)
        MEASURE(result = rme_hot_call(RME_SVC_THD_SWT, CAP_NULL, 0), result == STATUS_OK);
    if (operation == YIELD_2)
        MEASURE_ACROSS(result = rme_hot_call(RME_SVC_THD_SWT, CAP_NULL, 0), result == STATUS_OK);
    if (operation == INV_2)
        MEASURE(result = rme_hot_invoke(RME_SVC_INV_ACT, port, i, &value),
                result == STATUS_OK && value == i + 1);
    if (operation == SIG_1)
        MEASURE_ACROSS(result = rme_hot_call(RME_SVC_SIG_SND, targets->first, 1),
                       result == STATUS_OK);
    if (operation == SIG_2)
        MEASURE_ACROSS(result = rme_hot_call(RME_SVC_SIG_SND, targets->second, 1),
                       result == STATUS_OK);
    if (operation == SIG_S)
        MEASURE(result = rme_hot_call(RME_SVC_SIG_SND, targets->self, 1);
                second = rme_hot_call(RME_SVC_SIG_RCV, targets->self, SIGNAL_RECEIVE_ALL),
                result == STATUS_OK && second == 1);
}

static void with_functions(enum operation operation, const struct targets *targets,
                           struct figures *figures)
{
    sword_t result = 0, second = 0;
    word_t value = 0;

    if (operation == YIELD_S)
        MEASURE(result = out_of_line(RME_SVC_THD_SWT, CAP_NULL, 0), result == STATUS_OK);
    if (operation == YIELD_2)
        MEASURE_ACROSS(result = out_of_line(RME_SVC_THD_SWT, CAP_NULL, 0), result == STATUS_OK);
    if (operation == INV_2)
        MEASURE(result = rme_invoke_word(targets->port, i, &value),
                result == STATUS_OK && value == i + 1);
    if (operation == SIG_1)
        MEASURE_ACROSS(result = out_of_line(RME_SVC_SIG_SND, targets->first, 1),
                       result == STATUS_OK);
    if (operation == SIG_2)
        MEASURE_ACROSS(result = out_of_line(RME_SVC_SIG_SND, targets->second, 1),
                       result == STATUS_OK);
    if (operation == SIG_S)
        MEASURE(result = out_of_line(RME_SVC_SIG_SND, targets->self, 1);
                second = out_of_line(RME_SVC_SIG_RCV, targets->self, SIGNAL_RECEIVE_ALL),
                result == STATUS_OK && second == 1);
}

/* Raise a line that nobody drives; its receiver, which is in this process, looks at the counter.
 * The plugin counts from the vector. */
static void interrupt(word_t cpu, word_t line, struct figures *figures)
{
    const rme_kfunc_t kfunc = rme_kfunc(BOOT_KFUNC);
    const word_t vector = cpu << CAP_PAIR_SHIFT | line;

    for (unsigned i = 0; i < ROUNDS; i++) {
        sword_t result = rme_kfunc_call(kfunc, RME_KFN_INT_LOCAL_TRIG, vector, 0, 0, 0, 0);

        figures_add(figures, 0, result == STATUS_OK);
        result = rme_kfunc_call(kfunc, RME_KFN_INT_LOCAL_MOD, line, 1, 1, 0, 0);
        figures->wrong += result != STATUS_OK;
    }
}

void measure(enum operation operation, const struct targets *targets, enum stubs stubs,
             struct figures *figures)
{
    if (operation == SIG_I)
        interrupt(targets->cpu, targets->line, figures);
    else if (stubs == STUBS_INLINE)
        with_inline(operation, targets, figures);
    else
        with_functions(operation, targets, figures);
}

void measure_unknown(struct figures *figures)
{
    sword_t result;

    MEASURE(result = rme_hot_call(RME_CALL_COUNT + 20, 0, 0), result == STATUS_UNKNOWN_CALL);
}

void measure_refused(const struct targets *targets, struct figures *figures)
{
    sword_t result;

    MEASURE(result = rme_hot_call(RME_SVC_SIG_SND, targets->refused, 1), result == STATUS_RIGHTS);
}
