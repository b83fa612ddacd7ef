/* SPDX-License-Identifier: Unlicense
 *
 * What may stand in a register area on an x86-64: a part of tests/system/guests.c. Flags that raise
 * privilege or hold interrupts off, addresses that SYSRET and IRET fault on, an XSAVE area that
 * XRSTOR faults on: a kernel that loads one of them ends in a fault of its own.
 */
#pragma once

static volatile word_t flags_seen __attribute__((used));

/* Where a guest goes on to tell its flags. */
__attribute__((naked)) static void tell_flags(void)
{
    __asm__ volatile("pushf\n\tpop %rax\n\tmov %rax, flags_seen(%rip)\n\tcld\n\t"
                     "and $-16, %rsp\n\tcall lab_park");
}

static struct lab_end go_on(void)
{
    lab_refill(&guest);
    return lab_look(&guest);
}

static void flags(void)
{
    unsigned wrong = 0;

    for (unsigned bit = 0; bit < WORD_BITS; bit++) {
        word_t flag = (word_t)1 << bit;

        (void)lab_run(&guest, spin, 0);
        area[AREA_RIP] = (word_t)tell_flags;
        area[AREA_RFLAGS] = flag;
        wrong += go_on().how != LAB_PARKED || flags_seen != ((flag & FLAGS_USER) | FLAGS_CLEAN) ||
                 !others_go_on();
    }
    (void)lab_run(&guest, spin, 0);
    area[AREA_RIP] = (word_t)tell_flags;
    area[AREA_RFLAGS] = ~(word_t)0;
    wrong += go_on().how != LAB_PARKED || flags_seen != (FLAGS_USER | FLAGS_CLEAN);
    tap_check(wrong == 0, "of any flags those of a user, interrupts on");
}

static void places(void)
{
    static const word_t nowhere[] = {(word_t)1 << 47,   ((word_t)1 << 47) - 1, (word_t)1 << 63,
                                     ~(word_t)0,        0xFFFF7FFFFFFFFFFF,    LAYOUT_KMEM,
                                     LAYOUT_LOCAL_APIC, 0xFFFF800000000000,    0};
    unsigned wrong = 0;

    for (unsigned i = 0; i < sizeof(nowhere) / sizeof(nowhere[0]); i++) {
        (void)lab_run(&guest, spin, 0);
        area[AREA_RIP] = nowhere[i];
        wrong += go_on().how != LAB_FAULTED || !others_go_on();
        (void)lab_run(&guest, wait_full, 0x66);
        area[AREA_RIP] = nowhere[i];
        (void)rme_signal_send(go, 1);
        wrong += lab_look(&guest).how != LAB_FAULTED || !others_go_on();
        (void)lab_run(&guest, spin, 0);
        area[AREA_RIP] = (word_t)tell_flags;
        area[AREA_SP] = nowhere[i];
        wrong += go_on().how != LAB_FAULTED || !others_go_on();
    }
    tap_check(wrong == 0, "any address to go on at, and any stack");
}

static void fpu_areas(void)
{
    static const struct {
        unsigned word;
        word_t value;
    } hostile[] = {
        {AREA_MXCSR, 0xFFFFFFFF},  {AREA_MXCSR, ~(word_t)0},           {AREA_MXCSR, 0x10000},
        {AREA_STATES, ~(word_t)0}, {AREA_STATES, (word_t)1 << 63},     {AREA_STATES, 0xF8},
        {AREA_STATES, 0},          {AREA_COMPACTION, (word_t)1 << 63}, {AREA_COMPACTION, 7},
        {AREA_RESERVED, 1},        {AREA_RESERVED + 5, ~(word_t)0},
    };
    unsigned wrong = 0;

    if (!HAS_FPU) {
        tap_skip("an FPU's area of any contents", "this build has no FPU");
        return;
    }
    for (unsigned i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
        (void)lab_run(&guest, spin, 0);
        area[hostile[i].word] = hostile[i].value;
        area[AREA_SPUN] = 7;
        wrong += go_on().how != LAB_PARKED || !others_go_on();
        wrong += (area[AREA_MXCSR] & 0xFFFF0000) != 0; /* emulators load reserved bits */
    }
    for (unsigned i = 0; i < AREA_FPU_WORDS; i++) {
        (void)lab_run(&guest, spin, 0);
        area[AREA_FPU + i] = ~(word_t)0;
        area[AREA_SPUN] = 7;
        wrong += go_on().how != LAB_PARKED;
    }
    tap_check(wrong == 0, "an FPU's area of any contents");
}

static void return_values(void)
{
    flags();
    places();
    fpu_areas();
}

static void mutate(unsigned round)
{
    for (unsigned i = 0; i < GUEST_WORDS; i++)
        if ((i > AREA_RIP || round % 4 == 0) && random_word() % 4 == 0)
            area[i] = random_word();
    if (random_word() % 2 != 0)
        area[AREA_SP] = (word_t)guest.stack + random_word() % LAB_STACK_BYTES;
}

/* A thread of another process has the area mapped and changes it whenever the guest has yielded to
 * it; the guest needs nothing but where it is, and must go on. */
static volatile unsigned loops, mutations;

static void yield_for_ever(word_t unused)
{
    (void)unused;
    __asm__ volatile(
        "1:\tincl %0\n\tmov $9, %%eax\n\tmov $0x80000000, %%edi\n\txor %%esi, %%esi\n\t"
        "syscall\n\tjmp 1b"
        : "+m"(loops)
        :
        : "memory");
}

static void mutate_and_yield(word_t rounds)
{
    for (mutations = 0; mutations < rounds; mutations++) {
        for (unsigned i = AREA_RFLAGS; i < GUEST_WORDS; i++)
            area[i] = random_word();
        (void)rme_thread_switch(rme_thread_null(), 0);
    }
    lab_park();
}
