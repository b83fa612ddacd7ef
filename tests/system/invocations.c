/* SPDX-License-Identifier: Unlicense
 *
 * Invocation ports, from the point of view of whoever does not trust the other side: which
 * registers cross, what a hostile callee can do, forced returns at each level, frames that go away,
 * and threads that are restarted, freed or deleted inside a call.
 */
#include "board.h"
#include "rme/alloc.h"
#include "rme/assert.h"
#include "rme/stack.h"
#include "rme/start.h"
#include "test/registers.h"
#include "tests/system/lab/lab.h"
#include "tests/system/tap.h"

enum {
    HAS_FPU = CONFIG_FPU,
    PART = HAS_FPU ? LAB_WITH_FPU : LAB_CORE,
    DEPTH = CONFIG_INV_DEPTH_MAX,
    PORT_STACK = 512,
    CALLER_TAG = 0xCA,
    CALLEE_TAG = 0x5D,
    CAUSE_UNSTACKING = 1 << 3, /* MUNSTKERR. Arm DDI 0403E, B3.2.15 */
    PAGE_STACK = PAGE_READ | PAGE_WRITE | PAGE_CACHE | PAGE_STATIC,
};

/* The caller's process, and two that are called: port i lies in one of them in turn. */
static struct lab_subject caller, server, other;
static rme_invocation_t ports[DEPTH];
static rme_signal_t gate;
static char stacks[DEPTH][PORT_STACK] __attribute__((aligned(8)));

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

/* What is the caller's own in any case: the frame. */
static bool frame_is_kept(void)
{
    return lab_is_same(out.r, in.r, 4) && out.r[12] == in.r[12] && out.lr == in.lr &&
           out.apsr == in.apsr &&
           (!HAS_FPU || (lab_is_same(out.s, in.s, 16) && out.fpscr == in.fpscr));
}

static void at_entry(void)
{
    const struct lab_registers *seen = &lab_at_entry;

    tap_check(seen->r[0] == 0x1234 && seen->r[5] == 0x1234, "the callee gets the parameter");
    tap_check(lab_is_same(&seen->r[6], &in.r[6], 6), "and r6 to r11 of the caller, the message");
    tap_check(lab_is_zero(&seen->r[1], 3) && seen->r[12] == 0 && seen->lr == 0 && seen->apsr == 0,
              "of the other registers and the flags nothing");
    if (HAS_FPU)
        tap_check(lab_is_same(&seen->s[16], &in.s[16], 16) && seen->fpscr == 0,
                  "the FPU crosses, its status does not");
}

static void ordinary_return(void)
{
    lab_entry_fpu = PART;
    lab_behind_entry = answer;
    set_port(0, lab_registers_entry, own_stack(0), true);
    tap_check(lab_run(&caller, call_port, PART).how == LAB_PARKED, "a call and its return");
    at_entry();
    tap_check(frame_is_kept(),
              "the caller's r0 to r3, r12, lr, flags, s0 to s15, FPSCR are its own");
    tap_check(out.r[4] == STATUS_OK && out.r[5] == 0x4321, "it gets status and value");
    tap_check(lab_is_same(&out.r[6], &back.r[6], 6), "and r6 to r11 of the callee");
    if (HAS_FPU)
        tap_check(lab_is_same(&out.s[16], &back.s[16], 16), "s16 to s31 cross");
}

static void forced_return(void)
{
    lab_behind_entry = answer_by_fault;
    tap_check(lab_run(&caller, call_port, PART).how == LAB_PARKED, "a call and a forced return");
    tap_check(frame_is_kept(), "the caller's frame is its own");
    tap_check(out.r[4] == (word_t)STATUS_FAULT && lab_is_zero(&out.r[5], 7),
              "it gets FAULT, and nothing in r5 to r11");
    if (!HAS_FPU) {
        tap_skip("FPU", "the chip or the build has none");
        return;
    }
    tap_check(lab_is_zero(&out.s[16], 16), "nothing of the callee in s16 to s31");
    tap_check(lab_run(&caller, call_port, LAB_READ_FPU).how == LAB_PARKED &&
                  lab_is_zero(out.s, 32) && out.fpscr == 0,
              "nothing in any of them where the caller had not used the FPU");
}

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

static char foreign_stack[256] __attribute__((aligned(8)));
static word_t hostile_sp;

/* Everything clobbered, the stack pointer too, then INV_RET. */
static void clobber(word_t unused)
{
    (void)unused;
    __asm__ volatile("mov r0, %0\n\t"
                     "ldr r1, =0xDEADBEEF\n\t"
                     "mov r2, r1\n\t mov r3, r1\n\t mov r6, r1\n\t mov r7, r1\n\t mov r8, r1\n\t"
                     "mov r9, r1\n\t mov r10, r1\n\t mov r11, r1\n\t mov r12, r1\n\t mov lr, r1\n\t"
                     "mov sp, r0\n\t"
                     "movs r4, #0\n\t"
                     "movw r5, #0x5EED\n\t"
                     "svc 0"
                     :
                     : "r"(hostile_sp)
                     : "memory");
}

static void hostile(word_t sp, sword_t wanted, const char *name)
{
    hostile_sp = sp;
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
    hostile(0, STATUS_FAULT, "nor one without a stack");
    hostile(0x20000400, STATUS_FAULT, "nor one that says its stack is the kernel's");
    hostile(0xFFFFFFF8, STATUS_FAULT, "nor one at the end of memory");
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
        __asm__ volatile("udf #0");
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

/* ---- Frames that cannot be unstacked any more ---- */

static word_t page(unsigned i)
{
    return lab_window() + (i << 12);
}

static struct lab_map stack_page(unsigned i)
{
    return (struct lab_map){page(i), 12, 0, 1, PAGE_STACK};
}

/* Two levels whose stacks are pages of their own, and a third that waits meanwhile. */
static struct lab_end lose_frames(bool first_asks)
{
    const struct lab_map first = stack_page(1), second = stack_page(2);
    struct lab_end end;

    prepare(DEPTH < 3 ? DEPTH : 3, DEED_WAIT);
    (void)lab_attach(&server, 1, &first);
    (void)lab_attach(&other, 2, &second);
    set_port(0, serve, rme_stack_prepare((void *)page(1), 1 << 12), first_asks);
    set_port(1, serve, rme_stack_prepare((void *)page(2), 1 << 12), true);
    (void)lab_run(&caller, dive, 0);
    rme_assert(rme_pagetable_remove(lab_attached(1), 0) == STATUS_OK);
    rme_assert(rme_pagetable_remove(lab_attached(2), 0) == STATUS_OK);
    (void)rme_signal_send(gate, 1);
    end = lab_look(&caller);
    lab_detach(&server, 1);
    lab_detach(&other, 2);
    return end;
}

static void lost_frames(void)
{
    struct lab_end end;

    if (DEPTH < 3) {
        tap_skip("frames that go away", "this build has less than three levels");
        return;
    }
    end = lose_frames(true);
    tap_check(reached == 3 && waited == 1, "the callee of the third level was inside");
    tap_check(end.how == LAB_PARKED && statuses[0] == STATUS_FAULT && statuses[1] == 1000,
              "two frames that cannot be unstacked are two forced returns");
    tap_check(is_idle(0) && is_idle(1) && is_idle(2), "and all ports are idle");
    end = lose_frames(false);
    tap_check(end.how == LAB_FAULTED && statuses[0] == 1000,
              "where a port does not ask for it the thread stops");
    if (lab_has_debug())
        tap_check(end.cause == CAUSE_UNSTACKING, "for what could not be unstacked");
    (void)lab_run(&caller, rest, 0);
}

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
    const struct lab_map own = {page(3), 12, 0, 1, PAGE_READ},
                         theirs = {page(4), 12, 0, 1, PAGE_READ};
    word_t value;

    (void)lab_attach(&caller, 3, &own);
    (void)lab_attach(&server, 4, &theirs);
    go_inside(DEED_WAIT);
    if (lab_has_debug()) {
        tap_check(lab_register(caller.thread, 0, &value) == STATUS_STATE &&
                      lab_set_register(caller.thread, 0, 0) == STATUS_STATE,
                  "its registers cannot be read or written meanwhile");
    }
    tap_check(lab_run(&caller, read_at, page(3)).how == LAB_PARKED,
              "a new entry starts it in its own process");
    tap_check(is_idle(0) && is_idle(DEPTH - 1), "and ends all its calls");
    if (lab_has_debug())
        tap_check(lab_register(caller.thread, 0, &value) >= 0, "then its registers are open");
    go_inside(DEED_WAIT);
    tap_check(lab_run(&caller, read_at, page(4)).how == LAB_FAULTED,
              "what only the callee has is out of reach");
    lab_detach(&caller, 3);
    lab_detach(&server, 4);
}

/* The callee itself gives the thread a new entry: it leaves the callee's process with it, and takes
 * none of its registers along. */
static word_t begin_stack;

static void leave_for_home(word_t unused)
{
    (void)unused;
    back = lab_tagged_call(CALLEE_TAG, RME_SVC_THD_EXEC_SET, CALLER_SELF,
                           (word_t)lab_registers_entry, begin_stack);
    back.r[8] = page(3);
    lab_registers_call(&back, &out, PART);
}

static volatile bool came_clean;

static void at_home(word_t address)
{
    const struct lab_registers *seen = &lab_at_entry;

    came_clean = lab_is_zero(&seen->r[1], 3) && lab_is_zero(&seen->r[6], 7) && seen->lr == 0 &&
                 seen->apsr == 0 && (!HAS_FPU || (lab_is_zero(seen->s, 32) && seen->fpscr == 0));
    read_at(address);
}

static void restarted_by_the_callee(void)
{
    const struct lab_map own = {page(3), 12, 0, 1, PAGE_READ};

    (void)lab_attach(&caller, 3, &own);
    (void)lab_run(&caller, rest, 0);
    begin_stack = rme_stack_prepare(foreign_stack, sizeof(foreign_stack));
    lab_entry_fpu = PART;
    lab_behind_entry = at_home;
    came_clean = false;
    set_port(0, leave_for_home, own_stack(0), true);
    tap_check(lab_run(&caller, call_port, PART).how == LAB_PARKED && is_idle(0),
              "a new entry that the callee gives starts the thread at home");
    tap_check(came_clean, "with nothing of the callee");
    lab_detach(&caller, 3);
}

/* A port that was never set has no stack to begin on. */
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
    read_status[0] = rme_invocation_activate(rme_invocation(PORTS), page(4), &value);
    (void)*(volatile word_t *)page(3);
    read_status[1] = rme_invocation_activate(rme_invocation(PORTS), page(3), &value);
    (void)*(volatile word_t *)page(3);
    (void)*(volatile word_t *)page(4);
    lab_park();
}

static void migration(void)
{
    const struct lab_map own = {page(3), 12, 0, 1, PAGE_READ},
                         theirs = {page(4), 12, 0, 1, PAGE_READ};
    struct lab_end end;

    (void)lab_attach(&caller, 3, &own);
    (void)lab_attach(&server, 4, &theirs);
    set_port(0, serve_read, own_stack(0), true);
    end = lab_run(&caller, call_and_read, 0);
    tap_check(read_status[0] == STATUS_OK, "a callee has its own memory");
    tap_check(read_status[1] == STATUS_FAULT, "and not the caller's");
    tap_check(end.how == LAB_FAULTED && (!lab_has_debug() || end.address == page(4)),
              "the caller has its own again, and never the callee's");
    lab_detach(&caller, 3);
    lab_detach(&server, 4);
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
    lost_frames();
    restarted();
    restarted_by_the_callee();
    unset_port();
    freed();
    deleted();
    return tap_end();
}
