/* SPDX-License-Identifier: Unlicense
 *
 * What the files of boot share: start.c, boot_page.c. None of it is used once the first thread
 * runs.
 */
#pragma once

#include "abi/boot_page.h"
#include "arch/x86_64/acpi.h"
#include "kernel/boot.h"
#include "kernel/compiler.h"

/* What has been found out. */
struct boot_state {
    word_t loader; /* enum boot_loader */
    word_t init;   /* as in the boot page */
    word_t clock;  /* enum boot_clock */
    struct boot_memory memory;
    struct acpi_info acpi;
    struct firmware firmware;
    struct firmware_list ram; /* of the first process */
};

/* ---- boot_page.c ---- */

/* From here on things can be noted: firmware_note. */
void boot_page_begin(void);

/* Copy the command line to where it stays. */
const char *boot_page_text(const struct firmware *firmware);

/* What comes from firmware and loader: while its memory is in sight. */
void boot_page_fill(const struct boot_state *boot);

/* The CPUs that are there. */
void boot_page_cpus(const struct acpi_info *acpi);

/* What boot has made of page tables. */
void boot_page_tables(word_t count);

/* To the console, in every build. */
void boot_say(const char *text);

/* This machine, or what the loader brought, cannot be started: say so in every build, and halt. */
NORETURN void boot_stop(enum boot_note what, word_t word);
