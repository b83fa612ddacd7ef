# SPDX-License-Identifier: Unlicense
#
# What is generated from data: the headers of the system calls, the configuration, the layout. It is
# made when CMake runs, and CMake runs again when the data changes.
set(RME_GENERATED ${CMAKE_BINARY_DIR}/generated)

function(rme_generate)
    execute_process(COMMAND ${Python3_EXECUTABLE} ${ARGN}
                    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} RESULT_VARIABLE failed ERROR_VARIABLE error)
    if(failed)
        message(FATAL_ERROR "${error}")
    endif()
endfunction()

list(TRANSFORM RME_OPTIONS PREPEND --set= OUTPUT_VARIABLE settings)
list(TRANSFORM RME_LAYOUT PREPEND --layout= OUTPUT_VARIABLE layouts)
list(TRANSFORM RME_TRANSPARENT PREPEND --transparent= OUTPUT_VARIABLE lines)
rme_generate(tools/gen_board.py ${RME_BOARD} --out ${RME_GENERATED} ${settings} ${layouts} ${lines})
rme_generate(tools/gen_calls.py --out ${RME_GENERATED})
include(${RME_GENERATED}/board.cmake)

file(GLOB data CONFIGURE_DEPENDS chips/*.yaml boards/*.yaml cmake/*.in)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
             ${data} ${BOARD_FILES} abi/calls.toml kernel/options.toml tools/gen_calls.py tools/gen_board.py
             tools/boards.py tools/data_file.py)
