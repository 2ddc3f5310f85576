#!/usr/bin/env python3
"""musicgen-train synthesise and codec, from an empty folder. MUSICGEN_TRAIN_BINARY names the program.

Skipped where no sound font is installed.
"""

import json
import os
import subprocess
import tempfile
import unittest
import wave

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BINARY = os.environ.get("MUSICGEN_TRAIN_BINARY", os.path.join(ROOT, "build", "release", "bin", "musicgen-train"))
DEMO = os.path.join(ROOT, "configs", "training", "demo.yaml")
CLIPS = os.path.join(ROOT, "configs", "training", "clips.yaml")


def run(*arguments):
    return subprocess.run([BINARY, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300)


class Synthesise(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.work = os.path.join(self.folder.name, "new", "work")

    def succeed(self, *arguments):
        result = run(*arguments, "--work", self.work)
        if "Sound font: expected one of" in result.stderr:
            self.skipTest("no sound font is installed")
        self.assertEqual(result.returncode, 0, result.stderr)

    def complaint(self, *arguments):
        result = run(*arguments)
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        return result.stderr

    def manifest(self, split):
        with open(os.path.join(self.work, split, "data.jsonl"), encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def tensors(self, name):
        """The header of a safetensors file."""
        with open(os.path.join(self.work, name), "rb") as file:
            header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        header.pop("__metadata__", None)
        return header

    def test_the_palette_then_the_codec(self):
        settings = ["--config", DEMO, "palette=restricted"]
        self.assertIn("palette.safetensors", self.complaint("codec", *settings, "--work", self.work))
        self.succeed("synthesise", *settings, "--kind", "songs", "synthesise.train=2", "synthesise.valid=1",
                     "synthesise.test=0", "synthesise.segment_duration=2")
        rows = self.manifest("songs/train")
        self.assertEqual([row["duration"] for row in rows], [2.0, 2.0])
        with wave.open(rows[0]["path"]) as sound:
            self.assertEqual((sound.getframerate(), sound.getnchannels(), sound.getnframes()), (32000, 1, 64000))
        with open(rows[0]["path"].replace(".wav", ".json"), encoding="utf-8") as file:
            track = json.load(file)
        self.assertIn(f"{track['bpm']} bpm", track["description"])
        self.assertIn(track["key"], track["description"])
        said = track["attributes"]
        self.assertEqual(track["bpm"], round(3000 / said["beat_frames"]))
        self.assertEqual("minor" in track["key"], bool(said["minor"]))
        self.assertEqual(track["keywords"][-1] == "drums", bool(said["drums"]))
        self.assertEqual(set(track["wrong_descriptions"]), {"tempo", "key", "lead", "chords", "style", "drums"})
        self.assertNotIn(track["key"], track["wrong_descriptions"]["key"])
        codes, = self.tensors("songs/train/codes.safetensors").values()
        self.assertEqual((codes["dtype"], codes["shape"]), ("I64", [2, 4, 100]))
        meaning = self.tensors("palette.safetensors")["book.3.meaning"]
        self.assertEqual((meaning["dtype"], meaning["shape"][1]), ("I32", 3))
        self.assertEqual((len(self.manifest("songs/valid")), self.manifest("songs/test")), (1, []))
        self.assertIn("book 1", self.complaint("codec", "--config", DEMO, "--work", self.work))
        self.succeed("codec", *settings, "codec.songs=4", "codec.song_frames=200", "codec.mixtures=4")
        with open(os.path.join(self.work, "codec", "config.json"), encoding="utf-8") as file:
            self.assertEqual(json.load(file)["architectures"], ["EncodecModel"])
        self.assertGreater(os.path.getsize(os.path.join(self.work, "codec", "model.safetensors")), 20_000_000)

    def test_codes_alone(self):
        self.succeed("synthesise", "--config", DEMO, "--kind", "codes", "synthesise.train=3", "synthesise.valid=0",
                     "synthesise.test=1", "synthesise.segment_duration=2")
        shapes = [self.tensors(f"codes/{split}/codes.safetensors")["codes"]["shape"] for split in ("train", "test")]
        self.assertEqual(shapes, [[3, 4, 100], [1, 4, 100]])
        self.assertEqual(os.listdir(os.path.join(self.work, "codes", "valid")), [])

    def test_clips_are_the_same_every_time(self):
        sizes = ["synthesise.train=2", "synthesise.valid=1", "synthesise.test=1", "synthesise.segment_duration=1.5"]
        sounds = []
        for _ in range(2):
            self.succeed("synthesise", "--config", CLIPS, "--kind", "clips", *sizes)
            paths = [row["path"] for split in ("train", "valid", "test") for row in self.manifest("clips/" + split)]
            self.assertEqual(len(paths), 4)
            sounds.append([open(path, "rb").read() for path in paths])
        self.assertEqual(sounds[0], sounds[1])
        self.assertEqual(len(set(sounds[0])), 4)

    def test_mistakes_are_named(self):
        self.assertIn("synthesise, codec", self.complaint())
        self.assertIn("--work", run("--help").stdout + run("lm", "--help").stdout)
        self.assertIn("sythesise", self.complaint("sythesise"))
        self.assertIn("--config is required", self.complaint("synthesise", "--work", self.work))
        known = ["--config", DEMO, "--work", self.work]
        self.assertIn("--what", self.complaint("codec", *known, "--what", "1"))
        self.assertIn("found 'noise'", self.complaint("synthesise", *known, "--kind", "noise"))
        self.assertIn("found half", self.complaint("synthesise", *known, "palette=half"))
        self.assertIn("synthesise.trian", self.complaint("synthesise", *known, "synthesise.trian=2"))


if __name__ == "__main__":
    unittest.main()
