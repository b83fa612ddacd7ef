/* SPDX-License-Identifier: Unlicense
 *
 * The words of calls on capability tables, slots and processes.
 */
#include "tests/model/words.h"

#include "tests/model/random.h"

WANTED(can_create, has(slot, RIGHT_CAPTABLE_CREATE))
WANTED(can_delete, has(slot, RIGHT_CAPTABLE_DELETE))
WANTED(can_freeze, has(slot, RIGHT_CAPTABLE_FREEZE))
WANTED(can_add, has(slot, RIGHT_CAPTABLE_ADD_TARGET))
WANTED(can_give, has(slot, RIGHT_CAPTABLE_ADD_SOURCE))
WANTED(can_remove, has(slot, RIGHT_CAPTABLE_REMOVE))
WANTED(makes_process, has(slot, RIGHT_CAPTABLE_PROCESS_CREATE))
WANTED(is_process_table, has(slot, RIGHT_CAPTABLE_PROCESS_CAPTABLE))
WANTED(holds_tables, has(slot, RIGHT_KMEM_CAPTABLE))
WANTED(holds_pagetables, has(slot, RIGHT_KMEM_PAGETABLE))
WANTED(holds_threads, has(slot, RIGHT_KMEM_THREAD))
WANTED(holds_ports, has(slot, RIGHT_KMEM_INVOCATION))
WANTED(is_top, slot->object->pagetable.is_top &&has(slot, RIGHT_PAGETABLE_PROCESS_CREATE))
WANTED(is_new_top, slot->object->pagetable.is_top &&has(slot, RIGHT_PAGETABLE_PROCESS_PAGETABLE))
WANTED(takes_captable, has(slot, RIGHT_PROCESS_CAPTABLE))
WANTED(takes_pagetable, has(slot, RIGHT_PROCESS_PAGETABLE))
WANTED(is_empty, slot->state == M_EMPTY)
WANTED(is_any, slot->state == M_VALID)
WANTED(is_frozen_leaf, slot->state == M_FROZEN && slot->is_leaf)
WANTED(is_leaf, slot->state == M_VALID && slot->is_leaf)
WANTED(is_waited_for, slot->state == M_VALID && slot->type == M_SIGNAL && !slot->is_leaf &&
                          slot->object->signal.waiter != NULL && slot->object->references == 0)
/* Of slots, whatever they hold. */
static bool is_boot(const struct m_slot *slot)
{
    return slot->at < m.machine.kmem + BOOT_SLOTS * CAP_SLOT_BYTES;
}

WANTED(is_unused, slot->state == M_VALID && !is_boot(slot) &&
                      (slot->is_leaf || (slot->object != NULL && slot->object->references == 0)))

static enum m_type frozen_type;
WANTED(is_frozen_root, slot->state == M_FROZEN && !slot->is_leaf && slot->type == frozen_type)

/* ---- Parts ---- */

static word_t table_for(wanted_t *wanted)
{
    return m_table() == m.boot_table && !one_in(3) ? BOOT_CAPTABLE : pick_id(M_CAPTABLE, wanted);
}

static word_t offset_in(word_t memory_id, word_t bytes)
{
    const struct m_slot *memory = slot_of(memory_id);

    if (memory == NULL || memory->type != M_KMEM || one_in(40))
        return random_any();
    return free_offset(memory, bytes) + (one_in(40) ? random_below(KMEM_GRANULE) : 0);
}

/* ---- Calls on tables ---- */

void creation(word_t *w, enum m_type type, word_t bytes)
{
    static wanted_t *const memory[M_TYPES] = {[M_CAPTABLE] = holds_tables,
                                              [M_PAGETABLE] = holds_pagetables,
                                              [M_THREAD] = holds_threads,
                                              [M_PORT] = holds_ports};

    w[0] = table_for(can_create);
    w[1] = pick_slot(w[0], is_empty);
    if (memory[type] == NULL)
        return;
    w[2] = pick_id(M_KMEM, memory[type]);
    w[3] = offset_in(w[2], bytes);
}

void deletion(word_t *w, enum m_type type)
{
    w[0] = table_for(can_delete);
    frozen_type = type;
    w[1] = pick_slot(w[0], is_frozen_root);
    if (one_in(12))
        w[1] = pick_slot(w[0], is_frozen_leaf);
}

void words_cpt_crt(word_t *w)
{
    w[4] = 1 + random_below(one_in(4) ? profile.entries : 4);
    creation(w, M_CAPTABLE, w[4] * CAP_SLOT_BYTES);
    if (one_in(40))
        w[4] = random_any();
    if (one_in(300))
        w[4] = CONFIG_CAPTABLE_BYTES_MAX / CAP_SLOT_BYTES + random_below(2);
}

void words_cpt_frz(word_t *w)
{
    w[0] = table_for(can_freeze);
    w[1] = pick_slot(w[0], one_in(3)    ? is_leaf
                           : one_in(20) ? is_any
                           : one_in(20) ? is_waited_for
                                        : is_unused);
}

void words_cpt_rem(word_t *w)
{
    w[0] = table_for(can_remove);
    w[1] = pick_slot(w[0], one_in(20) ? is_any : is_frozen_leaf);
}

static void narrow_kfunc(const struct m_slot *from, word_t *w)
{
    static const word_t functions[] = {RME_KFN_FLUSH,         RME_KFN_PGT_RAW,
                                       RME_KFN_INT_LOCAL_MOD, RME_KFN_INT_LOCAL_TRIG,
                                       RME_KFN_CPU_TICK,      RME_KFN_DEBUG_EXC_GET};
    word_t first = functions[random_below(6)], last = functions[random_below(6)];

    if (one_in(2)) {
        first = from->first;
        last = from->last & 0xFFFF;
    }
    w[4] = first << 16 | last;
    w[5] = one_in(2) ? from->low : random_below(4);
    w[6] =
        one_in(2) ? from->high : w[5] + random_below(3) + (one_in(3) ? random_below(3) << 16 : 0);
}

static void narrow(const struct m_slot *from, word_t *w)
{
    static const word_t all[M_TYPES] = {
        [M_KMEM] = RIGHTS_KMEM_ALL,           [M_CAPTABLE] = RIGHTS_CAPTABLE_ALL,
        [M_PAGETABLE] = RIGHTS_PAGETABLE_ALL, [M_PROCESS] = RIGHTS_PROCESS_ALL,
        [M_THREAD] = RIGHTS_THREAD_ALL,       [M_PORT] = RIGHTS_INVOCATION_ALL,
        [M_SIGNAL] = RIGHTS_SIGNAL_ALL};

    w[4] = from->rights;
    if (one_in(3))
        w[4] = (random_word() & all[from->type]);
    else if (one_in(2))
        w[4] &= random_word();
    if (from->type == M_KMEM) {
        word_t size = from->high - from->low;

        w[5] = one_in(2) ? 0 : random_below(size / KMEM_GRANULE) * KMEM_GRANULE;
        w[6] = one_in(2) ? size : w[5] + random_below(64) * KMEM_GRANULE + one_in(20);
    } else if (from->type == M_PAGETABLE) {
        w[5] = one_in(2) ? from->low : random_below(4);
        w[6] = one_in(2) ? from->high : w[5] + random_below(4);
    } else if (from->type == M_KFUNC) {
        narrow_kfunc(from, w);
    }
}

void words_cpt_add(word_t *w)
{
    const struct m_slot *table, *from;

    w[0] = one_in(2) ? pick_id(M_CAPTABLE, can_add) : table_for(can_add);
    w[1] = pick_slot(w[0], is_empty);
    w[2] = table_for(can_give);
    w[3] = pick_slot(w[2], is_any);
    table = slot_of(w[2]);
    w[4] = w[5] = w[6] = 1;
    if (table == NULL || table->type != M_CAPTABLE || w[3] >= table->object->captable.entries)
        return;
    from = &table->object->captable.slots[w[3]];
    if (from->state == M_VALID)
        narrow(from, w);
}

/* ---- Processes and threads ---- */

static word_t raw_word(void)
{
    return one_in(4) ? random_any() : random_below(4) * 32;
}

void words_prc_crt(word_t *w)
{
    creation(w, M_PROCESS, 0);
    w[2] = table_for(makes_process);
    w[3] = CONFIG_RAW ? raw_word() : pick_id(M_PAGETABLE, is_top);
    w[4] = CONFIG_RAW ? pick_id(M_KFUNC, NULL) : random_any();
}

void words_prc_cpt(word_t *w)
{
    w[0] = pick_id(M_PROCESS, takes_captable);
    w[1] = table_for(is_process_table);
}

void words_prc_pgt(word_t *w)
{
    w[0] = pick_id(M_PROCESS, takes_pagetable);
    w[1] = CONFIG_RAW ? raw_word() : pick_id(M_PAGETABLE, is_new_top);
    w[2] = CONFIG_RAW ? pick_id(M_KFUNC, NULL) : random_any();
}
