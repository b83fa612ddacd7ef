/* SPDX-License-Identifier: Unlicense */
#include "arch/x86_64/speculation.h"

#include "arch/x86_64/text.h"

const char speculation_names[] = "lfence\0ibrs\0ibpb\0rsb\0verw\0ssbd";

/* ---- The command line ---- */

enum choice { CHOICE_NONE, CHOICE_AUTO, CHOICE_ON, CHOICE_OFF };

/* What follows `begin` in text, or NULL. */
static const char *behind(const char *text, const char *begin)
{
    while (*begin != '\0' && *text == *begin) {
        text++;
        begin++;
    }
    return *begin == '\0' ? text : NULL;
}

static enum choice read_choice(const char *text)
{
    const char *word = "auto\0on\0off";

    for (enum choice choice = CHOICE_AUTO; choice <= CHOICE_OFF;
         choice++, word = text_behind(word)) {
        const char *end = behind(text, word);

        if (end != NULL && (*end == '\0' || *end == ' '))
            return choice;
    }
    return CHOICE_NONE;
}

static enum choice find_choice(const char *text, const char *name)
{
    enum choice choice = CHOICE_NONE;

    for (bool begins = true; *text != '\0'; begins = *text++ == ' ') {
        const char *value = begins ? behind(text, name) : NULL;

        if (value != NULL && *value == '=' && read_choice(value + 1) != CHOICE_NONE)
            choice = read_choice(value + 1);
    }
    return choice;
}

/* ---- The choice ---- */

#define BIT_IF(condition, mitigation) ((condition) ? 1u << (mitigation) : 0)

/* What can be executed. VERW always can: where it clears nothing it only takes time. */
static unsigned offered_by(const struct processor *processor)
{
    return 1u << MITIGATION_LFENCE | 1u << MITIGATION_RSB | 1u << MITIGATION_VERW |
           BIT_IF(processor->enhanced_ibrs || processor->automatic_ibrs, MITIGATION_IBRS) |
           BIT_IF(processor->ibpb, MITIGATION_IBPB) |
           BIT_IF(processor->ssbd || processor->ssbd_virtual, MITIGATION_SSBD);
}

/* What is needed. Not every barrier reaches the predictions of returns. SSBD is for programs that
 * run code of somebody else in their own address space; that is nobody here unless somebody says
 * so. */
static unsigned needed_by(const struct processor *processor)
{
    unsigned verw = BIT_IF(processor->needs_verw, MITIGATION_VERW);

    if (processor->is_in_order)
        return verw;
    return verw | 1u << MITIGATION_LFENCE | 1u << MITIGATION_IBRS | 1u << MITIGATION_IBPB |
           BIT_IF(processor->ibpb, MITIGATION_RSB);
}

enum { SPEC_IBRS = 1 << 0, SPEC_SSBD = 1 << 2, EFER_AUTOMATIC_IBRS = 1 << 21 };

static void choose_bits(const struct processor *processor, struct speculation *speculation)
{
    word_t ibrs = (speculation->on & 1u << MITIGATION_IBRS) != 0 ? SPEC_IBRS : 0;
    word_t ssbd = (speculation->on & 1u << MITIGATION_SSBD) != 0 ? SPEC_SSBD : 0;

    speculation->features = ibrs != 0 && processor->automatic_ibrs ? EFER_AUTOMATIC_IBRS : 0;
    speculation->control = processor->automatic_ibrs ? 0 : ibrs;
    speculation->virtual_control = processor->ssbd ? 0 : ssbd;
    speculation->control |= processor->ssbd ? ssbd : 0;
}

void speculation_choose(const struct processor *processor, const char *text,
                        struct speculation *speculation)
{
    enum choice all = find_choice(text, "mitigations");
    const char *name = speculation_names;

    speculation->offered = offered_by(processor);
    speculation->on = needed_by(processor);
    for (enum mitigation i = 0; i < MITIGATIONS; i++, name = text_behind(name)) {
        enum choice own = find_choice(text, name);
        enum choice choice = own != CHOICE_NONE ? own : all;

        if (choice == CHOICE_ON)
            speculation->on |= 1u << i;
        if (choice == CHOICE_OFF)
            speculation->on &= ~(1u << i);
    }
    speculation->on &= speculation->offered;
    choose_bits(processor, speculation);
}
