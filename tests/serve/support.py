"""What the tests of the whole server share: starting it, asking it, and ending it.

Standard library alone. MUSICGEN_BINARY names the program; without it, the release build is taken.
"""

import array
import contextlib
import http.client
import importlib.util
import json
import math
import os
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest



def _load_cli():
    """What the tests of the command line share; its file has this one's name."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli", "support.py")
    spec = importlib.util.spec_from_file_location("cli_support", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


cli = _load_cli()
BINARY, ROOT, LONG = cli.BINARY, cli.ROOT, cli.LONG
FIXTURES = os.path.join(ROOT, "tests", "fixtures")
TINY = os.path.join(FIXTURES, "hf-tiny-mono")
TINY_MELODY = os.path.join(FIXTURES, "hf-tiny-melody")
DEMO = os.path.join(ROOT, "models", "demo")
START_S = 120
ANSWER_S = 120


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def error(self):
        return self.json["error"]


class Server:
    """A server of its own, on a free port. What it prints is in `errors()`.

    One thread computes for tiny models, unless more are asked for: they gain nothing by more, and threads that wait
    for one another lose much where other tests run beside them.
    """

    def __init__(self, *arguments, models=(TINY,), env=None, wait=True, scheme="http", threads=None):
        if threads is None:
            threads = 1 if models and all(model.startswith(FIXTURES) for model in models) else 0
        flags = ["--threads", str(threads), *(flag for model in models for flag in ("--model", model))]
        self._log = tempfile.TemporaryFile()
        self.scheme = scheme
        self.process = subprocess.Popen(
            [BINARY, "serve", "--port", "0", *flags, *map(str, arguments)], env=cli.environment(env),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.output = b""
        self.port = self._read_port()
        self._readers = [threading.Thread(target=self._copy, args=(self.process.stderr, True), daemon=True),
                         threading.Thread(target=self._copy, args=(self.process.stdout, False), daemon=True)]
        for reader in self._readers:
            reader.start()
        if wait:
            self.wait_until_ready()

    def _read_port(self):
        """From "listening on http://127.0.0.1:PORT"."""
        end = time.monotonic() + START_S
        seen = b""
        while time.monotonic() < end:
            if not select.select([self.process.stderr], [], [], 1)[0]:
                continue
            piece = os.read(self.process.stderr.fileno(), 4096)
            seen += piece
            self._log.write(piece)
            found = re.search(rb"listening on https?://\S+:(\d+)\n", seen)
            if found:
                return int(found.group(1))
            if not piece:
                break
        self.process.kill()
        self.process.wait()
        raise RuntimeError("the server did not start: " + seen.decode("utf-8", "replace"))

    def _copy(self, pipe, is_log):
        for piece in iter(lambda: os.read(pipe.fileno(), 65536), b""):
            if is_log:
                self._log.write(piece)
            else:
                self.output += piece

    def errors(self):
        self._log.seek(0)
        text = self._log.read().decode("utf-8", "replace")
        self._log.seek(0, os.SEEK_END)
        return text

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def wait_until_ready(self):
        end = time.monotonic() + START_S
        while self.ask("GET", "/health").status != 200:
            if time.monotonic() > end or self.process.poll() is not None:
                raise RuntimeError("the server is not ready: " + self.errors())
            time.sleep(0.02)

    def open(self, timeout=ANSWER_S):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def ask(self, method, path, body=None, headers=None, timeout=ANSWER_S):
        connection = self.open(timeout)
        try:
            if isinstance(body, (dict, list)):
                headers = {"Content-Type": "application/json", **(headers or {})}
                body = json.dumps(body)
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def post(self, path, body, **options):
        return self.ask("POST", path, body, **options)

    def generate(self, **fields):
        return self.post("/v1/audio/generate", fields)

    def upload(self, path, fields, files):
        """A multipart form. `files`: name → bytes."""
        boundary = "----musicgen-boundary"
        parts = []
        for name, value in fields.items():
            parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
        for name, data in files.items():
            parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}.wav"\r\n'
                         f"Content-Type: application/octet-stream\r\n\r\n".encode() + data + b"\r\n")
        body = b"".join(parts) + f"--{boundary}--\r\n".encode()
        return self.ask("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={boundary}"})

    def stream(self, **fields):
        """A running streamed job: its connection and answer, whose head has come."""
        connection = self.open()
        connection.request("POST", "/v1/audio/generate", json.dumps({"stream": True, **fields}),
                           {"Content-Type": "application/json"})
        return connection, connection.getresponse()

    def job(self, job_id):
        return self.ask("GET", f"/v1/jobs/{job_id}").json

    def wait_for(self, job_id, *states, timeout=ANSWER_S):
        end = time.monotonic() + timeout
        while True:
            job = self.job(job_id)
            if job["status"] in states:
                return job
            if time.monotonic() > end:
                raise AssertionError(f"job {job_id} is {job['status']}, expected {states}")
            time.sleep(0.01)

    def metrics(self):
        """Sample → value."""
        text = self.ask("GET", "/metrics").body.decode()
        rows = [line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#")]
        return {name: float(value) for name, value in rows}

    def resident_bytes(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            for line in file:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) * 1024
        raise AssertionError("no VmRSS")

    def terminate(self, timeout=60):
        """SIGTERM; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for reader in self._readers:
            reader.join(5)
        self.process.stdout.close()
        self.process.stderr.close()
        self._log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class ServerTest(unittest.TestCase):
    """One server for all tests of a class: `arguments` and `models` say which."""

    arguments = ()
    models = (TINY,)

    @classmethod
    def setUpClass(cls):
        cls.server = Server(*cls.arguments, models=cls.models)

    @classmethod
    def tearDownClass(cls):
        alive, errors = cls.server.process.poll() is None, cls.server.errors()
        cls.server.close()
        if not alive:
            raise AssertionError("the server has ended by itself: " + errors)

    def same(self, found, expected, where=None):
        """Of bytes, which no message should print."""
        if found != expected:
            at = next((i for i, (a, b) in enumerate(zip(found, expected)) if a != b), min(len(found), len(expected)))
            self.fail(f"{where or 'bytes'}: {len(found)} found, {len(expected)} expected, the first other one is {at}")

    def refuse(self, answer, status, says="", param=None):
        """Expects our shape of an error."""
        self.assertEqual(answer.status, status, answer.body)
        error = answer.error
        self.assertEqual(set(error), {"message", "type", "param", "code"})
        self.assertIn(says, error["message"])
        self.assertEqual(error["param"], param)


def sound(seconds=3.0, rate=32000, hz=440.0):
    """A WAV file: a tone that comes and goes."""
    samples = array.array("h", (int(12000 * math.sin(2 * math.pi * hz * i / rate) * math.sin(9 * i / rate))
                                for i in range(int(seconds * rate))))
    data = samples.tobytes()
    head = struct.pack("<IHHIIHH", 16, 1, 1, rate, 2 * rate, 2, 16)
    return (b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + head + b"data" +
            struct.pack("<I", len(data)) + data)


@contextlib.contextmanager
def sound_file(**how):
    """The path of a file with that sound."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "sound.wav")
        with open(path, "wb") as file:
            file.write(sound(**how))
        yield path


def command_line(*arguments):
    """The bytes of a file that `musicgen generate` writes."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out")
        result = cli.run("generate", *arguments, "-o", out)
        if result.status != 0:
            raise AssertionError(result.err)
        with open(out, "rb") as file:
            return file.read()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main():
    unittest.main(argv=[sys.argv[0], "-v", *sys.argv[1:]])
