/* SPDX-License-Identifier: Unlicense
 *
 * The page server: with the boundary of kernel memory at the top of memory the kernel lets every
 * frame be kernel memory and user memory at once, and this server, which the whole system trusts,
 * sees to it that none is. It runs in the first process, whose page tables and kernel memory it
 * hands out; its clients reach it through a port each, on their own time, and are told apart by the
 * stacks of these ports. docs/memory.md has the argument, protocol.h what clients say.
 *
 * A client's record is changed by its port alone, which the kernel lets one thread into at a time;
 * what clients share is the ledger. A visitor may be ended anywhere (THD_EXEC_SET) or run out of
 * time: what is taken is written down first, and the next visit begins by undoing what the last one
 * left unfinished.
 */
#pragma once

#include "rme/handle.h"
#include "servers/pages/protocol.h"

enum { PAGES_CLIENTS = 4 };

/* Take over all RAM between the kernel's own part and the boundary, but for this image. */
void pages_start(void);

/* A process that is to be a client: its capability table, in which the server fills two slots (its
 * port, with ACTIVATE; the table of its grants, with nothing that copies or removes), and its top
 * level, whose arena is empty. `quota` is in frames. Returns its number. */
struct pages_plan {
    rme_captable_t table;
    word_t port_slot, grants_slot;
    rme_pagetable_t top;
    word_t quota;
};
unsigned pages_add(const struct pages_plan *plan);

/* Take everything back from a client that has no thread any more; the number stays taken. IN_USE:
 * objects lie in kernel memory that it took; LATER: again after a tick. */
enum pages_status pages_end(unsigned client);

/* Whether every frame that is not free is accounted for once, by the right client. Time: frames. */
bool pages_audit(void);

/* Frames of a client, of all kinds; and those that are free. */
word_t pages_used(unsigned client);
word_t pages_free(void);

/* What the ledger says of a physical address: an enum frame_kind, and the client. */
unsigned pages_kind(word_t address, unsigned *client);
