/* SPDX-License-Identifier: Unlicense
 *
 * What tests/system/scrub.c needs of an x86-64: room for each object; registers that DEBUG_REG_MOD
 * shows, and behind the flags the bases of segments.
 */
#pragma once

enum {
    OBJECT_BYTES = 4096,
    PAGES_ORDER = 9,
    DEBUG_WORDS = 9,
    DEBUG_MORE = 10,
    DEBUG_MORE_END = 12,
};
