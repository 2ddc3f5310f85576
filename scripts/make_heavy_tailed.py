#!/usr/bin/env python3
"""Writes a random language model whose weights are distributed as trained ones are.

  scripts/make_heavy_tailed.py MODEL OUT [--seed N]

For judging quantisation. Gaussian weights are the easy case: a group of them has no outlier to stretch its scale. What
trained transformers are reported to have, and what this model has:

- heavy tails: every matrix is drawn from Student's t with 5 degrees of freedom;
- outlier features (LLM.int8, Dettmers 2022): 1 in 256 channels of the residual stream, the same in all layers, are
  multiplied by 5 to 20 in the norms, so that they carry about a third of a matrix's input (SmoothQuant, Xiao 2022: it is
  the activations that are hard);
- uneven columns: scales are log-normal, and of the inputs of out_proj and fc2, which no norm precedes, 1 in 1024 has
  weights 5 to 20 times as large;
- heads of attention that differ in sharpness;
- a residual stream that changes slowly from layer to layer (Deja Vu, Liu 2023): sublayers that overwrite it make a chaotic
  function, in which even bfloat16 changes what is predicted.

Gains are set so that the predictions are as sure as MusicGen's, 4 to 5 nats of the 7.6 that 2048 codes have: noise that
is sure of every code would hide all errors, noise that is sure of none would make the best code a toss-up. The text moves
the logits by about a fifth of their spread, so that guidance has something to amplify.

MODEL is any MusicGen of the Hugging Face layout, trained or random; configuration, tokenizer, text encoder and codec are
copied from it, and the decoder's names and shapes. The values depend on the seed and the tensor's name alone. Needs numpy.
"""

import argparse
import glob
import json
import os
import re
import shutil
import struct
import zlib

import numpy as np

DEGREES = 5
OUTLIER_FEATURES = 256  # one in so many
OUTLIER_COLUMNS = 1024
BLOCK_ROWS = 256
# Of a matrix with inputs of variance 1. Attention averages values, which takes most of their variance; what cross-attention
# adds is kept small, and the heads' gain makes logits of standard deviation 2.1.
GAINS = {"q_proj": 0.8, "k_proj": 0.8, "v_proj": 1.0, "self_attn.out_proj": 0.5, "encoder_attn.out_proj": 0.1,
         "fc1": 1.0, "fc2": 0.5, "lm_heads": 2.1, "embed_tokens": 1.0}


def generator(seed, name):
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def spread(rng, n, sigma):
    return np.exp(sigma * rng.standard_normal(n))


def outliers(rng, n, one_in, scale):
    """Multiplies a few of n scales by 5 to 20."""
    chosen = rng.permutation(n)[:max(1, n // one_in)]
    scale[chosen] *= np.exp(rng.uniform(np.log(5), np.log(20), len(chosen)))
    return scale


def column_scales(rng, name, inputs):
    scale = spread(rng, inputs, 0.25)
    if "out_proj" in name or "fc2" in name:
        scale = outliers(rng, inputs, OUTLIER_COLUMNS, scale)
    return scale / np.sqrt(np.mean(scale**2))


def matrix(seed, name, shape, head_dim):
    """Rows of a weight matrix, in blocks."""
    rng = generator(seed, name)
    gain = next(value for key, value in GAINS.items() if key in name)
    embedding = "embed_tokens" in name
    columns = spread(rng, shape[1], 0.25) if embedding else column_scales(rng, name, shape[1]) / np.sqrt(shape[1])
    rows = np.full(shape[0], gain * np.sqrt((DEGREES - 2) / DEGREES))
    if re.search(r"[qk]_proj", name):
        rows *= np.repeat(spread(rng, shape[0] // head_dim, 0.4), head_dim)
    elif not embedding:
        rows *= spread(rng, shape[0], 0.15)
    for begin in range(0, shape[0], BLOCK_ROWS):
        count = min(BLOCK_ROWS, shape[0] - begin)
        yield rng.standard_t(DEGREES, (count, shape[1])) * rows[begin:begin + count, None] * columns


def norm_gain(seed, name, width):
    features = generator(seed, "outlier features").permutation(width)[:max(1, width // OUTLIER_FEATURES)]
    rng = generator(seed, name)
    gain = spread(rng, width, 0.2)
    gain[features] *= np.exp(rng.uniform(np.log(5), np.log(20), len(features)))
    return gain / np.sqrt(np.mean(gain**2))  # the matrices' inputs have variance 1


def values(seed, name, shape, head_dim):
    """Blocks of new values, or nothing for tensors that stay."""
    if not name.startswith("decoder.") or "embed_positions" in name:
        return None
    if len(shape) == 2:
        return matrix(seed, name, shape, head_dim)
    if "layer_norm.weight" in name:
        return [norm_gain(seed, name, shape[0])]
    if "layer_norm.bias" in name:
        return [0.05 * generator(seed, name).standard_normal(shape[0])]
    return None


def write(source, target, seed, head_dim):
    """The same tensors; the decoder's with new values, in half precision."""
    with open(source, "rb") as file:
        length = struct.unpack("<Q", file.read(8))[0]
        tensors = {name: entry for name, entry in json.loads(file.read(length)).items() if name != "__metadata__"}
        made = {name: values(seed, name, entry["shape"], head_dim) for name, entry in tensors.items()}
        header, offset = {"__metadata__": {"format": "pt"}}, 0
        for name, entry in tensors.items():
            begin, end = entry["data_offsets"]
            size = end - begin if made[name] is None else 2 * int(np.prod(entry["shape"]))
            dtype = entry["dtype"] if made[name] is None else "F16"
            header[name] = {"dtype": dtype, "shape": entry["shape"], "data_offsets": [offset, offset + size]}
            offset += size
        text = json.dumps(header, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 8)
        with open(target, "wb") as out:
            out.write(struct.pack("<Q", len(text)) + text)
            for name, entry in tensors.items():
                if made[name] is None:
                    begin, end = entry["data_offsets"]
                    file.seek(8 + length + begin)
                    out.write(file.read(end - begin))
                else:
                    for block in made[name]:
                        out.write(block.astype("<f2").tobytes())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("out")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    os.makedirs(arguments.out, exist_ok=True)
    with open(os.path.join(arguments.model, "config.json"), encoding="utf-8") as file:
        decoder = json.load(file)["decoder"]
    head_dim = decoder["hidden_size"] // decoder["num_attention_heads"]
    for path in sorted(glob.glob(os.path.join(arguments.model, "*"))):
        target = os.path.join(arguments.out, os.path.basename(path))
        if path.endswith(".safetensors"):
            write(path, target, arguments.seed, head_dim)
        elif path.endswith((".json", ".model")):
            shutil.copyfile(path, target)


if __name__ == "__main__":
    main()
