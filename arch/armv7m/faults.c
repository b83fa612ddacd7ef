/* SPDX-License-Identifier: Unlicense
 *
 * Faults: whose they are, and what they are about. Fault status: Arm DDI 0403E, B3.2.15.
 */
#include "kernel/panic.h"
#include "port.h"
#include "port/registers.h"

/* Words of the hardware's frame. B1.5.6. */
enum { FRAME_PC = 6, FRAME_XPSR = 7 };

/* There is no frame to look at, or none to go back to. */
enum { STACK_ERRORS = CFSR_MSTKERR | CFSR_MUNSTKERR | CFSR_MLSPERR | CFSR_STKERR | CFSR_UNSTKERR };

/* The address that was to be executed, read from the frame with the user's own rights; 0 if the
 * user could not read it either. */
static word_t stacked_pc(const struct thread *thread)
{
    word_t pc;

    return load_user(thread->context.psp + FRAME_PC * sizeof(word_t), &pc) != 0 ? pc : 0;
}

/* Whether the instruction at an address stores: DDI 0403E, A5.2 (16 bits) and A5.3 (32 bits). Of
 * the instructions that reach memory, all but the first group of the short ones tell by one bit. */
static bool is_store(word_t pc)
{
    enum { LONG = 0x1D, SHORT_REGISTER = 0x5, SHORT_LOAD = 1 << 11, LONG_LOAD = 1 << 4 };
    word_t word, opcode;

    if (load_user(pc & ~(word_t)3, &word) == 0)
        return false;
    opcode = (pc & 2) != 0 ? word >> 16 : word & 0xFFFF;
    if (opcode >> 11 >= LONG)
        return (opcode & LONG_LOAD) == 0;
    if (opcode >> 12 == SHORT_REGISTER)
        return (opcode >> 9 & 7) < 3; /* STR, STRH, STRB; then LDRSB and the loads */
    return (opcode & SHORT_LOAD) == 0;
}

/* Nothing may fault there, not even a look: the processor would lock up (DDI 0403E, B1.5.15). */
static bool is_hard_fault(void)
{
    enum { HARD_FAULT = 3 };
    word_t number;

    __asm__ volatile("mrs %0, ipsr" : "=r"(number));
    return number == HARD_FAULT;
}

/* Debug builds: the first of these that the status says. Stacking comes before what follows from
 * it. */
struct arch_fault_story arch_fault_story(const struct arch_context *context, word_t cause)
{
    static const struct {
        word_t bit;
        const char *what;
    } causes[] = {
        {CFSR_MSTKERR, "the stack could not take the frame of an exception"},
        {CFSR_MUNSTKERR, "the stack's frame could not be loaded"},
        {CFSR_MLSPERR, "the stack could not take FPU registers"},
        {CFSR_STKERR, "bus error while a frame was stacked"},
        {CFSR_UNSTKERR, "bus error while a frame was loaded"},
        {CFSR_IACCVIOL, "the MPU refuses to execute this"},
        {CFSR_DACCVIOL, "the MPU refuses a load or store"}, /* which of them: below */
        {CFSR_IBUSERR, "bus error of an instruction fetch"},
        {CFSR_PRECISERR, "bus error of a load or store"},
        {CFSR_IMPRECISERR, "bus error of an earlier store"},
        {CFSR_NOCP, "an FPU instruction without the attribute FPU"},
        {CFSR_UNDEFINSTR, "undefined instruction"},
        {CFSR_INVSTATE, "not in Thumb state"},
        {CFSR_INVPC, "the frame on the stack cannot be returned to"},
        {CFSR_UNALIGNED, "unaligned access"},
        {CFSR_DIVBYZERO, "division by zero"},
    };
    struct arch_fault_story story = {"breakpoint", 0, context->psp, (cause & STACK_ERRORS) != 0};

    for (unsigned i = sizeof(causes) / sizeof(causes[0]); i-- > 0;)
        if ((cause & causes[i].bit) != 0)
            story.what = causes[i].what;
    /* Where a frame failed there is none to look at. */
    if (story.is_stack || is_hard_fault() ||
        load_user(context->psp + FRAME_PC * sizeof(word_t), &story.pc) == 0)
        story.pc = 0;
    else if ((cause & CFSR_DACCVIOL) != 0 && !story.is_stack)
        story.what = is_store(story.pc) ? "the MPU refuses a store" : "the MPU refuses a load";
    return story;
}

/* A frame that could not be stacked or unstacked is final: no page is loaded for it. */
static struct fault classify(const struct thread *thread, word_t status)
{
    struct fault fault = {.cause = status};

    if ((status & STACK_ERRORS) != 0)
        return fault;
    if ((status & CFSR_DACCVIOL) != 0 && (status & CFSR_MMARVALID) != 0) {
        fault.address = *SCB_MMFAR;
        fault.access = PAGE_READ; /* the hardware does not say which; a write faults again */
    } else if ((status & CFSR_IACCVIOL) != 0) {
        fault.address = stacked_pc(thread);
        fault.second = fault.address + 2; /* an instruction of two halfwords may cross pages */
        fault.access = PAGE_EXECUTE;
    } else if ((status & CFSR_BFARVALID) != 0) {
        fault.address = *SCB_BFAR;
    }
    return fault;
}

/* An exception whose frame could not be stacked is still pending behind the fault that says so: a
 * call, another fault, a breakpoint. It must not be taken later, for whoever runs then. */
static void forget_pending(void)
{
    *SCB_SHCSR &= ~(word_t)SHCSR_PENDED;
    *SCB_DEMCR &= ~(word_t)DEMCR_MON_PEND;
}

void user_fault(struct cpu *cpu, struct thread *self)
{
    word_t status = *SCB_CFSR;
    struct fault fault = classify(self, status);

    /* Also what the look at the stack may have added. The address registers keep their first value
     * until the status is cleared. */
    *SCB_CFSR = *SCB_CFSR;
    *SCB_HFSR = *SCB_HFSR;
    forget_pending();
    entry_fault(cpu, self, &fault);
}

/* A fault of the kernel itself. Two are none: the look at a user's stack, and a buffered store of a
 * user that failed late, whose thread cannot be told any more. */
void kernel_fault(word_t *frame)
{
    word_t status = *SCB_CFSR;

    *SCB_CFSR = status;
    *SCB_HFSR = *SCB_HFSR;
    if (frame[FRAME_PC] == ((word_t)load_user_access & ~(word_t)1)) {
        frame[FRAME_PC] = (word_t)load_user_refused & ~(word_t)1;
        return;
    }
    if (status == CFSR_IMPRECISERR)
        return;
    panic("fault in the kernel at", frame[FRAME_PC]);
}

void nonmaskable(void)
{
    panic("non-maskable interrupt", *SCB_ICSR);
}
