/* SPDX-License-Identifier: Unlicense
 *
 * Drivers as processes, on a PC. The first process looks for devices and makes four others: a
 * driver for the second serial port and `echo`, its client, which says "ready" and sends back every
 * byte inverted;
 * a driver for a block device of virtio and `reader`, its client, which reads a megabyte, writes a
 * part of it elsewhere, inverted, and reads that again. A driver has its device and nothing else:
 * eight I/O ports and the mask of a line, or the page with the device's registers.
 *
 * docs/drivers.md goes through it. How it is started: tests/system/x86_64/drivers.py.
 */
#include "abi/boot_page.h"
#include "board.h"
#include "examples/drivers/clients.h"
#include "layout.h"
#include "rme/alloc.h"
#include "rme/assert.h"
#include "rme/print.h"
#include "rme/process.h"
#include "rme/start.h"

enum {
    PAGE_ORDER = 12,
    PAGE_BYTES = 1 << PAGE_ORDER,
    IMAGE_ORDER = 16,
};

static const rme_captable_t own = {{BOOT_CAPTABLE}};
static const rme_thread_t init = {{BOOT_THREAD}};
static const rme_kfunc_t functions = {{BOOT_KFUNC}};
static const struct pci pci = {{{BOOT_KFUNC}}};

/* ---- Memory: who has a page is said where processes are made ---- */

#define PAGES __attribute__((aligned(PAGE_BYTES)))

static_assert(sizeof(struct home) <= PAGE_BYTES, "one page");

static PAGES union {
    struct home home;
    char page[PAGE_BYTES];
} serial_home, echo_home, block_home, reader_home;

static PAGES union {
    struct serial_page serial;
    char page[PAGE_BYTES];
} serial_page;

static PAGES union {
    struct block_queue queue;
    char page[PAGE_BYTES];
} block_queue;

static PAGES struct block_page block_page;

/* Slots of everybody's capability table. */
enum { SLOT_WAKE, SLOT_OTHER, SLOT_DONE, SLOT_PORTS, SLOT_LINES, SLOTS };

/* ---- What the first process does ---- */

static void give(rme_captable_t table, word_t slot, cap_id_t what, word_t rights, word_t low,
                 word_t high)
{
    rme_assert(rme_captable_delegate(table, slot, own, what.raw, rights, low, high) == STATUS_OK);
}

static void give_functions(rme_captable_t table, word_t slot, word_t first, word_t last, word_t low,
                           word_t high)
{
    give(table, slot, functions.id, first << CAP_PAIR_SHIFT | last, low, high);
}

/* Every process has the code; what else it has is added by whoever makes it. */
static struct rme_space make_space(void)
{
    struct rme_space space = rme_space_make(0);

    (void)rme_space_add(&space, LAYOUT_USER_IMAGE, IMAGE_ORDER,
                        PAGE_READ | PAGE_EXECUTE | PAGE_CACHE | PAGE_BUFFER);
    return space;
}

static void add(struct rme_space *space, const void *base, word_t bytes)
{
    for (word_t at = 0; at < bytes; at += PAGE_BYTES)
        (void)rme_space_add(space, (word_t)base + at, PAGE_ORDER,
                            PAGE_READ | PAGE_WRITE | PAGE_CACHE | PAGE_BUFFER);
}

static void start(rme_captable_t table, const struct rme_space *space, struct home *home,
                  void (*entry)(word_t), word_t priority, word_t tid, rme_signal_t events)
{
    (void)rme_thread_make(&(struct rme_thread_plan){
        .process = rme_process_make(table, space),
        .entry = entry,
        .stack = home->stack,
        .stack_bytes = sizeof(home->stack),
        .param = (word_t)home,
        .priority = priority,
        .priority_max = priority,
        .budget = BUDGET_INFINITE,
        .tid = tid,
        .scheduler = init,
        .endpoint = events,
    });
}

/* Driver and client: the endpoint that each waits at, to which the other sends. */
struct couple {
    rme_captable_t driver_table, client_table;
    rme_signal_t driver, client;
};

static struct couple make_couple(rme_signal_t done)
{
    struct couple couple = {rme_captable_make(SLOTS), rme_captable_make(SLOTS), rme_signal_make(),
                            rme_signal_make()};

    give(couple.driver_table, SLOT_WAKE, couple.driver.id, RIGHT_SIGNAL_RECEIVE_ALL, 0, 0);
    give(couple.driver_table, SLOT_OTHER, couple.client.id, RIGHT_SIGNAL_SEND, 0, 0);
    give(couple.client_table, SLOT_WAKE, couple.client.id, RIGHT_SIGNAL_RECEIVE_ALL, 0, 0);
    give(couple.client_table, SLOT_OTHER, couple.driver.id, RIGHT_SIGNAL_SEND, 0, 0);
    give(couple.client_table, SLOT_DONE, done.id, RIGHT_SIGNAL_SEND, 0, 0);
    return couple;
}

static void bind(word_t line, rme_signal_t endpoint, bool is_message)
{
    rme_assert(rme_kfunc_call(functions, RME_KFN_INT_BIND, line, endpoint.id.raw, is_message, 0,
                              0) == STATUS_OK);
    rme_assert(rme_kfunc_call(functions, RME_KFN_INT_LOCAL_MOD, line, 1, 1, 0, 0) == STATUS_OK);
}

enum { PRIORITY_CLIENT = 1, PRIORITY_DRIVER = 2 };
enum { TID_SERIAL = 1, TID_ECHO, TID_BLOCK, TID_READER };

static void start_serial(rme_signal_t done, rme_signal_t events)
{
    enum { COM2 = 0x2F8, PORTS = 8, ISA_INTERRUPT = 3 };
    const struct boot_page *boot = (const struct boot_page *)LAYOUT_BOOT_PAGE;
    struct couple couple = make_couple(done);
    struct rme_space driver = make_space(), client = make_space();
    word_t line = boot->isa_line[ISA_INTERRUPT];

    add(&driver, &serial_home, PAGE_BYTES);
    add(&driver, &serial_page, PAGE_BYTES);
    add(&client, &echo_home, PAGE_BYTES);
    add(&client, &serial_page, PAGE_BYTES);
    give_functions(couple.driver_table, SLOT_PORTS, RME_KFN_IO_READ, RME_KFN_IO_WRITE, COM2,
                   COM2 + PORTS - 1);
    give_functions(couple.driver_table, SLOT_LINES, RME_KFN_INT_LOCAL_MOD, RME_KFN_INT_LOCAL_MOD,
                   line, line);
    serial_home.home.serial = (struct serial){
        .page = &serial_page.serial,
        .device = {.ports = rme_kfunc(SLOT_PORTS), .base = COM2},
        .lines = rme_kfunc(SLOT_LINES),
        .wake = rme_signal(SLOT_WAKE),
        .client = rme_signal(SLOT_OTHER),
        .line = line,
    };
    echo_home.home.done = rme_signal(SLOT_DONE);
    echo_home.home.echo = (struct serial_client){
        .page = &serial_page.serial,
        .driver = rme_signal(SLOT_OTHER),
        .wake = rme_signal(SLOT_WAKE),
    };
    rme_print("init: serial port at %x, line %lu\n", COM2, line);
    bind(line, couple.driver, false);
    start(couple.driver_table, &driver, &serial_home.home, serial_run, PRIORITY_DRIVER, TID_SERIAL,
          events);
    start(couple.client_table, &client, &echo_home.home, echo, PRIORITY_CLIENT, TID_ECHO, events);
}

/* The device's interrupt: a message by MSI-X, whose table the driver does not get, because a
 * message can raise any vector; or, where there is no such table, the line on which q35 lets the
 * pins of slots 0 to 24 arrive. */
static void prepare_interrupt(struct pci_function at, struct block *block)
{
    const word_t messages = BOARD_IOAPIC_LINES;
    struct pci_window window;
    struct pci_msix msix;
    word_t message;

    block->vector = VIRTIO_NO_VECTOR;
    block->line = 20 + ((word_t)at.device + pci_read(&pci, at, PCI_PIN, 1) - 1) % 4;
    if (!pci_msix_find(&pci, at, &msix) || !pci_window(&pci, at, (unsigned)msix.bar, &window))
        return;
    rme_assert(rme_call_value(RME_SVC_KFN, BOOT_KFUNC, RME_KFN_INT_MESSAGE, messages, 0, 0, 0, 0,
                              &message) == STATUS_OK);
    pci_msix_set((volatile uint32_t *)(window.base + msix.offset), 0, message);
    pci_msix_enable(&pci, at, &msix);
    block->vector = 0;
    block->line = messages;
}

/* Each page with registers once. Devices in memory share a page with their neighbours. */
static void add_registers(struct rme_space *space, const struct virtio_place *place)
{
    const word_t pages[] = {0, place->common >> PAGE_ORDER, place->notify >> PAGE_ORDER,
                            place->isr >> PAGE_ORDER, place->device >> PAGE_ORDER};

    for (unsigned i = 1; i < sizeof(pages) / sizeof(pages[0]); i++) {
        bool is_new = true;

        for (unsigned j = 0; j < i; j++)
            is_new &= pages[j] != pages[i];
        if (is_new)
            (void)rme_space_add(space, pages[i] << PAGE_ORDER, PAGE_ORDER, PAGE_READ | PAGE_WRITE);
    }
}

/* Windows that firmware has put where this process has no memory, which UEFI does, come to the end
 * of the range of devices. */
static void bring_windows(struct pci_function at)
{
    const word_t end = LAYOUT_DEVICES + LAYOUT_DEVICES_BYTES;
    struct pci_window window;

    for (unsigned bar = 0; bar < PCI_BARS; bar++)
        if (pci_window(&pci, at, bar, &window) && window.base + window.bytes > end)
            rme_assert(pci_move(&pci, at, bar, end - (1 << 24), end));
}

/* On PCI, and then by which interrupt. */
static bool find_on_pci(struct block *block)
{
    struct pci_function at;

    if (!pci_find(&pci, VIRTIO_VENDOR, VIRTIO_MODERN + VIRTIO_BLOCK, &at))
        return false;
    bring_windows(at);
    pci_command(&pci, at, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, 0);
    if (!virtio_pci_find(&pci, at, &block->virtio.place))
        return false;
    prepare_interrupt(at, block);
    rme_print("init: block device %u of bus %u, line %lu, %s\n", at.device, at.bus, block->line,
              block->vector == VIRTIO_NO_VECTOR ? "a level" : "messages");
    return true;
}

/* Where QEMU's microvm has such devices, and their lines: the inputs of its second I/O APIC. */
static bool find_in_memory(struct block *block)
{
    const word_t base = 0xFEB00000, count = 24, first_line = 24;
    word_t number;

    if (pci_read(&pci, (struct pci_function){0, 0, 0}, PCI_ID, 2) != 0xFFFF ||
        !virtio_mmio_find(base, count, VIRTIO_BLOCK, &block->virtio.place, &number))
        return false;
    block->vector = VIRTIO_NO_VECTOR;
    block->line = first_line + number;
    rme_print("init: block device %lu in memory, line %lu, a level\n", number, block->line);
    return true;
}

static bool start_block(rme_signal_t done, rme_signal_t events)
{
    struct block *block = &block_home.home.block;
    struct couple couple;
    struct rme_space driver, client;

    if (!find_on_pci(block) && !find_in_memory(block))
        return false;
    couple = make_couple(done);
    driver = make_space();
    client = make_space();
    add(&driver, &block_home, PAGE_BYTES);
    add(&driver, &block_queue, PAGE_BYTES);
    add(&driver, &block_page, sizeof(block_page));
    add_registers(&driver, &block->virtio.place);
    add(&client, &reader_home, PAGE_BYTES);
    add(&client, &block_page, sizeof(block_page));
    block->page = &block_page;
    block->shared = &block_queue.queue;
    block->wake = rme_signal(SLOT_WAKE);
    block->client = rme_signal(SLOT_OTHER);
    block->lines = rme_kfunc(SLOT_LINES);
    reader_home.home.done = rme_signal(SLOT_DONE);
    reader_home.home.reader.page = &block_page;
    reader_home.home.reader.driver = rme_signal(SLOT_OTHER);
    reader_home.home.reader.wake = rme_signal(SLOT_WAKE);
    bind(block->line, couple.driver, block->vector != VIRTIO_NO_VECTOR);
    give_functions(couple.driver_table, SLOT_LINES, RME_KFN_INT_LOCAL_MOD, RME_KFN_INT_LOCAL_MOD,
                   block->line, block->line);
    start(couple.driver_table, &driver, &block_home.home, block_run, PRIORITY_DRIVER, TID_BLOCK,
          events);
    start(couple.client_table, &client, &reader_home.home, reader, PRIORITY_CLIENT, TID_READER,
          events);
    return true;
}

/* This thread is the idle thread: it does not wait for signals but sleeps, and looks every 10 ms.
 */
static void wait_for(rme_signal_t done, rme_signal_t events, sword_t count)
{
    while (count > 0) {
        sword_t signals = rme_signal_receive(done, SIGNAL_POLL_ALL);

        rme_assert(rme_signal_receive(events, SIGNAL_POLL_ALL) == 0); /* nobody has faulted */
        count -= signals > 0 ? signals : 0;
        (void)rme_kfunc_call(functions, RME_KFN_TIMER_SET, 0, BOOT_TIMER_ENDPOINT,
                             rme_boot.clock_hz / 100, 0, 0);
        (void)rme_kfunc_call(functions, RME_KFN_IDLE_SLEEP, 0, 0, 0, 0, 0);
    }
}

static void show(const char *name, const struct home *home)
{
    rme_print("%s: %lu bytes, hash %016lx, %lu wrong\n", name, home->bytes, home->hash,
              home->wrong);
}

int main(void)
{
    rme_signal_t done = rme_signal_make(), events = rme_signal_make();
    bool has_block = start_block(done, events), is_good;

    if (!has_block)
        rme_print("init: no block device\n");
    start_serial(done, events);
    wait_for(done, events, has_block ? 2 : 1);
    show("echo", &echo_home.home);
    show("reader", &reader_home.home);
    is_good = echo_home.home.wrong == 0 && echo_home.home.bytes == ECHO_BYTES &&
              reader_home.home.wrong == 0 && reader_home.home.bytes == READ_BYTES;
    rme_print("%s passed, %s failed, 0 skipped\n", is_good ? "1" : "0", is_good ? "0" : "1");
    return 0;
}
