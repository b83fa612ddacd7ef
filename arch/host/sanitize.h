/* SPDX-License-Identifier: Unlicense
 *
 * What AddressSanitizer is told: which kernel memory is free, and when a coroutine switches. Empty
 * in builds without it. GCC has a macro of its own for what Clang calls a feature.
 */
#pragma once

#if defined(__SANITIZE_ADDRESS__)
#define HOST_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HOST_ASAN 1
#endif
#endif

#ifdef HOST_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
enum { CAN_POISON = 1 };
#define poison(address, bytes)            ASAN_POISON_MEMORY_REGION((address), (bytes))
#define unpoison(address, bytes)          ASAN_UNPOISON_MEMORY_REGION((address), (bytes))
#define fiber_leaves(fake, bottom, size)  __sanitizer_start_switch_fiber((fake), (bottom), (size))
#define fiber_arrives(fake, bottom, size) __sanitizer_finish_switch_fiber((fake), (bottom), (size))
#else
enum { CAN_POISON = 0 };
#define poison(address, bytes)            ((void)(address), (void)(bytes))
#define unpoison(address, bytes)          ((void)(address), (void)(bytes))
#define fiber_leaves(fake, bottom, size)  ((void)(fake), (void)(bottom), (void)(size))
#define fiber_arrives(fake, bottom, size) ((void)(fake), (void)(bottom), (void)(size))
#endif
