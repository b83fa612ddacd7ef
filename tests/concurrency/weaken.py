#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""Which layer sees it when an order is weakened? Each atomic operation of the kernel in turn.

  weaken.py --list          every site of kernel/ and arch/x86_64, and how it is weakened
  weaken.py --check         builds nothing: weakened.tsv and weakenings.toml fit the tree
  weaken.py [NAME...]       weakens what is not in weakened.tsv yet, or what NAME is part of, again
  weaken.py --sample SEED   five of those that `search` or `weak` found, by seed: they must find them again
  weaken.py --models        of those that a model answers for: the model's twins break
  weaken.py --code [NAME..] looks which relaxed orders make the same machine code for x86-64
  weaken.py --table         the table of weakened.tsv, and what is still open

A site is a use of an atomic operation (arch/include/arch/atomic.h), named FILE:FUNCTION:OPERATION:N,
or a locked instruction or fence of the port. Ways to weaken it:

  relaxed   the operation is left, its order is not
  apart     a load, then a store, with the orders that the operation had (on a machine with a delay
            between them)
  removed   the fence, or the prefix of the instruction, is not there
  moved     a check, or the words that it is about, stands on its other side ([[moved]] of weakenings.toml)

Layers, the cheapest first, until one finds it: `search` (hazards_*, coroutines under ASan: searched
schedules, then by seed; blind for orders, which are not given to it), `weak` (the same by seed, with
memory as weak as C11 allows it: arch/host/weak.h), `tsan` (as threads under ThreadSanitizer), `random` (random_cpus, both ways), `qemu` (tests/system/hazards on several
CPUs). An order of the port that makes the same machine code is equivalent, as the port is of x86-64 alone; one of the
kernel is invisible there, and a model has to answer for it. Works on a copy of the tree in build/weakened, which is
built there bit by bit; each result is written to weakened.tsv at once, so a run can be broken off.
"""
import argparse
import random
import re
import shutil
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path("tests/concurrency")
COPY = ROOT / "build" / "weakened"
RESULTS = ROOT / HERE / "weakened.tsv"
LAYERS = ("search", "weak", "tsan", "random", "qemu")
SURE = ("search", "weak")  # the same each time
PLACES = ("kernel", "arch/x86_64")
USER = ROOT / "arch/x86_64/bare"  # no part of the kernel
NOT_GIVEN = ("nothing", "")  # to any layer
SAME_CODE = "same-code"      # among the layers that were tried: x86-64 cannot show it
BOUND = 300  # seconds of one program; a hang is found by it

# What is weakened of which operation. Those without an order have nothing to weaken.
WAYS = {
    "load": (), "store": (), "is": (),
    "load_acquire": ("relaxed",), "store_release": ("relaxed",), "byte_is": ("relaxed",),
    "fence": ("removed",),
} | dict.fromkeys(("cas", "exchange", "add", "sub", "and", "or"), ("apart", "relaxed"))

# Stands behind arch/include/arch/atomic.h in the copy.
WEAK = r"""
#include "kernel/compiler.h"
/* On a machine others may go on between the two: as long as a few hundred PAUSE take. */
ALWAYS_INLINE void weak_wait(void)
{
#ifdef ATOMIC_HAS_COMPARES
    for (unsigned i = 0; i < 300; i++)
        __asm__ volatile("pause" : : : "memory");
#endif
}
#define WEAK_APART(name, value_of, point)                                                          \
    ALWAYS_INLINE word_t weak_apart_##name(shared_t *word, word_t value)                           \
    {                                                                                              \
        word_t old = shared_load_acquire(word);                                                    \
        point;                                                                                     \
        weak_wait();                                                                               \
        shared_store_release(word, value_of);                                                      \
        return old;                                                                                \
    }
WEAK_APART(exchange, value, (void)0)
WEAK_APART(add, old + value, (void)0)
WEAK_APART(sub, old - value, (void)0)
WEAK_APART(and, old & value, ATOMIC_BITS_CLEARS(word, ~value))
WEAK_APART(or, old | value, (void)0)
ALWAYS_INLINE bool weak_apart_cas(shared_t *word, word_t expected, word_t desired)
{
    if (ATOMIC_CAS_FAILS() || shared_load_acquire(word) != expected)
        return false;
    weak_wait();
    shared_store_release(word, desired);
    ATOMIC_BITS_SET(word, desired & ~expected);
    return true;
}
ALWAYS_INLINE word_t weak_relaxed_load_acquire(const shared_t *word)
{
    return shared_load(word);
}
ALWAYS_INLINE void weak_relaxed_store_release(shared_t *word, word_t value)
{
    shared_store(word, value);
}
#ifdef ATOMIC_HAS_COMPARES
ALWAYS_INLINE bool weak_relaxed_byte_is(const shared_t *word, uint8_t byte)
{
    bool is;

    __asm__ volatile("cmpb %2, %1" : "=@cce"(is) : "m"(*(const uint8_t *)word), "qi"(byte));
    return is;
}
ALWAYS_INLINE bool weak_relaxed_cas(shared_t *word, word_t expected, word_t desired)
{
    bool is;

    __asm__ volatile("lock cmpxchgq %3, %1" : "=@cce"(is), "+m"(*word), "+a"(expected) : "r"(desired));
    return is;
}
#else
ALWAYS_INLINE bool weak_relaxed_byte_is(const shared_t *word, uint8_t byte)
{
    return (uint8_t)shared_load(word) == byte;
}
#endif
#define WEAK_RELAXED(name, operation, point)                                                       \
    ALWAYS_INLINE word_t weak_relaxed_##name(shared_t *word, word_t value)                         \
    {                                                                                              \
        ATOMIC_POINT(word, true);                                                                  \
        point;                                                                                     \
        return operation(&word->raw, value, memory_order_relaxed);                                 \
    }
WEAK_RELAXED(exchange, atomic_exchange_explicit, (void)0)
WEAK_RELAXED(add, atomic_fetch_add_explicit, (void)0)
WEAK_RELAXED(sub, atomic_fetch_sub_explicit, (void)0)
WEAK_RELAXED(and, atomic_fetch_and_explicit, ATOMIC_BITS_CLEARS(word, ~value))
WEAK_RELAXED(or, atomic_fetch_or_explicit, (void)0)
#ifndef ATOMIC_HAS_COMPARES
ALWAYS_INLINE bool weak_relaxed_cas(shared_t *word, word_t expected, word_t desired)
{
    word_t seen = expected;

    ATOMIC_POINT(word, true);
    if (ATOMIC_CAS_FAILS() ||
        !atomic_compare_exchange_weak_explicit(&word->raw, &seen, desired, memory_order_relaxed,
                                               memory_order_relaxed))
        return false;
    ATOMIC_BITS_SET(word, desired & ~expected);
    return true;
}
#endif
ALWAYS_INLINE void weak_removed_fence(void) {}
"""

CALL = re.compile(r"\bshared_(\w+)\s*\(")
# Whatever else could be atomic or order memory; each must be a row [[raw]] of weakenings.toml.
RAW = re.compile(r"\block\b\s+\w+|\b[lms]fence\b|\bxchg\w*\b|\bcmpxchg\w*\b|\b__(?:atomic|sync)_\w+"
                 r"|\batomic_\w+|\bmemory_order\w*|\b_Atomic\b|\b__ATOMIC_\w+")
LABEL = re.compile(r"^([A-Za-z_]\w*):", re.M)
HEAD = re.compile(r"^[A-Za-z_][^;={]*?\b(\w+)\(", re.M)


@dataclass(frozen=True)
class Site:
    file: str
    function: str
    operation: str
    number: int
    at: int    # where the word begins that is replaced
    line: int
    ways: tuple
    old: str = ""
    new: str = ""

    @property
    def name(self):
        return f"{self.file}:{self.function}:{self.operation}:{self.number}"

    def weakened(self, text, way):
        if self.old:
            return text[:self.at] + self.new + text[self.at + len(self.old):]
        old = f"shared_{self.operation}"
        return text[:self.at] + f"weak_{way}_{self.operation}" + text[self.at + len(old):]


def without_comments(text, strings):
    """The same length; line ends stay. Strings go too where they hold no instructions."""
    pattern = r"/\*.*?\*/|//[^\n]*|^#include[^\n]*" + (r'|"(?:\\.|[^"\\\n])*"' if strings else "")
    return re.sub(pattern, lambda found: re.sub(r"[^\n]", " ", found[0]), text, flags=re.S | re.M)


def function_at(heads, at):
    before = [name for begin, name in heads if begin <= at]
    return before[-1] if before else "-"


def sites_of(path, table):
    """The sites of a file, and what cannot be weakened there."""
    file = str(path.relative_to(ROOT))
    text = path.read_text(encoding="utf-8")
    code = without_comments(text, True)
    head = LABEL if path.suffix == ".S" else HEAD
    heads = [(found.start(), found[1]) for found in head.finditer(code)]
    sites, wrong, count = [], [], {}

    def add(at, operation, ways, old="", new=""):
        function = function_at(heads, at)
        number = count[function, operation] = count.get((function, operation), 0) + 1
        sites.append(Site(file, function, operation, number, at, text.count("\n", 0, at) + 1, ways,
                          old, new))

    for found in CALL.finditer(code):
        if function_at(heads, found.start()) == f"shared_{found[1]}" and file.startswith("arch/"):
            continue  # its definition; what it is made of is raw
        if found[1] not in WAYS:
            wrong.append(f"{file}: shared_{found[1]} is unknown to weaken.py")
        else:
            add(found.start(), found[1], WAYS[found[1]])
    for found in RAW.finditer(without_comments(text, False)):
        rows = [row for row in table["raw"] if row["file"] == file and row["text"] == found[0]]
        line = text.count("\n", 0, found.start()) + 1
        if len(rows) != 1:
            wrong.append(f"{file}:{line}: '{found[0]}' is not in weakenings.toml")
        elif "weak" in rows[0]:
            add(found.start(), rows[0]["operation"], ("removed",), found[0], rows[0]["weak"])
    return sites, wrong


def all_sites(table):
    paths = sorted(path for place in PLACES for path in (ROOT / place).rglob("*")
                   if path.suffix in (".c", ".h", ".S", ".inc") and USER not in path.parents)
    sites, wrong = [], []
    for path in paths:
        more, errors = sites_of(path, table)
        sites += more
        wrong += errors
    for row in table["moved"]:
        file, function, operation = row["site"].split(":")
        text = (ROOT / file).read_text(encoding="utf-8")
        if text.count(row["old"]) != 1:
            wrong.append(f"weakenings.toml: {row['site']} is not there once to be moved")
            continue
        at = text.index(row["old"])
        sites.append(Site(file, function, operation, 1, at, text.count("\n", 0, at) + 1, ("moved",),
                          row["old"], row["new"]))
    return sites, wrong


def key(site, way):
    return f"{site.name}:{way}"


def weakenings(sites):
    return {key(site, way): (site, way) for site in sites for way in site.ways}


# ---- The layers ----

COROUTINES, THREADS, WEAKLY = "address,undefined", "thread", "weak"
PROGRAMS = {"host": "hazards_pagetable", "host-mmu": "hazards_mmu"}
FIRST = {"signal": "signal", "interrupt": "signal", "leave": "signal", "invocation": "port",
         "process": "process", "thread": "process", "schedule": "process", "quiesce": "epoch", "flush": "epoch",
         "report": "report"}


def board_of(site):
    mmu = site.file.endswith("pagetable_mmu.c") or "pagetable_mmu" in site.file
    return "host-mmu" if mmu else "host"


def programs_of(site, board):
    """All of them; what is nearest first."""
    names = [f"hazards_{name}" for name in ("slot", "signal", "port", "process", "epoch", "report")]
    names.append(PROGRAMS[board])
    near = FIRST.get(Path(site.file).stem)
    if "pagetable" in site.file:
        near = PROGRAMS[board].removeprefix("hazards_")
    names.sort(key=lambda name: name != f"hazards_{near}")
    return names


def copy_tree():
    """The present tree with time stamps, so that only what changed is built again."""
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, stdout=subprocess.PIPE, text=True,
                           check=True).stdout.splitlines()
    for name in names:
        source, target = ROOT / name, COPY / name
        if source.is_file() and not (target.is_file() and target.read_bytes() == source.read_bytes()):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
            target.touch()
    header = COPY / "arch/include/arch/atomic.h"
    text = (ROOT / "arch/include/arch/atomic.h").read_text(encoding="utf-8") + WEAK
    if header.read_text(encoding="utf-8") != text:
        header.write_text(text, encoding="utf-8")


def call(command, bound=BOUND):
    """Exit status and output; a status of None when it did not end."""
    try:
        done = subprocess.run(["nice", *map(str, command)], cwd=COPY, text=True, errors="replace",
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=bound,
                              check=False)
    except subprocess.TimeoutExpired:
        return None, ""
    return done.returncode, done.stdout


def build(folder, targets):
    status, output = call(["cmake", "--build", folder, "-j1", "--target", *targets], 1800)
    if status != 0:
        raise SystemExit("does not build:\n" + "\n".join(output.splitlines()[-30:]))


def configured(board, sanitize):
    folder = COPY / "build" / f"{board}-{sanitize.partition(',')[0]}"
    if not (folder / "build.ninja").is_file():
        subprocess.run(["cmake", "-S", COPY, "-B", folder, "-G", "Ninja", f"-DRME_BOARD={board}",
                        "-DCMAKE_C_COMPILER=gcc", f"-DRME_SANITIZE={sanitize}"], check=True,
                       stdout=subprocess.DEVNULL)
    return folder


def reason_of(output):
    """A line that says why a program failed."""
    for pattern in (r"^SUMMARY: (.*)$", r"^# +(\S.*: (?:schedule|seed)\b.* \d+: .*)$",
                    r"^not ok \d+ - (.*)$", r"^# (seed.*)$"):
        found = re.search(pattern, output, re.M)
        if found:
            return re.sub(r"/\S*/", "", found[1])[:120]
    return "failed"


def on_host(board, sanitize, programs):
    """The first of the programs, each with its options, that fails; or None."""
    folder = configured(board, sanitize)
    mode = ["--threads"] if sanitize == "thread" else []
    for name, *more in programs:
        build(folder, [name])
        status, output = call([folder / "tests" / "concurrency" / name, *mode, *more])
        if status != 0:
            return f"{name}: {'no end' if status is None else reason_of(output)}"
    return None


def on_either(site, board, sanitize, programs):
    """On the board whose page tables the site is of; what both kinds share on both."""
    found = on_host(board, sanitize, programs)
    if found or Path(site.file).stem.startswith("pagetable_"):
        return found
    return on_host("host-mmu", sanitize, [["hazards_mmu"]])


def by_ctest(folder, target, test):
    """Some times, as threads of the host are never the same."""
    build(folder, [target])
    status, output = call(["ctest", "--test-dir", folder, "-R", f"^{re.escape(test)}$", "--repeat", "until-fail:12",
                           "--output-on-failure"], 1200)
    if status == 0:
        return None
    why = re.search(r"^\d*:? ?not ok \d+ - (.*)$", output, re.M)
    return f"{test}: {why[1][:120] if why else 'no end'}"


def on_machine(site):
    """Lines that all CPUs mask, CPUs that come up together, or the hazards."""
    folder = COPY / "build" / "x86_64-smp"
    if not (folder / "build.ninja").is_file():
        subprocess.run(["cmake", "--preset", "x86_64-smp"], cwd=COPY, check=True,
                       stdout=subprocess.DEVNULL)
    if "irq" in site.file:
        return by_ctest(folder, "system_masks", "system.masks.4")
    if site.file in ("arch/x86_64/smp.c", "arch/x86_64/boot.S"):
        return by_ctest(folder, "system_cpus", "system.cpus.64")
    build(folder, ["system_hazards"])
    status, output = call([sys.executable, COPY / "tests/system/hazards/hazards.py",
                           folder / "system_hazards.elf", "--way", "threads", "--brief"], 1200)
    if status == 0:
        return None
    return f"system_hazards: {'no end' if status is None else reason_of(output)}"


def runs_on(layer, site, way):
    """Whether a layer can see it at all."""
    on_x86_alone = site.file.startswith("arch/")
    if layer == "search":
        return not on_x86_alone and way in ("apart", "moved")
    if layer in ("weak", "tsan", "random"):
        return not on_x86_alone
    # A load, store or locked instruction of x86 has its order in any case.
    return way in ("apart", "removed", "moved") and "pagetable_mpu" not in site.file


def look(layer, site, way):
    board = board_of(site)
    hazards = [[name] for name in programs_of(site, board)]
    if layer == "search":
        return on_either(site, board, COROUTINES, hazards)
    if layer == "weak":
        return on_either(site, board, WEAKLY, [*hazards, ["random_cpus", "--seeds", "1000"]])
    if layer == "tsan":
        return on_either(site, board, THREADS, hazards)
    if layer == "random":
        found = way != "relaxed" and on_host(board, COROUTINES, [["random_cpus", "--seeds", "6000"]])
        return found or on_host(board, THREADS, [["random_cpus", "--seeds", "150"]])
    return on_machine(site)


def machine_code():
    """Of the release kernel for several CPUs."""
    folder = COPY / "build" / "x86_64-many"
    if not (folder / "build.ninja").is_file():
        subprocess.run(["cmake", "--preset", "x86_64-many"], cwd=COPY, check=True, stdout=subprocess.DEVNULL)
    build(folder, ["kernel"])
    return call(["objdump", "-d", "--no-addresses", folder / "kernel.o"])[1]


def compare_code(known, names):
    """Note of each relaxed order that no layer has found whether it makes the same machine code."""
    copy_tree()
    strong = machine_code()
    for name in names:
        site, way = known[name]
        layer, tried = read_results().get(name, NOT_GIVEN)
        if way != "relaxed" or layer != "nothing" or SAME_CODE in tried.split() or "pagetable_mpu" in site.file:
            continue
        path = COPY / site.file
        text = path.read_text(encoding="utf-8")
        path.write_text(site.weakened(text, way), encoding="utf-8")
        try:
            is_same = machine_code() == strong
        finally:
            path.write_text(text, encoding="utf-8")
        if is_same:
            write_results(read_results() | {name: ("nothing", f"{tried} {SAME_CODE}".strip())})
        print(f"{name}: {'the same code' if is_same else 'other code'}", flush=True)
    return False


def is_of_x86_alone(name, tried):
    """An order of the port that is no order of this machine."""
    return name.startswith("arch/x86_64/") and SAME_CODE in tried.split()


def attempt(site, way, layers):
    """The layer that finds it and why, or "nothing" and the layers that were tried."""
    path = COPY / site.file
    text = path.read_text(encoding="utf-8")
    tried = []
    path.write_text(site.weakened(text, way), encoding="utf-8")
    try:
        for layer in layers:
            if runs_on(layer, site, way):
                tried.append(layer)
                found = look(layer, site, way)
                if found:
                    return layer, found
    finally:
        path.write_text(text, encoding="utf-8")
    return "nothing", " ".join(tried)


def control(known, names, layers):
    """A layer that fails with the kernel as it is finds nothing."""
    for layer in layers:
        sites = {board_of(known[name][0]): known[name] for name in names
                 if runs_on(layer, *known[name])}
        for board, (site, way) in sites.items():
            found = look(layer, site, way)
            if found:
                raise SystemExit(f"{layer} on {board} fails before anything is weakened: {found}")


# ---- Results ----

def read_results():
    if not RESULTS.is_file():
        return {}
    lines = RESULTS.read_text(encoding="utf-8").splitlines()
    return {words[0]: (words[1], words[2]) for words in
            (line.split("\t") for line in lines if line and not line.startswith("#"))}


def write_results(results):
    head = "# Written by tests/concurrency/weaken.py: what was weakened, the layer that found it, what it said.\n"
    RESULTS.write_text(head + "".join(f"{name}\t{layer}\t{why}\n"
                                      for name, (layer, why) in sorted(results.items())),
                       encoding="utf-8")


def reasons_of(name, table):
    """The reasons that answer for a weakening which no layer finds."""
    return [row for row in table["reason"] if re.fullmatch(row["site"], name)]


def model_rows():
    lines = (ROOT / "tests/models/cases").read_text(encoding="utf-8").splitlines()
    return {(words[0], words[1]): words[2] for words in map(str.split, lines)
            if len(words) == 3 and words[0][0] != "#"}


def check(table):
    """TAP: each site can be weakened, each has a result or a reason, each reason a model that breaks."""
    sites, wrong = all_sites(table)
    known, results, cases = weakenings(sites), read_results(), model_rows()
    wrong += [f"weakened.tsv names {name}, which is not in the tree" for name in results
              if name not in known]
    open_ones, unexplained = [], []
    for name in known:
        layer = results.get(name, ("open", ""))[0]
        if layer not in (*LAYERS, "nothing", "open"):
            wrong.append(f"weakened.tsv: {name}: no such layer: {layer}")
        if layer == "open":
            open_ones.append(name)
        tried = results.get(name, NOT_GIVEN)[1]
        if layer == "nothing" and not reasons_of(name, table) and not is_of_x86_alone(name, tried):
            unexplained.append(name)
    for row in table["reason"]:
        if not any(re.fullmatch(row["site"], name) for name in known):
            wrong.append(f"weakenings.toml: no site is {row['site']}")
        if "model" not in row and "equivalent" not in row:
            wrong.append(f"weakenings.toml: {row['site']} has neither a model nor is it equivalent")
        for model in row.get("model", []):
            if cases.get(tuple(model.split())) != "breaks":
                wrong.append(f"weakenings.toml: tests/models/cases has no twin '{model}' that breaks")
    print(f"{'not ' if wrong else ''}ok 1 - each of {len(known)} weakenings of "
          f"{sum(bool(site.ways) for site in sites)} sites is known")
    print("".join(f"# {line}\n" for line in wrong), end="")
    for number, (text, names) in enumerate((("was given to the layers", open_ones),
                                            ("that no layer finds has a reason and a model",
                                             unexplained)), 2):
        skip = f" # SKIP {len(names)} are open" if names else ""
        print(f"ok {number} - each weakening {text}{skip}")
        print("".join(f"# {name}\n" for name in names), end="")
    print("1..3")
    failed, skipped = bool(wrong), bool(open_ones) + bool(unexplained)
    print(f"{3 - failed - skipped} passed, {int(failed)} failed, {skipped} skipped")
    return failed


def show_table(table):
    known, results = weakenings(all_sites(table)[0]), read_results()
    by_site = {}
    count = dict.fromkeys((*LAYERS, "model", "equivalent", "unexplained", "open"), 0)
    for name in known:
        layer, why = results.get(name, ("open", ""))
        if layer == "nothing":
            rows = reasons_of(name, table)
            layer = "unexplained" if not rows else "model" if "model" in rows[0] else "equivalent"
            layer = "equivalent" if is_of_x86_alone(name, why) else layer
            why = f"{why}: {rows[0]['why']} {rows[0].get('model', '')}" if rows else why
        count[layer] += 1
        by_site.setdefault(known[name][0].name, set()).add(layer)
        print(f"{name:64} {layer:11} {why}")
    print(", ".join(f"{layer} {many}" for layer, many in count.items()), f"of {len(known)}")
    run = [site for site, layers in by_site.items() if layers & set(LAYERS)]
    same = [site for site, layers in by_site.items() if layers == {"equivalent"}]
    print(f"sites: {len(run)} are found by a run in some way, {len(same)} can be weakened without harm, "
          f"{len(by_site)} in all")
    return False


def run_models(table):
    """The models that answer for something, each with its twins."""
    results = read_results()
    models = {model.split()[0] for row in table["reason"] for model in row.get("model", [])
              if any(layer == "nothing" and re.fullmatch(row["site"], name)
                     for name, (layer, _) in results.items())}
    if not models:
        print("no model answers for anything yet")
        return False
    return subprocess.run([ROOT / "tests/models/run", *sorted(models)], check=False).returncode != 0


def try_all(known, names, layers):
    """Several may run at a time, each with a copy of its own: results are read again before each."""
    copy_tree()
    control(known, names, layers)
    for number, name in enumerate(names, 1):
        begin = time.monotonic()
        found = attempt(*known[name], layers)
        if found == NOT_GIVEN and any(runs_on(layer, *known[name]) for layer in LAYERS):
            continue
        results = {one: result for one, result in read_results().items() if one in known}
        if found[0] == "nothing" and results.get(name, NOT_GIVEN)[0] in LAYERS:
            found = results[name]  # another run's
        elif found[0] == "nothing" and name in results:
            found = "nothing", " ".join(dict.fromkeys((results[name][1] + " " + found[1]).split()))
        results[name] = found
        write_results(results)
        print(f"{number}/{len(names)} {name}: {results[name][0]}, {results[name][1]} "
              f"({time.monotonic() - begin:.0f} s)", flush=True)
    return False


def try_sample(known, seed, results):
    """TAP: what schedules and seeds have found they find again; on threads that is a matter of luck."""
    names = sorted(name for name, (layer, _) in results.items() if layer in SURE and name in known)
    chosen = random.Random(seed).sample(names, min(5, len(names)))
    failed = 0
    copy_tree()
    for number, name in enumerate(chosen, 1):
        layer, why = attempt(*known[name], [results[name][0]])
        failed += layer == "nothing"
        print(f"{'not ' if layer == 'nothing' else ''}ok {number} - {results[name][0]} finds {name}")
        print(f"# {why}", flush=True)
    print(f"1..{len(chosen)}")
    print(f"{len(chosen) - failed} passed, {failed} failed, 0 skipped")
    return failed != 0 or not chosen


def main(argv):
    parser = argparse.ArgumentParser(description="Weakens every atomic operation of the kernel.")
    for name in ("list", "check", "models", "table", "code"):
        parser.add_argument(f"--{name}", action="store_true")
    parser.add_argument("--sample", type=int, metavar="SEED")
    parser.add_argument("--layers", default=",".join(LAYERS), help="those alone")
    parser.add_argument("--again", action="store_true",
                        help="what nothing has found, on the layers that it was not given to")
    parser.add_argument("--open", action="store_true", help="of NAME... what has no result yet")
    parser.add_argument("--copy", type=Path, default=COPY, help="where the tree is copied to")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args(argv)
    globals()["COPY"] = options.copy.resolve()
    table = tomllib.loads((ROOT / HERE / "weakenings.toml").read_text(encoding="utf-8"))
    for kind in ("reason", "moved"):
        table.setdefault(kind, [])
    if options.check:
        return check(table)
    if options.models:
        return run_models(table)
    if options.table:
        return show_table(table)
    sites, wrong = all_sites(table)
    if wrong:
        print("\n".join(wrong))
        return True
    if options.list:
        for site in sites:
            print(f"{site.file}:{site.line} {site.name} {' '.join(site.ways) or '(no order)'}")
        return False
    known, results = weakenings(sites), read_results()
    if options.sample is not None:
        return try_sample(known, options.sample, results)
    names = [name for name in known if not options.names or any(part in name for part in options.names)]
    if options.code:
        return compare_code(known, names)
    if options.open or not (options.names or options.again):
        names = [name for name in names if name not in results]
    if options.again:
        names = [name for name in names if results.get(name, ("",))[0] == "nothing"
                 and any(runs_on(layer, *known[name]) and layer not in results[name][1].split()
                         for layer in options.layers.split(","))]
    return try_all(known, names, options.layers.split(","))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
