"""A style model through the command line: every case of its goldens, and what is said of what does not fit."""

import json
import os
import shutil
import unittest

import support
from family_test import FIXTURES, LOGITS, PROMPTS, Family, write_float_wav
from support import Tensor, farthest, read_safetensors, run, write_codes

MODEL = os.path.join(FIXTURES, "ac-tiny-style")
MERT = os.path.join(FIXTURES, "mert-tiny")
CONDITION = 2e-4
GUIDED = 2e-2  # errors of the branches grow
FLAGS = {"cfg_coef": "--cfg-coef", "cfg_coef_beta": "--cfg-coef-beta", "eval_q": "--style-eval-q",
         "excerpt_length": "--style-excerpt", "style_start": "--style-start", "max_duration": "--max-duration",
         "extend_stride": "--extend-stride"}


class Style(Family):
    def setUp(self):
        super().setUp()
        self.model = MODEL
        self.golden, _ = read_safetensors(os.path.join(MODEL, "golden.safetensors"))

    def part(self, wav):
        """A file of the samples that a case takes of a stored sound."""
        sound = self.golden[wav["wav"]]
        channels, samples = sound.shape
        begin, end = wav["from"], wav["to"]
        values = list(sound.values)
        kept = [v for c in range(channels) for v in values[c * samples + begin:c * samples + end]]
        path = self.path(f"{wav['wav']}-{begin}-{end}.wav")
        write_float_wav(path, Tensor([channels, end - begin], kept), 16000 if "low" in wav["wav"] else 32000)
        return path

    def arguments(self, case):
        arguments = ["--style-encoder", MERT, "-d", str(case["frames"] / 50)]
        implied = case.get("implied", [])
        options = {name: value for name, value in case["options"].items() if name not in implied}
        sounds = case.get("style", [None] * len(case["prompts"]))
        if "cfg_coef_beta" not in case["options"] and "two_step_cfg" not in options:
            options["cfg_coef_beta"] = 1  # AudioCraft's default, which is not the command line's
        if options.pop("two_step_cfg", False):
            arguments.append("--two-step-cfg")
        for name, value in options.items():
            arguments += [FLAGS[name], str(value)]
        if case.get("continue"):
            arguments += ["--continue", self.sound("cont.wav")]
        if case.get("reference"):
            arguments += ["--reference", case["reference"]]
        if len(sounds) == 1:
            if sounds[0]:
                arguments += ["--style", self.part(sounds[0])]
            if case["prompts"][0] is not None:
                arguments.append(PROMPTS[case["prompts"][0]])
            elif not sounds[0]:
                arguments += ["--unconditional", "1"]
            return arguments
        return arguments + ["--prompts-file", self.lines(*(
            {"prompt": None if prompt is None else PROMPTS[prompt], "style": sound and self.part(sound)}
            for prompt, sound in zip(case["prompts"], sounds)))]

    def test_every_case(self):
        with open(os.path.join(MODEL, "golden.json"), encoding="utf-8") as file:
            cases = json.load(file)["style_cases"]
        self.assertEqual(len(cases), 31)
        for name, case in cases.items():
            with self.subTest(name):
                reference = [] if case.get("reference") or len(case["prompts"]) == 1 else ["--reference", "audiocraft"]
                self.expect(name + ".codes", *reference, *self.arguments(case))

    def test_what_a_sound_becomes(self):
        out = self.path("style.safetensors")
        sound = self.sound("style.wav")
        for books in (1, 3, 6):
            self.succeed("style", sound, "-m", MODEL, "--style-encoder", MERT, "--style-eval-q", books, "-o", out)
            made, _ = read_safetensors(out)
            self.assertEqual(list(made["codes"].values), list(self.golden["style.codes"].values)[:books * 15])
            self.assertEqual(made["codes"].shape, [books, 15])
            self.assertLessEqual(farthest(made["condition"].values, self.golden[f"style.cond.{books}"].values), CONDITION)

    def test_score(self):
        given, path = self.golden["lm.codes"][0], self.path("given.safetensors")
        write_codes(path, Tensor([1, *given.shape], given.values))
        self.succeed("score", "-m", MODEL, "--precision", "f32", "--prompt", PROMPTS[0], "--codes", path, "--style",
                     self.sound("style.wav"), "--style-encoder", MERT, "--logits-out", self.path("logits.safetensors"))
        ours, _ = read_safetensors(self.path("logits.safetensors"))
        for name, golden, limit in (("conditional", "cond", LOGITS), ("style", "style", LOGITS),
                                    ("unconditional", "uncond", LOGITS), ("guided", "guided", GUIDED)):
            self.assertLessEqual(farthest(ours[name].values, self.golden["lm.logits_" + golden].values), limit, name)

    def test_mert_is_found_in_the_model_beside_it_and_in_the_cache(self):
        arguments = ["-d", "0.6", "--style", self.sound("style.wav"), PROMPTS[0]]
        folder = self.path("models/mine")
        shutil.copytree(MODEL, folder)
        for name in ("t5-tiny", "encodec_32khz"):
            os.symlink(os.path.join(FIXTURES, name), self.path(f"models/{name}"))
        snapshot = self.path("hub/models--m-a-p--MERT-v1-95M/snapshots/" + "a" * 40)
        self.model = folder
        refusal = run("generate", "-m", folder, "-o", self.path("out.wav"), *arguments,
                      env={"HF_HUB_CACHE": self.path("hub")})
        self.assertEqual(refusal.status, 2)
        self.assertIn("m-a-p/MERT-v1-95M", refusal.complaints[0])
        for place in (snapshot, self.path("models/MERT-v1-95M"), os.path.join(folder, "MERT-v1-95M")):
            os.makedirs(os.path.dirname(place), exist_ok=True)
            os.symlink(MERT, place)
            codes = self.path("codes.safetensors")
            self.succeed("generate", "-m", folder, "--greedy", "--precision", "f32", "--codes-out", codes, "-o",
                         self.path("out.wav"), *arguments, env={"HF_HUB_CACHE": self.path("hub")})
            self.assertEqual(support.read_codes(codes), self.golden["style.default.codes"])
            os.unlink(place)

    def test_converts_to_gguf_alone(self):
        gguf = self.path("style.gguf")
        self.succeed("convert", "-m", MODEL, "-o", gguf)
        self.model = gguf
        self.expect("style.default.codes", "-d", "0.6", "--style-encoder", MERT, "--text-encoder",
                    os.path.join(FIXTURES, "t5-tiny"), "--style", self.sound("style.wav"), PROMPTS[0])
        self.refuse("convert", "-m", gguf, "-o", self.path("folder"), says="the Hugging Face layout has no style models")

    def test_refusals_and_warnings(self):
        sound = self.sound("style.wav")
        generate = ("generate", "-m", MODEL, "--style-encoder", MERT, "-o", self.path("out.wav"), "-d", "0.1",
                    "--no-progress", "-s", "1", PROMPTS[0])
        self.refuse(*generate, "--melody", sound, says="which follows a style instead (--style)")
        self.refuse(*generate, "--style-eval-q", "2", says="--style-eval-q: expected --style")
        self.refuse(*generate, "--style", sound, "--style-eval-q", "7", says="style_eval_q: expected a number from 1 to 6")
        self.refuse(*generate, "--style", sound, "--style-start", "2", says="style_start: expected the excerpt of 3 s")
        melody = os.path.join(FIXTURES, "ac-tiny-melody")
        self.refuse("generate", "-m", melody, "-o", self.path("out.wav"), "--style", sound, "--no-progress", "-s", "1",
                    PROMPTS[0], says="which follows a melody instead (--melody)")
        self.refuse("generate", "-m", MODEL, "--style-encoder", self.path("none"), "-o", self.path("out.wav"),
                    "--style", sound, PROMPTS[0], says="none")
        made = self.succeed(*generate, "--style", sound, "--style-excerpt", "1")
        self.assertIn("warning: 1 s of", made.err)

    def test_info(self):
        info = json.loads(self.succeed("info", "-m", MODEL, "--json").out)
        self.assertEqual(info["model_type"], "musicgen_style")
        self.assertEqual(info["style"], {"codebooks": 6, "eval_q": 3, "excerpt_s": 3, "ds_factor": 15})


if __name__ == "__main__":
    unittest.main()
