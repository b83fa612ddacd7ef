/* SPDX-License-Identifier: Unlicense
 *
 * H9: the owner of an invocation port. H6: the CPU of a thread.
 */
#include "kernel/invocation.h"
#include "kernel/thread.h"
#include "tests/concurrency/scenario.h"

enum { PIECE, PIECE0, PIECE1 };

static struct port *port(void)
{
    return slot_at(PORT)->object;
}

static struct thread *thread_at(word_t slot)
{
    return slot_at(slot)->object;
}

/* A port, and a thread on each of the CPUs 0 and 1 that can walk through it. */
static void prepare_port(void)
{
    make_process(PROCESS);
    make_port(PORT, PIECE);
    make_thread(THREAD, PIECE0);
    make_thread(THREAD1, PIECE1);
    bind(0, THREAD, 1);
    bind(1, THREAD1, 1);
    age();
}

static void activate(struct cpu *cpu)
{
    struct thread *self = cpu->current;
    sword_t result = CALL(cpu, INV_ACT, PORT, 7);

    got[cpu->id][0] = self->invocation != NULL ? STATUS_OK : result;
}

static void set(struct cpu *cpu, word_t word)
{
    got[cpu->id][0] = CALL(cpu, INV_SET, PORT, word, word, 0);
}

static void set_2(struct cpu *cpu)
{
    set(cpu, 0x2222);
}

static void set_3(struct cpu *cpu)
{
    set(cpu, 0x3333);
}

static bool is_busy(sword_t result)
{
    return result == STATUS_BUSY || result == STATUS_CONFLICT;
}

static void saw_results(void)
{
    for (unsigned i = 0; i < 2; i++)
        saw(got[i][0] == STATUS_OK ? 0 : got[i][0] == STATUS_BUSY ? 1 : 2);
}

/* ---- H9a: activate, activate ---- */

static const char *judge_two_activations(void)
{
    saw_results();
    if (got[0][0] == STATUS_OK && got[1][0] == STATUS_OK)
        return "two threads are inside one port";
    for (unsigned i = 0; i < 2; i++)
        if (got[i][0] != STATUS_OK && !is_busy(got[i][0]))
            return "another status";
    return NULL;
}

/* ---- H9b: activate, set ---- */

static const char *judge_activate_set(void)
{
    const struct arch_context *context = &thread_at(THREAD)->context;

    saw_results();
    if (got[0][0] != STATUS_OK)
        return NULL;
    if (context->entry != context->stack)
        return "entry and stack of two settings";
    return got[1][0] == STATUS_OK || context->entry == 0x1000 ? NULL : "a refused setting is used";
}

/* ---- H9c: set, set ---- */

static const char *judge_two_sets(void)
{
    word_t entry = port()->entry;

    saw_results();
    if (entry != port()->stack)
        return "entry and stack of two settings";
    return (entry == 0x2222 && got[0][0] == STATUS_OK) ||
                   (entry == 0x3333 && got[1][0] == STATUS_OK) || entry == 0x1000
               ? NULL
               : "a refused setting is there";
}

/* ---- H9d: activate or set, delete ---- */

static void activate_and_sleep(struct cpu *cpu)
{
    activate(cpu);
    quiesce_offline(cpu);
}

static void freeze_delete_port(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, CPT_FRZ, BOOT_CAPTABLE, PORT);
    for (unsigned i = 1; i < 6; i++) {
        tick(cpu);
        got[cpu->id][i] = CALL(cpu, INV_DEL, BOOT_CAPTABLE, PORT);
    }
}

static const char *judge_activate_delete(void)
{
    saw(got[0][0] == STATUS_OK ? 0 : 1);
    for (unsigned i = 1; i < 6; i++) {
        if (got[1][i] == STATUS_BUSY)
            saw(2);
        if (got[1][i] != STATUS_OK)
            continue;
        saw(3);
        if (got[0][0] == STATUS_OK)
            return "a port was deleted with a thread inside";
    }
    return NULL;
}

/* ---- H9d: deletion of an active port, create there ---- */

static void prepare_active(void)
{
    prepare_port();
    (void)CALL(arch_cpu(0), INV_ACT, PORT, 7);
    freeze(PORT);
}

static void delete_active(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, INV_DEL, BOOT_CAPTABLE, PORT);
}

static void create_there(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, SIG_CRT, BOOT_CAPTABLE, PORT);
}

static const char *judge_active(void)
{
    saw(got[0][0] == STATUS_BUSY ? 0 : 1);
    if (got[1][0] == STATUS_OK)
        return "the slot of a port that is active was empty";
    return got[0][0] != STATUS_BUSY || is_valid(PORT, CAP_INVOCATION) ? NULL : "the port is gone";
}

/* ---- H9e: return, activate ---- */

static void prepare_inside(void)
{
    prepare_port();
    thread_at(THREAD)->context.entry = 0x7000; /* where it is when it calls */
    (void)CALL(arch_cpu(0), INV_ACT, PORT, 7);
}

static void return_from(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, INV_RET, 9);
}

static const char *judge_return_activate(void)
{
    saw_results();
    if (thread_at(THREAD)->context.entry != 0x7000)
        return "a thread has returned to another's place";
    return got[1][0] == STATUS_OK || is_busy(got[1][0]) ? NULL : "another status";
}

/* ---- H9f: unwinding (a new start), activate ---- */

static void restart(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, THD_EXEC_SET, THREAD, 0x5000, 0x5000, 0);
}

static const char *judge_unwind_activate(void)
{
    saw(got[1][0] == STATUS_OK ? 0 : 1);
    return thread_at(THREAD)->invocation == NULL ? NULL : "the thread is still inside";
}

/* ---- H6a: bind, bind ---- */

static void prepare_unbound(void)
{
    make_thread(SLOT, PIECE);
    age();
}

static void bind_here(struct cpu *cpu)
{
    got[cpu->id][0] =
        CALL(cpu, THD_SCHED_BIND, SLOT, host_init_slot(cpu->id), CAP_NULL, 5, 0, CAP_NULL, 0);
}

static const char *judge_two_binds(void)
{
    for (unsigned i = 0; i < 2; i++) {
        saw(got[i][0] == STATUS_OK ? 0 : got[i][0] == STATUS_CONFLICT ? 1 : 2);
        if (got[i][0] == STATUS_OK && shared_load(&thread_at(SLOT)->cpu) != (word_t)arch_cpu(i))
            return "it is bound elsewhere";
    }
    return got[0][0] == STATUS_OK && got[1][0] == STATUS_OK ? "bound twice" : NULL;
}

/* ---- H6b: free, bind: given back behind the switch, registers and all ---- */

static void prepare_fpu_thread(void)
{
    MUST(arch_cpu(0), THD_CRT, BOOT_CAPTABLE, SLOT, BOOT_KMEM, memory_at(PIECE), BOOT_PROCESS, 8,
         THREAD_FPU);
    bind(1, SLOT, 1);
    host_cpus[1].fpu.registers[0] = 77; /* what it has in its registers */
}

static void free_itself(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, THD_SCHED_FREE, SLOT);
}

static void bind_and_start(struct cpu *cpu)
{
    for (unsigned i = 0; i < patience && got[cpu->id][0] != STATUS_OK; i++)
        bind_here(cpu);
    if (got[cpu->id][0] == STATUS_OK)
        got[cpu->id][1] = CALL(cpu, THD_EXEC_SET, SLOT, 0x6000, 0x6000, 5);
}

static const char *judge_free_bind(void)
{
    saw(got[0][0] == STATUS_OK ? 0 : 1);
    if (got[0][0] != STATUS_OK)
        return NULL;
    if (thread_fpu(thread_at(SLOT))->registers[0] != 0)
        return "registers of an old life came behind the start of the new one";
    return thread_at(SLOT)->context.param == 5 ? NULL : "the start is lost";
}

/* ---- H6c: bind, delete ---- */

static void bind_and_sleep(struct cpu *cpu)
{
    bind_here(cpu);
    quiesce_offline(cpu);
}

static void freeze_delete_thread(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, CPT_FRZ, BOOT_CAPTABLE, SLOT);
    for (unsigned i = 1; i < 6; i++) {
        tick(cpu);
        got[cpu->id][i] = CALL(cpu, THD_DEL, BOOT_CAPTABLE, SLOT);
    }
}

static const char *judge_bind_delete(void)
{
    saw(got[0][0] == STATUS_OK ? 0 : 1);
    for (unsigned i = 1; i < 6; i++) {
        if (got[1][i] == STATUS_STATE)
            saw(2);
        if (got[1][i] != STATUS_OK)
            continue;
        saw(3);
        if (got[0][0] == STATUS_OK)
            return "a bound thread was deleted";
    }
    return NULL;
}

/* ---- H6d: free, delete ---- */

static void prepare_freezing(void)
{
    make_thread(SLOT, PIECE);
    bind(1, SLOT, 1);
    age();
    MUST(arch_cpu(0), CPT_ADD, BOOT_CAPTABLE, LEAF, BOOT_CAPTABLE, SLOT, RIGHT_THREAD_SCHED_FREE, 0,
         0);
    age();
}

/* The leaf cannot go while the root is frozen with it: so the thread frees itself first, by its
 * root. */
static void free_and_sleep(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, THD_SCHED_FREE, LEAF);
    got[cpu->id][1] = CALL(cpu, CPT_FRZ, BOOT_CAPTABLE, LEAF);
    quiesce_offline(cpu);
}

static void remove_then_delete(struct cpu *cpu)
{
    for (unsigned i = 0; i < 5; i++) {
        tick(cpu);
        got[cpu->id][0] = CALL(cpu, CPT_REM, BOOT_CAPTABLE, LEAF);
        if (got[cpu->id][0] == STATUS_OK)
            break;
    }
    freeze_delete_thread(cpu);
}

static const char *judge_free_delete(void)
{
    bool deleted = false;

    for (unsigned i = 1; i < 6; i++)
        deleted |= got[0][i] == STATUS_OK;
    saw(deleted ? 0 : 1);
    return deleted == is_empty(SLOT) ? NULL : "the slot does not tell";
}

static const struct scenario scenarios[] = {
    SCENARIO("H9a activate, activate", 2, 3, 0x7, prepare_port, judge_two_activations, activate,
             activate),
    SCENARIO("H9b activate, set", 2, 3, 0x7, prepare_port, judge_activate_set, activate, set_2),
    SCENARIO("H9c set, set", 2, 3, 0x7, prepare_port, judge_two_sets, set_2, set_3),
    SCENARIO("H9d activate, delete", 2, 2, 0xF, prepare_port, judge_activate_delete,
             activate_and_sleep, freeze_delete_port),
    SCENARIO("H9d deletion while active, create", 2, 3, 0x1, prepare_active, judge_active,
             delete_active, create_there),
    SCENARIO("H9e return, activate", 2, 3, 0x3, prepare_inside, judge_return_activate, return_from,
             activate),
    SCENARIO("H9f unwind, activate", 2, 3, 0x3, prepare_inside, judge_unwind_activate, restart,
             activate),
    SCENARIO("H6a bind, bind", 2, 3, 0x7, prepare_unbound, judge_two_binds, bind_here, bind_here),
    SCENARIO("H6b free, bind", 2, 3, 0x3, prepare_fpu_thread, judge_free_bind, bind_and_start,
             free_itself),
    SCENARIO("H6c bind, delete", 2, 2, 0xF, prepare_unbound, judge_bind_delete, bind_and_sleep,
             freeze_delete_thread),
    SCENARIO("H6d free, delete", 2, 2, 0x3, prepare_freezing, judge_free_delete, remove_then_delete,
             free_and_sleep),
};

SCENARIO_MAIN(scenarios)
