/* SPDX-License-Identifier: Unlicense
 *
 * The program on the host: what its few instructions do on a board is done to the registers of the
 * running thread. What a processor would refuse to execute is a fault, as x86-64 reports it.
 *
 *   trace [CALLS [SEED [FIRST LAST]]]      FIRST to LAST: acts that are printed whole
 */
#include "arch/host/machine.h"
#include "arch/machine.h"
#include "kernel/pagetable.h"
#include "tests/trace/coverage.h"
#include "tests/trace/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEBUG_FIRST_CROSSING = 3, DEBUG_PAST = 12, GENERAL_PROTECTION = 13, UNDEFINED = 6 };

/* Vector 14 with the error code above it: SDM volume 3, 4.7. User, then write or fetch. */
enum { FAULT_READ = 0x040E, FAULT_WRITE = 0x060E, FAULT_FETCH = 0x140E };

static struct cpu *cpu;

sword_t machine_call(word_t number, const word_t words[7])
{
    return host_call(cpu, number, words);
}

word_t machine_memory(void)
{
    return HOST_KMEM_BYTES;
}

/* The third table of boot is that of its smallest pages, from address 0 on. */
word_t machine_page(unsigned page, word_t *position)
{
    *position = 0x100 + page;
    return cap_id_in(BOOT_PAGETABLES, 2).raw;
}

void machine_clear_area(word_t offset, word_t bytes)
{
    memset(&host_guests[offset], 0, bytes);
}

void machine_line(const char *text)
{
    puts(text);
}

/* ---- What a processor does ---- */

static void fault(word_t cause, word_t address, word_t access)
{
    host_fault(cpu, (struct fault){.cause = cause, .address = address, .access = access});
}

/* Whether the address space shows the program: by the table that boot made for it. */
static bool is_shown(void)
{
    const word_t *top = (const word_t *)host_loaded;
    static word_t directory;

    if (directory == 0)
        directory = top[0];
    return top[0] == directory;
}

/* The running thread tries to execute; true: it is at a place where it can. */
static bool execute(void)
{
    word_t entry = cpu->current->context.entry;
    bool is_symbol = entry - SYMBOL(0) < PLACES;

    if (!is_symbol && entry >> 47 != 0)
        fault(GENERAL_PROTECTION, entry, 0);
    else if (!is_shown() || !is_symbol)
        fault(FAULT_FETCH, entry, PAGE_EXECUTE);
    else if (entry == SYMBOL(PLACE_LOAD))
        fault(FAULT_READ, NOWHERE, PAGE_READ);
    else if (entry == SYMBOL(PLACE_STORE))
        fault(FAULT_WRITE, NOWHERE, PAGE_WRITE);
    else if (entry == SYMBOL(PLACE_UNDEFINED))
        fault(UNDEFINED, 0, 0);
    else
        return true;
    return false;
}

static struct seen look(void)
{
    const struct arch_context *context = &cpu->current->context;
    struct seen seen = {.place = context->entry - SYMBOL(0),
                        .result = context->result,
                        .value = context->value,
                        .stack = context->stack};

    if (seen.place == PLACE_BEGIN)
        seen.param = context->param;
    memcpy(seen.crossing, context->crossing, sizeof(seen.crossing));
    return seen;
}

/* This port numbers the registers of DEBUG_REG_MOD in its own way. */
static void translate(const struct act *act, word_t words[7])
{
    memcpy(words, act->words, sizeof(act->words));
    if (act->number != RME_SVC_KFN || words[1] != RME_KFN_DEBUG_REG_MOD)
        return;
    if (words[2] >= DEBUG_PAST)
        words[2] += 1000;
    else if (words[2] >= DEBUG_FIRST_CROSSING)
        words[2]--;
}

static void perform(const struct act *act)
{
    struct arch_context *context = &cpu->current->context;
    word_t words[7];

    memcpy(context->crossing, act->crossing, sizeof(context->crossing));
    context->stack = act->stack;
    context->value = 0;
    context->entry = act->is_jump ? act->target : SYMBOL(PLACE_RESUME);
    if (act->is_jump)
        return;
    translate(act, words);
    (void)host_call(cpu, act->number, words);
}

/* ---- */

static word_t number_of(char **argv, int argc, int index, word_t otherwise)
{
    return argc > index ? strtoull(argv[index], NULL, 0) : otherwise;
}

static void run(void)
{
    struct seen seen;
    struct act act;

    cpu->current->context = (struct arch_context){.entry = SYMBOL(PLACE_RESUME)};
    cpu->current->context.crossing[KEPT_NAME] = NAME_INIT;
    for (;;) {
        if (!execute())
            continue;
        seen = look();
        if (!program_next(&seen, &act))
            return;
        perform(&act);
    }
}

int main(int argc, char **argv)
{
    const struct settings settings = {
        .calls = number_of(argv, argc, 1, 10000),
        .seed = number_of(argv, argc, 2, 1),
        .first = number_of(argv, argc, 3, 0),
        .last = number_of(argv, argc, 4, 0),
    };
    bool is_covered;

    host_boot(1);
    cpu = arch_cpu(0);
    (void)is_shown();
    if (!program_setup())
        return 1;
    program_begin(&settings);
    run();
    is_covered = coverage_print(settings.calls);
    printf("%sok 1 - the program ends and has reached what is due\n1..1\n",
           is_covered ? "" : "not ");
    return is_covered ? 0 : 2;
}
