/* SPDX-License-Identifier: Unlicense
 *
 * Interrupt lines: binding, delivery the hot way and the whole way, masks, edges and strays.
 */
#include "kernel/interrupt.h"

#include "tests/unit/support/world.h"

enum { LINE = 7 };

static struct capability *endpoint_of(word_t slot)
{
    return world_cap(slot)->object;
}

static word_t binding(void)
{
    return shared_load(&arch_irq_table()[LINE].endpoint);
}

static word_t references(word_t slot)
{
    return shared_load(&world_cap(slot)->link);
}

static void binding_lines(void)
{
    word_t slot = world_signal(), other = world_signal();
    struct capability *endpoint = endpoint_of(slot);

    tap_check(interrupt_bind(LINE, NULL, false) == STATUS_STATE,
              "a line that is not bound stays so");
    tap_check(interrupt_bind(LINE, endpoint, false) == STATUS_OK && binding() == (word_t)endpoint,
              "a line is bound to an endpoint");
    tap_check(references(slot) == 1, "which counts it");
    tap_check(interrupt_bind(LINE, endpoint_of(other), false) == STATUS_STATE &&
                  interrupt_bind(LINE, endpoint, true) == STATUS_STATE && references(slot) == 1 &&
                  references(other) == 0,
              "once only, also to the same");
    arch_irq_unmask(LINE);
    tap_check(interrupt_bind(LINE, NULL, false) == STATUS_OK && binding() == 0 &&
                  references(slot) == 0,
              "unbound, it is not counted");
    tap_check(!arch_irq_is_enabled(LINE), "and masked, because nobody serves it");
    tap_check(interrupt_bind(LINE, endpoint, true) == STATUS_OK &&
                  binding() == ((word_t)endpoint | IRQ_EDGE),
              "a line is bound as edge");
    tap_check(interrupt_bind(LINE, NULL, false) == STATUS_OK && references(slot) == 0,
              "and unbound");
}

static void level(void)
{
    word_t slot = world_signal();

    tap_check(interrupt_bind(LINE, endpoint_of(slot), false) == STATUS_OK, "a level line");
    host_interrupt(world_cpu(), LINE);
    tap_check(world_count_of(slot) == 0, "that is masked is not delivered");
    arch_irq_unmask(LINE);
    host_settle(world_cpu());
    tap_check(world_count_of(slot) == 1 && !arch_irq_is_enabled(LINE),
              "unmasked, it adds one signal and is masked until its driver has served it");
    host_interrupt(world_cpu(), LINE);
    tap_check(world_count_of(slot) == 1, "so that it does not come again");
    arch_irq_unmask(LINE);
    host_settle(world_cpu());
    tap_check(world_count_of(slot) == 2, "before that");
}

static void edge(void)
{
    word_t slot = world_signal();

    tap_check(interrupt_bind(LINE, endpoint_of(slot), true) == STATUS_OK, "an edge line");
    arch_irq_unmask(LINE);
    host_interrupt(world_cpu(), LINE);
    host_interrupt(world_cpu(), LINE);
    tap_check(world_count_of(slot) == 2 && arch_irq_is_enabled(LINE),
              "stays unmasked, and each edge is a signal");
}

static void stray(void)
{
    arch_irq_unmask(LINE);
    host_interrupt(world_cpu(), LINE);
    tap_check(!arch_irq_is_enabled(LINE) && world_cpu()->stray_interrupts == 1,
              "a line that nobody has bound is masked and counted");
}

/* The driver waits: it runs at once. */
static void driver(void)
{
    word_t slot = world_signal(), driver_slot, high;
    const struct thread *thread;

    tap_check(interrupt_bind(LINE, endpoint_of(slot), false) == STATUS_OK, "a line with a driver");
    driver_slot = world_ready_thread(1, 4, BUDGET_INFINITE);
    thread = world_thread_of(driver_slot);
    (void)CALL(SIG_RCV, slot, SIGNAL_RECEIVE_SINGLE);
    arch_irq_unmask(LINE);
    host_interrupt(world_cpu(), LINE);
    tap_check(world_cpu()->current == thread && thread->context.result == 1 &&
                  world_count_of(slot) == 0 && !arch_irq_is_enabled(LINE),
              "the driver runs at once, and the line is masked");
    (void)CALL(SIG_RCV, slot, SIGNAL_RECEIVE_SINGLE);
    shared_store(&endpoint_of(slot)->signal.count, 3); /* another CPU's line */
    arch_irq_unmask(LINE);
    host_interrupt(world_cpu(), LINE);
    tap_check(world_cpu()->current == thread && thread->context.result == 1 &&
                  world_count_of(slot) == 3,
              "signals that were there before stay");
    (void)CALL(SIG_RCV, slot, SIGNAL_POLL_ALL);

    high = world_ready_thread(2, 4, BUDGET_INFINITE);
    (void)CALL(SIG_RCV, slot, SIGNAL_RECEIVE_SINGLE);
    (void)CALL(THD_SCHED_PRIO, 1, high, 0, 0, 0, 9);
    arch_irq_unmask(LINE);
    host_interrupt(world_cpu(), LINE);
    tap_check(world_cpu()->current == world_thread_of(high) && thread->state == THREAD_READY &&
                  thread->context.result == 1 && !arch_irq_is_enabled(LINE),
              "a driver of lower priority is ready, and waits its turn");
}

/* ---- Against another CPU ---- */

static word_t contested, third;

static void prepare(void)
{
    world_boot(1);
    contested = world_signal();
    third = world_signal();
}

static sword_t bind(void)
{
    return interrupt_bind(LINE, endpoint_of(contested), false);
}

static void bind_elsewhere(void)
{
    if (binding() == 0) {
        cap_hold(endpoint_of(third));
        shared_store(&arch_irq_table()[LINE].endpoint, (word_t)endpoint_of(third));
    }
}

static void prepare_bound(void)
{
    prepare();
    if (bind() != STATUS_OK)
        tap_report(false, "a line is bound", "prepare_bound", __FILE__, __LINE__);
}

static sword_t unbind(void)
{
    return interrupt_bind(LINE, NULL, false);
}

static void rebind_elsewhere(void)
{
    if (binding() != (word_t)endpoint_of(contested))
        return;
    cap_drop(endpoint_of(contested));
    cap_hold(endpoint_of(third));
    shared_store(&arch_irq_table()[LINE].endpoint, (word_t)endpoint_of(third));
}

static void meetings(void)
{
    world_sweep(&(struct world_sweep){
        .name = "an unbinding that meets another binding is a conflict, or takes that; counts are "
                "right",
        .prepare = prepare_bound,
        .call = unbind,
        .meddle = rebind_elsewhere,
    });
    world_sweep(&(struct world_sweep){
        .name = "a binding that meets another is a conflict, or too late; counts are right",
        .prepare = prepare,
        .call = bind,
        .meddle = bind_elsewhere,
        .other = STATUS_STATE,
    });
}

int main(void)
{
    static void (*const cases[])(void) = {binding_lines, level, edge, stray, driver};

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        world_boot(1);
        cases[i]();
        world_check("the invariants hold");
    }
    meetings();
    return tap_end();
}
