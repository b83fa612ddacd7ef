/* SPDX-License-Identifier: Unlicense
 *
 * Each kernel function with each status that it can return here, and what it does when it is not
 * refused. What builds leave out is printed as skipped, for tests/system/matrix.py.
 */
#include "abi/names.h"
#include "board.h"
#include "config.h"
#include "layout.h"
#include "rme/alloc.h"
#include "rme/arch/sizes.h"
#include "rme/assert.h"
#include "rme/process.h"
#include "rme/stack.h"
#include "rme/start.h"
#include "test/machine.h"
#include "tests/system/refused.h"

static const rme_captable_t own = {{BOOT_CAPTABLE}};
static const rme_thread_t init = {{BOOT_THREAD}};
static const rme_process_t process = {{BOOT_PROCESS}};
static const rme_kfunc_t functions = {{BOOT_KFUNC}};
static const rme_signal_t timer = {{BOOT_TIMER_ENDPOINT}};

static rme_signal_t endpoint, frozen, weak_endpoint;
static rme_thread_t thread, weak_thread, unbound;
static rme_pagetable_t weak_page;
static char stack[256] __attribute__((aligned(8)));

enum {
    LINE = BOARD_IRQ_LINES / 2,
    LINES = BOARD_IRQ_LINES,
    GET = 0,
    SET = 1,
    NO_OPERATION = 2,
};

static sword_t call(word_t function, word_t object, word_t arg0, word_t arg1, word_t arg2)
{
    return rme_kfunc_call(functions, function, object, arg0, arg1, arg2, 0);
}

static sword_t call_for_value(word_t function, word_t object, word_t arg0, word_t arg1, word_t arg2,
                              word_t *value)
{
    return rme_call_value(RME_SVC_KFN, functions.id.raw, function, object, arg0, arg1, arg2, 0,
                          value);
}

/* Of the machine: what is not there on each of them. */
#include "test/functions.h"

/* ---- Pages ---- */

static void page_group(void)
{
    rme_pagetable_t p = rme_pagetable(BOOT_PAGETABLE);
    const word_t image = LAYOUT_USER_IMAGE;
    sword_t epoch;

    REFUSED(FLUSH, ARGUMENT, call(RME_KFN_FLUSH, 0, 2, 0, 0));
    REFUSED(FLUSH, ARGUMENT, call(RME_KFN_FLUSH, 0, (word_t)1 << 31, 0, 0));
    epoch = call(RME_KFN_FLUSH, 0, 1, 0, 0);
    tap_check(epoch >= 0 && call(RME_KFN_FLUSH_DONE, 0, (word_t)epoch, 0, 0) == 1,
              "one CPU has flushed when it returns");
    OPERAND(PGT_ENTRY_MOD, p, endpoint, call(RME_KFN_PGT_ENTRY_MOD, 0, p.id.raw, image, 0));
    p = rme_pagetable(BOOT_PAGETABLE);
    REFUSED(PGT_ENTRY_MOD, RIGHTS, call(RME_KFN_PGT_ENTRY_MOD, 0, weak_page.id.raw, image, 0));
    REFUSED(PGT_ENTRY_MOD, ARGUMENT, call(RME_KFN_PGT_ENTRY_MOD, 0, p.id.raw, image, 3));
    REFUSED(PGT_ENTRY_MOD, MAP, call(RME_KFN_PGT_ENTRY_MOD, 0, p.id.raw, LAYOUT_KMEM, 0));
    REFUSED(PGT_ENTRY_MOD, MAP, call(RME_KFN_PGT_ENTRY_MOD, 0, p.id.raw, MACHINE_UNREACHABLE, 0));
    tap_check((call(RME_KFN_PGT_ENTRY_MOD, 0, p.id.raw, image, 0) & PAGE_EXECUTE) != 0 &&
                  call(RME_KFN_PGT_ENTRY_MOD, 0, p.id.raw, image, 1) >= IMAGE_ORDER_MIN &&
                  call(RME_KFN_PGT_ENTRY_MOD, 0, p.id.raw, image, 2) == IMAGE_NUMBER_ORDER,
              "the page of an address has its flags and orders");
}

/* Where page tables or the group are missing. */
static void no_page_group(const char *reason)
{
    tap_skip("FLUSH ARGUMENT", reason);
    tap_skip("PGT_ENTRY_MOD RANGE", reason);
    tap_skip("PGT_ENTRY_MOD FROZEN", reason);
    tap_skip("PGT_ENTRY_MOD TYPE", reason);
    tap_skip("PGT_ENTRY_MOD RIGHTS", reason);
    tap_skip("PGT_ENTRY_MOD ARGUMENT", reason);
    tap_skip("PGT_ENTRY_MOD MAP", reason);
}

/* ---- Interrupts ---- */

static void lines(void)
{
    REFUSED(INT_LOCAL_MOD, UNSUPPORTED, call(RME_KFN_INT_LOCAL_MOD, LINES, GET, 0, 0));
    REFUSED(INT_LOCAL_MOD, UNSUPPORTED, call(RME_KFN_INT_LOCAL_MOD, ~(word_t)0, SET, 1, 0));
    REFUSED(INT_LOCAL_MOD, UNSUPPORTED, call(RME_KFN_INT_LOCAL_MOD, LINE, NO_OPERATION, 0, 0));
    REFUSED(INT_LOCAL_MOD, UNSUPPORTED, call(RME_KFN_INT_LOCAL_MOD, LINE, SET, 2, 0));
    tap_check(call(RME_KFN_INT_LOCAL_MOD, LINE, GET, 0, 0) == 0 &&
                  call(RME_KFN_INT_LOCAL_MOD, LINE, SET, 1, 0) == STATUS_OK &&
                  call(RME_KFN_INT_LOCAL_MOD, LINE, GET, 0, 0) == 1 &&
                  call(RME_KFN_INT_LOCAL_MOD, LINE, SET, 0, 0) == STATUS_OK &&
                  call(RME_KFN_INT_LOCAL_MOD, LINE, GET, 0, 0) == 0,
              "a line is enabled and disabled");
    REFUSED(INT_LOCAL_TRIG, UNSUPPORTED, call(RME_KFN_INT_LOCAL_TRIG, LINES, 0, 0, 0));
    REFUSED(INT_LOCAL_TRIG, UNSUPPORTED,
            call(RME_KFN_INT_LOCAL_TRIG, 1 << CAP_PAIR_SHIFT, 0, 0, 0));
    REFUSED(INT_MESSAGE, UNSUPPORTED, call(RME_KFN_INT_MESSAGE, LINES, 0, 0, 0));
    REFUSED(CPU_TICK, UNSUPPORTED, call(RME_KFN_CPU_TICK, 1, 0, 0, 0));
    REFUSED(CPU_TICK, UNSUPPORTED, call(RME_KFN_CPU_TICK, ~(word_t)0, 0, 0, 0));
    tap_check(call(RME_KFN_CPU_TICK, 0, 0, 0, 0) == STATUS_OK, "this CPU can be made to tick");
}

static void bindings(void)
{
    rme_signal_t e = endpoint;

    REFUSED(INT_BIND, UNSUPPORTED, call(RME_KFN_INT_BIND, LINES, e.id.raw, 0, 0));
    OPERAND(INT_BIND, e, thread, call(RME_KFN_INT_BIND, LINE, e.id.raw, 0, 0));
    REFUSED(INT_BIND, RIGHTS, call(RME_KFN_INT_BIND, LINE, weak_endpoint.id.raw, 0, 0));
    REFUSED(INT_BIND, STATE, call(RME_KFN_INT_BIND, LINE, CAP_NULL, 0, 0));
    tap_check(call(RME_KFN_INT_BIND, LINE, endpoint.id.raw, 0, 0) == STATUS_OK, "a line is bound");
    REFUSED(INT_BIND, STATE, call(RME_KFN_INT_BIND, LINE, endpoint.id.raw, 0, 0));
    tap_check(call(RME_KFN_INT_LOCAL_MOD, LINE, SET, 1, 0) == STATUS_OK &&
                  call(RME_KFN_INT_LOCAL_TRIG, LINE, 0, 0, 0) == STATUS_OK &&
                  rme_signal_receive(endpoint, SIGNAL_POLL_ALL) == 1 &&
                  call(RME_KFN_INT_LOCAL_MOD, LINE, GET, 0, 0) == 0,
              "raised, it sends one signal and is masked");
    tap_check(rme_captable_freeze(own, endpoint.id.raw) == STATUS_REFERENCED,
              "the binding counts on the endpoint");
    tap_check(call(RME_KFN_INT_BIND, LINE, CAP_NULL, 0, 0) == STATUS_OK, "and is taken back");
}

static void deadlines(void)
{
    rme_signal_t e = timer;

    OPERAND(TIMER_SET, e, thread, call(RME_KFN_TIMER_SET, 0, e.id.raw, 1, 0));
    REFUSED(TIMER_SET, RIGHTS, call(RME_KFN_TIMER_SET, 0, weak_endpoint.id.raw, 1, 0));
    REFUSED(TIMER_SET, STATE, call(RME_KFN_TIMER_SET, 0, endpoint.id.raw, 1, 0));
    REFUSED(TIMER_SET, ARGUMENT, call(RME_KFN_TIMER_SET, 0, timer.id.raw, BUDGET_INIT + 1, 0));
    tap_check(call(RME_KFN_TIMER_SET, 0, timer.id.raw, BUDGET_INIT, 0) == STATUS_OK &&
                  call(RME_KFN_TIMER_SET, 0, timer.id.raw, 0, 0) == STATUS_OK,
              "a deadline is set and taken back");
}

static void interrupt_group(void)
{
    lines();
    bindings();
    deadlines();
}

static void no_interrupt_group(void)
{
    static const char *const cases[] = {
        "INT_BIND RANGE",   "INT_BIND FROZEN", "INT_BIND TYPE",      "INT_BIND RIGHTS",
        "INT_BIND STATE",   "TIMER_SET RANGE", "TIMER_SET FROZEN",   "TIMER_SET TYPE",
        "TIMER_SET RIGHTS", "TIMER_SET STATE", "TIMER_SET ARGUMENT",
    };

    REFUSED(INT_LOCAL_MOD, UNSUPPORTED, call(RME_KFN_INT_LOCAL_MOD, LINE, GET, 0, 0));
    REFUSED(INT_LOCAL_TRIG, UNSUPPORTED, call(RME_KFN_INT_LOCAL_TRIG, LINE, 0, 0, 0));
    REFUSED(INT_BIND, UNSUPPORTED, call(RME_KFN_INT_BIND, LINE, endpoint.id.raw, 0, 0));
    REFUSED(INT_MESSAGE, UNSUPPORTED, call(RME_KFN_INT_MESSAGE, LINE, 0, 0, 0));
    REFUSED(CPU_TICK, UNSUPPORTED, call(RME_KFN_CPU_TICK, 0, 0, 0, 0));
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        tap_skip(cases[i], "this build has no functions on interrupts");
}

/* ---- Debugging ---- */

static void registers(void)
{
    rme_thread_t t = thread;
    word_t value = 0;

    OPERAND(DEBUG_REG_MOD, t, endpoint, call(RME_KFN_DEBUG_REG_MOD, 0, t.id.raw, GET, 0));
    REFUSED(DEBUG_REG_MOD, RIGHTS, call(RME_KFN_DEBUG_REG_MOD, 0, weak_thread.id.raw, GET, 0));
    REFUSED(DEBUG_REG_MOD, STATE, call(RME_KFN_DEBUG_REG_MOD, 0, unbound.id.raw, GET, 0));
    REFUSED(DEBUG_REG_MOD, UNSUPPORTED,
            call(RME_KFN_DEBUG_REG_MOD, REGISTERS, thread.id.raw, GET, 0));
    REFUSED(DEBUG_REG_MOD, UNSUPPORTED,
            call(RME_KFN_DEBUG_REG_MOD, REGISTERS_FPU, thread.id.raw, GET, 0));
    REFUSED(DEBUG_REG_MOD, UNSUPPORTED,
            call(RME_KFN_DEBUG_REG_MOD, REGISTER_READ_ONLY, thread.id.raw, SET, 0));
    REFUSED(DEBUG_REG_MOD, UNSUPPORTED,
            call(RME_KFN_DEBUG_REG_MOD, 0, thread.id.raw, NO_OPERATION, 0));
    tap_check(call(RME_KFN_DEBUG_REG_MOD, 3, thread.id.raw, SET, 0x1234) == STATUS_OK &&
                  call_for_value(RME_KFN_DEBUG_REG_MOD, 3, thread.id.raw, GET, 0, &value) ==
                      STATUS_OK &&
                  value == 0x1234,
              "a register is written and read");
    t = thread;
    OPERAND(DEBUG_EXC_GET, t, endpoint, call(RME_KFN_DEBUG_EXC_GET, 0, t.id.raw, 0, 0));
    REFUSED(DEBUG_EXC_GET, RIGHTS, call(RME_KFN_DEBUG_EXC_GET, 0, weak_thread.id.raw, 0, 0));
    REFUSED(DEBUG_EXC_GET, STATE, call(RME_KFN_DEBUG_EXC_GET, 0, unbound.id.raw, 0, 0));
    REFUSED(DEBUG_EXC_GET, UNSUPPORTED, call(RME_KFN_DEBUG_EXC_GET, 2, thread.id.raw, 0, 0));
}

static void no_registers(void)
{
    static const char *const cases[] = {
        "DEBUG_REG_MOD RANGE",  "DEBUG_REG_MOD FROZEN", "DEBUG_REG_MOD TYPE",
        "DEBUG_REG_MOD RIGHTS", "DEBUG_REG_MOD STATE",  "DEBUG_EXC_GET RANGE",
        "DEBUG_EXC_GET FROZEN", "DEBUG_EXC_GET TYPE",   "DEBUG_EXC_GET RIGHTS",
        "DEBUG_EXC_GET STATE",
    };

    REFUSED(DEBUG_REG_MOD, UNSUPPORTED, call(RME_KFN_DEBUG_REG_MOD, 0, thread.id.raw, GET, 0));
    REFUSED(DEBUG_EXC_GET, UNSUPPORTED, call(RME_KFN_DEBUG_EXC_GET, 0, thread.id.raw, 0, 0));
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        tap_skip(cases[i], "this build has no debug functions");
}

static void printing(void)
{
    if (CONFIG_DEBUG && CONFIG_KFUNC_DEBUG) {
        tap_skip("DEBUG_PRINT UNSUPPORTED", "a debug build prints");
        tap_check(call(RME_KFN_DEBUG_PRINT, '\n', 0, 0, 0) == STATUS_OK, "a character is printed");
    } else {
        REFUSED(DEBUG_PRINT, UNSUPPORTED, call(RME_KFN_DEBUG_PRINT, 'x', 0, 0, 0));
    }
}

/* ---- The authority of each function ---- */

/* A capability for every function but one, or for all but one object, refuses that one. Made anew
 * for each: the slot is used again. */
static sword_t call_narrow(word_t slot, word_t first, word_t last, word_t low, word_t high,
                           word_t function, word_t object)
{
    sword_t status;

    rme_assert(rme_captable_delegate(own, slot, own, BOOT_KFUNC, first << CAP_PAIR_SHIFT | last,
                                     low, high) == STATUS_OK);
    status = rme_kfunc_call(rme_kfunc(slot), function, object, CAP_NULL, CAP_NULL, CAP_NULL, 0);
    rme_assert(rme_captable_freeze(own, slot) == STATUS_OK);
    rme_assert(rme_captable_remove(own, slot) == STATUS_OK);
    return status;
}

static void authority(void)
{
    word_t slot = rme_alloc_slot();
    unsigned wrong = 0;

    for (unsigned i = 0; i < sizeof(rme_function_names) / sizeof(rme_function_names[0]); i++) {
        word_t function = rme_function_names[i].number;

        if (call_narrow(slot, 0, function - 1, 0, ~(word_t)0, function, 0) != STATUS_BOUNDS ||
            call_narrow(slot, function + 1, CAP_PAIR_MASK, 0, ~(word_t)0, function, 0) !=
                STATUS_BOUNDS ||
            call_narrow(slot, 0, CAP_PAIR_MASK, 6, 9, function, 5) != STATUS_BOUNDS ||
            call_narrow(slot, 0, CAP_PAIR_MASK, 6, 9, function, 10) != STATUS_BOUNDS ||
            call_narrow(slot, 0, CAP_PAIR_MASK, 6, 9, function, ~(word_t)0) != STATUS_BOUNDS) {
            rme_print("# %s\n", rme_function_names[i].name);
            wrong++;
        }
        /* Numbers that a half word would make of it. */
        if (call(function | 1 << CAP_PAIR_SHIFT, 0, 0, 0, 0) != STATUS_BOUNDS)
            wrong++;
    }
    tap_check(wrong == 0, "each function only with its number and its object in range");
    for (word_t function = 0; function <= CAP_PAIR_MASK;
         function += function < 0xEFF0 ? 0x101 : 1) {
        sword_t status;

        if (function == RME_KFN_SYS_REBOOT || function == RME_KFN_IDLE_SLEEP ||
            function == RME_KFN_DEBUG_PRINT)
            continue;
        status = call(function, ~(word_t)0, ~(word_t)0, ~(word_t)0, ~(word_t)0);
        if (status > 1 || status < -63)
            wrong++;
    }
    tap_check(wrong == 0, "every number with nonsense is refused, or harmless");
}

static word_t weaken(word_t source, word_t rights)
{
    word_t slot = rme_alloc_slot();

    rme_assert(rme_captable_delegate(own, slot, own, source, rights, 0, PAGE_FLAGS_ALL) ==
               STATUS_OK);
    return slot;
}

static void make_thread(rme_thread_t handle)
{
    rme_assert(rme_thread_create(own, handle.id.raw, rme_kmem(BOOT_KMEM),
                                 rme_alloc_kmem(RME_THREAD_BYTES), process, 5, 0) == STATUS_OK);
}

static void fixture(void)
{
    endpoint = rme_signal_make();
    frozen = rme_signal_make();
    rme_assert(rme_captable_freeze(own, frozen.id.raw) == STATUS_OK);
    thread = rme_thread(rme_alloc_slot());
    unbound = rme_thread(rme_alloc_slot());
    make_thread(thread);
    make_thread(unbound);
    rme_assert(rme_thread_bind(thread, init, rme_signal_null(), 1, 1, rme_kmem_null(), 0) ==
               STATUS_OK);
    rme_assert(rme_thread_exec_set(thread, 1, rme_stack_prepare(stack, sizeof(stack)), 0) ==
               STATUS_OK);
    weak_endpoint.id.raw = weaken(endpoint.id.raw, RIGHT_SIGNAL_SEND);
    weak_thread.id.raw = weaken(thread.id.raw, RIGHTS_THREAD_ALL & ~(word_t)RIGHT_THREAD_DEBUG);
    if (!CONFIG_RAW)
        weak_page.id.raw = weaken(BOOT_PAGETABLE, RIGHT_PAGETABLE_ADD_TARGET);
}

int main(void)
{
    fixture();
    if (!CONFIG_KFUNC_PAGE)
        no_page_group("this build has no functions on pages");
    else if (CONFIG_RAW)
        no_page_group("raw address spaces: there are no page tables");
    else
        page_group();
    REFUSED(PGT_RAW, UNSUPPORTED, call(RME_KFN_PGT_RAW, 0, 0, 0, 0));
    if (CONFIG_KFUNC_INTERRUPT)
        interrupt_group();
    else
        no_interrupt_group();
    machine_group();
    if (CONFIG_KFUNC_DEBUG)
        registers();
    else
        no_registers();
    printing();
    authority();
    return tap_end();
}
