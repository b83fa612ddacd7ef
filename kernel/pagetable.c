/* SPDX-License-Identifier: Unlicense */
#include "kernel/pagetable.h"

#include "arch/machine.h"
#include "kernel/direct.h"
#include "kernel/flush.h"
#include "kernel/kmem.h"

static bool is_aligned(word_t base, word_t order)
{
    word_t mask = order < WORD_BITS ? ((word_t)1 << order) - 1 : ~(word_t)0;

    return (base & mask) == 0;
}

ALWAYS_INLINE bool in_range(const struct capability *cap, word_t position)
{
    return position >= pagetable_low(cap) && position <= pagetable_high(cap);
}

static bool has_position(const struct capability *cap, word_t position)
{
    return position >> pagetable_number_order(cap) == 0;
}

/* Object bytes of a table with this geometry, 0 when there is no such table. */
static word_t bytes_of(word_t base, word_t size_order, word_t number_order)
{
    bool is_top = (base & PAGETABLE_TOP) != 0;
    word_t bytes = pagetable_backend_bytes(is_top, size_order, number_order);

    if (bytes == 0 || !is_aligned(base & ~(word_t)PAGETABLE_TOP, size_order + number_order))
        return 0;
    return bytes;
}

#define RIGHTS_WHOLE pagetable_rights(RIGHTS_PAGETABLE_ALL, 0, PAGETABLE_RANGE_MAX)

/* The zeroed object of a slot, and the slot's words. */
static void fill(struct capability *slot, word_t base, word_t size_order, word_t number_order)
{
    slot->pagetable.number_order = (uint8_t)number_order;
    slot->pagetable.size_order = (uint8_t)size_order;
    slot->pagetable.base = base;
    if (CONFIG_CPUS_MAX > 1)
        shared_store(&slot->pagetable.detached, flush_stamp());
    pagetable_backend_init(slot);
}

/* Whether an object would lie where no table can be; not, where it could not lie at all. */
static bool is_misaligned(const struct capability *memory, word_t offset, word_t size)
{
    return kmem_address(memory, offset, size) % PAGETABLE_ALIGN != 0;
}

/* What a claim of memory that is not to be had would answer. */
static enum status refuse_memory(struct capability *table, word_t index)
{
    struct capability *slot;
    enum status status = cap_claim(table, index, &slot);

    if (status != STATUS_OK)
        return status;
    cap_abandon(slot);
    return STATUS_MEMORY;
}

sword_t pagetable_create(struct cpu *cpu, const struct args_pgt_crt *args, struct capability **caps)
{
    word_t size = bytes_of(args->base, args->size_order, args->number_order);
    struct capability *slot;
    enum status status;

    (void)cpu;
    if (size == 0)
        return STATUS_HARDWARE;
    if (PAGETABLE_ALIGN > KMEM_GRANULE && is_misaligned(caps[1], args->address, size))
        status = refuse_memory(caps[0], args->slot);
    else
        status = kmem_claim(caps, args, size, &slot);
    if (status != STATUS_OK)
        return status;
    fill(slot, args->base, args->size_order, args->number_order);
    cap_publish(slot, CAP_PAGETABLE, RIGHTS_WHOLE);
    return STATUS_OK;
}

enum status pagetable_boot(struct capability *slot, word_t *next, word_t base, word_t size_order,
                           word_t number_order)
{
    word_t size = bytes_of(base, size_order, number_order);
    enum status status;

    if (size == 0)
        return STATUS_HARDWARE;
    if (PAGETABLE_ALIGN > KMEM_GRANULE)
        *next = (*next + PAGETABLE_ALIGN - 1) & ~(PAGETABLE_ALIGN - 1);
    status = kmem_boot_object(next, size, &slot->object);
    if (status != STATUS_OK)
        return status;
    fill(slot, base, size_order, number_order);
    cap_boot(slot, CAP_PAGETABLE, RIGHTS_WHOLE, slot->object);
    return STATUS_OK;
}

/* Whether a CPU may still walk this table: it has it loaded, or has not flushed since it was last
 * taken out of another. Nobody can load it any more: no process refers to it (hazard H8). */
static bool is_in_use(const struct capability *root)
{
    for (unsigned i = 0; i < arch_cpu_count(); i++)
        if (shared_load_acquire(&arch_cpu(i)->loaded) == (word_t)root->object)
            return true;
    return !flush_passed(shared_load(&root->pagetable.detached));
}

/* A table with children is counted by them, so that the count has refused it before. */
sword_t pagetable_delete(struct cpu *cpu, const struct args_pgt_del *args, struct capability **caps)
{
    struct cap_end end;
    word_t object, size;
    enum status status;

    (void)cpu;
    status = cap_check_delete(caps[0], args->slot, CAP_PAGETABLE, &end);
    if (status != STATUS_OK)
        return status;
    if (is_in_use(end.slot)) {
        cap_keep(&end);
        return STATUS_NOT_QUIESCENT;
    }
    object = (word_t)end.slot->object;
    size = pagetable_backend_bytes(pagetable_is_top(end.slot), pagetable_size_order(end.slot),
                                   pagetable_number_order(end.slot));
    cap_erase(&end);
    kmem_free(object, size);
    return STATUS_OK;
}

/* Whether piece `index` of the source's page can be an entry of the target: it is no larger, and
 * lies inside. */
ALWAYS_INLINE bool is_piece(const struct capability *target, const struct capability *source,
                            const struct args_pgt_add *args)
{
    word_t order = pagetable_size_order(target);
    word_t source_order = pagetable_size_order(source);

    if (!has_position(target, args->position) || !has_position(source, args->source_position))
        return false;
    return order <= source_order && args->index >> (source_order - order) == 0;
}

/* What is refused here, and why, is out of the way of what is not. */
static NOINLINE sword_t refuse(bool is_in_range)
{
    return is_in_range ? STATUS_ADDRESS : STATUS_BOUNDS;
}

ALWAYS_INLINE sword_t add(struct cpu *cpu, const struct args_pgt_add *args,
                          struct capability **caps)
{
    if (!in_range(caps[0], args->position) || !in_range(caps[1], args->source_position))
        return refuse(false);
    if (!is_piece(caps[0], caps[1], args))
        return refuse(true);
    return pagetable_backend_add(caps[1], caps[0], args, cpu);
}

ALWAYS_INLINE sword_t remove(struct cpu *cpu, const struct args_pgt_rem *args,
                             struct capability **caps)
{
    if (!in_range(caps[0], args->position))
        return refuse(false);
    if (!has_position(caps[0], args->position))
        return refuse(true);
    return pagetable_backend_unmap(cpu, caps[0], args->position);
}

DIRECT_CALL(RME_SVC_PGT_ADD, pagetable_add, args_pgt_add, add)
DIRECT_CALL(RME_SVC_PGT_REM, pagetable_remove, args_pgt_rem, remove)

enum status pagetable_attach(struct cpu *cpu, struct capability *parent, word_t position,
                             struct capability *child, word_t flags)
{
    enum status status;

    /* The counts come first: no moment in which the tables are joined and could be deleted. */
    cap_hold(cap_root(child));
    cap_hold(cap_root(parent));
    status = pagetable_backend_construct(cpu, parent, position, child, flags);
    if (status != STATUS_OK) {
        cap_drop(cap_root(child));
        cap_drop(cap_root(parent));
    }
    return status;
}

sword_t pagetable_construct(struct cpu *cpu, const struct args_pgt_con *args,
                            struct capability **caps)
{
    if (!in_range(caps[0], args->position))
        return STATUS_BOUNDS;
    if (!has_position(caps[0], args->position) ||
        !pagetable_backend_fits(caps[0], args->position, caps[1]))
        return STATUS_ADDRESS;
    return pagetable_attach(cpu, caps[0], args->position, caps[1], args->flags);
}

/* Make a stamp the later of what it is and `epoch`. A child with several parents may be taken out
 * of two of them at a time, and the later flush is the one to wait for. What was exchanged for less
 * is put back; meanwhile the stamp may be too early, but whoever puts it back still counts on the
 * child, which is not deleted. At most one round for each CPU. */
static void raise_stamp(shared_t *stamp, word_t epoch)
{
    if (CONFIG_CPUS_MAX == 1) {
        shared_store(stamp, epoch);
        return;
    }
    for (;;) {
        word_t old = shared_exchange(stamp, epoch);

        if ((sword_t)(old - epoch) <= 0)
            return;
        epoch = old;
    }
}

sword_t pagetable_destruct(struct cpu *cpu, const struct args_pgt_des *args,
                           struct capability **caps)
{
    struct capability *parent = cap_root(caps[0]), *child = cap_root(caps[1]);
    enum status status;

    if (!in_range(caps[0], args->position))
        return STATUS_BOUNDS;
    if (!has_position(caps[0], args->position))
        return STATUS_ADDRESS;
    status = pagetable_backend_destruct(cpu, parent, args->position, child);
    if (status != STATUS_OK)
        return status;
    /* The stamp before the count: whoever finds the count 0 finds the stamp too. */
    raise_stamp(&child->pagetable.detached, flush_begin(cpu));
    cap_drop(child);
    cap_drop(parent);
    return STATUS_OK;
}

enum status pagetable_narrow(const struct capability *source, word_t rights, word_t low,
                             word_t high, word_t *narrowed)
{
    if (low > high || low < pagetable_low(source) || high > pagetable_high(source))
        return STATUS_BOUNDS;
    *narrowed = pagetable_rights(rights, low, high);
    return STATUS_OK;
}
