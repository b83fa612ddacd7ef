/* SPDX-License-Identifier: Unlicense
 *
 * Numbers of twice the digits of a double: the sum of two, of which the lower is below half a unit
 * of the higher (Dekker, 1971). Every result is good to about 100 bits, as long as nothing comes
 * near the limits of a double. The compiler must not contract (-ffp-contract=off).
 */
#pragma once

struct twice {
    double high, low;
};

/* The sum and the product of two doubles, exactly. */
struct twice twice_sum(double x, double y);
struct twice twice_product(double x, double y);

struct twice twice_add(struct twice x, struct twice y);
struct twice twice_multiply(struct twice x, struct twice y);
struct twice twice_divide(struct twice x, struct twice y);
struct twice twice_root(struct twice x); /* of x > 0 */
struct twice twice_negate(struct twice x);

extern const struct twice twice_one;

static inline struct twice twice_of(double x)
{
    return (struct twice){x, 0};
}
