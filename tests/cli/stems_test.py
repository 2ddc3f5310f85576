"""Stems before the chroma on the command line: AudioCraft's codes with the same HT-Demucs, and what is said."""

import json
import os
import shutil
import unittest

from family_test import FIXTURES, PROMPTS, Family
from support import read_safetensors, run

MODEL = os.path.join(FIXTURES, "ac-tiny-melody")
DEMUCS = os.path.join(FIXTURES, "demucs-tiny")
PACKAGE = "7d3e1a55-f3d5edff.th"
NAME = "htdemucs 7d3e1a55"
NOT_FOUND = "melody: no htdemucs weights found"


def fixture(name):
    return os.path.join(DEMUCS, name)


class Stems(Family):
    def setUp(self):
        super().setUp()
        self.model = MODEL
        self.golden, _ = read_safetensors(fixture("golden.safetensors"))

    def made(self, *arguments, env=None):
        return run("generate", "-m", self.model, "--greedy", "--precision", "f32", "-o", self.path("out.wav"), "-d", "0.2",
                   *arguments, PROMPTS[0], env={"HF_HUB_CACHE": self.path("hub"), "TORCH_HOME": self.path("torch"),
                                                **(env or {})})

    def test_goldens(self):
        on = ["--stems", "on", "--demucs", DEMUCS]
        for name, prompt in (("melody", 0), ("short", 1), ("clip", 0)):
            self.expect(f"{name}.single.codes", "-d", "1", *on, "--melody", fixture(name + ".wav"), PROMPTS[prompt])
        for form in (PACKAGE, "7d3e1a55.safetensors", "htdemucs.yaml"):
            self.expect("melody.single.codes", "-d", "1", "--demucs", fixture(form), "--melody", fixture("melody.wav"),
                        PROMPTS[0])
        self.expect("melody.off.codes", "-d", "1", "--stems", "off", "--demucs", DEMUCS, "--melody",
                    fixture("melody.wav"), PROMPTS[0])
        self.expect("long.codes", "-d", "7", "--max-duration", "4", "--extend-stride", "2", *on, "--melody",
                    fixture("short.wav"), PROMPTS[0])

    def test_batches(self):
        lines = self.lines({"prompt": PROMPTS[0], "melody": fixture("melody.wav")},
                           {"prompt": PROMPTS[1], "melody": fixture("short.wav")})
        on = ["-d", "1", "--stems", "on", "--demucs", DEMUCS, "--prompts-file", lines]
        self.expect("melody.batch.codes", "--reference", "audiocraft", *on)
        codes = self.codes(*on)
        self.assertEqual(codes[0], self.golden["melody.single.codes"][0])
        self.assertEqual(codes[1], self.golden["short.single.codes"][0])

    def test_chroma(self):
        out = self.path("chroma.safetensors")
        self.succeed("chroma", fixture("melody.wav"), "--stems", "on", "--demucs", DEMUCS, "-o", out)
        made, _ = read_safetensors(out)
        self.assertEqual(made["chroma"], self.golden["chroma.melody"])
        self.succeed("chroma", fixture("melody.wav"), "--stems", "off", "-o", out)
        whole, _ = read_safetensors(out)
        self.assertNotEqual(whole["chroma"].values, made["chroma"].values)

    def test_weights_are_found_in_the_caches(self):
        hub = self.path("hub/models--adefossez--HTDemucs/snapshots/" + "a" * 40)
        torch = self.path("torch/hub/checkpoints")
        melody = ["--json", "--no-progress", "--melody", fixture("short.wav")]
        result = self.made(*melody)
        self.assertEqual(result.status, 0, result.err)
        self.assertIn(NOT_FOUND, result.err)
        self.assertEqual(json.loads(result.out)["stems"], "none")
        self.assertNotIn(NOT_FOUND, self.made(*melody, "--stems", "off").err)
        refused = self.made(*melody, "--stems", "on")
        self.assertEqual(refused.status, 2)
        self.assertIn("stems: expected the weights of htdemucs", refused.err)
        # torch's cache holds the published file; another of its name is refused by its hash.
        os.makedirs(torch)
        shutil.copy(fixture(PACKAGE), os.path.join(torch, "955717e8-8726e21a.th"))
        refused = self.made(*melody)
        self.assertEqual(refused.status, 2)
        self.assertIn("expected a SHA-256 that begins with 8726e21a", refused.err)
        os.makedirs(hub)
        for name in ("htdemucs.yaml", "7d3e1a55.safetensors"):
            shutil.copy(fixture(name), os.path.join(hub, name))
        found = self.made(*melody)
        self.assertEqual(found.status, 0, found.err)
        self.assertEqual(json.loads(found.out)["stems"], NAME)
        self.assertNotIn(NOT_FOUND, found.err)
        self.assertEqual(json.loads(self.made(*melody, "--reference", "hf").out)["stems"], "none")

    def test_weights_are_found_beside_the_model(self):
        folder = self.path("models/mine")
        shutil.copytree(MODEL, folder)
        os.symlink(os.path.join(FIXTURES, "t5-tiny"), self.path("models/t5-tiny"))
        shutil.copy(fixture(PACKAGE), folder)
        self.model = folder
        result = self.made("--json", "--melody", fixture("short.wav"))
        self.assertEqual(result.status, 0, result.err)
        self.assertEqual(json.loads(result.out)["stems"], NAME)
        self.assertIn(f"melody: separating 1 s with {NAME} (1 segment)", result.err)

    def test_the_file_says_which_weights_ran(self):
        self.assertEqual(self.made("--demucs", DEMUCS, "--melody", fixture("short.wav")).status, 0)
        with open(self.path("out.wav"), "rb") as file:
            self.assertIn(b'"stems":"htdemucs 7d3e1a55"', file.read())
        self.assertEqual(self.made("--stems", "off", "--melody", fixture("short.wav")).status, 0)
        with open(self.path("out.wav"), "rb") as file:
            self.assertIn(b'"stems":"none"', file.read())

    def test_refusals(self):
        for path, sentence in ((self.path("nothing"), "demucs: expected a file or directory of demucs"),
                               (self.folder, "found none of these"),
                               (fixture("clip.wav"), "safetensors")):
            result = self.made("--demucs", path, "--melody", fixture("short.wav"))
            self.assertEqual(result.status, 2, result.err)
            self.assertEqual(len(result.complaints), 1)
            self.assertIn(sentence, result.complaints[0])
            self.assertFalse(os.path.exists(self.path("out.wav")))


if __name__ == "__main__":
    unittest.main()
