"""Sound files in and out: chroma, plot, and the formats of generate and decode."""

import os
import struct

import support
from support import MODEL, ROOT, CliTest, read_safetensors

MELODY, _ = read_safetensors(os.path.join(ROOT, "tests", "fixtures", "hf-tiny-melody", "golden.safetensors"))
MAGIC = {"wav": b"RIFF", "flac": b"fLaC", "ogg": b"OggS", "opus": b"OggS", "mp3": b"ID3"}


def write_float_wav(path, samples, rate):
    data = struct.pack(f"<{len(samples)}f", *samples)
    with open(path, "wb") as file:
        file.write(b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " +
                   struct.pack("<IHHIIHH", 16, 3, 1, rate, 4 * rate, 4, 32) + b"data" +
                   struct.pack("<I", len(data)) + data)


class Chroma(CliTest):
    def setUp(self):
        super().setUp()
        write_float_wav(self.path("melody.wav"), MELODY["mel.wav"].values, 32000)

    def chroma(self, *arguments):
        self.succeed("chroma", *arguments, "-o", "c.safetensors", cwd=self.folder)
        tensors, _ = read_safetensors(self.path("c.safetensors"))
        self.assertEqual(list(tensors), ["chroma"])
        return tensors["chroma"]

    def test_is_the_golden_one(self):
        features = MELODY["mel.features"]
        for reference in ("auto", "hf", "audiocraft"):
            chroma = self.chroma("melody.wav", "--reference", reference)
            self.assertEqual(chroma.shape, features.shape[-2:])
            self.assertEqual(list(chroma.values), list(features.values))

    def test_a_model_says_how(self):
        model = os.path.join(ROOT, "tests", "fixtures", "hf-tiny-melody")
        self.assertEqual(self.chroma("melody.wav", "-m", model).values, MELODY["mel.features"].values)
        write_float_wav(self.path("long.wav"), [0.0] * 8000 * 40, 8000)
        self.assertEqual(self.chroma("long.wav", "-m", model).shape, [235, 12])
        self.assertEqual(self.chroma("long.wav", "-m", model, "--reference", "audiocraft").shape, [313, 12])

    def test_only_transformers_cuts(self):
        write_float_wav(self.path("long.wav"), [0.0] * 8000 * 40, 8000)
        self.assertEqual(self.chroma("long.wav", "--reference", "hf").shape, [235, 12])
        self.assertEqual(self.chroma("long.wav").shape, [1 + 40 * 32000 // 4096, 12])

    def test_bad_sounds_are_refused(self):
        with open(self.path("text.wav"), "w") as file:
            file.write("no sound")
        for command in ("chroma", "plot"):
            self.refuse(command, "text.wav", "-o", "x", says="text.wav", cwd=self.folder)
            self.refuse(command, "missing.wav", "-o", "x", says="missing.wav", cwd=self.folder)
            self.refuse(command, "melody.wav", "-o", "text.wav/x", says="text.wav/x", cwd=self.folder)
        self.assertEqual(sorted(os.listdir(self.folder)), ["melody.wav", "text.wav"])

    def test_plot_is_a_png(self):
        self.succeed("plot", "melody.wav", "-o", "x.png", cwd=self.folder)
        with open(self.path("x.png"), "rb") as file:
            self.assertEqual(file.read(8), b"\x89PNG\r\n\x1a\n")


class Formats(CliTest):
    GENERATE = ("generate", "-m", MODEL, "-d", "0.5", "-s", "1", "x", "--no-progress")

    def test_each_by_its_suffix_and_by_its_name(self):
        for name, magic in MAGIC.items():
            self.succeed(*self.GENERATE, "-o", f"out.{name}", cwd=self.folder)
            with open(self.path(f"out.{name}"), "rb") as file:
                first = file.read()
            self.assertEqual(first[:len(magic)], magic)
            if name != "wav":  # which is streamed, its level as it is
                self.assertEqual(self.succeed(*self.GENERATE, "-o", "-", "--format", name).bytes, first)
            self.succeed("plot", f"out.{name}", "-o", "x.png", cwd=self.folder)

    def test_the_comment_goes_along(self):
        for name in MAGIC:
            self.succeed(*self.GENERATE, "-o", f"out.{name}", cwd=self.folder)
            with open(self.path(f"out.{name}"), "rb") as file:
                self.assertIn(b'"seed":1,"duration":0.5', file.read().replace(b"\0", b""))


if __name__ == "__main__":
    support.main()
