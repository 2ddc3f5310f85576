"""Options, their environment twins, and what is said about wrong ones."""

import json
import os

import support
from support import MODEL, CliTest, Tensor, read_codes, read_wav, write_codes


class Usage(CliTest):
    def test_help_and_version_are_data(self):
        for arguments in (["--help"], ["generate", "--help"], ["bench", "-h"], ["--version"]):
            result = self.succeed(*arguments)
            self.assertEqual(result.err, "")
            self.assertIn("musicgen", result.out)

    def test_every_flag_has_an_environment_twin(self):
        for command in ("generate", "tokenize", "score", "decode", "info", "bench"):
            for line in self.succeed(command, "--help").out.splitlines():
                words = line.split()
                if not words or not words[0].startswith("-") or "--help" in words[0]:
                    continue
                name = next(n for n in words[0].split(",") if n.startswith("--"))
                twin = "MUSICGEN_" + name[2:].upper().replace("-", "_")
                self.assertIn(f"(Env:{twin})", line)

    def test_one_line_for_wrong_usage(self):
        generate = ["generate", "-m", MODEL, "x"]
        for arguments, says in (
                ([], "subcommand"),
                (["frobnicate"], "frobnicate"),
                (["generate", "-m", MODEL], "prompt"),
                (["tokenize", "-m", MODEL], "text"),
                (["decode", "-m", MODEL], "codes"),
                (["score", "-m", MODEL], "--codes"),
                (["info", "-m", MODEL, "extra"], "extra"),
                ([*generate, "--frobnicate"], "--frobnicate"),
                ([*generate, "--duration"], "--duration"),
                ([*generate, "-d", "long"], "--duration"),
                ([*generate, "-d", "nan"], "--duration"),
                ([*generate, "-d", "inf"], "--duration"),
                ([*generate, "-d", "1e999"], "--duration"),
                ([*generate, "-d", "0"], "--duration"),
                ([*generate, "-d", "-3"], "--duration"),
                ([*generate, "-d", "86401"], "at most 86400"),
                ([*generate, "-d", "0.019"], "frame"),
                ([*generate, "-d", "1 0"], "--duration"),
                ([*generate, "-s", "-2"], "--seed"),
                ([*generate, "-s", "1.5"], "--seed"),
                ([*generate, "-s", "99999999999999999999"], "--seed"),
                ([*generate, "--temperature", "-1"], "--temperature"),
                ([*generate, "--temperature", "nan"], "--temperature"),
                ([*generate, "--top-k", "-1"], "--top-k"),
                ([*generate, "--top-p", "1.01"], "--top-p"),
                ([*generate, "--cfg-coef", "inf"], "--cfg-coef"),
                ([*generate, "--unconditional", "-1"], "--unconditional"),
                ([*generate, "-t", "-1"], "--threads"),
                ([*generate, "-t", "two"], "--threads"),
                ([*generate, "--precision", "f64"], "--precision"),
                ([*generate, "--precision", "q2"], "--precision"),
                ([*generate, "--device", "cuda"], "not available"),
                ([*generate, "--device", "cuda:1"], "not available"),
                ([*generate, "--device", "vulkan:99"], "ulkan"),
                ([*generate, "--device", "cuda:x"], "--device"),
                ([*generate, "--device", "cpu:0"], "--device"),
                ([*generate, "--device", "abacus"], "--device"),
                ([*generate, "--reference", "other"], "--reference"),
                ([*generate, "--strategy", "loud"], "--strategy"),
                ([*generate, "--format", "aiff"], "--format"),
                ([*generate, "--sample-format", "u8"], "--sample-format"),
                ([*generate, "-o", "x.xyz"], ".xyz"),
                ([*generate, "-o", "x.flac", "--sample-format", "f32"], "FLAC"),
                (["chroma", "x.wav"], "--output"),
                (["chroma", "x.wav", "-o", "y", "--reference", "z"], "--reference"),
                (["plot", "-o", "x.png"], "audio"),
                ([*generate, "-o", ""], "--output"),
                ([*generate, "y", "-o", "-"], "stdout"),
                ([*generate, "-o", "-", "--json"], "stdout"),
                ([*generate, "--prompts-file", "/nowhere"], "/nowhere"),
                (["generate", "-m", "/nowhere", "x"], "/nowhere"),
                (["bench", "-m", MODEL, "--steps", "3"], "--steps"),
                (["bench", "-m", MODEL, "--batch", "0"], "--batch")):
            with self.subTest(arguments):
                self.refuse(*arguments, says=says, cwd=self.folder)
                self.assertEqual(os.listdir(self.folder), [])

    def test_one_dash_too_many_or_too_few(self):
        generate = ["generate", "-m", MODEL, "-d", "0.1", "-o", self.path("out.wav")]
        for argument, says in (("-soft piano", "-soft piano"), ("-temperature", "--temperature"), ("-melody", "--melody"),
                               ("-output", "--output"), ("-old blues", "-old blues"), ("-metal", "-metal"),
                               ("-5 dB louder", "-- "), ("- slow -", "-- "), ("--slow piano", "-- "),
                               ("-threads", "--threads"), ("-seed=5", "--seed"), ("--temp", "--temperature"),
                               ("--top_k", "--top-k"), ("--durration", "--duration"), ("-n", "-n")):
            with self.subTest(argument):
                result = self.refuse(*generate, argument, "0.5", says=says)
                self.assertIn(argument, result.err)
        for arguments in (["-d0.2", "-s7", "-t1", "x"], ["--", "-soft piano"], ["--prompt", "-soft piano"],
                          ["--prompt=-soft"], ["-p", "one", "two", "--prompt", "three", "-s", "-1"], ["--seed=-1", "x"]):
            with self.subTest(arguments):
                self.succeed(*generate, *arguments)
        self.succeed("tokenize", "-m", MODEL, "--", "-soft piano")
        self.assertIn("-- ", self.refuse("tokenize", "-m", MODEL, "-soft piano").err)
        self.assertNotIn("-- ", self.refuse("info", "-m", MODEL, "-soft").err)

    def test_a_prompt_behind_its_flag(self):
        rows = self.succeed("generate", "-m", MODEL, "-d", "0.1", "-o", self.path("out.wav"), "--json", "-s", "1", "a",
                            "-p", "-b", "--prompt", "[c, d]", "--no-progress", env={"MUSICGEN_PROMPT": "e"}).out
        self.assertEqual([json.loads(row)["prompt"] for row in rows.splitlines()], ["a", "-b", "[c, d]"])
        rows = self.succeed("generate", "-m", MODEL, "-d", "0.1", "-o", self.path("out.wav"), "--json",
                            env={"MUSICGEN_PROMPT": "e"}).out
        self.assertEqual(json.loads(rows)["prompt"], "e")

    def test_an_empty_name_is_refused(self):
        for flag in ("--melody", "--continue", "--prompts-file", "--codes-out", "--output", "--text-encoder", "--codec",
                     "--model"):
            for arguments in ([flag, ""], [flag + "="]):
                self.refuse("generate", "-m", MODEL, "x", *arguments, says=flag, cwd=self.folder)
        self.refuse("score", "-m", MODEL, "--codes", "", says="--codes")
        self.refuse("encode", "", "-m", MODEL, says="audio")

    def test_text_arrives_as_it_was_given(self):
        texts = ["[intro, verse]", "", "info", '"quoted"', "a;b", "50%", "[x]", "tab\tand é"]
        together = self.succeed("tokenize", "-m", MODEL, "--", *texts).out.splitlines()
        self.assertEqual(len(together), len(texts))
        # The comma of a list would have been lost.
        self.assertEqual(together[0], self.succeed("tokenize", "-m", MODEL, " [intro, verse]").out.strip())
        self.assertEqual(json.loads(together[1]), [1])


class Environment(CliTest):
    def generate(self, *arguments, env):
        result = self.succeed("generate", *arguments, "x", env=env, cwd=self.folder)
        return result

    def test_twins_stand_for_flags(self):
        result = self.generate(env={
            "MUSICGEN_MODEL": MODEL, "MUSICGEN_DURATION": "0.4", "MUSICGEN_SEED": "7", "MUSICGEN_JSON": "1",
            "MUSICGEN_OUTPUT": "here.wav", "MUSICGEN_SAMPLE_FORMAT": "s24", "MUSICGEN_THREADS": "1",
            "MUSICGEN_CODES_OUT": "twin.safetensors", "MUSICGEN_TOP_K": "5", "MUSICGEN_CFG_COEF": "2"})
        row = json.loads(result.out)
        self.assertEqual((row["seed"], row["frames"], row["file"]), (7, 20, "here.wav"))
        self.assertEqual(read_wav(self.path("here.wav")).bits, 24)
        self.generate("-m", MODEL, "-d", "0.4", "-s", "7", "--codes-out", "flag.safetensors", "--top-k", "5",
                      "--cfg-coef", "2", env={})
        self.assertEqual(read_codes(self.path("twin.safetensors")), read_codes(self.path("flag.safetensors")))

    def test_a_flag_wins_over_its_twin(self):
        result = self.generate("-m", MODEL, "-d", "0.1", "-s", "3", "--json",
                               env={"MUSICGEN_SEED": "9", "MUSICGEN_MODEL": "/nowhere"})
        self.assertEqual(json.loads(result.out)["seed"], 3)

    def test_the_last_of_a_repeated_flag_wins(self):
        result = self.generate("-m", "/nowhere", "-m", MODEL, "-d", "0.1", "-s", "3", "--seed", "4", "--json",
                               env={})
        self.assertEqual(json.loads(result.out)["seed"], 4)

    def test_a_wrong_twin_is_named(self):
        self.refuse("generate", "-m", MODEL, "x", env={"MUSICGEN_TOP_K": "many"}, says="MUSICGEN_TOP_K")
        self.refuse("generate", "-m", MODEL, "x", env={"MUSICGEN_GREEDY": "maybe"}, says="MUSICGEN_GREEDY")

    def test_an_instruction_set_that_cannot_run_is_refused_before_any_work(self):
        codes = self.path("codes.safetensors")
        write_codes(codes, Tensor([1, 4, 5], [0] * 20))
        for command in (["generate", "x", "-d", "0.1"], ["generate", "x", "-d", "0.1", "--no-progress"],
                        ["generate", "x", "-d", "0.1", "--no-progress", "--json"],
                        ["decode", codes], ["score", "--codes", codes],
                        ["bench"]):
            for threads in ("1", "2", "3"):
                with self.subTest(command=command, threads=threads):
                    self.refuse(*command, "-m", MODEL, "-t", threads, env={"MUSICGEN_ISA": "mmx"},
                                says="MUSICGEN_ISA", cwd=self.folder)
                    self.assertEqual(os.listdir(self.folder), ["codes.safetensors"])


class InfoAndBench(CliTest):
    def test_info(self):
        info = json.loads(self.succeed("info", "-m", MODEL, "--json").out)
        with open(os.path.join(MODEL, "config.json")) as file:
            config = json.load(file)
        self.assertEqual(info["hidden_size"], config["decoder"]["hidden_size"])
        self.assertEqual(info["layers"], config["decoder"]["num_hidden_layers"])
        self.assertEqual(info["sample_rate"], 32000)
        self.assertEqual(set(info["memory"]), {"f32", "f16", "bf16", "q8", "q4"})
        self.assertLess(info["memory"]["bf16"]["weights_bytes"], info["memory"]["f32"]["weights_bytes"])
        self.assertIn("codebooks", self.succeed("info", "-m", MODEL).out)

    def test_bench_is_one_json_object(self):
        result = self.succeed("bench", "-m", MODEL, "--steps", "60", "-t", "1", "--precision", "f32")
        row = json.loads(result.out)
        for key in ("steps_per_s", "steps_per_s_1s", "seconds_to_first_audio", "codec_decode_x_realtime",
                    "codec_encode_x_realtime", "load_s", "peak_memory_bytes", "steps_per_s_last_second",
                    "stream_steps_per_s", "bandwidth_share_1s", "bandwidth_gb_per_s", "bytes_per_step", "bandwidth_share",
                    "prompt_pass_s", "prompt_hold_s"):
            self.assertGreater(row[key], 0, key)
        self.assertIsNone(row["steps_per_s_10s"])
        self.assertEqual(row["prompt_columns"], 57)
        self.assertEqual(len(row["bandwidth_passes_gb_per_s"]), 10)
        self.assertEqual(max(row["bandwidth_passes_gb_per_s"]), row["bandwidth_gb_per_s"])
        self.assertAlmostEqual(sum(stage["time_share"] for stage in row["stages"].values()), 1)
        self.assertAlmostEqual(sum(stage["bytes_per_step"] for stage in row["stages"].values()), row["bytes_per_step"])
        # The model's, not that of the buffer which measures the bandwidth.
        self.assertLess(row["peak_memory_bytes"], 600e6)
        self.assertEqual((row["threads"], row["precision"], row["steps"], row["batch"]), (1, "f32", 60, 1))
        for key in ("isa", "cpu", "commit", "build_type", "model"):
            self.assertTrue(row[key], key)

    def test_bench_of_a_batch(self):
        row = json.loads(self.succeed("bench", "-m", MODEL, "--steps", "20", "--batch", "3").out)
        self.assertEqual((row["batch"], row["steps"]), (3, 20))

    def test_bench_of_the_fewest_steps(self):
        row = json.loads(self.succeed("bench", "-m", MODEL, "--steps", "4").out)
        self.assertEqual(row["prompt_columns"], 1)


if __name__ == "__main__":
    support.main()
