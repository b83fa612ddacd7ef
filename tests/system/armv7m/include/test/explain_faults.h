/* SPDX-License-Identifier: Unlicense
 *
 * The faults of tests/system/explain.c on an ARMv7-M; explain.py knows what is said of them.
 */
#pragma once

static void faults_of_machine(const struct place *place)
{
    fault(place, reach, 0x20000000, 1, "a store to the kernel's memory");
    fault(place, reach, LAYOUT_USER_IMAGE, 2, "a store to the image, which is read only");
    fault(place, execute, (word_t)port_stack, 3, "a jump to data");
    if (BOARD_HAS_FPU && CONFIG_FPU)
        fault(place, use_fpu, 0, 4, "an FPU instruction without the attribute");
    fault(place, divide, 0, 5, "a division by zero");
    fault(place, undefined, 0, 6, "an undefined instruction");
    fault(place, lose_stack, 0, 7, "a call with a stack that is none");
    fault(place, look, 0x20000004, 8, "a load from the kernel's memory");
    fault(place, reach_far, 0x20000008, 9, "a store of the long kind");
}
