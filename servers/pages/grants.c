/* SPDX-License-Identifier: Unlicense
 *
 * Kernel memory that clients borrow, each piece by a capability in their table of grants. They can
 * make objects in it and nothing else: not copy the capability, not make page tables.
 *
 * Before a piece is free again the capability goes, and then the server makes an object of its own
 * over each frame. That the kernel lets it says that no other object is there: the bitmap is the
 * kernel's own, and whoever could still make one would need the capability that is gone.
 */
#include "servers/pages/client.h"

static const word_t LENT = RIGHT_KMEM_CAPTABLE | RIGHT_KMEM_THREAD | RIGHT_KMEM_INVOCATION;

static enum pages_status lend(const struct client *client, word_t slot)
{
    const struct grant *grant = &client->grant[slot];
    word_t low = frame_offset(grant->frame);
    sword_t status = rme_captable_delegate(client->grants, slot, rme_captable(BOOT_CAPTABLE),
                                           BOOT_KMEM, LENT, low, low + grant->count * FRAME_BYTES);

    return status == STATUS_OK ? PAGES_OK : PAGES_FAILED;
}

/* The capability, if there is one. */
static enum pages_status withdraw(const struct client *client, word_t slot)
{
    sword_t status = rme_captable_freeze(client->grants, slot);

    if (status == STATUS_EMPTY)
        return PAGES_OK;
    if (status == STATUS_OK || status == STATUS_FROZEN)
        status = rme_captable_remove(client->grants, slot);
    if (status == STATUS_NOT_QUIESCENT)
        return PAGES_LATER;
    return status == STATUS_OK ? PAGES_OK : PAGES_FAILED;
}

/* Whether no object lies in a frame: an object of its whole size can be made there. */
static enum pages_status probe(const struct client *client, word_t frame)
{
    enum { ORDER = 12, NUMBER = 9 };
    enum pages_status status = table_destroy(client->pagetables, CLIENT_PROBE);
    sword_t made;

    if (status != PAGES_OK)
        return status;
    made = rme_pagetable_create(client->pagetables, CLIENT_PROBE, rme_kmem(BOOT_KMEM),
                                frame_offset(frame), 0, ORDER, NUMBER);
    if (made == STATUS_MEMORY)
        return PAGES_IN_USE;
    return made == STATUS_OK ? table_destroy(client->pagetables, CLIENT_PROBE) : PAGES_FAILED;
}

static enum pages_status probe_all(const struct client *client, const struct grant *grant)
{
    for (word_t i = 0; i < grant->count; i++) {
        enum pages_status status = PAGES_OK;
        unsigned owner;

        /* Only what is its own: a frame that it did not come to take is somebody else's page. */
        if (ledger_kind(&ledger, grant->frame + i, &owner) == FRAME_KERNEL &&
            owner == client->number)
            status = probe(client, grant->frame + i);
        if (status != PAGES_OK)
            return status;
    }
    return PAGES_OK;
}

/* From whatever state the taking has reached. */
static enum pages_status drop(struct client *client, word_t slot)
{
    struct grant *grant = &client->grant[slot];
    enum pages_status status;

    grant->progress = PROGRESS_LEAVING;
    status = withdraw(client, slot);
    if (status != PAGES_OK)
        return status;
    status = probe_all(client, grant);
    if (status == PAGES_IN_USE && lend(client, slot) == PAGES_OK)
        grant->progress = PROGRESS_DONE;
    if (status != PAGES_OK)
        return status;
    client_give(client, grant->frame, grant->count, FRAME_KERNEL);
    step();
    grant->progress = PROGRESS_NONE;
    return PAGES_OK;
}

enum pages_status grant_take(struct client *client, word_t slot, word_t count)
{
    enum pages_status status;
    struct grant *grant;

    if (slot >= PAGES_GRANTS || count == 0 || count > PAGES_GRANT_FRAMES_MAX)
        return PAGES_NONSENSE;
    grant = &client->grant[slot];
    if (grant->progress != PROGRESS_NONE)
        return PAGES_TAKEN;
    *grant = (struct grant){.count = count};
    step();
    grant->progress = PROGRESS_BEGUN;
    step();
    status = client_take(client, count, FRAME_KERNEL, &grant->frame);
    if (status == PAGES_OK)
        status = lend(client, slot);
    if (status != PAGES_OK) {
        (void)drop(client, slot);
        return status;
    }
    step();
    grant->progress = PROGRESS_DONE;
    return PAGES_OK;
}

enum pages_status grant_give(struct client *client, word_t slot)
{
    if (slot >= PAGES_GRANTS)
        return PAGES_NONSENSE;
    return client->grant[slot].progress == PROGRESS_NONE ? PAGES_NOTHING : drop(client, slot);
}
