"""The seed contract: the same model, precision, seed and request give the same codes."""

import support
from support import MODEL, CliTest, read_codes, run

PROMPTS = ["80s pop track with bassy drums and synth", "piano", "", "a choir in a large hall"]


class Seeds(CliTest):
    def codes(self, *arguments, env=None):
        codes = self.path("codes.safetensors")
        self.succeed("generate", "-m", MODEL, "-d", "1", "--codes-out", codes, "-o", self.path("out.wav"),
                     *arguments, env=env)
        return read_codes(codes)

    def test_any_number_of_threads(self):
        one = self.codes("-s", "42", "-t", "1", PROMPTS[0])
        for threads in (2, 3):
            self.assertEqual(self.codes("-s", "42", "-t", threads, PROMPTS[0]), one)

    def test_prompt_i_uses_seed_plus_i_wherever_it_stands(self):
        for precision in ("f32", "f16", "bf16", "q8", "q4"):
            together = self.codes("-s", "100", "--precision", precision, *PROMPTS)
            for i, prompt in enumerate(PROMPTS):
                alone = self.codes("-s", 100 + i, "--precision", precision, prompt)
                self.assertEqual(alone[0], together[i], (precision, i))

    def test_every_instruction_set(self):
        isas = []
        for isa in ("avx2", "avx512", "avx512vnni", "neon", "neon_dotprod"):
            probe = run("generate", "-m", MODEL, "-d", "0.02", "-o", self.path("p.wav"), "x",
                        env={"MUSICGEN_ISA": isa})
            if probe.status == 0:
                isas.append(isa)
            else:
                self.assertIn("MUSICGEN_ISA", probe.err)  # this processor cannot
        for precision in ("f32", "q8", "q4"):
            arguments = ("-s", "7", "--precision", precision, PROMPTS[0])
            scalar = self.codes(*arguments, env={"MUSICGEN_ISA": "scalar"})
            for isa in isas:
                self.assertEqual(self.codes(*arguments, env={"MUSICGEN_ISA": isa}), scalar, (isa, precision))
            self.assertEqual(self.codes(*arguments), scalar, precision)

    def test_another_seed_gives_other_codes(self):
        self.assertNotEqual(self.codes("-s", "1", PROMPTS[0]), self.codes("-s", "2", PROMPTS[0]))

    def test_a_shorter_piece_is_the_beginning_of_a_longer_one(self):
        """Random numbers are keyed by the frame, not by the length. Codebook k is chosen k steps late, when the longer
        piece has already fed frames that the shorter one does not have: its last k codes may differ."""
        long = self.codes("-s", "3", PROMPTS[0])
        short = self.codes("-s", "3", "-d", "0.5", PROMPTS[0])
        for k in range(long.shape[1]):
            self.assertEqual(list(long[0, k].values[:25 - k]), list(short[0, k].values[:25 - k]))


if __name__ == "__main__":
    support.main()
