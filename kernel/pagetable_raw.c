/* SPDX-License-Identifier: Unlicense
 *
 * Raw mode: no page tables. A process holds a word that user level made, which is what the hardware
 * gets; a kernel-function capability (PGT_RAW) says who may choose it. The calls on page tables are
 * unknown, no capability to one exists, and every memory fault is real.
 */
#include "kernel/call_table.h"
#include "kernel/direct.h"
#include "kernel/pagetable.h"

/* The whole call says that it is unknown. */
sword_t direct_pagetable_add(struct cpu *cpu, const struct capability *table, const word_t *args)
{
    (void)cpu;
    (void)table;
    (void)args;
    return direct_refused();
}

sword_t direct_pagetable_remove(struct cpu *cpu, const struct capability *table, const word_t *args)
{
    (void)cpu;
    (void)table;
    (void)args;
    return direct_refused();
}

sword_t pagetable_create(struct cpu *cpu, const struct args_pgt_crt *args, struct capability **caps)
{
    (void)cpu;
    (void)args;
    (void)caps;
    return STATUS_UNKNOWN_CALL;
}

sword_t pagetable_delete(struct cpu *cpu, const struct args_pgt_del *args, struct capability **caps)
{
    (void)cpu;
    (void)args;
    (void)caps;
    return STATUS_UNKNOWN_CALL;
}

sword_t pagetable_add(struct cpu *cpu, const struct args_pgt_add *args, struct capability **caps)
{
    (void)cpu;
    (void)args;
    (void)caps;
    return STATUS_UNKNOWN_CALL;
}

sword_t pagetable_remove(struct cpu *cpu, const struct args_pgt_rem *args, struct capability **caps)
{
    (void)cpu;
    (void)args;
    (void)caps;
    return STATUS_UNKNOWN_CALL;
}

sword_t pagetable_construct(struct cpu *cpu, const struct args_pgt_con *args,
                            struct capability **caps)
{
    (void)cpu;
    (void)args;
    (void)caps;
    return STATUS_UNKNOWN_CALL;
}

sword_t pagetable_destruct(struct cpu *cpu, const struct args_pgt_des *args,
                           struct capability **caps)
{
    (void)cpu;
    (void)args;
    (void)caps;
    return STATUS_UNKNOWN_CALL;
}

enum status pagetable_narrow(const struct capability *source, word_t rights, word_t low,
                             word_t high, word_t *narrowed)
{
    (void)source;
    (void)rights;
    (void)low;
    (void)high;
    (void)narrowed;
    return STATUS_TYPE;
}

bool pagetable_repair(struct cpu *cpu, word_t space, word_t address, word_t access)
{
    (void)cpu;
    (void)space;
    (void)address;
    (void)access;
    return false;
}

bool pagetable_backend_find(const struct capability *table, word_t address,
                            struct pagetable_place *place)
{
    (void)table;
    (void)address;
    (void)place;
    return false;
}

word_t pagetable_backend_bytes(bool is_top, word_t size_order, word_t number_order)
{
    (void)is_top;
    (void)size_order;
    (void)number_order;
    return 0;
}
