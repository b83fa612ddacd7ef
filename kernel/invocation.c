/* SPDX-License-Identifier: Unlicense */
#include "kernel/invocation.h"

#include "kernel/call_table.h"
#include "kernel/hot.h"
#include "kernel/kmem.h"

/* Walk through a port that was claimed. Returns the word for the result register. */
ALWAYS_INLINE word_t enter(struct thread *self, struct port *port, word_t param)
{
    port->below = self->invocation;
    self->invocation = port;
    self->depth++;
    self->process = port->process;
    return arch_context_enter(&self->context, &port->saved, port->entry, port->stack, param);
}

/* Guests begin at the limit of depth: one compare refuses both. */
ALWAYS_INLINE struct outcome activate_hot(struct cpu *cpu, struct thread *self, word_t id,
                                          word_t param)
{
    struct capability *cap = cap_lookup(process_captable(self->process), id, CAP_INVOCATION);
    struct port *port;

    (void)cpu;
    if (UNLIKELY(cap == NULL || !cap_allows(cap, RIGHT_INVOCATION_ACTIVATE) ||
                 self->depth >= CONFIG_INV_DEPTH_MAX))
        return outcome_cold();
    port = cap->object;
    if (UNLIKELY(!shared_cas(&port->owner, 0, (word_t)self)))
        return outcome_cold();
    return outcome_enter(enter(self, port, param));
}

sword_t invocation_activate(struct cpu *cpu, const struct args_inv_act *args,
                            struct capability **caps)
{
    struct thread *self = cpu->current;
    struct port *port = caps[0]->object;

    if (self->is_guest)
        return STATUS_STATE;
    if (self->depth >= CONFIG_INV_DEPTH_MAX)
        return STATUS_DEPTH;
    if (shared_load(&port->owner) != 0)
        return STATUS_BUSY;
    if (!shared_cas(&port->owner, 0, (word_t)self))
        return STATUS_CONFLICT;
    arch_context_set_result(&self->context, enter(self, port, args->param));
    return RESULT_NONE;
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

ALWAYS_INLINE struct outcome return_hot(struct cpu *cpu, struct thread *self, word_t value,
                                        word_t unused)
{
    (void)cpu;
    (void)unused;
    if (UNLIKELY(self->invocation == NULL))
        return outcome_cold();
    leave(self, self->invocation);
    arch_context_set_value(&self->context, value);
    return outcome_enter(STATUS_OK);
}

sword_t invocation_return(struct cpu *cpu, const struct args_inv_ret *args,
                          struct capability **caps)
{
    struct thread *self = cpu->current;

    (void)caps;
    if (self->invocation == NULL)
        return STATUS_NO_INVOCATION;
    leave(self, self->invocation);
    arch_context_set_value(&self->context, args->value);
    return STATUS_OK;
}

HOT_CALL(invocation_activate, activate_hot)
HOT_CALL(invocation_return, return_hot)

bool invocation_force_return(struct thread *thread)
{
    struct port *port = thread->invocation;

    if (port == NULL || port->return_on_fault == 0)
        return false;
    arch_context_clear(&thread->context);
    leave(thread, port);
    if (CONFIG_FPU)
        schedule_clear_fpu(thread, true);
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
    struct capability *slot;
    struct port *port;
    enum status status = kmem_claim(caps, args, sizeof(struct port), &slot);

    (void)cpu;
    if (status != STATUS_OK)
        return status;
    port = slot->object;
    port->process = caps[2]->object;
    port->return_on_fault = 1; /* whoever comes before it is set: there is nothing at its entry */
    cap_hold(port->process);
    cap_publish(slot, CAP_INVOCATION, RIGHTS_INVOCATION_ALL);
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
    if (shared_load_acquire(&port->owner) != 0)
        return cap_thaw(&end, STATUS_BUSY);
    cap_erase(&end);
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
