/* SPDX-License-Identifier: Unlicense
 *
 * System registers of ARMv7-M. Names and addresses: Arm DDI 0403E, B3.2 (system control space),
 * B3.3 (SysTick), B3.4 (NVIC), B3.5 (MPU), C1.6 and C1.8 (debug).
 */
#pragma once

#include "abi/types.h"

static inline volatile word_t *scs_register(word_t address)
{
    return (volatile word_t *)address;
}

#define SYST_CSR scs_register(0xE000E010) /* control */
#define SYST_RVR scs_register(0xE000E014) /* reload value, 24 bits */
#define SYST_CVR scs_register(0xE000E018) /* current value; a write clears it */

#define NVIC_ISER scs_register(0xE000E100) /* set enable, 32 lines a word */
#define NVIC_ICER scs_register(0xE000E180) /* clear enable */
#define NVIC_ISPR scs_register(0xE000E200) /* set pending */
#define NVIC_IPR  scs_register(0xE000E400) /* priorities, 4 lines a word */

#define SCB_ICSR  scs_register(0xE000ED04)
#define SCB_AIRCR scs_register(0xE000ED0C)
#define SCB_SCR   scs_register(0xE000ED10)
#define SCB_CCR   scs_register(0xE000ED14)
#define SCB_SHPR  scs_register(0xE000ED18) /* three words: system handler priorities */
#define SCB_SHCSR scs_register(0xE000ED24)
#define SCB_CFSR  scs_register(0xE000ED28) /* configurable fault status; write 1 clears */
#define SCB_HFSR  scs_register(0xE000ED2C)
#define SCB_MMFAR scs_register(0xE000ED34)
#define SCB_BFAR  scs_register(0xE000ED38)
#define SCB_CPACR scs_register(0xE000ED88)

#define MPU_TYPE scs_register(0xE000ED90)
#define MPU_CTRL scs_register(0xE000ED94)
#define MPU_RBAR scs_register(0xE000ED9C) /* then RASR, and three pairs of aliases */

#define SCB_DEMCR    scs_register(0xE000EDFC)
#define SCB_FPCCR    scs_register(0xE000EF34)
#define SCB_ICIALLU  scs_register(0xE000EF50)
#define SCB_ICIMVAU  scs_register(0xE000EF58)
#define SCB_DCCMVAC  scs_register(0xE000EF68)
#define SCB_DCCIMVAC scs_register(0xE000EF70)
#define SCB_BPIALL   scs_register(0xE000EF78)

#define DWT_CTRL   scs_register(0xE0001000)
#define DWT_CYCCNT scs_register(0xE0001004)

enum {
    SYST_COUNTFLAG =
        1 << 16, /* of SYST_CSR: counted to 0 since it was last read; reading clears it */
    ICSR_PENDSVSET = 1 << 28,
    ICSR_PENDSTSET = 1 << 26,
    SHCSR_FAULTS = 7 << 16,   /* MemManage, BusFault, UsageFault enabled */
    SHCSR_PENDED = 0xF << 12, /* UsageFault, MemManage, BusFault, SVCall are pending */
    SCR_SEVONPEND = 1 << 4,
    CCR_DIV_0_TRP = 1 << 4,
    CCR_STKALIGN = 1 << 9,
    CCR_DC = 1 << 16,
    CCR_IC = 1 << 17,
    CCR_BP = 1 << 18,
    AIRCR_RESET = 0x05FA0004,
    DEMCR_MON_EN = 1 << 16,
    DEMCR_MON_PEND = 1 << 17,
    DEMCR_TRCENA = 1 << 24,
};
#define FPCCR_ASPEN (1u << 31)
#define FPCCR_LSPEN (1u << 30)

/* CFSR, B3.2.15: MemManage in [7:0], BusFault in [15:8], UsageFault in [31:16]. */
enum {
    CFSR_IACCVIOL = 1 << 0,
    CFSR_DACCVIOL = 1 << 1,
    CFSR_MUNSTKERR = 1 << 3,
    CFSR_MSTKERR = 1 << 4,
    CFSR_MLSPERR = 1 << 5,
    CFSR_MMARVALID = 1 << 7,
    CFSR_IBUSERR = 1 << 8,
    CFSR_PRECISERR = 1 << 9,
    CFSR_IMPRECISERR = 1 << 10,
    CFSR_UNSTKERR = 1 << 11,
    CFSR_STKERR = 1 << 12,
    CFSR_BFARVALID = 1 << 15,
    CFSR_UNDEFINSTR = 1 << 16,
    CFSR_INVSTATE = 1 << 17,
    CFSR_INVPC = 1 << 18,
    CFSR_NOCP = 1 << 19,
    CFSR_UNALIGNED = 1 << 24,
    CFSR_DIVBYZERO = 1 << 25,
};

/* Priorities. Two bits, which every chip has; smaller is more urgent. Faults stand above SVC and
 * SVC above whatever can switch threads: a call is never executed for another thread, whatever is
 * pending. Interrupts that never touch the kernel (transparent ones, board.h) stand above all; the
 * generator of board.h knows this limit. */
enum {
    PRIORITY_FAULT = 0x40,
    PRIORITY_SVC = 0x80,
    PRIORITY_AWARE = 0xC0,
};

/* EXC_RETURN: thread mode, process stack; without or with FPU frame. B1.5.8. */
#define EXC_RETURN_BASIC 0xFFFFFFFDu
#define EXC_RETURN_FPU   0xFFFFFFEDu
