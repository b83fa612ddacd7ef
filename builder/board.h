/* SPDX-License-Identifier: Unlicense
 *
 * What the builder has to know of a board: DIR/board.json, which tools/gen_board.py leaves in a
 * build directory, with the options of that build.
 */
#pragma once

#include "builder/diagnose.h"

#include <stdint.h>

/* What an architecture fixes. */
struct machine {
    const char *arch;
    unsigned word_bytes;
    const char *begin; /* the stub in which threads begin; NULL: they need none */
    uint64_t thread_bytes, thread_fpu_bytes, port_bytes; /* librme: rme/arch/sizes.h */
    unsigned stack_align;
    uint64_t stack_extra,
        stack_extra_fpu;       /* beyond the call graph: frames of entry and exceptions */
    uint64_t stack_invocation; /* and of the stubs by which invocations are made */
};

/* Memory that the first process can hand out. */
struct range {
    uint64_t base, size;
    unsigned flags; /* PAGE_* */
};

struct device {
    const char *name;
    uint64_t base, size;
    bool is_port; /* of the I/O space: base is a number of it */
};

struct interrupt {
    const char *name;
    unsigned line, last;
};

struct board {
    const char *name;
    const struct machine *machine;
    bool has_mmu, has_fpu, is_raw, has_debug;
    unsigned regions, priorities, lines;
    uint64_t captable_bytes_max, kmem_bytes;
    unsigned boot_entries, boot_tables;
    uint64_t image, image_bytes; /* user level: where init lies, and the rest behind it */
    uint64_t ram, ram_bytes;
    struct list ranges, devices, interrupts;
};

/* NULL, and complaints. */
struct board *board_read(const char *path);
