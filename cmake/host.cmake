# SPDX-License-Identifier: Unlicense
#
# The host: the kernel as a library in an ordinary process, for tests.
set(RME_HOST_FLAGS ${RME_COMMON_FLAGS} -O1 -fno-omit-frame-pointer)
set(RME_HOST_LINK "")
if(RME_WORD_32)
    list(APPEND RME_HOST_FLAGS -m32 -isystem /usr/include/x86_64-linux-gnu) # Debian's gcc-12-multilib
    list(APPEND RME_HOST_LINK -m32)
endif()
if(RME_SANITIZE STREQUAL "weak") # the calls of ThreadSanitizer, which arch/host/weak.c answers
    list(APPEND RME_HOST_FLAGS -fsanitize=thread -DWEAK_MEMORY)
    set_source_files_properties(arch/host/weak.c arch/host/run.c arch/host/drive.c PROPERTIES COMPILE_OPTIONS "-fno-sanitize=thread;-O2")
elseif(RME_SANITIZE)
    list(APPEND RME_HOST_FLAGS -fsanitize=${RME_SANITIZE} -fno-sanitize-recover=all)
    list(APPEND RME_HOST_LINK -fsanitize=${RME_SANITIZE})
endif()
if(RME_SANITIZE MATCHES "thread|weak")
    list(APPEND RME_HOST_FLAGS -fno-builtin) # a memset that is expanded in place is not watched
endif()
if(RME_SANITIZE MATCHES "thread|weak" AND CMAKE_C_COMPILER_ID STREQUAL "GNU")
    list(APPEND RME_HOST_FLAGS -Wno-tsan) # fences, which it does not follow; models prove those
endif()
find_package(Threads REQUIRED)

# rme_host(TARGET): compile a target for the host, so that it can include the kernel's headers.
function(rme_host target)
    target_include_directories(${target} PRIVATE ${RME_INCLUDES})
    target_compile_options(${target} PRIVATE ${RME_HOST_FLAGS})
    target_compile_definitions(${target} PRIVATE _GNU_SOURCE)
    target_link_options(${target} PRIVATE ${RME_HOST_LINK})
endfunction()

if(NOT RME_SANITIZE STREQUAL "weak")
    list(FILTER RME_PORT_SOURCES EXCLUDE REGEX "/host/weak\\.c$")
endif()
if(RME_KERNEL_SOURCES AND RME_PORT_SOURCES)
    add_library(kernel_host STATIC ${RME_KERNEL_SOURCES} ${RME_PORT_SOURCES})
    rme_host(kernel_host)
    set_property(SOURCE ${RME_KERNEL_SOURCES} PROPERTY COMPILE_OPTIONS ${RME_KERNEL_FLAGS})
    target_link_libraries(kernel_host PUBLIC Threads::Threads)
endif()

# rme_host_program(NAME SOURCES file...): a program with the kernel in it.
function(rme_host_program name)
    cmake_parse_arguments(arg "" "" "SOURCES" ${ARGN})
    add_executable(${name} ${arg_SOURCES})
    rme_host(${name})
    target_link_libraries(${name} PRIVATE kernel_host)
endfunction()
