/* SPDX-License-Identifier: Unlicense
 *
 * What the builder writes, one function for each file, all below a folder. Same input, same bytes:
 * no dates, no order of pointers, no absolute path. A file that would not change is left alone, so
 * that nothing is built again for it.
 */
#pragma once

#include "builder/board.h"
#include "builder/description.h"

#include <stdarg.h>

/* A text that grows. */
struct output {
    char *text;
    size_t length, room;
};

__attribute__((format(printf, 2, 3))) void put(struct output *output, const char *format, ...);
void put_bytes(struct output *output, const void *bytes, size_t count);

/* Write it, and the folders on the way. False, and a complaint: that cannot be. */
bool output_save(const struct output *output, const char *path);

/* DIR/PROCESS/handles.h, DIR/PROCESS/files.S and DIR/system.cmake: all that the build needs before
 * it compiles. */
bool emit_handles(const struct system *system, const struct board *board, const char *dir);
bool emit_files(const struct system *system, const struct board *board, const char *dir);
bool emit_cmake(const struct system *system, const struct board *board, const char *dir);

/* DIR/PROCESS.pre.ld: everything at the base of its memory, to learn the sizes; DIR/PROCESS.ld:
 * where it was placed. */
bool emit_scripts(const struct system *system, const struct board *board, const char *dir,
                  bool is_placed);
