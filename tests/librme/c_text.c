/* SPDX-License-Identifier: Unlicense
 *
 * Text and numbers of the small C library, against the host's: printf() and strtod() to the last
 * digit, <string.h>, <ctype.h>, integers, sorting.
 */
#include "tests/unit/tap.h"

#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int tested_snprintf(char *buffer, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int tested_sprintf(char *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
double tested_strtod(const char *text, char **end);
long tested_strtol(const char *text, char **end, int base);
unsigned long tested_strtoul(const char *text, char **end, int base);
long long tested_strtoll(const char *text, char **end, int base);
unsigned long long tested_strtoull(const char *text, char **end, int base);
void tested_qsort(void *array, size_t count, size_t bytes,
                  int (*compare)(const void *, const void *));
void *tested_bsearch(const void *key, const void *array, size_t count, size_t bytes,
                     int (*compare)(const void *, const void *));
extern int tested_errno;

void *tested_memchr(const void *text, int c, size_t count);
char *tested_strcat(char *to, const char *from), *tested_strchr(const char *text, int c),
    *tested_strcpy(char *to, const char *from),
    *tested_strncat(char *to, const char *from, size_t count),
    *tested_strncpy(char *to, const char *from, size_t count),
    *tested_strpbrk(const char *text, const char *set), *tested_strrchr(const char *text, int c),
    *tested_strstr(const char *text, const char *part);
int tested_strncmp(const char *left, const char *right, size_t count);
size_t tested_strspn(const char *text, const char *set),
    tested_strcspn(const char *text, const char *set);

typedef int of_character(int c);
of_character tested_isalnum, tested_isalpha, tested_isblank, tested_iscntrl, tested_isdigit,
    tested_isgraph, tested_islower, tested_isprint, tested_ispunct, tested_isspace, tested_isupper,
    tested_isxdigit, tested_tolower, tested_toupper;

enum { ROUNDS = 3000, ROOM = 2400 };

static char ours[ROOM], theirs[ROOM];

static uint64_t random_bits(void)
{
    static uint64_t state = 88172645463325252u;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static double double_of(uint64_t bits)
{
    double x;

    memcpy(&x, &bits, sizeof(x));
    return x;
}

/* Any but NaN, whose sign printf() of the library does not tell. */
static double random_double(void)
{
    double x =
        random_bits() % 4 != 0 ? double_of(random_bits()) : (double)(int64_t)random_bits() / 1024;

    return isnan(x) ? 0 : x;
}

static bool is_same_text(int length, int length_here)
{
    if (length == length_here && strcmp(ours, theirs) == 0)
        return true;
    printf("# '%s' is not '%s'\n", ours, theirs);
    return false;
}

/* `...` is a format and its arguments. */
#define FORMAT(...)                                                                                \
    is_same_text(tested_snprintf(ours, ROOM, __VA_ARGS__), snprintf(theirs, ROOM, __VA_ARGS__))
#define SAME(...) tap_check(FORMAT(__VA_ARGS__), #__VA_ARGS__)

static void integers(void)
{
    SAME("%d %i %u %o %x %X", -5, INT_MIN, UINT_MAX, 8, 255, 0xBEEF);
    SAME("%hhd %hd %ld %lld %zu %jd %td", 300, 70000, LONG_MIN, LLONG_MIN, (size_t)-1, (intmax_t)-7,
         (ptrdiff_t)3);
    SAME("%hhu %hu %lu %llu %llx", 300, 70000, ULONG_MAX, ULLONG_MAX, ULLONG_MAX);
    SAME("[%5d|%-5d|%05d|%+d|% d|%+5d|%.3d|%8.3d|%-8.3d|%08.3d]", 42, 42, 42, 42, 42, 42, 42, 42,
         42, 42);
    SAME("[%5d|%-5d|%05d|%+d|% d|%.3d|%8.3d]", -42, -42, -42, -42, -42, -42, -42);
    SAME("[%#x|%#X|%#o|%#x|%#o|%#8x|%#08x|%-#8x|%.0d|%.0o|%#.0o]", 255, 255, 8, 0, 0, 255, 255, 255,
         0, 0, 0);
    SAME("[%*d|%-*d|%.*d|%*d]", 6, 42, 6, 42, 4, 42, -6, 42);
}

static void texts(void)
{
    SAME("%s %c %%", "text", 'c');
    SAME("[%8s|%-8s|%.2s|%8.2s|%3c|%-3c|%.0s]", "abc", "abc", "abc", "abc", 'x', 'y', "abc");
    SAME("%p", (void *)(uintptr_t)0xBEEF);
    tap_check(tested_snprintf(ours, 4, "%s", "abcdef") == 6 && strcmp(ours, "abc") == 0,
              "what does not fit is left out");
    tap_check(tested_snprintf(NULL, 0, "%d", 1234) == 4, "the length of a text that goes nowhere");
    tap_check(tested_sprintf(ours, "%d!", 7) == 2 && strcmp(ours, "7!") == 0, "sprintf");
    tap_check(tested_snprintf(ours, ROOM, "%f %F %g", (double)NAN, -(double)NAN, (double)NAN) ==
                      11 &&
                  strcmp(ours, "nan NAN nan") == 0,
              "a NaN has no sign");
}

static void doubles(void)
{
    bool is_same = true;

    SAME("%f %e %g %G %E", 0.0, 0.0, 0.0, -0.0, -0.0);
    SAME("%.14g %.14g %.14g %.14g", 0.1, 1e15, 1e14, 1.0 / 3);
    SAME("%.14g %.14g %.14g %.14g", 123456789012345678.0, 1e100, -1e-100, 3.14159265358979);
    SAME("%.17g %.17g %.0f %.0f %.0f %.0f", 0.1, 5e-324, 0.5, 1.5, 2.5, 1e300);
    SAME("%.3f %.0e %.1e %.10e %#.0f %#.0e %#g %#x", 1.0005, 1.5, 9.95, 1e23, 1.0, 1.0, 1.0, 0);
    SAME("[%10.2f|%-10.2f|%010.2f|%+.2f|% .2f|%+10.1e|%010.1e]", 3.14159, 3.14159, -3.14159,
         3.14159, 3.14159, 31.4, 31.4);
    SAME("%f %F %e %g [%8f|%-8f|%08f]", (double)INFINITY, -(double)INFINITY, (double)INFINITY,
         (double)INFINITY, (double)INFINITY, (double)INFINITY, -(double)INFINITY);
    SAME("%.1100f", DBL_TRUE_MIN);
    SAME("%.1200e", DBL_TRUE_MIN);
    SAME("%.20f %f %.99f", DBL_MAX, DBL_MAX, -DBL_MAX);
    SAME("%g %g %g %g %g %g", 99999.95, 999999.5, 0.0001, 0.00001, 100000.0, 1000000.0);
    SAME("%a %A %a %a %.0a %.1a %.3a %.20a %a", 1.0, 255.5, 0.0, -0.1, 1.5, 1.03125, 0.1, 0.1,
         DBL_MAX);
    SAME("[%20a|%-20a|%020a|%+a|%#a|%#.0a]", 1.5, 1.5, 1.5, 1.5, 1.0, 1.0);
    for (int i = 0; i < ROUNDS; i++) {
        double x = random_double();
        int places = (int)(random_bits() % 25);

        is_same &= FORMAT("%.*g|%.*e|%.*f|%.14g|%a", places, x, places, x, places, x, x,
                          fabs(x) < DBL_MIN ? 0 : x);
    }
    tap_check(is_same, "doubles at random");
}

static bool is_read(const char *text)
{
    char *end, *end_here;
    double number = tested_strtod(text, &end), number_here = strtod(text, &end_here);

    if ((memcmp(&number, &number_here, sizeof(number)) == 0 ||
         (isnan(number) && isnan(number_here))) &&
        end == end_here)
        return true;
    printf("# strtod: %s is %a, not %a, behind %td, not %td\n", text, number, number_here,
           end - text, end_here - text);
    return false;
}

/* The middle of two doubles, to the last digit, and more and less than that. */
static bool is_middle_read(void)
{
    uint64_t bits = random_bits() & INT64_MAX;
    double x = double_of(bits), y = double_of(bits + 1);
    bool is_good = true;
    long double middle = ((long double)x + (long double)y) / 2;
    size_t length;

    if (!isfinite(x) || !isfinite(y))
        return true;
    length = (size_t)snprintf(theirs, ROOM, "%.1100Lf", middle);
    is_good &= is_read(theirs);
    theirs[length] = '1';
    theirs[length + 1] = '\0';
    is_good &= is_read(theirs);
    (void)snprintf(theirs, ROOM, "%.800Le", middle * 0.99999999999999999995L);
    return is_good && is_read(theirs);
}

static void reading(void)
{
    static const char *const cases[] = {"0",
                                        "-0",
                                        "1",
                                        " \t\n+12.5e2x",
                                        ".5",
                                        "5.",
                                        ".",
                                        "",
                                        "-",
                                        "+.e1",
                                        "1e",
                                        "1e+",
                                        "1e5",
                                        "1E-5",
                                        "0x",
                                        "0x1",
                                        "0x.8p1",
                                        "0x1p-1074",
                                        "0x1.fffffffffffff8p1023",
                                        "0x1.fffffffffffff7p1023",
                                        "0xAp",
                                        "0x1.8p+",
                                        "inf",
                                        "-Infinity",
                                        "infinit",
                                        "nan",
                                        "nanx",
                                        "1e400",
                                        "-1e400",
                                        "1e-400",
                                        "1e99999999999",
                                        "1e-99999999999",
                                        "0e99999999999",
                                        "4.9406564584124654e-324",
                                        "2.4703282292062327e-324",
                                        "2.4703282292062328e-324",
                                        "2.2250738585072011e-308",
                                        "2.2250738585072014e-308",
                                        "1.7976931348623157e308",
                                        "1.7976931348623158e308",
                                        "1.7976931348623159e308",
                                        "9007199254740993",
                                        "9007199254740992.999999999999999999999999999999999999999",
                                        "123456789012345678901234567890",
                                        "00000000000000000000000000000000000001",
                                        "0.00000000000000000000000000000000000001e38",
                                        "0x1234567890abcdef12345p-30",
                                        "0x0.0000000000000000000000000001p200",
                                        "1.2.3"};
    bool is_good = true;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        is_good &= is_read(cases[i]);
    tap_check(is_good, "strtod of cases");
    is_good = true;
    for (int i = 0; i < ROUNDS; i++) {
        double x = random_double();

        (void)snprintf(theirs, ROOM, i % 3 == 0 ? "%.17g" : i % 3 == 1 ? "%.30e" : "%a", x);
        is_good &= is_read(theirs);
        (void)snprintf(theirs, ROOM, "%llu.%llue%d",
                       (unsigned long long)random_bits() >> random_bits() % 64,
                       (unsigned long long)random_bits(), (int)(random_bits() % 700) - 350);
        is_good &= is_read(theirs);
    }
    tap_check(is_good, "strtod of numbers at random");
    is_good = true;
    for (int i = 0; i < ROUNDS / 10; i++)
        is_good &= is_middle_read();
    tap_check(is_good, "strtod of middles");
    (void)memset(theirs, '9', 2000);
    theirs[0] = '.';
    theirs[2000] = '\0';
    tap_check(is_read(theirs), "strtod of many digits");
}

#define INTEGER(name, type)                                                                        \
    do {                                                                                           \
        bool is_good = true;                                                                       \
                                                                                                   \
        for (size_t i = 0; i < sizeof(texts_of) / sizeof(texts_of[0]); i++)                        \
            for (int base = 0; base <= 36; base += base == 0 ? 2 : 1) {                            \
                char *end, *end_here;                                                              \
                                                                                                   \
                tested_errno = errno = 0;                                                          \
                is_good &= tested_##name(texts_of[i], &end, base) ==                               \
                               name(texts_of[i], &end_here, base) &&                               \
                           end == end_here && tested_errno == (errno == EINVAL ? 0 : errno);       \
            }                                                                                      \
        tap_check(is_good, #name);                                                                 \
    } while (0)

static void integer_reading(void)
{
    static const char *const texts_of[] = {"0",
                                           "-0",
                                           "12",
                                           " +12",
                                           "-12x",
                                           "0x1F",
                                           "0xG",
                                           "017",
                                           "zz",
                                           "",
                                           "-",
                                           "9223372036854775807",
                                           "9223372036854775808",
                                           "-9223372036854775808",
                                           "-9223372036854775809",
                                           "18446744073709551615",
                                           "18446744073709551616",
                                           "2147483647",
                                           "2147483648",
                                           "-2147483648",
                                           "-2147483649",
                                           "4294967295",
                                           "4294967296"};

    INTEGER(strtol, long);
    INTEGER(strtoul, unsigned long);
    INTEGER(strtoll, long long);
    INTEGER(strtoull, unsigned long long);
}

static int sign_of(int x)
{
    return (x > 0) - (x < 0);
}

static void strings(void)
{
    bool is_good = true;

    for (int i = 0; i < ROUNDS; i++) {
        char left[12] = {0}, right[6] = {0}, a[32], b[32];
        size_t count = random_bits() % 14;
        int c = "abc"[random_bits() % 3];

        for (size_t j = random_bits() % 11; j-- > 0;)
            left[j] = "abc"[random_bits() % 3];
        for (size_t j = random_bits() % 4; j-- > 0;)
            right[j] = "abc"[random_bits() % 3];
        is_good &= tested_strstr(left, right) == strstr(left, right) &&
                   tested_strchr(left, c) == strchr(left, c);
        is_good &= tested_strrchr(left, c) == strrchr(left, c) &&
                   tested_strchr(left, 0) == strchr(left, 0);
        is_good &= tested_strspn(left, right) == strspn(left, right) &&
                   tested_strcspn(left, right) == strcspn(left, right);
        is_good &= tested_strpbrk(left, right) == strpbrk(left, right) &&
                   tested_strrchr(left, 0) == strrchr(left, 0);
        is_good &= tested_memchr(left, c, count % 12) == memchr(left, c, count % 12);
        is_good &=
            sign_of(tested_strncmp(left, right, count)) == sign_of(strncmp(left, right, count));
        (void)memset(a, 'x', sizeof(a));
        (void)memset(b, 'x', sizeof(b));
        is_good &= tested_strncpy(a, left, count) == a && strncpy(b, left, count) == b &&
                   memcmp(a, b, sizeof(a)) == 0;
        is_good &=
            tested_strcpy(a, left) == a && strcpy(b, left) == b && memcmp(a, b, sizeof(a)) == 0;
        is_good &=
            tested_strcat(a, right) == a && strcat(b, right) == b && memcmp(a, b, sizeof(a)) == 0;
        is_good &= tested_strncat(a, left, count) == a && strncat(b, left, count) == b &&
                   memcmp(a, b, sizeof(a)) == 0;
    }
    tap_check(is_good, "strings at random");
}

static void characters(void)
{
    static const struct {
        of_character *here, *there;
    } functions[] = {
        {tested_isalnum, isalnum}, {tested_isalpha, isalpha}, {tested_isblank, isblank},
        {tested_iscntrl, iscntrl}, {tested_isdigit, isdigit}, {tested_isgraph, isgraph},
        {tested_islower, islower}, {tested_isprint, isprint}, {tested_ispunct, ispunct},
        {tested_isspace, isspace}, {tested_isupper, isupper}, {tested_isxdigit, isxdigit}};
    bool is_good = true;

    for (int c = -1; c < 256; c++) {
        for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
            is_good &= (functions[i].here(c) != 0) == (functions[i].there(c) != 0);
        is_good &= tested_tolower(c) == tolower(c) && tested_toupper(c) == toupper(c);
    }
    tap_check(is_good, "every character");
}

static int by_number(const void *left, const void *right)
{
    const int *a = left, *b = right;

    return (*a > *b) - (*a < *b);
}

static void sorting(void)
{
    enum { COUNT = 50 };
    bool is_good = true;

    for (int i = 0; i < ROUNDS / 10; i++) {
        int here[COUNT], there[COUNT], key = (int)(random_bits() % 60);
        size_t count = random_bits() % (COUNT + 1);
        const int *found;

        for (size_t j = 0; j < count; j++)
            here[j] = there[j] = (int)(random_bits() % 60);
        tested_qsort(here, count, sizeof(int), by_number);
        qsort(there, count, sizeof(int), by_number);
        is_good &= memcmp(here, there, count * sizeof(int)) == 0;
        found = tested_bsearch(&key, here, count, sizeof(int), by_number);
        is_good &= (found == NULL) == (bsearch(&key, there, count, sizeof(int), by_number) == NULL);
        is_good &= found == NULL || *found == key;
    }
    tap_check(is_good, "sorting and searching");
}

int main(void)
{
    integers();
    texts();
    doubles();
    reading();
    integer_reading();
    strings();
    characters();
    sorting();
    return tap_end();
}
