/* SPDX-License-Identifier: Unlicense
 *
 * The few functions of QEMU's plugin interface, version 1 (QEMU 7.2), that the plugin uses. No
 * package ships QEMU's own header, so the facts of the interface are restated here by hand.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QEMU_EXPORT __attribute__((visibility("default")))

enum { QEMU_API_VERSION = 1 };

struct qemu_tb;    /* a block under translation */
struct qemu_insn;  /* an instruction in it, valid until the translation callback returns */
struct qemu_place; /* where an access goes, valid until its callback returns */

/* What the plugin is told about the machine when it is loaded. */
struct qemu_machine {
    const char *target; /* "arm", "x86_64", ... */
    int api_min, api_now;
    bool is_system;
    int cpus, cpus_max;
};

enum qemu_registers { QEMU_NO_REGISTERS };
enum qemu_access { QEMU_READ = 1, QEMU_WRITE, QEMU_READ_WRITE };

typedef void (*qemu_tb_fn)(uint64_t plugin, struct qemu_tb *tb);
typedef void (*qemu_exec_fn)(unsigned int cpu, void *data);
typedef void (*qemu_memory_fn)(unsigned int cpu, uint32_t access, uint64_t address, void *data);
typedef void (*qemu_exit_fn)(uint64_t plugin, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t plugin, qemu_tb_fn fn);
void qemu_plugin_register_atexit_cb(uint64_t plugin, qemu_exit_fn fn, void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_insn *insn, qemu_exec_fn fn,
                                            enum qemu_registers registers, void *data);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_insn *insn, qemu_memory_fn fn,
                                      enum qemu_registers registers, enum qemu_access access,
                                      void *data);

size_t qemu_plugin_tb_n_insns(const struct qemu_tb *tb);
struct qemu_insn *qemu_plugin_tb_get_insn(const struct qemu_tb *tb, size_t index);
const void *qemu_plugin_insn_data(const struct qemu_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_insn *insn);

bool qemu_plugin_mem_is_store(uint32_t access);
unsigned int qemu_plugin_mem_size_shift(uint32_t access);
struct qemu_place *qemu_plugin_get_hwaddr(uint32_t access, uint64_t address);
bool qemu_plugin_hwaddr_is_io(const struct qemu_place *place);
/* Of RAM: from the start of it. */
uint64_t qemu_plugin_hwaddr_phys_addr(const struct qemu_place *place);
