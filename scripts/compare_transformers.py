#!/usr/bin/env python3
"""Compares this engine with transformers on one checkpoint, stage by stage, in float32.

    python scripts/compare_transformers.py MODEL_DIR [--bin build/release/bin] [--frames 100] [--seed 0]

Prints the largest difference of the T5 states, the projected condition, the teacher-forced logits (conditional,
unconditional, guided) of random codes, and the decoded audio; exits with 1 when one exceeds --limit (1e-3).
Needs torch, transformers, safetensors, numpy.
"""
import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file, save_file
from transformers import MusicgenForConditionalGeneration

PROMPT = "80s electronic track with melodic synthesizers, catchy beat, and groovy bass"


def run(*command):
    subprocess.run([str(c) for c in command], check=True)


def read_float_wav(path):
    """Samples [N, C] of a 32-bit float WAV file."""
    data = Path(path).read_bytes()
    at, channels = 12, 1
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if name == b"fmt ":
            channels = int.from_bytes(data[at + 10 : at + 12], "little")
        if name == b"data":
            return np.frombuffer(data[at + 8 : at + 8 + size], "<f4").reshape(-1, channels)
        at += 8 + size + size % 2
    raise SystemExit(f"{path}: no data chunk")


def delayed(codes, special, stride):
    """[K, T] to the decoder's input [K, S]: a start column, codebook k late by k (stereo: k // 2) frames."""
    books, frames = codes.shape
    delays = [k // stride for k in range(books)]
    out = np.full((books, frames + max(delays) + 1), special, np.int64)
    for k, delay in enumerate(delays):
        out[k, 1 + delay : 1 + delay + frames] = codes[k]
    return out, delays


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--bin", default="build/release/bin")
    parser.add_argument("--frames", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--limit", type=float, default=1e-3)
    args = parser.parse_args()
    binaries, work = Path(args.bin), Path(tempfile.mkdtemp())

    torch.set_grad_enabled(False)
    model = MusicgenForConditionalGeneration.from_pretrained(args.model, dtype=torch.float32).eval()
    config = model.config.decoder
    books, size, stride = config.num_codebooks, config.vocab_size, config.audio_channels
    codes = np.random.default_rng(args.seed).integers(0, size, (1, books, args.frames), dtype=np.int64)
    save_file({"codes": codes}, work / "codes.safetensors")

    run(binaries / "dump_text", args.model, PROMPT, work / "text.safetensors")
    run(binaries / "musicgen", "score", "-m", args.model, "--precision", "f32", "--prompt", PROMPT, "--codes",
        work / "codes.safetensors", "--logits-out", work / "logits.safetensors")
    run(binaries / "musicgen", "decode", "-m", args.model, work / "codes.safetensors", "-o", work / "out.wav", "--strategy",
        "none")
    text, logits = load_file(work / "text.safetensors"), load_file(work / "logits.safetensors")

    ids = torch.tensor(text["ids"][None].astype(np.int64))
    states = model.text_encoder(input_ids=ids).last_hidden_state
    condition = model.enc_to_dec_proj(states)
    sequence, delays = delayed(codes[0], size, stride)
    inputs = torch.tensor(sequence)[:, :-1]

    def decode(context, mask):
        out = model.decoder(input_ids=inputs, encoder_hidden_states=context, encoder_attention_mask=mask).logits
        out = out.reshape(books, -1, size).numpy()
        return np.stack([out[k, delays[k] : delays[k] + args.frames] for k in range(books)])

    mask = torch.ones(ids.shape, dtype=torch.long)
    conditional = decode(condition, mask)
    unconditional = decode(torch.zeros_like(condition), torch.zeros_like(mask))
    by_channel = [torch.tensor(codes[:, c::stride])[None] for c in range(stride)]
    audio = np.stack([model.audio_encoder.decode(c, [None]).audio_values[0, 0].numpy() for c in by_channel], 1)

    pairs = {
        "t5 states": (text["states"], states[0].numpy()),
        "condition": (text["condition"], condition[0].numpy()),
        "logits, conditional": (logits["conditional"], conditional),
        "logits, unconditional": (logits["unconditional"], unconditional),
        "logits, guided": (logits["guided"], unconditional + (conditional - unconditional) * np.float32(3)),
        "audio": (read_float_wav(work / "out.wav"), audio),
    }
    worst = 0.0
    for name, (ours, theirs) in pairs.items():
        assert ours.shape == theirs.shape, (name, ours.shape, theirs.shape)
        difference = float(np.abs(ours - theirs).max())
        worst = max(worst, difference)
        print(f"{name:24} largest difference {difference:.2e}  (standard deviation {theirs.std():.3g})")
    return worst > args.limit


sys.exit(main())
