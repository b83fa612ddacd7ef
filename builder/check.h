/* SPDX-License-Identifier: Unlicense
 *
 * What the table of keys cannot say: that names mean something, that everything is used, that what
 * is asked for exists on the board. Names are looked up here, once; everybody above uses pointers.
 */
#pragma once

#include "builder/board.h"
#include "builder/description.h"

/* Complaints tell what is wrong. `board` may be NULL: then only what no board can change. */
void check(struct system *system, const struct board *board);
