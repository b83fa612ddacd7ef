# SPDX-License-Identifier: Unlicense
#
# Flags that every C file shares, and those of the kernel alone.
set(RME_WARNINGS
    -Wall -Wextra -Werror -Wconversion -Wsign-conversion -Wshadow -Wundef -Wstrict-prototypes
    -Wmissing-prototypes -Wcast-qual -Wcast-align -Wpointer-arith -Wwrite-strings -Wswitch-enum
    -Wimplicit-fallthrough -Wvla -Wdouble-promotion)

# The path of the tree is in no output, so that two checkouts make the same bytes.
set(RME_COMMON_FLAGS -std=gnu17 -g -fno-common -ffile-prefix-map=${CMAKE_SOURCE_DIR}/= ${RME_WARNINGS})

set(RME_KERNEL_FLAGS -ffreestanding -fno-stack-protector -ffunction-sections -fdata-sections)
if(NOT RME_SANITIZE)
    list(APPEND RME_KERNEL_FLAGS -Wframe-larger-than=256 -fstack-usage)
    if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
        list(APPEND RME_KERNEL_FLAGS -fcallgraph-info=su,da) # Clang has no such option
    endif()
endif()

# A port for both kinds of hardware behind page tables keeps what differs in a folder for each.
set(RME_SPACE mpu)
if(BOARD_PAGETABLE STREQUAL "mmu")
    set(RME_SPACE mmu)
endif()
set(space_folder arch/${BOARD_ARCH}/${RME_SPACE})

set(RME_INCLUDES
    ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/arch/include ${CMAKE_SOURCE_DIR}/arch/${BOARD_ARCH}/include
    ${RME_GENERATED})
if(IS_DIRECTORY ${CMAKE_SOURCE_DIR}/${space_folder})
    list(APPEND RME_INCLUDES ${CMAKE_SOURCE_DIR}/${space_folder}/include)
endif()

# The kernel's sources: all of kernel/ with one back end for page tables, and all of the port. Raw
# address spaces replace page tables as a whole.
file(GLOB RME_KERNEL_SOURCES CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/kernel/*.c)
if(BOARD_PAGETABLE STREQUAL "raw")
    list(FILTER RME_KERNEL_SOURCES EXCLUDE REGEX "/pagetable(_boot|_mpu|_mmu|_boot_mmu)?\\.c$")
elseif(BOARD_PAGETABLE STREQUAL "mpu")
    list(FILTER RME_KERNEL_SOURCES EXCLUDE REGEX "/pagetable_(mmu|boot_mmu|raw)\\.c$")
else()
    list(FILTER RME_KERNEL_SOURCES EXCLUDE REGEX "/pagetable_(boot|mpu|raw)\\.c$")
endif()
file(GLOB RME_PORT_SOURCES CONFIGURE_DEPENDS
    ${CMAKE_SOURCE_DIR}/arch/${BOARD_ARCH}/*.c ${CMAKE_SOURCE_DIR}/arch/${BOARD_ARCH}/*.S
    ${CMAKE_SOURCE_DIR}/${space_folder}/*.c)
if(BOARD_CPUS_MAX EQUAL 1)
    list(FILTER RME_PORT_SOURCES EXCLUDE REGEX "/smp\\.[cS]$")
endif()
# What stops a PC from starting is said in every build.
if((BOARD_DEBUG OR BOARD_ARCH STREQUAL "x86_64") AND EXISTS ${CMAKE_SOURCE_DIR}/drivers/${BOARD_CONSOLE}.c)
    list(APPEND RME_PORT_SOURCES ${CMAKE_SOURCE_DIR}/drivers/${BOARD_CONSOLE}.c)
endif()
