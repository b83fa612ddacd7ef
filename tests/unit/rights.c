/* SPDX-License-Identifier: Unlicense
 *
 * The matrix of rights on the host: each case the hot way and the whole way, and all of kernel
 * memory, the bitmap, the bindings and the CPUs compared.
 */
#include "tests/rights/rights.h"
#include "tests/unit/support/world.h"

sword_t rights_call(word_t number, const word_t words[7])
{
    return world_patient(number, words);
}

bool rights_is_refused(sword_t status, word_t number, const word_t words[7])
{
    return world_is_refused((enum status)status, number, words);
}

bool rights_renew(void)
{
    world_boot(1);
    rights_fixture();
    world_age();
    return true;
}

bool rights_set_creating(word_t slot, bool is_creating)
{
    shared_store(&world_cap(slot)->header, is_creating ? CAP_CREATING : CAP_EMPTY);
    return true;
}

word_t rights_memory(void)
{
    return 65536;
}

void rights_complain(const char *what, word_t number, const word_t words[7], sword_t expected)
{
    printf("# %s: call %zu (%zx %zx %zx %zx %zx %zx %zx), %zd\n", what, (size_t)number,
           (size_t)words[0], (size_t)words[1], (size_t)words[2], (size_t)words[3], (size_t)words[4],
           (size_t)words[5], (size_t)words[6], (ssize_t)expected);
}

int main(void)
{
    unsigned all = 0;

    (void)rights_renew();
    world_check("the fixture is whole");
    for (unsigned row = 0; row < rights_row_count(); row++) {
        unsigned wrong, cases = rights_row(row, &wrong);

        if (cases == 0)
            continue;
        printf("# %u cases\n", cases);
        tap_check(wrong == 0, rights_row_name(row));
        all += cases;
    }
    world_check("and still is");
    printf("# %u cases in all\n", all);
    tap_check(all > 3000, "thousands of cases");
    return tap_end();
}
