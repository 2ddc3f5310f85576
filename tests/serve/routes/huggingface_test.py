"""huggingface_hub's InferenceClient posts text and gets sound."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from clients import need  # noqa: E402
from support import TINY, TINY_MELODY, ServerTest, command_line, main  # noqa: E402

os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
huggingface_hub, errors = need("huggingface_hub", "huggingface_hub.errors")
PROMPT = "a piano"


class Inference(ServerTest):
    models = (TINY, TINY_MELODY)

    def client(self, path=""):
        return huggingface_hub.InferenceClient(model=self.server.url + path, token="hf_test")

    def test_the_bare_address(self):
        sound = self.client("/").text_to_speech(PROMPT, extra_body={"seed": 5, "duration": 1})
        self.same(sound, command_line("-m", TINY, "-d", "1", "-s", "5", "--format", "flac", PROMPT))

    def test_parameters_of_generate(self):
        sound = self.client("/models/facebook/hf-tiny-mono").text_to_speech(
            PROMPT, do_sample=True, temperature=0.8, top_k=40, max_new_tokens=53, extra_body={"seed": 5})
        wanted = command_line("-m", TINY, "-d", "1", "-s", "5", "--format", "flac", "--temperature", "0.8", "--top-k", "40",
                              PROMPT)
        self.same(sound, wanted)

    def test_plain_requests(self):
        body = {"inputs": PROMPT, "parameters": {"generate_kwargs": {"max_new_tokens": 28, "do_sample": False}}}
        answer = self.server.post("/models/hf-tiny-melody", body, headers={"Accept": "audio/wav"})
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "audio/wav"), answer.body[:200])
        self.assertTrue(answer.body.startswith(b"RIFF"))

    def test_faults(self):
        self.assertEqual(self.server.post("/models/nobody", {"inputs": "x"}).status, 404)
        answer = self.server.post("/", {"parameters": {}})
        self.assertEqual(answer.status, 400)
        self.assertIn("inputs", answer.json["error"])
        with self.assertRaises(errors.HfHubHTTPError):
            self.client("/").text_to_speech(PROMPT, max_new_tokens=1)


if __name__ == "__main__":
    main()
