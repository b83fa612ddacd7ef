/* SPDX-License-Identifier: Unlicense
 *
 * Operations beyond the table. Slots and memory are the measuring thread's own, which runs in a
 * process with the table of the first.
 */
#include "bench/bench.h"
#include "bench/objects.h"

#include "config.h"

const char *const other_names[OTHERS] = {
    "sig_low", "delegate_freeze_remove", "map_unmap", "thread_create_delete", "time_transfer",
};

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

static const rme_captable_t own = {{BOOT_CAPTABLE}};

enum { LOW_RECEIVER, DELEGATION, MAPPING, CREATION, TRANSFER };

bool has_other(unsigned other)
{
    return CONFIG_CPUS_MAX == 1 || (other != DELEGATION && other != CREATION);
}

/* Between the rounds the receiver gets its turn and waits again. */
static void low_receiver(const struct objects *objects, const struct targets *targets,
                         struct figures *figures)
{
    sword_t result = 0;

    for (unsigned i = 0; i < ROUNDS; i++) {
        word_t before, after;

        objects_levels(objects, LEVEL_LOW - 1, LEVEL_ASIDE, LEVEL_ASIDE);
        objects_levels(objects, LEVEL_MEASURE, LEVEL_ASIDE, LEVEL_ASIDE);
        before = COUNTER;
        result = rme_hot_call(RME_SVC_SIG_SND, targets->low, 1);
        after = COUNTER;
        figures_add(figures, counts_between(before, after), result == STATUS_OK);
    }
}

static void delegation(const struct objects *objects, struct figures *figures)
{
    sword_t added = 0, frozen = 0, removed = 0;

    MEASURE(added = rme_captable_delegate(own, objects->spare, own, objects->low.id.raw,
                                          RIGHT_SIGNAL_SEND, 0, 0);
            frozen = rme_captable_freeze(own, objects->spare);
            removed = rme_captable_remove(own, objects->spare),
            added == STATUS_OK && frozen == STATUS_OK && removed == STATUS_OK);
}

static void mapping(const struct objects *objects, struct figures *figures)
{
    sword_t mapped = 0, unmapped = 0;

    MEASURE(mapped = rme_pagetable_add(objects->table, objects->page_position, objects->page_flags,
                                       objects->source.table, objects->source.position,
                                       objects->source.index);
            unmapped = rme_pagetable_remove(objects->table, objects->page_position),
            mapped == STATUS_OK && unmapped == STATUS_OK);
}

static void creation(const struct objects *objects, struct figures *figures)
{
    sword_t created = 0, frozen = 0, deleted = 0;

    MEASURE(created = rme_thread_create(own, objects->spare, rme_kmem(BOOT_KMEM), objects->memory,
                                        objects->process, 1, 0);
            frozen = rme_captable_freeze(own, objects->spare);
            deleted = rme_thread_delete(own, objects->spare),
            created == STATUS_OK && frozen == STATUS_OK && deleted == STATUS_OK);
}

static void transfer(const struct objects *objects, struct figures *figures)
{
    sword_t result = 0;

    MEASURE(result = rme_thread_transfer_time(objects->low_receiver, objects->third, 1),
            result > 0);
}

void measure_other(struct objects *objects, unsigned other, const struct targets *targets,
                   struct figures *figures)
{
    if (other == LOW_RECEIVER)
        low_receiver(objects, targets, figures);
    if (other == DELEGATION)
        delegation(objects, figures);
    if (other == MAPPING)
        mapping(objects, figures);
    if (other == CREATION)
        creation(objects, figures);
    if (other == TRANSFER)
        transfer(objects, figures);
}
