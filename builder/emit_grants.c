/* SPDX-License-Identifier: Unlicense */
#include "builder/emit_grants.h"

/* `words` is NULL: none can stand there. What is open stays open for more. */
static void begin(struct json *json, const char *key, const struct word *name,
                  const struct list *words)
{
    json_open(json, NULL, '{');
    json_text(json, "key", key);
    json_text(json, "name", name->text);
    json_number(json, "line", name->at.line);
    json_number(json, "column", name->at.column);
    json_open_inline(json, "words", '[');
    for (size_t i = 0; words != NULL && i < words->count; i++)
        json_text(json, NULL, ((const struct word *)words->item[i])->text);
    json_close(json, ']');
}

static void put_one(struct json *json, const char *key, const struct word *name,
                    const struct list *words)
{
    begin(json, key, name, words);
    json_close(json, '}');
}

static void put_list(struct json *json, const char *key, const struct list *grants)
{
    LIST_EACH(grant, grant, *grants)
        put_one(json, key, &grant->name, &grant->words);
}

static void put_functions(struct json *json, const struct process *process)
{
    LIST_EACH(function, function, process->functions) {
        begin(json, "functions", &function->name, NULL);
        json_number(json, "number", function->number);
        json_number(json, "first", function->first.value);
        json_number(json, "last", function->last.value);
        json_close(json, '}');
    }
}

static void put_threads(struct json *json, const struct process *process)
{
    LIST_EACH(thread, thread, process->threads) {
        if (thread->parent == NULL)
            continue; /* init */
        put_one(json, memory_format("threads.%s.scheduler", thread->name.text), &thread->scheduler,
                NULL);
        put_one(json, memory_format("threads.%s.events", thread->name.text), &thread->events, NULL);
    }
}

void emit_grants(struct json *json, const struct process *process)
{
    json_open(json, "grants", '[');
    put_list(json, "signals", &process->signals);
    LIST_EACH(word, word, process->calls)
        put_one(json, "calls", word, NULL);
    put_list(json, "shared", &process->shared);
    put_list(json, "devices", &process->devices);
    put_list(json, "interrupts", &process->interrupts);
    put_functions(json, process);
    put_threads(json, process);
    if (process->restart.tell.text != NULL)
        put_one(json, "restart.tell", &process->restart.tell, NULL);
    json_close(json, ']');
}
