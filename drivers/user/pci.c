/* SPDX-License-Identifier: Unlicense */
#include "drivers/user/pci.h"

enum {
    ADDRESS_PORT = 0xCF8,
    DATA_PORT = 0xCFC,
    BUSES = 256,
    DEVICES = 32,
    FUNCTIONS = 8,
    HEADER = 0x0E,
    HEADER_MANY = 0x80, /* more than one function */
    STATUS_HAS_LIST = 1 << 4,
    CAPABILITIES_MAX = 48, /* that fit behind the header */
};
#define ADDRESS_ENABLE ((word_t)1 << 31)

static void select(const struct pci *pci, struct pci_function at, word_t offset)
{
    word_t address = ADDRESS_ENABLE | (word_t)at.bus << 16 | (word_t)at.device << 11 |
                     (word_t)at.function << 8 | (offset & 0xFC);

    (void)rme_kfunc_call(pci->ports, RME_KFN_IO_WRITE, ADDRESS_PORT, 4, address, 0, 0);
}

word_t pci_read(const struct pci *pci, struct pci_function at, word_t offset, word_t bytes)
{
    word_t value = 0;

    select(pci, at, offset);
    (void)rme_call_value(RME_SVC_KFN, pci->ports.id.raw, RME_KFN_IO_READ, DATA_PORT + (offset & 3),
                         bytes, 0, 0, 0, &value);
    return value;
}

void pci_write(const struct pci *pci, struct pci_function at, word_t offset, word_t bytes,
               word_t value)
{
    select(pci, at, offset);
    (void)rme_kfunc_call(pci->ports, RME_KFN_IO_WRITE, DATA_PORT + (offset & 3), bytes, value, 0,
                         0);
}

/* ---- Looking for functions ---- */

static bool find_on(const struct pci *pci, unsigned bus, unsigned device, word_t id,
                    struct pci_function *found)
{
    unsigned functions = 1;

    for (unsigned i = 0; i < functions; i++) {
        struct pci_function at = {(uint8_t)bus, (uint8_t)device, (uint8_t)i};

        if (pci_read(pci, at, PCI_ID, 4) == id) {
            *found = at;
            return true;
        }
        if (i == 0 && pci_read(pci, at, PCI_ID, 2) != 0xFFFF &&
            (pci_read(pci, at, HEADER, 1) & HEADER_MANY) != 0)
            functions = FUNCTIONS;
    }
    return false;
}

bool pci_find(const struct pci *pci, word_t vendor, word_t device, struct pci_function *found)
{
    for (unsigned bus = 0; bus < BUSES; bus++)
        for (unsigned i = 0; i < DEVICES; i++)
            if (find_on(pci, bus, i, device << 16 | vendor, found))
                return true;
    return false;
}

word_t pci_capability(const struct pci *pci, struct pci_function at, word_t kind, word_t after)
{
    word_t offset;

    if ((pci_read(pci, at, PCI_STATUS, 2) & STATUS_HAS_LIST) == 0)
        return 0;
    offset = pci_read(pci, at, after != 0 ? after + 1 : PCI_CAPABILITIES, 1) & 0xFC;
    for (unsigned i = 0; offset != 0 && i < CAPABILITIES_MAX; i++) {
        if (pci_read(pci, at, offset, 1) == kind)
            return offset;
        offset = pci_read(pci, at, offset + 1, 1) & 0xFC;
    }
    return 0;
}

/* ---- Windows: 6.2.5 ---- */

enum { BAR_IO = 1, BAR_64 = 4, BAR_FLAGS = 0xF };

/* What reads back where all ones were written: the bits of the size are zeros. */
static word_t probe(const struct pci *pci, struct pci_function at, word_t offset)
{
    word_t old = pci_read(pci, at, offset, 4), mask;

    pci_write(pci, at, offset, 4, 0xFFFFFFFF);
    mask = pci_read(pci, at, offset, 4);
    pci_write(pci, at, offset, 4, old);
    return mask;
}

bool pci_window(const struct pci *pci, struct pci_function at, unsigned bar,
                struct pci_window *window)
{
    word_t offset = PCI_BAR + 4 * (word_t)bar, low, mask = ~(word_t)0xFFFFFFFF, command;

    if (bar >= PCI_BARS)
        return false;
    low = pci_read(pci, at, offset, 4);
    if ((low & BAR_IO) != 0 || ((low & BAR_64) != 0 && bar + 1 >= PCI_BARS))
        return false;
    command = pci_read(pci, at, PCI_COMMAND, 2);
    pci_write(pci, at, PCI_COMMAND, 2, command & ~(word_t)PCI_COMMAND_MEMORY);
    window->base = low & ~(word_t)BAR_FLAGS;
    mask |= probe(pci, at, offset) & ~(word_t)BAR_FLAGS;
    if ((low & BAR_64) != 0) {
        window->base |= pci_read(pci, at, offset + 4, 4) << 32;
        mask = (mask & 0xFFFFFFFF) | probe(pci, at, offset + 4) << 32;
    }
    pci_write(pci, at, PCI_COMMAND, 2, command);
    window->bytes = ~mask + 1;
    return window->base != 0 && (mask & 0xFFFFFFFF) != 0;
}

void pci_command(const struct pci *pci, struct pci_function at, word_t set, word_t clear)
{
    word_t command = pci_read(pci, at, PCI_COMMAND, 2);

    pci_write(pci, at, PCI_COMMAND, 2, (command | set) & ~clear);
}

/* ---- MSI: 6.8.1 ---- */

enum { MSI_CONTROL = 2, MSI_ADDRESS = 4, MSI_DATA = 8, MSI_DATA_64 = 12 };
enum { MSI_ENABLE = 1, MSI_MANY = 7 << 4, MSI_64 = 1 << 7 };

bool pci_msi_enable(const struct pci *pci, struct pci_function at, word_t message)
{
    word_t offset = pci_capability(pci, at, PCI_CAPABILITY_MSI, 0), control;

    if (offset == 0)
        return false;
    control = pci_read(pci, at, offset + MSI_CONTROL, 2);
    pci_write(pci, at, offset + MSI_ADDRESS, 4, message >> 32);
    if ((control & MSI_64) != 0)
        pci_write(pci, at, offset + MSI_ADDRESS + 4, 4, 0);
    pci_write(pci, at, offset + ((control & MSI_64) != 0 ? MSI_DATA_64 : MSI_DATA), 2,
              message & 0xFFFF);
    pci_write(pci, at, offset + MSI_CONTROL, 2, (control & ~(word_t)MSI_MANY) | MSI_ENABLE);
    return true;
}

void pci_msi_disable(const struct pci *pci, struct pci_function at)
{
    word_t offset = pci_capability(pci, at, PCI_CAPABILITY_MSI, 0);

    if (offset != 0)
        pci_write(pci, at, offset + MSI_CONTROL, 2,
                  pci_read(pci, at, offset + MSI_CONTROL, 2) & ~(word_t)MSI_ENABLE);
}

/* ---- MSI-X: 6.8.2 ---- */

enum { MSIX_CONTROL = 2, MSIX_TABLE = 4, MSIX_ENTRIES = 0x7FF, MSIX_ENTRY_WORDS = 4 };
#define MSIX_ENABLE ((word_t)1 << 15)
#define MSIX_MASK   ((word_t)1 << 14)

bool pci_msix_find(const struct pci *pci, struct pci_function at, struct pci_msix *msix)
{
    word_t table;

    msix->capability = pci_capability(pci, at, PCI_CAPABILITY_MSIX, 0);
    if (msix->capability == 0)
        return false;
    table = pci_read(pci, at, msix->capability + MSIX_TABLE, 4);
    msix->bar = table & 7;
    msix->offset = table & ~(word_t)7;
    msix->entries = (pci_read(pci, at, msix->capability + MSIX_CONTROL, 2) & MSIX_ENTRIES) + 1;
    return true;
}

void pci_msix_set(volatile uint32_t *table, word_t entry, word_t message)
{
    volatile uint32_t *words = table + entry * MSIX_ENTRY_WORDS;

    words[3] = 1; /* masked while it changes */
    words[0] = (uint32_t)(message >> 32);
    words[1] = 0;
    words[2] = (uint32_t)message;
    words[3] = 0;
}

void pci_msix_enable(const struct pci *pci, struct pci_function at, const struct pci_msix *msix)
{
    word_t control = pci_read(pci, at, msix->capability + MSIX_CONTROL, 2);

    pci_write(pci, at, msix->capability + MSIX_CONTROL, 2, (control & ~MSIX_MASK) | MSIX_ENABLE);
}
