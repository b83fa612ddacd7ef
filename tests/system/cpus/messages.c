/* SPDX-License-Identifier: Unlicense
 *
 * What a device must write to raise a line names the CPU on which it is raised, by the id that this
 * CPU has itself.
 */
#include "board.h"
#include "rme/call.h"
#include "rme/cpus.h"
#include "rme/start.h"
#include "tests/system/tap.h"

enum { STACK_BYTES = 1024, LINE = BOARD_IOAPIC_LINES, NOT_YET = 0x100 };

static char stacks[CONFIG_CPUS_MAX][STACK_BYTES] __attribute__((aligned(16)));
static volatile word_t ids[CONFIG_CPUS_MAX];

/* The id of the local APIC as the CPU began: CPUID 1. */
static void say_id(word_t cpu)
{
    uint32_t a = 1, b, c = 0, d;

    __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    ids[cpu] = b >> 24;
}

static void other(word_t cpu)
{
    say_id(cpu);
    for (;;)
        (void)rme_kfunc_call(rme_kfunc(BOOT_KFUNC), RME_KFN_IDLE_SLEEP, 0, 0, 0, 0, 0);
}

static sword_t message_of(word_t cpu, word_t *message)
{
    return rme_call_value(RME_SVC_KFN, BOOT_KFUNC, RME_KFN_INT_MESSAGE, LINE, cpu, 0, 0, 0,
                          message);
}

int main(void)
{
    word_t message = 0, right = 0, first = 0;

    for (word_t cpu = 0; cpu < rme_boot.cpu_count; cpu++)
        ids[cpu] = NOT_YET;
    say_id(0);
    for (word_t cpu = 1; cpu < rme_boot.cpu_count; cpu++)
        rme_cpu_run(cpu, other, stacks[cpu], STACK_BYTES);
    (void)message_of(0, &first);
    for (word_t cpu = 0; cpu < rme_boot.cpu_count; cpu++) {
        while (ids[cpu] == NOT_YET)
            ;
        right += message_of(cpu, &message) == STATUS_OK && message >> 52 == 0xFEE &&
                 (message >> 44 & 0xFF) == ids[cpu] && (uint32_t)message == (uint32_t)first;
    }
    tap_check(right == rme_boot.cpu_count, "a message names the CPU that it is for");
    tap_check(message_of(rme_boot.cpu_count, &message) == STATUS_UNSUPPORTED,
              "there is none for a CPU that is not there");
    return tap_end();
}
