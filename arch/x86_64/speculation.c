/* SPDX-License-Identifier: Unlicense */
#include "arch/x86_64/speculation.h"

const char speculation_names[MITIGATIONS][MITIGATION_NAME_BYTES] = {
    "lfence", "ibrs", "ibpb", "rsb", "verw", "ssbd",
};

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

static bool is_word(const char *text, const char *word)
{
    const char *end = behind(text, word);

    return end != NULL && (*end == '\0' || *end == ' ');
}

static enum choice read_choice(const char *text)
{
    if (is_word(text, "auto"))
        return CHOICE_AUTO;
    if (is_word(text, "on"))
        return CHOICE_ON;
    return is_word(text, "off") ? CHOICE_OFF : CHOICE_NONE;
}

static enum choice find_choice(const char *text, const char *name)
{
    enum choice choice = CHOICE_NONE;

    while (*text != '\0') {
        const char *value = behind(text, name);

        if (value != NULL && *value == '=' && read_choice(value + 1) != CHOICE_NONE)
            choice = read_choice(value + 1);
        while (*text != '\0' && *text != ' ')
            text++;
        while (*text == ' ')
            text++;
    }
    return choice;
}

/* ---- The choice ---- */

/* Whether it can be executed. VERW always can: where it clears nothing it only takes time. */
static bool is_offered(const struct processor *processor, enum mitigation mitigation)
{
    switch (mitigation) {
    case MITIGATION_IBRS:
        return processor->enhanced_ibrs || processor->automatic_ibrs;
    case MITIGATION_IBPB:
        return processor->ibpb;
    case MITIGATION_SSBD:
        return processor->ssbd || processor->ssbd_virtual;
    case MITIGATION_LFENCE:
    case MITIGATION_RSB:
    case MITIGATION_VERW:
    case MITIGATIONS:
        break;
    }
    return true;
}

/* SSBD is for programs that run code of somebody else in their own address space; that is nobody
 * here unless somebody says so. */
static bool is_wanted(const struct processor *processor, enum mitigation mitigation)
{
    switch (mitigation) {
    case MITIGATION_LFENCE:
        return !processor->is_in_order;
    case MITIGATION_RSB: /* not every barrier reaches the predictions of returns */
        return processor->ibpb && !processor->is_in_order;
    case MITIGATION_IBRS:
    case MITIGATION_IBPB:
        return !processor->is_in_order;
    case MITIGATION_VERW:
        return processor->has_buffers && processor->verw_clears;
    case MITIGATION_SSBD:
    case MITIGATIONS:
        break;
    }
    return false;
}

enum { SPEC_IBRS = 1 << 0, SPEC_SSBD = 1 << 2, EFER_AUTOMATIC_IBRS = 1 << 21 };

static void choose_bits(const struct processor *processor, struct speculation *speculation)
{
    speculation->control = 0;
    speculation->virtual_control = 0;
    speculation->features = 0;
    if (speculation->is_on[MITIGATION_IBRS] && processor->automatic_ibrs)
        speculation->features = EFER_AUTOMATIC_IBRS;
    else if (speculation->is_on[MITIGATION_IBRS])
        speculation->control |= SPEC_IBRS;
    if (speculation->is_on[MITIGATION_SSBD] && processor->ssbd)
        speculation->control |= SPEC_SSBD;
    else if (speculation->is_on[MITIGATION_SSBD])
        speculation->virtual_control = SPEC_SSBD;
}

void speculation_choose(const struct processor *processor, const char *text,
                        struct speculation *speculation)
{
    enum choice all = find_choice(text, "mitigations");

    for (enum mitigation i = 0; i < MITIGATIONS; i++) {
        enum choice own = find_choice(text, speculation_names[i]);
        enum choice choice = own != CHOICE_NONE ? own : all;
        bool is_asked = choice == CHOICE_ON;

        if (choice == CHOICE_NONE || choice == CHOICE_AUTO)
            is_asked = is_wanted(processor, i);
        speculation->is_offered[i] = is_offered(processor, i);
        speculation->is_on[i] = is_asked && speculation->is_offered[i];
    }
    choose_bits(processor, speculation);
}
