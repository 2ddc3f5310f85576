#!/usr/bin/env python3
"""Proves `musicgen verify` without the published weights.

    python scripts/check_verify.py [--models tests/fixtures] [--program build/release/bin/musicgen] [--write FILE]

Takes every check that the program holds (apps/cli/verify_values.json), lets transformers itself make its values in the
very way of its tests, but on the small models of --models, and writes them in the same format; then `musicgen verify`
must pass on each model, and fail when a value or a weight is changed. --write keeps the values, as
tests/fixtures/verify_values.json was made. Needs torch, torchaudio, transformers 5.23 or newer, librosa, safetensors.
"""

import argparse
import copy
import json
import math
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
import transformers
from safetensors import safe_open
from safetensors.torch import save_file
from transformers import (
    AutoTokenizer,
    EncodecFeatureExtractor,
    MusicgenForConditionalGeneration,
    MusicgenMelodyFeatureExtractor,
    MusicgenMelodyForConditionalGeneration,
    MusicgenMelodyProcessor,
    MusicgenProcessor,
)

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = {"small": "hf-tiny-mono", "stereo-small": "hf-tiny-stereo", "melody": "hf-tiny-melody",
           "stereo-melody": "hf-tiny-melody-stereo"}
TOLERANCE = 1e-4
RATE = 32000


def beeps(duration_s):
    time_s = np.arange(int(duration_s * RATE)) / RATE
    return np.cos(2 * math.pi * 440 * time_s) * ((time_s % 0.25) / 0.25 >= 0.5)


def sine(frequency_hz):
    time_s = np.linspace(0, 1, RATE, endpoint=False, dtype=np.float32)
    return (0.4 * np.sin(2 * math.pi * frequency_hz * time_s)).astype(np.float32)


class Reference:
    """One model in transformers."""

    def __init__(self, folder):
        config = json.loads((folder / "config.json").read_text())
        self.melody = config["model_type"] == "musicgen_melody"
        tokenizer = AutoTokenizer.from_pretrained(folder)
        if self.melody:
            self.processor = MusicgenMelodyProcessor(MusicgenMelodyFeatureExtractor.from_pretrained(folder), tokenizer)
            model = MusicgenMelodyForConditionalGeneration
        else:
            self.processor = MusicgenProcessor(EncodecFeatureExtractor.from_pretrained(folder), tokenizer)
            model = MusicgenForConditionalGeneration
        self.model = model.from_pretrained(folder, dtype=torch.float32).eval()
        self.decoder = self.model.config.decoder

    def tokens(self, prompt):
        return len(self.processor.tokenizer(prompt).input_ids)

    def inputs(self, check):
        if check["prompts"] == [None]:
            return (self.processor if self.melody else self.model).get_unconditional_inputs(num_samples=1)
        sounds = {}
        if "beeps_s" in check:
            audio = [beeps(duration_s) for duration_s in check["beeps_s"]]
            if self.decoder.audio_channels == 2 and not self.melody:
                audio = [sound[None, :].repeat(2, 0) for sound in audio]
            sounds["audio"] = audio
        if "sines_hz" in check:
            sounds = {"audio": [sine(f) for f in check["sines_hz"]], "sampling_rate": RATE}
        return self.processor(text=check["prompts"], padding=True, return_tensors="pt", **sounds)

    def logits(self, check):
        """[B, K, V] of the start column."""
        inputs = self.inputs(check)
        start = torch.full((len(check["prompts"]) * self.decoder.num_codebooks, 1),
                           self.model.generation_config.pad_token_id, dtype=torch.long)
        logits = self.model(**inputs, decoder_input_ids=start).logits[:, -1]
        return logits.reshape(len(check["prompts"]), self.decoder.num_codebooks, -1)

    def sound(self, check, sample=False):
        """[B, C, N]."""
        inputs = self.inputs(check)
        settings = {}
        if "guidance_scale" not in inputs:  # MusicGen's unconditional inputs bring their own
            guided = check["guidance_scale"] != 1
            settings["guidance_scale"] = check["guidance_scale"] if guided else 1.0 if self.melody else None
        torch.manual_seed(42)
        return self.model.generate(**inputs, do_sample=sample, max_new_tokens=check["max_new_tokens"], **settings)

    def fill(self, check):
        """The check with values of this model."""
        check = copy.deepcopy(check)
        check.pop("values", None)
        if check["kind"] == "melodies differ":
            made = self.sound(check, sample=True)
            difference = (made[0] - made[1]).abs().mean().item()
            assert difference > check["more_than"], difference
            return check
        if check["kind"] == "logits" and self.melody:
            # The engine's `score` has no batches, so that the text in question must be its longest.
            check["prompts"].sort(key=self.tokens, reverse=True)
        values = self.logits(check) if check["kind"] == "logits" else self.sound(check)
        check["tolerance"] = TOLERANCE
        for expected in check["expected"]:
            row = values[expected["sample"], expected["codebook" if check["kind"] == "logits" else "channel"]]
            begin = expected["begin"] % row.shape[0]
            expected["values"] = [float(f"{v:.9g}") for v in row[begin:begin + len(expected["values"])].tolist()]
        return check


def verify(program, values, folder):
    process = subprocess.run([program, "verify", "--values", values, "-m", folder, "--json"], stdout=subprocess.PIPE)
    if process.returncode not in (0, 1):
        raise SystemExit(f"verify -m {folder}: exit status {process.returncode}")
    return process.returncode, json.loads(process.stdout)


def change_a_weight(folder):
    """One weight matrix of the decoder's first layer, its sign turned."""
    for path in sorted(folder.glob("*.safetensors")):
        if path.name == "golden.safetensors":
            continue
        with safe_open(path, "pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}
            metadata = file.metadata()
        name = next((n for n in tensors if n.endswith("decoder.layers.0.fc1.weight")), None)
        if name is not None:
            tensors[name] = -tensors[name]
            path.unlink()
            save_file(tensors, path, metadata)
            return
    raise SystemExit(f"{folder}: no first layer found")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, default=ROOT / "tests" / "fixtures")
    parser.add_argument("--program", default=ROOT / "build" / "release" / "bin" / "musicgen")
    parser.add_argument("--write", type=Path)
    args = parser.parse_args()
    torch.set_grad_enabled(False)

    table = json.loads((ROOT / "apps" / "cli" / "verify_values.json").read_text())
    made = {"about": f"The checks of apps/cli/verify_values.json on small random models, by transformers "
                     f"{transformers.__version__} and torch {torch.__version__} (scripts/check_verify.py).",
            "models": []}
    for model in table["models"]:
        folder = args.models / FOLDERS[model["name"]]
        reference = Reference(folder)
        made["models"].append(model | {
            "repositories": [folder.name], "hidden_size": reference.decoder.hidden_size,
            "source": f"transformers {transformers.__version__} on {folder.name}",
            "checks": [reference.fill(check) for check in model["checks"]]})
    work = Path(tempfile.mkdtemp())
    values = args.write or work / "values.json"
    values.write_text(json.dumps(made, indent=1) + "\n")

    failures = 0
    def expect(right, sentence):
        nonlocal failures
        failures += not right
        print(f"{'pass' if right else 'FAIL'}  {sentence}")

    for i, model in enumerate(made["models"]):
        folder = args.models / model["repositories"][0]
        status, report = verify(args.program, values, folder)
        worst = max(row.get("largest_difference", 0) for row in report["checks"])
        expect(status == 0 and report["failed"] == 0 and report["skipped"] == 0,
               f"{folder.name}: {report['passed']} rows, largest difference {worst:.1e}")
        for row in report["checks"]:
            if row["result"] != "pass":
                print("     ", row)
        for c, check in enumerate(model["checks"]):
            for e in range(len(check.get("expected", []))):
                wrong = copy.deepcopy(made)
                numbers = wrong["models"][i]["checks"][c]["expected"][e]["values"]
                numbers[-1] += 1e-3 * (1 + abs(numbers[-1]))
                (work / "wrong.json").write_text(json.dumps(wrong))
                status, report = verify(args.program, work / "wrong.json", folder)
                expect(status == 1 and report["failed"] == 1,
                       f"{folder.name}: a changed value of {check['name']}, row {e}, is found")
        changed = work / folder.name
        shutil.copytree(folder, changed)
        change_a_weight(changed)
        status, report = verify(args.program, values, changed)
        expect(status == 1, f"{folder.name}: a changed weight is found, by {report['failed']} rows")
    shutil.rmtree(work)
    return failures > 0


if __name__ == "__main__":
    sys.exit(main())
