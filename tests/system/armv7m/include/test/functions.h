/* SPDX-License-Identifier: Unlicense
 *
 * What tests/system/functions.c has besides on an ARMv7-M: caches and monitors. Included where
 * call() and REFUSED are known.
 */
#pragma once

/* The page that holds the image is a region of its own. Registers of DEBUG_REG_MOD: how many there
 * are with the FPU's, the first of those, of a thread that has none, and the flags. */
enum { IMAGE_ORDER_MIN = 15, IMAGE_NUMBER_ORDER = 0 };
enum { REGISTERS = 26, REGISTERS_FPU = 10, REGISTER_READ_ONLY = 9 };

static bool has_caches(void)
{
    word_t cpuid = 0;

    (void)call_for_value(RME_KFN_PERF_CPU_FUNC, 0, 0, 0, 0, &cpuid);
    return CONFIG_KFUNC_CACHE && (cpuid >> 4 & 0xFFF) == 0xC27;
}

static void caches(void)
{
    bool has = has_caches();

    REFUSED(CACHE_MOD, UNSUPPORTED, call(RME_KFN_CACHE_MOD, 3, GET, 0, 0));
    REFUSED(CACHE_MOD, UNSUPPORTED, call(RME_KFN_CACHE_MOD, 0, NO_OPERATION, 0, 0));
    REFUSED(CACHE_MOD, UNSUPPORTED, call(RME_KFN_CACHE_MOD, 1, SET, 1, 0));
    REFUSED(CACHE_MAINT, UNSUPPORTED, call(RME_KFN_CACHE_MAINT, 2, 0, LAYOUT_USER_RAM, 0));
    REFUSED(CACHE_MAINT, UNSUPPORTED, call(RME_KFN_CACHE_MAINT, 0, 0, LAYOUT_USER_RAM, 0));
    REFUSED(CACHE_MAINT, UNSUPPORTED, call(RME_KFN_CACHE_MAINT, 1, 1, LAYOUT_USER_RAM, 0));
    if (has)
        tap_check(call(RME_KFN_CACHE_MOD, 0, GET, 0, 0) >= 0 &&
                      call(RME_KFN_CACHE_MAINT, 1, 2, LAYOUT_USER_RAM, 0) == STATUS_OK,
                  "a cache is looked at, a line cleaned");
    else
        tap_check(call(RME_KFN_CACHE_MOD, 0, GET, 0, 0) == STATUS_UNSUPPORTED,
                  "there are no caches, or no functions on them");
    REFUSED(PRFTH_MOD, UNSUPPORTED, call(RME_KFN_PRFTH_MOD, 1, GET, 0, 0));
    REFUSED(PRFTH_MOD, UNSUPPORTED, call(RME_KFN_PRFTH_MOD, 0, NO_OPERATION, 0, 0));
    tap_check((call(RME_KFN_PRFTH_MOD, 0, GET, 0, 0) >= 0) ==
                  (CONFIG_KFUNC_CACHE && BOARD_PREFETCH_REGISTER != 0),
              "prefetch is where the chip has it");
}

static void monitors(void)
{
    word_t value = 0;

    REFUSED(PERF_CPU_FUNC, UNSUPPORTED, call(RME_KFN_PERF_CPU_FUNC, 20, 0, 0, 0));
    REFUSED(PERF_CPU_FUNC, UNSUPPORTED, call(RME_KFN_PERF_CPU_FUNC, ~(word_t)0, 0, 0, 0));
    REFUSED(PERF_MON_MOD, UNSUPPORTED, call(RME_KFN_PERF_MON_MOD, 1, GET, 0, 0));
    REFUSED(PERF_MON_MOD, UNSUPPORTED, call(RME_KFN_PERF_MON_MOD, 0, NO_OPERATION, 0, 0));
    REFUSED(PERF_MON_MOD, UNSUPPORTED, call(RME_KFN_PERF_MON_MOD, 0, SET, 2, 0));
    REFUSED(PERF_CYCLE_MOD, UNSUPPORTED, call(RME_KFN_PERF_CYCLE_MOD, 1, GET, 0, 0));
    REFUSED(PERF_CYCLE_MOD, UNSUPPORTED, call(RME_KFN_PERF_CYCLE_MOD, 0, NO_OPERATION, 0, 0));
    if (CONFIG_KFUNC_MONITOR)
        tap_check(call_for_value(RME_KFN_PERF_CPU_FUNC, 0, 0, 0, 0, &value) == STATUS_OK &&
                      value >> 24 == 0x41 &&
                      call_for_value(RME_KFN_PERF_CYCLE_MOD, 0, GET, 0, 0, &value) == STATUS_OK,
                  "the CPU says who made it, the cycle counter is read");
    for (word_t i = 0; CONFIG_KFUNC_MONITOR && i < 20; i++)
        if (call_for_value(RME_KFN_PERF_CPU_FUNC, i, 0, 0, 0, &value) != STATUS_OK)
            tap_check(false, "every identification register can be read");
    if (CONFIG_KFUNC_MONITOR)
        tap_check(call_for_value(RME_KFN_PERF_CPU_FUNC, 16, 0, 0, 0, &value) == STATUS_OK &&
                      (value >> 8 & 0xFF) == 8 && (value & 0xFF) == 0,
                  "the MPU says how many regions it has");
}

static void machine_group(void)
{
    caches();
    monitors();
    REFUSED(IO_READ, UNSUPPORTED, call(RME_KFN_IO_READ, 0, 1, 0, 0));
    REFUSED(IO_WRITE, UNSUPPORTED, call(RME_KFN_IO_WRITE, 0, 1, 0, 0));
}
