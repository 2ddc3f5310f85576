"""The ComfyUI nodes: their classes against a server, their interruption against one that says what it heard.

Needs torch: run by an interpreter that has it, else skipped.
"""

import importlib.util
import io
import json
import os
import struct
import subprocess
import sys
import threading
import types
import unittest
import wave
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BINARY = os.environ.get("MUSICGEN_BINARY", os.path.join(ROOT, "build", "release", "bin", "musicgen"))
MELODY_MODEL = os.path.join(ROOT, "tests", "fixtures", "hf-tiny-melody")
MODEL = os.path.join(ROOT, "tests", "fixtures", "hf-tiny-mono")


def find_torch():
    """Goes on as an interpreter that has torch; where there is none the tests are skipped."""
    if importlib.util.find_spec("torch") or os.environ.get("MUSICGEN_SEARCHED"):
        return
    for python in (os.environ.get("MUSICGEN_ORACLE", ""), os.path.join(ROOT, "build", "torch", "bin", "python"),
                   "/usr/bin/python3"):
        if os.access(python, os.X_OK) and subprocess.run([python, "-c", "import torch, numpy"],
                                                         stderr=subprocess.DEVNULL).returncode == 0:
            os.execve(python, [python, "-B", *sys.argv], {**os.environ, "MUSICGEN_SEARCHED": "1"})


def load_pack(comfy=None):
    """The pack, as ComfyUI imports it: a folder of any name. `comfy` stands for ComfyUI's own modules."""
    for name in [name for name in sys.modules if name.split(".")[0] in ("comfy", "pack")]:
        del sys.modules[name]
    sys.modules.update(comfy or {})
    folder = os.path.join(ROOT, "integrations", "comfyui")
    spec = importlib.util.spec_from_file_location("pack", os.path.join(folder, "__init__.py"),
                                                  submodule_search_locations=[folder])
    sys.modules["pack"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules["pack"])
    return sys.modules["pack"]


def wav(values, channels=1, rate=32000):
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(struct.pack(f"<{len(values)}h", *values))
    return file.getvalue()


class Stub(ThreadingHTTPServer):
    """Answers as the server does, and keeps what it was asked."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), StubAnswers)
        self.heard, self.refusals, self.endless = [], 0, False
        self.address = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def count(self, method):
        return sum(entry[0] == method for entry in self.heard)


class StubAnswers(BaseHTTPRequestHandler):
    def answer(self, status, body, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def job(self, status, done):
        return json.dumps({"id": "ab", "status": status, "n": 2, "steps_done": done, "steps_total": 50,
                           "error": None}).encode()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append(("POST", body, self.headers))
        if self.server.refusals > 0:
            self.server.refusals -= 1
            return self.answer(429, b"{}", Retry_After="0")
        if b"refuse me" in body:
            return self.answer(400, b'{"error": {"message": "input: expected another one"}}')
        self.answer(202, self.job("queued", 0))

    def do_GET(self):
        if "/audio" in self.path:
            return self.answer(200, wav([0, 16384, -32768, 32767] if "take=0" in self.path else [0] * 4, channels=2))
        self.server.heard.append(("GET", self.path))
        done = min(50, 25 * self.server.count("GET"))
        self.answer(200, self.job("succeeded" if done == 50 and not self.server.endless else "running", done))

    def do_DELETE(self):
        self.server.heard.append(("DELETE", self.path))
        self.answer(200, self.job("cancelled", 3))

    def log_message(self, *arguments):
        pass


def has_torch():
    return importlib.util.find_spec("torch") is not None


@unittest.skipUnless(has_torch(), "no interpreter with torch is there")
class AgainstAStub(unittest.TestCase):
    def setUp(self):
        os.environ.pop("MUSICGEN_API_KEY", None)
        self.stub = Stub()
        self.addCleanup(self.stub.server_close)
        self.addCleanup(self.stub.shutdown)

    def text(self, pack, **inputs):
        node = pack.NODE_CLASS_MAPPINGS["MusicGenText"]
        return getattr(node(), node.FUNCTION)(**{"prompt": "x é", "seconds": 1.0, "seed": 7,
                                                 "server": self.stub.address, **inputs})

    def test_what_comfyui_reads_of_the_nodes(self):
        pack = load_pack()
        self.assertEqual(set(pack.NODE_CLASS_MAPPINGS), set(pack.NODE_DISPLAY_NAME_MAPPINGS))
        for node in pack.NODE_CLASS_MAPPINGS.values():
            types_of = node.INPUT_TYPES()
            self.assertTrue(callable(getattr(node, node.FUNCTION)))
            self.assertEqual(len(node.RETURN_TYPES), len(node.RETURN_NAMES))
            for name, entry in {**types_of["required"], **types_of.get("optional", {})}.items():
                self.assertIn(entry[0], ("STRING", "FLOAT", "INT", "AUDIO"), name)

    def test_takes_become_a_batch(self):
        (audio,) = self.text(load_pack(), takes=2)
        self.assertEqual(audio["sample_rate"], 32000)
        self.assertEqual(audio["waveform"].tolist(), [[[0.0, -1.0], [0.5, 32767 / 32768]], [[0.0, 0.0], [0.0, 0.0]]])
        body = self.stub.heard[0][1].decode()
        for name, value in (("input", "x é"), ("audio_length", "1.0"), ("seed", "7"), ("n", "2"), ("async", "true")):
            self.assertIn(f'name="{name}"\r\n\r\n{value}\r\n', body)

    def test_the_key_comes_from_the_environment(self):
        os.environ["MUSICGEN_API_KEY"] = "secret"
        self.text(load_pack())
        self.assertEqual(self.stub.heard[0][2]["Authorization"], "Bearer secret")

    def test_progress_and_interruption(self):
        class Interrupted(Exception):
            pass

        seen = []

        class Bar:
            def __init__(self, total):
                seen.append(total)

            def update_absolute(self, value, total):
                seen.append((value, total))

        def check():
            if self.stub.count("GET") >= 3:
                raise Interrupted

        comfy = {"comfy": types.ModuleType("comfy"), "comfy.utils": types.ModuleType("comfy.utils"),
                 "comfy.model_management": types.ModuleType("comfy.model_management")}
        comfy["comfy.utils"].ProgressBar = Bar
        comfy["comfy.model_management"].throw_exception_if_processing_interrupted = check
        self.addCleanup(load_pack)
        self.stub.endless = True
        with self.assertRaises(Interrupted):
            self.text(load_pack(comfy))
        self.assertEqual(seen[:3], [50, (25, 50), (50, 50)])
        self.assertEqual(self.stub.heard[-1], ("DELETE", "/v1/jobs/ab"))

    def test_refusals(self):
        pack = load_pack()
        self.stub.refusals = 2
        self.text(pack)
        self.assertEqual(self.stub.count("POST"), 3)
        with self.assertRaisesRegex(RuntimeError, "^input: expected another one$"):
            self.text(pack, prompt="refuse me")
        with self.assertRaisesRegex(RuntimeError, "no MusicGen server answers at http://127.0.0.1:9"):
            self.text(pack, server="http://127.0.0.1:9")
        with self.assertRaisesRegex(RuntimeError, "expected an address"):
            self.text(pack, server="file:///etc")

    def test_bars(self):
        self.assertEqual(load_pack().NODE_CLASS_MAPPINGS["MusicGenBars"]().measure(120.0, 8, 4), (16.0, "120 bpm"))


def serves():
    return b"--port" in subprocess.run([BINARY, "serve", "--help"], stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL).stdout


@unittest.skipUnless(has_torch(), "no interpreter with torch is there")
@unittest.skipUnless(serves(), "the program was built without its server")
class AgainstTheServer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("MUSICGEN_")}
        cls.process = subprocess.Popen([BINARY, "serve", "-m", MELODY_MODEL, "-m", MODEL, "--port", "0"], env=environment,
                                       stderr=subprocess.PIPE, text=True)
        cls.address = next(line.split()[-1] for line in cls.process.stderr if "listening on" in line)
        threading.Thread(target=cls.process.stderr.read, daemon=True).start()
        os.environ["MUSICGEN_SERVER"] = cls.address
        os.environ.pop("MUSICGEN_API_KEY", None)
        cls.nodes = load_pack().NODE_CLASS_MAPPINGS

    @classmethod
    def tearDownClass(cls):
        cls.process.terminate()
        cls.process.wait(60)
        cls.process.stderr.close()

    def make(self, name, **inputs):
        node = self.nodes[name]
        (audio,) = getattr(node(), node.FUNCTION)(**{"prompt": "x", "seed": 1, **inputs})
        return audio

    def test_text(self):
        audio = self.make("MusicGenText", seconds=0.5, model=MODEL, takes=2)
        self.assertEqual((list(audio["waveform"].shape), audio["sample_rate"]), ([2, 1, 16000], 32000))
        again = self.make("MusicGenText", seconds=0.5, model=MODEL)
        self.assertTrue((again["waveform"][0] == audio["waveform"][0]).all())
        self.assertFalse((audio["waveform"][0] == audio["waveform"][1]).all())

    def test_melody_and_continuation(self):
        import torch
        tone = {"waveform": 0.5 * torch.sin(torch.arange(32000) * 0.09).reshape(1, 1, -1), "sample_rate": 32000}
        melody = self.make("MusicGenMelody", seconds=0.5, melody=tone)
        plain = self.make("MusicGenText", seconds=0.5)
        self.assertEqual(melody["waveform"].shape, plain["waveform"].shape)
        self.assertFalse((melody["waveform"] == plain["waveform"]).all())
        for use_seconds, prompt_s in ((0.0, 1.0), (0.5, 0.5), (-0.25, 0.25)):
            longer = self.make("MusicGenContinue", seconds=prompt_s + 0.5, audio=tone, use_seconds=use_seconds, model=MODEL)
            self.assertEqual(longer["waveform"].shape[-1], int((prompt_s + 0.5) * 50) * 640)

    def test_what_the_server_says(self):
        with self.assertRaisesRegex(RuntimeError, "^model: expected one that is served"):
            self.make("MusicGenText", seconds=0.5, model="no-such-model")


if __name__ == "__main__":
    find_torch()
    unittest.main(argv=[sys.argv[0], "-v", *sys.argv[1:]])
