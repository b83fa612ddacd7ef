# SPDX-License-Identifier: Unlicense
#
# Boards: the kernel as one relocatable object without any open symbol but those of the layout, and
# systems made of it and of one user image.
if(NOT RME_CROSS)
    message(FATAL_ERROR "Board ${RME_BOARD} needs a cross compiler: use `cmake --preset ${RME_BOARD}`.")
endif()

# No image knows where it was built: the same sources give the same bytes in any folder.
list(APPEND RME_COMMON_FLAGS -ffile-prefix-map=${CMAKE_BINARY_DIR}=build/board)

# Flags of the machine, those that keep the compiler from the FPU, and what the kernel takes besides.
if(BOARD_ARCH STREQUAL "x86_64")
    set(RME_MACHINE_FLAGS -m64 -march=${BOARD_CPU} -mno-red-zone -fno-pic -fno-pie -fcf-protection=none)
    set(RME_NO_FPU -mgeneral-regs-only)
    # No jump through a register. No vector register, so that a stack of whole words will do. What is to be inlined
    # says so. A branch that is nearly always taken the same way stays one. What lives across a call is kept in
    # registers that calls keep, or in memory.
    set(RME_PORT_FLAGS -mcmodel=kernel -fno-jump-tables
        "$<$<C_COMPILER_ID:GNU>:-fno-code-hoisting;-fno-inline-small-functions;-fno-if-conversion>"
        "$<$<C_COMPILER_ID:GNU>:-fno-caller-saves;-fno-ipa-sra>"
        "$<$<C_COMPILER_ID:GNU>:-mpreferred-stack-boundary=3;-malign-data=abi>"
        "$<$<C_COMPILER_ID:Clang>:-mstack-alignment=8>")
    set(level z)
    set(RME_LINK_FLAGS -m64 -nostdlib -no-pie -Wl,-z,noexecstack -Wl,-z,max-page-size=4096 -Wl,--build-id=none)
else()
    set(RME_MACHINE_FLAGS -mcpu=${BOARD_CPU} -mthumb)
    set(RME_NO_FPU -mfloat-abi=soft)
    set(RME_PORT_FLAGS "")
    set(level s)
    set(RME_LINK_FLAGS ${RME_MACHINE_FLAGS} -mfloat-abi=soft -nostdlib -Wl,-z,noexecstack)
endif()

if(RME_OPTIMIZE)
    set(level ${RME_OPTIMIZE})
endif()

# How QEMU is started, for tools/run_qemu.py.
set(RME_QEMU --machine ${BOARD_MACHINE} --qemu ${BOARD_QEMU})
list(TRANSFORM BOARD_QEMU_ARGS PREPEND --arg= OUTPUT_VARIABLE qemu_args)
list(APPEND RME_QEMU ${qemu_args})

# The kernel's own memset and memcpy: it shares none with the user image.
set(RME_MEMORY ${CMAKE_SOURCE_DIR}/arch/common/memory.c)
set_source_files_properties(${RME_MEMORY} ${CMAKE_SOURCE_DIR}/arch/armv7m/eabi.c PROPERTIES COMPILE_OPTIONS
    "-fno-builtin;$<$<C_COMPILER_ID:GNU>:-fno-tree-loop-distribute-patterns>")

# Unreachable functions go, the rest becomes local. The vector table is the only root.
set(link ${RME_CROSS}gcc ${RME_LINK_FLAGS})
list(TRANSFORM RME_TRANSPARENT_SOURCES PREPEND ${CMAKE_SOURCE_DIR}/)

# rme_kernel(NAME [INCLUDES folder...] [SOURCES file...]): NAME.o in the build directory. A kernel for
# tests finds headers in folders of its own first, and has sources more.
# The kernel itself never touches an FPU register; only its port's assembly does.
function(rme_kernel name)
    cmake_parse_arguments(arg "" "" "INCLUDES;SOURCES" ${ARGN})
    add_library(${name}_objects OBJECT ${RME_KERNEL_SOURCES} ${RME_PORT_SOURCES} ${RME_MEMORY}
                ${RME_TRANSPARENT_SOURCES} ${arg_SOURCES})
    target_include_directories(${name}_objects PRIVATE ${arg_INCLUDES} ${RME_INCLUDES})
    target_compile_options(${name}_objects PRIVATE
        ${RME_MACHINE_FLAGS} ${RME_NO_FPU} ${RME_PORT_FLAGS} -fno-unwind-tables -fno-asynchronous-unwind-tables
        $<$<COMPILE_LANGUAGE:C>:${RME_COMMON_FLAGS};${RME_KERNEL_FLAGS};-O${level}>)
    set(image ${CMAKE_BINARY_DIR}/${name}.o)
    set(check_boot "")
    if(BOARD_ARCH STREQUAL "x86_64") # whose boot code goes away
        set(check_boot COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/check_boot.py ${image})
    endif()
    add_custom_command(
        OUTPUT ${image}
        COMMAND ${link} -r -Wl,--gc-sections -Wl,-u,kernel_vectors -T ${RME_GENERATED}/kernel.ld
                -o ${image} $<TARGET_OBJECTS:${name}_objects> -lgcc
        COMMAND ${RME_CROSS}objcopy --keep-global-symbol=kernel_vectors ${image}
        COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/check_symbols.py
                --nm ${RME_CROSS}nm --undefined "layout_" ${image}
        ${check_boot}
        DEPENDS ${name}_objects $<TARGET_OBJECTS:${name}_objects> ${RME_GENERATED}/kernel.ld
                ${CMAKE_SOURCE_DIR}/tools/check_symbols.py
        COMMENT "Linking ${name}" COMMAND_EXPAND_LISTS VERBATIM)
    add_custom_target(${name} ALL DEPENDS ${image})
endfunction()

set(RME_KERNEL ${CMAKE_BINARY_DIR}/kernel.o)
rme_kernel(kernel)

set(RME_USER_FLAGS ${RME_MACHINE_FLAGS} -ffreestanding -ffunction-sections -fdata-sections
    -fno-unwind-tables -fno-asynchronous-unwind-tables -fno-stack-protector
    $<$<COMPILE_LANGUAGE:C>:${RME_COMMON_FLAGS}> -O2)

# Each file's part of the call graph, from which the stacks of described systems come.
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    list(APPEND RME_USER_FLAGS $<$<COMPILE_LANGUAGE:C>:-fstack-usage> $<$<COMPILE_LANGUAGE:C>:-fcallgraph-info=su,da>)
endif()

# rme_user(TARGET [FPU]): compile a target of user code. With FPU the compiler may use FPU registers; it
# does not contract, so that doubles are the same on every machine.
function(rme_user target)
    target_include_directories(${target} PRIVATE ${RME_INCLUDES})
    target_compile_options(${target} PRIVATE ${RME_USER_FLAGS})
    if("FPU" IN_LIST ARGN AND BOARD_FPU)
        if(NOT BOARD_ARCH STREQUAL "x86_64")
            target_compile_options(${target} PRIVATE -mfloat-abi=softfp -mfpu=${BOARD_FPU})
        endif()
        target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:C>:-ffp-contract=off>)
    else()
        target_compile_options(${target} PRIVATE ${RME_NO_FPU})
    endif()
endfunction()

# rme_init(NAME): NAME.init.elf, the user part of a system as a boot module. Where the machine has them.
function(rme_init name)
    set(archives $<TARGET_FILE:rme>)
    set(image ${CMAKE_BINARY_DIR}/${name}.init.elf)
    add_custom_command(
        OUTPUT ${image}
        COMMAND ${link} -Wl,--gc-sections -Wl,-u,rme_image_header -Wl,--no-warn-rwx-segments
                -L ${RME_GENERATED} -T ${RME_GENERATED}/init.ld -o ${image}
                $<TARGET_OBJECTS:${name}_user> -Wl,--start-group ${archives} -lgcc -Wl,--end-group
        DEPENDS ${name}_user $<TARGET_OBJECTS:${name}_user> rme ${archives}
                ${RME_GENERATED}/init.ld ${RME_GENERATED}/user.ld
        COMMENT "Linking boot module ${name}" COMMAND_EXPAND_LISTS VERBATIM)
    add_custom_target(${name}_init ALL DEPENDS ${image})
endfunction()

# rme_system(NAME [FPU] SOURCES file... [LIBRARIES target...]): NAME.elf in the build directory,
# from kernel, user sources and the user library.
function(rme_system name)
    cmake_parse_arguments(arg "FPU" "" "SOURCES;LIBRARIES" ${ARGN})
    add_library(${name}_user OBJECT ${arg_SOURCES})
    if(arg_FPU)
        rme_user(${name}_user FPU)
    else()
        rme_user(${name}_user)
    endif()
    if(TARGET rme)
        list(APPEND arg_LIBRARIES rme)
        target_include_directories(${name}_user PRIVATE ${CMAKE_SOURCE_DIR}/librme/include
                                   ${CMAKE_SOURCE_DIR}/librme/arch/${BOARD_ARCH}/include)
    endif()
    set(archives ${arg_LIBRARIES})
    list(TRANSFORM archives REPLACE "(.+)" "$<TARGET_FILE:\\1>")
    set(image ${CMAKE_BINARY_DIR}/${name}.elf)
    add_custom_command(
        OUTPUT ${image}
        COMMAND ${link} -Wl,--gc-sections -Wl,-u,rme_image_header -Wl,--no-warn-rwx-segments
                -Wl,-Map=${CMAKE_BINARY_DIR}/${name}.map -L ${RME_GENERATED} -T ${RME_GENERATED}/system.ld -o ${image}
                ${RME_KERNEL} $<TARGET_OBJECTS:${name}_user>
                -Wl,--start-group ${archives} -lgcc -Wl,--end-group
        DEPENDS kernel ${RME_KERNEL} ${name}_user $<TARGET_OBJECTS:${name}_user> ${arg_LIBRARIES} ${archives}
                ${RME_GENERATED}/system.ld
        COMMENT "Linking system ${name}" COMMAND_EXPAND_LISTS VERBATIM)
    add_custom_target(${name} ALL DEPENDS ${image})
endfunction()

# rme_loader(NAME): NAME.elf, whose first process loads the first boot module (rme_init) and becomes it.
function(rme_loader name)
    set(sources bare/loader.c bare/elf.c firmware.c)
    list(TRANSFORM sources PREPEND ${CMAKE_SOURCE_DIR}/arch/x86_64/)
    rme_system(${name} SOURCES ${sources})
endfunction()
