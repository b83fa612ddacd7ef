/* SPDX-License-Identifier: Unlicense */
#pragma once

struct arch_cpu {
    int unused;
};
