#!/usr/bin/env bash
# From a fresh clone to a sound: quickstart.sh ["prompt"] [options of musicgen generate]
# Installs what is missing, builds, and writes out.wav into the current folder.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build/release
started=$(date +%s.%N)

# Seconds since $1, with a decimal.
since() { awk -v a="$1" -v b="$(date +%s.%N)" 'BEGIN { printf "%.1f s", b - a }'; }

echo "== Packages"
"$root/scripts/install_dependencies.sh" build

echo "== Build (once; about ten minutes on two cores)"
build_started=$(date +%s.%N)
# A folder that is set up already keeps its settings, so that tests built there stay.
if [[ ! -f $build/build.ninja ]]; then
  (cd "$root" && cmake --preset release -DMUSICGEN_BUILD_TESTS=OFF -DMUSICGEN_BUILD_BENCH=OFF)
fi
cmake --build "$build" --target musicgen_cli
echo "Built in $(since "$build_started")"

echo "== Generate"
# Do the options bring a prompt themselves?
has_prompt=${MUSICGEN_PROMPTS_FILE:+yes}${MUSICGEN_UNCONDITIONAL:+yes}
is_value=
for argument in "$@"; do
  if [[ -n $is_value ]]; then
    is_value=
    continue
  fi
  case "$argument" in
    --prompts-file|--prompts-file=*|--unconditional|--unconditional=*) has_prompt=yes ;;
  esac
  case "$argument" in
    -h|--help|--two-step-cfg|--greedy|--json|--no-progress|--?*=*|-[!-]?*) ;;  # stands alone
    --) has_prompt=yes ;;
    -?*) is_value=yes ;;  # the next argument is its value
    *) has_prompt=yes ;;
  esac
done

arguments=()
if [[ -z $has_prompt ]]; then
  arguments+=("happy rock with drums and electric guitar")
fi
generate_started=$(date +%s.%N)
"$build/bin/musicgen" generate "${arguments[@]}" "$@"
echo "Generated in $(since "$generate_started"); everything took $(since "$started")"
