"""Broken checkpoints and codes files: exit status 2 and one sentence, never a crash."""

import json
import os
import subprocess
import sys

import support
from support import MODEL, CliTest

MAKER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "checkpoint", "make_hostile.py")


class Checkpoints(CliTest):
    def test_each_is_refused_with_one_sentence(self):
        folder = self.path("hostile")
        subprocess.run([sys.executable, "-B", MAKER, MODEL, folder], check=True, timeout=support.TIMEOUT_S)
        with open(os.path.join(folder, "manifest.json")) as file:
            cases = json.load(file)
        self.assertGreaterEqual(len(cases), 40)
        for case in cases:
            with self.subTest(case["name"], wrong=case["wrong"]):
                self.refuse("generate", "-m", os.path.join(folder, case["name"]), "--strict", "-d", "0.1", "-s", "1",
                            "-o", self.path("out.wav"), "x")
                self.assertFalse(os.path.exists(self.path("out.wav")))


class CodesFiles(CliTest):
    def test_each_is_refused_with_one_sentence(self):
        fine = self.path("fine.safetensors")
        self.succeed("generate", "-m", MODEL, "-d", "0.1", "--codes-out", fine, "-o", self.path("out.wav"), "x")
        with open(fine, "rb") as file:
            data = file.read()
        length = int.from_bytes(data[:8], "little")
        header, payload = data[8:8 + length], data[8 + length:]

        def with_header(new):
            return len(new).to_bytes(8, "little") + new + payload
        cases = {
            "empty": b"",
            "short": data[:7],
            "truncated header": data[:20],
            "truncated payload": data[:-1],
            "longer": data + b"\0",
            "huge header": (1 << 62).to_bytes(8, "little") + data[8:],
            "not JSON": with_header(b"x" * length),
            "nested": with_header(b"[" * 100000),
            "another name": with_header(header.replace(b'"codes"', b'"kodes"')),
            "float": with_header(header.replace(b'"I64"', b'"F64"')),
            "negative code": data[:-8] + b"\xff" * 8,
            "large code": data[:-8] + (2048).to_bytes(8, "little"),
        }
        for name, content in cases.items():
            with self.subTest(name):
                path = self.path("codes.safetensors")
                with open(path, "wb") as file:
                    file.write(content)
                for command in (["decode", path, "-o", self.path("decoded.wav")], ["score", "--codes", path]):
                    self.refuse(*command, "-m", MODEL)
                self.assertFalse(os.path.exists(self.path("decoded.wav")))
        for path in ("/nowhere", self.folder):
            self.refuse("decode", path, "-m", MODEL, "-o", self.path("decoded.wav"))


if __name__ == "__main__":
    support.main()
