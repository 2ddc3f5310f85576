#!/usr/bin/env bash
# Installs the Debian packages that are missing: install_dependencies.sh build|package|train|test|arm64
# build: what the program needs; package: what scripts/package.sh needs as well; train: what
# musicgen-train needs as well (but libtorch); test: train, and what the tests, benchmarks and
# fuzzers need, and the hub's own clients in build/hub_clients (without them one test is skipped);
# arm64: what test-arm64.sh needs, nothing of a foreign architecture.
set -euo pipefail

packages=(cmake ninja-build g++ pkg-config libcli11-dev nlohmann-json3-dev libyaml-cpp-dev
          libsndfile1-dev libmpg123-dev libkissfft-dev libpng-dev libcurl4-openssl-dev libssl-dev
          libboost1.81-dev libseccomp-dev libarchive-dev libvulkan-dev glslc
          libavformat-dev libavcodec-dev)
training=(libfluidsynth-dev libeigen3-dev zlib1g-dev musescore-general-soundfont-small)
case "${1:-}" in
  build) ;;
  package) packages+=(dpkg-dev file python3) ;;
  train) packages+=("${training[@]}") ;;
  test) packages+=("${training[@]}" git python3 python3-venv python3-torch python3-torchaudio clang clang-format
                   clang-tidy libclang-rt-14-dev ccache libgtest-dev libgmock-dev libbenchmark-dev
                   libebur128-dev libsimde-dev groff-base mandoc fish zsh
                   chromium nginx-light haproxy
                   mesa-vulkan-drivers vulkan-validationlayers) ;;
  arm64) packages=(cmake ninja-build pkg-config python3 googletest g++-aarch64-linux-gnu qemu-user) ;;
  *) echo "usage: $0 build|package|train|test|arm64" >&2; exit 2 ;;
esac

# The hub's Python client, present and old, that the cache is shared with.
install_hub_clients() {
  [[ ${1:-} == test ]] || return 0
  local folder row
  folder=$(dirname "${BASH_SOURCE[0]}")/../build/hub_clients
  for row in "current huggingface_hub>=2,<3" "old huggingface_hub<1"; do
    [[ -e $folder/${row%% *}/ready ]] && continue
    if python3 -m venv "$folder/${row%% *}" &&
        "$folder/${row%% *}/bin/pip" install -q --disable-pip-version-check "${row#* }"; then
      touch "$folder/${row%% *}/ready"
    else
      echo "Without ${row#* }: the test of a shared cache will be skipped." >&2
      rm -rf "$folder/${row%% *}"
    fi
  done
}

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
  install_hub_clients "${1:-}"
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
install_hub_clients "${1:-}"
