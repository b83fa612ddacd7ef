/* SPDX-License-Identifier: Unlicense */
#include "arch/host/machine.h"
#include "arch/machine.h"
#include "tests/host/invariants.h"
#include "tests/unit/tap.h"

int main(void)
{
    struct cpu *cpu = arch_cpu(0);
    const char *broken;

    host_boot(1);
    broken = invariants_broken();
    if (!tap_check(broken == NULL, "the invariants hold behind boot"))
        printf("# %s\n", broken);
    tap_check(HOST_CALL(cpu, RME_SVC_THD_SWT, CAP_NULL) == STATUS_OK, "the first thread may yield");
    tap_check(HOST_CALL(cpu, RME_SVC_THD_SCHED_FREE, BOOT_THREAD) == STATUS_RIGHTS,
              "it cannot be freed");
    tap_check(HOST_CALL(cpu, RME_SVC_CPT_FRZ, BOOT_CAPTABLE, BOOT_CAPTABLE) == STATUS_REFERENCED,
              "boot objects cannot be frozen");
    tap_check(HOST_CALL(cpu, 63) == STATUS_UNKNOWN_CALL, "call 63 is unknown");
    return tap_end();
}
