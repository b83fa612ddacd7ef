/* SPDX-License-Identifier: Unlicense
 *
 * Functions of doubles. The same bits on every machine: they are made of additions, multiplications
 * and divisions of doubles, which IEEE 754 fixes, and are computed with twice the digits, so that
 * they differ from the true value by less than 0.51 units in the last place
 * (tests/librme/c_math.c). Of results below the smallest normal number that is one unit. They set
 * no errno.
 */
#pragma once

#define HUGE_VAL __builtin_huge_val()
#define INFINITY __builtin_inff()
#define NAN      __builtin_nanf("")

#define isnan(x)    __builtin_isnan(x)
#define isinf(x)    __builtin_isinf(x)
#define isfinite(x) __builtin_isfinite(x)
#define signbit(x)  __builtin_signbit(x)

double fabs(double x);
double floor(double x);
double ceil(double x);
double trunc(double x);
double fmod(double x, double y);
double modf(double x, double *whole);
double frexp(double x, int *exponent);
double ldexp(double x, int exponent);
double sqrt(double x);
double exp(double x);
double log(double x);
double log2(double x);
double log10(double x);
double pow(double x, double y);
double sin(double x);
double cos(double x);
double tan(double x);
double asin(double x);
double acos(double x);
double atan(double x);
double atan2(double y, double x);
