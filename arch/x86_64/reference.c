/* SPDX-License-Identifier: Unlicense */
#include "arch/x86_64/reference.h"

#include "abi/boot_page.h"
#include "arch/x86_64/instructions.h"

enum {
    HPET_BYTES = 1024,
    HPET_PERIOD = 4, /* femtoseconds */
    HPET_CONFIG = 0x10,
    HPET_COUNTER = 0xF0,
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

static struct {
    word_t kind, hz, mask;
    volatile uint32_t *hpet;
    uint32_t hpet_config; /* as it was */
    uint16_t port;
} reference;

static uint32_t hpet_read(unsigned at)
{
    return reference.hpet[at / sizeof(uint32_t)];
}

static void hpet_write(unsigned at, uint32_t word)
{
    reference.hpet[at / sizeof(uint32_t)] = word;
}

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
        return hpet_read(HPET_COUNTER);
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
        hpet_write(HPET_CONFIG, reference.hpet_config);
}

/* ---- Choosing ---- */

static bool begin_hpet(const struct acpi_info *acpi)
{
    uint32_t period;

    reference.hpet = acpi->hpet != 0 ? firmware_place(acpi->hpet, HPET_BYTES) : NULL;
    if (reference.hpet == NULL || acpi->hpet % 8 != 0)
        return false;
    period = hpet_read(HPET_PERIOD);
    if (period < HPET_PERIOD_MIN || period > HPET_PERIOD_MAX)
        return false;
    reference.hz = FEMTOSECONDS / period;
    reference.mask = 0xFFFFFFFF;
    reference.hpet_config = hpet_read(HPET_CONFIG);
    hpet_write(HPET_CONFIG, reference.hpet_config | HPET_ENABLE);
    return true;
}

static bool begin_acpi(const struct acpi_info *acpi)
{
    reference.port = acpi->pm_timer;
    reference.hz = ACPI_TIMER_HZ;
    reference.mask = acpi->pm_timer_mask;
    return acpi->pm_timer != 0;
}

static bool begin_pit(const struct acpi_info *acpi)
{
    (void)acpi;
    reference.hz = PIT_HZ;
    reference.mask = 0xFFFF;
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

static bool begin(word_t kind, const struct acpi_info *acpi)
{
    reference.kind = kind;
    if (kind == BOOT_CLOCK_HPET)
        return begin_hpet(acpi);
    return kind == BOOT_CLOCK_ACPI ? begin_acpi(acpi) : begin_pit(acpi);
}

word_t reference_choose(const struct acpi_info *acpi)
{
    for (word_t kind = BOOT_CLOCK_HPET; kind <= BOOT_CLOCK_8254; kind++) {
        if (!begin(kind, acpi))
            continue;
        if (counts())
            return kind;
        reference_end();
    }
    return 0;
}
