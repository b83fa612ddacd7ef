/* SPDX-License-Identifier: Unlicense */
#include "kernel/process.h"

#include "kernel/call_table.h"
#include "kernel/pagetable.h"

void process_enter(struct cpu *cpu, const struct capability *process)
{
    word_t space;

    if (process_changes_space(cpu, process, &space))
        arch_space_load(space);
}

/* With managed page tables the word of a process is a root slot, and is counted. */
static void hold_table(word_t word)
{
    if (!CONFIG_RAW)
        cap_hold((struct capability *)word);
}

static void drop_table(word_t word)
{
    if (!CONFIG_RAW)
        cap_drop((struct capability *)word);
}

/* The page-table word that a process is to get: the root of a top level, or in raw mode the
 * caller's own word, if a kernel-function capability says that it may. */
static enum status table_word(struct capability *cap, word_t raw, word_t *word)
{
    if (CONFIG_RAW) {
        *word = raw;
        return cap_covers(cap, RME_KFN_PGT_RAW, raw) ? STATUS_OK : STATUS_BOUNDS;
    }
    *word = (word_t)cap_root(cap);
    return pagetable_check_top(cap);
}

static void fill(struct capability *slot, struct capability *captable, word_t pagetable)
{
    shared_store(&slot->process.captable, (word_t)captable);
    shared_store(&slot->process.pagetable, pagetable);
    cap_hold(captable);
    hold_table(pagetable);
}

void process_boot(struct capability *slot, struct capability *captable, word_t pagetable)
{
    fill(slot, captable, pagetable);
    cap_boot(slot, CAP_PROCESS, RIGHTS_PROCESS_ALL, slot);
}

sword_t process_create(struct cpu *cpu, const struct args_prc_crt *args, struct capability **caps)
{
    struct capability *slot;
    word_t table;
    enum status status = table_word(caps[2], args->pagetable, &table);

    (void)cpu;
    if (status == STATUS_OK)
        status = cap_claim(caps[0], args->slot, &slot);
    if (status != STATUS_OK)
        return status;
    cap_begin(slot, slot);
    fill(slot, cap_root(caps[1]), table);
    cap_publish(slot, CAP_PROCESS, RIGHTS_PROCESS_ALL);
    return STATUS_OK;
}

sword_t process_delete(struct cpu *cpu, const struct args_prc_del *args, struct capability **caps)
{
    struct cap_end end;
    word_t captable, pagetable;
    enum status status;

    (void)cpu;
    status = cap_check_delete(caps[0], args->slot, CAP_PROCESS, &end);
    if (status != STATUS_OK)
        return status;
    captable = shared_load(&end.slot->process.captable);
    pagetable = shared_load(&end.slot->process.pagetable);
    cap_erase(&end);
    cap_drop((struct capability *)captable);
    drop_table(pagetable);
    return STATUS_OK;
}

/* The words are those of the root slot, whatever capability named the process. */
sword_t process_set_captable(struct cpu *cpu, const struct args_prc_cpt *args,
                             struct capability **caps)
{
    struct capability *process = caps[0]->object;
    struct capability *table = cap_root(caps[1]);
    word_t old = shared_load(&process->process.captable);

    (void)cpu;
    (void)args;
    cap_hold(table);
    if (!shared_cas(&process->process.captable, old, (word_t)table)) {
        cap_drop(table);
        return STATUS_CONFLICT;
    }
    cap_drop((struct capability *)old);
    return STATUS_OK;
}

/* What the CPUs have loaded follows: this one behind the call, others at their next tick. */
sword_t process_set_pagetable(struct cpu *cpu, const struct args_prc_pgt *args,
                              struct capability **caps)
{
    struct capability *process = caps[0]->object;
    word_t old = shared_load(&process->process.pagetable);
    word_t table;
    enum status status = table_word(caps[1], args->pagetable, &table);

    (void)cpu;
    if (status != STATUS_OK)
        return status;
    hold_table(table);
    if (!shared_cas(&process->process.pagetable, old, table)) {
        drop_table(table);
        return STATUS_CONFLICT;
    }
    drop_table(old);
    return STATUS_OK;
}
