"""`--lora`: codes as transformers' with PEFT's merged weights, on every layout; what is said and what is refused."""

import json
import os
import shutil
import subprocess

import support
from support import MODEL, CliTest, read_codes, read_safetensors

FIXTURES = os.path.dirname(MODEL)
LORA = os.path.join(FIXTURES, "lora")
MELODY = os.path.join(FIXTURES, "hf-tiny-melody")
PROMPT, SECONDS = "happy rock", "0.48"


def adapter(name):
    return os.path.join(LORA, name)


def golden(name):
    codes = read_safetensors(os.path.join(LORA, name, "golden.safetensors"))[0]["codes"]
    return support.Tensor([1, *codes.shape], codes.values)


class Lora(CliTest):
    def codes(self, model, *arguments, **options):
        self.succeed("generate", "-m", model, "--greedy", "--precision", "f32", "-d", SECONDS, PROMPT, "--codes-out",
                     self.path("codes"), "-o", self.path("out.wav"), *arguments, **options)
        return read_codes(self.path("codes"))

    def test_codes_of_every_kind(self):
        for name, model in (("published", MELODY), ("saved", MELODY), ("patterns", MODEL), ("decoder", MODEL),
                            ("dora", MODEL)):
            with self.subTest(name):
                self.assertEqual(self.codes(model, "--lora", adapter(name)), golden(name))

    def test_two_with_strengths(self):
        pair = ("--lora", adapter("decoder") + "=0.5", "--lora", adapter("patterns") + "=-0.5")
        self.assertEqual(self.codes(MODEL, *pair), golden("pair"))

    def test_the_file_itself_and_the_environment(self):
        file = os.path.join(adapter("decoder"), "adapter_model.safetensors")
        self.assertEqual(self.codes(MODEL, "--lora", file), golden("decoder"))
        self.assertEqual(self.codes(MODEL, env={"MUSICGEN_LORA": file}), golden("decoder"))

    def test_strength_zero_is_the_base(self):
        self.assertEqual(self.codes(MODEL, "--lora", adapter("decoder") + "=0"), self.codes(MODEL))

    def test_other_layouts_of_the_base(self):
        for base, name in ((MELODY, "published"), (MODEL, "decoder")):
            for layout in ("audiocraft", "model.gguf"):
                with self.subTest(name, layout=layout):
                    out = self.path(name + "-" + layout)
                    self.succeed("convert", "-m", base, "-o", out)
                    self.assertEqual(self.codes(out, "--lora", adapter(name)), golden(name))

    def test_convert_writes_the_merged_model(self):
        for base, name in ((MELODY, "published"), (MODEL, "dora")):
            merged = (self.path(name + ".gguf"), self.path(name + "-audiocraft"), self.path(name + "-huggingface"))
            self.succeed("convert", "-m", base, "-o", merged[0], "--lora", adapter(name))
            self.succeed("convert", "-m", base, "-o", merged[1], "--lora", adapter(name))
            self.succeed("convert", "-m", merged[0], "-o", merged[2])
            for path in merged:
                with self.subTest(path):
                    self.assertEqual(self.codes(path), golden(name))

    def test_quantised_after_merging(self):
        """A file that is merged and quantised gives what merging and quantising at load gives."""
        out = self.path("merged.gguf")
        self.succeed("convert", "-m", MODEL, "-o", out, "--precision", "q8", "--lora", adapter("decoder"))
        arguments = ("--greedy", "-d", SECONDS, PROMPT, "--precision", "q8", "-o", self.path("out.wav"), "--codes-out")
        self.succeed("generate", "-m", out, *arguments, self.path("a"))
        self.succeed("generate", "-m", MODEL, "--lora", adapter("decoder"), *arguments, self.path("b"))
        self.assertEqual(read_codes(self.path("a")), read_codes(self.path("b")))

    def test_info_and_provenance_name_it(self):
        lora = ("--lora", adapter("decoder") + "=0.5")
        self.assertIn(adapter("decoder") + ", strength 0.5", self.succeed("info", "-m", MODEL, *lora).out)
        info = json.loads(self.succeed("info", "-m", MODEL, "--json", *lora).out)
        self.assertEqual(info["loras"], [{"path": adapter("decoder"), "strength": 0.5}])
        self.assertEqual(json.loads(self.succeed("info", "-m", MODEL, "--json").out)["loras"], [])
        out = self.path("out.wav")
        result = self.succeed("generate", "-m", MODEL, "-d", "0.1", PROMPT, "-o", out, "--json", *lora)
        self.assertEqual(json.loads(result.out)["loras"], [{"path": adapter("decoder"), "strength": 0.5}])
        with open(out, "rb") as file:
            self.assertIn(b'"lora":[{"name":"decoder","strength":0.5}]', file.read())

    def test_many_leave_the_comment_short(self):
        many = [argument for i in range(20) for argument in ("--lora", adapter("decoder") + f"={i / 100}")]
        out = self.path("out.wav")
        self.succeed("generate", "-m", MODEL, "-d", "0.1", "x" * 3000, "-o", out, *many)
        with open(out, "rb") as file:
            data = file.read()
        begin = data.index(b'{"prompt":')
        comment, _ = json.JSONDecoder().raw_decode(data[begin:].decode("utf-8", "replace"))
        self.assertEqual([lora.get("strength") for lora in comment["lora"]],
                         [0.0, 0.01, 0.02, 0.03, 0.04, 0.05, None])
        self.assertEqual(comment["lora"][-1], {"more": 14})
        self.assertLessEqual(len(json.dumps(comment, separators=(",", ":"))), 2000)

    def test_every_command_that_opens_a_model_takes_it(self):
        lora = ("-m", MODEL, "--lora", adapter("decoder"))
        self.succeed("tokenize", *lora, "x")
        codes = self.path("codes")
        self.codes(MODEL)
        plain = json.loads(self.succeed("score", "-m", MODEL, "--prompt", PROMPT, "--codes", codes).out)
        tuned = json.loads(self.succeed("score", *lora, "--prompt", PROMPT, "--codes", codes).out)
        self.assertNotEqual(plain, tuned)
        self.succeed("decode", *lora, codes, "-o", self.path("out.wav"))

    def test_refuses_in_one_sentence(self):
        for value, says in (("nowhere", "nowhere"),
                            (adapter("decoder") + "=much", "--lora: expected FILE or FILE=strength"),
                            ("=1", "--lora: expected FILE or FILE=strength"),
                            (adapter("decoder") + "=1000", "strength"),
                            (adapter("decoder") + "=nan", "strength"),
                            (adapter("published"), "the adapter was made for hf-tiny-melody"),
                            (MODEL, "expected a LoRA adapter")):
            with self.subTest(value):
                self.refuse("generate", "-m", MODEL, "x", "-o", self.path("out.wav"), "--lora", value, says=says)
        self.assertEqual(os.listdir(self.folder), [])

    def test_refuses_other_kinds_of_adapters(self):
        folder = self.path("other")
        shutil.copytree(adapter("decoder"), folder)
        path = os.path.join(folder, "adapter_config.json")
        with open(path) as file:
            config = json.load(file)
        for change, says in (({"peft_type": "LOKR"}, "found LOKR"), ({"init_lora_weights": "pissa"}, "found pissa"),
                             ({"r": 16}, "expected rank 16"), ({"use_dora": True}, "lora_magnitude_vector")):
            with self.subTest(change), open(path, "w") as file:
                json.dump({**config, **change}, file)
                file.flush()
                self.refuse("info", "-m", MODEL, "--lora", folder, says=says)

    def test_an_adapter_is_no_model(self):
        self.refuse("info", "-m", adapter("decoder"), says="name its base model, and the adapter with --lora")


PEFT = """
import sys, torch
from peft import PeftModel
from safetensors.torch import save_file
from transformers import AutoModelForTextToWaveform
model = AutoModelForTextToWaveform.from_pretrained(sys.argv[1], dtype=torch.float32)
model = PeftModel.from_pretrained(model, sys.argv[2]).merge_and_unload()
save_file({k: v.contiguous().clone() for k, v in model.decoder.state_dict().items() if v.dim() == 2}, sys.argv[3])
"""


class Peft(CliTest):
    """Against PEFT itself, in the Python that MUSICGEN_PEFT_PYTHON names."""

    def test_every_matrix(self):
        python = os.environ.get("MUSICGEN_PEFT_PYTHON")
        if not python:
            self.skipTest("MUSICGEN_PEFT_PYTHON names no Python that has PEFT")
        for base, name in ((MELODY, "published"), (MELODY, "saved"), (MODEL, "patterns"), (MODEL, "dora")):
            with self.subTest(name):
                subprocess.run([python, "-c", PEFT, base, adapter(name), self.path("peft.safetensors")], check=True,
                               capture_output=True)
                expected, _ = read_safetensors(self.path("peft.safetensors"))
                gguf, folder = self.path(name + ".gguf"), self.path(name)
                self.succeed("convert", "-m", base, "-o", gguf, "--precision", "f32", "--lora", adapter(name))
                self.succeed("convert", "-m", gguf, "-o", folder)
                found, _ = read_safetensors(os.path.join(folder, "model.safetensors"))
                compared = 0
                for key, tensor in expected.items():
                    if "embed_positions" in key:
                        continue
                    ours = found["decoder." + key]
                    self.assertEqual(ours.shape, tensor.shape)
                    for a, b in zip(ours.values, tensor.values):
                        self.assertLessEqual(abs(a - b), 4e-7 + 1e-6 * abs(b), key)
                    compared += 1
                self.assertGreater(compared, 20)


if __name__ == "__main__":
    support.main()
