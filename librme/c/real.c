/* SPDX-License-Identifier: Unlicense
 *
 * <math.h>, what is exact: functions of the bits of a double.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { MANTISSA = 52, EXPONENT_MASK = 0x7FF, BIAS = 1023 };

static const uint64_t hidden = (uint64_t)1 << MANTISSA, sign = (uint64_t)1 << 63;

static uint64_t bits_of(double x)
{
    uint64_t bits;

    (void)memcpy(&bits, &x, sizeof(bits));
    return bits;
}

static double double_of(uint64_t bits)
{
    double x;

    (void)memcpy(&x, &bits, sizeof(x));
    return x;
}

static int exponent_of(uint64_t bits)
{
    return (int)(bits >> MANTISSA) & EXPONENT_MASK;
}

double fabs(double x)
{
    return double_of(bits_of(x) & ~sign);
}

double trunc(double x)
{
    uint64_t bits = bits_of(x);
    int whole = exponent_of(bits) - BIAS; /* bits in front of the point, but the first */

    if (whole >= MANTISSA)
        return x;
    return double_of(whole < 0 ? bits & sign : bits & ~((hidden >> whole) - 1));
}

double floor(double x)
{
    double whole = trunc(x);

    return x < whole ? whole - 1 : whole;
}

double ceil(double x)
{
    double whole = trunc(x);

    return x > whole ? (whole == 0 && x < 0 ? -whole : whole + 1) : whole;
}

double modf(double x, double *whole)
{
    *whole = trunc(x);
    return double_of(bits_of(isinf(x) ? 0 : fabs(x - *whole)) | (bits_of(x) & sign));
}

double frexp(double x, int *exponent)
{
    uint64_t bits = bits_of(x);

    *exponent = 0;
    if (x == 0 || !isfinite(x))
        return x;
    if (exponent_of(bits) == 0) {
        bits = bits_of(x * (double)((uint64_t)1 << 60));
        *exponent = -60;
    }
    *exponent += exponent_of(bits) - (BIAS - 1);
    return double_of((bits & ~((uint64_t)EXPONENT_MASK << MANTISSA)) | (uint64_t)(BIAS - 1)
                                                                           << MANTISSA);
}

static double power_of_two(int exponent)
{
    return double_of((uint64_t)(exponent + BIAS) << MANTISSA);
}

/* In steps of which only the last one can round. */
double ldexp(double x, int exponent)
{
    enum { MAX = 1023, MIN = -1022, STEPS = 3, STEP_DOWN = MIN + MANTISSA + 1 };

    for (int i = 0; i < STEPS && exponent > MAX; i++, exponent -= MAX)
        x *= power_of_two(MAX);
    for (int i = 0; i < STEPS && exponent < MIN; i++, exponent -= STEP_DOWN)
        x *= power_of_two(STEP_DOWN);
    if (exponent > MAX || exponent < MIN)
        exponent = exponent > MAX ? MAX : MIN;
    return x * power_of_two(exponent);
}

/* As an integer times 2^*exponent. */
static uint64_t integer_of(double x, int *exponent)
{
    return (uint64_t)ldexp(frexp(x, exponent), MANTISSA + 1);
}

double fmod(double x, double y)
{
    int exponent_x, exponent_y;
    uint64_t rest, by;
    double result;

    if (isnan(x) || isnan(y) || isinf(x) || y == 0)
        return (double)NAN;
    if (fabs(x) < fabs(y) || x == 0)
        return x;
    rest = integer_of(fabs(x), &exponent_x);
    by = integer_of(fabs(y), &exponent_y);
    for (int i = exponent_x - exponent_y; i > 0; i--) {
        rest = rest >= by ? rest - by : rest;
        rest <<= 1;
    }
    rest = rest >= by ? rest - by : rest;
    result = ldexp((double)rest, exponent_y - MANTISSA - 1);
    return signbit(x) ? -result : result;
}

/* Two bits of the number give one of the root; one more than a double has rounds it. */
double sqrt(double x)
{
    int exponent;
    uint64_t size, root = 0, rest = 0;

    if (isnan(x) || x < 0)
        return (double)NAN;
    if (x == 0 || isinf(x))
        return x;
    size = integer_of(x, &exponent);
    exponent -= MANTISSA + 1;
    if (exponent % 2 != 0) {
        size <<= 1;
        exponent--;
    }
    for (int i = MANTISSA; i >= -MANTISSA - 2; i -= 2) {
        rest = rest << 2 | (i >= 0 ? size >> i & 3 : 0);
        root <<= 1;
        if (rest >= 2 * root + 1) {
            rest -= 2 * root + 1;
            root++;
        }
    }
    return ldexp((double)((root + 1) >> 1), exponent / 2 - MANTISSA / 2);
}
