/* SPDX-License-Identifier: Unlicense
 *
 * Other names for functions of the small C library, beside which a test has those of the host. Read
 * in front of everything when the library is compiled for that test.
 */
#pragma once

#define atof      tested_atof
#define atoi      tested_atoi
#define bsearch   tested_bsearch
#define qsort     tested_qsort
#define snprintf  tested_snprintf
#define sprintf   tested_sprintf
#define strtod    tested_strtod
#define strtol    tested_strtol
#define strtoll   tested_strtoll
#define strtoul   tested_strtoul
#define strtoull  tested_strtoull
#define vsnprintf tested_vsnprintf
#define vsprintf  tested_vsprintf

#define errno      tested_errno
#define abs        tested_abs
#define abort      tested_abort
#define atol       tested_atol
#define getenv     tested_getenv
#define labs       tested_labs
#define llabs      tested_llabs
#define system     tested_system
#define setlocale  tested_setlocale
#define localeconv tested_localeconv

#define acos  tested_acos
#define asin  tested_asin
#define atan  tested_atan
#define atan2 tested_atan2
#define ceil  tested_ceil
#define cos   tested_cos
#define exp   tested_exp
#define fabs  tested_fabs
#define floor tested_floor
#define fmod  tested_fmod
#define frexp tested_frexp
#define ldexp tested_ldexp
#define log   tested_log
#define log10 tested_log10
#define log2  tested_log2
#define modf  tested_modf
#define pow   tested_pow
#define sin   tested_sin
#define sqrt  tested_sqrt
#define tan   tested_tan
#define trunc tested_trunc

#define isalnum  tested_isalnum
#define isalpha  tested_isalpha
#define isblank  tested_isblank
#define iscntrl  tested_iscntrl
#define isdigit  tested_isdigit
#define isgraph  tested_isgraph
#define islower  tested_islower
#define isprint  tested_isprint
#define ispunct  tested_ispunct
#define isspace  tested_isspace
#define isupper  tested_isupper
#define isxdigit tested_isxdigit
#define tolower  tested_tolower
#define toupper  tested_toupper

#define memchr   tested_memchr
#define strcat   tested_strcat
#define strchr   tested_strchr
#define strcoll  tested_strcoll
#define strcpy   tested_strcpy
#define strcspn  tested_strcspn
#define strerror tested_strerror
#define strncat  tested_strncat
#define strncmp  tested_strncmp
#define strncpy  tested_strncpy
#define strpbrk  tested_strpbrk
#define strrchr  tested_strrchr
#define strspn   tested_strspn
#define strstr   tested_strstr

#define clock     tested_clock
#define difftime  tested_difftime
#define gmtime    tested_gmtime
#define localtime tested_localtime
#define mktime    tested_mktime
#define strftime  tested_strftime
#define time      tested_time
