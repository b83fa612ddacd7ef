/* SPDX-License-Identifier: Unlicense
 *
 * Configuration of the page-table tests: the build sets CONFIG_TEST_CPUS,
 * CONFIG_TEST_SEQUENCES and CONFIG_TEST_MEMORY, the bytes of object memory.
 */
#pragma once

enum {
    CONFIG_PRIORITIES = 32,
    CONFIG_CPUS_MAX = CONFIG_TEST_CPUS,
    CONFIG_CAPTABLE_BYTES_MAX = 4096,
    CONFIG_PAGETABLE_BYTES_MAX = 4096,
    CONFIG_RAW = 0
};
