/* SPDX-License-Identifier: Unlicense */
#include "rme/boot.h"

#include "layout.h"

bool rme_boot_is_known(const struct boot_page *page)
{
    return page->magic == BOOT_PAGE_MAGIC && page->version == BOOT_PAGE_VERSION &&
           page->bytes >= sizeof(*page);
}

const struct boot_page *rme_boot_page(void)
{
    const struct boot_page *page = (const struct boot_page *)LAYOUT_BOOT_PAGE;

    return rme_boot_is_known(page) ? page : NULL;
}

const char *rme_boot_note(word_t what)
{
#define TEXT(name, number, text)                                                                   \
    if (what == BOOT_NOTE_##name)                                                                  \
        return (text);
    BOOT_NOTES(TEXT)
    BOOT_STOPS(TEXT)
    LOADER_STOPS(TEXT)
#undef TEXT
    return "something that this program does not know:";
}
