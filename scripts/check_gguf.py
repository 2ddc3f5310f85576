#!/usr/bin/env python3
"""Checks the GGUF files that `musicgen convert` writes with ggml's Python reader.

check_gguf.py [--program build/release/bin/musicgen] MODEL ...

Each MODEL (a directory) becomes a GGUF file as it is and at every precision. The reader must find the tensors of the
model in it, and its dequantisation must give the very numbers that the program writes when it converts the file back to
a directory. Files as they are must come back bit for bit. Needs gguf, numpy, safetensors, torch (for bfloat16).
"""

import argparse
import filecmp
import glob
import os
import subprocess
import tempfile

import gguf
import torch
from gguf import GGMLQuantizationType as Type
from safetensors import safe_open

SHORT = {"lm.": "decoder.model.decoder.", "heads.": "decoder.lm_heads.", "t5.": "text_encoder.encoder.",
         "t5_shared.": "text_encoder.shared.", "codec.": "audio_encoder."}
NEW_SPELLING = {".weight_g": ".parametrizations.weight.original0", ".weight_v": ".parametrizations.weight.original1"}
SETTINGS = ("config.json", "generation_config.json", "preprocessor_config.json", "spiece.model", "tokenizer.json",
            "tokenizer_config.json")


def convert(program, source, target, *options):
    subprocess.run([program, "convert", "-m", source, "-o", target, *options], check=True)


def read_directory(folder):
    tensors = {}
    for path in sorted(glob.glob(os.path.join(folder, "model*.safetensors"))):
        with safe_open(path, "pt") as file:
            tensors.update({name: file.get_tensor(name) for name in file.keys()})
    return tensors


def long_name(name, spelling):
    for short, beginning in SHORT.items():
        if name.startswith(short):
            name = beginning + name[len(short):]
            break
    if spelling == "parametrizations":
        for old, new in NEW_SPELLING.items():
            if name.endswith(old):
                name = name[:-len(old)] + new
    return name


def numbers(tensor):
    """What ggml's reader makes of a tensor, as a torch tensor of its own type or, dequantised, f32."""
    shape = [int(n) for n in reversed(tensor.shape)]
    data = torch.from_numpy(tensor.data.copy())
    if tensor.tensor_type == Type.BF16:
        return data.view(torch.uint8).view(torch.bfloat16).reshape(shape)
    if tensor.tensor_type in (Type.Q8_0, Type.Q4_0):
        data = torch.from_numpy(gguf.quants.dequantize(tensor.data, tensor.tensor_type))
    return data.reshape(shape)


def same_bits(a, b):
    return a.dtype == b.dtype and a.shape == b.shape and torch.equal(
        a.contiguous().reshape(-1).view(torch.uint8), b.contiguous().reshape(-1).view(torch.uint8))


def check(program, model, precision, work):
    path, back = os.path.join(work, "m.gguf"), os.path.join(work, "back")
    convert(program, model, path, "--precision", precision)
    convert(program, path, back)
    ours = read_directory(back)
    reader = gguf.GGUFReader(path)
    spelling = reader.get_field("musicgen.files.weight_norm")
    spelling = spelling.contents() if spelling else ""
    theirs = {long_name(tensor.name, spelling): tensor for tensor in reader.tensors}
    assert ours.keys() == theirs.keys(), f"{model}: {sorted(ours.keys() ^ theirs.keys())[:5]}"
    kinds = {}
    for name, tensor in theirs.items():
        assert same_bits(numbers(tensor), ours[name]), f"{model} at {precision}: {name} differs"
        kind = Type(tensor.tensor_type).name
        kinds[kind] = kinds.get(kind, 0) + 1
        assert len(tensor.name) < 64
    if precision == "auto":
        before = read_directory(model)
        if before:
            assert before.keys() == ours.keys(), f"{model}: {sorted(before.keys() ^ ours.keys())[:5]}"
            assert all(same_bits(before[name], ours[name]) for name in before), model
            for name in SETTINGS:
                if os.path.exists(os.path.join(model, name)):
                    assert filecmp.cmp(os.path.join(model, name), os.path.join(back, name), False), name
    architecture = reader.get_field("general.architecture").contents()
    print(f"{model} {precision}: {architecture}, {os.path.getsize(path)} bytes,",
          ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/release/bin/musicgen")
    parser.add_argument("models", nargs="+", metavar="MODEL")
    flags = parser.parse_args()
    for model in flags.models:
        for precision in ("auto", "f32", "f16", "bf16", "q8", "q4"):
            with tempfile.TemporaryDirectory() as work:
                check(flags.program, model, precision, work)


if __name__ == "__main__":
    main()
