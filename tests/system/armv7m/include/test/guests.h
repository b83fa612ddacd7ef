/* SPDX-License-Identifier: Unlicense
 *
 * Register areas of guests on an ARMv7-M, for tests/system/guests.c: included where that has its
 * guest. What the hardware's frame keeps is not in the area but on the guest's stack.
 */
#pragma once

#include "test/map.h"

enum {
    /* Words of an area: sp, r4 to r11, lr, then s16 to s31 of a guest with the FPU. */
    AREA_SP = 0,
    AREA_R4 = 1,
    AREA_RESULT = AREA_R4, /* of a call */
    AREA_SPUN = AREA_R4,   /* what spin() looks at */
    AREA_R7 = 4,
    AREA_LR = 9,
    AREA_S16 = 10,
    AREA_WORDS = 10,
    AREA_FPU_WORDS = 26,
    AREA_BYTES = AREA_WORDS * 4,
    AREA_FPU_BYTES = AREA_FPU_WORDS * 4,
    GUEST_OFFSET = 128, /* of the guest's area in the window */
    GUEST_WORDS = HAS_FPU ? AREA_FPU_WORDS : AREA_WORDS,
    WINDOW_WORDS = LAYOUT_GUEST_BYTES / 4,
    PART_LOW = 256, /* a narrowed window */
    PART_HIGH = 512,
};

static volatile word_t *const window = (volatile word_t *)LAYOUT_GUEST;

static bool is_area_safe(void)
{
    return area[AREA_LR] == 0xFFFFFFFD || area[AREA_LR] == 0xFFFFFFED;
}

static bool area_shows_registers(void)
{
    for (unsigned i = 7; i < 12; i++)
        if (area[AREA_R4 + i - 4] != in.r[i])
            return false;
    for (unsigned i = 0; HAS_FPU && i < 16; i++)
        if (area[AREA_S16 + i] != in.s[16 + i])
            return false;
    return is_area_safe() && area[AREA_SP] - (word_t)guest.stack < LAB_STACK_BYTES;
}

static void write_registers(void)
{
    for (unsigned i = 7; i < 12; i++)
        area[AREA_R4 + i - 4] = 0xB0B0 + i;
    for (unsigned i = 0; HAS_FPU && i < 16; i++)
        area[AREA_S16 + i] = 0xB1B1 + i;
}

static bool registers_are_written(void)
{
    for (unsigned i = 7; i < 12; i++)
        if (out.r[i] != 0xB0B0 + i)
            return false;
    for (unsigned i = 0; HAS_FPU && i < 16; i++)
        if (out.s[16 + i] != 0xB1B1 + i)
            return false;
    return true;
}

/* What the frame keeps is not in the area. */
static bool is_rest_kept(void)
{
    return lab_is_same(out.r, in.r, 4) && out.r[12] == in.r[12] && out.lr == in.lr &&
           out.apsr == in.apsr &&
           (!HAS_FPU || (lab_is_same(out.s, in.s, 16) && out.fpscr == in.fpscr));
}

static bool is_preserved_kept(void)
{
    return lab_is_same(&out.r[6], &in.r[6], 6) &&
           (!HAS_FPU || lab_is_same(&out.s[16], &in.s[16], 16));
}

static volatile word_t spun;

static void spin(word_t unused)
{
    (void)unused;
    __asm__ volatile("movs r4, #1\n1: cmp r4, #1\n\tbeq 1b\n\tmov r0, r4\n\tstr r0, [%0]"
                     :
                     : "r"(&spun)
                     : "r0", "r4", "memory", "cc");
    lab_park();
}

static void map_area(const struct lab_subject *subject, unsigned place)
{
    const struct lab_map map = {LAYOUT_GUEST, 10, 0, 1, PAGE_READ | PAGE_WRITE | PAGE_STATIC};

    (void)lab_attach(subject, place, &map);
}

static void unmap_area(const struct lab_subject *subject, unsigned place)
{
    lab_detach(subject, place);
}
