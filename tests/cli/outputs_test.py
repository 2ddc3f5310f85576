"""Files appear whole or not at all, whatever happens; stdout carries data alone."""

import json
import os
import random
import resource
import signal
import subprocess
import time

import support
from support import BINARY, LONG, MODEL, CliTest, Wav, environment, read_wav

KILLS = 200 if LONG else 20


class Files(CliTest):
    def generate(self, *arguments, **options):
        return self.succeed("generate", "-m", MODEL, "-d", "0.5", "-s", "1", *arguments, cwd=self.folder, **options)

    def test_one_prompt_one_file(self):
        self.generate("x")
        self.assertEqual(os.listdir(self.folder), ["out.wav"])
        audio = read_wav(self.path("out.wav"))
        self.assertEqual((audio.tag, audio.bits, audio.channels, audio.rate, audio.frames),
                         (1, 16, 1, 32000, 16000))

    def test_several_prompts_several_files(self):
        self.generate("x", "y", "z", "-o", "piece.v1.wav")
        self.assertEqual(sorted(os.listdir(self.folder)), [f"piece.v1_{i}.wav" for i in range(3)])

    def test_sample_formats(self):
        for name, tag, bits in (("s16", 1, 16), ("s24", 1, 24), ("f32", 3, 32)):
            self.generate("x", "--sample-format", name)
            audio = read_wav(self.path("out.wav"))
            self.assertEqual((audio.tag, audio.bits, audio.frames), (tag, bits, 16000))

    def test_metadata_tells_how_it_was_made(self):
        self.generate("x é", "y", "--unconditional", "1", "--cfg-coef", "2", "--top-k", "9")
        for i, prompt in enumerate(["x é", "y", None]):
            comment = json.loads(read_wav(self.path(f"out_{i}.wav")).comment)
            self.assertEqual((comment["prompt"], comment["seed"], comment["duration"], comment["cfg_coef"],
                              comment["top_k"]), (prompt, 1 + i, 0.5, 2.0, 9))

    def test_metadata_of_a_long_prompt_is_still_json(self):
        for prompt in ("é" * 3000, '"' * 3000, "x" * 1990):
            self.generate(prompt)
            comment = json.loads(read_wav(self.path("out.wav")).comment)
            self.assertTrue(comment["prompt_is_cut"])
            self.assertGreater(len(comment["prompt"]), 500)
            self.assertTrue(prompt.startswith(comment["prompt"].rstrip("\ufffd")))
            self.assertEqual(comment["seed"], 1)

    def test_metadata_is_cut_between_letters(self):
        family = "\U0001F468\u200D\U0001F469\u200D\U0001F467"
        for letter in ("音", "é", "e\u0301", family, "\U0001F1E9\U0001F1EA"):
            for begin in ("", "a", "aa", "aaa"):
                self.generate(begin + letter * (3000 // len(letter.encode())))
                with open(self.path("out.wav"), "rb") as file:
                    comment = json.loads(Wav(file.read()).comment)
                kept = comment["prompt"][len(begin):]
                self.assertTrue(comment["prompt_is_cut"])
                self.assertEqual(kept, letter * (len(kept) // len(letter)))
                self.assertGreater(len(kept.encode()), 1500)

    def test_the_same_request_gives_the_same_bytes(self):
        self.generate("x", "-o", "a.wav")
        self.generate("x", "-o", "b.wav", "-t", "1")
        with open(self.path("a.wav"), "rb") as a, open(self.path("b.wav"), "rb") as b:
            self.assertEqual(a.read(), b.read())

    def test_a_drawn_seed_is_told(self):
        result = self.succeed("generate", "-m", MODEL, "-d", "0.1", "--json", "x", cwd=self.folder)
        seed = json.loads(result.out)["seed"]
        self.assertIn(f"seed {seed}\n", result.err)
        self.assertEqual(json.loads(read_wav(self.path("out.wav")).comment)["seed"], seed)

    def test_json_describes_each_file(self):
        rows = [json.loads(line) for line in self.generate("x", "y", "--json").out.splitlines()]
        self.assertEqual([r["file"] for r in rows], ["out_0.wav", "out_1.wav"])
        for row in rows:
            self.assertEqual((row["frames"], row["duration_s"], row["sample_rate"]), (25, 0.5, 32000))
            self.assertGreater(row["seconds"], 0)

    def test_stdout_streams_the_same_samples(self):
        for strategy in ("none", "clip"):
            result = self.generate("x", "-o", "-", "--strategy", strategy)
            self.assertEqual(os.listdir(self.folder), [])
            self.generate("x", "--strategy", "none")
            with open(self.path("out.wav"), "rb") as file:
                finished = Wav(file.read())
            os.remove(self.path("out.wav"))
            streamed = Wav(result.bytes)
            self.assertEqual(streamed.frames, 16000)
            if strategy == "none":
                self.assertEqual(streamed.samples, finished.samples)
        self.assertIn("fixed", self.generate("x", "-o", "-").err)

    def test_no_progress_is_quiet(self):
        self.assertEqual(self.generate("x", "--no-progress").err, "")

    def test_codes_file(self):
        self.generate("x", "y", "--codes-out", "codes.safetensors")
        tensors, metadata = support.read_safetensors(self.path("codes.safetensors"))
        self.assertEqual(tensors["codes"].shape, [2, 4, 25])
        self.assertEqual((float(metadata["frame_rate"]), int(metadata["sample_rate"]),
                          int(metadata["codebook_size"])), (50, 32000, 2048))


class Failures(CliTest):
    GENERATE = ("generate", "-m", MODEL, "-d", "0.5", "-s", "1")

    def test_destinations_are_checked_first(self):
        with open(self.path("file"), "w"):
            pass
        os.symlink("missing/out.wav", self.path("link.wav"))
        before = sorted(os.listdir(self.folder))
        for arguments in (["-o", "file/out.wav"], ["-o", "."], ["--codes-out", "file/codes"], ["--codes-out", "."],
                          ["-o", "new/../out.wav"], ["-o", "new/"], ["-o", "/proc/new/out.wav"], ["-o", "link.wav"],
                          ["-o", "x" * 252 + ".wav"], ["-o", "音" * 90 + ".wav"], ["--codes-out", "x" * 256],
                          ["-o", "x" * 256 + "/out.wav"], ["y", "-o", "x" * 250 + ".wav"]):
            with self.subTest(arguments):
                started = time.monotonic()
                self.refuse(*self.GENERATE, "-d", "30", "x", *arguments, says="cannot write", cwd=self.folder)
                self.assertLess(time.monotonic() - started, 60)
                self.assertEqual(sorted(os.listdir(self.folder)), before)
        self.succeed(*self.GENERATE, "x", "-o", "x" * 251 + ".wav", cwd=self.folder)

    def test_results_do_not_overwrite_one_another(self):
        os.symlink("x.wav", self.path("link"))
        os.symlink(".", self.path("here"))
        for arguments in (["-o", "x.wav", "--codes-out", "x.wav"], ["-o", "x.wav", "--codes-out", "./x.wav"],
                          ["-o", "x.wav", "--codes-out", self.path("x.wav")], ["-o", "x.wav", "--codes-out", "link"],
                          ["-o", "x.wav", "--codes-out", "here/x.wav"], ["-o", "x", "--codes-out", "x"],
                          ["y", "-o", "x", "--codes-out", "x_1"], ["-o", "new/x", "--codes-out", "new//x"]):
            with self.subTest(arguments):
                self.refuse(*self.GENERATE, "x", *arguments, cwd=self.folder)
                self.assertEqual(sorted(os.listdir(self.folder)), ["here", "link"])
        self.succeed(*self.GENERATE, "x", "-o", "/dev/null", "--format", "wav", "--codes-out", "/dev/null",
                     cwd=self.folder)

    def test_a_result_does_not_take_its_inputs_place(self):
        self.succeed(*self.GENERATE, "x", "-o", "x", "--codes-out", "c", cwd=self.folder)
        for arguments in (["encode", "x", "-m", MODEL, "-o", "./x"], ["chroma", "x", "-o", "x"], ["plot", "x", "-o", "x"],
                          ["decode", "c", "-m", MODEL, "-o", "c"],
                          ["score", "-m", MODEL, "--codes", "c", "--logits-out", "c"]):
            self.refuse(*arguments, says="another file", cwd=self.folder)

    def test_a_name_promises_its_content(self):
        self.succeed(*self.GENERATE, "x", cwd=self.folder)
        for arguments in (["plot", "out.wav", "-o", "x.jpg"], ["chroma", "out.wav", "-o", "x.NPY"],
                          ["encode", "out.wav", "-m", MODEL, "-o", "x.wav"], [*self.GENERATE, "x", "--codes-out", "c.json"]):
            self.refuse(*arguments, says="is written", cwd=self.folder)

    def test_data_goes_to_stdout(self):
        self.succeed(*self.GENERATE, "x", cwd=self.folder)
        encode = ("encode", "out.wav", "-m", MODEL, "-o")
        self.succeed(*encode, "file", cwd=self.folder)
        with open(self.path("file"), "rb") as file:
            whole = file.read()
        self.assertEqual(self.succeed(*encode, "-", cwd=self.folder).bytes, whole)
        with open(self.path("log"), "wb") as log:
            log.write(b"before")
            log.flush()
            subprocess.run([BINARY, *encode, "-"], stdout=log, env=environment(), cwd=self.folder, check=True)
        with open(self.path("log"), "rb") as log:
            self.assertEqual(log.read(), b"before" + whole)
        self.assertEqual(self.succeed("plot", "out.wav", "-o", "-", cwd=self.folder).bytes[:4], b"\x89PNG")
        self.assertIn(b"chroma", self.succeed("chroma", "out.wav", "-o", "-", cwd=self.folder).bytes[:80])
        self.assertIn(b"codes", self.succeed(*self.GENERATE, "x", "--codes-out", "-", cwd=self.folder).bytes[:200])
        self.assertNotIn("-", os.listdir(self.folder))
        for arguments in ([*self.GENERATE, "x", "--codes-out", "-", "--json"], [*self.GENERATE, "x", "--codes-out", "-", "-o", "-"],
                          ["score", "-m", MODEL, "--codes", "file", "--logits-out", "-"]):
            self.refuse(*arguments, says="stdout", cwd=self.folder)

    def test_new_folders_are_made(self):
        self.succeed(*self.GENERATE, "x", "y", "-o", "a/b/x.wav", "--codes-out", "c/codes", cwd=self.folder)
        self.assertEqual(sorted(os.listdir(self.path("a/b"))), ["x_0.wav", "x_1.wav"])
        self.assertEqual(os.listdir(self.path("c")), ["codes"])

    def test_new_folders_go_when_nothing_comes_into_them(self):
        def small_files():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        self.refuse(*self.GENERATE, "x", "-o", "a/b/x.wav", status=1, says="x.wav", cwd=self.folder,
                    restore_signals=False, preexec_fn=small_files)
        self.assertEqual(os.listdir(self.folder), [])

    def test_flags_that_would_do_nothing(self):
        self.refuse(*self.GENERATE, "x", "--prompt-duration", "1", says="--continue", cwd=self.folder)
        self.refuse(*self.GENERATE, "x", "-o", "x.mp3", "--sample-format", "s24", says="--sample-format", cwd=self.folder)

    def test_a_sound_to_continue_that_is_too_long(self):
        self.succeed(*self.GENERATE, "x", "-d", "2", cwd=self.folder)
        for arguments, says in (([], "is 2 s long"), (["-d", "2"], "--duration"), (["-d", "1.5"], "--prompt-duration")):
            self.refuse(*self.GENERATE, *arguments, "--continue", "out.wav", "-o", "y.wav", says=says, cwd=self.folder)
        self.succeed(*self.GENERATE, "--prompt-duration", "0.3", "--continue", "out.wav", "-o", "y.wav", cwd=self.folder)

    def test_a_full_device(self):
        for arguments in (["-o", "/dev/full"], ["--codes-out", "/dev/full"]):
            self.refuse(*self.GENERATE, "x", *arguments, status=1, says="/dev/full", cwd=self.folder)
            self.assertEqual(os.listdir(self.folder), [])
            self.assertTrue(os.path.exists("/dev/full") and not os.path.isfile("/dev/full"))

    def test_a_full_stdout(self):
        for arguments in ([*self.GENERATE, "x", "-o", "-"], ["tokenize", "-m", MODEL, "x"],
                          ["info", "-m", MODEL], ["--help"]):
            with open("/dev/full", "wb") as full:
                process = subprocess.run([BINARY, *arguments], env=environment(), stdout=full,
                                         stderr=subprocess.PIPE, timeout=support.TIMEOUT_S, cwd=self.folder)
            lines = [line for line in process.stderr.decode().splitlines() if line.startswith("musicgen: ")]
            self.assertEqual((process.returncode, len(lines)), (1, 1), process.stderr)

    def test_a_write_that_fails_half_way(self):
        """A limit on the size of files stands for a full disk; it needs no root."""
        for limit in (0, 1000, 20000):
            def small_files():
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            self.refuse(*self.GENERATE, "x", status=1, says="out.wav", cwd=self.folder, restore_signals=False,
                        preexec_fn=small_files)
            self.assertEqual(os.listdir(self.folder), [])

    def test_a_failed_write_leaves_the_old_file(self):
        with open(self.path("out.wav"), "w") as file:
            file.write("old")

        def small_files():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        self.refuse(*self.GENERATE, "x", status=1, says="out.wav", cwd=self.folder, restore_signals=False,
                    preexec_fn=small_files)
        self.assertEqual(os.listdir(self.folder), ["out.wav"])
        with open(self.path("out.wav")) as file:
            self.assertEqual(file.read(), "old")


class Interruptions(CliTest):
    def start(self, *arguments):
        return subprocess.Popen([BINARY, "generate", "-m", MODEL, "-s", "1", *arguments], env=environment(),
                                cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def test_a_signal_ends_with_130_and_no_file(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            prompts = [f"prompt {i}" for i in range(16)]
            process = self.start("-d", "30", "--codes-out", "codes.safetensors", *prompts)
            first = process.stderr.readline()  # printed once the model is loaded
            process.send_signal(number)
            rest = process.stderr.read().decode()
            process.stderr.close()
            self.assertEqual(process.wait(timeout=support.TIMEOUT_S), 130, first.decode() + rest)
            lines = [line for line in rest.splitlines() if line.startswith("musicgen: ")]
            self.assertEqual(lines, ["musicgen: interrupted"])
            self.assertEqual(os.listdir(self.folder), [])

    def test_killed_at_any_moment_nothing_partial_stays(self):
        arguments = ["-d", "0.5", "--codes-out", "codes.safetensors", "x", "y"]
        whole = {}
        started = time.monotonic()
        process = self.start(*arguments)
        process.communicate()
        usual_s = time.monotonic() - started
        self.assertEqual(process.returncode, 0)
        for name in os.listdir(self.folder):
            with open(self.path(name), "rb") as file:
                whole[name] = file.read()
            os.remove(self.path(name))
        self.assertEqual(sorted(whole), ["codes.safetensors", "out_0.wav", "out_1.wav"])

        generator = random.Random(20)
        for i in range(KILLS):
            # Every other kill near the end, where the files are written.
            delay_s = usual_s * (generator.uniform(0.8, 1.1) if i % 2 else generator.uniform(0, 1))
            process = self.start(*arguments)
            time.sleep(delay_s)
            process.kill()
            process.communicate()
            for name in os.listdir(self.folder):
                self.assertIn(name, whole, f"a stray file after {delay_s} s")
                with open(self.path(name), "rb") as file:
                    self.assertEqual(file.read(), whole[name], f"{name} after {delay_s} s")
                os.remove(self.path(name))


if __name__ == "__main__":
    support.main()
