#!/bin/sh
# SPDX-License-Identifier: Unlicense
#
# The builder against AFL++: tests/builder/fuzz.sh [MINUTES] [FOLDER]     default: 30 build/fuzz
#
# Needs afl++ and clang from Debian, and a configured host preset, for the boards' data (./rme test --board
# host). Seeds are the examples and the wrong descriptions of cases.txt. Ends with how many descriptions were
# tried, crashes and hangs, and with status 1 if there was one; the inputs are in FOLDER/found/default.
set -eu
minutes=${1:-30}
tree=$(cd "$(dirname "$0")/../.." && pwd)
cd "$tree"
folder=${2:-build/fuzz}
boards=build/host/tests/builder/boards
command -v afl-fuzz >/dev/null || { echo "fuzz.sh: afl-fuzz is missing: apt-get install afl++" >&2; exit 2; }
[ -f $boards/x86_64/board.json ] || { echo "fuzz.sh: there is no $boards: ./rme test --board host" >&2; exit 2; }

rm -rf "$folder"
mkdir -p "$folder/seeds"
for file in examples/*/system.yaml; do
    cp "$file" "$folder/seeds/$(basename "$(dirname "$file")").yaml"
done
# From `== TITLE` to `--` stands a description.
awk -v out="$folder/seeds/case" '
    /^== / { n++; file = sprintf("%s%03d.yaml", out, n); next }
    /^--$/ { if (file != "") close(file); file = ""; next }
    file != "" { sub(/^@p$/, "  p: {sources: [p.c], threads: {main: {priority: 1, budget: 1 s}}}"); print > file }
' tests/builder/cases.txt
# Words of the language, for the mutator.
sed -n 's/.*\.name = "\([a-z_]*\)".*/"\1: "/p' builder/keys.c | sort -u >"$folder/words"

AFL_USE_ASAN=1 AFL_QUIET=1 afl-clang-fast -std=gnu17 -g -O1 -I. -Ibuild/host/generated \
    builder/[!m]*.c builder/memory.c tests/builder/placed.c tests/builder/fuzz.c -lfyaml -lelf -o "$folder/fuzz"

export AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=1 AFL_NO_AFFINITY=1
afl-fuzz -i "$folder/seeds" -o "$folder/found" -x "$folder/words" -m none -t 5000 -V $((minutes * 60)) \
    -- "$folder/fuzz" $boards/stm32f405/board.json $boards/x86_64/board.json >"$folder/log" 2>&1 ||
    { tail -n 20 "$folder/log" >&2; exit 2; }
value() { sed -n "s/^$1 *: *//p" "$folder/found/default/fuzzer_stats"; }
crashes=$(value saved_crashes) hangs=$(value saved_hangs)
printf '%s descriptions in %s s, %s crashes, %s hangs\n' "$(value execs_done)" "$(value run_time)" "$crashes" "$hangs"
[ "$crashes" -eq 0 ] && [ "$hangs" -eq 0 ]
