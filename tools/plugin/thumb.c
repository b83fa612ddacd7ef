/* SPDX-License-Identifier: Unlicense
 *
 * The decode table: first match wins. The order of the rows is that of the encodings (Arm DDI 0403
 * A5.2, A5.3), special cases before what contains them.
 */
#include "thumb.h"

/* Where the registers stand in the encoding. */
enum form {
    NO_REGS,
    N_D0,  /* narrow: Rd in [2:0] */
    N_D8,  /* Rd in [10:8] */
    N_DH,  /* Rd in [7] and [2:0] */
    N_SP,  /* writes SP */
    N_RI,  /* Rt [2:0], base [5:3] */
    N_RR,  /* the same and index [8:6] */
    N_LIT, /* Rt [10:8], no base that can wait */
    N_TSP, /* Rt [10:8], base SP */
    N_LSP, /* register list in [8:0], base SP */
    N_LST, /* register list in [7:0], base [10:8] */
    W_D,   /* wide: Rd in [11:8] */
    W_MEM, /* Rt [15:12], base [19:16], perhaps an index [3:0] */
    W_EX,  /* STREX: status in [11:8] or [3:0], base [19:16] */
    W_TWO, /* LDRD, STRD: base [19:16] */
    W_LST, /* register list in [15:0], base [19:16] */
    W_FP,  /* FPU: base [19:16]; adds one cycle for a double register */
    W_FPL, /* FPU list of [7:0] words, base [19:16] */
};

struct rule {
    uint32_t mask, match;
    uint8_t cycles[MODELS]; /* without the registers of a list, without the refill of a branch */
    uint8_t kind, form;
};

static const struct rule narrow[] = {
    {0xE000, 0x0000, {1, 1}, KIND_ALU, N_D0},       /* shift, ADD, SUB */
    {0xF800, 0x2800, {1, 1}, KIND_PLAIN, NO_REGS},  /* CMP immediate */
    {0xE000, 0x2000, {1, 1}, KIND_ALU, N_D8},       /* MOV, ADD, SUB immediate */
    {0xFFC0, 0x4200, {1, 1}, KIND_PLAIN, NO_REGS},  /* TST */
    {0xFF80, 0x4280, {1, 1}, KIND_PLAIN, NO_REGS},  /* CMP, CMN */
    {0xFC00, 0x4000, {1, 1}, KIND_ALU, N_D0},       /* data processing */
    {0xFF00, 0x4500, {1, 1}, KIND_PLAIN, NO_REGS},  /* CMP, high registers */
    {0xFF87, 0x4487, {1, 1}, KIND_JUMP, NO_REGS},   /* ADD PC */
    {0xFF87, 0x4687, {1, 1}, KIND_JUMP, NO_REGS},   /* MOV PC */
    {0xFFF8, 0x4770, {1, 1}, KIND_RETURN, NO_REGS}, /* BX LR */
    {0xFF00, 0x4700, {1, 1}, KIND_JUMP, NO_REGS},   /* BX, BLX */
    {0xFC00, 0x4400, {1, 1}, KIND_ALU, N_DH},       /* ADD, MOV, high registers */
    {0xF800, 0x4800, {2, 2}, KIND_LOAD, N_LIT},     /* LDR literal */
    {0xFC00, 0x5000, {2, 1}, KIND_STORE, N_RR},     /* STR, STRH with an index */
    {0xFE00, 0x5400, {2, 1}, KIND_STORE, N_RR},     /* STRB */
    {0xF000, 0x5000, {2, 2}, KIND_LOAD, N_RR},      /* loads with an index */
    {0xE800, 0x6000, {1, 1}, KIND_STORE, N_RI},     /* STR, STRB with an offset */
    {0xE800, 0x6800, {2, 2}, KIND_LOAD, N_RI},      /* LDR, LDRB */
    {0xF800, 0x8000, {1, 1}, KIND_STORE, N_RI},     /* STRH */
    {0xF800, 0x8800, {2, 2}, KIND_LOAD, N_RI},      /* LDRH */
    {0xF800, 0x9000, {1, 1}, KIND_STORE, N_TSP},
    {0xF800, 0x9800, {2, 2}, KIND_LOAD, N_TSP},
    {0xF000, 0xA000, {1, 1}, KIND_ALU, N_D8},       /* ADR, ADD from SP */
    {0xFF00, 0xB000, {1, 1}, KIND_ALU, N_SP},       /* ADD SP, SUB SP */
    {0xF500, 0xB100, {1, 1}, KIND_BRANCH, NO_REGS}, /* CBZ, CBNZ */
    {0xFF00, 0xB200, {1, 1}, KIND_ALU, N_D0},       /* extend */
    {0xFE00, 0xB400, {1, 1}, KIND_MULTI, N_LSP},    /* PUSH */
    {0xFFE8, 0xB660, {2, 1}, KIND_PLAIN, NO_REGS},  /* CPS: 1 or 2 */
    {0xFF00, 0xBA00, {1, 1}, KIND_ALU, N_D0},       /* REV */
    {0xFF00, 0xBC00, {1, 1}, KIND_MULTI, N_LSP},    /* POP */
    {0xFF00, 0xBD00, {1, 1}, KIND_RETURN, N_LSP},   /* POP with PC */
    {0xF000, 0xC000, {1, 1}, KIND_MULTI, N_LST},    /* STM, LDM */
    {0xFF00, 0xDF00, {1, 1}, KIND_PLAIN, NO_REGS},  /* SVC */
    {0xF000, 0xD000, {1, 1}, KIND_BRANCH, NO_REGS}, /* conditional */
    {0xF800, 0xE000, {1, 1}, KIND_BRANCH, NO_REGS},
    {0, 0, {1, 1}, KIND_PLAIN, NO_REGS}, /* IT, hints, BKPT */
};

static const struct rule wide[] = {
    {0xFE508000, 0xE8108000, {1, 1}, KIND_RETURN, W_LST},    /* LDM with PC */
    {0xFE400000, 0xE8000000, {1, 1}, KIND_MULTI, W_LST},     /* STM, LDM, PUSH, POP */
    {0xFFF00000, 0xE8400000, {2, 2}, KIND_EXCLUSIVE, W_EX},  /* STREX */
    {0xFFF00000, 0xE8500000, {2, 2}, KIND_EXCLUSIVE, W_MEM}, /* LDREX */
    {0xFFF00000, 0xE8C00000, {2, 2}, KIND_EXCLUSIVE, W_EX},  /* STREXB, STREXH */
    {0xFFF000E0, 0xE8D00000, {4, 2}, KIND_JUMP, NO_REGS},    /* TBB, TBH: 6 and more in all */
    {0xFFF00000, 0xE8D00000, {2, 2}, KIND_EXCLUSIVE, W_MEM}, /* LDREXB, LDREXH */
    {0xFE400000, 0xE8400000, {3, 3}, KIND_MULTI, W_TWO},     /* LDRD, STRD */
    {0xFE000000, 0xEA000000, {1, 1}, KIND_ALU, W_D},         /* shifted register */
    {0xFFE00E00, 0xEC400A00, {2, 2}, KIND_PLAIN, NO_REGS},   /* VMOV, two core registers */
    {0xFF200E00, 0xED000A00, {2, 2}, KIND_MULTI, W_FP},      /* VLDR, VSTR */
    {0xFE000E00, 0xEC000A00, {1, 1}, KIND_MULTI, W_FPL},     /* VLDM, VSTM, VPUSH, VPOP */
    {0xFF000E10, 0xEE000A10, {1, 1}, KIND_PLAIN, NO_REGS},   /* VMOV, VMRS, VMSR */
    {0xFFA00E00, 0xEE000A00, {3, 1}, KIND_PLAIN, NO_REGS},   /* VMLA, VMLS, VNMLA, VNMLS */
    {0xFFB00E50, 0xEE800A00, {14, 1}, KIND_PLAIN, NO_REGS},  /* VDIV */
    {0xFFB00E00, 0xEE900A00, {3, 1}, KIND_PLAIN, NO_REGS},   /* VFNMA, VFNMS */
    {0xFFB00E00, 0xEEA00A00, {3, 1}, KIND_PLAIN, NO_REGS},   /* VFMA, VFMS */
    {0xFFBF0ED0, 0xEEB10AC0, {14, 1}, KIND_PLAIN, NO_REGS},  /* VSQRT */
    {0xFC000000, 0xEC000000, {1, 1}, KIND_PLAIN, NO_REGS},   /* the rest of the FPU */
    {0xFFE0D000, 0xF3808000, {2, 2}, KIND_PLAIN, NO_REGS},   /* MSR */
    {0xFFF0D000, 0xF3A08000, {1, 1}, KIND_PLAIN, NO_REGS},   /* hints */
    {0xFFF0D0F0, 0xF3B08060, {3, 4}, KIND_PLAIN, NO_REGS},   /* ISB: 1 and a refill */
    {0xFFF0D000, 0xF3B08000, {1, 4}, KIND_PLAIN, NO_REGS},   /* DSB, DMB, CLREX: 1 and more */
    {0xFFE0D000, 0xF3E08000, {2, 2}, KIND_PLAIN, NO_REGS},   /* MRS */
    {0xF8008000, 0xF0008000, {1, 1}, KIND_BRANCH, NO_REGS},  /* B, BL */
    {0xF8008000, 0xF0000000, {1, 1}, KIND_ALU, W_D},         /* immediate */
    {0xFFFFF000, 0xF85DF000, {3, 2}, KIND_RETURN, NO_REGS},  /* LDR PC, [SP]: 5 and more in all */
    {0xFF70F000, 0xF850F000, {3, 2}, KIND_JUMP, NO_REGS},    /* LDR PC */
    {0xFE10F000, 0xF810F000, {1, 2}, KIND_PLAIN, NO_REGS},   /* PLD, PLI */
    {0xFE100000, 0xF8100000, {2, 2}, KIND_LOAD, W_MEM},
    {0xFF900FC0, 0xF8000000, {2, 1}, KIND_STORE, W_MEM}, /* with an index */
    {0xFF100000, 0xF8000000, {1, 1}, KIND_STORE, W_MEM}, /* with an offset */
    {0xFF000000, 0xFA000000, {1, 1}, KIND_ALU, W_D},     /* register shifts, extend, DSP */
    {0xFF80F000, 0xFB00F000, {1, 1}, KIND_ALU, W_D},     /* MUL */
    {0xFF800000, 0xFB000000, {1, 2}, KIND_ALU, W_D},     /* MLA, MLS */
    {0xFFD000F0, 0xFB9000F0, {7, 7}, KIND_ALU, W_D},     /* SDIV, UDIV: 2 to 12 */
    {0xFF800000, 0xFB800000, {1, 1}, KIND_ALU, W_D},     /* long multiplication */
    {0, 0, {1, 1}, KIND_PLAIN, NO_REGS},
};

/* The mask of the register whose number stands at bit `shift`. */
static uint16_t reg(uint32_t code, unsigned int shift, uint32_t bits)
{
    return (uint16_t)(1u << (code >> shift & bits));
}

static uint8_t registers_in(uint32_t list)
{
    return (uint8_t)__builtin_popcount(list);
}

static void set_narrow_registers(struct thumb *thumb, uint32_t code, enum form form)
{
    const uint16_t sp = 1u << 13;

    if (form == N_D0 || form == N_RI || form == N_RR)
        thumb->dest = reg(code, 0, 7);
    else if (form == N_D8 || form == N_LIT || form == N_TSP)
        thumb->dest = reg(code, 8, 7);
    else if (form == N_DH)
        thumb->dest = (uint16_t)(1u << ((code >> 4 & 8) | (code & 7)));
    else if (form == N_SP)
        thumb->dest = sp;

    if (form == N_RI || form == N_RR)
        thumb->address = reg(code, 3, 7);
    if (form == N_RR)
        thumb->address |= reg(code, 6, 7);
    if (form == N_TSP || form == N_LSP)
        thumb->address = sp;
    if (form == N_LST)
        thumb->address = reg(code, 8, 7);
}

static void set_wide_registers(struct thumb *thumb, uint32_t code, enum form form)
{
    bool has_index = (code & 0xFE800FC0) == 0xF8000000 && (code >> 16 & 15) != 15;

    if (form == W_D)
        thumb->dest = reg(code, 8, 15);
    else if (form == W_MEM)
        thumb->dest = reg(code, 12, 15);
    else if (form == W_EX)
        thumb->dest = (code & 0x00F00000) == 0x00400000 ? reg(code, 8, 15) : reg(code, 0, 15);

    if (form >= W_MEM)
        thumb->address = reg(code, 16, 15);
    if (form == W_MEM && has_index)
        thumb->address |= reg(code, 0, 15);
}

/* Words that a list moves beyond what the table says. */
static uint8_t words(uint32_t code, enum form form)
{
    if (form == N_LSP)
        return registers_in(code & 0x1FF);
    if (form == N_LST)
        return registers_in(code & 0xFF);
    if (form == W_LST)
        return registers_in(code & 0xFFFF);
    if (form == W_FPL)
        return (uint8_t)(code & 0xFF);
    return 0;
}

struct thumb thumb_decode(uint16_t first, uint16_t second)
{
    bool is_wide = thumb_size(first) == 4;
    uint32_t code = is_wide ? (uint32_t)first << 16 | second : first;
    const struct rule *rule = is_wide ? wide : narrow;

    while ((code & rule->mask) != rule->match)
        rule++;

    struct thumb thumb = {.kind = rule->kind};

    for (int model = 0; model < MODELS; model++)
        thumb.cycles[model] = (uint8_t)(rule->cycles[model] + words(code, rule->form));
    if (rule->form == W_FP && (code & 0x100))
        thumb.cycles[MODEL_TRM]++;
    if (is_wide)
        set_wide_registers(&thumb, code, rule->form);
    else
        set_narrow_registers(&thumb, code, rule->form);
    return thumb;
}

static unsigned int trm_cycles(const struct thumb *thumb, const struct thumb *before)
{
    unsigned int cycles = thumb->cycles[MODEL_TRM];
    bool waits = (before->dest & thumb->address) != 0;
    bool is_single =
        thumb->kind == KIND_LOAD || thumb->kind == KIND_EXCLUSIVE || thumb->kind == KIND_STORE;
    bool after_load = before->kind == KIND_LOAD || before->kind == KIND_EXCLUSIVE;

    if (is_single && after_load && !waits && cycles > 1)
        return cycles - 1;
    return before->kind == KIND_ALU && waits ? cycles + 1 : cycles;
}

unsigned int thumb_cycles(const struct thumb *thumb, const struct thumb *before,
                          enum thumb_model model)
{
    if (model == MODEL_TRM)
        return trm_cycles(thumb, before);
    return thumb->cycles[model] - (thumb->kind == KIND_LOAD && before->kind == KIND_LOAD ? 1u : 0u);
}
