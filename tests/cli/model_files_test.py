"""The files that people bring as a model: read, or named for what they are in one sentence."""

import json
import os
import shutil
import struct

import support
import torch_state
from support import MODEL, CliTest, read_codes

FIXTURES = os.path.dirname(MODEL)
AUDIOCRAFT = os.path.join(FIXTURES, "ac-tiny-mono")
WEIGHTS = "model.safetensors"
LFS_POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 2364430988\n"
PAGE = b"<!DOCTYPE html>\n<html><body>Entry not found</body></html>"


def read_raw(path):
    """name -> (dtype, shape, bytes)."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        payload = file.read()
    header.pop("__metadata__", None)
    return {name: (entry["dtype"], entry["shape"], payload[slice(*entry["data_offsets"])])
            for name, entry in header.items()}


def write_raw(path, tensors):
    header, at = {}, 0
    for name, (dtype, shape, data) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + len(data)]}
        at += len(data)
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.writelines(data for _, _, data in tensors.values())


class ModelFiles(CliTest):
    @classmethod
    def setUpClass(cls):
        cls.tensors = read_raw(os.path.join(MODEL, WEIGHTS))

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)

    def hugging_face(self, name, tensors=None, leave_out=()):
        """A copy of the fixture's small files, with these tensors or none."""
        folder = self.path(name)
        os.makedirs(folder)
        for file in os.listdir(MODEL):
            if file.endswith((".json", ".model")) and file not in leave_out:
                shutil.copy(os.path.join(MODEL, file), folder)
        if tensors is not None:
            write_raw(os.path.join(folder, WEIGHTS), tensors)
        return folder

    def audiocraft(self, name, change=None, codec=True):
        """A copy of the fixture with another state; its T5 lies beside it."""
        folder = self.path(name)
        os.makedirs(folder)
        if not os.path.exists(self.path("t5-tiny")):
            os.symlink(os.path.join(FIXTURES, "t5-tiny"), self.path("t5-tiny"))
        state, records = torch_state.read(os.path.join(AUDIOCRAFT, "state_dict.bin"))
        torch_state.write(os.path.join(folder, "state_dict.bin"), change(state) if change else state, records)
        if codec:
            shutil.copy(os.path.join(AUDIOCRAFT, "compression_state_dict.bin"), folder)
        return folder

    def codes(self, folder, *arguments):
        self.result = self.succeed("generate", "-m", folder, "-d", "0.2", "--greedy", "--no-progress",
                                   "--precision", "f32", "--codes-out", self.path("codes"), "-o",
                                   self.path("out.wav"), "x", *arguments)
        return read_codes(self.path("codes"))

    def refused(self, folder, says, *arguments, **options):
        self.refuse("info", "-m", folder, *arguments, says=says, **options)


class Placeholders(ModelFiles):
    def test_pointers_and_pages_are_named(self):
        for data, says in ((LFS_POINTER, "Git LFS pointer"), (b"\xef\xbb\xbf" + LFS_POINTER, "Git LFS pointer"),
                           (PAGE, "web page"), (b"\r\n <HTML>x", "web page"), (b"<?xml version='1.0'?>", "web page")):
            for file in (WEIGHTS, "pytorch_model.bin", "config.json", WEIGHTS + ".index.json"):
                with self.subTest(file, data=data):
                    shutil.rmtree(self.path("model"), ignore_errors=True)
                    self.hugging_face("model", self.tensors if file == "config.json" else None)
                    self.write(os.path.join("model", file), data)
                    self.refused(self.path("model"), says)
            for file in ("spiece.model", "tokenizer.json"):
                with self.subTest(file, data=data):
                    shutil.rmtree(self.path("model"), ignore_errors=True)
                    self.hugging_face("model", self.tensors, {"spiece.model", "tokenizer.json"})
                    self.write(os.path.join("model", file), data)
                    self.refuse("tokenize", "-m", self.path("model"), "x", says=says)
            for file in ("state_dict.bin", "compression_state_dict.bin"):
                with self.subTest(file, data=data):
                    shutil.rmtree(self.path("model"), ignore_errors=True)
                    self.audiocraft("model")
                    self.write(os.path.join("model", file), data)
                    self.refused(self.path("model"), says)
            self.write("model.gguf", data)
            self.refused(self.path("model.gguf"), says)
            self.write("codes.safetensors", data)
            self.refuse("decode", self.path("codes.safetensors"), "-m", MODEL, says=says)

    def test_a_servers_answer_is_quoted(self):
        self.hugging_face("model")
        self.write(os.path.join("model", WEIGHTS), b"Entry not found\n")
        self.refused(self.path("model"), 'found the text "Entry not found"')


class Names(ModelFiles):
    def test_what_training_tools_put_in_front_is_left_out(self):
        plain = self.codes(MODEL)
        self.assertEqual(self.result.complaints, [])
        for prefix in ("_orig_mod.", "module.", "model.", "base_model.model.", "module._orig_mod.", "net.musicgen."):
            with self.subTest(prefix):
                folder = self.hugging_face(prefix, {prefix + n: t for n, t in self.tensors.items()})
                self.assertEqual(self.codes(folder), plain)
                self.assertIn("which a training tool put into them", self.result.err)

    def test_also_inside_names(self):
        inner = {n.replace("decoder.", "decoder._orig_mod.", 1).replace("layers.0.", "layers.0._fsdp_wrapped_module.")
                 if n.startswith("decoder.") else n: t for n, t in self.tensors.items()}
        self.assertEqual(self.codes(self.hugging_face("inner", inner)), self.codes(MODEL))

    def test_also_of_audiocraft(self):
        plain = self.codes(AUDIOCRAFT)

        def wrapped(state):
            return {**state, "best_state": {"model." + n: t for n, t in state["best_state"].items()}}
        self.assertEqual(self.codes(self.audiocraft("wrapped", wrapped)), plain)

    def test_a_moving_average_beside_the_model_is_not_needed(self):
        both = {}
        for name, tensor in self.tensors.items():
            both["model." + name] = tensor
            both["ema." + name] = ("F32", tensor[1], bytes(len(tensor[2])))
        self.assertEqual(self.codes(self.hugging_face("both", both)), self.codes(MODEL))
        self.refused(self.hugging_face("two", {n.replace("model.", "one.", 1) if n.startswith("model.") else n: t
                                               for n, t in both.items()}), "tensors of one model, found several")

    def test_an_adapter_is_not_a_model(self):
        lora = {**self.tensors, "decoder.x.lora_A.default.weight": ("F32", [1], bytes(4))}
        self.refused(self.hugging_face("lora", lora), "LoRA adapter")


class Unexpected(ModelFiles):
    def surplus(self):
        return {**self.tensors, "loss.weight": ("F32", [1], bytes(4)), "loss.bias": ("I64", [1], bytes(8))}

    def test_tensors_that_nobody_needs_are_one_warning(self):
        folder = self.hugging_face("model", self.surplus())
        self.assertEqual(self.codes(folder), self.codes(MODEL))
        result = self.succeed("info", "-m", folder)
        self.assertEqual(len(result.complaints), 1, result.err)
        self.assertIn("warning: ", result.err)
        self.assertIn("2 tensors are not needed and left out, first loss.", result.err)

    def test_or_an_error(self):
        folder = self.hugging_face("model", self.surplus())
        self.refused(folder, "2 unexpected (loss.", "--strict")
        self.refuse("info", "-m", folder, env={"MUSICGEN_STRICT": "1"}, says="2 unexpected")
        self.succeed("info", "-m", MODEL, "--strict")

    def test_conversions_leave_them_out(self):
        folder = self.hugging_face("model", self.surplus())
        for name in ("there", "file.gguf"):
            result = self.succeed("convert", "-m", folder, "-o", self.path(name))
            self.assertIn("2 tensors are not needed", result.err)
            self.succeed("info", "-m", self.path(name), "--strict")


class Training(ModelFiles):
    def test_a_solvers_checkpoint_is_read(self):
        folder = self.audiocraft("solver", lambda s: {"best_state": {"model": s["best_state"]}, "history": [],
                                                      "xp.cfg": s["xp.cfg"], "model": s["best_state"]})
        self.assertEqual(self.codes(folder), self.codes(AUDIOCRAFT))
        self.assertIn("checkpoint of training", self.succeed("info", "-m", folder).err)

    def test_others_are_named(self):
        last = self.audiocraft("last", lambda s: {"epoch": 3, "global_step": 9, "state_dict": s["best_state"]})
        self.refused(last, "checkpoint of training, with state_dict, epoch, global_step: export it first")
        os.rename(os.path.join(last, "state_dict.bin"), os.path.join(last, "last.ckpt"))
        self.refused(last, "last.ckpt, a checkpoint of training")
        self.refused(os.path.join(last, "last.ckpt"), "checkpoint of training")

    def test_a_trainers_state_in_the_hugging_face_layout_is_read(self):
        state, records = torch_state.read(os.path.join(AUDIOCRAFT, "state_dict.bin"))
        folder = self.hugging_face("trainer")
        torch_state.write(os.path.join(folder, "pytorch_model.bin"), {"state_dict": state["best_state"]}, records)
        self.refused(folder, "missing (decoder.")  # AudioCraft's names, but found

    def test_a_files_path_leads_to_its_directory(self):
        self.refused(os.path.join(MODEL, WEIGHTS), "found a safetensors file: of the other layouts, name the directory")
        self.refused(os.path.join(AUDIOCRAFT, "state_dict.bin"), "found a PyTorch file")
        self.write("empty.gguf", b"")
        self.refused(self.path("empty.gguf"), "found an empty file")


class Companions(ModelFiles):
    PREFIX = "condition_provider.conditioners.description.t5."

    def test_a_tuned_t5_is_used(self):
        t5, records = read_raw(os.path.join(FIXTURES, "t5-tiny", WEIGHTS)), {}
        torch = __import__("torch")

        def tensor(name, dtype, shape, data, change):
            assert dtype == "F32"
            key = f"t5_{len(records)}"
            records["data/" + key] = bytes(len(data)) if change else data
            strides = [1]
            for extent in reversed(shape[1:]):
                strides.insert(0, strides[0] * extent)
            storage = torch_state.Storage(("storage", torch.FloatStorage, key, "cpu", len(data) // 4))
            return torch_state.Rebuilt(storage, 0, tuple(shape), tuple(strides[:len(shape)]), False, {})

        def tuned(name, change):
            records.clear()
            more = {self.PREFIX + n: tensor(n, *t, change and n.endswith("final_layer_norm.weight"))
                    for n, t in t5.items() if n.startswith(("encoder.", "shared."))}
            folder = self.audiocraft(name)
            state, old = torch_state.read(os.path.join(folder, "state_dict.bin"))
            state["best_state"].update(more)
            torch_state.write(os.path.join(folder, "state_dict.bin"), state, {**old, **records})
            return folder
        plain = self.codes(AUDIOCRAFT)
        self.assertEqual(self.codes(tuned("same", False)), plain)
        silenced = tuned("silenced", True)
        self.assertNotEqual(self.codes(silenced), plain)
        self.succeed("convert", "-m", silenced, "-o", self.path("hf"))
        self.assertEqual(self.codes(self.path("hf")), self.codes(silenced))
        self.assertEqual(self.codes(silenced, "--text-encoder", os.path.join(FIXTURES, "t5-tiny")), plain)

    def test_a_part_of_a_tuned_t5_is_named(self):
        def part(state):
            state["best_state"][self.PREFIX + "shared.weight"] = next(iter(state["best_state"].values()))
            return state
        self.refused(self.audiocraft("part", part), "the fine-tuned T5 of ")

    def test_a_missing_codec_is_found_or_the_option_named(self):
        folder = self.audiocraft("model", codec=False)
        self.refused(folder, "--codec names its directory", env={"HOME": self.folder})
        self.succeed("info", "-m", folder, "--codec", AUDIOCRAFT)
        os.symlink(AUDIOCRAFT, self.path("encodec_32khz"))
        self.assertIn("--codec names another", self.succeed("info", "-m", folder).err)
        self.assertEqual(self.codes(folder), self.codes(AUDIOCRAFT))

    def test_each_others_exports_are_told_apart(self):
        folder = self.audiocraft("lm", codec=False)
        shutil.copy(os.path.join(folder, "state_dict.bin"), os.path.join(folder, "compression_state_dict.bin"))
        self.refused(folder, "expected a codec, found a language model")

    def test_dac_is_not_supported(self):
        folder = self.audiocraft("dac", codec=False)
        torch_state.write(os.path.join(folder, "compression_state_dict.bin"),
                          {"pretrained": "dac_44khz", "exported": True}, {"version": b"3\n"})
        self.refused(folder, "found a DAC codec (not supported)")
        os.makedirs(self.path("codec"))
        self.write("codec/config.json", b'{"model_type": "dac"}')
        self.refused(MODEL, "found a DAC codec (not supported)", "--codec", self.path("codec"))


class Folders(ModelFiles):
    def test_shards_need_no_index(self):
        names = list(self.tensors)
        folder = self.hugging_face("parts")
        for i in range(2):
            write_raw(os.path.join(folder, f"model-0000{i + 1}-of-00002.safetensors"),
                      {n: self.tensors[n] for n in names[i::2]})
        self.assertEqual(self.codes(folder), self.codes(MODEL))
        os.remove(os.path.join(folder, "model-00001-of-00002.safetensors"))
        self.refused(folder, "expected 2 shards of the model, found no model-00001-of-00002.safetensors")

    def test_what_is_no_model_is_named(self):
        for file, says in (("adapter_config.json", "LoRA adapter"), ("adapter_model.bin", "LoRA adapter"),
                           (WEIGHTS + ".incomplete", "download was broken off"),
                           ("model.gguf", "name a GGUF file itself"), ("checkpoint.th", "checkpoint of training"),
                           ("notes.txt", "found config.json, ")):
            with self.subTest(file):
                folder = self.hugging_face(file)
                self.write(os.path.join(file, file), b"\0")
                self.refused(folder, says)
        unfinished = self.hugging_face("hub")
        os.makedirs(os.path.join(unfinished, ".cache", "huggingface", "download"))
        self.write("hub/.cache/huggingface/download/abc.1f.incomplete", b"")
        self.refused(unfinished, "download was broken off")
        os.makedirs(self.path("cache/models--me--tune/snapshots/abc"))
        os.makedirs(self.path("cache/models--me--tune/blobs"))
        self.write("cache/models--me--tune/blobs/abc.1f.incomplete", b"")
        for folder in ("cache/models--me--tune", "cache/models--me--tune/snapshots/abc", "cache/models--me--tune/snapshots/abc/"):
            self.refused(self.path(folder), "download was broken off")
        self.refused(self.path("cache"), "found a cache of several (models--me--tune)")
        self.hugging_face("parent/tune", self.tensors)
        self.refused(self.path("parent"), "found the folder tune, which may be meant")
        os.makedirs(self.path("empty"))
        self.refused(self.path("empty"), "pytorch_model.bin or its shards, or state_dict.bin, found nothing at all")
        self.refused(os.path.join(FIXTURES, "encodec_32khz"), "a codec alone, which --codec takes")
        self.refused(os.path.join(FIXTURES, "t5-tiny"), "a text encoder alone")


class Cache(ModelFiles):
    def setUp(self):
        super().setUp()
        self.repository = self.path("h/huggingface/hub/models--facebook--musicgen-small")
        os.makedirs(os.path.join(self.repository, "refs"))
        os.makedirs(os.path.join(self.repository, "snapshots"))
        self.add("abc123", "main")

    def add(self, commit, *references):
        os.symlink(MODEL, os.path.join(self.repository, "snapshots", commit))
        for reference in references:
            path = os.path.join(self.repository, "refs", reference)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(commit)

    def found(self, name, commit="abc123", **env):
        clean = {k: "" for k in ("HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME",
                                 "AUDIOCRAFT_CACHE_DIR", "TRANSFORMERS_CACHE")}
        result = self.succeed("info", "-m", name, "--json", env={**clean, "HOME": self.folder, **env})
        self.assertTrue(json.loads(result.out)["path"].endswith("/snapshots/" + commit), result.out)

    def test_is_where_the_hubs_client_has_it(self):
        hub = self.path("h/huggingface/hub")
        for env in ({"HF_HUB_CACHE": hub}, {"HUGGINGFACE_HUB_CACHE": hub}, {"HF_HOME": self.path("h/huggingface")},
                    {"XDG_CACHE_HOME": self.path("h")}, {"HF_HOME": "~/h/huggingface"},
                    {"HF_HUB_CACHE": "$HOME/h/huggingface/hub"}, {"HF_HUB_CACHE": "${HOME}/h/huggingface/hub"},
                    {"AUDIOCRAFT_CACHE_DIR": hub}, {"AUDIOCRAFT_CACHE_DIR": "~/h/huggingface/hub"},
                    {"TRANSFORMERS_CACHE": hub}):
            with self.subTest(env):
                self.found("small", **env)
        os.rename(self.path("h"), self.path(".cache"))
        self.found("small")

    def test_names(self):
        for name in ("small", "musicgen-small", "facebook/musicgen-small", "facebook/musicgen-small/",
                     "https://huggingface.co/facebook/musicgen-small", "hf.co/facebook/musicgen-small/",
                     "https://huggingface.co/facebook/musicgen-small/tree/main", "facebook/musicgen-small@main",
                     self.repository, self.repository + "/", self.repository + "/snapshots", "~" +
                     self.repository[len(self.folder):]):
            with self.subTest(name):
                self.found(name, XDG_CACHE_HOME=self.path("h"))

    def test_revisions(self):
        self.add("def456789", "v1", "refs/pr/7")
        for revision, commit in (("main", "abc123"), ("v1", "def456789"), ("refs/pr/7", "def456789"),
                                 ("def456789", "def456789"), ("def4", "def456789"), ("abc123", "abc123")):
            with self.subTest(revision):
                self.found("facebook/musicgen-small@" + revision, commit, XDG_CACHE_HOME=self.path("h"))
                self.found("small@" + revision, commit, XDG_CACHE_HOME=self.path("h"))
        env = {"XDG_CACHE_HOME": self.path("h")}
        for revision in ("v2", "def", "../main", "/etc"):
            with self.subTest(revision):
                self.refused("small@" + revision, "revision " + revision, env=env)

    def test_several_snapshots_without_main(self):
        os.remove(os.path.join(self.repository, "refs", "main"))
        self.found("small", XDG_CACHE_HOME=self.path("h"))
        self.add("def456")
        env = {"XDG_CACHE_HOME": self.path("h")}
        self.refused("small", "2 (abc123, def456): name one, as in org/name@abc123", env=env)
        self.refused(self.repository, "2 (abc123, def456)")
        self.found("small@def456", "def456", **env)

    def test_what_is_not_there(self):
        env = {"HF_HOME": self.path("nowhere"), "AUDIOCRAFT_CACHE_DIR": self.path("else")}
        self.refused("style", f"nor in the cache {self.path('nowhere/hub')} and {self.path('else')}", env=env)
        self.refused("no such", "no such directory or GGUF file", env=env)


if __name__ == "__main__":
    support.main()
