/* SPDX-License-Identifier: Unlicense */
#include "bench/objects.h"

#include "bench_machine.h"
#include "board.h"
#include "layout.h"
#include "rme/alloc.h"
#include "rme/arch/sizes.h"
#include "rme/assert.h"

/* ---- What the threads do ---- */

void objects_use_fpu(const struct objects *objects)
{
    if ((objects->row->attributes & THREAD_FPU) != 0)
        bench_use_fpu();
}

static void receive(word_t param)
{
    const struct home *home = (const struct home *)param;
    volatile word_t *seen = &home->objects->seen;
    word_t endpoint = home->endpoint;

    objects_use_fpu(home->objects);
    for (;;) {
        (void)rme_hot_call(RME_SVC_SIG_RCV, endpoint, SIGNAL_RECEIVE_ALL);
        *seen = COUNTER;
    }
}

static void partner(word_t param)
{
    const struct home *home = (const struct home *)param;
    volatile word_t *seen = &home->objects->seen;

    objects_use_fpu(home->objects);
    for (;;) {
        (void)rme_hot_call(RME_SVC_THD_SWT, CAP_NULL, 0);
        *seen = COUNTER;
    }
}

static void third(word_t param)
{
    objects_use_fpu(((const struct home *)param)->objects);
    for (;;)
        (void)rme_hot_call(RME_SVC_THD_SWT, CAP_NULL, 0);
}

/* ---- Making them ---- */

static word_t id_of(const struct objects *objects, const struct row *row, cap_id_t id)
{
    return row->has_two_levels ? cap_id_in(objects->own, id.raw).raw : id.raw;
}

static struct rme_space make_space(void)
{
    struct rme_space space = rme_space_make(3);

    rme_space_add_image(&space);
    bench_add_space(&space);
    return space;
}

/* A page that is mapped and unmapped: a table of its own, in no tree. */
static void make_page(struct objects *objects)
{
    const word_t order = 12;
    struct rme_space space = rme_space_make(0);
    word_t address = LAYOUT_USER_RAM + 0x8000;

    objects->table = rme_space_add(&space, address, order, PAGE_READ | PAGE_STATIC);
    objects->page_position = rme_space_position(address, order);
    rme_assert(rme_pagetable_remove(objects->table, objects->page_position) == STATUS_OK);
    objects->page_flags = PAGE_READ | PAGE_STATIC;
    rme_assert(rme_memory_piece(address, order, &objects->source));
}

static void set_level(const struct objects *objects, word_t level)
{
    rme_assert(rme_thread_set_priorities(1, objects->init, rme_thread_null(), rme_thread_null(),
                                         rme_thread_null(), level) == STATUS_OK);
}

/* It is the first receiver's. */
static void bind_line(const struct objects *objects)
{
    const rme_kfunc_t kfunc = rme_kfunc(BOOT_KFUNC);

    rme_assert(rme_kfunc_call(kfunc, RME_KFN_INT_BIND, objects->line, objects->first.id.raw, 0, 0,
                              0) == STATUS_OK);
    rme_assert(rme_kfunc_call(kfunc, RME_KFN_INT_LOCAL_MOD, objects->line, 1, 1, 0, 0) ==
               STATUS_OK);
}

void objects_make(struct objects *objects)
{
    const rme_captable_t table = rme_captable(BOOT_CAPTABLE);
    struct rme_space first = make_space(), second = make_space();

    objects->init = rme_boot.cpu_count == 1 ? rme_thread(BOOT_THREAD)
                                            : (rme_thread_t){cap_id_in(BOOT_THREAD, objects->cpu)};
    objects->process = rme_process_make(table, &first);
    objects->other_process = rme_process_make(table, &second);
    objects->first = rme_signal_make();
    objects->second = rme_signal_make();
    objects->self = rme_signal_make();
    objects->low = rme_signal_make();
    objects->port = rme_invocation_make(objects->other_process, bench_serve, objects->port_stack,
                                        sizeof(objects->port_stack), true);
    objects->refused = rme_alloc_slot();
    objects->own = rme_alloc_slot();
    objects->spare = rme_alloc_slot();
    objects->memory = rme_alloc_kmem(RME_THREAD_BYTES);
    rme_assert(rme_captable_delegate(table, objects->refused, table, objects->self.id.raw,
                                     RIGHT_SIGNAL_POLL_ALL, 0, 0) == STATUS_OK);
    rme_assert(rme_captable_delegate(table, objects->own, table, BOOT_CAPTABLE, RIGHTS_CAPTABLE_ALL,
                                     0, 0) == STATUS_OK);
    make_page(objects);
    if (objects->line < BOARD_IRQ_LINES)
        bind_line(objects);
    set_level(objects, LEVEL_INIT);
}

struct targets objects_targets(const struct objects *objects)
{
    const struct row *row = objects->row;

    return (struct targets){
        .port = id_of(objects, row, objects->port.id),
        .first = id_of(objects, row, objects->first.id),
        .second = id_of(objects, row, objects->second.id),
        .self = id_of(objects, row, objects->self.id),
        .low = id_of(objects, row, objects->low.id),
        .refused = objects->refused,
        .cpu = objects->cpu,
        .line = objects->line,
        .seen = &objects->seen,
    };
}

/* ---- Threads, made anew for each row at the same places ---- */

struct place {
    rme_thread_t *thread;
    void (*entry)(word_t param);
    bool is_other;
    word_t priority, endpoint;
};

static rme_thread_t make_thread(struct objects *objects, const struct place *place, unsigned number)
{
    struct home *home = &objects->homes[number];

    if (home->slot == 0) {
        home->slot = rme_alloc_slot();
        home->memory = rme_alloc_kmem(RME_THREAD_FPU_BYTES);
    }
    home->objects = objects;
    home->endpoint = place->endpoint;
    return rme_thread_make(&(struct rme_thread_plan){
        .slot = home->slot,
        .memory = home->memory,
        .process = place->is_other ? objects->other_process : objects->process,
        .entry = place->entry,
        .stack = number == 0 ? objects->measuring_stack : objects->stacks[number],
        .stack_bytes = number == 0 ? sizeof(objects->measuring_stack) : BENCH_STACK_BYTES,
        .param = number == 0 ? (word_t)objects : (word_t)home,
        .priority = place->priority,
        .priority_max = LEVEL_INIT,
        .budget = objects->row->budget,
        .attributes = objects->row->attributes,
        .tid = number,
        .scheduler = objects->init,
        .endpoint = rme_signal_null(),
    });
}

void objects_start(struct objects *objects, const struct row *row,
                   void (*measuring)(word_t objects))
{
    const struct place places[PLACES] = {
        {&objects->measuring, measuring, false, LEVEL_MEASURE, 0},
        {&objects->first_receiver, receive, false, LEVEL_RECEIVE, objects->first.id.raw},
        {&objects->second_receiver, receive, true, LEVEL_RECEIVE, objects->second.id.raw},
        {&objects->partner, partner, true, LEVEL_BELOW, 0},
        {&objects->third, third, false, LEVEL_BELOW, 0},
        {&objects->low_receiver, receive, false, LEVEL_LOW, objects->low.id.raw},
    };

    objects->row = row;
    for (unsigned i = 0; i < PLACES; i++)
        *places[i].thread = make_thread(objects, &places[i], i);
}

void objects_wait(const struct objects *objects, const volatile bool *is_done)
{
    set_level(objects, 0);
    while (!*is_done)
        (void)rme_thread_switch(rme_thread_null(), 0);
    set_level(objects, LEVEL_INIT);
}

void objects_stop(const struct objects *objects)
{
    for (unsigned i = PLACES; i-- > 0;)
        rme_assert(rme_thread_free((rme_thread_t){cap_id(objects->homes[i].slot)}) == STATUS_OK);
}

/* A call that waits for three epochs in a kernel for several CPUs: a tick each. */
static void until_quiescent(sword_t (*call)(rme_captable_t table, word_t slot), word_t slot)
{
    enum { TICKS = 100 };
    sword_t status = STATUS_NOT_QUIESCENT;

    for (unsigned i = 0; i < TICKS && status == STATUS_NOT_QUIESCENT; i++) {
        status = call(rme_captable(BOOT_CAPTABLE), slot);
        if (status == STATUS_NOT_QUIESCENT)
            (void)rme_kfunc_call(rme_kfunc(BOOT_KFUNC), RME_KFN_CPU_TICK, 0, 0, 0, 0, 0);
    }
    rme_assert(status == STATUS_OK);
}

void objects_delete(const struct objects *objects)
{
    for (unsigned i = 0; i < PLACES; i++) {
        until_quiescent(rme_captable_freeze, objects->homes[i].slot);
        until_quiescent(rme_thread_delete, objects->homes[i].slot);
    }
}

void objects_levels(const struct objects *objects, word_t measuring, word_t partner_level,
                    word_t third_level)
{
    word_t levels = measuring | partner_level << 8 | third_level << 16;

    rme_assert(rme_thread_set_priorities(3, objects->measuring, objects->partner, objects->third,
                                         rme_thread_null(), levels) == STATUS_OK);
}

void objects_levels_for(const struct objects *objects, enum operation operation)
{
    if (operation == YIELD_2) {
        objects_levels(objects, LEVEL_MEASURE, LEVEL_MEASURE, LEVEL_MEASURE);
        (void)rme_thread_switch(rme_thread_null(), 0); /* the first time the partner only begins */
    } else {
        objects_levels(objects, LEVEL_MEASURE, LEVEL_ASIDE,
                       operation == YIELD_S ? LEVEL_BELOW : LEVEL_MEASURE);
    }
}
