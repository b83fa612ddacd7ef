/* SPDX-License-Identifier: Unlicense
 *
 * The way into the kernel and out. On entry from user code the kernel stack is empty: its address is
 * that of the CPU's area (port/offsets.h), whose record, AREA_BYTES above, begins with the running
 * thread. C is entered with
 *
 *      rdi CPU, rsi running thread, rdx and rcx what the door says
 *
 * and returns the thread to run. A hot call saves nothing but where the thread goes on; by the time
 * C has returned, the six registers that a call preserves are the thread's again, and they move to
 * the thread only if another one is to run. Everything else saves all registers.
 *
 * The thread whose FS and GS base the CPU has lies on the stack meanwhile; they are exchanged last,
 * when the GS base is the user's again. Where CPUID offers no FSGSBASE nobody can change them, and
 * boot lets these places be jumped over (patch).
 */
#include "abi/call_list.h"
#include "board.h"
#include "config.h"
#include "layout.h"
#include "port/offsets.h"

#define NUMBER_INV_RET 0
#define NUMBER_INV_ACT 1
#define NUMBER_SIG_SND 2
#define NUMBER_SIG_RCV 3
#define NUMBER_THD_SWT 9
#define NUMBER_CPT_FRZ 12
#define NUMBER_CPT_ADD 13
#define NUMBER_CPT_REM 14
#define NUMBER_PGT_ADD 17
#define NUMBER_PGT_REM 18

#define COUNT_ONE(number, name, handler, count) +1
#define UNKNOWN_CALL   -1           /* STATUS_UNKNOWN_CALL */

#define MSR_PREDICTION     0x49     /* IA32_PRED_CMD */
#define PREDICTION_BARRIER 1
#define GUARD_RETURNS      32

/* Code at `from` that boot replaces by a jump to `to`; why: PATCH_ (port/offsets.h), counted in what no
 * distance in the kernel reaches. At least five bytes, or two where the jump is short. */
.macro patch why, from, to
    .pushsection .rodata.patches, "a"
    .long   \from - . + \why * PATCH_UNIT, \to - .
    .popsection
.endm

/* The same where it is jumped over. */
.macro optional why
600:
    .macro optional_end
601:
    patch   \why, 600b, 601b
    .purgem optional_end
    .endm
.endm

/* The last of a way back to user code, in front of `return`. Where VERW clears buffers it goes by
 * \return\()_verw, below. */
.macro back return
602:
    back_\return
    patch   PATCH_VERW, 602b, \return\()_verw
.endm

.macro back_swapping
    mov     $RFLAGS_CLEAN, %r11d
    swapgs
    sysretq
.endm

.macro back_swapped
    mov     $RFLAGS_CLEAN, %r11d
    sysretq
.endm

.macro back_all
    mov     REGISTERS_R11(%r11), %r11
#if CONFIG_KPTI
    mov     %r8, %cr3
    pop     %r8
#endif
    iretq
.endm

.macro save_bases thread
    optional PATCH_WITHOUT_BASES
    rdfsbase %rcx
    mov     %rcx, REGISTERS_FS(\thread)
    rdgsbase %rcx
    mov     %rcx, REGISTERS_GS(\thread)
    optional_end
.endm

.macro load_bases thread
    optional PATCH_WITHOUT_BASES
    mov     REGISTERS_FS(\thread), %rcx
    wrfsbase %rcx
    mov     REGISTERS_GS(\thread), %rcx
    wrgsbase %rcx
    optional_end
.endm

.macro save_preserved thread
    mov     %rbx, REGISTERS_RBX(\thread)
    mov     %rbp, REGISTERS_RBP(\thread)
    mov     %r12, REGISTERS_R12(\thread)
    mov     %r13, REGISTERS_R13(\thread)
    mov     %r14, REGISTERS_R14(\thread)
    mov     %r15, REGISTERS_R15(\thread)
.endm

.macro load_preserved thread
    mov     REGISTERS_RBX(\thread), %rbx
    mov     REGISTERS_RBP(\thread), %rbp
    mov     REGISTERS_R12(\thread), %r12
    mov     REGISTERS_R13(\thread), %r13
    mov     REGISTERS_R14(\thread), %r14
    mov     REGISTERS_R15(\thread), %r15
.endm

/* rcx: where r11, the thread, goes on. SYSRET and IRET fault in the kernel when that is not
 * canonical; `scratch` is 0 behind this. */
.macro check_rip scratch, otherwise
    mov     CONTEXT_RIP(%r11), %rcx
    mov     %rcx, \scratch
    shr     $47, \scratch
    jne     \otherwise
.endm

.macro clear_scratch
    xor     %r8d, %r8d
    xor     %r9d, %r9d
    xor     %r10d, %r10d
.endm

/* With KPTI a thread runs in an address space that holds of the kernel this text and the entry pages
 * (cpu.c) alone, and the kernel runs in one of its own, the same for all. The two words that are
 * needed on the way out lie above the stack, which is empty by then. */
.macro to_kernel scratch32, scratch
#if CONFIG_KPTI
    mov     $(port_boot_top - LAYOUT_KERNEL_WINDOW), \scratch32
    mov     \scratch, %cr3
#endif
.endm

/* The user's stack, and space: behind this nothing of the kernel's memory can be read. r8 is
 * destroyed, which every way out clears. */
.macro to_user
#if CONFIG_KPTI
    mov     AREA_BYTES + AREA_SPACE(%rsp), %r8
    mov     CONTEXT_RSP(%r11), %rsp
    mov     %r8, %cr3
#else
    mov     CONTEXT_RSP(%r11), %rsp
#endif
.endm

/* The block of a call: its number and `count` words. */
.macro store_block count
    mov     %rax, 0(%rsp)
    mov     %rdi, 8(%rsp)
    mov     %rsi, 16(%rsp)
    .if \count > 2
    mov     %rdx, 24(%rsp)
    mov     %r10, 32(%rsp)
    mov     %r8, 40(%rsp)
    mov     %r9, 48(%rsp)
    .endif
    .if \count > 6
    mov     %r12, 56(%rsp)
    .endif
.endm

/* ---- System calls ---- */

/* Number in rax, words in rdi, rsi, rdx, r10, r8, r9, r12. rcx and r11 hold rip and flags. */
    .section .text.entry, "ax"
#if CONFIG_KPTI
    .balign 4096
#endif
    .global port_entry_text
port_entry_text:
    .global call_door
    .type   call_door, @function
call_door:
    swapgs
    to_kernel %r11d, %r11
    mov     %gs:0, %r11
    mov     %rsp, CONTEXT_RSP(%r11)
    mov     %rcx, CONTEXT_RIP(%r11)
    mov     %gs:AREA_STACK, %rsp
    cmp     $NUMBER_SIG_SND, %rax
    je      call_send
    jb      call_invocation
    cmp     $NUMBER_THD_SWT, %rax
    je      call_switch
    ja      1f
    cmp     $NUMBER_SIG_RCV, %rax
    je      call_receive
    jmp     call_cold
1:  cmp     $NUMBER_PGT_ADD, %rax
    je      call_map
    ja      2f
    cmp     $NUMBER_CPT_ADD, %rax
    je      call_delegate
    ja      call_remove
    cmp     $NUMBER_CPT_FRZ, %rax
    je      call_freeze
    jmp     call_cold
2:  cmp     $NUMBER_PGT_REM, %rax
    je      call_unmap
    cmp     $(0 RME_CALL_LIST(COUNT_ONE, COUNT_ONE)), %rax
    jae     call_unknown

/* Not hot: the block, then all that the thread keeps. */
call_cold:
    store_block 7
    lea     AREA_BYTES(%rsp), %rdi
    mov     %r11, %rsi
    push    %r11
cold:
    save_preserved %rsi
    movq    $HELD_RESULTS, CONTEXT_HELD(%rsi)
    movq    $0, CONTEXT_RDX(%rsi)
    movq    $0, CONTEXT_RDI(%rsi)
    call    syscall_cold
    jmp     leave

/* Of a hot half that is not straight, (word, word, self, number, cpu). The stack holds where it was
 * called from, then the thread. */
    .global hot_is_cold
    .type   hot_is_cold, @function
hot_is_cold:
    pop     %rax
    mov     %rcx, 8 + 0(%rsp)
    mov     %rdi, 8 + 8(%rsp)
    mov     %rsi, 8 + 16(%rsp)
    mov     %r8, %rdi
    mov     %rdx, %rsi
    jmp     cold

/* The same on its way out, (next, nothing, self, nothing, cpu). An interrupted thread holds more already. */
    .global hot_is_slow
    .type   hot_is_slow, @function
hot_is_slow:
    pop     %rax
    mov     %rdx, %rsi
    mov     %rdi, %rdx
    mov     %r8, %rdi
    save_preserved %rsi
    cmp     $after_interrupt, %rax
    je      1f
    movq    $HELD_PRESERVED, CONTEXT_HELD(%rsi)
1:  call    leave_slowly
    jmp     leave

.macro hot_call handler
    mov     %r11, %rdx
    lea     AREA_BYTES(%rsp), %r8
    push    %r11
    call    entry_\handler
    pop     %r11
.endm

/* The end of a hot call that has not switched threads. */
.macro leave_hot
    check_rip %rdx, lost_live
    mov     CONTEXT_RAX(%r11), %rax
    to_user
    xor     %edi, %edi
    xor     %esi, %esi
    clear_scratch
    back    swapping
.endm

call_send:
    hot_call signal_send
    leave_hot

call_receive:
    hot_call signal_receive
    leave_hot

call_switch:
    hot_call thread_switch
    leave_hot

/* An activation and a return end in the same thread, in another process. The first shows the entry
 * its parameter, the second the caller its value. */
call_invocation:
    test    %eax, %eax
    je      call_return
    hot_call invocation_activate
    check_rip %rdx, lost_entered
    xor     %eax, %eax
    mov     CONTEXT_RDI(%r11), %rdi
    to_user
    xor     %esi, %esi
    clear_scratch
    back    swapping

call_return:
    hot_call invocation_return
    check_rip %rsi, lost_entered
    xor     %eax, %eax
    mov     CONTEXT_RDX(%r11), %rdx
    to_user
    xor     %edi, %edi
    clear_scratch
    back    swapping

/* Direct calls: as a hot one, with the block of a cold one. */
.macro direct_call handler
    mov     THREAD_PROCESS(%r11), %rsi
    mov     %rsp, %rdx
    lea     AREA_BYTES(%rsp), %rdi
    push    %r11
    mov     PROCESS_CAPTABLE(%rsi), %rsi
    call    direct_\handler
    jmp     leave_direct
.endm

call_delegate:
    store_block 7
    direct_call captable_delegate

call_map:
    store_block 6
    direct_call pagetable_add

call_unmap:
    store_block 2
    direct_call pagetable_remove

call_remove:
    cmp     $NUMBER_CPT_REM, %rax
    jne     call_cold
    store_block 2
    direct_call captable_remove

call_freeze:
    store_block 2
    direct_call captable_freeze

/* rax is the result of the thread on the stack, or says that the whole call is to be made. */
leave_direct:
#if CONFIG_DEBUG
    lea     AREA_BYTES + 8(%rsp), %rdi
    mov     %rax, %rsi
    call    syscall_tell
#endif
    cmp     $1, %rax
    jo      1f                      /* RESULT_NONE */
    pop     %r11
    check_rip %rdx, lost_direct
    to_user
    xor     %edi, %edi
    xor     %esi, %esi
    clear_scratch
    back    swapping
1:  mov     (%rsp), %rsi
    lea     AREA_BYTES + 8(%rsp), %rdi
    jmp     cold

/* A number without a call. */
call_unknown:
#if CONFIG_DEBUG
    jmp     call_cold
#else
    mov     $UNKNOWN_CALL, %rax
    check_rip %rdx, lost_live
    to_user
    xor     %edi, %edi
    xor     %esi, %esi
    clear_scratch
    back    swapping
#endif

/* ---- The way out ---- */

/* Another thread runs, (next, nothing, self, nothing, cpu). The stack holds where the hot half was
 * called from, then the thread: for an interrupt its registers are in it already. */
    .global hot_switch
    .type   hot_switch, @function
hot_switch:
    cmpq    $after_interrupt, (%rsp)
    je      1f
    save_preserved %rdx
    movq    $HELD_PRESERVED, CONTEXT_HELD(%rdx)
1:  mov     %rdi, %r11
#if CONFIG_KPTI
    add     $16, %rsp
#endif
    swapgs
    save_bases %rdx
    load_bases %r11
    cmpq    $HELD_PRESERVED, CONTEXT_HELD(%r11)
    jne     resume_more

/* r11, which has left by a hot call; the GS base is the user's. */
resume:
    load_preserved %r11
    check_rip %rdx, lost
    mov     CONTEXT_RAX(%r11), %rax
    to_user
    xor     %edi, %edi
    xor     %esi, %esi
    clear_scratch
    back    swapped

/* All registers are in threads; rax runs. On the stack: the thread whose bases the CPU has. */
leave:
    pop     %r11
    cmpq    $0, %gs:AREA_PENDING
    jne     pending
    swapgs
    cmp     %rax, %r11
    je      1f
    save_bases %r11
    load_bases %rax
1:  mov     %rax, %r11
    cmpq    $HELD_PRESERVED, CONTEXT_HELD(%r11)
    je      resume
resume_more:
    cmpq    $HELD_ALL, CONTEXT_HELD(%r11)
    je      resume_all
    load_preserved %r11
    check_rip %rsi, lost
    mov     CONTEXT_RDX(%r11), %rdx
    mov     CONTEXT_RDI(%r11), %rdi
    mov     CONTEXT_RAX(%r11), %rax
    to_user
    clear_scratch
    back    swapped

resume_all:
    check_rip %rsi, lost
#if CONFIG_KPTI
    mov     AREA_BYTES + AREA_SPACE(%rsp), %r8
    mov     AREA_BYTES + AREA_ENTRY(%rsp), %rsp
#endif
    pushq   $SELECTOR_USER_DATA
    pushq   CONTEXT_RSP(%r11)
    pushq   REGISTERS_RFLAGS(%r11)
    pushq   $SELECTOR_USER_CODE
    push    %rcx
#if CONFIG_KPTI
    pushq   REGISTERS_R8(%r11)
#endif
    load_preserved %r11
    mov     CONTEXT_RAX(%r11), %rax
    mov     CONTEXT_RDX(%r11), %rdx
    mov     CONTEXT_RDI(%r11), %rdi
    mov     REGISTERS_RSI(%r11), %rsi
    mov     REGISTERS_RCX(%r11), %rcx
#if !CONFIG_KPTI
    mov     REGISTERS_R8(%r11), %r8
#endif
    mov     REGISTERS_R9(%r11), %r9
    mov     REGISTERS_R10(%r11), %r10
    back    all

/* An interrupt came while the CPU slept, or the kernel wants one: it is taken as if it came to the
 * thread that would run. */
pending:
    push    %r11
    lea     AREA_BYTES + 8(%rsp), %rdi
    call    port_take_pending
    jmp     leave

/* r11 cannot go on where it wants to: its fault. Its registers are its own still, or are in it. */
lost_entered:
    xor     %eax, %eax
lost_direct:
    mov     %rax, CONTEXT_RAX(%r11)
lost_live:
    save_preserved %r11
    movq    $HELD_PRESERVED, CONTEXT_HELD(%r11)
    jmp     1f
lost:
    swapgs
1:  mov     %gs:AREA_STACK, %rsp   /* behind a hot switch it is not yet empty */
    push    %r11
    lea     AREA_BYTES + 8(%rsp), %rdi
    mov     %r11, %rsi
    call    user_lost
    jmp     leave

/* The same with the processor's buffers cleared: VERW does it when its operand is in memory. What is
 * loaded behind it is the user's own. */
swapping_verw:
    verw    verw_selector(%rip)
    back_swapping
swapped_verw:
    verw    verw_selector(%rip)
    back_swapped
all_verw:
    verw    verw_selector(%rip)
    back_all

    .balign 2
verw_selector:
    .word   SELECTOR_KERNEL_DATA

/* void leave_boot(cpu, thread): to the first thread. */
    .global leave_boot
    .type   leave_boot, @function
leave_boot:
    lea     -AREA_BYTES(%rdi), %rsp
    push    %rsi
    mov     %rsi, %rax
    jmp     leave
    .size   call_door, . - call_door

/* ---- Another address space ---- */

/* Where boot says so, arch_space_load calls port_guard_REGISTER in place of its one instruction: what
 * the old process has taught the processor about branches is forgotten. 32 entries of predicted
 * returns are overwritten, which are what the largest of them remember. Flags are destroyed. */
    .section .text.port_guard, "ax"
    .type   guard, @function
guard:
    push    %rax
    push    %rcx
    push    %rdx
    optional PATCH_WITHOUT_IBPB
    mov     $MSR_PREDICTION, %ecx
    mov     $PREDICTION_BARRIER, %eax
    xor     %edx, %edx
    wrmsr
    optional_end
    optional PATCH_WITHOUT_RSB
    .rept   GUARD_RETURNS
    call    1f
    int3
1:
    .endr
    add     $8 * GUARD_RETURNS, %rsp
    optional_end
    pop     %rdx
    pop     %rcx
    pop     %rax
    ret
    .size   guard, . - guard

    .irp    register, rax, rcx, rdx, rbx, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15
    .section .text.port_guard_\register, "ax" /* an image has those that its text names */
    .global port_guard_\register
    .type   port_guard_\register, @function
port_guard_\register:
    call    guard
#if CONFIG_KPTI
    mov     %\register, %gs:AREA_SPACE
#else
    mov     %\register, %cr3
#endif
    ret
    .size   port_guard_\register, . - port_guard_\register
    .endr

/* ---- Interrupts and exceptions ---- */

/* All but the machine's own have one door. The stubs of the last lines stand so close in front of it
 * that two bytes jump there. No vector of a line is above 127, of which one byte would be negative. */
    .section .text.entry, "ax"
    .type   interrupt_door, @function
port_timer_stub:
    push    $VECTOR_TIMER
    jmp     interrupt_door
port_request_stub:
    push    $VECTOR_REQUEST
    jmp     interrupt_door
port_spurious_stub:
    push    $VECTOR_SPURIOUS
    jmp     interrupt_door
port_stray_stub:
    push    $VECTOR_STRAY
    jmp     interrupt_door

.macro line_stubs count, bytes
    .rept   \count
604:
    push    $VECTOR_LINES + line
    jmp     interrupt_door
    .skip   \bytes - (. - 604b)
    .set    line, line + 1
    .endr
.endm

    .set    line, 0
port_line_stubs:
    line_stubs (BOARD_IRQ_LINES - NEAR_LINES), STUB_LINE_BYTES
port_near_line_stubs:
    line_stubs NEAR_LINES, STUB_NEAR_BYTES

/* The frame of the hardware (rip, cs, flags, rsp, ss) and below it a word whose low byte is the
 * vector. From user code all registers go to the thread, which is left on the stack; rdx gets the
 * word, rdi CPU, rsi thread. SWAPGS may be speculated with the wrong base behind the test of cs,
 * hence LFENCE (CVE-2019-1125). Behind a line that is not enabled stands everything that is none. */
interrupt_door:
    testb   $3, 16(%rsp)
    je      asleep
interrupted:
    swapgs
    optional PATCH_WITHOUT_LFENCE
    lfence
    optional_end
    cld
    optional PATCH_WITHOUT_SMAP
    clac
    nop                             /* as long as a jump and more */
    optional_end
    push    %r11
    to_kernel %r11d, %r11
    mov     %gs:0, %r11
    save_preserved %r11
    mov     %rax, CONTEXT_RAX(%r11)
    mov     %rdx, CONTEXT_RDX(%r11)
    mov     %rdi, CONTEXT_RDI(%r11)
    mov     %rsi, REGISTERS_RSI(%r11)
    mov     %rcx, REGISTERS_RCX(%r11)
    mov     %r8, REGISTERS_R8(%r11)
    mov     %r9, REGISTERS_R9(%r11)
    mov     %r10, REGISTERS_R10(%r11)
    popq    REGISTERS_R11(%r11)
    pop     %rdx
    popq    CONTEXT_RIP(%r11)
    pop     %rax
    popq    REGISTERS_RFLAGS(%r11)
    popq    CONTEXT_RSP(%r11)
    pop     %rax
    movq    $HELD_ALL, CONTEXT_HELD(%r11)
#if CONFIG_KPTI
    mov     %gs:AREA_STACK, %rsp
#endif
    lea     AREA_BYTES(%rsp), %r8
    mov     %r11, %rsi
    push    %r11
    movzbl  %dl, %edi
#if CONFIG_CPUS_MAX == 1
    testb   $PORT_LINE_ENABLED, port_line_state - 8 * VECTOR_LINES(, %rdi, 8)
#else
    imul    $1 << LINE_STATE_SHIFT, %edi, %ecx
    testb   $PORT_LINE_ENABLED, port_line_state - (VECTOR_LINES << LINE_STATE_SHIFT)(%rcx)
#endif
    je      1f
    sub     $VECTOR_LINES, %edi
    mov     %rsi, %rdx
    call    entry_interrupt
after_interrupt:
    jmp     leave
1:  mov     %r8, %rdi
    call    port_late
    jmp     leave

/* The kernel is interrupted nowhere but where it sleeps: remember which, and go on with interrupts
 * held off. */
asleep:
    popq    %gs:AREA_PENDING
    andl    $~0x200, 16(%rsp)
    iretq
    .size   interrupt_door, . - interrupt_door

/* Exceptions come to that door as if they were interrupts, on vectors that nobody has, with the error
 * code above the vector. Their stubs are in the order of the vectors. Machine faults have stubs of
 * their own, and none here. */
.macro push_exception vector
    push    $(VECTOR_EXCEPTIONS + \vector) - 0x100 /* one byte, which is negative */
.endm

    .type   exception_door, @function
port_exception_stubs:
    .set    vector, 0
    .rept   EXCEPTIONS
605:
    .if vector != 2 && vector != 8 && vector != 18
    push_exception vector
    .if (vector >= 10 && vector <= 14) || vector == 17 || vector == 21
    jmp     exception_with_code
    .else
    jmp     exception_without_code
    .endif
    .endif
    .skip   STUB_NEAR_BYTES - (. - 605b)
    .set    vector, vector + 1
    .endr

exception_without_code:
    andq    $0xFF, (%rsp)
exception_door:
    testb   $3, 16(%rsp)
    jne     interrupted

/* A fault of the kernel, or one that belongs to no thread, on a stack of its own. */
machine_door:
    to_kernel %eax, %rax
    mov     %rsp, %rdi
    cld
    call    kernel_fault

/* The code lies where the word is to be, and the vector below it. */
exception_with_code:
    shlq    $8, 8(%rsp)
    xchg    %rax, (%rsp)
    or      %al, 8(%rsp)
    pop     %rax
    jmp     exception_door

/* NMI, double fault, which has a code that is 0, and machine check. */
port_machine_stubs:
    .irp    vector, 2, 8, 18
606:
    .if \vector == 8
    movb    $VECTOR_EXCEPTIONS + \vector, (%rsp)
    .else
    push_exception \vector
    .endif
    jmp     machine_door
    .skip   STUB_MACHINE_BYTES - (. - 606b)
    .endr
    .size   exception_door, . - exception_door

#if CONFIG_KPTI
    .balign 4096
#endif
    .global port_entry_text_end
port_entry_text_end:

/* ---- Vectors, for boot ---- */

/* struct stubs of port.h. */
#define VECTOR_NEAR (VECTOR_LINES + BOARD_IRQ_LINES - NEAR_LINES)
.macro stubs from, first, last, stride=0, stack=0
    .long   \from - .
    .byte   \first, \last, \stride, \stack
.endm

    .section .rodata.stubs, "a"
    .global port_stubs, port_stubs_end
port_stubs:
    stubs   port_stray_stub, 0, 255
    stubs   port_exception_stubs, 0, (EXCEPTIONS - 1), STUB_NEAR_BYTES
    stubs   port_machine_stubs, 2, 2, 0, 1
    stubs   (port_machine_stubs + STUB_MACHINE_BYTES), 8, 8, 0, 2
    stubs   (port_machine_stubs + 2 * STUB_MACHINE_BYTES), 18, 18, 0, 3
    stubs   port_line_stubs, VECTOR_LINES, (VECTOR_NEAR - 1), STUB_LINE_BYTES
    stubs   port_near_line_stubs, VECTOR_NEAR, (VECTOR_NEAR + NEAR_LINES - 1), STUB_NEAR_BYTES
    stubs   port_timer_stub, VECTOR_TIMER, VECTOR_TIMER
    stubs   port_request_stub, VECTOR_REQUEST, VECTOR_REQUEST
    stubs   port_spurious_stub, VECTOR_SPURIOUS, VECTOR_SPURIOUS
port_stubs_end:
