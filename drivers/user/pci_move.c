/* SPDX-License-Identifier: Unlicense
 *
 * Moving a window: firmware may have put one where the first process has no memory, as UEFI does
 * with what can lie above 4 GiB.
 */
#include "drivers/user/pci.h"

enum { USED_MAX = 64, DEVICES = 32, FUNCTIONS = 8 };
enum { HEADER = 0x0E, HEADER_MANY = 0x80, HEADER_KIND = 0x7F, HEADER_BRIDGE = 1 };
enum { BRIDGE_BARS = 2, BRIDGE_MEMORY = 0x20, BRIDGE_PREFETCHABLE = 0x24 };
enum { BAR_64 = 4 };

struct used {
    struct pci_window window[USED_MAX];
    unsigned count;
};

static void use(struct used *used, word_t base, word_t bytes)
{
    if (used->count < USED_MAX)
        used->window[used->count] = (struct pci_window){base, bytes};
    used->count++;
}

/* What a bridge lets through, in pieces of 1 MiB: first and last (PCI-to-PCI Bridge 1.1, 3.2.5.8).
 */
static void use_bridge(struct used *used, const struct pci *pci, struct pci_function at,
                       word_t offset)
{
    word_t base = (pci_read(pci, at, offset, 2) & 0xFFF0) << 16;
    word_t last = (pci_read(pci, at, offset + 2, 2) & 0xFFF0) << 16 | 0xFFFFF;

    if (base < last)
        use(used, base, last - base + 1);
}

static void use_function(struct used *used, const struct pci *pci, struct pci_function at)
{
    bool is_bridge = (pci_read(pci, at, HEADER, 1) & HEADER_KIND) == HEADER_BRIDGE;
    struct pci_window window;

    for (unsigned bar = 0; bar < (is_bridge ? BRIDGE_BARS : PCI_BARS); bar++) {
        if (!pci_window(pci, at, bar, &window))
            continue;
        use(used, window.base, window.bytes);
        if ((pci_read(pci, at, PCI_BAR + 4 * (word_t)bar, 4) & BAR_64) != 0)
            bar++;
    }
    if (is_bridge) {
        use_bridge(used, pci, at, BRIDGE_MEMORY);
        use_bridge(used, pci, at, BRIDGE_PREFETCHABLE);
    }
}

static void use_bus(struct used *used, const struct pci *pci)
{
    for (unsigned device = 0; device < DEVICES; device++) {
        unsigned functions = 1;

        for (unsigned i = 0; i < functions; i++) {
            struct pci_function at = {0, (uint8_t)device, (uint8_t)i};

            if (pci_read(pci, at, PCI_ID, 2) == 0xFFFF)
                continue;
            if (i == 0 && (pci_read(pci, at, HEADER, 1) & HEADER_MANY) != 0)
                functions = FUNCTIONS;
            use_function(used, pci, at);
        }
    }
}

/* The highest place that is free; 0: there is none. Each step goes below a window that is used. */
static word_t find_room(const struct used *used, word_t low, word_t high, word_t bytes)
{
    word_t base = (high - bytes) & ~(bytes - 1);

    for (unsigned i = 0; i < used->count;) {
        const struct pci_window *window = &used->window[i++];

        if (base + bytes <= window->base || base >= window->base + window->bytes)
            continue;
        if (window->base < low + bytes)
            return 0;
        base = (window->base - bytes) & ~(bytes - 1);
        i = 0;
    }
    return base >= low ? base : 0;
}

bool pci_move(const struct pci *pci, struct pci_function at, unsigned bar, word_t low, word_t high)
{
    word_t offset = PCI_BAR + 4 * (word_t)bar, command, base;
    struct used used = {.count = 0};
    struct pci_window window;

    if (at.bus != 0 || !pci_window(pci, at, bar, &window) || window.bytes > high - low)
        return false;
    use_bus(&used, pci);
    base = used.count <= USED_MAX ? find_room(&used, low, high, window.bytes) : 0;
    if (base == 0)
        return false;
    command = pci_read(pci, at, PCI_COMMAND, 2);
    pci_write(pci, at, PCI_COMMAND, 2, command & ~(word_t)PCI_COMMAND_MEMORY);
    pci_write(pci, at, offset, 4, base);
    if ((pci_read(pci, at, offset, 4) & BAR_64) != 0)
        pci_write(pci, at, offset + 4, 4, 0);
    pci_write(pci, at, PCI_COMMAND, 2, command);
    return true;
}
