/* SPDX-License-Identifier: Unlicense */
#include "twice.h"

#include <math.h>

const struct twice twice_one = {1, 0};

/* Of |x| >= |y|. */
static struct twice quick_sum(double x, double y)
{
    double sum = x + y;

    return (struct twice){sum, y - (sum - x)};
}

struct twice twice_sum(double x, double y)
{
    double sum = x + y, part = sum - x;

    return (struct twice){sum, (x - (sum - part)) + (y - part)};
}

/* Halves of 26 bits, whose products are exact. */
static struct twice split(double x)
{
    double up = 134217729.0 * x, high = up - (up - x); /* 2^27 + 1 */

    return (struct twice){high, x - high};
}

struct twice twice_product(double x, double y)
{
    double product = x * y;
    struct twice a = split(x), b = split(y);

    return (struct twice){product, ((a.high * b.high - product) + a.high * b.low + a.low * b.high) +
                                       a.low * b.low};
}

struct twice twice_add(struct twice x, struct twice y)
{
    struct twice high = twice_sum(x.high, y.high), low = twice_sum(x.low, y.low);

    high = quick_sum(high.high, high.low + low.high);
    return quick_sum(high.high, high.low + low.low);
}

struct twice twice_multiply(struct twice x, struct twice y)
{
    struct twice product = twice_product(x.high, y.high);

    return quick_sum(product.high, product.low + (x.high * y.low + x.low * y.high));
}

struct twice twice_negate(struct twice x)
{
    return (struct twice){-x.high, -x.low};
}

struct twice twice_divide(struct twice x, struct twice y)
{
    double first = x.high / y.high, second;
    struct twice rest = twice_add(x, twice_negate(twice_multiply(y, twice_of(first))));

    second = rest.high / y.high;
    rest = twice_add(rest, twice_negate(twice_multiply(y, twice_of(second))));
    return twice_add(quick_sum(first, second), twice_of(rest.high / y.high));
}

struct twice twice_root(struct twice x)
{
    double root = sqrt(x.high);
    struct twice rest = twice_add(x, twice_negate(twice_product(root, root)));

    return quick_sum(root, rest.high / (2 * root));
}
