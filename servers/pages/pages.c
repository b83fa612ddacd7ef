/* SPDX-License-Identifier: Unlicense
 *
 * Pages of clients: mapped cleared, taken out with a flush, and not free before every CPU has
 * flushed.
 */
#include "rme/process.h"
#include "rme/start.h"
#include "servers/pages/client.h"

enum { LARGE_ORDER = 21 };

static bool is_page(word_t address, word_t order)
{
    return (order == FRAME_ORDER || order == LARGE_ORDER) &&
           address - PAGES_ARENA < PAGES_ARENA_BYTES && address % ((word_t)1 << order) == 0;
}

/* A page is written or executed, not both. */
static bool is_access(word_t access)
{
    const word_t both = PAGE_WRITE | PAGE_EXECUTE;

    return (access & ~(word_t)(PAGE_READ | both | PAGE_CACHE | PAGE_BUFFER)) == 0 &&
           (access & PAGE_READ) != 0 && (access & both) != both;
}

/* The server has all memory where it is. */
static void clear(word_t frame, word_t count)
{
    volatile word_t *word = (volatile word_t *)(frame * FRAME_BYTES);

    for (word_t i = 0; i < count * FRAME_BYTES / sizeof(*word); i++)
        word[i] = 0;
}

static enum pages_status add(const struct client *client, const struct table *table,
                             word_t position, word_t access)
{
    struct rme_piece piece;

    if (!rme_memory_piece(table->entry[position] * (word_t)FRAME_BYTES, table->order, &piece) ||
        rme_pagetable_add(table_handle(client, table), position, access, piece.table,
                          piece.position, piece.index) != STATUS_OK)
        return PAGES_FAILED;
    return PAGES_OK;
}

/* A new flush epoch: what CPUs kept of the time before is forgotten when it has passed. */
static word_t flush(void)
{
    word_t cpus =
        rme_boot.cpu_count < WORD_BITS ? ((word_t)1 << rme_boot.cpu_count) - 1 : ~(word_t)0;

    return (word_t)rme_kfunc_call(rme_kfunc(BOOT_KFUNC), RME_KFN_FLUSH, 0, cpus, 0, 0, 0);
}

static bool has_flushed(word_t epoch)
{
    return rme_kfunc_call(rme_kfunc(BOOT_KFUNC), RME_KFN_FLUSH_DONE, 0, epoch, 0, 0, 0) == 1;
}

enum pages_status page_settle(struct client *client)
{
    if (client->limbo.count == 0)
        return PAGES_OK;
    if (!has_flushed(client->limbo.epoch))
        return PAGES_LATER;
    client_give(client, client->limbo.frame, client->limbo.count, FRAME_PAGE);
    step();
    client->limbo.count = 0;
    return PAGES_OK;
}

static void begin(struct client *client, struct table *table, word_t position)
{
    client->page.table = table;
    client->page.position = position;
    step();
    client->page.progress = PROGRESS_BEGUN;
    step();
}

/* Take a page out, from whatever state the mapping has reached. Its frame is free when every CPU
 * has flushed, which is looked for at once and at each visit. */
enum pages_status page_drop(struct client *client, struct table *table, word_t position)
{
    if (page_settle(client) != PAGES_OK)
        return PAGES_LATER;
    begin(client, table, position);
    (void)rme_pagetable_remove(table_handle(client, table), position);
    client->limbo.frame = table->entry[position];
    client->limbo.epoch = flush();
    step();
    client->limbo.count = (word_t)1 << (table->order - FRAME_ORDER);
    step();
    table->entry[position] = 0;
    step();
    client->page.progress = PROGRESS_NONE;
    (void)page_settle(client);
    return PAGES_OK;
}

enum pages_status page_unmap(struct client *client, word_t address, word_t order)
{
    struct table *table;
    word_t position;

    if (!is_page(address, order))
        return PAGES_NONSENSE;
    table = table_find(client, address, order);
    if (table == NULL)
        return PAGES_NOTHING;
    position = table_position(table, address);
    if (table->entry[position] == 0 || table->entry[position] == TABLE_BELOW)
        return PAGES_NOTHING;
    return page_drop(client, table, position);
}

enum pages_status page_map(struct client *client, word_t address, word_t order, word_t access)
{
    enum pages_status status;
    struct table *table;
    word_t position, count;

    if (!is_page(address, order) || !is_access(access))
        return PAGES_NONSENSE;
    status = table_need(client, address, order, &table);
    if (status != PAGES_OK)
        return status;
    position = table_position(table, address);
    if (table->entry[position] != 0)
        return PAGES_TAKEN;
    count = (word_t)1 << (order - FRAME_ORDER);
    begin(client, table, position);
    status = client_take(client, count, FRAME_PAGE, &table->entry[position]);
    if (status == PAGES_OK) {
        clear(table->entry[position], count);
        status = add(client, table, position, access);
    }
    if (status != PAGES_OK) {
        (void)page_drop(client, table, position);
        return status;
    }
    step();
    client->page.progress = PROGRESS_NONE;
    return PAGES_OK;
}
