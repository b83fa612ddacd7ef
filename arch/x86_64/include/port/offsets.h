/* SPDX-License-Identifier: Unlicense
 *
 * Where assembly finds things. Everything here is asserted in arch/x86_64/context.c.
 *
 * A CPU's area lies exactly on top of its kernel stack: what entries need, then the record of the
 * CPU, to which the GS base points while the kernel runs, and which begins with the running thread.
 */
#pragma once

/* struct thread: its context, what the kernel looks at, its registers. */
#define CONTEXT_RAX      0
#define CONTEXT_RIP      8
#define CONTEXT_RSP      16
#define CONTEXT_HELD     24
#define CONTEXT_RDX      32
#define CONTEXT_RDI      40
#define THREAD_PROCESS   48
#define REGISTERS_RBX    128
#define REGISTERS_RBP    136
#define REGISTERS_R12    144
#define REGISTERS_R13    152
#define REGISTERS_R14    160
#define REGISTERS_R15    168
#define REGISTERS_FS     176
#define REGISTERS_GS     184
#define REGISTERS_RSI    192
#define REGISTERS_RCX    200
#define REGISTERS_R8     208
#define REGISTERS_R9     216
#define REGISTERS_R10    224
#define REGISTERS_R11    232
#define REGISTERS_RFLAGS 240

/* struct capability. */
#define PROCESS_CAPTABLE 32

/* How much of a thread that does not run its context holds: enum held. */
#define HELD_PRESERVED 0
#define HELD_RESULTS   1
#define HELD_ALL       2

/* struct entry_area, in front of the record of the CPU. */
#define AREA_BYTES   128
#define AREA_BLOCK   (-128) /* number and words of a call that is not hot */
#define AREA_PENDING (-24)  /* vector that is taken on the way out, or 0; PENDING_ bits */
#define AREA_ENTRY   (-32)  /* KPTI: the stack on which the hardware leaves the user's registers, */
#define AREA_SPACE   (-16)  /* and the address space of the thread that runs, as CR3 has it */
#define AREA_STACK   (-8)   /* the kernel stack, empty: the address of this area */

/* Segments: what SYSCALL and SYSRET make of MSR STAR (SDM 4, table 2-2). */
#define SELECTOR_KERNEL_CODE 0x08
#define SELECTOR_KERNEL_DATA 0x10
#define SELECTOR_SYSRET      0x18
#define SELECTOR_USER_DATA   0x23
#define SELECTOR_USER_CODE   0x2B
#define SELECTOR_TASK        0x30

/* Vectors. */
#define VECTOR_LINES      0x30
#define VECTOR_EXCEPTIONS 0x80 /* stand for exceptions: the hardware is given none of them */
#define VECTOR_TIMER      0xF0
#define VECTOR_REQUEST    0xF1
#define VECTOR_STRAY      0xFE /* stands for those that nobody has */
#define VECTOR_SPURIOUS   0xFF
#define EXCEPTIONS        32

/* Bytes from one stub to the next, and how many lines have a near one (entry.S). */
#define STUB_LINE_BYTES    7
#define STUB_NEAR_BYTES    4
#define STUB_MACHINE_BYTES 6
#define NEAR_LINES         31

/* A bit of port_line_state (port/irq.h). */
#define PORT_LINE_ENABLED 1

/* Bytes of an entry there, as a power of two: on several CPUs those of a cache line. */
#if CONFIG_CPUS_MAX == 1
#define LINE_STATE_SHIFT 3
#else
#define LINE_STATE_SHIFT 6
#endif

/* A bit of AREA_PENDING above the vector: the timer is to fire (arch_timer_pend). */
#define PENDING_TIMER 0x100

/* Another: the vector is a line's that the kernel has raised itself (irq.c). */
#define PENDING_RAISED 0x200

/* RFLAGS of a thread that begins or comes back from a call: interrupts on, the rest clear. */
#define RFLAGS_CLEAN 0x202

/* When boot replaces a piece of code (entry.S, port_patch). What depends on a mitigation has its
 * number (speculation.h). */
#define PATCH_WITHOUT_LFENCE   0
#define PATCH_WITHOUT_BASES    1 /* no FSGSBASE */
#define PATCH_WITHOUT_IBPB     2
#define PATCH_WITHOUT_RSB      3
#define PATCH_VERW             4
#define PATCH_WITHOUT_SMAP     5
#define PATCH_WITHOUT_POINTERS 6 /* the x87's are restored by XRSTOR */
#define PATCH_GUARD            7 /* by a call */
#define PATCH_UNIT             0x1000000
