/* SPDX-License-Identifier: Unlicense */
#pragma once

struct cpu;

unsigned arch_cpu_count(void);
struct cpu *arch_cpu(unsigned id);
