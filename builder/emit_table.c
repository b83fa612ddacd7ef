/* SPDX-License-Identifier: Unlicense */
#include "builder/emit_table.h"

#include "abi/calls.h"
#include "init/boot_table.h"

#include <string.h>

/* One table in the making: words, then texts. Both grow. */
struct table {
    const struct placement *placement;
    const struct objects *objects;
    uint64_t *word;
    size_t words, room;
    struct output texts;
    size_t text_begin; /* bytes of all words: where the texts begin */
};

/* Structures of init/boot_table.h, in words of any size. */
#define WORDS(type) (sizeof(struct type) / sizeof(word_t))

static void word(struct table *table, uint64_t value)
{
    if (table->words == table->room) {
        uint64_t *words = memory_take(2 * (table->room + 64) * sizeof(*words));

        if (table->words != 0)
            memcpy(words, table->word, table->words * sizeof(*words));
        table->word = words;
        table->room = 2 * (table->room + 64);
    }
    table->word[table->words++] = value;
}

static void words(struct table *table, const uint64_t *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        word(table, values[i]);
}

#define RECORD(table, type, ...)                                                                   \
    do {                                                                                           \
        const uint64_t record[] = {__VA_ARGS__};                                                   \
                                                                                                   \
        static_assert(sizeof(record) / sizeof(record[0]) == WORDS(type), #type);                   \
        words(table, record, WORDS(type));                                                         \
    } while (0)

static uint64_t name(struct table *table, const char *text)
{
    uint64_t offset = table->text_begin + table->texts.length;

    put_bytes(&table->texts, text, strlen(text) + 1);
    return offset;
}

/* ---- Sections ---- */

static void put_captables(struct table *table)
{
    LIST_EACH(object_table, each, table->objects->tables)
        RECORD(table, boot_captable, each->slot, each->memory, each->entries);
}

static void put_signals(struct table *table)
{
    LIST_EACH(signal, signal, table->placement->system->signals)
        if (signal->object != NULL)
            RECORD(table, boot_signal, name(table, signal->name.text), signal->object->id);
}

static void put_pagetables(struct table *table)
{
    const struct board *board = table->placement->board;
    const struct object *nowhere = table->objects->nowhere;
    uint64_t null = object_id_null(board);

    if (nowhere != NULL)
        RECORD(table, boot_pagetable, nowhere->id, nowhere->memory, PAGETABLE_TOP,
               board->has_mmu ? 39 : 32, board->has_mmu ? 8 : 0, null, 0);
    LIST_EACH(process, process, table->placement->system->processes)
        LIST_EACH(page_table, each, process->layout->tables)
            RECORD(table, boot_pagetable, each->object->id, each->object->memory, each->base,
                   each->size_order, each->number_order,
                   each->parent != NULL ? each->parent->object->id : null, each->position);
}

static void put_pages(struct table *table)
{
    LIST_EACH(process, process, table->placement->system->processes)
        LIST_EACH(run, run, process->layout->runs)
            RECORD(table, boot_page_run, run->table->object->id, run->position, run->count,
                   run->flags, run->address, run->table->size_order);
}

static uint64_t symbol(const struct process *process, const char *what, struct place at)
{
    uint64_t value = 0;

    if (!program_symbol(process->layout->program, what, &value))
        complain(at, "write it, or name another one", "process '%s' has no function '%s'",
                 process->name.text, what);
    return value;
}

static uint64_t time_of(const struct table *table, const struct number *number)
{
    return number->is_word
               ? table->placement->board->machine->word_bytes == 4 ? UINT32_MAX : UINT64_MAX
               : number->value;
}

/* A signal's id, or none. */
static uint64_t signal_id(const struct table *table, const struct signal *signal)
{
    if (signal == NULL)
        return object_id_null(table->placement->board);
    return signal->object != NULL ? signal->object->id : BOOT_TIMER_ENDPOINT;
}

static void put_processes(struct table *table)
{
    const char *begin = table->placement->board->machine->begin;
    uint64_t thread = 0, port = 0;

    LIST_EACH(process, process, table->placement->system->processes) {
        const struct layout *layout = process->layout;
        const struct restart *restart = &process->restart;
        uint64_t entries = process->capabilities.count != 0 ? process->capabilities.count : 1;

        RECORD(table, boot_process, name(table, process->name.text), process->object->id,
               process->space->id, process->captable->id, process->captable->memory, entries,
               layout->load, layout->data_seen, layout->data_bytes, layout->zero_seen,
               layout->zero_bytes, begin != NULL ? symbol(process, begin, process->name.at) : 0,
               symbol(process, "rme_thread_end", process->name.at),
               symbol(process, "rme_serve", process->name.at), thread, process->threads.count, port,
               process->ports.count, restart->policy.value, restart->limit.value,
               time_of(table, &restart->within), restart->back_off.value,
               signal_id(table, restart->told));
        thread += process->threads.count;
        port += process->ports.count;
    }
}

static void put_thread(struct table *table, const struct thread *thread, size_t process)
{
    const struct board *board = table->placement->board;
    bool has_fpu = thread->fpu.value != 0 && board->has_fpu;

    RECORD(table, boot_thread, name(table, thread->name.text), thread->object->id,
           thread->object->memory, process,
           symbol(thread->process, thread->entry.text, thread->entry.at), thread->stack_base,
           thread->stack_load, thread->stack_bytes, thread->parameter.value,
           thread->parameter_time.value, thread->priority.value, thread->priority_max.value,
           has_fpu ? THREAD_FPU : 0, time_of(table, &thread->budget),
           thread->parent != NULL ? thread->parent->object->id : BOOT_THREAD,
           signal_id(table, thread->told), strcmp(thread->entry.text, "main") == 0);
}

static void put_threads(struct table *table)
{
    LIST_EACH(process, process, table->placement->system->processes)
        LIST_EACH(thread, thread, process->threads)
            put_thread(table, thread, process_at);
}

static void put_ports(struct table *table)
{
    LIST_EACH(process, process, table->placement->system->processes)
        LIST_EACH(port, port, process->ports)
            RECORD(table, boot_port, name(table, port->name.text), port->object->id,
                   port->object->memory, process_at,
                   symbol(process, port->entry.text, port->entry.at), port->stack_base,
                   port->stack_load, port->stack_bytes, port->returns_on_fault.value);
}

static uint64_t source_of(const struct table *table, const struct capability *capability)
{
    if (capability->of == NULL)
        return BOOT_KFUNC;
    if (strcmp(capability->type, "signal") == 0)
        return signal_id(table, capability->of);
    if (strcmp(capability->type, "invocation") == 0)
        return ((const struct port *)capability->of)->object->id;
    return ((const struct thread *)capability->of)->object->id;
}

static void put_capabilities(struct table *table)
{
    LIST_EACH(process, process, table->placement->system->processes)
        LIST_EACH(capability, each, process->capabilities)
            RECORD(table, boot_capability, name(table, each->symbol), process_at, each_at,
                   source_of(table, each), each->rights, each->low, each->high,
                   strcmp(each->type, "signal") == 0);
}

/* A device may have several lines, and one signal for them. */
static void put_lines(struct table *table, const struct grant *grant, const struct signal *signal)
{
    const struct interrupt *interrupt = grant->granted;

    for (unsigned line = interrupt->line; line <= interrupt->last; line++)
        RECORD(table, boot_interrupt, name(table, grant->name.text), line,
               signal_id(table, signal));
}

static void put_interrupts(struct table *table)
{
    const struct system *system = table->placement->system;

    LIST_EACH(process, process, system->processes)
        LIST_EACH(grant, grant, process->interrupts)
            LIST_EACH(word, word, grant->words)
                LIST_EACH(signal, signal, system->signals)
                    if (strcmp(signal->name.text, word->text) == 0)
                        put_lines(table, grant, signal);
}

static void put_shared(struct table *table)
{
    LIST_EACH(shared, shared, table->placement->system->shared)
        RECORD(table, boot_shared, name(table, shared->name.text), shared->base, shared->bytes);
}

/* ---- The whole ---- */

/* In the order of struct boot_table. */
static const struct {
    void (*put)(struct table *table);
    size_t words;
} parts[] = {
    {put_captables, WORDS(boot_captable)},   {put_signals, WORDS(boot_signal)},
    {put_pagetables, WORDS(boot_pagetable)}, {put_pages, WORDS(boot_page_run)},
    {put_processes, WORDS(boot_process)},    {put_threads, WORDS(boot_thread)},
    {put_ports, WORDS(boot_port)},           {put_capabilities, WORDS(boot_capability)},
    {put_interrupts, WORDS(boot_interrupt)}, {put_shared, WORDS(boot_shared)},
};

enum {
    PARTS = sizeof(parts) / sizeof(parts[0]),
    HEADER = WORDS(boot_table),
    HEAD = HEADER - 2 * PARTS, /* words in front of the sections */
    BYTES = 2,
    SUM = 3
};
static_assert(offsetof(struct boot_table, captables) == HEAD * sizeof(word_t), "sections are last");
static_assert(offsetof(struct boot_table, bytes) == BYTES * sizeof(word_t), "by number");
static_assert(offsetof(struct boot_table, sum) == SUM * sizeof(word_t), "by number");

static bool timer_is_free(const struct system *system)
{
    bool is_free = true;

    LIST_EACH(process, process, system->processes)
        LIST_EACH(grant, grant, process->signals)
            is_free &= grant->granted != system->timer;
    return is_free;
}

/* Words first, with texts from `text_begin` on. */
static void fill(struct table *table)
{
    const struct placement *placement = table->placement;
    uint64_t word_bytes = placement->board->machine->word_bytes;
    const uint64_t head[] = {
        BOOT_TABLE_MAGIC,
        BOOT_TABLE_VERSION,
        0,
        0,
        name(table, placement->system->name.text),
        timer_is_free(placement->system) ? BOOT_TIMER_IS_FREE : 0,
        table->objects->nowhere != NULL ? table->objects->nowhere->id
                                        : object_id_null(placement->board),
        table->objects->align,
        table->objects->bytes,
        placement->state,
        placement->state_bytes,
    };

    static_assert(sizeof(head) / sizeof(head[0]) == HEAD, "as the header");
    words(table, head, HEAD);
    for (size_t i = 0; i < (size_t)2 * PARTS; i++)
        word(table, 0);
    for (size_t i = 0; i < PARTS; i++) {
        size_t begin = table->words;

        parts[i].put(table);
        table->word[HEAD + 2 * i] = begin * word_bytes;
        table->word[HEAD + 2 * i + 1] = (table->words - begin) / parts[i].words;
    }
}

static struct output write_words(const struct table *table)
{
    unsigned word_bytes = table->placement->board->machine->word_bytes;
    struct output out = {0};

    for (size_t i = 0; i < table->words; i++)
        for (unsigned byte = 0; byte < word_bytes; byte++) {
            unsigned char bits = (unsigned char)(table->word[i] >> 8 * byte);

            put_bytes(&out, &bits, 1);
        }
    return out;
}

/* Twice: the first time says where the texts begin. */
struct output table_make(const struct placement *placement, const struct objects *objects)
{
    struct table table = {.placement = placement, .objects = objects};
    uint64_t word_bytes = placement->board->machine->word_bytes, sum = 0;
    size_t text_begin;
    struct output out;

    fill(&table);
    text_begin = table.words * word_bytes;
    table = (struct table){.placement = placement, .objects = objects, .text_begin = text_begin};
    fill(&table);
    while (table.texts.length % word_bytes != 0)
        put_bytes(&table.texts, "", 1);
    table.word[BYTES] = text_begin + table.texts.length;
    for (size_t i = 0; i < table.words; i++)
        sum += table.word[i];
    for (size_t i = 0; i < table.texts.length; i++)
        sum += (uint64_t)(unsigned char)table.texts.text[i] << 8 * (i % word_bytes);
    table.word[SUM] = -sum;
    out = write_words(&table);
    put_bytes(&out, table.texts.text, table.texts.length);
    return out;
}
