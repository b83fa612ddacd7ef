/* SPDX-License-Identifier: Unlicense
 *
 * Nobody tells a process the time: time() and clock() are -1, which says so. Dates can be computed;
 * the local time is that of Greenwich.
 */
#pragma once

#include <stddef.h>

typedef long long time_t;
typedef long long clock_t;

#define CLOCKS_PER_SEC 1000000LL

struct tm {
    int tm_sec, tm_min, tm_hour, tm_mday, tm_mon, tm_year, tm_wday, tm_yday, tm_isdst;
};

time_t time(time_t *now);
clock_t clock(void);
double difftime(time_t end, time_t begin);
time_t mktime(struct tm *date);
struct tm *gmtime(const time_t *time);
struct tm *localtime(const time_t *time);
size_t strftime(char *buffer, size_t size, const char *format, const struct tm *date);
