/* SPDX-License-Identifier: Unlicense
 *
 * The clients' side of protocol.h. Which client this is, its description says by options.
 */
#pragma once

#include "protocol.h"

#include <stdbool.h>

/* Wait for the next line, which ends in a zero. False: there will be none. */
bool client_next(char line[DRIVER_TEXT_BYTES + 1]);

/* Behind the last line: what was printed about the end is all. */
void client_end(void);

/* Print a text, and wait until it has gone out. */
void client_print(const char *text);
