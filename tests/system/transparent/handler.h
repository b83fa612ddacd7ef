/* SPDX-License-Identifier: Unlicense
 *
 * What the handler of tests/system/armv7m/transparent.c and that test share: memory that init can
 * reach and the kernel does not use, the window for register areas.
 */
#pragma once

#include "abi/types.h"
#include "layout.h"

struct transparent {
    word_t count; /* interrupts */
    word_t now;   /* the board's clock at the last one */
    word_t was_in_kernel;
    word_t wakes; /* let it raise an ordinary line, for the slower half of a driver */
};

#define TRANSPARENT ((volatile struct transparent *)LAYOUT_GUEST)
