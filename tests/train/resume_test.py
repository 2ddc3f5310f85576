"""musicgen-train lm, killed again and again, ends with the weights of an undisturbed run."""

import os
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
SMALL = [
    "palette=restricted", "optim.updates=8", "schedule.cosine.warmup=2", "checkpoint.every_s=0",
    "logging.log_updates=1", "logging.report_updates=0", "transformer_lm.dim=32",
    "transformer_lm.num_heads=2", "transformer_lm.num_layers=1", "dataset.short.items=4",
    "dataset.middle.items=1", "dataset.long.items=1", "dataset.long.frames=60",
]


def train(work):
    return subprocess.Popen(
        [os.environ["MUSICGEN_TRAIN"], "lm", "--config", REPOSITORY / "configs/training/demo.yaml",
         "--work", work, *SMALL], stderr=subprocess.DEVNULL)


class Resume(unittest.TestCase):
    def test_killed_runs_end_alike(self):
        with tempfile.TemporaryDirectory() as folder:
            whole, killed = pathlib.Path(folder, "whole"), pathlib.Path(folder, "killed")
            self.assertEqual(train(whole).wait(), 0)
            for lines in (2, 5):
                run = train(killed)
                log = killed / "lm/log.jsonl"
                while not log.exists() or log.read_text().count("\n") < lines:
                    self.assertIn(run.poll(), (None, 0))
                    time.sleep(0.002)
                run.send_signal(signal.SIGKILL)
                run.wait()
            self.assertEqual(train(killed).wait(), 0)
            checkpoint = "lm/checkpoint.safetensors"
            self.assertEqual((whole / checkpoint).read_bytes(), (killed / checkpoint).read_bytes())
            self.assertEqual((killed / "lm/log.jsonl").read_text().count("\n"), 8)


if __name__ == "__main__":
    unittest.main()
