#!/usr/bin/env bash
# Makes what people install without building: package.sh [deb|tar|all] [OUT_DIR]
# Leaves in OUT_DIR (build/packages), on Debian 12:
#   deb  musicgen_VERSION_ARCH.deb and libmusicgen-dev_VERSION_ARCH.deb
#   tar  musicgen-VERSION-bin-linux-x64.tar.gz, for glibc 2.31 or newer
set -euo pipefail
kind=${1:-all}
case $kind in deb | tar | all) ;; *) echo "usage: $0 [deb|tar|all] [OUT_DIR]" >&2; exit 2 ;; esac
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")
out=$(realpath -m "${2:-$root/build/packages}")
cd "$root"
mkdir -p "$out"
build=build/package
if command -v ccache > /dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=ccache; fi

# configure PORTABLE LIBDIR ZSH_DIR: one folder for both, which differ in how the program is linked.
configure() {
  cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=/usr \
    -DMUSICGEN_BUILD_TESTS=OFF -DMUSICGEN_PORTABLE="$1" -DCMAKE_INSTALL_LIBDIR="$2" \
    -DMUSICGEN_ZSH_DIR="$3"
  cmake --build "$build" -j "${JOBS:-$(nproc)}"
}

make_deb() {
  configure OFF "lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)" share/zsh/vendor-completions
  rm -rf "$build/deb"
  (cd "$build" && cpack -G DEB -B deb)
  cp "$build"/deb/*.deb "$out"
}

make_tar() {
  if [[ $(uname -m) != x86_64 ]]; then
    echo "The archive is made on x86-64 alone, this is $(uname -m)." >&2
    exit 1
  fi
  configure ON lib share/zsh/site-functions
  rm -rf "$build/tree"
  cmake --install "$build" --component runtime --prefix "$build/tree" > /dev/null
  python3 packaging/make_archive.py "$build/tree" \
    "$(sed -n 's/^project(musicgen VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)" "$out"
}

if [[ $kind != tar ]]; then make_deb; fi
if [[ $kind != deb ]]; then make_tar; fi
