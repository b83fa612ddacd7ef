/* SPDX-License-Identifier: Unlicense */
#include "tree.h"

#include "layout.h"
#include "rme/alloc.h"
#include "rme/process.h"

enum { PIECE_OTHER_TOP = PIECE_CHILD + 1, PIECE_DIRECTORY, PIECE_PARENT, PIECE_SECOND };
enum { PIECE_OTHER_CHILD = PIECE_SECOND + 1, PIECE_PORT };
enum {
    PAGE_ORDER = 12,
    LARGE_ORDER = 21,
    HUGE_ORDER = 30,
    TOP_ORDER = 39,
    TOP_NUMBER = 8,
    NUMBER = 9,
    WINDOW_AT = 5,
    PAGES = 2,
    IMAGE_BYTES = 1 << 21
};
enum { PLAIN = PAGE_READ | PAGE_CACHE | PAGE_BUFFER };

/* From the linker script. */
extern char user_image_end[], user_bss_end[];

static char pages[PAGES][4096] __attribute__((aligned(4096)));
static struct rme_piece pieces[PAGES];

static sword_t create(word_t slot, word_t memory, word_t base, word_t size_order)
{
    return CALL(PGT_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, memory, base, size_order,
                size_order == TOP_ORDER ? TOP_NUMBER : NUMBER);
}

static void make(word_t slot, word_t memory, word_t base, word_t size_order)
{
    must(create(slot, memory, base, size_order), "PGT_CRT");
}

sword_t create_table(word_t slot, word_t memory)
{
    if (slot == DIRECTORY)
        return create(slot, memory, WINDOW, HUGE_ORDER);
    return create(slot, memory, WINDOW,
                  slot == PARENT || slot == SECOND ? LARGE_ORDER : PAGE_ORDER);
}

static void show(word_t begin, const char *end, word_t flags)
{
    for (word_t address = begin; address < (word_t)end; address += PAGE) {
        struct rme_piece piece;

        if (!rme_memory_piece(address, PAGE_ORDER, &piece))
            must(STATUS_MAP, "a page of the image");
        MUST(PGT_ADD, IMAGE_PAGES, (address - LAYOUT_USER_IMAGE) >> PAGE_ORDER, flags,
             piece.table.id.raw, piece.position, piece.index);
    }
}

static_assert(LAYOUT_USER_IMAGE % IMAGE_BYTES == 0 &&
                  LAYOUT_USER_RAM + LAYOUT_USER_RAM_BYTES - LAYOUT_USER_IMAGE <= IMAGE_BYTES,
              "one table shows it");

/* Once: the image, with its data. */
static void make_image(void)
{
    word_t memory = rme_alloc_kmem_aligned(3 * PAGE, PAGE);

    make(IMAGE, memory, 0, HUGE_ORDER);
    make(IMAGE_DIRECTORY, memory + PAGE, 0, LARGE_ORDER);
    make(IMAGE_PAGES, memory + 2 * PAGE, LAYOUT_USER_IMAGE, PAGE_ORDER);
    MUST(PGT_CON, IMAGE, 0, IMAGE_DIRECTORY, 0);
    MUST(PGT_CON, IMAGE_DIRECTORY, LAYOUT_USER_IMAGE >> LARGE_ORDER, IMAGE_PAGES, 0);
    show(LAYOUT_USER_IMAGE, user_image_end, PLAIN | PAGE_EXECUTE);
    show(LAYOUT_USER_RAM, user_bss_end, PLAIN | PAGE_WRITE);
    for (unsigned i = 0; i < PAGES; i++) {
        if (!rme_memory_piece((word_t)pages[i], PAGE_ORDER, &pieces[i]))
            must(STATUS_MAP, "a page");
        *(volatile word_t *)(void *)pages[i] = VALUE + i;
    }
}

void make_tree(serve_t *serve)
{
    if (is_empty(IMAGE))
        make_image();
    make(TOP, memory_at(PIECE_TOP), PAGETABLE_TOP, TOP_ORDER);
    make(OTHER_TOP, memory_at(PIECE_OTHER_TOP), PAGETABLE_TOP, TOP_ORDER);
    make(DIRECTORY, memory_at(PIECE_DIRECTORY), WINDOW, HUGE_ORDER);
    make(PARENT, memory_at(PIECE_PARENT), WINDOW, LARGE_ORDER);
    make(SECOND, memory_at(PIECE_SECOND), WINDOW, LARGE_ORDER);
    make(CHILD, memory_at(PIECE_CHILD), WINDOW, PAGE_ORDER);
    make(OTHER_CHILD, memory_at(PIECE_OTHER_CHILD), WINDOW, PAGE_ORDER);
    MUST(PGT_CON, TOP, 0, IMAGE, 0);
    MUST(PGT_CON, OTHER_TOP, 0, IMAGE, 0);
    MUST(PGT_CON, TOP, WINDOW_AT, DIRECTORY, 0);
    MUST(PGT_CON, DIRECTORY, 0, PARENT, 0);
    MUST(PGT_CON, PARENT, 0, CHILD, 0);
    MUST(PRC_CRT, BOOT_CAPTABLE, PROCESS, BOOT_CAPTABLE, TOP, CAP_NULL);
    make_port(PORT, PIECE_PORT, serve, 0);
}

sword_t add_page(word_t table, word_t position, unsigned i)
{
    return CALL(PGT_ADD, table, position, PLAIN, pieces[i].table.id.raw, pieces[i].position,
                pieces[i].index);
}

sword_t remove_page(word_t table, word_t position)
{
    return CALL(PGT_REM, table, position);
}

static word_t serve_look(word_t position, word_t *message)
{
    (void)message;
    return look(position);
}

bool sees(word_t position, unsigned i)
{
    word_t entry, stack = port_words(serve_look, 1, &entry), value = 0;

    MUST(INV_SET, PORT, entry, stack, true);
    return invoke(PORT, position, &value) == STATUS_OK && value == VALUE + i;
}

void walk_in(word_t cpu)
{
    word_t value;

    got[cpu][WALKED] = invoke(PORT, cpu, &value);
}
