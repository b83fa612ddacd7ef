/* SPDX-License-Identifier: Unlicense
 *
 * Invocations. The kernel lets r6 to r11 cross, both ways (and the FPU of a thread that has it);
 * each stub says what it shows. All of them restore the caller's registers from the caller's own
 * stack, whatever the callee did to them. Contract: rme/invoke.h.
 */
    .syntax unified
    .thumb

#define INV_RET 0
#define INV_ACT 1

/* r0 port, r1 parameter; to r0 status, r1 value. The callee is shown the parameter, and zeros. */
    .section .text.rme_invoke_hidden_stub, "ax"
    .global rme_invoke_hidden_stub
    .thumb_func
    .type   rme_invoke_hidden_stub, %function
rme_invoke_hidden_stub:
    push    {r4-r11, lr}
    movs    r7, #0
    mov     r8, r7
    mov     r9, r7
    mov     r10, r7
    mov     r11, r7
    mov     r5, r0
    mov     r6, r1
    movs    r4, #INV_ACT
    svc     #0
    mov     r0, r4
    mov     r1, r5
    pop     {r4-r11, pc}
    .size   rme_invoke_hidden_stub, . - rme_invoke_hidden_stub

/* r0 port, r1 message of six words; to r0 status, r1 value. The first word is the parameter. */
    .section .text.rme_invoke_message_stub, "ax"
    .global rme_invoke_message_stub
    .thumb_func
    .type   rme_invoke_message_stub, %function
rme_invoke_message_stub:
    push    {r1, r4-r11, lr}
    ldmia   r1, {r6-r11}
    mov     r5, r0
    movs    r4, #INV_ACT
    svc     #0
    ldr     r2, [sp]
    stmia   r2, {r6-r11}
    mov     r0, r4
    mov     r1, r5
    pop     {r2, r4-r11, pc}
    .size   rme_invoke_message_stub, . - rme_invoke_message_stub

/* A port that serves messages begins here (rme_stack_prepare_server), once for each activation: r4
 * the function, r5 parameter, r6 to r11 the message. The stack pointer goes below the constant frame
 * (rme/stack.h). The message lies on the stack while the function works on it, and is all that the
 * caller is shown besides the value. */
    .section .text.rme_serve, "ax"
    .global rme_serve
    .thumb_func
    .type   rme_serve, %function
rme_serve:
    sub     sp, #32
    push    {r6-r11}
    mov     r0, r5
    mov     r1, sp
    blx     r4
    mov     r5, r0
    pop     {r6-r11}
    movs    r4, #INV_RET
    svc     #0
    udf     #0                  /* a thread was begun here: it has nowhere to return to */
    .size   rme_serve, . - rme_serve
