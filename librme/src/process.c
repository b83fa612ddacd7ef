/* SPDX-License-Identifier: Unlicense */
#include "rme/process.h"

#include "abi/memory_map.h"
#include "board.h"
#include "layout.h"
#include "rme/alloc.h"
#include "rme/assert.h"
#include "rme/stack.h"

static const struct memory_range ranges[] = {
#define RANGE(base, bytes, flags) {base, bytes, flags},
    LAYOUT_RANGES(RANGE)
#undef RANGE
};

/* Bytes of kernel objects. The kernel refuses what is too small by itself: these are upper bounds.
 */
enum {
    TOP_BYTES = 128,
    TABLE_BYTES = 32,
    THREAD_BYTES = 128,
    THREAD_FPU_BYTES = 192,
    PORT_BYTES = 32
};

static const word_t own = BOOT_CAPTABLE;

struct rme_space rme_space_make(word_t order)
{
    struct rme_space space = {rme_pagetable(rme_alloc_slot()), 0};
    word_t memory = rme_alloc_kmem(TOP_BYTES + (sizeof(word_t) << order));

    rme_assert(rme_pagetable_create(rme_captable(own), space.top.id.raw, rme_kmem(BOOT_KMEM),
                                    memory, PAGETABLE_TOP, WORD_BITS, order) == STATUS_OK);
    return space;
}

bool rme_memory_source(word_t base, word_t order, rme_pagetable_t *source, word_t *index)
{
    struct memory_place place;

    if (!memory_find(ranges, sizeof(ranges) / sizeof(ranges[0]), base, &place))
        return false;
    *source = rme_pagetable_in(BOOT_PAGETABLES, place.table);
    *index = (base & (((word_t)1 << place.order) - 1)) >> order;
    return order <= place.order;
}

rme_pagetable_t rme_space_add(struct rme_space *space, word_t base, word_t order, word_t flags)
{
    rme_pagetable_t table = rme_pagetable(rme_alloc_slot());
    rme_pagetable_t source;
    word_t index;

    rme_assert(rme_memory_source(base, order, &source, &index));
    rme_assert(rme_pagetable_create(rme_captable(own), table.id.raw, rme_kmem(BOOT_KMEM),
                                    rme_alloc_kmem(TABLE_BYTES), base, order, 0) == STATUS_OK);
    rme_assert(rme_pagetable_add(table, 0, flags, source, 0, index) == STATUS_OK);
    rme_assert(rme_pagetable_construct(space->top, space->used++, table, 0) == STATUS_OK);
    return table;
}

void rme_space_add_image(struct rme_space *space)
{
    enum { IMAGE_ORDER = 15, DATA_ORDER = 14, CONSOLE_ORDER = 10 };
    const word_t code = PAGE_READ | PAGE_EXECUTE | PAGE_CACHE | PAGE_STATIC;
    const word_t data = PAGE_READ | PAGE_WRITE | PAGE_CACHE | PAGE_BUFFER | PAGE_STATIC;
    const word_t device = PAGE_READ | PAGE_WRITE | PAGE_BUFFER | PAGE_STATIC;

    (void)rme_space_add(space, LAYOUT_USER_IMAGE, IMAGE_ORDER, code);
    (void)rme_space_add(space, LAYOUT_USER_RAM, DATA_ORDER, data);
    (void)rme_space_add(space, BOARD_CONSOLE_BASE, CONSOLE_ORDER, device);
}

rme_captable_t rme_captable_make(word_t entries)
{
    rme_captable_t table = rme_captable(rme_alloc_slot());

    rme_assert(rme_captable_create(rme_captable(own), table.id.raw, rme_kmem(BOOT_KMEM),
                                   rme_alloc_kmem(entries * CAP_SLOT_BYTES), entries) == STATUS_OK);
    return table;
}

rme_process_t rme_process_make(rme_captable_t table, const struct rme_space *space)
{
    rme_process_t process = rme_process(rme_alloc_slot());

    rme_assert(rme_process_create(rme_captable(own), process.id.raw, table, space->top,
                                  rme_kfunc_null()) == STATUS_OK);
    return process;
}

rme_signal_t rme_signal_make(void)
{
    rme_signal_t endpoint = rme_signal(rme_alloc_slot());

    rme_assert(rme_signal_create(rme_captable(own), endpoint.id.raw) == STATUS_OK);
    return endpoint;
}

rme_thread_t rme_thread_make(const struct rme_thread_plan *plan)
{
    word_t bytes = (plan->attributes & THREAD_FPU) != 0 ? THREAD_FPU_BYTES : THREAD_BYTES;
    rme_thread_t thread = rme_thread(plan->slot != 0 ? plan->slot : rme_alloc_slot());
    word_t memory = plan->memory != 0 ? plan->memory : rme_alloc_kmem(bytes);

    rme_assert(rme_thread_create(rme_captable(own), thread.id.raw, rme_kmem(BOOT_KMEM), memory,
                                 plan->process, plan->priority_max, plan->attributes) == STATUS_OK);
    rme_assert(rme_thread_bind(thread, plan->scheduler, plan->endpoint, plan->tid, plan->priority,
                               rme_kmem_null(), 0) == STATUS_OK);
    rme_assert(rme_thread_exec_set(thread, (word_t)plan->entry,
                                   rme_stack_prepare(plan->stack, plan->stack_bytes),
                                   plan->param) == STATUS_OK);
    if (plan->budget != 0)
        rme_assert(rme_thread_transfer_time(thread, plan->scheduler, plan->budget) > 0);
    return thread;
}

sword_t rme_thread_unmake(rme_thread_t thread, const struct rme_thread_plan *plan)
{
    sword_t status = rme_thread_free(thread);

    rme_assert(plan->slot != 0 && plan->memory != 0);
    if (status == STATUS_OK || status == STATUS_STATE) /* the second: it is free already */
        status = rme_captable_freeze(rme_captable(own), thread.id.raw);
    if (status == STATUS_OK || status == STATUS_FROZEN)
        status = rme_thread_delete(rme_captable(own), thread.id.raw);
    return status;
}

static rme_invocation_t make_port(rme_process_t process, word_t entry, word_t stack,
                                  bool return_on_fault)
{
    rme_invocation_t port = rme_invocation(rme_alloc_slot());

    rme_assert(rme_invocation_create(rme_captable(own), port.id.raw, rme_kmem(BOOT_KMEM),
                                     rme_alloc_kmem(PORT_BYTES), process) == STATUS_OK);
    rme_assert(rme_invocation_set(port, entry, stack, return_on_fault) == STATUS_OK);
    return port;
}

rme_invocation_t rme_invocation_make(rme_process_t process, void (*entry)(word_t param),
                                     void *stack, word_t stack_bytes, bool return_on_fault)
{
    return make_port(process, (word_t)entry, rme_stack_prepare(stack, stack_bytes),
                     return_on_fault);
}

rme_invocation_t rme_server_make(rme_process_t process, rme_server_t serve, void *stack,
                                 word_t stack_bytes, bool return_on_fault)
{
    return make_port(process, (word_t)serve, rme_stack_prepare_server(stack, stack_bytes),
                     return_on_fault);
}
