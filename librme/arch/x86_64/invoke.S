/* SPDX-License-Identifier: Unlicense
 *
 * Invocations. The kernel lets rbx, rbp and r12 to r15 cross, both ways (and the FPU of a thread that
 * has it); each stub says what it shows. All of them restore the caller's registers from the
 * caller's own stack, whatever the callee did to them. Contract: rme/invoke.h.
 */
#define INV_RET 0
#define INV_ACT 1

.macro keep
    push    %rbx
    push    %rbp
    push    %r12
    push    %r13
    push    %r14
    push    %r15
.endm

.macro restore
    pop     %r15
    pop     %r14
    pop     %r13
    pop     %r12
    pop     %rbp
    pop     %rbx
.endm

/* sword_t rme_invoke_word(port, param, *value): activation as a function. */
    .section .text.rme_invoke_word, "ax"
    .global rme_invoke_word
    .type   rme_invoke_word, @function
rme_invoke_word:
    keep
    push    %rdx
    mov     $INV_ACT, %eax
    syscall
    pop     %rcx
    mov     %rdx, (%rcx)
    restore
    ret
    .size   rme_invoke_word, . - rme_invoke_word

/* rdi port, rsi parameter; to rax status, rdx value. The callee is shown the parameter, and zeros. */
    .section .text.rme_invoke_hidden_stub, "ax"
    .global rme_invoke_hidden_stub
    .type   rme_invoke_hidden_stub, @function
rme_invoke_hidden_stub:
    keep
    xor     %ebx, %ebx
    xor     %ebp, %ebp
    xor     %r12d, %r12d
    xor     %r13d, %r13d
    xor     %r14d, %r14d
    xor     %r15d, %r15d
    mov     $INV_ACT, %eax
    syscall
    restore
    ret
    .size   rme_invoke_hidden_stub, . - rme_invoke_hidden_stub

/* rdi port, rsi message of six words; to rax status, rdx value. The first word is the parameter. */
    .section .text.rme_invoke_message_stub, "ax"
    .global rme_invoke_message_stub
    .type   rme_invoke_message_stub, @function
rme_invoke_message_stub:
    keep
    push    %rsi
    mov     0(%rsi), %rbx
    mov     8(%rsi), %rbp
    mov     16(%rsi), %r12
    mov     24(%rsi), %r13
    mov     32(%rsi), %r14
    mov     40(%rsi), %r15
    mov     %rbx, %rsi
    mov     $INV_ACT, %eax
    syscall
    pop     %rsi
    mov     %rbx, 0(%rsi)
    mov     %rbp, 8(%rsi)
    mov     %r12, 16(%rsi)
    mov     %r13, 24(%rsi)
    mov     %r14, 32(%rsi)
    mov     %r15, 40(%rsi)
    restore
    ret
    .size   rme_invoke_message_stub, . - rme_invoke_message_stub

/* A port that serves messages begins here, once for each activation: rdi parameter, rbx, rbp and r12
 * to r15 the message; the function lies at the stack pointer (rme_stack_prepare_server), and stays
 * there. The message lies on the stack while the function works on it, and is all that the caller is
 * shown besides the value. */
    .section .text.rme_serve, "ax"
    .global rme_serve
    .type   rme_serve, @function
rme_serve:
    mov     (%rsp), %rax
    push    %r15
    push    %r14
    push    %r13
    push    %r12
    push    %rbp
    push    %rbx
    mov     %rsp, %rsi
    call    *%rax
    mov     %rax, %rdi
    pop     %rbx
    pop     %rbp
    pop     %r12
    pop     %r13
    pop     %r14
    pop     %r15
    mov     $INV_RET, %eax
    syscall
    ud2                             /* a thread was begun here: it has nowhere to return to */
    .size   rme_serve, . - rme_serve
