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

static volatile bool is_done;
static struct figures figures[OPERATIONS], unknown, twin, others[OTHERS];
static unsigned wrong, measurements;

/* Known to the plugin by its name and size. */
const volatile char bench_label[LABELS];
static unsigned label;

void bench_next(void)
{
    (void)bench_label[label++];
}

static word_t id_of(const struct row *row, cap_id_t id)
{
    return row->has_two_levels ? cap_id_in(objects.own, id.raw).raw : id.raw;
}

static struct targets targets_of(const struct row *row)
{
    return (struct targets){
        .port = id_of(row, objects.port.id),
        .first = id_of(row, objects.first.id),
        .second = id_of(row, objects.second.id),
        .self = id_of(row, objects.self.id),
        .low = id_of(row, objects.low.id),
        .refused = objects.refused,
    };
}

/* The measuring thread. In Yield/S it is alone in its level; else a third thread is ready there, in
 * Yield/2 behind the partner. */
static void measure_row(word_t param)
{
    const struct row *row = (const struct row *)param;
    struct targets targets = targets_of(row);

    objects_use_fpu();
    for (enum operation i = 0; i < OPERATIONS; i++) {
        if (i == YIELD_2)
            objects_levels(LEVEL_MEASURE, LEVEL_MEASURE, LEVEL_MEASURE);
        else
            objects_levels(LEVEL_MEASURE, LEVEL_ASIDE, i == YIELD_S ? LEVEL_BELOW : LEVEL_MEASURE);
        measure(i, &targets, row->stubs, &figures[i]);
    }
    if (row == rows) {
        measure_refused(&targets, &unknown, &twin);
        for (unsigned i = 0; i < OTHERS; i++)
            if (has_other(i))
                measure_other(i, &targets, &others[i]);
    }
    is_done = true;
    objects_stop();
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
    const word_t init = 0;

    for (unsigned i = 0; i < OPERATIONS; i++)
        figures[i] = (struct figures){0};
    is_done = false;
    objects_start(row, measure_row);
    (void)rme_thread_set_priorities(1, rme_thread(BOOT_THREAD), rme_thread_null(),
                                    rme_thread_null(), rme_thread_null(), init);
    while (!is_done)
        (void)rme_thread_switch(rme_thread_null(), 0);
    (void)rme_thread_set_priorities(1, rme_thread(BOOT_THREAD), rme_thread_null(),
                                    rme_thread_null(), rme_thread_null(), LEVEL_INIT);
    objects_delete();
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
    objects_make();
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
