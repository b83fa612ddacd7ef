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

/* The compiler forgets how a value came about. An address then stays in a register, where it would
 * stand in every instruction; an expression is not made another one. */
#define OPAQUE(value) __asm__("" : "+r"(value))
