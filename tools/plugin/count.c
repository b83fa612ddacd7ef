/* SPDX-License-Identifier: Unlicense
 *
 * A TCG plugin that counts, for QEMU 7.2: guest instructions, modelled Cortex-M4 cycles, memory
 * accesses of the kernel, the distinct lines they touch, its atomic instructions and its fences
 * (order.h), between marks in the guest; the longest way of each kernel entry; and how deep the
 * kernel stack became. It reads no register and changes nothing in the guest. One line of JSON per
 * result goes to the file `out`.
 *
 *   out=FILE        where the results go
 *   kernel=LO:HI    the code of the kernel; whoever runs elsewhere is user code
 *   load=ADDR       a load from this address (a timer's counter) is a mark
 *   stamps=1        the reading of the time stamp (x86, RDTSC) by user code is a mark
 *   physical=1      ... these addresses, and those of label, count bytes of a PC's RAM, where
 *                   each process may have a view of its own
 *   mark=ADDR       the execution of this address is a mark; may be repeated
 *   vector=ADDR     from here to the next mark is an interval too, both ends counted
 *   label=LO:HI     a load from LO + n drops the open interval and labels those that follow n
 *   handler=ADDR    who enters it on the way through the kernel gives that way its name; may be
 *                   repeated
 *   shared=LO:HI    tell each line of 64 bytes of RAM that one CPU has written and another touched,
 *                   in the kernel and between marks behind one of these labels
 *   stack=LO:HI     the kernel stack; its depth is told for boot and for what comes after
 *   trace=FILE      one line (number, CPU, address, cycles so far) per instruction executed ...
 *   window=N:M      ... from the Nth to before the Mth
 *   round=LABEL:N   ... or, without a window, from the Nth mark behind this label to the next
 *
 * Results are exact with `-icount shift=0,sleep=off`. What hardware does by itself (the frame of an
 * exception) is no instruction and no access here. Interval = (label, from, to): it begins behind
 * the mark at `from` and ends with the one at `to`, which it counts.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"
#include "order.h"
#include "qemu_api.h"
#include "thumb.h"

enum { CPUS_MAX = 64, LIST_MAX = 64, STATS_MAX = 8192, BUCKETS = 8192, SHARED_SLOTS = 65536 };

enum metric {
    INSNS,
    CYCLES,      /* MODEL_TRM */
    CYCLES_FLAT, /* MODEL_FLAT */
    LOADS,
    STORES,
    ATOMICS,
    FENCES,
    ADDED_UP, /* those before are running totals, those behind belong to an interval */
    READ_32 = ADDED_UP,
    WRITTEN_32,
    READ_64,
    WRITTEN_64,
    METRICS,
};

static const char *const metric_names[METRICS] = {
    "insns",  "cycles", "cycles_flat", "loads",  "stores",    "atomics",
    "fences", "read32", "written32",   "read64", "written64",
};

struct range {
    uint64_t low, high;
};

struct list {
    uint64_t address[LIST_MAX];
    unsigned int n;
};

/* One instruction of the guest, kept for ever under its address. */
struct insn {
    uint64_t pc;
    struct insn *next;
    struct thumb thumb;
    uint8_t size;
    uint8_t order; /* enum order */
    bool in_kernel, is_mark, is_vector, is_handler;
    bool is_entry; /* an exception has begun here */
};

enum stat_kind { STAT_MARK, STAT_VECTOR, STAT_PATH };

struct stat {
    enum stat_kind kind;
    uint64_t label;
    const struct insn *from, *to;
    uint64_t n, min[METRICS], sum[METRICS], max[METRICS];
};

struct interval {
    const struct insn *from; /* NULL: none is open */
    uint64_t since[ADDED_UP];
    struct lines lines32, lines64;
};

/* The kernel from its entry to the next user instruction. */
struct path {
    const struct insn *entry; /* NULL: user code runs */
    const struct insn *call;  /* the handler: the last one that is known, or where the last jump
                               * through a table led */
    bool is_named;            /* it is known */
    unsigned int near;        /* instructions behind that jump in which a branch belongs to it */
    uint64_t since[ADDED_UP];
};

struct cpu {
    uint64_t total[ADDED_UP];
    uint64_t kernel_insns, exceptions;
    const struct insn *last;
    uint64_t label, marks; /* marks since the label */
    bool was_user;         /* before the first user instruction the kernel boots */
    struct interval mark, vector;
    struct path path;
};

static struct {
    struct range kernel, label, stack, window, round, shared;
    struct list loads, marks, vectors, handlers;
    bool is_thumb, is_x86, has_stamps, has_round, is_physical;
    FILE *out, *trace;
} config;

static struct insn *insns[BUCKETS];
static struct cpu cpus[CPUS_MAX];
static struct stat stats[STATS_MAX];
static unsigned int stats_used, stats_lost;

/* An open hash table: who has used a line, a bit for each CPU. */
static struct shared {
    uint64_t line, touched, written; /* touched by none: free */
} shared[SHARED_SLOTS];

static struct deepest {
    uint64_t low;
    const struct insn *by;
} deepest, deepest_boot;

static bool in_range(const struct range *range, uint64_t address)
{
    return address >= range->low && address < range->high;
}

static bool in_list(const struct list *list, uint64_t address)
{
    for (unsigned int i = 0; i < list->n; i++)
        if (list->address[i] == address)
            return true;
    return false;
}

/* Results */

static struct stat *stat_find(const struct stat *key)
{
    for (unsigned int i = 0; i < stats_used; i++) {
        struct stat *stat = &stats[i];

        if (stat->kind == key->kind && stat->label == key->label && stat->from == key->from &&
            stat->to == key->to)
            return stat;
    }
    if (stats_used == STATS_MAX) {
        stats_lost++;
        return NULL;
    }
    stats[stats_used] = *key;
    return &stats[stats_used++];
}

static void stat_add(const struct stat *key, const uint64_t value[METRICS])
{
    struct stat *stat = stat_find(key);

    if (!stat)
        return;
    for (int i = 0; i < METRICS; i++) {
        if (stat->n == 0 || value[i] < stat->min[i])
            stat->min[i] = value[i];
        if (value[i] > stat->max[i])
            stat->max[i] = value[i];
        stat->sum[i] += value[i];
    }
    stat->n++;
}

/* Intervals */

static void interval_open(struct interval *interval, const struct cpu *cpu, const struct insn *from)
{
    interval->from = from;
    memcpy(interval->since, cpu->total, sizeof interval->since);
    lines_clear(&interval->lines32);
    lines_clear(&interval->lines64);
}

static void interval_close(struct interval *interval, const struct cpu *cpu, enum stat_kind kind,
                           const struct insn *to)
{
    const struct stat key = {.kind = kind, .label = cpu->label, .from = interval->from, .to = to};
    uint64_t value[METRICS];

    if (!interval->from)
        return;
    for (int i = 0; i < ADDED_UP; i++)
        value[i] = cpu->total[i] - interval->since[i];
    value[READ_32] = interval->lines32.count[LINE_READ];
    value[WRITTEN_32] = interval->lines32.count[LINE_WRITTEN];
    value[READ_64] = interval->lines64.count[LINE_READ];
    value[WRITTEN_64] = interval->lines64.count[LINE_WRITTEN];
    stat_add(&key, value);
    interval->from = NULL;
}

static void interval_touch(struct interval *interval, uint64_t first, uint64_t last,
                           enum line_use use)
{
    if (!interval->from)
        return;
    for (uint64_t line = first >> 5; line <= last >> 5; line++)
        lines_add(&interval->lines32, line, use);
    for (uint64_t line = first >> 6; line <= last >> 6; line++)
        lines_add(&interval->lines64, line, use);
}

/* Called by one thread at a time. A line for which there is no room is told as shared by all. */
static void share(uint64_t line, const struct cpu *cpu, enum line_use use)
{
    uint64_t bit = UINT64_C(1) << (cpu - cpus);
    uint64_t i = (line * 0x9E3779B97F4A7C15) >> 40, tries = 0;

    while (shared[i %= SHARED_SLOTS].touched && shared[i].line != line && tries++ < SHARED_SLOTS)
        i++;
    if (shared[i].touched && shared[i].line != line)
        bit = UINT64_MAX;
    else
        shared[i].line = line;
    shared[i].touched |= bit;
    if (use == LINE_WRITTEN)
        shared[i].written |= bit;
}

static void at_mark(struct cpu *cpu, const struct insn *insn)
{
    interval_close(&cpu->mark, cpu, STAT_MARK, insn);
    interval_open(&cpu->mark, cpu, insn);
    interval_close(&cpu->vector, cpu, STAT_VECTOR, insn);
    cpu->marks++;
}

/* Ways through the kernel */

static void path_begin(struct cpu *cpu, struct insn *insn)
{
    insn->is_entry = cpu->was_user;
    cpu->path.entry = insn;
    cpu->path.call = NULL;
    cpu->path.is_named = false;
    cpu->path.near = 0;
    memcpy(cpu->path.since, cpu->total, sizeof cpu->path.since);
}

static void path_end(struct cpu *cpu)
{
    const struct stat key = {
        .kind = STAT_PATH, .label = 0, .from = cpu->path.entry, .to = cpu->path.call};
    uint64_t value[METRICS] = {0};

    if (!cpu->path.entry)
        return;
    for (int i = 0; i < ADDED_UP; i++)
        value[i] = cpu->total[i] - cpu->path.since[i];
    stat_add(&key, value);
    cpu->path.entry = NULL;
}

static bool is_tail_chained(const struct insn *last, const struct insn *insn)
{
    return insn->is_entry && last->in_kernel && last->thumb.kind >= KIND_JUMP;
}

/* A table may lead to a branch to the handler, behind an instruction that gives a register back. */
static void follow_jump(struct path *path, const struct insn *last, const struct insn *insn)
{
    enum { NEAR = 2 };
    bool has_branched = last->thumb.kind == KIND_BRANCH && insn->pc != last->pc + last->size;

    if (last->thumb.kind == KIND_JUMP || (path->near != 0 && has_branched))
        path->call = insn;
    if (last->thumb.kind == KIND_JUMP)
        path->near = NEAR;
    else if (path->near != 0)
        path->near = has_branched ? 0 : path->near - 1;
}

/* Called before `insn` is counted. */
static void follow_path(struct cpu *cpu, struct insn *insn)
{
    const struct insn *last = cpu->last;

    if (!insn->in_kernel) {
        path_end(cpu);
        cpu->was_user = true;
        return;
    }
    if (cpu->path.entry && last && is_tail_chained(last, insn))
        path_end(cpu);
    if (!cpu->path.entry)
        path_begin(cpu, insn);
    else if (last && last->in_kernel && !cpu->path.is_named)
        follow_jump(&cpu->path, last, insn);
    if (insn->is_handler) {
        cpu->path.call = insn;
        cpu->path.is_named = true;
    }
}

/* Cycles */

/* What it costs to come from `last` to `insn`, which does not follow it in memory. */
static unsigned int jump_cycles(struct cpu *cpu, const struct insn *last, const struct insn *insn)
{
    bool is_entry = !thumb_can_jump(&last->thumb) || (insn->in_kernel && !last->in_kernel);

    if (is_entry) {
        cpu->exceptions++;
        return THUMB_ENTRY;
    }
    if (is_tail_chained(last, insn)) {
        cpu->exceptions++;
        return THUMB_TAIL;
    }
    return last->in_kernel && !insn->in_kernel ? THUMB_EXIT : THUMB_REFILL;
}

/* The coming of `insn` and its own cycles; a vector's interval begins between the two. */
static void count_cycles(struct cpu *cpu, const struct insn *insn)
{
    static const struct thumb nothing;
    const struct insn *last = cpu->last;
    bool follows = last && insn->pc == last->pc + last->size;
    const struct thumb *before = follows ? &last->thumb : &nothing;

    if (config.is_thumb && last && !follows) {
        unsigned int jump = jump_cycles(cpu, last, insn);

        cpu->total[CYCLES] += jump;
        cpu->total[CYCLES_FLAT] += jump;
    }
    if (insn->is_vector)
        interval_open(&cpu->vector, cpu, insn);
    cpu->total[CYCLES] += thumb_cycles(&insn->thumb, before, MODEL_TRM);
    cpu->total[CYCLES_FLAT] += thumb_cycles(&insn->thumb, before, MODEL_FLAT);
}

/* Callbacks of QEMU */

static struct cpu *cpu_of(unsigned int index)
{
    return &cpus[index < CPUS_MAX ? index : CPUS_MAX - 1];
}

static bool is_traced(const struct cpu *cpu)
{
    if (config.has_round)
        return cpu->label == config.round.low && cpu->marks == config.round.high;
    return in_range(&config.window, cpu->total[INSNS]);
}

static void on_exec(unsigned int index, void *data)
{
    struct insn *insn = data;
    struct cpu *cpu = cpu_of(index);

    follow_path(cpu, insn);
    count_cycles(cpu, insn);
    if (config.trace && is_traced(cpu))
        fprintf(config.trace, "%" PRIu64 " %u 0x%08" PRIx64 " %" PRIu64 "\n", cpu->total[INSNS],
                index, insn->pc, cpu->total[CYCLES]);
    cpu->total[INSNS]++;
    if (insn->in_kernel) {
        cpu->kernel_insns++;
        cpu->total[ATOMICS] += insn->order == ORDER_ATOMIC;
        cpu->total[FENCES] += insn->order == ORDER_FENCE;
    }
    cpu->last = insn;
    if (insn->is_mark)
        at_mark(cpu, insn);
}

static uint64_t physical_of(uint32_t access, uint64_t address)
{
    const struct qemu_place *place = qemu_plugin_get_hwaddr(access, address);

    return place && !qemu_plugin_hwaddr_is_io(place) ? qemu_plugin_hwaddr_phys_addr(place)
                                                     : UINT64_MAX;
}

static void on_memory(unsigned int index, uint32_t access, uint64_t address, void *data)
{
    const struct insn *insn = data;
    struct cpu *cpu = cpu_of(index);
    bool is_store = qemu_plugin_mem_is_store(access);

    if (insn->in_kernel) {
        uint64_t last = address + (1u << qemu_plugin_mem_size_shift(access)) - 1;
        enum line_use use = is_store ? LINE_WRITTEN : LINE_READ;

        cpu->total[is_store ? STORES : LOADS]++;
        if (cpu->mark.from && in_range(&config.shared, cpu->label) &&
            physical_of(access, address) != UINT64_MAX)
            share(address >> 6, cpu, use);
        interval_touch(&cpu->mark, address, last, use);
        interval_touch(&cpu->vector, address, last, use);
    }
    if (is_store) {
        struct deepest *record = cpu->was_user ? &deepest : &deepest_boot;

        if (in_range(&config.stack, address) && address < record->low) {
            record->low = address;
            record->by = insn;
        }
        return;
    }
    if (config.is_physical)
        address = physical_of(access, address);
    if (in_range(&config.label, address)) {
        cpu->label = address - config.label.low;
        cpu->marks = 0;
        cpu->mark.from = NULL;
        cpu->vector.from = NULL;
    }
    if (in_list(&config.loads, address))
        at_mark(cpu, insn);
}

static struct insn *insn_at(uint64_t pc)
{
    struct insn **bucket = &insns[(pc >> 1) % BUCKETS];

    for (struct insn *insn = *bucket; insn; insn = insn->next)
        if (insn->pc == pc)
            return insn;

    struct insn *insn = calloc(1, sizeof *insn);

    if (!insn) {
        fprintf(stderr, "count: out of memory\n");
        exit(1);
    }
    insn->pc = pc;
    insn->next = *bucket;
    *bucket = insn;
    return insn;
}

/* RDTSC, SDM volume 2; the kernel's own reading marks nothing. */
static bool is_time_stamp(const struct insn *insn, const struct qemu_insn *from)
{
    static const unsigned char rdtsc[] = {0x0F, 0x31};

    return config.has_stamps && !insn->in_kernel && insn->size == sizeof rdtsc &&
           memcmp(qemu_plugin_insn_data(from), rdtsc, sizeof rdtsc) == 0;
}

/* QEMU translates some instructions again: to the same record. */
static struct insn *translate(const struct qemu_insn *from)
{
    struct insn *insn = insn_at(qemu_plugin_insn_vaddr(from));

    if (config.is_thumb) { /* the size that QEMU tells is wrong at the end of a page */
        uint16_t half[2] = {0, 0};

        memcpy(&half[0], qemu_plugin_insn_data(from), sizeof half[0]);
        insn->size = (uint8_t)thumb_size(half[0]);
        if (insn->size == sizeof half)
            memcpy(half, qemu_plugin_insn_data(from), sizeof half);
        insn->thumb = thumb_decode(half[0], half[1]);
        insn->order = (uint8_t)order_of_thumb(half[0], half[1]);
    } else {
        insn->size = (uint8_t)qemu_plugin_insn_size(from);
        insn->order =
            (uint8_t)(config.is_x86 ? order_of_x86(qemu_plugin_insn_data(from), insn->size)
                                    : ORDER_NONE);
    }
    insn->in_kernel = in_range(&config.kernel, insn->pc);
    insn->is_mark = in_list(&config.marks, insn->pc) || is_time_stamp(insn, from);
    insn->is_vector = in_list(&config.vectors, insn->pc);
    insn->is_handler = in_list(&config.handlers, insn->pc);
    insn->is_entry |= insn->is_vector;
    return insn;
}

static void on_translate(uint64_t plugin, struct qemu_tb *tb)
{
    (void)plugin;
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
        struct qemu_insn *from = qemu_plugin_tb_get_insn(tb, i);
        struct insn *insn = translate(from);

        qemu_plugin_register_vcpu_insn_exec_cb(from, on_exec, QEMU_NO_REGISTERS, insn);
        /* Loads alone would not be reported for a device register. */
        qemu_plugin_register_vcpu_mem_cb(from, on_memory, QEMU_NO_REGISTERS, QEMU_READ_WRITE, insn);
    }
}

/* Output */

static void print_place(const char *name, const struct insn *insn)
{
    if (insn)
        fprintf(config.out, ", \"%s\": \"0x%08" PRIx64 "\"", name, insn->pc);
}

static void print_stat(const struct stat *stat)
{
    static const char *const types[] = {"mark", "vector", "path"};
    bool is_path = stat->kind == STAT_PATH;

    fprintf(config.out, "{\"type\": \"%s\", \"label\": %" PRIu64 ", \"n\": %" PRIu64,
            types[stat->kind], stat->label, stat->n);
    print_place(is_path ? "entry" : "from", stat->from);
    print_place(is_path ? "call" : "to", stat->to);
    if (is_path)
        fprintf(config.out, ", \"boot\": %s", stat->from->is_entry ? "false" : "true");
    for (int i = 0; i < (is_path ? ADDED_UP : METRICS); i++)
        fprintf(config.out, ", \"%s\": [%" PRIu64 ", %" PRIu64 ", %" PRIu64 "]", metric_names[i],
                stat->min[i], stat->sum[i], stat->max[i]);
    fprintf(config.out, "}\n");
}

static void print_totals(unsigned int index, const struct cpu *cpu)
{
    fprintf(config.out,
            "{\"type\": \"total\", \"cpu\": %u, \"kernel_insns\": %" PRIu64
            ", \"exceptions\": %" PRIu64,
            index, cpu->kernel_insns, cpu->exceptions);
    for (int i = 0; i < ADDED_UP; i++)
        fprintf(config.out, ", \"%s\": %" PRIu64, metric_names[i], cpu->total[i]);
    fprintf(config.out, "}\n");
}

static void print_shared(const struct shared *line)
{
    bool is_shared = line->written && (line->touched & (line->touched - 1)) != 0;

    if (is_shared)
        fprintf(config.out,
                "{\"type\": \"shared\", \"line\": \"0x%08" PRIx64 "\", \"touched\": %" PRIu64
                ", \"written\": %" PRIu64 "}\n",
                line->line << 6, line->touched, line->written);
}

static void print_stack(const char *type, const struct deepest *record)
{
    if (!record->by)
        return;
    fprintf(config.out, "{\"type\": \"%s\", \"low\": \"0x%08" PRIx64 "\", \"depth\": %" PRIu64,
            type, record->low, config.stack.high - record->low);
    print_place("by", record->by);
    fprintf(config.out, "}\n");
}

static void on_exit_of_qemu(uint64_t plugin, void *data)
{
    (void)plugin;
    (void)data;
    for (unsigned int i = 0; i < CPUS_MAX; i++)
        if (cpus[i].total[INSNS] > 0)
            print_totals(i, &cpus[i]);
    for (unsigned int i = 0; i < stats_used; i++)
        print_stat(&stats[i]);
    for (unsigned int i = 0; i < SHARED_SLOTS; i++)
        print_shared(&shared[i]);
    print_stack("stack", &deepest);
    print_stack("boot_stack", &deepest_boot);
    if (stats_lost > 0)
        fprintf(config.out, "{\"type\": \"lost\", \"n\": %u}\n", stats_lost);
    if (ferror(config.out) || fclose(config.out) != 0)
        fprintf(stderr, "count: the results are not complete\n");
    if (config.trace)
        fclose(config.trace);
}

/* Arguments */

static bool parse_pair(const char *text, struct range *range)
{
    char *end;

    range->low = strtoull(text, &end, 0);
    if (end == text || *end != ':')
        return false;
    text = end + 1;
    range->high = strtoull(text, &end, 0);
    return end != text && *end == '\0';
}

static bool parse_range(const char *text, void *into)
{
    struct range *range = into;

    return parse_pair(text, range) && range->low <= range->high;
}

static bool parse_round(const char *text, void *into)
{
    config.has_round = true;
    return parse_pair(text, into);
}

static bool parse_address(const char *text, void *into)
{
    struct list *list = into;
    char *end;

    if (list->n == LIST_MAX)
        return false;
    list->address[list->n++] = strtoull(text, &end, 0);
    return end != text && *end == '\0';
}

static bool parse_bool(const char *text, void *into)
{
    bool *is = into;

    *is = strcmp(text, "1") == 0;
    return *is || strcmp(text, "0") == 0;
}

static bool parse_file(const char *text, void *into)
{
    FILE **file = into;

    *file = fopen(text, "w");
    return *file != NULL;
}

static const struct option {
    const char *name;
    bool (*parse)(const char *text, void *into);
    void *into;
} options[] = {
    {"out", parse_file, &config.out},           {"trace", parse_file, &config.trace},
    {"kernel", parse_range, &config.kernel},    {"label", parse_range, &config.label},
    {"stack", parse_range, &config.stack},      {"window", parse_range, &config.window},
    {"load", parse_address, &config.loads},     {"mark", parse_address, &config.marks},
    {"vector", parse_address, &config.vectors}, {"handler", parse_address, &config.handlers},
    {"stamps", parse_bool, &config.has_stamps}, {"physical", parse_bool, &config.is_physical},
    {"round", parse_round, &config.round},      {"shared", parse_range, &config.shared},
};

/* `text` is NAME=VALUE. */
static bool parse(const char *text)
{
    const char *value = strchr(text, '=');

    for (size_t i = 0; value && i < sizeof options / sizeof options[0]; i++) {
        size_t length = strlen(options[i].name);

        if (length == (size_t)(value - text) && strncmp(text, options[i].name, length) == 0)
            return options[i].parse(value + 1, options[i].into);
    }
    return false;
}

QEMU_EXPORT extern int qemu_plugin_version;
int qemu_plugin_version = QEMU_API_VERSION;

QEMU_EXPORT int qemu_plugin_install(uint64_t plugin, const struct qemu_machine *machine, int argc,
                                    char **argv);

int qemu_plugin_install(uint64_t plugin, const struct qemu_machine *machine, int argc, char **argv)
{
    config.is_thumb = strcmp(machine->target, "arm") == 0;
    config.is_x86 = strcmp(machine->target, "x86_64") == 0;
    config.window.high = UINT64_MAX;
    deepest.low = UINT64_MAX;
    deepest_boot.low = UINT64_MAX;
    for (int i = 0; i < argc; i++) {
        if (!parse(argv[i])) {
            fprintf(stderr, "count: cannot use the argument '%s'\n", argv[i]);
            return -1;
        }
    }
    if (!config.out) {
        fprintf(stderr, "count: no out=FILE\n");
        return -1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(plugin, on_translate);
    qemu_plugin_register_atexit_cb(plugin, on_exit_of_qemu, NULL);
    return 0;
}
