/* SPDX-License-Identifier: Unlicense
 *
 * What the tests of isolation share: a subject, which is a thread in a process of its own, is given
 * something to do and ends by waiting or by a fault; and pages that come and go in its
 * address space. The first process has the lowest priority, so that a subject that is started has
 * ended when the call that started it returns.
 */
#pragma once

#include "config.h"
#include "rme/process.h"

enum {
    LAB_STACK_BYTES = WORD_BITS == 32 ? 2048 : 8192,
    LAB_PLACES = 8,     /* page tables at a time, beside image and data */
    LAB_LIST_ORDER = 4, /* of a subject's top level */
    LAB_PRIORITY = 3,
    LAB_PARK = 0,         /* in a subject's table: the endpoint that it waits at when it is done */
    LAB_FREE_SLOT = 1,    /* the first that is left to the test */
    LAB_TABLE_SLOTS = 16, /* of that table */
};

static const rme_captable_t lab_own = {{BOOT_CAPTABLE}};
static const rme_thread_t lab_init = {{BOOT_THREAD}};
static const rme_process_t lab_first = {{BOOT_PROCESS}};
static const rme_kfunc_t lab_functions = {{BOOT_KFUNC}};
static const rme_kmem_t lab_memory = {{BOOT_KMEM}};

struct lab_subject {
    rme_process_t process;
    rme_captable_t table;
    rme_pagetable_t list;
    rme_thread_t thread;
    rme_signal_t park;
    word_t tid, priority;
    word_t patience; /* how much time a run may take */
    word_t used;     /* places in the list that image and data have */
    char *stack;
};

/* A process with the image and its data, and a thread in it with these attributes. */
struct lab_subject lab_subject_make(word_t attributes);

/* The same with an address space and a stack of LAB_STACK_BYTES of the test's own. */
struct lab_subject lab_subject_make_in(const struct rme_space *space, char *stack,
                                       word_t attributes);

/* A guest (hypervisor-dedicated thread) in a process with the image, its register area at an offset
 * of the guest window, named by `memory`. */
struct lab_subject lab_guest_make(word_t attributes, rme_kmem_t memory, word_t area);

/* Give a subject a capability of the first process's. */
void lab_give(const struct lab_subject *subject, word_t slot, word_t source, word_t rights);

/* Whether it is found waiting at its endpoint. */
bool lab_is_parked(const struct lab_subject *subject);
void lab_set_priority(const struct lab_subject *subject, word_t priority);

/* Add what a subject needs of the image to a space: its text and its data. The port has it. */
void lab_space_add_image(struct rme_space *space);

/* How a run ended. `address` and `cause` are those of kernel function F803. */
enum lab_how { LAB_PARKED, LAB_FAULTED, LAB_HUNG, LAB_LOST };
struct lab_end {
    enum lab_how how;
    word_t cause, address;
};

/* Start the subject at an entry of this image with a stack, and see how it ends. Whoever has not
 * ended after a while has hung. */
struct lab_end lab_run(const struct lab_subject *subject, void (*entry)(word_t), word_t param);

/* The same with any entry and stack words. */
struct lab_end lab_run_raw(const struct lab_subject *subject, word_t entry, word_t stack,
                           word_t param);

/* Let it go on after something that was not lab_run: give it time and look how it ends. */
struct lab_end lab_look(const struct lab_subject *subject);
void lab_refill(const struct lab_subject *subject);

/* The end of what a subject does. */
__attribute__((noreturn)) void lab_park(void);

/* Whether this build can tell causes and registers (F801, F803). */
bool lab_has_debug(void);

/* F801: a saved register of a thread, or a status below 0. */
sword_t lab_register(rme_thread_t thread, word_t index, word_t *value);
sword_t lab_set_register(rme_thread_t thread, word_t index, word_t value);

/* ---- Pages that the image does not use ---- */

/* The address of page i, the same in every process that has it; init always has it. */
word_t lab_page(unsigned i);

/* Let a subject have the page at an address, which init has, and take it away again. `place` is one
 * of LAB_PLACES, at which it has nothing. */
void lab_map_page(const struct lab_subject *subject, unsigned place, word_t address, word_t flags);
void lab_unmap_page(const struct lab_subject *subject, unsigned place);
