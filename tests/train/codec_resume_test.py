"""musicgen-train codec, killed again and again, ends with the weights of an undisturbed run."""

import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

from codec_clips import start, write_clips


class CodecResume(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def work(self, name):
        write_clips(self.folder / name)
        return self.folder / name

    def test_killed_runs_end_alike(self):
        whole, killed = self.work("whole"), self.work("killed")
        self.assertEqual(start(whole).wait(), 0)
        log = killed / "codec_training/log.jsonl"
        for lines in (2, 5):
            run = start(killed)
            while not log.exists() or log.read_text().count("\n") < lines:
                self.assertIn(run.poll(), (None, 0))
                time.sleep(0.002)
            run.send_signal(signal.SIGKILL)
            run.wait()
        self.assertEqual(start(killed).wait(), 0)
        for name in ("codec_training/checkpoint.safetensors", "codec/model.safetensors", "codec/config.json"):
            self.assertEqual((whole / name).read_bytes(), (killed / name).read_bytes(), name)
        self.assertEqual(log.read_text().count("\n"), 9)

    def refusal(self, *changes):
        run = start(self.folder / "work", *changes, stderr=subprocess.PIPE)
        message = run.communicate()[1].decode()
        self.assertEqual(run.returncode, 2, message)
        return message

    def test_mistakes_are_one_sentence(self):
        work = self.work("work")
        self.assertIn("expected compression or computed", self.refusal("solver=diffusion"))
        self.assertIn("expected framework or variance_preserving", self.refusal("seanet.init=zero"))
        self.assertIn("expected msstftd or none", self.refusal("adversarial.adversaries=[mpd]"))
        self.assertIn("this manifest cannot be opened", self.refusal("datasource.train=nowhere"))
        (work / "clips/train/data.jsonl").write_text('{"duration": 1}\n')
        self.assertIn("data.jsonl:1: path", self.refusal())


if __name__ == "__main__":
    unittest.main()
