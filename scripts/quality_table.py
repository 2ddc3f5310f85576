#!/usr/bin/env python3
"""Measures what each precision costs in quality and writes the README's table.

  scripts/quality_table.py [--validation DIR] [--sampled DIR]... [--precisions bf16,q8,q4] [--print]

Each row is a run of bench/quality.cc: the same codes teacher-forced at f32 and at the precision, keys and values in the
precision's own format. DIR is a model of the Hugging Face layout; --validation takes one that has validation codes and
captions beside it (validation.safetensors, validation.json), --sampled any, whose codes are then sampled from it at f32
(30 s of two prompts; kept in build/quality/). For the latter use a checkpoint whose weights are distributed as trained
ones are: scripts/make_heavy_tailed.py. Rows are kept as JSON in build/quality/rows.json; those measured before at the same
commit are not measured again.
"""

import argparse
import json
import os
import subprocess
import sys

from readme_table import write_table

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
BIN = os.path.join(ROOT, "build", "release", "bin")
WORK = os.path.join(ROOT, "build", "quality")
ROWS = os.path.join(WORK, "rows.json")
PROMPTS = ["80s electronic track with melodic synthesizers, catchy beat and groovy bass",
           "a light and cheerly EDM track, with syncopated drums, airy pads, and strong emotions bpm: 130"]
# Of top-1 agreement, mean KL, change of cross-entropy; random weights are judged as docs/decisions.md says.
LIMITS = {("validation", "q8"): "≥ 98 %, ≤ 0.005, ≤ +0.01", ("validation", "q4"): "≥ 90 %, ≤ 0.05, ≤ +0.05",
          ("sampled", "q8"): "≥ 95 %, ≤ 0.005, ≤ +0.01", ("sampled", "q4"): "≥ 80 %, ≤ 0.05, ≤ +0.05"}


def name_of(model):
    return os.path.basename(os.path.abspath(model))


def write_prompts(name, prompts):
    path = os.path.join(WORK, name + ".txt")
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(prompt + "\n" for prompt in prompts)
    return path


def validation_codes(model):
    with open(os.path.join(model, "validation.json"), encoding="utf-8") as file:
        return os.path.join(model, "validation.safetensors"), write_prompts(name_of(model), json.load(file)["captions"])


def sampled_codes(model, duration):
    codes = os.path.join(WORK, f"{name_of(model)}-{duration}s.safetensors")
    prompts = write_prompts(name_of(model), PROMPTS)
    if not os.path.exists(codes):
        print(f"sampling {codes}", file=sys.stderr)
        subprocess.run([os.path.join(BIN, "musicgen"), "generate", "-m", model, "--prompts-file", prompts, "-d", str(duration),
                        "--precision", "f32", "--seed", "1", "--codes-out", codes, "-o",
                        os.path.join(WORK, "sampled.wav"), "--no-progress"], check=True)
    return codes, prompts


def measure(model, codes, prompts, precision):
    print(f"measuring {name_of(model)} at {precision}", file=sys.stderr)
    output = subprocess.run([os.path.join(BIN, "quality"), "-m", model, "--codes", codes, "--prompts-file", prompts,
                             "--precision", precision], check=True, stdout=subprocess.PIPE).stdout
    return {"model": name_of(model), **json.loads(output)}


def commit():
    return subprocess.run(["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT, check=True, stdout=subprocess.PIPE,
                          text=True).stdout.strip()


def rows_of(sources, precisions):
    rows = []
    if os.path.exists(ROWS):
        with open(ROWS, encoding="utf-8") as file:
            rows = [row for row in json.load(file) if row["commit"] == commit()]
    for kind, model, codes, prompts in sources:
        for precision in precisions:
            if any(row["model"] == name_of(model) and row["precision"] == precision for row in rows):
                continue
            rows.append({"commit": commit(), "kind": kind, **measure(model, codes, prompts, precision)})
            with open(ROWS, "w", encoding="utf-8") as file:
                json.dump(rows, file, indent=1)
    return rows


def table(rows):
    lines = [f"Commit {rows[-1]['commit']}; guided with coefficient 3.", "",
             "| model | precision | predictions | top-1 agreement | mean KL | largest KL | cross-entropy | its change | limits |",
             "|---|---|--:|--:|--:|--:|--:|--:|---|"]
    for row in rows:
        lines.append(f"| {row['model']} | {row['precision']} | {row['predictions']} | {100 * row['top1']:.2f} % "
                     f"| {row['kl_mean']:.5f} | {row['kl_max']:.3f} | {row['cross_entropy_f32']:.3f} "
                     f"| {row['cross_entropy_change']:+.5f} | {LIMITS.get((row['kind'], row['precision']), '')} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--validation", action="append", default=[])
    parser.add_argument("--sampled", action="append", default=[])
    parser.add_argument("--duration", type=int, default=30, help="seconds of the sampled codes")
    parser.add_argument("--precisions", default="bf16,q8,q4")
    parser.add_argument("--print", action="store_true", help="to stdout instead of the README")
    arguments = parser.parse_args()
    os.makedirs(WORK, exist_ok=True)
    sources = [("validation", model, *validation_codes(model)) for model in arguments.validation]
    sources += [("sampled", model, *sampled_codes(model, arguments.duration)) for model in arguments.sampled]
    rows = rows_of(sources, arguments.precisions.split(","))
    if not rows:
        sys.exit("nothing to measure: name a model")
    if arguments.print:
        print(table(rows), end="")
    else:
        write_table("quality", table(rows))


if __name__ == "__main__":
    main()
