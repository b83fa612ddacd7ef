/* SPDX-License-Identifier: Unlicense
 *
 * Words that more than one CPU writes (docs/concurrency.md names them all). Each operation is tried
 * once: a compare-exchange may fail, also for no reason, and the caller then answers CONFLICT. The
 * port picks the implementation as a file: arch/common/atomic_plain.h where one CPU runs with
 * interrupts off in the kernel, arch/common/atomic_c11.h, or one of its own. Inline, and not
 * counted among the functions of the contract.
 *
 *  word_t shared_load(const shared_t *word)                      relaxed
 *  word_t shared_load_acquire(const shared_t *word)              acquire
 *  bool shared_is(const shared_t *word, word_t value)            relaxed
 *  bool shared_byte_is(const shared_t *word, uint8_t byte)       acquire; of the low byte
 *  void shared_store(shared_t *word, word_t value)               relaxed
 *  void shared_store_release(shared_t *word, word_t value)       release
 *  bool shared_cas(shared_t *word, word_t seen, word_t value)    acquire and release
 *  word_t shared_exchange(shared_t *word, word_t value)          acquire and release; the old value
 *  word_t shared_add(shared_t *word, word_t value)               acquire and release; the old value
 *  word_t shared_sub(shared_t *word, word_t value)               release; the old value
 *  word_t shared_and(shared_t *word, word_t value)               release; the old value
 *  word_t shared_or(shared_t *word, word_t value)                release; the old value
 *  void shared_fence(void)                                       sequentially consistent
 *
 * Exchange, add, sub, and, or never fail. Where a machine builds them from load-linked and
 * store-conditional, the loop runs at most once for each CPU of the system.
 */
#pragma once

#include <port/atomic.h>
