/* SPDX-License-Identifier: Unlicense
 *
 * What a port says of a fault of the running thread.
 */
#pragma once

#include "abi/types.h"

struct fault {
    word_t cause;   /* the port's word for it, for DEBUG_EXC_GET */
    word_t address; /* that was touched, or 0 */
    word_t second;  /* of an access in two parts, of which the machine does not say which; or 0 */
    word_t access;  /* PAGE_READ, PAGE_WRITE or PAGE_EXECUTE for a memory fault; 0 for others */
};
