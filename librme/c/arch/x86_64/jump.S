/* SPDX-License-Identifier: Unlicense
 *
 * setjmp(), longjmp() and exit(). Contract: <setjmp.h>, <stdlib.h>.
 */

/* rdi: where. */
    .section .text.setjmp, "ax"
    .global setjmp
    .type   setjmp, @function
setjmp:
    mov     (%rsp), %rax            /* where it returns to, and what is on the stack then */
    lea     8(%rsp), %rdx
    mov     %rbx, 0(%rdi)
    mov     %rbp, 8(%rdi)
    mov     %r12, 16(%rdi)
    mov     %r13, 24(%rdi)
    mov     %r14, 32(%rdi)
    mov     %r15, 40(%rdi)
    mov     %rdx, 48(%rdi)
    mov     %rax, 56(%rdi)
    xor     %eax, %eax
    ret
    .size   setjmp, . - setjmp

/* rdi: where, esi: what setjmp returns, which is never 0. */
    .section .text.longjmp, "ax"
    .global longjmp
    .type   longjmp, @function
longjmp:
    mov     %esi, %eax
    cmp     $1, %eax                /* a carry if it is 0 */
    adc     $0, %eax
    mov     0(%rdi), %rbx
    mov     8(%rdi), %rbp
    mov     16(%rdi), %r12
    mov     24(%rdi), %r13
    mov     32(%rdi), %r14
    mov     40(%rdi), %r15
    mov     48(%rdi), %rsp
    jmp     *56(%rdi)
    .size   longjmp, . - longjmp

/* As if the thread's function had returned edi. */
    .section .text.exit, "ax"
    .global exit
    .type   exit, @function
exit:
    mov     %edi, %eax
    jmp     rme_thread_end
    .size   exit, . - exit
