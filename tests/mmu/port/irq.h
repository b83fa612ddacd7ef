/* SPDX-License-Identifier: Unlicense */
#pragma once

void arch_cpu_interrupt(unsigned cpu_id);
