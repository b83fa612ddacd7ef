/* SPDX-License-Identifier: Unlicense
 *
 * The mitigations of speculation: which there are, and which are on. Each is chosen once, at boot,
 * from what the processor says of itself and from the command line:
 *
 *      mitigations=auto|on|off     all of them; auto where nothing is said
 *      lfence= ibrs= ibpb= rsb= verw= ssbd=     one, whatever is said of all
 *
 * auto: where the processor needs it and has the means. on: wherever the instructions can be
 * executed. off: nowhere. The last word on a name counts, and one that is none of the three is as
 * if it were not there. What is on is code that boot patches in (entry.S) or a bit in a register;
 * what is off costs nothing. Reasons and costs: docs/security.md.
 */
#pragma once

#include "arch/x86_64/processor.h"

enum mitigation {
    MITIGATION_LFENCE, /* behind SWAPGS on interrupts and exceptions */
    MITIGATION_IBRS,   /* enhanced or automatic: set once */
    MITIGATION_IBPB,   /* a barrier for predictions at each change of the address space */
    MITIGATION_RSB,    /* predictions of returns filled up there */
    MITIGATION_VERW,   /* buffers cleared on every way back to user code */
    MITIGATION_SSBD,   /* loads wait for older stores: set once */
    MITIGATIONS,
};

/* Their names, one behind the other. */
extern const char speculation_names[];

/* Which there are and which are on, each a bit, and the bits that this sets in registers; a
 * register of which no bit is set may not be there. */
struct speculation {
    unsigned offered, on;
    word_t control, virtual_control, features; /* SPEC_CTRL, VIRT_SPEC_CTRL, EFER */
};

/* `text` is the command line. Time: its length times the number of names. */
void speculation_choose(const struct processor *processor, const char *text,
                        struct speculation *speculation);
