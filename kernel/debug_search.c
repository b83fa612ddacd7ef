/* SPDX-License-Identifier: Unlicense */
#include "kernel/debug_search.h"

#include "arch/memory.h"
#include "kernel/report.h"

enum { TABLES_MAX = 32, PATH_MAX_DEPTH = 8 };

/* Root slots of tables, the first process's first. What lies beyond is not searched. */
static struct tables {
    const struct capability *root[TABLES_MAX];
    unsigned count;
} found[CONFIG_CPUS_MAX];

/* A walk over all slots of the tables. */
struct cursor {
    const struct tables *tables;
    unsigned table;
    word_t index;
};

static struct cursor begin(const struct cpu *cpu)
{
    return (struct cursor){.tables = &found[cpu->id]};
}

static const struct capability *slots_of(const struct capability *root)
{
    return root->object;
}

/* The next slot, or NULL behind the last. Sees tables that were added meanwhile. */
static const struct capability *next(struct cursor *cursor)
{
    for (; cursor->table < cursor->tables->count; cursor->table++) {
        const struct capability *root = cursor->tables->root[cursor->table];

        if (cursor->index < root->captable.entries)
            return slots_of(root) + cursor->index++;
        cursor->index = 0;
    }
    return NULL;
}

/* The same for two capabilities: what they are about. */
static word_t identity(const struct capability *cap)
{
    bool is_leaf = (shared_load(&cap->header) & CAP_LEAF) != 0;

    return is_leaf ? shared_load(&cap->link) : (word_t)cap;
}

void search_tables(const struct cpu *cpu)
{
    /* boot.c makes the table of the first process at the beginning of object memory. */
    const struct capability *boot = (const struct capability *)arch_kmem_base();
    struct tables *tables = &found[cpu->id];
    struct cursor cursor = begin(cpu);
    const struct capability *slot;

    tables->root[0] = &boot[BOOT_CAPTABLE];
    tables->count = 1;
    while ((slot = next(&cursor)) != NULL && tables->count < TABLES_MAX)
        if (cap_is(slot, CAP_CAPTABLE) && identity(slot) == (word_t)slot && slot != tables->root[0])
            tables->root[tables->count++] = slot;
}

/* The root of the table that a slot lies in, or NULL. */
static const struct capability *table_of(const struct cpu *cpu, const struct capability *slot)
{
    const struct tables *tables = &found[cpu->id];

    for (unsigned i = 0; i < tables->count; i++) {
        const struct capability *first = slots_of(tables->root[i]);

        if (slot >= first && slot < first + tables->root[i]->captable.entries)
            return tables->root[i];
    }
    return NULL;
}

void search_report(const struct cpu *cpu, const struct capability *slot)
{
    const struct capability *top = found[cpu->id].root[0];
    const struct capability *table = table_of(cpu, slot);
    word_t path[PATH_MAX_DEPTH];
    unsigned depth = 0;

    if (table == NULL) {
        report_hex(cpu, (word_t)slot);
        return;
    }
    path[depth++] = (word_t)(slot - slots_of(table));
    while (table != top && depth < PATH_MAX_DEPTH) {
        const struct capability *outer = table_of(cpu, table);

        path[depth++] = (word_t)(table - slots_of(outer));
        table = outer;
    }
    report_text(cpu, table == top ? "boot" : "...");
    while (depth > 0) {
        report_char(cpu, '/');
        report_decimal(cpu, path[--depth]);
    }
}

const struct capability *search_root(const struct cpu *cpu, enum cap_type type, const void *object)
{
    struct cursor cursor = begin(cpu);
    const struct capability *slot;

    while ((slot = next(&cursor)) != NULL)
        if (cap_is(slot, type) && slot->object == object && identity(slot) == (word_t)slot)
            return slot;
    return NULL;
}

/* Whether `other` names the same as `cap`, or of kernel memory at least as much. */
static bool is_same(const struct capability *other, const struct capability *cap)
{
    if (cap_type(shared_load(&cap->header)) == CAP_KMEM)
        return other->kmem.begin <= cap->kmem.begin && other->kmem.end >= cap->kmem.end;
    return identity(other) == identity(cap);
}

const struct capability *search_right(const struct cpu *cpu, const struct capability *cap,
                                      word_t right)
{
    enum cap_type type = cap_type(shared_load(&cap->header));
    struct cursor cursor = begin(cpu);
    const struct capability *slot;

    while ((slot = next(&cursor)) != NULL)
        if (cap_is(slot, type) && (slot->rights & right) == right && is_same(slot, cap))
            return slot;
    return NULL;
}

const struct capability *search_function(const struct cpu *cpu, word_t function, word_t object)
{
    struct cursor cursor = begin(cpu);
    const struct capability *slot;

    while ((slot = next(&cursor)) != NULL)
        if (cap_is(slot, CAP_KFUNC) && cap_covers(slot, function, object))
            return slot;
    return NULL;
}

const struct capability *search_process(const struct cpu *cpu, const struct capability *slot)
{
    const struct capability *table = table_of(cpu, slot);
    struct cursor cursor = begin(cpu);
    const struct capability *process;

    while ((process = next(&cursor)) != NULL)
        if (cap_is(process, CAP_PROCESS) && identity(process) == (word_t)process &&
            process_captable(process) == table)
            return process;
    return NULL;
}
