/* SPDX-License-Identifier: Unlicense
 *
 * <math.h> of the small C library, against the host's with 64 bits: how far from the true value, in
 * units of the last place; what is exact, and special cases, against the host's doubles.
 */
#include "tests/unit/tap.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

typedef double one(double);
typedef double two(double, double);

one tested_acos, tested_asin, tested_atan, tested_ceil, tested_cos, tested_exp, tested_fabs,
    tested_floor, tested_log, tested_log10, tested_log2, tested_sin, tested_sqrt, tested_tan,
    tested_trunc;
two tested_atan2, tested_fmod, tested_pow;
double tested_frexp(double x, int *exponent);
double tested_ldexp(double x, int exponent);
double tested_modf(double x, double *whole);

enum { ROUNDS = 4000 };
static const double worst_allowed = 0.51;

static uint64_t random_bits(void)
{
    static uint64_t state = 88172645463325252u;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/* Of any size between 2^-range and 2^range. */
static double random_double(int range)
{
    double x = ldexp((double)(random_bits() >> 11) * 0x1p-53 + 1,
                     (int)(random_bits() % (unsigned)(2 * range)) - range);

    return random_bits() % 2 != 0 ? -x : x;
}

static double random_bits_double(void)
{
    uint64_t bits = random_bits();
    double x;

    memcpy(&x, &bits, sizeof(x));
    return x;
}

static bool is_same(double left, double right)
{
    return memcmp(&left, &right, sizeof(left)) == 0 || (isnan(left) && isnan(right));
}

/* In units of the last place of the true value. */
static double distance(double ours, long double truth)
{
    double nearest = (double)truth;
    int exponent;

    if (!isfinite(nearest) || fabs(nearest) < DBL_MIN)
        return is_same(ours, nearest) || fabs(ours - nearest) <= DBL_TRUE_MIN ? 0 : INFINITY;
    (void)frexpl(truth, &exponent);
    return (double)(fabsl((long double)ours - truth) / ldexpl(1, exponent - DBL_MANT_DIG));
}

#define NEAR(name, x_expression)                                                                   \
    do {                                                                                           \
        double worst = 0, worst_x = 0;                                                             \
                                                                                                   \
        for (int i = 0; i < ROUNDS; i++) {                                                         \
            double x = (x_expression), apart = distance(tested_##name(x), name##l(x));             \
                                                                                                   \
            worst_x = apart > worst ? x : worst_x;                                                 \
            worst = apart > worst ? apart : worst;                                                 \
        }                                                                                          \
        printf("# " #name ": %.4f at %a\n", worst, worst_x);                                       \
        tap_check(worst < worst_allowed, #name " of " #x_expression);                              \
    } while (0)

#define NEAR_2(name, x_expression, y_expression)                                                   \
    do {                                                                                           \
        double worst = 0, worst_x = 0, worst_y = 0;                                                \
                                                                                                   \
        for (int i = 0; i < ROUNDS; i++) {                                                         \
            double x = (x_expression), y = (y_expression);                                         \
            double apart = distance(tested_##name(x, y), name##l(x, y));                           \
                                                                                                   \
            worst_x = apart > worst ? x : worst_x;                                                 \
            worst_y = apart > worst ? y : worst_y;                                                 \
            worst = apart > worst ? apart : worst;                                                 \
        }                                                                                          \
        printf("# " #name ": %.4f at %a, %a\n", worst, worst_x, worst_y);                          \
        tap_check(worst < worst_allowed, #name " of " #x_expression ", " #y_expression);           \
    } while (0)

static void nearest(void)
{
    NEAR(exp, random_double(9));
    NEAR(exp, random_double(60));
    NEAR(log, fabs(random_double(1000)));
    NEAR(log, 1 + random_double(20) * 0x1p-21);
    NEAR(log2, fabs(random_double(1000)));
    NEAR(log10, fabs(random_double(1000)));
    NEAR(sin, random_double(30));
    NEAR(sin, random_double(1000));
    NEAR(cos, random_double(1000));
    NEAR(tan, random_double(1000));
    NEAR(sin, round(random_double(30)) * M_PI); /* where digits cancel */
    NEAR(cos, (round(random_double(30)) + 0.5) * M_PI);
    NEAR(asin, random_double(40) * 0x1p-40);
    NEAR(acos, random_double(40) * 0x1p-40);
    NEAR(acos, 1 - fabs(random_double(40) * 0x1p-40));
    NEAR(atan, random_double(70));
    NEAR_2(atan2, random_double(70), random_double(70));
    NEAR_2(atan2, random_double(1000), random_double(1000));
    NEAR_2(pow, fabs(random_double(10)), random_double(6));
    NEAR_2(pow, 1 + fabs(random_double(30)) * 0x1p-31, random_double(40));
    NEAR_2(pow, round(random_double(5)), round(random_double(6)));
}

static const double special[] = {0.0,
                                 -0.0,
                                 1,
                                 -1,
                                 0.5,
                                 -0.5,
                                 2,
                                 -2,
                                 3,
                                 -3,
                                 1.5,
                                 -1.5,
                                 2.5,
                                 -2.5,
                                 1e300,
                                 -1e300,
                                 1e-300,
                                 -1e-300,
                                 0x1p52,
                                 0x1p53 + 2,
                                 -0x1p53,
                                 DBL_MAX,
                                 -DBL_MAX,
                                 DBL_MIN,
                                 DBL_TRUE_MIN,
                                 -DBL_TRUE_MIN,
                                 INFINITY,
                                 -INFINITY,
                                 NAN,
                                 710,
                                 -746,
                                 4503599627370495.5};
enum { SPECIALS = sizeof(special) / sizeof(special[0]) };

/* What IEEE 754 has no freedom in. */
#define EXACT(name)                                                                                \
    do {                                                                                           \
        bool is_exact = true;                                                                      \
                                                                                                   \
        for (int i = 0; i < ROUNDS + SPECIALS; i++) {                                              \
            double x = i < SPECIALS ? special[i]                                                   \
                       : i % 2 != 0 ? random_double(70)                                            \
                                    : random_bits_double();                                        \
                                                                                                   \
            if (is_same(tested_##name(x), name(x)))                                                \
                continue;                                                                          \
            is_exact = false;                                                                      \
            printf("# " #name "(%a) is %a, not %a\n", x, tested_##name(x), name(x));               \
        }                                                                                          \
        tap_check(is_exact, #name " is exact");                                                    \
    } while (0)

/* Of no digits: a limit, zero, or no number at all. */
static bool is_plain(double x)
{
    return !isfinite(x) || x == 0 || fabs(x) == 1;
}

#define SPECIAL(name)                                                                              \
    do {                                                                                           \
        bool is_right = true;                                                                      \
                                                                                                   \
        for (int i = 0; i < SPECIALS; i++)                                                         \
            if (is_plain(name(special[i])) &&                                                      \
                !is_same(tested_##name(special[i]), name(special[i]))) {                           \
                is_right = false;                                                                  \
                printf("# " #name "(%a) is %a, not %a\n", special[i], tested_##name(special[i]),   \
                       name(special[i]));                                                          \
            }                                                                                      \
        tap_check(is_right, #name " of special values");                                           \
    } while (0)

#define SPECIAL_2(name)                                                                            \
    do {                                                                                           \
        bool is_right = true;                                                                      \
                                                                                                   \
        for (int i = 0; i < SPECIALS * SPECIALS; i++) {                                            \
            double x = special[i / SPECIALS], y = special[i % SPECIALS];                           \
                                                                                                   \
            if (!is_plain(name(x, y)) || is_same(tested_##name(x, y), name(x, y)))                 \
                continue;                                                                          \
            is_right = false;                                                                      \
            printf("# " #name "(%a, %a) is %a, not %a\n", x, y, tested_##name(x, y), name(x, y));  \
        }                                                                                          \
        tap_check(is_right, #name " of special values");                                           \
    } while (0)

static void remainders(void)
{
    bool is_exact = true;

    for (int i = 0; i < ROUNDS; i++) {
        double x = i % 2 != 0 ? random_double(70) : random_bits_double();
        double y = i % 4 < 2 ? random_double(70) : random_bits_double();

        is_exact &= is_same(tested_fmod(x, y), fmod(x, y));
    }
    tap_check(is_exact, "fmod is exact");
}

static void parts(void)
{
    bool is_exact = true;

    for (int i = 0; i < ROUNDS + SPECIALS; i++) {
        double x = i < SPECIALS ? special[i] : random_bits_double(), whole, whole_here;
        int exponent = 0, exponent_here = 0, shift = (int)(random_bits() % 4500) - 2250;

        is_exact &=
            is_same(tested_modf(x, &whole), modf(x, &whole_here)) && is_same(whole, whole_here);
        is_exact &= is_same(tested_frexp(x, &exponent), frexp(x, &exponent_here)) &&
                    (exponent == exponent_here || !isfinite(x));
        is_exact &= is_same(tested_ldexp(x, shift), ldexp(x, shift));
    }
    tap_check(is_exact, "modf, frexp and ldexp are exact");
}

int main(void)
{
    nearest();
    EXACT(fabs);
    EXACT(floor);
    EXACT(ceil);
    EXACT(trunc);
    EXACT(sqrt);
    SPECIAL(exp);
    SPECIAL(log);
    SPECIAL(log2);
    SPECIAL(log10);
    SPECIAL(sin);
    SPECIAL(cos);
    SPECIAL(tan);
    SPECIAL(asin);
    SPECIAL(acos);
    SPECIAL(atan);
    SPECIAL_2(atan2);
    SPECIAL_2(pow);
    SPECIAL_2(fmod);
    remainders();
    parts();
    return tap_end();
}
