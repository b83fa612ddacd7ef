/* SPDX-License-Identifier: Unlicense */
#include "builder/check_policy.h"

#include "builder/keys.h"

#include <string.h>

static const char *const advice =
    "a claim is 'W^X', 'no user mapping of kernel memory' or 'no path from A to B'";

static bool is_process(const struct system *system, const char *name)
{
    for (size_t i = 0; i < system->processes.count; i++)
        if (strcmp(((const struct process *)system->processes.item[i])->name.text, name) == 0)
            return true;
    return false;
}

static void check_end(const struct system *system, const struct word *claim, const char *name)
{
    struct list known = {0};

    for (size_t i = 0; i < system->processes.count; i++)
        list_append(&known,
                    memory_format("%s", ((struct process *)system->processes.item[i])->name.text));
    if (!is_process(system, name))
        complain(claim->at, suggest(name, &known, "there are:"), "there is no process '%s'", name);
}

static void check_claim(const struct system *system, const struct word *claim)
{
    struct list words = words_of(claim->text);

    if (strcmp(claim->text, "W^X") == 0 ||
        strcmp(claim->text, "no user mapping of kernel memory") == 0)
        return;
    if (words.count != 6 || strcmp(words.item[0], "no") != 0 ||
        strcmp(words.item[1], "path") != 0 || strcmp(words.item[2], "from") != 0 ||
        strcmp(words.item[4], "to") != 0) {
        complain(claim->at, advice, "'%s' is no claim", claim->text);
        return;
    }
    check_end(system, claim, words.item[3]);
    check_end(system, claim, words.item[5]);
    if (strcmp(words.item[3], words.item[5]) == 0)
        complain(claim->at, "name two processes", "a process always reaches itself");
}

void check_policy(const struct system *system)
{
    for (size_t i = 0; i < system->policy.count; i++)
        check_claim(system, system->policy.item[i]);
}
