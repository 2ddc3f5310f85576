#!/usr/bin/env python3
"""Checks `musicgen convert` with the libraries whose files it writes.

check_convert.py [--program build/release/bin/musicgen] DIRECTORY ...

Of each model directory: Hugging Face to AudioCraft and back must give identical tensors and settings, AudioCraft to
Hugging Face and back identical tensors; torch.load(weights_only=True) must read the .bin files written, and transformers
must load the Hugging Face directories without a missing or unexpected tensor. Needs torch, transformers, safetensors.
"""

import argparse
import glob
import json
import os
import subprocess
import sys
import tempfile
import zipfile

import torch
import transformers
from safetensors import safe_open

SETTINGS = ("config.json", "generation_config.json", "preprocessor_config.json")


def convert(program, source, target):
    subprocess.run([program, "convert", "-m", source, "-o", target], check=True)


def read_hf(directory):
    tensors = {}
    for path in sorted(glob.glob(os.path.join(directory, "*.safetensors"))):
        if os.path.basename(path) == "golden.safetensors":
            continue
        with safe_open(path, "pt") as file:
            tensors.update({name: file.get_tensor(name) for name in file.keys()})
    return tensors


def read_ac(directory):
    tensors = {}
    for name in ("state_dict.bin", "compression_state_dict.bin"):
        path = os.path.join(directory, name)
        package = torch.load(path, weights_only=True)
        for key, value in package.get("best_state", {}).items():
            tensors[name + ":" + key] = value
        assert zipfile.ZipFile(path).testzip() is None, f"{path}: wrong checksum"
    return tensors


def expect_same(before, after, what):
    missing, more = sorted(before.keys() - after.keys()), sorted(after.keys() - before.keys())
    assert not missing and not more, f"{what}: missing {missing[:5]}, more {more[:5]}"
    for name, tensor in before.items():
        assert tensor.dtype == after[name].dtype and tensor.shape == after[name].shape, f"{what}: {name}"
        assert torch.equal(tensor.view(-1).view(torch.uint8), after[name].reshape(-1).view(torch.uint8)) \
            if tensor.numel() else True, f"{what}: {name} differs"


def load_with_transformers(directory):
    with open(os.path.join(directory, "config.json")) as file:
        kind = json.load(file)["model_type"]
    model = {"musicgen": transformers.MusicgenForConditionalGeneration,
             "musicgen_melody": transformers.MusicgenMelodyForConditionalGeneration}[kind]
    _, info = model.from_pretrained(directory, output_loading_info=True)
    for key in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        # The position vectors are recomputed, the tied embedding is stored once.
        left = [name for name in info[key] if "embed_positions" not in str(name)]
        assert not left, f"{directory}: transformers says {key} {left[:5]}"


def check(program, directory, work):
    first, second = os.path.join(work, "first"), os.path.join(work, "second")
    convert(program, directory, first)
    convert(program, first, second)
    if os.path.exists(os.path.join(directory, "state_dict.bin")):
        load_with_transformers(first)
        before, after = read_ac(directory), read_ac(second)
        # A codec by name comes back whole; the melody spectrogram's window is recomputed.
        names = [name for name in before if not name.endswith("spec.window")]
        expect_same({name: before[name] for name in names}, {name: after[name] for name in names}, directory)
    else:
        read_ac(first)
        load_with_transformers(second)
        expect_same(read_hf(directory), read_hf(second), directory)
        for name in SETTINGS:
            with open(os.path.join(directory, name)) as one, open(os.path.join(second, name)) as other:
                assert one.read() == other.read(), f"{directory}: {name} differs"
    print(f"{directory}: well")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default="build/release/bin/musicgen")
    parser.add_argument("directories", nargs="+")
    arguments = parser.parse_args()
    transformers.logging.set_verbosity_error()
    for directory in arguments.directories:
        with tempfile.TemporaryDirectory() as work:
            check(arguments.program, directory, work)


if __name__ == "__main__":
    sys.exit(main())
