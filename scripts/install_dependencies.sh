#!/usr/bin/env bash
# Installs the Debian packages that are missing: install_dependencies.sh build|test|arm64
# build: what the program needs; test: what the tests, benchmarks and fuzzers need as well;
# arm64: what test-arm64.sh needs, nothing of a foreign architecture.
set -euo pipefail

packages=(cmake ninja-build g++ pkg-config libcli11-dev nlohmann-json3-dev libyaml-cpp-dev
          libsndfile1-dev libmpg123-dev libkissfft-dev libpng-dev)
case "${1:-}" in
  build) ;;
  test) packages+=(git python3 clang clang-format clang-tidy libclang-rt-14-dev ccache libgtest-dev
                   libgmock-dev libbenchmark-dev libebur128-dev libsimde-dev
                   python3-venv python3-torch python3-torchaudio) ;;
  arm64) packages=(cmake ninja-build pkg-config python3 googletest g++-aarch64-linux-gnu qemu-user) ;;
  *) echo "usage: $0 build|test|arm64" >&2; exit 2 ;;
esac

if ! command -v dpkg-query > /dev/null; then
  echo "Not a Debian system: please see to these packages yourself: ${packages[*]}"
  exit 0
fi

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null || true)
  [[ $status == installed ]] || missing+=("$package")
done
if [[ ${#missing[@]} -eq 0 ]]; then
  echo "All packages are installed."
  exit 0
fi

as_root=()
if [[ $(id -u) -ne 0 ]]; then
  if ! command -v sudo > /dev/null; then
    echo "These packages are missing, and there is neither root nor sudo: ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
echo "Installing ${missing[*]}"
"${as_root[@]}" apt-get update -q
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends \
  "${missing[@]}"
