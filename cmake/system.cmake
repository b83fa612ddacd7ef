# SPDX-License-Identifier: Unlicense
#
# Described systems: from a folder with a system.yaml to NAME.elf in the build directory.
#
# The builder is a program of the host, so that it is configured and built on its own, before this
# build needs its first output. What a description says of sources is known only when it was read:
# that is why the first step runs when CMake does, and CMake runs again when the description changes.
set(RME_BUILDER_DIR ${CMAKE_SOURCE_DIR}/build/builder)
set(RME_BUILDER ${RME_BUILDER_DIR}/builder)

function(rme_build_builder)
    file(MAKE_DIRECTORY ${RME_BUILDER_DIR})
    file(LOCK ${RME_BUILDER_DIR}/lock GUARD FUNCTION TIMEOUT 300) # two boards may be configured at once
    execute_process(
        COMMAND ${CMAKE_COMMAND} -S ${CMAKE_SOURCE_DIR}/builder -B ${RME_BUILDER_DIR} -G Ninja
        RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(NOT failed)
        execute_process(COMMAND ${CMAKE_COMMAND} --build ${RME_BUILDER_DIR}
                        RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
    endif()
    if(failed)
        message(FATAL_ERROR "the system builder does not build:\n${output}")
    endif()
endfunction()

rme_build_builder()
file(GLOB builder_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/builder/*)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${builder_sources})

# rme_process(FOLDER DIR NAME): a program of a system, linked once to learn its sizes and once where it
# was placed. Reads what system.cmake set.
function(rme_process folder dir name)
    set(target ${RME_SYSTEM}_${name})
    list(TRANSFORM RME_${name}_SOURCES PREPEND ${folder}/ OUTPUT_VARIABLE sources)
    list(TRANSFORM RME_${name}_INCLUDE PREPEND ${folder}/ OUTPUT_VARIABLE include)
    add_library(${target} OBJECT ${sources})
    rme_user(${target} ${RME_${name}_FPU})
    target_include_directories(${target} BEFORE PRIVATE ${dir}/${name} ${include} ${folder})
    target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/librme/include
                               ${CMAKE_SOURCE_DIR}/librme/arch/${BOARD_ARCH}/include)
    target_compile_options(${target} PRIVATE ${RME_${name}_OPTIONS})
    if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
        set(entries ${RME_${name}_THREADS} ${RME_${name}_PORTS})
        list(TRANSFORM entries PREPEND "--entry=")
        add_custom_command(
            OUTPUT ${dir}/${name}.stack.json
            COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/stack.py --json ${dir}/${name}.stack.json
                    --facts ${CMAKE_SOURCE_DIR}/librme/arch/${BOARD_ARCH}/stack.toml ${entries}
                    ${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${target}.dir
                    ${CMAKE_BINARY_DIR}/librme/CMakeFiles/rme.dir
            DEPENDS ${target} $<TARGET_OBJECTS:${target}> rme ${CMAKE_SOURCE_DIR}/tools/stack.py
                    ${CMAKE_SOURCE_DIR}/librme/arch/${BOARD_ARCH}/stack.toml
            COMMENT "Stacks of process ${name} of system ${RME_SYSTEM}" VERBATIM)
    endif()
    set(keep rme_begin rme_thread_end rme_serve ${RME_${name}_THREADS} ${RME_${name}_PORTS})
    list(TRANSFORM keep PREPEND "-Wl,-u,")
    foreach(pass ".pre" "")
        set(script ${dir}/${name}${pass}.ld)
        add_custom_command(
            OUTPUT ${dir}/${name}${pass}.elf
            COMMAND ${link} -Wl,--gc-sections -Wl,--no-warn-rwx-segments ${keep} -T ${script}
                    -o ${dir}/${name}${pass}.elf $<TARGET_OBJECTS:${target}>
                    -Wl,--start-group $<TARGET_FILE:rme> -lgcc -Wl,--end-group
            DEPENDS ${target} $<TARGET_OBJECTS:${target}> rme $<TARGET_FILE:rme> ${script}
            COMMENT "Linking process ${name} of system ${RME_SYSTEM}" COMMAND_EXPAND_LISTS VERBATIM)
    endforeach()
endfunction()

# rme_describe(FOLDER): the system of FOLDER/system.yaml. The image has the name of the system, the target
# described_FOLDER that of the folder. What is wrong with a description is left in errors.txt too.
function(rme_describe folder)
    get_filename_component(name ${folder} NAME)
    set(description ${folder}/system.yaml)
    set(dir ${CMAKE_BINARY_DIR}/systems/${name})
    set(build ${RME_BUILDER} --board ${RME_GENERATED}/board.json --out ${dir})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${description})
    file(MAKE_DIRECTORY ${dir})
    execute_process(COMMAND ${build} check ${description} RESULT_VARIABLE failed
                    ERROR_FILE ${dir}/errors.txt)
    if(failed)
        file(READ ${dir}/errors.txt errors)
        message(NOTICE "${errors}")
        message(FATAL_ERROR "${description} cannot be built")
    endif()
    include(${dir}/system.cmake)
    set(programs "")
    set(scripts "")
    foreach(process IN LISTS RME_PROCESSES)
        rme_process(${folder} ${dir} ${process})
        list(APPEND programs ${dir}/${process}.elf)
        list(APPEND first ${dir}/${process}.pre.elf)
        if(CMAKE_C_COMPILER_ID STREQUAL "GNU") # Clang has no call graph: stacks of 1 KiB
            list(APPEND first ${dir}/${process}.stack.json)
        endif()
        list(APPEND scripts ${dir}/${process}.ld)
    endforeach()
    set(init ${CMAKE_BINARY_DIR}/init.elf)
    set(image ${CMAKE_BINARY_DIR}/${RME_SYSTEM}.elf)
    add_custom_command(
        OUTPUT ${scripts}
        COMMAND ${build} place ${description} --init ${init}
        COMMAND ${CMAKE_COMMAND} -E touch ${scripts}
        DEPENDS ${description} ${RME_BUILDER} ${RME_GENERATED}/board.json init ${init} ${first}
        COMMENT "Placing system ${RME_SYSTEM}" VERBATIM)
    add_custom_command(
        OUTPUT ${image}
        COMMAND ${build} image ${description} --init ${init} --image ${CMAKE_BINARY_DIR}/${RME_SYSTEM}
        COMMAND ${CMAKE_COMMAND} -E touch ${image}
        DEPENDS ${description} ${RME_BUILDER} ${RME_GENERATED}/board.json init ${init} ${programs}
        COMMENT "Building the image of system ${RME_SYSTEM}" VERBATIM)
    add_custom_target(described_${name} ALL DEPENDS ${image})
    if(EXISTS ${folder}/expected.txt)
        set(loose "")
        if(BOARD_DEBUG)
            set(loose --loose)
        endif()
        rme_test(examples.${RME_SYSTEM} system 120
                 ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/transcript.py ${image} --board ${RME_BOARD}
                 ${RME_QEMU} --lines ${folder}/expected.txt --json ${dir}/system.json ${loose})
        rme_test(examples.${RME_SYSTEM}_again system 60
                 ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tests/builder/again.py ${description}
                 --builder ${RME_BUILDER} --board ${RME_GENERATED}/board.json --init ${init} --folder ${dir}
                 --image ${image})
    endif()
endfunction()
