/* SPDX-License-Identifier: Unlicense
 *
 * Devices of virtio 1.x, with one split queue. Whoever owns the bus finds where the registers of a
 * device lie, on PCI (virtio_pci.c) or in memory (virtio_mmio.c); a driver then works with these
 * alone. Addresses that the device is told are physical: what a process has of the first process's
 * memory lies where it is.
 *
 * Virtual I/O Device Version 1.1: 2.6 (split queues), 3.1 (start), 4.1.4 (structures on PCI), 4.2
 * (in memory).
 */
#pragma once

#include "drivers/user/pci.h"

enum { VIRTIO_VENDOR = 0x1AF4, VIRTIO_MODERN = 0x1040, VIRTIO_BLOCK = 2 };

/* Where the registers of a device lie. In memory they are one block, `common`, and the rest is 0.
 */
struct virtio_place {
    word_t common, notify, isr, device;
    word_t multiplier; /* of a queue's offset behind `notify` */
};

/* False: not a device of virtio 1.x, or one whose windows cannot be used. */
bool virtio_pci_find(const struct pci *pci, struct pci_function at, struct virtio_place *place);

/* The first device of a kind among `count` blocks of registers from `base` on, and its number.
 * False: there is none. */
enum { VIRTIO_MMIO_BYTES = 512 };
bool virtio_mmio_find(word_t base, word_t count, word_t kind, struct virtio_place *place,
                      word_t *number);

/* ---- The driver's side ---- */

enum {
    VIRTQ_NEXT = 1,  /* descriptor flags: one follows */
    VIRTQ_WRITE = 2, /* the device writes */
    VIRTQ_SIZE = 16, /* descriptors of our queues */
    VIRTIO_NO_VECTOR = 0xFFFF,
};

struct virtq_descriptor {
    uint64_t address;
    uint32_t bytes;
    uint16_t flags, next;
};

/* A queue as the device sees it, zero at first; aligned to 16 bytes. */
struct virtq_memory {
    struct virtq_descriptor descriptor[VIRTQ_SIZE];
    struct {
        uint16_t flags, index, ring[VIRTQ_SIZE], event;
    } available;
    struct {
        uint16_t flags, index;
        struct {
            uint32_t id, bytes;
        } ring[VIRTQ_SIZE];
        uint16_t event;
    } used __attribute__((aligned(4)));
};

struct virtio {
    struct virtio_place place;
    struct virtq_memory *queue;
    word_t bell;              /* where the queue is notified */
    uint16_t available, used; /* how far we are */
};

/* Reset the device, agree on virtio 1.x and nothing else, and make queue 0, whose interrupts are
 * message `vector`, or VIRTIO_NO_VECTOR. False: it does not want to. Time: bounded. */
bool virtio_start(struct virtio *virtio, word_t vector);

/* Offer the chain that begins with a descriptor, and let the device know. */
void virtio_offer(struct virtio *virtio, uint16_t descriptor);

/* A chain that the device has used, by its first descriptor. False: none. */
bool virtio_take(struct virtio *virtio, uint16_t *descriptor);

/* Take the interrupt back, where it is a line. */
void virtio_end_interrupt(const struct virtio *virtio);

/* 64 bits of the device's own registers. */
uint64_t virtio_device_word(const struct virtio *virtio, word_t offset);

/* ---- What the files share ---- */

enum {
    VIRTIO_STATUS_ACKNOWLEDGE = 1,
    VIRTIO_STATUS_DRIVER = 2,
    VIRTIO_STATUS_READY = 4,
    VIRTIO_STATUS_FEATURES = 8,
    VIRTIO_VERSION_1 = 1, /* in the second word of features */
    VIRTIO_PATIENCE = 1000000,
};

static inline bool virtio_is_mmio(const struct virtio *virtio)
{
    return virtio->place.notify == 0;
}

bool virtio_pci_start(struct virtio *virtio, word_t vector);
bool virtio_mmio_start(struct virtio *virtio);
