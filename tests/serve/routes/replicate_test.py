"""Replicate's own client drives predictions, with all parameters of its MusicGen."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from clients import is_mp3, need  # noqa: E402
from support import TINY, TINY_MELODY, ServerTest, command_line, main, sound_file  # noqa: E402

replicate, _ = need("replicate", "replicate.helpers")
PROMPT = "a piano"


class Predictions(ServerTest):
    models = (TINY, TINY_MELODY)
    arguments = ("--api-key", "r8_test")

    def setUp(self):
        self.client = replicate.Client(api_token="r8_test", base_url=self.server.url)
        self.client.poll_interval = 0.05
        holder = sound_file()
        self.sound = holder.__enter__()
        self.addCleanup(holder.__exit__, None, None, None)

    def run_model(self, reference="meta/musicgen", **inputs):
        """The bytes of its output, which the client makes a file of for https alone."""
        url = self.client.run(reference, input={"prompt": PROMPT, "duration": 1, "seed": 7, **inputs},
                              file_encoding_strategy="base64")
        return replicate.helpers.FileOutput(url, self.client).read()

    def test_run_gives_the_file_of_the_command_line(self):
        wanted = command_line("-m", TINY, "-d", "1", "-s", "7", PROMPT)
        self.same(self.run_model(), wanted)
        self.same(self.run_model("meta/musicgen:" + "0" * 64), wanted)
        self.assertTrue(is_mp3(self.run_model(output_format="mp3")))

    def test_the_whole_parameter_list(self):
        output = self.run_model(model_version="stereo-melody-large", continuation=False, continuation_start=0,
                                multi_band_diffusion=False, normalization_strategy="peak", top_k=50, top_p=0.0,
                                temperature=0.9, classifier_free_guidance=2, output_format="wav")
        wanted = command_line("-m", TINY, "-d", "1", "-s", "7", "--top-k", "50", "--top-p", "0", "--temperature", "0.9",
                              "--cfg-coef", "2", "--strategy", "peak", PROMPT)
        self.same(output, wanted)

    def test_sounds_come_as_data_uris(self):
        with open(self.sound, "rb") as file:
            output = self.run_model(model_version="hf-tiny-melody", input_audio=file)
        self.same(output, command_line("-m", TINY_MELODY, "-d", "1", "-s", "7", "--melody", self.sound, PROMPT))
        with open(self.sound, "rb") as file:
            output = self.run_model(input_audio=file, continuation=True, duration=5)
        self.same(output, command_line("-m", TINY, "-d", "5", "-s", "7", "--continue", self.sound, PROMPT))
        for uri in ("http://127.0.0.1:1/x.wav", "file:///etc/passwd", "data:audio/wav,x"):
            with self.assertRaises(replicate.exceptions.ReplicateError) as caught:
                self.run_model(input_audio=uri)
            self.assertEqual(caught.exception.status, 422)
            self.assertIn("data: URI", caught.exception.detail)

    def test_create_poll_and_cancel(self):
        prediction = self.client.models.predictions.create(("meta", "musicgen"), input={"prompt": PROMPT, "duration": 2})
        self.assertIn(prediction.status, ("starting", "processing", "succeeded"))
        prediction.wait()
        self.assertEqual(prediction.status, "succeeded")
        self.assertEqual(prediction.progress.percentage, 1.0)
        self.assertEqual(prediction.input["prompt"], PROMPT)
        prediction = self.client.predictions.create(version="x", input={"prompt": PROMPT, "duration": 300})
        prediction.cancel()
        self.assertEqual(prediction.status, "canceled")
        self.assertEqual(self.client.predictions.get(prediction.id).status, "canceled")

    def test_faults(self):
        for inputs, says in (({"duration": 0}, "input.duration"), ({"multi_band_diffusion": True}, "decoder"),
                             ({"normalization_strategy": "x"}, "loudness, clip, peak or rms"),
                             ({"output_format": "ogg"}, "wav or mp3")):
            with self.assertRaises(replicate.exceptions.ReplicateError) as caught:
                self.run_model(**inputs)
            self.assertEqual(caught.exception.status, 422)
            self.assertIn(says, caught.exception.detail)
        with self.assertRaises(replicate.exceptions.ReplicateError) as caught:
            self.client.predictions.get("0" * 32)
        self.assertEqual(caught.exception.status, 404)


if __name__ == "__main__":
    main()
