#!/usr/bin/env python3
"""All stages of a model made of recordings, from an empty folder: clips, an EnCodec trained on them, their codes, a language
model, export; the engine plays it. A minute; with MUSICGEN_LONG_TESTS=1 ten times the updates.

MUSICGEN_TRAIN_BINARY and MUSICGEN_BINARY name the programs. Skipped where no sound font is installed.
"""

import array
import json
import os
import pathlib
import subprocess
import tempfile
import unittest
import wave

ROOT = pathlib.Path(__file__).resolve().parents[2]
LONG = os.environ.get("MUSICGEN_LONG_TESTS", "0") not in ("", "0")
TIMES = 10 if LONG else 1
CODEC = ["--config", ROOT / "configs/training/encodec.yaml", "synthesise.train=12", "synthesise.valid=10", "synthesise.test=0",
         "synthesise.segment_duration=4", "seanet.n_filters=8", "rvq.bins=64", "rvq.from=20", "rvq.kmeans_batches=4",
         f"optim.updates={60 * TIMES}", "dataset.batch_size=4", "dataset.valid.num_samples=8",
         f"logging.report_updates={60 * TIMES}"]
LM = ["--config", ROOT / "configs/training/lm.yaml", "transformer_lm.dim=64", "transformer_lm.num_heads=2",
      "transformer_lm.num_layers=2", f"conditioners.description.t5.name={ROOT / 'tests/fixtures/t5-tiny'}", "optim.epochs=1",
      f"optim.updates_per_epoch={40 * TIMES}", "optim.lr=3e-3", "optim.ema.updates=1", "schedule.cosine.warmup=4",
      "dataset.batch_size=8", "dataset.segment_duration=2", "dataset.info_fields_required=false",
      f"logging.report_updates={40 * TIMES}"]


class RecordedChain(unittest.TestCase):
    def stage(self, name, *arguments):
        command = [os.environ["MUSICGEN_TRAIN_BINARY"], name, *arguments, "--work", self.work]
        result = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if "Sound font: expected one of" in result.stderr:
            self.skipTest("no sound font is installed")
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stderr

    def last(self, log, kind):
        lines = [json.loads(line) for line in (self.work / log).read_text().splitlines()]
        found = [line for line in lines if line["kind"] == kind]
        return found[0], found[-1]

    def test_from_clips_to_sound(self):
        with tempfile.TemporaryDirectory() as folder:
            self.work = pathlib.Path(folder, "work")
            model, sound = os.path.join(folder, "model"), os.path.join(folder, "out.wav")
            self.stage("synthesise", *CODEC, "--kind", "clips")
            self.stage("codec", *CODEC)
            clips, codec = self.work / "clips", self.work / "codec"
            settings = [*LM, f"datasource.train={clips / 'train'}", f"datasource.valid={clips / 'valid'}",
                        f"compression_model_checkpoint={codec}"]
            self.assertIn("encoded 12 of 12", self.stage("encode", *settings))
            self.assertNotIn("encoded 12 of 12", self.stage("lm", *settings))  # once is enough
            self.stage("export", *settings, "-o", model)
            first, last = self.last("lm/log.jsonl", "train")
            print(f"ce {first['ce']:.3f}, then {last['ce']:.3f}")
            self.assertLess(last["ce"], first["ce"] - 0.1)
            subprocess.run([os.environ["MUSICGEN_BINARY"], "generate", "drums", "-m", model, "-d", "2", "-o", sound,
                            "--no-progress"], check=True)
            with wave.open(sound) as file:
                self.assertEqual((file.getframerate(), file.getnframes()), (32000, 64000))
                samples = array.array("h", file.readframes(64000))
            self.assertGreater(max(samples), 1000)


if __name__ == "__main__":
    unittest.main()
