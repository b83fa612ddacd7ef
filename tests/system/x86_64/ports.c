/* SPDX-License-Identifier: Unlicense
 *
 * The I/O space by kernel functions: an access is one of 1, 2 or 4 bytes, is made as one, and every
 * port of it must lie in the range of the capability, which narrows when it is given away. What is
 * read and written are the registers of a second 16550, the address register of PCI, and ports that
 * no device has.
 */
#include "config.h"
#include "rme/alloc.h"
#include "rme/call.h"
#include "rme/start.h"
#include "tests/system/refused.h"
#include "tests/system/tap.h"

static const rme_captable_t own = {{BOOT_CAPTABLE}};
static const rme_kfunc_t all = {{BOOT_KFUNC}};

enum { COM2 = 0x2F8, SCRATCH = COM2 + 7, PCI_ADDRESS = 0xCF8, PCI_DATA = 0xCFC, PORT_MAX = 0xFFFF };
enum { READ = RME_KFN_IO_READ, WRITE = RME_KFN_IO_WRITE };

static sword_t read_by(rme_kfunc_t functions, word_t port, word_t bytes, word_t *value)
{
    return rme_call_value(RME_SVC_KFN, functions.id.raw, READ, port, bytes, 0, 0, 0, value);
}

static word_t read(word_t port, word_t bytes)
{
    word_t value = 0;

    return read_by(all, port, bytes, &value) == STATUS_OK ? value : ~(word_t)0;
}

static sword_t write_by(rme_kfunc_t functions, word_t port, word_t bytes, word_t value)
{
    return rme_kfunc_call(functions, WRITE, port, bytes, value, 0, 0);
}

static sword_t write(word_t port, word_t bytes, word_t value)
{
    return write_by(all, port, bytes, value);
}

/* A capability for functions first to last, on ports low to high. */
static rme_kfunc_t narrow(word_t first, word_t last, word_t low, word_t high)
{
    rme_kfunc_t functions = rme_kfunc(rme_alloc_slot());

    if (rme_captable_delegate(own, functions.id.raw, own, all.id.raw,
                              first << CAP_PAIR_SHIFT | last, low, high) != STATUS_OK)
        tap_check(false, "a range of ports can be given away");
    return functions;
}

/* ---- Widths ---- */

/* The address register of PCI takes accesses of four bytes alone (PCI 3.0, 3.2.2.3.2): two of two
 * bytes, or four of one, leave it as it was. */
static void widths(void)
{
    const word_t host_bridge = (word_t)1 << 31;

    tap_check(write(SCRATCH, 1, 0x5A) == STATUS_OK && read(SCRATCH, 1) == 0x5A,
              "a byte is written and read");
    tap_check(write(SCRATCH, 1, 0xFFFFFFFFFFFFFFA5) == STATUS_OK && read(SCRATCH, 1) == 0xA5,
              "of a word that is wider, the lowest one");
    tap_check(write(PCI_ADDRESS, 4, host_bridge | 0x40) == STATUS_OK &&
                  read(PCI_ADDRESS, 4) == (host_bridge | 0x40),
              "four bytes are written and read at once");
    (void)write(PCI_ADDRESS, 2, 0x80);
    (void)write(PCI_ADDRESS, 1, 0xC0);
    tap_check(read(PCI_ADDRESS, 4) == (host_bridge | 0x40),
              "and never for an access of two, or of one");
    (void)write(PCI_ADDRESS, 4, host_bridge);
    tap_check(read(PCI_DATA, 2) == 0x8086, "two bytes are read: the vendor of the host bridge");
    tap_check(read(PCI_DATA, 4) >> 16 == read(PCI_DATA + 2, 2) && read(PCI_DATA, 1) == 0x86 &&
                  read(PCI_DATA + 1, 1) == 0x80,
              "and so are four, and each byte");
    (void)write(PCI_ADDRESS, 4, host_bridge | 0x3C);
    (void)write(PCI_DATA, 1, 0x37);
    tap_check(read(PCI_DATA, 1) <= 0xFF && read(PCI_DATA, 2) <= 0xFFFF &&
                  read(PCI_DATA, 4) <= 0xFFFFFFFF,
              "a value is no wider than its access");
    (void)write(PCI_ADDRESS, 4, 0);
}

static void refusals(void)
{
    static const word_t wrong[] = {0, 3, 5, 8, 1 << 8, (word_t)1 << 32 | 1};
    word_t value = 0x77;
    bool is_right = true;

    (void)write(SCRATCH, 1, 0x11);
    for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        is_right &= read_by(all, SCRATCH, wrong[i], &value) == STATUS_ARGUMENT &&
                    write(SCRATCH, wrong[i], 0x22) == STATUS_ARGUMENT;
    tap_check(is_right, "an access has one, two or four bytes");
    REFUSED(IO_READ, ARGUMENT, read_by(all, SCRATCH, 3, &value));
    REFUSED(IO_WRITE, ARGUMENT, write(SCRATCH, 3, 0x22));
    REFUSED(IO_READ, BOUNDS, read_by(all, PORT_MAX, 2, &value));
    REFUSED(IO_WRITE, BOUNDS, write(PORT_MAX - 2, 4, 0x22));
    tap_check(read_by(all, PORT_MAX, 1, &value) == STATUS_OK &&
                  read_by(all, PORT_MAX - 1, 2, &value) == STATUS_OK &&
                  read_by(all, PORT_MAX - 3, 4, &value) == STATUS_OK,
              "up to the last port of the machine");
    tap_check(read_by(all, PORT_MAX + 1, 1, &value) == STATUS_BOUNDS &&
                  read_by(all, (word_t)1 << 16 | SCRATCH, 1, &value) == STATUS_BOUNDS &&
                  write((word_t)1 << 32 | SCRATCH, 1, 0x22) == STATUS_BOUNDS &&
                  write(~(word_t)0, 1, 0x22) == STATUS_BOUNDS &&
                  write(~(word_t)0, 4, 0x22) == STATUS_BOUNDS,
              "and none beyond, nor around it");
    tap_check(read(SCRATCH, 1) == 0x11, "nothing was written by what was refused");
}

/* ---- Ranges ---- */

static void ranges(void)
{
    rme_kfunc_t com2 = narrow(READ, WRITE, COM2, SCRATCH);
    rme_kfunc_t reader = narrow(READ, READ, COM2, SCRATCH);
    rme_kfunc_t pair = narrow(READ, WRITE, PCI_DATA, PCI_DATA + 1);
    rme_kfunc_t one = narrow(READ, WRITE, SCRATCH, SCRATCH);
    word_t value = 0;
    sword_t status;

    tap_check(write_by(com2, SCRATCH, 1, 0x33) == STATUS_OK &&
                  read_by(com2, SCRATCH, 1, &value) == STATUS_OK && value == 0x33,
              "a range of ports is had to its last one");
    tap_check(read_by(com2, COM2 - 1, 1, &value) == STATUS_BOUNDS &&
                  read_by(com2, SCRATCH + 1, 1, &value) == STATUS_BOUNDS &&
                  write_by(com2, COM2 - 1, 1, 0) == STATUS_BOUNDS &&
                  write_by(com2, SCRATCH + 1, 1, 0) == STATUS_BOUNDS,
              "and no further, up or down");
    tap_check(write_by(pair, PCI_DATA + 1, 2, 0) == STATUS_BOUNDS &&
                  read_by(pair, PCI_DATA + 1, 2, &value) == STATUS_BOUNDS &&
                  write_by(pair, PCI_DATA, 4, 0) == STATUS_BOUNDS &&
                  read_by(pair, PCI_DATA, 4, &value) == STATUS_BOUNDS &&
                  read_by(pair, PCI_DATA - 1, 2, &value) == STATUS_BOUNDS &&
                  read_by(pair, PCI_DATA, 2, &value) == STATUS_OK,
              "nor with the end of a wider access");
    tap_check(read_by(com2, SCRATCH - 3, 4, &value) == STATUS_OK && value >> 24 == 0x33,
              "which may end at the last one");
    tap_check(write_by(reader, SCRATCH, 1, 0x44) == STATUS_BOUNDS &&
                  read_by(reader, SCRATCH, 1, &value) == STATUS_OK && value == 0x33,
              "who may read may not write");
    tap_check(write_by(one, SCRATCH, 1, 0x55) == STATUS_OK && read(SCRATCH, 1) == 0x55 &&
                  read_by(one, SCRATCH - 1, 1, &value) == STATUS_BOUNDS,
              "a single port is a range");
    status = rme_captable_delegate(own, rme_alloc_slot(), own, com2.id.raw,
                                   (word_t)READ << CAP_PAIR_SHIFT | WRITE, COM2 - 1, SCRATCH);
    tap_check(status < 0 &&
                  rme_captable_delegate(own, rme_alloc_slot(), own, com2.id.raw,
                                        (word_t)READ << CAP_PAIR_SHIFT | WRITE, COM2,
                                        SCRATCH + 1) == status &&
                  rme_captable_delegate(own, rme_alloc_slot(), own, reader.id.raw,
                                        (word_t)READ << CAP_PAIR_SHIFT | WRITE, COM2, SCRATCH) < 0,
              "given away, a range becomes no wider");
    tap_check(rme_kfunc_call(com2, RME_KFN_SYS_REBOOT, COM2, 0, 0, 0, 0) == STATUS_BOUNDS &&
                  rme_kfunc_call(com2, RME_KFN_INT_BIND, COM2, 0, 0, 0, 0) == STATUS_BOUNDS,
              "nor does it have other functions");
}

/* User code itself has no port at all: tests/system/x86_64/hostile.c. */
int main(void)
{
    if (!CONFIG_KFUNC_PORT) {
        tap_skip("ports", "this build has no functions on ports");
        return tap_end();
    }
    widths();
    refusals();
    ranges();
    return tap_end();
}
