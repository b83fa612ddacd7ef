/* SPDX-License-Identifier: Unlicense
 *
 * Statuses that need a second thread: one that waits, one that is inside a port, invocations to the
 * limit of depth, a callee that faults, a guest. And what happens to them.
 */
#include "config.h"
#include "rme/alloc.h"
#include "rme/arch/sizes.h"
#include "rme/process.h"
#include "rme/stack.h"
#include "rme/start.h"
#include "tests/system/tap.h"

enum { STACKS = 14, STACK_BYTES = 512, PORTS = CONFIG_INV_DEPTH_MAX + 1 };

/* Nobody's but the kernel's: the system control space, or the end of the address space. */
#define FORBIDDEN (WORD_BITS == 32 ? (word_t)0xE000ED00 : ~(word_t)7)

static const rme_captable_t own = {{BOOT_CAPTABLE}};
static const rme_thread_t init = {{BOOT_THREAD}};
static const rme_process_t process = {{BOOT_PROCESS}};

static char stacks[STACKS][STACK_BYTES] __attribute__((aligned(8)));
static unsigned stacks_used;

/* What threads and servers have seen. */
static volatile sword_t seen, depth_status;
static volatile word_t depth_reached, crossed;

static rme_signal_t gate, parks[STACKS];
static unsigned parks_used;
static rme_invocation_t ports[PORTS];

static void report(sword_t result, sword_t wanted, const char *name, const char *what, int line)
{
    tap_report(result == wanted, name, what, line);
    if (result != wanted)
        rme_print("# it returned %d\n", (int)result);
}

#define MEETS(call, status, expression)                                                            \
    report((expression), STATUS_##status, #call " " #status, #expression, __LINE__)

static char *next_stack(void)
{
    return stacks[stacks_used++];
}

static rme_thread_t start(void (*entry)(word_t), word_t param, word_t attributes)
{
    return rme_thread_make(&(struct rme_thread_plan){
        .process = process,
        .entry = entry,
        .stack = next_stack(),
        .stack_bytes = STACK_BYTES,
        .param = param,
        .priority = 3,
        .priority_max = 3,
        .budget = BUDGET_INFINITE,
        .attributes = attributes,
        .tid = stacks_used,
        .scheduler = init,
        .endpoint = rme_signal_null(),
    });
}

/* Each at an endpoint of its own. */
static void stop_for_ever(void)
{
    rme_signal_t park = parks[parks_used++];

    for (;;)
        (void)rme_signal_receive(park, SIGNAL_RECEIVE_SINGLE);
}

/* ---- Waiting ---- */

static void wait_once(word_t endpoint)
{
    seen = rme_signal_receive((rme_signal_t){cap_id(endpoint)}, SIGNAL_RECEIVE_ALL);
    stop_for_ever();
}

static void waiting(void)
{
    rme_signal_t endpoint = rme_signal_make();
    rme_thread_t thread = start(wait_once, endpoint.id.raw, 0);

    MEETS(SIG_RCV, BUSY, rme_signal_receive(endpoint, SIGNAL_POLL_ALL));
    (void)rme_captable_freeze(own, endpoint.id.raw);
    MEETS(SIG_DEL, BUSY, rme_signal_delete(own, endpoint.id.raw));
    tap_check(rme_thread_free(thread) == STATUS_OK, "a thread that waits can be freed");
    tap_check(rme_thread_bind(thread, init, rme_signal_null(), 1, 3, rme_kmem_null(), 0) ==
                      STATUS_OK &&
                  rme_thread_transfer_time(thread, init, BUDGET_INFINITE) > 0,
              "and go on");
    MEETS(SIG_RCV, CANCELLED, seen);
}

static void counting(void)
{
    rme_signal_t endpoint = rme_signal_make();

    seen = 0;
    (void)rme_signal_send(endpoint, 3);
    (void)start(wait_once, endpoint.id.raw, 0);
    tap_check(seen == 3, "a receiver takes what is there");
    (void)start(wait_once, endpoint.id.raw, 0);
    (void)rme_signal_send(endpoint, 5);
    tap_check(seen == 5, "a waiting receiver of all gets all");
    tap_check(rme_signal_receive(endpoint, SIGNAL_POLL_ALL) == 0, "and nothing is left");
}

/* ---- Inside ports ---- */

static void serve_waiting(word_t unused)
{
    (void)unused;
    (void)rme_signal_receive(gate, SIGNAL_RECEIVE_SINGLE);
    (void)rme_invocation_return(77);
}

static void enter(word_t port)
{
    word_t value = 0;

    seen = rme_invocation_activate((rme_invocation_t){cap_id(port)}, 5, &value);
    crossed = value;
    stop_for_ever();
}

static void inside(void)
{
    rme_invocation_t port =
        rme_invocation_make(process, serve_waiting, next_stack(), STACK_BYTES, true);
    word_t value;

    (void)start(enter, port.id.raw, 0);
    MEETS(INV_ACT, BUSY, rme_invocation_activate(port, 0, &value));
    MEETS(INV_SET, BUSY, rme_invocation_set(port, 0, 0, 0));
    (void)rme_captable_freeze(own, port.id.raw);
    MEETS(INV_DEL, BUSY, rme_invocation_delete(own, port.id.raw));
    (void)rme_signal_send(gate, 1);
    tap_check(seen == STATUS_OK && crossed == 77, "the call returns with its value");
    (void)rme_captable_freeze(own, port.id.raw);
    tap_check(rme_invocation_delete(own, port.id.raw) == STATUS_OK, "then the port can go");
}

/* Each server activates the next port. */
static void serve_deeper(word_t level)
{
    word_t value = 0;
    sword_t status;

    depth_reached = level;
    status = rme_invocation_activate(ports[level], level + 1, &value);
    if (status != STATUS_OK) {
        depth_status = status;
        value = 0;
    }
    (void)rme_invocation_return(value + 1);
}

static void dive(word_t unused)
{
    word_t value = 0;

    (void)unused;
    seen = rme_invocation_activate(ports[0], 1, &value);
    crossed = value;
    stop_for_ever();
}

static void nesting(void)
{
    for (unsigned i = 0; i < PORTS; i++) {
        static char port_stacks[PORTS][256] __attribute__((aligned(8)));

        ports[i] = rme_invocation_make(process, serve_deeper, port_stacks[i],
                                       sizeof(port_stacks[i]), true);
    }
    (void)start(dive, 0, 0);
    MEETS(INV_ACT, DEPTH, depth_status);
    tap_check(depth_reached == CONFIG_INV_DEPTH_MAX, "at the limit and not before");
    tap_check(seen == STATUS_OK && crossed == CONFIG_INV_DEPTH_MAX, "all levels return in order");
}

/* ---- Faults and hostile callees ---- */

static void serve_fault(word_t address)
{
    *(volatile word_t *)address = 1;
}

static void call_faulting(word_t port)
{
    word_t value = 1;

    seen = rme_invocation_activate((rme_invocation_t){cap_id(port)}, FORBIDDEN, &value);
    crossed = value;
    stop_for_ever();
}

static void forced_return(void)
{
    rme_invocation_t port =
        rme_invocation_make(process, serve_fault, next_stack(), STACK_BYTES, true);

    (void)start(call_faulting, port.id.raw, 0);
    MEETS(INV_ACT, FAULT, seen);
    tap_check(crossed == 0, "no register of the callee crosses");
}

/* Without the port's wish the thread stops where it is. */
static void stopped(void)
{
    rme_invocation_t port =
        rme_invocation_make(process, serve_fault, next_stack(), STACK_BYTES, false);
    rme_thread_t thread;
    sword_t event;

    seen = 1;
    thread = start(call_faulting, port.id.raw, 0);
    tap_check(seen == 1, "a fault without forced return stops the thread");
    event = rme_thread_receive_event(init);
    tap_check(event > 0 && ((word_t)event & EVENT_FAULTED) != 0, "and is an event");
    tap_check(rme_thread_exec_set(thread, (word_t)call_faulting,
                                  rme_stack_prepare(next_stack(), STACK_BYTES), 0) == STATUS_OK,
              "a new entry ends its invocation");
    tap_check(rme_invocation_set(port, 0, 0, 0) == STATUS_OK, "and the port is idle");
}

/* ---- A guest ---- */

static void guest(word_t port)
{
    word_t value;

    seen = rme_invocation_activate((rme_invocation_t){cap_id(port)}, 0, &value);
    stop_for_ever();
}

static void guest_thread(void)
{
    rme_thread_t thread = rme_thread(rme_alloc_slot());
    rme_invocation_t port =
        rme_invocation_make(process, serve_waiting, next_stack(), STACK_BYTES, true);

    (void)rme_thread_create(own, thread.id.raw, rme_kmem(BOOT_KMEM),
                            rme_alloc_kmem(RME_THREAD_BYTES), process, 3, THREAD_GUEST);
    tap_check(rme_thread_bind(thread, init, rme_signal_null(), 9, 3, rme_kmem(BOOT_GUEST_WINDOW),
                              ~(word_t)3) == STATUS_AREA,
              "a register area lies in its memory");
    tap_check(rme_thread_bind(thread, init, rme_signal_null(), 9, 3, rme_kmem(BOOT_GUEST_WINDOW),
                              0) == STATUS_OK,
              "a guest has its registers there");
    (void)rme_thread_exec_set(thread, (word_t)guest, rme_stack_prepare(next_stack(), STACK_BYTES),
                              port.id.raw);
    (void)rme_thread_transfer_time(thread, init, BUDGET_INFINITE);
    MEETS(INV_ACT, STATE, seen);
}

static void guests(void)
{
    if (CONFIG_GUESTS)
        guest_thread();
    else
        tap_skip("INV_ACT STATE", "this build has no guests");
}

int main(void)
{
    gate = rme_signal_make();
    for (unsigned i = 0; i < STACKS; i++)
        parks[i] = rme_signal_make();
    waiting();
    counting();
    inside();
    nesting();
    forced_return();
    stopped();
    guests();
    return tap_end();
}
