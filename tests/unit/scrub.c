/* SPDX-License-Identifier: Unlicense
 *
 * No byte of an earlier life. Free kernel memory holds rubbish here (arch/host/memory.h), and slots
 * what was in them: an object must have no word of the rubbish, and be byte for byte the same, its
 * slot but for the stamp too, whatever lived in that place and slot before.
 */
#include "kernel/pagetable.h"
#include "tests/unit/support/world.h"

#include <string.h>

enum object { CAPTABLE, PAGETABLE, TOP, THREAD, PORT, SIGNAL, PROCESS, OBJECTS };
static const char *const names[] = {"capability table", "page table",      "top level", "thread",
                                    "invocation port",  "signal endpoint", "process",   "nothing"};

enum { SLOT = 20, OTHER_SLOT = 21, MEMORY = 65536, BYTES = 1024, BYTES_MAX = 4096 };

static sword_t make(enum object object)
{
    const word_t any = CONFIG_RAW ? world_raw_word : (word_t)BOOT_PAGETABLE;

    switch (object) {
    case CAPTABLE:
        return CALL(CPT_CRT, BOOT_CAPTABLE, SLOT, BOOT_KMEM, MEMORY, BYTES / CAP_SLOT_BYTES);
    case PAGETABLE:
        return CALL(PGT_CRT, BOOT_CAPTABLE, SLOT, BOOT_KMEM, MEMORY, world_tables.base,
                    world_tables.size, world_tables.number);
    case TOP:
        return CALL(PGT_CRT, BOOT_CAPTABLE, SLOT, BOOT_KMEM, MEMORY, PAGETABLE_TOP,
                    world_tables.top_size, world_tables.top_number);
    case THREAD:
        return CALL(THD_CRT, BOOT_CAPTABLE, SLOT, BOOT_KMEM, MEMORY, BOOT_PROCESS, 3,
                    CONFIG_FPU ? THREAD_FPU : 0);
    case PORT:
        return CALL(INV_CRT, BOOT_CAPTABLE, SLOT, BOOT_KMEM, MEMORY, BOOT_PROCESS);
    case SIGNAL:
        return CALL(SIG_CRT, BOOT_CAPTABLE, SLOT);
    case PROCESS:
        return CALL(PRC_CRT, BOOT_CAPTABLE, SLOT, BOOT_CAPTABLE, any, BOOT_KFUNC);
    case OBJECTS:
    default:
        return STATUS_ARGUMENT;
    }
}

/* Use an object so that as many of its words as possible have been something. */
static void use_table(void)
{
    for (word_t i = 0; i < BYTES / CAP_SLOT_BYTES; i++)
        (void)CALL(CPT_ADD, SLOT, i, BOOT_CAPTABLE, BOOT_KMEM, RIGHT_KMEM_THREAD, 32, 4096);
    for (word_t i = 0; i < BYTES / CAP_SLOT_BYTES; i++) {
        (void)PATIENT(CPT_FRZ, SLOT, i);
        (void)PATIENT(CPT_REM, SLOT, i);
    }
}

static void use_pages(void)
{
    const word_t source = cap_id_in(BOOT_PAGETABLES, world_tables.source).raw;

    for (word_t i = 0; i < 8; i++)
        (void)CALL(PGT_ADD, SLOT, i, PAGE_READ | PAGE_STATIC, source,
                   world_tables.position + i * world_tables.position_step,
                   i * world_tables.index_step);
    for (word_t i = 0; i < 8; i++)
        (void)CALL(PGT_REM, SLOT, i);
}

static void use_thread(void)
{
    (void)CALL(THD_SCHED_BIND, SLOT, BOOT_THREAD, CAP_NULL, 77, 2, CAP_NULL, 0);
    (void)CALL(THD_EXEC_SET, SLOT, 0x1111, 0x2222, 0x3333);
    for (word_t i = 0; i < 8 + 8; i++)
        (void)KFN(DEBUG_REG_MOD, i, SLOT, 1, 0x5A5A0000 | i);
    (void)CALL(THD_TIME_XFER, SLOT, BOOT_THREAD, 100000);
    host_fault(world_cpu(), (struct fault){.cause = 0x77, .address = 0x8888});
    (void)CALL(THD_SCHED_FREE, SLOT);
}

static void use(enum object object)
{
    if (object == CAPTABLE)
        use_table();
    if (object == PAGETABLE && !CONFIG_RAW)
        use_pages();
    if (object == THREAD)
        use_thread();
    if (object == PORT)
        (void)CALL(INV_SET, SLOT, 0x4444, 0x5555, 1);
    if (object == SIGNAL)
        (void)CALL(SIG_SND, SLOT, 12345);
}

static sword_t end(enum object object)
{
    (void)PATIENT(CPT_FRZ, BOOT_CAPTABLE, SLOT);
    switch (object) {
    case CAPTABLE:
        return PATIENT(CPT_DEL, BOOT_CAPTABLE, SLOT);
    case PAGETABLE:
    case TOP:
        return PATIENT(PGT_DEL, BOOT_CAPTABLE, SLOT);
    case THREAD:
        return PATIENT(THD_DEL, BOOT_CAPTABLE, SLOT);
    case PORT:
        return PATIENT(INV_DEL, BOOT_CAPTABLE, SLOT);
    case SIGNAL:
        return PATIENT(SIG_DEL, BOOT_CAPTABLE, SLOT);
    case PROCESS:
        return PATIENT(PRC_DEL, BOOT_CAPTABLE, SLOT);
    case OBJECTS:
    default:
        return STATUS_ARGUMENT;
    }
}

struct life {
    unsigned char object[BYTES_MAX];
    struct capability slot;
};

/* The object as it is when it has just been made where another one was. */
static bool live(struct life *life, enum object before, enum object object)
{
    memset(life, 0, sizeof(*life));
    world_boot(1);
    if (before < OBJECTS) {
        if (make(before) != STATUS_OK)
            return false;
        use(before);
        if (end(before) != STATUS_OK)
            return false;
    }
    if (make(object) != STATUS_OK)
        return false;
    memcpy(&life->slot, world_cap(SLOT), sizeof(life->slot));
    shared_store(&life->slot.header, shared_load(&life->slot.header) & (CAP_LEAF | 0xFF));
    return true;
}

static word_t bytes_of(enum object object)
{
    switch (object) {
    case CAPTABLE:
        return BYTES;
    case THREAD:
        return sizeof(struct thread) + (CONFIG_FPU ? sizeof(struct arch_fpu) : 0);
    case PORT:
        return sizeof(struct port);
    case PAGETABLE:
        return pagetable_backend_bytes(false, world_tables.size, world_tables.number);
    case TOP:
        return pagetable_backend_bytes(true, world_tables.top_size, world_tables.top_number);
    case SIGNAL:
    case PROCESS:
    case OBJECTS:
    default:
        return 0;
    }
}

static bool has_rubbish(const unsigned char *bytes, word_t count)
{
    for (word_t i = 0; i + 1 < count; i++)
        if (bytes[i] == HOST_RUBBISH && bytes[i + 1] == HOST_RUBBISH)
            return true;
    return false;
}

static bool is_possible(enum object object)
{
    return !CONFIG_RAW || (object != PAGETABLE && object != TOP);
}

static void every_life(enum object object)
{
    static struct life first, other;
    const word_t bytes = bytes_of(object);

    if (!is_possible(object)) {
        tap_skip(names[object], "raw address spaces: there are no page tables");
        return;
    }
    tap_check(live(&first, OBJECTS, object), names[object]);
    memcpy(first.object, host_kmem + MEMORY, bytes);
    tap_check(!has_rubbish(first.object, bytes), "it has nothing of what was there");
    for (unsigned before = 0; before < OBJECTS; before++) {
        bool is_same;

        if (!is_possible((enum object)before))
            continue;
        is_same = live(&other, (enum object)before, object);
        memcpy(other.object, host_kmem + MEMORY, bytes);
        is_same = is_same && memcmp(&first, &other, sizeof(first)) == 0;
        printf("# a %s, where a %s was\n", names[object], names[before]);
        tap_check(is_same, "the same, byte for byte");
    }
}

int main(void)
{
    for (unsigned object = 0; object < OBJECTS; object++)
        every_life((enum object)object);
    return tap_end();
}
