/* SPDX-License-Identifier: Unlicense
 *
 * Every kind of fault of an ARMv7-M, for tests/system/faults.c: included where that has struct
 * kind.
 */
#pragma once

#include "test/map.h"

/* Fault status. Arm DDI 0403E, B3.2.15. */
enum {
    CAUSE_FETCH = 0x01,
    CAUSE_DATA = 0x82,  /* DACCVIOL, MMARVALID */
    CAUSE_BUS = 0x8200, /* PRECISERR, BFARVALID */
    CAUSE_BREAK = 0,    /* no fault status: the debug monitor */
    CAUSE_UNDEFINED = 1 << 16,
    CAUSE_STATE = 1 << 17,
    CAUSE_COPROCESSOR = 1 << 19,
    CAUSE_ALIGNMENT = 1 << 24,
    CAUSE_DIVISION = 1 << 25,
};

static void undefined(word_t unused)
{
    (void)unused;
    __asm__ volatile("udf #0");
}

static void undefined_wide(word_t unused)
{
    (void)unused;
    __asm__ volatile("udf.w #0");
}

static void division(word_t by)
{
    word_t result;

    __asm__ volatile("udiv %0, %1, %2" : "=r"(result) : "r"(by), "r"(by));
    lab_park();
}

static void signed_division(word_t by)
{
    word_t result;

    __asm__ volatile("sdiv %0, %1, %2" : "=r"(result) : "r"(1), "r"(by));
    lab_park();
}

static void unaligned(word_t address)
{
    word_t low, high;

    __asm__ volatile("ldrd %0, %1, [%2]" : "=r"(low), "=r"(high) : "r"(address));
    lab_park();
}

static void unaligned_multiple(word_t address)
{
    __asm__ volatile("ldm %0, {r2, r3}" : : "r"(address) : "r2", "r3");
    lab_park();
}

static void state(word_t address)
{
    __asm__ volatile("bx %0" : : "r"(address & ~(word_t)3));
    lab_park();
}

static void coprocessor(word_t unused)
{
    (void)unused;
    __asm__ volatile("cdp p7, #0, c0, c0, c0, #0");
    lab_park();
}

static void fpu(word_t unused)
{
    (void)unused;
    __asm__ volatile(".short 0xEE00, 0x0A10"); /* vmov s0, r0 */
    lab_park();
}

static void breakpoint(word_t unused)
{
    (void)unused;
    __asm__ volatile("bkpt #0");
    lab_park();
}

static void semihosting(word_t unused)
{
    (void)unused;
    __asm__ volatile("movs r0, #0x18\n\tbkpt #0xAB" : : : "r0");
    lab_park();
}

static void jump(word_t address)
{
    ((void (*)(void))(address | 1))();
    lab_park();
}

/* An address of a device range in which the board has nothing, and which is granted. */
enum { NOTHING_THERE = 0x4FFF0000 };

static const struct kind kinds[] = {
    {"an undefined instruction", undefined, 0, CAUSE_UNDEFINED, 0},
    {"a wide undefined instruction", undefined_wide, 0, CAUSE_UNDEFINED, 0},
    {"a division by zero", division, 0, CAUSE_DIVISION, 0},
    {"a signed division by zero", signed_division, 0, CAUSE_DIVISION, 0},
    {"an unaligned double word", unaligned, LAYOUT_USER_RAM + 2, CAUSE_ALIGNMENT, 0},
    {"unaligned multiple words", unaligned_multiple, LAYOUT_USER_RAM + 1, CAUSE_ALIGNMENT, 0},
    {"another instruction set", state, LAYOUT_USER_IMAGE + 0x100, CAUSE_STATE, 0},
    {"a coprocessor", coprocessor, 0, CAUSE_COPROCESSOR, 0},
    {"the FPU without the attribute", fpu, 0, CAUSE_COPROCESSOR, 0},
    {"a breakpoint", breakpoint, 0, CAUSE_BREAK, 0},
    {"a call of a debugger", semihosting, 0, CAUSE_BREAK, 0},
    {"a load from the kernel", load, LAYOUT_KERNEL_RAM, CAUSE_DATA, LAYOUT_KERNEL_RAM},
    {"a store to the kernel", store, LAYOUT_KMEM, CAUSE_DATA, LAYOUT_KMEM},
    {"a byte of the kernel", load_byte, LAYOUT_KMEM + 3, CAUSE_DATA, LAYOUT_KMEM + 3},
    {"the kernel's text", load, LAYOUT_KERNEL_IMAGE + 64, CAUSE_DATA, LAYOUT_KERNEL_IMAGE + 64},
    {"a jump into the kernel", jump, LAYOUT_KERNEL_IMAGE + 64, CAUSE_FETCH,
     LAYOUT_KERNEL_IMAGE + 64},
    {"a store to a read-only page", store, LAYOUT_USER_IMAGE, CAUSE_DATA, LAYOUT_USER_IMAGE},
    {"a jump to data", jump, LAYOUT_USER_RAM, CAUSE_FETCH, LAYOUT_USER_RAM},
    {"a load from nowhere", load, 0x60000000, CAUSE_DATA, 0x60000000},
    {"a jump to nowhere", jump, 0x60000000, CAUSE_FETCH, 0x60000000},
    {"a jump to a device", jump, NOTHING_THERE, CAUSE_FETCH, NOTHING_THERE},
    {"a load from a granted address that has nothing", load, NOTHING_THERE, CAUSE_BUS,
     NOTHING_THERE},
    {"a store to a granted address that has nothing", store, NOTHING_THERE, CAUSE_BUS,
     NOTHING_THERE},
    {"a load from the private bus", load, 0xE000ED00, CAUSE_BUS, 0xE000ED00},
    {"a store to the private bus", store, 0xE000ED08, CAUSE_BUS, 0xE000ED08},
    {"a jump to the private bus", jump, 0xE000ED00, CAUSE_FETCH, 0xE000ED00},
    {"the last word of memory", load, 0xFFFFFFFC, CAUSE_DATA, 0xFFFFFFFC},
};

static bool is_cause(const struct kind *kind, word_t cause, word_t address)
{
    /* Where the chip has no FPU an instruction for it may also be undefined. */
    if (!BOARD_HAS_FPU && kind->deed == fpu && cause == CAUSE_UNDEFINED)
        return true;
    return cause == kind->cause && address == kind->address;
}

/* What nothing is at, which the deeds must reach. */
static void give_places(const struct lab_subject *to, unsigned place)
{
    const struct lab_map map = {NOTHING_THERE, 10, 0, 1, PAGE_READ | PAGE_WRITE | PAGE_STATIC};

    (void)lab_attach(to, place, &map);
}
