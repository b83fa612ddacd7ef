/* SPDX-License-Identifier: Unlicense
 *
 * Dates of the small C library, against the host's.
 */
#include "tests/unit/tap.h"

#include <stdint.h>
#include <string.h>
#include <time.h>

/* The library's own types: its date has no more than the standard says. */
struct date {
    int tm_sec, tm_min, tm_hour, tm_mday, tm_mon, tm_year, tm_wday, tm_yday, tm_isdst;
};

long long tested_time(long long *now), tested_clock(void), tested_mktime(struct date *date);
struct date *tested_gmtime(const long long *time), *tested_localtime(const long long *time);
double tested_difftime(long long end, long long begin);
size_t tested_strftime(char *buffer, size_t size, const char *format, const struct date *date);

enum { ROUNDS = 3000, ROOM = 400 };

static uint64_t random_bits(void)
{
    static uint64_t state = 88172645463325252u;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static bool is_same_date(const struct date *left, const struct tm *right)
{
    return left->tm_sec == right->tm_sec && left->tm_min == right->tm_min &&
           left->tm_hour == right->tm_hour && left->tm_mday == right->tm_mday &&
           left->tm_mon == right->tm_mon && left->tm_year == right->tm_year &&
           left->tm_wday == right->tm_wday && left->tm_yday == right->tm_yday;
}

static bool is_same_text(const struct tm *date)
{
    static const char format[] =
        "%Y %C %y %G %g %V %m %d %e %H %I %M %S %j %u %w %U %W %a %A %b %B %h %p %c %x %X %D %T "
        "%F %R %r %n%t%% %Ey %Od";
    char ours[ROOM], theirs[ROOM];
    struct date here = {date->tm_sec,  date->tm_min,  date->tm_hour,
                        date->tm_mday, date->tm_mon,  date->tm_year,
                        date->tm_wday, date->tm_yday, 0};
    size_t length = tested_strftime(ours, ROOM, format, &here);

    if (length == strftime(theirs, ROOM, format, date) && strcmp(ours, theirs) == 0)
        return true;
    printf("# '%s' is not '%s'\n", ours, theirs);
    return false;
}

static void at_random(void)
{
    bool dates = true, texts = true, reverse = true;

    for (int i = 0; i < ROUNDS; i++) {
        long long seconds =
            (long long)(random_bits() % 200000000000u) - 50000000000; /* years 385 to 6723 */
        time_t here = (time_t)(sizeof(time_t) == 4 ? (seconds = (int32_t)seconds) : seconds);
        struct date *ours = tested_gmtime(&seconds), back = *ours;
        struct tm theirs;

        (void)gmtime_r(&here, &theirs);
        dates &= is_same_date(ours, &theirs);
        reverse &= tested_mktime(&back) == seconds;
        texts &= theirs.tm_year < -900 ||
                 is_same_text(&theirs); /* of years below 1000 glibc leaves zeros out */
    }
    tap_check(dates, "gmtime");
    tap_check(texts, "strftime");
    tap_check(reverse, "mktime takes it back");
}

static void out_of_range(void)
{
    struct date date = {
        .tm_year = 124, .tm_mon = 13, .tm_mday = -3, .tm_hour = 49, .tm_min = -61, .tm_sec = 3601};
    long long never = INT64_MAX, zero = 0;
    char small[4];

    tap_check(tested_mktime(&date) == 1738198741 && date.tm_year == 125 && date.tm_mon == 0 &&
                  date.tm_mday == 30,
              "mktime brings fields into range");
    tap_check(tested_gmtime(&never) == NULL, "a year that no int holds");
    tap_check(tested_strftime(small, sizeof(small), "%Y", &date) == 0, "a text that does not fit");
    tap_check(tested_time(&zero) == -1 && zero == -1 && tested_clock() == -1,
              "nobody tells the time");
    tap_check(tested_difftime(5, 2) == 3 && tested_localtime(&never) == NULL,
              "difftime, localtime");
}

int main(void)
{
    at_random();
    out_of_range();
    return tap_end();
}
