# SPDX-License-Identifier: Unlicense
#
# GCC for Arm microcontrollers.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR arm)
set(RME_CROSS arm-none-eabi-)
set(CMAKE_C_COMPILER ${RME_CROSS}gcc)
set(CMAKE_ASM_COMPILER ${RME_CROSS}gcc)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
