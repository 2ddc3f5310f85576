"""Every model of the fixtures, in every mode, through the command line: codes are those of the references."""

import json
import os
import struct

import support
from support import CliTest, Tensor, farthest, read_codes, read_safetensors, read_wav, write_codes

FIXTURES = os.path.dirname(support.MODEL)
PROMPTS = ("80s pop track with bassy drums and synth", "90s rock song with loud guitars and heavy drums")


def write_float_wav(path, sound, rate=32000):
    """A golden [C, N] as a 32-bit float WAV file."""
    channels, samples = sound.shape
    values = list(sound.values)
    frames = [values[c * samples + t] for t in range(samples) for c in range(channels)]
    data = struct.pack(f"<{len(frames)}f", *frames)
    with open(path, "wb") as file:
        file.write(b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " +
                   struct.pack("<IHHIIHH", 16, 3, channels, rate, rate * 4 * channels, 4 * channels, 32) +
                   b"data" + struct.pack("<I", len(data)) + data)


class Family(CliTest):
    def use(self, name):
        self.model = os.path.join(FIXTURES, name)
        self.golden, _ = read_safetensors(os.path.join(self.model, "golden.safetensors"))

    def sound(self, name, rate=32000):
        path = self.path(name.replace("/", "_") + ".wav")
        write_float_wav(path, self.golden[name], rate)
        return path

    def codes(self, *arguments):
        codes = self.path("codes.safetensors")
        self.succeed("generate", "-m", self.model, "--greedy", "--precision", "f32", "--codes-out", codes,
                     "-o", self.path("out.wav"), "--strategy", "none", *arguments)
        return read_codes(codes)

    def test_stereo(self):
        self.use("hf-tiny-stereo")
        self.assertEqual(self.codes("-d", "2", *PROMPTS), self.golden["greedy.codes"])
        self.assertEqual(read_wav(self.path("out_0.wav")).channels, 2)
        self.assertEqual(self.codes("-d", "1.26", "--continue", self.sound("cont.wav"), PROMPTS[0]),
                         self.golden["cont.codes"])

    def test_melody(self):
        for name in ("hf-tiny-melody", "hf-tiny-melody-stereo"):
            with self.subTest(name):
                self.use(name)
                melody = self.sound("mel.wav")
                self.assertEqual(self.codes("-d", "1", "--melody", melody, PROMPTS[0]),
                                 self.golden["greedy.single.codes"])
                self.assertEqual(self.codes("-d", "2", "--reference", "hf", "--melody", melody, *PROMPTS),
                                 self.golden["greedy.codes"])
                self.assertEqual(self.codes("-d", "1.26", "--melody", melody, "--continue",
                                            self.sound("cont.wav"), PROMPTS[0]), self.golden["cont.codes"])

    def test_batches_of_audio_prompts_and_melodies(self):
        self.use("hf-tiny-mono")
        lines = [{"prompt": PROMPTS[0], "continue": self.sound("cont.wav"), "duration": 1.26},
                 {"prompt": PROMPTS[1], "continue": self.sound("cont2.wav_short"), "duration": 1.26}]
        self.assertEqual(self.codes("--reference", "hf", "--prompts-file", self.lines(lines)),
                         self.golden["cont2.codes"])
        self.use("ac-tiny-melody")
        lines = [{"prompt": PROMPTS[0], "duration": 1}, {"prompt": PROMPTS[1], "duration": 1,
                                                         "melody": self.sound("mel.wav_short")}]
        self.assertEqual(self.codes("--reference", "audiocraft", "--prompts-file", self.lines(lines)),
                         self.golden["melody.mixed.codes"])

    def lines(self, objects):
        with open(self.path("prompts.jsonl"), "w", encoding="utf-8") as file:
            file.write("".join(json.dumps(o) + "\n" for o in objects))
        return self.path("prompts.jsonl")

    def test_audiocraft_files(self):
        for name, window in (("ac-tiny-mono", "-d 5 --max-duration 2 --extend-stride 1"),
                             ("ac-tiny-stereo", "-d 4.3 --max-duration 2 --extend-stride 1.2"),
                             ("ac-tiny-melody", "-d 7 --max-duration 4 --extend-stride 2")):
            with self.subTest(name):
                self.use(name)
                audiocraft = ("-d", "2", "--reference", "audiocraft", *PROMPTS)
                self.assertEqual(self.codes(*audiocraft), self.golden["greedy.codes"])
                self.assertEqual(self.codes("-d", "1", "--unconditional", "1"),
                                 self.golden["greedy.unconditional.codes"])
                self.assertEqual(self.codes("-d", "1", ""), self.golden["greedy.unconditional.codes"])
                self.assertEqual(self.codes("-d", "1", "--continue", self.sound("cont44.wav", 44100)),
                                 self.golden["cont44.codes"])
                self.assertEqual(self.codes(*window.split(), PROMPTS[0]), self.golden["long.codes"])
                if "long.melody.codes" in self.golden:
                    self.assertEqual(self.codes(*window.split(), "--melody", self.sound("mel.wav"), PROMPTS[0]),
                                     self.golden["long.melody.codes"])

    def test_patterns(self):
        for name in ("ac-tiny-parallel", "ac-tiny-unroll", "ac-tiny-unroll-partial", "ac-tiny-coarse",
                     "ac-tiny-musiclm"):
            with self.subTest(name):
                self.use(name)
                self.assertEqual(self.codes("-d", "1", PROMPTS[0]), self.golden["greedy.single.codes"])
                self.score_matches()

    def score_matches(self):
        codes, logits = self.path("given.safetensors"), self.path("logits.safetensors")
        given = self.golden["lm.codes"]
        write_codes(codes, Tensor(given.shape, given.values))
        self.succeed("score", "-m", self.model, "--precision", "f32", "--prompt", PROMPTS[0], "--codes", codes,
                     "--logits-out", logits)
        ours = read_safetensors(logits)[0]
        self.assertLessEqual(farthest(ours["conditional"].values, self.golden["lm.logits_cond"].values), 2e-4)
        self.assertLessEqual(farthest(ours["unconditional"].values, self.golden["lm.logits_uncond"].values), 2e-4)

    def test_encode(self):
        self.use("hf-tiny-mono")
        sound = self.golden["codec.wav"]
        for samples in (16000, 12347, 640, 333, 1):
            path = self.path("begin.wav")
            write_float_wav(path, Tensor([1, samples], sound.values[:samples]))
            self.succeed("encode", path, "-m", self.model, "-o", self.path("codes.safetensors"))
            self.assertEqual(list(read_codes(self.path("codes.safetensors")).values),
                             list(self.golden[f"codec.encode.{samples}"].values))

    def test_chroma(self):
        for name, reference, golden in (("hf-tiny-melody", "hf", "mel.features"),
                                        ("ac-tiny-melody", "audiocraft", "chroma.mel")):
            self.use(name)
            self.succeed("chroma", self.sound("mel.wav"), "-o", self.path("chroma.safetensors"),
                         "--reference", reference)
            chroma = read_safetensors(self.path("chroma.safetensors"))[0]["chroma"]
            self.assertEqual(list(chroma.shape), list(self.golden[golden].shape))
            self.assertEqual(list(chroma.values), list(self.golden[golden].values))


if __name__ == "__main__":
    support.main()
