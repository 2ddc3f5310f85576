"""Files of prompts: text as editors write it, JSON objects, JSON arrays."""

import json
import os
import subprocess

import support
from support import BINARY, MODEL, ROOT, CliTest, environment

MELODY_MODEL = os.path.join(ROOT, "tests", "fixtures", "hf-tiny-melody")


class PromptsFile(CliTest):
    def write(self, text):
        with open(self.path("prompts.txt"), "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        return self.path("prompts.txt")

    def generate(self, text, *arguments):
        result = self.succeed("generate", "-m", MODEL, "--prompts-file", self.write(text), "-d", "0.1", "--json",
                              "-o", self.path("out.wav"), *arguments)
        return [json.loads(line) for line in result.out.splitlines()]

    def test_a_prompt_per_line(self):
        rows = self.generate("one\n\ntwo words\r\n", "-s", "10")
        self.assertEqual([(r["prompt"], r["seed"]) for r in rows], [("one", 10), ("two words", 11)])

    def test_objects(self):
        rows = self.generate('{"prompt": "one", "seed": 77, "duration": 0.2}\n{"melody": null}\nplain\n',
                             "-s", "10")
        self.assertEqual([(r["prompt"], r["seed"], r["frames"]) for r in rows],
                         [("one", 77, 10), (None, 11, 5), ("plain", 12, 5)])

    def test_wrong_lines_are_named(self):
        for line, says in (('{"prompt": 5}', "prompt"), ('{"prompt": "a"', "JSON"), ('{"duration": 1e9}', "86400"),
                           ('{"duration": "1"}', "duration"), ('{"seed": -4}', "seed"), ('{"seed": 1.5}', "seed"),
                           ('{"speed": 1}', "speed"), ('{"melody": 7}', "melody"),
                           ('{"continue": []}', "continue"), ('{"seed": 1, "seed": 2}', "twice"),
                           ("{" * 100000, "JSON")):
            with self.subTest(line[:40]):
                self.refuse("generate", "-m", MODEL, "--prompts-file", self.write("fine\n" + line + "\n"),
                            "-o", self.path("out.wav"), says="line 2")
                self.refuse("generate", "-m", MODEL, "--prompts-file", self.write(line + "\n"),
                            "-o", self.path("out.wav"), says=says)
        self.refuse("generate", "-m", MODEL, "--prompts-file", self.write("\n\n"), says="no prompt")
        for field in ("melody", "continue"):
            self.refuse("generate", "-m", MODEL, "--prompts-file", self.write('{"%s": "missing.wav"}\n' % field),
                        "-o", self.path("out.wav"), says="missing.wav")

    def prompts(self, text):
        return [row["prompt"] for row in self.generate(text, "-s", "1")]

    def test_text_of_every_editor(self):
        text = "rock\r\njazz café \U0001F3B5\r\n"
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32"):
            self.assertEqual(self.prompts(text.encode(encoding)), ["rock", "jazz café \U0001F3B5"], encoding)
        for mark, encoding in ((b"\xfe\xff", "utf-16-be"), (b"\0\0\xfe\xff", "utf-32-be")):
            self.assertEqual(self.prompts(mark + text.encode(encoding)), ["rock", "jazz café \U0001F3B5"], encoding)
        self.assertEqual(self.prompts("rock\rjazz\r"), ["rock", "jazz"])
        # Two files with marks behind one another.
        self.assertEqual(self.prompts("\ufeffrock\n\ufeffjazz\n\n\ufeff\n"), ["rock", "jazz"])

    def test_a_mark_in_front_of_json(self):
        rows = self.generate('\ufeff{"prompt":"rock","duration":0.2,"seed":9}\r\n{"prompt":"jazz"}\r\n', "-s", "1")
        self.assertEqual([(r["prompt"], r["frames"], r["seed"]) for r in rows], [("rock", 10, 9), ("jazz", 5, 2)])

    def test_what_is_no_text(self):
        for text, says in (("rock\njazz".encode("utf-16-le"), "UTF-16"), ("jazz café".encode("latin-1"), "line 1"),
                           (b"fine\nr\0ck", "NUL"), (b"\xff\xfea", "UTF-16"), (b"\xff\xfe\x00\xd8a\0", "UTF-16"),
                           (b"\xff\xfe\x00\xdc", "UTF-16"), (b"\xff\xfe\x00\xd8", "UTF-16"),
                           (b"\xff\xfe\0\0\0\0\xff\xff", "UTF-32"), (b'{"prompt": "a\\u0000b"}', "NUL"), (b"", "no prompt"),
                           (b"\xef\xbb\xbf", "no prompt")):
            with self.subTest(text):
                self.refuse("generate", "-m", MODEL, "--prompts-file", self.write(text), "-o", self.path("out.wav"),
                            says=says)

    def test_json_arrays(self):
        for text in ('[{"prompt":"rock","seed":4},"jazz"]', '\ufeff[\n  {"prompt": "rock",\n   "seed": 4},\n  "jazz"\n]\n'):
            rows = self.generate(text, "-s", "1")
            self.assertEqual([(r["prompt"], r["seed"]) for r in rows], [("rock", 4), ("jazz", 2)])
        self.assertEqual(self.prompts('{\n "prompt": "rock"\n}\n'), ["rock"])
        self.assertEqual(self.prompts("[intro] rock\n[x, y]"), ["[intro] rock", "[x, y]"])
        for text, says in (('["rock", 5]', "element 2"), ('[{"prompt": "a"}, {"speed": 1}]', "element 2"), ("[]", "no prompt"),
                           ('["rock",', "JSON"), ('[{"seed": 1, "seed": 2}]', "twice"), ("[[1]]", "element 1"),
                           ('["a"]\n["b"]', "JSON"), ('["' + "[" * 100000, "JSON"), ('{"prompt": ' + "[" * 100000, "JSON"),
                           ('{"prompt": ' + "[" * 500000 + "]" * 500000 + "}", "JSON")):
            with self.subTest(text[:40]):
                self.refuse("generate", "-m", MODEL, "--prompts-file", self.write(text), "-o", self.path("out.wav"),
                            says=says)

    def test_stdin_and_folders(self):
        process = subprocess.run([BINARY, "generate", "-m", MODEL, "-d", "0.1", "--json", "--prompts-file", "-", "-o",
                                  self.path("out.wav")], input=b"rock\njazz\n", capture_output=True, env=environment(),
                                 timeout=support.TIMEOUT_S, check=True)
        self.assertEqual([json.loads(line)["prompt"] for line in process.stdout.splitlines()], ["rock", "jazz"])
        self.refuse("generate", "-m", MODEL, "--prompts-file", self.folder, says="directory")
        self.refuse("generate", "-m", MODEL, "--prompts-file", "-", says="stdin holds no prompt")

    def test_flags_that_objects_do_not_heed_are_named(self):
        self.succeed("generate", "-m", MODEL, "-d", "0.5", "-s", "1", "-o", self.path("tune.wav"), "x")
        melody = ["generate", "-m", MELODY_MODEL, "-d", "0.1", "-s", "1", "--greedy", "--no-progress",
                  "--stems", "off", "--melody", self.path("tune.wav"), "-o", self.path("out.wav"), "--prompts-file"]
        self.assertIn("--melody", self.succeed(*melody, self.write('{"prompt": "a"}')).err)
        for text in ('{"prompt": "a", "melody": null}', "a", '["a"]', '{"melody": "%s"}' % self.path("tune.wav")):
            self.assertEqual(self.succeed(*melody, self.write(text)).err, "")
        result = self.succeed("generate", "-m", MODEL, "-d", "0.6", "-s", "1", "--continue", self.path("tune.wav"), "-o",
                              self.path("out.wav"), "--prompts-file", self.write('{"prompt": "a"}\nb\n{"continue": null}'))
        self.assertIn("--continue does not count for 1 JSON object ", result.err)
        for field in ("melody", "continue"):
            self.refuse(*melody, self.write('{"%s": ""}' % field), says=field)


if __name__ == "__main__":
    support.main()
