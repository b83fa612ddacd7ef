/* SPDX-License-Identifier: Unlicense
 *
 * H13: requests to other CPUs. H14: the binding of an interrupt line. H15: the epoch, and what each
 * CPU has seen of it; also where the epochs wrap (SEC-11), to which the kernel for tests lets them
 * jump.
 */
#include "layout.h"
#include "shaken/shake.h"
#include "tree.h"

enum { PIECE, ROUNDS = 6, EPOCHS = 3, USES = 400, WRAPS = 16 };

/* ---- H13a: requests, and their delivery ---- */

static volatile word_t is_over;

static void prepare_requests(void)
{
    is_over = 0;
}

/* Each request is for CPU 1, and answered before that ticks by itself; only where time is exact
 * this can be told from the tick. */
static void ask(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = true;
    for (unsigned i = 0; i < ROUNDS; i++) {
        word_t since = now();
        sword_t epoch;

        if (i % 2 != 0)
            tick(1);
        epoch = FUNCTION(FLUSH, 0, 2 | (word_t)1 << cpu);
        while (FUNCTION(FLUSH_DONE, 0, (word_t)epoch) == 0) {
            for (word_t other = 0; other < running; other++)
                if (other != 1 && other != cpu)
                    tick(other);
            pause();
        }
        if (is_timed && !is_short(since, 1))
            got[cpu][0] = false;
    }
    is_over = 1;
}

static void work(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = true;
    while (is_over == 0) {
        (void)CALL(THD_SWT, CAP_NULL, 0);
        pause();
    }
}

static const char *judge_requests(void)
{
    return count_of(0, true) == running ? NULL : "a request is lost";
}

/* ---- H13b: a request to tick, quiescence ---- */

static void prepare_frozen(void)
{
    is_over = 0;
    make_endpoint(ENDPOINT);
    age();
    MUST(CPT_FRZ, BOOT_CAPTABLE, ENDPOINT);
}

/* A tick that was asked for may come behind the call that asks next. */
static void ask_and_delete(word_t cpu)
{
    word_t since;

    begin(cpu);
    since = now();
    for (unsigned i = 0; got[cpu][0] != STATUS_OK; i++) {
        for (word_t other = 0; other < running; other++)
            tick(other);
        for (unsigned j = 0; j < 50; j++)
            pause();
        got[cpu][0] = CALL(SIG_DEL, BOOT_CAPTABLE, ENDPOINT);
        saw(got[cpu][0] == STATUS_OK ? 0 : 1);
    }
    got[cpu][1] = !is_timed || is_short(since, 2);
    is_over = 1;
}

static void work_long(word_t cpu)
{
    begin(cpu);
    while (is_over == 0) {
        (void)CALL(THD_SWT, CAP_NULL, 0);
        pause();
    }
}

static const char *judge_ask(void)
{
    return got[0][1] == true ? NULL : "a tick that was asked for is none";
}

/* ---- H14a: bind a line, bind it; H14b: unbind, unbind ---- */

static void prepare_endpoints(void)
{
    make_endpoint(ENDPOINT);
    make_endpoint(ENDPOINT1);
    age();
}

static word_t endpoint_for(word_t cpu)
{
    return cpu % 2 == 0 ? ENDPOINT : ENDPOINT1;
}

static void bind_line(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = FUNCTION(INT_BIND, LINE, endpoint_for(cpu), 1);
}

static void unbind_line(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = FUNCTION(INT_BIND, LINE, CAP_NULL, 0);
}

static void fire(word_t cpu)
{
    (void)FUNCTION(INT_LOCAL_MOD, LINE, 1, 1);
    (void)FUNCTION(INT_LOCAL_TRIG, cpu << CAP_PAIR_SHIFT | LINE, 0, 0);
}

static const char *judge_bound(void)
{
    const char *wrong = one_winner(STATUS_STATE);
    word_t winner = 0;

    if (wrong != NULL)
        return wrong;
    while (got[winner][0] != STATUS_OK)
        winner++;
    if (!is_referenced(endpoint_for(winner)) || is_referenced(endpoint_for(winner + 1)))
        return "an endpoint does not count its lines";
    fire(0);
    for (unsigned i = 0; i < USES; i++) {
        pause();
        if (CALL(SIG_RCV, endpoint_for(winner), SIGNAL_POLL_ALL) == 1)
            return NULL;
    }
    return "the line tells somebody else";
}

static void prepare_bound(void)
{
    prepare_endpoints();
    must(FUNCTION(INT_BIND, LINE, ENDPOINT, 1), "INT_BIND");
}

static const char *judge_unbound(void)
{
    const char *wrong = one_winner(STATUS_STATE);

    if (wrong != NULL)
        return wrong;
    return CALL(CPT_FRZ, BOOT_CAPTABLE, ENDPOINT) == STATUS_OK
               ? NULL
               : "the endpoint counts a line that is gone";
}

/* ---- H14c: delivery, unbind and delete of the endpoint ---- */

static void fire_on(word_t cpu)
{
    begin(cpu);
    for (unsigned i = 0; i < USES && is_over == 0; i++) {
        fire(cpu);
        pause();
    }
}

static void prepare_firing(void)
{
    is_over = 0;
    prepare_bound();
}

/* The slot gets another life, to which nothing is delivered. */
static void unbind_delete_reuse(word_t cpu)
{
    unbind_line(cpu);
    got[cpu][1] = CALL(CPT_FRZ, BOOT_CAPTABLE, ENDPOINT);
    got[cpu][2] = delete_late(cpu, RME_SVC_SIG_DEL, ENDPOINT);
    got[cpu][3] = CALL(SIG_CRT, BOOT_CAPTABLE, ENDPOINT);
    is_over = 1;
}

static const char *judge_delivery(void)
{
    for (unsigned i = 0; i < 4; i++)
        if (got[0][i] != STATUS_OK)
            return "the endpoint cannot go";
    return CALL(SIG_RCV, ENDPOINT, SIGNAL_POLL_ALL) == 0
               ? NULL
               : "a late delivery has changed another life of the slot";
}

/* ---- H15a: advance, advance or tick: never past a CPU that has not ticked ---- */

static volatile word_t began_at, are_awake;

static void prepare_young(void)
{
    are_awake = 0;
    age();
    for (word_t cpu = 0; cpu < CPUS; cpu++)
        make_endpoint(EACH + cpu);
    is_over = 0;
    began_at = now();
}

/* CPU 1 asks too, but does not tick, nor sleep before the others have asked: as long as it cannot
 * have ticked by itself, nobody may find everybody past. */
static void advance(word_t cpu)
{
    if (cpu == 0)
        are_awake = 1;
    while (are_awake == 0)
        pause();
    for (unsigned i = 0; i < USES; i++)
        pause(); /* the last request that should wake it may be on its way: it is a tick */
    begin(cpu);
    got[cpu][0] = STATUS_NOT_QUIESCENT;
    for (unsigned i = 0; i < 4 * EPOCHS && got[cpu][0] == STATUS_NOT_QUIESCENT; i++) {
        got[cpu][0] = CALL(CPT_FRZ, BOOT_CAPTABLE, EACH + cpu);
        got[cpu][1] = is_short(began_at, 1);
        if (cpu != 1)
            tick(cpu);
    }
    if (cpu != 1)
        (void)__atomic_add_fetch(&is_over, 1, __ATOMIC_SEQ_CST);
    while (cpu == 1 && is_over < running - 1)
        pause();
}

static const char *judge_advance(void)
{
    for (word_t cpu = 0; cpu < running; cpu++) {
        saw(got[cpu][0] == STATUS_NOT_QUIESCENT ? 0 : 1);
        if (got[cpu][0] != STATUS_NOT_QUIESCENT && got[cpu][1] == true)
            return "the epoch has passed a CPU";
    }
    return NULL;
}

/* ---- H15b: advance and delete, sleep and waking ---- */

static word_t serve(word_t param, word_t *message)
{
    (void)message;
    return param;
}

static void prepare_port(void)
{
    is_over = 0;
    make_process(PROCESS);
    make_port(SLOT, PIECE, serve, 0);
    age();
}

static sword_t set_port(void)
{
    word_t entry, stack = port_words(serve, 0, &entry);

    return CALL(INV_SET, SLOT, entry, stack, 0);
}

static void use(word_t cpu, bool sleeps)
{
    begin(cpu);
    while (is_over == 0) {
        if (sleeps)
            (void)FUNCTION(IDLE_SLEEP, 0);
        got[cpu][0] = set_port();
        if (got[cpu][0] != STATUS_OK && !is_busy(got[cpu][0]))
            return;
        saw(0);
        pause();
    }
}

static void sleep_and_use(word_t cpu)
{
    use(cpu, true);
}

static void use_on(word_t cpu)
{
    use(cpu, false);
}

static void freeze_delete_reuse(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = CALL(CPT_FRZ, BOOT_CAPTABLE, SLOT);
    got[cpu][1] = delete_late(cpu, RME_SVC_INV_DEL, SLOT);
    got[cpu][2] = CALL(CPT_CRT, BOOT_CAPTABLE, TABLE, BOOT_KMEM, memory_at(PIECE), 2);
    is_over = 1;
    tick_all(); /* who sleeps wakes */
}

static const char *judge_use_delete(void)
{
    for (unsigned i = 0; i < 3; i++)
        if (got[0][i] != STATUS_OK)
            return "the port cannot go";
    for (word_t i = 0; i < 2; i++)
        if (CALL(CPT_REM, TABLE, i) != STATUS_EMPTY)
            return "a late use has changed another life of the memory";
    return NULL;
}

/* ---- H15c, H15d: where the epochs wrap ---- */

/* As if the machine had been started so long ago that a few more epochs wrap. Nothing is old. */
static void jump(void)
{
    volatile struct shake *page = (volatile struct shake *)(LAYOUT_GUEST - LAYOUT_KERNEL_WINDOW);

    page->jump = 1 + run_seed % WRAPS;
    page->most = 0;
    page->state = 1;
    tick_all();
    page->state = 0;
    if (page->jump != 0)
        must(STATUS_UNSUPPORTED, "a jump of the epochs");
}

static void prepare_port_wrapping(void)
{
    jump();
    prepare_port();
}

static void prepare_table_wrapping(void)
{
    jump();
    MUST(PGT_CRT, BOOT_CAPTABLE, CHILD, BOOT_KMEM, memory_at(PIECE), WINDOW, 12, 9);
    freeze(CHILD);
}

static void delete_table(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = CALL(PGT_DEL, BOOT_CAPTABLE, CHILD);
}

static const char *judge_table(void)
{
    return one_winner(STATUS_EMPTY) == NULL ? NULL
                                            : "a table that nobody can have is not deleted once";
}

const struct scenario epoch_rows[] = {
    SCENARIO("H13a request, request or delivery", 0, prepare_requests, judge_requests, ask, work,
             ask, ask),
    SCENARIO("H13b request to tick, quiescence", 0x3, prepare_frozen, judge_ask, ask_and_delete,
             work_long),
    SCENARIO("H14a bind a line, bind it", 0x7, prepare_endpoints, judge_bound, bind_line, bind_line,
             bind_line, bind_line),
    SCENARIO("H14b unbind, unbind", 0x7, prepare_bound, judge_unbound, unbind_line, unbind_line,
             unbind_line, unbind_line),
    SCENARIO("H14c delivery, unbind and delete", 0, prepare_firing, judge_delivery,
             unbind_delete_reuse, fire_on, fire_on, fire_on),
    SCENARIO("H15a advance, advance or tick", 0x1, prepare_young, judge_advance, advance, advance,
             advance, advance),
    SCENARIO("H15b delete, sleep and waking", 0, prepare_port, judge_use_delete,
             freeze_delete_reuse, sleep_and_use, sleep_and_use, sleep_and_use),
    SCENARIO("H15c look-up, delete where epochs wrap", 0x1, prepare_port_wrapping, judge_use_delete,
             freeze_delete_reuse, use_on, use_on, use_on),
    SCENARIO("H15d PGT_DEL where flush epochs wrap", 0x7, prepare_table_wrapping, judge_table,
             delete_table, delete_table, delete_table, delete_table),
    SCENARIO_END,
};
