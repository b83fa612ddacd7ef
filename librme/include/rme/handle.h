/* SPDX-License-Identifier: Unlicense
 *
 * Typed handles: a capability id and what it is meant to name. They cost nothing and keep a thread
 * from being passed where an endpoint is asked for; the kernel checks in any case.
 */
#pragma once

#include "abi/calls.h"

#define RME_HANDLE(type)                                                                           \
    typedef struct {                                                                               \
        cap_id_t id;                                                                               \
    } rme_##type##_t;                                                                              \
    static inline rme_##type##_t rme_##type(word_t index)                                          \
    {                                                                                              \
        return (rme_##type##_t){cap_id(index)};                                                    \
    }                                                                                              \
    static inline rme_##type##_t rme_##type##_in(word_t table, word_t index)                       \
    {                                                                                              \
        return (rme_##type##_t){cap_id_in(table, index)};                                          \
    }                                                                                              \
    static inline rme_##type##_t rme_##type##_null(void)                                           \
    {                                                                                              \
        return (rme_##type##_t){cap_id_null()};                                                    \
    }

RME_HANDLE(captable)
RME_HANDLE(pagetable)
RME_HANDLE(process)
RME_HANDLE(thread)
RME_HANDLE(invocation)
RME_HANDLE(signal)
RME_HANDLE(kmem)
RME_HANDLE(kfunc)
#undef RME_HANDLE
