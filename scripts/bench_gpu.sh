#!/usr/bin/env bash
# Proves and measures a graphics card: bench_gpu.sh [MODEL …]
# Builds the program and its tests, compares the card with the processor bit by bit, on the card itself, and measures
# the demo model and every MODEL (small, a folder, a GGUF file; random weights are as fast as trained ones) at f16, q8
# and q4, alone and eight streams together. Leaves build/gpu_report.json: please send it in with an issue.
# MUSICGEN_DEVICE names another card than vulkan:0.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

device=${MUSICGEN_DEVICE:-vulkan:0}
models=("${@:-demo}")
steps=${MUSICGEN_BENCH_STEPS:-503} # 10 s and the delays
program=build/release/bin/musicgen
report=build/gpu_report.json

echo "== Packages and build"
scripts/install_dependencies.sh test > /dev/null
[[ -f build/release/build.ninja ]] || cmake --preset release -DMUSICGEN_BUILD_BENCH=OFF
cmake --build build/release --target musicgen_cli gpu_test lm_test generate_test

rows=$(mktemp -d)
trap 'rm -rf "$rows"' EXIT

echo "== Proof: operations, the network at every precision, goldens"
ctest --test-dir build/release -L gpu --output-junit "$rows/gpu.xml" --output-on-failure || true
build/release/bin/lm_test --gtest_filter='*Gpu*' --gtest_output="xml:$rows/lm.xml" || true

echo "== Measure"
for model in "${models[@]}"; do
  for precision in f16 q8 q4; do
    for batch in 1 8; do
      echo "$model, $precision, $batch at once"
      "$program" bench -m "$model" --device "$device" --precision "$precision" --steps "$steps" --batch "$batch" \
        > "$rows/bench.${model//\//_}.$precision.$batch.json" || echo "  failed; the report has no row of it" >&2
    done
  done
done
"$program" info -m "${models[0]}" --json > "$rows/info.json"

python3 - "$rows" "$report" << 'PYTHON'
import glob, json, os, platform, sys
import xml.etree.ElementTree as xml

rows, report = sys.argv[1:]

def tests(name):
    path = os.path.join(rows, name)
    if not os.path.exists(path):
        return None
    suites = xml.parse(path).getroot()
    failed = [case.get("name") for case in suites.iter("testcase") if case.find("failure") is not None]
    return {"tests": int(suites.get("tests")), "failures": int(suites.get("failures")), "failed": failed}

def read(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    return json.loads(text) if text.strip() else None

benches = [read(path) for path in sorted(glob.glob(os.path.join(rows, "bench.*.json")))]
with open(report, "w", encoding="utf-8") as file:
    json.dump({
        "devices": read(os.path.join(rows, "info.json"))["devices"],
        "system": platform.platform(),
        "proof": {"operations_and_goldens": tests("gpu.xml"), "network": tests("lm.xml")},
        "benches": [row for row in benches if row],
    }, file, indent=1)
print(f"{'model':24} {'':5} streams  steps/s  of the card's copying")
for row in benches:
    if row:
        print(f"{os.path.basename(row['model'])[:24]:24} {row['precision']:5} {row['batch']:7} {row['steps_per_s']:8.1f} "
              f"{100 * row['bandwidth_share']:6.1f} %")
print(report)
PYTHON
