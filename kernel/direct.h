/* SPDX-License-Identifier: Unlicense
 *
 * Direct calls: those that are made often and whose handler neither switches threads nor looks at
 * registers. A port may enter them here, with all registers left where they are: the operands are
 * found by code that knows the call, the handler is inlined, and the caller goes on behind it
 * (docs/adr/0008-direct-calls.md). A port that does not has the handlers alone.
 */
#pragma once

#include "kernel/call_table.h"
#include "kernel/operand_table.h"

#define DIRECT_CALLS(CALL)                                                                         \
    CALL(RME_SVC_CPT_FRZ, captable_freeze)                                                         \
    CALL(RME_SVC_CPT_ADD, captable_delegate)                                                       \
    CALL(RME_SVC_CPT_REM, captable_remove)                                                         \
    CALL(RME_SVC_PGT_ADD, pagetable_add)                                                           \
    CALL(RME_SVC_PGT_REM, pagetable_remove)

/* direct_<handler>: the result of the call, or RESULT_NONE: an operand is refused, nothing has
 * changed, and the whole call says why. `table` is the caller's capability table; `args` are the
 * words of the call, number first, of which only those are looked at that the call has. */
#define DIRECT_DECLARE(number, handler)                                                            \
    MUST_CHECK sword_t direct_##handler(struct cpu *cpu, const struct capability *table,           \
                                        const word_t *args);
DIRECT_CALLS(DIRECT_DECLARE)
#undef DIRECT_DECLARE

enum { DIRECT_OPERANDS_MAX = 2 };

/* RESULT_NONE, from where it is in nobody's way. */
sword_t direct_refused(void);

ALWAYS_INLINE bool direct_operand(const struct capability *table, struct operand operand,
                                  const word_t *args, struct capability **cap)
{
    *cap = cap_lookup(table, args[operand.arg], (enum cap_type)operand.type);
    if (UNLIKELY(*cap == NULL))
        return false;
    return operand.right == 0 ||
           LIKELY(cap_allows(*cap, (word_t)1 << ((operand.right - 1) % WORD_BITS)));
}

/* `number` is a constant, and so is all that the tables say of it. */
ALWAYS_INLINE bool direct_operands(const struct capability *table, word_t number,
                                   const word_t *args, struct capability **caps)
{
    const struct operand *list = call_operands(number);

    return direct_operand(table, list[0], args, &caps[0]) &&
           (call_operand_count(number) < DIRECT_OPERANDS_MAX ||
            direct_operand(table, list[1], args, &caps[1]));
}

/* Define handler and direct call around `sword_t body(cpu, args, caps)`, which is inlined. */
#define DIRECT_CALL(number, handler, block, body)                                                  \
    sword_t handler(struct cpu *cpu, const struct block *args, struct capability **caps)           \
    {                                                                                              \
        return body(cpu, args, caps);                                                              \
    }                                                                                              \
    sword_t direct_##handler(struct cpu *cpu, const struct capability *table, const word_t *args)  \
    {                                                                                              \
        struct capability *caps[DIRECT_OPERANDS_MAX];                                              \
                                                                                                   \
        if (UNLIKELY(!direct_operands(table, number, args, caps)))                                 \
            return direct_refused();                                                               \
        return body(cpu, (const struct block *)(const void *)args, caps);                          \
    }
