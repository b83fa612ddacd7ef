/* SPDX-License-Identifier: Unlicense
 *
 * A service on another CPU. A client calls a port, as it would any other: the thread goes on in the
 * proxy behind it, on its own CPU. The proxy puts the request where the server's CPU finds it,
 * wakes the server there, and waits to be woken. What that costs is printed beside a port that
 * answers by itself.
 */
#include "station.h"

#include "rme/assert.h"
#include "rme/invoke.h"
#include "rme/print.h"
#include "rme/process.h"

#include <stdatomic.h>

enum { ROUNDS = 1000, CLIENT = 0, STACK_BYTES = 2048 };

static word_t cpus, server;
static char local_stack[STACK_BYTES] __attribute__((aligned(16)));
static char proxy_stack[STACK_BYTES] __attribute__((aligned(16)));
static rme_invocation_t local, proxy;

/* One request at a time: the port lets one thread in. `state` says whose the words are; the client
 * makes it ASKED, the server ANSWERED, each by a release store behind the words. */
enum { IDLE, ASKED, ANSWERED };
static struct {
    _Alignas(64) _Atomic(word_t) state;
    word_t words[2]; /* the parameter; the answer */
} request;

static word_t serve(word_t param)
{
    return param * param + 1;
}

static word_t serve_here(word_t param, word_t *message)
{
    (void)message;
    return serve(param);
}

/* A signal may be left of a wake-up before: what counts is the state. */
static word_t serve_there(word_t param, word_t *message)
{
    (void)message;
    request.words[0] = param;
    atomic_store_explicit(&request.state, ASKED, memory_order_release);
    station_wake(server);
    while (atomic_load_explicit(&request.state, memory_order_acquire) != ANSWERED)
        station_wait(CLIENT);
    atomic_store_explicit(&request.state, IDLE, memory_order_relaxed);
    return request.words[1];
}

static void run_server(void)
{
    for (;;) {
        while (atomic_load_explicit(&request.state, memory_order_acquire) != ASKED)
            station_wait(server);
        request.words[1] = serve(request.words[0]);
        atomic_store_explicit(&request.state, ANSWERED, memory_order_release);
        station_wake(CLIENT);
    }
}

/* Cycles of a call, and whether all answers were right. */
static word_t measure(rme_invocation_t port, bool *is_right)
{
    word_t begun = clock_now(), value = 0;

    for (word_t i = 0; i < ROUNDS; i++)
        *is_right =
            *is_right && rme_invoke_hidden(port, i, &value) == STATUS_OK && value == i * i + 1;
    return (clock_now() - begun) / ROUNDS;
}

_Noreturn static void run_client(void)
{
    bool is_right = true;
    word_t here = measure(local, &is_right), there = measure(proxy, &is_right);

    rme_print("%u calls of each port: %s\n", ROUNDS, is_right ? "all answers are right" : "WRONG");
    rme_print("# a call here %lu ns, to CPU %u and back %lu ns\n",
              (unsigned long)(here * 1000 / (rme_boot.clock_hz / 1000000)), (unsigned)server,
              (unsigned long)(there * 1000 / (rme_boot.clock_hz / 1000000)));
    stations_end();
}

static void run(word_t cpu)
{
    if (cpu == CLIENT)
        run_client();
    if (cpu == server)
        run_server();
    for (;;)
        station_wait(cpu);
}

int main(void)
{
    cpus = stations_make();
    if (cpus == 1) {
        rme_print("a service on another CPU needs another CPU\n1 passed, 0 failed, 0 skipped\n");
        return 0;
    }
    server = cpus - 1;
    local = rme_server_make(rme_process(BOOT_PROCESS), serve_here, local_stack, STACK_BYTES, true);
    proxy = rme_server_make(rme_process(BOOT_PROCESS), serve_there, proxy_stack, STACK_BYTES, true);
    stations_run(run);
    rme_print("1 passed, 0 failed, 0 skipped\n");
    return 0;
}
