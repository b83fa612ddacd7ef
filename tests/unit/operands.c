/* SPDX-License-Identifier: Unlicense
 *
 * What each call looks up, and the right that it asks for, written from the documents and not from
 * the table that the kernel is made of: a wrong type, a frozen capability, an index out of range
 * and a missing right, for every operand of every call; and the same for what handlers look up.
 */
#include "abi/names.h"
#include "tests/unit/support/world.h"

struct named_operand {
    word_t call;
    unsigned arg; /* of the block: 0 is the first word behind the number */
    enum cap_type type;
    word_t right; /* 0: none in general */
};

static const struct named_operand operands[] = {
    {RME_SVC_INV_ACT, 0, CAP_INVOCATION, RIGHT_INVOCATION_ACTIVATE},
    {RME_SVC_SIG_SND, 0, CAP_SIGNAL, RIGHT_SIGNAL_SEND},
    {RME_SVC_SIG_RCV, 0, CAP_SIGNAL, RIGHT_SIGNAL_POLL_ALL},
    {RME_SVC_KFN, 0, CAP_KFUNC, 0},
    {RME_SVC_THD_SCHED_FREE, 0, CAP_THREAD, RIGHT_THREAD_SCHED_FREE},
    {RME_SVC_THD_EXEC_SET, 0, CAP_THREAD, RIGHT_THREAD_EXEC_SET},
    {RME_SVC_THD_SCHED_PRIO, 1, CAP_THREAD, RIGHT_THREAD_SCHED_PRIORITY},
    {RME_SVC_THD_SCHED_PRIO, 2, CAP_THREAD, RIGHT_THREAD_SCHED_PRIORITY},
    {RME_SVC_THD_SCHED_PRIO, 3, CAP_THREAD, RIGHT_THREAD_SCHED_PRIORITY},
    {RME_SVC_THD_SCHED_PRIO, 4, CAP_THREAD, RIGHT_THREAD_SCHED_PRIORITY},
    {RME_SVC_THD_TIME_XFER, 0, CAP_THREAD, RIGHT_THREAD_TIME_TARGET},
    {RME_SVC_THD_TIME_XFER, 1, CAP_THREAD, RIGHT_THREAD_TIME_SOURCE},
    {RME_SVC_THD_SWT, 0, CAP_THREAD, RIGHT_THREAD_SWITCH},
    {RME_SVC_CPT_CRT, 0, CAP_CAPTABLE, RIGHT_CAPTABLE_CREATE},
    {RME_SVC_CPT_CRT, 2, CAP_KMEM, RIGHT_KMEM_CAPTABLE},
    {RME_SVC_CPT_DEL, 0, CAP_CAPTABLE, RIGHT_CAPTABLE_DELETE},
    {RME_SVC_CPT_FRZ, 0, CAP_CAPTABLE, RIGHT_CAPTABLE_FREEZE},
    {RME_SVC_CPT_ADD, 0, CAP_CAPTABLE, RIGHT_CAPTABLE_ADD_TARGET},
    {RME_SVC_CPT_ADD, 2, CAP_CAPTABLE, RIGHT_CAPTABLE_ADD_SOURCE},
    {RME_SVC_CPT_REM, 0, CAP_CAPTABLE, RIGHT_CAPTABLE_REMOVE},
    {RME_SVC_PGT_CRT, 0, CAP_CAPTABLE, RIGHT_CAPTABLE_CREATE},
    {RME_SVC_PGT_CRT, 2, CAP_KMEM, RIGHT_KMEM_PAGETABLE},
    {RME_SVC_PGT_DEL, 0, CAP_CAPTABLE, RIGHT_CAPTABLE_DELETE},
    {RME_SVC_PGT_ADD, 0, CAP_PAGETABLE, RIGHT_PAGETABLE_ADD_TARGET},
    {RME_SVC_PGT_ADD, 3, CAP_PAGETABLE, RIGHT_PAGETABLE_ADD_SOURCE},
    {RME_SVC_PGT_REM, 0, CAP_PAGETABLE, RIGHT_PAGETABLE_REMOVE},
    {RME_SVC_PGT_CON, 0, CAP_PAGETABLE, RIGHT_PAGETABLE_PARENT_CONSTRUCT},
    {RME_SVC_PGT_CON, 2, CAP_PAGETABLE, RIGHT_PAGETABLE_CHILD},
    {RME_SVC_PGT_DES, 0, CAP_PAGETABLE, RIGHT_PAGETABLE_PARENT_DESTRUCT},
    {RME_SVC_PGT_DES, 2, CAP_PAGETABLE, RIGHT_PAGETABLE_CHILD},
    {RME_SVC_PRC_CRT, 0, CAP_CAPTABLE, RIGHT_CAPTABLE_CREATE},
    {RME_SVC_PRC_CRT, 2, CAP_CAPTABLE, RIGHT_CAPTABLE_PROCESS_CREATE},
    {RME_SVC_PRC_CRT, 3, CAP_PAGETABLE, RIGHT_PAGETABLE_PROCESS_CREATE},
    {RME_SVC_PRC_CRT, 4, CAP_KFUNC, 0},
    {RME_SVC_PRC_DEL, 0, CAP_CAPTABLE, RIGHT_CAPTABLE_DELETE},
    {RME_SVC_PRC_CPT, 0, CAP_PROCESS, RIGHT_PROCESS_CAPTABLE},
    {RME_SVC_PRC_CPT, 1, CAP_CAPTABLE, RIGHT_CAPTABLE_PROCESS_CAPTABLE},
    {RME_SVC_PRC_PGT, 0, CAP_PROCESS, RIGHT_PROCESS_PAGETABLE},
    {RME_SVC_PRC_PGT, 1, CAP_PAGETABLE, RIGHT_PAGETABLE_PROCESS_PAGETABLE},
    {RME_SVC_PRC_PGT, 2, CAP_KFUNC, 0},
    {RME_SVC_THD_CRT, 0, CAP_CAPTABLE, RIGHT_CAPTABLE_CREATE},
    {RME_SVC_THD_CRT, 2, CAP_KMEM, RIGHT_KMEM_THREAD},
    {RME_SVC_THD_CRT, 4, CAP_PROCESS, RIGHT_PROCESS_THREAD},
    {RME_SVC_THD_DEL, 0, CAP_CAPTABLE, RIGHT_CAPTABLE_DELETE},
    {RME_SVC_THD_SCHED_BIND, 0, CAP_THREAD, RIGHT_THREAD_SCHED_CHILD},
    {RME_SVC_THD_SCHED_BIND, 1, CAP_THREAD, RIGHT_THREAD_SCHED_PARENT},
    {RME_SVC_THD_SCHED_BIND, 2, CAP_SIGNAL, RIGHT_SIGNAL_KERNEL_SEND},
    {RME_SVC_THD_SCHED_RCV, 0, CAP_THREAD, RIGHT_THREAD_SCHED_RECEIVE},
    {RME_SVC_SIG_CRT, 0, CAP_CAPTABLE, RIGHT_CAPTABLE_CREATE},
    {RME_SVC_SIG_DEL, 0, CAP_CAPTABLE, RIGHT_CAPTABLE_DELETE},
    {RME_SVC_INV_CRT, 0, CAP_CAPTABLE, RIGHT_CAPTABLE_CREATE},
    {RME_SVC_INV_CRT, 2, CAP_KMEM, RIGHT_KMEM_INVOCATION},
    {RME_SVC_INV_CRT, 4, CAP_PROCESS, RIGHT_PROCESS_INVOCATION},
    {RME_SVC_INV_DEL, 0, CAP_CAPTABLE, RIGHT_CAPTABLE_DELETE},
    {RME_SVC_INV_SET, 0, CAP_INVOCATION, RIGHT_INVOCATION_SET},
};

enum { OPERAND_COUNT = sizeof(operands) / sizeof(operands[0]), TYPES = CAP_SIGNAL + 1 };

/* One capability of each type, with every right; one that is frozen. */
static word_t whole[TYPES], frozen[TYPES];

/* Raw mode has no page tables, managed memory no authority over raw words. */
static bool is_there(const struct named_operand *operand)
{
    bool is_page_call = operand->call >= RME_SVC_PGT_CRT && operand->call <= RME_SVC_PGT_DES;

    if (CONFIG_RAW)
        return operand->type != CAP_PAGETABLE && !is_page_call;
    return operand->type != CAP_KFUNC || operand->call == RME_SVC_KFN;
}

static word_t all_rights(enum cap_type type)
{
    static const word_t all[TYPES] = {
        [CAP_KFUNC] = 0,
        [CAP_KMEM] = RIGHTS_KMEM_ALL & ~(word_t)RIGHT_KMEM_GUEST,
        [CAP_CAPTABLE] = RIGHTS_CAPTABLE_ALL,
        [CAP_PAGETABLE] = RIGHTS_PAGETABLE_ALL,
        [CAP_PROCESS] = RIGHTS_PROCESS_ALL,
        [CAP_THREAD] = RIGHTS_THREAD_ALL,
        [CAP_INVOCATION] = RIGHTS_INVOCATION_ALL,
        [CAP_SIGNAL] = RIGHTS_SIGNAL_ALL,
    };

    return all[type];
}

/* A leaf of each type in a table of its own, for the frozen ones: the boot table is small. */
static word_t leaf_in(word_t table, word_t slot, enum cap_type type, word_t rights)
{
    word_t high = type == CAP_KMEM ? HOST_KMEM_BYTES : 0;

    if (CALL(CPT_ADD, table, slot, BOOT_CAPTABLE, whole[type], rights, 0, high) != STATUS_OK)
        tap_report(false, "a leaf", "leaf_in", __FILE__, __LINE__);
    return cap_id_in(table, slot).raw;
}

static void make_world(void)
{
    word_t table;

    world_boot(1);
    whole[CAP_KFUNC] = BOOT_KFUNC;
    whole[CAP_KMEM] = BOOT_KMEM;
    whole[CAP_CAPTABLE] = BOOT_CAPTABLE;
    whole[CAP_PAGETABLE] = CONFIG_RAW ? BOOT_THREAD : BOOT_PAGETABLE;
    whole[CAP_PROCESS] = world_process();
    whole[CAP_THREAD] = world_thread(BOOT_PROCESS, 1, 0);
    whole[CAP_INVOCATION] = world_port(BOOT_PROCESS);
    whole[CAP_SIGNAL] = world_signal();
    table = world_captable(16);
    for (unsigned type = CAP_KFUNC; type < TYPES; type++) {
        word_t rights = type == CAP_KFUNC ? CAP_PAIR_MASK : all_rights((enum cap_type)type);

        if (CONFIG_RAW && type == CAP_PAGETABLE)
            continue;
        frozen[type] = leaf_in(table, type, (enum cap_type)type, rights);
        (void)PATIENT(CPT_FRZ, table, type);
    }
}

/* A call whose operands are all right, as far as this table says. */
static void fill(word_t call, word_t words[7])
{
    for (unsigned i = 0; i < 7; i++)
        words[i] = 0;
    for (unsigned i = 0; i < OPERAND_COUNT; i++)
        if (operands[i].call == call && is_there(&operands[i]))
            words[operands[i].arg] = whole[operands[i].type];
    if (call == RME_SVC_THD_SCHED_PRIO)
        words[0] = 4; /* threads */
    if (call == RME_SVC_SIG_RCV)
        words[1] = SIGNAL_POLL_ALL;
}

/* A thread whose checks come one thread after the other must be bound, or the first one refuses. */
static void refuse(const struct named_operand *operand, enum status status, word_t id,
                   const char *what)
{
    word_t words[7];
    char name[100];

    fill(operand->call, words);
    words[operand->arg] = id;
    (void)snprintf(name, sizeof(name), "%s: word %u, %s", rme_call_names[operand->call],
                   operand->arg + 1, what);
    world_refused(status, name, operand->call, words, __LINE__);
}

static void check(const struct named_operand *operand, word_t table)
{
    enum cap_type wrong = operand->type == CAP_SIGNAL ? CAP_THREAD : CAP_SIGNAL;
    word_t rights = all_rights(operand->type) & ~operand->right, leaf;

    refuse(operand, STATUS_RANGE, CONFIG_BOOT_ENTRIES, "an index out of range");
    refuse(operand, STATUS_TYPE, whole[wrong], "another type");
    refuse(operand, STATUS_FROZEN, frozen[operand->type], "a frozen capability");
    if (operand->right == 0)
        return;
    leaf = leaf_in(table, 0, operand->type, rights);
    refuse(operand, STATUS_RIGHTS, leaf, "all rights but the one that it needs");
    (void)PATIENT(CPT_FRZ, table, 0);
    (void)PATIENT(CPT_REM, table, 0);
}

int main(void)
{
    unsigned there = 0;
    word_t table;

    make_world();
    table = world_captable(1);
    world_bind(whole[CAP_THREAD], CAP_NULL, 1, 0);
    for (unsigned i = 0; i < OPERAND_COUNT; i++)
        if (is_there(&operands[i])) {
            check(&operands[i], table);
            there++;
        }
    tap_check(there >= 40, "every operand was looked at");
    world_check("the invariants hold");
    return tap_end();
}
