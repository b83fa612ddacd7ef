/* SPDX-License-Identifier: Unlicense
 *
 * H9: the owner of an invocation port.
 */
#include "hazards.h"

enum { PIECE, PIECE1, TURNS = 6, TRIES = 100000 };

static void prepare(serve_t *serve)
{
    make_process(PROCESS);
    make_port(PORT, PIECE, serve, 0);
    age();
}

/* ---- H9a: activate, activate ---- */

static word_t inside, crowds;

static word_t serve_alone(word_t param, word_t *message)
{
    (void)message;
    if (__atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST) != 1)
        crowds++;
    for (unsigned i = 0; i < 5; i++)
        pause();
    (void)__atomic_sub_fetch(&inside, 1, __ATOMIC_SEQ_CST);
    return 3 * param;
}

static void prepare_alone(void)
{
    inside = 0;
    crowds = 0;
    prepare(serve_alone);
}

static void activate(word_t cpu)
{
    word_t value = 0;

    begin(cpu);
    for (unsigned i = 0; i < TURNS; i++) {
        got[cpu][i] = invoke(PORT, cpu + 10, &value);
        if (got[cpu][i] == STATUS_OK && value != 3 * (cpu + 10))
            got[cpu][TURNS] = STATUS_STATE;
    }
}

static const char *judge_activations(void)
{
    word_t successes = 0;

    for (word_t cpu = 0; cpu < running; cpu++)
        for (unsigned i = 0; i < TURNS; i++) {
            saw(got[cpu][i] == STATUS_OK ? 0 : got[cpu][i] == STATUS_BUSY ? 1 : 2);
            successes += got[cpu][i] == STATUS_OK;
            if (got[cpu][i] != STATUS_OK && !is_busy(got[cpu][i]))
                return "another status";
        }
    if (crowds != 0)
        return "two threads were inside one port";
    if (count_of(TURNS, STATUS_STATE) != 0)
        return "a thread got another's value";
    return successes != 0 ? NULL : "nobody came in";
}

/* ---- H9b, H9c: activate, set; set, set: entry and stack are of one setting ---- */

enum { FIRST = 100, SECOND_ENTRY = 200 };

static word_t serve_first(word_t param, word_t *message)
{
    (void)param;
    (void)message;
    return FIRST + this_stack();
}

static word_t serve_second(word_t param, word_t *message)
{
    (void)param;
    (void)message;
    return SECOND_ENTRY + this_stack();
}

static sword_t set(bool is_second)
{
    word_t entry, stack = port_words(is_second ? serve_second : serve_first, is_second, &entry);

    return CALL(INV_SET, PORT, entry, stack, 0);
}

static void prepare_first(void)
{
    prepare(serve_first);
}

/* Result i is that of activation i, result TURNS counts what is of two settings. */
static void activate_set(word_t cpu)
{
    word_t value = 0;

    got[cpu][TURNS] = 0;
    begin(cpu);
    for (unsigned i = 0; i < TURNS; i++) {
        got[cpu][i] = invoke(PORT, 0, &value);
        if (got[cpu][i] == STATUS_OK && value != FIRST && value != SECOND_ENTRY + 1)
            got[cpu][TURNS]++;
    }
}

static void set_in_turn(word_t cpu)
{
    got[cpu][TURNS] = 0;
    begin(cpu);
    for (unsigned i = 0; i < TURNS; i++)
        got[cpu][i] = set(i % 2 == 0);
}

static void set_own(word_t cpu)
{
    got[cpu][TURNS] = 0;
    begin(cpu);
    for (unsigned i = 0; i < TURNS; i++)
        got[cpu][i] = set(cpu % 2 != 0);
}

static const char *judge_settings(void)
{
    word_t value = 0;

    for (word_t cpu = 0; cpu < running; cpu++)
        for (unsigned i = 0; i < TURNS; i++) {
            saw(got[cpu][i] == STATUS_OK ? 0 : 1);
            if (got[cpu][i] != STATUS_OK && !is_busy(got[cpu][i]))
                return "another status";
        }
    if (count_of(TURNS, 0) != running)
        return "entry and stack of two settings";
    if (invoke(PORT, 0, &value) != STATUS_OK)
        return "the port stays claimed";
    return value == FIRST || value == SECOND_ENTRY + 1 ? NULL : "entry and stack of two settings";
}

/* ---- H9d: activate, delete ---- */

static volatile word_t is_tried, is_deleted;

static word_t serve_long(word_t param, word_t *message)
{
    (void)message;
    (void)param;
    (void)wait_for(&is_tried);
    return is_deleted;
}

static void prepare_long(void)
{
    is_tried = 0;
    is_deleted = 0;
    prepare(serve_long);
}

static void freeze_delete(word_t cpu)
{
    begin(cpu);
    got[cpu][0] = CALL(CPT_FRZ, BOOT_CAPTABLE, PORT);
    got[cpu][1] = delete_late(cpu, RME_SVC_INV_DEL, PORT);
    is_deleted = got[cpu][1] == STATUS_OK;
    is_tried = 1;
}

static void activate_once(word_t cpu)
{
    word_t value = 0;

    begin(cpu);
    got[cpu][0] = invoke(PORT, 0, &value);
    got[cpu][1] = (sword_t)value;
}

static const char *judge_activate_delete(void)
{
    word_t successes = count_of(0, STATUS_OK) - 1;

    if (got[0][0] != STATUS_OK)
        return "it was not frozen";
    for (word_t cpu = 1; cpu < running; cpu++) {
        saw(got[cpu][0] == STATUS_OK ? 0 : 1);
        if (got[cpu][0] == STATUS_OK && got[cpu][1] != 0)
            return "a port was deleted with a thread inside";
    }
    return got[0][1] == (successes == 0 ? STATUS_OK : STATUS_BUSY) ? NULL : "another status";
}

/* ---- H9e: return, activate: everybody comes back to where he came from ---- */

static word_t cpuid_id(void)
{
    uint32_t a = 1, b, c = 0, d;

    __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    return b >> 24;
}

static word_t serve_begin(word_t param, word_t *message)
{
    (void)message;
    if (param == 0)
        begin(0);
    return param;
}

static void prepare_begin(void)
{
    inside = 0;
    prepare(serve_begin);
}

/* The first is inside when it begins. */
static void come_back(word_t cpu)
{
    word_t value = CPUS, id = cpuid_id();

    if (cpu != 0) {
        (void)wait_for(&inside);
        begin(cpu);
    } else {
        inside = 1;
    }
    for (unsigned i = 0; i < TRIES && (i == 0 || is_busy(got[cpu][0])); i++) {
        got[cpu][0] = invoke(PORT, cpu, &value);
        pause();
    }
    got[cpu][1] = value == cpu && cpuid_id() == id;
}

static const char *judge_come_back(void)
{
    if (count_of(0, STATUS_OK) != running)
        return "the port stays claimed";
    return count_of(1, true) == running ? NULL : "a thread has returned to another's place";
}

/* ---- H9f: unwinding (a new start), activate ---- */

static volatile word_t is_new;

static word_t serve_wait(word_t param, word_t *message)
{
    (void)message;
    if (param == CPUS)
        (void)CALL(SIG_RCV, ENDPOINT, SIGNAL_RECEIVE_SINGLE);
    return param;
}

static void prepare_wait(void)
{
    is_new = 0;
    inside = 0;
    make_endpoint(ENDPOINT);
    make_thread(THREAD, PIECE1);
    prepare(serve_wait);
}

static void wait_inside(word_t cpu)
{
    word_t value;

    (void)invoke(PORT, CPUS, &value);
    end_worker(THREAD + cpu);
}

static void begin_anew(word_t cpu)
{
    is_new = 1;
    end_worker(THREAD + cpu);
}

static void unwind(word_t cpu)
{
    start_worker(cpu, wait_inside); /* and goes on here when that waits */
    inside = 1;
    begin(cpu);
    restart_worker(cpu, THREAD, begin_anew);
    got[cpu][0] = is_new != 0 ? STATUS_OK : STATUS_STATE;
    got[cpu][1] = true;
}

static const char *judge_unwind(void)
{
    if (got[0][0] != STATUS_OK)
        return "the thread did not begin anew";
    return judge_come_back();
}

const struct scenario port_rows[] = {
    SCENARIO("H9a activate, activate", 0x3, prepare_alone, judge_activations, activate, activate,
             activate, activate),
    SCENARIO("H9b activate, set", 0x3, prepare_first, judge_settings, activate_set, set_in_turn,
             activate_set, set_in_turn),
    SCENARIO("H9c set, set", 0x3, prepare_first, judge_settings, set_own, set_own, set_own,
             set_own),
    SCENARIO("H9d activate, delete", 0x3, prepare_long, judge_activate_delete, freeze_delete,
             activate_once, activate_once, activate_once),
    SCENARIO("H9e return, activate", 0, prepare_begin, judge_come_back, come_back, come_back,
             come_back, come_back),
    SCENARIO("H9f unwind, activate", 0, prepare_wait, judge_unwind, unwind, come_back, come_back,
             come_back),
    SCENARIO_END,
};
