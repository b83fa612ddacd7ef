/* SPDX-License-Identifier: Unlicense */
#include "drivers/user/block.h"

enum { CHAIN = 3 }; /* descriptors of a request: header, data, status */
static_assert(BLOCK_SLOTS * CHAIN <= VIRTQ_SIZE, "all slots can be under way");

enum { TYPE_READ = 0, TYPE_WRITE = 1, CAPACITY = 0, NOT_YET = 0xFF };

static void finish(struct block *block, unsigned i, uint32_t result)
{
    struct block_slot *slot = &block->page->slot[i];

    slot->result = result;
    __atomic_store_n(&slot->state, BLOCK_DONE, __ATOMIC_RELEASE);
}

/* The client may write to the slot at any time: each word is read once. */
static bool offer(struct block *block, unsigned i)
{
    const volatile struct block_slot *slot = &block->page->slot[i];
    struct virtq_descriptor *chain = &block->shared->queue.descriptor[(word_t)i * CHAIN];
    uint32_t operation = slot->operation, sectors = slot->sectors;
    uint64_t sector = slot->sector, end = block->sectors;

    if (operation > BLOCK_WRITE || sectors == 0 || sectors > BLOCK_SLOT_BYTES / BLOCK_SECTOR ||
        sector >= end || sectors > end - sector)
        return false;
    block->shared->header[i].type = operation == BLOCK_WRITE ? TYPE_WRITE : TYPE_READ;
    block->shared->header[i].sector = sector;
    block->shared->status[i] = NOT_YET;
    chain[0] = (struct virtq_descriptor){(word_t)&block->shared->header[i],
                                         sizeof(block->shared->header[i]), VIRTQ_NEXT,
                                         (uint16_t)(i * CHAIN + 1)};
    chain[1] = (struct virtq_descriptor){
        (word_t)block->page->data[i], sectors * BLOCK_SECTOR,
        (uint16_t)(VIRTQ_NEXT | (operation == BLOCK_WRITE ? 0 : VIRTQ_WRITE)),
        (uint16_t)(i * CHAIN + 2)};
    chain[2] = (struct virtq_descriptor){(word_t)&block->shared->status[i], 1, VIRTQ_WRITE, 0};
    block->is_busy[i] = true;
    virtio_offer(&block->virtio, (uint16_t)(i * CHAIN));
    return true;
}

/* New requests to the device. Whether any were done at once, by a refusal. */
static bool submit(struct block *block)
{
    bool any = false;

    for (unsigned i = 0; i < BLOCK_SLOTS; i++) {
        if (block->is_busy[i] ||
            __atomic_load_n(&block->page->slot[i].state, __ATOMIC_ACQUIRE) != BLOCK_ASKED)
            continue;
        if (offer(block, i))
            continue;
        finish(block, i, BLOCK_REFUSED);
        any = true;
    }
    return any;
}

/* What the device has done. It is not believed to name only what it was given. */
static bool collect(struct block *block)
{
    bool any = false;
    uint16_t descriptor;

    while (virtio_take(&block->virtio, &descriptor)) {
        unsigned i = descriptor / CHAIN;

        if (i >= BLOCK_SLOTS || !block->is_busy[i])
            continue;
        block->is_busy[i] = false;
        finish(block, i, block->shared->status[i] == 0 ? BLOCK_OK : BLOCK_FAILED);
        any = true;
    }
    return any;
}

static void stop(struct block *block)
{
    block->page->sectors = ~(uint64_t)0;
    (void)rme_signal_send(block->client, 1);
    for (;;)
        (void)rme_signal_receive(block->wake, SIGNAL_RECEIVE_ALL);
}

void block_run(word_t address)
{
    struct block *block = (struct block *)address;

    block->virtio.queue = &block->shared->queue;
    if (!virtio_start(&block->virtio, block->vector))
        stop(block);
    block->sectors = virtio_device_word(&block->virtio, CAPACITY);
    block->page->sectors = block->sectors;
    (void)rme_signal_send(block->client, 1);
    for (;;) {
        bool any = submit(block);

        if (block->vector == VIRTIO_NO_VECTOR)
            virtio_end_interrupt(&block->virtio);
        if (collect(block) || any)
            (void)rme_signal_send(block->client, 1);
        if (block->vector == VIRTIO_NO_VECTOR)
            (void)rme_kfunc_call(block->lines, RME_KFN_INT_LOCAL_MOD, block->line, 1, 1, 0, 0);
        (void)rme_signal_receive(block->wake, SIGNAL_RECEIVE_ALL);
    }
}
