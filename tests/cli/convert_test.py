"""`convert`: Hugging Face directory ↔ AudioCraft's files, and what it says no to."""

import json
import os
import resource
import shutil
import signal
import struct
import subprocess
import time

import support
from support import BINARY, MODEL, CliTest, environment, read_codes

FIXTURES = os.path.dirname(MODEL)
SETTINGS = ("config.json", "generation_config.json", "preprocessor_config.json", "tokenizer_config.json")


def raw_tensors(directory):
    """Every tensor of a model's safetensors files as (type, shape, bytes)."""
    tensors = {}
    for name in os.listdir(directory):
        if not (name.startswith("model") and name.endswith(".safetensors")):
            continue
        with open(os.path.join(directory, name), "rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            header = json.loads(file.read(length))
            payload = file.read()
        header.pop("__metadata__", None)
        tensors.update({name: (entry["dtype"], entry["shape"], payload[slice(*entry["data_offsets"])])
                        for name, entry in header.items()})
    return tensors


class Convert(CliTest):
    def convert(self, model, name, *arguments):
        result = self.succeed("convert", "-m", model, "-o", self.path(name), *arguments)
        self.assertEqual((result.out, result.err), ("", ""))
        return self.path(name)

    def greedy(self, model):
        self.succeed("generate", "-m", model, "--greedy", "--precision", "f32", "-d", "0.5", "x", "--codes-out",
                     self.path("codes"), "-o", self.path("out.wav"))
        return read_codes(self.path("codes"))

    def files(self, *within):
        return sorted(os.path.relpath(os.path.join(root, name), self.folder)
                      for root, folders, names in os.walk(os.path.join(self.folder, *within))
                      for name in names + folders)

    def test_hugging_face_there_and_back(self):
        for name in ("hf-tiny-mono", "hf-tiny-stereo", "hf-tiny-melody", "hf-tiny-melody-stereo"):
            with self.subTest(name):
                model = os.path.join(FIXTURES, name)
                there = self.convert(model, name + "-there")
                self.assertTrue({"state_dict.bin", "compression_state_dict.bin"} < set(os.listdir(there)))
                back = self.convert(there, name + "-back")
                self.assertEqual(raw_tensors(back), raw_tensors(model))
                for settings in SETTINGS:
                    with open(os.path.join(model, settings)) as one, open(os.path.join(back, settings)) as other:
                        self.assertEqual(one.read(), other.read(), settings)
                self.assertEqual(self.greedy(there), self.greedy(model))

    def test_audiocraft_there_and_back(self):
        for name in ("ac-tiny-mono", "ac-tiny-stereo", "ac-tiny-melody"):
            with self.subTest(name):
                model = os.path.join(FIXTURES, name)
                there = self.convert(model, name + "-there")
                again = self.convert(self.convert(there, name + "-back"), name + "-again")
                self.assertEqual(raw_tensors(again), raw_tensors(there))
                self.assertEqual(self.greedy(self.path(name + "-back")), self.greedy(model))

    def test_an_empty_folder_is_filled(self):
        os.mkdir(self.path("empty"))
        os.symlink(self.path("empty"), self.path("link"))
        self.convert(MODEL, "link/")
        self.assertTrue(os.path.islink(self.path("link")))
        made = self.files("empty")
        self.convert(MODEL, "new")
        self.assertEqual([os.path.relpath(name, "new") for name in self.files("new")],
                         [os.path.relpath(name, "empty") for name in made])
        os.mkdir(self.path("inside"))
        self.succeed("convert", "-m", MODEL, "-o", ".", cwd=self.path("inside"))
        self.assertEqual([os.path.relpath(name, "inside") for name in self.files("inside")],
                         [os.path.relpath(name, "new") for name in self.files("new")])

    def test_refusals_leave_nothing(self):
        os.mkdir(self.path("taken"))
        for name in ("taken/mine", "file"):
            with open(self.path(name), "w") as file:
                file.write("mine")
        os.symlink("nowhere", self.path("dangling"))
        shutil.copytree(MODEL, self.path("cut"))
        with open(self.path("cut/model.safetensors"), "r+b") as file:
            file.truncate(100000)
        shutil.copytree(os.path.join(FIXTURES, "ac-tiny-mono"), self.path("no_codec"))
        os.symlink(os.path.join(FIXTURES, "t5-tiny"), self.path("t5-tiny"))
        os.remove(self.path("no_codec/compression_state_dict.bin"))
        before = self.files()
        for model, out, says in (
                (MODEL, "taken", "found mine in it"),
                (MODEL, "file", "file"),
                (MODEL, "file/new", "no folder"),
                (MODEL, "dangling", "dangling"),
                (MODEL, "missing/new", "no folder"),
                (MODEL, "", "output"),
                (self.path("cut"), "cut", "another place"),
                ("/nowhere", "new", "/nowhere"),
                (self.path("taken"), "new", "taken"),
                (self.path("cut"), "new", "model.safetensors"),
                (self.path("no_codec"), "new", "--codec names its directory"),
                (os.path.join(FIXTURES, "ac-tiny-musiclm"), "new", "pattern")):
            with self.subTest(model=model, out=out):
                self.refuse("convert", "-m", model, "-o", out, says=says, cwd=self.folder)
                self.assertEqual(self.files(), before)
        self.refuse("convert", "-m", MODEL, says="--output")
        self.refuse("convert", "-m", MODEL, "-o", self.path("new"), "--codec", MODEL, says="AudioCraft")
        self.assertEqual(self.files(), before)

    def test_a_failed_write_leaves_nothing(self):
        """A limit on the size of files stands for a full disk."""
        def small_files():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
        os.mkdir(self.path("empty"))
        for model in (MODEL, os.path.join(FIXTURES, "ac-tiny-mono")):
            for out in ("new", "empty"):
                self.refuse("convert", "-m", model, "-o", out, status=1, says="cannot write", cwd=self.folder,
                            restore_signals=False, preexec_fn=small_files)
                self.assertEqual(self.files(), ["empty"])

    def test_killed_at_any_moment_the_folder_is_whole_or_absent(self):
        arguments = [BINARY, "convert", "-m", MODEL, "-o", self.path("new")]
        started = time.monotonic()
        subprocess.run(arguments, env=environment(), check=True)
        usual_s = time.monotonic() - started
        whole = self.files("new")
        for i in range(20):
            shutil.rmtree(self.path("new"), ignore_errors=True)
            process = subprocess.Popen(arguments, env=environment())
            time.sleep(usual_s * i / 18)
            process.kill()
            process.wait()
            if os.path.exists(self.path("new")):
                self.assertEqual(self.files("new"), whole)


if __name__ == "__main__":
    support.main()
