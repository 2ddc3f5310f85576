#!/usr/bin/env bash
# AudioCraft's own tests of MusicGen and of its sound functions, run on this package:
#   run_audiocraft_tests.sh [DIR [pytest options …]]
# DIR is a checkout of facebookresearch/audiocraft. Without it, the source package of audiocraft 1.3.0 is fetched
# with pip into build/audiocraft, which holds the tests of the sound functions alone. The tests are copied to a
# temporary folder; there `from audiocraft` becomes `from musicgen`, and nothing else changes. PYTHON names an
# interpreter that has pytest, torch, torchaudio and julius (by default build/venv's, made where it is not there);
# MUSICGEN_LIBRARY the library, unless musicgen is installed. Exit status 77: nothing to run with.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
python=${PYTHON:-$root/build/venv/bin/python}
[[ $python == /* || $python != */* ]] || python=$PWD/$python
[[ -n $(command -v "$python") ]] || "$root/scripts/python_environment.sh" "${python%/bin/python}"
if ! "$python" -c 'import pytest, torch, torchaudio, julius' 2> /dev/null; then
  echo "$python lacks pytest, torch, torchaudio or julius: skipped"
  exit 77
fi

if [[ $# -ge 1 ]]; then
  checkout=$1
  shift
else
  checkout=$root/build/audiocraft/audiocraft-1.3.0
  if [[ ! -d $checkout/tests ]]; then
    mkdir -p "$root/build/audiocraft"
    "$python" -m pip download -q --no-deps --no-binary :all: -d "$root/build/audiocraft" audiocraft==1.3.0 ||
      { echo "the source package of audiocraft cannot be fetched: skipped"; exit 77; }
    tar -xzf "$root/build/audiocraft/audiocraft-1.3.0.tar.gz" -C "$root/build/audiocraft"
  fi
fi
[[ -d $checkout/tests ]] || { echo "$checkout: expected a checkout of audiocraft with tests" >&2; exit 2; }

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
tests=()
for file in tests/models/test_musicgen.py tests/data/test_audio.py tests/data/test_audio_utils.py \
  tests/common_utils/{__init__,wav_utils,temp_utils}.py; do
  [[ -e $checkout/$file ]] || { echo "$checkout has no $file"; continue; }
  mkdir -p "$copy/$(dirname "$file")"
  sed -E 's/^from audiocraft\b/from musicgen/' "$checkout/$file" > "$copy/$file"
  touch "$copy/tests/__init__.py" "$copy/$(dirname "$file")/__init__.py"
  [[ $file != */test_* ]] || tests+=("$file")
done

cd "$copy"
PYTHONPATH=$root/bindings/python${PYTHONPATH:+:$PYTHONPATH} \
  "$python" -m pytest -p no:cacheprovider -q "$@" "${tests[@]}"
