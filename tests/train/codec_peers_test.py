#!/usr/bin/env python3
"""A trained codec in transformers: it loads as it is and codes the held-out clip as well as the log says.

Skipped where this Python has no transformers.
"""

import json
import pathlib
import sys
import tempfile
import unittest

from codec_clips import start, tone, write_clips

try:
    import torch
    from transformers import EncodecModel
except ImportError:
    sys.exit(77)


class CodecPeers(unittest.TestCase):
    def test_transformers_codes_alike(self):
        with tempfile.TemporaryDirectory() as folder:
            work = pathlib.Path(folder)
            write_clips(work)
            self.assertEqual(start(work, "checkpoint.every_s=600").wait(), 0)
            model, loaded = EncodecModel.from_pretrained(work / "codec", output_loading_info=True)
            self.assertFalse(any(loaded[key] for key in ("missing_keys", "unexpected_keys", "mismatched_keys")), loaded)
            lines = [json.loads(line) for line in (work / "codec_training/log.jsonl").read_text().splitlines()]
        wanted = [line for line in lines if line["kind"] == "valid"][-1]["si_snr"]
        sound = torch.tensor(tone(4)) / 2**15
        with torch.no_grad():
            decoded = model(sound[None, None]).audio_values[0, 0]
        x, y = decoded - decoded.mean(), sound - sound.mean()
        target = (x @ y) / (y @ y) * y
        si_snr = 10 * torch.log10(target.square().sum() / (x - target).square().sum())
        self.assertAlmostEqual(si_snr.item(), wanted, delta=0.05)


if __name__ == "__main__":
    unittest.main()
