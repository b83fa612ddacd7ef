/* SPDX-License-Identifier: Unlicense
 *
 * The rarer operations on contexts: new starts, guests, whose registers lie in shared memory, and
 * debugging. Also what assembly believes of structures.
 */
#include "arch/context.h"

#include "arch/x86_64/port.h"
#include "kernel/direct.h"
#include "kernel/hot.h"

#define CONTEXT_AT(member, offset)                                                                 \
    static_assert(offsetof(struct arch_context, member) == (offset), "port/offsets.h")
CONTEXT_AT(rax, CONTEXT_RAX);
CONTEXT_AT(rip, CONTEXT_RIP);
CONTEXT_AT(rsp, CONTEXT_RSP);
CONTEXT_AT(held, CONTEXT_HELD);
CONTEXT_AT(rdx, CONTEXT_RDX);
CONTEXT_AT(rdi, CONTEXT_RDI);

#define REGISTER_AT(member, offset)                                                                \
    static_assert(offsetof(struct thread, registers.member) == (offset), "port/offsets.h")
REGISTER_AT(rbx, REGISTERS_RBX);
REGISTER_AT(rbp, REGISTERS_RBP);
REGISTER_AT(r12, REGISTERS_R12);
REGISTER_AT(r13, REGISTERS_R13);
REGISTER_AT(r14, REGISTERS_R14);
REGISTER_AT(r15, REGISTERS_R15);
REGISTER_AT(fs, REGISTERS_FS);
REGISTER_AT(gs, REGISTERS_GS);
REGISTER_AT(rsi, REGISTERS_RSI);
REGISTER_AT(rcx, REGISTERS_RCX);
REGISTER_AT(r8, REGISTERS_R8);
REGISTER_AT(r9, REGISTERS_R9);
REGISTER_AT(r10, REGISTERS_R10);
REGISTER_AT(r11, REGISTERS_R11);
REGISTER_AT(rflags, REGISTERS_RFLAGS);

#define AREA_AT(member, offset)                                                                    \
    static_assert((int)offsetof(struct port_area, entry.member) - AREA_BYTES == (offset),          \
                  "port/offsets.h")
AREA_AT(block, AREA_BLOCK);
AREA_AT(pending, AREA_PENDING);
AREA_AT(stack, AREA_STACK);
AREA_AT(space, AREA_SPACE);
AREA_AT(entry_stack, AREA_ENTRY);
static_assert(offsetof(struct port_area, cpu) == AREA_BYTES, "port/offsets.h");
static_assert(offsetof(struct thread, process) == THREAD_PROCESS &&
                  offsetof(struct capability, process.captable) == PROCESS_CAPTABLE,
              "port/offsets.h");
static_assert(offsetof(struct cpu, current) == 0, "read through the GS base");
static_assert(offsetof(struct thread, context) == 0, "a thread begins with its context");
static_assert((int)CALL_NUMBER_invocation_return == 0 &&
                  (int)CALL_NUMBER_invocation_activate == 1 && (int)CALL_NUMBER_signal_send == 2 &&
                  (int)CALL_NUMBER_signal_receive == 3 && (int)CALL_NUMBER_thread_switch == 9,
              "entry.S");
static_assert((int)CALL_NUMBER_captable_freeze == 12 && (int)CALL_NUMBER_captable_delegate == 13 &&
                  (int)CALL_NUMBER_captable_remove == 14 && (int)CALL_NUMBER_pagetable_add == 17 &&
                  (int)CALL_NUMBER_pagetable_remove == 18,
              "entry.S");
static_assert((word_t)RESULT_NONE == (word_t)1 << 63, "entry.S subtracts 1 from a result");

/* The registers of the thread that a context is of. */
static struct arch_registers *registers_of(const struct arch_context *context)
{
    return &((struct thread *)(word_t)context)->registers;
}

void arch_context_start(struct arch_context *context, word_t entry, word_t stack, word_t param)
{
    *registers_of(context) = (struct arch_registers){.rflags = RFLAGS_CLEAN};
    context->rax = 0;
    context->rip = entry;
    context->rsp = stack;
    context->held = HELD_RESULTS;
    context->rdx = 0;
    context->rdi = param;
}

void arch_context_clear(struct arch_context *context)
{
    struct arch_registers *registers = registers_of(context);
    word_t fs = registers->fs, gs = registers->gs;

    arch_context_start(context, context->rip, context->rsp, 0);
    registers->fs = fs;
    registers->gs = gs;
}

/* ---- Registers by number ---- */

/* Where a thread has a register, and where the area of a guest: what a call preserves, in the order
 * of DEBUG_REG_MOD; what it returns; what only an interruption leaves; what is no guest's. */
#define CONTEXT(member)  offsetof(struct thread, context.member) / sizeof(word_t)
#define REGISTER(member) offsetof(struct thread, registers.member) / sizeof(word_t)
#define GUEST(member)    offsetof(struct arch_guest, member) / sizeof(word_t)
static const struct {
    uint8_t thread, guest;
} words[] = {
    {CONTEXT(rsp), GUEST(rsp)},  {CONTEXT(rip), GUEST(rip)},  {CONTEXT(rax), GUEST(rax)},
    {REGISTER(rbx), GUEST(rbx)}, {REGISTER(rbp), GUEST(rbp)}, {REGISTER(r12), GUEST(r12)},
    {REGISTER(r13), GUEST(r13)}, {REGISTER(r14), GUEST(r14)}, {REGISTER(r15), GUEST(r15)},
    {CONTEXT(rdx), GUEST(rdx)},  {CONTEXT(rdi), GUEST(rdi)},  {REGISTER(rsi), GUEST(rsi)},
    {REGISTER(rcx), GUEST(rcx)}, {REGISTER(r8), GUEST(r8)},   {REGISTER(r9), GUEST(r9)},
    {REGISTER(r10), GUEST(r10)}, {REGISTER(r11), GUEST(r11)}, {REGISTER(rflags), GUEST(rflags)},
    {REGISTER(fs), 0},           {REGISTER(gs), 0},
};
#undef CONTEXT
#undef REGISTER
#undef GUEST
enum { WORD_RDX = 9, WORD_RSI = 11, WORD_RFLAGS = 17, GUEST_WORDS = 18 };

/* ---- Debugging ---- */

/* Registers of DEBUG_REG_MOD: 0 rsp, 1 rip, 2 rax, 3 rbx, 4 rbp, 5 to 8 r12 to r15, 9 flags (read
 * only), 10 and 11 FS and GS base (read only). */
bool arch_context_debug(struct arch_context *context, struct arch_fpu *fpu, word_t index,
                        bool write, word_t *value)
{
    enum { WRITABLE = 9, COUNT = 12 };
    word_t *word;

    (void)fpu;
    if (index >= COUNT || (write && index >= WRITABLE))
        return false;
    index = index_mask(index, COUNT);
    if (index >= WRITABLE)
        index += WORD_RFLAGS - WRITABLE;
    word = (word_t *)context + words[index].thread;
    if (write)
        *word = *value;
    else
        *value = *word;
    return true;
}

struct arch_fault_story arch_fault_story(const struct arch_context *context, word_t cause)
{
    static const char *const what[] = {
        [0] = "division error",
        [1] = "single step or breakpoint register",
        [3] = "breakpoint",
        [4] = "overflow",
        [5] = "bound exceeded",
        [6] = "undefined instruction",
        [7] = "an FPU instruction without the attribute FPU",
        [12] = "stack segment",
        [13] = "a privileged instruction, a bad selector or no canonical address",
        [14] = "no page, or one that does not allow this",
        [16] = "x87 exception",
        [17] = "misaligned access",
        [19] = "SIMD exception",
    };
    word_t vector = cause & 0xFF;
    struct arch_fault_story story = {"exception", context->rip, context->rsp, false};

    if (vector < sizeof(what) / sizeof(what[0]) && what[vector] != NULL)
        story.what = what[vector];
    return story;
}

/* ---- Guests ---- */

/* Each word of the area is loaded once and the loaded value is used: the guest may change it at any
 * time. */
static word_t read_once(const word_t *word)
{
    return *(const volatile word_t *)word;
}

static word_t safe_flags(word_t flags)
{
    const word_t users = 0xCD5; /* CF PF AF ZF SF DF OF */

    return (flags & users) | RFLAGS_CLEAN;
}

/* An XRSTOR of what a guest wrote must not fault: MXCSR without reserved bits, no state beyond
 * XCR0, no compaction, zeros in the rest of the header. SDM volume 1, 13.4.2 and 13.8. */
static void make_safe(word_t *area)
{
    enum { MXCSR_WORD = 3, HEADER = 512 / sizeof(word_t), HEADER_WORDS = 8 };
    const word_t mxcsr = 0xFFBF;

    area[MXCSR_WORD] = (area[MXCSR_WORD] & ~(word_t)0xFFFFFFFF) | (area[MXCSR_WORD] & mxcsr);
    area[HEADER] &= port_features.xcr0;
    for (unsigned i = 1; i < HEADER_WORDS; i++)
        area[HEADER + i] = 0;
}

static word_t *fpu_words(const struct arch_fpu *fpu)
{
    return (word_t *)(((word_t)fpu + FPU_ALIGN - 1) & ~(word_t)(FPU_ALIGN - 1));
}

static void copy_words(word_t *to, const word_t *from)
{
    for (unsigned i = 0; i < FPU_AREA_BYTES / sizeof(word_t); i++)
        to[i] = read_once(&from[i]);
}

void arch_guest_save(void *area, const struct arch_context *context, const struct arch_fpu *fpu)
{
    const word_t *thread = (const word_t *)context;
    struct arch_guest *guest = area;
    unsigned known = WORD_RDX; /* of `words` */

    if (context->held == HELD_RESULTS)
        known = WORD_RSI;
    if (context->held == HELD_ALL)
        known = GUEST_WORDS;
    for (unsigned i = 0; i < GUEST_WORDS; i++)
        ((word_t *)area)[words[i].guest] = i < known ? thread[words[i].thread] : 0;
    if (known != GUEST_WORDS)
        guest->rflags = RFLAGS_CLEAN;
    if (fpu != NULL)
        copy_words(guest->fpu, fpu_words(fpu));
}

/* All of the context but FS and GS base, which are the thread's. */
void arch_guest_load(void *area, struct arch_context *context, struct arch_fpu *fpu,
                     bool keep_result)
{
    struct arch_registers *registers = registers_of(context);
    word_t *thread = (word_t *)context, result = context->rax;
    struct arch_guest *guest = area;

    for (unsigned i = 0; i < GUEST_WORDS; i++)
        thread[words[i].thread] = read_once((word_t *)area + words[i].guest);
    context->held = HELD_ALL;
    registers->rflags = safe_flags(registers->rflags);
    if (keep_result)
        guest->rax = context->rax = result;
    if (fpu == NULL)
        return;
    copy_words(fpu_words(fpu), guest->fpu);
    make_safe(fpu_words(fpu));
}
