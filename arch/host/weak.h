/* SPDX-License-Identifier: Unlicense
 *
 * Memory as weak as C11 allows it, for runs of coroutines: in a build for it (RME_SANITIZE=weak)
 * the compiler reports each access of the kernel, plain or atomic, to the functions of weak.c,
 * which stand where ThreadSanitizer's would. A load may return an older value of its word, as long
 * as no order of the program forbids it; and a plain access that no order separates from another
 * CPU's is a race. Both follow the seed of the run.
 *
 * Of each word the order of its stores is that of the run: stores become visible late, loads are
 * never early. Behind what is not seen so (load buffering) tests/models stand.
 */
#pragma once

#include <stdint.h>

#ifdef WEAK_MEMORY
enum { IS_WEAK = 1 };

/* From now on accesses are noted, for CPUs that have seen all of the present state. Loads are not
 * stale yet, and nothing is a race: the caller makes one CPU act behind the other. */
void weak_begin(void);

/* The CPUs act at once, by a seed. What they did since weak_begin is ordered only as far as the
 * program did so; or, by half of the seeds, all of it is. */
void weak_loosen(uint64_t seed);

/* They have ended. The first race, or NULL. */
const char *weak_end(void);
#else
enum { IS_WEAK = 0 };

static inline void weak_begin(void) {}

static inline void weak_loosen(uint64_t seed)
{
    (void)seed;
}

static inline const char *weak_end(void)
{
    return 0;
}
#endif
