/* SPDX-License-Identifier: Unlicense
 *
 * The system call with a block, and the start of the first process. Threads and ports need no code
 * of their own to begin: the kernel enters the function, with the parameter in rdi, on the stack
 * that rme_stack_prepare has laid.
 */

/* void rme_call_block(word_t block[8]): the number and seven words; status and second result come back
 * in the first two. */
    .section .text.rme_call_block, "ax"
    .global rme_call_block
    .type   rme_call_block, @function
rme_call_block:
    push    %rdi
    push    %r12
    mov     %rdi, %r11
    mov     0(%r11), %rax
    mov     8(%r11), %rdi
    mov     16(%r11), %rsi
    mov     24(%r11), %rdx
    mov     32(%r11), %r10
    mov     40(%r11), %r8
    mov     48(%r11), %r9
    mov     56(%r11), %r12
    syscall
    pop     %r12
    pop     %rdi
    mov     %rax, 0(%rdi)
    mov     %rdx, 8(%rdi)
    ret
    .size   rme_call_block, . - rme_call_block

/* A thread whose function has returned faults here, and tells with what (rme/stack.h). */
    .section .text.rme_thread_end, "ax"
    .global rme_thread_end
    .type   rme_thread_end, @function
rme_thread_end:
    mov     %rax, %rbp
    mov     $0x21444E45, %ebx
    ud2
    .size   rme_thread_end, . - rme_thread_end

/* struct image_header (abi/boot.h). */
    .section .user.header, "ax"
    .global rme_image_header
rme_image_header:
    .quad   0x31454D52
    .quad   rme_start
    .quad   rme_start_stack_top

/* The first process begins here. Boot information in rdi, rsi, rdx, r10, r8, r9, r12. A boot module
 * gets no stack (docs/boot.md). */
    .section .text.rme_start, "ax"
    .global rme_start
    .type   rme_start, @function
rme_start:
    mov     $rme_start_stack_top, %rsp
    push    %r12
    push    %r9
    push    %r8
    push    %r10
    push    %rdx
    push    %rsi
    push    %rdi
    mov     %rsp, %rdi
    and     $-16, %rsp
    call    rme_start_c
    ud2
    .size   rme_start, . - rme_start
