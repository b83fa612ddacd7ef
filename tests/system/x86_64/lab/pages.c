/* SPDX-License-Identifier: Unlicense */
#include "layout.h"
#include "rme/assert.h"
#include "tests/system/lab/lab.h"

enum { PAGE_ORDER = 12, WINDOW = LAYOUT_USER_RAM + 0x80000 };

/* Where each place of each subject has its page. */
static struct {
    rme_pagetable_t table;
    word_t position;
} places[LAB_PLACES];

void lab_space_add_image(struct rme_space *space)
{
    rme_space_add_image(space);
}

word_t lab_page(unsigned i)
{
    return WINDOW + ((word_t)i << PAGE_ORDER);
}

void lab_map_page(const struct lab_subject *subject, unsigned place, word_t address, word_t flags)
{
    struct rme_space space = {subject->list, 0};

    places[place].table = rme_space_add(&space, address, PAGE_ORDER, flags);
    places[place].position = rme_space_position(address, PAGE_ORDER);
}

void lab_unmap_page(const struct lab_subject *subject, unsigned place)
{
    (void)subject;
    rme_assert(rme_pagetable_remove(places[place].table, places[place].position) == STATUS_OK);
}
