"""GGUF models: the same as the directory they come from, and broken ones refused."""

import json
import os
import subprocess
import sys

import support
from support import MODEL, CliTest

FIXTURES = os.path.dirname(MODEL)
MAKER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "checkpoint", "make_hostile_gguf.py")


def content(path):
    with open(path, "rb") as file:
        return file.read()


class Gguf(CliTest):
    def convert(self, model, name, *options):
        self.succeed("convert", "-m", model, "-o", self.path(name), *options)
        return self.path(name)

    def generate(self, model, name, *options):
        codes, wav = self.path(name + ".safetensors"), self.path(name + ".wav")
        self.succeed("generate", "-m", model, "-d", "0.4", "-s", "5", "--codes-out", codes, "-o", wav,
                     "--strategy", "none", "a calm tune", *options)
        return content(codes), support.read_wav(wav).samples  # its comment names the model

    def test_gives_the_same_codes_and_sound(self):
        for fixture in ("hf-tiny-mono", "hf-tiny-melody-stereo", "ac-tiny-stereo"):
            with self.subTest(fixture):
                model = os.path.join(FIXTURES, fixture)
                gguf = self.convert(model, fixture + ".gguf")
                self.assertEqual(self.generate(model, "directory", "--precision", "f32"),
                                 self.generate(gguf, "gguf", "--precision", "f32"))

    def test_quantized_files_give_the_codes_of_quantizing_at_load(self):
        for precision in ("q8", "q4"):
            with self.subTest(precision):
                gguf = self.convert(MODEL, precision + ".gguf", "--precision", precision)
                self.assertEqual(self.generate(MODEL, "directory", "--precision", precision)[0],
                                 self.generate(gguf, "gguf", "--precision", precision)[0])

    def test_other_commands_take_it(self):
        gguf = self.convert(MODEL, "m.gguf")
        expected = json.loads(self.succeed("info", "-m", MODEL, "--json").out)
        found = json.loads(self.succeed("info", "-m", gguf, "--json").out)
        self.assertEqual({**expected, "path": ""}, {**found, "path": ""})
        self.assertEqual(self.succeed("tokenize", "-m", MODEL, "a calm tune").out,
                         self.succeed("tokenize", "-m", gguf, "a calm tune").out)
        wav = self.path("out.wav")
        self.succeed("generate", "-m", gguf, "-d", "0.2", "-o", wav, "x")
        for model, name in ((MODEL, "directory"), (gguf, "gguf")):
            self.succeed("encode", wav, "-m", model, "-o", self.path(name))
        self.assertEqual(content(self.path("directory")), content(self.path("gguf")))
        self.assertEqual(*[self.succeed("score", "-m", model, "--prompt", "x", "--codes", self.path("gguf"),
                                        "--precision", "f32").out for model in (MODEL, gguf)])

    def test_broken_files_are_refused_with_one_sentence(self):
        fine = self.convert(MODEL, "fine.gguf")
        folder = self.path("hostile")
        subprocess.run([sys.executable, "-B", MAKER, fine, folder], check=True, timeout=support.TIMEOUT_S)
        with open(os.path.join(folder, "manifest.json")) as file:
            cases = json.load(file)
        self.assertGreaterEqual(len(cases), 50)
        for case in cases:
            with self.subTest(case["name"], wrong=case["wrong"]):
                path = os.path.join(folder, case["name"] + ".gguf")
                self.refuse("generate", "-m", path, "--strict", "-d", "0.1", "-s", "1", "-o", self.path("out.wav"), "x")
                self.assertFalse(os.path.exists(self.path("out.wav")))
        self.refuse("generate", "-m", self.path("none.gguf"), "-o", self.path("out.wav"), "x")

    def test_convert_refuses_what_it_cannot_write(self):
        self.refuse("convert", "-m", MODEL, "-o", self.path("folder"), "--precision", "q8", says=".gguf")
        gguf = self.convert(MODEL, "m.gguf")
        self.refuse("convert", "-m", gguf, "-o", gguf, says="another place")
        self.refuse("convert", "-m", gguf, "-o", self.path("none/m.gguf"), status=1)
        self.assertFalse(os.path.exists(self.path("folder")))


if __name__ == "__main__":
    support.main()
