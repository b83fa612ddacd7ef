/* SPDX-License-Identifier: Unlicense
 *
 * What a thread can do with addresses of the kernel's half: nothing. Then this process stays in
 * user mode for good, so that view.py and panics.py can look at the machine from outside.
 */
#include "layout.h"
#include "tests/system/threads.h"

static volatile word_t survivors;

static void read_word(word_t address)
{
    (void)*(volatile word_t *)address;
    survivors++;
    stop();
}

static void write_word(word_t address)
{
    *(volatile word_t *)address = 0;
    survivors++;
    stop();
}

static void execute(word_t address)
{
    ((void (*)(void))address)();
    survivors++;
    stop();
}

static bool faults(void (*entry)(word_t param), word_t address)
{
    rme_thread_t thread = THREAD(.entry = entry, .param = address, .budget = BUDGET_INFINITE);
    sword_t event;

    survivors = 0;
    step_down(2);
    event = rme_thread_receive_event(init);
    return thread_end(thread) && survivors == 0 && event == (sword_t)(1 | EVENT_FAULTED);
}

static const struct {
    word_t address;
    const char *name;
} places[] = {
    {LAYOUT_KERNEL_WINDOW + LAYOUT_KERNEL_IMAGE, "the kernel's text"},
    {LAYOUT_KERNEL_WINDOW + LAYOUT_BOOT_PAGE, "the boot page in the kernel's window"},
    {LAYOUT_KMEM, "kernel memory"},
    {LAYOUT_GUEST, "the window of guests"},
    {LAYOUT_LOCAL_APIC, "the local APIC"},
    {LAYOUT_IO_APIC, "the I/O APIC"},
    {LAYOUT_KERNEL_IMAGE, "the kernel's image where it lies in physical memory"},
    {LAYOUT_KMEM - LAYOUT_KERNEL_WINDOW, "kernel memory where it lies"},
};

int main(void)
{
    (void)set_priority(init, 2);
    for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        rme_print("# %s\n", places[i].name);
        tap_check(faults(read_word, places[i].address), "a thread cannot read it");
        tap_check(faults(write_word, places[i].address), "nor write it");
        tap_check(faults(execute, places[i].address), "nor execute it");
    }
    (void)tap_end();
    for (;;)
        continue;
}
