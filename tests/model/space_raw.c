/* SPDX-License-Identifier: Unlicense
 *
 * Raw address spaces: there are no page tables.
 */
#include "tests/model/space.h"

void import_machine(void) {}

void import_pages(struct m_object *top, struct m_object *tables)
{
    (void)top;
    (void)tables;
}

bool image_differs(const struct m_object *top, char *text, size_t size)
{
    (void)top;
    (void)text;
    (void)size;
    return false;
}
