/* SPDX-License-Identifier: Unlicense
 *
 * The user library against the kernel: what its invocation stubs show and hide, what they restore,
 * messages there and back; allocators and threads that come and go.
 */
#include "rme/alloc.h"
#include "rme/arch/sizes.h"
#include "rme/process.h"
#include "rme/stack.h"
#include "rme/start.h"
#include "test/machine.h"
#include "tests/system/tap.h"

#define UNUSED __attribute__((unused)) /* a naked function may hold assembly alone */

enum { STACK_BYTES = 16 * WORD_BITS, ROUNDS = 100 };

static const rme_process_t process = {{BOOT_PROCESS}};
static char stacks[4][STACK_BYTES] __attribute__((aligned(16)));

/* What the spy found in the registers that cross. */
static word_t spied[RME_MESSAGE_WORDS] __attribute__((used));

/* Of the port: spy() and keeps_registers(). */
#include "test/library.h"

static word_t serve(word_t param, word_t message[RME_MESSAGE_WORDS])
{
    for (unsigned i = 0; i < RME_MESSAGE_WORDS; i++)
        message[i] = message[i] * 2 + param;
    return param + 1;
}

static word_t keep_quiet(word_t param, word_t message[RME_MESSAGE_WORDS])
{
    (void)message;
    return param;
}

static word_t crash(word_t param, word_t message[RME_MESSAGE_WORDS])
{
    *(volatile word_t *)MACHINE_UNREACHABLE = param + message[1];
    return 0;
}

void rme_invoke_hidden_stub(void);
void rme_invoke_message_stub(void);

static bool is_filled(const word_t words[RME_MESSAGE_WORDS], word_t word, unsigned first)
{
    for (unsigned i = first; i < RME_MESSAGE_WORDS; i++)
        if (words[i] != word)
            return false;
    return true;
}

static void stubs(void)
{
    rme_invocation_t port = rme_invocation_make(process, spy, stacks[0], STACK_BYTES, false);
    word_t message[RME_MESSAGE_WORDS] = {1, 2, 3, 4, 5, 6}, value = 0;

    tap_check(keeps_registers(port.id.raw, 0x1234, (word_t)rme_invoke_hidden_stub),
              "the hiding stub restores what a hostile callee destroyed");
    tap_check(SPIED_PARAM == 0x1234 && is_filled(spied, 0, SPIED_MORE),
              "and has shown it the parameter and zeros");
    tap_check(keeps_registers(port.id.raw, (word_t)message, (word_t)rme_invoke_message_stub),
              "so does the stub for messages");
    tap_check(spied[0] == 1 && spied[5] == 6, "which has shown it the message");
    tap_check(is_filled(message, ~(word_t)0, 0), "and gives the callee's words to the caller");
    tap_check(rme_invoke_hidden(port, 5, &value) == STATUS_OK && value == 0x77 && SPIED_PARAM == 5,
              "the value comes back");
    tap_check(rme_invocation_activate(port, 6, &value) == STATUS_OK && value == 0x77 &&
                  SPIED_PARAM == 6,
              "the inline stub survives the hostile callee");
    tap_check(rme_invoke_hidden(rme_invocation(BOOT_PROCESS), 5, &value) == STATUS_TYPE,
              "a refusal comes back too");
}

static void servers(void)
{
    rme_invocation_t port = rme_server_make(process, serve, stacks[1], STACK_BYTES, false);
    rme_invocation_t quiet = rme_server_make(process, keep_quiet, stacks[2], STACK_BYTES, false);
    rme_invocation_t crashing = rme_server_make(process, crash, stacks[3], STACK_BYTES, true);
    word_t message[RME_MESSAGE_WORDS] = {10, 20, 30, 40, 50, 60}, value = 0;
    bool right = true;

    tap_check(rme_invoke_message(port, message, &value) == STATUS_OK && value == 11,
              "a server gets the parameter and returns a value");
    tap_check(message[0] == 30 && message[1] == 50 && message[5] == 130,
              "six words went there and came back");
    for (word_t i = 0; i < ROUNDS; i++) {
        word_t words[RME_MESSAGE_WORDS] = {i, i, i, i, i, i};

        right &= rme_invoke_message(port, words, &value) == STATUS_OK && value == i + 1 &&
                 is_filled(words, 3 * i, 0);
    }
    tap_check(right, "the stack of a server can be used again and again");

    tap_check(rme_invoke_message(quiet, message, &value) == STATUS_OK && message[5] == 130,
              "a server that leaves the message alone shows nothing else");
    tap_check(rme_invoke_message(crashing, message, &value) == STATUS_FAULT &&
                  is_filled(message, 0, 0),
              "a forced return brings no register of the callee");
    message[3] = 9;
    tap_check(rme_invoke_message(rme_invocation(BOOT_THREAD), message, &value) == STATUS_TYPE &&
                  message[3] == 9,
              "a refused call leaves the message alone");
}

static volatile word_t runs;

static void count_and_stop(word_t param)
{
    runs += param;
    for (;;)
        (void)rme_thread_switch(rme_thread_null(), 1);
}

/* Made, run, deleted, again and again, in the same slot and memory. */
static void threads(void)
{
    word_t left = rme_alloc_kmem_left(), slot = rme_alloc_slot(),
           memory = rme_alloc_kmem(RME_THREAD_BYTES);
    struct rme_thread_plan plan = {
        .slot = slot,
        .memory = memory,
        .process = process,
        .entry = count_and_stop,
        .stack = stacks[0],
        .stack_bytes = STACK_BYTES,
        .param = 1,
        .priority = 2,
        .priority_max = 2,
        .budget = 100000,
        .scheduler = {{BOOT_THREAD}},
        .endpoint = rme_signal_null(),
    };
    bool right = true;

    for (unsigned i = 0; i < ROUNDS; i++)
        right &= rme_thread_unmake(rme_thread_make(&plan), &plan) == STATUS_OK;
    tap_check(right && runs == ROUNDS, "threads come, run and go in the same memory");
    rme_free_kmem(memory, RME_THREAD_BYTES);
    rme_free_slot(slot);
    tap_check(rme_alloc_kmem_left() == left, "what was allocated is given back");
    tap_check(rme_alloc_slot() == slot, "a slot that was given back is the next to be had");
    tap_check(rme_alloc_kmem_aligned(64, 256) % 256 == 0, "kernel memory comes aligned");
}

int main(void)
{
    stubs();
    servers();
    threads();
    return tap_end();
}
