/* SPDX-License-Identifier: Unlicense
 *
 * Configuration of the page-table tests: one CPU, or with CONFIG_TEST_CPUS more.
 */
#pragma once

#ifndef CONFIG_TEST_CPUS
#define CONFIG_TEST_CPUS 1
#endif

enum {
    CONFIG_PRIORITIES = 32,
    CONFIG_CPUS_MAX = CONFIG_TEST_CPUS,
    CONFIG_CAPTABLE_BYTES_MAX = 4096,
    CONFIG_PAGETABLE_BYTES_MAX = 4096,
    CONFIG_RAW = 0
};
