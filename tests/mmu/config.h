/* SPDX-License-Identifier: Unlicense
 *
 * Configuration of the page-table tests: the build sets CONFIG_TEST_CPUS and CONFIG_TEST_SEQUENCES.
 */
#pragma once

enum {
    CONFIG_PRIORITIES = 32,
    CONFIG_CPUS_MAX = CONFIG_TEST_CPUS,
    CONFIG_CAPTABLE_BYTES_MAX = 4096,
    CONFIG_PAGETABLE_BYTES_MAX = 4096,
    CONFIG_RAW = 0
};
