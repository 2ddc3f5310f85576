#!/usr/bin/env python3
"""An adapter trained here in PEFT, and one of PEFT's own here: nothing missing, and the same predictions.

MUSICGEN_LORA_PEERS names the program that trains. Skipped where this Python has no PEFT.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import warnings

try:
    import safetensors.torch
    import torch
    from peft import LoraConfig, PeftModel, get_peft_model
    from transformers import MusicgenForConditionalGeneration
except ImportError:
    sys.exit(77)

NAMES = ["q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2", "enc_to_dec_proj",
         *(f"{kind}.{k}" for kind in ("lm_heads", "embed_tokens") for k in range(4))]


class LoraPeers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.holder.cleanup)
        cls.folder = pathlib.Path(cls.holder.name)
        cls.peers(cls.folder)

    @staticmethod
    def peers(*arguments):
        subprocess.run([os.environ["MUSICGEN_LORA_PEERS"], *arguments], check=True, stderr=subprocess.DEVNULL)

    def base(self):
        return MusicgenForConditionalGeneration.from_pretrained(self.folder / "model", dtype=torch.float32).eval()

    def check(self, model):
        """That the model predicts what is in the folder."""
        ours = safetensors.torch.load_file(self.folder / "logits.safetensors")
        steps = torch.full((4, 31), 128)
        for k in range(4):
            steps[k, k + 1:] = ours["codes"][k, :30 - k]
        text = ours["text"].long()[None]
        with torch.no_grad():
            logits = model(input_ids=text, attention_mask=torch.ones_like(text), decoder_input_ids=steps).logits
        for k in range(4):
            expected = ours["logits"][k, :30 - k]
            self.assertLess((logits[k, k:30] - expected).abs().max(), 2e-4 * expected.abs().max())
            self.assertGreater((ours["base"][k, :30 - k] - expected).abs().max(), 1e-2 * expected.abs().max())

    def test_peft_reads_ours(self):
        keys = safetensors.torch.load_file(self.folder / "adapter/adapter_model.safetensors").keys()
        with warnings.catch_warnings():
            warnings.filterwarnings("error", message="Found (missing|unexpected)")  # keys, says PEFT
            model = PeftModel.from_pretrained(self.base(), self.folder / "adapter").eval()
        self.assertEqual(keys, {name.replace(".default", "") for name, _ in model.named_parameters()
                                if ".lora_" in name})
        self.assertEqual(set(json.loads((self.folder / "adapter/adapter_config.json").read_text())["target_modules"]),
                         set(NAMES))
        self.check(model)
        self.check(model.merge_and_unload())

    def test_ours_reads_peft(self):
        torch.manual_seed(3)
        model = get_peft_model(self.base(), LoraConfig(r=5, lora_alpha=7, target_modules=NAMES,
                                                       rank_pattern={"fc1": 2}, use_rslora=True)).eval()
        for name, parameter in model.named_parameters():
            if ".lora_" in name:
                torch.nn.init.normal_(parameter, std=0.1)
        model.save_pretrained(self.folder / "theirs")
        self.peers(self.folder, self.folder / "theirs")
        self.check(model)
        self.peers(self.folder, self.folder / "adapter")


if __name__ == "__main__":
    unittest.main()
