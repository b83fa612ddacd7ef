/* SPDX-License-Identifier: Unlicense
 *
 * The registers of the FPU, of SSE and of AVX belong to their threads: each finds its own, whoever
 * ran in between, a new thread finds none, and who has no attribute cannot look.
 */
#include "config.h"
#include "rme/alloc.h"
#include "rme/arch/sizes.h"
#include "rme/process.h"
#include "rme/start.h"
#include "tests/system/tap.h"

enum { THREADS = 3, STACK_BYTES = 1024, ROUNDS = 200, VECTORS = 16, WORDS = 4 };

static const rme_process_t process = {{BOOT_PROCESS}};
static const rme_thread_t init = {{BOOT_THREAD}};

static char stacks[THREADS][STACK_BYTES] __attribute__((aligned(16)));
static volatile word_t rounds[THREADS], wrong[THREADS];
static volatile word_t started[VECTORS * WORDS];
static bool has_avx;
static rme_signal_t parks[THREADS];

static bool find_avx(void)
{
    uint32_t a = 1, b, c = 0, d;

    __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    return (c >> 27 & 3) == 3; /* OSXSAVE and AVX */
}

/* One macro for each of sixteen: the instruction names its register. */
#define EACH(op)                                                                                   \
    op(0) op(1) op(2) op(3) op(4) op(5) op(6) op(7) op(8) op(9) op(10) op(11) op(12) op(13) op(14) \
        op(15)
#define LOAD_AVX(n)  "vmovdqu " #n "*32(%0), %%ymm" #n "\n\t"
#define STORE_AVX(n) "vmovdqu %%ymm" #n ", " #n "*32(%0)\n\t"
#define LOAD_SSE(n)  "movdqu " #n "*32(%0), %%xmm" #n "\n\t"
#define STORE_SSE(n) "movdqu %%xmm" #n ", " #n "*32(%0)\n\t"

static void load(const word_t *values)
{
    if (has_avx)
        __asm__ volatile(EACH(LOAD_AVX) : : "r"(values) : "memory");
    else
        __asm__ volatile(EACH(LOAD_SSE) : : "r"(values) : "memory");
}

static void store(word_t *values)
{
    if (has_avx)
        __asm__ volatile(EACH(STORE_AVX) : : "r"(values) : "memory");
    else
        __asm__ volatile(EACH(STORE_SSE) : : "r"(values) : "memory");
}

static word_t pattern(word_t thread, unsigned i)
{
    return (thread + 1) * 0x1111111111111111 + i;
}

/* Words of a vector that can be seen. */
static bool counts(unsigned i)
{
    return has_avx || i % WORDS < 2;
}

static void work(word_t thread)
{
    word_t values[VECTORS * WORDS];
    uint32_t control = 0x1F80 | (uint32_t)(thread & 3) << 13, now; /* MXCSR: a rounding mode */

    store(values);
    for (unsigned i = 0; thread == 0 && i < VECTORS * WORDS; i++)
        started[i] = counts(i) ? values[i] : 0;
    for (unsigned i = 0; i < VECTORS * WORDS; i++)
        values[i] = pattern(thread, i);
    load(values);
    __asm__ volatile("ldmxcsr %0" : : "m"(control));
    for (unsigned round = 0; round < ROUNDS; round++) {
        (void)rme_hot_call(RME_SVC_THD_SWT, CAP_NULL, 0);
        for (unsigned i = 0; i < VECTORS * WORDS; i++)
            values[i] = 0;
        store(values);
        __asm__ volatile("stmxcsr %0" : "=m"(now));
        for (unsigned i = 0; i < VECTORS * WORDS; i++)
            wrong[thread] += counts(i) && values[i] != pattern(thread, i);
        wrong[thread] += now != control;
        rounds[thread]++;
    }
    for (;;)
        (void)rme_signal_receive(parks[thread], SIGNAL_RECEIVE_SINGLE);
}

static void start(word_t thread)
{
    (void)rme_thread_make(&(struct rme_thread_plan){
        .process = process,
        .entry = work,
        .stack = stacks[thread],
        .stack_bytes = STACK_BYTES,
        .param = thread,
        .priority = 3,
        .priority_max = 3,
        .budget = BUDGET_INFINITE,
        .attributes = THREAD_FPU,
        .tid = thread,
        .scheduler = init,
        .endpoint = rme_signal_null(),
    });
}

static void all_threads(void)
{
    word_t clean = 0;

    for (unsigned i = 0; i < THREADS; i++)
        parks[i] = rme_signal_make();
    (void)rme_thread_set_priorities(1, init, rme_thread_null(), rme_thread_null(),
                                    rme_thread_null(), 5);
    for (word_t thread = THREADS; thread-- > 0;) /* thread 0 begins behind others that ran */
        start(thread);
    (void)rme_thread_set_priorities(1, init, rme_thread_null(), rme_thread_null(),
                                    rme_thread_null(), 0);
    for (unsigned i = 0; i < VECTORS * WORDS; i++)
        clean += started[i] == 0;
    tap_check(clean == VECTORS * WORDS, "a thread that begins behind others finds zeros");
    for (unsigned thread = 0; thread < THREADS; thread++)
        tap_check(rounds[thread] == ROUNDS && wrong[thread] == 0,
                  "a thread finds its own vectors and rounding");
}

int main(void)
{
    has_avx = find_avx();
    rme_print("# %s\n", has_avx ? "AVX" : "SSE only");
    if (CONFIG_FPU)
        all_threads();
    else
        tap_skip("vectors", "this build has no FPU threads");
    return tap_end();
}
