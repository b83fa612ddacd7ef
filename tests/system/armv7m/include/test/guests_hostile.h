/* SPDX-License-Identifier: Unlicense
 *
 * What may stand in a register area on an ARMv7-M: a part of tests/system/guests.c.
 */
#pragma once

/* Values of lr that mean something to the hardware. */
static const word_t returns[] = {0,          0xFFFFFFF1, 0xFFFFFFF9, 0xFFFFFFFD, 0xFFFFFFE1,
                                 0xFFFFFFE9, 0xFFFFFFED, 0xFFFFFFFF, 0xFFFFFFF5, 0x08008001};
enum { RETURNS = sizeof(returns) / sizeof(returns[0]) };

static void mutate(unsigned round)
{
    for (unsigned i = 0; i < GUEST_WORDS; i++)
        if (random_word() % 4 == 0)
            area[i] = random_word();
    if (random_word() % 2 != 0)
        area[AREA_SP] = (word_t)guest.stack + random_word() % LAB_STACK_BYTES;
    area[AREA_LR] = returns[round % RETURNS];
}

/* Every return value with the frame that is there: the guest goes on, or stops alone. */
static void return_values(void)
{
    unsigned wrong = 0;

    for (unsigned i = 0; i < RETURNS; i++) {
        (void)lab_run(&guest, spin, 0);
        area[AREA_R4] = 7;
        area[AREA_LR] = returns[i];
        lab_refill(&guest);
        if (lab_look(&guest).how > LAB_FAULTED || !is_area_safe() || !others_go_on())
            wrong++;
    }
    tap_check(wrong == 0, "any value that means an exception return");
}

/* A thread of another process has the window mapped and changes the area whenever the guest has
 * yielded to it; the guest needs none of what changes, and must go on. */
static volatile unsigned loops, mutations;

static void yield_for_ever(word_t unused)
{
    (void)unused;
    __asm__ volatile("1: ldr r1, [%0]\n\tadds r1, #1\n\tstr r1, [%0]\n\t"
                     "movs r4, #9\n\tmovw r5, #0x8000\n\tmovs r6, #0\n\tsvc 0\n\tb 1b"
                     :
                     : "r"(&loops)
                     : "r1", "r4", "r5", "r6", "memory");
}

static void mutate_and_yield(word_t rounds)
{
    static const word_t basic[] = {0xFFFFFFF1, 0xFFFFFFF9, 0xFFFFFFFD, 0xFFFFFFFF, 0xFFFFFFF5};

    for (mutations = 0; mutations < rounds; mutations++) {
        for (unsigned i = AREA_R4; i < GUEST_WORDS; i++)
            area[i] = random_word();
        area[AREA_LR] = basic[random_word() % 5];
        (void)rme_thread_switch(rme_thread_null(), 0);
    }
    lab_park();
}
