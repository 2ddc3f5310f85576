"""musicgen-train finetune, encode, lm and export as users run them, on tiny models and synthesised clips.

MUSICGEN_TRAIN and MUSICGEN_CLI name the programs.
"""

import array
import json
import math
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import wave

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = REPOSITORY / "tests/fixtures"
TRAIN, CLI = os.environ["MUSICGEN_TRAIN"], os.environ["MUSICGEN_CLI"]
SHORT = ["optim.updates=24", "schedule.cosine.warmup=4", "optim.ema.updates=1", "dataset.batch_size=4",
         "logging.log_updates=4", "logging.report_updates=12"]


def write_sound(path, pitch, seconds=1.5, channels=1, rate=32000):
    samples = array.array("h")
    for i in range(int(seconds * rate)):
        beat = 0.3 + 0.7 * math.exp(-8 * (i / rate % 0.25))
        for channel in range(channels):
            value = math.sin(2 * math.pi * pitch * (channel + 1) * i / rate)
            samples.append(int(12000 * beat * value))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())


def write_music(folder, count=10, channels=1):
    folder.mkdir(parents=True)
    for i in range(count):
        write_sound(folder / f"song{i}.wav", 110 * 2 ** (i / 4), channels=channels)
        if i % 3 == 0:
            (folder / f"song{i}.txt").write_text(f"a steady tone number {i}")
        elif i % 3 == 1:
            (folder / f"song{i}.json").write_text(json.dumps({"genre": "Drone", "bpm": 240, "moods": "calm"}))


class Program(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.at = pathlib.Path(self.folder.name)
        self.music = self.at / "music"
        write_music(self.music)

    def start(self, *arguments, **place):
        return subprocess.Popen([TRAIN, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env={**os.environ, **{name: str(value) for name, value in place.items()}})

    def run_it(self, *arguments, status=0):
        process = self.start(*arguments)
        out, err = process.communicate(timeout=240)
        self.assertEqual(process.returncode, status, err)
        self.assertEqual(out, "")
        return err

    def complaint(self, *arguments):
        err = self.run_it(*arguments, status=2)
        line = err.splitlines()[-1]
        self.assertTrue(line.startswith("musicgen-train: "), err)
        return line

    def finetune(self, model, out, *more):
        return ["finetune", "-m", model, "--data", self.music, "-o", out, *SHORT, *more]

    def play(self, model, channels=1, *more):
        sound = self.at / "out.wav"
        subprocess.run([CLI, "generate", "a steady tone", "-m", model, "-d", "0.5", "-o", sound, "--no-progress", *more],
                       check=True, stderr=subprocess.PIPE)
        with wave.open(str(sound)) as file:
            self.assertEqual((file.getnchannels(), file.getnframes()), (channels, 16000))

    def log(self, work):
        return [json.loads(line) for line in (work / "lm/log.jsonl").read_text().splitlines()]


class FineTune(Program):
    def test_a_folder_of_music_becomes_a_model(self):
        out = self.at / "tuned"
        err = self.run_it(*self.finetune(FIXTURES / "hf-tiny-mono", out, "generate.every=24",
                                         "generate.lm.gen_duration=0.5"))
        self.assertIn("3 of 10 tracks have no text", err)
        work = self.at / "tuned.work"
        lines = self.log(work)
        train = [line["ce"] for line in lines if line["kind"] == "train"]
        valid = [line["ce"] for line in lines if line["kind"] == "valid"]
        self.assertEqual((len(train), len(valid)), (6, 2))
        self.assertLess(train[-1], train[0] - 1)
        self.assertLess(valid[-1], train[0] - 1)
        samples = sorted(path.name for path in (work / "lm/samples").iterdir())
        self.assertEqual(samples, ["update_0000024_0.wav", "update_0000024_1.wav"])
        self.assertEqual(sorted(path.name for path in out.iterdir()),
                         ["README.md", "config.json", "generation_config.json", "model.safetensors",
                          "preprocessor_config.json", "special_tokens_map.json", "spiece.model",
                          "tokenizer_config.json"])
        for name in ("generation_config.json", "spiece.model"):
            self.assertEqual((out / name).read_bytes(), (FIXTURES / "hf-tiny-mono" / name).read_bytes())
        self.assertEqual(*(json.loads((folder / "config.json").read_text()) for folder in (out, FIXTURES / "hf-tiny-mono")))
        self.play(out, 1, "--strict")
        # Nothing is encoded twice, and what is there is not overwritten.
        self.assertIn("empty", self.complaint(*self.finetune(FIXTURES / "hf-tiny-mono", out)))
        again = self.run_it(*self.finetune(FIXTURES / "hf-tiny-mono", self.at / "again", "--work", work))
        self.assertNotIn("encoded", again)
        self.assertEqual((self.at / "again/model.safetensors").read_bytes(), (out / "model.safetensors").read_bytes())
        # Another song is another run.
        write_sound(self.music / "more.wav", 333)
        self.assertIn("data: expected", self.complaint(
            *self.finetune(FIXTURES / "hf-tiny-mono", self.at / "third", "--work", work)))

    def test_a_killed_run_ends_as_an_undisturbed_one(self):
        often = ["checkpoint.every_s=0", "logging.log_updates=1"]
        base = FIXTURES / "hf-tiny-mono"
        self.run_it(*self.finetune(base, self.at / "whole", *often))
        for lines in (3, 14):
            process = self.start(*self.finetune(base, self.at / "killed", *often))
            log = self.at / "killed.work/lm/log.jsonl"
            while not log.exists() or log.read_text().count("\n") < lines:
                self.assertIn(process.poll(), (None, 0))
                time.sleep(0.002)
            process.send_signal(signal.SIGKILL)
            process.communicate()
        self.assertFalse((self.at / "killed").exists())
        self.run_it(*self.finetune(base, self.at / "killed", *often))
        for name in ("lm/checkpoint.safetensors", "lm/best.safetensors"):
            self.assertEqual((self.at / "whole.work" / name).read_bytes(), (self.at / "killed.work" / name).read_bytes())
        self.assertEqual((self.at / "whole/model.safetensors").read_bytes(),
                         (self.at / "killed/model.safetensors").read_bytes())

    def test_every_layout_is_a_beginning(self):
        t5 = FIXTURES / "t5-tiny"
        few = ["optim.updates=2", "transformer_lm.checkpointing=torch", "autocast=true", "optim.accumulation=2"]
        self.run_it(*self.finetune(FIXTURES / "ac-tiny-mono", self.at / "of_ac", "--text-encoder", t5, *few))
        self.play(self.at / "of_ac")
        subprocess.run([CLI, "convert", "-m", FIXTURES / "hf-tiny-mono", "--precision", "q8", "-o", self.at / "tiny.gguf"],
                       check=True, stderr=subprocess.PIPE)
        self.run_it(*self.finetune(self.at / "tiny.gguf", self.at / "of_gguf", "text_encoder.trained=true", *few))
        self.play(self.at / "of_gguf")
        self.run_it(*self.finetune(FIXTURES / "hf-tiny-stereo", self.at / "of_stereo", *few, "optim.optimizer=dadam"))
        self.play(self.at / "of_stereo", 2)

    def test_an_adapter_in_place_of_a_model(self):
        base, out = FIXTURES / "hf-tiny-mono", self.at / "adapter"
        self.run_it(*self.finetune(base, out, "lora.r=4", "optim.lr=1e-2"))
        self.assertEqual(sorted(path.name for path in out.iterdir()),
                         ["adapter_config.json", "adapter_model.safetensors"])
        train = [line["ce"] for line in self.log(self.at / "adapter.work") if line["kind"] == "train"]
        self.assertLess(train[-1], train[0] - 0.3)
        self.play(base, 1, "--lora", out)
        self.run_it(*self.finetune(base, self.at / "more", f"lora.continue_from={out}", "optim.lr=1e-2"))
        more = [line["ce"] for line in self.log(self.at / "more.work") if line["kind"] == "train"]
        self.assertLess(more[0], train[0] - 0.3)
        self.assertIn("lora.r", self.complaint(*self.finetune(base, self.at / "other", "lora.r=4", "--stereo")))

    def test_two_processes_train_as_one(self):
        command = self.finetune(FIXTURES / "hf-tiny-mono", self.at / "one", "optim.updates=6", "logging.log_updates=1")
        self.run_it(*command)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command[command.index(self.at / "one")] = self.at / "two"
        runs = [self.start(*command, RANK=rank, WORLD_SIZE=2, LOCAL_RANK=rank, MASTER_ADDR="127.0.0.1", MASTER_PORT=port,
                           GLOO_SOCKET_IFNAME="lo") for rank in range(2)]
        said = [run.communicate(timeout=240)[1] for run in runs]
        self.assertEqual([run.returncode for run in runs], [0, 0], said)
        # Each has encoded its half, and one alone speaks of the rest.
        self.assertEqual([text.count("encoded") for text in said], [5, 5])
        self.assertEqual([text.count("update 6 of 6") for text in said], [1, 0])
        one, two = (self.log(self.at / f"{name}.work") for name in ("one", "two"))
        self.assertEqual(len(one), len(two))
        for expected, found in zip(one, two):
            self.assertLess(abs(found["ce"] / expected["ce"] - 1), 1e-5, (expected, found))
        self.play(self.at / "two")

    def test_mono_becomes_stereo(self):
        shutil.rmtree(self.music)
        write_music(self.music, channels=2)
        self.run_it(*self.finetune(FIXTURES / "hf-tiny-mono", self.at / "stereo", "--stereo"))
        decoder = json.loads((self.at / "stereo/config.json").read_text())["decoder"]
        self.assertEqual((decoder["num_codebooks"], decoder["audio_channels"]), (8, 2))
        self.play(self.at / "stereo", 2)
        # A cache of stereo codes is no cache of mono ones.
        self.assertIn("expected codes of 1 channel, found 2", self.complaint(
            *self.finetune(FIXTURES / "hf-tiny-mono", self.at / "mono", "--work", self.at / "stereo.work")))

    def test_mistakes_are_named_in_one_sentence(self):
        base, out = FIXTURES / "hf-tiny-mono", self.at / "out"
        self.assertIn("melody models cannot be trained", self.complaint(*self.finetune(FIXTURES / "hf-tiny-melody", out)))
        self.assertIn("this is a stereo one", self.complaint(*self.finetune(FIXTURES / "hf-tiny-stereo", out, "--stereo")))
        self.assertIn("optim.learning", self.complaint(*self.finetune(base, out, "optim.learning=1")))
        self.assertIn("adamw or dadam", self.complaint(*self.finetune(base, out, "optim.optimizer=sgd")))
        self.assertIn("a multiple of optim.accumulation", self.complaint(*self.finetune(base, out, "optim.accumulation=3")))
        (self.music / "song0.json").write_text("{")
        self.assertIn("song0.json", self.complaint(*self.finetune(base, out)))
        shutil.rmtree(self.music)
        self.assertIn("music", self.complaint(*self.finetune(base, out)))
        self.music.mkdir()
        self.assertIn("expected sound files", self.complaint(*self.finetune(base, out)))
        (self.music / "a.wav").write_text("no sound")
        self.assertIn("no sound file of it can be read", self.complaint(*self.finetune(base, out)))
        self.assertIn("--data", self.complaint("finetune", "-m", base, "-o", out))
        self.assertFalse(out.exists())


class FromTheBeginning(Program):
    def stage(self, name, *more):
        return [name, "--config", REPOSITORY / "configs/training/lm.yaml", "--work", self.at / "work",
                f"datasource.train={self.music}", f"compression_model_checkpoint={FIXTURES / 'encodec_32khz'}",
                f"conditioners.description.t5.name={FIXTURES / 't5-tiny'}", "dataset.info_fields_required=false",
                "transformer_lm.dim=32", "transformer_lm.num_heads=2", "transformer_lm.num_layers=2",
                "dataset.segment_duration=1", "dataset.batch_size=4", "optim.epochs=1", "optim.updates_per_epoch=20",
                "optim.lr=5e-3", "schedule.cosine.warmup=2", "generate.every=0", "logging.report_updates=20", *more]

    def test_manifests_become_a_model(self):
        err = self.run_it(*self.stage("encode"))
        self.assertIn("encoded 10 of 10", err)
        cache = self.at / "work/cache"
        identity = json.loads((cache / "cache.json").read_text())
        self.assertEqual((identity["codebooks"], identity["sample_rate"]), (4, 32000))
        entry = next(cache.glob("song3-*.json"))
        frames = json.loads(entry.read_text())
        self.assertEqual((frames["frames"], frames["columns"]), (75, 125))
        self.assertEqual(entry.with_suffix(".codes").stat().st_size, 2 * 4 * 125)
        self.assertNotIn("encoded", self.run_it(*self.stage("lm")))
        lines = self.log(self.at / "work")
        self.assertLess(lines[-1]["ce"], 7.7)  # 8 where nothing is learnt
        self.assertIn("10 files", self.run_it("manifest", "--data", self.music, "-o", self.at / "data.jsonl.gz"))
        self.assertIn("10 tracks", self.run_it(*self.stage("encode", f"datasource.train={self.at}/data.jsonl.gz",
                                                           f"datasource.valid={self.at}/data.jsonl.gz")))
        self.run_it(*self.stage("export"), "-o", self.at / "model")
        self.play(self.at / "model")
        other = f"compression_model_checkpoint={FIXTURES / 'hf-tiny-mono'}"
        self.run_it(*self.stage("encode", other), status=2)
        self.assertIn("musicgen convert", self.complaint(*self.stage("export"), "-o", self.at / "x.gguf", "--format", "gguf"))

    def test_mistakes_are_named_in_one_sentence(self):
        (self.music / "data.jsonl").write_text(json.dumps({"path": "song1.wav", "duration": 1.5}))
        self.assertIn("song1.json: expected the field title",
                      self.complaint(*self.stage("encode", "dataset.info_fields_required=true")))
        self.assertIn("max_sample_rate", self.complaint(*self.stage("encode", "datasource.max_sample_rate=16000")))
        self.assertIn("datasource.train", self.complaint(*self.stage("encode", "datasource.train=null")))
        self.assertIn("expected a directory", self.complaint(*self.stage("lm", "compression_model_checkpoint=null")))
        self.assertIn("datasource", self.complaint("encode", "--config", REPOSITORY / "configs/training/demo.yaml", "--work",
                                                   self.at / "work"))


if __name__ == "__main__":
    unittest.main()
