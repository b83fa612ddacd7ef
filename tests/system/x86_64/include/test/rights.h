/* SPDX-License-Identifier: Unlicense
 *
 * What tests/system/rights.c needs of an x86-64: tables of a page, and the first page of the image.
 */
#pragma once

#include "layout.h"
#include "rme/process.h"
#include "tests/rights/rights.h"

struct rights_geometry rights_geometry(void)
{
    struct rme_piece piece = {{{0}}, 0, 0};

    (void)rme_memory_piece(LAYOUT_USER_IMAGE, 12, &piece);
    return (struct rights_geometry){
        .bytes = 4096,
        .align = 4096,
        .top_size = 39,
        .top_number = 8,
        .size = 30,
        .number = 9,
        .second_base = (word_t)1 << 39,
        .page_table = piece.table.id.raw,
        .page_position = piece.position,
        .page_index = piece.index,
        .page_base = LAYOUT_USER_IMAGE,
        .page_size = 12,
        .page_number = 9,
    };
}
