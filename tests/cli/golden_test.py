"""The command line computes what transformers does, on the fixture hf-tiny-mono."""

import json
import math
import os

import support
from support import MODEL, CliTest, Tensor, farthest, read_codes, read_safetensors, read_wav, write_codes

GOLDEN, _ = read_safetensors(os.path.join(MODEL, "golden.safetensors"))
with open(os.path.join(MODEL, "golden.json")) as golden_json:
    PROMPTS = [prompt["text"] for prompt in json.load(golden_json)["prompts"]]

# Ten times the references' own error against float64 (golden.json), doubled: tighter than the goldens' 2e-3.
LOGITS = 2e-4
GUIDED = 1e-3
AUDIO = 1e-4


class Tokenize(CliTest):
    def test_gives_the_ids_of_every_prompt(self):
        result = self.succeed("tokenize", "-m", MODEL, "--", *PROMPTS)
        lines = result.out.splitlines()
        self.assertEqual(len(lines), len(PROMPTS))
        for i, line in enumerate(lines):
            self.assertEqual(json.loads(line), list(GOLDEN[f"tok.{i}"].values), PROMPTS[i])


class Generate(CliTest):
    def codes(self, *arguments):
        codes = self.path("codes.safetensors")
        self.succeed("generate", "-m", MODEL, "--greedy", "--precision", "f32", "--codes-out", codes,
                     "-o", self.path("out.wav"), "--strategy", "none", *arguments)
        return read_codes(codes)

    def test_batch(self):
        codes = self.codes("-d", "2.0", PROMPTS[0], PROMPTS[1])
        self.assertEqual(codes, GOLDEN["greedy.codes"])
        audio = read_wav(self.path("out_0.wav"))
        self.assertEqual((audio.tag, audio.bits, audio.rate, audio.frames), (3, 32, 32000, 64000))
        tail = GOLDEN["greedy.audio"].values
        self.assertLessEqual(farthest(audio.samples[-len(tail):], tail), AUDIO)

    def test_each_of_the_batch_alone(self):
        for i in range(2):
            self.assertEqual(self.codes("-d", "2.0", PROMPTS[i])[0], GOLDEN["greedy.codes"][i])

    def test_single(self):
        self.assertEqual(self.codes("-d", "1.0", PROMPTS[0]), GOLDEN["greedy.single.codes"])

    def test_without_guidance(self):
        self.assertEqual(self.codes("-d", "1.0", "--cfg-coef", "1", PROMPTS[0]),
                         GOLDEN["greedy.noguide.codes"])

    def test_unconditional(self):
        self.assertEqual(self.codes("-d", "1.0", "--unconditional", "1"),
                         GOLDEN["greedy.unconditional.codes"])

    def test_temperature_zero_is_greedy(self):
        codes = self.path("codes.safetensors")
        self.succeed("generate", "-m", MODEL, "--temperature", "0", "--precision", "f32", "-d", "1.0",
                     "--codes-out", codes, "-o", self.path("out.wav"), PROMPTS[0])
        self.assertEqual(read_codes(codes), GOLDEN["greedy.single.codes"])

    def test_two_step_guidance_is_the_same_guidance(self):
        self.assertEqual(self.codes("-d", "1.0", "--two-step-cfg", PROMPTS[0]),
                         GOLDEN["greedy.single.codes"])


class Score(CliTest):
    def logits(self, item, *arguments):
        codes, logits = self.path("codes.safetensors"), self.path("logits.safetensors")
        given = GOLDEN["lm.codes"][item]
        write_codes(codes, Tensor([1, *given.shape], given.values))
        result = self.succeed("score", "-m", MODEL, "--precision", "f32", "--prompt", PROMPTS[item],
                              "--codes", codes, "--logits-out", logits, *arguments)
        return json.loads(result.out), read_safetensors(logits)[0]

    def test_conditional_logits(self):
        """The goldens keep the delays: their step t + k predicts code (k, t)."""
        _, logits = self.logits(0)
        steps = GOLDEN["lm.logits_cond"][0]
        books, frames, _ = logits["conditional"].shape
        self.assertEqual([books, frames], GOLDEN["lm.codes"].shape[1:])
        for k in range(books):
            for t in range(frames):
                self.assertLessEqual(
                    farthest(logits["conditional"][k, t].values, steps[k, t + k].values), LOGITS, (k, t))

    def test_tails_of_both_items(self):
        """Of the last two steps, the first predicts the last code of the last codebook."""
        for item in range(2):
            _, logits = self.logits(item)
            books, frames, _ = logits["conditional"].shape
            for ours, theirs in (("conditional", "lm.logits_cond_tail"),
                                 ("unconditional", "lm.logits_uncond_tail")):
                self.assertLessEqual(farthest(logits[ours][books - 1, frames - 1].values,
                                              GOLDEN[theirs][item, books - 1, 0].values), LOGITS, ours)

    def test_guided_logits(self):
        for coefficient in (3.0, 1.5):
            _, logits = self.logits(1, "--cfg-coef", coefficient)
            conditional, null = logits["conditional"].values, logits["unconditional"].values
            guided = [u + (c - u) * coefficient for c, u in zip(conditional, null)]
            self.assertLessEqual(farthest(logits["guided"].values, guided), 1e-4)
        # Guided logits that chose the codes: each code of a greedy run is the guided maximum.
        codes, out = self.path("greedy.safetensors"), self.path("logits.safetensors")
        write_codes(codes, GOLDEN["greedy.single.codes"])
        self.succeed("score", "-m", MODEL, "--precision", "f32", "--prompt", PROMPTS[0], "--codes", codes,
                     "--logits-out", out)
        guided = read_safetensors(out)[0]["guided"]
        for k in range(guided.shape[0]):
            for t in range(guided.shape[1]):
                row = guided[k, t].values
                self.assertEqual(row.index(max(row)), GOLDEN["greedy.single.codes"][0, k, t])

    def test_cross_entropy(self):
        score, logits = self.logits(0)
        conditional = logits["conditional"]
        books, frames, _ = conditional.shape
        self.assertEqual((score["codebooks"], score["frames"]), (books, frames))
        for k in range(books):
            total = 0.0
            for t in range(frames):
                row = conditional[k, t].values
                top = max(row)
                total += top + math.log(sum(math.exp(x - top) for x in row)) - row[GOLDEN["lm.codes"][0, k, t]]
            self.assertAlmostEqual(score["cross_entropy"][k], total / frames, delta=1e-4)
        self.assertAlmostEqual(score["mean"], sum(score["cross_entropy"]) / books, delta=1e-9)

    def test_a_line_for_each_sample(self):
        codes = self.path("both.safetensors")
        write_codes(codes, GOLDEN["lm.codes"])
        both = self.succeed("score", "-m", MODEL, "--prompt", PROMPTS[0], "--prompt", PROMPTS[1], "--codes",
                            codes, "--precision", "f32").out.splitlines()
        self.assertEqual(len(both), 2)
        for item in range(2):
            alone, _ = self.logits(item)
            self.assertEqual(json.loads(both[item])["cross_entropy"], alone["cross_entropy"])
        shared = self.succeed("score", "-m", MODEL, "--prompt", PROMPTS[0], "--codes", codes,
                              "--precision", "f32").out
        self.assertEqual(shared.splitlines()[0], both[0])
        unconditional = self.succeed("score", "-m", MODEL, "--codes", codes).out
        self.assertNotEqual(unconditional.splitlines()[0], both[0])

    def test_refuses_what_does_not_fit(self):
        codes = self.path("codes.safetensors")
        write_codes(codes, GOLDEN["lm.codes"])
        self.refuse("score", "-m", MODEL, "--codes", codes, "--logits-out", self.path("l.safetensors"),
                    says="one sample")
        self.refuse("score", "-m", MODEL, "--codes", codes, "--prompt", "a", "--prompt", "b", "--prompt", "c",
                    says="found 3")
        write_codes(codes, Tensor([1, 3, 2], [1] * 6))
        self.refuse("score", "-m", MODEL, "--codes", codes)
        write_codes(codes, Tensor([1, 4, 2], [1] * 7 + [2048]))
        self.refuse("score", "-m", MODEL, "--codes", codes)


class Decode(CliTest):
    def test_decoded_sound(self):
        for frames in (1, 2, 3, 7, 25):
            codes = self.path("codes.safetensors")
            given = GOLDEN[f"codec.decode.{frames}.codes"]
            write_codes(codes, Tensor([1, *given.shape], given.values))
            self.succeed("decode", codes, "-m", MODEL, "--strategy", "none", "-o", self.path("out.wav"))
            audio = read_wav(self.path("out.wav"))
            self.assertEqual((audio.tag, audio.channels, audio.rate), (3, 1, 32000))
            self.assertLessEqual(
                farthest(audio.samples, GOLDEN[f"codec.decode.{frames}.audio"].values), AUDIO)

    def test_batch(self):
        codes = self.path("codes.safetensors")
        write_codes(codes, GOLDEN["codec.decode_batch.codes"])
        self.succeed("decode", codes, "-m", MODEL, "--strategy", "none", "-o", self.path("out.wav"))
        for i in range(2):
            audio = read_wav(self.path(f"out_{i}.wav"))
            self.assertLessEqual(
                farthest(audio.samples, GOLDEN["codec.decode_batch.audio"][i].values), AUDIO)

    def test_decoding_the_codes_gives_the_generated_file(self):
        codes = self.path("codes.safetensors")
        self.succeed("generate", "-m", MODEL, "-s", "5", "-d", "0.5", "--codes-out", codes, "--strategy",
                     "none", "-o", self.path("generated.wav"), "x")
        self.succeed("decode", codes, "-m", MODEL, "--strategy", "none", "-o", self.path("decoded.wav"))
        self.assertEqual(read_wav(self.path("generated.wav")).samples,
                         read_wav(self.path("decoded.wav")).samples)


if __name__ == "__main__":
    support.main()
