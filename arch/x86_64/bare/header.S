/* SPDX-License-Identifier: Unlicense
 *
 * What stands in place of a user image where the first process is a boot module: a header that says so
 * (IMAGE_NONE, abi/boot.h), and memory that the loader shall leave free, because that process may be
 * linked to lie there.
 */
#include "layout.h"

    .section .user.header, "a"
    .global rme_image_header
rme_image_header:
    .quad   0x30454D52, 0, rme_reserve  /* the last keeps it in the link */

    .section .bss.reserve, "aw", @nobits
    .global rme_reserve
rme_reserve:
    .skip   LAYOUT_USER_RAM_BYTES - 4096
