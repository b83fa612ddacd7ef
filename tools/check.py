#!/usr/bin/env python3
# SPDX-License-Identifier: Unlicense
"""All checks that need no board: `./rme check`.

  check.py [--board NAME] [--only REGEX] [--list]

Each check is one case; it prints what is wrong and goes on. A check whose subject is not in the tree,
or whose tool cannot be had, is skipped and says so. The last line is `N passed, N failed, N skipped`.
"""
import argparse
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
BOARD = "stm32f405"  # whose kernel is built with each option; --board
CACHED_BOARD = "mps2-an500"  # whose chip has caches
JOBS = os.cpu_count() or 1

# Other machines for which the portable kernel must compile: compiler and flags.
MACHINES = {
    "cortex-m0plus": ("arm-none-eabi-gcc", "-mcpu=cortex-m0plus", "-mthumb"),
    "rv32": ("riscv64-unknown-elf-gcc", "-march=rv32imac", "-mabi=ilp32"),
    "rv64": ("riscv64-unknown-elf-gcc", "-march=rv64imac", "-mabi=lp64", "-mcmodel=medany"),
    "aarch64": ("aarch64-linux-gnu-gcc", "-mgeneral-regs-only"),
    "mips32": ("mipsel-linux-gnu-gcc", "-mips32r2", "-msoft-float"),
}
# Names that an image without the feature must not contain.
PRUNED = {
    "FPU=0": r"fpu",
    "GUESTS=0": r"guest",
    "DEBUG=0": r"^(debug_report|report_|search_|explain_|console_|arch_fault_story)",
    "RAW=1": r"mpu_|^pagetable_(backend_(?!find)|boot|attach)",
    "KFUNC_PAGE=0": r"^(flush_cpus|find_page|page_group|flush_request)",
    "KFUNC_INTERRUPT=0": r"^(line_mode|line_bind|set_timer|tick_cpu|trigger|interrupt_(group|bind)|time_set_deadline)",
    "KFUNC_CACHE=0": r"^(cache|prefetch|bits\.)",
    "KFUNC_POWER=0": r"^(sleep|power_group)|arch_sleep",
    "KFUNC_MONITOR=0": r"^(monitor|cycle|identification|registers\.)",
    "KFUNC_DEBUG=0": r"^(debug_(thread|register|fault|group)|arch_context_debug)",
}


# Of the checks of .clang-tidy, those that a program of the host has to be let off: it uses the C library's
# buffers as they are, and its own reader goes down as deep as a description is nested.
BUILDER_CHECKS = "-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling,-misc-no-recursion"


class Skip(Exception):
    """The check has nothing to look at here."""


class Wrong(Exception):
    """The check found something; the text is what to show."""


def run(*command, **options):
    """The output of a command that must succeed."""
    if not shutil.which(str(command[0])):
        raise Skip(f"{command[0]} is not installed")
    process = subprocess.run([str(word) for word in command], cwd=ROOT, text=True, errors="replace",
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **options)
    if process.returncode:
        raise Wrong(f"$ {' '.join(str(word) for word in command[:4])} ...\n{process.stdout}")
    return process.stdout


def tracked(*patterns):
    names = run("git", "ls-files", "--", *patterns).splitlines()
    return [name for name in names if (ROOT / name).exists()]


def each(function, items):
    """Run over all items at once; collect what is wrong with any."""
    def guarded(item):
        try:
            function(item)
        except Wrong as error:
            return str(error)
        return ""
    with ThreadPoolExecutor(JOBS) as pool:
        texts = [text for text in pool.map(guarded, items) if text]
    if texts:
        raise Wrong("\n".join(texts))


def some(items, what):
    if not items:
        raise Skip(f"there is no {what} yet")
    return items


# --- sources -------------------------------------------------------------------------------------

def check_format():
    run("clang-format", "--dry-run", "-Werror", *some(tracked("*.c", "*.h"), "C file"))


def check_licence():
    """The first line, or the second where the first is #!, names the licence."""
    wrong = []
    for name in tracked("*.c", "*.h", "*.S", "*.py", "*.cmake", "*.toml", "boards/*.yaml", "chips/*.yaml", "*.in", "*.sh", "rme", ".ci/run"):
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()[:2]
        if not any("SPDX-License-Identifier: Unlicense" in line for line in lines):
            wrong.append(name)
    if wrong:
        raise Wrong("no SPDX line: " + " ".join(wrong))


def check_scripts():
    for name in tracked("rme", "*.sh"):
        run("sh", "-n", name)
    for name in tracked("*.py"):
        compile((ROOT / name).read_text(encoding="utf-8"), name, "exec")
    if shutil.which("shellcheck"):
        run("shellcheck", *tracked("rme", ".ci/run"))


def check_floors():
    run(sys.executable, "tools/check_floors.py")


def check_masks():
    print("".join(f"# {line}\n" for line in run(sys.executable, "tools/check_masks.py").splitlines()), end="")


def check_docs():
    """The generated reference is the one in the tree."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "syscalls.md"
        run(sys.executable, "tools/gen_calls.py", "--docs", fresh)
        if fresh.read_bytes() != (ROOT / "docs" / "syscalls.md").read_bytes():
            raise Wrong("docs/syscalls.md is out of date: tools/gen_calls.py --docs docs/syscalls.md")


def check_description():
    """The reference and the schemas are those of the tables of keys, and every file of the tree is as they say."""
    builder = build_builder()
    for what, name in (("schema", "docs/system.schema.json"), ("reference", "docs/description.md")):
        if run(builder, what) != (ROOT / name).read_text(encoding="utf-8"):
            raise Wrong(f"{name} is out of date: build/builder/builder {what} > {name}")
    for what in ("board", "chip"):
        name = f"docs/{what}.schema.json"
        if run(sys.executable, "tools/data_schema.py", what) != (ROOT / name).read_text(encoding="utf-8"):
            raise Wrong(f"{name} is out of date: tools/data_schema.py {what} > {name}")
    if importlib.util.find_spec("jsonschema") is None:
        raise Wrong("the package python3-jsonschema is missing: apt-get install python3-jsonschema")
    for what, patterns in (("system", ["*system.yaml"]), ("board", ["boards/*.yaml", "tests/described/own/little.yaml"]),
                           ("chip", ["chips/*.yaml", "tests/described/own/little_chip.yaml"])):
        run(sys.executable, "tools/data_schema.py", "--check", f"docs/{what}.schema.json",
            *some(tracked(*patterns), f"{what} file"))


def check_commands():
    """Every command block of the documents, in a copy of the tree."""
    if os.environ.get("RME_DOC_COMMANDS"):
        raise Skip("this is such a command")
    output = run(sys.executable, "tools/doc_commands.py")
    print("".join(f"# {line}\n" for line in output.splitlines() if "# SKIP" in line), end="")


def check_paths():
    """What documents name is there: files and folders of the tree, and generated headers."""
    generated = set(re.findall(r"DIR/(\S+\.h)", (ROOT / "tools" / "gen_calls.py").read_text(encoding="utf-8")))
    folders = "abi|arch|bench|boards|builder|chips|cmake|docs|drivers|examples|init|kernel|librme|tests|tools"
    wrong = []
    for name in tracked("*.md"):
        if name == "docs/status.md":
            continue  # it also names what is still to come
        text = (ROOT / name).read_text(encoding="utf-8")
        for path in re.findall(rf"(?<![\w./-])((?:{folders})/[\w./-]*\w)", text):
            known = path in generated or (ROOT / path).exists() or any(ROOT.glob(f"{path}-*"))
            if not known and not re.search(r"NAME|BOARD|CHIP|CONSOLE|/NN", path):
                wrong.append(f"{name}: there is no {path}")
    if wrong:
        raise Wrong("\n".join(wrong))


def check_figures():
    """The figures in README.md are those of this kernel."""
    run("./rme", "bench")
    run("./rme", "size")
    run(sys.executable, "tools/figures.py")


def hal_names(paths, pattern):
    return {name for path in paths for name in re.findall(pattern, path.read_text(encoding="utf-8"), re.MULTILINE)}


def check_hal():
    """Each function that kernel/ asks of a port stands in the contract, with what it costs, and in the
    port that is none; functions that do something are 40 at the most (facts are words that never change; a
    port has those of an MPU or those of an MMU)."""
    headers = sorted((ROOT / "arch" / "include" / "arch").glob("*.h"))
    contract = hal_names(headers, r"^ \*  .*?\b(arch_\w+)\(")
    used = hal_names([ROOT / name for name in tracked("kernel/*.[ch]")], r"\b(arch_[a-z_]+)\(")
    none = [*sorted((ROOT / "arch" / "none" / "include" / "port").glob("*.h")),
            *sorted((ROOT / "arch" / "common").glob("*_functions.h"))]
    declared = hal_names(none, r"\b(arch_[a-z_]+)\(")
    for what, names in (("used but not in the contract", used - contract),
                        ("in the contract but never used", contract - used),
                        ("in the contract but not in arch/none", contract - declared),
                        ("in arch/none but not in the contract", declared - contract)):
        if names:
            raise Wrong(f"{what}: {' '.join(sorted(names))}")
    facts = set()
    for path in headers:
        # Items of a list of functions, one paragraph each; a fact says so at the beginning of its text.
        for item in re.split(r"\n \*\n", path.read_text(encoding="utf-8")):
            names = re.findall(r"^ \*  .*?\b(arch_\w+)\(", item, re.MULTILINE)
            if "A fact" in item or path.name == "memory.h":
                facts |= set(names)
    # A machine has an MPU or an MMU: a port has to write the functions of one of them.
    either = [{name for name in contract - facts if name.startswith(prefix)} for prefix in ("arch_mpu_", "arch_mmu_")]
    count = len(contract - facts - either[0] - either[1]) + max(map(len, either))
    if count > 40:
        raise Wrong(f"{count} functions, where 40 are the most")
    print(f"# {count} functions and {len(facts)} facts")


# --- analysers -----------------------------------------------------------------------------------

def compile_commands(preset):
    run("cmake", "--preset", preset)
    return BUILD / preset


def tidy(preset, *folders, files=(), checks=""):
    build = compile_commands(preset)
    sources = [name for folder in folders for name in tracked(f"{folder}/*.c")] + list(files)
    database = build / "compile_commands.json"
    known = database.read_text(encoding="utf-8") if database.exists() else ""
    sources = [name for name in sources if f"/{name}\"" in known]
    each(lambda name: run("clang-tidy", "--quiet", f"--checks={checks}", "-p", build, name),
         some(sources, "source for it"))


def check_tidy_kernel():
    tidy(f"{BOARD}-clang-debug", "kernel", files=tracked(":(glob)drivers/*.c"))


def check_tidy_armv7m():
    tidy(f"{BOARD}-clang", "arch/armv7m")


def check_tidy_x86_64():
    tidy("x86_64-clang", ":(glob)arch/x86_64",
         files=("kernel/pagetable_mmu.c", "kernel/pagetable_boot_mmu.c"))
    tidy("x86_64-clang", "arch/x86_64/bare", "drivers/user", "examples/drivers", checks="-readability-function-size")


def x86_presets():
    presets = json.loads((ROOT / "CMakePresets.json").read_text(encoding="utf-8"))["configurePresets"]
    return [preset["name"] for preset in presets if preset["name"].startswith("x86_64")]


def check_branches(preset):
    """The machine code of the x86-64 kernel, where emulators do not show what is wrong with it."""
    run("cmake", "--preset", preset)
    run("cmake", "--build", BUILD / preset, "--target", "kernel")
    run(sys.executable, "tests/system/x86_64/code.py", BUILD / preset / "kernel.o")


def check_tidy_host():
    tidy("host-clang", "arch/host")


def build_builder():
    """The system builder, a program of the host."""
    run("cmake", "-S", "builder", "-B", BUILD / "builder", "-G", "Ninja")
    run("cmake", "--build", BUILD / "builder")
    return BUILD / "builder" / "builder"


def check_tidy_builder():
    """It writes text by printf, whose results it does not need."""
    build_builder()
    commands = BUILD / "check-builder"
    run("cmake", "-S", "builder", "-B", commands, "-G", "Ninja", "-DCMAKE_C_COMPILER=clang")

    def one(name):
        run("clang-tidy", "--quiet", f"--checks={BUILDER_CHECKS}", "-p", commands, name)
    each(one, some(tracked("builder/*.c"), "builder"))


def check_cppcheck_builder():
    build_builder()
    run("cppcheck", "--quiet", "--std=c11", "--enable=warning,performance,portability", "--inline-suppr",
        "--error-exitcode=1", "--suppress=missingIncludeSystem", "-j", str(JOBS), "-I.",
        "-Ibuild/builder/generated", *some(tracked("builder/*.c"), "builder"))


def check_tidy_user():
    """A call has eight words, so that its function has as many parameters."""
    tidy(f"{BOARD}-clang", "librme", "init", "examples", "drivers/user", checks="-readability-function-size")


def check_cppcheck():
    """Pointers of different objects are compared on purpose: symbols of the linker script."""
    compile_commands(BOARD)
    sources = some(tracked("kernel/*.c", "arch/armv7m/*.c", "drivers/*.c"), "kernel")
    run("cppcheck", "--quiet", "--std=c11", "--enable=warning,performance,portability", "--inline-suppr",
        "--error-exitcode=1", "--suppress=missingIncludeSystem", "--suppress=comparePointers",
        "-j", str(JOBS), "-I.", "-Iarch/include", "-Iarch/armv7m/include", f"-Ibuild/{BOARD}/generated", *sources)


# --- compilers -----------------------------------------------------------------------------------

def flips():
    """Each option at each value that is not its default."""
    table = tomllib.loads((ROOT / "kernel" / "options.toml").read_text(encoding="utf-8"))
    for name, option in table.items():
        for value in option.get("values") or option["range"]:
            if value != option["default"]:
                yield f"{name}={value}"


def build_kernel(compiler, settings, folder, board=None):
    """The kernel of BOARD, or another, with these options; returns its relocatable object."""
    preset = (board or BOARD) + ("" if compiler == "gcc" else "-clang")
    build = BUILD / folder
    run("cmake", "--preset", preset, "-B", build, f"-DRME_OPTIONS={settings}")
    run("cmake", "--build", build, "--target", "kernel")
    return build / "kernel.o"


def check_pruned(setting, kernel):
    if setting in PRUNED:
        run(sys.executable, "tools/check_symbols.py", "--nm", "arm-none-eabi-nm",
            "--absent", PRUNED[setting], kernel)


def check_patterns(kernel, settings):
    """A pattern of PRUNED that matches nothing where the feature is in says nothing where it is not."""
    names = {line.split()[-1] for line in run("arm-none-eabi-nm", kernel).splitlines() if line.split()[-2] not in "Ua"}
    for setting in settings:
        if not any(re.search(PRUNED[setting], name) for name in names):
            raise Wrong(f"the names for {setting} are not in a kernel that has the feature")


def check_debug_is_free(build):
    """Of the files that are there for debug builds alone a release kernel holds no symbol, not even a
    static one, and refers to none."""
    def names(path):
        lines = run("arm-none-eabi-nm", path).splitlines()
        return {line.split()[-1] for line in lines if line.split()[-2] not in "Ua"}
    kernel = names(build / "kernel.o")
    objects = sorted(build.glob("CMakeFiles/kernel_objects.dir/kernel/debug*.c.obj"))
    objects += sorted(build.glob("CMakeFiles/kernel_objects.dir/kernel/report.c.obj"))
    if len(objects) < 3:
        raise Wrong(f"found only {len(objects)} objects of debug builds in {build}")
    inside = set().union(*map(names, objects)) & kernel - {"$a", "$d", "$t"}
    # A name that another file of the kernel has too says nothing.
    others = set().union(*(names(path) for path in build.glob("CMakeFiles/kernel_objects.dir/*/*.obj")
                           if path not in objects))
    if inside - others:
        raise Wrong("a release build holds parts of debug builds: " + " ".join(sorted(inside - others)))


def flip_check(compiler, setting):
    def check():
        some(tracked("arch/armv7m/*.c"), "port for it")
        if setting.startswith("CPUS_MAX="):  # these chips have one CPU
            build = BUILD / f"check-host-{compiler}"
            run("cmake", "--preset", "host-release" if compiler == "gcc" else "host-clang", "-B", build,
                f"-DRME_OPTIONS={setting}")
            run("cmake", "--build", build, "--target", "kernel_host")
            return
        if setting == "FPU=1":
            raise Skip("this chip has no FPU")
        if setting == "KFUNC_CACHE=0":  # of a chip that has caches
            folder = f"check-{CACHED_BOARD}-{compiler}"
            check_patterns(build_kernel(compiler, "DEBUG=0", folder, CACHED_BOARD), {setting})
            check_pruned(setting, build_kernel(compiler, setting, folder, CACHED_BOARD))
            return
        kernel = build_kernel(compiler, setting, f"check-{compiler}")
        check_pruned(setting, kernel)
        if setting == "DEBUG=0":  # the default of everything
            check_debug_is_free(kernel.parent)
        if setting == "DEBUG=0" and compiler == "gcc":
            without_fpu = run(sys.executable, "tools/gen_board.py", BOARD, "--show", "fpu").strip() == ""
            check_patterns(kernel, PRUNED.keys() - {"DEBUG=0", "KFUNC_CACHE=0"} - ({"FPU=0"} if without_fpu else set()))
        if setting == "DEBUG=1":
            check_patterns(kernel, {"DEBUG=0"})
    return check


def check_machine(machine):
    """Every file of the portable kernel, against the headers of the port that is none."""
    def check():
        if not (ROOT / "arch" / "none").is_dir():
            raise Skip("there is no arch/none yet")
        compiler, *flags = MACHINES[machine]
        generated = BUILD / "check-machines" / "generated"
        generated.mkdir(parents=True, exist_ok=True)
        run(sys.executable, "tools/gen_board.py", "host", "--out", generated)
        run(sys.executable, "tools/gen_calls.py", "--out", generated)
        includes = [f"-I{path}" for path in (".", "arch/include", "arch/none/include", generated)]
        warnings = re.search(r"set\(RME_WARNINGS\s+([^)]*)\)", (ROOT / "cmake" / "flags.cmake").read_text())[1]

        def one(name):
            run(compiler, *flags, "-std=gnu17", "-O2", "-ffreestanding", "-fno-common", *warnings.split(),
                *includes, "-c", name, "-o", os.devnull)
        each(one, some(tracked("kernel/*.c"), "kernel"))
    return check


# --- tests -----------------------------------------------------------------------------------------

def check_coverage():
    for tool in ("llvm-cov", "llvm-profdata", "clang"):
        if not shutil.which(tool):
            raise Skip(f"{tool} is not installed")
    output = run(sys.executable, "tools/coverage.py")
    print("\n".join(line for line in output.splitlines() if line.startswith("# ") and line.endswith("%")))


# --- models --------------------------------------------------------------------------------------

def check_models():
    program = ROOT / "tests" / "models" / "run"
    if not program.exists():
        raise Skip("there is no tests/models/run yet")
    output = run(program)
    print("\n".join(f"# {line}" for line in output.splitlines()))
    if match := re.search(r"(\d+) skipped", output.splitlines()[-1] if output else ""):
        if int(match[1]):
            print(f"# SKIPPED: {match[1]} models, for want of their tools")


def checks():
    """Names and functions, in order: what is quick comes first."""
    yield "format", check_format
    yield "licence", check_licence
    yield "scripts", check_scripts
    yield "floors", check_floors
    yield "index masks", check_masks
    yield "docs/syscalls.md", check_docs
    yield "description", check_description
    yield "HAL contract", check_hal
    yield "paths in documents", check_paths
    yield "cppcheck", check_cppcheck
    yield "clang-tidy kernel", check_tidy_kernel
    yield "clang-tidy armv7m", check_tidy_armv7m
    yield "clang-tidy host", check_tidy_host
    yield "clang-tidy user", check_tidy_user
    yield "clang-tidy builder", check_tidy_builder
    yield "cppcheck builder", check_cppcheck_builder
    yield "clang-tidy x86_64", check_tidy_x86_64
    for preset in x86_presets():
        yield f"branches of {preset}", lambda preset=preset: check_branches(preset)
    for machine in MACHINES:
        yield f"kernel on {machine}", check_machine(machine)
    for setting in ("DEBUG=0", *flips()):
        for compiler in ("gcc", "clang"):
            yield f"option {setting} {compiler}", flip_check(compiler, setting)
    yield "branch coverage", check_coverage
    yield "figures in README.md", check_figures
    yield "commands in documents", check_commands
    yield "models", check_models


def report(number, name, check):
    try:
        check()
    except Skip as reason:
        print(f"ok {number} - {name} # SKIP {reason}", flush=True)
        return "skipped"
    except (Wrong, SyntaxError) as error:
        print(f"not ok {number} - {name}", flush=True)
        for line in str(error).rstrip().splitlines()[:200]:
            print(f"# {line}")
        return "failed"
    print(f"ok {number} - {name}", flush=True)
    return "passed"


def main(argv):
    parser = argparse.ArgumentParser(description="Run all checks that need no board.")
    parser.add_argument("--only", metavar="REGEX", default="", help="the checks whose name matches")
    parser.add_argument("--list", action="store_true", help="print the names")
    parser.add_argument("--board", default=BOARD, help="whose kernel is built with each option; one with an MPU")
    options = parser.parse_args(argv)
    globals()["BOARD"] = options.board
    if run(sys.executable, "tools/gen_board.py", BOARD, "--show", "arch").strip() != "armv7m":
        print(f"check: board {BOARD} is none whose kernel is built with each option: those are of armv7m",
              file=sys.stderr)
        return 2
    chosen = [(name, check) for name, check in checks() if re.search(options.only, name)]
    if options.list:
        print("\n".join(name for name, _ in chosen))
        return 0
    if not chosen:
        print(f"check: no check matches '{options.only}'", file=sys.stderr)
        return 2
    count = Counter(report(number, name, check) for number, (name, check) in enumerate(chosen, 1))
    print(f"1..{len(chosen)}")
    print(f"{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped")
    return 1 if count["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
