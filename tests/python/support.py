"""What the tests of the Python package share.

MUSICGEN_LIBRARY names the C library; without it, the release build's is taken. Tests that import torch run in
processes of their own, so that the others see what a process without it sees.
"""

import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
PACKAGE = ROOT / "bindings" / "python"
if not any((Path(path) / "musicgen_cpp").is_dir() for path in sys.path if path):
    sys.path.insert(0, str(PACKAGE))
if "MUSICGEN_LIBRARY" not in os.environ:
    built = ROOT / "build" / "release" / "src" / "libmusicgen.so"
    if built.exists():
        os.environ["MUSICGEN_LIBRARY"] = str(built)

_TYPES = {"F32": "<f4", "F16": "<f2", "I32": "<i4", "I64": "<i8", "U8": "u1"}


def read_safetensors(path):
    """The tensors of a file by name."""
    data = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        tensors[name] = np.frombuffer(data[begin:end], _TYPES[entry["dtype"]]).reshape(entry["shape"])
    return tensors


class Golden:
    """A golden model: its folder and its reference results."""

    def __init__(self, name):
        self.path = str(FIXTURES / name)
        self.values = read_safetensors(FIXTURES / name / "golden.safetensors")

    def __getitem__(self, name):
        return self.values[name]


def run_python(code, *arguments, **options):
    """Runs code in a process of its own; its stdout. What it prints on stderr is part of a failure's message."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    result = subprocess.run([sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True,
                            env=environment, timeout=300, **options)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


LONG = os.environ.get("MUSICGEN_LONG_TESTS", "0") not in ("", "0")


def importable(name):
    """Whether a module is there, without importing it here."""
    import importlib.util
    return importlib.util.find_spec(name) is not None
