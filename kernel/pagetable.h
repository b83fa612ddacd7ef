/* SPDX-License-Identifier: Unlicense
 *
 * Page table: user level builds address spaces from kernel memory, entry by entry. This pair checks
 * rights, ranges and geometry, the same for every machine; what an entry is, and what the hardware
 * makes of it, is the back end's: pagetable_mpu.c (path-compressed, regions derived from the
 * table), pagetable_mmu.c (radix), or pagetable_raw.c (none: processes hold a word that user level
 * made).
 *
 * A table maps [base, base + 2^(size order + number order)), one entry for each 2^(size order)
 * bytes. Its capability may be narrowed to a range of positions. A page may have what its source
 * has, and less; whether it is static is no access and is the target's choice. Next: process.h.
 */
#pragma once

#include "abi/calls.h"
#include "abi/memory_map.h"
#include "arch/space.h"
#include "kernel/cap.h"
#include "kernel/cpu.h"

#define PAGETABLE_ALIGN ((word_t)ARCH_PAGETABLE_ALIGN)

/* Rights word of a page-table capability: [7:0] rights, then the inclusive range of positions. */
enum { PAGETABLE_RIGHT_BITS = 8, PAGETABLE_RANGE_BITS = WORD_BITS == 32 ? 12 : 28 };
#define PAGETABLE_RANGE_MAX (((word_t)1 << PAGETABLE_RANGE_BITS) - 1)

static inline word_t pagetable_rights(word_t rights, word_t low, word_t high)
{
    return rights | low << PAGETABLE_RIGHT_BITS |
           high << (PAGETABLE_RIGHT_BITS + PAGETABLE_RANGE_BITS);
}

static inline word_t pagetable_low(const struct capability *cap)
{
    return cap->rights >> PAGETABLE_RIGHT_BITS & PAGETABLE_RANGE_MAX;
}

static inline word_t pagetable_high(const struct capability *cap)
{
    return cap->rights >> (PAGETABLE_RIGHT_BITS + PAGETABLE_RANGE_BITS) & PAGETABLE_RANGE_MAX;
}

/* Geometry, in every capability to the table: extra words of the slot. */
static inline word_t pagetable_size_order(const struct capability *cap)
{
    return cap->pagetable.size_order;
}

static inline word_t pagetable_number_order(const struct capability *cap)
{
    return cap->pagetable.number_order;
}

static inline bool pagetable_is_top(const struct capability *cap)
{
    return (cap->pagetable.base & PAGETABLE_TOP) != 0;
}

static inline word_t pagetable_base(const struct capability *cap)
{
    return cap->pagetable.base & ~(word_t)PAGETABLE_TOP;
}

/* Virtual address of an entry. An entry of 2^WORD_BITS bytes is the whole address space. */
static inline word_t pagetable_address(const struct capability *cap, word_t position)
{
    word_t order = pagetable_size_order(cap);

    return order < WORD_BITS ? pagetable_base(cap) + (position << order) : pagetable_base(cap);
}

/* Whether a process of this CPU may be given this table: a top level. */
static inline enum status pagetable_check_top(const struct capability *cap)
{
    return pagetable_is_top(cap) ? STATUS_OK : STATUS_MAP;
}

/* Narrow for CPT_ADD: positions [low, high] and `rights` make *narrowed, a rights word. BOUNDS. */
MUST_CHECK enum status pagetable_narrow(const struct capability *source, word_t rights, word_t low,
                                        word_t high, word_t *narrowed);

/* Boot: create a table in free object memory at *next, held for ever; bit 0 of the base marks a top
 * level. HARDWARE, MEMORY: the machine's data is wrong. */
MUST_CHECK enum status pagetable_boot(struct capability *slot, word_t *next, word_t base,
                                      word_t size_order, word_t number_order);

/* Construct, counted on both sides, without the checks of the call: MAP, CONFLICT. */
MUST_CHECK enum status pagetable_attach(struct cpu *cpu, struct capability *parent, word_t position,
                                        struct capability *child, word_t flags);

/* A memory fault of the running thread at `address`: true when the table of its process grants that
 * access and the hardware can now do it (a dynamic page was loaded); false: a real fault. Bounded;
 * a fault whose page is loaded already is never repaired. `access` is one of PAGE_READ, PAGE_WRITE,
 * PAGE_EXECUTE. */
MUST_CHECK bool pagetable_repair(struct cpu *cpu, word_t space, word_t address, word_t access);

/* Boot: the page tables of the first process over the machine's memory map. See abi/memory_map.h
 * for what lies where on an MPU, pagetable_boot_mmu.c for an MMU. */
struct pagetable_boot {
    struct capability *top;    /* slot of its top level: a list on an MPU */
    struct capability *tables; /* 2^order slots: table i, which is child i of the list */
    word_t order;
    const struct memory_range *reserved; /* the kernel's own memory */
    word_t reserved_count;
    word_t next;          /* free object memory from here on; moves on */
    word_t count, pinned; /* tables made, and static ones asked for; begin with 0 */
};

/* BOUNDS: a range overlaps the kernel's, wraps, or is not made of pages. MAP: ranges overlap, or
 * the hardware cannot hold a page. RANGE: more than 2^order tables. The board's data is wrong then.
 */
MUST_CHECK enum status pagetable_boot_ranges(struct cpu *cpu, struct pagetable_boot *boot,
                                             const struct memory_range *ranges, word_t count);

/* ---- The back end -------------------------------------------------------------------------- */

/* Bytes of a table's object; 0 when the machine has no such table. */
word_t pagetable_backend_bytes(bool is_top, word_t size_order, word_t number_order);

/* Fill the zeroed object of a slot whose geometry is written. */
void pagetable_backend_init(const struct capability *slot);

/* Whether the geometry of a child suits a position of a parent. */
bool pagetable_backend_fits(const struct capability *parent, word_t position,
                            const struct capability *child);

/* What an entry holds. */
enum pagetable_kind { PAGETABLE_NOTHING, PAGETABLE_PAGE, PAGETABLE_CHILD };

struct pagetable_entry {
    enum pagetable_kind kind;
    word_t address; /* of the page: physical */
    word_t flags;   /* PAGE_READ and so on */
};

struct pagetable_entry pagetable_backend_get(const struct capability *cap, word_t position);

/* Two that end a call, and so return its result: a status.
 *
 * PGT_ADD behind its checks of ranges and geometry: ADDRESS where an address cannot change (MPU),
 * MAP for a source without a page there, PERMISSION, then as a map. The operands stand in an order
 * for which the caller has to move few. */
MUST_CHECK sword_t pagetable_backend_add(const struct capability *source, struct capability *target,
                                         const struct args_pgt_add *args, struct cpu *cpu);

/* The four changes, of one entry each; the positions lie inside the tables. MAP, CONFLICT. If
 * `table` belongs to what this CPU has loaded, the hardware follows before they return. */
MUST_CHECK enum status pagetable_backend_map(struct cpu *cpu, struct capability *table,
                                             word_t position, word_t address, word_t flags);
MUST_CHECK sword_t pagetable_backend_unmap(struct cpu *cpu, struct capability *table,
                                           word_t position);
MUST_CHECK enum status pagetable_backend_construct(struct cpu *cpu, struct capability *parent,
                                                   word_t position, struct capability *child,
                                                   word_t flags);
MUST_CHECK enum status pagetable_backend_destruct(struct cpu *cpu, struct capability *parent,
                                                  word_t position, struct capability *child);

/* Look up an address below a table, for PGT_ENTRY_MOD. */
struct pagetable_place {
    word_t flags, size_order, number_order;
};
MUST_CHECK bool pagetable_backend_find(const struct capability *cap, word_t address,
                                       struct pagetable_place *place);
