# SPDX-License-Identifier: Unlicense
#
# The kernel's half is in every page table, so that it can be seen whatever runs. It is so from `start` on:
# at reset the processor is in another mode, where no symbol is true. Breakpoints can be set already.
set $rme_cpu = &port_area.cpu

define rme-boot
    set $rme_page = (struct boot_page *)((char *)&layout_text_begin - 4096)
    printf "loader %lu, init %lu, clock %lu, notes %lu, pieces of RAM %lu, modules %lu, CPUs %lu, text [%s]\n", $rme_page->loader, $rme_page->init, $rme_page->clock, $rme_page->notes, $rme_page->rams, $rme_page->modules, $rme_page->cpus, $rme_page->text
end
document rme-boot
rme-boot: what boot has found (docs/boot.md).
end

source tools/debug.gdb
