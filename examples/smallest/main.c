/* SPDX-License-Identifier: Unlicense
 *
 * The smallest complete system. The first process makes two others, which share nothing but what it
 * gives them: `asker` may send to an endpoint and walk through a port; `answerer` may wait at the
 * endpoint and owns what is behind the port. Each has the code, the console and one page of 1 KiB,
 * so that neither can touch the other, nor this process, nor the kernel.
 *
 * docs/first-system.md goes through it line by line.
 */
#include "board.h"
#include "layout.h"
#include "rme/alloc.h"
#include "rme/assert.h"
#include "rme/print.h"
#include "rme/process.h"
#include "rme/stack.h"
#include "rme/start.h"

enum { IMAGE_ORDER = 15, CONSOLE_ORDER = 10, PAGE_ORDER = 10, PAGE_BYTES = 1 << PAGE_ORDER };

/* What a process has of its own: one page, with a stack for its thread and one for its port. */
struct page {
    char stack[PAGE_BYTES / 2];
    char port_stack[PAGE_BYTES / 2];
};
static struct page pages[2] __attribute__((aligned(PAGE_BYTES)));

static const rme_captable_t own = {{BOOT_CAPTABLE}};
static const rme_thread_t init = {{BOOT_THREAD}};

/* ---- The two processes. They keep everything on their stacks. ---- */

/* Slots of their capability tables. */
enum { ASKER_ENDPOINT, ASKER_PORT, ASKER_SLOTS };
enum { ANSWERER_ENDPOINT, ANSWERER_SLOTS };

static void asker(word_t number)
{
    word_t square;

    rme_print("asker: I signal, then I ask for the square of %u\n", number);
    rme_assert(rme_signal_send(rme_signal(ASKER_ENDPOINT), 1) == STATUS_OK);
    rme_assert(rme_invocation_activate(rme_invocation(ASKER_PORT), number, &square) == STATUS_OK);
    rme_print("asker: it is %u\n", square);
    /* Nobody gave it the right to wait: refused, and a debug build says why. */
    rme_assert(rme_signal_receive(rme_signal(ASKER_ENDPOINT), SIGNAL_RECEIVE_ALL) == STATUS_RIGHTS);
    /* Beyond its pages there is nothing for it: this is a fault, and ends it. */
    *(volatile word_t *)LAYOUT_KERNEL_RAM = 0;
}

static void answerer(word_t unused)
{
    (void)unused;
    for (;;) {
        sword_t signals = rme_signal_receive(rme_signal(ANSWERER_ENDPOINT), SIGNAL_RECEIVE_ALL);

        rme_print("answerer: woken by %d signal\n", signals);
    }
}

/* Behind the port: a visiting thread runs here, on its own time. */
static void square(word_t number)
{
    rme_print("answerer: a thread visits and asks about %u\n", number);
    (void)rme_invocation_return(number * number);
}

/* ---- What the first process does ---- */

static rme_process_t make_process(rme_captable_t table, struct page *page)
{
    const word_t code = PAGE_READ | PAGE_EXECUTE | PAGE_CACHE | PAGE_STATIC;
    const word_t data = PAGE_READ | PAGE_WRITE | PAGE_CACHE | PAGE_BUFFER | PAGE_STATIC;
    const word_t device = PAGE_READ | PAGE_WRITE | PAGE_BUFFER | PAGE_STATIC;
    struct rme_space space = rme_space_make(2);

    (void)rme_space_add(&space, LAYOUT_USER_IMAGE, IMAGE_ORDER, code);
    (void)rme_space_add(&space, (word_t)page, PAGE_ORDER, data);
    (void)rme_space_add(&space, BOARD_CONSOLE_BASE, CONSOLE_ORDER, device);
    return rme_process_make(table, &space);
}

static void give(rme_captable_t table, word_t slot, cap_id_t what, word_t rights)
{
    rme_assert(rme_captable_delegate(table, slot, own, what.raw, rights, 0, 0) == STATUS_OK);
}

static rme_thread_t make_thread(rme_process_t process, struct page *page, void (*entry)(word_t),
                                word_t param, word_t priority, word_t tid, rme_signal_t events)
{
    return rme_thread_make(&(struct rme_thread_plan){
        .process = process,
        .entry = entry,
        .stack = page->stack,
        .stack_bytes = sizeof(page->stack),
        .param = param,
        .priority = priority,
        .priority_max = priority,
        .budget = BUDGET_INFINITE,
        .tid = tid,
        .scheduler = init,
        .endpoint = events,
    });
}

int main(void)
{
    enum { ASKER = 1, ANSWERER, QUESTION = 12 };
    rme_captable_t asker_table = rme_captable_make(ASKER_SLOTS);
    rme_captable_t answerer_table = rme_captable_make(ANSWERER_SLOTS);
    rme_process_t asking = make_process(asker_table, &pages[0]);
    rme_process_t answering = make_process(answerer_table, &pages[1]);
    rme_signal_t endpoint = rme_signal_make(), events = rme_signal_make();
    rme_invocation_t port = rme_invocation_make(answering, square, pages[1].port_stack,
                                                sizeof(pages[1].port_stack), true);
    const sword_t expected = (sword_t)(ASKER | EVENT_FAULTED);
    sword_t event;

    rme_print("init: two processes, %u bytes of kernel memory are left\n", rme_alloc_kmem_left());
    give(asker_table, ASKER_ENDPOINT, endpoint.id, RIGHT_SIGNAL_SEND);
    give(asker_table, ASKER_PORT, port.id, RIGHT_INVOCATION_ACTIVATE);
    give(answerer_table, ANSWERER_ENDPOINT, endpoint.id, RIGHT_SIGNAL_RECEIVE_ALL);

    /* Each runs as soon as it has time, being of a higher level than this thread. */
    (void)make_thread(answering, &pages[1], answerer, 0, 2, ANSWERER, events);
    (void)make_thread(asking, &pages[0], asker, QUESTION, 1, ASKER, events);

    event = rme_thread_receive_event(init);
    rme_print("init: thread %d has faulted, as it was meant to\n", event & (sword_t)HALF_MAX);
    rme_print("%s passed, %s failed, 0 skipped\n", event == expected ? "1" : "0",
              event == expected ? "0" : "1");
    return 0;
}
