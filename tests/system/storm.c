/* SPDX-License-Identifier: Unlicense
 *
 * A storm of calls by a user on the machine itself: a subject that holds itself, its process, its
 * table, its address space, ports, endpoints and kernel functions makes calls with words at random,
 * also inside the ports. It may ruin itself in every way; the kernel, another process and the first
 * one go on, and the first one can put everything back. (The host has the same against a model;
 * here the port and the hardware take part.)
 */
#include "board.h"
#include "rme/assert.h"
#include "rme/stack.h"
#include "rme/start.h"
#include "test/machine.h"
#include "tests/system/lab/lab.h"
#include "tests/system/tap.h"

enum {
    CALLS = 48,                        /* in one run */
    RUNS = CONFIG_TICKLESS ? 600 : 60, /* without a timer of its own who hangs does so for a tick */
    PORTS = 2,
    PORT_STACK = WORD_BITS == 32 ? 512 : 2048,
    ITSELF = LAB_FREE_SLOT,
    OTHER,
    PROCESS,
    TABLE,
    SPACE,
    SIGNAL,
    FIRST_PORT,
    PAGES = FIRST_PORT + PORTS,
    DEBUGGING,
    USED, /* the rest is free for what it makes */
};

static struct lab_subject subject, bystander;
static rme_invocation_t ports[PORTS];
static rme_signal_t endpoint;
static char port_stacks[PORTS][PORT_STACK] __attribute__((aligned(16)));

static uint32_t seed;
static volatile unsigned made, entered;

static word_t random_word(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed;
}

/* ---- The subject ---- */

static word_t random_argument(void)
{
    static const word_t words[] = {0,          1,       2,       3,          4,
                                   7,          16,      32,      127,        128,
                                   255,        0xFFFF,  0x10000, INTPTR_MAX, (word_t)INTPTR_MIN,
                                   ~(word_t)0, CAP_NULL};
    word_t kind = random_word() % 16;

    if (kind == 0)
        return random_word();
    if (kind == 1)
        return words[random_word() % (sizeof(words) / sizeof(words[0]))];
    if (kind == 2)
        return cap_id_in(TABLE, random_word() % LAB_TABLE_SLOTS).raw;
    if (kind == 3)
        return (word_t)port_stacks + random_word() % sizeof(port_stacks);
    return random_word() % LAB_TABLE_SLOTS;
}

static word_t random_function(void)
{
    static const word_t functions[] = {
        RME_KFN_FLUSH,          RME_KFN_FLUSH_DONE,    RME_KFN_PGT_ENTRY_MOD, RME_KFN_INT_LOCAL_MOD,
        RME_KFN_INT_LOCAL_TRIG, RME_KFN_DEBUG_REG_MOD, RME_KFN_DEBUG_EXC_GET};

    return functions[random_word() % (sizeof(functions) / sizeof(functions[0]))];
}

static void one_call(void)
{
    word_t block[8];

    block[0] = random_word() % (RME_CALL_COUNT + 2);
    for (unsigned i = 1; i < 8; i++)
        block[i] = random_argument();
    if (block[0] == RME_SVC_KFN && random_word() % 4 != 0) {
        block[1] = random_word() % 2 != 0 ? PAGES : DEBUGGING;
        block[2] = random_function();
    }
    if (block[0] == RME_SVC_INV_ACT && random_word() % 2 != 0)
        block[1] = FIRST_PORT + random_word() % PORTS;
    made++;
    (void)rme_call(block[0], block[1], block[2], block[3], block[4], block[5], block[6], block[7]);
}

static void blow(word_t unused)
{
    (void)unused;
    for (unsigned i = 0; i < CALLS; i++)
        one_call();
    lab_park();
}

/* Inside a port: a few calls more, then back, or a fault. */
static void serve(word_t param)
{
    entered++;
    for (unsigned i = 0; i < 4; i++)
        one_call();
    if (param % 8 == 3)
        machine_undefined();
    (void)rme_invocation_return(param);
    lab_park();
}

static void do_nothing(word_t unused)
{
    (void)unused;
    lab_park();
}

/* ---- Putting it back ---- */

/* Whatever a slot of the subject's table holds goes, if it can. */
static void clear_slot(word_t slot)
{
    (void)rme_captable_freeze(subject.table, slot);
    (void)rme_captable_remove(subject.table, slot);
    (void)rme_signal_delete(subject.table, slot);
    (void)rme_process_delete(subject.table, slot);
}

static void give_all(void)
{
    const word_t thread = RIGHT_THREAD_EXEC_SET | RIGHT_THREAD_SCHED_PRIORITY |
                          RIGHT_THREAD_SCHED_FREE | RIGHT_THREAD_SCHED_RECEIVE |
                          RIGHT_THREAD_TIME_SOURCE | RIGHT_THREAD_SWITCH | RIGHT_THREAD_DEBUG;

    lab_give(&subject, LAB_PARK, subject.park.id.raw, RIGHTS_SIGNAL_ALL);
    lab_give(&subject, ITSELF, subject.thread.id.raw, thread);
    lab_give(&subject, OTHER, bystander.thread.id.raw, RIGHT_THREAD_DEBUG | RIGHT_THREAD_SWITCH);
    lab_give(&subject, PROCESS, subject.process.id.raw, RIGHTS_PROCESS_ALL);
    lab_give(&subject, TABLE, subject.table.id.raw, RIGHTS_CAPTABLE_ALL);
    rme_assert(
        rme_captable_delegate(subject.table, SPACE, lab_own, subject.list.id.raw,
                              RIGHTS_PAGETABLE_ALL & ~(word_t)RIGHT_PAGETABLE_PARENT_DESTRUCT, 0,
                              15) == STATUS_OK);
    lab_give(&subject, SIGNAL, endpoint.id.raw, RIGHTS_SIGNAL_ALL);
    for (word_t i = 0; i < PORTS; i++)
        lab_give(&subject, FIRST_PORT + i, ports[i].id.raw, RIGHTS_INVOCATION_ALL);
    lab_give(&subject, PAGES, BOOT_KFUNC, (word_t)RME_KFN_FLUSH << CAP_PAIR_SHIFT | 0xF103);
    lab_give(&subject, DEBUGGING, BOOT_KFUNC,
             (word_t)RME_KFN_DEBUG_REG_MOD << CAP_PAIR_SHIFT | RME_KFN_DEBUG_EXC_GET);
}

static bool put_back(void)
{
    bool is_whole;

    (void)rme_thread_bind(subject.thread, lab_init, rme_signal_null(), subject.tid, LAB_PRIORITY,
                          rme_kmem_null(), 0);
    rme_assert(rme_thread_exec_set(subject.thread, (word_t)do_nothing,
                                   rme_stack_prepare(subject.stack, LAB_STACK_BYTES),
                                   0) == STATUS_OK);
    for (unsigned pass = 0; pass < 3; pass++) /* what refers to others goes first */
        for (word_t slot = 0; slot < LAB_TABLE_SLOTS; slot++)
            clear_slot(slot);
    is_whole =
        rme_process_set_captable(subject.process, subject.table) == STATUS_OK &&
        rme_process_set_pagetable(subject.process, subject.list, rme_kfunc_null()) == STATUS_OK;
    for (unsigned i = 0; i < PORTS; i++)
        is_whole = is_whole && rme_invocation_set(ports[i], (word_t)serve,
                                                  rme_stack_prepare(port_stacks[i], PORT_STACK),
                                                  i % 2) == STATUS_OK;
    give_all();
    (void)rme_signal_receive(endpoint, SIGNAL_POLL_ALL);
    (void)rme_signal_receive(subject.park, SIGNAL_POLL_ALL);
    while (rme_thread_receive_event(lab_init) >= 0) {
    }
    return is_whole && lab_run(&subject, do_nothing, 0).how == LAB_PARKED &&
           lab_run(&bystander, do_nothing, 0).how == LAB_PARKED;
}

int main(void)
{
    unsigned ends[LAB_LOST + 1] = {0}, wrong = 0;

    if (CONFIG_RAW) {
        tap_skip("a storm", "raw address spaces: a subject needs page tables");
        return tap_end();
    }
    subject = lab_subject_make(0);
    bystander = lab_subject_make(0);
    subject.patience = rme_boot.clock_hz / (CONFIG_TICKLESS ? 2000 : 50);
    endpoint = rme_signal_make();
    for (unsigned i = 0; i < PORTS; i++)
        ports[i] = rme_invocation_make(subject.process, serve, port_stacks[i], PORT_STACK, i % 2);
    tap_check(put_back(), "everything is in its place");
    for (unsigned run = 0; run < RUNS && wrong == 0; run++) {
        seed = 0x9E3779B9 * (run + 1);
        ends[lab_run(&subject, blow, 0).how]++;
        if (!put_back()) {
            rme_print("# run %u\n", run);
            wrong++;
        }
        if (run % 128 == 0)
            rme_print("# run %u, %u calls, %u entries of ports\n", run, made, entered);
    }
    rme_print("# %u calls, %u entries; %u runs parked, %u faulted, %u hung, %u otherwise\n", made,
              entered, ends[LAB_PARKED], ends[LAB_FAULTED], ends[LAB_HUNG], ends[LAB_LOST]);
    tap_check(wrong == 0, "behind each run of calls everything can be put back");
    tap_check(made > RUNS * 8 && entered > RUNS / 8, "many calls were made, many in ports");
    return tap_end();
}
