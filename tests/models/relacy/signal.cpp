/* SPDX-License-Identifier: Unlicense
 *
 * Signal endpoint in the C11 memory model: what a sender wrote before its send, the receiver sees.
 * spin/signal.pml has the count, the waiter and the limits.
 *
 * Two threads each write a message of their own and send; the third receives, one by a compare-exchange
 * or all by an exchange. When it has received as many as were sent, it may read both messages: the
 * second fetch-add continues the release of the first.
 *
 * Twins: SEND=relaxed    the message may come after the signal
 *        RECEIVE=relaxed the receiver may have read before it received
 *        ADD_BY_STORE=1  of two signals one is lost, and one message was not released
 */
#include "model.hpp"

static const rl::memory_order SEND = order("SEND", release);
static const rl::memory_order RECEIVE = order("RECEIVE", acquire);
static const int ADD_BY_STORE = knob("ADD_BY_STORE", 0);

struct endpoint : rl::test_suite<endpoint, 3> {
    word count;
    shared message[2];
    int received;

    void before()
    {
        store(count, 0, relaxed);
        received = 0;
    }

    void send(unsigned self)
    {
        message[self]($) = 7;
        if (ADD_BY_STORE)
            store(count, load(count, relaxed) + 1, SEND);
        else
            count.fetch_add(1, SEND, $);
    }

    void receive_one()
    {
        int old = load(count, relaxed);

        if (old > 0 && compare_exchange(count, old, old - 1, RECEIVE))
            received++;
    }

    void receive_all()
    {
        received += count.exchange(0, RECEIVE, $);
    }

    void thread(unsigned self)
    {
        if (self < 2) {
            send(self);
            return;
        }
        receive_one();
        receive_all();
        if (received == 2)
            RL_ASSERT(message[0]($) == 7 && message[1]($) == 7);
    }

    void after()
    {
        RL_ASSERT(received + load(count, relaxed) == 2);
    }
};

int main()
{
    return explore<endpoint>();
}
