"""Stems through the command line: those of demucs' own command, and what is said of what does not fit."""

import json
import os
import shutil
import signal
import subprocess
import time

import support
from support import BINARY, ROOT, CliTest, environment, farthest, read_safetensors, read_wav

DEMUCS = os.path.join(ROOT, "tests", "fixtures", "demucs-tiny")
CLIP = os.path.join(DEMUCS, "clip.wav")
STEMS = ["drums", "bass", "other", "vocals"]
TOLERANCE = 2e-5  # golden.json's
STEP = 119        # of the samples that were kept


class Separate(CliTest):
    def separate(self, folder, *arguments, sound=CLIP, **options):
        self.result = self.succeed("separate", sound, "-o", self.path(folder), "--demucs", DEMUCS, *arguments, **options)
        return {os.path.splitext(name)[0]: os.path.join(self.path(folder), name)
                for name in sorted(os.listdir(self.path(folder)))}

    def read(self, path):
        wav = read_wav(path)
        self.assertEqual((wav.tag, wav.bits, wav.channels, wav.rate), (3, 32, 2, 44100))
        return wav

    def test_stems_are_those_of_demucs(self):
        golden, _ = read_safetensors(os.path.join(DEMUCS, "golden.safetensors"))
        files = self.separate("stems")
        self.assertEqual(sorted(files), sorted(STEMS))
        for i, name in enumerate(STEMS):
            wav = self.read(files[name])
            self.assertEqual(wav.frames, 66150)
            for channel in range(2):
                self.assertLess(farthest(wav.samples[channel::2][::STEP], golden["clip.separate"][i, channel].values),
                                TOLERANCE)
            comment = json.loads(wav.comment)
            self.assertEqual((comment["stem"], comment["demucs"]), (name, "htdemucs 7d3e1a55"))
        self.assertIn("separating 2 s with htdemucs 7d3e1a55", self.result.err)

    def test_threads_and_runs_give_the_same_bytes(self):
        first = self.separate("one", "-t", "1", "--no-progress")
        self.assertEqual(self.result.err, "")
        second = self.separate("two", "-t", "2")
        for name in STEMS:
            with open(first[name], "rb") as a, open(second[name], "rb") as b:
                self.assertEqual(a.read(), b.read())

    def test_one_stem_and_the_others(self):
        whole = self.separate("all")
        two = self.separate("two", "--stem", "vocals")
        self.assertEqual(sorted(two), ["no_vocals", "vocals"])
        parts = [self.read(whole[name]).samples for name in STEMS if name != "vocals"]
        self.assertLess(farthest(self.read(two["no_vocals"]).samples, map(sum, zip(*parts))), TOLERANCE)
        self.assertLess(farthest(self.read(two["vocals"]).samples, self.read(whole["vocals"]).samples), TOLERANCE)

    def test_shifts(self):
        whole, once, twice = (self.separate(f"s{k}", "--shifts", str(k)) for k in range(3))
        for name in STEMS:
            samples = self.read(whole[name]).samples
            self.assertEqual(self.read(once[name]).samples, samples)
            self.assertNotEqual(self.read(twice[name]).samples, samples)

    def test_formats(self):
        files = self.separate("flac", "--format", "flac", "--stem", "bass")
        with open(files["bass"], "rb") as file:
            self.assertEqual(file.read(4), b"fLaC")
        self.assertTrue(files["no_bass"].endswith(".flac"))

    def test_mono_of_another_rate(self):
        files = self.separate("mono", sound=os.path.join(DEMUCS, "short.wav"))
        self.assertEqual(len(files), 4)
        self.read(files["drums"])

    def test_weights_of_every_form(self):
        expected = self.read(self.separate("all")["bass"]).samples
        for name in ("7d3e1a55-f3d5edff.th", "7d3e1a55.safetensors", "htdemucs.yaml"):
            out = self.path(name)
            self.succeed("separate", CLIP, "-o", out, "--demucs", os.path.join(DEMUCS, name))
            self.assertEqual(self.read(os.path.join(out, "bass.wav")).samples, expected, name)

    def test_weights_of_the_caches(self):
        snapshot = self.path("hub/models--adefossez--HTDemucs/snapshots/" + "a" * 40)
        torch = self.path("torch/hub/checkpoints")
        env = {"HF_HUB_CACHE": self.path("hub"), "TORCH_HOME": self.path("torch")}
        arguments = ("separate", CLIP, "-o", self.path("out"), "--stem", "bass")
        self.refuse(*arguments, env=env, says="HTDemucs")
        # Torch's holds the published file alone; the hash in its name is not this one's.
        os.makedirs(torch)
        shutil.copy(os.path.join(DEMUCS, "7d3e1a55-f3d5edff.th"), os.path.join(torch, "955717e8-8726e21a.th"))
        self.refuse(*arguments, env=env, says="955717e8-8726e21a.th")
        # The hub's comes first.
        os.makedirs(snapshot)
        for name in ("htdemucs.yaml", "7d3e1a55.safetensors"):
            shutil.copy(os.path.join(DEMUCS, name), snapshot)
        self.succeed(*arguments, env=env)

    def test_what_does_not_fit(self):
        def refused(*arguments, says):
            self.refuse("separate", *arguments, says=says)
            self.assertFalse(os.path.exists(self.path("out")))

        out = ("-o", self.path("out"), "--demucs", DEMUCS, "--no-progress")
        refused(CLIP, *out, "--stem", "guitar", says="guitar")
        refused(self.path("none.wav"), *out, says="none.wav")
        refused(CLIP, *out, "--shifts", "101", says="shifts")
        refused(CLIP, *out, "--format", "aac", says="format")
        refused(CLIP, "-o", self.path("out"), "--demucs", self.path("none"), says="none")
        refused(CLIP, "-o", self.path("out"), "--demucs", CLIP, says="clip.wav")
        # A folder that is a file.
        with open(self.path("file"), "w") as file:
            file.write("x")
        self.refuse("separate", CLIP, "-o", self.path("file"), "--demucs", DEMUCS, "--no-progress", says="file")
        # The recording itself would be lost.
        shutil.copy(CLIP, self.path("bass.wav"))
        self.refuse("separate", self.path("bass.wav"), "-o", self.folder, "--demucs", DEMUCS, "--no-progress",
                    says="bass.wav")

    def test_an_interrupt_leaves_nothing(self):
        long = self.path("long.wav")
        wav = read_wav(os.path.join(DEMUCS, "melody.wav"))
        with open(os.path.join(DEMUCS, "melody.wav"), "rb") as file:
            head = file.read(44)
        data = wav.samples.tobytes() * 40
        with open(long, "wb") as file:
            file.write(head[:40] + len(data).to_bytes(4, "little") + data)
        process = subprocess.Popen([BINARY, "separate", long, "-o", self.path("out"), "--demucs", DEMUCS, "-t", "1",
                                    "--shifts", "100"], env=environment(), stderr=subprocess.PIPE)
        self.assertIn(b"separating", process.stderr.readline())
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(20), 130)
        process.stderr.close()
        self.assertFalse(os.path.exists(self.path("out")))


if __name__ == "__main__":
    support.main()
