# SPDX-License-Identifier: Unlicense
#
# Clang for PCs. The linker and the rest of the tools are GCC's.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(RME_CROSS x86_64-linux-gnu-)
set(CMAKE_C_COMPILER clang)
set(CMAKE_C_COMPILER_TARGET x86_64-linux-gnu)
set(CMAKE_ASM_COMPILER clang)
set(CMAKE_ASM_COMPILER_TARGET x86_64-linux-gnu)
set(CMAKE_AR ${RME_CROSS}ar)
set(CMAKE_RANLIB ${RME_CROSS}ranlib)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
