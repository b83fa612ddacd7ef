/* SPDX-License-Identifier: Unlicense
 *
 * Invocation ports: the walk in and back, nesting, forced returns at every level, what crosses, and
 * what may be changed while a thread is inside.
 */
#include "kernel/invocation.h"

#include "kernel/process.h"
#include "tests/unit/support/world.h"

enum { DEPTH = CONFIG_INV_DEPTH_MAX };

static struct thread *self(void)
{
    return world_cpu()->current;
}

/* A process that only shares the boot table; its address space is its own where there are any. */
static word_t other_process(void)
{
    word_t slot = world_slot(), table = CONFIG_RAW ? world_raw_word + 1 : world_top();

    if (CALL(PRC_CRT, BOOT_CAPTABLE, slot, BOOT_CAPTABLE, table, BOOT_KFUNC) != STATUS_OK)
        tap_report(false, "a process", "other_process", __FILE__, __LINE__);
    return slot;
}

static word_t port_with(word_t process, word_t entry, word_t on_fault)
{
    word_t port = world_port(process);

    if (CALL(INV_SET, port, entry, entry + 1, on_fault) != STATUS_OK)
        tap_report(false, "a port", "port_with", __FILE__, __LINE__);
    return port;
}

/* ---- Walks ---- */

static void walk(bool is_hot)
{
    word_t process = other_process(), port = port_with(process, 100, 0);
    const struct port *object = world_port_of(port);
    word_t home = host_loaded;

    self()->context.entry = 11;
    self()->context.stack = 12;
    for (unsigned i = 0; i < HOST_CROSSING; i++)
        self()->context.crossing[i] = 70 + i;
    host_is_hot = is_hot;
    (void)CALL(INV_ACT, port, 55);
    tap_check(self()->context.entry == 100 && self()->context.stack == 101 &&
                  self()->context.param == 55,
              "activation begins at the port's entry and stack, with the parameter");
    tap_check(self()->depth == 1 && self()->invocation == object &&
                  self()->process == world_cap(process) && self()->home != self()->process &&
                  shared_load(&object->owner) == (word_t)self(),
              "the thread is inside the port and its process");
    tap_check(host_loaded == process_space(world_cap(process)) && host_loaded != home,
              "whose address space is loaded");
    tap_check(self()->context.crossing[0] == 70 && self()->context.crossing[5] == 75,
              "the registers of the message cross");
    tap_check(CALL(INV_ACT, port, 1) == STATUS_BUSY, "a port takes one thread at a time");
    self()->context.crossing[2] = 99;
    tap_check(CALL(INV_RET, 1234) == STATUS_OK && self()->context.value == 1234,
              "return gives OK and the value");
    tap_check(self()->context.entry == 11 && self()->context.stack == 12,
              "and goes on where the caller was");
    tap_check(self()->context.crossing[2] == 99, "the registers of the answer cross");
    tap_check(self()->depth == 0 && self()->invocation == NULL && self()->process == self()->home &&
                  host_loaded == home && shared_load(&object->owner) == 0,
              "the thread is back, the port idle");
    host_is_hot = true;
    REFUSED(STATUS_NO_INVOCATION, "there is nothing to return from", INV_RET, 1);
}

static void walk_hot(void)
{
    walk(true);
}

static void walk_whole(void)
{
    walk(false);
}

static void refusals(void)
{
    word_t port = port_with(BOOT_PROCESS, 1, 0);
    word_t weak = world_leaf(port, RIGHT_INVOCATION_SET),
           user = world_leaf(port, RIGHT_INVOCATION_ACTIVATE);

    REFUSED(STATUS_TYPE, "activate: not a port", INV_ACT, BOOT_PROCESS, 0);
    REFUSED(STATUS_RIGHTS, "activate: the right is missing", INV_ACT, weak, 0);
    REFUSED(STATUS_TYPE, "set: not a port", INV_SET, BOOT_PROCESS, 0);
    REFUSED(STATUS_RIGHTS, "set: the right is missing", INV_SET, user, 1, 2, 0);
    ACCEPTED("set through a leaf", INV_SET, weak, 21, 22, 5);
    tap_check(world_port_of(port)->entry == 21 && world_port_of(port)->stack == 22 &&
                  world_port_of(port)->return_on_fault == 1 &&
                  shared_load(&world_port_of(port)->owner) == 0,
              "writes all three, and leaves the port idle");
    (void)CALL(INV_ACT, user, 0);
    tap_check(self()->context.entry == 21, "activation through a leaf");
    REFUSED(STATUS_BUSY, "set: not while a thread is inside", INV_SET, port, 31, 32, 0);
    (void)CALL(INV_RET, 0);
    ACCEPTED("set: again behind it", INV_SET, port, 31, 32, 0);
}

/* ---- Nesting ---- */

static void nesting(void)
{
    word_t ports[DEPTH + 1], processes[2] = {other_process(), other_process()};
    bool right = true;

    for (unsigned i = 0; i <= DEPTH; i++)
        ports[i] = port_with(processes[i % 2], 100 * (i + 1), 0);
    self()->context.entry = 7;
    for (unsigned i = 0; i < DEPTH; i++) {
        (void)CALL(INV_ACT, ports[i], i);
        right &= self()->context.entry == 100 * (i + 1) && self()->depth == i + 1 &&
                 self()->process == world_cap(processes[i % 2]) &&
                 host_loaded == process_space(self()->process);
    }
    tap_check(right, "ports nest to the limit, each in its process");
    REFUSED(STATUS_DEPTH, "and not beyond", INV_ACT, ports[DEPTH], 0);
    REFUSED(STATUS_DEPTH, "DEPTH comes before BUSY", INV_ACT, ports[0], 0);
    REFUSED(STATUS_TYPE, "a lookup comes before DEPTH", INV_ACT, BOOT_THREAD, 0);
    for (unsigned i = DEPTH; i > 0; i--) {
        right &= CALL(INV_RET, i) == STATUS_OK && self()->context.value == i &&
                 self()->context.entry == (i > 1 ? 100 * (i - 1) : 7) && self()->depth == i - 1 &&
                 host_loaded == process_space(self()->process);
    }
    tap_check(right, "returns come back through the same ports, last first");
    tap_check(self()->process == self()->home, "and home");
}

/* ---- Forced returns ---- */

static void forced(void)
{
    word_t outer = port_with(other_process(), 100, 1), inner = port_with(other_process(), 200, 1);
    self()->context.entry = 5;
    (void)CALL(INV_ACT, outer, 0);
    (void)CALL(INV_ACT, inner, 0);
    for (unsigned i = 0; i < HOST_CROSSING; i++)
        self()->context.crossing[i] = 0xBAD;
    self()->context.value = 0xBAD;
    host_fault(world_cpu(), (struct fault){.cause = 3, .address = 0x44});
    tap_check(self()->context.result == (word_t)(sword_t)STATUS_FAULT && self()->depth == 1 &&
                  self()->context.entry == 100,
              "a fault in a port that asks for it returns FAULT to its caller, one level out");
    tap_check(self()->context.value == 0 && self()->context.crossing[0] == 0 &&
                  self()->context.crossing[5] == 0,
              "and no register of the callee");
    tap_check(host_loaded == process_space(self()->process), "the caller's address space is back");
    tap_check(self()->fault_cause == 3 && self()->fault_address == 0x44, "the fault is on record");
    host_fault(world_cpu(), (struct fault){.cause = 4});
    tap_check(self()->depth == 0 && self()->context.entry == 5 &&
                  self()->context.result == (word_t)(sword_t)STATUS_FAULT,
              "a second fault goes one level further");
    tap_check(shared_load(&world_port_of(outer)->owner) == 0 &&
                  shared_load(&world_port_of(inner)->owner) == 0,
              "both ports are idle");
    tap_check(!invocation_force_return(self()), "outside a port there is nothing to force");
    (void)CALL(INV_SET, outer, 1, 1, 0);
    (void)CALL(INV_ACT, outer, 0);
    tap_check(!invocation_force_return(self()) && self()->depth == 1,
              "nor in a port that does not ask for it");
    (void)CALL(INV_RET, 0);
}

/* ---- Life ---- */

static void life(void)
{
    word_t slot = world_slot(), memory = world_memory(sizeof(struct port));
    word_t no_ports = world_leaf(BOOT_PROCESS, RIGHT_PROCESS_THREAD), process = world_process();
    word_t no_memory = world_memory_leaf(RIGHT_KMEM_THREAD, memory, memory + 64);
    bool is_clean;

    REFUSED(STATUS_RIGHTS, "create: the memory lacks INVOCATION", INV_CRT, BOOT_CAPTABLE, slot,
            no_memory, 0, process);
    REFUSED(STATUS_RIGHTS, "create: the process lacks INVOCATION", INV_CRT, BOOT_CAPTABLE, slot,
            BOOT_KMEM, memory, no_ports);
    REFUSED(STATUS_TYPE, "create: the process is none", INV_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM,
            memory, BOOT_THREAD);
    REFUSED(STATUS_MEMORY, "create: memory in use", INV_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, 0,
            process);
    REFUSED(STATUS_BOUNDS, "create: memory that is not there", INV_CRT, BOOT_CAPTABLE, slot,
            BOOT_KMEM, HOST_KMEM_BYTES, process);
    ACCEPTED("create: a port", INV_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, memory, process);
    is_clean = world_port_of(slot)->entry == 0 && world_port_of(slot)->stack == 0 &&
               world_port_of(slot)->return_on_fault == 1 &&
               shared_load(&world_port_of(slot)->owner) == 0;
    tap_check(is_clean, "nothing of an earlier life of its memory is in it");
    tap_check(shared_load(&world_cap(process)->link) == 1 &&
                  world_port_of(slot)->process == world_cap(process),
              "it counts on its process");

    world_age();
    tap_check(CALL(CPT_FRZ, BOOT_CAPTABLE, slot) == STATUS_OK, "frozen while idle");
    shared_store(&world_port_of(slot)->owner, (word_t)self());
    tap_check(PATIENT(INV_DEL, BOOT_CAPTABLE, slot) == STATUS_BUSY,
              "a port that a thread is inside is not deleted");
    tap_check(cap_is(world_cap(slot), CAP_INVOCATION), "it is thawed");
    shared_store(&world_port_of(slot)->owner, 0);
    tap_check(PATIENT(CPT_FRZ, BOOT_CAPTABLE, slot) == STATUS_OK &&
                  PATIENT(INV_DEL, BOOT_CAPTABLE, slot) == STATUS_OK,
              "an idle one is");
    tap_check(shared_load(&world_cap(process)->link) == 0, "and does not count on its process");
    ACCEPTED("its memory can be used again", INV_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, memory,
             process);
    REFUSED(STATUS_NOT_FROZEN, "delete: not frozen", INV_DEL, BOOT_CAPTABLE, slot);
}

/* A guest may not walk, nor a thread that is unwound go on inside. */
static void guests(void)
{
    word_t guest, port = port_with(BOOT_PROCESS, 1, 0);

    if (!CONFIG_GUESTS) {
        tap_skip("a guest activates no port", "no guests");
        return;
    }
    guest = world_thread(BOOT_PROCESS, 9, THREAD_GUEST);
    if (CALL(THD_SCHED_BIND, guest, BOOT_THREAD, CAP_NULL, 1, 5, BOOT_GUEST_WINDOW, 0) != STATUS_OK)
        tap_report(false, "a guest is bound", "bind", __FILE__, __LINE__);
    world_give(guest, BUDGET_INFINITE);
    tap_check(self() == world_thread_of(guest), "a guest runs");
    REFUSED(STATUS_STATE, "a guest activates no port", INV_ACT, port, 0);
    REFUSED(STATUS_NO_INVOCATION, "and has none to return from", INV_RET, 0);
}

static void unwinding(void)
{
    word_t slot = world_ready_thread(1, 5, BUDGET_INFINITE);
    struct thread *thread = world_thread_of(slot);
    word_t first = port_with(other_process(), 1, 0), second = port_with(other_process(), 2, 0);

    (void)CALL(INV_ACT, first, 0);
    (void)CALL(INV_ACT, second, 0);
    tap_check(self() == thread && thread->depth == 2, "a thread is inside two ports");
    tap_check(CALL(THD_SCHED_FREE, slot) == STATUS_OK && self() != thread,
              "freed from its CPU there");
    tap_check(thread->depth == 2, "it stays inside");
    tap_check(PATIENT(CPT_FRZ, BOOT_CAPTABLE, slot) == STATUS_OK &&
                  PATIENT(THD_DEL, BOOT_CAPTABLE, slot) == STATUS_OK,
              "deleted there");
    tap_check(shared_load(&world_port_of(first)->owner) == 0 &&
                  shared_load(&world_port_of(second)->owner) == 0,
              "its ports are idle");
    (void)CALL(INV_ACT, second, 0);
    tap_check(self()->depth == 1, "and can be used again");
    (void)CALL(INV_RET, 0);
}

/* ---- Against another CPU ---- */

static word_t contested, caller_depth;

static void prepare(void)
{
    world_boot(1);
    contested = port_with(BOOT_PROCESS, 1, 0);
    host_is_hot = false; /* a hot half that loses goes on to the whole call */
}

static sword_t activate(void)
{
    sword_t result = CALL(INV_ACT, contested, 0);

    caller_depth = self()->depth;
    return result;
}

static sword_t set(void)
{
    return CALL(INV_SET, contested, 2, 2, 0);
}

/* A thread of another CPU walks in; and is gone when the call has ended. */
static struct thread stranger;

static void activate_elsewhere(void)
{
    (void)shared_cas(&world_port_of(contested)->owner, 0, (word_t)&stranger);
}

static bool send_stranger_away(sword_t result)
{
    struct port *port = world_port_of(contested);
    bool inside = shared_load(&port->owner) == (word_t)&stranger;

    if (inside)
        shared_store(&port->owner, 0);
    return !(inside && result == STATUS_OK && caller_depth != 0);
}

static void meetings(void)
{
    world_sweep(&(struct world_sweep){
        .name = "an activation that meets another is a conflict, or busy",
        .prepare = prepare,
        .call = activate,
        .meddle = activate_elsewhere,
        .check = send_stranger_away,
        .other = STATUS_BUSY,
    });
    caller_depth = 0;
    world_sweep(&(struct world_sweep){
        .name = "a change that meets an activation is a conflict, or busy",
        .prepare = prepare,
        .call = set,
        .meddle = activate_elsewhere,
        .check = send_stranger_away,
        .other = STATUS_BUSY,
    });
}

int main(void)
{
    static void (*const cases[])(void) = {walk_hot, walk_whole, refusals, nesting,
                                          forced,   life,       guests,   unwinding};

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        world_boot(1);
        cases[i]();
        world_check("the invariants hold");
    }
    meetings();
    return tap_end();
}
