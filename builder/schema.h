/* SPDX-License-Identifier: Unlicense
 *
 * What the table of keys says, for others: the JSON Schema that editors use
 * (docs/system.schema.json) and the reference of the description (docs/description.md). `./rme
 * check` compares both with the tree.
 */
#pragma once

#include "builder/emit.h"

struct output schema_make(void);
struct output reference_make(void);
