/* SPDX-License-Identifier: Unlicense
 *
 * Random calls, time and faults on one CPU: after each the invariants hold, and the hot halves of
 * the calls do what the whole calls do (the same sequence, all calls the whole way, gives the same
 * trace).
 *
 *   random_calls [SEED [CALLS [verbose]]]
 */
#include "arch/host/machine.h"
#include "arch/machine.h"
#include "kernel/operand_table.h"
#include "tests/host/invariants.h"
#include "tests/unit/tap.h"

#include <inttypes.h>
#include <stdlib.h>

/* xorshift64*: the same numbers everywhere. */
static uint64_t state;

static word_t random_below(word_t bound)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (word_t)((state * 0x2545F4914F6CDD1DULL) >> 33) % bound;
}

static bool one_in(word_t bound)
{
    return random_below(bound) == 0;
}

enum { SLOTS = 48 };

/* Ids: mostly slots of the caller's table, some of two levels, some nonsense. */
static word_t random_id(void)
{
    if (one_in(40))
        return (word_t)state;
    if (one_in(12))
        return CAP_NULL;
    if (one_in(6))
        return cap_id_in(random_below(SLOTS), random_below(16)).raw;
    return random_below(SLOTS);
}

static word_t random_address(void)
{
    return one_in(30) ? (word_t)state : random_below(HOST_KMEM_BYTES / 512) * 256;
}

static word_t random_small(void)
{
    static const word_t numbers[] = {0, 1, 2, 3, 4, 8, 16, 31, 255, 1000, 65535, 65536};

    return one_in(30) ? (word_t)state : numbers[random_below(sizeof(numbers) / sizeof(numbers[0]))];
}

static word_t random_time(void)
{
    static const word_t amounts[] = {0, 1, 10, 1000, 100000, BUDGET_INFINITE, BUDGET_INIT};

    return amounts[random_below(sizeof(amounts) / sizeof(amounts[0]))];
}

/* A slot of the boot table that holds such a capability in such a state; if there is none, any. */
static word_t slot_with(enum cap_type type, enum cap_state wanted)
{
    const struct capability *slots = (const struct capability *)(const void *)host_kmem;
    word_t start = random_below(CONFIG_BOOT_ENTRIES);

    for (word_t i = 0; i < CONFIG_BOOT_ENTRIES; i++) {
        word_t slot = (start + i) % CONFIG_BOOT_ENTRIES;
        word_t header = shared_load(&slots[slot].header);

        if (cap_state(header) == wanted && (type == CAP_NONE || cap_type(header) == type) &&
            (slot >= BOOT_SLOTS || wanted == CAP_VALID))
            return slot;
    }
    return random_below(SLOTS);
}

/* The operands of most calls are of the right type; tables are the boot table, which all processes
 * share, so that whoever runs can go on. */
static void right_operands(word_t number, word_t words[7])
{
    const struct operand *operand = call_operands(number);

    for (unsigned i = 0; i < call_operand_count(number); i++, operand++) {
        word_t slot = slot_with((enum cap_type)operand->type, CAP_VALID);

        if (operand->type == CAP_CAPTABLE)
            slot = BOOT_CAPTABLE;
        if (operand->type == CAP_KMEM)
            slot = BOOT_KMEM;
        words[operand->arg - 1] = one_in(8) ? cap_id_in(BOOT_CAPTABLE, slot).raw : slot;
    }
}

/* The slot that a call on a table is about. */
static word_t right_slot(word_t number)
{
    if (number == RME_SVC_CPT_DEL)
        return slot_with(CAP_CAPTABLE, CAP_FROZEN);
    if (number == RME_SVC_PGT_DEL)
        return slot_with(CAP_PAGETABLE, CAP_FROZEN);
    if (number == RME_SVC_PRC_DEL)
        return slot_with(CAP_PROCESS, CAP_FROZEN);
    if (number == RME_SVC_THD_DEL)
        return slot_with(CAP_THREAD, CAP_FROZEN);
    if (number == RME_SVC_SIG_DEL)
        return slot_with(CAP_SIGNAL, CAP_FROZEN);
    if (number == RME_SVC_INV_DEL)
        return slot_with(CAP_INVOCATION, CAP_FROZEN);
    if (number == RME_SVC_CPT_REM)
        return slot_with(CAP_NONE, CAP_FROZEN);
    if (number == RME_SVC_CPT_FRZ)
        return slot_with(CAP_NONE, CAP_VALID);
    return slot_with(CAP_NONE, CAP_EMPTY);
}

static void right_geometry(word_t words[7])
{
    words[5] = 8 + random_below(8);
    words[6] = random_below(4);
    words[4] = random_below(8) << (words[5] + words[6]);
    if (one_in(4)) { /* a list */
        words[4] = PAGETABLE_TOP;
        words[5] = WORD_BITS;
    }
}

static void right_delegation(word_t words[7])
{
    words[3] = slot_with(CAP_NONE, CAP_VALID);
    words[4] = one_in(2) ? 0xFFFF : random_below(1024);
    words[4] = one_in(3) ? (word_t)1 << random_below(10) : words[4];
    words[5] = random_below(4) * 32;
    words[6] = words[5] + random_below(8) * 32;
}

/* What a call needs to succeed, where it is not a matter of luck. */
static void right_words(word_t number, word_t words[7])
{
    right_operands(number, words);
    if ((number >= RME_SVC_CPT_CRT && number <= RME_SVC_PGT_DEL) || number == RME_SVC_PRC_CRT ||
        number == RME_SVC_PRC_DEL || number == RME_SVC_THD_CRT || number == RME_SVC_THD_DEL ||
        (number >= RME_SVC_SIG_CRT && number <= RME_SVC_INV_DEL))
        words[1] = right_slot(number);
    words[3] = number == RME_SVC_CPT_CRT || number == RME_SVC_PGT_CRT ||
                       number == RME_SVC_THD_CRT || number == RME_SVC_INV_CRT
                   ? random_address()
                   : words[3];
    if (number == RME_SVC_CPT_CRT)
        words[4] = 1 + random_below(16);
    if (number == RME_SVC_CPT_ADD)
        right_delegation(words);
    if (number == RME_SVC_PGT_CRT)
        right_geometry(words);
    if (number == RME_SVC_THD_CRT) {
        words[5] = random_below(8);
        words[6] = random_below(2);
    }
    if (number == RME_SVC_THD_SCHED_BIND) {
        words[2] = one_in(2) ? CAP_NULL : slot_with(CAP_SIGNAL, CAP_VALID);
        words[3] = words[0];
        words[4] = random_below(8);
        words[5] = CAP_NULL;
        words[6] = 0;
    }
    if (number == RME_SVC_THD_TIME_XFER)
        words[2] = random_time();
    if (number == RME_SVC_THD_SCHED_PRIO) {
        words[0] = 1 + random_below(3);
        for (unsigned i = 1; i < 5; i++)
            words[i] = slot_with(CAP_THREAD, CAP_VALID);
        words[5] = random_below(8) | random_below(8) << 8 | random_below(8) << 16;
    }
    if (number == RME_SVC_THD_SWT) {
        words[0] = one_in(2) ? CAP_NULL : slot_with(CAP_THREAD, CAP_VALID);
        words[1] = one_in(4);
    }
    if (number == RME_SVC_SIG_SND)
        words[1] = one_in(8) ? random_small() : random_below(4);
    if (number == RME_SVC_SIG_RCV)
        words[1] = random_below(4);
    if (number == RME_SVC_PGT_ADD || number == RME_SVC_PGT_CON || number == RME_SVC_PGT_DES)
        words[1] = random_below(8);
    if (number == RME_SVC_PGT_ADD) {
        words[2] = random_below(64);
        words[4] = 0;
    }
}

static void random_function(word_t words[7])
{
    static const word_t functions[] = {
        RME_KFN_FLUSH,      RME_KFN_FLUSH_DONE,     RME_KFN_PGT_ENTRY_MOD, RME_KFN_INT_LOCAL_MOD,
        RME_KFN_INT_BIND,   RME_KFN_INT_LOCAL_TRIG, RME_KFN_TIMER_SET,     RME_KFN_CPU_TICK,
        RME_KFN_IDLE_SLEEP, RME_KFN_DEBUG_REG_MOD,  RME_KFN_DEBUG_EXC_GET,
    };

    words[0] = one_in(4) ? random_id() : BOOT_KFUNC;
    words[1] = functions[random_below(sizeof(functions) / sizeof(functions[0]))];
    words[2] = random_below(4);
    words[3] = one_in(2) ? slot_with(CAP_SIGNAL, CAP_VALID) : random_small();
    if (words[1] == RME_KFN_TIMER_SET)
        words[3] = BOOT_TIMER_ENDPOINT;
}

static void random_words(word_t number, word_t words[7])
{
    for (unsigned i = 0; i < 7; i++)
        words[i] = one_in(3) ? random_small() : random_id();
    if (number < RME_CALL_COUNT && !one_in(10))
        right_words(number, words);
    if (number == RME_SVC_KFN)
        random_function(words);
    if (one_in(20))
        words[random_below(7)] = random_id();
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
    return (hash ^ word) * 0x100000001B3ULL;
}

static bool is_verbose;

/* One step; what it did goes into the hash. */
static uint64_t step(struct cpu *cpu, uint64_t hash)
{
    word_t words[7], number = one_in(200) ? (word_t)state : random_below(RME_CALL_COUNT);
    const struct thread *caller;
    sword_t result;

    if (one_in(20)) {
        host_advance(cpu, random_below(2000));
        return mix(hash, cpu->current->tid);
    }
    if (one_in(200) && cpu->current->budget != BUDGET_INIT) {
        host_fault(cpu, (struct fault){.cause = 1, .address = (word_t)state});
        return mix(hash, cpu->current->tid);
    }
    random_words(number, words);
    if (number == RME_SVC_KFN && words[1] == RME_KFN_SYS_REBOOT)
        return hash;
    caller = cpu->current;
    result = host_call(cpu, number, words);
    if (caller->state == THREAD_BLOCKED)
        result = 0; /* it has none yet */
    if (number == RME_SVC_KFN && words[1] <= RME_KFN_FLUSH_DONE && result > 0)
        result = 0; /* epochs go on from one boot to the next */
    if (is_verbose)
        printf("# call %zu (%zx %zx %zx %zx %zx %zx %zx) by %zu: %zd, then %zu\n", (size_t)number,
               (size_t)words[0], (size_t)words[1], (size_t)words[2], (size_t)words[3],
               (size_t)words[4], (size_t)words[5], (size_t)words[6], (size_t)caller->tid,
               (ssize_t)result, (size_t)cpu->current->tid);
    return mix(mix(hash, (uint64_t)(int64_t)result), cpu->current->tid);
}

static bool run(uint64_t seed, unsigned calls, bool is_hot, uint64_t *hash)
{
    struct cpu *cpu = arch_cpu(0);

    state = seed;
    *hash = 0;
    host_boot(1);
    host_is_hot = is_hot;
    for (unsigned i = 0; i < calls; i++) {
        const char *broken;

        *hash = step(cpu, *hash);
        broken = i % 8 == 0 ? invariants_broken() : NULL;
        if (broken != NULL) {
            printf("# seed %" PRIu64 ", step %u: %s\n", seed, i, broken);
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
    unsigned calls = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 0) : 3000;
    unsigned sequences = argc > 1 ? 1 : 12;

    is_verbose = argc > 3;
    for (unsigned i = 0; i < sequences; i++) {
        uint64_t hot, whole;
        bool holds = run(first + i, calls, true, &hot) && run(first + i, calls, false, &whole);

        tap_check(holds, "the invariants hold behind every call");
        tap_check(!holds || hot == whole, "the hot halves do what the whole calls do");
    }
    return tap_end();
}
