/* SPDX-License-Identifier: Unlicense
 *
 * Where every thread and every port of the program runs. All registers that a thread has found go to
 * trace_found, the next act comes from trace_acting, and between the two the program uses a stack of
 * its own, whatever the thread's stack pointer is. trace_is_inside tells when a thread is taken off
 * the processor in between, which the program does not allow for.
 */

/* Offsets in struct found and struct acting (machine.c). */
#define FOUND(n)  trace_found + 8 * (n)(%rip)
#define ACTING(n) trace_acting + 8 * (n)(%rip)

    .text
/* A thread begins, or a port is entered: rdi is the parameter. */
    .global trace_begin
trace_begin:
    movq    $0, FOUND(0)
    jmp     take

/* The first process, with nothing in its registers but its name in rdi. */
    .global trace_enter
trace_enter:
    xor     %eax, %eax
    xor     %ebx, %ebx
    xor     %ecx, %ecx
    xor     %edx, %edx
    xor     %esi, %esi
    xor     %ebp, %ebp
    xor     %r8d, %r8d
    xor     %r9d, %r9d
    xor     %r10d, %r10d
    xor     %r12d, %r12d
    xor     %r13d, %r13d
    xor     %r14d, %r14d
    mov     %rdi, %r15
    xor     %edi, %edi
    xor     %esp, %esp
    jmp     trace_resume

act:
    mov     ACTING(2), %rdi
    mov     ACTING(3), %rsi
    mov     ACTING(4), %rdx
    mov     ACTING(5), %r10
    mov     ACTING(6), %r8
    mov     ACTING(7), %r9
    mov     ACTING(8), %r12
    mov     ACTING(9), %rbx
    mov     ACTING(10), %rbp
    mov     ACTING(12), %r13
    mov     ACTING(13), %r14
    mov     ACTING(14), %r15
    mov     ACTING(15), %rsp
    mov     ACTING(1), %rax
    movq    $0, trace_is_inside(%rip)
    cmpq    $0, ACTING(0)
    jne     1f
    syscall

/* Behind every call. */
    .global trace_resume
trace_resume:
    movq    $1, FOUND(0)
take:
    mov     %rax, FOUND(1)
    mov     %rdx, FOUND(2)
    mov     %rdi, FOUND(3)
    mov     %rsp, FOUND(4)
    mov     %rbx, FOUND(5)
    mov     %rbp, FOUND(6)
    mov     %r12, FOUND(7)
    mov     %r13, FOUND(8)
    mov     %r14, FOUND(9)
    mov     %r15, FOUND(10)
    or      %r8, %rsi
    or      %r9, %rsi
    or      %r10, %rsi
    mov     %rsi, FOUND(11)
    lea     trace_stack_top(%rip), %rsp
    mov     trace_is_inside(%rip), %rdi
    movq    $1, trace_is_inside(%rip)
    call    trace_next
    jmp     act
1:  jmp     *%rax

/* What a thread does to fault: NOWHERE of program.h. */
    .global trace_load, trace_store, trace_undefined
trace_load:
    movabs  0x7F0000001000, %rax
trace_store:
    movabs  %rax, 0x7F0000001000
trace_undefined:
    ud2
