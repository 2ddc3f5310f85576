#!/usr/bin/env python3
"""Runs full-size checkpoints, trained or random, in every mode they have.

check_full_size.py MODELS [--precision bf16] [--program build/release/bin/musicgen]

MODELS holds model directories, named as the published ones are (small, melody, stereo-large, …). Each makes 5 s: from
a prompt, as the continuation of that, and, where the name has "melody", along that as a melody. The result must be 5 s
of the model's channels, finite and not silent. On `small` a piece of 120 s must take no more memory than one of 30 s
(± 5 %), written to a file and streamed.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path.insert(0, os.path.join(ROOT, "tests", "cli"))
from support import Wav, read_wav  # noqa: E402

PROMPT = "80s pop track with bassy drums and synth"


def run(command, stdout=subprocess.PIPE):
    """What it wrote to stdout, and the most memory it had, in bytes."""
    process = subprocess.Popen(command, stdout=stdout)
    output = process.stdout.read() if process.stdout else b""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: exit status {process.returncode}")
    return output, usage.ru_maxrss * 1024


class Checker:
    def __init__(self, program, precision, folder):
        self.program, self.precision, self.folder = program, precision, folder
        self.bad = 0

    def path(self, name):
        return os.path.join(self.folder, name)

    def command(self, model, seconds, *arguments):
        return [self.program, "generate", "-m", model, "-d", str(seconds), "-s", "3", "--precision", self.precision,
                "--strategy", "none", "--no-progress", *arguments]

    def expect(self, holds, what):
        if not holds:
            self.bad += 1
            print(f"  wrong: {what}", flush=True)

    def generate(self, model, mode, output, *arguments):
        line, peak = run(self.command(model, 5, "--json", "-o", output, *arguments))
        row, sound = json.loads(line), read_wav(output)
        channels = 2 if os.path.basename(model).startswith("stereo") else 1
        self.expect((sound.rate, sound.channels, sound.frames) == (32000, channels, 160000),
                    f"{sound.channels} channels, {sound.frames} frames at {sound.rate} Hz")
        self.expect(all(map(math.isfinite, sound.samples)), "not finite")
        second = 32000 * channels
        for begin in range(0, len(sound.samples), second):
            part = sound.samples[begin:begin + second]
            self.expect(max(part) - min(part) > 1e-3, f"second {begin // second} is silent")
        print(f"{os.path.basename(model)}, {mode}: {row['steps_per_s']:.1f} steps/s, peak {peak / 1e9:.2f} GB",
              flush=True)

    def modes(self, model):
        first = self.path("first.wav")
        self.generate(model, "prompt", first, PROMPT)
        self.generate(model, "continuation", self.path("out.wav"), "--continue", first, "--prompt-duration", "2", PROMPT)
        if "melody" in os.path.basename(model):
            self.generate(model, "melody", self.path("out.wav"), "--melody", first, PROMPT)

    def memory(self, model):
        peaks = {}
        for seconds in (30, 120):
            _, written = run(self.command(model, seconds, "-o", self.path("long.wav"), PROMPT))
            with open(self.path("streamed.wav"), "wb") as file:
                _, streamed = run(self.command(model, seconds, "-o", "-", PROMPT), stdout=file)
            with open(self.path("streamed.wav"), "rb") as file:
                self.expect(Wav(file.read()).samples == read_wav(self.path("long.wav")).samples,
                            "the stream is not the file")
            peaks[seconds] = (written, streamed)
        for name, short, long in zip(("written", "streamed"), peaks[30], peaks[120]):
            print(f"small, {name}: peak {short / 1e9:.3f} GB for 30 s, {long / 1e9:.3f} GB for 120 s", flush=True)
            self.expect(long <= 1.05 * short, "the longer piece takes more memory")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models")
    parser.add_argument("--precision", default="bf16", help="bf16: the largest of the family fits into 9 GB")
    parser.add_argument("--program", default=os.path.join(ROOT, "build", "release", "bin", "musicgen"))
    arguments = parser.parse_args()
    names = sorted(name for name in os.listdir(arguments.models)
                   if os.path.exists(os.path.join(arguments.models, name, "config.json")))
    if not names:
        sys.exit(f"{arguments.models} holds no model")
    with tempfile.TemporaryDirectory() as folder:
        checker = Checker(arguments.program, arguments.precision, folder)
        for name in names:
            checker.modes(os.path.join(arguments.models, name))
        if "small" in names:
            checker.memory(os.path.join(arguments.models, "small"))
    print(f"{checker.bad} wrong")
    return 1 if checker.bad else 0


if __name__ == "__main__":
    sys.exit(main())
