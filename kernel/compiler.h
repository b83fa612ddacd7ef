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
#define ASSUME(claim)   ((claim) ? (void)0 : __builtin_unreachable())

/* The structure that holds a member. */
#define CONTAINER(pointer, type, member)                                                           \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

/* An address that is used often enough to be worth a register: no instruction then repeats it. */
#define IN_REGISTER(pointer) __asm__("" : "+r"(pointer))
