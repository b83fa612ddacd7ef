/* SPDX-License-Identifier: Unlicense
 *
 * Each call with each status that a machine with one CPU can show. A line names call and status, so
 * that tests/system/matrix.py can tell what is missing. `fixture` makes one object of each type.
 */
#include "config.h"
#include "layout.h"
#include "rme/alloc.h"
#include "rme/arch/sizes.h"
#include "rme/process.h"
#include "rme/stack.h"
#include "rme/start.h"
#include "tests/system/refused.h"

static const rme_captable_t own = {{BOOT_CAPTABLE}};
static const rme_kmem_t memory = {{BOOT_KMEM}};
static const rme_thread_t init = {{BOOT_THREAD}};
static const rme_process_t process = {{BOOT_PROCESS}};
static const rme_kfunc_t functions = {{BOOT_KFUNC}};

/* Slots of the fixture; the last is empty. */
static rme_captable_t table, weak_table;
static rme_pagetable_t list, page, weak_page;
static rme_process_t weak_process, spare_process;
static rme_thread_t thread, weak_thread;
static rme_invocation_t port, weak_port;
static rme_signal_t endpoint, weak_endpoint, frozen;
static rme_kmem_t weak_memory;
static word_t empty, offset;

enum { HAS_MMU = WORD_BITS == 64 };

/* A leaf with few rights. */
static word_t weaken(word_t source, word_t rights, word_t low, word_t high)
{
    word_t slot = rme_alloc_slot();
    sword_t status = rme_captable_delegate(own, slot, own, source, rights, low, high);

    if (status != STATUS_OK)
        rme_print("# fixture: delegation of %u: %d\n", (unsigned)source, (int)status);
    return slot;
}

static char stack[256] __attribute__((aligned(8)));

/* With an MMU: a table in the first place of a top level. What page tables refuse there is another
 * test's (x86_64/pagetables.c). */
static rme_pagetable_t plain_table(const struct rme_space *space)
{
    rme_pagetable_t made = rme_pagetable(rme_alloc_slot());

    (void)rme_pagetable_create(own, made.id.raw, memory, rme_alloc_kmem_aligned(4096, 4096), 0, 30,
                               9);
    (void)rme_pagetable_construct(space->top, 0, made, 0);
    return made;
}

static void fixture(void)
{
    struct rme_space space = rme_space_make(2);

    table = rme_captable_make(4);
    list = space.top;
    if (HAS_MMU)
        page = plain_table(&space);
    else
        page = rme_space_add(&space, 0x40000000, 12, PAGE_READ | PAGE_WRITE | PAGE_STATIC);
    endpoint = rme_signal_make();
    frozen = rme_signal_make();
    (void)rme_captable_freeze(own, frozen.id.raw);
    port = rme_invocation_make(process, NULL, stack, sizeof(stack), true);
    thread = rme_thread(rme_alloc_slot());
    (void)rme_thread_create(own, thread.id.raw, memory, rme_alloc_kmem(RME_THREAD_BYTES), process,
                            5, 0);
    spare_process = rme_process_make(table, &space);
    weak_table.id.raw = weaken(table.id.raw, RIGHT_CAPTABLE_PROCESS_CAPTABLE, 0, 0);
    weak_page.id.raw = weaken(list.id.raw, RIGHT_PAGETABLE_ADD_SOURCE, 1, 2);
    weak_process.id.raw = weaken(process.id.raw, RIGHT_PROCESS_INVOCATION, 0, 0);
    weak_thread.id.raw = weaken(thread.id.raw, RIGHT_THREAD_DEBUG, 0, 0);
    weak_port.id.raw = weaken(port.id.raw, RIGHT_INVOCATION_SET, 0, 0);
    weak_endpoint.id.raw = weaken(endpoint.id.raw, RIGHT_SIGNAL_POLL_ALL, 0, 0);
    weak_memory.id.raw = weaken(memory.id.raw, RIGHT_KMEM_INVOCATION, 0, 64);
    offset = rme_alloc_kmem(1024);
    empty = rme_alloc_slot();
}

/* ---- Calls on slots: table and slot ---- */

static void captables(void)
{
    rme_captable_t t = own;
    rme_kmem_t m = memory;

    OPERAND(CPT_CRT, t, endpoint, rme_captable_create(t, empty, memory, offset, 4));
    OPERAND(CPT_CRT, m, endpoint, rme_captable_create(own, empty, m, offset, 4));
    REFUSED(CPT_CRT, RIGHTS, rme_captable_create(weak_table, 0, memory, offset, 4));
    REFUSED(CPT_CRT, RIGHTS, rme_captable_create(own, empty, weak_memory, 0, 1));
    REFUSED(CPT_CRT, ARGUMENT, rme_captable_create(own, empty, memory, offset, 0));
    REFUSED(CPT_CRT, ARGUMENT, rme_captable_create(own, empty, memory, offset, 129));
    REFUSED(CPT_CRT, BOUNDS, rme_captable_create(own, empty, memory, rme_boot.kmem_bytes, 1));
    REFUSED(CPT_CRT, BOUNDS, rme_captable_create(own, empty, memory, ~(word_t)31, 1));
    REFUSED(CPT_CRT, RANGE, rme_captable_create(own, OUTSIDE, memory, offset, 1));
    REFUSED(CPT_CRT, OCCUPIED, rme_captable_create(own, BOOT_KMEM, memory, offset, 1));
    REFUSED(CPT_CRT, MEMORY, rme_captable_create(own, empty, memory, 0, 1));
    REFUSED(CPT_CRT, MEMORY, rme_captable_create(own, empty, memory, offset + 4, 1));

    t = own;
    OPERAND(CPT_FRZ, t, endpoint, rme_captable_freeze(t, 0));
    REFUSED(CPT_FRZ, RIGHTS, rme_captable_freeze(weak_table, 0));
    REFUSED(CPT_FRZ, RANGE, rme_captable_freeze(own, OUTSIDE));
    REFUSED(CPT_FRZ, EMPTY, rme_captable_freeze(own, empty));
    REFUSED(CPT_FRZ, FROZEN, rme_captable_freeze(own, frozen.id.raw));
    REFUSED(CPT_FRZ, REFERENCED, rme_captable_freeze(own, BOOT_PROCESS));

    t = own;
    OPERAND(CPT_REM, t, endpoint, rme_captable_remove(t, 0));
    REFUSED(CPT_REM, RIGHTS, rme_captable_remove(weak_table, 0));
    REFUSED(CPT_REM, RANGE, rme_captable_remove(own, OUTSIDE));
    REFUSED(CPT_REM, EMPTY, rme_captable_remove(own, empty));
    REFUSED(CPT_REM, NOT_FROZEN, rme_captable_remove(own, weak_port.id.raw));
    REFUSED(CPT_REM, ROOT, rme_captable_remove(own, frozen.id.raw));
}

static void delegation(void)
{
    rme_captable_t t = own, s = own;
    word_t from = endpoint.id.raw;

    OPERAND(CPT_ADD, t, endpoint, rme_captable_delegate(t, empty, own, from, 1, 0, 0));
    OPERAND(CPT_ADD, s, endpoint, rme_captable_delegate(own, empty, s, from, 1, 0, 0));
    REFUSED(CPT_ADD, RIGHTS, rme_captable_delegate(weak_table, 0, own, from, 1, 0, 0));
    REFUSED(CPT_ADD, RIGHTS, rme_captable_delegate(own, empty, weak_table, 0, 1, 0, 0));
    REFUSED(CPT_ADD, RANGE, rme_captable_delegate(own, OUTSIDE, own, from, 1, 0, 0));
    REFUSED(CPT_ADD, RANGE, rme_captable_delegate(own, empty, own, OUTSIDE, 1, 0, 0));
    REFUSED(CPT_ADD, EMPTY, rme_captable_delegate(own, empty, own, empty, 1, 0, 0));
    REFUSED(CPT_ADD, FROZEN, rme_captable_delegate(own, empty, own, frozen.id.raw, 1, 0, 0));
    REFUSED(CPT_ADD, RIGHTS, rme_captable_delegate(own, empty, own, from, 0, 0, 0));
    REFUSED(CPT_ADD, RIGHTS, rme_captable_delegate(own, empty, own, from, 1 << 6, 0, 0));
    REFUSED(CPT_ADD, RIGHTS,
            rme_captable_delegate(own, empty, own, weak_endpoint.id.raw, RIGHT_SIGNAL_SEND, 0, 0));
    REFUSED(
        CPT_ADD, BOUNDS,
        rme_captable_delegate(own, empty, own, weak_memory.id.raw, RIGHT_KMEM_INVOCATION, 0, 96));
    REFUSED(CPT_ADD, BOUNDS,
            rme_captable_delegate(own, empty, own, BOOT_KMEM, RIGHT_KMEM_THREAD, 32, 32));
    REFUSED(CPT_ADD, BOUNDS,
            rme_captable_delegate(own, empty, own, BOOT_KMEM, RIGHT_KMEM_THREAD, 16, 64));
    REFUSED(
        CPT_ADD, BOUNDS,
        rme_captable_delegate(own, empty, own, weak_page.id.raw, RIGHT_PAGETABLE_ADD_SOURCE, 0, 2));
    REFUSED(CPT_ADD, RIGHTS,
            rme_captable_delegate(own, empty, own, BOOT_KFUNC, 2 << CAP_PAIR_SHIFT | 1, 0, 1));
    REFUSED(CPT_ADD, BOUNDS,
            rme_captable_delegate(own, empty, own, BOOT_KFUNC, 1 << CAP_PAIR_SHIFT | 2, 2, 1));
    REFUSED(CPT_ADD, OCCUPIED, rme_captable_delegate(own, BOOT_KMEM, own, from, 1, 0, 0));
}

/* The seven deletions refuse alike. */
#define DELETION(call, delete, object, leaf, other)                                                \
    do {                                                                                           \
        rme_captable_t t = own;                                                                    \
                                                                                                   \
        OPERAND(call, t, endpoint, delete (t, 0));                                                 \
        REFUSED(call, RIGHTS, delete (weak_table, 0));                                             \
        REFUSED(call, RANGE, delete (own, OUTSIDE));                                               \
        REFUSED(call, EMPTY, delete (own, empty));                                                 \
        REFUSED(call, NOT_FROZEN, delete (own, (object).id.raw));                                  \
        (void)rme_captable_freeze(own, (leaf).id.raw);                                             \
        REFUSED(call, LEAF, delete (own, (leaf).id.raw));                                          \
        REFUSED(call, TYPE, delete (own, (other).id.raw));                                         \
    } while (0)

static void deletions(void)
{
    rme_captable_t leaf_table = {{weaken(table.id.raw, 1, 0, 0)}};
    rme_pagetable_t leaf_page = {{weaken(page.id.raw, 1, 0, 0)}};
    rme_process_t leaf_process = {{weaken(process.id.raw, 1, 0, 0)}};
    rme_thread_t leaf_thread = {{weaken(thread.id.raw, 1, 0, 0)}};
    rme_signal_t leaf_endpoint = {{weaken(endpoint.id.raw, 1, 0, 0)}};
    rme_invocation_t leaf_port = {{weaken(port.id.raw, 1, 0, 0)}};

    DELETION(CPT_DEL, rme_captable_delete, table, leaf_table, frozen);
    DELETION(PGT_DEL, rme_pagetable_delete, page, leaf_page, frozen);
    DELETION(PRC_DEL, rme_process_delete, process, leaf_process, frozen);
    DELETION(THD_DEL, rme_thread_delete, thread, leaf_thread, frozen);
    DELETION(SIG_DEL, rme_signal_delete, endpoint, leaf_endpoint, leaf_table);
    DELETION(INV_DEL, rme_invocation_delete, port, leaf_port, frozen);
}

/* ---- Signals and ports ---- */

static void fill_endpoint(void)
{
    for (word_t i = 0; i < ((word_t)1 << (WORD_BITS - 2)) / HALF_MAX; i++)
        (void)rme_signal_send(endpoint, HALF_MAX);
    REFUSED(SIG_SND, FULL, rme_signal_send(endpoint, HALF_MAX));
    tap_check(rme_signal_receive(endpoint, SIGNAL_POLL_ALL) > 0x3FFF0000,
              "all of them are received");
}

static void signals(void)
{
    rme_signal_t s = endpoint;
    rme_captable_t t = own;

    OPERAND(SIG_SND, s, port, rme_signal_send(s, 1));
    REFUSED(SIG_SND, RIGHTS, rme_signal_send(weak_endpoint, 1));
    REFUSED(SIG_SND, OVERFLOW, rme_signal_send(endpoint, HALF_MAX + 1));
    if (WORD_BITS == 64)
        tap_skip("SIG_SND FULL", "2^30 sends would be needed");
    else
        fill_endpoint();

    s = endpoint;
    OPERAND(SIG_RCV, s, port, rme_signal_receive(s, SIGNAL_POLL_ALL));
    REFUSED(SIG_RCV, ARGUMENT, rme_signal_receive(endpoint, SIGNAL_MODES));
    REFUSED(SIG_RCV, RIGHTS, rme_signal_receive(weak_endpoint, SIGNAL_POLL_SINGLE));
    REFUSED(SIG_RCV, INIT_THREAD, rme_signal_receive(endpoint, SIGNAL_RECEIVE_ALL));

    OPERAND(SIG_CRT, t, endpoint, rme_signal_create(t, empty));
    REFUSED(SIG_CRT, RIGHTS, rme_signal_create(weak_table, 0));
    REFUSED(SIG_CRT, RANGE, rme_signal_create(own, OUTSIDE));
    REFUSED(SIG_CRT, OCCUPIED, rme_signal_create(own, BOOT_KMEM));
}

static void ports(void)
{
    rme_invocation_t p = port;
    rme_captable_t t = own;
    rme_kmem_t m = memory;
    rme_process_t q = process;
    word_t value;

    OPERAND(INV_ACT, p, endpoint, rme_invocation_activate(p, 0, &value));
    REFUSED(INV_ACT, RIGHTS, rme_invocation_activate(weak_port, 0, &value));
    REFUSED(INV_RET, NO_INVOCATION, rme_invocation_return(0));
    p = port;
    OPERAND(INV_SET, p, endpoint, rme_invocation_set(p, 0, 0, 0));
    p.id.raw = weaken(port.id.raw, RIGHT_INVOCATION_ACTIVATE, 0, 0);
    REFUSED(INV_SET, RIGHTS, rme_invocation_set(p, 0, 0, 0));

    OPERAND(INV_CRT, t, endpoint, rme_invocation_create(t, empty, memory, offset, process));
    OPERAND(INV_CRT, m, endpoint, rme_invocation_create(own, empty, m, offset, process));
    OPERAND(INV_CRT, q, endpoint, rme_invocation_create(own, empty, memory, offset, q));
    REFUSED(INV_CRT, RIGHTS, rme_invocation_create(weak_table, 0, memory, offset, process));
    q.id.raw = weaken(process.id.raw, RIGHT_PROCESS_THREAD, 0, 0);
    REFUSED(INV_CRT, RIGHTS, rme_invocation_create(own, empty, memory, offset, q));
    REFUSED(INV_CRT, BOUNDS, rme_invocation_create(own, empty, weak_memory, 64, process));
    REFUSED(INV_CRT, RANGE, rme_invocation_create(own, OUTSIDE, memory, offset, process));
    REFUSED(INV_CRT, OCCUPIED, rme_invocation_create(own, 0, memory, offset, process));
    REFUSED(INV_CRT, MEMORY, rme_invocation_create(own, empty, memory, 0, process));
}

/* ---- Processes and threads ---- */

static void processes(void)
{
    rme_captable_t t = own, c = own;
    rme_pagetable_t p = list;
    rme_process_t q = process;
    const rme_kfunc_t none = rme_kfunc_null();

    OPERAND(PRC_CRT, t, endpoint, rme_process_create(t, empty, own, list, none));
    OPERAND(PRC_CRT, c, endpoint, rme_process_create(own, empty, c, list, none));
    OPERAND(PRC_CRT, p, endpoint, rme_process_create(own, empty, own, p, none));
    REFUSED(PRC_CRT, RIGHTS, rme_process_create(weak_table, 0, own, list, none));
    REFUSED(PRC_CRT, RIGHTS, rme_process_create(own, empty, weak_table, list, none));
    REFUSED(PRC_CRT, RIGHTS, rme_process_create(own, empty, own, weak_page, none));
    REFUSED(PRC_CRT, MAP, rme_process_create(own, empty, own, page, none));
    REFUSED(PRC_CRT, RANGE, rme_process_create(own, OUTSIDE, own, list, none));
    REFUSED(PRC_CRT, OCCUPIED, rme_process_create(own, 0, own, list, none));

    c = own;
    OPERAND(PRC_CPT, q, endpoint, rme_process_set_captable(q, own));
    OPERAND(PRC_CPT, c, endpoint, rme_process_set_captable(process, c));
    REFUSED(PRC_CPT, RIGHTS, rme_process_set_captable(weak_process, own));
    c.id.raw = weaken(table.id.raw, RIGHT_CAPTABLE_CREATE, 0, 0);
    REFUSED(PRC_CPT, RIGHTS, rme_process_set_captable(spare_process, c));

    q = process;
    p = list;
    OPERAND(PRC_PGT, q, endpoint, rme_process_set_pagetable(q, list, none));
    OPERAND(PRC_PGT, p, endpoint, rme_process_set_pagetable(spare_process, p, none));
    REFUSED(PRC_PGT, RIGHTS, rme_process_set_pagetable(weak_process, list, none));
    REFUSED(PRC_PGT, RIGHTS, rme_process_set_pagetable(spare_process, weak_page, none));
    REFUSED(PRC_PGT, MAP, rme_process_set_pagetable(spare_process, page, none));
}

static void thread_creation(void)
{
    rme_captable_t t = own;
    rme_kmem_t m = memory;
    rme_process_t q = process;

    OPERAND(THD_CRT, t, endpoint, rme_thread_create(t, empty, memory, offset, process, 1, 0));
    OPERAND(THD_CRT, m, endpoint, rme_thread_create(own, empty, m, offset, process, 1, 0));
    OPERAND(THD_CRT, q, endpoint, rme_thread_create(own, empty, memory, offset, q, 1, 0));
    REFUSED(THD_CRT, RIGHTS, rme_thread_create(weak_table, 0, memory, offset, process, 1, 0));
    REFUSED(THD_CRT, RIGHTS, rme_thread_create(own, empty, memory, offset, weak_process, 1, 0));
    REFUSED(THD_CRT, PRIORITY, rme_thread_create(own, empty, memory, offset, process, 64, 0));
    REFUSED(THD_CRT, UNSUPPORTED, rme_thread_create(own, empty, memory, offset, process, 1, 2));
    REFUSED(THD_CRT, BOUNDS,
            rme_thread_create(own, empty, memory, rme_boot.kmem_bytes - 32, process, 1, 0));
    REFUSED(THD_CRT, RANGE, rme_thread_create(own, OUTSIDE, memory, offset, process, 1, 0));
    REFUSED(THD_CRT, OCCUPIED, rme_thread_create(own, 0, memory, offset, process, 1, 0));
    REFUSED(THD_CRT, MEMORY, rme_thread_create(own, empty, memory, 0, process, 1, 0));
}

#define BIND(thread, scheduler, endpoint, tid, priority, address)                                  \
    rme_thread_bind(thread, scheduler, endpoint, tid, priority, rme_kmem_null(), address)

static void thread_binding(void)
{
    const rme_signal_t none = rme_signal_null();
    rme_thread_t t = thread, s = init;
    rme_signal_t e = endpoint;

    OPERAND(THD_SCHED_BIND, t, endpoint, BIND(t, init, none, 1, 1, 0));
    OPERAND(THD_SCHED_BIND, s, endpoint, BIND(thread, s, none, 1, 1, 0));
    REFUSED(THD_SCHED_BIND, RIGHTS, BIND(weak_thread, init, none, 1, 1, 0));
    REFUSED(THD_SCHED_BIND, RIGHTS, BIND(thread, weak_thread, none, 1, 1, 0));
    OPERAND(THD_SCHED_BIND, e, port, BIND(thread, init, e, 1, 1, 0));
    REFUSED(THD_SCHED_BIND, RIGHTS, BIND(thread, init, weak_endpoint, 1, 1, 0));
    REFUSED(THD_SCHED_BIND, PARENT, BIND(thread, thread, none, 1, 1, 0));
    REFUSED(THD_SCHED_BIND, PRIORITY, BIND(thread, init, none, 1, 6, 0));
    REFUSED(THD_SCHED_BIND, ARGUMENT, BIND(thread, init, none, HALF_MAX + 1, 1, 0));
    REFUSED(THD_SCHED_BIND, AREA, BIND(thread, init, none, 1, 1, 4));
    tap_check(BIND(thread, init, endpoint, 1, 1, 0) == STATUS_OK, "then it can be bound");
    REFUSED(THD_SCHED_BIND, STATE, BIND(thread, init, none, 1, 1, 0));
}

/* The thread is bound, without time. */
static void bound_thread(void)
{
    const rme_thread_t none = rme_thread_null();
    rme_thread_t t = thread;

    OPERAND(THD_EXEC_SET, t, endpoint, rme_thread_exec_set(t, 0, 0, 0));
    REFUSED(THD_EXEC_SET, RIGHTS, rme_thread_exec_set(weak_thread, 0, 0, 0));
    t = thread;
    OPERAND(THD_SCHED_RCV, t, endpoint, rme_thread_receive_event(t));
    REFUSED(THD_SCHED_RCV, RIGHTS, rme_thread_receive_event(weak_thread));
    REFUSED(THD_SCHED_RCV, NO_EVENT, rme_thread_receive_event(thread));
    REFUSED(THD_SCHED_PRIO, ARGUMENT, rme_thread_set_priorities(0, none, none, none, none, 0));
    REFUSED(THD_SCHED_PRIO, ARGUMENT, rme_thread_set_priorities(5, none, none, none, none, 0));
    t = thread;
    OPERAND(THD_SCHED_PRIO, t, endpoint, rme_thread_set_priorities(1, t, none, none, none, 0));
    REFUSED(THD_SCHED_PRIO, RIGHTS, rme_thread_set_priorities(1, weak_thread, none, none, none, 0));
    REFUSED(THD_SCHED_PRIO, PRIORITY, rme_thread_set_priorities(1, thread, none, none, none, 6));
    t = thread;
    OPERAND(THD_SWT, t, endpoint, rme_thread_switch(t, 0));
    REFUSED(THD_SWT, RIGHTS, rme_thread_switch(weak_thread, 0));
    REFUSED(THD_SWT, STATE, rme_thread_switch(thread, 0));
}

static void time_transfer(void)
{
    rme_thread_t t = thread, s = init;

    OPERAND(THD_TIME_XFER, t, endpoint, rme_thread_transfer_time(t, init, 1));
    OPERAND(THD_TIME_XFER, s, endpoint, rme_thread_transfer_time(thread, s, 1));
    REFUSED(THD_TIME_XFER, RIGHTS, rme_thread_transfer_time(weak_thread, init, 1));
    REFUSED(THD_TIME_XFER, RIGHTS, rme_thread_transfer_time(init, weak_thread, 1));
    REFUSED(THD_TIME_XFER, ARGUMENT, rme_thread_transfer_time(thread, init, 0));
    REFUSED(THD_TIME_XFER, ARGUMENT, rme_thread_transfer_time(thread, init, BUDGET_INIT + 1));
    REFUSED(THD_TIME_XFER, STATE, rme_thread_transfer_time(init, thread, 1));
}

/* What needs it ready: it is raised above init for a moment, and waits. */
static void ready_thread(void)
{
    const rme_thread_t none = rme_thread_null();
    rme_thread_t other = rme_thread(rme_alloc_slot());

    (void)rme_thread_set_priorities(1, init, none, none, none, 4);
    (void)rme_thread_transfer_time(thread, init, 1000);
    REFUSED(THD_TIME_XFER, OVERFLOW, rme_thread_transfer_time(thread, init, BUDGET_INFINITE - 1));
    REFUSED(THD_SWT, PRIORITY, rme_thread_switch(thread, 0));
    (void)rme_thread_create(own, other.id.raw, memory, rme_alloc_kmem(RME_THREAD_BYTES), process, 9,
                            0);
    REFUSED(THD_SCHED_FREE, STATE, rme_thread_free(other));
    REFUSED(THD_EXEC_SET, STATE, rme_thread_exec_set(other, 0, 0, 0));
    REFUSED(THD_SCHED_RCV, STATE, rme_thread_receive_event(other));
    REFUSED(THD_SCHED_PRIO, STATE, rme_thread_set_priorities(1, other, none, none, none, 0));
    (void)BIND(other, thread, rme_signal_null(), 2, 1, 0);
    REFUSED(THD_TIME_XFER, PRIORITY, rme_thread_transfer_time(other, thread, 1));
    REFUSED(THD_SCHED_FREE, CHILDREN, rme_thread_free(thread));
    (void)rme_captable_freeze(own, other.id.raw);
    {
        sword_t status = rme_thread_delete(own, other.id.raw);

        tap_report(status == STATUS_STATE, "THD_DEL STATE", "a bound thread", __LINE__);
        (void)rme_thread_free(other);
    }
    rme_thread_t t = thread;
    OPERAND(THD_SCHED_FREE, t, endpoint, rme_thread_free(t));
    REFUSED(THD_SCHED_FREE, RIGHTS, rme_thread_free(weak_thread));
    tap_check(rme_thread_free(thread) == STATUS_OK, "then it can be freed");
}

/* Deletions that find the object in use thaw it, so that they are asked once. */
static void thawing(void)
{
    rme_signal_t used = rme_signal_make();
    sword_t status;

    (void)rme_captable_freeze(own, table.id.raw);
    status = rme_captable_delete(own, table.id.raw);
    tap_report(status == STATUS_NOT_FROZEN, "CPT_DEL NOT_FROZEN", "counted: it does not freeze",
               __LINE__);
    table = rme_captable_make(2);
    (void)rme_captable_delegate(table, 0, own, used.id.raw, 1, 0, 0);
    (void)rme_captable_freeze(own, table.id.raw);
    status = rme_captable_delete(own, table.id.raw);
    tap_report(status == STATUS_NOT_EMPTY, "CPT_DEL NOT_EMPTY", "it holds a leaf", __LINE__);
    tap_check(rme_captable_freeze(table, 0) == STATUS_OK, "and is thawed");
    tap_check(rme_captable_remove(table, 0) == STATUS_OK, "so that the leaf can go");
    tap_check(rme_captable_freeze(own, table.id.raw) == STATUS_OK, "then it freezes");
    tap_check(rme_captable_delete(own, table.id.raw) == STATUS_OK, "and is deleted");
}

/* ---- Page tables ---- */

/* Pages of the user's RAM: the source of the first position is the table of its block. */
static void pieces(void)
{
    rme_pagetable_t target = rme_pagetable(rme_alloc_slot()), source, code;
    word_t index, code_index;

    (void)rme_memory_source(LAYOUT_USER_RAM + 0x3000, 12, &source, &index);
    (void)rme_memory_source(LAYOUT_USER_IMAGE, 12, &code, &code_index);
    (void)rme_pagetable_create(own, target.id.raw, memory, rme_alloc_kmem(64),
                               LAYOUT_USER_RAM + 0x3000, 12, 0);
    REFUSED(PGT_ADD, PERMISSION, rme_pagetable_add(target, 0, 1 << 6, source, 0, index));
    REFUSED(PGT_ADD, ADDRESS, rme_pagetable_add(target, 0, PAGE_READ, code, 0, code_index));
    REFUSED(PGT_ADD, MAP, rme_pagetable_add(target, 0, PAGE_WRITE, source, 0, index));
    tap_check(rme_pagetable_add(target, 0, PAGE_READ, source, 0, index) == STATUS_OK,
              "a piece of a page can be mapped");
    REFUSED(PGT_ADD, MAP, rme_pagetable_add(target, 0, PAGE_READ, source, 0, index));
    tap_check(rme_pagetable_remove(target, 0) == STATUS_OK, "and removed");
}

static void pagetables(void)
{
    rme_captable_t t = own;
    rme_kmem_t m = memory;
    rme_pagetable_t p = page, q = page;
    rme_pagetable_t source = rme_pagetable_in(BOOT_PAGETABLES, 0);

    OPERAND(PGT_CRT, t, endpoint, rme_pagetable_create(t, empty, memory, offset, 0, 12, 0));
    OPERAND(PGT_CRT, m, endpoint, rme_pagetable_create(own, empty, m, offset, 0, 12, 0));
    REFUSED(PGT_CRT, RIGHTS, rme_pagetable_create(own, empty, weak_memory, 0, 0, 12, 0));
    REFUSED(PGT_CRT, HARDWARE, rme_pagetable_create(own, empty, memory, offset, 0, 2, 0));
    REFUSED(PGT_CRT, HARDWARE, rme_pagetable_create(own, empty, memory, offset, 64, 12, 0));
    REFUSED(PGT_CRT, BOUNDS,
            rme_pagetable_create(own, empty, memory, rme_boot.kmem_bytes, 0, 12, 0));
    REFUSED(PGT_CRT, RANGE, rme_pagetable_create(own, OUTSIDE, memory, offset, 0, 12, 0));
    REFUSED(PGT_CRT, OCCUPIED, rme_pagetable_create(own, 0, memory, offset, 0, 12, 0));
    REFUSED(PGT_CRT, MEMORY, rme_pagetable_create(own, empty, memory, 0, 0, 12, 0));

    OPERAND(PGT_ADD, p, endpoint, rme_pagetable_add(p, 0, 1, source, 0, 0));
    OPERAND(PGT_ADD, q, endpoint, rme_pagetable_add(page, 0, 1, q, 0, 0));
    REFUSED(PGT_ADD, RIGHTS, rme_pagetable_add(weak_page, 1, 1, source, 0, 0));
    REFUSED(PGT_ADD, BOUNDS, rme_pagetable_add(page, 0, 1, weak_page, 0, 0));
    REFUSED(PGT_ADD, ADDRESS, rme_pagetable_add(page, 1, 1, source, 0, 0));
    REFUSED(PGT_ADD, ADDRESS, rme_pagetable_add(page, 0, 1, source, 0, 0));
    p = page;
    OPERAND(PGT_REM, p, endpoint, rme_pagetable_remove(p, 0));
    REFUSED(PGT_REM, RIGHTS, rme_pagetable_remove(weak_page, 1));
    REFUSED(PGT_REM, ADDRESS, rme_pagetable_remove(page, 1));
    p.id.raw = weaken(list.id.raw, RIGHTS_PAGETABLE_ALL, 1, 2);
    REFUSED(PGT_REM, BOUNDS, rme_pagetable_remove(p, 0));
    REFUSED(PGT_CON, BOUNDS, rme_pagetable_construct(p, 3, page, 0));
    REFUSED(PGT_DES, BOUNDS, rme_pagetable_destruct(p, 3, page));
    pieces();
    REFUSED(PGT_REM, MAP, rme_pagetable_remove(list, 3));
    p = list;
    q = page;
    OPERAND(PGT_CON, p, endpoint, rme_pagetable_construct(p, 1, page, 0));
    OPERAND(PGT_CON, q, endpoint, rme_pagetable_construct(list, 1, q, 0));
    REFUSED(PGT_CON, RIGHTS, rme_pagetable_construct(weak_page, 1, page, 0));
    REFUSED(PGT_CON, ADDRESS, rme_pagetable_construct(list, 4, page, 0));
    REFUSED(PGT_CON, MAP, rme_pagetable_construct(list, 1, page, 0)); /* it has a parent */
    p = list;
    q = page;
    OPERAND(PGT_DES, p, endpoint, rme_pagetable_destruct(p, 1, page));
    OPERAND(PGT_DES, q, endpoint, rme_pagetable_destruct(list, 1, q));
    REFUSED(PGT_DES, RIGHTS, rme_pagetable_destruct(weak_page, 1, page));
    REFUSED(PGT_DES, ADDRESS, rme_pagetable_destruct(list, 4, page));
    REFUSED(PGT_DES, MAP, rme_pagetable_destruct(list, 1, page));
}

/* ---- Kernel functions ---- */

#define KFN(cap, function, object, ...) rme_kfunc_call(cap, RME_KFN_##function, object, __VA_ARGS__)

static void kernel_functions(void)
{
    rme_kfunc_t f = functions;
    rme_kfunc_t narrow = {
        {weaken(BOOT_KFUNC,
                (word_t)RME_KFN_INT_LOCAL_MOD << CAP_PAIR_SHIFT | RME_KFN_INT_LOCAL_TRIG, 3, 5)}};

    OPERAND(KFN, f, endpoint, KFN(f, FLUSH_DONE, 0, 0, 0, 0, 0));
    REFUSED(KFN, BOUNDS, KFN(narrow, FLUSH_DONE, 0, 0, 0, 0, 0));
    REFUSED(KFN, BOUNDS, KFN(narrow, INT_LOCAL_MOD, 6, 0, 0, 0, 0));
    REFUSED(KFN, BOUNDS, KFN(narrow, INT_LOCAL_TRIG, 2, 0, 0, 0, 0));
    if (CONFIG_KFUNC_INTERRUPT)
        tap_check(KFN(narrow, INT_LOCAL_MOD, 5, 0, 0, 0, 0) == 0, "within its range it may");
    REFUSED(KFN, UNSUPPORTED, rme_kfunc_call(functions, 0xF7FF, 0, 0, 0, 0, 0));
    REFUSED(KFN, UNSUPPORTED, KFN(functions, PGT_RAW, 0, 0, 0, 0, 0));
    REFUSED(KFN, UNSUPPORTED, KFN(functions, INT_LOCAL_MOD, 10000, 0, 0, 0, 0));
    REFUSED(KFN, UNSUPPORTED, KFN(functions, CPU_TICK, 64, 0, 0, 0, 0));
}

int main(void)
{
    if (CONFIG_RAW) {
        tap_skip("refusals", "raw address spaces: the fixture is made of page tables");
        return tap_end();
    }
    fixture();
    captables();
    delegation();
    signals();
    ports();
    processes();
    thread_creation();
    thread_binding();
    bound_thread();
    time_transfer();
    ready_thread();
    if (!HAS_MMU)
        pagetables();
    kernel_functions();
    deletions();
    thawing();
    return tap_end();
}
