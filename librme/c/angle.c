/* SPDX-License-Identifier: Unlicense
 *
 * <math.h>: functions of angles, by their series, with twice the digits (twice.h).
 */
#include "twice.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

static const struct twice pi = {0x1.921fb54442d18p+1, 0x1.1a62633145c07p-53};
static const struct twice half_pi = {0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54};
static const double tiny = 0x1p-27; /* below it the second term of a series is no digit */

/* ---- Reduction ---- */

/* 2 / pi: the bits behind the point. */
static const uint32_t two_by_pi[] = {
    0xA2F9836E, 0x4E441529, 0xFC2757D1, 0xF534DDC0, 0xDB629599, 0x3C439041, 0xFE5163AB, 0xDEBBC561,
    0xB7246E3A, 0x424DD2E0, 0x06492EEA, 0x09D1921C, 0xFE1DEB1C, 0xB129A73E, 0xE88235F5, 0x2EBB4484,
    0xE99C7026, 0xB45F7E41, 0x3991D639, 0x835339F4, 0x9C845F8B, 0xBDF9283B, 0x1FF897FF, 0xDE05980F,
    0xEF2F118B, 0x5A0A6D1F, 0x6D367ECF, 0x27CB09B7, 0x4F463F66, 0x9E5FEA2D, 0x7527BAC7, 0xEBE5F17B,
    0x3D0739F7, 0x8A5292EA, 0x6BFB5FB1, 0x1F8D5D08, 0x56033046, 0xFC7B6BAB, 0xF0CFBC20, 0x9AF4361D,
};

enum { WINDOW = 8, LIMBS = WINDOW + 2 };

/* x is (*quadrant + r) pi / 2, r between -1/2 and 1/2, of finite x > pi / 4. As only r and the last
 * bits of the quadrant count, a window of 2 / pi is enough: higher bits make whole turns, lower
 * ones nothing. The result has no fewer digits if x is as near to a multiple of pi / 2 as any
 * double is. */
static struct twice reduce(double x, unsigned *quadrant)
{
    int exponent, skip, point;
    uint64_t size = (uint64_t)ldexp(frexp(x, &exponent), 53), carry = 0;
    uint32_t limb[LIMBS] = {0};
    struct twice rest = {0, 0};
    bool is_negative;

    exponent -= 53;
    skip = exponent > 2 ? (exponent - 2) / 32 : 0;
    point = 32 * (skip + WINDOW) - exponent; /* bits behind it */
    for (int half = 0; half < 2; half++, carry = 0) {
        uint32_t factor = (uint32_t)(size >> 32 * half);

        for (int i = 0; i < WINDOW; i++) {
            carry += (uint64_t)factor * two_by_pi[skip + WINDOW - 1 - i] + limb[i + half];
            limb[i + half] = (uint32_t)carry;
            carry >>= 32;
        }
        limb[WINDOW + half] = (uint32_t)carry;
    }
    is_negative = (limb[(point - 1) / 32] >> (point - 1) % 32 & 1) != 0;
    *quadrant = is_negative ? 1 : 0;
    for (int i = 0; i < 2 && point + i < 32 * LIMBS; i++)
        *quadrant += (limb[(point + i) / 32] >> (point + i) % 32 & 1) << i;
    for (int i = point / 32; i >= 0; i--) {
        uint32_t bits = is_negative ? ~limb[i] : limb[i];

        if (i == point / 32)
            bits &= ((uint32_t)1 << point % 32) - 1;
        rest = twice_add(rest, twice_of(ldexp(bits, 32 * i - point)));
    }
    return is_negative ? twice_negate(rest) : rest;
}

/* ---- Series ---- */

/* 1 - z / (n (n - 1)) (1 - z / ((n - 2) (n - 3)) (...)), from `last` down to `first`. */
static struct twice series(struct twice z, int first, int last)
{
    struct twice sum = twice_one;

    for (int n = last; n >= first; n -= 2)
        sum = twice_add(twice_one,
                        twice_negate(twice_divide(twice_multiply(z, sum), twice_of(n * (n - 1)))));
    return sum;
}

struct angle {
    struct twice sine, cosine;
};

static struct angle angle_of(double x)
{
    unsigned quadrant = 0;
    struct twice r = twice_of(fabs(x)), square;
    struct angle angle;

    if (r.high > 0.78)
        r = twice_multiply(reduce(r.high, &quadrant), half_pi);
    square = twice_multiply(r, r);
    angle.sine = twice_multiply(r, series(square, 3, 29));
    angle.cosine = series(square, 2, 28);
    if (quadrant % 2 != 0)
        angle = (struct angle){angle.cosine, twice_negate(angle.sine)};
    if (quadrant / 2 % 2 != 0)
        angle = (struct angle){twice_negate(angle.sine), twice_negate(angle.cosine)};
    if (x < 0)
        angle.sine = twice_negate(angle.sine);
    return angle;
}

double sin(double x)
{
    if (!isfinite(x))
        return (double)NAN;
    return fabs(x) < tiny ? x : angle_of(x).sine.high;
}

double cos(double x)
{
    if (!isfinite(x))
        return (double)NAN;
    return fabs(x) < tiny ? 1 : angle_of(x).cosine.high;
}

double tan(double x)
{
    struct angle angle;

    if (!isfinite(x))
        return (double)NAN;
    if (fabs(x) < tiny)
        return x;
    angle = angle_of(x);
    return twice_divide(angle.sine, angle.cosine).high;
}

/* ---- The reverse ---- */

/* Of 0 <= t <= 1: twice half the angle, and again, then the series. */
static struct twice arc(struct twice t)
{
    enum { TERMS = 25, HALVINGS = 2 };
    struct twice square, sum;

    for (int i = 0; i < HALVINGS; i++) {
        struct twice root = twice_root(twice_add(twice_one, twice_multiply(t, t)));

        t = twice_divide(t, twice_add(twice_one, root));
    }
    square = twice_negate(twice_multiply(t, t));
    sum = twice_divide(twice_one, twice_of(2 * TERMS + 1));
    for (int i = TERMS - 1; i >= 0; i--)
        sum = twice_add(twice_multiply(sum, square), twice_divide(twice_one, twice_of(2 * i + 1)));
    sum = twice_multiply(sum, t);
    return (struct twice){sum.high * (1 << HALVINGS), sum.low * (1 << HALVINGS)};
}

/* The angle between the x axis and (x, y), both at least 0 and not both 0. */
static struct twice between(struct twice y, struct twice x)
{
    if (y.high <= x.high)
        return arc(twice_divide(y, x));
    return twice_add(half_pi, twice_negate(arc(twice_divide(x, y))));
}

static double with_sign(double size, double of)
{
    return signbit(of) ? -size : size;
}

/* Of finite sizes, y != 0 and x != 0. */
static double finite_angle(double y, double x)
{
    enum { FAR = 60, NEAR = 30 };
    int exponent_y, exponent_x;
    double scaled_y = frexp(fabs(y), &exponent_y), scaled_x = frexp(fabs(x), &exponent_x);
    int apart = exponent_y - exponent_x;
    struct twice angle;

    if (apart > FAR)
        return half_pi.high;
    if (x > 0 && apart < -NEAR)
        return fabs(y) / x; /* the second term is no digit */
    if (apart < -FAR)
        return pi.high;
    angle = between(twice_of(ldexp(scaled_y, apart)), twice_of(scaled_x));
    return x > 0 ? angle.high : twice_add(pi, twice_negate(angle)).high;
}

double atan2(double y, double x)
{
    double size;

    if (isnan(x) || isnan(y))
        return (double)NAN;
    if (y == 0)
        size = signbit(x) ? pi.high : 0;
    else if (x == 0)
        size = half_pi.high;
    else if (isinf(x) && isinf(y))
        size = x > 0 ? half_pi.high / 2 : 3 * (half_pi.high / 2);
    else if (isinf(x))
        size = x > 0 ? 0 : pi.high;
    else
        size = isinf(y) ? half_pi.high : finite_angle(y, x);
    return with_sign(size, y);
}

double atan(double x)
{
    return atan2(x, 1);
}

/* The other side of a triangle: the root of 1 - x^2. */
static struct twice other_side(double x)
{
    struct twice square = twice_multiply(twice_sum(1, x), twice_sum(1, -x));

    return square.high > 0 ? twice_root(square) : twice_of(0);
}

double asin(double x)
{
    if (!(fabs(x) <= 1))
        return (double)NAN;
    return fabs(x) < tiny ? x : with_sign(between(twice_of(fabs(x)), other_side(x)).high, x);
}

double acos(double x)
{
    struct twice angle;

    if (!(fabs(x) <= 1))
        return (double)NAN;
    angle = between(other_side(x), twice_of(fabs(x)));
    return x >= 0 ? angle.high : twice_add(pi, twice_negate(angle)).high;
}
