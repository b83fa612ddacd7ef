/* SPDX-License-Identifier: Unlicense
 *
 * The few words that C lacks. GCC and Clang both know them.
 */
#pragma once

#define MUST_CHECK      __attribute__((warn_unused_result))
#define NORETURN        __attribute__((noreturn))
#define NOINLINE        __attribute__((noinline))
#define COLD            __attribute__((cold, noinline))
#define ALWAYS_INLINE   static inline __attribute__((always_inline))
#define LIKELY(claim)   __builtin_expect(!!(claim), 1)
#define UNLIKELY(claim) __builtin_expect(!!(claim), 0)

/* Keep the compiler from taking a value apart, and computing its pieces where each is used. Changes
 * nothing. */
#define AS_ONE(value) __asm__("" : "+r"(value))

/* Two neighbouring words, read just before: have them loaded here, by one instruction where there
 * is one. Changes nothing. */
#define LOAD_BOTH(first, second) __asm__("" : "+r"(first), "+r"(second))

/* The structure that holds a member. */
#define CONTAINER(pointer, type, member)                                                           \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))
