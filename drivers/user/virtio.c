/* SPDX-License-Identifier: Unlicense */
#include "drivers/user/virtio.h"

enum { PCI_GENERATION = 0x15, MMIO_GENERATION = 0xFC, MMIO_DEVICE = 0x100 };
enum { MMIO_INTERRUPT = 0x60, MMIO_INTERRUPT_END = 0x64 };

bool virtio_start(struct virtio *virtio, word_t vector)
{
    virtio->available = 0;
    virtio->used = 0;
    return virtio_is_mmio(virtio) ? virtio_mmio_start(virtio) : virtio_pci_start(virtio, vector);
}

/* ---- The queue: 2.6.13, 2.6.14 ---- */

static void ring_bell(const struct virtio *virtio)
{
    if (virtio_is_mmio(virtio))
        *(volatile uint32_t *)virtio->bell = 0;
    else
        *(volatile uint16_t *)virtio->bell = 0;
}

void virtio_offer(struct virtio *virtio, uint16_t descriptor)
{
    struct virtq_memory *queue = virtio->queue;

    queue->available.ring[virtio->available++ % VIRTQ_SIZE] = descriptor;
    __atomic_store_n(&queue->available.index, virtio->available, __ATOMIC_RELEASE);
    __atomic_thread_fence(__ATOMIC_SEQ_CST); /* the device sees it when the bell rings */
    ring_bell(virtio);
}

bool virtio_take(struct virtio *virtio, uint16_t *descriptor)
{
    struct virtq_memory *queue = virtio->queue;
    uint32_t id;

    if (__atomic_load_n(&queue->used.index, __ATOMIC_ACQUIRE) == virtio->used)
        return false;
    id = queue->used.ring[virtio->used++ % VIRTQ_SIZE].id;
    *descriptor = (uint16_t)(id % VIRTQ_SIZE);
    return true;
}

/* ---- Registers ---- */

void virtio_end_interrupt(const struct virtio *virtio)
{
    word_t base = virtio->place.common;

    if (virtio_is_mmio(virtio))
        *(volatile uint32_t *)(base + MMIO_INTERRUPT_END) =
            *(volatile uint32_t *)(base + MMIO_INTERRUPT);
    else
        (void)*(volatile uint8_t *)virtio->place.isr; /* to read it is to take it back */
}

static uint32_t generation(const struct virtio *virtio)
{
    word_t base = virtio->place.common;

    return virtio_is_mmio(virtio) ? *(volatile uint32_t *)(base + MMIO_GENERATION)
                                  : *(volatile uint8_t *)(base + PCI_GENERATION);
}

/* Two words, which belong together when the generation has not changed: 2.4.1. */
uint64_t virtio_device_word(const struct virtio *virtio, word_t offset)
{
    word_t device =
        virtio_is_mmio(virtio) ? virtio->place.common + MMIO_DEVICE : virtio->place.device;
    const volatile uint32_t *words = (const volatile uint32_t *)(device + offset);
    uint64_t value = 0;

    for (unsigned i = 0; i < VIRTIO_PATIENCE; i++) {
        uint32_t before = generation(virtio);

        value = words[0] | (uint64_t)words[1] << 32;
        if (generation(virtio) == before)
            break;
    }
    return value;
}
