/* SPDX-License-Identifier: Unlicense */
#include "rme/assert.h"

#undef assert
#ifdef NDEBUG
#define assert(claim) ((void)0)
#else
#define assert(claim) rme_assert(claim)
#endif

#ifndef static_assert
#define static_assert _Static_assert
#endif
