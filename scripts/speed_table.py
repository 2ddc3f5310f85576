#!/usr/bin/env python3
"""Measures full-size checkpoints and writes the README's table of speed and memory.

  scripts/speed_table.py MODELS [--threads N] [--print]

MODELS holds directories named small, medium, large, melody, stereo-small and stereo-large, those that are wanted, or GGUF
files small-q8.gguf, small-q4.gguf, …, which are taken first; trained or random, as speed does not depend on the values. Each
row is one run of `musicgen bench` that generates 5 s, guided, sampling. --print writes the table to stdout and leaves
the README alone. Rows are kept as JSON in build/speed.json.
"""

import argparse
import json
import os
import subprocess
import sys

from readme_table import write_table

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
BINARY = os.path.join(ROOT, "build", "release", "bin", "musicgen")
RUNS = [("small", "f32"), ("small", "bf16"), ("small", "q8"), ("small", "q4"), ("medium", "q8"), ("medium", "q4"),
        ("large", "q8"), ("large", "q4"), ("melody", "q8"), ("stereo-small", "q8"), ("stereo-large", "q8")]
STEPS = 253  # 5 s and the delays


def measure(models, threads):
    rows = []
    for name, precision in RUNS:
        model = os.path.join(models, f"{name}-{precision}.gguf")
        if not os.path.exists(model):
            model = os.path.join(models, name)
        if not os.path.exists(model):
            print(f"no {model}: its row is left out", file=sys.stderr)
            continue
        print(f"measuring {name} at {precision}", file=sys.stderr)
        output = subprocess.run(
            [BINARY, "bench", "-m", model, "--precision", precision, "--steps", str(STEPS), "-t", str(threads)],
            check=True, stdout=subprocess.PIPE).stdout
        rows.append({**json.loads(output), "model": name})
    if not rows:
        sys.exit(f"{models} holds none of the models")
    return rows


def table(rows):
    first = rows[0]
    bandwidth = max(row["bandwidth_gb_per_s"] for row in rows)
    lines = [
        f"{first['cpu']}, {first['threads']} threads, {first['isa']}, {bandwidth:.0f} GB/s measured; 5 s of "
        f"music, guided; commit {first['commit']}.",
        "",
        "| model | precision | steps/s | × real time | of the bandwidth | first audio | loading | codec decode "
        "| peak memory |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        lines.append(
            f"| {row['model']} | {row['precision']} | {row['steps_per_s']:.1f} | {row['steps_per_s'] / 50:.2f} "
            f"| {100 * row['bandwidth_share']:.0f} % | {row['seconds_to_first_audio']:.1f} s "
            f"| {row['load_s']:.1f} s | {row['codec_decode_x_realtime']:.1f} × "
            f"| {row['peak_memory_bytes'] / 1e9:.2f} GB |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models")
    parser.add_argument("--threads", type=int, default=0, help="0: one for each processor")
    parser.add_argument("--print", action="store_true", help="to stdout instead of the README")
    arguments = parser.parse_args()
    rows = measure(arguments.models, arguments.threads)
    with open(os.path.join(ROOT, "build", "speed.json"), "w") as file:
        json.dump(rows, file, indent=1)
    if arguments.print:
        print(table(rows), end="")
    else:
        write_table("speed", table(rows))


if __name__ == "__main__":
    main()
