/* SPDX-License-Identifier: Unlicense
 *
 * The other CPUs. All are started at once and begin in parallel, each on a block of its own, which
 * it takes in order of arrival; their numbers are the order in which they say that they are there.
 * Whoever comes later than boot waits is left out for good. SDM volume 3, 8.4.4 (the protocol),
 * 10.6 (interrupts to other CPUs).
 */
#include "arch/machine.h"
#include "arch/memory.h"
#include "arch/x86_64/instructions.h"
#include "arch/x86_64/port.h"
#include "kernel/boot.h"
#include "kernel/panic.h"
#include "layout.h"
#include "port/apic.h"
#include "port/clock.h"
#include "port/memory.h"

enum {
    PAGE = 4096,
    LOW_BEGIN = 0x1000,
    LOW_END = 0xA0000,
    BLOCKS = CONFIG_CPUS_MAX - 1,

    INIT_US = 10000,
    STARTUP_US = 200,
    ARRIVAL_US = 100000, /* of all of them, in parallel */
    READY_US = 100000,

    EFER_LONG = 1 << 8,
    EFER_NX = 1 << 11,
};

#define CLOSED ((word_t)1 << 32)

/* As the linker script lays the first CPU's: an unmapped page, the stack, the area on its top. */
struct block {
    _Alignas(PAGE) char guard[PAGE];
    char stack[LAYOUT_KERNEL_STACK_BYTES];
    struct port_area area;
};

static struct block blocks[BLOCKS];
static shared_t arrivals; /* CPUs that have a number, but for the first; CLOSED: no more of them */
static shared_t is_ready[CONFIG_CPUS_MAX], is_released;
static uint8_t apic_ids[CONFIG_CPUS_MAX];

/* For boot.S. */
word_t port_blocks_taken;
word_t port_block_stacks[BLOCKS];
uint32_t port_other_efer;

struct cpu *port_cpus[CONFIG_CPUS_MAX];
unsigned port_cpu_count = 1;

word_t port_stack_guard(unsigned block)
{
    return block < BLOCKS ? (word_t)blocks[block].guard : 0;
}

word_t port_apic_id(unsigned id)
{
    return apic_ids[id];
}

void port_send(unsigned id, uint32_t what)
{
    apic_write(APIC_ICR_HIGH, (uint32_t)apic_ids[id] << 24);
    apic_write(APIC_ICR_LOW, what);
}

/* ---- On the first CPU ---- */

static void wait_us(word_t us)
{
    word_t begin = arch_time_stamp();

    while (arch_time_stamp() - begin < us * (port_clock_hz / 1000000))
        __asm__ volatile("pause");
}

/* False: not within that time. */
static bool wait_for(const shared_t *word, word_t least, word_t us)
{
    for (word_t passed = 0; shared_load_acquire(word) < least; passed += 100) {
        if (passed >= us)
            return false;
        wait_us(100);
    }
    return true;
}

/* Whether a page holds nothing that stays: GRUB with UEFI leaves modules there, and the RSDP. */
static bool is_free(const struct firmware *firmware, word_t page)
{
    if (firmware->rsdp >= page && firmware->rsdp < page + PAGE)
        return false;
    for (unsigned i = 0; i < firmware->modules; i++)
        if (firmware->module[i].base < page + PAGE &&
            page < firmware->module[i].base + firmware->module[i].size)
            return false;
    return true;
}

/* The highest such page of RAM below 640 KiB: all else that the loader has left there is read by
 * now. */
static word_t find_page(const struct firmware *firmware)
{
    word_t best = 0;

    for (unsigned i = 0; i < firmware->ram.count; i++) {
        word_t end = firmware->ram.range[i].end;
        word_t page = ((end < LOW_END ? end : LOW_END) - PAGE) & ~(word_t)(PAGE - 1);

        while (page >= LOW_BEGIN && !is_free(firmware, page))
            page -= PAGE;
        if (end >= LOW_BEGIN + PAGE && page >= firmware->ram.range[i].begin && page > best)
            best = page;
    }
    return best >= LOW_BEGIN ? best : 0;
}

static bool is_there(uint8_t apic_id)
{
    for (unsigned i = 0; i < port_cpu_count; i++)
        if (apic_ids[i] == apic_id)
            return true;
    return false;
}

static void send_all(const struct acpi_info *acpi, uint32_t what)
{
    for (unsigned i = 0; i < acpi->cpus; i++) {
        if (acpi->apic_id[i] == apic_ids[0])
            continue;
        apic_write(APIC_ICR_HIGH, (uint32_t)acpi->apic_id[i] << 24);
        apic_write(APIC_ICR_LOW, what);
    }
}

/* INIT, then two start-up interrupts. */
static void call_all(const struct acpi_info *acpi, word_t page)
{
    word_t others = acpi->cpus - 1;

    send_all(acpi, APIC_ICR_INIT);
    wait_us(INIT_US);
    for (unsigned i = 0; i < 2; i++) {
        send_all(acpi, APIC_ICR_STARTUP | (uint32_t)(page / PAGE));
        wait_us(STARTUP_US);
    }
    (void)wait_for(&arrivals, others, ARRIVAL_US);
}

static void copy_trampoline(word_t page)
{
    volatile char *to = (volatile char *)page;

    for (const char *from = port_trampoline; from < port_trampoline_end; from++)
        *to++ = *from;
}

/* From now on those that are there, by their numbers. */
static void list_cpus(struct acpi_info *acpi)
{
    acpi->cpus = port_cpu_count;
    for (unsigned i = 0; i < port_cpu_count; i++)
        acpi->apic_id[i] = apic_ids[i];
}

void port_start_cpus(struct acpi_info *acpi, const struct firmware *firmware)
{
    word_t page = find_page(firmware);

    port_cpus[0] = port_boot_cpu();
    apic_ids[0] = (uint8_t)(apic_read(APIC_ID) >> 24);
    if (acpi->cpus < 2)
        return;
    if (page == 0) {
        firmware_note(BOOT_NOTE_CPU_NO_PAGE, firmware->ram.count);
        return;
    }
    for (unsigned i = 0; i < BLOCKS; i++)
        port_block_stacks[i] = (word_t)&blocks[i].area;
    port_other_efer = EFER_LONG | (port_features.nx ? EFER_NX : 0);
    copy_trampoline(page);
    call_all(acpi, page);
    port_cpu_count = 1 + (unsigned)shared_exchange(&arrivals, CLOSED);
    for (unsigned i = 1; i < port_cpu_count; i++)
        if (!wait_for(&is_ready[i], 1, READY_US))
            panic("a CPU has begun and did not go on", i);
    for (unsigned i = 0; i < acpi->cpus; i++)
        if (!is_there(acpi->apic_id[i])) {
            firmware_note(BOOT_NOTE_CPU_SILENT, acpi->apic_id[i]);
            apic_write(APIC_ICR_HIGH, (uint32_t)acpi->apic_id[i] << 24);
            apic_write(APIC_ICR_LOW,
                       APIC_ICR_INIT); /* or it could begin when boot's space is gone */
        }
    list_cpus(acpi);
}

void port_release_cpus(void)
{
    shared_store_release(&is_released, 1);
}

/* ---- On the others ---- */

/* What runs once, and is gone as soon as the first CPU enters user code: a CPU that comes late must
 * not get here. */
void port_prepare_other(struct cpu *cpu, struct port_area *area)
{
    port_prepare_cpu(area);
    port_prepare_apic();
    port_start_timer(cpu);
}

void port_start_other(word_t block)
{
    struct port_area *area = &blocks[block].area;
    struct cpu *cpu = &area->cpu;
    word_t id = shared_add(&arrivals, 1) + 1;

    while (id >= CLOSED) /* too late */
        __asm__ volatile("hlt");
    cpu->id = (uint8_t)id;
    port_cpus[id] = cpu;
    apic_ids[id] = (uint8_t)(apic_read(APIC_ID) >> 24);
    port_prepare_other(cpu, area);
    shared_store_release(&is_ready[id], 1);
    while (shared_load_acquire(&is_released) == 0)
        __asm__ volatile("pause");
    boot_next(cpu);
    leave_boot(cpu, cpu->current);
}
