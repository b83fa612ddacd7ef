/* SPDX-License-Identifier: Unlicense
 *
 * The names under which Clang calls memcpy and memset on Arm. Run-time ABI for the Arm architecture
 * (IHI 0043), 4.3.4. The numbers are alignments that may be assumed; nothing here does.
 */
#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t count);
void *memset(void *to, int value, size_t count);

#define COPY(name)                                                                                 \
    void name(void *restrict to, const void *restrict from, size_t count);                         \
    void name(void *restrict to, const void *restrict from, size_t count)                          \
    {                                                                                              \
        memcpy(to, from, count);                                                                   \
    }
#define CLEAR(name)                                                                                \
    void name(void *to, size_t count);                                                             \
    void name(void *to, size_t count)                                                              \
    {                                                                                              \
        memset(to, 0, count);                                                                      \
    }

COPY(__aeabi_memcpy)
COPY(__aeabi_memcpy4)
COPY(__aeabi_memcpy8)
CLEAR(__aeabi_memclr)
CLEAR(__aeabi_memclr4)
CLEAR(__aeabi_memclr8)
