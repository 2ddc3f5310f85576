#!/usr/bin/env python3
"""Compares what the reader of .bin files accepts with what torch.load(weights_only=True) accepts.

check_torch_load.py [--count 20000] [--seed 1] [--tool build/release/bin/check_torch] [FILE.bin ...]

Mutates small torch.save files (some made here, those named besides) and asks both. A mutated file that the reader
accepts and torch refuses is an error. Every accepted file goes to torch, and one in ten of the others, which tells how
much stricter the reader is. Needs torch.
"""

import argparse
import collections
import io
import random
import struct
import subprocess
import sys
import warnings
import zipfile

import torch


def saved(value):
    buffer = io.BytesIO()
    torch.save(value, buffer)
    return buffer.getvalue()


def seeds():
    """Files that hold what weight files hold: all types, shared, strided and empty tensors, parameters, strings."""
    torch.manual_seed(0)
    base = torch.randn(4, 6)
    state = collections.OrderedDict(a=base, b=base[1:3, ::2], c=base.t(), d=base[0].half(), e=base[:, 1].bfloat16())
    state._metadata = collections.OrderedDict({"": {"version": 1}})
    numbers = {"i64": torch.arange(5), "i32": torch.arange(5, dtype=torch.int32), "bool": torch.tensor([True, False]),
               "u8": torch.zeros(3, dtype=torch.uint8), "f64": torch.ones(2, dtype=torch.float64),
               "empty": torch.zeros(0, 3), "scalar": torch.tensor(1.5)}
    module = {"weight": torch.nn.Parameter(torch.randn(2, 2)), "frozen": torch.nn.Parameter(torch.ones(2), False)}
    yield saved({"best_state": state, "xp.cfg": "a: 1\nb: [2, 3]\n", "version": "1.4", "exported": True})
    yield saved({"pretrained": "facebook/encodec_32khz", "exported": True, "version": "1.4.0a2"})
    yield saved(numbers)
    yield saved({"module": module, "epoch": 70000, "loss": 0.25, "none": None, "list": [1, -2, (3, 4, 5, 6)],
                 "big": 1 << 40})


def mutate(data, rng):
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        at = rng.randrange(len(data)) if data else 0
        kind = rng.randrange(8)
        if not data:
            break
        if kind == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            data[at] = rng.choice((0, 1, 2, 4, 8, 0x7f, 0x80, 0xff, rng.randrange(256)))
        elif kind == 2:
            del data[at:at + rng.choice((1, 1, 2, 4, 8, 64))]
        elif kind == 3:
            data[at:at] = bytes(rng.randrange(256) for _ in range(rng.choice((1, 1, 2, 4))))
        elif kind == 4:
            length = rng.choice((1, 2, 4, 8, 16, 46))
            to = rng.randrange(len(data))
            data[to:to + length] = data[at:at + length]
        elif kind == 5:
            width = rng.choice((2, 4, 8))
            value = rng.choice((0, 1, 0xff, 0xffff, 0xffffffff, rng.randrange(1 << 16), len(data)))
            data[at:at + width] = (value & ((1 << 8 * width) - 1)).to_bytes(width, "little")
        elif kind == 6:
            data[at] = rng.choice(b"(.NKMJGX)t]ae}suqrhjcRbQ\x85\x86\x87\x88\x89\x8a0123456789")
        elif rng.random() < 0.1:
            del data[at:]
        else:
            data[at] = (data[at] + rng.choice((1, -1))) % 256
    return bytes(data)


def mutate_inside(data, rng):
    """Mutates one entry of the archive, or the list of entries, and packs a sound archive around it."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    entries = [[name, archive.read(name)] for name in archive.namelist()]
    kind = rng.randrange(10)
    if kind == 0:
        del entries[rng.randrange(len(entries))]
    elif kind == 1:
        entry = rng.choice(entries)
        entry[0] = mutate(entry[0].encode(), rng).decode("latin-1").replace("\0", "0")
    elif kind == 2:
        entries.append(list(rng.choice(entries)))
    elif kind == 3:
        rng.shuffle(entries)
    elif kind == 4:
        entry = rng.choice(entries)
        entry[1] = mutate(entry[1], rng)
    else:
        entry = next(entry for entry in entries if entry[0].endswith("data.pkl"))
        entry[1] = mutate(entry[1], rng)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as packed:
        for name, payload in entries:
            packed.writestr(zipfile.ZipInfo(name), payload)
    return buffer.getvalue()


class Reader:
    def __init__(self, tool):
        self.process = subprocess.Popen([tool], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def answer(self, data):
        self.process.stdin.write(struct.pack("<I", len(data)) + data)
        self.process.stdin.flush()
        line = self.process.stdout.readline().decode("utf-8", "replace")
        if not line:
            sys.exit("the reader died")
        return line.strip()


def torch_refuses(data):
    try:
        torch.load(io.BytesIO(data), weights_only=True)
        return None
    except Exception as error:  # whatever it says no with
        return f"{type(error).__name__}: {error}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tool", default="build/release/bin/check_torch")
    parser.add_argument("files", nargs="*")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    rng = random.Random(arguments.seed)
    reader = Reader(arguments.tool)

    files = list(seeds())
    for path in arguments.files:
        with open(path, "rb") as file:
            files.append(file.read())
    for data in files:
        answer, refusal = reader.answer(data), torch_refuses(data)
        if answer != "accepted" or refusal:
            sys.exit(f"an unchanged file is refused: {answer}; torch: {refusal}")

    both = neither = stricter = bad = 0
    for i in range(arguments.count):
        base = rng.choice(files)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            data = mutate_inside(base, rng) if rng.random() < 0.5 else mutate(base, rng)
        answer = reader.answer(data)
        if answer == "accepted":
            if refusal := torch_refuses(data):
                bad += 1
                with open(f"accepted_{i}.bin", "wb") as file:
                    file.write(data)
                print(f"mutation {i}: accepted here, refused by torch: {refusal.splitlines()[0][:200]}")
            else:
                both += 1
        elif i % 10 == 0:
            if torch_refuses(data):
                neither += 1
            else:
                stricter += 1
    print(f"{arguments.count} files: {both} accepted by both, {bad} by the reader alone; of a tenth of the others "
          f"{neither} refused by both, {stricter} by the reader alone")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
