# SPDX-License-Identifier: Unlicense
#
# Commands of `./rme debug`: what the kernel knows, by the names of its sources. The file of the machine,
# debug-ARCH.gdb, has set $rme_cpu to the record of the CPU.

define rme-thread
    printf "thread %#x: tid %u, level %u of %u, budget %lu, state %u, %u invocations deep\n", $arg0, $arg0->tid, $arg0->priority, $arg0->priority_max, $arg0->budget, $arg0->state, $arg0->depth
end
document rme-thread
rme-thread POINTER: a thread in one line. State 0 is ready, 1 waits, 2 has no time, 3 has faulted. A budget of 2^31 - 2 (2^63 - 2 where words have 64 bits) is infinite, one more is an init thread's.
end

define rme-current
    rme-thread $rme_cpu->current
end
document rme-current
rme-current: the thread that runs.
end

define rme-ready
    set $rme_level = (int)(sizeof($rme_cpu->ready) / sizeof($rme_cpu->ready[0])) - 1
    while $rme_level >= 0
        set $rme_thread = $rme_cpu->ready[$rme_level]
        if $rme_thread != 0
            rme-thread $rme_thread
            set $rme_thread = $rme_thread->next
            while $rme_thread != $rme_cpu->ready[$rme_level]
                rme-thread $rme_thread
                set $rme_thread = $rme_thread->next
            end
        end
        set $rme_level = $rme_level - 1
    end
end
document rme-ready
rme-ready: all threads that are ready, in the order in which they would run.
end

printf "Commands: rme-current, rme-ready, rme-thread POINTER. The target is halted at reset.\n"
