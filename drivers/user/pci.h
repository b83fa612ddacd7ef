/* SPDX-License-Identifier: Unlicense
 *
 * Configuration space of PCI on a PC, by the pair of ports 0xCF8 and 0xCFC, which is one for the
 * whole machine: one process owns it, finds devices, and gives each driver what is its own. Who
 * owns it is trusted with everything: a device that may be a bus master reads and writes all
 * memory, and a message can raise any vector (docs/security.md).
 *
 * PCI Local Bus Specification 3.0, 3.2.2.3.2 and chapter 6.
 */
#pragma once

#include "rme/call.h"

/* A kernel-function capability for IO_READ and IO_WRITE on ports 0xCF8 to 0xCFF. */
struct pci {
    rme_kfunc_t ports;
};

struct pci_function {
    uint8_t bus, device, function;
};

enum {
    PCI_ID = 0x00, /* vendor, and device above it */
    PCI_COMMAND = 0x04,
    PCI_STATUS = 0x06,
    PCI_BAR = 0x10,
    PCI_CAPABILITIES = 0x34,
    PCI_PIN = 0x3D,

    PCI_COMMAND_MEMORY = 1 << 1,
    PCI_COMMAND_MASTER = 1 << 2,
    PCI_COMMAND_NO_LINE = 1 << 10, /* no interrupts but messages */

    PCI_CAPABILITY_MSI = 0x05,
    PCI_CAPABILITY_VENDOR = 0x09,
    PCI_CAPABILITY_MSIX = 0x11,

    PCI_BARS = 6,
};

/* Read or write 1, 2 or 4 bytes, at an offset that is a multiple of as many. */
word_t pci_read(const struct pci *pci, struct pci_function at, word_t offset, word_t bytes);
void pci_write(const struct pci *pci, struct pci_function at, word_t offset, word_t bytes,
               word_t value);

/* The first function with these ids, on any bus. Time: 2^13 functions. */
bool pci_find(const struct pci *pci, word_t vendor, word_t device, struct pci_function *found);

/* The offset of the next capability of a kind behind `after`, 0 to begin; 0: there is none. */
word_t pci_capability(const struct pci *pci, struct pci_function at, word_t kind, word_t after);

/* Where a memory BAR lies, and how large it is: its size is probed with the function's memory off.
 * False: it is none, or lies nowhere. */
struct pci_window {
    word_t base, bytes;
};
bool pci_window(const struct pci *pci, struct pci_function at, unsigned bar,
                struct pci_window *window);

/* Move a memory BAR of a function on the root bus to the highest place in [low, high), below 4 GiB,
 * where no other window lies. The caller knows that such addresses reach the bus. False: there is
 * no room, the function is behind a bridge, or the BAR is none. */
bool pci_move(const struct pci *pci, struct pci_function at, unsigned bar, word_t low, word_t high);

/* Set and clear bits of the command register. */
void pci_command(const struct pci *pci, struct pci_function at, word_t set, word_t clear);

/* ---- Messages: `message` is what INT_MESSAGE said (abi/calls.toml) ---- */

/* By the MSI capability: one message. False: there is none. */
bool pci_msi_enable(const struct pci *pci, struct pci_function at, word_t message);
void pci_msi_disable(const struct pci *pci, struct pci_function at);

/* By the MSI-X table, at `table`, where the caller has mapped it: BAR and offset first, all entries
 * masked; then entries; then on. False: there is no such capability. */
struct pci_msix {
    word_t capability, bar, offset, entries;
};
bool pci_msix_find(const struct pci *pci, struct pci_function at, struct pci_msix *msix);
void pci_msix_set(volatile uint32_t *table, word_t entry, word_t message);
void pci_msix_enable(const struct pci *pci, struct pci_function at, const struct pci_msix *msix);
