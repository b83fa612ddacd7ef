/* SPDX-License-Identifier: Unlicense
 *
 * What the description grants a process, as part of system.json: in its words, and where it stands.
 *
 *   grants  {key, name, words, line, column}, of a kernel function also number, first, last
 *
 * processes.PROCESS.KEY.NAME is where to find it in the description; line and column are those of
 * the name. Keys: `signals`, `calls`, `shared`, `devices`, `interrupts` (its one word is the
 * signal), `functions`; and what names something without being a list: `threads.T.scheduler`,
 * `threads.T.events`, `restart.tell`.
 */
#pragma once

#include "builder/description.h"
#include "builder/json.h"

void emit_grants(struct json *json, const struct process *process);
