/* SPDX-License-Identifier: Unlicense
 *
 * The files of the process, which the system builder leaves in its program (builder/emit_files.c).
 */
#pragma once

struct rme_file {
    const char *name; /* NULL: there are no more */
    const unsigned char *begin, *end;
};

extern const struct rme_file rme_files[];
