/* SPDX-License-Identifier: Unlicense
 *
 * SEC-02 and SEC-16: where a thread goes on, and with what, is chosen by whoever may: THD_EXEC_SET,
 * registers by F801, at random and hostile. Behind each choice the thread runs as a user with
 * interrupts on, or stops alone; the kernel's registers are not among what can be chosen. There is
 * no frame of the hardware on a user's stack here; register areas of guests are in guests.c.
 */
#include "layout.h"
#include "rme/assert.h"
#include "rme/stack.h"
#include "rme/start.h"
#include "test/machine.h"
#include "tests/system/lab/lab.h"
#include "tests/system/tap.h"

enum { USER_CODE = 0x2B, USER_DATA = 0x23, FLAGS_CLEAN = 0x202, FLAGS_USER = 0xCD5 };

/* F801 of this port. */
enum { REG_RSP, REG_RIP, REG_RAX, REG_RBX, REG_RBP, REG_R12, REG_R15 = 8, REG_FLAGS, REG_FS };

static struct lab_subject subject, bystander;
static char safe_stack[1024] __attribute__((used, aligned(16)));

/* What a thread tells of itself. */
static volatile word_t told[10] __attribute__((used));
enum { CODE, STACK, FLAGS, RSP, RAX, RBX, RBP, R12, TOLD_R15, TOLD };

static uint32_t seed = 0x2545F491;

static word_t random_word(void)
{
    word_t word = 0;

    for (unsigned i = 0; i < 2; i++) {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        word = word << 32 | seed;
    }
    return word;
}

static const word_t hostile[] = {0,
                                 8,
                                 0xFFF,
                                 (word_t)1 << 32,
                                 ((word_t)1 << 47) - 1,
                                 (word_t)1 << 47,
                                 (word_t)1 << 63,
                                 0xFFFF7FFFFFFFFFFF,
                                 0xFFFF800000000000,
                                 LAYOUT_KMEM,
                                 LAYOUT_KMEM + 0x40,
                                 LAYOUT_KERNEL_IMAGE + LAYOUT_KERNEL_WINDOW,
                                 LAYOUT_KERNEL_IMAGE + LAYOUT_KERNEL_WINDOW + 0x5000,
                                 LAYOUT_LOCAL_APIC,
                                 ~(word_t)0,
                                 ~(word_t)7};
enum { HOSTILE = sizeof(hostile) / sizeof(hostile[0]) };

/* Goes on here, whatever its stack is. */
__attribute__((naked)) static void tell(void)
{
    __asm__ volatile("mov %rax, told+32(%rip)\n\tmov %rbx, told+40(%rip)\n\t"
                     "mov %rbp, told+48(%rip)\n\tmov %r12, told+56(%rip)\n\t"
                     "mov %r15, told+64(%rip)\n\t"
                     "mov %cs, %eax\n\tmov %rax, told(%rip)\n\t"
                     "mov %ss, %eax\n\tmov %rax, told+8(%rip)\n\t"
                     "mov %rsp, told+24(%rip)\n\t"
                     "lea safe_stack+1008(%rip), %rsp\n\t"
                     "pushf\n\tpop %rax\n\tmov %rax, told+16(%rip)\n\t"
                     "cld\n\tcall lab_park");
}

static void do_nothing(word_t unused)
{
    (void)unused;
    lab_park();
}

static void wait_or_spin(word_t spins)
{
    while (spins != 0) {
    }
    lab_park();
}

static bool others_go_on(void)
{
    return lab_run(&bystander, do_nothing, 0).how == LAB_PARKED;
}

static bool is_user(void)
{
    return told[CODE] == USER_CODE && told[STACK] == USER_DATA &&
           (told[FLAGS] & ~(word_t)FLAGS_USER) == FLAGS_CLEAN;
}

static void forget(void)
{
    for (unsigned i = 0; i < TOLD; i++)
        told[i] = 0x5555;
}

/* ---- THD_EXEC_SET ---- */

static void entries(void)
{
    unsigned wrong = 0;

    for (unsigned i = 0; i < HOSTILE; i++)
        wrong +=
            lab_run_raw(&subject, hostile[i], rme_stack_prepare(subject.stack, LAB_STACK_BYTES), 0)
                    .how != (hostile[i] == 0 ? LAB_PARKED : LAB_FAULTED) ||
            !others_go_on();
    for (unsigned i = 0; i < 200; i++)
        wrong += lab_run_raw(&subject, random_word() | (word_t)1 << 46, random_word(), 0).how !=
                     LAB_FAULTED ||
                 !others_go_on();
    tap_check(wrong == 0, "an entry that is nowhere, or the kernel's");
}

static void stacks(void)
{
    unsigned wrong = 0;

    for (unsigned i = 0; i < HOSTILE + 200; i++) {
        word_t stack = i < HOSTILE ? hostile[i] : random_word();

        forget();
        wrong += lab_run_raw(&subject, (word_t)tell, stack, 0).how != LAB_PARKED || !is_user() ||
                 told[RSP] != stack;
    }
    tap_check(wrong == 0, "a stack that is nowhere, or the kernel's, is the thread's affair");
}

/* ---- Registers by F801 ---- */

static word_t choice(void)
{
    return random_word() % 2 != 0 ? random_word() : hostile[random_word() % HOSTILE];
}

/* It waits in a call, or was preempted: two ways back. */
static void stop_subject(bool spins)
{
    (void)lab_run(&subject, wait_or_spin, spins);
    if (spins)
        lab_set_priority(&subject, 0);
}

static struct lab_end let_go(bool spins)
{
    struct lab_end end;

    lab_refill(&subject);
    if (!spins)
        (void)rme_signal_send(subject.park, 1);
    else
        lab_set_priority(&subject, subject.priority);
    end = lab_look(&subject);
    return end;
}

static unsigned set(word_t index, word_t value)
{
    return lab_set_register(subject.thread, index, value) < 0;
}

static void chosen(bool spins, const char *name)
{
    unsigned wrong = 0;

    for (unsigned i = 0; i < 100; i++) {
        word_t words[REG_R15 + 1];

        stop_subject(spins);
        for (word_t k = 0; k <= REG_R15; k++) {
            words[k] = k == REG_RIP ? (word_t)tell : choice();
            wrong += set(k, words[k]);
        }
        forget();
        wrong += let_go(spins).how != LAB_PARKED || !is_user() || told[RSP] != words[REG_RSP] ||
                 told[RBX] != words[REG_RBX] || told[RBP] != words[REG_RBP] ||
                 told[R12] != words[REG_R12] || told[TOLD_R15] != words[REG_R15];
    }
    tap_check(wrong == 0 && others_go_on(), name);
}

static void places(bool spins, const char *name)
{
    unsigned wrong = 0;

    for (unsigned i = 1; i < HOSTILE; i++) {
        stop_subject(spins);
        wrong += set(REG_RIP, hostile[i]) + set(REG_RSP, choice());
        wrong += let_go(spins).how != LAB_FAULTED || !others_go_on();
    }
    tap_check(wrong == 0, name);
}

static void registers(void)
{
    unsigned wrong = 0;

    if (!lab_has_debug()) {
        tap_skip("registers of any contents", "this build has no F801");
        return;
    }
    chosen(false, "registers of any contents, of who waits");
    chosen(true, "and of who was preempted");
    places(false, "a place to go on that is nowhere, or the kernel's, of who waits");
    places(true, "and of who was preempted");
    stop_subject(false);
    for (word_t index = REG_FLAGS; index < 64; index++)
        wrong += lab_set_register(subject.thread, index, ~(word_t)0) != STATUS_UNSUPPORTED;
    tap_check(wrong == 0, "flags and bases are not written");
}

/* ---- Around the instruction that enters the kernel ---- */

#define AROUND(name, text)                                                                         \
    static void name(word_t unused)                                                                \
    {                                                                                              \
        (void)unused;                                                                              \
        __asm__ volatile(text                                                                      \
                         :                                                                         \
                         :                                                                         \
                         : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "memory",  \
                           "cc");                                                                  \
        lab_park();                                                                                \
    }

#define YIELD "mov $9, %%eax\n\tmov $0x80000000, %%edi\n\txor %%esi, %%esi\n\t"
#define STEP  "pushf\n\torl $0x100, (%%rsp)\n\t"

AROUND(step_into_call, YIELD STEP "popf\n\tsyscall\n\tnop")
AROUND(step_with_stack_segment, YIELD STEP "mov %%ss, %%ecx\n\tpopf\n\tmov %%ecx, %%ss\n\tsyscall")
AROUND(step_into_breakpoint, STEP "mov %%ss, %%ecx\n\tpopf\n\tmov %%ecx, %%ss\n\tint3")
AROUND(flags_into_call,
       YIELD "pushf\n\torl $0x244CD5, (%%rsp)\n\tpopf\n\tsyscall\n\tpushf\n\tpop %%rcx\n\tcld\n\t"
             "mov %%rcx, told+16(%%rip)")
AROUND(flags_into_fault, "pushf\n\torl $0x244CD5, (%%rsp)\n\tpopf\n\tud2")

static void around(void)
{
    static const struct {
        const char *name;
        void (*deed)(word_t);
    } deeds[] = {
        {"a single step into a call", step_into_call},
        {"the same behind a load of the stack segment (CVE-2018-8897)", step_with_stack_segment},
        {"and a breakpoint there", step_into_breakpoint},
        {"every flag of a user, into a fault", flags_into_fault},
    };

    for (unsigned i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
        enum lab_how how = lab_run(&subject, deeds[i].deed, 0).how;

        tap_check((how == LAB_FAULTED || how == LAB_PARKED) && others_go_on(), deeds[i].name);
    }
    forget();
    tap_check(lab_run(&subject, flags_into_call, 0).how == LAB_PARKED && told[FLAGS] == FLAGS_CLEAN,
              "every flag of a user, into a call: none is left");
}

int main(void)
{
    if (CONFIG_RAW) {
        tap_skip("forged registers", "raw address spaces: a subject needs page tables");
        return tap_end();
    }
    subject = lab_subject_make(0);
    bystander = lab_subject_make(0);
    subject.patience = rme_boot.clock_hz / 10000;
    entries();
    stacks();
    registers();
    around();
    return tap_end();
}
