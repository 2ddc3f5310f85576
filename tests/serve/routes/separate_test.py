"""The route that takes recordings apart."""

import io
import os
import shutil
import sys
import tempfile
import threading
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import FIXTURES, TINY_MELODY, Server, ServerTest, cli, command_line, main, sound  # noqa: E402

DEMUCS = os.path.join(FIXTURES, "demucs-tiny")
STEMS = ["drums.wav", "bass.wav", "other.wav", "vocals.wav"]
with open(os.path.join(DEMUCS, "clip.wav"), "rb") as file:
    CLIP = file.read()


def files_of(answer):
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


class Separate(ServerTest):
    arguments = ("--demucs", DEMUCS)

    def separate(self, data=CLIP, **fields):
        return self.server.upload("/v1/audio/separate", fields, {"audio": data})

    def test_stems_are_the_command_lines(self):
        answer = self.separate()
        self.assertEqual(answer.status, 200, answer.body[:200])
        self.assertEqual(answer.headers["Content-Type"], "application/zip")
        files = files_of(answer)
        self.assertEqual(list(files), STEMS)
        with tempfile.TemporaryDirectory() as folder:
            result = cli.run("separate", os.path.join(DEMUCS, "clip.wav"), "-o", folder, "--demucs", DEMUCS, "-t", "1")
            self.assertEqual(result.status, 0, result.err)
            for name in STEMS:
                expected = cli.read_wav(os.path.join(folder, name))
                found = cli.Wav(files[name])
                self.assertEqual((found.rate, found.bits), (44100, 32))
                self.assertEqual(found.samples, expected.samples)

    def test_one_stem_in_another_format(self):
        files = files_of(self.separate(stem="bass", response_format="flac", shifts=1))
        self.assertEqual(list(files), ["bass.flac", "no_bass.flac"])
        self.assertTrue(files["bass.flac"].startswith(b"fLaC"))

    def test_sound_of_other_formats(self):
        with open(os.path.join(FIXTURES, "audio", "ffmpeg", "aac.m4a"), "rb") as file:
            answer = self.separate(file.read())
        if answer.status == 400 and "convert it first" in answer.error["message"]:
            self.skipTest("FFmpeg's libraries are not here")
        self.assertEqual(cli.Wav(files_of(answer)["bass.wav"]).frames, 22050)

    def test_fields_are_checked(self):
        self.refuse(self.separate(stem="guitar"), 400, "guitar")
        self.refuse(self.separate(shifts=11), 400, "from 0 to 10", "shifts")
        self.refuse(self.separate(response_format="aac"), 400, "wav, flac", "response_format")
        self.refuse(self.separate(b"no sound"), 400, "audio: expected a sound file", "audio")
        self.refuse(self.separate(sound(301, rate=4000)), 400, "at most 300 s", "audio")
        self.refuse(self.server.post("/v1/audio/separate", {"stem": "bass"}), 400, "audio", "audio")

    def test_several_wait_for_one_another(self):
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(self.separate(shifts=4))) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        kinds = {answer.status for answer in answers}
        self.assertLessEqual(kinds, {200, 429})
        self.assertIn(200, kinds)
        for answer in answers:
            if answer.status == 429:
                self.assertIn("Retry-After", answer.headers)


class Melodies(ServerTest):
    models = (TINY_MELODY,)
    arguments = ("--demucs", DEMUCS)

    def generate(self, **fields):
        answer = self.server.upload("/v1/audio/generate", {"input": "x", "audio_length": 0.4, "seed": 3, **fields},
                                    {"melody": CLIP})
        self.assertEqual(answer.status, 200, answer.body[:200])
        return answer.body

    def test_the_field_is_the_command_lines(self):
        clip = os.path.join(DEMUCS, "clip.wav")
        for stems in ("auto", "on", "off"):
            expected = command_line("x", "-m", TINY_MELODY, "--melody", clip, "-d", "0.4", "-s", "3", "-t", "1", "--stems",
                                    stems, "--demucs", DEMUCS)
            self.same(self.generate(stems=stems), expected, stems)
        self.assertEqual(self.generate(), self.generate(stems="on"))
        self.assertEqual(cli.Wav(self.generate()).comment.count("htdemucs 7d3e1a55"), 1)
        self.refuse(self.server.generate(stems="maybe"), 400, "auto, on or off", "stems")


class OperatorSaysNo(Melodies):
    arguments = ("--stems", "off")

    def test_the_field_is_the_command_lines(self):
        for fields in ({}, {"stems": "auto"}, {"stems": "off"}):
            self.assertIn('"stems":"none"', cli.Wav(self.generate(**fields)).comment.replace(" ", ""))
        answer = self.server.upload("/v1/audio/generate", {"input": "x", "stems": "on"}, {"melody": CLIP})
        self.refuse(answer, 400, "separates no melodies", "stems")


class WithoutWeights(ServerTest):
    def test_the_sentence(self):
        self.refuse(self.server.upload("/v1/audio/separate", {}, {"audio": CLIP}), 404, "--demucs")


class Ends(ServerTest):
    def test_the_server_ends_while_it_separates(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        with Server("--demucs", DEMUCS, "--drain-s", "0.5") as server:
            thread = threading.Thread(target=lambda: self.ended(server))
            thread.start()
            self.assertEqual(server.terminate(), 0)
            thread.join()

    def ended(self, server):
        try:
            server.upload("/v1/audio/separate", {"shifts": 10}, {"audio": sound(250, rate=8000)})
        except OSError:
            pass  # the connection went with the server


if __name__ == "__main__":
    main()
