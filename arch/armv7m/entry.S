/* SPDX-License-Identifier: Unlicense
 *
 * The vector table, and the way into the kernel. At every entry from user code the kernel stack is
 * empty: the main stack pointer is the address of the CPU's record, which begins with the running
 * thread, which begins with its context. The hardware has put r0-r3, r12, lr, pc and xPSR on the
 * user's stack; the rest goes to the context, and C is entered with
 *
 *      r0 CPU, r1 running thread, r2 and r3 what the door says
 *
 * and never comes back here, but by arch_resume (port/exit.h). Numbers of exceptions: DDI 0403E B1.5.2.
 */
#include "abi/call_list.h"
#include "board.h"
#include "config.h"
#include "layout.h"

#define RME_NUMBER_THD_SWT 9
#define COUNT_ONE(number, name, handler, count) +1

    .syntax unified
    .thumb

/* Keep the thread's registers; r0 CPU, r1 thread. */
.macro enter
    ldr     r1, [sp]
    mrs     r12, psp
    mov     r0, sp
    stmia   r1, {r4-r11, r12, lr}
.endm

    .section .vectors, "a"
    .align  2
    .global kernel_vectors
kernel_vectors:
    .word   LAYOUT_KERNEL_STACK_TOP
    .word   start
    .word   nmi_door
    .word   fault_door          /* HardFault */
    .word   fault_door          /* MemManage */
    .word   fault_door          /* BusFault */
    .word   fault_door          /* UsageFault */
    .word   0, 0, 0, 0
    .word   call_door           /* SVCall */
    .word   fault_door          /* DebugMonitor: a breakpoint */
    .word   0
    .word   request_door        /* PendSV */
    .word   timer_door          /* SysTick */
#define AWARE(line)                          .word interrupt_door;
#define TRANSPARENT(line, handler, priority) .word handler;
    BOARD_VECTORS(AWARE, TRANSPARENT)
#undef AWARE
#undef TRANSPARENT

/* What enter has found, found again; the stack is empty again. */
.macro enter_again
    movw    r0, #:lower16:LAYOUT_KERNEL_STACK_TOP
    movt    r0, #:upper16:LAYOUT_KERNEL_STACK_TOP
    mov     sp, r0
    ldr     r1, [r0]
.endm

/* System call: number in r4, words in r5 to r11. */
    .section .text.call_door, "ax"
    .align  2
    .thumb_func
    .type   call_door, %function
call_door:
    enter
    cmp     r4, #(0 RME_CALL_LIST(COUNT_ONE, COUNT_ONE))
    bhs     unknown
    mov     r2, r5
    mov     r3, r6
    tbb     [pc, r4]
.Loffsets:                      /* of the branches below, in half words */
#define HOT(number, name, handler, count)  .byte (.Lto_##handler - .Loffsets) / 2;
#define COLD(number, name, handler, count) .byte (.Lto_cold - .Loffsets) / 2;
    RME_CALL_LIST(HOT, COLD)
#undef HOT
#undef COLD
    .align  1
#define HOT(number, name, handler, count)  .Lto_##handler: b.w entry_##handler;
#define COLD(number, name, handler, count)
    RME_CALL_LIST(HOT, COLD)
#undef HOT
#undef COLD
.Lto_cold:
    b.w     syscall_cold

/* A number without a call. All registers are still the caller's. */
unknown:
#if CONFIG_DEBUG
    b       syscall_cold
#else
    mov     r4, #-1             /* STATUS_UNKNOWN_CALL */
    bx      lr
#endif
    .size   call_door, . - call_door

    .section .text.interrupt_door, "ax"
    .thumb_func
    .type   interrupt_door, %function
interrupt_door:
    enter
    mrs     r2, ipsr
    subs    r2, #16
    b       entry_interrupt
    .size   interrupt_door, . - interrupt_door

/* Hot halves that meet anything but their straight case begin again here. */
    .section .text.syscall_cold_door, "ax"
    .global syscall_cold_door
    .thumb_func
    .type   syscall_cold_door, %function
syscall_cold_door:
    enter_again
    b.w     syscall_cold
    .size   syscall_cold_door, . - syscall_cold_door

    .section .text.entry_interrupt_cold_door, "ax"
    .global entry_interrupt_cold_door
    .thumb_func
    .type   entry_interrupt_cold_door, %function
entry_interrupt_cold_door:
    enter_again
    mrs     r2, ipsr
    subs    r2, #16
    b.w     entry_interrupt_cold
    .size   entry_interrupt_cold_door, . - entry_interrupt_cold_door

    .section .text.timer_door, "ax"
    .thumb_func
    .type   timer_door, %function
timer_door:
    enter
    b       entry_timer
    .size   timer_door, . - timer_door

    .section .text.request_door, "ax"
    .thumb_func
    .type   request_door, %function
request_door:
    enter
    b       entry_request
    .size   request_door, . - request_door

/* Bit 2 of EXC_RETURN: the frame is on the process stack, so user code has faulted. Where the main stack
 * is does not count then: a frame whose xPSR names an exception is unstacked and found illegal by the
 * exception return, and QEMU (7.2) puts it back on the main stack instead of the process stack (DDI 0403E
 * B1.5.8, PushStack in ExceptionReturn), so that a user could move the kernel's stack pointer. */
    .section .text.fault_door, "ax"
    .thumb_func
    .type   fault_door, %function
fault_door:
    tst     lr, #4
    beq     1f
    ldr     r0, =LAYOUT_KERNEL_STACK_TOP
    mov     sp, r0
    enter
    b       user_fault
1:  mov     r0, sp
    b       kernel_fault
    .pool
    .size   fault_door, . - fault_door

    .section .text.nmi_door, "ax"
    .thumb_func
    .type   nmi_door, %function
nmi_door:
    b       nonmaskable
    .size   nmi_door, . - nmi_door

/* void leave_reset(cpu, stack): from thread mode to the first thread. The boot thread, which is
 * running, yields: its frame goes to `stack` and is never looked at again. */
    .section .text.leave_reset, "ax"
    .global leave_reset
    .thumb_func
    .type   leave_reset, %function
leave_reset:
    msr     msp, r0
    msr     psp, r1
    cpsie   i
    movs    r0, #3              /* CONTROL: unprivileged, process stack */
    msr     control, r0
    isb
    movs    r4, #RME_NUMBER_THD_SWT
    movw    r5, #0x8000         /* the null id */
    movs    r6, #0
    svc     #0
    .size   leave_reset, . - leave_reset

/* word_t load_user(address, *value): one word with user's access; 0 if that faults. The fault comes
 * from handler mode and kernel_fault sends it to load_user_refused. */
    .section .text.load_user, "ax"
    .global load_user
    .thumb_func
    .type   load_user, %function
load_user:
    .global load_user_access
load_user_access:
    ldrt    r2, [r0]
    str     r2, [r1]
    movs    r0, #1
    bx      lr
    .global load_user_refused
load_user_refused:
    movs    r0, #0
    bx      lr
    .size   load_user, . - load_user
