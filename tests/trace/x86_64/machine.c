/* SPDX-License-Identifier: Unlicense
 *
 * The program as the first process of a board. Its settings are words of the command line:
 *
 *   trace.calls=N trace.seed=N trace.first=N trace.last=N
 *
 * Whatever thread acts prints, through a capability of the table that most of them have; one that
 * has another leaves the text for the next.
 */
#include "abi/boot_page.h"
#include "board.h"
#include "layout.h"
#include "rme/print.h"
#include "rme/process.h"
#include "rme/start.h"
#include "tests/trace/shadow.h"
#include "tests/trace/words.h"

enum { STACK_BYTES = 16384, TEXT_BYTES = 1 << 16 };
enum { LINE_STATUS = 5, HOLDING_EMPTY = 0x20, PATIENCE = 100000 };

/* Exchanged with acts.S. */
struct found {
    word_t is_resumed, rax, rdx, rdi, rsp, crossing[CROSSING], rest;
};
struct acting {
    word_t is_jump, number_or_target, words[7], crossing[CROSSING], stack;
};
static_assert(offsetof(struct found, crossing) == 5 * 8 && offsetof(struct found, rest) == 11 * 8,
              "acts.S");
static_assert(offsetof(struct acting, words) == 2 * 8 &&
                  offsetof(struct acting, crossing) == 9 * 8 &&
                  offsetof(struct acting, stack) == 15 * 8,
              "acts.S");

extern struct found trace_found;
extern struct acting trace_acting;
extern word_t trace_is_inside;
struct found trace_found;
struct acting trace_acting;
word_t trace_is_inside;

extern char trace_stack[STACK_BYTES];
__attribute__((aligned(16), used)) char trace_stack[STACK_BYTES];
__asm__(".global trace_stack_top\n\t.set trace_stack_top, trace_stack + 16384");

void trace_next(word_t was_inside);
void trace_enter(word_t name);
extern char trace_begin[], trace_resume[], trace_load[], trace_store[], trace_undefined[];

static char *const places[PLACES] = {
    [PLACE_BEGIN] = trace_begin, [PLACE_RESUME] = trace_resume,       [PLACE_LOAD] = trace_load,
    [PLACE_STORE] = trace_store, [PLACE_UNDEFINED] = trace_undefined,
};

/* ---- Given to the program ---- */

sword_t machine_call(word_t number, const word_t words[7])
{
    return rme_call(number, words[0], words[1], words[2], words[3], words[4], words[5], words[6]);
}

word_t machine_memory(void)
{
    return rme_boot.kmem_bytes;
}

/* Of the first MiB behind the one that firmware uses, which is mapped by the smallest pages. */
word_t machine_page(unsigned page, word_t *position)
{
    struct rme_piece piece;

    if (!rme_memory_piece(0x100000 + ((word_t)page << PAGE_ORDER), PAGE_ORDER, &piece))
        return CAP_NULL;
    *position = piece.position;
    return piece.table.id.raw;
}

void machine_clear_area(word_t offset, word_t bytes)
{
    volatile char *area = (volatile char *)(LAYOUT_GUEST - LAYOUT_KERNEL_WINDOW + offset);

    for (word_t i = 0; i < bytes; i++)
        area[i] = 0;
}

/* ---- The console ---- */

static char text[TEXT_BYTES];
static word_t text_begin, text_end;

static sword_t port(word_t function, word_t at, word_t value, word_t *read)
{
    return rme_call_value(RME_SVC_KFN, cap_id_in(FIXED_SELF, FIXED_CONSOLE).raw, function,
                          BOARD_CONSOLE_BASE + at, 1, value, 0, 0, read);
}

/* As far as the running thread can. */
static void drain(void)
{
    for (; text_begin != text_end; text_begin++) {
        word_t status = 0;

        for (unsigned i = 0; i < PATIENCE && (status & HOLDING_EMPTY) == 0; i++)
            if (port(RME_KFN_IO_READ, LINE_STATUS, 0, &status) != STATUS_OK)
                return;
        (void)port(RME_KFN_IO_WRITE, 0, (unsigned char)text[text_begin % TEXT_BYTES], &status);
    }
}

static void put(char c)
{
    if (text_end - text_begin < TEXT_BYTES)
        text[text_end++ % TEXT_BYTES] = c;
}

void machine_line(const char *what)
{
    for (; *what != '\0'; what++)
        put(*what);
    put('\n');
    drain();
}

/* ---- Acts ---- */

static word_t to_machine(word_t word)
{
    return word - SYMBOL(0) < PLACES ? (word_t)places[word - SYMBOL(0)] : word;
}

static word_t from_machine(word_t word)
{
    for (unsigned i = 0; i < PLACES; i++)
        if (word == (word_t)places[i])
            return SYMBOL(i);
    return word;
}

static bool has_ended;

/* The last line, by a thread that can print; one that cannot makes room for another. */
static void end(bool is_good)
{
    if (!has_ended)
        machine_line(is_good ? "1 passed, 0 failed, 0 skipped" : "0 passed, 1 failed, 0 skipped");
    has_ended = true;
    drain();
    trace_acting.is_jump = 1;
    trace_acting.number_or_target = (word_t)places[PLACE_UNDEFINED];
    while (text_begin == text_end) {
    }
}

static void look(struct seen *seen)
{
    *seen = (struct seen){
        .place = trace_found.is_resumed ? PLACE_RESUME : PLACE_BEGIN,
        .result = trace_found.rax,
        .value = from_machine(trace_found.rdx),
        .stack = trace_found.rsp,
        .rest = trace_found.rest,
    };
    if (trace_found.is_resumed)
        seen->rest |= trace_found.rdi;
    else
        seen->param = trace_found.rdi;
    for (unsigned i = 0; i < CROSSING; i++)
        seen->crossing[i] = trace_found.crossing[i];
}

/* `was_inside`: another thread had not done with this when it was taken off. */
void trace_next(word_t was_inside)
{
    struct seen seen;
    struct act act;

    if (was_inside != 0 && !has_ended)
        machine_line("a thread was stopped between two acts");
    drain();
    look(&seen);
    if (was_inside != 0 || has_ended || !program_next(&seen, &act)) {
        end(was_inside == 0);
        return;
    }
    trace_acting.is_jump = act.is_jump;
    trace_acting.number_or_target = act.is_jump ? to_machine(act.target) : act.number;
    for (unsigned i = 0; i < 7; i++)
        trace_acting.words[i] = to_machine(act.words[i]);
    for (unsigned i = 0; i < CROSSING; i++)
        trace_acting.crossing[i] = act.crossing[i];
    trace_acting.stack = act.stack;
}

/* ---- Settings ---- */

/* The number behind `name` in the command line. */
static word_t setting(const char *name, word_t otherwise)
{
    const struct boot_page *page = (const struct boot_page *)LAYOUT_BOOT_PAGE;

    for (const char *at = page->text; *at != '\0'; at++) {
        unsigned i = 0;
        word_t value = 0;

        while (name[i] != '\0' && at[i] == name[i])
            i++;
        if (name[i] != '\0')
            continue;
        for (; at[i] >= '0' && at[i] <= '9'; i++)
            value = value * 10 + (word_t)(at[i] - '0');
        return value;
    }
    return otherwise;
}

int main(void)
{
    const struct settings settings = {
        .calls = setting("trace.calls=", 10000),
        .seed = setting("trace.seed=", 1),
        .first = setting("trace.first=", 0),
        .last = setting("trace.last=", 0),
    };

    if (!program_setup()) {
        rme_print("0 passed, 1 failed, 0 skipped\n");
        return 1;
    }
    program_begin(&settings);
    trace_enter(NAME_INIT);
    return 1;
}
