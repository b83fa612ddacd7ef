/* SPDX-License-Identifier: Unlicense
 *
 * What the threads of the shop have in common.
 */
#pragma once

#include "handles.h"

enum { WORKERS = 3, POLICIES = 3, PERIODS = 6 /* of each policy */ };

/* How the time is shared, in per cent. */
extern const unsigned char shares[POLICIES][WORKERS];

/* Of each worker, since it began. */
extern volatile word_t rounds[WORKERS];

/* Workers that had used all when the last period ended. */
extern volatile word_t exhausted;
