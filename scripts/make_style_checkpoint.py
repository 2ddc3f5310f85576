#!/usr/bin/env python3
"""Writes a full-size style model with random weights as AudioCraft exports it, with its T5, EnCodec and MERT beside it.

    python make_style_checkpoint.py OUT_DIR [--seed N] [--lm medium|tiny]

OUT_DIR/musicgen-style holds state_dict.bin (float16) and compression_state_dict.bin, a name; t5-base, encodec_32khz and
MERT-v1-95M lie in it. For speed and memory: names, shapes and files are those of the published models, the sound is
noise. `tiny`: the language model alone is small. Needs torch and transformers, 4 GB of disk (tiny: 1.3 GB).
"""

import argparse
import json
import os
import shutil

import torch
from transformers import EncodecConfig, EncodecModel, HubertConfig, HubertModel, T5Config, T5EncoderModel

FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "fixtures")
LM = {"medium": (1536, 48, 24), "tiny": (64, 2, 4)}  # width, layers, heads
CODEBOOKS, CODES = 4, 2048
STYLE_WIDTH, STYLE_LAYERS, STYLE_BOOKS, STYLE_CODES, MERT_WIDTH = 512, 8, 6, 1024, 768
XP_CFG = """sample_rate: 32000
channels: 1
dataset: {{segment_duration: 30}}
compression_model_checkpoint: //pretrained/facebook/encodec_32khz
interleave_stereo_codebooks: {{use: false}}
lm_model: transformer_lm
codebooks_pattern: {{modeling: delay, delay: {{delays: [0, 1, 2, 3], flatten_first: 0, empty_initial: 0}}}}
transformer_lm: {{dim: {width}, num_heads: {heads}, num_layers: {layers}, hidden_scale: 4, n_q: 4, card: 2048,
  norm_first: true, bias_ff: false, bias_attn: false, bias_proj: false, causal: true, positional_embedding: sin}}
classifier_free_guidance: {{inference_coef: 3.0}}
fuser: {{sum: [], prepend: [self_wav, description], cross: [], input_interpolate: []}}
conditioners:
  self_wav: {{model: style, style: {{model_name: mert, transformer_scale: default, sample_rate: 32000, length: 3.0,
    ds_factor: 15, n_q_out: 6, eval_q: 3, bins: 1024, batch_norm: true}}}}
  description: {{model: t5, t5: {{name: t5-base, finetune: false, normalize_text: false}}}}
"""


def matrix(outputs, inputs):
    return (torch.randn(outputs, inputs) / inputs ** 0.5).half()


def layer(state, prefix, width):
    for norm in ("norm1", "norm2"):
        state[f"{prefix}.{norm}.weight"] = (1 + 0.1 * torch.randn(width)).half()
        state[f"{prefix}.{norm}.bias"] = (0.1 * torch.randn(width)).half()
    state[f"{prefix}.self_attn.in_proj_weight"] = matrix(3 * width, width)
    state[f"{prefix}.self_attn.out_proj.weight"] = matrix(width, width)
    state[f"{prefix}.linear1.weight"] = matrix(4 * width, width)
    state[f"{prefix}.linear2.weight"] = matrix(width, 4 * width)


def style_state(width):
    state, d = {}, STYLE_WIDTH
    state["embed.weight"], state["embed.bias"] = matrix(d, MERT_WIDTH), torch.zeros(d).half()
    for i in range(STYLE_LAYERS):
        layer(state, f"transformer.layers.{i}", d)
    state["batch_norm.running_mean"] = (0.1 * torch.randn(d)).half()
    state["batch_norm.running_var"] = (1 + 0.5 * torch.rand(d)).half()
    state["batch_norm.num_batches_tracked"] = torch.tensor(1)
    for k in range(STYLE_BOOKS):
        book = f"rvq.vq.layers.{k}._codebook."
        state[book + "embed"] = state[book + "embed_avg"] = (torch.randn(STYLE_CODES, d) * 0.8 ** k).half()
        state[book + "cluster_size"], state[book + "inited"] = torch.ones(STYLE_CODES).half(), torch.ones(1).half()
    state["output_proj.weight"], state["output_proj.bias"] = matrix(width, d), torch.zeros(width).half()
    return state


def lm_state(width, layers):
    state = {}
    for k in range(CODEBOOKS):
        state[f"emb.{k}.weight"] = matrix(CODES + 1, width)
        state[f"linears.{k}.weight"] = 3 * matrix(CODES, width)
    for i in range(layers):
        layer(state, f"transformer.layers.{i}", width)
    state["out_norm.weight"], state["out_norm.bias"] = torch.ones(width).half(), torch.zeros(width).half()
    conditioners = "condition_provider.conditioners."
    state[conditioners + "description.output_proj.weight"] = matrix(width, 768)
    state[conditioners + "description.output_proj.bias"] = torch.zeros(width).half()
    state.update({conditioners + "self_wav." + name: value for name, value in style_state(width).items()})
    return state


def save_mert(folder):
    config = HubertConfig(layer_norm_eps=1e-5, conv_dim=(512,) * 7, conv_kernel=(10, 3, 3, 3, 3, 2, 2),
                          conv_stride=(5, 2, 2, 2, 2, 2, 2))
    os.makedirs(folder)
    torch.save(HubertModel(config).state_dict(), os.path.join(folder, "pytorch_model.bin"))
    settings = {"model_type": "mert_model", "sample_rate": 24000, "attention_relax": -1.0, "deepnorm": False,
                "feature_extractor_cqt": False}
    for key in ("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "layer_norm_eps",
                "conv_dim", "conv_kernel", "conv_stride", "conv_bias", "feat_extract_norm", "hidden_act",
                "num_conv_pos_embeddings", "num_conv_pos_embedding_groups", "do_stable_layer_norm",
                "feat_proj_layer_norm"):
        value = getattr(config, key)
        settings[key] = list(value) if isinstance(value, tuple) else value
    with open(os.path.join(folder, "config.json"), "w", encoding="utf-8") as file:
        json.dump(settings, file, indent=2)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lm", choices=sorted(LM), default="medium")
    arguments = parser.parse_args()
    torch.manual_seed(arguments.seed)
    folder = os.path.join(arguments.out, "musicgen-style")
    os.makedirs(folder)
    save_mert(os.path.join(folder, "MERT-v1-95M"))
    t5 = os.path.join(folder, "t5-base")
    T5EncoderModel(T5Config(d_model=768, num_layers=12, num_heads=12, d_ff=3072)).save_pretrained(t5)
    for name in ("tokenizer.json", "spiece.model"):
        source = os.path.join(FIXTURES, "t5-tiny", name)
        if os.path.exists(source):
            shutil.copy(source, t5)
    EncodecModel(EncodecConfig(
        sampling_rate=32000, audio_channels=1, num_filters=64, hidden_size=128, codebook_size=2048, codebook_dim=128,
        upsampling_ratios=[8, 5, 4, 4], target_bandwidths=[2.2], use_causal_conv=False, norm_type="weight_norm",
        num_residual_layers=1, use_conv_shortcut=False, pad_mode="reflect")).save_pretrained(
            os.path.join(folder, "encodec_32khz"))
    torch.save({"pretrained": "facebook/encodec_32khz", "exported": True, "version": "1.4.0a2"},
               os.path.join(folder, "compression_state_dict.bin"))
    width, layers, heads = LM[arguments.lm]
    torch.save({"best_state": lm_state(width, layers), "xp.cfg": XP_CFG.format(width=width, layers=layers, heads=heads),
                "version": "1.4.0a2", "exported": True}, os.path.join(folder, "state_dict.bin"))


if __name__ == "__main__":
    main()
