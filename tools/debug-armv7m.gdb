# SPDX-License-Identifier: Unlicense
#
# Memory as the bus has it: while user code runs, the MPU would hide the kernel from the debugger too.
maintenance packet Qqemu.PhyMemMode:1

set $rme_cpu = &port_cpu
source tools/debug.gdb
