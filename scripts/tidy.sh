#!/usr/bin/env bash
# Runs clang-tidy over the sources: tidy.sh all|changed|FILES …
# all: ten seconds a file. changed: those that differ from where the branch left main (of main
# itself: from the commit before), work tree included; of a header, the source of its name.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The dev build's, which is clang's compile commands: clang does not know all of GCC's options.
[[ -f build/dev/compile_commands.json ]] || cmake --preset dev

# Without what trains, which that build leaves out.
sources() {
  git ls-files 'src/*.cc' 'apps/*.cc' ':!*_neon*' ':!src/compose' ':!src/train' ':!apps/train'
}

# The commit to compare with.
base() {
  local main=main
  git rev-parse -q --verify main > /dev/null || main=origin/main
  if [[ $(git rev-parse HEAD) == "$(git rev-parse -q --verify $main)" ]]; then
    git rev-parse -q --verify HEAD~1 || git rev-parse HEAD
  else
    git merge-base HEAD $main 2> /dev/null || git rev-parse -q --verify HEAD~1 || git rev-parse HEAD
  fi
}

case ${1:-} in
  all) mapfile -t files < <(sources) ;;
  changed)
    mapfile -t files < <(git diff --name-only --diff-filter=d "$(base)" -- src apps |
                           sed -E 's/\.h$/.cc/' | sort -u | grep -xFf <(sources) || true) ;;
  '') echo "usage: $0 all|changed|FILES" >&2; exit 2 ;;
  *) files=("$@") ;;
esac
echo "clang-tidy reads ${#files[@]} files."
[[ ${#files[@]} -gt 0 ]] || exit 0
printf '%s\n' "${files[@]}" |
  xargs -P "$(nproc)" -n 4 clang-tidy -p build/dev --quiet --warnings-as-errors='*'
