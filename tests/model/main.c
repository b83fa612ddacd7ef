/* SPDX-License-Identifier: Unlicense
 *
 * The reference model against the kernel, sequence after sequence of random steps. Odd seeds are
 * tiny (few levels, small tables, little memory) and compare the whole state behind every step,
 * even ones are large and compare it every 64 steps, but in a build with tiny limits; results and
 * invariants always.
 *
 *   model [CALLS [SEED [STEPS [SECONDS]]]]   at least CALLS calls, sequences of STEPS steps (0: the
 *       longest) from SEED on; a difference is made smaller for SECONDS
 *
 * With three million calls and more, a pair of call and status that was never reached is a failure.
 * The run is made by a child: whatever it dies of, what led there is printed, made smaller.
 */
#include "tests/model/coverage.h"
#include "tests/model/run.h"
#include "tests/unit/tap.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    CALLS_DEFAULT = 200000,
    CALLS_COVERING = 3000000, /* a run that long reaches every pair */
    HANG_SECONDS = 60,
    SHRINK_SECONDS = 30,
    STEPS_PRINTED = 100, /* of more, the last */
};

static struct record *found, *trial;
static int shrink_seconds = SHRINK_SECONDS;

static struct record *shared_record(void)
{
    void *at = mmap(NULL, sizeof(struct record), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                    -1, 0);

    if (at == MAP_FAILED)
        abort();
    return at;
}

/* Whether a child that does this finds a difference, or dies. */
static bool fails(int (*run)(void), unsigned seconds)
{
    int status = 0;
    pid_t child;

    fflush(stdout);
    child = fork();
    if (child == 0) {
        (void)alarm(seconds);
        _exit(run());
    }
    if (child < 0 || waitpid(child, &status, 0) < 0)
        abort();
    if (WIFSIGNALED(status))
        snprintf(found->text, sizeof(found->text), "it died of signal %d", WTERMSIG(status));
    return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

/* ---- Making a failing sequence smaller ---- */

static int try_steps(void)
{
    if (freopen("/dev/null", "w", stdout) == NULL || freopen("/dev/null", "w", stderr) == NULL)
        return 1;
    return run_steps(trial) ? 0 : 1;
}

/* Without the steps from `first` on, if it still fails. */
static bool drop(unsigned first, unsigned count)
{
    trial->count = found->count - count;
    memcpy(trial->steps, found->steps, first * sizeof(struct step));
    memcpy(&trial->steps[first], &found->steps[first + count],
           (found->count - first - count) * sizeof(struct step));
    trial->differs = false;
    if (!fails(try_steps, 5))
        return false;
    if (trial->differs)
        snprintf(found->text, sizeof(found->text), "%s", trial->text);
    found->count = trial->count;
    memcpy(found->steps, trial->steps, trial->count * sizeof(struct step));
    return true;
}

static void shrink(void)
{
    time_t end = time(NULL) + (time_t)shrink_seconds;

    for (unsigned chunk = found->count / 2; chunk > 0; chunk /= 2)
        for (unsigned first = found->count; first >= chunk && time(NULL) < end;) {
            first -= chunk;
            if (first + chunk <= found->count)
                (void)drop(first, chunk);
        }
}

/* ---- The run ---- */

static unsigned long calls_wanted = CALLS_DEFAULT;
static uint64_t first_seed = 1;
static unsigned steps = STEPS_MAX;

static int run_all(void)
{
    unsigned missing;

    found->calls = 0;
    for (uint64_t seed = first_seed; found->calls < calls_wanted; seed++) {
        (void)alarm(HANG_SECONDS);
        if (!run_seed(found, seed, steps))
            return 1;
    }
    missing = coverage_print();
    fflush(stdout);
    return missing != 0 && calls_wanted >= CALLS_COVERING ? 2 : 0;
}

static void report(void)
{
    printf("# seed %" PRIu64 ", step %u, call %lu: %s\n", found->seed, found->count, found->calls,
           found->text);
    printf("# again: model 1 %" PRIu64 " %u\n", found->seed, found->count);
    print_step(&found->steps[found->count - 1]);
    shrink();
    printf("# with as few steps as were found, %u: %s\n", found->count, found->text);
    for (unsigned i = found->count > STEPS_PRINTED ? found->count - STEPS_PRINTED : 0;
         i < found->count; i++)
        print_step(&found->steps[i]);
}

int main(int argc, char **argv)
{
    bool holds;

    if (argc > 1)
        calls_wanted = strtoul(argv[1], NULL, 0);
    if (argc > 2)
        first_seed = strtoull(argv[2], NULL, 0);
    if (argc > 3)
        steps = (unsigned)strtoul(argv[3], NULL, 0) % (STEPS_MAX + 1);
    if (steps == 0)
        steps = STEPS_MAX;
    if (argc > 4)
        shrink_seconds = (int)strtol(argv[4], NULL, 0);
    found = shared_record();
    trial = shared_record();
    holds = !fails(run_all, HANG_SECONDS);
    if (found->differs || found->calls < calls_wanted)
        report();
    printf("# %lu calls\n", found->calls);
    tap_check(found->calls >= calls_wanted && !found->differs, "kernel and model never differ");
    if (calls_wanted >= CALLS_COVERING)
        tap_check(holds, "every pair of call and status was reached");
    return tap_end();
}
