/* SPDX-License-Identifier: Unlicense
 *
 * Raw mode: no call on page tables exists, none of their capabilities either, and every memory
 * fault is real.
 */
#include "kernel/call_table.h"
#include "kernel/pagetable.h"
#include "tests/unit/support/world.h"

static void calls(void)
{
    REFUSED(STATUS_UNKNOWN_CALL, "no PGT_CRT", PGT_CRT, BOOT_CAPTABLE, world_slot(), BOOT_KMEM,
            world_memory(512), 0, 8, 2);
    REFUSED(STATUS_UNKNOWN_CALL, "no PGT_DEL", PGT_DEL, BOOT_CAPTABLE, BOOT_PAGETABLE);
    REFUSED(STATUS_UNKNOWN_CALL, "no PGT_ADD", PGT_ADD, BOOT_PAGETABLE, 0, 0, BOOT_PAGETABLE, 0, 0);
    REFUSED(STATUS_UNKNOWN_CALL, "no PGT_REM", PGT_REM, BOOT_PAGETABLE, 0);
    REFUSED(STATUS_UNKNOWN_CALL, "no PGT_CON", PGT_CON, BOOT_PAGETABLE, 0, BOOT_PAGETABLE, 0);
    REFUSED(STATUS_UNKNOWN_CALL, "no PGT_DES", PGT_DES, BOOT_PAGETABLE, 0, BOOT_PAGETABLE);
    tap_check(cap_state(shared_load(&world_cap(BOOT_PAGETABLE)->header)) == CAP_EMPTY &&
                  cap_state(shared_load(&world_cap(BOOT_PAGETABLES)->header)) == CAP_EMPTY,
              "boot makes no capability to a page table");
}

/* The handlers stand behind the calls and refuse as well. */
static void handlers(void)
{
    struct capability *caps[3] = {world_cap(BOOT_CAPTABLE), world_cap(BOOT_CAPTABLE), NULL};
    word_t words[8] = {0};
    const void *args = words;

    tap_check(pagetable_create(world_cpu(), args, caps) == STATUS_UNKNOWN_CALL &&
                  pagetable_delete(world_cpu(), args, caps) == STATUS_UNKNOWN_CALL &&
                  pagetable_add(world_cpu(), args, caps) == STATUS_UNKNOWN_CALL &&
                  pagetable_remove(world_cpu(), args, caps) == STATUS_UNKNOWN_CALL &&
                  pagetable_construct(world_cpu(), args, caps) == STATUS_UNKNOWN_CALL &&
                  pagetable_destruct(world_cpu(), args, caps) == STATUS_UNKNOWN_CALL,
              "every handler refuses");
}

static void back_end(void)
{
    struct pagetable_place place;
    word_t narrowed;

    tap_check(pagetable_narrow(world_cap(BOOT_CAPTABLE), 1, 0, 0, &narrowed) == STATUS_TYPE,
              "there is nothing to narrow");
    tap_check(!pagetable_repair(world_cpu(), host_loaded, 0, PAGE_READ), "no fault is repaired");
    tap_check(!pagetable_backend_find(world_cap(BOOT_CAPTABLE), 0, &place), "no page is found");
    tap_check(pagetable_backend_bytes(true, WORD_BITS, 2) == 0, "no geometry has an object");
    if (CONFIG_KFUNC_PAGE)
        REFUSED(STATUS_UNSUPPORTED, "the function that looks pages up is not there", KFN,
                BOOT_KFUNC, RME_KFN_PGT_ENTRY_MOD, 0, BOOT_CAPTABLE, 0, 0);
}

static void faults(void)
{
    word_t thread = world_ready_thread(1, 5, BUDGET_INFINITE);

    host_fault(world_cpu(), (struct fault){.cause = 1, .address = 0x20000, .access = PAGE_READ});
    tap_check(world_thread_of(thread)->state == THREAD_FAULTED, "every memory fault is real");
}

int main(void)
{
    world_boot(1);
    calls();
    handlers();
    back_end();
    faults();
    world_check("the invariants hold");
    return tap_end();
}
