/* SPDX-License-Identifier: Unlicense
 *
 * Boot information, on a machine with an MMU: what docs/boot.md describes.
 */
#pragma once

#include "abi/boot_page.h"

/* Whether a page has the version and at least the size that this program was built for. */
bool rme_boot_is_known(const struct boot_page *page);

/* The page that boot left; NULL if it is not known. */
const struct boot_page *rme_boot_page(void);

/* What a note of it says. */
const char *rme_boot_note(word_t what);
