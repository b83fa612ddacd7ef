/* SPDX-License-Identifier: Unlicense
 *
 * What a description says of files beside it: that they are there, and are what they are taken for.
 */
#pragma once

#include "builder/description.h"

void check_files(const struct system *system);
