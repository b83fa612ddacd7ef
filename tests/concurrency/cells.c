/* SPDX-License-Identifier: Unlicense
 *
 * The cells of the matrix of calls and statuses that need a second CPU: each is a case `CALL
 * STATUS` here (matrix.py). CPU 0 makes the call, CPU 1 what stands in its way; the search must
 * come upon the status, and wherever it does, all of kernel memory is as if CPU 1 had been alone,
 * unless the table of calls says otherwise (a deletion thaws).
 */
#include "arch/memory.h"
#include "kernel/debug.h"
#include "kernel/flush.h"
#include "kernel/interrupt.h"
#include "kernel/kmem.h"
#include "kernel/pagetable.h"
#include "kernel/thread.h"
#include "tests/concurrency/scenario.h"
#include "tests/concurrency/tree.h"
#include "tests/host/invariants.h"
#include "tests/unit/tap.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE, PIECE1, PIECE2, PIECE3, LINE = 5, SCHEDULES_MAX = 50000 };
enum { FLAGS = PAGE_READ | PAGE_WRITE };

struct cell {
    const char *name;
    enum status wanted;
    void (*prepare)(void);
    host_script_t *call, *other;
    bool thaws, needs_pagetables;
};

/* ---- Making ---- */

#define SCRIPT(name, number, ...)                                                                  \
    static void name(struct cpu *cpu)                                                              \
    {                                                                                              \
        got[cpu->id][0] = CALL(cpu, number, __VA_ARGS__);                                          \
    }

static word_t table_word(void)
{
    return CONFIG_RAW ? arch_space_boot() : BOOT_PAGETABLE;
}

static void prepare_nothing(void) {}

static void prepare_sources(void)
{
    make_endpoint(ENDPOINT);
    make_process(PROCESS);
}

SCRIPT(create_captable, CPT_CRT, BOOT_CAPTABLE, SLOT, BOOT_KMEM, memory_at(PIECE), 4)

static void create_pagetable(struct cpu *cpu)
{
    got[cpu->id][0] = make_any(cpu, SLOT, memory_at(PIECE), 1);
}

SCRIPT(create_process, PRC_CRT, BOOT_CAPTABLE, SLOT, BOOT_CAPTABLE, table_word(), BOOT_KFUNC)
SCRIPT(create_thread, THD_CRT, BOOT_CAPTABLE, SLOT, BOOT_KMEM, memory_at(PIECE), BOOT_PROCESS, 3, 0)
SCRIPT(create_endpoint, SIG_CRT, BOOT_CAPTABLE, SLOT)
SCRIPT(create_port, INV_CRT, BOOT_CAPTABLE, SLOT, BOOT_KMEM, memory_at(PIECE), BOOT_PROCESS)
SCRIPT(create_beside, CPT_CRT, BOOT_CAPTABLE, OTHER, BOOT_KMEM, memory_at(PIECE) + 512, 1)
SCRIPT(delegate, CPT_ADD, BOOT_CAPTABLE, SLOT, BOOT_CAPTABLE, ENDPOINT, RIGHT_SIGNAL_SEND)

/* ---- Freezing, removing, deleting ---- */

static void made(host_script_t *create)
{
    create(arch_cpu(0));
    must(got[0][0], "create");
}

static void made_young(host_script_t *create)
{
    made(create);
    age();
    MUST(arch_cpu(0), CPT_FRZ, BOOT_CAPTABLE, SLOT);
}

static void made_frozen(host_script_t *create)
{
    made_young(create);
    age();
}

/* For each type: old; frozen a moment ago; frozen long ago. */
#define TYPE(type, create)                                                                         \
    static void old_##type(void)                                                                   \
    {                                                                                              \
        made(create);                                                                              \
        age();                                                                                     \
    }                                                                                              \
    static void young_##type(void)                                                                 \
    {                                                                                              \
        made_young(create);                                                                        \
    }                                                                                              \
    static void frozen_##type(void)                                                                \
    {                                                                                              \
        made_frozen(create);                                                                       \
    }

TYPE(captable, create_captable)
TYPE(pagetable, create_pagetable)
TYPE(process, create_process)
TYPE(thread, create_thread)
TYPE(endpoint, create_endpoint)
TYPE(port, create_port)

static void fresh_endpoint(void)
{
    made(create_endpoint);
}

SCRIPT(delete_captable, CPT_DEL, BOOT_CAPTABLE, SLOT)
SCRIPT(delete_pagetable, PGT_DEL, BOOT_CAPTABLE, SLOT)
SCRIPT(delete_process, PRC_DEL, BOOT_CAPTABLE, SLOT)
SCRIPT(delete_thread, THD_DEL, BOOT_CAPTABLE, SLOT)
SCRIPT(delete_endpoint, SIG_DEL, BOOT_CAPTABLE, SLOT)
SCRIPT(delete_port, INV_DEL, BOOT_CAPTABLE, SLOT)
SCRIPT(freeze_slot, CPT_FRZ, BOOT_CAPTABLE, SLOT)

/* Freeze while another CPU delegates, then delete: the new leaf is what stands in the way. */
static void freeze_then(struct cpu *cpu, word_t number)
{
    if (CALL(cpu, CPT_FRZ, BOOT_CAPTABLE, SLOT) != STATUS_OK)
        return;
    for (unsigned i = 0; i < 5; i++) {
        tick(cpu);
        got[0][0] = HOST_CALL(cpu, number, BOOT_CAPTABLE, SLOT);
        if (got[0][0] != STATUS_NOT_QUIESCENT)
            return;
    }
}

#define FREEZE_THEN(name, number)                                                                  \
    static void name(struct cpu *cpu)                                                              \
    {                                                                                              \
        freeze_then(cpu, RME_SVC_##number);                                                        \
    }

FREEZE_THEN(freeze_delete_captable, CPT_DEL)
FREEZE_THEN(freeze_delete_pagetable, PGT_DEL)
FREEZE_THEN(freeze_delete_process, PRC_DEL)
FREEZE_THEN(freeze_delete_thread, THD_DEL)
FREEZE_THEN(freeze_delete_endpoint, SIG_DEL)
FREEZE_THEN(freeze_delete_port, INV_DEL)

static void delegate_slot(struct cpu *cpu)
{
    got[cpu->id][0] = CALL(cpu, CPT_ADD, BOOT_CAPTABLE, LEAF, BOOT_CAPTABLE, SLOT, 1, 0, 0);
    quiesce_offline(cpu);
}

static void prepare_leaf(void)
{
    make_endpoint(ENDPOINT);
    make_leaf(SLOT, ENDPOINT, RIGHT_SIGNAL_SEND);
    age();
}

static void young_leaf(void)
{
    prepare_leaf();
    MUST(arch_cpu(0), CPT_FRZ, BOOT_CAPTABLE, SLOT);
}

static void frozen_leaf(void)
{
    young_leaf();
    age();
}

SCRIPT(remove_slot, CPT_REM, BOOT_CAPTABLE, SLOT)

/* ---- Ports, endpoints, threads, processes, lines ---- */

static void prepare_port(void)
{
    make_process(PROCESS);
    make_port(PORT, PIECE);
    make_thread(THREAD, PIECE1);
    make_thread(THREAD1, PIECE2);
    bind(0, THREAD, 1);
    bind(1, THREAD1, 1);
}

/* What the port says would be its result, if it got in. */
static void activate(struct cpu *cpu)
{
    struct thread *self = cpu->current;
    sword_t result = CALL(cpu, INV_ACT, PORT, 0);

    got[cpu->id][0] = self->invocation != NULL ? STATUS_OK : result;
}

SCRIPT(set_port, INV_SET, PORT, 0x2222, 0x2222, 0)

static void prepare_waiter(void)
{
    make_endpoint(ENDPOINT);
    make_thread(THREAD, PIECE);
    bind(0, THREAD, 1);
    (void)CALL(arch_cpu(0), SIG_RCV, ENDPOINT, SIGNAL_RECEIVE_SINGLE);
    MUST(arch_cpu(1), SIG_SND, ENDPOINT, 1);
}

SCRIPT(send_none, SIG_SND, ENDPOINT, 0)
SCRIPT(send_one, SIG_SND, ENDPOINT, 1)

static void prepare_signals(void)
{
    make_endpoint(ENDPOINT);
    MUST(arch_cpu(0), SIG_SND, ENDPOINT, 3);
}

SCRIPT(poll, SIG_RCV, ENDPOINT, SIGNAL_POLL_SINGLE)

static void prepare_thread(void)
{
    make_thread(SLOT, PIECE);
}

static void bind_slot(struct cpu *cpu)
{
    got[cpu->id][0] =
        CALL(cpu, THD_SCHED_BIND, SLOT, host_init_slot(cpu->id), CAP_NULL, 5, 0, CAP_NULL, 0);
}

static void prepare_tables(void)
{
    make_process(PROCESS);
    make_captable(TABLE, PIECE, 4);
    make_captable(OTHER, PIECE1, 4);
}

SCRIPT(set_captable, PRC_CPT, PROCESS, TABLE)
SCRIPT(set_other_captable, PRC_CPT, PROCESS, OTHER)

static void prepare_spaces(void)
{
    make_process(PROCESS);
    for (unsigned i = 0; i < 2 && !CONFIG_RAW; i++)
        make_top(i == 0 ? TABLE : OTHER, PIECE + i);
}

SCRIPT(set_pagetable, PRC_PGT, PROCESS, CONFIG_RAW ? 0x100 : TABLE, BOOT_KFUNC)
SCRIPT(set_other_pagetable, PRC_PGT, PROCESS, CONFIG_RAW ? 0x200 : OTHER, BOOT_KFUNC)

static void bind_line(struct cpu *cpu)
{
    got[cpu->id][0] =
        CALL(cpu, KFN, BOOT_KFUNC, RME_KFN_INT_BIND, LINE, cpu->id == 0 ? ENDPOINT : OTHER, 1);
}

static void prepare_endpoints(void)
{
    make_endpoint(ENDPOINT);
    make_endpoint(OTHER);
}

/* ---- Page tables ---- */

static void prepare_tree(void)
{
    make_parent(TABLE, PIECE);
    make_child(SLOT, PIECE1, 0);
    make_child(OTHER, PIECE2, 1);
    MUST(arch_cpu(0), PGT_CON, TABLE, 0, SLOT, 0);
    must(add_page(arch_cpu(0), SLOT, 0, 0), "PGT_ADD");
}

static void map(struct cpu *cpu)
{
    got[cpu->id][0] = add_page(cpu, SLOT, 0, 1);
}

SCRIPT(unmap, PGT_REM, SLOT, 0)
SCRIPT(construct, PGT_CON, TABLE, 1, OTHER, 0)
SCRIPT(destruct, PGT_DES, TABLE, 0, SLOT)

/* CPU 1 has loaded the table, in a process that has another since: it follows at its next tick. */
static void prepare_loaded(void)
{
    make_top(SLOT, PIECE);
    freeze(SLOT);
    shared_store(&arch_cpu(1)->loaded, (word_t)slot_at(SLOT)->object);
}

static void prepare_unflushed(void)
{
    prepare_tree();
    MUST(arch_cpu(0), PGT_REM, SLOT, 0);
    MUST(arch_cpu(0), PGT_DES, TABLE, 0, SLOT);
    freeze(SLOT);
    shared_store(&arch_cpu(1)->flushed, shared_load(&slot_at(SLOT)->pagetable.detached) - 1);
}

static const struct cell cells[] = {
    {"INV_ACT CONFLICT", STATUS_CONFLICT, prepare_port, activate, activate, false, false},
    {"INV_SET CONFLICT", STATUS_CONFLICT, prepare_port, set_port, activate, false, false},
    {"SIG_SND CONFLICT", STATUS_CONFLICT, prepare_waiter, send_none, send_one, false, false},
    {"SIG_RCV CONFLICT", STATUS_CONFLICT, prepare_signals, poll, poll, false, false},

    {"CPT_CRT CONFLICT", STATUS_CONFLICT, prepare_nothing, create_captable, create_endpoint, false,
     false},
    {"CPT_CRT CONFLICT", STATUS_CONFLICT, prepare_nothing, create_captable, create_beside, false,
     false},
    {"CPT_ADD CONFLICT", STATUS_CONFLICT, prepare_sources, delegate, create_endpoint, false, false},
    {"PGT_CRT CONFLICT", STATUS_CONFLICT, prepare_nothing, create_pagetable, create_endpoint, false,
     true},
    {"PRC_CRT CONFLICT", STATUS_CONFLICT, prepare_nothing, create_process, create_endpoint, false,
     false},
    {"THD_CRT CONFLICT", STATUS_CONFLICT, prepare_nothing, create_thread, create_endpoint, false,
     false},
    {"SIG_CRT CONFLICT", STATUS_CONFLICT, prepare_nothing, create_endpoint, create_process, false,
     false},
    {"INV_CRT CONFLICT", STATUS_CONFLICT, prepare_nothing, create_port, create_endpoint, false,
     false},

    {"CPT_FRZ NOT_QUIESCENT", STATUS_NOT_QUIESCENT, fresh_endpoint, freeze_slot, NULL, false,
     false},
    {"CPT_FRZ CONFLICT", STATUS_CONFLICT, old_endpoint, freeze_slot, freeze_slot, false, false},
    {"CPT_REM NOT_QUIESCENT", STATUS_NOT_QUIESCENT, young_leaf, remove_slot, NULL, false, false},
    {"CPT_REM CONFLICT", STATUS_CONFLICT, frozen_leaf, remove_slot, remove_slot, false, false},

    {"CPT_DEL NOT_QUIESCENT", STATUS_NOT_QUIESCENT, young_captable, delete_captable, NULL, false,
     false},
    {"CPT_DEL CONFLICT", STATUS_CONFLICT, frozen_captable, delete_captable, delete_captable, false,
     false},
    {"CPT_DEL REFERENCED", STATUS_REFERENCED, old_captable, freeze_delete_captable, delegate_slot,
     true, false},
    {"PGT_DEL NOT_QUIESCENT", STATUS_NOT_QUIESCENT, young_pagetable, delete_pagetable, NULL, false,
     true},
    {"PGT_DEL NOT_QUIESCENT", STATUS_NOT_QUIESCENT, prepare_loaded, delete_pagetable, NULL, false,
     true},
    {"PGT_DEL NOT_QUIESCENT", STATUS_NOT_QUIESCENT, prepare_unflushed, delete_pagetable, NULL,
     false, true},
    {"PGT_DEL CONFLICT", STATUS_CONFLICT, frozen_pagetable, delete_pagetable, delete_pagetable,
     false, true},
    {"PGT_DEL REFERENCED", STATUS_REFERENCED, old_pagetable, freeze_delete_pagetable, delegate_slot,
     true, true},
    {"PRC_DEL NOT_QUIESCENT", STATUS_NOT_QUIESCENT, young_process, delete_process, NULL, false,
     false},
    {"PRC_DEL CONFLICT", STATUS_CONFLICT, frozen_process, delete_process, delete_process, false,
     false},
    {"PRC_DEL REFERENCED", STATUS_REFERENCED, old_process, freeze_delete_process, delegate_slot,
     true, false},
    {"THD_DEL NOT_QUIESCENT", STATUS_NOT_QUIESCENT, young_thread, delete_thread, NULL, false,
     false},
    {"THD_DEL CONFLICT", STATUS_CONFLICT, frozen_thread, delete_thread, delete_thread, false,
     false},
    {"THD_DEL REFERENCED", STATUS_REFERENCED, old_thread, freeze_delete_thread, delegate_slot, true,
     false},
    {"SIG_DEL NOT_QUIESCENT", STATUS_NOT_QUIESCENT, young_endpoint, delete_endpoint, NULL, false,
     false},
    {"SIG_DEL CONFLICT", STATUS_CONFLICT, frozen_endpoint, delete_endpoint, delete_endpoint, false,
     false},
    {"SIG_DEL REFERENCED", STATUS_REFERENCED, old_endpoint, freeze_delete_endpoint, delegate_slot,
     true, false},
    {"INV_DEL NOT_QUIESCENT", STATUS_NOT_QUIESCENT, young_port, delete_port, NULL, false, false},
    {"INV_DEL CONFLICT", STATUS_CONFLICT, frozen_port, delete_port, delete_port, false, false},
    {"INV_DEL REFERENCED", STATUS_REFERENCED, old_port, freeze_delete_port, delegate_slot, true,
     false},

    {"PGT_ADD CONFLICT", STATUS_CONFLICT, prepare_tree, map, map, false, true},
    {"PGT_REM CONFLICT", STATUS_CONFLICT, prepare_tree, unmap, unmap, false, true},
    {"PGT_CON CONFLICT", STATUS_CONFLICT, prepare_tree, construct, construct, false, true},
    {"PGT_DES CONFLICT", STATUS_CONFLICT, prepare_tree, destruct, destruct, false, true},
    {"PRC_CPT CONFLICT", STATUS_CONFLICT, prepare_tables, set_captable, set_other_captable, false,
     false},
    {"PRC_PGT CONFLICT", STATUS_CONFLICT, prepare_spaces, set_pagetable, set_other_pagetable, false,
     false},
    {"THD_SCHED_BIND CONFLICT", STATUS_CONFLICT, prepare_thread, bind_slot, bind_slot, false,
     false},
    {"INT_BIND CONFLICT", STATUS_CONFLICT, prepare_endpoints, bind_line, bind_line, false, false},
};

/* ---- Nothing has changed ---- */

/* Kernel memory as far as it says what there is: stamps of empty slots and the registers of threads
 * are left out. */
struct image {
    unsigned char kmem[HOST_KMEM_BYTES];
    word_t bitmap[HOST_KMEM_BYTES / KMEM_GRANULE / WORD_BITS];
    word_t lines[HOST_LINES];
    sword_t other;
};

static void take_granule(struct image *image, word_t granule)
{
    bool marked =
        (shared_load(&arch_kmem_bitmap()[granule / WORD_BITS]) >> granule % WORD_BITS & 1) != 0;

    if (marked)
        memcpy(&image->kmem[granule * KMEM_GRANULE], &host_kmem[granule * KMEM_GRANULE],
               KMEM_GRANULE);
}

static void take(struct image *image)
{
    memset(image, 0, sizeof(*image));
    for (word_t i = 0; i < HOST_KMEM_BYTES / KMEM_GRANULE; i++)
        take_granule(image, i);
    for (word_t i = 0; i < CONFIG_BOOT_ENTRIES; i++) {
        word_t offset = i * sizeof(struct capability);

        if (is_empty(i))
            memset(&image->kmem[offset], 0, sizeof(struct capability));
        if (is_valid(i, CAP_THREAD))
            memset(&image->kmem[(word_t)slot_at(i)->object - (word_t)host_kmem], 0,
                   sizeof(struct arch_context));
    }
    for (unsigned i = 0; i < arch_cpu_count(); i++) {
        memset(&image->kmem[(word_t)arch_cpu(i)->current - (word_t)host_kmem], 0,
               sizeof(struct arch_context));
        arch_cpu(i)->current->context.result = 0;
    }
    for (word_t i = 0; i < sizeof(image->bitmap) / sizeof(word_t); i++)
        image->bitmap[i] = shared_load(&arch_kmem_bitmap()[i]);
    for (unsigned i = 0; i < HOST_LINES; i++)
        image->lines[i] = shared_load(&arch_irq_table()[i].endpoint);
    image->other = got[1][0];
}

static void again(const struct host_state *state)
{
    host_restore(state);
    for (unsigned i = 0; i < HOST_CPUS; i++)
        got[i][0] = 1;
}

static const char *judge(const struct cell *cell, const struct image *alone)
{
    static struct image image;

    if (cell->thaws)
        return cap_state(header_at(SLOT)) == CAP_VALID ? NULL : "it was not thawed";
    take(&image);
    if (image.other != alone->other)
        return NULL; /* the other call had to do with this one */
    return memcmp(&image, alone, sizeof(image)) == 0 ? NULL : "something has changed";
}

/* What CPU 1 makes alone. */
static void run_alone(const struct cell *cell, const struct host_state *state, struct image *alone)
{
    struct host_search search;
    host_script_t *const scripts[HOST_CPUS] = {NULL, cell->other};

    again(state);
    host_search_begin(&search, 0, false);
    if (cell->other != NULL && host_run(&search.chooser, scripts) != HOST_DONE)
        abort();
    take(alone);
}

static const char *search_cell(const struct cell *cell, const struct host_state *state)
{
    static struct host_search search;
    static struct image alone;
    host_script_t *const scripts[HOST_CPUS] = {cell->call, cell->other};
    unsigned found = 0, schedules = 0;

    run_alone(cell, state, &alone);
    host_search_begin(&search, 2, false);
    do {
        const char *wrong = NULL;

        again(state);
        if (host_run(&search.chooser, scripts) != HOST_DONE)
            return "the kernel panicked";
        if (got[0][0] == (sword_t)cell->wanted) {
            found++;
            wrong = judge(cell, &alone);
        }
        if (wrong == NULL)
            wrong = host_violation();
        if (wrong != NULL)
            return wrong;
    } while (host_search_next(&search) && ++schedules < SCHEDULES_MAX);
    return found != 0 ? NULL : "no schedule shows it";
}

static bool run(const struct cell *cell)
{
    struct host_state *state;
    const char *wrong;

    host_boot(2);
    host_is_hot = false; /* a hot half that loses starts over, and then sees more */
    cell->prepare();
    state = host_save();
    wrong = search_cell(cell, state);
    free(state);
    if (wrong != NULL)
        printf("# %s: %s\n", cell->name, wrong);
    return wrong == NULL;
}

int main(void)
{
    debug_is_silent = true;
    for (unsigned i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
        if (CONFIG_RAW && cells[i].needs_pagetables)
            tap_skip(cells[i].name, "raw address spaces have no page tables");
        else
            tap_check(run(&cells[i]), cells[i].name);
    }
    return tap_end();
}
