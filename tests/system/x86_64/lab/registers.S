/* SPDX-License-Identifier: Unlicense
 *
 * Contract: test/registers.h. The caller's own registers and the arguments stay on the stack, so
 * that no register is needed to come back.
 */
    .set    FPU, 192                /* in struct lab_registers */
    .set    FPU_BYTES, 832
    .set    FPU_STATES, 7           /* x87, SSE, AVX */
    .set    FILL_FPU, 1
    .set    READ_FPU, 2
    .set    WORDS, 16               /* rax to r15 and the flags */

/* rdi in, rsi out, rdx what of the FPU. */
.macro fill
    push    %rbx
    push    %rbp
    push    %r12
    push    %r13
    push    %r14
    push    %r15
    push    %rdx
    push    %rsi
    test    $FILL_FPU, %dl
    jz      1f
    mov     $FPU_STATES, %eax
    xor     %edx, %edx
    xrstor64 FPU(%rdi)
1:
    pushq   15 * 8(%rdi)
    popfq
    mov     0 * 8(%rdi), %rax
    mov     1 * 8(%rdi), %rbx
    mov     2 * 8(%rdi), %rcx
    mov     3 * 8(%rdi), %rdx
    mov     4 * 8(%rdi), %rsi
    mov     6 * 8(%rdi), %rbp
    mov     7 * 8(%rdi), %r8
    mov     8 * 8(%rdi), %r9
    mov     9 * 8(%rdi), %r10
    mov     10 * 8(%rdi), %r11
    mov     11 * 8(%rdi), %r12
    mov     12 * 8(%rdi), %r13
    mov     13 * 8(%rdi), %r14
    mov     14 * 8(%rdi), %r15
    mov     5 * 8(%rdi), %rdi
.endm

/* All registers, on the stack in the order of the block. */
.macro push_all
    pushfq
    push    %r15
    push    %r14
    push    %r13
    push    %r12
    push    %r11
    push    %r10
    push    %r9
    push    %r8
    push    %rbp
    push    %rdi
    push    %rsi
    push    %rdx
    push    %rcx
    push    %rbx
    push    %rax
    cld
.endm

/* From there to the block at rsi, and the FPU's; rdx what of them. */
.macro store
    .set    word, 0
    .rept   WORDS
    popq    word * 8(%rsi)
    .set    word, word + 1
    .endr
    test    $READ_FPU, %dl
    jz      2f
    lea     FPU(%rsi), %rdi
    mov     $FPU_BYTES / 8, %ecx
    xor     %eax, %eax
    rep stosq
    mov     $FPU_STATES, %eax
    xor     %edx, %edx
    xsave64 FPU(%rsi)
2:
.endm

.macro dump
    push_all
    mov     WORDS * 8(%rsp), %rsi
    mov     WORDS * 8 + 8(%rsp), %rdx
    store
    add     $16, %rsp
    pop     %r15
    pop     %r14
    pop     %r13
    pop     %r12
    pop     %rbp
    pop     %rbx
    ret
.endm

.macro function name
    .section .text.\name, "ax"
    .global \name
    .type   \name, @function
\name:
.endm

    function lab_registers_call
    fill
    syscall
    dump

    function lab_registers_loop
    fill
3:  dec     %rcx
    jnz     3b
    dump

    function lab_registers_fault
    fill
    ud2

    function lab_registers_hang
    fill
4:  jmp     4b

    function lab_invoke_keeping
    push    %rbx
    push    %rbp
    push    %r12
    push    %r13
    push    %r14
    push    %r15
    sub     $8, %rsp
    mov     $0x4444444444444401, %rbx
    lea     1(%rbx), %rbp
    lea     2(%rbx), %r12
    lea     3(%rbx), %r13
    lea     4(%rbx), %r14
    mov     %rsp, %r15
    call    rme_invoke_word
    mov     $0x4444444444444401, %rcx
    sub     $1, %rbp
    sub     $2, %r12
    sub     $3, %r13
    sub     $4, %r14
    xor     %rcx, %rbx
    xor     %rcx, %rbp
    xor     %rcx, %r12
    xor     %rcx, %r13
    xor     %rcx, %r14
    xor     %rsp, %r15
    or      %rbp, %rbx
    or      %r12, %rbx
    or      %r13, %rbx
    or      %r14, %rbx
    or      %r15, %rbx
    jz      5f
    mov     $1, %eax                /* LAB_CHANGED */
5:  add     $8, %rsp
    pop     %r15
    pop     %r14
    pop     %r13
    pop     %r12
    pop     %rbp
    pop     %rbx
    ret

    function lab_registers_entry
    push_all
    lea     lab_at_entry(%rip), %rsi
    mov     lab_entry_fpu(%rip), %rdx
    store
    mov     lab_at_entry + 5 * 8(%rip), %rdi
    jmp     *lab_behind_entry(%rip)
