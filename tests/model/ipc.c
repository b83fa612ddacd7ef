/* SPDX-License-Identifier: Unlicense
 *
 * Calls on signal endpoints and invocation ports.
 */
#include "tests/model/model.h"

#include <string.h>

/* ---- Endpoints ---- */

sword_t m_sig_crt(const word_t *w)
{
    struct m_slot *table, *slot;
    enum status status =
        m_operands((struct m_operand[]){{w[0], M_CAPTABLE, RIGHT_CAPTABLE_CREATE}}, 1, &table);

    if (status == STATUS_OK)
        status = m_claim(table, w[1], NULL, 0, 0, &slot);
    if (status == STATUS_OK)
        (void)m_root(slot, M_SIGNAL, RIGHTS_SIGNAL_ALL, 0, 0);
    return status;
}

sword_t m_sig_del(const word_t *w)
{
    struct m_slot *table, *slot;
    enum status status =
        m_operands((struct m_operand[]){{w[0], M_CAPTABLE, RIGHT_CAPTABLE_DELETE}}, 1, &table);

    if (status == STATUS_OK)
        status = m_delete_check(table, w[1], M_SIGNAL, &slot);
    if (status != STATUS_OK)
        return status;
    if (slot->object->signal.waiter != NULL) {
        m_thaw(slot);
        return STATUS_BUSY;
    }
    m_object_free(slot->object);
    m_erase(slot);
    return STATUS_OK;
}

/* Hand over to the waiter: all that there is, or one, of what is sent if anything is sent. The mark
 * of dropped signals goes with what the counter gives. */
static void hand_over(struct m_object *endpoint, word_t sent)
{
    struct m_signal *signal = &endpoint->signal;
    struct m_object *waiter = signal->waiter;
    word_t given = 1;

    if (signal->count + sent == 0 && !signal->dropped)
        return;
    if (waiter->thread.mode == SIGNAL_RECEIVE_ALL)
        given = m_take(endpoint, signal->count) + sent;
    else if (sent == 0)
        given = m_take(endpoint, signal->count != 0);
    else
        signal->count += sent - 1;
    m_wake(endpoint, given);
    if (waiter->thread.run == M_EXHAUSTED)
        m_event(waiter);
}

sword_t m_sig_snd(const word_t *w)
{
    struct m_slot *cap;
    struct m_object *endpoint;
    enum status status =
        m_operands((struct m_operand[]){{w[0], M_SIGNAL, RIGHT_SIGNAL_SEND}}, 1, &cap);

    if (status != STATUS_OK)
        return status;
    endpoint = cap->object;
    if (w[1] > HALF_MAX)
        return STATUS_OVERFLOW;
    if (!m_room(endpoint, w[1]))
        return STATUS_FULL;
    if (endpoint->signal.waiter != NULL)
        hand_over(endpoint, w[1]);
    else
        endpoint->signal.count += w[1];
    return STATUS_OK;
}

static bool is_waiting(word_t mode)
{
    return mode == SIGNAL_RECEIVE_SINGLE || mode == SIGNAL_RECEIVE_ALL;
}

static bool is_single(word_t mode)
{
    return mode == SIGNAL_RECEIVE_SINGLE || mode == SIGNAL_POLL_SINGLE;
}

static enum status check_receive(const struct m_slot *cap, word_t mode)
{
    static const word_t rights[SIGNAL_MODES] = {RIGHT_SIGNAL_RECEIVE_SINGLE,
                                                RIGHT_SIGNAL_RECEIVE_ALL, RIGHT_SIGNAL_POLL_SINGLE,
                                                RIGHT_SIGNAL_POLL_ALL};

    if (mode >= SIGNAL_MODES)
        return STATUS_ARGUMENT;
    if ((cap->rights & rights[mode]) == 0)
        return STATUS_RIGHTS;
    if (cap->object->signal.waiter != NULL)
        return STATUS_BUSY;
    if (m.current->thread.is_init && is_waiting(mode))
        return STATUS_INIT_THREAD;
    return STATUS_OK;
}

sword_t m_sig_rcv(const word_t *w)
{
    struct m_slot *cap;
    struct m_signal *signal;
    enum status status = m_lookup(w[0], M_SIGNAL, &cap);

    if (status == STATUS_OK)
        status = check_receive(cap, w[1]);
    if (status != STATUS_OK)
        return status;
    signal = &cap->object->signal;
    if (signal->count == 0 && !signal->dropped && is_waiting(w[1])) {
        signal->waiter = m.current;
        m_dequeue(m.current);
        m.current->thread.run = M_BLOCKED;
        m.current->thread.waiting = cap->object;
        m.current->thread.mode = w[1];
        m.current->thread.registers.result = m.waiting_result;
        return M_NO_RESULT;
    }
    return (sword_t)m_take(cap->object, is_single(w[1]) ? signal->count != 0 : signal->count);
}

/* ---- Ports ---- */

sword_t m_inv_crt(const word_t *w)
{
    struct m_slot *cap[3], *slot;
    struct m_object *port;
    enum status status =
        m_operands((struct m_operand[]){{w[0], M_CAPTABLE, RIGHT_CAPTABLE_CREATE},
                                        {w[2], M_KMEM, RIGHT_KMEM_INVOCATION},
                                        {w[4], M_PROCESS, RIGHT_PROCESS_INVOCATION}},
                   3, cap);

    if (status == STATUS_OK)
        status = m_claim(cap[0], w[1], cap[1], w[3], m.machine.port_bytes, &slot);
    if (status != STATUS_OK)
        return status;
    port = m_root(slot, M_PORT, RIGHTS_INVOCATION_ALL, cap[1]->low + w[3], m.machine.port_bytes);
    port->port.process = cap[2]->object;
    port->port.return_on_fault = true;
    m_hold(cap[2]->object);
    return STATUS_OK;
}

sword_t m_inv_del(const word_t *w)
{
    struct m_slot *table, *slot;
    enum status status =
        m_operands((struct m_operand[]){{w[0], M_CAPTABLE, RIGHT_CAPTABLE_DELETE}}, 1, &table);

    if (status == STATUS_OK)
        status = m_delete_check(table, w[1], M_PORT, &slot);
    if (status != STATUS_OK)
        return status;
    if (slot->object->port.owner != NULL) {
        m_thaw(slot);
        return STATUS_BUSY;
    }
    m_drop(slot->object->port.process);
    m_object_free(slot->object);
    m_erase(slot);
    return STATUS_OK;
}

sword_t m_inv_set(const word_t *w)
{
    struct m_slot *cap;
    enum status status =
        m_operands((struct m_operand[]){{w[0], M_PORT, RIGHT_INVOCATION_SET}}, 1, &cap);

    if (status != STATUS_OK)
        return status;
    if (cap->object->port.owner != NULL)
        return STATUS_BUSY;
    cap->object->port.entry = w[1];
    cap->object->port.stack = w[2];
    cap->object->port.return_on_fault = w[3] != 0;
    return STATUS_OK;
}

sword_t m_inv_act(const word_t *w)
{
    struct m_slot *cap;
    struct m_thread *thread = &m.current->thread;
    struct m_port *port;
    enum status status =
        m_operands((struct m_operand[]){{w[0], M_PORT, RIGHT_INVOCATION_ACTIVATE}}, 1, &cap);

    if (status != STATUS_OK)
        return status;
    if (thread->is_guest)
        return STATUS_STATE;
    if (thread->depth >= CONFIG_INV_DEPTH_MAX)
        return STATUS_DEPTH;
    port = &cap->object->port;
    if (port->owner != NULL)
        return STATUS_BUSY;
    port->owner = m.current;
    port->below = thread->port;
    port->saved_entry = thread->registers.entry;
    port->saved_stack = thread->registers.stack;
    thread->port = cap->object;
    thread->depth++;
    thread->registers.entry = port->entry;
    thread->registers.stack = port->stack;
    thread->registers.param = w[1];
    thread->registers.result = 0; /* what the host has for an entry register */
    return M_NO_RESULT;
}

sword_t m_inv_ret(const word_t *w)
{
    struct m_thread *thread = &m.current->thread;
    struct m_port *port;

    if (thread->port == NULL)
        return STATUS_NO_INVOCATION;
    port = &thread->port->port;
    thread->port = port->below;
    thread->depth--;
    port->owner = NULL;
    thread->registers.entry = port->saved_entry;
    thread->registers.stack = port->saved_stack;
    thread->registers.value = w[0];
    return STATUS_OK;
}
