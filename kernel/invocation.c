/* SPDX-License-Identifier: Unlicense */
#include "kernel/invocation.h"

#include "kernel/call_table.h"
#include "kernel/kmem.h"

static enum status refuse_depth(const struct thread *self)
{
    return self->is_guest ? STATUS_STATE : STATUS_DEPTH;
}

ALWAYS_INLINE struct outcome activate(struct cpu *cpu, struct thread *self, word_t id, word_t param)
{
    const struct capability *table = process_captable(self->process);
    struct capability *cap;
    struct port *port;

    (void)cpu;
    /* Guests begin at the limit (D18): one compare refuses both. */
    if (UNLIKELY(self->depth >= CONFIG_INV_DEPTH_MAX))
        return outcome_status(refuse_depth(self), self);
    cap = cap_lookup(table, id, CAP_INVOCATION);
    if (UNLIKELY(cap == NULL))
        return outcome_status(cap_refusal(table, id, CAP_INVOCATION), self);
    if (UNLIKELY(!cap_allows(cap, RIGHT_INVOCATION_ACTIVATE)))
        return outcome_status(STATUS_RIGHTS, self);
    port = cap->object;
    if (UNLIKELY(shared_load(&port->owner) != 0))
        return outcome_status(STATUS_BUSY, self);
    if (UNLIKELY(!shared_cas(&port->owner, 0, (word_t)self)))
        return outcome_status(STATUS_CONFLICT, self);

    port->below = self->invocation;
    self->invocation = port;
    self->depth++;
    self->process = port->process;
    return outcome_enter(
        arch_context_enter(&self->context, &port->saved, port->entry, port->stack, param), self);
}

/* Leave the top port: the thread is back where it came from. */
ALWAYS_INLINE void leave(struct thread *self, struct port *port)
{
    struct port *below = port->below;

    self->invocation = below;
    self->depth--;
    self->process = below != NULL ? below->process : self->home;
    arch_context_leave(&self->context, &port->saved);
    shared_store_release(&port->owner, 0); /* pairs with the claim: all words were read */
}

ALWAYS_INLINE struct outcome leave_top(struct cpu *cpu, struct thread *self, word_t value,
                                       word_t unused)
{
    (void)cpu;
    (void)unused;
    if (UNLIKELY(self->invocation == NULL))
        return outcome_status(STATUS_NO_INVOCATION, self);
    leave(self, self->invocation);
    arch_context_set_value(&self->context, value);
    return outcome_enter(STATUS_OK, self);
}

ARCH_PUBLISH_HOT(invocation_activate, activate)
ARCH_PUBLISH_HOT(invocation_return, leave_top)

bool invocation_force_return(struct thread *thread)
{
    struct port *port = thread->invocation;

    if (port == NULL || port->return_on_fault == 0)
        return false;
    arch_context_clear(&thread->context);
    leave(thread, port);
    arch_context_set_result(&thread->context, (word_t)(sword_t)STATUS_FAULT);
    return true;
}

void invocation_unwind(struct thread *thread)
{
    while (thread->invocation != NULL) { /* at most INV_DEPTH_MAX */
        struct port *port = thread->invocation;

        thread->invocation = port->below;
        thread->depth--;
        shared_store_release(&port->owner, 0);
    }
    thread->process = thread->home;
}

sword_t invocation_create(struct cpu *cpu, const struct args_inv_crt *args,
                          struct capability **caps)
{
    const struct kmem_claim claim = {caps[0], caps[1], args->slot, args->address,
                                     sizeof(struct port)};
    struct capability *slot;
    struct port *port;
    void *object;
    enum status status = kmem_claim(&claim, &slot, &object);

    (void)cpu;
    if (status != STATUS_OK)
        return status;
    port = object;
    port->process = caps[2]->object;
    cap_hold(port->process);
    cap_fill(slot, RIGHTS_INVOCATION_ALL, port);
    cap_publish(slot, CAP_INVOCATION, 0);
    return STATUS_OK;
}

sword_t invocation_delete(struct cpu *cpu, const struct args_inv_del *args,
                          struct capability **caps)
{
    struct cap_end end;
    struct capability *process;
    struct port *port;
    enum status status;

    (void)cpu;
    status = cap_check_delete(caps[0], args->slot, CAP_INVOCATION, &end);
    if (status != STATUS_OK)
        return status;
    port = end.slot->object;
    process = port->process;
    if (shared_load_acquire(&port->owner) != 0) {
        cap_thaw(&end);
        return STATUS_BUSY;
    }
    status = cap_erase(&end);
    if (status != STATUS_OK)
        return status;
    kmem_free((word_t)port, sizeof(*port));
    cap_drop(process);
    return STATUS_OK;
}

sword_t invocation_set(struct cpu *cpu, const struct args_inv_set *args, struct capability **caps)
{
    struct port *port = caps[0]->object;

    (void)cpu;
    if (shared_load(&port->owner) != 0)
        return STATUS_BUSY;
    if (!shared_cas(&port->owner, 0, PORT_SETTING))
        return STATUS_CONFLICT;
    port->entry = args->entry;
    port->stack = args->stack;
    port->return_on_fault = args->return_on_fault != 0;
    shared_store_release(&port->owner, 0);
    return STATUS_OK;
}
