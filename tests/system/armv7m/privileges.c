/* SPDX-License-Identifier: Unlicense
 *
 * What is not for users: instructions that change the processor's state have no effect, special
 * registers read 0, and every register of the private peripheral bus is a fault that changes
 * nothing. Arm DDI 0403E: B5.2.1 (CPS), B5.2.2 (MRS), B5.2.3 (MSR), B3.1.1 (the bus).
 */
#include "board.h"
#include "layout.h"
#include "rme/assert.h"
#include "rme/start.h"
#include "tests/system/lab/lab.h"
#include "tests/system/tap.h"

enum { CAUSE_BUS = 0x8200 }; /* PRECISERR, BFARVALID. B3.2.15 */

static struct lab_subject subject, bystander;

static void load(word_t address)
{
    (void)*(volatile word_t *)address;
    lab_park();
}

static void do_nothing(word_t unused)
{
    (void)unused;
    lab_park();
}

/* ---- Instructions ---- */

/* What follows each of them: time must go on (the thread runs out of it, which takes an
 * interrupt), and the private bus must be closed. */
#define INSTRUCTION(name, text)                                                                    \
    static void name(word_t then)                                                                  \
    {                                                                                              \
        __asm__ volatile(text "\n\tisb" : : "r"(then == 2 ? 0xFFFFFFFF : 0) : "memory");           \
        if (then == 0)                                                                             \
            lab_park();                                                                            \
        if (then == 1)                                                                             \
            (void)*(volatile word_t *)0xE000ED00;                                                  \
        for (;;) {                                                                                 \
        }                                                                                          \
    }

INSTRUCTION(cps_id_i, "cpsid i")
INSTRUCTION(cps_id_f, "cpsid f")
INSTRUCTION(cps_id_if, "cpsid if")
INSTRUCTION(msr_primask, "msr primask, %0")
INSTRUCTION(msr_faultmask, "msr faultmask, %0")
INSTRUCTION(msr_basepri, "msr basepri, %0")
INSTRUCTION(msr_basepri_max, "msr basepri_max, %0")
INSTRUCTION(msr_control, "msr control, %0")
INSTRUCTION(msr_msp, "msr msp, %0")
INSTRUCTION(msr_psp, "msr psp, %0")
INSTRUCTION(msr_ipsr, "msr ipsr, %0")
INSTRUCTION(msr_epsr, "msr epsr, %0")
INSTRUCTION(msr_xpsr, "msr xpsr, %0")

static const struct {
    const char *name;
    void (*deed)(word_t);
} instructions[] = {
    {"cpsid i", cps_id_i},
    {"cpsid f", cps_id_f},
    {"cpsid if", cps_id_if},
    {"msr primask", msr_primask},
    {"msr faultmask", msr_faultmask},
    {"msr basepri", msr_basepri},
    {"msr basepri_max", msr_basepri_max},
    {"msr control", msr_control},
    {"msr msp", msr_msp},
    {"msr psp", msr_psp},
    {"msr ipsr", msr_ipsr},
    {"msr epsr", msr_epsr},
    {"msr xpsr", msr_xpsr},
};

static bool is_harmless(void (*deed)(word_t))
{
    struct lab_end end;

    if (lab_run(&subject, deed, 0).how != LAB_PARKED)
        return false;
    end = lab_run(&subject, deed, 1);
    if (end.how != LAB_FAULTED || (lab_has_debug() && end.cause != CAUSE_BUS))
        return false;
    return lab_run(&subject, deed, 2).how == LAB_HUNG &&
           lab_run(&subject, deed, 3).how == LAB_HUNG &&
           lab_run(&bystander, do_nothing, 0).how == LAB_PARKED;
}

static void state_changes(void)
{
    for (unsigned i = 0; i < sizeof(instructions) / sizeof(instructions[0]); i++) {
        rme_print("# %s\n", instructions[i].name);
        tap_check(is_harmless(instructions[i].deed), "it has no effect");
    }
}

/* ---- Special registers ---- */

static volatile word_t special[7];

static void read_special(word_t unused)
{
    word_t words[7];

    (void)unused;
    __asm__ volatile("mrs %0, msp" : "=r"(words[0]));
    __asm__ volatile("mrs %0, psp" : "=r"(words[1]));
    __asm__ volatile("mrs %0, ipsr" : "=r"(words[2]));
    __asm__ volatile("mrs %0, primask" : "=r"(words[3]));
    __asm__ volatile("mrs %0, faultmask" : "=r"(words[4]));
    __asm__ volatile("mrs %0, basepri" : "=r"(words[5]));
    __asm__ volatile("mrs %0, control" : "=r"(words[6]));
    for (unsigned i = 0; i < 7; i++)
        special[i] = words[i];
    lab_park();
}

static void special_registers(void)
{
    bool all_zero = true;

    (void)lab_run(&subject, read_special, 0);
    for (unsigned i = 0; i < 6; i++)
        all_zero = all_zero && special[i] == 0;
    tap_check(all_zero, "stack pointers, exception number and masks read 0");
    tap_check((special[6] & 3) == 3, "CONTROL says: unprivileged, process stack");
}

/* ---- The private peripheral bus ---- */

static void store_word(word_t address)
{
    *(volatile word_t *)address = 0xFFFFFFFF;
    lab_park();
}

static void store_zero(word_t address)
{
    *(volatile word_t *)address = 0;
    lab_park();
}

static void store_byte(word_t address)
{
    *(volatile uint8_t *)address = 0xFF;
    lab_park();
}

static void store_unprivileged(word_t address)
{
    __asm__ volatile("strt %0, [%1]" : : "r"(0), "r"(address) : "memory");
    lab_park();
}

/* The system control space: SysTick, interrupts, system control, MPU, debug, software trigger. */
static const uint16_t registers[] = {
    0x008, 0x010, 0x014, 0x018, 0x100, 0x104, 0x180, 0x200, 0x280, 0x300, 0x400, 0x408,
    0x47C, 0xD00, 0xD04, 0xD08, 0xD0C, 0xD10, 0xD14, 0xD18, 0xD1C, 0xD20, 0xD24, 0xD28,
    0xD2C, 0xD30, 0xD34, 0xD38, 0xD88, 0xD90, 0xD94, 0xD98, 0xD9C, 0xDA0, 0xDA4, 0xDA8,
    0xDF0, 0xDF4, 0xDF8, 0xDFC, 0xF00, 0xF34, 0xF38, 0xF3C, 0xF50, 0xF78,
};

static void private_bus(void)
{
    static void (*const deeds[])(word_t) = {load, store_word, store_zero, store_byte,
                                            store_unprivileged};
    unsigned wrong = 0;

    for (unsigned i = 0; i < sizeof(registers) / sizeof(registers[0]); i++)
        for (unsigned d = 0; d < sizeof(deeds) / sizeof(deeds[0]); d++) {
            word_t address = 0xE000E000 + registers[i];
            struct lab_end end = lab_run(&subject, deeds[d], address);

            if (end.how != LAB_FAULTED ||
                (lab_has_debug() && (end.cause != CAUSE_BUS || end.address != address))) {
                rme_print("# deed %u at %x: end %d, cause %x\n", d, address, end.how, end.cause);
                wrong++;
            }
        }
    tap_check(wrong == 0, "every register of the system control space: a fault");
}

/* What would have changed if one of those stores had come through. */
static void nothing_changed(void)
{
    tap_check(lab_run(&subject, load, LAYOUT_KERNEL_RAM).how == LAB_FAULTED, "the MPU is on");
    tap_check(lab_run(&subject, cps_id_i, 2).how == LAB_HUNG, "time goes on");
    tap_check(lab_run(&bystander, do_nothing, 0).how == LAB_PARKED, "and others run");
    if (!CONFIG_KFUNC_INTERRUPT) {
        tap_skip("no interrupt line is enabled", "this build has no INT_LOCAL_MOD");
        return;
    }
    for (word_t line = 0; line < BOARD_IRQ_LINES; line++)
        if (rme_kfunc_call(lab_functions, RME_KFN_INT_LOCAL_MOD, line, 0, 0, 0, 0) != 0) {
            tap_check(false, "no interrupt line is enabled");
            return;
        }
    tap_check(true, "no interrupt line is enabled");
}

/* ---- Calls as instructions: any immediate is the same call ---- */

static volatile word_t numbers;

static void any_immediate(word_t unused)
{
    register word_t r4 __asm__("r4") = 63;

    (void)unused;
    __asm__ volatile("svc 255" : "+r"(r4) : : "r5", "r6", "memory");
    numbers = r4;
    lab_park();
}

/* Hints and barriers are for everybody; none may stop the others. */
static void hints(word_t unused)
{
    (void)unused;
    __asm__ volatile("nop\n\tyield\n\tsev\n\twfe\n\tdsb\n\tisb\n\tdmb\n\tclrex");
    lab_park();
}

int main(void)
{
    if (CONFIG_RAW) {
        tap_skip("privileges", "raw address spaces: a subject needs page tables");
        return tap_end();
    }
    subject = lab_subject_make(0);
    bystander = lab_subject_make(0);
    subject.patience = rme_boot.clock_hz / 5000;
    state_changes();
    special_registers();
    private_bus();
    nothing_changed();
    tap_check(lab_run(&subject, any_immediate, 0).how == LAB_PARKED &&
                  numbers == (word_t)STATUS_UNKNOWN_CALL,
              "the immediate of SVC means nothing");
    tap_check(lab_run(&subject, hints, 0).how == LAB_PARKED, "hints and barriers");
    return tap_end();
}
