/* SPDX-License-Identifier: Unlicense */
#include "tests/described/kill/victim.h"

static word_t kept = FIRST; /* data: restored */

void victim_live(const struct victim_plan *plan)
{
    struct report *report = plan->report;
    const struct crime_means means = {plan->go, plan->noise, plan->greet, &report->faults_left};

    report->lives++;
    report->first = kept;
    report->rounds = 0;
    if (report->faults_left != 0) {
        report->faults_left--;
        (void)crime_bad_read();
    }
    for (;;) {
        (void)rme_signal_receive(plan->go, SIGNAL_RECEIVE_SINGLE);
        if (plan->orders->victim == (word_t)plan->which && plan->orders->serial != report->served) {
            report->served = plan->orders->serial;
            report->result = crime_commit((enum crime)plan->orders->crime, &means);
        }
        kept = kill_next(kept, plan->work(report->rounds));
        report->value = kept;
        report->rounds++;
    }
}
