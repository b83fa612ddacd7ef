/* SPDX-License-Identifier: Unlicense
 *
 * The matrix of rights on a board: what is refused, each case twice. That nothing has changed is
 * what can be seen: the state of every slot, and the counts of the endpoints.
 */
#include "tests/rights/rights.h"
#include "config.h"
#include "layout.h"
#include "rme/call.h"
#include "rme/start.h"
#include "test/rights.h"
#include "tests/system/tap.h"

sword_t rights_call(word_t number, const word_t words[7])
{
    return rme_call(number, words[0], words[1], words[2], words[3], words[4], words[5], words[6]);
}

/* One number for all slots: a deletion of a process never succeeds on a slot that is not doomed,
 * and tells empty, live and frozen ones apart. */
static word_t look(void)
{
    word_t hash = 0;

    for (word_t slot = 0; slot < CONFIG_BOOT_ENTRIES; slot++)
        if (!rights_is_doomed(slot))
            hash = hash * 31 + (word_t)rme_process_delete(rme_captable(BOOT_CAPTABLE), slot);
    return hash;
}

bool rights_is_refused(sword_t status, word_t number, const word_t words[7])
{
    return rights_call(number, words) == status && rights_call(number, words) == status;
}

bool rights_renew(void)
{
    return false;
}

bool rights_set_creating(word_t slot, bool is_creating)
{
    (void)slot;
    (void)is_creating;
    return false;
}

word_t rights_memory(void)
{
    const word_t align = rights_geometry().align;

    return (rme_boot.kmem_free + align - 1) & ~(align - 1);
}

void rights_complain(const char *what, word_t number, const word_t words[7], sword_t expected)
{
    rme_print("# %s: call %zu (%zx %zx %zx %zx %zx %zx %zx), %zd\n", what, number, words[0],
              words[1], words[2], words[3], words[4], words[5], words[6], expected);
}

int main(void)
{
    unsigned all = 0;
    word_t before;

    rights_fixture();
    before = look();
    for (unsigned row = 0; row < rights_row_count(); row++) {
        unsigned wrong, cases = rights_row(row, &wrong);

        if (cases == 0)
            continue;
        rme_print("# %u cases\n", cases);
        tap_check(wrong == 0 && look() == before, rights_row_name(row));
        all += cases;
    }
    rme_print("# %u cases in all\n", all);
    tap_check(all > 1500, "thousands of cases");
    return tap_end();
}
