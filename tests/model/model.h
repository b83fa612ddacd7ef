/* SPDX-License-Identifier: Unlicense
 *
 * A sequential model of the kernel on one CPU, written from abi/calls.toml and docs/ with lists and
 * plain records, not from kernel/. It includes nothing of the kernel; what it must know of the
 * machine (addresses, sizes of objects) is in struct m_machine. Whoever drives it tells it what
 * happens, in the order in which the kernel is told: calls, interrupts, faults, the timer.
 *
 * Next: object.c (slots and kernel memory), captable.c, pagetable.c, schedule.c, thread.c, ipc.c,
 * kfunc.c, call.c; compare.c looks at model and kernel side by side.
 */
#pragma once

#include "abi/calls.h"
#include "config.h"

enum {
    M_CROSSING = 6, /* registers that cross an invocation */
    M_FPU = 8,
    M_LINES = 128,     /* at the most */
    M_REGIONS = 8,     /* of the MPU */
    M_KEPT = 4,        /* of them, kept for dynamic tables where there are any */
    M_PLACES = 512,    /* entries of the largest page table */
    M_LIST = 256,      /* threads in one list */
    M_GRANULES = 8192, /* of kernel memory */
    M_GUEST_WORDS = 512,
    M_LINEAGE = 8,        /* levels of a tree of page tables */
    M_FUNCTIONS = 0x1000, /* function numbers, less 0xF000 */
};

enum m_type {
    M_NONE,
    M_KFUNC,
    M_KMEM,
    M_CAPTABLE,
    M_PAGETABLE,
    M_PROCESS,
    M_THREAD,
    M_PORT,
    M_SIGNAL,
    M_TYPES
};

enum m_state { M_EMPTY, M_VALID, M_FROZEN };
enum m_run { M_READY, M_BLOCKED, M_EXHAUSTED, M_FAULTED };

struct m_object;

struct m_slot {
    word_t at; /* where the kernel has it */
    enum m_state state;
    enum m_type type;
    bool is_leaf;
    word_t stamp;
    word_t rights;
    word_t first, last;      /* kernel functions */
    word_t low, high;        /* positions, first arguments; kernel memory: [low, high) */
    struct m_object *object; /* NULL for kernel memory and functions */
    word_t held;             /* of these two: references, by boot */
};

struct m_list {
    struct m_object *item[M_LIST];
    unsigned count;
};

struct m_registers {
    word_t block[8], result, value, entry, stack, param, crossing[M_CROSSING];
};

struct m_captable {
    struct m_slot *slots;
    word_t entries;
};

struct m_pagetable {
    word_t base, size_order, number_order;
    bool is_top;
    struct m_object *parent, *child[M_PLACES]; /* NULL: none */
    word_t position;                           /* in the parent */
    bool page[M_PLACES];
    word_t flags;                 /* MPU: of all its pages */
    uint8_t page_flags[M_PLACES]; /* MMU */
    word_t page_address[M_PLACES];
    unsigned pages, children;
    struct m_object *region[M_REGIONS]; /* top: the table that each region shows, or NULL */
    unsigned turn;                      /* the region that was given last */
    unsigned statics, dynamics;         /* tables with pages in the tree */
    word_t detached;
};

struct m_process {
    struct m_object *captable, *pagetable;
    word_t raw;
};

struct m_thread {
    enum m_run run;
    bool is_bound, is_init, is_guest, has_fpu;
    word_t priority, priority_max, budget, tid, children;
    struct m_registers registers;
    word_t fpu[M_FPU];
    struct m_object *home, *port; /* port: the one entered last */
    unsigned depth;
    struct m_object *scheduler, *endpoint; /* endpoint: of its events */
    struct m_list events;                  /* children with an event, oldest first */
    struct m_object *waiting;
    word_t mode;
    word_t area;          /* of a guest's registers: an address */
    bool result_deferred; /* a guest got a result while it did not run */
    word_t fault_cause, fault_address;
};

struct m_port {
    struct m_object *process, *owner, *below;
    word_t entry, stack, saved_entry, saved_stack;
    bool return_on_fault;
};

struct m_signal {
    word_t count;
    bool dropped;
    struct m_object *waiter;
};

struct m_object {
    enum m_type type;
    struct m_slot *root;
    word_t references;
    word_t address, bytes; /* kernel memory; 0 where it lives in its slot */
    union {
        struct m_captable captable;
        struct m_pagetable pagetable;
        struct m_process process;
        struct m_thread thread;
        struct m_port port;
        struct m_signal signal;
    };
};

/* What the machine and the build are. */
struct m_machine {
    word_t kmem, kmem_bytes, guests, guest_bytes;
    word_t table_align; /* of page tables */
    word_t thread_bytes, fpu_bytes, port_bytes, top_bytes, table_bytes;
    word_t guest_area_bytes, guest_area_fpu_bytes;
    unsigned cpus, lines;
};

struct m_line {
    struct m_object *endpoint;
    bool is_edge, is_enabled, is_pending;
};

struct m_system {
    struct m_machine machine;
    struct m_object *owner[M_GRANULES];    /* of each granule of kernel memory */
    word_t marked[M_GRANULES / WORD_BITS]; /* the same as a set */
    struct m_object *boot_table, *timer_endpoint, *current;
    struct m_list ready[CONFIG_PRIORITIES]; /* first: runs next */
    struct m_object *loaded;                /* page table */
    word_t loaded_raw;
    word_t now, last; /* clock; up to when time has been charged */
    word_t deadline;
    bool deadline_armed;
    struct m_object *exhausted; /* lost its time while it left: its endpoint is told by the timer */
    bool timer_pended;
    bool tick_asked;
    word_t waiting_result; /* what a caller that waits has as its result meanwhile */
    word_t stray;
    word_t epoch, seen, flush_epoch, flushed;
    struct m_line line[M_LINES];
    word_t fpu[M_FPU]; /* the hardware's */
    word_t guest[M_GUEST_WORDS];
};

extern struct m_system m;

/* How often a call, or a kernel function, answered with -status; OK stands for all results. */
extern unsigned long m_reached[RME_CALL_COUNT][STATUS_COUNT];
extern unsigned long m_reached_function[M_FUNCTIONS][STATUS_COUNT];
void m_note(word_t number, sword_t result);

#define M_NO_RESULT INTPTR_MIN /* of a handler: the result register is left alone */

/* ---- object.c ---- */

struct m_operand {
    word_t id;
    enum m_type type;
    word_t right; /* 0: none */
};

/* An object in a slot, with the kernel memory it lies in. */
struct m_object *m_object_new(enum m_type type, struct m_slot *root, word_t address, word_t bytes);
void m_object_free(struct m_object *object);
/* Forget everything. */
void m_reset(void);

/* The capability table of the running thread. */
struct m_object *m_table(void);

enum status m_lookup(word_t id, enum m_type type, struct m_slot **slot);
/* Look all up, in order; then test their rights, in order. */
enum status m_operands(const struct m_operand *operands, unsigned count, struct m_slot **caps);
struct m_slot *m_slot_at(const struct m_slot *table, word_t index);

bool m_bounds(const struct m_slot *memory, word_t offset, word_t bytes);
/* A slot, and memory for an object (bytes 0: none): all that create calls check in common. */
enum status m_claim(const struct m_slot *table, word_t index, const struct m_slot *memory,
                    word_t offset, word_t bytes, struct m_slot **slot);
/* The root of a new object in a claimed slot. */
struct m_object *m_root(struct m_slot *slot, enum m_type type, word_t rights, word_t address,
                        word_t bytes);
bool m_quiescent(word_t stamp);
/* What every delete call checks; thaws where the table of calls says so. */
enum status m_delete_check(const struct m_slot *table, word_t index, enum m_type type,
                           struct m_slot **slot);
void m_thaw(struct m_slot *slot);
void m_erase(struct m_slot *slot);
void m_hold(struct m_object *object);
void m_drop(struct m_object *object);

/* ---- pagetable.c; pagetable_mpu.c or pagetable_mmu.c ---- */

struct m_object *m_pagetable_top(struct m_object *table);
word_t m_pagetable_bytes(bool is_top, word_t size_order, word_t number_order);
/* A table with pages comes into a tree. */
void m_enter_tree(struct m_object *top, struct m_object *table);
/* A fault: the dynamic table that would be loaded for this access, or NULL; load it. */
struct m_object *m_repairable(word_t address, word_t access);
bool m_repair(word_t address, word_t access);
/* The table below `table` that holds a page at the address, or NULL. */
struct m_object *m_page_at(struct m_object *table, word_t address);
/* Of a page: its flags, and where it is in physical memory. */
word_t m_page_flags(const struct m_pagetable *table, word_t position);
word_t m_page_address(const struct m_pagetable *table, word_t position);
static inline bool m_in_range(const struct m_slot *cap, word_t position)
{
    return position >= cap->low && position <= cap->high;
}
/* The operands of a call on a parent and its child, or on a target and its source; then whether the
 * positions are in the ranges of their capabilities. */
enum status m_family(const word_t *w, word_t right, struct m_slot **cap);
enum status m_target_and_source(const word_t *w, struct m_slot **cap);
/* Whether piece `index` of a page of 2^from bytes is an entry of 2^to bytes. */
static inline bool m_is_piece(word_t index, word_t from, word_t to)
{
    return to <= from && index >> (from - to) == 0;
}

/* ---- schedule.c ---- */

void m_list_add(struct m_list *list, struct m_object *item);
bool m_list_remove(struct m_list *list, const struct m_object *item);
word_t m_highest_level(void);
void m_enqueue(struct m_object *thread);
void m_dequeue(struct m_object *thread);
void m_charge(void);
/* The epoch and the flush epoch are seen. */
void m_tick(void);
/* Charge, and if the running thread has no time left it is exhausted. */
void m_look_at_time(void);
/* Its budget is 0 and it is ready: no longer; its event is queued and signalled. */
void m_exhaust(struct m_object *thread);
void m_event(struct m_object *child);
void m_event_queue(struct m_object *child);
void m_post(struct m_object *endpoint);
/* Take signals out of the counter, and the mark of dropped ones: a result. */
word_t m_take(struct m_object *endpoint, word_t count);
void m_cancel(struct m_object *waiter);
void m_save_guest(struct m_thread *thread);
void m_wake(struct m_object *endpoint, word_t result);
struct m_object *m_process(const struct m_object *thread);
void m_set_result(struct m_object *thread, word_t result);
void m_leave(void);
void m_enter_space(void);
void m_unwind(struct m_object *thread);
bool m_room(const struct m_object *endpoint, word_t count);

/* ---- What happens ---- */

void m_call(word_t number, const word_t words[7]);
void m_timer(void);
void m_request(void);
void m_interrupt(word_t line);
/* `second`: the other address of an access in two parts, or 0. */
struct m_fault_words {
    word_t cause, address, access, second;
};
void m_fault(const struct m_fault_words *fault);
/* Whether the fault would stop an init thread, which is a panic. */
bool m_fault_is_fatal(const struct m_fault_words *fault);

/* Latest time, by the clock, at which the timer must fire; false: need not. */
bool m_timer_due(word_t *latest);

/* ---- Handlers, for call.c ---- */

typedef sword_t m_handler_t(const word_t *words);

m_handler_t m_inv_ret, m_inv_act, m_sig_snd, m_sig_rcv, m_kfn, m_thd_sched_free, m_thd_exec_set,
    m_thd_sched_prio, m_thd_time_xfer, m_thd_swt, m_cpt_crt, m_cpt_del, m_cpt_frz, m_cpt_add,
    m_cpt_rem, m_pgt_crt, m_pgt_del, m_pgt_add, m_pgt_rem, m_pgt_con, m_pgt_des, m_prc_crt,
    m_prc_del, m_prc_cpt, m_prc_pgt, m_thd_crt, m_thd_del, m_thd_sched_bind, m_thd_sched_rcv,
    m_sig_crt, m_sig_del, m_inv_crt, m_inv_del, m_inv_set;
