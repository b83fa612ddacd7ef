/* SPDX-License-Identifier: Unlicense
 *
 * What a probe can be; tools/audit/probes.py has the same numbers.
 */
#pragma once

enum probe {
    PROBE_END,
    PROBE_READ,     /* a byte at `address` */
    PROBE_WRITE,    /* the byte that is there */
    PROBE_EXECUTE,  /* call `address`, where an instruction returns */
    PROBE_PLANT,    /* write the low `bytes` bytes of `value` */
    PROBE_SEND,     /* to the signal in slot `address`: nothing, which needs the right */
    PROBE_POLL,     /* the signal in slot `address` */
    PROBE_CALL,     /* the port in slot `address`, which does nothing then */
    PROBE_FUNCTION, /* kernel function `value` with the capability in slot `bytes`, on `address` */
};
