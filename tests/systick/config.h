/* SPDX-License-Identifier: Unlicense */
#pragma once

enum {
    CONFIG_PRIORITIES = 32,
    CONFIG_CPUS_MAX = 1,
    CONFIG_TICKLESS = 1,
    CONFIG_QUIESCE_PERIOD_US = 10000,
};
