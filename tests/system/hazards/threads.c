/* SPDX-License-Identifier: Unlicense
 *
 * H6: the CPU of a thread.
 */
#include "hazards.h"

enum { PIECE, TRIES = 100000, PATTERN = 0x5EED, NOTHING = 77 };

/* ---- H6a: bind, bind ---- */

static void prepare_unbound(void)
{
    make_thread(THREAD, PIECE);
    age();
}

static void bind_here(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = bind(cpu, THREAD, 0);
}

static const char *judge_binds(void)
{
    const char *wrong = one_winner(STATUS_STATE);

    if (wrong != NULL)
        return wrong;
    return CALL(THD_SCHED_FREE, THREAD) == (got[0][0] == STATUS_OK ? STATUS_OK : STATUS_STATE)
               ? NULL
               : "it is bound elsewhere";
}

/* ---- H6b: free, bind: given back behind the switch, registers and all ---- */

static volatile word_t found_fpu, found_cpu;

static void prepare_fpu(void)
{
    found_fpu = NOTHING;
    found_cpu = CPUS;
    make_thread(THREAD + 1, PIECE);
}

static void free_itself(word_t cpu)
{
    word_t pattern = PATTERN;

    begin(cpu);
    __asm__ volatile("movq %0, %%xmm5" : : "r"(pattern));
    end_worker(THREAD + cpu);
}

static void run_and_free(word_t cpu)
{
    start_worker(cpu, free_itself); /* and goes on here when that is free */
}

static void find_registers(word_t cpu)
{
    word_t word;

    __asm__ volatile("movq %%xmm5, %0" : "=r"(word));
    found_fpu = word;
    found_cpu = cpu;
    end_worker(THREAD + 1);
}

static void bind_and_start(word_t cpu)
{
    begin(cpu);
    for (unsigned i = 0; i < TRIES && got[cpu][0] != STATUS_OK; i++) {
        got[cpu][0] = bind(cpu, THREAD + 1, 1);
        saw(got[cpu][0] == STATUS_OK ? 0 : 1);
        pause();
    }
    if (got[cpu][0] != STATUS_OK)
        return;
    restart_worker(cpu, THREAD + 1, find_registers);
    give_time(cpu, THREAD + 1);
}

static const char *judge_free_bind(void)
{
    if (got[0][0] != STATUS_OK)
        return "the thread is not free";
    if (found_cpu != 0)
        return "the start is lost";
    return found_fpu == 0 ? NULL : "registers of an old life came behind the start of the new one";
}

/* ---- H6c: bind, delete ---- */

static void freeze_delete(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = CALL(CPT_FRZ, BOOT_CAPTABLE, THREAD);
    got[cpu][1] = delete_late(cpu, RME_SVC_THD_DEL, THREAD);
}

static const char *judge_bind_delete(void)
{
    word_t bound = count_of(0, STATUS_OK) - 1;

    if (got[0][0] != STATUS_OK)
        return "it was not frozen";
    saw(bound != 0 ? 0 : 1);
    if (bound > 1)
        return "bound twice";
    return got[0][1] == (bound == 0 ? STATUS_OK : STATUS_STATE) ? NULL
                                                                : "a bound thread was deleted";
}

/* ---- H6d: free, delete ---- */

static volatile word_t is_bound, is_over;

static void prepare_bound(void)
{
    is_bound = 0;
    is_over = 0;
    prepare_unbound();
}

/* While it is frozen, or a deletion looks at it, nobody can free it; when that is refused it is
 * thawed. */
static void free_late(word_t cpu)
{
    must(bind(cpu, THREAD, 0), "THD_SCHED_BIND");
    is_bound = 1;
    begin(cpu);
    while (is_over == 0 && got[cpu][0] != STATUS_OK) {
        got[cpu][0] = CALL(THD_SCHED_FREE, THREAD);
        pause();
    }
}

static void delete_until_free(word_t cpu)
{
    (void)wait_for(&is_bound);
    begin(cpu);
    for (unsigned i = 0; i < TRIES && got[cpu][0] != STATUS_OK; i++) {
        got[cpu][1] = CALL(CPT_FRZ, BOOT_CAPTABLE, THREAD);
        got[cpu][0] = delete_late(cpu, RME_SVC_THD_DEL, THREAD);
        saw(got[cpu][0] == STATUS_OK ? 0 : 1);
    }
    is_over = 1;
}

static const char *judge_free_delete(void)
{
    if (got[1][0] != STATUS_OK)
        return "a bound thread was deleted, or could not be freed";
    return got[0][0] == STATUS_OK ? NULL : "a free thread cannot go";
}

const struct scenario thread_rows[] = {
    SCENARIO("H6a bind, bind", 0x7, prepare_unbound, judge_binds, bind_here, bind_here, bind_here,
             bind_here),
    SCENARIO("H6b free, bind", 0x1, prepare_fpu, judge_free_bind, bind_and_start, run_and_free),
    SCENARIO("H6c bind, delete", 0x3, prepare_unbound, judge_bind_delete, freeze_delete, bind_here,
             bind_here, bind_here),
    SCENARIO("H6d free, delete", 0x1, prepare_bound, judge_free_delete, delete_until_free,
             free_late),
    SCENARIO_END,
};
