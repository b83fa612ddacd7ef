/* SPDX-License-Identifier: Unlicense
 *
 * <math.h>: exponentials and logarithms, by their series, with twice the digits (twice.h).
 */
#include "twice.h"

#include <math.h>
#include <stdbool.h>

static const struct twice ln2 = {0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56};
static const struct twice ln10 = {0x1.26bb1bbb55516p+1, -0x1.f48ad494ea3e9p-53};

enum { OVERFLOWN = 710, UNDERFLOWN = -746 }; /* e to the power of that */

/* e^x, of UNDERFLOWN < x < OVERFLOWN. By e^x = 2^k (e^(r / 256))^256, where |r| is below 0.35; what
 * is carried along is e^... - 1, whose digits the 1 would take. */
static double power_of_e(struct twice x)
{
    enum { TERMS = 11, HALVINGS = 8 };
    double k = floor(x.high / ln2.high + 0.5);
    struct twice r = twice_add(x, twice_multiply(twice_of(-k), ln2));
    struct twice sum = twice_one;

    r = (struct twice){r.high / (1 << HALVINGS), r.low / (1 << HALVINGS)};
    for (int i = TERMS; i > 1; i--)
        sum = twice_add(twice_one, twice_multiply(sum, twice_divide(r, twice_of(i))));
    sum = twice_multiply(sum, r);
    for (int i = 0; i < HALVINGS; i++)
        sum = twice_add(twice_add(sum, sum), twice_multiply(sum, sum));
    sum = twice_add(twice_one, sum);
    return ldexp(sum.high, (int)k);
}

/* ln x, of finite x > 0, which is m 2^k: 2 artanh((m - 1) / (m + 1)) + k ln 2. */
static struct twice logarithm(double x)
{
    enum { TERMS = 23 };
    int k;
    double m = frexp(x, &k);
    struct twice s, square, sum;

    if (m < 0x1.6a09e667f3bcdp-1) { /* the root of 1/2 */
        m *= 2;
        k--;
    }
    s = twice_divide(twice_sum(m, -1), twice_sum(m, 1));
    square = twice_multiply(s, s);
    sum = twice_divide(twice_one, twice_of(2 * TERMS + 1));
    for (int i = TERMS - 1; i >= 0; i--)
        sum = twice_add(twice_multiply(sum, square), twice_divide(twice_one, twice_of(2 * i + 1)));
    sum = twice_multiply(sum, s);
    return twice_add(twice_add(sum, sum), twice_multiply(twice_of(k), ln2));
}

double exp(double x)
{
    if (isnan(x))
        return x;
    if (x >= OVERFLOWN)
        return HUGE_VAL;
    return x <= UNDERFLOWN ? 0 : power_of_e(twice_of(x));
}

/* Whether a logarithm is one of those that have no digits, and which. */
static bool is_special(double x, double *result)
{
    if (x > 0 && !isinf(x))
        return false;
    *result = x == 0 ? -HUGE_VAL : x < 0 ? (double)NAN : x;
    return true;
}

double log(double x)
{
    double result;

    return is_special(x, &result) ? result : logarithm(x).high;
}

double log2(double x)
{
    double result;

    return is_special(x, &result) ? result : twice_divide(logarithm(x), ln2).high;
}

double log10(double x)
{
    double result;

    return is_special(x, &result) ? result : twice_divide(logarithm(x), ln10).high;
}

static bool is_odd(double y)
{
    return fabs(y) < 0x1p53 && fmod(fabs(y), 2) == 1;
}

/* C17, F.10.4.4: of x = 0, of infinities, and of what is no number. */
static bool is_special_power(double x, double y, double *result)
{
    double size = fabs(x);
    bool is_large = (size > 1) == (y > 0); /* the power of a size that is not 1 */
    bool is_root = x < 0 && isfinite(x) && isfinite(y) && trunc(y) != y;

    if (y == 0 || x == 1)
        *result = 1;
    else if (isnan(x) || isnan(y) || is_root)
        *result = (double)NAN;
    else if (isinf(y))
        *result = size == 1 ? 1 : is_large ? HUGE_VAL : 0;
    else if (x == 0 || isinf(x))
        *result = is_large ? HUGE_VAL : 0;
    else
        return false;
    if (signbit(x) && (x == 0 || isinf(x)) && is_odd(y))
        *result = -*result;
    return true;
}

double pow(double x, double y)
{
    struct twice log_x;
    double size, result;

    if (is_special_power(x, y, &result))
        return result;
    log_x = logarithm(fabs(x));
    size = log_x.high * y;
    if (size == 0)
        result = 1;
    else if (size >= OVERFLOWN)
        result = HUGE_VAL;
    else
        result = size <= UNDERFLOWN ? 0 : power_of_e(twice_multiply(log_x, twice_of(y)));
    return x < 0 && is_odd(y) ? -result : result;
}
