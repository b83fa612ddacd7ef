/* SPDX-License-Identifier: Unlicense */
#include "bench/objects.h"

#include "bench_machine.h"
#include "layout.h"
#include "rme/alloc.h"
#include "rme/arch/sizes.h"
#include "rme/assert.h"

struct objects objects;

enum { STACK_BYTES = 512, THREADS = 6 };

static char stacks[THREADS][STACK_BYTES] __attribute__((aligned(8)));
static char measuring_stack[2048] __attribute__((aligned(8)));

/* ---- What the threads do ---- */

static bool has_fpu;

void objects_use_fpu(void)
{
    if (has_fpu)
        bench_use_fpu();
}

static void receive(word_t endpoint)
{
    objects_use_fpu();
    for (;;) {
        (void)rme_hot_call(RME_SVC_SIG_RCV, endpoint, SIGNAL_RECEIVE_ALL);
        bench_seen = COUNTER;
    }
}

static void partner(word_t unused)
{
    (void)unused;
    objects_use_fpu();
    for (;;) {
        (void)rme_hot_call(RME_SVC_THD_SWT, CAP_NULL, 0);
        bench_seen = COUNTER;
    }
}

static void third(word_t unused)
{
    (void)unused;
    objects_use_fpu();
    for (;;)
        (void)rme_hot_call(RME_SVC_THD_SWT, CAP_NULL, 0);
}

/* ---- Making them ---- */

static struct rme_space make_space(void)
{
    struct rme_space space = rme_space_make(3);

    rme_space_add_image(&space);
    bench_add_space(&space);
    return space;
}

/* A page that is mapped and unmapped: a table of its own, in no tree. */
static void make_page(void)
{
    const word_t order = 12;
    struct rme_space space = rme_space_make(0);
    word_t address = LAYOUT_USER_RAM + 0x8000;

    objects.table = rme_space_add(&space, address, order, PAGE_READ | PAGE_STATIC);
    objects.page_position = rme_space_position(address, order);
    rme_assert(rme_pagetable_remove(objects.table, objects.page_position) == STATUS_OK);
    objects.page_flags = PAGE_READ | PAGE_STATIC;
    rme_assert(rme_memory_piece(address, order, &objects.source));
}

void objects_make(void)
{
    static char port_stack[256] __attribute__((aligned(8)));
    struct rme_space first = make_space(), second = make_space();

    objects.process = rme_process_make(rme_captable(BOOT_CAPTABLE), &first);
    objects.other_process = rme_process_make(rme_captable(BOOT_CAPTABLE), &second);
    objects.first = rme_signal_make();
    objects.second = rme_signal_make();
    objects.self = rme_signal_make();
    objects.low = rme_signal_make();
    objects.port = rme_invocation_make(objects.other_process, bench_serve, port_stack,
                                       sizeof(port_stack), true);
    objects.refused = rme_alloc_slot();
    objects.own = rme_alloc_slot();
    objects.spare = rme_alloc_slot();
    objects.memory = rme_alloc_kmem(RME_THREAD_BYTES);
    rme_assert(rme_captable_delegate(rme_captable(BOOT_CAPTABLE), objects.refused,
                                     rme_captable(BOOT_CAPTABLE), objects.self.id.raw,
                                     RIGHT_SIGNAL_POLL_ALL, 0, 0) == STATUS_OK);
    rme_assert(rme_captable_delegate(rme_captable(BOOT_CAPTABLE), objects.own,
                                     rme_captable(BOOT_CAPTABLE), BOOT_CAPTABLE,
                                     RIGHTS_CAPTABLE_ALL, 0, 0) == STATUS_OK);
    make_page();
    rme_assert(rme_kfunc_call(rme_kfunc(BOOT_KFUNC), RME_KFN_INT_BIND, BENCH_LINE,
                              objects.first.id.raw, 0, 0, 0) == STATUS_OK);
    rme_assert(rme_kfunc_call(rme_kfunc(BOOT_KFUNC), RME_KFN_INT_LOCAL_MOD, BENCH_LINE, 1, 1, 0,
                              0) == STATUS_OK);
    rme_assert(rme_thread_set_priorities(1, rme_thread(BOOT_THREAD), rme_thread_null(),
                                         rme_thread_null(), rme_thread_null(),
                                         LEVEL_INIT) == STATUS_OK);
}

/* ---- Threads, made anew for each row at the same places ---- */

struct place {
    rme_thread_t *thread;
    void (*entry)(word_t param);
    bool is_other;
    word_t priority;
    word_t param;
};

enum { PLACES = 6 };

static struct {
    word_t slot, memory;
} homes[PLACES];

static rme_thread_t make_thread(const struct row *row, const struct place *place, unsigned number)
{
    if (homes[number].slot == 0) {
        homes[number].slot = rme_alloc_slot();
        homes[number].memory = rme_alloc_kmem(RME_THREAD_FPU_BYTES);
    }
    return rme_thread_make(&(struct rme_thread_plan){
        .slot = homes[number].slot,
        .memory = homes[number].memory,
        .process = place->is_other ? objects.other_process : objects.process,
        .entry = place->entry,
        .stack = number == 0 ? measuring_stack : stacks[number],
        .stack_bytes = number == 0 ? sizeof(measuring_stack) : STACK_BYTES,
        .param = place->param,
        .priority = place->priority,
        .priority_max = LEVEL_INIT,
        .budget = row->budget,
        .attributes = row->attributes,
        .tid = number,
        .scheduler = rme_thread(BOOT_THREAD),
        .endpoint = rme_signal_null(),
    });
}

void objects_start(const struct row *row, void (*measuring)(word_t param))
{
    const struct place places[PLACES] = {
        {&objects.measuring, measuring, false, LEVEL_MEASURE, (word_t)row},
        {&objects.first_receiver, receive, false, LEVEL_RECEIVE, objects.first.id.raw},
        {&objects.second_receiver, receive, true, LEVEL_RECEIVE, objects.second.id.raw},
        {&objects.partner, partner, true, LEVEL_BELOW, 0},
        {&objects.third, third, false, LEVEL_BELOW, 0},
        {&objects.low_receiver, receive, false, LEVEL_LOW, objects.low.id.raw},
    };

    has_fpu = (row->attributes & THREAD_FPU) != 0;
    for (unsigned i = 0; i < PLACES; i++)
        *places[i].thread = make_thread(row, &places[i], i);
}

void objects_stop(void)
{
    for (unsigned i = PLACES; i-- > 0;)
        rme_assert(rme_thread_free((rme_thread_t){cap_id(homes[i].slot)}) == STATUS_OK);
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

void objects_delete(void)
{
    for (unsigned i = 0; i < PLACES; i++) {
        until_quiescent(rme_captable_freeze, homes[i].slot);
        until_quiescent(rme_thread_delete, homes[i].slot);
    }
}

void objects_levels(word_t measuring, word_t partner_level, word_t third_level)
{
    word_t levels = measuring | partner_level << 8 | third_level << 16;

    rme_assert(rme_thread_set_priorities(3, objects.measuring, objects.partner, objects.third,
                                         rme_thread_null(), levels) == STATUS_OK);
}
