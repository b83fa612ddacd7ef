/* SPDX-License-Identifier: Unlicense
 *
 * Invocation ports, from the point of view of whoever does not trust the other side: which
 * registers cross, what a hostile callee can do, forced returns at each level, stacks that go
 * away, and threads that are restarted, freed or deleted inside a call.
 */
#include "board.h"
#include "rme/alloc.h"
#include "rme/arch/sizes.h"
#include "rme/assert.h"
#include "rme/stack.h"
#include "rme/start.h"
#include "test/machine.h"
#include "test/registers.h"
#include "tests/system/lab/lab.h"
#include "tests/system/tap.h"

enum {
    HAS_FPU = CONFIG_FPU,
    PART = HAS_FPU ? LAB_WITH_FPU : LAB_CORE,
    DEPTH = CONFIG_INV_DEPTH_MAX,
    PORT_STACK = WORD_BITS == 32 ? 512 : 4096,
    CALLER_TAG = 0xCA,
    CALLEE_TAG = 0x5D,
};

/* The caller's process, and two that are called: port i lies in one of them in turn. */
static struct lab_subject caller, server, other;
static rme_invocation_t ports[DEPTH];
static rme_signal_t gate;
static char stacks[DEPTH][PORT_STACK] __attribute__((aligned(16)));

/* Slots of all three tables. */
enum { GATE = LAB_FREE_SLOT, CALLER_SELF, PORTS };
static_assert((unsigned)PORTS + DEPTH <= LAB_TABLE_SLOTS, "a slot for each port");

static void set_port(unsigned i, void (*entry)(word_t), word_t stack, bool return_on_fault)
{
    rme_assert(rme_invocation_set(ports[i], (word_t)entry, stack, return_on_fault) == STATUS_OK);
}

static word_t own_stack(unsigned i)
{
    return rme_stack_prepare(stacks[i], PORT_STACK);
}

static bool is_idle(unsigned i)
{
    return rme_invocation_set(ports[i], 0, 0, 0) == STATUS_OK;
}

/* ---- Registers ---- */

static struct lab_registers in, out, back;

static void call_port(word_t fpu)
{
    in = lab_tagged_call(CALLER_TAG, RME_SVC_INV_ACT, PORTS, 0x1234, 0);
    lab_registers_call(&in, &out, fpu);
    lab_park();
}

static void answer(word_t unused)
{
    (void)unused;
    back = lab_tagged_call(CALLEE_TAG, RME_SVC_INV_RET, 0x4321, 0, 0);
    lab_registers_call(&back, &out, PART);
}

static void answer_by_fault(word_t unused)
{
    (void)unused;
    back = lab_tagged(CALLEE_TAG);
    lab_registers_fault(&back, &out, PART);
}

#include "test/invocations.h"

/* ---- A hostile callee against the stubs of librme ---- */

static volatile sword_t kept_status;
static volatile word_t kept_value, kept_sum;

static void call_kept(word_t unused)
{
    word_t value = 0;

    (void)unused;
    kept_status = lab_invoke_keeping(PORTS, 7, &value);
    kept_value = value;
    lab_park();
}

/* The inline stub, in the midst of words that a compiler keeps in registers. */
static void call_inline(word_t seed)
{
    word_t a = seed * 3, b = seed * 5, c = seed * 7, d = seed * 11, e = seed * 13, f = seed * 17;
    word_t value = 0;

    kept_sum = a ^ b ^ c ^ d ^ e ^ f;
    kept_status = rme_invocation_activate(rme_invocation(PORTS), 7, &value);
    kept_value = value;
    kept_sum -= a ^ b ^ c ^ d ^ e ^ f;
    lab_park();
}

static char foreign_stack[PORT_STACK] __attribute__((aligned(16)));

static void hostile(word_t sp, sword_t wanted, const char *name)
{
    hostile_stack = sp;
    set_port(0, clobber, own_stack(0), true);
    kept_status = LAB_CHANGED;
    tap_check(lab_run(&caller, call_kept, 0).how == LAB_PARKED && kept_status == wanted, name);
    kept_status = LAB_CHANGED;
    kept_sum = 1;
    tap_check(lab_run(&caller, call_inline, 0x1357).how == LAB_PARKED && kept_status == wanted &&
                  kept_sum == 0 && kept_value == (wanted == STATUS_OK ? 0x5EED : 0),
              "and by the inline stub");
}

static void hostile_callees(void)
{
    hostile((word_t)foreign_stack + sizeof(foreign_stack), STATUS_OK,
            "a callee that clobbers all registers and its stack pointer harms nothing");
    for (unsigned i = 0; i < sizeof(stacks_that_are_none) / sizeof(stacks_that_are_none[0]); i++)
        hostile(stacks_that_are_none[i], STATUS_WITHOUT_STACK, "nor one without a stack");
}

/* ---- Nesting ---- */

static volatile word_t last, reached, crossed;
static volatile sword_t statuses[DEPTH + 1];
static enum deed { DEED_FAULT, DEED_WAIT, DEED_SPIN } deed;
static volatile bool may_end;
static volatile sword_t waited;

static void act(void)
{
    if (deed == DEED_FAULT)
        machine_undefined();
    if (deed == DEED_WAIT)
        waited = rme_signal_receive(rme_signal(GATE), SIGNAL_RECEIVE_SINGLE);
    while (deed == DEED_SPIN && !may_end) {
    }
}

/* Port i is called with level i + 1, and calls port i + 1 until the last level. */
static void serve(word_t level)
{
    word_t value = 0;

    reached = level;
    if (level == last)
        act();
    else
        statuses[level] = rme_invocation_activate(rme_invocation(PORTS + level), level + 1, &value);
    (void)rme_invocation_return(value + 1);
}

static void dive(word_t unused)
{
    word_t value = 0;

    (void)unused;
    statuses[0] = rme_invocation_activate(rme_invocation(PORTS), 1, &value);
    crossed = value;
    lab_park();
}

static void prepare(word_t levels, enum deed what)
{
    last = levels;
    deed = what;
    reached = 0;
    may_end = false;
    waited = 1000;
    crossed = 1000;
    for (unsigned i = 0; i <= DEPTH; i++)
        statuses[i] = 1000;
    for (unsigned i = 0; i < DEPTH; i++)
        set_port(i, serve, own_stack(i), true);
}

static bool only_the_last_failed(word_t levels)
{
    for (word_t i = 0; i + 1 < levels; i++)
        if (statuses[i] != STATUS_OK)
            return false;
    return statuses[levels - 1] == STATUS_FAULT && reached == levels && crossed == levels - 1;
}

/* A new entry, which ends all calls. */
static void rest(word_t unused)
{
    (void)unused;
    lab_park();
}

static void every_level(void)
{
    for (word_t levels = 1; levels <= DEPTH; levels++) {
        prepare(levels, DEED_FAULT);
        tap_check(lab_run(&caller, dive, 0).how == LAB_PARKED && only_the_last_failed(levels),
                  "a fault at this level is a forced return of one level");
        prepare(levels, DEED_FAULT);
        set_port((unsigned)levels - 1, serve, own_stack((unsigned)levels - 1), false);
        tap_check(lab_run(&caller, dive, 0).how == LAB_FAULTED && reached == levels,
                  "if its port does not ask for one, the thread stops there");
        (void)rme_thread_exec_set(caller.thread, 0, 0, 0);
        tap_check(lab_look(&caller).how == LAB_FAULTED && !is_idle(0), "and goes on there, inside");
        (void)lab_run(&caller, rest, 0);
    }
}

/* ---- Of the port: stacks that go away ---- */

#include "test/lost_stacks.h"

/* ---- A thread inside a call belongs to the callee ---- */

static void read_at(word_t address)
{
    (void)*(volatile word_t *)address;
    lab_park();
}

/* Inside a call that waits, all ports busy. */
static void go_inside(enum deed what)
{
    (void)lab_run(&caller, rest, 0);
    prepare(DEPTH, what);
    (void)lab_run(&caller, dive, 0);
    tap_check(reached == DEPTH && !is_idle(0) && !is_idle(DEPTH - 1), "a thread is inside");
}

static void restarted(void)
{
    word_t value;

    lab_map_page(&caller, 3, lab_page(3), PAGE_READ);
    lab_map_page(&server, 4, lab_page(4), PAGE_READ);
    go_inside(DEED_WAIT);
    if (lab_has_debug()) {
        tap_check(lab_register(caller.thread, 0, &value) == STATUS_STATE &&
                      lab_set_register(caller.thread, 0, 0) == STATUS_STATE,
                  "its registers cannot be read or written meanwhile");
    }
    tap_check(lab_run(&caller, read_at, lab_page(3)).how == LAB_PARKED,
              "a new entry starts it in its own process");
    tap_check(is_idle(0) && is_idle(DEPTH - 1), "and ends all its calls");
    if (lab_has_debug())
        tap_check(lab_register(caller.thread, 0, &value) >= 0, "then its registers are open");
    go_inside(DEED_WAIT);
    tap_check(lab_run(&caller, read_at, lab_page(4)).how == LAB_FAULTED,
              "what only the callee has is out of reach");
    lab_unmap_page(&caller, 3);
    lab_unmap_page(&server, 4);
}

/* The callee itself gives the thread a new entry: it leaves the callee's process with it, and takes
 * none of its registers along. */
static word_t begin_stack;

static void leave_for_home(word_t unused)
{
    (void)unused;
    back = lab_tagged_call(CALLEE_TAG, RME_SVC_THD_EXEC_SET, CALLER_SELF,
                           (word_t)lab_registers_entry, begin_stack);
    lab_set_word(&back, 3, lab_page(3));
    lab_registers_call(&back, &out, PART);
}

static volatile bool came_clean;

static void at_home(word_t address)
{
    came_clean = lab_begins_clean(&lab_at_entry, address, PART);
    read_at(address);
}

static void restarted_by_the_callee(void)
{
    lab_map_page(&caller, 3, lab_page(3), PAGE_READ);
    (void)lab_run(&caller, rest, 0);
    begin_stack = rme_stack_prepare(foreign_stack, sizeof(foreign_stack));
    lab_entry_fpu = PART;
    lab_behind_entry = at_home;
    came_clean = false;
    set_port(0, leave_for_home, own_stack(0), true);
    tap_check(lab_run(&caller, call_port, PART).how == LAB_PARKED && is_idle(0),
              "a new entry that the callee gives starts the thread at home");
    tap_check(came_clean, "with nothing of the callee");
    lab_unmap_page(&caller, 3);
}

/* One that has just been made, in the place of the first. */
static void fresh_port(void)
{
    const rme_captable_t own = rme_captable(BOOT_CAPTABLE);
    word_t slot = rme_alloc_slot();

    rme_assert(rme_invocation_create(own, slot, rme_kmem(BOOT_KMEM), rme_alloc_kmem(RME_PORT_BYTES),
                                     server.process) == STATUS_OK);
    rme_assert(rme_captable_freeze(caller.table, PORTS) == STATUS_OK);
    rme_assert(rme_captable_remove(caller.table, PORTS) == STATUS_OK);
    lab_give(&caller, PORTS, slot, RIGHT_INVOCATION_ACTIVATE);
    kept_status = LAB_CHANGED;
    tap_check(lab_run(&caller, call_kept, 0).how == LAB_PARKED && kept_status == STATUS_FAULT,
              "who activates a port before it is set comes back");
    rme_assert(rme_captable_freeze(caller.table, PORTS) == STATUS_OK);
    rme_assert(rme_captable_remove(caller.table, PORTS) == STATUS_OK);
    lab_give(&caller, PORTS, ports[0].id.raw, RIGHT_INVOCATION_ACTIVATE);
}

/* A port without a stack to begin on. */
static void unset_port(void)
{
    (void)lab_run(&caller, rest, 0);
    set_port(0, NULL, 0, true);
    kept_status = LAB_CHANGED;
    tap_check(lab_run(&caller, call_kept, 0).how == LAB_PARKED && kept_status == STATUS_FAULT,
              "a port without entry and stack returns at once, if it asks for that");
    set_port(0, NULL, 0, false);
    tap_check(lab_run(&caller, call_kept, 0).how == LAB_FAULTED, "else the thread stops in it");
    (void)lab_run(&caller, rest, 0);
}

static void bind_again(void)
{
    rme_assert(rme_thread_bind(caller.thread, lab_init, rme_signal_null(), caller.tid, LAB_PRIORITY,
                               rme_kmem_null(), 0) == STATUS_OK);
    rme_assert(rme_thread_transfer_time(caller.thread, lab_init, rme_boot.clock_hz / 50) > 0);
}

static void freed(void)
{
    go_inside(DEED_WAIT);
    tap_check(rme_thread_free(caller.thread) == STATUS_OK && !is_idle(0),
              "a thread that waits inside a call is freed, and stays inside");
    bind_again();
    tap_check(waited == STATUS_CANCELLED, "bound again it goes on in the callee");
    tap_check(lab_look(&caller).how == LAB_PARKED && statuses[0] == STATUS_OK && crossed == DEPTH,
              "and returns");
    go_inside(DEED_SPIN);
    tap_check(rme_thread_free(caller.thread) == STATUS_OK && !is_idle(DEPTH - 1),
              "one that has run out of time inside is freed");
    may_end = true;
    bind_again();
    tap_check(lab_look(&caller).how == LAB_PARKED && statuses[0] == STATUS_OK && crossed == DEPTH,
              "and goes on, too");
}

static void take_back(const struct lab_subject *subject, word_t slot)
{
    rme_assert(rme_captable_freeze(subject->table, slot) == STATUS_OK);
    rme_assert(rme_captable_remove(subject->table, slot) == STATUS_OK);
}

static void deleted(void)
{
    go_inside(DEED_WAIT);
    rme_assert(rme_thread_free(caller.thread) == STATUS_OK);
    take_back(&caller, CALLER_SELF);
    take_back(&server, CALLER_SELF);
    take_back(&other, CALLER_SELF);
    rme_assert(rme_captable_freeze(lab_own, caller.thread.id.raw) == STATUS_OK);
    tap_check(rme_thread_delete(lab_own, caller.thread.id.raw) == STATUS_OK,
              "a thread inside calls is deleted");
    for (unsigned i = 0; i < DEPTH; i++)
        if (!is_idle(i))
            statuses[0] = 1;
    tap_check(statuses[0] != 1, "and its ports are idle");
    prepare(1, DEED_SPIN);
    may_end = true;
    tap_check(lab_run(&other, dive, 0).how == LAB_PARKED && statuses[0] == STATUS_OK &&
                  crossed == 1,
              "for others");
}

/* ---- Address spaces ---- */

static void serve_read(word_t address)
{
    (void)*(volatile word_t *)address;
    (void)rme_invocation_return(1);
}

static volatile sword_t read_status[2];

static void call_and_read(word_t unused)
{
    word_t value;

    (void)unused;
    read_status[0] = rme_invocation_activate(rme_invocation(PORTS), lab_page(4), &value);
    (void)*(volatile word_t *)lab_page(3);
    read_status[1] = rme_invocation_activate(rme_invocation(PORTS), lab_page(3), &value);
    (void)*(volatile word_t *)lab_page(3);
    (void)*(volatile word_t *)lab_page(4);
    lab_park();
}

static void migration(void)
{
    struct lab_end end;

    lab_map_page(&caller, 3, lab_page(3), PAGE_READ);
    lab_map_page(&server, 4, lab_page(4), PAGE_READ);
    set_port(0, serve_read, own_stack(0), true);
    end = lab_run(&caller, call_and_read, 0);
    tap_check(read_status[0] == STATUS_OK, "a callee has its own memory");
    tap_check(read_status[1] == STATUS_FAULT, "and not the caller's");
    tap_check(end.how == LAB_FAULTED && (!lab_has_debug() || end.address == lab_page(4)),
              "the caller has its own again, and never the callee's");
    lab_unmap_page(&caller, 3);
    lab_unmap_page(&server, 4);
}

static void make_ports(void)
{
    const struct lab_subject *const all[] = {&caller, &server, &other};

    gate = rme_signal_make();
    for (unsigned i = 0; i < DEPTH; i++)
        ports[i] = rme_invocation_make(i % 2 == 0 ? server.process : other.process, serve,
                                       stacks[i], PORT_STACK, true);
    for (unsigned s = 0; s < 3; s++) {
        lab_give(all[s], GATE, gate.id.raw, RIGHTS_SIGNAL_ALL);
        lab_give(all[s], CALLER_SELF, caller.thread.id.raw, RIGHT_THREAD_EXEC_SET);
        for (unsigned i = 0; i < DEPTH; i++)
            lab_give(all[s], PORTS + i, ports[i].id.raw, RIGHT_INVOCATION_ACTIVATE);
    }
}

int main(void)
{
    if (CONFIG_RAW) {
        tap_skip("invocations", "raw address spaces: a subject needs page tables");
        return tap_end();
    }
    caller = lab_subject_make(HAS_FPU ? THREAD_FPU : 0);
    server = lab_subject_make(0);
    other = lab_subject_make(0);
    make_ports();
    ordinary_return();
    forced_return();
    hostile_callees();
    migration();
    every_level();
    lost_stacks();
    restarted();
    restarted_by_the_callee();
    fresh_port();
    unset_port();
    freed();
    deleted();
    return tap_end();
}
