"""The model "debug": AudioCraft's tests open one. 25 frames a second, 32 kHz, mono, random weights.

It is made on first use, in Hugging Face's layout, and kept in the user's cache.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import struct
import tempfile
from pathlib import Path
from typing import Dict, Iterator, List, Tuple

import numpy as np

_VERSION = 1  # of the files below: another one is another folder
_WIDTH, _LAYERS, _HEADS, _FFN, _BOOKS, _CODES = 16, 2, 4, 64, 4, 400
_T5 = {"model_type": "t5", "d_model": 16, "d_kv": 4, "d_ff": 32, "num_layers": 1, "num_heads": 4,
       "feed_forward_proj": "relu", "relative_attention_num_buckets": 32,
       "relative_attention_max_distance": 128, "layer_norm_epsilon": 1e-6}
_FILTERS, _RATIOS, _LATENT = 4, [10, 8, 16], 32  # 1280 samples a frame
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789'-,."
_VOCABULARY = ["<pad>", "</s>", "<unk>", "\u2581", *_LETTERS]


def debug_model() -> Path:
    """The folder of the model."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "musicgen-cpp"
    folder = cache / f"debug-{_VERSION}"
    if not folder.is_dir():
        try:
            cache.mkdir(parents=True, exist_ok=True)
            made = Path(tempfile.mkdtemp(dir=cache, prefix=".debug-"))
        except OSError:  # no home to write to
            folder = made = Path(tempfile.mkdtemp(prefix="musicgen-debug-"))
        _write(made)
        if made != folder:
            made.chmod(0o755)
            try:
                made.rename(folder)
            except OSError:  # another process was first
                shutil.rmtree(made)
    return folder


def _write(folder: Path) -> None:
    config = {"model_type": "musicgen", "architectures": ["MusicgenForConditionalGeneration"],
              "text_encoder": {**_T5, "vocab_size": len(_VOCABULARY)},
              "audio_encoder": {
                  "model_type": "encodec", "audio_channels": 1, "sampling_rate": 32000, "num_filters": _FILTERS,
                  "upsampling_ratios": _RATIOS, "hidden_size": _LATENT, "codebook_dim": _LATENT,
                  "codebook_size": _CODES, "target_bandwidths": [0.9], "use_causal_conv": False,
                  "use_conv_shortcut": False, "norm_type": "weight_norm", "normalize": False},
              "decoder": {
                  "model_type": "musicgen_decoder", "vocab_size": _CODES, "hidden_size": _WIDTH,
                  "num_hidden_layers": _LAYERS, "num_attention_heads": _HEADS, "ffn_dim": _FFN,
                  "num_codebooks": _BOOKS, "audio_channels": 1, "activation_function": "gelu",
                  "pad_token_id": _CODES, "bos_token_id": _CODES}}
    special = [{"id": i, "content": _VOCABULARY[i], "special": True} for i in range(3)]
    tokenizer = {"added_tokens": special, "normalizer": None,
                 "pre_tokenizer": {"type": "Metaspace", "replacement": "\u2581"},
                 "model": {"type": "Unigram", "unk_id": 2, "vocab": [
                     [piece, 0.0 if i < 3 else -3.0] for i, piece in enumerate(_VOCABULARY)]}}
    for name, content in (("config.json", config), ("tokenizer.json", tokenizer)):
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    _write_safetensors(folder / "model.safetensors", _tensors())


def _write_safetensors(path: Path, tensors: Dict[str, np.ndarray]) -> None:
    header, offset = {}, 0
    for name, values in tensors.items():
        header[name] = {"dtype": "F32", "shape": values.shape, "data_offsets": [offset, offset + values.nbytes]}
        offset += values.nbytes
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for values in tensors.values():
            file.write(values.astype("<f4").tobytes())


def _tensors() -> Dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    return {name: mean + deviation * random.standard_normal(shape).astype(np.float32)
            for name, shape, mean, deviation in (*_t5(), *_codec(), *_decoder())}


_Plan = Iterator[Tuple[str, Tuple[int, ...], float, float]]  # name, shape, mean, standard deviation


def _linear(name: str, rows: int, columns: int) -> Tuple[str, Tuple[int, ...], float, float]:
    return name + ".weight", (rows, columns), 0.0, 1 / math.sqrt(columns)


def _t5() -> _Plan:
    width, inner = _T5["d_model"], _T5["num_heads"] * _T5["d_kv"]
    block = "text_encoder.encoder.block.0.layer."
    yield "text_encoder.shared.weight", (len(_VOCABULARY), width), 0.0, 1.0
    for matrix in "qkv":
        yield _linear(f"{block}0.SelfAttention.{matrix}", inner, width)
    yield _linear(block + "0.SelfAttention.o", width, inner)
    yield block + "0.SelfAttention.relative_attention_bias.weight", (32, _T5["num_heads"]), 0.0, 1.0
    yield _linear(block + "1.DenseReluDense.wi", _T5["d_ff"], width)
    yield _linear(block + "1.DenseReluDense.wo", width, _T5["d_ff"])
    for norm in (block + "0.layer_norm", block + "1.layer_norm", "text_encoder.encoder.final_layer_norm"):
        yield norm + ".weight", (width,), 1.0, 0.1


def _convolution(name: str, out: int, into: int, kernel: int, transposed: bool = False) -> _Plan:
    first, second = (into, out) if transposed else (out, into)
    yield name + ".weight_g", (first, 1, 1), 0.5, 0.05
    yield name + ".weight_v", (first, second, kernel), 0.0, 1.0
    yield name + ".bias", (out,), 0.0, 0.05


def _residual(name: str, channels: int) -> _Plan:
    yield from _convolution(name + ".block.1.conv", channels // 2, channels, 3)
    yield from _convolution(name + ".block.3.conv", channels, channels // 2, 1)


def _lstm(name: str, width: int) -> _Plan:
    for layer in range(2):
        for weight in (f"weight_ih_l{layer}", f"weight_hh_l{layer}"):
            yield f"{name}.lstm.{weight}", (4 * width, width), 0.0, 1 / math.sqrt(width)
        for bias in (f"bias_ih_l{layer}", f"bias_hh_l{layer}"):
            yield f"{name}.lstm.{bias}", (4 * width,), 0.0, 0.1


def _codec() -> _Plan:
    layers = "audio_encoder.encoder.layers."
    yield from _convolution(layers + "0.conv", _FILTERS, 1, 7)
    at, channels = 1, _FILTERS
    for ratio in reversed(_RATIOS):
        yield from _residual(f"{layers}{at}", channels)
        yield from _convolution(f"{layers}{at + 2}.conv", 2 * channels, channels, 2 * ratio)
        at, channels = at + 3, 2 * channels
    yield from _lstm(f"{layers}{at}", channels)
    yield from _convolution(f"{layers}{at + 2}.conv", _LATENT, channels, 7)

    layers = "audio_encoder.decoder.layers."
    yield from _convolution(layers + "0.conv", channels, _LATENT, 7)
    yield from _lstm(layers + "1", channels)
    at = 2
    for ratio in _RATIOS:
        yield from _convolution(f"{layers}{at + 1}.conv", channels // 2, channels, 2 * ratio, transposed=True)
        yield from _residual(f"{layers}{at + 2}", channels // 2)
        at, channels = at + 3, channels // 2
    yield from _convolution(f"{layers}{at + 1}.conv", 1, _FILTERS, 7)
    for book in range(_BOOKS):
        yield f"audio_encoder.quantizer.layers.{book}.codebook.embed", (_CODES, _LATENT), 0.0, 0.6 ** book


def _decoder() -> _Plan:
    model = "decoder.model.decoder."
    norms: List[str] = [model + "layer_norm"]
    for book in range(_BOOKS):
        yield f"{model}embed_tokens.{book}.weight", (_CODES + 1, _WIDTH), 0.0, 1.0
        yield _linear(f"decoder.lm_heads.{book}", _CODES, _WIDTH)
    for layer in range(_LAYERS):
        block = f"{model}layers.{layer}."
        for attention in ("self_attn", "encoder_attn"):
            for matrix in ("q_proj", "k_proj", "v_proj", "out_proj"):
                yield _linear(f"{block}{attention}.{matrix}", _WIDTH, _WIDTH)
            norms.append(f"{block}{attention}_layer_norm")
        yield _linear(block + "fc1", _FFN, _WIDTH)
        yield _linear(block + "fc2", _WIDTH, _FFN)
        norms.append(block + "final_layer_norm")
    for norm in norms:
        yield norm + ".weight", (_WIDTH,), 1.0, 0.1
        yield norm + ".bias", (_WIDTH,), 0.0, 0.1
    yield _linear("enc_to_dec_proj", _WIDTH, _T5["d_model"])
    yield "enc_to_dec_proj.bias", (_WIDTH,), 0.0, 0.1
