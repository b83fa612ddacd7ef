/* SPDX-License-Identifier: Unlicense */
#include "arch/space.h"

#include "layout.h"

/* Region words (Arm DDI 0403E, B3.5.8 and B3.5.9): all of memory for the user, and over it, because
 * the higher number wins, the kernel's image and RAM for the kernel alone. Both are built of the
 * powers of two that the layout guarantees or is covered by. */
word_t arch_space_boot(void)
{
    return 0;
}
