/* SPDX-License-Identifier: Unlicense
 *
 * What debug builds say of refused calls and faults, word for word, and the limits on it.
 */
#include "kernel/debug.h"
#include "arch/host/machine.h"
#include "arch/machine.h"
#include "config.h"
#include "kernel/report.h"
#include "tests/unit/tap.h"

#include <string.h>

enum { TEXT_MAX = 8192, SECOND = 1000000 /* counts, chips/host.yaml */ };
enum { ENDPOINT = 20, WEAK, TABLE, FROZEN, THREAD, PORT, WEAK_MEMORY, WEAK_FUNCTION };

static char text[TEXT_MAX];
static unsigned length;

/* Whether another CPU tries to drain its ring meanwhile. */
static bool is_contended;

static void keep(char c)
{
    if (is_contended)
        report_drain(arch_cpu(1));
    if (length < TEXT_MAX - 1)
        text[length++] = c;
    text[length] = '\0';
}

static struct cpu *cpu;

/* Enough time for the quota to begin anew. */
static void rest(void)
{
    for (unsigned i = 0; i < 3; i++)
        host_advance(cpu, SECOND / 2);
    length = 0;
    text[0] = '\0';
}

static void expect(const char *wanted, const char *name)
{
    if (!tap_check(strcmp(text, wanted) == 0, name))
        printf("# it said:\n%s# and not:\n%s", text, wanted);
}

#define WHO " of thread boot/3 (tid 0, priority 0) in process boot/2: "

/* Make a call that is refused, and compare the text. */
#define SAYS(name, wanted, number, ...)                                                            \
    do {                                                                                           \
        rest();                                                                                    \
        (void)HOST_CALL(cpu, number, __VA_ARGS__);                                                 \
        expect("\nrefused: " wanted, name);                                                        \
    } while (0)

static void make_objects(void)
{
    static const word_t all = RIGHTS_THREAD_ALL;
    bool is_made =
        HOST_CALL(cpu, RME_SVC_SIG_CRT, BOOT_CAPTABLE, ENDPOINT) == STATUS_OK &&
        HOST_CALL(cpu, RME_SVC_CPT_ADD, BOOT_CAPTABLE, WEAK, BOOT_CAPTABLE, ENDPOINT,
                  RIGHT_SIGNAL_POLL_ALL, 0, 0) == STATUS_OK &&
        HOST_CALL(cpu, RME_SVC_CPT_CRT, BOOT_CAPTABLE, TABLE, BOOT_KMEM, 0x10000, 4) == STATUS_OK &&
        HOST_CALL(cpu, RME_SVC_SIG_CRT, BOOT_CAPTABLE, FROZEN) == STATUS_OK &&
        HOST_CALL(cpu, RME_SVC_THD_CRT, BOOT_CAPTABLE, THREAD, BOOT_KMEM, 0x11000, BOOT_PROCESS, 5,
                  0) == STATUS_OK &&
        HOST_CALL(cpu, RME_SVC_CPT_ADD, TABLE, 2, BOOT_CAPTABLE, THREAD, all, 0, 0) == STATUS_OK &&
        HOST_CALL(cpu, RME_SVC_CPT_ADD, BOOT_CAPTABLE, WEAK_MEMORY, BOOT_CAPTABLE, BOOT_KMEM,
                  RIGHT_KMEM_INVOCATION, 0, 64) == STATUS_OK &&
        HOST_CALL(cpu, RME_SVC_CPT_ADD, BOOT_CAPTABLE, WEAK_FUNCTION, BOOT_CAPTABLE, BOOT_KFUNC,
                  (word_t)RME_KFN_INT_BIND << CAP_PAIR_SHIFT | RME_KFN_INT_BIND, 1, 4) == STATUS_OK;

    tap_check(is_made, "the objects are made");
    for (unsigned i = 0; i < 4; i++) /* with several CPUs, quiescence takes some tries */
        if (HOST_CALL(cpu, RME_SVC_CPT_FRZ, BOOT_CAPTABLE, FROZEN) == STATUS_OK)
            break;
        else
            rest();
}

static void operands(void)
{
    SAYS("no such slot",
         "SIG_SND" WHO "RANGE\n"
         "  endpoint 0x000000000000007f: index 127 is beyond the 64 slots of that table\n",
         RME_SVC_SIG_SND, 0x7F, 1);
    SAYS("no capability id",
         "SIG_SND" WHO "RANGE\n"
         "  endpoint 0x0000000100000001: this is no capability id\n",
         RME_SVC_SIG_SND, (word_t)0x100000001ull, 1);
    SAYS("an empty slot",
         "SIG_SND" WHO "TYPE\n"
         "  endpoint 0x0000000000000028: boot/40 is empty, where a signal endpoint is needed\n",
         RME_SVC_SIG_SND, 40, 1);
    SAYS("another type, and which operand",
         "THD_CRT" WHO "TYPE\n"
         "  process 0x0000000000000003: boot/3 is the root of a thread, references to it: 1, where "
         "a process is needed\n",
         RME_SVC_THD_CRT, BOOT_CAPTABLE, 40, BOOT_KMEM, 0, BOOT_THREAD, 0, 0);
    SAYS("a frozen capability",
         "SIG_SND" WHO "FROZEN\n"
         "  endpoint 0x0000000000000017: boot/23 is the frozen root of a signal endpoint\n",
         RME_SVC_SIG_SND, FROZEN, 1);
    SAYS("two levels",
         "THD_SWT" WHO "TYPE\n"
         "  thread 0x0000000000160003: boot/22/3 is empty, where a thread is needed\n",
         RME_SVC_THD_SWT, cap_id_in(TABLE, 3).raw, 0);
    SAYS("a first level that is no table",
         "THD_SWT" WHO "TYPE\n"
         "  thread 0x0000000000140000: its table, boot/20 is the root of a signal endpoint, "
         "references to it: 1\n",
         RME_SVC_THD_SWT, cap_id_in(ENDPOINT, 0).raw, 0);
}

#define GRANT                                                                                      \
    "  boot/20 has it; who holds that table with ADD_SOURCE can grant it: the table is that of "   \
    "process boot/2\n"
#define WEAKLY(name) name " 0x0000000000000015: boot/21 is the leaf of a signal endpoint"

static void rights(void)
{
    SAYS("the right that is missing, and who has it",
         "SIG_SND" WHO "RIGHTS\n"
         "  " WEAKLY("endpoint") ", has POLL_ALL, lacks SEND\n" GRANT,
         RME_SVC_SIG_SND, WEAK, 1);
    SAYS("a right that nobody has",
         "THD_SCHED_FREE" WHO "RIGHTS\n"
         "  thread 0x0000000000000003: boot/3 is the root of a thread, references to it: 1, ready "
         "at priority 0 of 31, has SCHED_PARENT SCHED_PRIORITY SCHED_RECEIVE TIME_SOURCE "
         "TIME_TARGET SWITCH, lacks SCHED_FREE\n"
         "  no capability that can be found has it\n",
         RME_SVC_THD_SCHED_FREE, BOOT_THREAD);
    SAYS("the right of a receive mode",
         "SIG_RCV" WHO "RIGHTS\n"
         "  the right of that mode is missing\n"
         "  " WEAKLY("endpoint") ", has POLL_ALL, lacks POLL_SINGLE\n" GRANT,
         RME_SVC_SIG_RCV, WEAK, SIGNAL_POLL_SINGLE);
    SAYS("a delegation that would widen",
         "CPT_ADD" WHO "RIGHTS\n"
         "  the rights are none or more than the source has\n"
         "  source_slot: boot/21 is the leaf of a signal endpoint, has POLL_ALL, lacks SEND\n" GRANT
         "  slot: boot/40 is empty\n"
         "  source_slot: boot/21 is the leaf of a signal endpoint\n",
         RME_SVC_CPT_ADD, BOOT_CAPTABLE, 40, BOOT_CAPTABLE, WEAK,
         RIGHT_SIGNAL_POLL_ALL | RIGHT_SIGNAL_SEND, 0, 0);
    SAYS("an operand that only the handler looks up",
         "THD_SCHED_BIND" WHO "RIGHTS\n"
         "  " WEAKLY("endpoint") ", has POLL_ALL, lacks KERNEL_SEND\n" GRANT,
         RME_SVC_THD_SCHED_BIND, THREAD, BOOT_THREAD, WEAK, 1, 1, CAP_NULL, 0);
    SAYS("an operand of a kernel function",
         "KFN INT_BIND on 0x0000000000000001" WHO "RIGHTS\n"
         "  " WEAKLY("endpoint") ", has POLL_ALL, lacks KERNEL_SEND\n" GRANT,
         RME_SVC_KFN, BOOT_KFUNC, RME_KFN_INT_BIND, 1, WEAK, 0);
    SAYS("a kernel function beyond the capability, and who has one that reaches",
         "KFN INT_BIND on 0x0000000000000009" WHO "BOUNDS\n"
         "  the function or its first argument is outside the range of the capability\n"
         "  cap 0x000000000000001b: boot/27 is the leaf of a kernel function, functions "
         "0x000000000000f104 to 0x000000000000f104, first argument 0x0000000000000001 to "
         "0x0000000000000004\n"
         "  boot/4 has it; who holds that table with ADD_SOURCE can grant it: the table is that of "
         "process boot/2\n",
         RME_SVC_KFN, WEAK_FUNCTION, RME_KFN_INT_BIND, 9, WEAK, 0);
}

static void reasons(void)
{
    SAYS("a reason of the table of calls",
         "THD_TIME_XFER" WHO "ARGUMENT\n"
         "  the time is 0 or above the largest amount\n"
         "  target 0x0000000000000003: boot/3 is the root of a thread, references to it: 1, ready "
         "at priority 0 of 31\n"
         "  source 0x0000000000000018: boot/24 is the root of a thread, references to it: 1, not "
         "bound\n",
         RME_SVC_THD_TIME_XFER, BOOT_THREAD, THREAD, 0);
    SAYS("what is in the way",
         "SIG_CRT" WHO "OCCUPIED\n"
         "  the slot is not empty\n"
         "  slot: boot/20 is the root of a signal endpoint, references to it: 1\n",
         RME_SVC_SIG_CRT, BOOT_CAPTABLE, ENDPOINT);
    SAYS("memory that is left",
         "INV_CRT" WHO "BOUNDS\n"
         "  outside the range that the capability names\n"
         "  memory 0x000000000000001a: boot/26 is the leaf of kernel memory, bytes "
         "0x0000000000000000 to 0x000000000000003f\n"
         "  process 0x0000000000000002: boot/2 is the root of a process, references to it: 3\n"
         "  slot: boot/40 is empty\n",
         RME_SVC_INV_CRT, BOOT_CAPTABLE, 40, WEAK_MEMORY, 64, BOOT_PROCESS);
    SAYS("an unknown call", "call 63" WHO "UNKNOWN_CALL\n", 63);
    rest();
    (void)HOST_CALL(cpu, RME_SVC_KFN, BOOT_KFUNC, RME_KFN_DEBUG_PRINT, 'A');
    expect("A", "DEBUG_PRINT goes the same way");
    rest();
    (void)HOST_CALL(cpu, RME_SVC_THD_SCHED_RCV, BOOT_THREAD);
    expect("", "no event is an answer, not a refusal");
}

static void fault(void)
{
    const word_t budget = BUDGET_INFINITE;

    (void)HOST_CALL(cpu, RME_SVC_THD_SCHED_BIND, THREAD, BOOT_THREAD, CAP_NULL, 7, 1, CAP_NULL, 0);
    (void)HOST_CALL(cpu, RME_SVC_THD_EXEC_SET, THREAD, 0x1234, 0x5678, 0);
    (void)HOST_CALL(cpu, RME_SVC_THD_TIME_XFER, THREAD, BOOT_THREAD, budget);
    rest();
    host_fault(cpu, (struct fault){.cause = 2, .address = 0x900000, .access = PAGE_READ});
    expect("\nfault: raised by a test, of thread boot/24 (tid 7, priority 1) in process boot/2\n"
           "  at pc 0x0000000000001234, stack 0x0000000000005678, cause 0x0000000000000002\n"
           "  access to 0x0000000000900000 is not mapped\n"
           "  the thread stops; its scheduler is told, thread boot/3\n",
           "a fault: who, where, why, and what follows");
    tap_check(cpu->current != NULL && cpu->current->tid == 0, "the faulting thread has stopped");
    (void)HOST_CALL(cpu, RME_SVC_THD_EXEC_SET, THREAD, 0, 0, 0);
    rest();
    host_fault(cpu, (struct fault){.cause = 3, .address = 0x10004, .access = PAGE_WRITE});
    tap_check(strstr(text,
                     "  access to 0x0000000000010004 is mapped with READ EXECUTE CACHE, lacks "
                     "WRITE\n") != NULL,
              "a fault on a page without the right");
}

static unsigned count_of(const char *needle)
{
    unsigned count = 0;

    for (const char *at = text; (at = strstr(at, needle)) != NULL; at++)
        count++;
    return count;
}

static void limits(void)
{
    unsigned shown;

    rest();
    for (unsigned i = 0; i < 3 * DEBUG_REPORTS_MAX; i++)
        (void)HOST_CALL(cpu, RME_SVC_SIG_SND, 40, 1);
    tap_check(count_of("refused: ") == DEBUG_REPORTS_MAX, "so many refusals a second and no more");
    rest();
    (void)HOST_CALL(cpu, RME_SVC_SIG_SND, 40, 1);
    tap_check(strncmp(text, "\n(not shown: 16 reports of the next thread)\nrefused: ", 52) == 0,
              "then it says how many were not shown");

    rest();
    for (unsigned i = 0; i < REPORT_RING_BYTES + 100; i++)
        report_char(cpu, 'x');
    report_drain(cpu);
    shown = length;
    tap_check(shown == REPORT_DRAIN_MAX, "so many characters at once and no more");
    report_drain(cpu);
    report_drain(cpu);
    tap_check(length == REPORT_RING_BYTES, "the rest goes later; a full ring takes no more");
    length = 0;
    report_text(cpu, "on\n");
    report_drain(cpu);
    expect("\n(lost: 100 characters)\non\n", "what was lost is counted");
    for (unsigned i = 0; i < 3; i++)
        report_char(cpu, 'y');
    length = 0;
    host_advance(cpu, SECOND);
    while (length < 3 && cpu->arch.deadline - cpu->arch.now < SECOND * 100)
        host_advance(cpu, SECOND);
    tap_check(length == 3, "what is left goes with the timer");
}

/* More threads than have a quota, all in one second. */
static void crowd(void)
{
    static struct thread threads[DEBUG_THREADS_MAX + 1];
    const word_t args[8] = {RME_SVC_SIG_SND, 40, 1};
    struct thread *init = cpu->current;
    unsigned shown = 0;

    rest();
    for (unsigned i = 0; i <= DEBUG_THREADS_MAX; i++) {
        threads[i] = *init;
        cpu->current = &threads[i];
        debug_report_refusal(cpu, args, STATUS_TYPE);
        report_drain(cpu);
        shown += count_of("refused: ");
        length = 0;
        text[0] = '\0';
    }
    cpu->current = init;
    tap_check(shown == DEBUG_THREADS_MAX, "so many threads a second and no more");
    rest();
    (void)HOST_CALL(cpu, RME_SVC_SIG_SND, 40, 1);
    tap_check(count_of("\n(not shown: 1 reports of other threads)\nrefused: ") == 1,
              "then it says how many reports of others there were");
}

/* Rings of several CPUs: each drains its own, and whoever comes while one drains waits for its next
 * entry. */
static void contention(void)
{
    if (CONFIG_CPUS_MAX < 2) {
        tap_skip("several rings", "this build has one CPU");
        return;
    }
    host_boot(2);
    host_on_console = keep;
    length = 0;
    report_text(arch_cpu(0), "first, ");
    report_text(arch_cpu(1), "second");
    is_contended = true;
    report_drain(arch_cpu(0));
    is_contended = false;
    expect("first, ", "each CPU puts out what is its own, one at a time");
    length = 0;
    report_drain(arch_cpu(1));
    expect("second", "and what was in the way goes later");
    length = 0;
    (void)HOST_CALL(arch_cpu(1), RME_SVC_SIG_SND, 40, 1);
    expect("\nrefused: SIG_SND of thread boot/3/1 (tid 0, priority 0) in process boot/2: TYPE\n"
           "  endpoint 0x0000000000000028: boot/40 is empty, where a signal endpoint is needed\n",
           "a refusal on another CPU names its thread");
}

int main(void)
{
    if (!CONFIG_DEBUG || WORD_BITS != 64 || CONFIG_RAW) {
        tap_skip("explanations", "the texts are compared in debug builds with words of 64 bits");
        return tap_end();
    }
    host_boot(1);
    cpu = arch_cpu(0);
    host_on_console = keep;
    make_objects();
    operands();
    rights();
    reasons();
    fault();
    limits();
    crowd();
    contention();
    return tap_end();
}
