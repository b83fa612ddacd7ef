/* SPDX-License-Identifier: Unlicense
 *
 * No machine: the kernel must compile with C11 atomics for every compiler (./rme check). The
 * headers of this port declare the whole contract and define nothing that could be called; a new
 * port may begin as a copy of them.
 */
#pragma once

#include "arch/common/atomic_c11.h"
