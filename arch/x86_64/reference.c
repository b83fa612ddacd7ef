/* SPDX-License-Identifier: Unlicense */
#include "arch/x86_64/reference.h"

#include "abi/boot_page.h"
#include "arch/x86_64/instructions.h"
#include "kernel/compiler.h"

enum {
    HPET_BYTES = 1024,
    HPET_PERIOD = 0x4 / 4, /* femtoseconds; registers of 32 bits */
    HPET_CONFIG = 0x10 / 4,
    HPET_COUNTER = 0xF0 / 4,
    HPET_ENABLE = 1,
    HPET_PERIOD_MIN = 100000, /* 10 GHz: nobody has that */
    HPET_PERIOD_MAX = 100000000,

    ACPI_TIMER_HZ = 3579545,

    PIT_HZ = 1193182,
    PIT_CHANNEL0 = 0x40,
    PIT_CONTROL = 0x43,
    PIT_ONCE = 0x30,  /* channel 0, both bytes, counts down once; its interrupt is masked */
    PIT_LATCH = 0x00, /* channel 0 */

    PATIENCE = 100000, /* reads until it must have moved: the 8254 moves every microsecond */
};

#define FEMTOSECONDS ((word_t)1000000000000000)

static struct reference {
    word_t kind, hz, mask;
    volatile uint32_t *hpet;
    uint32_t hpet_config; /* as it was */
    uint16_t port;
} reference;

static word_t pit_read(void)
{
    uint8_t low;

    io_out8(PIT_CONTROL, PIT_LATCH);
    low = io_in8(PIT_CHANNEL0);
    return 0xFFFF - ((word_t)io_in8(PIT_CHANNEL0) << 8 | low);
}

word_t reference_read(void)
{
    if (reference.kind == BOOT_CLOCK_HPET)
        return reference.hpet[HPET_COUNTER];
    if (reference.kind == BOOT_CLOCK_ACPI)
        return io_in32(reference.port);
    return pit_read();
}

word_t reference_mask(void)
{
    return reference.mask;
}

word_t reference_hz(void)
{
    return reference.hz;
}

void reference_end(void)
{
    if (reference.kind == BOOT_CLOCK_HPET)
        reference.hpet[HPET_CONFIG] = reference.hpet_config;
}

/* ---- Choosing ---- */

static bool begin_hpet(struct reference *new, const struct acpi_info *acpi)
{
    uint32_t period;

    new->hpet = acpi->hpet != 0 ? firmware_place(acpi->hpet, HPET_BYTES) : NULL;
    if (new->hpet == NULL || acpi->hpet % 8 != 0)
        return false;
    period = new->hpet[HPET_PERIOD];
    if (period < HPET_PERIOD_MIN || period > HPET_PERIOD_MAX)
        return false;
    new->hz = FEMTOSECONDS / period;
    new->mask = 0xFFFFFFFF;
    new->hpet_config = new->hpet[HPET_CONFIG];
    new->hpet[HPET_CONFIG] = new->hpet_config | HPET_ENABLE;
    return true;
}

static bool begin_acpi(struct reference *new, const struct acpi_info *acpi)
{
    new->port = acpi->pm_timer;
    new->hz = ACPI_TIMER_HZ;
    new->mask = acpi->pm_timer_mask;
    return acpi->pm_timer != 0;
}

static bool begin_pit(struct reference *new)
{
    new->hz = PIT_HZ;
    new->mask = 0xFFFF;
    io_out8(PIT_CONTROL, PIT_ONCE);
    io_out8(PIT_CHANNEL0, 0xFF);
    io_out8(PIT_CHANNEL0, 0xFF);
    return true;
}

static bool counts(void)
{
    word_t first = reference_read();

    for (unsigned i = 0; i < PATIENCE; i++)
        if (reference_read() != first)
            return true;
    return false;
}

static bool begin(struct reference *new, const struct acpi_info *acpi)
{
    if (new->kind == BOOT_CLOCK_HPET)
        return begin_hpet(new, acpi);
    return new->kind == BOOT_CLOCK_ACPI ? begin_acpi(new, acpi) : begin_pit(new);
}

word_t reference_choose(const struct acpi_info *acpi)
{
    struct reference *new = &reference;

    OPAQUE(new);
    for (new->kind = BOOT_CLOCK_HPET; new->kind <= BOOT_CLOCK_8254; new->kind++) {
        if (!begin(new, acpi))
            continue;
        if (counts())
            return new->kind;
        reference_end();
    }
    return 0;
}
