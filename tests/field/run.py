#!/usr/bin/env python3
"""Runs field cases against a musicgen binary: run.py BINARY [CASE...]

Prints the failures and a last line 'N of M hold'. Exit status: 0 when all hold, 77 when none could be tried here. The
bash lines of a case run in a new folder, after its make.py; $MUSICGEN, $FIXTURES and $CASE are set. Of `expect`:

  text    what a user expects, for the reader
  exit    the status, or a list of those allowed
  err     patterns that standard error must match; err_not: must not match; out, out_not: the same of standard output
  exists, absent   files;   same   pairs of files of equal bytes;   check   a Python script of the case, run last
"""

import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
CASES = os.path.join(HERE, "cases")
FIXTURES = os.path.abspath(os.path.join(HERE, "..", "fixtures"))
SKIPPED = 77


def as_list(thing):
    return thing if isinstance(thing, list) else [thing]


def complaints(expect, result, folder):
    said = []
    out, err = (text.decode("utf-8", "replace") for text in (result.stdout, result.stderr))
    if "exit" in expect and result.returncode not in as_list(expect["exit"]):
        said.append(f"exit {result.returncode}, expected {expect['exit']}; it said: {err.strip()[-300:]}")
    for name, text in (("err", err), ("out", out)):
        said += [f"{name} does not match /{p}/: {text.strip()[-300:]}" for p in expect.get(name, []) if not re.search(p, text)]
        said += [f"{name} matches /{p}/" for p in expect.get(name + "_not", []) if re.search(p, text)]
    said += [f"there is no {f}" for f in expect.get("exists", []) if not os.path.exists(os.path.join(folder, f))]
    said += [f"{f} was left behind" for f in expect.get("absent", []) if os.path.lexists(os.path.join(folder, f))]
    for one, other in expect.get("same", []):
        try:
            with open(os.path.join(folder, one), "rb") as a, open(os.path.join(folder, other), "rb") as b:
                if a.read() != b.read():
                    said.append(f"{one} and {other} differ")
        except OSError as error:
            said.append(f"{one} and {other}: {error.strerror} {error.filename}")
    return said


def run_case(case_folder, binary, environment):
    """The complaints, or None for a case that cannot be run here."""
    with open(os.path.join(case_folder, "case.json"), encoding="utf-8") as file:
        case = json.load(file)
    with tempfile.TemporaryDirectory(prefix="field-") as folder:
        environment = {**environment, "CASE": case_folder, "MUSICGEN": binary}
        make = os.path.join(case_folder, "make.py")
        if os.path.exists(make):
            made = subprocess.run([sys.executable, make], cwd=folder, env=environment, capture_output=True, check=False)
            if made.returncode == SKIPPED:
                return None
            if made.returncode != 0:
                return ["make.py failed: " + made.stderr.decode("utf-8", "replace").strip()[-500:]]
        all_said = []
        for command, expect in zip(as_list(case["command"]), as_list(case["expect"]), strict=True):
            try:
                result = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                                        capture_output=True, timeout=600, check=False)
            except subprocess.TimeoutExpired:
                return all_said + [f"{command}\n    no end after 600 s"]
            if result.returncode == SKIPPED:
                return None
            with open(os.path.join(folder, "stdout"), "wb") as file:
                file.write(result.stdout)
            with open(os.path.join(folder, "stderr"), "wb") as file:
                file.write(result.stderr)
            said = complaints(expect, result, folder)
            if not said and "check" in expect:
                checked = subprocess.run([sys.executable, os.path.join(case_folder, expect["check"])], cwd=folder,
                                         env=environment, capture_output=True, check=False)
                if checked.returncode != 0:
                    said.append((checked.stdout + checked.stderr).decode("utf-8", "replace").strip()[-400:])
            if said:
                all_said.append("\n    ".join([command, *said]))
    return all_said


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    binary = os.path.abspath(sys.argv[1])
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MUSICGEN", "HF_", "HUGGINGFACE_"))}
    # As the cases were met: without FFmpeg, which reads some of the kinds.
    environment.update(MUSICGEN_FFMPEG="0", HF_HUB_OFFLINE="1", FIXTURES=FIXTURES, PYTHONPATH=HERE, PYTHONDONTWRITEBYTECODE="1")
    names = sys.argv[2:] or sorted(os.listdir(CASES))
    held = tried = 0
    for name in names:
        said = run_case(os.path.join(CASES, name), binary, environment)
        if said is None:
            print(f"{name}: skipped, it cannot be run here")
            continue
        tried += 1
        held += not said
        for line in said:
            print(f"{name}: {line}")
    print(f"{held} of {tried} hold")
    sys.exit(SKIPPED if tried == 0 else held < tried)


if __name__ == "__main__":
    main()
