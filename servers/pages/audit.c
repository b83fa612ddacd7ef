/* SPDX-License-Identifier: Unlicense
 *
 * Whether the records of the clients and the ledger say the same: each frame that is not free
 * stands in one record, of its owner, as what it is. For tests, and for whoever is in doubt; no
 * client may be inside the server.
 */
#include "servers/pages/client.h"
#include "servers/pages/server.h"

static bool is_owned(const struct client *client, word_t frame, word_t count, enum frame_kind kind)
{
    unsigned owner;

    for (word_t i = 0; i < count; i++)
        if (ledger_kind(&ledger, frame + i, &owner) != kind || owner != client->number)
            return false;
    return true;
}

/* Whether the frames of one table's pages are owned; counts them. */
static bool audit_table(const struct client *client, const struct table *table, word_t *pages)
{
    word_t count = (word_t)1 << (table->order - FRAME_ORDER);

    for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
        if (table->entry[i] == 0 || table->entry[i] == TABLE_BELOW)
            continue;
        if (!is_owned(client, table->entry[i], count, FRAME_PAGE))
            return false;
        *pages += count;
    }
    return is_owned(client, table->frame, 1, FRAME_TABLE);
}

bool client_audit(const struct client *client)
{
    word_t counts[FRAME_KERNEL + 1] = {0};
    bool is_sound = true;

    for (unsigned i = 0; i < CLIENT_TABLES; i++)
        if (client->tables[i].progress != PROGRESS_NONE) {
            is_sound &= audit_table(client, &client->tables[i], &counts[FRAME_PAGE]);
            counts[FRAME_TABLE]++;
        }
    for (unsigned i = 0; i < PAGES_GRANTS; i++)
        if (client->grant[i].progress != PROGRESS_NONE) {
            is_sound &=
                is_owned(client, client->grant[i].frame, client->grant[i].count, FRAME_KERNEL);
            counts[FRAME_KERNEL] += client->grant[i].count;
        }
    for (unsigned kind = FRAME_PAGE; kind <= FRAME_KERNEL; kind++)
        is_sound &= counts[kind] == client->used[kind] &&
                    counts[kind] == ledger_count(&ledger, (enum frame_kind)kind, client->number);
    return is_sound;
}
