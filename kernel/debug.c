/* SPDX-License-Identifier: Unlicense */
#include "kernel/debug.h"

#include "abi/names.h"
#include "kernel/report.h"

static void report_thread(const struct thread *thread)
{
    report_text("thread ");
    report_hex((word_t)thread);
    report_text(" (tid ");
    report_decimal((sword_t)thread->tid);
    report_text(", priority ");
    report_decimal(thread->priority);
    report_text(")");
}

void debug_report_fault(const struct cpu *cpu, const struct fault *fault)
{
    report_text("\nfault: ");
    report_thread(cpu->current);
    report_text(" cause ");
    report_hex(fault->cause);
    report_text(" address ");
    report_hex(fault->address);
    report_text("\n");
}

void debug_report_refusal(const struct cpu *cpu, word_t number, const word_t *args, sword_t status)
{
    report_text("\nrefused: ");
    report_thread(cpu->current);
    report_text(" ");
    report_text(number < RME_CALL_COUNT ? rme_call_names[number] : "unknown call");
    report_text(" ");
    report_hex(args[1]);
    report_text(" ");
    report_text(-status < STATUS_COUNT ? rme_status_names[-status] : "?");
    report_text("\n");
}
