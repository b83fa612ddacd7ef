/* SPDX-License-Identifier: Unlicense
 *
 * From the boot loader to C. Two protocols enter at the same place, in 32-bit protected mode without
 * paging: PVH (Xen's x86/HVM direct boot ABI), by a note, and Multiboot2 (Specification 2.0, 3.1 and
 * 3.3), by a header in the first 32 KiB of the file. Until the first process is entered the lower
 * half of the address space shows the first 4 GiB of physical memory where they lie.
 */
#include "config.h"
#include "layout.h"
#include "port/offsets.h"

#define PHYSICAL(symbol) ((symbol) - LAYOUT_KERNEL_WINDOW)

#define MULTIBOOT2_MAGIC 0xE85250D6
#define PVH_ENTRY        18         /* XEN_ELFNOTE_PHYS32_ENTRY */

#define ENTRY_TABLE      0x003      /* present, writable */
#define ENTRY_PAGE_2M    0x083      /* and a page */

#define SELECTOR_BOOT_32 0x18       /* of boot's own table */

#define CR0_PROTECTION   (1 << 0)
#define CR0_WRITE        (1 << 16)
#define CR0_PAGING       (1 << 31)
#define CR4_PAE          (1 << 5)
#define MSR_EFER         0xC0000080
#define EFER_LONG        (1 << 8)

    .section .note.pvh, "a", @note
    .balign 4
    .long   4, 8, PVH_ENTRY
    .asciz  "Xen"
    .quad   PHYSICAL(boot_entry)

    .section .boot.header, "ax"
    .balign 8
    .global kernel_vectors
kernel_vectors:                     /* the first byte of the image, and what keeps it in the link */
multiboot2:
    .long   MULTIBOOT2_MAGIC, 0, multiboot2_end - multiboot2
    .long   -(MULTIBOOT2_MAGIC + multiboot2_end - multiboot2)
    .word   3, 0                    /* entry address */
    .long   12, PHYSICAL(boot_entry)
    .balign 8
    .word   6, 0                    /* modules on pages */
    .long   8
    .word   0, 0
    .long   8
multiboot2_end:

/* eax: Multiboot2's magic number, or anything; ebx: what the loader left. */
    .code32
boot_entry:
    cli
    cld
    mov     %eax, %ebp
    mov     $PHYSICAL(boot_directories), %edi
    mov     $ENTRY_PAGE_2M, %eax
    mov     $4 * 512, %ecx
1:  mov     %eax, (%edi)
    add     $0x200000, %eax
    add     $8, %edi
    loop    1b

    mov     $PHYSICAL(boot_directories) + ENTRY_TABLE, %eax
    mov     %eax, PHYSICAL(boot_low) + 0
    mov     %eax, PHYSICAL(boot_high) + 510 * 8
    add     $4096, %eax
    mov     %eax, PHYSICAL(boot_low) + 8
    add     $4096, %eax
    mov     %eax, PHYSICAL(boot_low) + 16
    add     $4096, %eax
    mov     %eax, PHYSICAL(boot_low) + 24
    movl    $PHYSICAL(boot_low) + ENTRY_TABLE, PHYSICAL(port_boot_top)
    movl    $PHYSICAL(boot_high) + ENTRY_TABLE, PHYSICAL(port_boot_top) + 511 * 8
    xor     %edi, %edi

/* Paging and long mode; edi: 0 for the first CPU, else which bits of EFER the tables ask for. */
to_long:
    mov     %cr4, %eax
    or      $CR4_PAE, %eax
    mov     %eax, %cr4
    mov     $PHYSICAL(port_boot_top), %eax
    mov     %eax, %cr3
    mov     $MSR_EFER, %ecx
    rdmsr
    or      $EFER_LONG, %eax
    or      %edi, %eax
    wrmsr
    mov     %cr0, %eax
    or      $CR0_PROTECTION | CR0_WRITE | CR0_PAGING, %eax
    mov     %eax, %cr0
    lgdt    PHYSICAL(boot_gdt_pointer)
    ljmp    $SELECTOR_KERNEL_CODE, $PHYSICAL(boot_long)

    .code64
boot_long:
    mov     $SELECTOR_KERNEL_DATA, %eax
    mov     %eax, %ss
    xor     %eax, %eax
    mov     %eax, %ds
    mov     %eax, %es
    mov     %eax, %fs
    mov     %eax, %gs
#if CONFIG_CPUS_MAX > 1
    test    %edi, %edi
    jne     other_long
#endif
    mov     $port_area, %rsp
    mov     %ebp, %edi
    mov     %ebx, %esi
    xor     %ebp, %ebp
    pushq   $start                  /* C, in the window */
    ret

#if CONFIG_CPUS_MAX > 1
/* ---- The other CPUs (smp.c) ---- */

/* Where a start-up interrupt lets a CPU begin, in real mode, on a page below 1 MiB to which boot has
 * copied this. SDM volume 3, 8.4.4 and 9.9.1. */
    .section .rodata.boot, "a"
    .global port_trampoline, port_trampoline_end
    .code16
port_trampoline:
    cli
    lgdtl   %cs:trampoline_gdt - port_trampoline
    mov     %cr0, %eax
    or      $CR0_PROTECTION, %eax
    mov     %eax, %cr0
    ljmpl   $SELECTOR_BOOT_32, $PHYSICAL(other_entry)
trampoline_gdt:
    .word   boot_gdt_pointer - boot_gdt - 1
    .long   PHYSICAL(boot_gdt)
port_trampoline_end:

    .section .boot.header, "ax"
    .code32
other_entry:
    mov     $SELECTOR_KERNEL_DATA, %eax
    mov     %eax, %ds
    mov     %eax, %es
    mov     %eax, %ss
    mov     PHYSICAL(port_other_efer), %edi
    jmp     to_long

/* A block is taken in order of arrival; what comes when all are taken stays here. */
    .code64
other_long:
    mov     $1, %edi
    lock xadd %edi, port_blocks_taken
    cmp     $CONFIG_CPUS_MAX - 1, %edi
    jae     1f
    mov     port_block_stacks(, %rdi, 8), %rsp
    xor     %ebp, %ebp
    pushq   $port_start_other
    ret
1:  hlt
    jmp     1b
#endif

    .section .rodata.boot, "a"
    .balign 8
boot_gdt:
    .quad   0
    .quad   0x00AF9A000000FFFF      /* 64-bit code */
    .quad   0x00CF92000000FFFF      /* data */
    .quad   0x00CF9A000000FFFF      /* 32-bit code */
boot_gdt_pointer:
    .word   boot_gdt_pointer - boot_gdt - 1
    .long   PHYSICAL(boot_gdt)

    .section .bss.boot, "aw", @nobits
    .balign 4096
    .global port_boot_top
port_boot_top:
    .skip   4096
boot_low:
    .skip   4096
boot_high:
    .skip   4096
boot_directories:
    .skip   4 * 4096
