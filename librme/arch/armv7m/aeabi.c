/* SPDX-License-Identifier: Unlicense
 *
 * Names under which Clang calls the memory functions (run-time ABI for the Arm
 * architecture, 4.3.4).
 */
#include "rme/string.h"

void __aeabi_memclr(void *to, size_t count);
void __aeabi_memclr4(void *to, size_t count);
void __aeabi_memclr8(void *to, size_t count);
void __aeabi_memcpy(void *to, const void *from, size_t count);
void __aeabi_memcpy4(void *to, const void *from, size_t count);
void __aeabi_memcpy8(void *to, const void *from, size_t count);

void __aeabi_memclr(void *to, size_t count)
{
    (void)memset(to, 0, count);
}

void __aeabi_memclr4(void *to, size_t count)
{
    (void)memset(to, 0, count);
}

void __aeabi_memclr8(void *to, size_t count)
{
    (void)memset(to, 0, count);
}

void __aeabi_memcpy(void *to, const void *from, size_t count)
{
    (void)memcpy(to, from, count);
}

void __aeabi_memcpy4(void *to, const void *from, size_t count)
{
    (void)memcpy(to, from, count);
}

void __aeabi_memcpy8(void *to, const void *from, size_t count)
{
    (void)memcpy(to, from, count);
}
