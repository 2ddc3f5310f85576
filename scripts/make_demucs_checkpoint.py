#!/usr/bin/env python3
"""Writes a full-size HT-Demucs with random weights in the forms that users have.

    python make_demucs_checkpoint.py OUT_DIR [--seed N]

OUT_DIR/package holds SIGNATURE-HASH.th in half precision, OUT_DIR/hub the same as SIGNATURE.safetensors with
htdemucs.yaml, OUT_DIR/bare as htdemucs.safetensors without metadata. For speed and memory: arguments, names and shapes
are those of the published network, the stems are noise. Needs torch and safetensors, and not demucs; 250 MB of disk.
"""

import argparse
import hashlib
import json
import os
import sys
import types
from fractions import Fraction

import torch
from safetensors.torch import save_file

KWARGS = dict(
    sources=["drums", "bass", "other", "vocals"], audio_channels=2, samplerate=44100, segment=Fraction(39, 5), channels=48,
    channels_time=None, growth=2, nfft=4096, wiener_iters=0, end_iters=0, wiener_residual=False, cac=True, depth=4,
    rewrite=True, multi_freqs=[], multi_freqs_depth=3, freq_emb=0.2, emb_scale=10, emb_smooth=True, kernel_size=8,
    stride=4, time_stride=2, context=1, context_enc=0, norm_starts=4, norm_groups=4, dconv_mode=3, dconv_depth=2,
    dconv_comp=8, dconv_init=1e-3, bottom_channels=512, t_layers=5, t_hidden_scale=4.0, t_heads=8, t_dropout=0.02,
    t_layer_scale=True, t_gelu=True, t_emb="sin", t_max_positions=10000, t_max_period=10000.0, t_weight_pos_embed=1.0,
    t_norm_in=True, t_norm_in_group=False, t_group_norm=False, t_norm_first=True, t_norm_out=True, t_weight_decay=0.0,
    t_lr=None, t_sparse_self_attn=False, t_sparse_cross_attn=False, rescale=0.1)
CHANNELS, DEPTH, COMPRESSION, WIDTH, HIDDEN, STEMS = 48, 4, 8, 512, 2048, 4


class State(dict):
    """Tensors by their names, float16."""

    def matrix(self, name, *shape, fan_in):
        self[name + ".weight"] = (torch.randn(*shape) / fan_in ** 0.5).half()

    def pair(self, name, *shape, bias=None, fan_in=None):
        self.matrix(name, *shape, fan_in=fan_in or torch.tensor(shape[1:]).prod().item())
        self[name + ".bias"] = (0.05 * torch.randn(bias or shape[0])).half()

    def norm(self, name, width):
        self[name + ".weight"] = (1 + 0.1 * torch.randn(width)).half()
        self[name + ".bias"] = (0.1 * torch.randn(width)).half()

    def residual(self, name, channels):
        for d in range(2):
            at = f"{name}.dconv.layers.{d}."
            self.pair(at + "0", channels // COMPRESSION, channels, 3)
            self.norm(at + "1", channels // COMPRESSION)
            self.pair(at + "3", 2 * channels, channels // COMPRESSION, 1)
            self.norm(at + "4", 2 * channels)
            self[at + "6.scale"] = (0.3 * torch.randn(channels)).half()

    def branch(self, t, parts):
        frequency = not t
        across = (1,) if frequency else ()
        for i in range(DEPTH):
            name, out = f"{t}encoder.{i}", CHANNELS << i
            self.pair(name + ".conv", out, parts if i == 0 else out // 2, 8, *across)
            self.pair(name + ".rewrite", 2 * out, out, 1, *across)
            self.residual(name, out)
        for j in range(DEPTH):
            name, i = f"{t}decoder.{j}", DEPTH - 1 - j
            width = CHANNELS << i
            out = width // 2 if i else STEMS * parts
            self.pair(name + ".rewrite", 2 * width, width, 3, *((3,) if frequency else ()))
            self.pair(name + ".conv_tr", width, out, 8, *across, bias=out, fan_in=2 * width)
            self.residual(name, width)

    def transformer_layer(self, name, cross):
        attention = name + (".cross_attn" if cross else ".self_attn")
        self[attention + ".in_proj_weight"] = (torch.randn(3 * WIDTH, WIDTH) / WIDTH ** 0.5).half()
        self[attention + ".in_proj_bias"] = (0.05 * torch.randn(3 * WIDTH)).half()
        self.pair(attention + ".out_proj", WIDTH, WIDTH)
        self.pair(name + ".linear1", HIDDEN, WIDTH)
        self.pair(name + ".linear2", WIDTH, HIDDEN)
        for norm in ("norm1", "norm2", "norm3", "norm_out") if cross else ("norm1", "norm2", "norm_out"):
            self.norm(f"{name}.{norm}", WIDTH)
        for gamma in ("gamma_1", "gamma_2"):
            self[f"{name}.{gamma}.scale"] = (0.3 * torch.randn(WIDTH)).half()


def make_state():
    state, deep = State(), CHANNELS << (DEPTH - 1)
    state.branch("", 4)
    state.branch("t", 2)
    state["freq_emb.embedding.weight"] = (0.1 * torch.randn(512, CHANNELS)).half()
    for suffix in ("", "_t"):
        state.pair("channel_upsampler" + suffix, WIDTH, deep, 1)
        state.pair("channel_downsampler" + suffix, deep, WIDTH, 1)
        state.norm("crosstransformer.norm_in" + suffix, WIDTH)
    for i in range(KWARGS["t_layers"]):
        state.transformer_layer(f"crosstransformer.layers.{i}", i % 2 == 1)
        state.transformer_layer(f"crosstransformer.layers_t.{i}", i % 2 == 1)
    assert len(state) == 533 and sum(t.numel() for t in state.values()) == 41984456
    return dict(state)


def the_class():
    """demucs' own, or one of the same name: only the name is written."""
    module = types.ModuleType("demucs.htdemucs")
    module.HTDemucs = type("HTDemucs", (), {"__module__": "demucs.htdemucs"})
    sys.modules.setdefault("demucs", types.ModuleType("demucs"))
    return sys.modules.setdefault("demucs.htdemucs", module).HTDemucs


def write_json(value):
    def fraction(x):
        return {"_type": "fraction", "numerator": x.numerator, "denominator": x.denominator}
    return json.dumps(value, default=fraction)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    torch.manual_seed(arguments.seed)
    state, signature = make_state(), f"{arguments.seed:08x}"
    for folder in ("package", "hub", "bare"):
        os.makedirs(os.path.join(arguments.out, folder), exist_ok=True)

    package = os.path.join(arguments.out, "package", "new.th")
    torch.save({"klass": the_class(), "args": (), "kwargs": KWARGS, "state": state, "training_args": {}, "metrics": {}},
               package)
    with open(package, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    os.replace(package, os.path.join(arguments.out, "package", f"{signature}-{digest[:8]}.th"))

    save_file(state, os.path.join(arguments.out, "hub", f"{signature}.safetensors"),
              {"klass": "demucs.htdemucs.HTDemucs", "args": "[]", "kwargs": write_json(KWARGS)})
    with open(os.path.join(arguments.out, "hub", "htdemucs.yaml"), "w") as file:
        file.write(f"models: ['{signature}']\n")
    save_file(state, os.path.join(arguments.out, "bare", "htdemucs.safetensors"))


if __name__ == "__main__":
    main()
