/* SPDX-License-Identifier: Unlicense
 *
 * Page tables of clients. They are made of frames that the ledger calls tables, hang in the
 * client's arena, and their capabilities never leave the server.
 */
#include "servers/pages/client.h"

enum { NUMBER_ORDER = 9, HIGHEST_ORDER = 30 };

static word_t slot_of(const struct client *client, const struct table *table)
{
    return (word_t)(table - client->tables);
}

rme_pagetable_t table_handle(const struct client *client, const struct table *table)
{
    return rme_pagetable_in(client->pagetables.id.raw, slot_of(client, table));
}

word_t table_position(const struct table *table, word_t address)
{
    return address >> table->order & (TABLE_ENTRIES - 1);
}

static word_t base_of(word_t address, word_t order)
{
    return address >> (order + NUMBER_ORDER) << (order + NUMBER_ORDER);
}

struct table *table_find(struct client *client, word_t address, word_t order)
{
    for (unsigned i = 0; i < CLIENT_TABLES; i++) {
        struct table *table = &client->tables[i];

        if (table->progress != PROGRESS_NONE && table->order == order &&
            table->base == base_of(address, order))
            return table;
    }
    return NULL;
}

/* What it hangs in; NULL: the top level. */
static struct table *parent_of(struct client *client, const struct table *table)
{
    return table->order == HIGHEST_ORDER
               ? NULL
               : table_find(client, table->base, table->order + NUMBER_ORDER);
}

enum pages_status table_destroy(rme_captable_t captable, word_t slot)
{
    sword_t status = rme_captable_freeze(captable, slot);

    if (status == STATUS_EMPTY)
        return PAGES_OK;
    if (status == STATUS_OK || status == STATUS_FROZEN)
        status = rme_pagetable_delete(captable, slot);
    if (status == STATUS_NOT_QUIESCENT)
        return PAGES_LATER;
    return status == STATUS_OK ? PAGES_OK : PAGES_FAILED;
}

static bool is_empty(const struct table *table)
{
    for (unsigned i = 0; i < TABLE_ENTRIES; i++)
        if (table->entry[i] != 0)
            return false;
    return true;
}

/* Take an empty table out and give its frame back, from whatever state the making has reached. */
enum pages_status table_drop(struct client *client, struct table *table)
{
    struct table *parent = parent_of(client, table);
    rme_pagetable_t above = parent != NULL ? table_handle(client, parent) : client->top;
    word_t position = parent != NULL ? table_position(parent, table->base)
                                     : table->base >> (HIGHEST_ORDER + NUMBER_ORDER);
    enum pages_status status;

    if (!is_empty(table))
        return PAGES_IN_USE;
    table->progress = PROGRESS_LEAVING;
    (void)rme_pagetable_destruct(above, position, table_handle(client, table));
    status = table_destroy(client->pagetables, slot_of(client, table));
    if (status != PAGES_OK)
        return status;
    client_give(client, table->frame, 1, FRAME_TABLE);
    if (parent != NULL && parent->entry[position] == TABLE_BELOW)
        parent->entry[position] = 0;
    table->progress = PROGRESS_NONE;
    return PAGES_OK;
}

/* The object, and its place in the parent. */
static enum pages_status build(struct client *client, const struct table *table,
                               rme_pagetable_t above, word_t position)
{
    sword_t status =
        rme_pagetable_create(client->pagetables, slot_of(client, table), rme_kmem(BOOT_KMEM),
                             frame_offset(table->frame), table->base, table->order, NUMBER_ORDER);

    if (status == STATUS_OK)
        status = rme_pagetable_construct(above, position, table_handle(client, table), 0);
    return status == STATUS_OK ? PAGES_OK : PAGES_FAILED;
}

static struct table *unused_table(struct client *client)
{
    for (unsigned i = 0; i < CLIENT_TABLES; i++)
        if (client->tables[i].progress == PROGRESS_NONE)
            return &client->tables[i];
    return NULL;
}

static enum pages_status make(struct client *client, word_t address, word_t order,
                              struct table *parent, struct table **made)
{
    struct table *table = unused_table(client);
    rme_pagetable_t above = parent != NULL ? table_handle(client, parent) : client->top;
    word_t position = parent != NULL ? table_position(parent, address)
                                     : address >> (HIGHEST_ORDER + NUMBER_ORDER);
    enum pages_status status;

    if (parent != NULL && parent->entry[position] != 0)
        return PAGES_TAKEN;
    if (table == NULL)
        return PAGES_FULL;
    *table = (struct table){.base = base_of(address, order), .order = order};
    step();
    table->progress = PROGRESS_BEGUN;
    step();
    if (parent != NULL)
        parent->entry[position] = TABLE_BELOW;
    status = client_take(client, 1, FRAME_TABLE, &table->frame);
    if (status == PAGES_OK)
        status = build(client, table, above, position);
    if (status != PAGES_OK) {
        (void)table_drop(client, table);
        return status;
    }
    table->progress = PROGRESS_DONE;
    *made = table;
    return PAGES_OK;
}

/* Three levels at the most, from above. */
enum pages_status table_need(struct client *client, word_t address, word_t order,
                             struct table **table)
{
    struct table *parent = NULL;

    for (word_t level = HIGHEST_ORDER; level >= order; level -= NUMBER_ORDER) {
        enum pages_status status = PAGES_OK;

        *table = table_find(client, address, level);
        if (*table == NULL)
            status = make(client, address, level, parent, table);
        if (status != PAGES_OK)
            return status;
        parent = *table;
    }
    return PAGES_OK;
}
