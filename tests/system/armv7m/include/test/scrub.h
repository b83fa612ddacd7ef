/* SPDX-License-Identifier: Unlicense
 *
 * What tests/system/scrub.c needs of an ARMv7-M: room for each object; registers that DEBUG_REG_MOD
 * shows, and the FPU's.
 */
#pragma once

enum {
    OBJECT_BYTES = 1024,
    PAGES_ORDER = 7,
    DEBUG_WORDS = 9,
    DEBUG_MORE = 10,
    DEBUG_MORE_END = CONFIG_FPU ? 26 : 10,
};
