/* SPDX-License-Identifier: Unlicense
 *
 * A device as a driver reaches it: registers in memory, or ports of the I/O space. Of each device
 * that a description grants, handles.h has one as `device_NAME_access`.
 */
#pragma once

#include "rme/handle.h"

struct rme_device {
    volatile uint32_t *registers; /* in memory; NULL: it has ports */
    rme_kfunc_t ports;            /* IO_READ and IO_WRITE on its ports */
    word_t base;                  /* the first of them */
};
