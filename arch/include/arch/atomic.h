/* SPDX-License-Identifier: Unlicense
 *
 * Words that more than one CPU writes (docs/concurrency.md names them all). Each operation is tried
 * once: a compare-exchange may fail, also for no reason, and the caller then answers CONFLICT.
 * The port picks the implementation as a file: arch/common/atomic_plain.h where one CPU runs with
 * interrupts off in the kernel, arch/common/atomic_c11.h, or one of its own.
 *
 *   word_t shared_load(const shared_t *)             relaxed
 *   word_t shared_load_acquire(const shared_t *)
 *   void   shared_store(shared_t *, word_t)          relaxed
 *   void   shared_store_release(shared_t *, word_t)
 *   bool   shared_cas(shared_t *, word_t expected, word_t desired)   acquire and release
 *   word_t shared_exchange(shared_t *, word_t)       acquire and release; the old value
 *   word_t shared_add(shared_t *, word_t)            acquire and release; the old value
 *   word_t shared_sub(shared_t *, word_t)            release; the old value
 *   word_t shared_and(shared_t *, word_t)            release; the old value
 *   word_t shared_or(shared_t *, word_t)             release; the old value
 *   void   shared_fence(void)                             sequentially consistent
 *
 * The last five and the exchange never fail; where a machine builds them from load-linked and
 * store-conditional the loop runs at most once per CPU of the system.
 */
#pragma once

#include <port/atomic.h>
