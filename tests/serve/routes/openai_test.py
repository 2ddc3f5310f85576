"""OpenAI's own client drives /v1/audio/speech."""

import base64
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from clients import is_mp3, need  # noqa: E402
from support import TINY, ServerTest, main  # noqa: E402

(openai,) = need("openai")


class Speech(ServerTest):
    arguments = ("--api-key", "sk-test")

    def setUp(self):
        self.client = openai.OpenAI(base_url=self.server.url + "/v1", api_key="sk-test", max_retries=0)
        self.addCleanup(self.client.close)

    def speak(self, extra=None, **options):
        return self.client.audio.speech.create(**{"model": "tts-1", "voice": "alloy", "input": "a piano", **options},
                                               extra_body={"duration_seconds": 1, "seed": 3, **(extra or {})})

    def test_formats(self):
        sound = self.speak().content
        self.assertTrue(is_mp3(sound))
        for name, magic in (("wav", b"RIFF"), ("flac", b"fLaC"), ("opus", b"OggS")):
            self.assertTrue(self.speak(response_format=name).content.startswith(magic), name)
        self.assertEqual(len(self.speak(response_format="pcm").content), 2 * 24000)
        self.assertEqual(len(self.speak({"sample_rate": 16000}, response_format="pcm").content), 2 * 16000)

    def test_the_same_seed_gives_the_same_sound(self):
        first = self.speak(response_format="wav").content
        self.same(first, self.speak(response_format="wav").content)
        self.assertTrue(first != self.speak({"seed": 4}, response_format="wav").content)

    def test_instructions_stand_in_for_blank_input(self):
        a = self.speak(input=" ", instructions="a piano", response_format="wav").content
        self.same(a, self.speak(response_format="wav").content)

    def test_streaming(self):
        with self.client.audio.speech.with_streaming_response.create(
                model=TINY, voice="alloy", input="a piano", response_format="pcm",
                extra_body={"duration_seconds": 3, "seed": 3}) as response:
            pieces = list(response.iter_bytes(1024))
        self.assertGreater(len(pieces), 2)
        self.assertEqual(sum(map(len, pieces)), 2 * 3 * 24000)

    def test_server_sent_events(self):
        with self.client.audio.speech.with_streaming_response.create(
                model=TINY, voice="alloy", input="a piano", response_format="wav", stream_format="sse",
                extra_body={"duration_seconds": 1, "seed": 3}) as response:
            self.assertEqual(response.headers["content-type"], "text/event-stream")
            events = [json.loads(line[6:]) for line in response.iter_lines() if line.startswith("data: ")]
        self.assertEqual({event["type"] for event in events[:-1]}, {"speech.audio.delta"})
        self.assertEqual(events[-1]["type"], "speech.audio.done")
        usage = events[-1]["usage"]
        self.assertEqual(usage["total_tokens"], usage["input_tokens"] + usage["output_tokens"])
        sound = b"".join(base64.b64decode(event["audio"]) for event in events[:-1])
        self.same(sound, self.speak(response_format="wav").content)

    def test_what_cannot_be_done_is_400(self):
        for options, param, says in (({"response_format": "aac"}, "response_format", "mp3, opus, flac, wav or pcm"),
                                     ({"speed": 2.0}, "speed", "expected 1"), ({"input": "x" * 4097}, "input", "4096")):
            with self.assertRaises(openai.BadRequestError) as caught:
                self.speak(**options)
            self.assertIn(says, caught.exception.body["message"])
            self.assertEqual(caught.exception.body["param"], param)
        with self.assertRaises(openai.NotFoundError):
            self.speak(model="somebody/else")

    def test_models_and_key(self):
        self.assertEqual([model.id for model in self.client.models.list()], [TINY])
        with openai.OpenAI(base_url=self.server.url + "/v1", api_key="wrong", max_retries=0) as other:
            with self.assertRaises(openai.AuthenticationError):
                other.models.list()


if __name__ == "__main__":
    main()
