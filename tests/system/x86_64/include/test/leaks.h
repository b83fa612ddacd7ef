/* SPDX-License-Identifier: Unlicense
 *
 * What tests/system/registers.c has besides on an x86-64: the bases of segments.
 * Included where victim and culprit are known.
 */
#pragma once

#include "rme/process.h"

enum { CAUSE_NO_FPU = 7 }; /* #NM. SDM volume 3, 6.15 */

static void use_fpu(word_t unused)
{
    (void)unused;
    __asm__ volatile("xorps %xmm0, %xmm0");
    lab_park();
}

static volatile word_t bases[2];

static void set_bases(word_t base)
{
    __asm__ volatile("wrfsbase %0\n\twrgsbase %1" : : "r"(base), "r"(base + 1));
    lab_park();
}

static void see_bases(word_t unused)
{
    word_t fs, gs;

    (void)unused;
    __asm__ volatile("rdfsbase %0\n\trdgsbase %1" : "=r"(fs), "=r"(gs));
    bases[0] = fs;
    bases[1] = gs;
    lab_park();
}

static bool has_bases(void)
{
    uint32_t a = 7, b, c = 0, d;

    __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    return (b & 1) != 0;
}

static void other_state(void)
{
    if (!has_bases()) {
        tap_skip("the bases of segments are a thread's own", "the processor has no FSGSBASE");
        return;
    }
    bases[0] = 1;
    (void)lab_run(&culprit, set_bases, 0x1234560000);
    tap_check(lab_run(&victim, see_bases, 0).how == LAB_PARKED && bases[0] == 0 && bases[1] == 0,
              "the bases of segments are a thread's own");
    (void)lab_run(&victim, set_bases, 0x6543210000);
    (void)lab_run(&culprit, see_bases, 0);
    tap_check(bases[0] == 0 && bases[1] == 0, "and one that begins anew has none");
}
