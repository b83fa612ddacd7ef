/* SPDX-License-Identifier: Unlicense
 *
 * Threads that use what the architecture offers against the kernel: privileged instructions, flags,
 * segment bases and selectors, addresses that are not canonical, forged guest registers; and what
 * registers show of others. Each thread must stop with a fault or be none the wiser; the kernel
 * goes on in any case, or this test does not end.
 */
#include "config.h"
#include "layout.h"
#include "rme/alloc.h"
#include "rme/arch/sizes.h"
#include "rme/process.h"
#include "rme/stack.h"
#include "rme/start.h"
#include "tests/system/tap.h"

static const rme_captable_t own = {{BOOT_CAPTABLE}};
static const rme_thread_t init = {{BOOT_THREAD}};
static const rme_process_t process = {{BOOT_PROCESS}};

enum { STACK_BYTES = 1024, SURVIVED = 1 };
static const sword_t FAULTED = (sword_t)(9 | EVENT_FAULTED);

static char stacks[2][STACK_BYTES] __attribute__((aligned(16)));
static word_t slot, place;
static rme_signal_t park;
static volatile word_t survivors;

/* Where probes go on that were not stopped. */
__attribute__((used)) static void survived(void)
{
    survivors++;
    for (;;)
        (void)rme_signal_receive(park, SIGNAL_RECEIVE_SINGLE);
}

static rme_thread_t run_for(const struct rme_thread_plan *plan, word_t entry, word_t stack,
                            word_t param, word_t budget)
{
    rme_thread_t thread = rme_thread(slot);

    (void)rme_thread_create(own, slot, rme_kmem(BOOT_KMEM), place, process, 1, plan->attributes);
    (void)rme_thread_bind(thread, init, rme_signal_null(), 9, 1, rme_kmem_null(), 0);
    (void)rme_thread_exec_set(thread, entry, stack, param);
    survivors = 0;
    (void)rme_thread_transfer_time(thread, init, budget);
    return thread;
}

static rme_thread_t run(const struct rme_thread_plan *plan, word_t entry, word_t stack,
                        word_t param)
{
    return run_for(plan, entry, stack, param, BUDGET_INFINITE);
}

/* A thread begins at an entry: SURVIVED, or its event. */
static sword_t attempt_at(word_t entry, word_t stack, word_t param)
{
    const struct rme_thread_plan plan = {.slot = slot, .memory = place};
    rme_thread_t thread = run(&plan, entry, stack, param);
    sword_t event = rme_thread_receive_event(init);

    if (rme_thread_unmake(thread, &plan) != STATUS_OK)
        tap_check(false, "a thread can be unmade");
    if (event == STATUS_NO_EVENT)
        return survivors == 1 ? SURVIVED : 0;
    return event;
}

static sword_t attempt(void (*entry)(void))
{
    return attempt_at((word_t)entry, rme_stack_prepare(stacks[0], STACK_BYTES), 0);
}

/* ---- Privileged instructions (SEC-20) ---- */

#define PROBE(name, text)                                                                          \
    __attribute__((naked)) static void name(void)                                                  \
    {                                                                                              \
        __asm__ volatile(text "\n\tand $-16, %rsp\n\tcall survived");                              \
    }

PROBE(do_cli, "cli")
PROBE(do_sti, "sti")
PROBE(do_hlt, "hlt")
PROBE(do_in, "in $0x21, %al")
PROBE(do_out, "xor %eax, %eax\n\tout %al, $0x21")
PROBE(do_outs, "lea 1(%rsp), %rsi\n\tmov $0x3F8, %edx\n\toutsb")
PROBE(do_rdmsr, "mov $0xC0000080, %ecx\n\trdmsr")
PROBE(do_wrmsr, "mov $0xC0000080, %ecx\n\txor %eax, %eax\n\txor %edx, %edx\n\twrmsr")
PROBE(read_cr0, "mov %cr0, %rax")
PROBE(write_cr0, "xor %eax, %eax\n\tmov %rax, %cr0")
PROBE(read_cr3, "mov %cr3, %rax")
PROBE(write_cr3, "xor %eax, %eax\n\tmov %rax, %cr3")
PROBE(write_cr4, "xor %eax, %eax\n\tmov %rax, %cr4")
PROBE(write_cr8, "xor %eax, %eax\n\tmov %rax, %cr8")
PROBE(write_dr7, "xor %eax, %eax\n\tmov %rax, %dr7")
PROBE(do_lgdt, "lgdt (%rsp)")
PROBE(do_lidt, "lidt (%rsp)")
PROBE(do_lldt, "xor %eax, %eax\n\tlldt %ax")
PROBE(do_ltr, "mov $0x30, %eax\n\tltr %ax")
PROBE(do_lmsw, "xor %eax, %eax\n\tlmsw %ax")
PROBE(do_clts, "clts")
PROBE(do_invlpg, "invlpg (%rsp)")
PROBE(do_invd, "invd")
PROBE(do_wbinvd, "wbinvd")
PROBE(do_swapgs, "swapgs")
PROBE(do_sysret, "mov $0x202, %r11d\n\tlea 1f(%rip), %rcx\n\tsysretq\n1:")
PROBE(do_xsetbv, "xor %ecx, %ecx\n\tmov $1, %eax\n\txor %edx, %edx\n\txsetbv")
PROBE(do_clac, "clac")
PROBE(do_rdpmc, "xor %ecx, %ecx\n\trdpmc")
PROBE(do_int_line, "int $0x30")
PROBE(do_int_timer, "int $0xF0")
PROBE(do_int_gp, "int $13")
PROBE(do_int_nmi, "int $2")
PROBE(do_int_double, "int $8")
PROBE(do_int_80, "int $0x80")
PROBE(do_far, "push $0x08\n\tlea 1f(%rip), %rax\n\tpush %rax\n\tlretq\n1:")
PROBE(do_ss, "mov $0x10, %eax\n\tmov %eax, %ss")
PROBE(do_iret, "mov %rsp, %rax\n\tpush $0x10\n\tpush %rax\n\tpush $0x3002\n\tpush $0x08\n\t"
               "lea 1f(%rip), %rax\n\tpush %rax\n\tiretq\n1:")
PROBE(do_step, "pushf\n\torl $0x100, (%rsp)\n\tpopf\n\tnop\n\tnop")
PROBE(do_sse, "xorps %xmm0, %xmm0")
PROBE(do_x87, "fninit")
PROBE(do_ud, "ud2")
PROBE(do_icebp, ".byte 0xF1")
PROBE(do_sgdt, "sub $16, %rsp\n\tsgdt (%rsp)")
PROBE(do_sidt, "sub $16, %rsp\n\tsidt (%rsp)")
PROBE(do_sldt, "sldt %eax")
PROBE(do_str, "str %eax")
PROBE(do_smsw, "smsw %eax")

static void privileged(void)
{
    static const struct {
        const char *name;
        void (*entry)(void);
    } probes[] = {
        {"cli", do_cli},
        {"sti", do_sti},
        {"hlt", do_hlt},
        {"in", do_in},
        {"out", do_out},
        {"outs", do_outs},
        {"rdmsr", do_rdmsr},
        {"wrmsr", do_wrmsr},
        {"mov from cr0", read_cr0},
        {"mov to cr0", write_cr0},
        {"mov from cr3", read_cr3},
        {"mov to cr3", write_cr3},
        {"mov to cr4", write_cr4},
        {"mov to cr8", write_cr8},
        {"mov to dr7", write_dr7},
        {"lgdt", do_lgdt},
        {"lidt", do_lidt},
        {"lldt", do_lldt},
        {"ltr", do_ltr},
        {"lmsw", do_lmsw},
        {"clts", do_clts},
        {"invlpg", do_invlpg},
        {"invd", do_invd},
        {"wbinvd", do_wbinvd},
        {"swapgs", do_swapgs},
        {"sysret", do_sysret},
        {"xsetbv", do_xsetbv},
        {"clac", do_clac},
        {"rdpmc", do_rdpmc},
        {"int of a line", do_int_line},
        {"int of the timer", do_int_timer},
        {"int 13", do_int_gp},
        {"int 2", do_int_nmi},
        {"int 8", do_int_double},
        {"int 0x80", do_int_80},
        {"far return to the kernel's code", do_far},
        {"the kernel's stack segment", do_ss},
        {"iret to the kernel's code", do_iret},
        {"single step", do_step},
        {"SSE without the attribute", do_sse},
        {"x87 without the attribute", do_x87},
        {"ud2", do_ud},
        {"int1", do_icebp},
        {"sgdt (UMIP)", do_sgdt},
        {"sidt (UMIP)", do_sidt},
        {"sldt (UMIP)", do_sldt},
        {"str (UMIP)", do_str},
        {"smsw (UMIP)", do_smsw},
    };

    for (unsigned i = 0; i < sizeof(probes) / sizeof(probes[0]); i++)
        tap_check(attempt(probes[i].entry) == FAULTED, probes[i].name);
}

/* ---- Flags, selectors, bases (SEC-02, SEC-16) ---- */

static volatile word_t flags_seen, bases_seen[2];

/* A yield, which may switch threads; destroys what a call destroys. */
#define AS_TEXT(token) #token
#define TEXT_OF(macro) AS_TEXT(macro)
#define YIELD          "mov $9, %eax\n\tmov $0x80000000, %edi\n\txor %esi, %esi\n\tsyscall\n\t"

PROBE(keep_flags, "pushf\n\torl $0x3000, (%rsp)\n\tandl $~0x200, (%rsp)\n\tpopf\n\tpushf\n\t"
                  "pop %rax\n\tmov %rax, flags_seen(%rip)")
PROBE(call_with_flags, "pushf\n\torl $0x244C00, (%rsp)\n\tpopf\n\t" YIELD
                       "pushf\n\tpop %rax\n\tmov %rax, flags_seen(%rip)")
PROBE(step_over_call, "mov $9, %eax\n\tmov $0x80000000, %edi\n\txor %esi, %esi\n\tpushf\n\t"
                      "orl $0x100, (%rsp)\n\tpopf\n\tsyscall\n\tpushf\n\tpop %rax\n\t"
                      "mov %rax, flags_seen(%rip)")
PROBE(step_into_call, "mov $9, %eax\n\tmov $0x80000000, %edi\n\txor %esi, %esi\n\tmov %ss, %ebx\n\t"
                      "pushf\n\torl $0x100, (%rsp)\n\tpopf\n\tmov %ebx, %ss\n\tsyscall")
PROBE(flags_for_long, "pushf\n\torl $0x44C01, (%rsp)\n\tpopf\n\tmov $1000000, %ecx\n\t"
                      "1: dec %ecx\n\tjnz 1b\n\tpushf\n\tpop %rax\n\tcld\n\t"
                      "mov %rax, flags_seen(%rip)")
PROBE(call_with_bases,
      "mov $0xFFFFFFFF80210000, %rax\n\twrgsbase %rax\n\tmov $0x12345678, %eax\n\t"
      "wrfsbase %rax\n\t" YIELD "rdgsbase %rax\n\tmov %rax, bases_seen(%rip)\n\trdfsbase %rax\n\t"
      "mov %rax, bases_seen+8(%rip)")
PROBE(see_bases, "rdgsbase %rax\n\tmov %rax, bases_seen(%rip)\n\trdfsbase %rax\n\t"
                 "mov %rax, bases_seen+8(%rip)")
PROBE(null_selectors, "xor %eax, %eax\n\tmov %eax, %ds\n\tmov %eax, %es\n\tmov %eax, %fs\n\t"
                      "mov %eax, %gs\n\t" YIELD)
PROBE(user_selectors, "mov $0x23, %eax\n\tmov %eax, %ds\n\tmov %eax, %es\n\tmov %eax, %fs\n\t"
                      "mov %eax, %gs\n\t" YIELD)
PROBE(stack_in_kernel,
      "mov $" TEXT_OF(LAYOUT_KMEM) "+0x800, %rax\n\tmov %rax, %rsp\n\t" YIELD "mov $" TEXT_OF(
          LAYOUT_USER_RAM) "+0x800, %eax\n\tmov %rax, %rsp")
PROBE(stack_nowhere, "mov $0x8000000000000000, %rax\n\tmov %rax, %rsp\n\t" YIELD
                     "mov $" TEXT_OF(LAYOUT_USER_RAM) "+0x800, %eax\n\tmov %rax, %rsp")
PROBE(push_nowhere, "mov $0x8000000000000000, %rax\n\tmov %rax, %rsp\n\tpush %rax")
PROBE(jump_nowhere, "mov $0x8000000000000000, %rax\n\tjmp *%rax")
PROBE(any_numbers, "mov $-1, %rax\n\tsyscall\n\tmov $0x8000000000000002, %rax\n\tsyscall\n\t"
                   "mov $0x100000000, %rax\n\tsyscall\n\tmov $34, %eax\n\tsyscall")

static void registers_of_the_kernel(void)
{
    sword_t step;

    tap_check(attempt(keep_flags) == SURVIVED && (flags_seen & 0x3200) == 0x200,
              "popf changes neither IOPL nor IF");
    tap_check(attempt(call_with_flags) == SURVIVED && (flags_seen & 0x244F00) == 0x200,
              "a call comes back without DF, AC, NT, ID and OF");
    tap_check(attempt(step_over_call) == SURVIVED && (flags_seen & 0x100) == 0,
              "a single step over a call ends in it");
    step = attempt(step_into_call);
    tap_check(step == SURVIVED || step == FAULTED,
              "so does one that a load of SS holds off (CVE-2018-8897)");
    tap_check(attempt(call_with_bases) == SURVIVED && bases_seen[0] == 0xFFFFFFFF80210000 &&
                  bases_seen[1] == 0x12345678,
              "a thread keeps its FS and GS base, whatever they are");
    tap_check(attempt(see_bases) == SURVIVED && bases_seen[0] == 0 && bases_seen[1] == 0,
              "and another one begins with zeros");
    tap_check(attempt(null_selectors) == SURVIVED, "null selectors");
    tap_check(attempt(user_selectors) == SURVIVED, "the user's selectors in all registers");
    tap_check(attempt(stack_in_kernel) == SURVIVED, "a call with its stack in the kernel");
    tap_check(attempt(stack_nowhere) == SURVIVED, "a call with a stack that is not canonical");
    tap_check(attempt(push_nowhere) == FAULTED, "and a push there");
    tap_check(attempt(jump_nowhere) == FAULTED, "a jump that is not canonical");
    tap_check(attempt(any_numbers) == SURVIVED, "numbers without a call");
}

/* A thread that the timer interrupts has its flags afterwards; the kernel has had none of them. */
static void interrupted(void)
{
    const struct rme_thread_plan plan = {.slot = slot, .memory = place};
    const word_t tenth = 100000;
    rme_thread_t thread =
        run_for(&plan, (word_t)flags_for_long, rme_stack_prepare(stacks[0], STACK_BYTES), 0, tenth);

    tap_check(rme_thread_receive_event(init) == (sword_t)(9 | EVENT_EXHAUSTED) && survivors == 0,
              "a thread with AC, NT and DF is interrupted");
    (void)rme_thread_transfer_time(thread, init, BUDGET_INFINITE);
    tap_check(survivors == 1 && (flags_seen & 0x44F01) == 0x44601,
              "and finds them as they were, but for IOPL");
    (void)rme_thread_unmake(thread, &plan);
}

/* Two threads with bases of their own, that switch by blocking calls and by an interrupt. */
static rme_signal_t turn;

__attribute__((naked)) static void hold_bases(__attribute__((unused)) word_t endpoint)
{
    __asm__ volatile("mov $0x11110000, %eax\n\twrgsbase %rax\n\t"
                     "mov $0x22220000, %eax\n\twrfsbase %rax\n\t"
                     "mov $3, %eax\n\txor %esi, %esi\n\tsyscall\n\t" /* wait at rdi */
                     "rdgsbase %rax\n\tmov %rax, bases_seen(%rip)\n\trdfsbase %rax\n\t"
                     "mov %rax, bases_seen+8(%rip)\n\tand $-16, %rsp\n\tcall survived");
}

static word_t gs_base(void)
{
    word_t base;

    __asm__ volatile("rdgsbase %0" : "=r"(base));
    return base;
}

static word_t fs_base(void)
{
    word_t base;

    __asm__ volatile("rdfsbase %0" : "=r"(base));
    return base;
}

static void bases_of_two(void)
{
    const struct rme_thread_plan plan = {.slot = slot, .memory = place};
    rme_thread_t thread;

    turn = rme_signal_make();
    __asm__ volatile("wrgsbase %0\n\twrfsbase %1"
                     :
                     : "r"((word_t)0x33330000), "r"((word_t)0x44440000));
    thread = run(&plan, (word_t)hold_bases, rme_stack_prepare(stacks[0], STACK_BYTES), turn.id.raw);
    tap_check(gs_base() == 0x33330000 && fs_base() == 0x44440000,
              "bases do not reach the thread that runs next");
    (void)rme_signal_send(turn, 1);
    tap_check(survivors == 1 && bases_seen[0] == 0x11110000 && bases_seen[1] == 0x22220000,
              "and are there when a thread comes back");
    tap_check(gs_base() == 0x33330000 && fs_base() == 0x44440000, "as are those of the other");
    (void)rme_thread_unmake(thread, &plan);
}

/* ---- Addresses to go on at that are not canonical (CVE-2012-0217) ---- */

static word_t last_page(void)
{
    const word_t address = ((word_t)1 << 47) - 4096;
    rme_pagetable_t parent = rme_pagetable(BOOT_PAGETABLE);
    struct rme_piece piece;
    word_t position = 255;

    for (word_t order = 30; order >= 12; order -= 9) {
        rme_pagetable_t table = rme_pagetable(rme_alloc_slot());

        (void)rme_pagetable_create(own, table.id.raw, rme_kmem(BOOT_KMEM),
                                   rme_alloc_kmem_aligned(4096, 4096),
                                   address >> (order + 9) << (order + 9), order, 9);
        tap_check(rme_pagetable_construct(parent, position, table, 0) == STATUS_OK,
                  "tables up to the last page of the user's half");
        parent = table;
        position = 511;
    }
    (void)rme_memory_piece(LAYOUT_USER_RAM + 0x80000, 12, &piece);
    tap_check(rme_pagetable_add(parent, 511, PAGE_READ | PAGE_EXECUTE | PAGE_CACHE | PAGE_BUFFER,
                                piece.table, piece.position, piece.index) == STATUS_OK,
              "which can be mapped");
    return address;
}

static void canonical(void)
{
    unsigned char *code = (unsigned char *)(LAYOUT_USER_RAM + 0x80000);
    word_t page = last_page();
    word_t stack = rme_stack_prepare(stacks[0], STACK_BYTES);

    for (unsigned i = 0; i < 4096; i++)
        code[i] = 0x90;
    code[4094] = 0x0F; /* SYSCALL, the last instruction: it comes back behind the user's half */
    code[4095] = 0x05;
    /* rax is 0 at the entry: INV_RET without an invocation; nops before it. */
    tap_check(attempt_at(page + 4000, stack, 0) == FAULTED, "a call that cannot come back (cold)");
    code[4089] = 0xB8; /* mov $9, %eax */
    code[4090] = 9;
    code[4091] = 0;
    code[4092] = 0;
    code[4093] = 0;
    code[4082] = 0xBF; /* mov $0x80000000, %edi */
    code[4083] = 0;
    code[4084] = 0;
    code[4085] = 0;
    code[4086] = 0x80;
    tap_check(attempt_at(page + 4000, stack, 0) == FAULTED, "a yield that cannot come back (hot)");
    code[4090] = 63;
    tap_check(attempt_at(page + 4000, stack, 0) == FAULTED, "an unknown call that cannot");
    for (unsigned i = 0; i < 4096; i++)
        code[i] = 0x90;
    tap_check(attempt_at(page + 4000, stack, 0) == FAULTED, "code that runs off the end");
}

static void begin_nowhere(void)
{
    const word_t hostile[] = {(word_t)1 << 47, ~(word_t)0, (word_t)1 << 63, 0xFFFF7FFFFFFFFFFF,
                              LAYOUT_KMEM};
    word_t stack = rme_stack_prepare(stacks[0], STACK_BYTES);

    for (unsigned i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++)
        tap_check(attempt_at(hostile[i], stack, 0) == FAULTED, "a thread that begins nowhere");
}

/* A port whose entry is nowhere, and that returns on faults. */
static volatile sword_t invoked;

static void call_port(word_t port)
{
    word_t value;

    invoked = rme_invocation_activate((rme_invocation_t){cap_id(port)}, 1, &value);
    survived();
}

static void ports_to_nowhere(void)
{
    rme_invocation_t port = rme_invocation_make(process, call_port, stacks[1], STACK_BYTES, true);

    (void)rme_invocation_set(port, (word_t)1 << 63, (word_t)1 << 63, true);
    invoked = 1;
    tap_check(attempt_at((word_t)call_port, rme_stack_prepare(stacks[0], STACK_BYTES),
                         port.id.raw) == SURVIVED &&
                  invoked == STATUS_FAULT,
              "a port into nowhere returns with a fault");
    (void)rme_invocation_set(port, LAYOUT_KMEM, 0, false);
    tap_check(attempt_at((word_t)call_port, rme_stack_prepare(stacks[0], STACK_BYTES),
                         port.id.raw) == FAULTED,
              "or stops the thread");
}

/* ---- Guests (SEC-02) ---- */

struct guest {
    word_t rsp, rip, rflags, rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14,
        r15;
};

static volatile word_t guest_flags;
PROBE(see_flags, "pushf\n\tpop %rax\n\tmov %rax, guest_flags(%rip)")

/* A guest whose area says this; its event, or SURVIVED. */
static sword_t guest_with(word_t rip, word_t rsp, word_t rflags)
{
    volatile struct guest *area = (struct guest *)(LAYOUT_GUEST - LAYOUT_KERNEL_WINDOW);
    rme_thread_t thread = rme_thread(slot);
    sword_t event;

    (void)rme_thread_create(own, slot, rme_kmem(BOOT_KMEM), place, process, 1, THREAD_GUEST);
    (void)rme_thread_bind(thread, init, rme_signal_null(), 9, 1, rme_kmem(BOOT_GUEST_WINDOW), 0);
    area->rip = rip;
    area->rsp = rsp;
    area->rflags = rflags;
    survivors = 0;
    (void)rme_thread_transfer_time(thread, init, BUDGET_INFINITE);
    event = rme_thread_receive_event(init);
    (void)rme_thread_free(thread);
    (void)rme_captable_freeze(own, slot);
    if (rme_thread_delete(own, slot) != STATUS_OK)
        tap_check(false, "a guest can be unmade");
    if (event == STATUS_NO_EVENT)
        return survivors == 1 ? SURVIVED : 0;
    return event;
}

static void guests(void)
{
    word_t stack = rme_stack_prepare(stacks[0], STACK_BYTES);

    tap_check(guest_with((word_t)see_flags, stack, ~(word_t)0) == SURVIVED &&
                  (guest_flags & 0x3FF300) == 0x200,
              "a guest's flags are those of a user");
    tap_check(guest_with((word_t)see_flags, stack, 0) == SURVIVED && (guest_flags & 0x200) != 0,
              "with interrupts on");
    tap_check(guest_with((word_t)1 << 63, stack, 0x202) == FAULTED, "a guest that goes on nowhere");
    tap_check(guest_with(LAYOUT_KMEM, stack, 0x202) == FAULTED, "or in the kernel");
    tap_check(guest_with((word_t)see_flags, ~(word_t)7, 0x202) == FAULTED,
              "a guest with its stack in the kernel");
}

/* ---- What registers show (SEC-07) ---- */

static volatile word_t shown[15];

/* Everything but rsp to `shown`: rax rbx rcx rdx rsi rdi rbp r8 to r15. */
#define SHOW                                                                                       \
    "mov %rax, shown(%rip)\n\tmov %rbx, shown+8(%rip)\n\tmov %rcx, shown+16(%rip)\n\t"             \
    "mov %rdx, shown+24(%rip)\n\tmov %rsi, shown+32(%rip)\n\tmov %rdi, shown+40(%rip)\n\t"         \
    "mov %rbp, shown+48(%rip)\n\tmov %r8, shown+56(%rip)\n\tmov %r9, shown+64(%rip)\n\t"           \
    "mov %r10, shown+72(%rip)\n\tmov %r11, shown+80(%rip)\n\tmov %r12, shown+88(%rip)\n\t"         \
    "mov %r13, shown+96(%rip)\n\tmov %r14, shown+104(%rip)\n\tmov %r15, shown+112(%rip)\n\t"
#define FILL                                                                                       \
    "mov $-1, %rbx\n\tmov %rbx, %rcx\n\tmov %rbx, %rdx\n\tmov %rbx, %rbp\n\tmov %rbx, %r8\n\t"     \
    "mov %rbx, %r9\n\tmov %rbx, %r10\n\tmov %rbx, %r11\n\tmov %rbx, %r12\n\tmov %rbx, %r13\n\t"    \
    "mov %rbx, %r14\n\tmov %rbx, %r15\n\t"

enum shown { RAX, RBX, RCX, RDX, RSI, RDI, RBP, R8, R9, R10, R11, R12, R13, R14, R15 };

PROBE(show_begin, SHOW)
PROBE(show_yield, FILL YIELD SHOW)
PROBE(show_cold, FILL "mov $10, %eax\n\tmov $-1, %rdi\n\tmov $-1, %rsi\n\tsyscall\n\t" SHOW)
PROBE(show_unknown, FILL "mov $63, %eax\n\tmov $-1, %rdi\n\tmov $-1, %rsi\n\tsyscall\n\t" SHOW)
PROBE(show_return, FILL "xor %eax, %eax\n\tmov $-1, %rdi\n\tmov $-1, %rsi\n\tsyscall\n\t" SHOW)

/* The port's side of an activation. */
__attribute__((naked)) static void show_entry(__attribute__((unused)) word_t param)
{
    __asm__ volatile(SHOW "xor %eax, %eax\n\tmov $77, %edi\n\tsyscall");
}

/* Activates the port in rdi with the parameter 5, and -1 in all else. */
__attribute__((naked)) static void activate(__attribute__((unused)) word_t port)
{
    __asm__ volatile(FILL "mov $1, %eax\n\tmov $5, %esi\n\tsyscall\n\tand $-16, %rsp\n\t"
                          "call survived");
}

static bool is_clean(enum shown first, enum shown last)
{
    for (unsigned i = first; i <= (unsigned)last; i++)
        if (shown[i] != 0)
            return false;
    return true;
}

static bool preserved(word_t value)
{
    return shown[RBX] == value && shown[RBP] == value && shown[R12] == value &&
           shown[R13] == value && shown[R14] == value && shown[R15] == value;
}

/* What a call shows: the rest is what every call leaves of rcx and r11. */
static bool is_after_call(void)
{
    return preserved(~(word_t)0) && is_clean(RDX, RDI) && is_clean(R8, R10) && shown[R11] == 0x202;
}

static void contents(void)
{
    rme_invocation_t port = rme_invocation_make(process, show_entry, stacks[1], STACK_BYTES, true);
    word_t stack = rme_stack_prepare(stacks[0], STACK_BYTES);

    tap_check(attempt(show_begin) == SURVIVED && is_clean(RAX, RBX) && is_clean(RDX, R10) &&
                  is_clean(R12, R15),
              "a thread begins with zeros");
    tap_check(attempt_at((word_t)show_begin, stack, 5) == SURVIVED && shown[RDI] == 5 &&
                  is_clean(RDX, RSI) && is_clean(RBP, R10),
              "and its parameter");
    tap_check(attempt(show_yield) == SURVIVED && shown[RAX] == 0 && is_after_call(),
              "a hot call shows its result and what was kept");
    tap_check(attempt(show_cold) == SURVIVED && (sword_t)shown[RAX] == STATUS_RANGE &&
                  is_after_call(),
              "and so does another");
    tap_check(attempt(show_unknown) == SURVIVED && (sword_t)shown[RAX] == STATUS_UNKNOWN_CALL &&
                  is_after_call(),
              "and one that is none");
    tap_check(attempt(show_return) == SURVIVED && (sword_t)shown[RAX] == STATUS_NO_INVOCATION &&
                  is_after_call(),
              "and a hot one that is refused");
    tap_check(attempt_at((word_t)activate, stack, port.id.raw) == SURVIVED &&
                  preserved(~(word_t)0) && shown[RDI] == 5 && shown[RAX] == 0 &&
                  is_clean(RDX, RSI) && is_clean(R8, R10) && shown[R11] == 0x202,
              "a callee is shown its parameter and the six that cross");
}

int main(void)
{
    park = rme_signal_make();
    slot = rme_alloc_slot();
    place = rme_alloc_kmem(RME_THREAD_BYTES);
    privileged();
    registers_of_the_kernel();
    interrupted();
    bases_of_two();
    if (CONFIG_RAW)
        tap_skip("the last page", "raw address spaces: nobody maps it");
    else
        canonical();
    begin_nowhere();
    ports_to_nowhere();
    if (CONFIG_GUESTS)
        guests();
    else
        tap_skip("guests", "this build has none");
    contents();
    return tap_end();
}
