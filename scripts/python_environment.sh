#!/usr/bin/env bash
# Runs Python in a virtual environment that has what the tests of the Python package need, made first where it is not
# there:  python_environment.sh DIR [arguments of python …]
# It is made with the first of $MUSICGEN_ORACLE, /usr/bin/python3 and python3 that has torch, else with python3, and
# sees that interpreter's packages; numpy, pytest, tqdm and, beside torch, julius come from PyPI. With
# MUSICGEN_PYTHON_PACKAGES, names of PyPI, it has those instead of torch and sees nothing else; likewise what a file of
# pip's says that MUSICGEN_PYTHON_REQUIREMENTS names. Exit status 77: it cannot be made.
set -euo pipefail
[[ $# -ge 1 ]] || { echo "usage: $0 DIR [arguments of python …]" >&2; exit 2; }
venv=$1
shift

make_environment() {
  if [[ -n ${MUSICGEN_PYTHON_REQUIREMENTS:-} ]]; then
    python3 -m venv --clear "$venv" || return 1
    "$venv/bin/python" -m pip install -q --disable-pip-version-check -r "$MUSICGEN_PYTHON_REQUIREMENTS" || return 1
    touch "$venv/complete"
    return
  fi
  if [[ -n ${MUSICGEN_PYTHON_PACKAGES:-} ]]; then
    python3 -m venv --clear "$venv" || return 1
    # shellcheck disable=SC2086  # several names
    "$venv/bin/python" -m pip install -q --disable-pip-version-check numpy pytest tqdm $MUSICGEN_PYTHON_PACKAGES ||
      return 1
    touch "$venv/complete"
    return
  fi
  local base=python3 candidate packages=(tqdm) beside_torch=()
  for candidate in "${MUSICGEN_ORACLE:-}" /usr/bin/python3 python3; do
    if [[ -n $candidate ]] && "$candidate" -c 'import torch, venv, ensurepip' 2> /dev/null; then
      base=$candidate
      beside_torch=(julius)
      break
    fi
  done
  rm -rf "$venv"
  "$base" -m venv --system-site-packages "$venv" || return 1
  for package in numpy pytest; do
    "$venv/bin/python" -c "import $package" 2> /dev/null || packages+=("$package")
  done
  "$venv/bin/python" -m pip install -q --disable-pip-version-check "${packages[@]}" || return 1
  # pip does not see a torch that came as a Debian package, and would fetch another.
  [[ ${#beside_torch[@]} -eq 0 ]] ||
    "$venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps "${beside_torch[@]}" || return 1
  touch "$venv/complete"
}

if [[ ! -e $venv/complete ]]; then
  mkdir -p "$(dirname "$venv")"
  (
    flock 9  # tests run beside one another
    [[ -e $venv/complete ]] || make_environment
  ) 9> "$venv.lock" || { echo "$venv: the environment cannot be made: skipped"; exit 77; }
fi
[[ $# -eq 0 ]] || exec "$venv/bin/python" "$@"
