/* SPDX-License-Identifier: Unlicense
 *
 * What tests/system/rights.c needs of a machine with an MPU: the first block of the first process
 * is the beginning of its image.
 */
#pragma once

#include "layout.h"
#include "tests/rights/rights.h"

struct rights_geometry rights_geometry(void)
{
    word_t order = 8;

    while ((LAYOUT_USER_IMAGE >> order & 1) == 0)
        order++;
    return (struct rights_geometry){
        .bytes = 512,
        .align = KMEM_GRANULE,
        .top_size = WORD_BITS,
        .top_number = 2,
        .size = 12,
        .second_base = (word_t)1 << 31,
        .page_table = cap_id_in(BOOT_PAGETABLES, 0).raw,
        .page_base = LAYOUT_USER_IMAGE,
        .page_size = order,
    };
}
