/* SPDX-License-Identifier: Unlicense
 *
 * Kernel functions of this machine: caches (where the chip has any), flash prefetch, identification
 * registers, the cycle counter. Registers: Arm DDI 0403E, B2.2.7 (caches), B4 (identification),
 * C1.8 (DWT).
 */
#include "arch/machine.h"

#include "board.h"
#include "config.h"
#include "port/registers.h"

enum { GET, SET };

enum { PREFETCH_ENABLE = 1 << 8, CYCLE_COUNTER = 1 << 0 };

/* Get or set one bit of a register. */
static sword_t bit_mode(const struct args_kfn *args, volatile word_t *word, word_t bit)
{
    if (args->arg0 == GET)
        return (*word & bit) != 0;
    if (args->arg0 != SET || args->arg1 > 1)
        return STATUS_UNSUPPORTED;
    *word = args->arg1 != 0 ? *word | bit : *word & ~bit;
    return STATUS_OK;
}

/* ---- Caches ---- */

enum { HAS_CACHES = CONFIG_KFUNC_CACHE && BOARD_HAS_CACHES };
enum { INSTRUCTION, DATA, BRANCH, CLEAN = 0, INVALIDATE, CLEAN_INVALIDATE };

static void barrier(void)
{
    __asm__ volatile("dsb\n\tisb" ::: "memory");
}

/* Enabling the instruction cache or the predictor invalidates it. The data cache needs a walk over
 * its lines, whose time is no constant: the boot code of a system that wants it turns it on. */
static sword_t cache_mode(const struct args_kfn *args)
{
    static const uint32_t bits[] = {CCR_IC, CCR_DC, CCR_BP};
    bool is_set = args->arg0 == SET;

    if (args->object > BRANCH || (is_set && args->object == DATA))
        return STATUS_UNSUPPORTED;
    if (is_set && args->object == INSTRUCTION)
        *SCB_ICIALLU = 0;
    if (is_set && args->object == BRANCH)
        *SCB_BPIALL = 0;
    barrier();
    return bit_mode(args, SCB_CCR, bits[args->object]);
}

/* One line by address. Only what cannot lose another's data: no invalidation of dirty lines. */
static sword_t cache_line(const struct args_kfn *args)
{
    if (args->object == INSTRUCTION && args->arg0 == INVALIDATE)
        *SCB_ICIMVAU = args->arg1;
    else if (args->object == DATA && args->arg0 == CLEAN)
        *SCB_DCCMVAC = args->arg1;
    else if (args->object == DATA && args->arg0 == CLEAN_INVALIDATE)
        *SCB_DCCIMVAC = args->arg1;
    else
        return STATUS_UNSUPPORTED;
    barrier();
    return STATUS_OK;
}

static sword_t prefetch_mode(const struct args_kfn *args)
{
    if (BOARD_PREFETCH_REGISTER == 0 || args->object != 0)
        return STATUS_UNSUPPORTED;
    return bit_mode(args, scs_register(BOARD_PREFETCH_REGISTER), PREFETCH_ENABLE);
}

/* ---- Monitors ---- */

/* Identification registers by number: CPUID, then the processor, debug, auxiliary, memory model and
 * instruction set registers, cache type, MPU type, and the three of the FPU. */
static sword_t identification(const struct args_kfn *args, word_t *value)
{
    static const uint16_t registers[] = {
        0xD00, 0xD40, 0xD44, 0xD48, 0xD4C, 0xD50, 0xD54, 0xD58, 0xD5C, 0xD60,
        0xD64, 0xD68, 0xD6C, 0xD70, 0xD78, 0xD7C, 0xD90, 0xF40, 0xF44, 0xF48,
    };

    if (args->object >= sizeof(registers) / sizeof(registers[0]))
        return STATUS_UNSUPPORTED;
    *value = *scs_register(0xE000E000 + registers[args->object]);
    return STATUS_OK;
}

static sword_t cycles(const struct args_kfn *args, word_t *value)
{
    if (args->object != 0 || args->arg0 > SET)
        return STATUS_UNSUPPORTED;
    if (args->arg0 == SET)
        *DWT_CYCCNT = args->arg1;
    else
        *value = *DWT_CYCCNT;
    return STATUS_OK;
}

sword_t arch_kfunc(struct cpu *cpu, const struct args_kfn *args, const struct capability *cap,
                   word_t *value)
{
    (void)cpu;
    (void)cap;
    if (HAS_CACHES && args->function == RME_KFN_CACHE_MOD)
        return cache_mode(args);
    if (HAS_CACHES && args->function == RME_KFN_CACHE_MAINT)
        return cache_line(args);
    if (CONFIG_KFUNC_CACHE && args->function == RME_KFN_PRFTH_MOD)
        return prefetch_mode(args);
    if (CONFIG_KFUNC_MONITOR && args->function == RME_KFN_PERF_CPU_FUNC)
        return identification(args, value);
    if (CONFIG_KFUNC_MONITOR && args->function == RME_KFN_PERF_MON_MOD && args->object == 0)
        return bit_mode(args, DWT_CTRL, CYCLE_COUNTER);
    if (CONFIG_KFUNC_MONITOR && args->function == RME_KFN_PERF_CYCLE_MOD)
        return cycles(args, value);
    return STATUS_UNSUPPORTED;
}
