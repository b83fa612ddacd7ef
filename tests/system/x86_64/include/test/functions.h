/* SPDX-License-Identifier: Unlicense
 *
 * What tests/system/functions.c has besides on an x86-64: the I/O space, and that there is none of
 * what user code does by itself here. Included where call() and REFUSED are known.
 */
#pragma once

/* The page that holds the image is one of 512. Registers of DEBUG_REG_MOD: how many there are,
 * those of the FPU, which are not among them, and the flags. */
enum { IMAGE_ORDER_MIN = 12, IMAGE_NUMBER_ORDER = 9 };
enum { REGISTERS = 12, REGISTERS_FPU = 13, REGISTER_READ_ONLY = 9 };

enum { PORT_LAST = 0xFFFF, PORT_SCRATCH = 0x3FF }; /* the scratch register of the 16550 */

/* A capability for eight ports that nothing answers at. */
static sword_t narrow_io(word_t function, word_t port, word_t bytes)
{
    static word_t slot;

    if (slot == 0) {
        slot = rme_alloc_slot();
        rme_assert(
            rme_captable_delegate(own, slot, own, BOOT_KFUNC,
                                  (word_t)RME_KFN_IO_READ << CAP_PAIR_SHIFT | RME_KFN_IO_WRITE,
                                  0x2000, 0x2007) == STATUS_OK);
    }
    return rme_kfunc_call(rme_kfunc(slot), function, port, bytes, 0, 0, 0);
}

static void port_bounds(void)
{
    REFUSED(IO_READ, BOUNDS, call(RME_KFN_IO_READ, PORT_LAST + 1, 1, 0, 0));
    REFUSED(IO_READ, BOUNDS, call(RME_KFN_IO_READ, PORT_LAST, 2, 0, 0));
    REFUSED(IO_READ, BOUNDS, call(RME_KFN_IO_READ, PORT_LAST - 2, 4, 0, 0));
    REFUSED(IO_READ, BOUNDS, call(RME_KFN_IO_READ, ~(word_t)0, 4, 0, 0));
    REFUSED(IO_READ, BOUNDS, narrow_io(RME_KFN_IO_READ, 0x1FFF, 1));
    REFUSED(IO_READ, BOUNDS, narrow_io(RME_KFN_IO_READ, 0x2007, 2));
    REFUSED(IO_READ, BOUNDS, narrow_io(RME_KFN_IO_READ, 0x2005, 4));
    REFUSED(IO_WRITE, BOUNDS, call(RME_KFN_IO_WRITE, PORT_LAST + 1, 1, 0, 0));
    REFUSED(IO_WRITE, BOUNDS, call(RME_KFN_IO_WRITE, PORT_LAST - 2, 4, 0, 0));
    REFUSED(IO_WRITE, BOUNDS, narrow_io(RME_KFN_IO_WRITE, 0x2007, 2));
    REFUSED(IO_WRITE, BOUNDS, narrow_io(RME_KFN_IO_WRITE, 0x2008, 1));
}

static void ports(void)
{
    word_t value = 0;

    for (word_t bytes = 0; bytes < 9; bytes++) {
        if (bytes == 1 || bytes == 2 || bytes == 4)
            continue;
        REFUSED(IO_READ, ARGUMENT, call(RME_KFN_IO_READ, PORT_SCRATCH, bytes, 0, 0));
        REFUSED(IO_WRITE, ARGUMENT, call(RME_KFN_IO_WRITE, PORT_SCRATCH, bytes, 0, 0));
    }
    port_bounds();
    for (word_t byte = 0x5A; byte <= 0xA5; byte += 0xA5 - 0x5A)
        tap_check(call(RME_KFN_IO_WRITE, PORT_SCRATCH, 1, byte, 0) == STATUS_OK &&
                      call_for_value(RME_KFN_IO_READ, PORT_SCRATCH, 1, 0, 0, &value) == STATUS_OK &&
                      value == byte,
                  "a port is written and read");
    tap_check(call_for_value(RME_KFN_IO_READ, PORT_SCRATCH - 1, 2, 0, 0, &value) == STATUS_OK &&
                  value >> 8 == 0xA5 && value <= 0xFFFF,
              "two of them at once");
}

static void no_ports(void)
{
    static const char *const cases[] = {"IO_READ ARGUMENT", "IO_READ BOUNDS", "IO_WRITE ARGUMENT",
                                        "IO_WRITE BOUNDS"};

    tap_check(call(RME_KFN_IO_READ, PORT_SCRATCH, 1, 0, 0) == STATUS_UNSUPPORTED,
              "this build reads no port");
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        tap_skip(cases[i], "this build has no functions on ports");
}

/* Caches are coherent and counters are read by instructions: there is nothing to call for. */
static void machine_group(void)
{
    if (CONFIG_KFUNC_PORT)
        ports();
    else
        no_ports();
    REFUSED(CACHE_MOD, UNSUPPORTED, call(RME_KFN_CACHE_MOD, 0, GET, 0, 0));
    REFUSED(CACHE_MAINT, UNSUPPORTED, call(RME_KFN_CACHE_MAINT, 1, 2, LAYOUT_USER_RAM, 0));
    REFUSED(PRFTH_MOD, UNSUPPORTED, call(RME_KFN_PRFTH_MOD, 0, GET, 0, 0));
    REFUSED(PERF_CPU_FUNC, UNSUPPORTED, call(RME_KFN_PERF_CPU_FUNC, 0, 0, 0, 0));
    REFUSED(PERF_MON_MOD, UNSUPPORTED, call(RME_KFN_PERF_MON_MOD, 0, GET, 0, 0));
    REFUSED(PERF_CYCLE_MOD, UNSUPPORTED, call(RME_KFN_PERF_CYCLE_MOD, 0, GET, 0, 0));
}
