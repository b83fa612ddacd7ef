/* SPDX-License-Identifier: Unlicense
 *
 * The system call, entries of threads and ports, and the start of the first process.
 */
    .syntax unified
    .thumb

/* void rme_call_block(word_t block[8]): the number and seven words; status and second result come back
 * in the first two. */
    .section .text.rme_call_block, "ax"
    .global rme_call_block
    .thumb_func
    .type   rme_call_block, %function
rme_call_block:
    push    {r0, r4-r11, lr}
    ldmia   r0, {r4-r11}
    svc     #0
    ldr     r0, [sp]
    stmia   r0, {r4, r5}
    pop     {r0, r4-r11, pc}
    .size   rme_call_block, . - rme_call_block

/* sword_t rme_invoke_word(port, param, *value): activation as a function; every callee-saved register of
 * the caller is restored from its own stack. */
    .section .text.rme_invoke_word, "ax"
    .global rme_invoke_word
    .thumb_func
    .type   rme_invoke_word, %function
rme_invoke_word:
    push    {r2, r4-r11, lr}
    movs    r4, #1              /* INV_ACT */
    mov     r5, r0
    mov     r6, r1
    svc     #0
    ldr     r2, [sp]
    str     r5, [r2]
    mov     r0, r4
    pop     {r2, r4-r11, pc}
    .size   rme_invoke_word, . - rme_invoke_word

/* Threads and ports begin here, by the frame that rme_stack_prepare has laid on their stack. The stack
 * pointer goes below the frame again, so that it stays whole for the next time. r4 entry, r5 parameter.
 * A port's entry ends in rme_invocation_return, a thread's does not return, or goes where the frame's lr
 * says. */
    .section .text.rme_begin, "ax"
    .global rme_begin
    .thumb_func
    .type   rme_begin, %function
rme_begin:
    sub     sp, #32
    mov     r0, r5
    bx      r4
    .size   rme_begin, . - rme_begin

/* A thread whose function has returned faults here, and tells with what (rme/stack.h). */
    .section .text.rme_thread_end, "ax"
    .global rme_thread_end
    .thumb_func
    .type   rme_thread_end, %function
rme_thread_end:
    mov     r5, r0
    ldr     r4, =0x21444E45
    udf     #0
    .pool
    .size   rme_thread_end, . - rme_thread_end

/* struct image_header (abi/boot.h), and the constant frame of the first thread. */
    .section .user.header, "ax"
    .global rme_image_header
rme_image_header:
    .word   0x31454D52
    .word   0
    .word   rme_start_frame
rme_start_frame:
    .word   0, 0, 0, 0, 0, 0
    .word   rme_start
    .word   0x01000000          /* xPSR: Thumb */

/* The first process begins here, in the page of the header, which is loaded: there is no stack yet on
 * which a fault could be taken. Boot information in r5 to r11. */
    .thumb_func
    .type   rme_start, %function
rme_start:
    ldr     r0, =rme_start_stack_top
    mov     sp, r0
    push    {r5-r11}
    sub     sp, #4
    add     r0, sp, #4
    bl      rme_start_c
    .pool
    .size   rme_start, . - rme_start
