"""What comes out of the server is what the command line makes."""

import os
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import FIXTURES, TINY, TINY_MELODY, ServerTest, cli, command_line, main, sound_file  # noqa: E402

PROMPT = "80s pop track with bassy drums and synth"
STEREO = os.path.join(FIXTURES, "hf-tiny-stereo")


def cli_stream(*arguments):
    result = cli.run("generate", *arguments, "-o", "-")
    assert result.status == 0, result.err
    return result.bytes


class Bytes(ServerTest):
    models = (TINY, STEREO)

    def test_finished_files(self):
        for model in self.models:
            for name in ("wav", "flac", "mp3", "opus"):
                made = self.server.generate(input=PROMPT, audio_length=1, seed=11, response_format=name, model=model)
                wanted = command_line("-m", model, "-d", "1", "-s", "11", "--format", name, PROMPT)
                self.same(made.body, wanted, (model, name))

    def test_streamed_wav_is_that_of_stdout(self):
        for model in self.models:
            connection, answer = self.server.stream(input=PROMPT, audio_length=3, seed=12, model=model)
            self.assertEqual(answer.headers["Transfer-Encoding"], "chunked")
            self.same(answer.read(), cli_stream("-m", model, "-d", "3", "-s", "12", PROMPT), model)
            connection.close()

    def test_parameters_mean_the_same(self):
        made = self.server.generate(input=PROMPT, audio_length=1, seed=13, temperature=0.7, top_k=50, guidance_scale=2)
        wanted = command_line("-m", TINY, "-d", "1", "-s", "13", "--temperature", "0.7", "--top-k", "50", "--cfg-coef",
                              "2", PROMPT)
        self.same(made.body, wanted)
        made = self.server.generate(input=PROMPT, audio_length=3, seed=13, max_duration=1, extend_stride=0.5)
        wanted = command_line("-m", TINY, "-d", "3", "-s", "13", "--max-duration", "1", "--extend-stride", "0.5", PROMPT)
        self.same(made.body, wanted)

    def test_eight_streams_at_once_are_those_of_eight_in_a_row(self):
        requests = [{"input": f"{PROMPT} {i}", "audio_length": 1 + 0.25 * i, "seed": i, "response_format": "wav"}
                    for i in range(8)]

        def run(fields, results, i):
            connection, answer = self.server.stream(**fields)
            results[i] = answer.read()
            connection.close()

        alone, together = [None] * 8, [None] * 8
        for i, fields in enumerate(requests):
            run(fields, alone, i)
        threads = [threading.Thread(target=run, args=(fields, together, i)) for i, fields in enumerate(requests)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for i in range(8):
            self.same(together[i], alone[i], requests[i])
        self.assertEqual(len(set(alone)), 8)


class Sounds(ServerTest):
    models = (TINY, TINY_MELODY)

    def test_a_melody_and_a_sound_to_continue(self):
        with sound_file() as path:
            with open(path, "rb") as file:
                data = file.read()
            fields = {"input": PROMPT, "audio_length": 1, "seed": 3}
            made = self.server.upload("/v1/audio/generate", {**fields, "model": TINY_MELODY}, {"melody": data})
            self.same(made.body, command_line("-m", TINY_MELODY, "-d", "1", "-s", "3", "--melody", path, PROMPT), "melody")
            made = self.server.upload("/v1/audio/generate", {**fields, "prompt_duration": 0.3}, {"audio_prompt": data})
            self.same(made.body, command_line("-m", TINY, "-d", "1", "-s", "3", "--continue", path, "--prompt-duration",
                                              "0.3", PROMPT), "continued")


if __name__ == "__main__":
    main()
