/* SPDX-License-Identifier: Unlicense
 *
 * A system description, as read: one structure for each kind of mapping in the file. What may stand
 * where is said once, in keys.c; this is where it goes. Names are not looked up yet (check.h).
 */
#pragma once

#include "builder/diagnose.h"

#include <stdint.h>

/* A word of the file. */
struct word {
    const char *text;
    struct place at;
};

/* A number, or the word that may stand for one: `auto`, `infinite`. */
struct number {
    uint64_t value;
    bool is_word;
    bool is_given; /* by the file; else the default */
    struct place at;
};

/* `name: [word, ...]` or `name: word`: what is granted of something that has a name. */
struct grant {
    struct word name;
    struct list words;   /* struct word */
    const void *granted; /* what the name means: a signal, shared memory, device or interrupt */
    unsigned rights;     /* of the words together: PAGE_* or RIGHT_SIGNAL_* */
    uint64_t address;    /* of shared memory, as the process sees it */
};

/* Every item begins with its name: the key under which it stands. */
struct signal {
    struct word name;
    unsigned senders;         /* that the description has */
    struct process *receiver; /* the only one */
    struct object *object;    /* objects.h; NULL: the timer's */
};

struct shared {
    struct word name;
    struct number size;
    struct list access;     /* struct word */
    unsigned rights, users; /* PAGE_* */
    uint64_t base, bytes;   /* physical (place.h) */
    struct block *block;
};

struct thread {
    struct word name;
    struct word entry;
    struct number priority, priority_max, budget, stack, margin, parameter, parameter_time;
    struct number fpu;
    struct word scheduler; /* a thread of this process, or `init` */
    struct word events;    /* the signal that tells that scheduler */
    struct process *process;
    struct thread *parent; /* NULL: init */
    const struct signal *told;
    struct object *object;
    uint64_t stack_base, stack_bytes; /* as the process sees it (place.h) */
    uint64_t stack_load;              /* as init sees it */
};

struct port {
    struct word name;
    struct word entry;
    struct number stack, margin, returns_on_fault;
    struct process *process;
    unsigned users;
    struct object *object;
    uint64_t stack_base, stack_bytes, stack_load;
};

/* A kernel function and a range of its first argument. */
struct function {
    struct word name;
    struct number first, last;
    unsigned number; /* of the function */
};

enum restart_policy { RESTART_STOP, RESTART_RESTART, RESTART_REBOOT };

struct restart {
    struct word name;
    struct number policy; /* enum restart_policy */
    struct number limit, within, back_off;
    struct word tell; /* a signal */
    const struct signal *told;
};

/* A capability that a process begins with; its slot is its position in the list. */
struct capability {
    const char *symbol; /* the handle in C: "signal_bell" */
    const char *type;   /* of librme's handles: "signal" */
    const char *name;   /* for messages: "bell" */
    const void *of;     /* the signal, port or thread; NULL: kernel functions */
    struct place at;
    uint64_t rights, low, high; /* of CPT_ADD */
};

struct process {
    struct word name;
    struct list sources, foreign, files, include, options; /* struct word */
    struct list threads, ports;
    struct list signals, shared, devices; /* struct grant */
    struct list interrupts;               /* struct grant: of one word, the signal */
    struct list calls;                    /* struct word */
    struct list functions;
    struct number libc, heap;
    struct restart restart;

    struct list capabilities; /* capabilities.h */
    struct object *captable, *object, *space;
    struct layout *layout; /* place.h */
};

struct system {
    struct word name;
    struct list signals, shared, processes;
    struct list policy; /* struct word */
    const struct source *source;
    const struct signal *timer; /* the signal of that name, which every system has */
};

/* Read a file into a description; NULL: it is no YAML. Complaints tell what else is wrong. */
struct system *description_read(const struct source *source);
