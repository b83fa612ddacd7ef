/* SPDX-License-Identifier: Unlicense
 *
 * Which registers cross an invocation on an x86-64, and a callee that clobbers them all, for
 * tests/system/invocations.c: included where that has its ports.
 */
#pragma once

enum { FLAGS_CLEAN = 0x202, PARAM = 0x1234, VALUE = 0x4321 };

static bool is_six(const struct lab_registers *one, const struct lab_registers *two)
{
    return one->rbx == two->rbx && one->rbp == two->rbp && lab_is_same(&one->r12, &two->r12, 4);
}

/* What nobody is shown: the scratch registers and the flags. rcx and r11 say where it goes on. */
static bool is_rest_clean(const struct lab_registers *seen, word_t place)
{
    return seen->rsi == 0 && lab_is_zero(&seen->r8, 3) && seen->r11 == FLAGS_CLEAN &&
           seen->rflags == FLAGS_CLEAN && seen->rcx - place < 256;
}

static void at_entry(void)
{
    const struct lab_registers *seen = &lab_at_entry;

    tap_check(seen->rdi == PARAM, "the callee gets the parameter");
    tap_check(is_six(seen, &in), "and rbx, rbp, r12 to r15 of the caller, the message");
    tap_check(seen->rax == 0 && seen->rdx == 0 && is_rest_clean(seen, (word_t)lab_registers_entry),
              "of the other registers and the flags nothing");
    if (HAS_FPU)
        tap_check(lab_fpu_is_same(seen, &in), "the FPU crosses");
}

static void ordinary_return(void)
{
    lab_entry_fpu = PART;
    lab_behind_entry = answer;
    set_port(0, lab_registers_entry, own_stack(0), true);
    tap_check(lab_run(&caller, call_port, PART).how == LAB_PARKED, "a call and its return");
    at_entry();
    tap_check(lab_status(&out) == STATUS_OK && lab_value(&out) == VALUE,
              "the caller gets status and value");
    tap_check(is_six(&out, &back), "and the six of the callee");
    tap_check(out.rdi == 0 && is_rest_clean(&out, (word_t)lab_registers_call),
              "of the rest nothing");
    if (HAS_FPU)
        tap_check(lab_fpu_is_same(&out, &back), "the FPU crosses back");
}

static void forced_return(void)
{
    lab_behind_entry = answer_by_fault;
    tap_check(lab_run(&caller, call_port, PART).how == LAB_PARKED, "a call and a forced return");
    tap_check(lab_status(&out) == STATUS_FAULT && lab_value(&out) == 0, "it gets FAULT");
    tap_check(out.rbx == 0 && out.rbp == 0 && lab_is_zero(&out.r12, 4) && out.rdi == 0 &&
                  is_rest_clean(&out, (word_t)lab_registers_call),
              "and nothing in any register");
    if (HAS_FPU)
        tap_check(lab_fpu_is_clean(&out), "nothing of the callee in the FPU");
    else
        tap_skip("FPU", "the build has none");
}

/* ---- Hostile callees ---- */

static word_t hostile_stack;

/* Everything clobbered, the stack pointer too, then INV_RET. */
static void clobber(word_t unused)
{
    (void)unused;
    __asm__ volatile("mov %0, %%rsp\n\t"
                     "mov $0xDEADBEEF, %%ecx\n\t"
                     "mov %%rcx, %%rbx\n\tmov %%rcx, %%rdx\n\tmov %%rcx, %%rsi\n\t"
                     "mov %%rcx, %%rbp\n\tmov %%rcx, %%r8\n\tmov %%rcx, %%r9\n\t"
                     "mov %%rcx, %%r10\n\tmov %%rcx, %%r11\n\tmov %%rcx, %%r12\n\t"
                     "mov %%rcx, %%r13\n\tmov %%rcx, %%r14\n\tmov %%rcx, %%r15\n\t"
                     "std\n\t"
                     "xor %%eax, %%eax\n\t"
                     "mov $0x5EED, %%edi\n\t"
                     "syscall"
                     :
                     : "r"(hostile_stack)
                     : "memory");
}

/* Nowhere, the kernel's, the end of memory, none that is canonical: the kernel uses no stack but
 * its own, so that the callee returns like any other. */
static const word_t stacks_that_are_none[] = {0, MACHINE_UNREACHABLE, ~(word_t)7, (word_t)1 << 63};
enum { STATUS_WITHOUT_STACK = STATUS_OK };
