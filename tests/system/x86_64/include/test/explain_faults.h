/* SPDX-License-Identifier: Unlicense
 *
 * The faults of tests/system/explain.c on an x86-64; explain.py knows what is said of them.
 */
#pragma once

static void faults_of_machine(const struct place *place)
{
    fault(place, reach, LAYOUT_KMEM, 1, "a store to the kernel's memory");
    fault(place, reach, LAYOUT_USER_IMAGE, 2, "a store to the image, which is read only");
    fault(place, execute, (word_t)port_stack, 3, "a jump to data");
    if (CONFIG_FPU)
        fault(place, use_fpu, 0, 4, "an FPU instruction without the attribute");
    fault(place, divide, 0, 5, "a division by zero");
    fault(place, undefined, 0, 6, "an undefined instruction");
    fault(place, lose_stack, 0x10, 7, "a push onto a stack that is none");
    fault(place, look, LAYOUT_KMEM + 8, 8, "a load from the kernel's memory");
    fault(place, halt, 0, 9, "a privileged instruction");
    fault(place, breakpoint, 0, 10, "a breakpoint");
    fault(place, execute, (word_t)1 << 47, 11, "a jump that is not canonical");
}
