/* SPDX-License-Identifier: Unlicense
 *
 * Page tables of machines with an MPU. Virtual addresses are physical ones. A table that directly
 * holds pages has at most eight entries, whose pages share their flags: it is one MPU region, an
 * absent entry is a disabled sub-region. Tables form a path-compressed tree: a child may be smaller
 * than the place it is put in. A top level whose entries map 2^WORD_BITS bytes each is a list: its
 * children may lie anywhere, but not overlap.
 *
 * A static table is in the image of its top level as long as it is attached. Dynamic tables come in
 * by a fault and take the other regions in turn; four are kept for them, because one instruction
 * can touch four: two where it is fetched and two where it loads or stores, no region being under
 * 256 bytes.
 *
 * A change claims the whole tree, by the version of its top level (odd: claimed); a table that is
 * in no tree is claimed by its own `tree` word. Who finds a claim answers CONFLICT. One core needs
 * none.
 */
#include "arch/space.h"
#include "kernel/pagetable.h"

enum {
    ORDER_MIN = 5,         /* of an entry: the smallest region */
    DYNAMIC_ORDER_MIN = 8, /* of a dynamic page */
    NUMBER_ORDER_MAX = 8,
    LIST_ORDER_MAX = 5,  /* entries of a list, which are searched */
    PAGES_ORDER_MAX = 3, /* entries of a table that holds pages: sub-regions of a region */
    DEPTH_MAX = 8,       /* levels; bounds the walk */
    DYNAMIC_REGIONS_MIN = 4,
    REGION_NONE = 0xFF,
};

/* Entries: nothing (0), a page with its flags, or a child's address. A page needs no address. One
 * load tells all, so that a reader on another CPU sees a page with its own flags. */
enum { ENTRY_PAGE = 1, ENTRY_CHILD = 2, ENTRY_KIND = 3, ENTRY_FLAGS_SHIFT = 2 };

enum { TREE_CLAIMED = 1 };

struct mpu_table {
    shared_t tree; /* the top level; 0: in no tree; TREE_CLAIMED: in no tree and being changed */
    word_t base;
    uint8_t size_order, number_order;
    uint8_t depth;  /* below the top level, if in a tree */
    uint8_t region; /* the region that shows it now, or REGION_NONE */
    uint8_t flags;  /* of its pages */
    uint8_t pages;  /* bit i: entry i is a page */
    uint16_t children;
    shared_t entry[];
};

struct mpu_top {
    struct arch_mpu_region region[ARCH_MPU_REGIONS]; /* first: arch_space_load starts here */
    shared_t version;                                /* next: and looks here where CPUs are many */
    struct mpu_table *owner[ARCH_MPU_REGIONS];       /* owner[table->region] == table */
    word_t dynamic_tables;                           /* in this tree, with pages */
    uint8_t static_tables;
    uint8_t cursor; /* the region that was given last */
    struct mpu_table table;
};

static_assert(offsetof(struct mpu_top, region) == 0, "the image is what is loaded");
static_assert((unsigned)ARCH_MPU_REGIONS > DYNAMIC_REGIONS_MIN, "static tables need a region too");
static_assert(sizeof(struct mpu_top) + (sizeof(shared_t) << NUMBER_ORDER_MAX) <=
                  CONFIG_PAGETABLE_BYTES_MAX,
              "the largest table is within the limit");

static struct mpu_table *table_of(const struct capability *cap)
{
    return pagetable_is_top(cap) ? &((struct mpu_top *)cap->object)->table
                                 : (struct mpu_table *)cap->object;
}

static struct mpu_table *child_of(word_t entry)
{
    return (struct mpu_table *)(entry & ~(word_t)ENTRY_KIND);
}

static bool is_list(const struct mpu_table *table)
{
    return table->size_order == WORD_BITS;
}

static bool is_static(const struct mpu_table *table)
{
    return (table->flags & PAGE_STATIC) != 0;
}

/* In two shifts, because the orders may add up to a whole word. Not for lists. */
static bool covers(const struct mpu_table *table, word_t address)
{
    return (address - table->base) >> table->size_order >> table->number_order == 0;
}

word_t pagetable_backend_bytes(bool is_top, word_t size_order, word_t number_order)
{
    word_t header =
        is_top ? offsetof(struct mpu_top, table.entry) : offsetof(struct mpu_table, entry);
    bool fits = size_order >= ORDER_MIN && size_order < WORD_BITS &&
                number_order <= NUMBER_ORDER_MAX && size_order + number_order <= WORD_BITS;
    bool fits_list = is_top && size_order == WORD_BITS && number_order <= LIST_ORDER_MAX;

    return fits || fits_list ? header + (sizeof(shared_t) << number_order) : 0;
}

void pagetable_backend_init(const struct capability *slot)
{
    struct mpu_table *table = table_of(slot);

    table->base = pagetable_base(slot);
    table->size_order = (uint8_t)pagetable_size_order(slot);
    table->number_order = (uint8_t)pagetable_number_order(slot);
    table->region = REGION_NONE;
    if (!pagetable_is_top(slot))
        return;
    shared_store(&table->tree, (word_t)slot->object);
    for (unsigned i = 0; i < ARCH_MPU_REGIONS; i++)
        arch_mpu_clear(&((struct mpu_top *)slot->object)->region[i], i);
}

bool pagetable_backend_fits(const struct capability *parent, word_t position,
                            const struct capability *child)
{
    word_t order = pagetable_size_order(parent);
    word_t child_order = pagetable_size_order(child) + pagetable_number_order(child);

    if (order == WORD_BITS)
        return true;
    return child_order <= order &&
           (pagetable_base(child) - pagetable_address(parent, position)) >> order == 0;
}

/* ---- Claims ---- */

static bool claim_top(struct mpu_top *top)
{
    word_t version = shared_load(&top->version);

    if ((version & 1) != 0 || !shared_cas(&top->version, version, version + 1))
        return false;
    /* Pairs with the fence of who loads an image, between the image and its version: whoever reads
     * what is written under the claim sees the claim. */
    shared_fence();
    return true;
}

static void release_top(struct mpu_top *top)
{
    shared_store_release(&top->version, shared_load(&top->version) + 1);
}

/* Claim the tree of a table; *top is its top level, or NULL. A top level that goes away meanwhile
 * stays readable until this call has ended (quiescence). */
static bool claim(struct mpu_table *table, struct mpu_top **top)
{
    word_t tree = shared_load_acquire(&table->tree);

    *top = (struct mpu_top *)(tree & ~(word_t)TREE_CLAIMED);
    if (CONFIG_CPUS_MAX == 1)
        return true;
    if (*top == NULL)
        return tree == 0 && shared_cas(&table->tree, 0, TREE_CLAIMED);
    if (!claim_top(*top))
        return false;
    if (shared_load(&table->tree) == tree)
        return true;
    release_top(*top);
    return false;
}

static void release(struct mpu_table *table, struct mpu_top *top)
{
    if (CONFIG_CPUS_MAX == 1)
        return;
    if (top == NULL)
        shared_store_release(&table->tree, 0);
    else
        release_top(top);
}

/* The end of a change: let the tree go, and make the hardware of this CPU follow, if the image is
 * the one in force. In this order, because an image that is claimed is loaded as nothing. */
static NOINLINE enum status end_change(struct cpu *cpu, struct mpu_table *table,
                                       struct mpu_top *top, enum status status)
{
    release(table, top);
    if (status == STATUS_OK && top != NULL && shared_load(&cpu->loaded) == (word_t)top)
        arch_space_load((word_t)top);
    return status;
}

/* ---- Regions: all of this on a claimed tree ---- */

/* Eighths of the whole that the pages of a table cover. */
static word_t subregions(const struct mpu_table *table, word_t pages)
{
    unsigned shift = PAGES_ORDER_MAX - table->number_order;
    word_t set = 0;

    for (unsigned i = 0; i < 1U << PAGES_ORDER_MAX; i++)
        set |= (pages >> (i >> shift) & 1) << i;
    return set;
}

static bool encode(struct arch_mpu_region *region, unsigned index, const struct mpu_table *table,
                   word_t pages, word_t flags)
{
    return arch_mpu_encode(region, index, table->base,
                           (unsigned)table->size_order + table->number_order,
                           subregions(table, pages), flags);
}

/* Bring the region of a table up to date, if it has one. What was let in can be shown; if not, it
 * is the safe way to show nothing. */
static void show(struct mpu_top *top, const struct mpu_table *table)
{
    unsigned index = table->region;

    if (index != REGION_NONE &&
        !encode(&top->region[index], index, table, table->pages, table->flags))
        arch_mpu_clear(&top->region[index], index);
}

/* Whether one more table with such pages leaves enough regions for the dynamic ones. */
static bool has_room(const struct mpu_top *top, word_t flags)
{
    bool pinned = (flags & PAGE_STATIC) != 0;
    bool any_dynamic = !pinned || top->dynamic_tables != 0;
    unsigned kept = any_dynamic ? DYNAMIC_REGIONS_MIN : 0;

    return top->static_tables + (unsigned)pinned + kept <= ARCH_MPU_REGIONS;
}

/* Give a table the next region in turn that is not pinned; has_room has seen to it that one is. */
static void give_region(struct mpu_top *top, struct mpu_table *table)
{
    unsigned index = top->cursor;
    struct mpu_table *owner;

    for (unsigned i = 0; i < ARCH_MPU_REGIONS; i++) {
        index = (index + 1) % ARCH_MPU_REGIONS;
        owner = top->owner[index];
        if (owner == NULL || !is_static(owner))
            break;
    }
    if (owner != NULL)
        owner->region = REGION_NONE;
    top->cursor = (uint8_t)index;
    top->owner[index] = table;
    table->region = (uint8_t)index;
    show(top, table);
}

/* A table with pages joins a tree, or one in a tree gets its first page. */
static void enter(struct mpu_top *top, struct mpu_table *table)
{
    if (is_static(table)) {
        top->static_tables++;
        give_region(top, table);
    } else {
        top->dynamic_tables++;
    }
}

/* The reverse. */
static void leave(struct mpu_top *top, struct mpu_table *table)
{
    unsigned index = table->region;

    if (is_static(table))
        top->static_tables--;
    else
        top->dynamic_tables--;
    if (index == REGION_NONE)
        return;
    arch_mpu_clear(&top->region[index], index);
    top->owner[index] = NULL;
    table->region = REGION_NONE;
}

/* ---- Pages ---- */

struct pagetable_entry pagetable_backend_get(const struct capability *cap, word_t position)
{
    word_t entry = shared_load(&table_of(cap)->entry[position]);
    struct pagetable_entry result = {PAGETABLE_NOTHING, 0, 0};

    if ((entry & ENTRY_KIND) == ENTRY_CHILD)
        result.kind = PAGETABLE_CHILD;
    if ((entry & ENTRY_KIND) == ENTRY_PAGE) {
        result.kind = PAGETABLE_PAGE;
        result.address = pagetable_address(cap, position);
        result.flags = entry >> ENTRY_FLAGS_SHIFT;
    }
    return result;
}

/* Whether a page with these flags can be put at a free position. */
static bool can_hold(const struct mpu_table *table, const struct mpu_top *top, word_t position,
                     word_t flags)
{
    struct arch_mpu_region trial;

    if (table->number_order > PAGES_ORDER_MAX || is_list(table))
        return false;
    if ((flags & PAGE_STATIC) == 0 && table->size_order < DYNAMIC_ORDER_MIN)
        return false;
    if (table->pages != 0 && table->flags != flags)
        return false;
    if (table->pages == 0 && top != NULL && !has_room(top, flags))
        return false;
    return encode(&trial, 0, table, table->pages | (word_t)1 << position, flags);
}

/* On a claimed tree. */
static enum status map_page(struct mpu_table *table, struct mpu_top *top, word_t position,
                            word_t flags)
{
    bool is_first = table->pages == 0;

    if (shared_load(&table->entry[position]) != 0 || !can_hold(table, top, position, flags))
        return STATUS_MAP;

    shared_store(&table->entry[position], flags << ENTRY_FLAGS_SHIFT | ENTRY_PAGE);
    table->flags = (uint8_t)flags;
    table->pages = (uint8_t)(table->pages | 1U << position);
    if (top == NULL)
        return STATUS_OK;
    if (is_first)
        enter(top, table);
    else
        show(top, table);
    return STATUS_OK;
}

enum status pagetable_backend_map(struct cpu *cpu, struct capability *cap, word_t position,
                                  word_t address, word_t flags)
{
    struct mpu_table *table = table_of(cap);
    struct mpu_top *top;
    enum status status;

    (void)address; /* the caller has compared it */
    if (!claim(table, &top))
        return STATUS_CONFLICT;
    status = map_page(table, top, position, flags);
    return end_change(cpu, table, top, status);
}

/* What a page must not have unless its source has it. Whether it is pinned is the target's affair.
 */
enum { PAGE_ACCESS = PAGE_FLAGS_ALL & ~PAGE_STATIC };

/* Virtual and physical addresses are the same. */
sword_t pagetable_backend_add(const struct capability *source, struct capability *target,
                              const struct args_pgt_add *args, struct cpu *cpu)
{
    word_t entry = shared_load(&table_of(source)->entry[args->source_position]);
    word_t order = pagetable_size_order(target);
    word_t address = pagetable_address(source, args->source_position);

    if (order == WORD_BITS)
        return STATUS_ADDRESS;
    address += args->index << order;
    if (pagetable_address(target, args->position) != address)
        return STATUS_ADDRESS;
    if ((entry & ENTRY_KIND) != ENTRY_PAGE)
        return STATUS_MAP;
    if ((args->flags & ~(word_t)PAGE_STATIC & ~(entry >> ENTRY_FLAGS_SHIFT & PAGE_ACCESS)) != 0)
        return STATUS_PERMISSION;
    return pagetable_backend_map(cpu, target, args->position, address, args->flags);
}

/* On a claimed tree. */
static enum status unmap_page(struct mpu_table *table, struct mpu_top *top, word_t position)
{
    if ((shared_load(&table->entry[position]) & ENTRY_KIND) != ENTRY_PAGE)
        return STATUS_MAP;

    shared_store(&table->entry[position], 0);
    table->pages = (uint8_t)(table->pages & ~(1U << position));
    if (top == NULL)
        return STATUS_OK;
    if (table->pages == 0)
        leave(top, table);
    else
        show(top, table);
    return STATUS_OK;
}

sword_t pagetable_backend_unmap(struct cpu *cpu, struct capability *cap, word_t position)
{
    struct mpu_table *table = table_of(cap);
    struct mpu_top *top;
    enum status status;

    if (!claim(table, &top))
        return STATUS_CONFLICT;
    status = unmap_page(table, top, position);
    return end_change(cpu, table, top, status);
}

/* ---- Children ---- */

/* Children of a list must not overlap, or one region would hide the other. */
static bool overlaps_sibling(const struct mpu_table *list, const struct mpu_table *child)
{
    for (unsigned i = 0; i < 1U << list->number_order; i++) {
        const struct mpu_table *sibling = child_of(shared_load(&list->entry[i]));

        if (sibling != NULL && (covers(sibling, child->base) || covers(child, sibling->base)))
            return true;
    }
    return false;
}

/* The parent is in a claimed tree; the child is in none, and is claimed. */
static enum status attach(struct mpu_table *parent, struct mpu_top *top, word_t position,
                          struct mpu_table *child)
{
    if (shared_load(&parent->entry[position]) != 0 || parent->depth + 1 >= DEPTH_MAX)
        return STATUS_MAP;
    if (is_list(parent) && overlaps_sibling(parent, child))
        return STATUS_MAP;
    if (child->pages != 0 && !has_room(top, child->flags))
        return STATUS_MAP;

    shared_store_release(&parent->entry[position], (word_t)child | ENTRY_CHILD);
    parent->children++;
    child->depth = (uint8_t)(parent->depth + 1);
    if (child->pages != 0)
        enter(top, child);
    return STATUS_OK;
}

/* Take the child, attach it, let it go: into the tree, or back. */
static enum status construct(struct mpu_table *parent, struct mpu_top *top, word_t position,
                             struct mpu_table *child)
{
    word_t tree = shared_load(&child->tree);
    enum status status;

    /* Trees grow from the top, so that a child brings no children of its own. */
    if (top == NULL || (tree & ~(word_t)TREE_CLAIMED) != 0)
        return STATUS_MAP;
    if (tree != 0 || !shared_cas(&child->tree, 0, TREE_CLAIMED))
        return STATUS_CONFLICT;
    status = attach(parent, top, position, child);
    shared_store_release(&child->tree, status == STATUS_OK ? (word_t)top : 0);
    return status;
}

enum status pagetable_backend_construct(struct cpu *cpu, struct capability *parent, word_t position,
                                        struct capability *child, word_t flags)
{
    struct mpu_table *table = table_of(parent);
    struct mpu_top *top;
    enum status status;

    (void)flags; /* each page has its own */
    if (!claim(table, &top))
        return STATUS_CONFLICT;
    status = construct(table, top, position, table_of(child));
    return end_change(cpu, table, top, status);
}

/* On a claimed tree. */
static enum status destruct(struct mpu_table *parent, struct mpu_top *top, word_t position,
                            struct mpu_table *child)
{
    word_t entry = shared_load(&parent->entry[position]);

    if (entry != ((word_t)child | ENTRY_CHILD) || child->children != 0)
        return STATUS_MAP;

    shared_store(&parent->entry[position], 0);
    parent->children--;
    if (child->pages != 0)
        leave(top, child);
    shared_store_release(&child->tree, 0);
    return STATUS_OK;
}

enum status pagetable_backend_destruct(struct cpu *cpu, struct capability *parent, word_t position,
                                       struct capability *child)
{
    struct mpu_table *table = table_of(parent);
    struct mpu_top *top;
    enum status status;

    if (!claim(table, &top))
        return STATUS_CONFLICT;
    status = destruct(table, top, position, table_of(child));
    return end_change(cpu, table, top, status);
}

/* ---- Faults ---- */

/* The entry of a table that an address belongs to; 0 if none. */
static word_t entry_at(const struct mpu_table *table, word_t address)
{
    if (!is_list(table))
        return covers(table, address)
                   ? shared_load_acquire(
                         &table->entry[(address - table->base) >> table->size_order])
                   : 0;
    for (unsigned i = 0; i < 1U << table->number_order; i++) {
        word_t entry = shared_load_acquire(&table->entry[i]);

        if (entry != 0 && covers(child_of(entry), address))
            return entry;
    }
    return 0;
}

/* The table that holds the page of an address, and its flags; NULL if none. */
static struct mpu_table *walk(struct mpu_table *table, word_t address, word_t *flags)
{
    for (unsigned depth = 0; depth < DEPTH_MAX; depth++) {
        word_t entry = entry_at(table, address);

        *flags = entry >> ENTRY_FLAGS_SHIFT;
        if ((entry & ENTRY_KIND) == ENTRY_PAGE)
            return table;
        if (entry == 0)
            return NULL;
        table = child_of(entry);
    }
    return NULL;
}

/* On a claimed tree. A region that is loaded and granted and still faults is the program's doing.
 */
static bool repair(struct mpu_top *top, word_t address, word_t access)
{
    struct mpu_table *table;
    word_t flags;

    table = walk(&top->table, address, &flags);
    if (table == NULL || (flags & access) != access)
        return false;
    if (table->region != REGION_NONE)
        return !arch_mpu_holds(&top->region[table->region], table->region);
    give_region(top, table);
    return true;
}

bool pagetable_repair(struct cpu *cpu, word_t space, word_t address, word_t access)
{
    struct mpu_top *top = (struct mpu_top *)space;
    bool repaired;

    /* Another CPU is changing the tree, which takes it a bounded time: let the thread try again. */
    if (CONFIG_CPUS_MAX > 1 && !claim_top(top))
        return true;
    repaired = repair(top, address, access);
    (void)end_change(cpu, &top->table, top, repaired ? STATUS_OK : STATUS_MAP);
    return repaired;
}

bool pagetable_backend_find(const struct capability *cap, word_t address,
                            struct pagetable_place *place)
{
    const struct mpu_table *table;

    table = walk(table_of(cap), address, &place->flags);
    if (table == NULL)
        return false;
    place->size_order = table->size_order;
    place->number_order = table->number_order;
    return true;
}
