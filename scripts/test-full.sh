#!/usr/bin/env bash
# The long tier: everything of test.sh, all of it built by clang and read by clang-tidy; Arm under
# emulation; an hour of each fuzzer; a second version of Mesa; a day of the server under every kind
# of client; the command line's kill and disk tests at full length; the acceptance of the demo model,
# and its fine-tuning; and checks on full-size checkpoints when MUSICGEN_MODELS names a folder that
# holds them (small, melody, stereo-large, …). FUZZ_SECONDS sets the time for each fuzzer,
# SOAK_SECONDS that of the server.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export FUZZ_SECONDS=${FUZZ_SECONDS:-3600}
export MUSICGEN_LONG_TESTS=1
status=0
scripts/test.sh || status=1

echo "== 64-bit Arm"
scripts/test-arm64.sh || status=1

# With a Python that has torch and transformers (MUSICGEN_ORACLE, by default python3).
oracle=${MUSICGEN_ORACLE:-python3}
if "$oracle" -c 'import torch' 2> /dev/null; then
  echo "== Mutated .bin files against torch.load"
  "$oracle" scripts/check_torch_load.py --count 100000 || status=1
fi
if "$oracle" -c 'import torch, transformers, safetensors' 2> /dev/null; then
  echo "== Conversion against torch and transformers"
  "$oracle" scripts/check_convert.py tests/fixtures/{hf,ac}-tiny-{mono,stereo,melody} \
    tests/fixtures/hf-tiny-melody-stereo || status=1
fi

if "$oracle" -c 'import torch, gguf, safetensors' 2> /dev/null; then
  echo "== GGUF files against ggml's reader"
  "$oracle" scripts/check_gguf.py tests/fixtures/{hf,ac}-tiny-{mono,stereo,melody} \
    tests/fixtures/hf-tiny-melody-stereo || status=1
fi

echo "== Shaders and goldens on a second Mesa"
MUSICGEN_LONG_TESTS=0 MUSICGEN_VULKAN_SOFTWARE=1 scripts/second_mesa.sh bash -ec \
  'build/release/bin/gpu_test --gtest_brief=1
   python3 -B tests/generate/gpu_goldens.py build/release/bin/generate_test' || [[ $? == 77 ]] || status=1

echo "== Soak of the server"
python3 -B tests/serve/routes/soak.py "${SOAK_SECONDS:-86400}" || status=1

echo "== Acceptance of the demo model"
export MUSICGEN_PYTHON_PACKAGES="safetensors torch transformers essentia"
if scripts/python_environment.sh build/eval; then
  MUSICGEN_EVAL_PYTHON=build/eval/bin/python apps/eval/musicgen-eval demo -m models/demo \
    --work build/acceptance --check || status=1
  echo "== A style that the demo model has no word for"
  build/eval/bin/python -B scripts/check_new_style.py || status=1
else
  status=1
fi
unset MUSICGEN_PYTHON_PACKAGES

if [[ -n ${MUSICGEN_MODELS:-} ]]; then
  echo "== Full-size checkpoints"
  scripts/check_full_size.py "$MUSICGEN_MODELS" || status=1
  scripts/speed_table.py "$MUSICGEN_MODELS" --print || status=1
fi
exit $status
