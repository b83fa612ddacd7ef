/* SPDX-License-Identifier: Unlicense
 *
 * Devices of virtio on PCI: their structures lie in windows that capabilities name.
 */
#include "drivers/user/virtio.h"

/* ---- Finding: 4.1.4 ---- */

enum { KIND_COMMON = 1, KIND_NOTIFY, KIND_ISR, KIND_DEVICE, KINDS };
enum { CAP_KIND = 3, CAP_BAR = 4, CAP_OFFSET = 8, CAP_BYTES = 12, CAP_MULTIPLIER = 16 };
enum { COMMON_BYTES = 0x38 };

/* Where a structure lies; 0: nowhere that can be used. */
static word_t locate(const struct pci *pci, struct pci_function at, word_t capability)
{
    word_t offset = pci_read(pci, at, capability + CAP_OFFSET, 4);
    word_t bytes = pci_read(pci, at, capability + CAP_BYTES, 4);
    struct pci_window window;

    if (!pci_window(pci, at, (unsigned)pci_read(pci, at, capability + CAP_BAR, 1), &window) ||
        offset + bytes > window.bytes)
        return 0;
    return window.base + offset;
}

/* Of several structures of a kind the first one that can be used is preferred by the device. */
bool virtio_pci_find(const struct pci *pci, struct pci_function at, struct virtio_place *place)
{
    word_t where[KINDS] = {0}, capability = 0;

    while ((capability = pci_capability(pci, at, PCI_CAPABILITY_VENDOR, capability)) != 0) {
        word_t kind = pci_read(pci, at, capability + CAP_KIND, 1);

        if (kind == 0 || kind >= KINDS || where[kind] != 0)
            continue;
        where[kind] = locate(pci, at, capability);
        if (kind == KIND_COMMON && pci_read(pci, at, capability + CAP_BYTES, 4) < COMMON_BYTES)
            where[kind] = 0;
        if (kind == KIND_NOTIFY)
            place->multiplier = pci_read(pci, at, capability + CAP_MULTIPLIER, 4);
    }
    place->common = where[KIND_COMMON];
    place->notify = where[KIND_NOTIFY];
    place->isr = where[KIND_ISR];
    place->device = where[KIND_DEVICE];
    return place->common != 0 && place->notify != 0 && place->isr != 0 && place->device != 0;
}

/* ---- Registers: 4.1.4.3 ---- */

enum {
    DEVICE_SELECT = 0x00,
    DEVICE_FEATURES = 0x04,
    DRIVER_SELECT = 0x08,
    DRIVER_FEATURES = 0x0C,
    CONFIG_VECTOR = 0x10,
    DEVICE_STATUS = 0x14,
    QUEUE_SELECT = 0x16,
    QUEUE_SIZE = 0x18,
    QUEUE_VECTOR = 0x1A,
    QUEUE_ENABLE = 0x1C,
    QUEUE_NOTIFY = 0x1E,
    QUEUE_DESCRIPTORS = 0x20,
    QUEUE_AVAILABLE = 0x28,
    QUEUE_USED = 0x30,
};

static uint8_t read8(const struct virtio *virtio, word_t offset)
{
    return *(volatile uint8_t *)(virtio->place.common + offset);
}

static void write8(const struct virtio *virtio, word_t offset, uint8_t value)
{
    *(volatile uint8_t *)(virtio->place.common + offset) = value;
}

static uint16_t read16(const struct virtio *virtio, word_t offset)
{
    return *(volatile uint16_t *)(virtio->place.common + offset);
}

static void write16(const struct virtio *virtio, word_t offset, uint16_t value)
{
    *(volatile uint16_t *)(virtio->place.common + offset) = value;
}

static uint32_t read32(const struct virtio *virtio, word_t offset)
{
    return *(volatile uint32_t *)(virtio->place.common + offset);
}

static void write32(const struct virtio *virtio, word_t offset, uint32_t value)
{
    *(volatile uint32_t *)(virtio->place.common + offset) = value;
}

static void write_address(const struct virtio *virtio, word_t offset, const void *address)
{
    write32(virtio, offset, (uint32_t)(word_t)address);
    write32(virtio, offset + 4, (uint32_t)((word_t)address >> 32));
}

/* ---- Starting: 3.1.1 ---- */

static bool reset(const struct virtio *virtio)
{
    write8(virtio, DEVICE_STATUS, 0);
    for (unsigned i = 0; i < VIRTIO_PATIENCE; i++)
        if (read8(virtio, DEVICE_STATUS) == 0)
            return true;
    return false;
}

static bool agree(const struct virtio *virtio)
{
    write8(virtio, DEVICE_STATUS, VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER);
    write32(virtio, DEVICE_SELECT, 1);
    if ((read32(virtio, DEVICE_FEATURES) & VIRTIO_VERSION_1) == 0)
        return false;
    write32(virtio, DRIVER_SELECT, 0);
    write32(virtio, DRIVER_FEATURES, 0);
    write32(virtio, DRIVER_SELECT, 1);
    write32(virtio, DRIVER_FEATURES, VIRTIO_VERSION_1);
    write8(virtio, DEVICE_STATUS,
           VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER | VIRTIO_STATUS_FEATURES);
    return (read8(virtio, DEVICE_STATUS) & VIRTIO_STATUS_FEATURES) != 0;
}

static bool make_queue(struct virtio *virtio, word_t vector)
{
    write16(virtio, CONFIG_VECTOR, VIRTIO_NO_VECTOR);
    write16(virtio, QUEUE_SELECT, 0);
    if (read16(virtio, QUEUE_SIZE) < VIRTQ_SIZE)
        return false;
    write16(virtio, QUEUE_SIZE, VIRTQ_SIZE);
    write16(virtio, QUEUE_VECTOR, (uint16_t)vector);
    if (read16(virtio, QUEUE_VECTOR) != vector)
        return false;
    write_address(virtio, QUEUE_DESCRIPTORS, virtio->queue->descriptor);
    write_address(virtio, QUEUE_AVAILABLE, &virtio->queue->available);
    write_address(virtio, QUEUE_USED, &virtio->queue->used);
    virtio->bell = virtio->place.notify + read16(virtio, QUEUE_NOTIFY) * virtio->place.multiplier;
    write16(virtio, QUEUE_ENABLE, 1);
    return true;
}

bool virtio_pci_start(struct virtio *virtio, word_t vector)
{
    if (!reset(virtio) || !agree(virtio) || !make_queue(virtio, vector))
        return false;
    write8(virtio, DEVICE_STATUS,
           VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER | VIRTIO_STATUS_FEATURES |
               VIRTIO_STATUS_READY);
    return true;
}
