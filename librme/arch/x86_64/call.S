/* SPDX-License-Identifier: Unlicense
 *
 * The start of the first process. Threads and ports need no code of their own to begin: the kernel
 * enters the function, with the parameter in rdi, on the stack that rme_stack_prepare has laid.
 */
#include "rme/arch/start.h"

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
    .quad   rme_image_magic
    .quad   rme_start
    .quad   rme_start_stack_top

/* The first process begins here, on each CPU: its number in rax, boot information in rdi, rsi, rdx,
 * r10, r8, r9, r12, and no stack (docs/boot.md). The others sleep until there is something for them
 * (rme/cpus.h). */
    .section .text.rme_start, "ax"
    .global rme_start
    .type   rme_start, @function
rme_start:
    test    %eax, %eax
    jne     rme_start_other
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

    .section .text.rme_start_other, "ax"
    .type   rme_start_other, @function
rme_start_other:
    mov     %eax, %ebx
    mov     %eax, %ebp
    shl     $4, %ebp
1:  xor     %eax, %eax
    xchg    %rax, rme_cpu_starts(%rbp)
    test    %rax, %rax
    jne     2f
    mov     $START_CALL_KFN, %eax
    mov     $START_SLOT_KFUNC, %edi
    mov     $START_IDLE_SLEEP, %esi
    xor     %edx, %edx
    xor     %r10d, %r10d
    xor     %r8d, %r8d
    xor     %r9d, %r9d
    xor     %r12d, %r12d
    syscall
    jmp     1b
2:  mov     rme_cpu_starts + 8(%rbp), %rsp
    mov     %ebx, %edi
    call    *%rax
    ud2
    .size   rme_start_other, . - rme_start_other
