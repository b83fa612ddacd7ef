/* SPDX-License-Identifier: Unlicense
 *
 * Dates of the Gregorian calendar, at Greenwich. A year is counted from March, so that its last day
 * is the one that is not always there.
 */
#include <time.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { DAY = 86400, YEARS = 400, DAYS_OF_YEARS = 146097, DAYS_TO_1970 = 719468, FROM_MARCH = 306 };

time_t time(time_t *now)
{
    if (now != NULL)
        *now = -1;
    return -1;
}

clock_t clock(void)
{
    return -1;
}

double difftime(time_t end, time_t begin)
{
    return (double)end - (double)begin;
}

static long long floor_divide(long long number, long long by)
{
    return number / by - (number % by < 0 ? 1 : 0);
}

static bool is_leap(long long year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days from 1970-01-01 to the first day of a month, which counts from 0 = January. */
static long long days_to(long long year, long long month)
{
    long long since_march = (month + 10) % 12, rounds;

    year -= month < 2 ? 1 : 0;
    rounds = floor_divide(year, YEARS);
    year -= rounds * YEARS;
    return rounds * DAYS_OF_YEARS + year * 365 + year / 4 - year / 100 +
           (153 * since_march + 2) / 5 - DAYS_TO_1970;
}

/* False: the year has no room in an int. */
static bool set_date(struct tm *date, long long seconds)
{
    long long days = floor_divide(seconds, DAY), rest = seconds - days * DAY;
    long long rounds = floor_divide(days + DAYS_TO_1970, DAYS_OF_YEARS);
    long long day = days + DAYS_TO_1970 - rounds * DAYS_OF_YEARS; /* of 400 years */
    long long year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    long long of_year = day - (365 * year + year / 4 - year / 100), month = (5 * of_year + 2) / 153;
    long long number = rounds * YEARS + year + (month >= 10 ? 1 : 0);

    if (number - 1900 != (int)(number - 1900))
        return false;
    *date = (struct tm){
        .tm_sec = (int)(rest % 60),
        .tm_min = (int)(rest / 60 % 60),
        .tm_hour = (int)(rest / 3600),
        .tm_mday = (int)(of_year - (153 * month + 2) / 5) + 1,
        .tm_mon = (int)(month < 10 ? month + 2 : month - 10),
        .tm_year = (int)(number - 1900),
        .tm_wday = (int)((days % 7 + 11) % 7),
        .tm_yday = (int)(days - days_to(number, 0)),
    };
    return true;
}

struct tm *gmtime(const time_t *time)
{
    static struct tm date;

    return set_date(&date, *time) ? &date : NULL;
}

struct tm *localtime(const time_t *time)
{
    return gmtime(time);
}

time_t mktime(struct tm *date)
{
    long long months = (date->tm_year + 1900LL) * 12 + date->tm_mon,
              year = floor_divide(months, 12);
    long long days = days_to(year, months - year * 12) + date->tm_mday - 1;
    long long seconds = days * DAY + date->tm_hour * 3600LL + date->tm_min * 60LL + date->tm_sec;

    return set_date(date, seconds) ? seconds : -1;
}

/* ---- Text ---- */

static const char *const day_names[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                        "Thursday", "Friday", "Saturday"};
static const char *const month_names[] = {"January",   "February", "March",    "April",
                                          "May",       "June",     "July",     "August",
                                          "September", "October",  "November", "December"};

/* Of ISO 8601: the week that has the first Thursday is the first. Returns it, and its year. */
static int week_of(const struct tm *date, long long *year)
{
    int monday = (date->tm_wday + 6) % 7, week = (date->tm_yday - monday + 10) / 7;
    int last_wday; /* of the last day of December, from Monday */

    *year = date->tm_year + 1900LL;
    if (week == 0) {
        int days = is_leap(*year - 1) ? 366 : 365;

        --*year;
        return (date->tm_yday + days - monday + 10) / 7;
    }
    last_wday = (monday + (is_leap(*year) ? 365 : 364) - date->tm_yday) % 7;
    if (week == 53 && last_wday < 3) {
        ++*year;
        return 1;
    }
    return week;
}

struct text {
    char *at;
    size_t room;
    bool is_full;
};

static void put(struct text *to, const char *text, size_t length)
{
    if (to->is_full || length >= to->room) {
        to->is_full = true;
        return;
    }
    (void)memcpy(to->at, text, length);
    to->at += length;
    to->room -= length;
}

static void put_number(struct text *to, int width, char fill, long long number)
{
    char buffer[24];
    int length = snprintf(buffer, sizeof(buffer), fill == '0' ? "%0*lld" : "%*lld", width, number);

    put(to, buffer, (size_t)length);
}

static const char *name_of(const char *const *names, int count, int i)
{
    return i >= 0 && i < count ? names[i] : "?";
}

/* What is always the same; NULL: it is not. */
static const char *constant(char letter)
{
    switch (letter) {
    case 'n':
        return "\n";
    case 't':
        return "\t";
    case 'z':
        return "+0000";
    case 'Z':
        return "GMT";
    case '%':
        return "%";
    default:
        return NULL;
    }
}

/* What is made of others, none of which is; NULL: it is not. */
static const char *composed(char letter)
{
    static const struct {
        char letter;
        const char *format;
    } formats[] = {{'c', "%a %b %e %H:%M:%S %Y"},
                   {'x', "%m/%d/%y"},
                   {'D', "%m/%d/%y"},
                   {'X', "%H:%M:%S"},
                   {'T', "%H:%M:%S"},
                   {'F', "%Y-%m-%d"},
                   {'R', "%H:%M"},
                   {'r', "%I:%M:%S %p"}};

    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
        if (formats[i].letter == letter)
            return formats[i].format;
    return NULL;
}

/* Numbers; false: it is none. */
static bool put_field(struct text *to, char letter, const struct tm *date)
{
    long long year = date->tm_year + 1900LL, week_year;
    int week = week_of(date, &week_year), hour = date->tm_hour;
    const struct {
        char letter, fill;
        int width;
        long long number;
    } fields[] = {
        {'Y', '0', 1, year},
        {'C', '0', 2, floor_divide(year, 100)},
        {'y', '0', 2, year - floor_divide(year, 100) * 100},
        {'G', '0', 1, week_year},
        {'g', '0', 2, week_year - floor_divide(week_year, 100) * 100},
        {'V', '0', 2, week},
        {'m', '0', 2, date->tm_mon + 1},
        {'d', '0', 2, date->tm_mday},
        {'e', ' ', 2, date->tm_mday},
        {'H', '0', 2, hour},
        {'I', '0', 2, hour % 12 == 0 ? 12 : hour % 12},
        {'M', '0', 2, date->tm_min},
        {'S', '0', 2, date->tm_sec},
        {'j', '0', 3, date->tm_yday + 1},
        {'u', '0', 1, date->tm_wday == 0 ? 7 : date->tm_wday},
        {'w', '0', 1, date->tm_wday},
        {'U', '0', 2, (date->tm_yday + 7 - date->tm_wday) / 7},
        {'W', '0', 2, (date->tm_yday + 7 - (date->tm_wday + 6) % 7) / 7},
    };

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (fields[i].letter == letter) {
            put_number(to, fields[i].width, fields[i].fill, fields[i].number);
            return true;
        }
    return false;
}

static void put_name(struct text *to, const char *name, bool is_whole)
{
    size_t length = strlen(name);

    put(to, name, is_whole || length < 3 ? length : 3);
}

static void put_conversion(struct text *to, char letter, const struct tm *date)
{
    if (put_field(to, letter, date))
        return;
    if (letter == 'a' || letter == 'A')
        put_name(to, name_of(day_names, 7, date->tm_wday), letter == 'A');
    else if (letter == 'b' || letter == 'h' || letter == 'B')
        put_name(to, name_of(month_names, 12, date->tm_mon), letter == 'B');
    else if (letter == 'p')
        put(to, date->tm_hour < 12 ? "AM" : "PM", 2);
    else if (constant(letter) != NULL)
        put(to, constant(letter), strlen(constant(letter)));
}

/* Behind a format that others are made of it goes on where that stood. */
static void put_all(struct text *to, const char *format, const struct tm *date)
{
    const char *behind = NULL;

    for (;;) {
        if (*format == '\0' && behind != NULL) {
            format = behind;
            behind = NULL;
        }
        if (*format != '\0' && *format != '%') {
            put(to, format++, 1);
            continue;
        }
        if (*format == '%')
            format++;
        if (*format == 'E' || *format == 'O') /* other ways of counting, of which there are none */
            format++;
        if (*format == '\0')
            return;
        if (composed(*format) == NULL) {
            put_conversion(to, *format++, date);
        } else {
            behind = format + 1;
            format = composed(*format);
        }
    }
}

size_t strftime(char *buffer, size_t size, const char *format, const struct tm *date)
{
    struct text text = {buffer, size, size == 0};

    put_all(&text, format, date);
    if (text.is_full)
        return 0;
    *text.at = '\0';
    return (size_t)(text.at - buffer);
}
