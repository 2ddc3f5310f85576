#!/usr/bin/env bash
# Formats every C++ file in place and runs clang-tidy over the sources: format.sh [--check]
# --check changes nothing and fails when something is left to do.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mapfile -t files < <(git ls-files '*.h' '*.hpp' '*.cc')
if [[ ${1:-} == --check ]]; then
  clang-format --dry-run --Werror "${files[@]}"
else
  clang-format -i "${files[@]}"
fi

# clang-tidy reads the compile commands of the release build, which is not for Arm.
[[ -f build/release/compile_commands.json ]] || cmake --preset release
mapfile -t sources < <(git ls-files 'src/*.cc' 'apps/*.cc' ':!*_neon*')
printf '%s\n' "${sources[@]}" |
  xargs -P "$(nproc)" -n 4 clang-tidy -p build/release --quiet --warnings-as-errors='*'
