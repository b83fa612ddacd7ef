/* SPDX-License-Identifier: Unlicense
 *
 * Model and kernel are told the same in the same order: the machine's doors (the timer, requests,
 * interrupts) are wrapped by the linker, so that the model hears of each event just before the
 * kernel does; of a call, just behind it.
 */
#include "tests/model/run.h"

#include "abi/names.h"
#include "arch/machine.h"
#include "kernel/entry.h"
#include "kernel/pagetable.h"
#include "tests/host/invariants.h"
#include "tests/model/compare.h"
#include "tests/model/random.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    WHOLE_EVERY = 64, /* in the large configuration */
    IS_TINY_BUILD = CONFIG_CAPTABLE_BYTES_MAX < 1024,
};

/* ---- The doors ---- */

/* The call that the kernel has made and the model not yet. */
static const struct step *due;

/* What the result register of a thread that waits holds is nobody's promise: the model takes it. */
static void model_call(void)
{
    const struct step *step = due;

    due = NULL;
    if (step == NULL)
        return;
    m.waiting_result = ((const struct thread *)m.current->address)->context.result;
    m_call(step->number, step->words);
}

struct thread *__wrap_entry_timer(struct cpu *cpu, struct thread *self);
struct thread *__real_entry_timer(struct cpu *cpu, struct thread *self);
struct thread *__wrap_entry_request(struct cpu *cpu, struct thread *self);
struct thread *__real_entry_request(struct cpu *cpu, struct thread *self);
struct thread *__wrap_entry_interrupt(struct cpu *cpu, struct thread *self, word_t line);
struct thread *__real_entry_interrupt(struct cpu *cpu, struct thread *self, word_t line);

struct thread *__wrap_entry_timer(struct cpu *cpu, struct thread *self)
{
    model_call();
    m_timer();
    return __real_entry_timer(cpu, self);
}

struct thread *__wrap_entry_request(struct cpu *cpu, struct thread *self)
{
    model_call();
    m_request();
    return __real_entry_request(cpu, self);
}

struct thread *__wrap_entry_interrupt(struct cpu *cpu, struct thread *self, word_t line)
{
    model_call();
    m_interrupt(line);
    return __real_entry_interrupt(cpu, self, line);
}

/* ---- Steps ---- */

static bool is_reboot(const struct step *step)
{
    return step->number == RME_SVC_KFN && step->words[1] == RME_KFN_SYS_REBOOT;
}

/* What the running thread leaves in its registers and in the FPU. */
static void user_step(struct cpu *cpu, word_t word)
{
    struct m_thread *thread = &m.current->thread;

    for (unsigned i = 0; i < M_CROSSING; i++)
        cpu->current->context.crossing[i] = thread->registers.crossing[i] = word + i;
    if (!thread->has_fpu)
        return;
    for (unsigned i = 0; i < M_FPU; i++)
        host_fpu.registers[i] = m.fpu[i] = word * 3 + i;
}

static void area_step(word_t index, word_t word)
{
    index %= HOST_GUEST_BYTES / sizeof(word_t);
    ((word_t *)(void *)host_guests)[index] = m.guest[index] = word;
}

/* The slot at an offset of kernel memory, if it is the root of an endpoint. */
static struct m_object *endpoint_at(word_t offset)
{
    struct m_object *table = offset < m.machine.kmem_bytes ? m.owner[offset / KMEM_GRANULE] : NULL;
    const struct m_slot *slot;

    if (table == NULL || table->type != M_CAPTABLE || offset % CAP_SLOT_BYTES != 0)
        return NULL;
    slot = &table->captable.slots[(offset - (table->address - m.machine.kmem)) / CAP_SLOT_BYTES];
    return slot->state != M_EMPTY && slot->type == M_SIGNAL && !slot->is_leaf ? slot->object : NULL;
}

static void poke_step(word_t offset, word_t count)
{
    struct m_object *endpoint = endpoint_at(offset);

    if (endpoint == NULL)
        return;
    endpoint->signal.count = count;
    endpoint->signal.dropped = false;
    shared_store(&((struct capability *)endpoint->root->at)->signal.count, count);
}

static void fault_step(struct cpu *cpu, const word_t *w)
{
    const struct m_fault_words words = {w[0], w[1], w[2], w[3]};

    if (m_fault_is_fatal(&words))
        return;
    m_fault(&words);
    host_fault(cpu, (struct fault){.cause = w[0], .address = w[1], .access = w[2], .second = w[3]});
}

static void apply(const struct step *step)
{
    struct cpu *cpu = arch_cpu(0);
    const word_t *w = step->words;

    host_is_hot = step->is_hot;
    switch (step->kind) {
    case STEP_CALL:
        if (is_reboot(step))
            return;
        due = step;
        (void)host_call(cpu, step->number, w);
        model_call();
        return;
    case STEP_ADVANCE:
        m.now += w[0];
        host_advance(cpu, w[0]);
        return;
    case STEP_INTERRUPT:
        m.line[w[0] % m.machine.lines].is_pending = true;
        host_interrupt(cpu, w[0] % m.machine.lines);
        return;
    case STEP_FAULT:
        fault_step(cpu, w);
        return;
    case STEP_USER:
        user_step(cpu, w[0]);
        return;
    case STEP_AREA:
        area_step(w[0], w[1]);
        return;
    case STEP_POKE:
        poke_step(w[0], w[1]);
        return;
    default:
        return;
    }
}

/* What is compared behind every step, whatever the configuration. */
static const char *quick_difference(struct record *record, const struct m_object *caller)
{
    const struct thread *thread = (const struct thread *)caller->address;
    const struct cpu *cpu = arch_cpu(0);

    if (thread->context.result != caller->thread.registers.result ||
        thread->context.value != caller->thread.registers.value) {
        snprintf(record->text, sizeof(record->text),
                 "result: expected %zd and %zx, seen %zd and %zx",
                 (ssize_t)caller->thread.registers.result, (size_t)caller->thread.registers.value,
                 (ssize_t)thread->context.result, (size_t)thread->context.value);
        return record->text;
    }
    if ((word_t)cpu->current != m.current->address)
        return "another thread runs";
    return NULL;
}

/* A new table holds no byte of an earlier life of its memory. */
static bool is_zeroed(const struct step *step, const struct m_object *caller)
{
    const struct m_slot *table, *slot;
    const word_t *words;

    if (step->kind != STEP_CALL || step->number != RME_SVC_CPT_CRT ||
        caller->thread.registers.result != STATUS_OK || caller != m.current)
        return true;
    table = slot_of(step->words[0]);
    if (table == NULL || table->type != M_CAPTABLE)
        return true;
    slot = m_slot_at(table, step->words[1]);
    if (slot == NULL || slot->state != M_VALID || slot->type != M_CAPTABLE)
        return true;
    words = (const word_t *)slot->object->address;
    for (word_t i = 0; i < slot->object->bytes / sizeof(word_t); i++)
        if (words[i] != 0)
            return false;
    return true;
}

static bool step_differs(struct record *record, const struct step *step, bool is_whole)
{
    const struct m_object *caller = m.current;
    const char *found;

    record->calls += step->kind == STEP_CALL;
    apply(step);
    found = quick_difference(record, caller);
    if (found == NULL && !is_zeroed(step, caller))
        found = "a new table is not zero";
    if (found == NULL && is_whole)
        found = difference();
    if (found == NULL)
        found = invariants_broken();
    if (found == NULL)
        return false;
    if (found != record->text)
        snprintf(record->text, sizeof(record->text), "%s", found);
    record->differs = true;
    return true;
}

static void begin(void)
{
    host_fpu_is_on = false;
    host_boot(1);
    /* The flush epoch goes on from one boot of this process to the next: a flush tells it. */
    if (CONFIG_KFUNC_PAGE)
        (void)HOST_CALL(arch_cpu(0), RME_SVC_KFN, BOOT_KFUNC, RME_KFN_FLUSH);
    import_boot();
}

bool run_seed(struct record *record, uint64_t seed, unsigned steps)
{
    begin();
    generate_begin(seed);
    record->seed = seed;
    for (record->count = 0; record->count < steps;) {
        struct step *step = &record->steps[record->count];
        bool is_whole = IS_TINY_BUILD || profile.is_tiny || record->count % WHOLE_EVERY == 0;

        *step = generate_step();
        record->count++;
        if (step_differs(record, step, is_whole))
            return false;
    }
    return true;
}

bool run_steps(struct record *record)
{
    begin();
    for (unsigned i = 0; i < record->count; i++)
        if (step_differs(record, &record->steps[i], true)) {
            record->count = i + 1;
            return false;
        }
    return true;
}

void print_step(const struct step *step)
{
    static const char *const kinds[] = {"call", "advance", "interrupt", "fault",
                                        "user", "area",    "poke"};
    const char *name = kinds[step->kind];
    unsigned count = step->kind == STEP_FAULT ? 4 : step->kind >= STEP_AREA ? 2 : 1;

    if (step->kind == STEP_CALL) {
        name = step->number < RME_CALL_COUNT ? rme_call_names[step->number] : "unknown call";
        count = 7;
    }
    printf("#   %s%s", name, step->is_hot ? "" : " (whole)");
    for (unsigned i = 0; i < count; i++)
        printf(" %zx", (size_t)step->words[i]);
    printf("\n");
}
