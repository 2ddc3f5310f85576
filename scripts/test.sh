#!/usr/bin/env bash
# Builds everything and runs every test that needs no GPU and no downloads: test.sh
# Three builds, each with what only it can find: release (GCC, what users run), dev (clang with
# address and undefined sanitizers, and the fuzzers), tsan (threads); and formatting and clang-tidy.
# Closes with "N passed, N failed, N skipped". FUZZ_SECONDS sets the time for each fuzzer, 10 by
# default. With MUSICGEN_LONG_TESTS=1 also a clang build without sanitizers and its bits, and in the
# sanitized builds every test; clang-tidy then reads every file, half an hour's work.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

jobs=$(nproc)
fuzz_seconds=${FUZZ_SECONDS:-10}
long=${MUSICGEN_LONG_TESTS:-0}
# The folders whose tests run threads against one another.
threaded=(base lm session api c_api serve_http serve_jobs)
if [[ $long != 0 ]]; then threaded+=(nn conditioning codec model convert generate); fi
mapfile -t fuzzers < <(basename -s .cc -a tests/fuzz/fuzz_*.cc)
passed=0
failed=0
skipped=0
summaries=()
started=$SECONDS

# The environment sets a compiler launcher for folders that are new and leaves others alone. What
# another clone has compiled is taken from there.
if command -v ccache > /dev/null; then
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_SLOPPINESS=pch_defines,time_macros
  export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
fi

finish() {
  echo
  printf '%s\n' "${summaries[@]}"
  echo "Took $((SECONDS - started)) s."
  echo "$passed passed, $failed failed, $skipped skipped"
  [[ $failed -eq 0 ]]
}

fail() {
  failed=$((failed + 1))
  summaries+=("$1")
  echo "$1"
}

# build PRESET [cmake options … -- targets …]
build() {
  local preset=$1 options=() targets=()
  shift
  while [[ $# -gt 0 && $1 != -- ]]; do options+=("$1"); shift; done
  [[ $# -gt 0 ]] && shift && targets=(--target "$@")
  local begun=$SECONDS
  echo "== Build $preset"
  cmake --preset "$preset" "${options[@]}" || { fail "$preset: configuring failed"; return 1; }
  cmake --build "build/$preset" -j "$jobs" "${targets[@]}" ||
    { fail "$preset: building failed"; return 1; }
  summaries+=("$preset: built in $((SECONDS - begun)) s")
}

# run_ctest PRESET [ctest options …]; counts from ctest's own report.
run_ctest() {
  local preset=$1 report=$PWD/build/$1/tests.xml begun=$SECONDS
  shift
  echo "== Test $preset"
  rm -f "$report"
  ctest --preset "$preset" -j "$jobs" --output-junit "$report" "$@" |
    tee "build/$preset/tests.log" || true
  summaries+=("$preset: $(grep 'tests passed' "build/$preset/tests.log" || echo 'no result') in $((SECONDS - begun)) s")
  # By name, as the end of a long log is what is read.
  mapfile -t -O "${#summaries[@]}" summaries < <(
    sed -n '/^The following tests FAILED:/,/^$/p' "build/$preset/tests.log" | sed '1d;/^$/d')
  mapfile -t -O "${#summaries[@]}" summaries < <(
    grep -E '^(FAIL|ERROR): |^E  |Error: |: Failure$|Sanitizer: ' "build/$preset/tests.log" |
      cut -c 1-300 | tail -n 20)
  local total bad left_out
  total=$(count tests "$report")
  bad=$(count failures "$report")
  # A test that skips itself or is disabled has passed nothing.
  left_out=$(($(count skipped "$report") + $(count disabled "$report")))
  if [[ $total -eq 0 ]]; then
    fail "$preset: no tests ran"
    return
  fi
  passed=$((passed + total - bad - left_out))
  failed=$((failed + bad))
  skipped=$((skipped + left_out))
}

# count ATTRIBUTE REPORT: the number of the report's own line, 0 when there is none.
count() {
  local number
  number=$(grep -Eom1 "[[:space:]]$1=\"[0-9]*\"" "$2" | tr -dc 0-9 || true)
  echo "${number:-0}"
}

# check NAME COMMAND …
check() {
  local name=$1
  shift
  echo "== $name"
  if "$@" 2>&1 | tee build/check.log; then
    passed=$((passed + 1))
    summaries+=("$name: good")
  else
    fail "$name: something is left to do"
    mapfile -t -O "${#summaries[@]}" summaries < <(grep ' error: ' build/check.log)
  fi
}

# run_fuzzer NAME
run_fuzzer() {
  local corpus status=0
  corpus=$(mktemp -d)
  "build/dev/bin/fuzz_$1" -max_total_time="$fuzz_seconds" -rss_limit_mb=2048 -timeout=10 \
    -artifact_prefix="build/dev/fuzz/findings/$1-" -print_final_stats=1 \
    "$corpus" "tests/fuzz/corpus/$1" > "build/dev/fuzz/$1.log" 2>&1 || status=$?
  rm -rf "$corpus"
  return "$status"
}

# As many at once as there are processors.
run_fuzzers() {
  local begin name names running
  mkdir -p build/dev/fuzz/findings
  for ((begin = 0; begin < ${#fuzzers[@]}; begin += jobs)); do
    names=("${fuzzers[@]:begin:jobs}")
    names=("${names[@]#fuzz_}")
    running=()
    echo "== Fuzz ${names[*]} for $fuzz_seconds s"
    for name in "${names[@]}"; do
      run_fuzzer "$name" &
      running+=($!)
    done
    for name in "${names[@]}"; do
      if wait "${running[0]}"; then
        passed=$((passed + 1))
        summaries+=("fuzz $name: $(awk '/number_of_executed_units/ { print $2 }' "build/dev/fuzz/$name.log") runs")
      else
        tail -n 40 "build/dev/fuzz/$name.log"
        fail "fuzz $name: a finding, kept in build/dev/fuzz/findings"
      fi
      running=("${running[@]:1}")
    done
  done
}

echo "== Packages"
scripts/install_dependencies.sh test

# Warnings are errors; not with GCC's sanitizers, of which it says itself that they make it warn of
# nothing.
strict=(-DMUSICGEN_WERROR=ON -DMUSICGEN_BUILD_TESTS=ON -DMUSICGEN_BUILD_BENCH=ON)
# The trainer stands on PyTorch's C++ library, and its files are read back by those that others use.
training=()
export MUSICGEN_PYTHON_PACKAGES="torch transformers peft sentencepiece protobuf safetensors tensorboard"
if scripts/python_environment.sh build/torch; then
  training=(-DMUSICGEN_BUILD_TRAINING=ON -DMUSICGEN_TORCH_PYTHON="$PWD/build/torch/bin/python")
else
  fail "torch cannot be installed: training is not tested"
fi
unset MUSICGEN_PYTHON_PACKAGES
# Other makers' clients judge the server, and a browser its page.
MUSICGEN_PYTHON_REQUIREMENTS=tests/serve/requirements.txt \
  scripts/python_environment.sh build/serve_clients ||
  echo "Without other makers' clients: the tests that need them will be skipped."
if build release "${strict[@]}" "${training[@]}"; then run_ctest release; fi
# The program's tests run on the program that users have; what it stands on is tested here.
sanitized=(-LE '^cli$' -E '^hub[.]')
sanitized_targets=(unit_tests)
if [[ $long != 0 ]]; then
  sanitized=()
  sanitized_targets=(all)
  export TIDY=all
  if build clang "${strict[@]}"; then run_ctest clang; fi
fi
if build dev -- "${sanitized_targets[@]}"; then
  run_ctest dev "${sanitized[@]}"
  run_fuzzers
fi
check "Formatting and clang-tidy" scripts/format.sh --check
if build tsan -- "${threaded[@]/%/_test}"; then
  run_ctest tsan -L "^($(IFS='|'; echo "${threaded[*]}"))\$"
fi
finish
