/* SPDX-License-Identifier: Unlicense
 *
 * Which registers cross an invocation on an ARMv7-M, and a callee that clobbers them all, for
 * tests/system/invocations.c: included where that has its ports.
 */
#pragma once

/* What is the caller's own in any case: the frame. */
static bool frame_is_kept(void)
{
    return lab_is_same(out.r, in.r, 4) && out.r[12] == in.r[12] && out.lr == in.lr &&
           out.apsr == in.apsr &&
           (!HAS_FPU || (lab_is_same(out.s, in.s, 16) && out.fpscr == in.fpscr));
}

static void at_entry(void)
{
    const struct lab_registers *seen = &lab_at_entry;

    tap_check(seen->r[0] == 0x1234 && seen->r[5] == 0x1234, "the callee gets the parameter");
    tap_check(lab_is_same(&seen->r[6], &in.r[6], 6), "and r6 to r11 of the caller, the message");
    tap_check(lab_is_zero(&seen->r[1], 3) && seen->r[12] == 0 && seen->lr == 0 && seen->apsr == 0,
              "of the other registers and the flags nothing");
    if (HAS_FPU)
        tap_check(lab_is_same(&seen->s[16], &in.s[16], 16) && seen->fpscr == 0,
                  "the FPU crosses, its status does not");
}

static void ordinary_return(void)
{
    lab_entry_fpu = PART;
    lab_behind_entry = answer;
    set_port(0, lab_registers_entry, own_stack(0), true);
    tap_check(lab_run(&caller, call_port, PART).how == LAB_PARKED, "a call and its return");
    at_entry();
    tap_check(frame_is_kept(),
              "the caller's r0 to r3, r12, lr, flags, s0 to s15, FPSCR are its own");
    tap_check(out.r[4] == STATUS_OK && out.r[5] == 0x4321, "it gets status and value");
    tap_check(lab_is_same(&out.r[6], &back.r[6], 6), "and r6 to r11 of the callee");
    if (HAS_FPU)
        tap_check(lab_is_same(&out.s[16], &back.s[16], 16), "s16 to s31 cross");
}

static void forced_return(void)
{
    lab_behind_entry = answer_by_fault;
    tap_check(lab_run(&caller, call_port, PART).how == LAB_PARKED, "a call and a forced return");
    tap_check(frame_is_kept(), "the caller's frame is its own");
    tap_check(out.r[4] == (word_t)STATUS_FAULT && lab_is_zero(&out.r[5], 7),
              "it gets FAULT, and nothing in r5 to r11");
    if (!HAS_FPU) {
        tap_skip("FPU", "the chip or the build has none");
        return;
    }
    tap_check(lab_is_zero(&out.s[16], 16), "nothing of the callee in s16 to s31");
    tap_check(lab_run(&caller, call_port, LAB_READ_FPU).how == LAB_PARKED &&
                  lab_is_zero(out.s, 32) && out.fpscr == 0,
              "nothing in any of them where the caller had not used the FPU");
}

/* ---- Hostile callees ---- */

static word_t hostile_stack;

/* Everything clobbered, the stack pointer too, then INV_RET. */
static void clobber(word_t unused)
{
    (void)unused;
    __asm__ volatile("mov r0, %0\n\t"
                     "ldr r1, =0xDEADBEEF\n\t"
                     "mov r2, r1\n\t mov r3, r1\n\t mov r6, r1\n\t mov r7, r1\n\t mov r8, r1\n\t"
                     "mov r9, r1\n\t mov r10, r1\n\t mov r11, r1\n\t mov r12, r1\n\t mov lr, r1\n\t"
                     "mov sp, r0\n\t"
                     "movs r4, #0\n\t"
                     "movw r5, #0x5EED\n\t"
                     "svc 0"
                     :
                     : "r"(hostile_stack)
                     : "memory");
}

/* Nowhere, the kernel's, the end of memory: the hardware finds out when the callee calls. */
static const word_t stacks_that_are_none[] = {0, 0x20000400, 0xFFFFFFF8};
enum { STATUS_WITHOUT_STACK = STATUS_FAULT };
