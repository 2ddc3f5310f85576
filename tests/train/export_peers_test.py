#!/usr/bin/env python3
"""An exported demo in transformers: it loads as it is and predicts what the engine predicts.

MUSICGEN_TRAIN and MUSICGEN_CLI name the programs. Skipped where this Python has no transformers.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

try:
    import safetensors.torch
    import torch
    from transformers import AutoProcessor, MusicgenForConditionalGeneration
except ImportError:
    sys.exit(77)

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
FIXTURE = REPOSITORY / "tests/fixtures/hf-tiny-mono"
SETTINGS = ["palette=restricted", "optim.updates=3", "schedule.cosine.warmup=1", "logging.report_updates=0",
            "transformer_lm.dim=32", "transformer_lm.num_heads=2", "transformer_lm.num_layers=2",
            "dataset.short.items=4", "dataset.middle.items=1", "dataset.long.items=1", "dataset.long.frames=60"]
PROMPT = "a calm lofi tune with piano at 75 bpm in c major"


def write_codec(folder):
    """The codec of the small fixture, on its own."""
    folder.mkdir()
    config = json.loads((FIXTURE / "config.json").read_text())["audio_encoder"]
    (folder / "config.json").write_text(json.dumps(config))
    prefix = "audio_encoder."
    tensors = safetensors.torch.load_file(FIXTURE / "model.safetensors")
    safetensors.torch.save_file({name[len(prefix):]: tensor for name, tensor in tensors.items()
                                 if name.startswith(prefix)}, folder / "model.safetensors", {"format": "pt"})


class ExportPeers(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.work = pathlib.Path(holder.name)
        self.model = self.work / "model"
        write_codec(self.work / "codec")
        for stage in (["lm"], ["export", "-o", self.model]):
            subprocess.run([os.environ["MUSICGEN_TRAIN"], *stage, "--config", REPOSITORY / "configs/training/demo.yaml",
                            "--work", self.work, *SETTINGS], check=True, stderr=subprocess.DEVNULL)

    def engine_logits(self, codes):
        """[K, T, V] with and without the prompt."""
        file, out = self.work / "codes.safetensors", self.work / "logits.safetensors"
        safetensors.torch.save_file({"codes": codes}, file)
        subprocess.run([os.environ["MUSICGEN_CLI"], "score", "-m", self.model, "--strict", "--precision", "f32",
                        "--codes", file, "-p", PROMPT, "--logits-out", out], check=True, stdout=subprocess.DEVNULL)
        tensors = safetensors.torch.load_file(out)
        return tensors["conditional"], tensors["unconditional"]

    def test_transformers_predicts_alike(self):
        codes = torch.randint(0, 500, (1, 4, 40), generator=torch.Generator().manual_seed(1))
        conditional, unconditional = self.engine_logits(codes)
        model, loaded = MusicgenForConditionalGeneration.from_pretrained(
            self.model, dtype=torch.float32, output_loading_info=True)
        self.assertFalse(any(loaded[key] for key in ("missing_keys", "unexpected_keys", "mismatched_keys")), loaded)
        defaults = model.generation_config
        self.assertEqual((defaults.guidance_scale, defaults.temperature, defaults.top_k, defaults.top_p),
                         (1.5, 0.7, 50, 0.8))
        inputs = AutoProcessor.from_pretrained(self.model)(text=[PROMPT], return_tensors="pt")
        steps = torch.full((4, 41), 2048)
        for k in range(4):
            steps[k, k + 1:] = codes[0, k, :40 - k]
        with torch.no_grad():
            logits = model(**inputs, decoder_input_ids=steps).logits
        for k in range(4):
            ours = conditional[k, :40 - k]
            self.assertLess((logits[k, k:40] - ours).abs().max(), 2e-4 * ours.abs().max())
        self.assertGreater((conditional - unconditional)[:, :37].abs().max(), 0)


if __name__ == "__main__":
    unittest.main()
