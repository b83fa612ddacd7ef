/* SPDX-License-Identifier: Unlicense */
#include "kernel/boot.h"

#include "arch/clock.h"
#include "arch/irq.h"
#include "arch/machine.h"
#include "arch/memory.h"
#include "kernel/captable.h"
#include "kernel/kfunc.h"
#include "kernel/kmem.h"
#include "kernel/pagetable.h"
#include "kernel/panic.h"
#include "kernel/signal.h"
#include "kernel/thread.h"
#include "kernel/time.h"

static void must(enum status status, const char *what)
{
    if (status != STATUS_OK)
        panic(what, (word_t)(sword_t)status);
}

/* The next free piece of kernel memory, registered and zeroed. */
static void *take(word_t *next, word_t bytes)
{
    void *object;

    must(kmem_boot_object(next, bytes, &object),
         "kernel memory is too small for the first process");
    return object;
}

/* The page table of the first process, or in raw mode the port's own word. */
static word_t make_space(struct cpu *cpu, struct capability *slots, word_t *next,
                         const struct boot_memory *memory)
{
    struct pagetable_boot boot = {
        .top = &slots[BOOT_PAGETABLE],
        .order = CONFIG_BOOT_TABLES_ORDER,
        .reserved = memory->reserved,
        .reserved_count = memory->reserved_count,
    };

    if (CONFIG_RAW)
        return arch_space_boot();
    boot.tables = take(next, CAP_SLOT_BYTES << CONFIG_BOOT_TABLES_ORDER);
    captable_boot(&slots[BOOT_PAGETABLES], boot.tables, (word_t)1 << CONFIG_BOOT_TABLES_ORDER);
    boot.next = *next;
    must(pagetable_boot_ranges(cpu, &boot, memory->ranges, memory->range_count),
         "the memory map does not fit");
    *next = boot.next;
    return (word_t)boot.top;
}

/* The thread of a CPU, ready there, and the endpoint of its timer. */
ALWAYS_INLINE void make_cpu(struct cpu *cpu, struct capability *thread, struct capability *endpoint,
                            struct capability *process, word_t *next)
{
    void *object = take(next, sizeof(struct thread));

    thread_boot(cpu, thread, object, process);
    cpu->timer_endpoint = endpoint;
    signal_boot(endpoint);
}

/* A table in a slot, with a slot for each CPU. */
static struct capability *make_slots(struct capability *slot, word_t *next)
{
    struct capability *slots = take(next, arch_cpu_count() * CAP_SLOT_BYTES);

    captable_boot(slot, slots, arch_cpu_count());
    return slots;
}

static void make_cpus(struct cpu *cpu, struct capability *slots, word_t *next)
{
    struct capability *threads = &slots[BOOT_THREAD], *endpoints = &slots[BOOT_TIMER_ENDPOINT];

    if (CONFIG_CPUS_MAX == 1 || arch_cpu_count() == 1) {
        make_cpu(cpu, threads, endpoints, &slots[BOOT_PROCESS], next);
        return;
    }
    threads = make_slots(threads, next);
    endpoints = make_slots(endpoints, next);
    for (unsigned i = 0; i < arch_cpu_count(); i++)
        make_cpu(arch_cpu(i), &threads[i], &endpoints[i], &slots[BOOT_PROCESS], next);
}

static void make_authorities(struct capability *slots)
{
    word_t base = arch_kmem_base(), guests = arch_guest_base();

    kfunc_boot(&slots[BOOT_KFUNC]);
    kmem_boot(&slots[BOOT_KMEM], base, base + (arch_kmem_size() - 1),
              RIGHTS_KMEM_ALL & ~(word_t)RIGHT_KMEM_GUEST);
    if (CONFIG_GUESTS && arch_guest_size() != 0)
        kmem_boot(&slots[BOOT_GUEST_WINDOW], guests, guests + (arch_guest_size() - 1),
                  RIGHT_KMEM_GUEST);
}

/* What each CPU does for itself. */
ALWAYS_INLINE void start(struct cpu *cpu, const struct capability *process)
{
    quiesce_online(cpu);
    process_enter(cpu, process);
    time_arm(cpu);
}

void boot_next(struct cpu *cpu)
{
    start(cpu, cpu->current->process);
}

void boot_first(struct cpu *cpu, const struct boot_memory *memory, struct boot_info *info)
{
    word_t next = arch_kmem_base();
    struct capability *slots = take(&next, CONFIG_BOOT_ENTRIES * CAP_SLOT_BYTES);
    word_t space;

    captable_boot(&slots[BOOT_CAPTABLE], slots, CONFIG_BOOT_ENTRIES);
    space = make_space(cpu, slots, &next, memory);
    process_boot(&slots[BOOT_PROCESS], &slots[BOOT_CAPTABLE], space);
    make_authorities(slots);
    make_cpus(cpu, slots, &next);
    start(cpu, &slots[BOOT_PROCESS]);
    *info = (struct boot_info){
        .abi_version = ABI_VERSION,
        .clock_hz = arch_clock_hz(),
        .cpu_count = arch_cpu_count(),
        .kmem_free = next - arch_kmem_base(),
        .kmem_bytes = arch_kmem_size(),
        .irq_lines = arch_irq_lines(),
        .tables = CONFIG_RAW ? 0 : (word_t)1 << CONFIG_BOOT_TABLES_ORDER,
    };
}
