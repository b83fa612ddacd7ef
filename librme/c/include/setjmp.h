/* SPDX-License-Identifier: Unlicense */
#pragma once

#include "rme/arch/jump.h"

typedef unsigned long long jmp_buf[RME_JUMP_DOUBLE_WORDS];

__attribute__((returns_twice)) int setjmp(jmp_buf where);
__attribute__((noreturn)) void longjmp(jmp_buf where, int value);

#define setjmp(where) setjmp(where)
