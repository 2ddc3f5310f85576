"""Sound files in and out: chroma, plot, and the formats of generate and decode."""

import array
import json
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

    def test_the_comment_of_an_mp3_is_utf8(self):
        prompt = "Café ♫ Привет"
        self.succeed(*self.GENERATE[:-2], prompt, "--no-progress", "-o", "out.mp3", cwd=self.folder)
        with open(self.path("out.mp3"), "rb") as file:
            first = file.read(4096)
        at = first.index(b"COMM")
        self.assertEqual(first[at + 10], 3)  # UTF-8, of ID3v2.4
        self.assertEqual(first[3], 4)
        self.assertIn(prompt.encode(), first[at:])


def scaled_model(folder, factor):
    """A copy of the model that is `factor` times as loud."""
    os.makedirs(folder)
    for name in os.listdir(MODEL):
        if name != "model.safetensors":
            os.symlink(os.path.join(MODEL, name), os.path.join(folder, name))
    with open(os.path.join(MODEL, "model.safetensors"), "rb") as file:
        data = bytearray(file.read())
    (size,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8:8 + size])
    last = "audio_encoder.decoder.layers.15.conv."
    for name in (last + "parametrizations.weight.original0", last + "bias"):
        begin, end = (8 + size + offset for offset in header[name]["data_offsets"])
        values = array.array("f", bytes(data[begin:end]))
        data[begin:end] = array.array("f", (factor * value for value in values)).tobytes()
    with open(os.path.join(folder, "model.safetensors"), "wb") as file:
        file.write(data)


class Clipping(CliTest):
    def test_is_said(self):
        scaled_model(self.path("loud"), 100)
        generate = ("generate", "-m", "loud", "-d", "0.5", "-s", "1", "x", "--no-progress")
        for name, *flags in (("out.wav", "--strategy", "clip"),
                             ("out.wav", "--strategy", "none", "--sample-format", "s16"),
                             ("out.flac", "--strategy", "none"), ("out.mp3", "--strategy", "none"),
                             ("-",), ("-", "--strategy", "none", "--sample-format", "s24")):
            err = self.succeed(*generate, "-o", name, *flags, cwd=self.folder).err
            self.assertRegex(err, r"^(out.\w+|stdout): [0-9.]+ % of the samples were clipped \(\d+ of 16000\)\n$")
        for flags in (("--strategy", "none"), ("--strategy", "peak")):
            self.assertEqual(self.succeed(*generate, *flags, cwd=self.folder).err, "")


class Excerpts(CliTest):
    """A long file gives what a file of the part that is used gives."""

    SONG = bytes(64 + (i * i // 4096 + i) % 128 for i in range(8000)) * 700
    MELODY_MODEL = os.path.join(ROOT, "tests", "fixtures", "hf-tiny-melody")

    def setUp(self):
        super().setUp()
        self.write("song.wav", self.SONG)

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " +
                       struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8) + b"data" +
                       struct.pack("<I", len(data)) + data)

    def codes(self, model, *flags):
        self.succeed("generate", "-m", model, "--greedy", "-s", "1", "-o", "o.wav", "--codes-out", "c.safetensors",
                     *flags, "x", cwd=self.folder)
        with open(self.path("c.safetensors"), "rb") as file:
            return file.read()

    def test_to_continue(self):
        for begin, end, flags in ((0, 8000, ("--prompt-duration", "1")),
                                  (2000, 10000, ("--prompt-start", "0.25", "--prompt-duration", "1")),
                                  (len(self.SONG) - 6000, len(self.SONG), ("--prompt-start", "-0.75")),
                                  (len(self.SONG) - 6000, len(self.SONG) - 2000,
                                   ("--prompt-start=-0.75", "--prompt-duration", "0.5"))):
            self.write("part.wav", self.SONG[begin:end])
            self.assertEqual(self.codes(MODEL, "-d", "1.5", "--continue", "song.wav", *flags),
                             self.codes(MODEL, "-d", "1.5", "--continue", "part.wav"))
        self.refuse("generate", "-m", MODEL, "--continue", "song.wav", "--prompt-start", "701", "-o", "o.wav",
                    says="from 701 s on, found 700 s", cwd=self.folder)

    def test_of_a_melody(self):
        self.write("part.wav", self.SONG[:8000 * 200])
        for flags in (("-d", "1"), ("-d", "2", "--max-duration", "1", "--extend-stride", "0.5")):
            self.assertEqual(self.codes(self.MELODY_MODEL, *flags, "--melody", "song.wav"),
                             self.codes(self.MELODY_MODEL, *flags, "--melody", "part.wav"))

    def test_limit_is_said(self):
        self.refuse("chroma", "song.wav", "-o", "c", says="at most 600 s of sound", cwd=self.folder)


if __name__ == "__main__":
    support.main()
