/* SPDX-License-Identifier: Unlicense */
#pragma once

/* One for all threads of the process. */
extern int errno;

enum { ENOENT = 2, ENOMEM = 12, EINVAL = 22, EMFILE = 24, EROFS = 30, EDOM = 33, ERANGE = 34 };
#define ENOENT ENOENT
#define ENOMEM ENOMEM
#define EINVAL EINVAL
#define EMFILE EMFILE
#define EROFS  EROFS
#define EDOM   EDOM
#define ERANGE ERANGE
