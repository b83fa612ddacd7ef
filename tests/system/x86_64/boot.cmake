# SPDX-License-Identifier: Unlicense
#
# The ways to boot a PC, each a test (boot.py): with the first process linked in, and as a module.
if(NOT TARGET system_boot) # a kernel for several CPUs, which runs none of the tests around
    rme_system(system_boot SOURCES ${CMAKE_CURRENT_LIST_DIR}/boot.c)
    set(RME_QEMU_FIRMWARE ${RME_QEMU})
endif()
rme_init(system_boot)
rme_loader(bare)
set(cases few)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU" AND RME_OPTIONS MATCHES "^(DEBUG=1)?$")
    set(cases all) # what they are about is the same in all other builds
endif()
if(BOARD_CPUS_MAX GREATER 1)
    set(cases many)
endif()
execute_process(COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/boot.py --list ${cases}
                OUTPUT_VARIABLE cases OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "\n" ";" cases "${cases}")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/boot.py)
foreach(case IN LISTS cases)
    rme_test(boot.${case} system 150 ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/boot.py ${case}
             --build ${CMAKE_BINARY_DIR} ${RME_QEMU_FIRMWARE})
endforeach()
