#!/usr/bin/env python3
"""Runs other engines beside ours on the same checkpoint and writes the README's table and a plot.

  bench/compare.py MODEL [--rounds 3] [--steps 150] [--threads 2] [--only NAME,NAME] [--keep] [--print]

MODEL is a MusicGen directory of the Hugging Face layout; speed does not depend on the values. Engines take turns, each
run in a process of its own, round after round, so that what else the machine does falls on all alike. A figure is the
steps per second of one guided stream that samples, without loading, text encoding and audio decoding; medians and spread
are over the rounds, ratios are taken within a round. Peers:

- transformers in f32 and bf16, its own generate()
- torch int8: the same with quantize_dynamic on the decoder's linear layers
- OpenVINO with weights compressed by nncf to int8 or int4 (groups of 64): the linear layers of a step only, with the
  checkpoint's weights, no attention over the past, no sampling; a whole generation would be slower

A peer whose packages are missing is left out. Needs torch, transformers, openvino, nncf and matplotlib where wanted.
Every run is kept in build/compare.json; --keep adds rounds to those, --rounds 0 --keep only draws again.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path.insert(0, os.path.join(ROOT, "scripts"))
from readme_table import write_table  # noqa: E402

BINARY = os.path.join(ROOT, "build", "release", "bin", "musicgen")
ROWS = os.path.join(ROOT, "build", "compare.json")
PLOT = os.path.join(ROOT, "docs", "comparison.svg")
REFERENCE = "transformers bf16"  # that ratios are to
WARM_UP = 16
PROMPT = "80s electronic track with melodic synthesizers, catchy beat and groovy bass"


# Peers, each in a process of its own that prints steps per second.


def transformers_model(path, dtype):
    import torch
    from transformers import MusicgenForConditionalGeneration
    return MusicgenForConditionalGeneration.from_pretrained(path, dtype=getattr(torch, dtype)).eval()


def generation_speed(model, path, steps):
    """Of the steps after the first few: two generations of different length."""
    import torch
    from transformers import AutoTokenizer
    inputs = AutoTokenizer.from_pretrained(path)(PROMPT, return_tensors="pt")

    def seconds(new_tokens):
        start = time.perf_counter()
        model.generate(**inputs, do_sample=True, guidance_scale=3.0, max_new_tokens=new_tokens)
        return time.perf_counter() - start

    with torch.inference_mode():
        seconds(WARM_UP)
        short = seconds(WARM_UP)
        return (steps - WARM_UP) / (seconds(steps) - short)


def transformers_speed(path, steps, dtype):
    return generation_speed(transformers_model(path, dtype), path, steps)


def torch_int8_speed(path, steps):
    import torch
    model = transformers_model(path, "float32")
    torch.backends.quantized.engine = "x86"
    model.decoder = torch.ao.quantization.quantize_dynamic(model.decoder, {torch.nn.Linear}, dtype=torch.qint8)
    return generation_speed(model, path, steps)


def step_layers(decoder):
    """The linear layers that a step of two rows goes through, on the checkpoint's weights."""
    import torch

    class Step(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = decoder.model.decoder.layers
            self.heads = torch.nn.ModuleList(decoder.lm_heads)

        def forward(self, x):
            for layer in self.layers:
                h = layer.self_attn_layer_norm(x)
                attention = layer.self_attn
                x = x + attention.out_proj(attention.q_proj(h) + attention.k_proj(h) + attention.v_proj(h))
                x = x + layer.encoder_attn.out_proj(layer.encoder_attn.q_proj(layer.encoder_attn_layer_norm(x)))
                x = x + layer.fc2(torch.nn.functional.gelu(layer.fc1(layer.final_layer_norm(x))))
            return torch.cat([head(x) for head in self.heads], -1)

    return Step().eval()


def openvino_speed(path, steps, bits, threads):
    import nncf
    import openvino
    import torch
    decoder = transformers_model(path, "float32").decoder
    x = torch.randn(2, decoder.config.hidden_size)
    model = openvino.convert_model(step_layers(decoder), example_input=x)
    model.reshape(list(x.shape))
    if bits == 8:
        model = nncf.compress_weights(model, mode=nncf.CompressWeightsMode.INT8_SYM)
    else:
        model = nncf.compress_weights(model, mode=nncf.CompressWeightsMode.INT4_SYM, group_size=64, ratio=1.0,
                                      all_layers=True)
    del decoder
    request = openvino.Core().compile_model(model, "CPU", {"INFERENCE_NUM_THREADS": threads,
                                                           "PERFORMANCE_HINT": "LATENCY"}).create_infer_request()
    for _ in range(WARM_UP):
        request.infer([x.numpy()])
    start = time.perf_counter()
    for _ in range(steps):
        request.infer([x.numpy()])
    return steps / (time.perf_counter() - start)


def ours(precision):
    def run(arguments):
        output = subprocess.run(
            [BINARY, "bench", "-m", arguments.model, "--precision", precision, "--steps", str(arguments.steps), "-t",
             str(arguments.threads)], check=True, stdout=subprocess.PIPE).stdout
        row = json.loads(output)
        return {key: row[key] for key in ("steps_per_s", "bandwidth_gb_per_s", "bandwidth_share", "cpu", "isa", "commit")}
    return run


def peer(speed):
    """Runs in this process: main() calls it in a fresh one."""
    def run(arguments):
        try:
            import torch
            torch.set_num_threads(arguments.threads)
            return {"steps_per_s": speed(arguments)}
        except ImportError as error:
            return {"missing": str(error)}
    return run


ENGINES = {
    "transformers f32": peer(lambda a: transformers_speed(a.model, a.steps, "float32")),
    "transformers bf16": peer(lambda a: transformers_speed(a.model, a.steps, "bfloat16")),
    "torch int8": peer(lambda a: torch_int8_speed(a.model, a.steps)),
    "OpenVINO int8, linear layers only": peer(lambda a: openvino_speed(a.model, a.steps, 8, a.threads)),
    "OpenVINO int4, linear layers only": peer(lambda a: openvino_speed(a.model, a.steps, 4, a.threads)),
    "ours f32": ours("f32"),
    "ours bf16": ours("bf16"),
    "ours q8": ours("q8"),
    "ours q4": ours("q4"),
}


# Rounds


def run_alone(name, arguments):
    command = [sys.executable, os.path.abspath(__file__), arguments.model, "--steps", str(arguments.steps), "--threads",
               str(arguments.threads), "--run", name]
    environment = {**os.environ, "OMP_NUM_THREADS": str(arguments.threads)}
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment).stdout
    return json.loads(output.splitlines()[-1])


def load_rows():
    if not os.path.exists(ROWS):
        return []
    with open(ROWS, encoding="utf-8") as file:
        return json.load(file)


def measure(arguments, names):
    rows = load_rows() if arguments.keep else []
    first = 1 + max((row["round"] for row in rows), default=0)
    for number in range(first, first + arguments.rounds):
        for name in names:
            result = run_alone(name, arguments)
            print(f"round {number}: {name}: {result.get('steps_per_s', result)}", file=sys.stderr)
            rows.append({"round": number, "engine": name, "model": os.path.basename(os.path.abspath(arguments.model)),
                         "steps": arguments.steps, "threads": arguments.threads, **result})
            with open(ROWS, "w", encoding="utf-8") as file:
                json.dump(rows, file, indent=1)
    return [row for row in rows if "steps_per_s" in row]


# Table and plot


def by_engine(rows):
    return {name: [row for row in rows if row["engine"] == name] for name in ENGINES
            if any(row["engine"] == name for row in rows)}


def ratios(rows, engine_rows):
    reference = {row["round"]: row["steps_per_s"] for row in rows if row["engine"] == REFERENCE}
    return [row["steps_per_s"] / reference[row["round"]] for row in engine_rows if row["round"] in reference]


def spread(values, digits):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def table(rows):
    own = [row for row in rows if "cpu" in row]
    bandwidth = max((row["bandwidth_gb_per_s"] for row in own), default=float("nan"))
    head = own[-1] if own else {"cpu": "?", "isa": "?", "commit": "?"}
    lines = [
        f"{head['cpu']}, {rows[-1]['threads']} threads, {head['isa']}, {bandwidth:.0f} GB/s measured; {rows[-1]['model']}, "
        f"{rows[-1]['steps']} guided steps; median (spread) of {max(r['round'] for r in rows)} rounds; commit "
        f"{head['commit']}.", "",
        f"| engine | steps/s | × real time | × {REFERENCE} |", "|---|--:|--:|--:|",
    ]
    for name, engine_rows in by_engine(rows).items():
        speeds = [row["steps_per_s"] for row in engine_rows]
        relative = ratios(rows, engine_rows)
        lines.append(f"| {name} | {spread(speeds, 1)} | {statistics.median(speeds) / 50:.2f} "
                     f"| {spread(relative, 1) if relative else ''} |")
    return "\n".join(lines) + "\n"


def plot(rows):
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    engines = by_engine(rows)
    names = list(engines)[::-1]
    speeds = [[row["steps_per_s"] for row in engines[name]] for name in names]
    middle = [statistics.median(values) for values in speeds]
    errors = [[m - min(v) for m, v in zip(middle, speeds)], [max(v) - m for m, v in zip(middle, speeds)]]
    figure, axes = plt.subplots(figsize=(8, 0.45 * len(names) + 1.2), layout="constrained")
    axes.barh(names, middle, xerr=errors, color=["tab:blue" if n.startswith("ours") else "tab:gray" for n in names])
    axes.axvline(50, color="black", linestyle=":")
    axes.annotate("real time", (50, len(names) - 0.5), textcoords="offset points", xytext=(3, 4))
    axes.set_xlabel("guided steps per second")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(PLOT, metadata={"Date": None})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", default="", help="names of engines, with commas")
    parser.add_argument("--keep", action="store_true", help="add to the rounds measured before")
    parser.add_argument("--print", action="store_true", help="the table to stdout; README and plot stay")
    parser.add_argument("--run", choices=ENGINES, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        print(json.dumps(ENGINES[arguments.run](arguments)))
        return
    names = [name for name in ENGINES if not arguments.only or name in arguments.only.split(",")]
    rows = measure(arguments, names)
    if arguments.print:
        print(table(rows), end="")
        return
    write_table("comparison", table(rows))
    plot(rows)


if __name__ == "__main__":
    main()
