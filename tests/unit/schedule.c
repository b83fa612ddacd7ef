/* SPDX-License-Identifier: Unlicense
 *
 * The scheduler on threads that are only records: rings, the bit map, events, charging; and what a
 * switch does with the FPU and with guests.
 */
#include "kernel/schedule.h"

#include "tests/unit/support/world.h"

#include <string.h>

enum { THREADS = 5 };

static struct cpu cpu;
static struct thread threads[THREADS], parent;

static void reset(void)
{
    memset(&cpu, 0, sizeof(cpu));
    memset(threads, 0, sizeof(threads));
    memset(&parent, 0, sizeof(parent));
    for (unsigned i = 0; i < THREADS; i++) {
        threads[i].scheduler = &parent;
        threads[i].tid = i;
    }
}

/* The ring of a level is exactly these threads, both ways around. */
static bool ring_is(word_t level, const char *order)
{
    const struct thread *thread = cpu.ready[level];
    bool has_bit = (cpu.ready_bits[level / WORD_BITS] >> level % WORD_BITS & 1) != 0;

    if (*order == '\0')
        return thread == NULL && !has_bit;
    for (const char *digit = order; *digit != '\0'; digit++) {
        if (thread != &threads[*digit - '0'] || thread->next->previous != thread)
            return false;
        thread = thread->next;
    }
    return thread == cpu.ready[level] && has_bit;
}

static void rings(void)
{
    const word_t level = 3;

    reset();
    for (unsigned i = 0; i < THREADS; i++)
        threads[i].priority = (uint8_t)level;
    tap_check(ring_is(level, ""), "an empty level has no bit");
    schedule_enqueue(&cpu, &threads[0]);
    tap_check(ring_is(level, "0"), "one thread is a ring of its own");
    schedule_enqueue(&cpu, &threads[1]);
    schedule_enqueue(&cpu, &threads[2]);
    tap_check(ring_is(level, "012"), "others come in at the tail");
    schedule_move_first(&cpu, &threads[2]);
    tap_check(ring_is(level, "201"), "the last can be moved to the front");
    schedule_move_first(&cpu, &threads[0]);
    tap_check(ring_is(level, "021"), "and one from the middle");
    schedule_move_first(&cpu, &threads[0]);
    tap_check(ring_is(level, "021"), "the first stays first");
    schedule_dequeue(&cpu, &threads[0]);
    tap_check(ring_is(level, "21"), "the head can leave");
    schedule_dequeue(&cpu, &threads[1]);
    tap_check(ring_is(level, "2"), "and the tail");
    schedule_dequeue(&cpu, &threads[2]);
    tap_check(ring_is(level, ""), "and the last");
}

static void levels(void)
{
    bool highest = true, lower = true;

    for (word_t level = 0; level < CONFIG_PRIORITIES; level++) {
        reset();
        threads[0].priority = 0;
        threads[1].priority = (uint8_t)level;
        threads[2].priority = (uint8_t)(level / 2);
        schedule_enqueue(&cpu, &threads[0]);
        if (level != 0)
            schedule_enqueue(&cpu, &threads[1]);
        highest &= schedule_highest(&cpu) == &threads[level != 0 ? 1 : 0];
        if (level < 2)
            continue;
        schedule_enqueue(&cpu, &threads[2]);
        highest &= schedule_highest(&cpu) == &threads[1];
        schedule_dequeue(&cpu, &threads[1]);
        lower &= schedule_highest(&cpu) == &threads[2];
    }
    tap_check(highest, "the highest level is found, at every priority");
    tap_check(lower, "and the next below it when it has emptied");
    reset();
    threads[0].priority = CONFIG_PRIORITIES - 1;
    schedule_enqueue_first(&cpu, &threads[0]);
    tap_check(ring_is(CONFIG_PRIORITIES - 1, "0"), "a thread enters an empty level");
}

/* ---- Events ---- */

static bool events_are(const char *order)
{
    const struct thread *thread = parent.events;

    if (*order == '\0')
        return thread == NULL;
    for (const char *digit = order; *digit != '\0'; digit++) {
        if (thread != &threads[*digit - '0'] || thread->event_next->event_previous != thread)
            return false;
        thread = thread->event_next;
    }
    return thread == parent.events;
}

static void events(void)
{
    reset();
    schedule_event_withdraw(&threads[0]);
    tap_check(events_are(""), "withdrawing what is not there does nothing");
    schedule_event_queue(&threads[0]);
    tap_check(events_are("0"), "one event");
    schedule_event_queue(&threads[0]);
    tap_check(events_are("0"), "repeated events are one");
    schedule_event_queue(&threads[1]);
    schedule_event_queue(&threads[2]);
    schedule_event_queue(&threads[1]);
    tap_check(events_are("012"), "events stand in the order of their first occurrence");
    schedule_event_withdraw(&threads[1]);
    tap_check(events_are("02") && threads[1].event_next == NULL, "one from the middle");
    schedule_event_withdraw(&threads[0]);
    tap_check(events_are("2"), "the first");
    schedule_event_withdraw(&threads[2]);
    tap_check(events_are("") && threads[2].event_next == NULL, "the last");
    schedule_event_queue(&threads[2]);
    tap_check(events_are("2"), "and again");
}

/* ---- Time ---- */

static void charging(void)
{
    reset();
    thread_set_budget(&threads[0], 100);
    tap_check(threads[0].special == SPECIAL_FINITE, "a finite budget is special");
    tap_check(schedule_charge(&cpu, &threads[0], 99) && threads[0].budget == 1,
              "less than the budget is charged");
    cpu.arch.now = 50;
    cpu.arch.last = 50;
    tap_check(!schedule_charge(&cpu, &threads[0], 1) && threads[0].budget == 0,
              "the last count ends it");
    tap_check(arch_clock_elapsed(&cpu) == 0, "and nothing is left on the clock");
    thread_set_budget(&threads[0], 10);
    tap_check(!schedule_charge(&cpu, &threads[0], 25) && threads[0].budget == 0,
              "more than the budget ends it");
    tap_check(arch_clock_elapsed(&cpu) == 15, "what it overran stays on the clock");
    thread_set_budget(&threads[0], BUDGET_INFINITE - 1);
    tap_check(threads[0].special == SPECIAL_FINITE, "the largest finite budget is finite");
    thread_set_budget(&threads[0], BUDGET_INFINITE);
    tap_check(threads[0].special == 0, "an infinite one is not");
    thread_set_budget(&threads[0], BUDGET_INIT);
    tap_check(threads[0].special == 0 && thread_is_init(&threads[0]), "nor is that of init");

    threads[0].special = SPECIAL_FPU | SPECIAL_GUEST;
    thread_set_budget(&threads[0], 1);
    thread_set_budget(&threads[0], BUDGET_INFINITE);
    tap_check(threads[0].special == (SPECIAL_FPU | SPECIAL_GUEST),
              "the other reasons to be special stay");
    reset();
    schedule_enqueue(&cpu, &threads[0]);
    schedule_exhaust(&cpu, &threads[0]);
    tap_check(ring_is(0, "") && threads[0].state == THREAD_EXHAUSTED && events_are("0"),
              "a thread without time leaves its level and tells its scheduler");
}

static bool quickly(unsigned from, unsigned to)
{
    return schedule_switch_time(&cpu, &threads[from], threads[from].budget, threads[to].budget);
}

/* Two threads with finite budgets switch at a glance, if neither budget nor timer is due. */
static void quick_switch(void)
{
    reset();
    thread_set_budget(&threads[0], 100);
    thread_set_budget(&threads[1], 500);
    cpu.arch.deadline = 300;
    cpu.arch.now = 60;
    tap_check(quickly(0, 1) && threads[0].budget == 40 && cpu.arch.last == 60,
              "the one that leaves is charged up to now");
    cpu.arch.now = 60 + 500;
    cpu.arch.deadline = 1000;
    tap_check(!quickly(1, 0) && threads[1].budget == 500 && cpu.arch.last == 60,
              "a budget that is just used up is not for the quick way, and nothing has changed");
    cpu.arch.now = 70;
    tap_check(!quickly(1, 0) && threads[1].budget == 500,
              "nor is a timer that would fire too late for the one that comes");
    cpu.arch.deadline = 65;
    tap_check(!quickly(1, 0) && threads[1].budget == 500, "nor one that is due");
}

static void slow_switch(void)
{
    reset();
    thread_set_budget(&threads[0], 100);
    thread_set_budget(&threads[1], 50);
    schedule_enqueue(&cpu, &threads[0]);
    cpu.arch.deadline = 100000;
    cpu.arch.now = 30;
    schedule_switch_special(&cpu, &threads[0], &threads[1]);
    tap_check(threads[0].budget == 70 && threads[0].state == THREAD_READY && cpu.exhausted == NULL,
              "the one that leaves is charged");
    tap_check(cpu.arch.deadline == 30 + 50, "the timer fires when the one that comes has no time");
    cpu.arch.now = 200;
    cpu.arch.last = 30;
    schedule_switch_special(&cpu, &threads[0], &threads[2]);
    tap_check(threads[0].state == THREAD_EXHAUSTED && cpu.exhausted == &threads[0] &&
                  cpu.arch.timer_pending && ring_is(0, ""),
              "one that leaves without time is noted, and the timer pended");
    cpu.arch.timer_pending = false;
    cpu.exhausted = NULL;
    thread_set_budget(&threads[3], 5);
    threads[3].state = THREAD_BLOCKED;
    cpu.arch.now = 400;
    cpu.arch.last = 300;
    schedule_switch_special(&cpu, &threads[3], &threads[2]);
    tap_check(threads[3].budget == 0 && threads[3].state == THREAD_BLOCKED && cpu.exhausted == NULL,
              "one that waits is not exhausted before it wakes");
    thread_set_budget(&threads[4], 1000);
    cpu.arch.last = cpu.arch.now;
    cpu.arch.deadline = cpu.arch.last + 10;
    schedule_switch_special(&cpu, &threads[2], &threads[4]);
    tap_check(cpu.arch.deadline == cpu.arch.last + 10, "a timer that fires earlier is left alone");
}

/* ---- FPU and guests ---- */

static void floating(void)
{
    word_t slot[2], plain = 0;
    struct thread *user[2];

    if (!CONFIG_FPU) {
        tap_skip("FPU registers", "no FPU");
        return;
    }
    world_boot(1);
    for (unsigned i = 0; i < 2; i++) {
        slot[i] = world_thread(BOOT_PROCESS, 5, THREAD_FPU);
        user[i] = world_thread_of(slot[i]);
        tap_check(user[i]->special == (SPECIAL_FPU | SPECIAL_FINITE), "it has the attribute");
    }
    plain = world_thread(BOOT_PROCESS, 5, 0);
    thread_fpu(user[1])->registers[2] = 77;
    memset(&host_fpu, 0x11, sizeof(host_fpu));
    schedule_switch_special(world_cpu(), user[0], user[1]);
    tap_check(host_fpu.registers[2] == 77 && host_fpu.registers[0] == 0 && host_fpu_is_on,
              "whoever has the FPU finds its own values");
    memset(&host_fpu, 0x22, sizeof(host_fpu));
    schedule_switch_special(world_cpu(), user[1], world_thread_of(plain));
    tap_check(!host_fpu_is_on, "whoever has not cannot use it");
    tap_check(thread_fpu(user[1])->registers[0] == host_fpu.registers[0],
              "the values of the one that left are saved");
    schedule_switch_special(world_cpu(), world_thread_of(plain), user[0]);
    tap_check(host_fpu_is_on && host_fpu.registers[1] == thread_fpu(user[0])->registers[1] &&
                  host_fpu.registers[1] != thread_fpu(user[1])->registers[1],
              "and nobody else gets them");
    tap_check(thread_fpu(world_thread_of(plain)) == NULL, "a thread without it has no room for it");
}

static void guests(void)
{
    struct arch_guest *area = (struct arch_guest *)(void *)host_guests;
    struct thread *guest = &threads[0], *other = &threads[1];

    if (!CONFIG_GUESTS) {
        tap_skip("guests", "no guests");
        return;
    }
    reset();
    guest->is_guest = true;
    guest->special = SPECIAL_GUEST;
    guest->guest_area = area;
    *area = (struct arch_guest){.entry = 10, .stack = 20, .result = 30};
    guest->context.result = 99;
    schedule_switch_special(&cpu, other, guest);
    tap_check(guest->context.entry == 10 && guest->context.stack == 20 &&
                  guest->context.result == 30,
              "a guest begins with what is in its area");
    guest->context.entry = 11;
    schedule_switch_special(&cpu, guest, other);
    tap_check(area->entry == 11 && !guest->result_deferred, "and leaves its registers there");
    guest->state = THREAD_BLOCKED;
    schedule_switch_special(&cpu, guest, other);
    tap_check(guest->result_deferred, "a guest that waits gets its result later");
    guest->context.result = 5;
    area->result = 6;
    schedule_switch_special(&cpu, other, guest);
    tap_check(guest->context.result == 5 && area->result == 5 && !guest->result_deferred,
              "that result wins over what is in the area");
    area->result = 7;
    schedule_switch_special(&cpu, other, guest);
    tap_check(guest->context.result == 7, "once");
    guest->guest_area = NULL;
    area->entry = 12;
    schedule_switch_special(&cpu, guest, other);
    tap_check(area->entry == 12, "a guest that was never bound leaves nothing");
}

int main(void)
{
    world_boot(1);
    rings();
    levels();
    events();
    charging();
    quick_switch();
    slow_switch();
    floating();
    guests();
    return tap_end();
}
