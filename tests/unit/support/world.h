/* SPDX-License-Identifier: Unlicense
 *
 * A small world for unit tests: the kernel booted on the host, helpers that make one object each by
 * the calls that a user would make, and a check of refusals: the status, and that nothing changed.
 * What a helper needs must succeed, or the program stops: it is not what is tested.
 */
#pragma once

#include "arch/host/machine.h"
#include "arch/machine.h"
#include "arch/memory.h"
#include "kernel/invocation.h"
#include "tests/host/invariants.h"
#include "tests/unit/tap.h"

/* Boot CPUs, forget all slots and memory that were given. */
void world_boot(unsigned cpus);

/* CPU 0, on which all helpers call, and the slot behind an id that the boot table resolves. */
struct cpu *world_cpu(void);
struct capability *world_cap(word_t id);

/* A slot of the boot table, and an offset in BOOT_KMEM, that nobody uses. */
word_t world_slot(void);
word_t world_memory(word_t bytes);

/* Slots of new objects. A process shares the boot table and the first address space (raw: the word
 * `world_raw_word`). */
word_t world_signal(void);
word_t world_captable(word_t entries);
word_t world_process(void);

/* Tables of this machine (space_*.c): a top level; one that is none, for the memory from `base` on,
 * of which BOOT_PAGETABLES has the first page at `position` of table `source`, and piece i of it at
 * index i * index_step, position + i * position_step; and the table that boot has for that page. */
struct world_tables {
    word_t top_size, top_number, base, size, number;
    word_t source, position, position_step, index_step;
    word_t page_size, page_number; /* of the page at 0x10000 */
};
extern const struct world_tables world_tables;

word_t world_top(void); /* an empty top level (space_*.c); not in raw mode */
word_t world_port(word_t process);
word_t world_thread(word_t process, word_t priority_max, word_t attributes);

/* A leaf with fewer rights; and one of kernel memory. */
word_t world_leaf(word_t source, word_t rights);
word_t world_memory_leaf(word_t rights, word_t low, word_t high);

/* The object behind a slot. */
struct thread *world_thread_of(word_t slot);
struct port *world_port_of(word_t slot);
word_t world_count_of(word_t endpoint);

/* Bind under the init thread with an endpoint (or CAP_NULL), give it time; it is then ready, or
 * runs if its priority is above the running thread's. */
void world_bind(word_t thread, word_t endpoint, word_t tid, word_t priority);
void world_give(word_t thread, word_t budget);
/* A new ready thread of the boot process: slot. */
word_t world_ready_thread(word_t tid, word_t priority, word_t budget);

/* Every CPU ticks; three epochs pass, so that what was made or frozen before is quiescent; and a
 * call repeated, with ticks between, as long as it is not quiescent. */
void world_tick(void);
void world_age(void);
sword_t world_patient(word_t number, const word_t words[7]);

/* The word that raw-mode processes get. */
extern const word_t world_raw_word;

/* Of the running thread of CPU 0. */
#define CALL(number, ...)    HOST_CALL(world_cpu(), RME_SVC_##number, __VA_ARGS__)
#define PATIENT(number, ...) world_patient(RME_SVC_##number, (const word_t[7]){__VA_ARGS__})
#define KFN(function, ...)   CALL(KFN, BOOT_KFUNC, RME_KFN_##function, __VA_ARGS__)

/* One case: the call of the running thread is refused with this status, the hot way and the whole
 * way, and no byte of kernel memory, of the bitmap, of the bindings or of a CPU has changed. */
#define REFUSED(status, name, number, ...)                                                         \
    world_refused((status), (name), RME_SVC_##number, (const word_t[7]){__VA_ARGS__}, __LINE__)
void world_refused(enum status status, const char *name, word_t number, const word_t words[7],
                   int line);

/* The same without a case: whether it is so. */
bool world_is_refused(enum status status, word_t number, const word_t words[7]);

/* A word of kernel memory is not compared. */
void world_ignore(const void *word);

/* The version of a tree of page tables (arch/space.h), which a refused change moves, is not. */
void world_ignore_version(word_t top);

/* One case: the call answers OK, or another result. */
#define ACCEPTED(name, number, ...) tap_check(CALL(number, __VA_ARGS__) == STATUS_OK, name)

/* Let something else happen once, at the n-th atomic operation from now (from 1). */
void world_meddle(unsigned n, void (*meddle)(void));
/* True if it has happened; it will not any more. */
bool world_meddled(void);

/* One case: a call meets `meddle` at each of its atomic operations in turn, each time in a world
 * that `prepare` makes. It answers OK (or a result), CONFLICT, or `other`, and CONFLICT at least
 * once; behind it `check` holds, where there is one, and then the invariants. */
struct world_sweep {
    const char *name;
    void (*prepare)(void);
    sword_t (*call)(void);
    void (*meddle)(void);
    bool (*check)(sword_t result);
    enum status other;
    bool passes; /* CONFLICT is never answered: a hot half that loses goes on to the whole call */
};
void world_sweep(const struct world_sweep *sweep);

/* One case: the kernel stops when `run` is called (in a process of its own). */
void world_stops(const char *name, void (*run)(void));

/* One case: it does not stop, nor anything else. */
void world_returns(const char *name, void (*run)(void));

/* One case: the kernel resets the machine when `run` is called. */
void world_ends(const char *name, void (*run)(void));

/* One case: the invariants of tests/host hold. */
void world_check(const char *name);
