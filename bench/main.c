/* SPDX-License-Identifier: Unlicense
 *
 * The benchmark system: rows of the table, one after the other, printed for tools/bench.py.
 */
#include "bench/objects.h"

#include "board.h"
#include "rme/print.h"

static const struct row rows[] = {
    {"infinite", BUDGET_INFINITE, 0, false, STUBS_INLINE},
    {"finite", 0x40000000, 0, false, STUBS_INLINE},
    {"two_level", BUDGET_INFINITE, 0, true, STUBS_INLINE},
    {"out_of_line", BUDGET_INFINITE, 0, false, STUBS_OUT_OF_LINE},
    {"fpu", BUDGET_INFINITE, THREAD_FPU, false, STUBS_INLINE},
};

static const char *const operation_names[OPERATIONS] = {
    "yield_s", "yield_2", "inv_2", "sig_1", "sig_2", "sig_s", "sig_i",
};

enum { LABELS = 64 };
const volatile char bench_label[LABELS];

static struct objects objects = {.line = BENCH_LINE};
static volatile bool is_done;
static struct figures figures[OPERATIONS], unknown, twin, others[OTHERS];
static unsigned wrong, measurements, label;

/* The measuring thread. */
static void measure_row(word_t unused)
{
    const struct row *row = objects.row;
    struct targets targets = objects_targets(&objects);

    (void)unused;
    objects_use_fpu(&objects);
    for (enum operation i = 0; i < OPERATIONS; i++) {
        objects_levels_for(&objects, i);
        BENCH_LABEL(label++);
        measure(i, &targets, row->stubs, &figures[i]);
    }
    if (row == rows) {
        BENCH_LABEL(label++);
        measure_unknown(&unknown);
        BENCH_LABEL(label++);
        measure_refused(&targets, &twin);
        for (unsigned i = 0; i < OTHERS; i++) {
            if (!has_other(i))
                continue;
            BENCH_LABEL(label++);
            measure_other(&objects, i, &targets, &others[i]);
        }
    }
    is_done = true;
    objects_stop(&objects);
}

static void print(const char *row, const char *operation, const struct figures *of)
{
    word_t mean = of->rounds == 0
                      ? 0
                      : of->sum / of->rounds * 1000 + of->sum % of->rounds * 1000 / of->rounds;

    rme_print("BENCH %s %s %lu %lu %lu %lu\n", row, operation, (unsigned long)of->low,
              (unsigned long)mean, (unsigned long)of->high, (unsigned long)of->rounds);
    measurements++;
    wrong += of->wrong != 0 || of->rounds != ROUNDS;
}

static void run(const struct row *row)
{
    for (unsigned i = 0; i < OPERATIONS; i++)
        figures[i] = (struct figures){0};
    is_done = false;
    objects_start(&objects, row, measure_row);
    objects_wait(&objects, &is_done);
    objects_delete(&objects);
    for (unsigned i = 0; i < OPERATIONS; i++)
        print(row->name, operation_names[i], &figures[i]);
}

static void print_others(void)
{
    for (unsigned i = 0; i < OTHERS; i++)
        if (has_other(i))
            print("extra", other_names[i], &others[i]);
        else
            rme_print("%s skipped: it waits for other CPUs\n", other_names[i]);
}

int main(void)
{
    rme_print("RME benchmark on %s: %d rounds of each operation\n", BOARD_NAME, ROUNDS);
    objects_make(&objects);
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if ((rows[i].attributes & THREAD_FPU) != 0 && !BOARD_HAS_FPU)
            rme_print("row %s skipped: this chip has no FPU\n", rows[i].name);
        else
            run(&rows[i]);
        if (i != 0)
            continue;
        print("refused", "refused", &unknown);
        print("twin", "sig_snd", &twin);
        print_others();
    }
    rme_print("%u passed, %u failed, 0 skipped\n", measurements - wrong, wrong);
    return wrong != 0;
}
