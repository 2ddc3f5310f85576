"""Allocations that fail: exit status 1 and one sentence, and nothing half-written. Not for sanitizers, which reserve
more address space than any limit here."""

import os
import resource

import support
from support import MODEL, CliTest

MEGABYTE = 1 << 20


def limit(megabytes):
    return lambda: resource.setrlimit(resource.RLIMIT_AS, (megabytes * MEGABYTE, megabytes * MEGABYTE))


def least():
    """Megabytes with which the program and its libraries come up at all."""
    for megabytes in range(16, 200, 2):
        if support.run("--version", preexec_fn=limit(megabytes)).status == 0:
            return megabytes
    raise AssertionError("the program does not start")


class Memory(CliTest):
    def check(self, *arguments, output):
        """At every limit from what the program itself needs up to plenty, it works or says that it cannot."""
        failures, start = 0, least()
        for megabytes in [*range(start, start + 40, 2), *range(start + 40, 200, 8), *range(200, 1024, 216)]:
            with self.subTest(megabytes=megabytes):
                result = support.run(*arguments, preexec_fn=limit(megabytes))
                self.assertIn(result.status, (0, 1), result.err)
                self.assertEqual(os.path.exists(output), result.status == 0)
                if result.status == 1:
                    failures += 1
                    self.assertEqual(len(result.complaints), 1, result.err)
                    self.assertEqual(os.listdir(os.path.dirname(output)), [])
                else:
                    os.remove(output)
        self.assertGreater(failures, 3)
        self.assertEqual(result.status, 0, result.err)

    def folder_for(self, name):
        os.mkdir(self.path("out"))
        return os.path.join(self.path("out"), name)

    def test_generating_from_a_gguf_file(self):
        self.succeed("convert", "-m", MODEL, "-o", self.path("m.gguf"))
        output = self.folder_for("out.wav")
        self.check("generate", "-m", self.path("m.gguf"), "-d", "0.3", "-o", output, "x", output=output)

    def test_generating_from_a_folder(self):
        output = self.folder_for("out.wav")
        self.check("generate", "-m", MODEL, "-d", "0.3", "-o", output, "x", output=output)

    def test_converting(self):
        output = self.folder_for("m.gguf")
        self.check("convert", "-m", MODEL, "-o", output, "--precision", "q8", output=output)


if __name__ == "__main__":
    support.main()
