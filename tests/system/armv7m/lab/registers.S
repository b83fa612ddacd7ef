/* SPDX-License-Identifier: Unlicense
 *
 * Contract: registers.h. The block of the caller's arguments stays on the stack, so that no register
 * is needed to come back.
 */
#include "board.h"

    .syntax unified
    .thumb
#if BOARD_HAS_FPU
    .fpu    fpv4-sp-d16
#endif

    .equ    LR, 13 * 4              /* in struct lab_registers */
    .equ    APSR, 14 * 4
    .equ    FPU, 15 * 4
    .equ    FILL_FPU, 1
    .equ    READ_FPU, 2
    .equ    DUMPED, 14 * 4          /* bytes of r0-r12 and lr on the stack */

/* r0 in, r1 out, r2 what of the FPU. */
.macro fill
    push    {r0-r2, r4-r11, lr}
#if BOARD_HAS_FPU
    tst     r2, #FILL_FPU
    beq     1f
    add     r3, r0, #FPU
    vldmia  r3!, {s0-s31}
    ldr     r3, [r3]
    vmsr    fpscr, r3
1:
#endif
    ldr     r3, [r0, #APSR]
#if BOARD_HAS_FPU                   /* and so the DSP extension, which has the GE flags */
    msr     apsr_nzcvqg, r3
#else
    msr     apsr_nzcvq, r3
#endif
    ldr     lr, [r0, #LR]
    ldm     r0, {r0-r12}
.endm

/* Registers on the stack and the FPU's to the block at r1; r2 what of the FPU. The stack is as before
 * the registers were pushed. */
.macro store
    mrs     r3, apsr
    str     r3, [r1, #APSR]
    mov     r3, r1
    pop     {r4-r10}
    stmia   r3!, {r4-r10}
    pop     {r4-r10}
    stmia   r3!, {r4-r10}
#if BOARD_HAS_FPU
    tst     r2, #READ_FPU
    beq     2f
    add     r3, r1, #FPU
    vstmia  r3!, {s0-s31}
    vmrs    r4, fpscr
    str     r4, [r3]
2:
#endif
.endm

.macro dump
    push    {r0-r12, lr}
    ldr     r1, [sp, #DUMPED + 4]
    ldr     r2, [sp, #DUMPED + 8]
    store
    pop     {r0-r2, r4-r11, pc}
.endm

.macro function name
    .section .text.\name, "ax"
    .global \name
    .thumb_func
    .type   \name, %function
\name:
.endm

    function lab_registers_call
    fill
    svc     #0
    dump

    function lab_registers_loop
    fill
3:  subs    r3, r3, #1
    bne     3b
    dump

    function lab_registers_fault
    fill
    udf     #0

    function lab_registers_hang
    fill
4:  b       4b

    function lab_invoke_keeping
    push    {r3-r11, lr}
    ldr     r4, =0x44444401
    add     r5, r4, #1
    add     r6, r4, #2
    add     r7, r4, #3
    add     r8, r4, #4
    add     r9, r4, #5
    add     r10, r4, #6
    mov     r11, sp
    bl      rme_invoke_word
    ldr     r1, =0x44444401
    eor     r2, r4, r1
    sub     r5, r5, #1
    sub     r6, r6, #2
    sub     r7, r7, #3
    sub     r8, r8, #4
    sub     r9, r9, #5
    sub     r10, r10, #6
    eor     r5, r5, r1
    eor     r6, r6, r1
    eor     r7, r7, r1
    eor     r8, r8, r1
    eor     r9, r9, r1
    eor     r10, r10, r1
    mov     r3, sp
    eor     r11, r11, r3
    orr     r2, r2, r5
    orr     r2, r2, r6
    orr     r2, r2, r7
    orr     r2, r2, r8
    orr     r2, r2, r9
    orr     r2, r2, r10
    orrs    r2, r2, r11
    it      ne
    movne   r0, #1              /* LAB_CHANGED */
    pop     {r3-r11, pc}
    .pool

    function lab_registers_entry
    push    {r0-r12, lr}
    ldr     r1, =lab_at_entry
    ldr     r2, =lab_entry_fpu
    ldr     r2, [r2]
    store
    ldr     r1, =lab_at_entry
    ldr     r0, [r1]
    ldr     r2, =lab_behind_entry
    ldr     r2, [r2]
    bx      r2
    .pool
