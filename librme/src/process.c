/* SPDX-License-Identifier: Unlicense */
#include "rme/process.h"

#include "rme/alloc.h"
#include "rme/arch/sizes.h"
#include "rme/assert.h"
#include "rme/stack.h"

static const word_t own = BOOT_CAPTABLE;

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
    word_t bytes = (plan->attributes & THREAD_FPU) != 0 ? RME_THREAD_FPU_BYTES : RME_THREAD_BYTES;
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
                                     rme_alloc_kmem(RME_PORT_BYTES), process) == STATUS_OK);
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
    word_t entry;
    word_t top = rme_stack_prepare_server(stack, stack_bytes, serve, &entry);

    return make_port(process, entry, top, return_on_fault);
}
