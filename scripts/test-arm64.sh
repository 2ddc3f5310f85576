#!/usr/bin/env bash
# Builds what needs no other library (base to nn) for 64-bit Arm and runs its tests under
# emulation, on a processor with the dot product and on one without: test-arm64.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

jobs=$(nproc)
if command -v ccache > /dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=ccache; fi

scripts/install_dependencies.sh arm64
cmake --preset arm64
cmake --build build/arm64 -j "$jobs"

# The instruction set is the best that should be found: tests fail where it is not.
status=0
echo "== Test arm64 with the dot product"
QEMU_CPU=max MUSICGEN_ISA=neon_dotprod ctest --preset arm64 -j "$jobs" || status=1
echo "== Test arm64 without the dot product"
QEMU_CPU=cortex-a53 MUSICGEN_ISA=neon ctest --preset arm64 -j "$jobs" -L 'kernels|nn' || status=1
exit $status
