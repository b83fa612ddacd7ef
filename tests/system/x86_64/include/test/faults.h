/* SPDX-License-Identifier: Unlicense
 *
 * Every kind of fault of an x86-64, for tests/system/faults.c: included where that has struct kind.
 * A cause is the vector, and the error code above it. SDM volume 3, 6.15 and 4.7.
 */
#pragma once

enum {
    DIVISION = 0,
    DEBUG = 1,
    BREAKPOINT = 3,
    UNDEFINED = 6,
    NO_FPU = 7,
    STACK = 12,
    PROTECTION = 13,
    PAGE = 14,
    ERROR_SHIFT = 8,
    PRESENT = 1 << 8, /* of the error code of a page fault, in a cause */
    WRITE = 2 << 8,
    USER = 4 << 8,
    FETCH = 16 << 8,
};
#define NOWHERE      ((word_t)0x123456789000)
#define NO_CANONICAL ((word_t)1 << 63)

#define DEED(name, text)                                                                           \
    static void name(word_t param)                                                                 \
    {                                                                                              \
        __asm__ volatile(text : : "a"(param), "d"(0) : "rcx", "rsi", "memory", "cc");              \
        lab_park();                                                                                \
    }

DEED(undefined, "ud2")
DEED(undefined_long, ".byte 0x0F, 0xB9, 0xC0") /* UD1 */
DEED(not_in_64_bits, ".byte 0xCE")             /* INTO */
DEED(division, "div %%rax")
DEED(signed_division, "mov $-1, %%rcx\n\tcqo\n\tidiv %%rcx")
DEED(breakpoint, "int3")
DEED(breakpoint_of_hardware, ".byte 0xF1") /* INT1 */
DEED(single_step, "pushf\n\torl $0x100, (%%rsp)\n\tpopf\n\tnop\n\tnop")
DEED(of_a_line, "int $0x30")
DEED(halt, "hlt")
DEED(read_port, "in $0x21, %%al")
DEED(sse, "xorps %%xmm0, %%xmm0")
DEED(x87, "fld1")
DEED(avx, "vzeroall")
DEED(selector, "mov $0x10, %%ecx\n\tmov %%ecx, %%ss")
DEED(beyond_the_table, "mov $0xFFF8, %%ecx\n\tmov %%ecx, %%ds")
DEED(push_at, "mov %%rax, %%rsp\n\tpush %%rax")
DEED(call_at, "mov %%rax, %%rsp\n\tcall .")
DEED(return_to, "push %%rax\n\tret")
DEED(jump, "jmp *%%rax")
DEED(locked, "lock incq (%%rax)")
DEED(strings, "mov %%rax, %%rsi\n\tmov $8, %%ecx\n\trep lodsb")
DEED(aligned_pair, "cmpxchg16b (%%rax)")

/* A word of kernel memory, of the kernel's text, and the local APIC. */
#define KERNEL_WORD (LAYOUT_KMEM + 0x40)
#define KERNEL_TEXT (LAYOUT_KERNEL_IMAGE + LAYOUT_KERNEL_WINDOW + 0x1000)

static const struct kind kinds[] = {
    {"an undefined instruction", undefined, 0, UNDEFINED, 0},
    {"another one", undefined_long, 0, UNDEFINED, 0},
    {"an instruction of other modes", not_in_64_bits, 0, UNDEFINED, 0},
    {"a division by zero", division, 0, DIVISION, 0},
    {"a quotient that does not fit", signed_division, (word_t)1 << 63, DIVISION, 0},
    {"a breakpoint", breakpoint, 0, BREAKPOINT, 0},
    {"a breakpoint of hardware", breakpoint_of_hardware, 0, DEBUG, 0},
    {"a single step", single_step, 0, DEBUG, 0},
    {"an interrupt by software", of_a_line, 0, PROTECTION | 0x182 << ERROR_SHIFT, 0},
    {"a privileged instruction", halt, 0, PROTECTION, 0},
    {"a port", read_port, 0, PROTECTION, 0},
    {"SSE without the attribute", sse, 0, NO_FPU, 0},
    {"the x87 without the attribute", x87, 0, NO_FPU, 0},
    {"AVX without the attribute", avx, 0, NO_FPU, 0},
    {"the kernel's stack segment", selector, 0, PROTECTION | 0x10 << ERROR_SHIFT, 0},
    {"a selector beyond the table", beyond_the_table, 0, PROTECTION | 0xFFF8 << ERROR_SHIFT, 0},
    {"a load from the kernel", load, KERNEL_WORD, PAGE | USER | PRESENT, KERNEL_WORD},
    {"a store to the kernel", store, KERNEL_WORD, PAGE | USER | WRITE | PRESENT, KERNEL_WORD},
    {"a byte of the kernel", load_byte, KERNEL_WORD + 3, PAGE | USER | PRESENT, KERNEL_WORD + 3},
    {"the kernel's text", load, KERNEL_TEXT, PAGE | USER | PRESENT, KERNEL_TEXT},
    {"a jump into the kernel", jump, KERNEL_TEXT, PAGE | USER | FETCH | PRESENT, KERNEL_TEXT},
    {"the kernel's interrupt controller", load, LAYOUT_LOCAL_APIC, PAGE | USER | PRESENT,
     LAYOUT_LOCAL_APIC},
    {"a push onto the kernel", push_at, KERNEL_WORD + 8, PAGE | USER | WRITE | PRESENT,
     KERNEL_WORD},
    {"a locked instruction on the kernel", locked, KERNEL_WORD, PAGE | USER | WRITE | PRESENT,
     KERNEL_WORD},
    {"a string in the kernel", strings, KERNEL_WORD, PAGE | USER | PRESENT, KERNEL_WORD},
    {"a store to a read-only page", store, LAYOUT_USER_IMAGE, PAGE | USER | WRITE | PRESENT,
     LAYOUT_USER_IMAGE},
    {"a jump to data", jump, LAYOUT_USER_RAM, PAGE | USER | FETCH | PRESENT, LAYOUT_USER_RAM},
    {"a load from nowhere", load, NOWHERE, PAGE | USER, NOWHERE},
    {"a store to nowhere", store, NOWHERE, PAGE | USER | WRITE, NOWHERE},
    {"a jump to nowhere", jump, NOWHERE, PAGE | USER | FETCH, NOWHERE},
    {"a return to nowhere", return_to, NOWHERE, PAGE | USER | FETCH, NOWHERE},
    {"a push to nowhere", push_at, NOWHERE + 8, PAGE | USER | WRITE, NOWHERE},
    {"a call without a stack", call_at, 8, PAGE | USER | WRITE, 0},
    {"a load that is not canonical", load, NO_CANONICAL, PROTECTION, 0},
    {"a store that is not canonical", store, NO_CANONICAL, PROTECTION, 0},
    {"a push that is not canonical", push_at, NO_CANONICAL, STACK, 0},
    {"a jump that is not canonical", jump, NO_CANONICAL, PROTECTION, 0},
    {"a return that is not canonical", return_to, NO_CANONICAL, PROTECTION, 0},
    {"a pair of words that is not aligned", aligned_pair, LAYOUT_USER_RAM + 8, PROTECTION, 0},
    {"the end of the user's half", load_byte, ((word_t)1 << 47) - 1, PAGE | USER,
     ((word_t)1 << 47) - 1},
    {"the last word of memory", load, ~(word_t)7, PAGE | USER | PRESENT, ~(word_t)7},
};

/* What QEMU 7.2 says instead: INT1 is undefined; the error code of INT n counts entries of 16
 * bytes; an instruction that reads and writes faults as a read; a push that is not canonical is no
 * fault of the stack segment; a jump goes to an address that is not canonical, and faults there. */
static bool is_of_emulator(const struct kind *kind, word_t cause)
{
    if (kind->deed == breakpoint_of_hardware)
        return cause == UNDEFINED;
    if (kind->deed == of_a_line)
        return cause == (PROTECTION | 0x302 << ERROR_SHIFT);
    if (kind->deed == locked)
        return (cause | PRESENT | WRITE) == (kind->cause | PRESENT);
    if (kind->deed == push_at && kind->param == NO_CANONICAL)
        return cause == PROTECTION;
    return kind->param == NO_CANONICAL && (cause & 0xFF) == PAGE && (cause & FETCH) != 0;
}

/* Whether a page of the kernel is present for the user is the kernel's choice (KPTI). */
static bool is_cause(const struct kind *kind, word_t cause, word_t address)
{
    const bool is_kernel = kind->address >> 63 != 0 && (kind->cause & 0xFF) == PAGE;
    const word_t choice = is_kernel ? (word_t)PRESENT : 0;

    if ((cause | choice) == (kind->cause | choice) && address == kind->address)
        return true;
    return is_of_emulator(kind, cause);
}

static void give_places(const struct lab_subject *to, unsigned place)
{
    (void)to;
    (void)place;
}
