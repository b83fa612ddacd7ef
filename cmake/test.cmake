# SPDX-License-Identifier: Unlicense
#
# How a test is run: every test reports through tools/tap.py to <build>/reports.
set(RME_REPORTS ${CMAKE_BINARY_DIR}/reports)

# Not every machine executes programs of 32 bits.
set(RME_RUNNER "")
if(RME_WORD_32)
    find_program(QEMU_I386 qemu-i386)
    if(QEMU_I386)
        set(RME_RUNNER ${QEMU_I386})
    endif()
endif()

# rme_test(NAME LABEL TIMEOUT COMMAND...): one program that reports in TAP.
function(rme_test name label timeout)
    add_test(NAME ${name}
             COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/tap.py run
                     --report ${RME_REPORTS}/${name}.xml -- ${RME_RUNNER} ${ARGN}
             WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(${name} PROPERTIES LABELS ${label} TIMEOUT ${timeout})
endfunction()
