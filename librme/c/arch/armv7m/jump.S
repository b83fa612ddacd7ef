/* SPDX-License-Identifier: Unlicense
 *
 * setjmp(), longjmp() and exit(). Contract: <setjmp.h>, <stdlib.h>.
 */
    .syntax unified
    .thumb

/* r0: where. */
    .section .text.setjmp, "ax"
    .global setjmp
    .thumb_func
    .type   setjmp, %function
setjmp:
    mov     r2, sp
    stmia   r0!, {r4-r11}
    stmia   r0!, {r2, lr}
#ifdef __ARM_FP
    vstmia  r0, {d8-d15}
#endif
    movs    r0, #0
    bx      lr
    .size   setjmp, . - setjmp

/* r0: where, r1: what setjmp returns, which is never 0. */
    .section .text.longjmp, "ax"
    .global longjmp
    .thumb_func
    .type   longjmp, %function
longjmp:
    ldmia   r0!, {r4-r11}
    ldmia   r0!, {r2, lr}
#ifdef __ARM_FP
    vldmia  r0, {d8-d15}
#endif
    mov     sp, r2
    movs    r0, r1
    it      eq
    moveq   r0, #1
    bx      lr
    .size   longjmp, . - longjmp

/* As if the thread's function had returned r0. */
    .section .text.exit, "ax"
    .global exit
    .thumb_func
    .type   exit, %function
exit:
    b       rme_thread_end
    .size   exit, . - exit
