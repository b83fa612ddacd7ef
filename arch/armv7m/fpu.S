/* SPDX-License-Identifier: Unlicense
 *
 * The FPU, switched at once and never lazily. The hardware keeps s0-s15 and FPSCR in the frame of a
 * thread that has used it; s16-s31 are kept here. A thread without the attribute has no access at all.
 * Contract: arch/include/arch/context.h. Arm DDI 0403E, B1.5.7, B3.2.20.
 */
#include "board.h"

#if BOARD_HAS_FPU
    .syntax unified
    .thumb
    .fpu    fpv4-sp-d16

    .equ    CPACR, 0xE000ED88
    .equ    CPACR_FPU, 0xF << 20    /* full access to CP10 and CP11 */
    .equ    BASIC_FRAME, 1 << 4     /* of EXC_RETURN */
    .equ    EXC_RETURN_OFFSET, 36   /* in struct arch_context */

/* void arch_fpu_save(context, fpu) */
    .section .text.arch_fpu_save, "ax"
    .global arch_fpu_save
    .thumb_func
    .type   arch_fpu_save, %function
arch_fpu_save:
    cbz     r1, 1f
    vstmia  r1, {s16-s31}
1:  bx      lr
    .size   arch_fpu_save, . - arch_fpu_save

/* void arch_fpu_load(context, fpu): a thread whose frame holds no FPU registers finds zeros. */
    .section .text.arch_fpu_load, "ax"
    .global arch_fpu_load
    .thumb_func
    .type   arch_fpu_load, %function
arch_fpu_load:
    ldr     r2, =CPACR
    cbz     r1, no_access
    mov     r3, #CPACR_FPU
    str     r3, [r2]
    dsb
    isb
    vldmia  r1, {s16-s31}
    ldr     r2, [r0, #EXC_RETURN_OFFSET]
    tst     r2, #BASIC_FRAME
    it      eq
    bxeq    lr
    movs    r2, #0
    vmsr    fpscr, r2
    vmov    s0, r2
    vmov    s1, r2
    vmov.f32 s2, s0
    vmov.f32 s3, s0
    vmov.f32 s4, s0
    vmov.f32 s5, s0
    vmov.f32 s6, s0
    vmov.f32 s7, s0
    vmov.f32 s8, s0
    vmov.f32 s9, s0
    vmov.f32 s10, s0
    vmov.f32 s11, s0
    vmov.f32 s12, s0
    vmov.f32 s13, s0
    vmov.f32 s14, s0
    vmov.f32 s15, s0
    bx      lr
no_access:
    movs    r3, #0
    str     r3, [r2]
    dsb
    isb
    bx      lr
    .pool
    .size   arch_fpu_load, . - arch_fpu_load
#endif
