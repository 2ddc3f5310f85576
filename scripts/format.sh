#!/usr/bin/env bash
# Formats every C++ and C file in place and runs clang-tidy over those that changed: format.sh [--check]
# --check changes nothing and fails when something is left to do. TIDY=all reads every file.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mapfile -t files < <(git ls-files '*.h' '*.hpp' '*.cc' '*.c')
if [[ ${1:-} == --check ]]; then
  clang-format --dry-run --Werror "${files[@]}"
else
  clang-format -i "${files[@]}"
fi

scripts/tidy.sh "${TIDY:-changed}"
