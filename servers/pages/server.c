/* SPDX-License-Identifier: Unlicense */
#include "servers/pages/server.h"

#include "abi/boot_page.h"
#include "layout.h"
#include "rme/alloc.h"
#include "rme/assert.h"
#include "rme/process.h"
#include "servers/pages/client.h"

#define KMEM_BASE (LAYOUT_KMEM - LAYOUT_KERNEL_WINDOW)
#define SHARED    LAYOUT_KERNEL_END /* from here on memory is the kernel's and the user's */

enum { STACK_BYTES = 4096, TRIES = 8 };
enum { FRAMES = (KMEM_BASE + LAYOUT_KMEM_BYTES - SHARED) / FRAME_BYTES };

struct ledger ledger;

static frame_t frames[FRAMES];
static struct client clients[PAGES_CLIENTS];
static unsigned clients_used;
static char stacks[PAGES_CLIENTS][STACK_BYTES] __attribute__((aligned(STACK_BYTES)));

word_t frame_offset(word_t frame)
{
    return frame * FRAME_BYTES - KMEM_BASE;
}

/* ---- Accounts ---- */

word_t client_used(const struct client *client)
{
    return client->used[FRAME_PAGE] + client->used[FRAME_TABLE] + client->used[FRAME_KERNEL];
}

enum pages_status client_take(struct client *client, word_t count, enum frame_kind kind,
                              word_t *note)
{
    word_t used = client_used(client);

    if (used > client->quota || count > client->quota - used)
        return PAGES_QUOTA;
    for (unsigned i = 0; i < TRIES; i++) {
        if (!ledger_find(&ledger, count, note))
            return PAGES_FULL;
        step();
        if (ledger_claim(&ledger, *note, count, kind, client->number)) {
            client->used[kind] += count;
            return PAGES_OK;
        }
    }
    return PAGES_LATER;
}

void client_give(struct client *client, word_t frame, word_t count, enum frame_kind kind)
{
    client->used[kind] -= ledger_give(&ledger, frame, count, kind, client->number);
}

/* ---- What an earlier visit left ---- */

static bool is_unfinished(enum progress progress)
{
    return progress == PROGRESS_BEGUN || progress == PROGRESS_LEAVING;
}

static void recount(struct client *client)
{
    for (unsigned kind = FRAME_PAGE; kind <= FRAME_KERNEL; kind++)
        client->used[kind] = ledger_count(&ledger, (enum frame_kind)kind, client->number);
}

static enum pages_status undo(struct client *client)
{
    enum pages_status status = page_settle(client);

    if (status == PAGES_OK && is_unfinished(client->page.progress))
        status = page_drop(client, client->page.table, client->page.position);
    for (unsigned i = 0; i < CLIENT_TABLES && status == PAGES_OK; i++)
        if (is_unfinished(client->tables[i].progress))
            status = table_drop(client, &client->tables[i]);
    for (unsigned i = 0; i < PAGES_GRANTS && status == PAGES_OK; i++)
        if (is_unfinished(client->grant[i].progress))
            status = grant_give(client, i);
    return status == PAGES_IN_USE ? PAGES_OK : status;
}

/* The begin of a visit. Counts are no part of what is written down first: when the last visit has
 * not come to its end they are made anew, once all else is in order. */
static enum pages_status enter(struct client *client)
{
    bool was_ended = client->is_inside;
    enum pages_status status;

    client->is_inside = true;
    step();
    status = undo(client);
    if (status == PAGES_OK && was_ended)
        recount(client);
    return status;
}

static void leave(struct client *client)
{
    step();
    client->is_inside = false;
}

/* ---- Visits ---- */

static void account(const struct client *client, word_t message[RME_MESSAGE_WORDS])
{
    message[1] = client->quota;
    message[2] = client->used[FRAME_PAGE];
    message[3] = client->used[FRAME_TABLE];
    message[4] = client->used[FRAME_KERNEL];
    message[5] = 0;
}

static enum pages_status beforehand(struct client *client, word_t address, word_t order)
{
    struct table *table;

    if (address - PAGES_ARENA >= PAGES_ARENA_BYTES || (order != 12 && order != 21 && order != 30))
        return PAGES_NONSENSE;
    if (table_find(client, address, order) != NULL)
        return PAGES_TAKEN;
    return table_need(client, address, order, &table);
}

static enum pages_status give_table(struct client *client, word_t address, word_t order)
{
    struct table *table;

    if (address - PAGES_ARENA >= PAGES_ARENA_BYTES || (order != 12 && order != 21 && order != 30))
        return PAGES_NONSENSE;
    table = table_find(client, address, order);
    return table != NULL ? table_drop(client, table) : PAGES_NOTHING;
}

static enum pages_status act(struct client *client, word_t message[RME_MESSAGE_WORDS])
{
    switch (message[0]) {
    case PAGES_ACCOUNT:
        account(client, message);
        return PAGES_OK;
    case PAGES_MAP:
        return page_map(client, message[1], message[2], message[3]);
    case PAGES_UNMAP:
        return page_unmap(client, message[1], message[2]);
    case PAGES_TABLE:
        return beforehand(client, message[1], message[2]);
    case PAGES_TABLE_GIVE:
        return give_table(client, message[1], message[2]);
    case PAGES_TAKE:
        return grant_take(client, message[1], message[2]);
    case PAGES_GIVE:
        return grant_give(client, message[1]);
    default:
        return PAGES_NONSENSE;
    }
}

/* Whose port it is says the stack that the visitor runs on, which nobody else chooses. */
static word_t serve(word_t operation, word_t message[RME_MESSAGE_WORDS])
{
    word_t place = (word_t)__builtin_frame_address(0) - (word_t)stacks;
    struct client *client = &clients[place / STACK_BYTES];
    enum pages_status status = enter(client);

    (void)operation; /* the first word of the message */
    if (status != PAGES_OK)
        return status;
    status = act(client, message);
    leave(client);
    return status;
}

/* ---- The system that it serves ---- */

/* From the linker script. */
extern char user_image_begin[], user_ram_end[];

void pages_start(void)
{
    const struct boot_page *page = (const struct boot_page *)LAYOUT_BOOT_PAGE;

    ledger_start(&ledger, frames, SHARED / FRAME_BYTES, FRAMES);
    for (word_t i = 0; i < page->rams; i++)
        ledger_offer(&ledger, page->ram[i].base, page->ram[i].size);
    ledger_withdraw(&ledger, (word_t)user_image_begin,
                    (word_t)user_ram_end - (word_t)user_image_begin);
    for (word_t i = 0; i < page->modules; i++)
        ledger_withdraw(&ledger, page->module[i].base, page->module[i].size);
}

/* A right that lets nobody copy, remove or make anything. */
static const word_t LOOK = RIGHT_CAPTABLE_PROCESS_CREATE;

unsigned pages_add(const struct pages_plan *plan)
{
    const rme_captable_t own = {{BOOT_CAPTABLE}};
    struct client *client = &clients[clients_used];
    rme_invocation_t port;

    rme_assert(clients_used < PAGES_CLIENTS);
    *client = (struct client){.number = clients_used, .quota = plan->quota, .top = plan->top};
    client->pagetables = rme_captable_make(CLIENT_PROBE + 1);
    client->grants = rme_captable_make(PAGES_GRANTS);
    port =
        rme_server_make(rme_process(BOOT_PROCESS), serve, stacks[clients_used], STACK_BYTES, true);
    rme_assert(rme_captable_delegate(plan->table, plan->port_slot, own, port.id.raw,
                                     RIGHT_INVOCATION_ACTIVATE, 0, 0) == STATUS_OK);
    rme_assert(rme_captable_delegate(plan->table, plan->grants_slot, own, client->grants.id.raw,
                                     LOOK, 0, 0) == STATUS_OK);
    return clients_used++;
}

static enum pages_status end_table(struct client *client, struct table *table)
{
    for (word_t i = 0; i < TABLE_ENTRIES; i++)
        if (table->entry[i] != 0 && table->entry[i] != TABLE_BELOW) {
            enum pages_status status = page_drop(client, table, i);

            if (status != PAGES_OK)
                return status;
        }
    return table_drop(client, table);
}

/* The lowest tables first, each of which leaves the one above it. */
static enum pages_status end_tables(struct client *client)
{
    enum pages_status status = PAGES_OK;

    for (word_t order = 12; order <= 30; order += 9)
        for (unsigned i = 0; i < CLIENT_TABLES && status == PAGES_OK; i++)
            if (client->tables[i].progress != PROGRESS_NONE && client->tables[i].order == order)
                status = end_table(client, &client->tables[i]);
    return status;
}

enum pages_status pages_end(unsigned number)
{
    struct client *client = &clients[number];
    enum pages_status status = enter(client), in_use = PAGES_OK;

    if (status == PAGES_OK)
        status = end_tables(client);
    for (word_t i = 0; i < PAGES_GRANTS && status == PAGES_OK; i++) {
        enum pages_status given = grant_give(client, i);

        if (given == PAGES_IN_USE)
            in_use = given;
        else if (given != PAGES_NOTHING)
            status = given;
    }
    if (status == PAGES_OK)
        status = page_settle(client);
    if (status != PAGES_OK)
        return status;
    leave(client);
    return in_use;
}

bool pages_audit(void)
{
    for (unsigned i = 0; i < clients_used; i++)
        if (!client_audit(&clients[i]))
            return false;
    return true;
}

word_t pages_used(unsigned client)
{
    return client_used(&clients[client]);
}

word_t pages_free(void)
{
    return ledger_count(&ledger, FRAME_FREE, 0);
}

unsigned pages_kind(word_t address, unsigned *client)
{
    return ledger_kind(&ledger, address / FRAME_BYTES, client);
}
