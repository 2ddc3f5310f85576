#!/usr/bin/env python3
"""Measures the speed that was promised and prints a line for each promise: wanted, found, held or not.

  bench/limits.py MODELS [--threads 2] [--only TEXT] [--json FILE]

MODELS holds full-size checkpoints named small, medium, large: folders of the Hugging Face layout, or GGUF files
small-q8.gguf, small-q4.gguf, … , which are taken first. What is missing is left out. Speeds are absolute figures for a
machine whose memory reads 48 GB/s or more; on a slower one the shares of the bandwidth measured in the same run decide,
for which keys and values count (`musicgen bench`).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
BINARY = os.path.join(ROOT, "build", "release", "bin", "musicgen")
PROMPT = "80s electronic track with melodic synthesizers, catchy beat and groovy bass"
FULL = 1503  # steps of 30 s
FAST_MEMORY = 48  # GB/s
SHARE = 0.78
WHOLE = {("small", "q8"): 88, ("small", "q4"): 135, ("small", "bf16"): 46, ("small", "f32"): 23, ("medium", "q4"): 34,
         ("large", "q4"): 20}  # steps/s over 30 s
FIRST_SECOND = {("small", "q8"): 110, ("small", "q4"): 165, ("medium", "q4"): 43}
GROWTH = {"q8": 1.5, "q4": 1.9}  # last second of 30 over the first


class Report:
    def __init__(self, only):
        self.only = only
        self.rows = []

    def wants(self, name):
        return self.only in name

    def line(self, name, found, limit, at_least, unit="", note="", binding=True):
        held = found >= limit if at_least else found <= limit
        verdict = ("held" if held else "MISSED") if binding else "not binding here"
        sign = "≥" if at_least else "≤"
        print(f"{name:48s} {found:9.3g} {unit:9s} wanted {sign} {limit:<7g} {verdict:17s} {note}", flush=True)
        self.rows.append({"name": name, "found": found, "limit": limit, "at_least": at_least, "held": held,
                          "binding": binding, "note": note})


def find(models, name, precision):
    file = os.path.join(models, f"{name}-{precision}.gguf")
    folder = os.path.join(models, name)
    return file if os.path.exists(file) else folder if os.path.isdir(folder) else None


def bench(model, precision, threads, steps, batch=1):
    command = [BINARY, "bench", "-m", model, "-t", str(threads), "--steps", str(steps), "--batch", str(batch)]
    if not model.endswith(".gguf"):
        command += ["--precision", precision]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def decoding(report, models, threads):
    """Steps per second over 30 s and over the first, growth of a step, and for small the codec and loading."""
    for (name, precision), limit in WHOLE.items():
        model = find(models, name, precision)
        title = f"{name} {precision}"
        if model is None or not report.wants(title):
            continue
        row = bench(model, precision, threads, FULL)
        best, middle = row["bandwidth_gb_per_s"], statistics.median(row["bandwidth_passes_gb_per_s"])
        fast = best >= FAST_MEMORY
        memory = f"of {best:.1f} GB/s"
        report.line(f"{title}: share over 30 s", row["bandwidth_share"], SHARE, True, "",
                    f"{memory}; {row['bandwidth_share'] * best / middle:.2f} of the median pass, {middle:.1f} GB/s")
        report.line(f"{title}: over 30 s", row["steps_per_s_30s"], limit, True, "steps/s", memory, fast)
        if (name, precision) in FIRST_SECOND:
            report.line(f"{title}: over the first second", row["steps_per_s_1s"], FIRST_SECOND[name, precision], True,
                        "steps/s", f"share {row['bandwidth_share_1s']:.2f}", fast)
        if name == "small" and precision in GROWTH:
            report.line(f"{title}: last second over the first", row["steps_per_s_1s"] / row["steps_per_s_last_second"],
                        GROWTH[precision], False, "×")
        if title == "small q8":
            report.line(f"{title}: peak memory", row["peak_memory_bytes"] / 2**30, 0.9, False, "GiB",
                        os.path.basename(model))
            report.line(f"{title}: loading", row["load_s"], 1.0, False, "s", os.path.basename(model))
            prompt = f"{row['prompt_columns']} columns"
            report.line(f"{title}: prompt pass", row["prompt_pass_s"], 2.5, False, "s", prompt)
            report.line(f"{title}: others wait for it", row["prompt_hold_s"], 0.1, False, "s", prompt)
        if title in ("small f32", "small bf16"):
            wanted = 11 if precision == "f32" else 14
            report.line(f"{title}: codec decode", row["codec_decode_x_realtime"], wanted, True, "× real")
            report.line(f"{title}: codec encode", row["codec_encode_x_realtime"], 10, True, "× real")


def streams(report, models, threads):
    """Eight guided streams together against one."""
    model = find(models, "small", "q8")
    if model is None or not report.wants("eight streams"):
        return
    for steps, limit, title in ((253, 3.0, "5 s"), (FULL, 2.2, "30 s")):
        one, eight = bench(model, "q8", threads, steps), bench(model, "q8", threads, steps, batch=8)
        report.line(f"eight streams: total over {title}", eight["stream_steps_per_s"] / one["stream_steps_per_s"], limit,
                    True, "×", f"{eight['stream_steps_per_s']:.0f} against {one['stream_steps_per_s']:.0f} steps/s")


def whole_run(report, models, threads):
    """A prompt to 30 s of sound, without loading."""
    model = find(models, "small", "q8")
    if model is None or not report.wants("end to end"):
        return
    command = [BINARY, "generate", "-m", model, "-t", str(threads), "--no-progress", "-s", "1", "-o", "/dev/null",
               "--format", "wav", PROMPT] + ([] if model.endswith(".gguf") else ["--precision", "q8"])

    def seconds(duration):
        start = time.perf_counter()
        subprocess.run(command + ["-d", str(duration)], check=True)
        return time.perf_counter() - start

    loading = seconds(0.02)  # one frame
    report.line("end to end: 30 s from a prompt", seconds(30) - loading, 20, False, "s", f"loading {loading:.1f} s")


def streaming(report, models, threads):
    """Sound that is played from its first byte on: when it starts, and whether it ever has to wait."""
    model = find(models, "small", "q8")
    if model is None or not report.wants("streaming"):
        return
    command = [BINARY, "generate", "-m", model, "-t", str(threads), "-d", "30", "-s", "1", "-o", "-", PROMPT]
    command += [] if model.endswith(".gguf") else ["--precision", "q8"]
    process = subprocess.Popen(command, bufsize=0, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    header, arrivals, total = b"", [], 0
    while len(header) < 12 or b"data" not in header:
        header += os.read(process.stdout.fileno(), 1)
    header += process.stdout.read(4)
    channels, rate, _, _, bits = (int.from_bytes(header[a:b], "little") for a, b in
                                  ((22, 24), (24, 28), (28, 32), (32, 34), (34, 36)))
    while chunk := os.read(process.stdout.fileno(), 1 << 16):
        arrivals.append((time.perf_counter(), total))
        total += len(chunk)
    process.wait()
    start, bytes_per_s = arrivals[0][0], rate * channels * bits // 8
    # A byte is late when it comes after the moment at which a player that began with the first one needs it.
    lateness = max(moment - start - position / bytes_per_s for moment, position in arrivals)
    report.line("streaming: longest wait of the player", lateness, 0.0, False, "s",
                f"{total / bytes_per_s:.1f} s of sound in {arrivals[-1][0] - start:.1f} s")
    row = bench(model, "q8", threads, 60)
    report.line("streaming: first sound", row["seconds_to_first_audio"], 0.5, False, "s")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", default="", help="only lines whose name contains this, as 'small q8'")
    parser.add_argument("--json", help="file for the lines as JSON")
    arguments = parser.parse_args()
    report = Report(arguments.only)
    for part in (decoding, streams, whole_run, streaming):
        part(report, arguments.models, arguments.threads)
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(report.rows, file, indent=1)
    sys.exit(any(row["binding"] and not row["held"] for row in report.rows))


if __name__ == "__main__":
    main()
