/* SPDX-License-Identifier: Unlicense
 *
 * Defects that the reference model (tests/model) has found, one case each.
 */
#include "abi/call_list.h"
#include "arch/host/machine.h"
#include "arch/machine.h"
#include "tests/unit/tap.h"

/* Slots of the boot table, and kernel memory, that the cases use. */
enum { FIRST = 32, SECOND, THIRD, LEAF, MEMORY = 64 * 1024, THREAD_BYTES = 1024 };

static struct cpu *cpu;

static struct thread *thread_at(word_t slot)
{
    return ((const struct capability *)(const void *)host_kmem)[slot].object;
}

/* A thread of the first process, bound under the init thread, with time. */
static bool make_thread(word_t slot, word_t priority, word_t attributes, word_t time)
{
    word_t memory = MEMORY + (slot - FIRST) * THREAD_BYTES;

    return HOST_CALL(cpu, RME_SVC_THD_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, memory, BOOT_PROCESS, 3,
                     attributes) == STATUS_OK &&
           HOST_CALL(cpu, RME_SVC_THD_SCHED_BIND, slot, BOOT_THREAD, CAP_NULL, slot, priority,
                     CAP_NULL, 0) == STATUS_OK &&
           HOST_CALL(cpu, RME_SVC_THD_TIME_XFER, slot, BOOT_THREAD, time) == (sword_t)time;
}

static void priorities_keep_order(void)
{
    bool is_ready;

    host_boot(1);
    is_ready = make_thread(FIRST, 0, 0, 1000) && make_thread(SECOND, 0, 0, 1000);
    /* The first goes to level 1, the caller follows it there, the second comes last. */
    is_ready = is_ready && HOST_CALL(cpu, RME_SVC_THD_SCHED_PRIO, 3, FIRST, BOOT_THREAD, SECOND, 0,
                                     0x010101) == STATUS_OK;
    tap_check(is_ready && cpu->current == thread_at(BOOT_THREAD) &&
                  cpu->current->next == thread_at(FIRST) &&
                  thread_at(FIRST)->next == thread_at(SECOND),
              "THD_SCHED_PRIO leaves the caller first and the others in their order");
}

static void restart_clears_fpu(void)
{
    bool is_ready;

    host_boot(1);
    is_ready = CONFIG_FPU && make_thread(FIRST, 1, THREAD_FPU, 1000) && host_fpu_is_on;
    if (!CONFIG_FPU) {
        tap_skip("THD_EXEC_SET on oneself leaves nothing in the FPU", "no FPU");
        return;
    }
    host_fpu.registers[0] = 42;
    (void)HOST_CALL(cpu, RME_SVC_THD_EXEC_SET, FIRST, 0x1000, 0x2000, 0);
    tap_check(is_ready && host_fpu.registers[0] == 0,
              "THD_EXEC_SET on oneself leaves nothing in the FPU");
}

/* FIRST runs with infinite time, then frees itself; SECOND runs next with a finite budget. */
static void endless_time_is_nobodys(void)
{
    bool is_ready;

    host_boot(1);
    is_ready = HOST_CALL(cpu, RME_SVC_THD_SCHED_PRIO, 1, BOOT_THREAD, 0, 0, 0, 3) == STATUS_OK &&
               make_thread(SECOND, 1, 0, 5000) && make_thread(FIRST, 2, 0, BUDGET_INFINITE) &&
               HOST_CALL(cpu, RME_SVC_THD_SCHED_PRIO, 1, BOOT_THREAD, 0, 0, 0, 0) == STATUS_OK;
    host_advance(cpu, 3000);
    is_ready = is_ready && cpu->current == thread_at(FIRST);
    (void)HOST_CALL(cpu, RME_SVC_THD_SCHED_FREE, FIRST);
    host_advance(cpu, 1);
    tap_check(is_ready && cpu->current == thread_at(SECOND) &&
                  thread_at(SECOND)->budget - (cpu->arch.now - cpu->arch.last) == 4999,
              "what an endless thread has used is not charged to the next");
}

/* The budget ends at 1, the shortest interval of the timer is longer: the caller has overrun it. */
static void deadline_is_from_now(void)
{
    bool is_ready;

    host_boot(1);
    is_ready = make_thread(FIRST, 2, 0, 1);
    host_advance(cpu, 3);
    is_ready = is_ready && cpu->current == thread_at(FIRST) &&
               HOST_CALL(cpu, RME_SVC_KFN, BOOT_KFUNC, RME_KFN_TIMER_SET, 0, BOOT_TIMER_ENDPOINT,
                         1000) == STATUS_OK;
    tap_check(is_ready && cpu->deadline == cpu->arch.now + 1000,
              "TIMER_SET counts from now, whatever the caller has overrun");
}

static void pairs_are_16_bits(void)
{
    const word_t both = (word_t)RME_KFN_INT_LOCAL_TRIG << 16 | RME_KFN_INT_LOCAL_TRIG;

    host_boot(1);
    tap_check(HOST_CALL(cpu, RME_SVC_CPT_ADD, BOOT_CAPTABLE, LEAF, BOOT_CAPTABLE, BOOT_KFUNC, both,
                        3, 5) == STATUS_OK &&
                  HOST_CALL(cpu, RME_SVC_KFN, LEAF, RME_KFN_CACHE_MOD, 4) == STATUS_BOUNDS &&
                  HOST_CALL(cpu, RME_SVC_KFN, LEAF, RME_KFN_INT_LOCAL_MOD, 4) == STATUS_BOUNDS,
              "functions of a capability are first << 16 | last, whatever the word");
    tap_check(HOST_CALL(cpu, RME_SVC_KFN, LEAF, RME_KFN_INT_LOCAL_TRIG, 4) == STATUS_OK &&
                  HOST_CALL(cpu, RME_SVC_KFN, LEAF, RME_KFN_INT_LOCAL_TRIG, 6) == STATUS_BOUNDS &&
                  HOST_CALL(cpu, RME_SVC_KFN, BOOT_KFUNC, RME_KFN_INT_LOCAL_TRIG, 0x10004) ==
                      STATUS_UNSUPPORTED,
              "a pair is CPU << 16 | vector, whatever the word");
}

static void objects_are_looked_at(void)
{
    static const word_t functions[] = {RME_KFN_FLUSH,     RME_KFN_FLUSH_DONE, RME_KFN_PGT_ENTRY_MOD,
                                       RME_KFN_TIMER_SET, RME_KFN_IDLE_SLEEP, RME_KFN_SYS_REBOOT};
    bool is_refused = true;

    host_boot(1);
    for (unsigned i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
        is_refused = HOST_CALL(cpu, RME_SVC_KFN, BOOT_KFUNC, functions[i], 1,
                               BOOT_TIMER_ENDPOINT) == STATUS_UNSUPPORTED &&
                     is_refused;
    tap_check(is_refused, "a function whose first argument is 0 takes no other");
}

int main(void)
{
    cpu = arch_cpu(0);
    priorities_keep_order();
    restart_clears_fpu();
    endless_time_is_nobodys();
    deadline_is_from_now();
    pairs_are_16_bits();
    objects_are_looked_at();
    return tap_end();
}
