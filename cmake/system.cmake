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
    list(TRANSFORM RME_${name}_FOREIGN PREPEND ${folder}/ OUTPUT_VARIABLE foreign)
    list(TRANSFORM RME_${name}_INCLUDE PREPEND ${folder}/ OUTPUT_VARIABLE include)
    set_source_files_properties(${foreign} PROPERTIES COMPILE_OPTIONS "-w")
    add_library(${target} OBJECT ${sources} ${foreign})
    rme_user(${target} ${RME_${name}_FPU})
    target_include_directories(${target} BEFORE PRIVATE ${dir}/${name} ${include} ${folder})
    target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/librme/include
                               ${CMAKE_SOURCE_DIR}/librme/arch/${BOARD_ARCH}/include)
    set(libraries rme)
    if(RME_${name}_LIBC)
        list(PREPEND libraries rme_c)
        target_compile_options(${target} PRIVATE ${RME_C_HEADERS})
        target_sources(${target} PRIVATE ${dir}/${name}/files.S)
        list(TRANSFORM RME_${name}_FILES PREPEND ${folder}/)
        set_source_files_properties(${dir}/${name}/files.S PROPERTIES OBJECT_DEPENDS "${RME_${name}_FILES}")
    endif()
    set(archives ${libraries})
    set(folders ${libraries})
    list(TRANSFORM archives REPLACE "(.+)" "$<TARGET_FILE:\\1>")
    list(TRANSFORM folders REPLACE "(.+)" "${CMAKE_BINARY_DIR}/librme/CMakeFiles/\\1.dir")
    target_compile_options(${target} PRIVATE ${RME_${name}_OPTIONS})
    if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
        set(entries ${RME_${name}_THREADS} ${RME_${name}_PORTS})
        list(TRANSFORM entries PREPEND "--entry=")
        add_custom_command(
            OUTPUT ${dir}/${name}.stack.json
            COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/stack.py --json ${dir}/${name}.stack.json
                    --facts ${CMAKE_SOURCE_DIR}/librme/arch/${BOARD_ARCH}/stack.toml ${entries}
                    ${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${target}.dir
                    ${folders}
            DEPENDS ${target} $<TARGET_OBJECTS:${target}> ${libraries} ${CMAKE_SOURCE_DIR}/tools/stack.py
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
                    -Wl,--start-group ${archives} -lgcc -Wl,--end-group
            DEPENDS ${target} $<TARGET_OBJECTS:${target}> ${libraries} ${archives} ${script}
            COMMENT "Linking process ${name} of system ${RME_SYSTEM}" COMMAND_EXPAND_LISTS VERBATIM)
    endforeach()
endfunction()

# rme_transcript(RESULT FOLDER SYSTEM): the command that runs a system and compares what it prints.
function(rme_transcript result folder system)
    get_filename_component(name ${folder} NAME)
    set(loose "")
    if(BOARD_DEBUG)
        set(loose --loose)
    endif()
    set(input "")
    if(EXISTS ${folder}/input.txt)
        set(input --input ${folder}/input.txt)
    endif()
    set(${result} ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/transcript.py ${CMAKE_BINARY_DIR}/${system}.elf
        --board ${BOARD_NAME} ${RME_QEMU} --lines ${folder}/expected.txt
        --json ${CMAKE_BINARY_DIR}/systems/${name}/system.json ${loose} ${input} PARENT_SCOPE)
endfunction()

# rme_fetched(FOLDER SYSTEM [TESTED]): a system of whose sources some are not in this tree: FOLDER/fetch
# gets them, into a folder or link there that has the same name as FOLDER. It is built when it is asked for.
# TESTED: a test fetches, builds and runs it, another one audits it.
function(rme_fetched folder system)
    get_filename_component(name ${folder} NAME)
    if(EXISTS ${folder}/${name})
        rme_describe(${folder} ON_DEMAND)
    else()
        add_custom_target(described_${name}
                          COMMAND ${CMAKE_COMMAND} -E echo "Run ${folder}/fetch, configure, and build again."
                          COMMAND ${CMAKE_COMMAND} -E false VERBATIM)
    endif()
    if(NOT TESTED IN_LIST ARGN)
        return()
    endif()
    rme_transcript(transcript ${folder} ${system})
    set(fetched ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tests/described/fetched.py --fetch ${folder}/fetch
        --cmake ${CMAKE_COMMAND} --build ${CMAKE_BINARY_DIR} --target described_${name})
    rme_test(examples.${system} system 900 ${fetched} -- ${transcript})
    rme_test(audit.${system} system 900 ${fetched}
             -- ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/audit ${CMAKE_BINARY_DIR}/${system}.elf --board ${RME_BOARD}
             --description ${folder}/system.yaml --programs ${CMAKE_BINARY_DIR}/systems/${name} --tap)
    set_tests_properties(audit.${system} PROPERTIES DEPENDS examples.${system}) # which builds it
endfunction()

# rme_describe(FOLDER [ON_DEMAND]): the system of FOLDER/system.yaml. The image has the name of the system, the
# target described_FOLDER that of the folder. What is wrong with a description is left in errors.txt too.
# ON_DEMAND: only who asks for the target gets it, and tests are the caller's affair.
function(rme_describe folder)
    get_filename_component(name ${folder} NAME)
    if(TARGET described_${name}) # a test has asked for it already
        get_target_property(known described_${name} RME_FOLDER)
        if(known STREQUAL folder)
            return()
        endif()
    endif()
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
    if(ON_DEMAND IN_LIST ARGN)
        add_custom_target(described_${name} DEPENDS ${image})
        return()
    endif()
    add_custom_target(described_${name} ALL DEPENDS ${image})
    set_target_properties(described_${name} PROPERTIES RME_FOLDER ${folder})
    if(EXISTS ${folder}/expected.txt)
        rme_transcript(transcript ${folder} ${RME_SYSTEM})
        rme_test(examples.${RME_SYSTEM} system 120 ${transcript})
        rme_test(examples.${RME_SYSTEM}_again system 60
                 ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tests/builder/again.py ${description}
                 --builder ${RME_BUILDER} --board ${RME_GENERATED}/board.json --init ${init} --folder ${dir}
                 --image ${image})
    endif()
    rme_audit(${RME_SYSTEM} ${description} ${dir} ${image})
endfunction()

# rme_audit(NAME DESCRIPTION DIR IMAGE): the image grants what the description grants (tools/audit). Of some
# examples every bit is flipped; one tries in QEMU what the audit says.
set(RME_FLIPPED hello ping_pong restart)
function(rme_audit name description dir image)
    set(more "")
    if(name IN_LIST RME_FLIPPED)
        set(more --flip)
    elseif(name STREQUAL "probe")
        set(more --probe ${RME_QEMU})
    endif()
    rme_test(audit.${name} system 120
             ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/audit ${image} --board ${RME_BOARD}
             --description ${description} --programs ${dir} --tap ${more})
endfunction()
