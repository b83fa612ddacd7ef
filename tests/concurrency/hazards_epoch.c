/* SPDX-License-Identifier: Unlicense
 *
 * H13: requests to other CPUs. H14: the binding of an interrupt line. H15: the epoch, and what each
 * CPU has seen of it; also where the epochs wrap (SEC-11).
 */
#include "kernel/flush.h"
#include "kernel/interrupt.h"
#include "kernel/invocation.h"
#include "kernel/thread.h"
#include "kernel/wake.h"
#include "tests/concurrency/scenario.h"
#include "tests/concurrency/tree.h"

enum { PIECE, PIECE1, LINE = 5 };

#define FUNCTION(cpu, name, ...) CALL((cpu), KFN, BOOT_KFUNC, RME_KFN_##name, __VA_ARGS__)

static void prepare_nothing(void) {}

/* ---- H13a: requests against requests and their delivery ---- */

static void ask_both(struct cpu *cpu)
{
    got[cpu->id][0] = FUNCTION(cpu, FLUSH, 0, 7);
    got[cpu->id][1] = FUNCTION(cpu, CPU_TICK, 1);
}

/* Two flushes, of which the second may not be one that somebody takes back. */
static void ask_twice(struct cpu *cpu)
{
    got[cpu->id][2] = FUNCTION(cpu, FLUSH, 0, 7);
    ask_both(cpu);
}

/* CPU 1 makes calls; requests come between them. */
static void work(struct cpu *cpu)
{
    for (unsigned i = 0; i < 2; i++)
        (void)CALL(cpu, THD_SWT, CAP_NULL, 0);
}

static const char *judge_requests(void)
{
    for (unsigned i = 0; i < arch_cpu_count(); i++)
        host_settle(arch_cpu(i));
    for (unsigned i = 0; i < 3; i += 2) {
        if (got[i][0] < 0 || got[i][1] != STATUS_OK)
            return "a request was refused";
        if (!flush_passed((word_t)got[i][0]))
            return "a request to flush is lost";
    }
    if (got[0][0] == got[2][0] || got[0][0] == got[2][2])
        return "two flushes are one";
    return shared_load(&arch_cpu(1)->requests) == 0 ? NULL : "a request is left";
}

/* ---- H13b: a request to tick against quiescence: a CPU that never ticks by itself ---- */

static void prepare_frozen(void)
{
    make_endpoint(ENDPOINT);
    age();
    MUST(arch_cpu(0), CPT_FRZ, BOOT_CAPTABLE, ENDPOINT);
    for (unsigned i = 0; i < QUIESCE_DISTANCE - 1; i++) {
        for (unsigned cpu = 0; cpu < 2; cpu++)
            tick(arch_cpu(cpu));
        (void)CALL(arch_cpu(0), SIG_DEL, BOOT_CAPTABLE, ENDPOINT);
    }
}

static void ask_and_delete(struct cpu *cpu)
{
    for (unsigned i = 0; i < 3; i++) {
        tick(cpu);
        (void)FUNCTION(cpu, CPU_TICK, 1);
        got[cpu->id][i] = CALL(cpu, SIG_DEL, BOOT_CAPTABLE, ENDPOINT);
    }
}

static const char *judge_ask(void)
{
    for (unsigned i = 0; i < 3; i++)
        saw(got[0][i] == STATUS_OK ? 0 : 1);
    return NULL;
}

static void work_long(struct cpu *cpu)
{
    for (unsigned i = 0; i < 5; i++)
        (void)CALL(cpu, THD_SWT, CAP_NULL, 0);
}

/* ---- H14a: bind, bind ---- */

static void prepare_endpoints(void)
{
    make_endpoint(ENDPOINT);
    make_endpoint(OTHER);
}

static void bind_line(struct cpu *cpu)
{
    got[cpu->id][0] = FUNCTION(cpu, INT_BIND, LINE, cpu->id == 0 ? ENDPOINT : OTHER, 1);
}

static word_t bound(void)
{
    return shared_load(&arch_irq_table()[LINE].endpoint) & ~(word_t)IRQ_EDGE;
}

static const char *judge_two_lines(void)
{
    for (unsigned i = 0; i < 2; i++)
        saw(got[i][0] == STATUS_OK ? 0 : got[i][0] == STATUS_CONFLICT ? 1 : 2);
    if (got[0][0] == STATUS_OK && got[1][0] == STATUS_OK)
        return "one line was bound twice";
    return count_at(ENDPOINT) == (bound() == (word_t)slot_at(ENDPOINT)) &&
                   count_at(OTHER) == (bound() == (word_t)slot_at(OTHER))
               ? NULL
               : "an endpoint does not count its lines";
}

/* ---- H14b: unbind, unbind ---- */

static void prepare_bound(void)
{
    prepare_endpoints();
    must(FUNCTION(arch_cpu(0), INT_BIND, LINE, ENDPOINT, 1), "INT_BIND");
    must(FUNCTION(arch_cpu(0), INT_LOCAL_MOD, LINE, 1, 1), "INT_LOCAL_MOD");
    age();
}

static void unbind_line(struct cpu *cpu)
{
    got[cpu->id][0] = FUNCTION(cpu, INT_BIND, LINE, CAP_NULL, 0);
}

static const char *judge_two_unbinds(void)
{
    for (unsigned i = 0; i < 2; i++)
        saw(got[i][0] == STATUS_OK ? 0 : got[i][0] == STATUS_CONFLICT ? 1 : 2);
    if (got[0][0] == STATUS_OK && got[1][0] == STATUS_OK)
        return "one line was unbound twice";
    return count_at(ENDPOINT) == (bound() != 0) ? NULL : "the endpoint does not count its lines";
}

/* ---- H14c: delivery, unbind and deletion of the endpoint ---- */

static void fire(struct cpu *cpu)
{
    host_interrupt(cpu, LINE);
    quiesce_offline(cpu);
}

/* The endpoint's slot gets another life, whose words a late delivery would change. */
static void unbind_delete_reuse(struct cpu *cpu)
{
    unbind_line(cpu);
    got[cpu->id][1] = CALL(cpu, CPT_FRZ, BOOT_CAPTABLE, ENDPOINT);
    for (unsigned i = 2; i < 6; i++) {
        tick(cpu);
        got[cpu->id][i] = CALL(cpu, SIG_DEL, BOOT_CAPTABLE, ENDPOINT);
    }
    got[cpu->id][6] = CALL(cpu, CPT_ADD, BOOT_CAPTABLE, ENDPOINT, BOOT_CAPTABLE, BOOT_KMEM,
                           RIGHT_KMEM_CAPTABLE, 0, 4096);
}

static const char *judge_delivery(void)
{
    const struct capability *slot = slot_at(ENDPOINT);

    saw(got[0][6] == STATUS_OK ? 0 : 1);
    if (got[0][6] != STATUS_OK)
        return NULL;
    return slot->kmem.begin == (word_t)host_kmem && slot->kmem.end == (word_t)host_kmem + 4095
               ? NULL
               : "a late delivery has changed another life of the slot";
}

/* ---- H14c: the line of an endpoint that was just made ---- */

static void prepare_enabled(void)
{
    prepare_endpoints();
    must(FUNCTION(arch_cpu(0), INT_LOCAL_MOD, LINE, 1, 1), "INT_LOCAL_MOD");
}

static void bind_masking(struct cpu *cpu)
{
    got[cpu->id][0] = FUNCTION(cpu, INT_BIND, LINE, ENDPOINT, 0);
}

static void fire_twice(struct cpu *cpu)
{
    host_interrupt(cpu, LINE);
    host_interrupt(cpu, LINE);
}

static const char *judge_bind_delivery(void)
{
    word_t count = shared_load(&slot_at(ENDPOINT)->signal.count);

    saw((unsigned)count);
    return count <= 2 ? NULL : "signals are made up";
}

/* ---- H14c: an endpoint that was frozen while it was bound: the line's use of it is its last ----
 */

/* Both found the other's word not yet there, and it is old now: the count is put back by hand. */
static void prepare_frozen_and_bound(void)
{
    prepare_bound();
    shared_store(&slot_at(ENDPOINT)->link, 0);
    freeze(ENDPOINT);
    shared_store(&slot_at(ENDPOINT)->link, 1);
}

static void fire_unbind(struct cpu *cpu)
{
    host_interrupt(cpu, LINE);
    unbind_line(cpu);
}

static void delete_create(struct cpu *cpu)
{
    got[cpu->id][1] = CALL(cpu, SIG_DEL, BOOT_CAPTABLE, ENDPOINT);
    got[cpu->id][2] = CALL(cpu, SIG_CRT, BOOT_CAPTABLE, ENDPOINT);
}

static const char *judge_in_flight(void)
{
    saw(got[0][1] == STATUS_OK ? 0 : got[0][1] == STATUS_REFERENCED ? 1 : 2);
    if (got[0][2] != STATUS_OK)
        return NULL;
    return shared_load(&slot_at(ENDPOINT)->signal.count) == 0
               ? NULL
               : "a late delivery has changed another life of the slot";
}

/* ---- H15a: advance against advance and tick: never past a CPU that has not seen the last ---- */

static void prepare_young(void)
{
    age();
    make_endpoint(ENDPOINT);
    make_endpoint(OTHER);
}

static void advance_tick(struct cpu *cpu)
{
    (void)CALL(cpu, CPT_FRZ, BOOT_CAPTABLE, cpu->id == 0 ? ENDPOINT : OTHER);
    tick(cpu);
    (void)CALL(cpu, CPT_FRZ, BOOT_CAPTABLE, cpu->id == 0 ? ENDPOINT : OTHER);
}

static void tick_twice(struct cpu *cpu)
{
    tick(cpu);
    tick(cpu);
}

static const char *judge_advance(void)
{
    word_t epoch = shared_load(&quiesce_epoch);

    for (unsigned i = 0; i < arch_cpu_count(); i++) {
        word_t behind = (epoch - shared_load(&arch_cpu(i)->seen)) & QUIESCE_STAMP_MASK;

        saw((unsigned)behind);
        if (behind > 1)
            return "the epoch has passed a CPU";
    }
    return NULL;
}

/* ---- H15b: advance and deletion against sleep and waking ---- */

static void prepare_port(void)
{
    make_process(PROCESS);
    make_port(SLOT, PIECE);
    age();
}

static void sleep_and_use(struct cpu *cpu)
{
    (void)FUNCTION(cpu, IDLE_SLEEP, 0);
    got[cpu->id][0] = CALL(cpu, INV_SET, SLOT, 0x1111, 0x2222, 1);
    quiesce_offline(cpu);
}

static void freeze_tick_delete(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, CPT_FRZ, BOOT_CAPTABLE, SLOT);
    for (unsigned i = 1; i < 5; i++) {
        tick(cpu);
        got[cpu->id][i] = CALL(cpu, INV_DEL, BOOT_CAPTABLE, SLOT);
    }
}

static const char *judge_use_delete(void)
{
    saw(got[0][0] == STATUS_OK ? 0 : 1);
    for (unsigned i = 1; i < 5; i++)
        saw(got[1][i] == STATUS_OK ? 2 : 3);
    return is_empty(SLOT) == is_marked(PIECE) ? "the memory does not follow the slot" : NULL;
}

/* ---- H15b: deletion against ticks, and against a CPU that wakes once ---- */

/* OTHER is frozen for nothing but that the epoch goes on. */
static void prepare_frozen_other(void)
{
    make_endpoint(OTHER);
    prepare_port();
    MUST(arch_cpu(0), CPT_FRZ, BOOT_CAPTABLE, OTHER);
}

static void move_on(struct cpu *cpu)
{
    (void)CALL(cpu, SIG_DEL, BOOT_CAPTABLE, OTHER);
}

static void prepare_asleep(void)
{
    prepare_port();
    quiesce_offline(arch_cpu(1));
}

static void wake_and_use(struct cpu *cpu)
{
    quiesce_online(cpu);
    got[cpu->id][0] = CALL(cpu, INV_SET, SLOT, 0x1111, 0x2222, 1);
    quiesce_offline(cpu);
}

static void use_and_tick(struct cpu *cpu)
{
    for (unsigned i = 0; i < 4; i++) {
        got[cpu->id][i] = CALL(cpu, INV_SET, SLOT, 0x1111, 0x2222, 1);
        tick(cpu);
        if (i == 0)
            move_on(cpu);
    }
    got[cpu->id][4] = CALL(cpu, INV_SET, SLOT, 0x1111, 0x2222, 1);
}

static const char *judge_delete_use(void)
{
    saw(got[0][0] == STATUS_OK ? 0 : 1);
    for (unsigned i = 1; i < 5; i++)
        saw(got[0][i] == STATUS_OK ? 2 : 3);
    return is_empty(SLOT) == is_marked(PIECE) ? "the memory does not follow the slot" : NULL;
}

/* ---- H15b: who moves the epoch on is not who deletes ---- */

/* CPU 2 sleeps until all is done. */
static void prepare_three(void)
{
    prepare_frozen_other();
    quiesce_offline(arch_cpu(2));
}

static void freeze_and_advance(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, CPT_FRZ, BOOT_CAPTABLE, SLOT);
    for (unsigned i = 0; i < 3; i++) {
        tick(cpu);
        move_on(cpu);
    }
}

static void use_and_sleep(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, INV_SET, SLOT, 0x1111, 0x2222, 1);
    quiesce_offline(cpu);
}

static void wake_and_delete(struct cpu *cpu)
{
    quiesce_online(cpu);
    got[cpu->id][0] = CALL(cpu, INV_DEL, BOOT_CAPTABLE, SLOT);
}

static const char *judge_three(void)
{
    saw(got[2][0] == STATUS_OK ? 0 : 1);
    return is_empty(SLOT) == is_marked(PIECE) ? "the memory does not follow the slot" : NULL;
}

/* ---- H15c: the same where the epoch wraps: H1f, begun some epochs before (SEC-11) ---- */

static void use(struct cpu *cpu)
{
    tick(cpu);
    got[cpu->id][0] = CALL(cpu, INV_SET, SLOT, 0x1111, 0x2222, 1);
    quiesce_offline(cpu);
}

/* ---- H15d: where the flush epoch wraps: a table that was never in another can go ---- */

static void prepare_table(void)
{
    make_child(TABLE, PIECE, 0);
    freeze(TABLE);
}

static void delete_table(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, PGT_DEL, BOOT_CAPTABLE, TABLE);
}

static const char *judge_table(void)
{
    return got[0][0] == STATUS_OK || got[0][0] == STATUS_CONFLICT
               ? NULL
               : "a table that nobody can have is not deleted";
}

static const struct scenario scenarios[] = {
    SCENARIO("H13a request, request or delivery", 3, 2, 0, prepare_nothing, judge_requests,
             ask_both, work, ask_twice),
    SCENARIO_WRAPS("H13b request to tick, quiescence", 2, 3, 0x3, prepare_frozen, judge_ask,
                   ask_and_delete, work_long),
    SCENARIO("H14a bind a line, bind it", 2, 3, 0x7, prepare_endpoints, judge_two_lines, bind_line,
             bind_line),
    SCENARIO("H14b unbind, unbind", 2, 3, 0x7, prepare_bound, judge_two_unbinds, unbind_line,
             unbind_line),
    SCENARIO("H14c bind, delivery", 2, 3, 0x5, prepare_enabled, judge_bind_delivery, bind_line,
             fire_twice),
    SCENARIO("H14c bind, delivery that masks", 2, 3, 0x3, prepare_enabled, judge_bind_delivery,
             bind_masking, fire_twice),
    SCENARIO("H14c delivery and unbind, delete", 2, 3, 0x3, prepare_frozen_and_bound,
             judge_in_flight, delete_create, fire_unbind),
    SCENARIO("H14c delivery, unbind and delete", 2, 2, 0x3, prepare_bound, judge_delivery,
             unbind_delete_reuse, fire),
    SCENARIO("H15a advance, advance or tick", 3, 2, 0x2, prepare_young, judge_advance, advance_tick,
             advance_tick, tick_twice),
    SCENARIO_WRAPS("H15b delete, wake", 2, 2, 0xF, prepare_port, judge_use_delete, sleep_and_use,
                   freeze_tick_delete),
    SCENARIO("H15b delete, tick", 2, 2, 0x9, prepare_frozen_other, judge_delete_use,
             freeze_tick_delete, use_and_tick),
    SCENARIO("H15b delete, a CPU that wakes", 2, 2, 0xD, prepare_asleep, judge_delete_use,
             freeze_tick_delete, wake_and_use),
    SCENARIO("H15b use, advance, delete", 3, 2, 0x3, prepare_three, judge_three, freeze_and_advance,
             use_and_sleep, wake_and_delete),
    SCENARIO_WRAPS("H15c look-up, delete where epochs wrap", 2, 2, 0xF, prepare_port,
                   judge_use_delete, use, freeze_tick_delete),
    SCENARIO_PAGETABLES("H15d PGT_DEL, where flush epochs wrap", 2, 1, 0, prepare_table,
                        judge_table, delete_table),
};

SCENARIO_MAIN(scenarios)
