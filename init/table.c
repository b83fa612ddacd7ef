/* SPDX-License-Identifier: Unlicense */
#include "init/table.h"

#include "rme/assert.h"

const struct boot_table *table;

/* From the linker script. */
extern char user_image_end[];

void table_open(void)
{
    word_t at = ((word_t)user_image_end + BOOT_TABLE_ALIGN - 1) & ~(word_t)(BOOT_TABLE_ALIGN - 1);
    const word_t *words = (const word_t *)at;
    word_t sum = 0;

    table = (const struct boot_table *)at;
    rme_assert(table->magic == BOOT_TABLE_MAGIC);
    rme_assert(table->version == BOOT_TABLE_VERSION);
    for (word_t i = 0; i < table->bytes / sizeof(word_t); i++)
        sum += words[i];
    rme_assert(sum == 0);
}
