/* SPDX-License-Identifier: Unlicense */
#include "builder/emit_json.h"

#include "abi/calls.h"
#include "abi/names.h"
#include "builder/emit_grants.h"
#include "builder/json.h"

#include <string.h>

static void put_access(struct json *json, const char *key, unsigned flags)
{
    static const char *const names[] = {"READ", "WRITE", "EXECUTE", "BUFFER", "CACHE", "STATIC"};

    json_open_inline(json, key, '[');
    for (unsigned bit = 0; bit < sizeof(names) / sizeof(names[0]); bit++)
        if ((flags >> bit & 1) != 0)
            json_text(json, NULL, names[bit]);
    json_close(json, ']');
}

static void put_time(struct json *json, const char *key, const struct number *time)
{
    if (time->is_word)
        json_text(json, key, "infinite");
    else
        json_number(json, key, time->value);
}

/* ---- The whole ---- */

static void put_machine(struct json *json, const struct placement *placement)
{
    const struct board *board = placement->board;

    json_open(json, "machine", '{');
    json_text(json, "arch", board->machine->arch);
    json_number(json, "word_bytes", board->machine->word_bytes);
    json_bool(json, "mmu", board->has_mmu);
    json_number(json, "regions", board->regions);
    json_number(json, "priorities", board->priorities);
    json_close(json, '}');
    json_open(json, "memory", '{');
    json_number(json, "image", board->image);
    json_number(json, "boot_table", placement->table);
    json_number(json, "boot_table_bytes", placement->table_bytes);
    json_number(json, "state", placement->state);
    json_number(json, "state_bytes", placement->state_bytes);
    json_number(json, "image_free", placement->image);
    json_number(json, "image_end", placement->image_end);
    json_number(json, "ram", board->ram);
    json_number(json, "ram_free", placement->ram);
    json_number(json, "ram_end", placement->ram_end);
    json_close(json, '}');
}

static void put_objects(struct json *json, const struct objects *objects)
{
    json_open(json, "kernel", '{');
    json_number(json, "kmem_align", objects->align);
    json_number(json, "kmem_bytes", objects->bytes);
    json_open(json, "captables", '[');
    LIST_EACH(object_table, table, objects->tables) {
        json_open_inline(json, NULL, '{');
        json_number(json, "slot", table->slot);
        json_number(json, "memory", table->memory);
        json_number(json, "entries", table->entries);
        json_close(json, '}');
    }
    json_close(json, ']');
    json_close(json, '}');
    json_open(json, "objects", '[');
    LIST_EACH(object, object, objects->all) {
        json_open_inline(json, NULL, '{');
        json_text(json, "type", object->type);
        json_text(json, "name", object->name);
        json_number(json, "id", object->id);
        json_number(json, "memory", object->memory);
        json_number(json, "bytes", object->bytes);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void put_common(struct json *json, const struct system *system)
{
    json_open(json, "signals", '[');
    LIST_EACH(signal, signal, system->signals) {
        json_open_inline(json, NULL, '{');
        json_text(json, "name", signal->name.text);
        json_number(json, "line", signal->name.at.line);
        json_number(json, "id", signal->object != NULL ? signal->object->id : BOOT_TIMER_ENDPOINT);
        json_close(json, '}');
    }
    json_close(json, ']');
    json_open(json, "shared", '[');
    LIST_EACH(shared, shared, system->shared) {
        json_open(json, NULL, '{');
        json_text(json, "name", shared->name.text);
        json_number(json, "line", shared->name.at.line);
        json_number(json, "base", shared->base);
        json_number(json, "bytes", shared->bytes);
        json_number(json, "size", shared->size.value);
        put_access(json, "access", shared->rights);
        json_close(json, '}');
    }
    json_close(json, ']');
    json_open(json, "policy", '[');
    LIST_EACH(word, word, system->policy)
        json_text(json, NULL, word->text);
    json_close(json, ']');
    json_open(json, "privileges", '[');
    LIST_EACH(process, process, system->processes)
        LIST_EACH(thread, thread, process->threads)
            if (thread->budget.is_word)
                json_text(json, NULL,
                          memory_format("%s.%s", process->name.text, thread->name.text));
    json_close(json, ']');
}

/* ---- A process ---- */

static void put_section(struct json *json, const struct process *process, const char *name)
{
    const struct section *section = program_section(process->layout->program, name);

    if (section == NULL || section->size == 0)
        return;
    json_open_inline(json, NULL, '{');
    json_text(json, "name", name);
    json_number(json, "address", section->address);
    json_number(json, "load", section->load);
    json_number(json, "bytes", section->size);
    json_close(json, '}');
}

static unsigned regions_of(const struct process *process, const struct block *block)
{
    unsigned count = 0;

    LIST_EACH(run, run, process->layout->runs)
        count += run->address >= block->base && run->address < block->base + block->granted;
    return count;
}

static void put_memory(struct json *json, const struct process *process)
{
    static const char *const sections[] = {".text", ".rodata", ".data", ".bss"};

    json_open(json, "sections", '[');
    for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
        put_section(json, process, sections[i]);
    json_close(json, ']');
    json_open(json, "blocks", '[');
    LIST_EACH(block, block, process->layout->blocks) {
        json_open(json, NULL, '{');
        json_text(json, "name", block->name);
        json_number(json, "base", block->base);
        json_number(json, "wanted", block->wanted);
        json_number(json, "granted", block->granted);
        json_number(json, "regions", regions_of(process, block));
        put_access(json, "access", block->flags);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void put_tables(struct json *json, const struct process *process)
{
    json_open(json, "pagetables", '[');
    LIST_EACH(page_table, table, process->layout->tables) {
        json_open_inline(json, NULL, '{');
        json_number(json, "id", table->object->id);
        json_number(json, "base", table->base);
        json_number(json, "size_order", table->size_order);
        json_number(json, "number_order", table->number_order);
        if (table->parent != NULL) {
            json_number(json, "parent", table->parent->object->id);
            json_number(json, "position", table->position);
        }
        json_close(json, '}');
    }
    json_close(json, ']');
    json_open(json, "pages", '[');
    LIST_EACH(run, run, process->layout->runs) {
        json_open(json, NULL, '{');
        json_number(json, "table", run->table->object->id);
        json_number(json, "position", run->position);
        json_number(json, "count", run->count);
        json_number(json, "address", run->address);
        put_access(json, "access", run->flags);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static uint64_t address_of(const struct process *process, const char *function)
{
    uint64_t value = 0;

    (void)program_symbol(process->layout->program, function, &value);
    return value;
}

static void put_stack(struct json *json, const struct number *stack, uint64_t base, uint64_t seen,
                      uint64_t bytes)
{
    json_number(json, "stack", base);
    json_number(json, "stack_seen", seen);
    json_number(json, "stack_bytes", bytes);
    json_bool(json, "stack_is_auto", stack->is_word);
}

/* The thread id of a thread is its number in the system. */
static void put_threads(struct json *json, const struct process *process, uint64_t tid)
{
    json_open(json, "threads", '[');
    LIST_EACH(thread, thread, process->threads) {
        json_open(json, NULL, '{');
        json_text(json, "name", thread->name.text);
        json_number(json, "line", thread->name.at.line);
        json_number(json, "id", thread->object->id);
        json_number(json, "tid", tid + thread_at);
        json_text(json, "entry", thread->entry.text);
        json_number(json, "address", address_of(process, thread->entry.text));
        put_stack(json, &thread->stack, thread->stack_base, thread->stack_load,
                  thread->stack_bytes);
        json_number(json, "priority", thread->priority.value);
        json_number(json, "priority_max", thread->priority_max.value);
        put_time(json, "budget", &thread->budget);
        json_number(json, "parameter", thread->parameter.value);
        json_number(json, "parameter_time", thread->parameter_time.value);
        json_bool(json, "fpu", thread->fpu.value != 0);
        json_text(json, "scheduler", thread->scheduler.text);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void put_ports(struct json *json, const struct process *process)
{
    json_open(json, "ports", '[');
    LIST_EACH(port, port, process->ports) {
        json_open(json, NULL, '{');
        json_text(json, "name", port->name.text);
        json_number(json, "line", port->name.at.line);
        json_number(json, "id", port->object->id);
        json_text(json, "entry", port->entry.text);
        json_number(json, "address", address_of(process, port->entry.text));
        put_stack(json, &port->stack, port->stack_base, port->stack_load, port->stack_bytes);
        json_bool(json, "returns_on_fault", port->returns_on_fault.value != 0);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void put_right_names(struct json *json, const struct capability *capability)
{
    bool is_signal = strcmp(capability->type, "signal") == 0;
    bool is_thread = strcmp(capability->type, "thread") == 0;
    const char *const *names = is_signal   ? rme_signal_right_names
                               : is_thread ? rme_thread_right_names
                                           : rme_invocation_right_names;
    unsigned count = is_signal ? 6 : is_thread ? 10 : 2;

    json_open(json, "rights", '[');
    for (unsigned bit = 0; bit < count && capability->of != NULL; bit++)
        if ((capability->rights >> bit & 1) != 0)
            json_text(json, NULL, names[bit]);
    for (size_t i = 0; i < sizeof(rme_function_names) / sizeof(rme_function_names[0]); i++)
        if (capability->of == NULL &&
            rme_function_names[i].number >= capability->rights >> CAP_PAIR_SHIFT &&
            rme_function_names[i].number <= (capability->rights & CAP_PAIR_MASK))
            json_text(json, NULL, rme_function_names[i].name);
    json_close(json, ']');
}

static uint64_t source_of(const struct capability *capability)
{
    const struct object *object;

    if (capability->of == NULL)
        return BOOT_KFUNC;
    if (strcmp(capability->type, "signal") == 0)
        object = ((const struct signal *)capability->of)->object;
    else if (strcmp(capability->type, "thread") == 0)
        object = ((const struct thread *)capability->of)->object;
    else
        object = ((const struct port *)capability->of)->object;
    return object != NULL ? object->id : BOOT_TIMER_ENDPOINT;
}

static void put_capabilities(struct json *json, const struct process *process)
{
    json_open(json, "capabilities", '[');
    LIST_EACH(capability, each, process->capabilities) {
        json_open(json, NULL, '{');
        json_number(json, "slot", each_at);
        json_text(json, "handle", each->symbol);
        json_text(json, "type", each->type);
        json_text(json, "of", each->name);
        json_number(json, "line", each->at.line);
        json_number(json, "source", source_of(each));
        put_right_names(json, each);
        json_number(json, "low", each->low);
        json_number(json, "high", each->high);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void put_devices(struct json *json, const struct process *process)
{
    json_open(json, "devices", '[');
    LIST_EACH(grant, grant, process->devices) {
        const struct device *device = grant->granted;

        json_open(json, NULL, '{');
        json_text(json, "name", device->name);
        json_number(json, "base", device->base);
        json_number(json, "size", device->size);
        json_bool(json, "is_port", device->is_port);
        put_access(json, "access", grant->rights);
        json_close(json, '}');
    }
    json_close(json, ']');
    json_open(json, "interrupts", '[');
    LIST_EACH(grant, grant, process->interrupts) {
        json_open_inline(json, NULL, '{');
        json_text(json, "name", grant->name.text);
        json_number(json, "line_number", ((const struct interrupt *)grant->granted)->line);
        json_number(json, "last_number", ((const struct interrupt *)grant->granted)->last);
        LIST_EACH(word, word, grant->words)
            json_text(json, "signal", word->text);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void put_restart(struct json *json, const struct restart *restart)
{
    static const char *const policies[] = {"stop", "restart", "reboot"};

    json_open(json, "restart", '{');
    json_number(json, "line", restart->name.at.line);
    json_text(json, "policy", policies[restart->policy.value]);
    if (restart->policy.value == RESTART_RESTART) {
        json_number(json, "limit", restart->limit.value);
        put_time(json, "within", &restart->within);
        json_number(json, "back_off", restart->back_off.value);
        if (restart->tell.text != NULL)
            json_text(json, "tell", restart->tell.text);
    }
    json_close(json, '}');
}

static void put_process(struct json *json, const struct process *process, uint64_t tid)
{
    json_open(json, NULL, '{');
    json_text(json, "name", process->name.text);
    json_number(json, "line", process->name.at.line);
    json_number(json, "id", process->object->id);
    json_number(json, "space", process->space->id);
    json_number(json, "captable", process->captable->id);
    json_number(json, "heap", process->heap.value);
    put_memory(json, process);
    put_tables(json, process);
    put_threads(json, process, tid);
    put_ports(json, process);
    put_capabilities(json, process);
    put_devices(json, process);
    put_restart(json, &process->restart);
    emit_grants(json, process);
    json_close(json, '}');
}

/* Without its folders, so that it does not matter where the tree lies. */
static const char *file_of(const struct source *source)
{
    const char *slash = strrchr(source->path, '/');

    return slash != NULL ? slash + 1 : source->path;
}

bool emit_json(const struct placement *placement, const struct objects *objects, const char *path)
{
    const struct system *system = placement->system;
    struct json json = {0};
    uint64_t tid = 0;

    json_open(&json, NULL, '{');
    json_number(&json, "version", 1);
    json_text(&json, "system", system->name.text);
    json_text(&json, "file", file_of(system->source));
    json_text(&json, "board", placement->board->name);
    put_machine(&json, placement);
    put_objects(&json, objects);
    put_common(&json, system);
    json_open(&json, "processes", '[');
    LIST_EACH(process, process, system->processes) {
        put_process(&json, process, tid);
        tid += process->threads.count;
    }
    json_close(&json, ']');
    json_close(&json, '}');
    return output_save(&json.out, path);
}
