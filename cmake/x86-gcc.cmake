# SPDX-License-Identifier: Unlicense
#
# GCC for PCs, by its full name, so that it is the same from any host.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(RME_CROSS x86_64-linux-gnu-)
set(CMAKE_C_COMPILER ${RME_CROSS}gcc)
set(CMAKE_ASM_COMPILER ${RME_CROSS}gcc)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
