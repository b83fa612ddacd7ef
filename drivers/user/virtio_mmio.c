/* SPDX-License-Identifier: Unlicense
 *
 * Devices of virtio that are one block of registers in memory, as QEMU's microvm has them: 4.2.2.
 */
#include "drivers/user/virtio.h"

enum {
    MAGIC = 0x00,
    VERSION = 0x04,
    KIND = 0x08,
    DEVICE_FEATURES = 0x10,
    DEVICE_SELECT = 0x14,
    DRIVER_FEATURES = 0x20,
    DRIVER_SELECT = 0x24,
    QUEUE_SELECT = 0x30,
    QUEUE_SIZE_MAX = 0x34,
    QUEUE_SIZE = 0x38,
    QUEUE_ENABLE = 0x44,
    QUEUE_NOTIFY = 0x50,
    STATUS = 0x70,
    QUEUE_DESCRIPTORS = 0x80,
    QUEUE_AVAILABLE = 0x90,
    QUEUE_USED = 0xA0,

    MAGIC_VALUE = 0x74726976, /* "virt" */
    VERSION_VALUE = 2,
};

static uint32_t read_at(word_t base, word_t offset)
{
    return *(volatile uint32_t *)(base + offset);
}

static void write_at(word_t base, word_t offset, uint32_t value)
{
    *(volatile uint32_t *)(base + offset) = value;
}

bool virtio_mmio_find(word_t base, word_t count, word_t kind, struct virtio_place *place,
                      word_t *number)
{
    for (word_t i = 0; i < count; i++) {
        word_t block = base + i * VIRTIO_MMIO_BYTES;

        if (read_at(block, MAGIC) != MAGIC_VALUE || read_at(block, VERSION) != VERSION_VALUE ||
            read_at(block, KIND) != kind)
            continue;
        *place = (struct virtio_place){.common = block};
        *number = i;
        return true;
    }
    return false;
}

static bool reset(word_t base)
{
    write_at(base, STATUS, 0);
    for (unsigned i = 0; i < VIRTIO_PATIENCE; i++)
        if (read_at(base, STATUS) == 0)
            return true;
    return false;
}

static bool agree(word_t base)
{
    const uint32_t status = VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER;

    write_at(base, STATUS, status);
    write_at(base, DEVICE_SELECT, 1);
    if ((read_at(base, DEVICE_FEATURES) & VIRTIO_VERSION_1) == 0)
        return false;
    write_at(base, DRIVER_SELECT, 0);
    write_at(base, DRIVER_FEATURES, 0);
    write_at(base, DRIVER_SELECT, 1);
    write_at(base, DRIVER_FEATURES, VIRTIO_VERSION_1);
    write_at(base, STATUS, status | VIRTIO_STATUS_FEATURES);
    return (read_at(base, STATUS) & VIRTIO_STATUS_FEATURES) != 0;
}

static void write_address(word_t base, word_t offset, const void *address)
{
    write_at(base, offset, (uint32_t)(word_t)address);
    write_at(base, offset + 4, (uint32_t)((word_t)address >> 32));
}

static bool make_queue(struct virtio *virtio, word_t base)
{
    write_at(base, QUEUE_SELECT, 0);
    if (read_at(base, QUEUE_ENABLE) != 0 || read_at(base, QUEUE_SIZE_MAX) < VIRTQ_SIZE)
        return false;
    write_at(base, QUEUE_SIZE, VIRTQ_SIZE);
    write_address(base, QUEUE_DESCRIPTORS, virtio->queue->descriptor);
    write_address(base, QUEUE_AVAILABLE, &virtio->queue->available);
    write_address(base, QUEUE_USED, &virtio->queue->used);
    virtio->bell = base + QUEUE_NOTIFY;
    write_at(base, QUEUE_ENABLE, 1);
    return true;
}

bool virtio_mmio_start(struct virtio *virtio)
{
    word_t base = virtio->place.common;

    if (!reset(base) || !agree(base) || !make_queue(virtio, base))
        return false;
    write_at(base, STATUS,
             VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER | VIRTIO_STATUS_FEATURES |
                 VIRTIO_STATUS_READY);
    return true;
}
