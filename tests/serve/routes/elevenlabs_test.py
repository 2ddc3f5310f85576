"""ElevenLabs' own client drives music and sound effects; LocalAI's fields go the same way."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from clients import is_mp3, need  # noqa: E402
from support import TINY, ServerTest, main  # noqa: E402

(elevenlabs,) = need("elevenlabs")
from elevenlabs.core.api_error import ApiError  # noqa: E402
from elevenlabs.types import MusicPrompt, SongSection  # noqa: E402


class Music(ServerTest):
    arguments = ("--api-key", "xi-test")

    def setUp(self):
        self.client = elevenlabs.ElevenLabs(api_key="xi-test", base_url=self.server.url)

    def compose(self, **options):
        return b"".join(self.client.music.compose(**{"prompt": "a piano", "music_length_ms": 3000, **options}))

    def test_compose(self):
        self.assertTrue(is_mp3(self.compose()))
        for name, size in (("pcm_8000", 2 * 3 * 8000), ("pcm_44100", 2 * 3 * 44100), ("ulaw_8000", 3 * 8000),
                           ("alaw_8000", 3 * 8000)):
            self.assertEqual(len(self.compose(output_format=name)), size, name)
        for name in ("mp3_22050_32", "mp3_48000_320"):
            self.assertTrue(is_mp3(self.compose(output_format=name)), name)
        small, large = (len(self.compose(output_format=f"mp3_44100_{bits}")) for bits in (32, 192))
        self.assertLess(small, large)
        self.assertTrue(self.compose(output_format="opus_48000_96").startswith(b"OggS"))

    def test_stream(self):
        for name, size in (("pcm_24000", 2 * 3 * 24000), ("ulaw_8000", 3 * 8000)):
            pieces = list(self.client.music.stream(prompt="a piano", music_length_ms=3000, output_format=name))
            self.assertEqual(sum(map(len, pieces)), size, name)
        self.assertTrue(is_mp3(b"".join(self.client.music.stream(prompt="a piano", music_length_ms=3000))))

    def test_composition_plan(self):
        section = SongSection(section_name="a", positive_local_styles=["piano"], negative_local_styles=[],
                              duration_ms=3000, lines=[])
        plan = MusicPrompt(positive_global_styles=["jazz"], negative_global_styles=[], sections=[section])
        sound = b"".join(self.client.music.compose(composition_plan=plan, output_format="pcm_8000"))
        self.assertEqual(len(sound), 2 * 3 * 8000)
        sung = SongSection(**{**section.dict(), "lines": ["la"]})
        plan = MusicPrompt(positive_global_styles=["jazz"], negative_global_styles=[], sections=[sung])
        with self.assertRaises(elevenlabs.UnprocessableEntityError):
            b"".join(self.client.music.compose(composition_plan=plan))

    def test_sound_effects(self):
        sound = b"".join(self.client.text_to_sound_effects.convert(text="rain", duration_seconds=1,
                                                                   prompt_influence=0.5, output_format="pcm_16000"))
        self.assertEqual(len(sound), 2 * 16000)

    def test_faults_are_422(self):
        for options in ({"music_length_ms": 10}, {"prompt": "x" * 4097}, {"output_format": "mp3_1_2"}):
            with self.assertRaises(elevenlabs.UnprocessableEntityError) as caught:
                self.compose(**options)
            body = caught.exception.body
            detail = body["detail"] if isinstance(body, dict) else body.detail
            self.assertIsNotNone(detail)
        other = elevenlabs.ElevenLabs(api_key="wrong", base_url=self.server.url)
        with self.assertRaises(ApiError) as caught:
            b"".join(other.music.compose(prompt="x"))
        self.assertEqual(caught.exception.status_code, 401)

    def test_localai(self):
        answer = self.server.post("/v1/sound-generation", {"model_id": TINY, "text": "rain", "duration_seconds": 1,
                                                           "do_sample": False, "temperature": 0.8},
                                  headers={"Authorization": "Bearer xi-test"})
        self.assertEqual(answer.status, 200, answer.body[:200])
        self.assertTrue(is_mp3(answer.body))


if __name__ == "__main__":
    main()
