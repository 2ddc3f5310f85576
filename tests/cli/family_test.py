"""Every model of the fixtures, in every mode, through the command line: what comes out is what the references gave."""

import json
import os
import struct

import support
from support import CliTest, Tensor, farthest, read_codes, read_safetensors, read_wav, write_codes

FIXTURES = os.path.dirname(support.MODEL)
PROMPTS = ("80s pop track with bassy drums and synth", "90s rock song with loud guitars and heavy drums")
HUGGING_FACE = ("hf-tiny-mono", "hf-tiny-stereo", "hf-tiny-melody", "hf-tiny-melody-stereo")
AUDIOCRAFT = ("ac-tiny-mono", "ac-tiny-stereo", "ac-tiny-melody")
PATTERNS = ("ac-tiny-parallel", "ac-tiny-unroll", "ac-tiny-unroll-partial", "ac-tiny-coarse", "ac-tiny-musiclm")
LOGITS = 2e-4
AUDIO = 1e-4


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
    def each(self, names):
        """Takes one model after the other."""
        for name in names:
            with self.subTest(name):
                self.model = os.path.join(FIXTURES, name)
                self.golden, _ = read_safetensors(os.path.join(self.model, "golden.safetensors"))
                yield name

    def write(self, sound, rate=32000):
        path = self.path("sound.wav")
        write_float_wav(path, sound, rate)
        return path

    def sound(self, name, rate=32000):
        path = self.path(name.replace("/", "_") + ".wav")
        write_float_wav(path, self.golden[name], rate)
        return path

    def codes(self, *arguments):
        codes = self.path("codes.safetensors")
        self.succeed("generate", "-m", self.model, "--greedy", "--precision", "f32", "--codes-out", codes,
                     "-o", self.path("out.wav"), "--strategy", "none", *arguments)
        return read_codes(codes)

    def lines(self, *objects):
        with open(self.path("prompts.jsonl"), "w", encoding="utf-8") as file:
            file.write("".join(json.dumps(o) + "\n" for o in objects))
        return self.path("prompts.jsonl")

    def expect(self, golden, *arguments):
        self.assertEqual(self.codes(*arguments), self.golden[golden], golden)

    def expect_end(self, path, golden):
        """The file ends with the golden [1, C, N]."""
        audio, tail = read_wav(path), self.golden[golden]
        _, channels, samples = tail.shape
        self.assertEqual(audio.channels, channels)
        for c in range(channels):
            self.assertLessEqual(farthest(list(audio.samples[c::channels])[-samples:], tail[0, c].values), AUDIO)


class HuggingFace(Family):
    def test_prompts(self):
        for name in self.each(HUGGING_FACE):
            melody = ("--melody", self.sound("mel.wav")) if "melody" in name else ()
            self.expect("greedy.codes", "-d", "2", "--reference", "hf", *melody, *PROMPTS)
            self.expect_end(self.path("out_0.wav"), "greedy.audio")
            self.expect("greedy.single.codes", "-d", "1", *melody, PROMPTS[0])
            self.expect("greedy.noguide.codes", "-d", "1", "--cfg-coef", "1", *melody, PROMPTS[0])
            if melody:
                self.expect("greedy.textonly.codes", "-d", "1", "--reference", "hf", *PROMPTS)
            else:
                self.expect("greedy.unconditional.codes", "-d", "1", "--unconditional", "1")

    def test_continuation(self):
        for name in self.each(HUGGING_FACE):
            begin = self.sound("cont.wav")
            melody = ("--melody", self.sound("mel.wav")) if "melody" in name else ()
            self.expect("cont.codes", "-d", "1.26", *melody, "--continue", begin, PROMPTS[0])
            if "cont2.codes" in self.golden:
                self.expect("cont2.codes", "--reference", "hf", "--prompts-file", self.lines(
                    {"prompt": PROMPTS[0], "continue": begin, "duration": 1.26},
                    {"prompt": PROMPTS[1], "continue": self.sound("cont2.wav_short"), "duration": 1.26}))

    def test_tokens(self):
        for name in self.each(HUGGING_FACE):
            with open(os.path.join(self.model, "golden.json")) as file:
                prompts = [prompt["text"] for prompt in json.load(file)["prompts"]]
            lines = self.succeed("tokenize", "-m", self.model, "--", *prompts).out.splitlines()
            self.assertEqual([json.loads(line) for line in lines],
                             [list(self.golden[f"tok.{i}"].values) for i in range(len(prompts))])


class AudioCraft(Family):
    WINDOWS = {"ac-tiny-mono": "-d 5 --max-duration 2 --extend-stride 1",
               "ac-tiny-stereo": "-d 4.3 --max-duration 2 --extend-stride 1.2",
               "ac-tiny-melody": "-d 7 --max-duration 4 --extend-stride 2"}

    def test_prompts(self):
        for _ in self.each(AUDIOCRAFT):
            batch = ("--reference", "audiocraft", "-d")
            self.expect("greedy.codes", *batch, "2", *PROMPTS)
            self.expect_end(self.path("out_0.wav"), "greedy.audio")
            self.expect("greedy.empty_text.codes", *batch, "1", "", PROMPTS[1])
            # The coefficient of two steps is the configuration's, as in AudioCraft.
            self.expect("greedy.two_step.codes", *batch, "1", "--two-step-cfg", "--cfg-coef", "1.7", *PROMPTS)
            self.expect("greedy.single.codes", "-d", "1", PROMPTS[0])
            self.expect("greedy.single1.codes", "-d", "1", PROMPTS[1])
            self.expect("greedy.unconditional.codes", "-d", "1", "--unconditional", "1")
            self.expect("greedy.unconditional.codes", "-d", "1", "")

    def test_continuation(self):
        for _ in self.each(AUDIOCRAFT):
            self.expect("cont.codes", "-d", "1", "--continue", self.sound("cont.wav"), PROMPTS[0])
            self.expect("cont44.codes", "-d", "1", "--continue", self.sound("cont44.wav", 44100))

    def test_windows(self):
        for name in self.each(AUDIOCRAFT):
            window = self.WINDOWS[name].split()
            self.expect("long.codes", *window, PROMPTS[0])
            self.expect("long.cont.codes", *window, "--continue", self.sound("cont.wav"), PROMPTS[0])

    def test_melody(self):
        for name in self.each(["ac-tiny-melody"]):
            melody, short = self.sound("mel.wav"), self.sound("mel.wav_short")
            first, second = ({"prompt": prompt, "duration": 1} for prompt in PROMPTS)
            batch = ("--reference", "audiocraft", "--prompts-file")
            self.expect("melody.single.codes", "-d", "1", "--melody", melody, PROMPTS[0])
            self.expect("melody.codes", *batch, self.lines({**first, "melody": melody}, {**second, "melody": short}))
            self.expect("melody.mixed.codes", *batch, self.lines(first, {**second, "melody": short}))
            self.expect("long.melody.codes", *self.WINDOWS[name].split(), "--melody", melody, PROMPTS[0])

    def test_patterns(self):
        for _ in self.each(PATTERNS):
            self.expect("greedy.single.codes", "-d", "1", PROMPTS[0])
            self.expect_end(self.path("out.wav"), "greedy.single.audio")
            self.expect("greedy.unconditional.codes", "-d", "1", "--unconditional", "1")
            # Up to 3801 steps: in the long tier. Each run has them in ac_family_test.cc.
            if support.LONG and "greedy.full.codes" in self.golden:
                self.expect("greedy.full.codes", "-d", "19", PROMPTS[0])
            if "cont.codes" in self.golden:
                self.expect("cont.codes", "-d", "1", "--continue", self.sound("cont.wav"), PROMPTS[0])


class Score(Family):
    def logits(self, item, *arguments):
        given, path = self.golden["lm.codes"][item], self.path("given.safetensors")
        write_codes(path, Tensor([1, *given.shape], given.values))
        self.succeed("score", "-m", self.model, "--precision", "f32", "--prompt", PROMPTS[item], "--codes", path,
                     "--logits-out", self.path("logits.safetensors"), *arguments)
        return read_safetensors(self.path("logits.safetensors"))[0]

    def test_hugging_face(self):
        """Sample 1, which has the longer prompt: no padding. The goldens keep the delays, and the last two steps."""
        for name in self.each(HUGGING_FACE):
            ours = self.logits(1, *(("--melody", self.sound("mel.wav")) if "melody" in name else ()))
            books, frames, _ = ours["conditional"].shape
            steps = self.golden["lm.logits_cond"].shape[2]
            compared = 0
            for k in range(books):
                for t in range(frames):
                    tail = t + (k // 2 if books == 8 else k) - (steps - 2)
                    if tail < 0:
                        continue
                    for mine, theirs in (("conditional", "lm.logits_cond_tail"),
                                         ("unconditional", "lm.logits_uncond_tail")):
                        self.assertLessEqual(
                            farthest(ours[mine][k, t].values, self.golden[theirs][1, k, tail].values), LOGITS)
                    compared += 1
            self.assertGreater(compared, 0)

    def test_audiocraft(self):
        for name in self.each(AUDIOCRAFT):
            arguments = ()
            if "mel.wav" in self.golden:  # the batch pads its shorter melody with silence
                short, samples = self.golden["mel.wav_short"], self.golden["mel.wav"].shape[1]
                padded = list(short.values) + [0.0] * (samples - short.shape[1])
                arguments = ("--melody", self.write(Tensor([1, samples], padded)))
            ours = self.logits(1, *arguments)
            self.assertLessEqual(
                farthest(ours["conditional"].values, self.golden["lm.logits_cond"][1].values), LOGITS)
            tail = self.golden["lm.logits_uncond_tail"][1]
            books, frames, _ = ours["unconditional"].shape
            for k in range(books):
                for t in range(2):
                    self.assertLessEqual(
                        farthest(ours["unconditional"][k, frames - 2 + t].values, tail[k, t].values), LOGITS)

    def test_patterns(self):
        for _ in self.each(PATTERNS):
            ours = self.logits(0)
            for mine, theirs in (("conditional", "lm.logits_cond"), ("unconditional", "lm.logits_uncond")):
                self.assertLessEqual(farthest(ours[mine].values, self.golden[theirs].values), LOGITS)


class Codec(Family):
    def encode(self, path):
        self.succeed("encode", path, "-m", self.model, "-o", self.path("codes.safetensors"))
        return read_codes(self.path("codes.safetensors"))[0]

    def decode(self, codes):
        write_codes(self.path("codes.safetensors"), codes)
        self.succeed("decode", self.path("codes.safetensors"), "-m", self.model, "--strategy", "none", "-o",
                     self.path("out.wav"))

    def doubled(self, codes, channels):
        """Both sides of a stereo model hear the same: each codebook comes twice."""
        books, _ = codes.shape
        values = [value for k in range(books) for _ in range(channels) for value in codes[k].values]
        return Tensor([books * channels, codes.shape[1]], values)

    def test_sound_to_codes(self):
        for name in self.each(HUGGING_FACE + AUDIOCRAFT):
            channels = 2 if "stereo" in name else 1
            for samples in (16000, 12347, 1921, 640, 639, 333, 100, 7, 1):
                begin = self.write(Tensor([1, samples], self.golden["codec.wav"].values[:samples]))
                self.assertEqual(self.encode(begin),
                                 self.doubled(self.golden[f"codec.encode.{samples}"], channels), samples)
            if "codec.stereo.wav" in self.golden:
                self.assertEqual(self.encode(self.sound("codec.stereo.wav")), self.golden["codec.stereo.codes"])

    def test_codes_to_sound(self):
        for name in self.each(HUGGING_FACE + AUDIOCRAFT):
            channels = 2 if "stereo" in name else 1
            for frames in (1, 2, 3, 7, 25):
                codes = self.doubled(self.golden[f"codec.decode.{frames}.codes"], channels)
                self.decode(Tensor([1, *codes.shape], codes.values))
                audio = read_wav(self.path("out.wav"))
                self.assertEqual(audio.channels, channels)
                for c in range(channels):
                    self.assertLessEqual(farthest(audio.samples[c::channels],
                                                  self.golden[f"codec.decode.{frames}.audio"].values), AUDIO)
            if "codec.stereo.decode.codes" in self.golden:
                codes, expected = (self.golden["codec.stereo.decode." + what] for what in ("codes", "audio"))
                self.decode(Tensor([1, *codes.shape], codes.values))
                audio = read_wav(self.path("out.wav"))
                for c in range(2):
                    self.assertLessEqual(farthest(audio.samples[c::2], expected[c].values), AUDIO)


class Chroma(Family):
    def test_both_dialects(self):
        cases = {"hf-tiny-melody": (("mel.wav", 54400, "mel.features"), ("mel.wav", 5001, "mel.short.features")),
                 "ac-tiny-melody": (("mel.wav", 54400, "chroma.mel"), ("mel.wav_short", 35217, "chroma.mel_short"),
                                    ("mel.wav", 5001, "chroma.tiny"))}
        cases["hf-tiny-melody-stereo"] = cases["hf-tiny-melody"]
        for name in self.each(cases):
            for wav, samples, features in cases[name]:
                sound = self.write(Tensor([1, samples], self.golden[wav].values[:samples]))
                self.succeed("chroma", sound, "-o", self.path("chroma.safetensors"), "--reference",
                             "hf" if name.startswith("hf") else "audiocraft")
                self.assertEqual(read_safetensors(self.path("chroma.safetensors"))[0]["chroma"],
                                 self.golden[features], features)


if __name__ == "__main__":
    support.main()
