/* SPDX-License-Identifier: Unlicense */
#include "kernel/debug.h"

#include "kernel/debug_search.h"
#include "kernel/explain_table.h"
#include "kernel/invocation.h"
#include "kernel/pagetable.h"
#include "kernel/report.h"

/* Words of KFN: capability, function, object. */
enum { KFN_FUNCTION = 2, KFN_OBJECT = 3 };

/* ---- How often ---- */

enum report_kind { REPORT_REFUSAL, REPORT_FAULT, REPORT_KINDS };

/* What a thread has reported in its present second. */
struct quota {
    const struct thread *thread; /* only compared: it may be gone */
    word_t since;
    word_t shown[REPORT_KINDS], hidden;
};

bool debug_is_silent;
static struct quota quotas[CONFIG_CPUS_MAX][DEBUG_THREADS_MAX];
static word_t crowded_out[CONFIG_CPUS_MAX]; /* reports of threads that found no quota */

/* The clock at this moment; what has passed is given back to whoever pays for it. */
static word_t now(struct cpu *cpu)
{
    word_t elapsed = arch_clock_elapsed(cpu);
    word_t time = arch_clock_now(cpu);

    arch_clock_unread(cpu, elapsed);
    return time;
}

static bool is_over(const struct quota *quota, word_t time)
{
    return quota->thread == NULL || time - quota->since >= arch_clock_hz();
}

/* The quota of a thread, or one whose second is over; NULL: too many threads report at once. */
static struct quota *find_quota(const struct cpu *cpu, const struct thread *thread, word_t time)
{
    struct quota *free = NULL;

    for (unsigned i = 0; i < DEBUG_THREADS_MAX; i++) {
        struct quota *quota = &quotas[cpu->id][i];

        if (quota->thread == thread)
            return quota;
        if (is_over(quota, time))
            free = quota;
    }
    if (free != NULL)
        *free = (struct quota){.thread = thread, .since = time};
    return free;
}

/* Say how many reports were left out, and begin to count anew. */
static void confess(const struct cpu *cpu, word_t *hidden, const char *whose)
{
    if (*hidden == 0)
        return;
    report_text(cpu, "\n(not shown: ");
    report_decimal(cpu, *hidden);
    report_text(cpu, whose);
    *hidden = 0;
}

static bool may_report(struct cpu *cpu, enum report_kind kind)
{
    word_t time = now(cpu);
    struct quota *quota = debug_is_silent ? NULL : find_quota(cpu, cpu->current, time);

    if (quota == NULL) {
        crowded_out[cpu->id]++;
        return false;
    }
    confess(cpu, &crowded_out[cpu->id], " reports of other threads)");
    if (is_over(quota, time)) {
        confess(cpu, &quota->hidden, " reports of the next thread)");
        *quota = (struct quota){.thread = cpu->current, .since = time};
    }
    if (quota->shown[kind] == DEBUG_REPORTS_MAX) {
        quota->hidden++;
        return false;
    }
    quota->shown[kind]++;
    return true;
}

/* ---- Who and what ---- */

static void report_process(const struct cpu *cpu, const struct capability *process)
{
    report_text(cpu, "process ");
    search_report(cpu, process);
}

static void report_thread(const struct cpu *cpu, const struct thread *thread)
{
    const struct capability *root = search_root(cpu, CAP_THREAD, thread);

    report_text(cpu, "thread ");
    if (root != NULL)
        search_report(cpu, root);
    else
        report_hex(cpu, (word_t)thread);
    report_text(cpu, " (tid ");
    report_decimal(cpu, thread->tid);
    report_text(cpu, ", priority ");
    report_decimal(cpu, thread->priority);
    report_text(cpu, ") in ");
    report_process(cpu, thread->process);
}

static void report_rights(const struct cpu *cpu, enum cap_type type, word_t rights)
{
    const word_t count = sizeof(explain_rights[0]) / sizeof(explain_rights[0][0]);

    for (word_t bit = 0; bit < count && explain_rights[type][bit] != NULL; bit++) {
        if ((rights >> bit & 1) == 0)
            continue;
        report_text(cpu, " ");
        report_text(cpu, explain_rights[type][bit]);
    }
}

static void report_range(const struct cpu *cpu, const char *what, word_t low, word_t high)
{
    report_text(cpu, what);
    report_hex(cpu, low);
    report_text(cpu, " to ");
    report_hex(cpu, high);
}

/* A thread of another CPU may change meanwhile: only whose it is. */
static void report_state(const struct cpu *cpu, const struct thread *thread)
{
    static const char *const states[] = {"ready", "waiting", "without time", "faulted"};

    if (!thread_is_on(thread, cpu)) {
        report_text(cpu, shared_load(&thread->cpu) == 0 ? ", not bound" : ", of another CPU");
        return;
    }
    report_text(cpu, ", ");
    report_text(cpu, states[thread->state]);
    report_text(cpu, " at priority ");
    report_decimal(cpu, thread->priority);
    report_text(cpu, " of ");
    report_decimal(cpu, thread->priority_max);
}

/* What the words of a capability narrow, or what its object is doing. */
static void report_extent(const struct cpu *cpu, const struct capability *slot, enum cap_type type)
{
    if (type == CAP_THREAD)
        report_state(cpu, slot->object);
    if (type == CAP_KFUNC) {
        report_range(cpu, ", functions ", slot->rights >> CAP_PAIR_SHIFT,
                     slot->rights & CAP_PAIR_MASK);
        report_range(cpu, ", first argument ", slot->kfunc.low, slot->kfunc.high);
    }
    if (type == CAP_KMEM)
        report_range(cpu, ", bytes ", 0, slot->kmem.end - slot->kmem.begin);
    if (type == CAP_PAGETABLE)
        report_range(cpu, ", positions ", pagetable_low(slot), pagetable_high(slot));
}

/* "boot/5 is the root of a signal endpoint", or what else the slot holds now. */
static void report_slot(const struct cpu *cpu, const struct capability *slot)
{
    word_t header = shared_load_acquire(&slot->header);

    search_report(cpu, slot);
    report_text(cpu, " is ");
    if (cap_state(header) == CAP_EMPTY || cap_state(header) == CAP_CREATING) {
        report_text(cpu, cap_state(header) == CAP_EMPTY ? "empty" : "just being filled");
        return;
    }
    report_text(cpu, cap_state(header) == CAP_FROZEN ? "the frozen " : "the ");
    report_text(cpu, (header & CAP_LEAF) != 0 ? "leaf of " : "root of ");
    report_text(cpu, explain_types[cap_type(header)]);
    if ((header & CAP_LEAF) == 0 && shared_load(&slot->link) != 0) {
        report_text(cpu, ", references to it: ");
        report_decimal(cpu, shared_load(&slot->link));
    }
}

/* ---- A capability operand ---- */

/* The slot of one level of an id, or NULL, which is reported. */
static const struct capability *look(const struct cpu *cpu, const struct capability *table,
                                     word_t index)
{
    if (index < table->captable.entries)
        return cap_slot(table, index);
    report_text(cpu, "index ");
    report_decimal(cpu, index);
    report_text(cpu, " is beyond the ");
    report_decimal(cpu, table->captable.entries);
    report_text(cpu, " slots of that table");
    return NULL;
}

/* The slot that an id names, whatever it holds; NULL: why there is none is reported. */
static const struct capability *follow(const struct cpu *cpu, word_t id)
{
    const word_t layout = CAP_TABLE_MAX << CAP_TABLE_SHIFT | CAP_TWO_LEVEL | CAP_INDEX_MASK;
    const struct capability *table = process_captable(cpu->current->process);
    const struct capability *slot;

    if ((id & ~layout) != 0 || (!cap_is_two_level(id) && id > CAP_INDEX_MASK)) {
        report_text(cpu, id == CAP_NULL ? "the null id" : "this is no capability id");
        return NULL;
    }
    if (!cap_is_two_level(id))
        return look(cpu, table, id);
    slot = look(cpu, table, id >> CAP_TABLE_SHIFT);
    if (slot == NULL || cap_is(slot, CAP_CAPTABLE))
        return slot == NULL ? NULL : look(cpu, slot, id & CAP_INDEX_MASK);
    report_text(cpu, "its table, ");
    report_slot(cpu, slot);
    return NULL;
}

/* Who has the right that is missing, and can give it away. */
static void report_grant(const struct cpu *cpu, const struct capability *holder)
{
    const struct capability *process;

    report_text(cpu, "\n  ");
    if (holder == NULL) {
        report_text(cpu, "no capability that can be found has it");
        return;
    }
    search_report(cpu, holder);
    report_text(cpu, " has it; who holds that table with ADD_SOURCE can grant it");
    process = search_process(cpu, holder);
    if (process == NULL)
        return;
    report_text(cpu, ": the table is that of ");
    report_process(cpu, process);
}

static void report_missing(const struct cpu *cpu, const struct capability *slot, enum cap_type type,
                           word_t rights)
{
    report_text(cpu, ", has");
    report_rights(cpu, type, slot->rights);
    report_text(cpu, ", lacks");
    report_rights(cpu, type, rights);
    report_grant(cpu, search_right(cpu, slot, rights));
}

/* "endpoint 0x5: boot/5 is the leaf of a signal endpoint", and what it lacks. */
static void report_operand(const struct cpu *cpu, const char *name, word_t id, enum cap_type type,
                           word_t right)
{
    const struct capability *slot;

    report_text(cpu, "\n  ");
    report_text(cpu, name);
    report_text(cpu, " ");
    report_hex(cpu, id);
    report_text(cpu, ": ");
    slot = follow(cpu, id);
    if (slot == NULL)
        return;
    report_slot(cpu, slot);
    if (cap_type(shared_load(&slot->header)) != type) {
        report_text(cpu, ", where ");
        report_text(cpu, explain_types[type]);
        report_text(cpu, " is needed");
        return;
    }
    report_extent(cpu, slot, type);
    if (right != 0 && !cap_allows(slot, right))
        report_missing(cpu, slot, type, right);
}

static bool applies(const struct explain_operand *operand, word_t id)
{
    if (operand->when == EXPLAIN_NAMED)
        return id != CAP_NULL;
    if (operand->when == EXPLAIN_MANAGED)
        return !CONFIG_RAW;
    return operand->when == EXPLAIN_ALWAYS || CONFIG_RAW;
}

static word_t right_of(const struct explain_operand *operand)
{
    return operand->right == EXPLAIN_NO_RIGHT ? 0 : (word_t)1 << operand->right;
}

/* Report the first operand that is refused like this. False: it was none. */
static bool explain_operand(const struct cpu *cpu, const struct explanation *call,
                            const word_t *args, word_t first, enum status status)
{
    const struct explain_operand *operand = &explain_operands[call->operands];

    for (; operand->type != CAP_NONE; operand++) {
        const struct capability *table = process_captable(cpu->current->process);
        enum cap_type type = (enum cap_type)operand->type;
        word_t id = args[operand->arg];
        struct capability *cap;

        if (!applies(operand, id) || cap_find(table, id, type, right_of(operand), &cap) != status)
            continue;
        report_operand(cpu, call->args[operand->arg - first], id, type, right_of(operand));
        return true;
    }
    return false;
}

/* The operands, which are all right in themselves; tables come with their slots. */
static void report_operands(const struct cpu *cpu, const struct explanation *call,
                            const word_t *args, word_t first)
{
    const struct explain_operand *operand = &explain_operands[call->operands];

    for (; operand->type != CAP_NONE; operand++)
        if (operand->type != CAP_CAPTABLE && applies(operand, args[operand->arg]))
            report_operand(cpu, call->args[operand->arg - first], args[operand->arg],
                           (enum cap_type)operand->type, 0);
}

/* ---- The rest of a call ---- */

static void explain_reason(const struct cpu *cpu, const struct explanation *call,
                           enum status status)
{
    const struct explain_reason *reason = &explain_reasons[call->reasons];

    while (reason->status != STATUS_OK && reason->status != status)
        reason++;
    report_text(cpu, "\n  ");
    report_text(cpu, reason->status == status ? reason->text : explain_statuses[-status]);
}

/* What the slots hold that the call is about. */
static void explain_slots_of(const struct cpu *cpu, const struct explanation *call,
                             const word_t *args, word_t first)
{
    for (const struct explain_slot *slot = &explain_slots[call->slots]; slot->arg != 0; slot++) {
        const struct capability *own = process_captable(cpu->current->process);
        const struct capability *table = cap_lookup(own, args[slot->table], CAP_CAPTABLE);
        const struct capability *at;

        if (table == NULL)
            continue;
        report_text(cpu, "\n  ");
        report_text(cpu, call->args[slot->arg - first]);
        report_text(cpu, ": ");
        at = look(cpu, table, args[slot->arg]);
        if (at == NULL)
            continue;
        report_slot(cpu, at);
    }
}

/* Rights that no row of the table can name: they depend on an argument. */
static void explain_rights_of(const struct cpu *cpu, const word_t *args)
{
    const struct capability *table = process_captable(cpu->current->process);
    const struct capability *source;
    enum cap_type type;

    if (args[0] == RME_SVC_SIG_RCV) {
        report_operand(cpu, "endpoint", args[1], CAP_SIGNAL,
                       (word_t)RIGHT_SIGNAL_RECEIVE_SINGLE << args[2]);
        return;
    }
    if (args[0] != RME_SVC_CPT_ADD)
        return;
    source = cap_lookup(table, args[3], CAP_CAPTABLE);
    source = source != NULL ? cap_slot(source, args[4]) : NULL;
    type = source != NULL ? cap_type(shared_load(&source->header)) : CAP_NONE;
    if (type != CAP_NONE && type != CAP_KFUNC && (args[5] & ~source->rights) != 0) {
        report_text(cpu, "\n  source_slot: ");
        report_slot(cpu, source);
        report_missing(cpu, source, type, args[5] & ~source->rights);
    }
}

static const struct explanation *function_of(word_t number)
{
    for (unsigned i = 0; i < sizeof(explain_functions) / sizeof(explain_functions[0]); i++)
        if (explain_functions[i].number == number)
            return &explain_functions[i].explanation;
    return NULL;
}

/* Whether one of the two tables has an operand or a word for it. A kernel function is looked at
 * when KFN itself has nothing against the call. */
static void explain(const struct cpu *cpu, const word_t *args, enum status status)
{
    const struct explanation *call = &explain_calls[args[0]];
    const struct explanation *function = NULL;

    if (explain_operand(cpu, call, args, 1, status))
        return;
    if (args[0] == RME_SVC_KFN)
        function = function_of(args[KFN_FUNCTION]);
    if (function != NULL && explain_operand(cpu, function, args, KFN_OBJECT + 1, status))
        return;
    explain_reason(cpu, function != NULL && status != STATUS_BOUNDS ? function : call, status);
    if (status == STATUS_RIGHTS)
        explain_rights_of(cpu, args);
    else
        report_operands(cpu, call, args, 1);
    if (args[0] == RME_SVC_KFN && status == STATUS_BOUNDS)
        report_grant(cpu, search_function(cpu, args[KFN_FUNCTION], args[KFN_OBJECT]));
    else if (function != NULL)
        report_operands(cpu, function, args, KFN_OBJECT + 1);
    explain_slots_of(cpu, call, args, 1);
}

void debug_report_refusal(struct cpu *cpu, const word_t *args, sword_t status)
{
    bool is_known = args[0] < RME_CALL_COUNT;
    const struct explanation *function = NULL;

    if (status == STATUS_NO_EVENT || !may_report(cpu, REPORT_REFUSAL))
        return;
    search_tables(cpu);
    report_text(cpu, "\nrefused: ");
    report_text(cpu, is_known ? explain_calls[args[0]].name : "call ");
    if (!is_known)
        report_decimal(cpu, args[0]);
    if (args[0] == RME_SVC_KFN)
        function = function_of(args[KFN_FUNCTION]);
    if (function != NULL) {
        report_text(cpu, " ");
        report_text(cpu, function->name);
        report_text(cpu, " on ");
        report_hex(cpu, args[KFN_OBJECT]);
    }
    report_text(cpu, " of ");
    report_thread(cpu, cpu->current);
    report_text(cpu, ": ");
    report_text(cpu, explain_names[-status]);
    if (is_known)
        explain(cpu, args, (enum status)status);
    report_text(cpu, "\n");
}

/* ---- Faults ---- */

/* What the page table of the running process says of an address. True: it grants the access, as far
 * as the port can tell a load from a store. */
static bool report_mapping(const struct cpu *cpu, word_t address, word_t access)
{
    const struct capability *process = cpu->current->process;
    struct pagetable_place place;

    report_hex(cpu, address);
    if (CONFIG_RAW)
        return true;
    if (!pagetable_backend_find(
            (const struct capability *)shared_load_acquire(&process->process.pagetable), address,
            &place)) {
        report_text(cpu, " is not mapped");
        return false;
    }
    report_text(cpu, " is mapped with");
    for (unsigned i = 0; i < sizeof(explain_page_flags) / sizeof(explain_page_flags[0]); i++) {
        if ((place.flags >> i & 1) == 0)
            continue;
        report_text(cpu, " ");
        report_text(cpu, explain_page_flags[i]);
    }
    if ((access & PAGE_EXECUTE) != 0 && (place.flags & PAGE_EXECUTE) == 0)
        report_text(cpu, ", lacks EXECUTE");
    else if ((access & PAGE_EXECUTE) == 0 && (place.flags & PAGE_WRITE) == 0)
        report_text(cpu, ", lacks WRITE");
    return (place.flags & access) == access;
}

/* Where it was, and what is there. An instruction may reach into a second page. */
static void report_place(const struct cpu *cpu, const struct fault *fault)
{
    bool is_execution = (fault->access & PAGE_EXECUTE) != 0;

    report_text(cpu, is_execution ? "\n  execution of " : "\n  access to ");
    if (report_mapping(cpu, fault->address, fault->access) && fault->second != 0) {
        report_text(cpu, "\n  and of ");
        (void)report_mapping(cpu, fault->second, fault->access);
    }
}

/* What becomes of it: see entry_fault. */
static void report_consequence(const struct cpu *cpu, const struct thread *thread)
{
    const struct capability *root;

    report_text(cpu, "\n  ");
    if (thread->invocation != NULL && thread->invocation->return_on_fault != 0) {
        report_text(cpu, "the invocation ends: its caller gets FAULT\n");
        return;
    }
    report_text(cpu, "the thread stops");
    if (thread->scheduler != NULL) {
        root = search_root(cpu, CAP_THREAD, thread->scheduler);
        report_text(cpu, "; its scheduler is told, thread ");
        search_report(cpu, root);
    }
    report_text(cpu, "\n");
}

void debug_report_fault(struct cpu *cpu, const struct fault *fault)
{
    const struct thread *thread = cpu->current;
    struct arch_fault_story story = arch_fault_story(&thread->context, fault->cause);

    if (!may_report(cpu, REPORT_FAULT))
        return;
    search_tables(cpu);
    report_text(cpu, "\nfault: ");
    report_text(cpu, story.what);
    report_text(cpu, ", of ");
    report_thread(cpu, thread);
    report_text(cpu, "\n  at pc ");
    report_hex(cpu, story.pc);
    report_text(cpu, ", stack ");
    report_hex(cpu, story.stack);
    report_text(cpu, ", cause ");
    report_hex(cpu, fault->cause);
    if (fault->access != 0 || fault->address != 0) {
        report_place(cpu, fault);
    } else if (story.is_stack) {
        report_text(cpu, "\n  the stack pointer ");
        (void)report_mapping(cpu, story.stack, PAGE_WRITE);
    }
    report_consequence(cpu, thread);
}
