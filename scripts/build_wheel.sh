#!/usr/bin/env bash
# Builds the wheel of musicgen-cpp with the libraries it needs inside: build_wheel.sh [OUT_DIR]
# Leaves musicgen_cpp-VERSION-py3-none-manylinux_2_31_*.whl in OUT_DIR (build/wheel). Debian: it tells by dpkg whose
# licences go in.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=${1:-build/wheel}
venv=build/wheel-environment
if [[ ! -e $venv/complete ]]; then
  python3 -m venv --clear "$venv"
  "$venv/bin/python" -m pip install -q --disable-pip-version-check build
  touch "$venv/complete"
fi
if command -v ccache > /dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
raw=$(mktemp -d)
trap 'rm -rf "$raw"' EXIT
"$venv/bin/python" -m build --wheel --outdir "$raw" .
python3 packaging/bundle_wheel.py "$raw"/musicgen_cpp-*.whl "$out"
