"""What the tests of the command line share: running the program, and reading what it writes.

Standard library alone. MUSICGEN_BINARY names the program; without it, the release build is taken.
"""

import array
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BINARY = os.environ.get("MUSICGEN_BINARY", os.path.join(ROOT, "build", "release", "bin", "musicgen"))
MODEL = os.path.join(ROOT, "tests", "fixtures", "hf-tiny-mono")
LONG = os.environ.get("MUSICGEN_LONG_TESTS", "0") not in ("", "0")
TIMEOUT_S = 300


def environment(extra=None):
    """The tests' own environment without any twin of a flag; nothing is downloaded."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("MUSICGEN_")}
    kept["HF_HUB_OFFLINE"] = "1"
    kept.update(extra or {})
    return kept


class Result:
    def __init__(self, process):
        self.status = process.returncode
        self.bytes = process.stdout
        self.out = process.stdout.decode("utf-8", "replace")
        self.err = process.stderr.decode("utf-8", "replace")

    @property
    def complaints(self):
        return [line for line in self.err.splitlines() if line.startswith("musicgen: ")]


def run(*arguments, env=None, **options):
    return Result(subprocess.run([BINARY, *map(str, arguments)], env=environment(env),
                                 stdin=subprocess.DEVNULL, stdout=options.pop("stdout", subprocess.PIPE),
                                 stderr=subprocess.PIPE, timeout=TIMEOUT_S, **options))


class CliTest(unittest.TestCase):
    """Gives each test a folder of its own."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="musicgen-cli-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def succeed(self, *arguments, **options):
        result = run(*arguments, **options)
        self.assertEqual(result.status, 0, result.err)
        return result

    def refuse(self, *arguments, status=2, says="", **options):
        """Expects the exit status and exactly one line, which holds `says`."""
        result = run(*arguments, **options)
        self.assertEqual(result.status, status, result.err)
        self.assertEqual(result.out, "")
        self.assertEqual(len(result.complaints), 1, result.err)
        if status == 2:
            self.assertEqual(result.err, result.complaints[0] + "\n")
        self.assertIn(says, result.complaints[0])
        return result


# Safetensors: u64 length of the header, the header as JSON, the payload.

FORMATS = {"F32": "f", "I32": "i", "I64": "q", "U8": "B"}


class Tensor:
    def __init__(self, shape, values):
        self.shape, self.values = list(shape), values

    def __getitem__(self, index):
        """The part at leading indices: a tensor, or a number when all are given."""
        index = index if isinstance(index, tuple) else (index,)
        size = len(self.values)
        start = 0
        for i, extent in zip(index, self.shape):
            assert 0 <= i < extent
            size //= extent
            start += i * size
        if len(index) == len(self.shape):
            return self.values[start]
        return Tensor(self.shape[len(index):], self.values[start:start + size])

    def __eq__(self, other):
        return self.shape == other.shape and list(self.values) == list(other.values)


def read_safetensors(path):
    """The tensors by name, and the metadata."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        payload = file.read()
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        values = array.array(FORMATS[entry["dtype"]])
        values.frombytes(payload[begin:end])
        tensors[name] = Tensor(entry["shape"], values)
    return tensors, metadata


def write_codes(path, tensor):
    """A codes file of the tensor [B, K, T]."""
    header = json.dumps({
        "__metadata__": {"frame_rate": "50", "sample_rate": "32000", "codebook_size": "2048"},
        "codes": {"dtype": "I64", "shape": tensor.shape, "data_offsets": [0, 8 * len(tensor.values)]},
    }).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(header)) + header)
        file.write(array.array("q", tensor.values).tobytes())


def read_codes(path):
    tensors, _ = read_safetensors(path)
    assert list(tensors) == ["codes"]
    return tensors["codes"]


class Wav:
    """A WAV file, its sizes checked; samples are interleaved, floats in full scale 1."""

    def __init__(self, data):
        assert data[:4] == b"RIFF" and data[8:12] == b"WAVE"
        assert struct.unpack("<I", data[4:8])[0] + 8 == len(data)
        self.comment = None
        at = 12
        while at < len(data):
            name, size = data[at:at + 4], struct.unpack("<I", data[at + 4:at + 8])[0]
            body = data[at + 8:at + 8 + size]
            assert len(body) == size
            if name == b"fmt ":
                self.tag, self.channels, self.rate, _, _, self.bits = struct.unpack("<HHIIHH", body[:16])
                if self.tag == 0xFFFE:
                    self.tag = struct.unpack("<H", body[24:26])[0]
            elif name == b"data":
                self.samples = self.decode(body)
            elif name == b"LIST":
                self.comment = self.info(body).get(b"ICMT")
            at += 8 + size + size % 2

    @staticmethod
    def info(body):
        """The texts of an INFO list."""
        texts, at = {}, 4
        while at < len(body):
            size = struct.unpack("<I", body[at + 4:at + 8])[0]
            texts[body[at:at + 4]] = body[at + 8:at + 8 + size].rstrip(b"\0").decode()
            at += 8 + size + size % 2
        return texts

    def decode(self, body):
        if self.tag == 3:
            return array.array("f", body)
        if self.bits == 16:
            return array.array("h", body)
        return [int.from_bytes(body[i:i + 3], "little", signed=True) for i in range(0, len(body), 3)]

    @property
    def frames(self):
        return len(self.samples) // self.channels


def read_wav(path):
    with open(path, "rb") as file:
        return Wav(file.read())


def farthest(a, b):
    """The largest difference between two sequences of equal length."""
    a, b = list(a), list(b)
    assert len(a) == len(b), (len(a), len(b))
    return max(abs(x - y) for x, y in zip(a, b))


def main():
    unittest.main(argv=[sys.argv[0], "-v", *sys.argv[1:]])
