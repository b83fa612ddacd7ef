/* SPDX-License-Identifier: Unlicense
 *
 * Threads: made, bound, run, stopped, freed and deleted; priorities as one transaction; events; and
 * that a thread inside an invocation belongs to the callee.
 */
#include "kernel/thread.h"

#include "tests/unit/support/world.h"

static struct cpu *cpu(void)
{
    return world_cpu();
}

static struct thread *running(void)
{
    return cpu()->current;
}

static struct thread *init(void)
{
    return world_thread_of(BOOT_THREAD);
}

static word_t references(word_t slot)
{
    return shared_load(&world_cap(slot)->link);
}

/* ---- Creation and deletion ---- */

static void creation(void)
{
    word_t slot = world_slot(), memory = world_memory(1024), process = world_process();
    word_t no_threads = world_leaf(process, RIGHT_PROCESS_INVOCATION), low;
    word_t no_memory = world_memory_leaf(RIGHT_KMEM_INVOCATION, memory, memory + 1024);
    word_t narrow = world_memory_leaf(RIGHT_KMEM_THREAD, memory, memory + 32);
    const word_t top = CONFIG_PRIORITIES - 1, bad = (word_t)1 << 5;
    const struct thread *thread;

    REFUSED(STATUS_RIGHTS, "create: the memory lacks THREAD", THD_CRT, BOOT_CAPTABLE, slot,
            no_memory, 0, process, 1, 0);
    REFUSED(STATUS_RIGHTS, "create: the process lacks THREAD", THD_CRT, BOOT_CAPTABLE, slot,
            BOOT_KMEM, memory, no_threads, 1, 0);
    REFUSED(STATUS_TYPE, "create: the process is none", THD_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM,
            memory, BOOT_THREAD, 1, 0);
    REFUSED(STATUS_PRIORITY, "create: a limit above the caller's", THD_CRT, BOOT_CAPTABLE, slot,
            BOOT_KMEM, memory, process, top + 1, bad);
    REFUSED(STATUS_PRIORITY, "create: a limit that a byte does not hold", THD_CRT, BOOT_CAPTABLE,
            slot, BOOT_KMEM, memory, process, 256, 0);
    REFUSED(STATUS_UNSUPPORTED, "create: an attribute that is none", THD_CRT, BOOT_CAPTABLE, slot,
            BOOT_KMEM, HOST_KMEM_BYTES, process, top, bad);
    REFUSED(STATUS_BOUNDS, "create: larger than its memory", THD_CRT, BOOT_CAPTABLE, slot, narrow,
            0, process, top, 0);
    REFUSED(STATUS_MEMORY, "create: memory in use", THD_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, 0,
            process, top, 0);
    ACCEPTED("create: with the caller's own limit", THD_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, memory,
             process, top, 0);
    thread = world_thread_of(slot);
    tap_check(thread->state == THREAD_EXHAUSTED && thread->budget == 0 && thread->depth == 0 &&
                  shared_load(&thread->cpu) == 0 && thread->home == world_cap(process) &&
                  thread->process == thread->home && thread->priority_max == top,
              "it is unbound, without time, at home");
    tap_check(thread->tid == 0 && thread->context.entry == 0 && thread->context.crossing[3] == 0 &&
                  thread->event_endpoint == NULL && thread->guest_area == NULL,
              "and nothing of an earlier life of its memory is in it");
    tap_check(world_cap(slot)->rights == RIGHTS_THREAD_ALL && references(process) == 2,
              "it has every right, and counts on its process");

    low = world_thread(BOOT_PROCESS, 3, 0);
    world_bind(low, CAP_NULL, 1, 3);
    world_give(low, BUDGET_INFINITE);
    tap_check(running() == world_thread_of(low), "a thread with a low limit runs");
    REFUSED(STATUS_PRIORITY, "and makes none with a higher one", THD_CRT, BOOT_CAPTABLE,
            world_slot(), BOOT_KMEM, world_memory(512), process, 4, 0);
    ACCEPTED("but one with its own", THD_CRT, BOOT_CAPTABLE, world_slot(), BOOT_KMEM,
             world_memory(512), process, 3, 0);
}

static void sizes(void)
{
    const word_t plain = sizeof(struct thread), memory = world_memory(1024);
    word_t exact =
        world_memory_leaf(RIGHT_KMEM_THREAD, memory, (memory + plain + 31) & ~(word_t)31);
    word_t slot = world_slot();

    ACCEPTED("a thread without the FPU fits its own size", THD_CRT, BOOT_CAPTABLE, slot, exact, 0,
             BOOT_PROCESS, 1, 0);
    if (!CONFIG_FPU) {
        REFUSED(STATUS_UNSUPPORTED, "a build without FPU has no such threads", THD_CRT,
                BOOT_CAPTABLE, world_slot(), BOOT_KMEM, memory + 512, BOOT_PROCESS, 1, THREAD_FPU);
        return;
    }
    tap_check(PATIENT(CPT_FRZ, BOOT_CAPTABLE, slot) == STATUS_OK &&
                  PATIENT(THD_DEL, BOOT_CAPTABLE, slot) == STATUS_OK,
              "it is deleted");
    REFUSED(STATUS_BOUNDS, "one with it needs more", THD_CRT, BOOT_CAPTABLE, slot, exact, 0,
            BOOT_PROCESS, 1, THREAD_FPU);
    ACCEPTED("and has it", THD_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, memory, BOOT_PROCESS, 1,
             THREAD_FPU);
    REFUSED(STATUS_MEMORY, "behind its registers only is memory free", INV_CRT, BOOT_CAPTABLE,
            world_slot(), BOOT_KMEM, memory + ((plain + sizeof(struct arch_fpu) - 1) & ~(word_t)31),
            BOOT_PROCESS);
    tap_check(PATIENT(CPT_FRZ, BOOT_CAPTABLE, slot) == STATUS_OK &&
                  PATIENT(THD_DEL, BOOT_CAPTABLE, slot) == STATUS_OK,
              "deleted, all of it is free again");
}

static void deletion(void)
{
    word_t slot = world_thread(BOOT_PROCESS, 5, 0), before = references(BOOT_PROCESS);
    word_t weak = world_leaf(BOOT_CAPTABLE, RIGHT_CAPTABLE_FREEZE);

    REFUSED(STATUS_RIGHTS, "delete: the right is missing", THD_DEL, weak, slot);
    REFUSED(STATUS_NOT_FROZEN, "delete: not frozen", THD_DEL, BOOT_CAPTABLE, slot);
    world_bind(slot, CAP_NULL, 1, 1);
    tap_check(PATIENT(CPT_FRZ, BOOT_CAPTABLE, slot) == STATUS_OK &&
                  PATIENT(THD_DEL, BOOT_CAPTABLE, slot) == STATUS_STATE,
              "delete: bound to a CPU");
    tap_check(cap_is(world_cap(slot), CAP_THREAD), "it is thawed");
    ACCEPTED("so that it can be freed", THD_SCHED_FREE, slot);
    tap_check(PATIENT(CPT_FRZ, BOOT_CAPTABLE, slot) == STATUS_OK &&
                  PATIENT(THD_DEL, BOOT_CAPTABLE, slot) == STATUS_OK,
              "then it is deleted");
    tap_check(references(BOOT_PROCESS) == before - 1, "and does not count on its process");
}

/* ---- Binding ---- */

static void binding(void)
{
    word_t slot = world_thread(BOOT_PROCESS, 5, 0), unbound = world_thread(BOOT_PROCESS, 5, 0);
    word_t no_child = world_leaf(slot, RIGHTS_THREAD_ALL & ~(word_t)RIGHT_THREAD_SCHED_CHILD);
    word_t no_parent = world_leaf(BOOT_THREAD, RIGHT_THREAD_SWITCH), signal = world_signal();
    word_t no_kernel = world_leaf(signal, RIGHTS_SIGNAL_ALL & ~(word_t)RIGHT_SIGNAL_KERNEL_SEND);
    word_t kernel = world_leaf(signal, RIGHT_SIGNAL_KERNEL_SEND);
    const struct thread *thread = world_thread_of(slot);

    REFUSED(STATUS_TYPE, "bind: not a thread", THD_SCHED_BIND, BOOT_PROCESS, BOOT_THREAD, CAP_NULL,
            1, 1, CAP_NULL, 0);
    REFUSED(STATUS_RIGHTS, "bind: the thread lacks SCHED_CHILD", THD_SCHED_BIND, no_child,
            BOOT_THREAD, CAP_NULL, 1, 1, CAP_NULL, 0);
    REFUSED(STATUS_RIGHTS, "bind: the scheduler lacks SCHED_PARENT", THD_SCHED_BIND, slot,
            no_parent, signal, 1, 1, CAP_NULL, 0);
    REFUSED(STATUS_RANGE, "bind: an endpoint that is nowhere", THD_SCHED_BIND, slot, slot,
            CONFIG_BOOT_ENTRIES, 1, 1, CAP_NULL, 0);
    REFUSED(STATUS_TYPE, "bind: an endpoint that is none", THD_SCHED_BIND, slot, BOOT_THREAD,
            BOOT_PROCESS, 1, 1, CAP_NULL, 0);
    REFUSED(STATUS_RIGHTS, "bind: the endpoint lacks KERNEL_SEND", THD_SCHED_BIND, slot,
            BOOT_THREAD, no_kernel, 1, 1, CAP_NULL, 0);
    REFUSED(STATUS_PARENT, "bind: under itself", THD_SCHED_BIND, slot, slot, kernel, 1, 99,
            CAP_NULL, 0);
    REFUSED(STATUS_STATE, "bind: under a thread that is not bound", THD_SCHED_BIND, slot, unbound,
            CAP_NULL, 1, 99, CAP_NULL, 0);
    REFUSED(STATUS_PRIORITY, "bind: above its limit", THD_SCHED_BIND, slot, BOOT_THREAD, CAP_NULL,
            HALF_MAX + 1, 6, CAP_NULL, 0);
    REFUSED(STATUS_ARGUMENT, "bind: a thread id above half a word", THD_SCHED_BIND, slot,
            BOOT_THREAD, CAP_NULL, HALF_MAX + 1, 5, 0, 0);
    REFUSED(STATUS_AREA, "bind: a register area for an ordinary thread", THD_SCHED_BIND, slot,
            BOOT_THREAD, CAP_NULL, 1, 5, BOOT_GUEST_WINDOW, 0);
    REFUSED(STATUS_AREA, "bind: or an address alone", THD_SCHED_BIND, slot, BOOT_THREAD, CAP_NULL,
            1, 5, CAP_NULL, 32);
    ACCEPTED("bind: at its limit, with the largest id", THD_SCHED_BIND, slot, BOOT_THREAD, kernel,
             HALF_MAX, 5, CAP_NULL, 0);
    tap_check(thread_is_on(thread, cpu()) && thread->scheduler == init() && thread->priority == 5 &&
                  thread->tid == HALF_MAX && thread->event_endpoint == world_cap(signal) &&
                  thread->state == THREAD_EXHAUSTED,
              "it is bound, and waits for time");
    tap_check(references(signal) == 3, "its endpoint is counted, at the root");
    REFUSED(STATUS_STATE, "bind: once only", THD_SCHED_BIND, slot, BOOT_THREAD, CAP_NULL, 1, 5,
            CAP_NULL, 0);
    ACCEPTED("bind: a child under a child", THD_SCHED_BIND, unbound, slot, CAP_NULL, 2, 5, CAP_NULL,
             0);
    REFUSED(STATUS_CHILDREN, "free: a thread with children", THD_SCHED_FREE, slot);
    ACCEPTED("free: the child first", THD_SCHED_FREE, unbound);
    ACCEPTED("free: then the parent", THD_SCHED_FREE, slot);
    tap_check(references(signal) == 2 && shared_load(&thread->cpu) == 0 &&
                  thread->event_endpoint == NULL,
              "its endpoint is not counted any more");
    ACCEPTED("bind: and again", THD_SCHED_BIND, slot, BOOT_THREAD, CAP_NULL, 3, 4, CAP_NULL, 0);
}

/* The register area of a guest: where its memory capability says, and nowhere else. */
static void areas(void)
{
    word_t guest, bytes = arch_guest_bytes(false), step = sizeof(word_t), no_guest, window;

    if (!CONFIG_GUESTS) {
        REFUSED(STATUS_UNSUPPORTED, "create: a guest, in a build without", THD_CRT, BOOT_CAPTABLE,
                world_slot(), BOOT_KMEM, world_memory(512), BOOT_PROCESS, 1, THREAD_GUEST);
        return;
    }
    guest = world_thread(BOOT_PROCESS, 5, THREAD_GUEST);
    window = world_slot();
    no_guest = world_memory_leaf(RIGHT_KMEM_THREAD, 0, 1024);
    REFUSED(STATUS_RANGE, "area: a guest needs one", THD_SCHED_BIND, guest, BOOT_THREAD, CAP_NULL,
            1, 1, CAP_NULL, 0);
    REFUSED(STATUS_TYPE, "area: not memory", THD_SCHED_BIND, guest, BOOT_THREAD, CAP_NULL, 1, 1,
            BOOT_PROCESS, 0);
    REFUSED(STATUS_RIGHTS, "area: kernel memory without the right GUEST", THD_SCHED_BIND, guest,
            BOOT_THREAD, CAP_NULL, 1, 1, BOOT_KMEM, 0);
    REFUSED(STATUS_RIGHTS, "area: nor a leaf of it", THD_SCHED_BIND, guest, BOOT_THREAD, CAP_NULL,
            1, 1, no_guest, 0);
    REFUSED(STATUS_AREA, "area: behind the window", THD_SCHED_BIND, guest, BOOT_THREAD, CAP_NULL, 1,
            1, BOOT_GUEST_WINDOW, HOST_GUEST_BYTES);
    REFUSED(STATUS_AREA, "area: across the end of the window", THD_SCHED_BIND, guest, BOOT_THREAD,
            CAP_NULL, 1, 1, BOOT_GUEST_WINDOW, HOST_GUEST_BYTES - bytes + step);
    REFUSED(STATUS_AREA, "area: misaligned", THD_SCHED_BIND, guest, BOOT_THREAD, CAP_NULL, 1, 1,
            BOOT_GUEST_WINDOW, step / 2);
    REFUSED(STATUS_AREA, "area: an offset that wraps to another's area", THD_SCHED_BIND, guest,
            BOOT_THREAD, CAP_NULL, 1, 1, BOOT_GUEST_WINDOW,
            (word_t)host_kmem - (word_t)host_guests);
    ACCEPTED("area: a part of the window is delegated", CPT_ADD, BOOT_CAPTABLE, window,
             BOOT_CAPTABLE, BOOT_GUEST_WINDOW, RIGHT_KMEM_GUEST, 512, 1024);
    REFUSED(STATUS_AREA, "area: a foreign part", THD_SCHED_BIND, guest, BOOT_THREAD, CAP_NULL, 1, 1,
            window, 512);
    ACCEPTED("area: the own part, its end", THD_SCHED_BIND, guest, BOOT_THREAD, CAP_NULL, 1, 1,
             window, 512 - ((bytes + step - 1) & ~(step - 1)));
    tap_check((word_t)world_thread_of(guest)->guest_area >= (word_t)host_guests + 512 &&
                  (word_t)world_thread_of(guest)->guest_area + bytes <= (word_t)host_guests + 1024,
              "it lies inside");
}

static void freeing(void)
{
    word_t slot = world_ready_thread(1, 5, 1000), signal = world_signal();
    word_t weak = world_leaf(slot, RIGHTS_THREAD_ALL & ~(word_t)RIGHT_THREAD_SCHED_FREE), unbound;
    struct thread *thread = world_thread_of(slot);

    REFUSED(STATUS_RIGHTS, "free: the right is missing", THD_SCHED_FREE, weak);
    REFUSED(STATUS_TYPE, "free: not a thread", THD_SCHED_FREE, signal);
    tap_check(running() == thread && CALL(THD_SCHED_FREE, slot) == STATUS_OK &&
                  running() == init() && thread->budget == 0 && thread->state == THREAD_EXHAUSTED &&
                  shared_load(&thread->cpu) == 0,
              "a thread can free itself, and another runs");
    unbound = slot;
    REFUSED(STATUS_STATE, "free: a thread that is not bound", THD_SCHED_FREE, unbound);

    world_bind(slot, CAP_NULL, 1, 5);
    world_give(slot, 1000);
    (void)CALL(SIG_RCV, signal, SIGNAL_RECEIVE_SINGLE);
    tap_check(thread->state == THREAD_BLOCKED && CALL(THD_SCHED_FREE, slot) == STATUS_OK &&
                  thread->context.result == (word_t)(sword_t)STATUS_CANCELLED &&
                  thread->waiting == NULL && thread->state == THREAD_EXHAUSTED,
              "the wait of a thread that is freed is cancelled");
    ACCEPTED("its endpoint is free for others", SIG_SND, signal, 1);
    tap_check(world_count_of(signal) == 1, "and signals stay there");

    world_bind(slot, CAP_NULL, 1, 5);
    world_give(slot, 1000);
    host_fault(cpu(), (struct fault){.cause = 1});
    tap_check(thread->state == THREAD_FAULTED && init()->events == thread &&
                  CALL(THD_SCHED_FREE, slot) == STATUS_OK && thread->state == THREAD_FAULTED &&
                  init()->events == NULL,
              "a thread that has faulted stays so; its event is withdrawn");
    world_bind(slot, CAP_NULL, 1, 5);
    tap_check(thread->state == THREAD_FAULTED, "also when it is bound again");
    world_give(slot, 1000);
    tap_check(thread->state == THREAD_FAULTED && running() == init(), "or has time again");
    ACCEPTED("until it is let go", THD_EXEC_SET, slot, 0, 0, 0);
    tap_check(running() == thread, "then it runs");
}

/* ---- Starting ---- */

static void starting(void)
{
    word_t slot = world_ready_thread(1, 5, BUDGET_INFINITE), port = world_port(BOOT_PROCESS);
    word_t weak = world_leaf(slot, RIGHTS_THREAD_ALL & ~(word_t)RIGHT_THREAD_EXEC_SET);
    word_t unbound = world_thread(BOOT_PROCESS, 1, 0), other = world_process(), inside;
    struct thread *thread = world_thread_of(slot);

    REFUSED(STATUS_RIGHTS, "start: the right is missing", THD_EXEC_SET, weak, 1, 2, 3);
    REFUSED(STATUS_STATE, "start: a thread that is not bound", THD_EXEC_SET, unbound, 1, 2, 3);
    thread->context.crossing[1] = 5;
    (void)CALL(THD_EXEC_SET, slot, 100, 200, 300);
    tap_check(thread->context.entry == 100 && thread->context.stack == 200 &&
                  thread->context.param == 300 && thread->context.crossing[1] == 0,
              "a thread starts with clean registers");
    thread->context.crossing[1] = 6;
    ACCEPTED("start: entry 0 changes no register", THD_EXEC_SET, slot, 0, 201, 301);
    tap_check(thread->context.entry == 100 && thread->context.stack == 200 &&
                  thread->context.crossing[1] == 6,
              "as it says");

    inside = world_port(other);
    (void)CALL(INV_SET, inside, 50, 60, 1);
    (void)CALL(INV_ACT, port, 0);
    (void)CALL(INV_ACT, inside, 0);
    tap_check(thread->depth == 2 && thread->process == world_cap(other), "inside two invocations");
    (void)CALL(THD_EXEC_SET, slot, 0, 0, 0);
    tap_check(thread->depth == 2, "entry 0 leaves it there");
    (void)CALL(THD_EXEC_SET, slot, 100, 200, 300);
    tap_check(thread->depth == 0 && thread->invocation == NULL && thread->process == thread->home &&
                  thread->context.entry == 100,
              "a start ends all invocations: it begins in its own process");
    tap_check(shared_load(&world_port_of(port)->owner) == 0 &&
                  shared_load(&world_port_of(inside)->owner) == 0,
              "and the ports are idle");
}

static void starting_others(void)
{
    word_t signal = world_signal(), slot = world_ready_thread(1, 5, BUDGET_INFINITE);
    struct thread *thread = world_thread_of(slot);

    (void)CALL(SIG_RCV, signal, SIGNAL_RECEIVE_SINGLE);
    ACCEPTED("start: entry 0 for a thread that waits", THD_EXEC_SET, slot, 0, 0, 0);
    tap_check(thread->state == THREAD_BLOCKED, "lets it wait");
    ACCEPTED("start: a thread that waits", THD_EXEC_SET, slot, 10, 20, 30);
    tap_check(running() == thread && thread->waiting == NULL && thread->context.entry == 10 &&
                  shared_load(&world_cap(signal)->signal.waiter) == 0,
              "it waits no more and runs");
    host_fault(cpu(), (struct fault){.cause = 9, .address = 8});
    tap_check(thread->state == THREAD_FAULTED && running() == init() && thread->fault_cause == 9 &&
                  thread->fault_address == 8,
              "a thread that faults stops");
    tap_check(CALL(THD_SCHED_RCV, BOOT_THREAD) == (sword_t)(EVENT_FAULTED | 1),
              "and its scheduler is told");
    thread_set_budget(thread, 0);
    ACCEPTED("start: a thread that has faulted, without time", THD_EXEC_SET, slot, 0, 0, 0);
    tap_check(thread->state == THREAD_EXHAUSTED && running() == init(), "waits for time");
    tap_check(CALL(THD_SCHED_RCV, BOOT_THREAD) == (sword_t)(EVENT_EXHAUSTED | 1), "and says so");
}

static void starting_floats(void)
{
    word_t slot;
    struct thread *thread;

    if (!CONFIG_FPU) {
        tap_skip("a start clears the FPU registers", "no FPU");
        return;
    }
    slot = world_thread(BOOT_PROCESS, 5, THREAD_FPU);
    thread = world_thread_of(slot);
    world_bind(slot, CAP_NULL, 1, 5);
    thread_fpu(thread)->registers[4] = 77;
    ACCEPTED("start: a thread with the FPU", THD_EXEC_SET, slot, 1, 2, 3);
    tap_check(thread_fpu(thread)->registers[4] == 0, "its FPU registers are clean too");
}

static void starting_guests(void)
{
    struct arch_guest *area = (struct arch_guest *)(void *)host_guests;
    word_t guest;

    if (!CONFIG_GUESTS) {
        tap_skip("a guest is started through its area", "no guests");
        return;
    }
    guest = world_thread(BOOT_PROCESS, 5, THREAD_GUEST);
    tap_check(CALL(THD_SCHED_BIND, guest, BOOT_THREAD, CAP_NULL, 1, 5, BOOT_GUEST_WINDOW, 0) ==
                  STATUS_OK,
              "a guest is bound");
    ACCEPTED("start: a guest", THD_EXEC_SET, guest, 100, 200, 300);
    tap_check(area->entry == 100 && area->stack == 200, "its registers are in its area");
    world_give(guest, BUDGET_INFINITE);
    tap_check(running() == world_thread_of(guest) && running()->context.entry == 100,
              "from where it begins");
    area->entry = 5;
    (void)CALL(THD_EXEC_SET, guest, 101, 201, 301);
    tap_check(running()->context.entry == 101 && area->entry == 5,
              "while it runs, its registers are with the CPU");
}

/* ---- Priorities ---- */

static void priorities(void)
{
    word_t a = world_ready_thread(1, 5, BUDGET_INFINITE), b, limited, unbound, weak;
    struct thread *first = world_thread_of(a), *second;

    (void)CALL(THD_SCHED_PRIO, 1, a, 0, 0, 0, 0);
    b = world_ready_thread(2, 0, BUDGET_INFINITE);
    second = world_thread_of(b);
    limited = world_thread(BOOT_PROCESS, 3, 0);
    world_bind(limited, CAP_NULL, 3, 3);
    unbound = world_thread(BOOT_PROCESS, 3, 0);
    weak = world_leaf(a, RIGHTS_THREAD_ALL & ~(word_t)RIGHT_THREAD_SCHED_PRIORITY);
    REFUSED(STATUS_ARGUMENT, "priorities: of none", THD_SCHED_PRIO, 0, a, a, a, a, 0);
    REFUSED(STATUS_ARGUMENT, "priorities: of five", THD_SCHED_PRIO, 5, a, a, a, a, 0);
    REFUSED(STATUS_TYPE, "priorities: the fourth is no thread, and none changes", THD_SCHED_PRIO, 4,
            a, b, limited, BOOT_PROCESS, 0x01020304);
    REFUSED(STATUS_RIGHTS, "priorities: the third lacks the right", THD_SCHED_PRIO, 3, a, b, weak,
            0, 0x010203);
    REFUSED(STATUS_STATE, "priorities: the second is not bound", THD_SCHED_PRIO, 2, a, unbound, 0,
            0, 0x0102);
    REFUSED(STATUS_PRIORITY, "priorities: the last above its limit", THD_SCHED_PRIO, 3, a, b,
            limited, 0, 0x040101);
    REFUSED(STATUS_PRIORITY, "priorities: above all levels", THD_SCHED_PRIO, 1, a, 0, 0, 0,
            CONFIG_PRIORITIES);
    ACCEPTED("priorities: of three at once", THD_SCHED_PRIO, 3, a, b, limited, 0, 0x030706);
    tap_check(first->priority == 6 && second->priority == 7 &&
                  world_thread_of(limited)->priority == 3,
              "each has its byte");
    tap_check(running() == second, "and the highest runs");
    ACCEPTED("priorities: the running thread lowers itself", THD_SCHED_PRIO, 1, b, 0, 0, 0, 1);
    tap_check(running() == first, "so that another is highest");
    ACCEPTED("priorities: the running thread keeps its own", THD_SCHED_PRIO, 2, a, b, 0, 0, 0x0606);
    tap_check(running() == first, "and stays in front of one that comes to its level");
    ACCEPTED("priorities: the same thread four times", THD_SCHED_PRIO, 4, b, b, b, b, 0x05040302);
    tap_check(second->priority == 5, "has the last");
}

/* ---- Switching ---- */

static void switching(void)
{
    word_t a = world_ready_thread(1, 5, BUDGET_INFINITE), b, c, low, weak, idle;

    (void)CALL(THD_SCHED_PRIO, 1, a, 0, 0, 0, 0);
    b = world_ready_thread(2, 0, BUDGET_INFINITE);
    c = world_ready_thread(3, 0, 500);
    (void)CALL(THD_SCHED_PRIO, 3, a, b, c, 0, 0x050505);
    low = world_ready_thread(4, 1, BUDGET_INFINITE);
    idle = world_thread(BOOT_PROCESS, 5, 0);
    weak = world_leaf(b, RIGHTS_THREAD_ALL & ~(word_t)RIGHT_THREAD_SWITCH);
    tap_check(running() == world_thread_of(a), "three threads are at one level");
    REFUSED(STATUS_TYPE, "switch: not a thread", THD_SWT, BOOT_PROCESS, 0);
    REFUSED(STATUS_RIGHTS, "switch: the right is missing", THD_SWT, weak, 0);
    REFUSED(STATUS_STATE, "switch: a thread that is not bound", THD_SWT, idle, 0);
    REFUSED(STATUS_PRIORITY, "switch: a thread of another level", THD_SWT, low, 0);
    (void)CALL(THD_SWT, CAP_NULL, 0);
    tap_check(running() == world_thread_of(b) && world_thread_of(a)->context.result == STATUS_OK,
              "a yield goes to the next");
    (void)CALL(THD_SWT, a, 0);
    tap_check(running() == world_thread_of(a), "a switch to the thread that is named");
    (void)CALL(THD_SWT, a, 0);
    tap_check(running() == world_thread_of(a), "also to itself");
    (void)CALL(THD_SWT, CAP_NULL, 1);
    tap_check(running() == world_thread_of(b) && world_thread_of(a)->budget == BUDGET_INFINITE,
              "an infinite budget is not given up");
    (void)CALL(THD_SWT, c, 0);
    (void)CALL(THD_SWT, CAP_NULL, 1);
    tap_check(world_thread_of(c)->budget == 0 && world_thread_of(c)->state == THREAD_EXHAUSTED &&
                  running() != world_thread_of(c),
              "a full yield gives a finite one up");
    tap_check(init()->events == world_thread_of(c), "and its scheduler is told");
    (void)CALL(THD_SCHED_RCV, BOOT_THREAD);

    world_give(c, 300);
    (void)CALL(THD_SWT, c, 0);
    tap_check(running() == world_thread_of(c), "it has time again");
    (void)CALL(THD_SWT, b, 1);
    tap_check(running() == world_thread_of(b) && world_thread_of(c)->budget == 0,
              "a full yield to a thread that is named");
    world_give(c, 300);
    (void)CALL(THD_SWT, c, 0);
    (void)CALL(THD_SWT, c, 1);
    tap_check(running() != world_thread_of(c) && world_thread_of(c)->budget == 0,
              "a full yield to itself is one to another");
    (void)CALL(THD_SCHED_RCV, BOOT_THREAD);
    world_give(c, 100);
    (void)CALL(THD_SWT, c, 0);
    cpu()->arch.now += 100; /* its time is up in user code, and the timer not yet there */
    (void)CALL(THD_SWT, CAP_NULL, 1);
    tap_check(world_thread_of(c)->budget == 0 && running() != world_thread_of(c) &&
                  CALL(THD_SCHED_RCV, BOOT_THREAD) == (sword_t)(EVENT_EXHAUSTED | 3) &&
                  CALL(THD_SCHED_RCV, BOOT_THREAD) == STATUS_NO_EVENT,
              "a full yield without time is one event");
}

/* ---- Events ---- */

static void events(void)
{
    word_t slot = world_ready_thread(0x1234, 5, 100), unbound = world_thread(BOOT_PROCESS, 1, 0);
    word_t weak = world_leaf(BOOT_THREAD, RIGHT_THREAD_SWITCH);

    REFUSED(STATUS_RIGHTS, "events: the right is missing", THD_SCHED_RCV, weak);
    REFUSED(STATUS_STATE, "events: of a thread that is not bound", THD_SCHED_RCV, unbound);
    REFUSED(STATUS_NO_EVENT, "events: nothing is pending", THD_SCHED_RCV, BOOT_THREAD);
    host_fault(cpu(), (struct fault){.cause = 1});
    thread_set_budget(world_thread_of(slot), 0);
    tap_check(CALL(THD_SCHED_RCV, BOOT_THREAD) ==
                  (sword_t)(EVENT_FAULTED | EVENT_EXHAUSTED | 0x1234),
              "a fault and no time, in one event");
    REFUSED(STATUS_NO_EVENT, "events: that was all", THD_SCHED_RCV, BOOT_THREAD);
    ACCEPTED("the thread goes on", THD_EXEC_SET, slot, 0, 0, 0);
    world_give(slot, 100);
    tap_check(running() == world_thread_of(slot) && CALL(THD_SCHED_RCV, BOOT_THREAD) == 0x1234,
              "an event whose cause is gone says the id alone");
}

/* An event whose thread has had time, waits, and has lost it again: it is not exhausted, it waits.
 */
static void event_of_waiter(void)
{
    word_t slot = world_ready_thread(7, 5, 100), signal = world_signal();

    (void)CALL(THD_SWT, CAP_NULL, 1);
    world_give(slot, 100);
    (void)CALL(SIG_RCV, signal, SIGNAL_RECEIVE_SINGLE);
    (void)CALL(THD_TIME_XFER, BOOT_THREAD, slot, BUDGET_INFINITE);
    tap_check(world_thread_of(slot)->state == THREAD_BLOCKED &&
                  world_thread_of(slot)->budget == 0 && CALL(THD_SCHED_RCV, BOOT_THREAD) == 7,
              "an event of a thread that waits does not call it exhausted");
}

static void own_event(void)
{
    word_t slot = world_ready_thread(7, 5, 100);

    (void)CALL(THD_SWT, CAP_NULL, 1);
    world_give(slot, 100);
    tap_check(running() == world_thread_of(slot) && init()->events == running(),
              "a thread runs whose event is still pending");
    cpu()->arch.now += 100;
    tap_check(CALL(THD_SCHED_RCV, BOOT_THREAD) == STATUS_OK + (sword_t)(EVENT_EXHAUSTED | 7) ||
                  world_thread_of(slot)->context.result == (EVENT_EXHAUSTED | 7),
              "it is charged before it hears about itself");
}

static void fault_of_init(void)
{
    world_boot(1);
    host_fault(cpu(), (struct fault){.cause = 1});
}

/* ---- Against another CPU ---- */

static word_t contested;
static struct cpu *elsewhere;

static void prepare(void)
{
    world_boot(1);
    contested = world_thread(BOOT_PROCESS, 5, 0);
}

static sword_t bind(void)
{
    return CALL(THD_SCHED_BIND, contested, BOOT_THREAD, CAP_NULL, 1, 5, CAP_NULL, 0);
}

static void bind_elsewhere(void)
{
    (void)shared_cas(&world_thread_of(contested)->cpu, 0, (word_t)elsewhere);
}

static bool give_back(sword_t result)
{
    struct thread *thread = world_thread_of(contested);
    bool is_mine = thread_is_on(thread, cpu()), counts = init()->children == 2;

    if (!is_mine)
        shared_store(&thread->cpu, 0);
    return is_mine == (result == STATUS_OK) && counts == is_mine;
}

static void meetings(void)
{
    static struct cpu other;

    elsewhere = &other;
    world_sweep(&(struct world_sweep){
        .name = "a binding that meets another is a conflict, or too late",
        .prepare = prepare,
        .call = bind,
        .meddle = bind_elsewhere,
        .check = give_back,
        .other = STATUS_STATE,
    });
}

/* Every call that changes a thread refuses one of another CPU. */
static void other_cpus(void)
{
    word_t slot;

    if (CONFIG_CPUS_MAX == 1) {
        tap_skip("a thread of another CPU", "one CPU");
        return;
    }
    world_boot(2);
    slot = host_init_slot(1);
    world_cap(slot)->rights = RIGHTS_THREAD_ALL; /* a right is not what refuses here */
    REFUSED(STATUS_STATE, "elsewhere: free", THD_SCHED_FREE, slot);
    REFUSED(STATUS_STATE, "elsewhere: start", THD_EXEC_SET, slot, 1, 2, 3);
    REFUSED(STATUS_STATE, "elsewhere: priority", THD_SCHED_PRIO, 1, slot, 0, 0, 0, 1);
    REFUSED(STATUS_STATE, "elsewhere: time to it", THD_TIME_XFER, slot, host_init_slot(0), 1);
    REFUSED(STATUS_STATE, "elsewhere: time from it", THD_TIME_XFER, host_init_slot(0), slot, 1);
    REFUSED(STATUS_STATE, "elsewhere: switch", THD_SWT, slot, 0);
    REFUSED(STATUS_STATE, "elsewhere: events", THD_SCHED_RCV, slot);
    REFUSED(STATUS_STATE, "elsewhere: bind under it", THD_SCHED_BIND,
            world_thread(BOOT_PROCESS, 1, 0), slot, CAP_NULL, 1, 1, CAP_NULL, 0);
    if (CONFIG_KFUNC_DEBUG)
        REFUSED(STATUS_STATE, "elsewhere: debug", KFN, BOOT_KFUNC, RME_KFN_DEBUG_EXC_GET, 0, slot);
}

int main(void)
{
    static void (*const cases[])(void) = {
        creation, sizes,           deletion,        binding,         areas,      freeing,
        starting, starting_others, starting_floats, starting_guests, priorities, switching,
        events,   event_of_waiter, own_event,       other_cpus,
    };

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        world_boot(1);
        cases[i]();
        world_check("the invariants hold");
    }
    world_stops("the kernel stops when an init thread faults", fault_of_init);
    meetings();
    return tap_end();
}
