/* SPDX-License-Identifier: Unlicense
 *
 * Isolation, probed: a subject reads, writes and executes in every granule of a window, and the map
 * of its faults must equal what was mapped. The window is full of one-instruction functions, so
 * that each of its words can be called. QEMU 7.2 remembers what a disabled sub-region lets through
 * for the whole 1 KiB around it; so no sub-region here is smaller (tests/mpu has those).
 */
#include "rme/assert.h"
#include "rme/process.h"
#include "rme/stack.h"
#include "rme/start.h"
#include "test/map.h"
#include "tests/system/lab/lab.h"
#include "tests/system/tap.h"

enum {
    CODE = 0x47704770, /* bx lr, twice */
    THUMB = 1,
    CAUSE_FETCH = 0x01, /* IACCVIOL. Arm DDI 0403E, B3.2.15 */
    CAUSE_DATA = 0x82,  /* DACCVIOL, MMARVALID */
    READ = PAGE_READ | PAGE_CACHE,
    READ_WRITE = READ | PAGE_WRITE,
    READ_EXECUTE = READ | PAGE_EXECUTE,
    ALL = READ_WRITE | PAGE_EXECUTE,
    ACCESSES = 3,
    GRANULE = 1024,
    GRANULES = LAB_WINDOW_BYTES / GRANULE,
};

static struct lab_subject subject;
static word_t window;

/* ---- One touch ---- */

static void touch_read(word_t address)
{
    (void)*(volatile word_t *)address;
    lab_park();
}

static void touch_write(word_t address)
{
    *(volatile word_t *)address = CODE;
    lab_park();
}

static void touch_execute(word_t address)
{
    ((void (*)(void))(address | THUMB))();
    lab_park();
}

static void (*const touches[ACCESSES])(word_t) = {touch_read, touch_write, touch_execute};
static const word_t rights[ACCESSES] = {PAGE_READ, PAGE_WRITE, PAGE_EXECUTE};
static const char *const names[ACCESSES] = {"read", "write", "execute"};

/* Whether a touch ended as it should; a fault must name the address. */
static bool is_as_mapped(word_t address, unsigned access, word_t flags)
{
    const word_t cause = access == 2 ? CAUSE_FETCH : CAUSE_DATA;
    struct lab_end end = lab_run(&subject, touches[access], address);

    if ((flags & rights[access]) != 0)
        return end.how == LAB_PARKED;
    if (end.how != LAB_FAULTED)
        return false;
    return !lab_has_debug() || (end.cause == cause && end.address == address);
}

/* ---- What is mapped, and whether the faults say the same ---- */

static struct lab_map maps[LAB_PLACES];
static bool is_mapped[LAB_PLACES];

static word_t flags_at(word_t address)
{
    for (unsigned i = 0; i < LAB_PLACES; i++) {
        word_t position = (address - maps[i].base) >> maps[i].size_order;

        if (is_mapped[i] && position < (word_t)1 << maps[i].number_order &&
            (maps[i].pages >> position & 1) != 0)
            return maps[i].flags;
    }
    return 0;
}

static void map(unsigned place, word_t offset, word_t size_order, word_t number_order, word_t pages,
                word_t flags)
{
    maps[place] = (struct lab_map){window + offset, size_order, number_order, pages, flags};
    is_mapped[place] = true;
    (void)lab_attach(&subject, place, &maps[place]);
}

static void unmap(unsigned place)
{
    lab_detach(&subject, place);
    is_mapped[place] = false;
}

static void unmap_all(void)
{
    for (unsigned i = 0; i < LAB_PLACES; i++)
        if (is_mapped[i])
            unmap(i);
}

static unsigned wrong;

static void probe(word_t address, unsigned access)
{
    if (is_as_mapped(address, access, flags_at(address)))
        return;
    if (wrong++ < 4)
        rme_print("# %s at %x, mapped %x\n", names[access], address, flags_at(address));
}

/* The order of the touches: 5 is prime to the number of granules, so that all are visited, each
 * behind one that is not its neighbour. Both ends of a granule, and what is behind the window. */
static void sweep(const char *name)
{
    enum { STEP = 5 };
    word_t granule = 0;

    wrong = 0;
    for (unsigned i = 0; i < GRANULES; i++) {
        granule = (granule + STEP) % GRANULES;
        for (unsigned access = 0; access < ACCESSES; access++) {
            probe(window + granule * GRANULE, access);
            probe(window + granule * GRANULE + GRANULE - 4, (access + i) % ACCESSES);
        }
    }
    for (unsigned access = 0; access < ACCESSES; access++)
        probe(window + LAB_WINDOW_BYTES, access);
    tap_check(wrong == 0, name);
}

/* ---- Page sets ---- */

/* One table of eight pages of 4 KiB, all kinds of access, several sets. */
static void one_table(word_t kind, const char *name)
{
    static const word_t sets[] = {0xFF, 0x01, 0x80, 0xA5, 0x3C, 0x00};
    static const word_t accesses[] = {READ, READ_WRITE, READ_EXECUTE, ALL};
    unsigned bad = 0;

    for (unsigned i = 0; i < sizeof(accesses) / sizeof(accesses[0]); i++) {
        rme_print("# %s, flags %x\n", name, accesses[i] | kind);
        for (unsigned s = 0; s < sizeof(sets) / sizeof(sets[0]); s++) {
            map(0, 0, 12, 3, sets[s], accesses[i] | kind);
            wrong = 0;
            for (unsigned granule = 0; granule < GRANULES; granule += 1 + (s & 1))
                probe(window + granule * 5 % GRANULES * GRANULE, (granule + s) % ACCESSES);
            bad += wrong;
            unmap(0);
        }
    }
    tap_check(bad == 0, name);
}

/* Tables of different flags side by side, with holes; static ones as many as the subject's own
 * two leave. */
static void side_by_side(void)
{
    map(0, 0, 10, 3, 0x55, READ_WRITE | PAGE_STATIC);
    map(1, 0x2000, 11, 2, 0x9, READ_EXECUTE | PAGE_STATIC);
    map(2, 0x4000, 13, 0, 1, READ);
    map(3, 0x6000, 10, 2, 0x6, ALL);
    sweep("static and dynamic tables side by side, with holes");
    unmap_all();
}

/* Eight dynamic tables, six regions: they come and go. */
static void eviction(void)
{
    static const word_t kinds[] = {READ, READ_WRITE, READ_EXECUTE, ALL};

    for (unsigned i = 0; i < LAB_PLACES; i++)
        map(i, i * 0x1000, 12, 0, 1, kinds[i % 4]);
    sweep("more dynamic tables than regions: each access is what its page says");
    sweep("and again, from another state of the regions");
    unmap_all();
    sweep("nothing is left behind PGT_DES");
}

static void removal(void)
{
    rme_pagetable_t table;
    word_t pages = 0xFF;

    map(0, 0, 12, 3, pages, ALL | PAGE_STATIC);
    table = lab_attached(0);
    for (unsigned i = 0; i < 8; i += 3) {
        tap_check(rme_pagetable_remove(table, i) == STATUS_OK, "a page is removed");
        pages &= ~(1u << i);
        maps[0].pages = pages;
        sweep("PGT_REM: the page is gone, the others are there");
    }
    unmap(0);
    map(0, 0, 12, 3, 0xFF, READ_WRITE);
    probe(window + 0x3000, 0); /* in a region now */
    tap_check(rme_pagetable_remove(lab_attached(0), 3) == STATUS_OK, "a dynamic page is removed");
    maps[0].pages = 0xF7;
    sweep("also one that was in a region");
    unmap_all();
}

/* The last granule of all: 32 bytes, a region without sub-regions. Every 32 bytes around it. */
static void smallest(void)
{
    map(0, 0x400 + 0x60, 5, 0, 1, READ_WRITE | PAGE_STATIC);
    wrong = 0;
    for (word_t offset = 0; offset < 0xC00; offset += 32)
        for (unsigned access = 0; access < ACCESSES; access++)
            probe(window + offset, access);
    tap_check(wrong == 0, "a page of 32 bytes lets through 32 bytes");
    unmap_all();
}

/* Every 32 bytes of 16 KiB, of which every other KiB is there. */
static void fine(void)
{
    map(0, 0, 10, 3, 0xAA, READ_WRITE | PAGE_STATIC);
    map(1, 0x2000, 10, 3, 0x55, READ_EXECUTE);
    for (unsigned access = 0; access < ACCESSES; access++) {
        wrong = 0;
        for (word_t offset = 0; offset < 0x4000; offset += 32)
            probe(window + offset, access);
        rme_print("# %s, every 32 bytes\n", names[access]);
        tap_check(wrong == 0, "every 32 bytes of 16 KiB");
    }
    unmap_all();
}

/* ---- The kernel's memory, and what nobody may have ---- */

static void forbidden(void)
{
    static const word_t addresses[] = {
        0,          0x20000000, 0x20000800, 0xE000ED00, 0xE000E100, 0xE000E010,
        0xE000ED94, 0xE0001000, 0xFFFFFFFC, 0x60000000, 0x40000000,
    };

    wrong = 0;
    for (unsigned i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
        for (unsigned access = 0; access < ACCESSES; access++)
            if (lab_run(&subject, touches[access], addresses[i]).how != LAB_FAULTED)
                wrong++;
    tap_check(wrong == 0, "the kernel, the core's registers and devices: nothing");
    for (word_t offset = 0; offset < 32; offset++)
        if (lab_run(&subject, touch_read, 0x20000000 + offset * 1024).how != LAB_FAULTED)
            wrong++;
    tap_check(wrong == 0, "every KiB of the kernel's RAM");
}

/* ---- Instructions that need several pages ---- */

/* The last instruction of one page, two halfwords long, loads a word that lies across two more. */
static word_t across_data, across_code;
static volatile word_t loaded;

static void run_across(word_t unused)
{
    (void)unused;
    loaded = ((word_t(*)(word_t))(across_code | THUMB))(across_data);
    lab_park();
}

static void across(void)
{
    static const uint16_t code[] = {0xF8D0, 0x0000, 0x4770}; /* ldr.w r0, [r0]; bx lr */

    across_code = window + 0xFFE;
    across_data = window + 0x2FFE;
    for (unsigned i = 0; i < 3; i++)
        ((volatile uint16_t *)across_code)[i] = code[i];
    *(volatile uint16_t *)across_data = 0x3412;
    *(volatile uint16_t *)(across_data + 2) = 0x7856;
    for (unsigned i = 0; i < LAB_PLACES; i++)
        map(i, i * 0x1000, 12, 0, 1, i < 2 ? READ_EXECUTE : READ);
    for (unsigned round = 0; round < 12; round++) {
        struct lab_end end;

        /* Others come in first, from one that is different each time. */
        for (unsigned i = 0; i < 4 + round % 3; i++)
            (void)lab_run(&subject, touch_read, window + (4 + (i + round) % 4) * 0x1000);
        if (round % 2 != 0)
            (void)lab_run(&subject, touch_read, across_code);
        loaded = 0;
        end = lab_run(&subject, run_across, 0);
        if (end.how != LAB_PARKED || loaded != 0x78563412)
            rme_print("# round %u: %d, cause %x, address %x\n", round, end.how, end.cause,
                      end.address);
        tap_check(end.how == LAB_PARKED && loaded == 0x78563412,
                  "an instruction across two pages, its data across two more");
    }
    unmap(1);
    tap_check(lab_run(&subject, run_across, 0).how == LAB_FAULTED,
              "without its second half it is a fault");
    map(1, 0x1000, 12, 0, 1, READ);
    tap_check(lab_run(&subject, run_across, 0).how == LAB_FAULTED,
              "as with a second half that may only be read");
    unmap_all();
}

/* ---- A process changes its own page table ---- */

enum { OTHER_TABLE = LAB_FREE_SLOT, OWN_PROCESS };
static volatile sword_t exchanged;
static volatile word_t reached;

static void exchange_and_touch(word_t address)
{
    exchanged = rme_process_set_pagetable(rme_process(OWN_PROCESS), rme_pagetable(OTHER_TABLE),
                                          rme_kfunc_null());
    reached = 1;
    (void)*(volatile word_t *)address;
    reached = 2;
    lab_park();
}

static void restore(void)
{
    tap_check(rme_process_set_pagetable(subject.process, subject.list, rme_kfunc_null()) ==
                  STATUS_OK,
              "the old table is put back");
}

/* The old table has a page at 0, the new one at 0x1000: in force before the call returns. */
static void exchange(void)
{
    struct rme_space other = rme_space_make(2);

    lab_space_add_image(&other);
    (void)rme_space_add(&other, window + 0x1000, 12, READ | PAGE_STATIC);
    map(0, 0, 12, 0, 1, READ | PAGE_STATIC);
    tap_check(lab_run(&subject, touch_read, window).how == LAB_PARKED, "before: the old page");
    (void)rme_captable_delegate(subject.table, OTHER_TABLE, lab_own, other.top.id.raw,
                                RIGHT_PAGETABLE_PROCESS_PAGETABLE, 0, 1);
    (void)rme_captable_delegate(subject.table, OWN_PROCESS, lab_own, subject.process.id.raw,
                                RIGHT_PROCESS_PAGETABLE, 0, 0);
    tap_check(lab_run(&subject, exchange_and_touch, window).how == LAB_FAULTED &&
                  exchanged == STATUS_OK && reached == 1,
              "PRC_PGT by the running process: the old page is gone when the call returns");
    restore();
    tap_check(lab_run(&subject, exchange_and_touch, window + 0x1000).how == LAB_PARKED &&
                  reached == 2,
              "and the new one is there");
    restore();
    tap_check(lab_run(&subject, touch_read, window + 0x1000).how == LAB_FAULTED,
              "PRC_PGT by another process counts too");
    unmap_all();
}

int main(void)
{
    if (CONFIG_RAW) {
        tap_skip("probes", "raw address spaces: there are no page tables");
        return tap_end();
    }
    subject = lab_subject_make(0);
    window = lab_window();
    for (word_t offset = 0; offset < LAB_WINDOW_BYTES; offset += sizeof(word_t))
        *(volatile word_t *)(window + offset) = CODE;
    sweep("nothing is mapped");
    one_table(PAGE_STATIC, "static pages");
    one_table(0, "dynamic pages");
    side_by_side();
    eviction();
    removal();
    smallest();
    fine();
    exchange();
    forbidden();
    across();
    return tap_end();
}
