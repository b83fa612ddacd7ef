/* SPDX-License-Identifier: Unlicense
 *
 * From the boot loader to C. Two protocols enter at the same place, in 32-bit protected mode without
 * paging: PVH (Xen's x86/HVM direct boot ABI), by a note, and Multiboot2 (Specification 2.0, 3.1 and
 * 3.3), by a header in the first 32 KiB of the file. Until the first process is entered the lower
 * half of the address space shows the first 4 GiB of physical memory where they lie.
 */
#include "layout.h"
#include "port/offsets.h"

#define PHYSICAL(symbol) ((symbol) - LAYOUT_KERNEL_WINDOW)

#define MULTIBOOT2_MAGIC 0xE85250D6
#define PVH_ENTRY        18         /* XEN_ELFNOTE_PHYS32_ENTRY */

#define ENTRY_TABLE      0x003      /* present, writable */
#define ENTRY_PAGE_2M    0x083      /* and a page */

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

    mov     %cr4, %eax
    or      $CR4_PAE, %eax
    mov     %eax, %cr4
    mov     $PHYSICAL(port_boot_top), %eax
    mov     %eax, %cr3
    mov     $MSR_EFER, %ecx
    rdmsr
    or      $EFER_LONG, %eax
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
    mov     $port_area, %rsp
    mov     %ebp, %edi
    mov     %ebx, %esi
    xor     %ebp, %ebp
    pushq   $start                  /* C, in the window */
    ret

    .section .rodata.boot, "a"
    .balign 8
boot_gdt:
    .quad   0
    .quad   0x00AF9A000000FFFF      /* 64-bit code */
    .quad   0x00CF92000000FFFF      /* data */
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
