#!/usr/bin/env python3
"""The judge's measures of codes, on songs that the composer made: these are the measure.

MUSICGEN_TRAIN_BINARY names the program. Skipped where no sound font is installed, or no numpy and safetensors.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "apps" / "eval"))
try:
    import numpy as np

    from musicgen_eval import codes, demo, memory, sounds, tempo
    from musicgen_eval.key import weighted_score
    from musicgen_eval.judged import Judged, same
    from musicgen_eval.programs import Songs
except ImportError as error:
    raise unittest.SkipTest(f"{error}") if __name__ != "__main__" else SystemExit(f"skipped: {error}")

BINARY = os.environ.get("MUSICGEN_TRAIN_BINARY", str(ROOT / "build" / "release" / "bin" / "musicgen-train"))


class ComposedSongs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        result = subprocess.run(
            [BINARY, "synthesise", "--config", str(ROOT / "configs/training/demo.yaml"), "--work", folder.name, "--kind",
             "songs", "palette=restricted", "synthesise.train=8", "synthesise.valid=0", "synthesise.test=0"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if "Sound font: expected one of" in result.stderr:
            raise unittest.SkipTest("no sound font is installed")
        assert result.returncode == 0, result.stderr
        cls.songs = Songs(pathlib.Path(folder.name) / "songs" / "train")
        cls.sounds = [cls.songs.sound(i) for i in range(8)]
        cls.palette = codes.Palette(pathlib.Path(folder.name) / "palette.safetensors")

    def each(self):
        return zip(self.songs.codes, self.songs.attributes)

    def test_nothing_is_amiss(self):
        for song, said in self.each():
            self.assertEqual(codes.glitch_rate(self.palette, song), 0)
            self.assertEqual(codes.grid_share(self.palette, song), 1)
            self.assertEqual(codes.scale_share(self.palette, song, said["tonic"], said["minor"]), 1)
            self.assertEqual(codes.instrument(self.palette, song, codes.LEAD), said["lead"])
            self.assertEqual(codes.instrument(self.palette, song, codes.CHORDS), said["chords"])
            self.assertEqual(codes.plays(self.palette, song, codes.DRUMS), bool(said["drums"]))

    def test_what_is_amiss_is_seen(self):
        random = np.random.default_rng(3)
        for song, said in self.each():
            noise = random.integers(0, 2048, song.shape)
            self.assertGreater(codes.glitch_rate(self.palette, noise), 0.9)
            late = song.copy()
            late[codes.LEAD, 3:] = song[codes.LEAD, :-3]
            self.assertLess(codes.grid_share(self.palette, late), 1)
            self.assertLess(codes.scale_share(self.palette, song, said["tonic"] + 6, said["minor"]), 0.6)

    def test_sixteenths_are_where_onsets_are(self):
        for song, said in self.each():
            onsets = set().union(*(np.flatnonzero(self.palette.onsets_of(song, book)) for book in range(4)))
            self.assertLessEqual(onsets, set(demo.sixteenths(said, song.shape[1]).tolist()))

    def test_songs_repeat_themselves_and_no_others(self):
        half = self.songs.codes[:4]
        found = memory.matches(self.songs.codes, self.songs.attributes, half)
        np.testing.assert_array_equal(found, [True] * 4 + [False] * 4)

    def test_tempo_of_the_sound(self):
        right = [tempo.agrees(tempo.own_tempo(sound), demo.bpm_of(said))
                 for sound, said in zip(self.sounds, self.songs.attributes)]
        self.assertGreaterEqual(sum(right), 5)

    def test_distances_of_sounds(self):
        sound = self.sounds[0]
        noise = np.random.default_rng(4).normal(size=len(sound)).astype(np.float32)
        noise *= 0.1 * np.std(sound) / np.std(noise)
        self.assertAlmostEqual(sounds.si_snr_db(3 * (sound + noise), sound), 20, delta=0.3)
        self.assertEqual(sounds.mel_distance_db(sound, sound), 0)

    def test_prompts_are_complete_and_wrong_in_one_thing(self):
        for text in self.songs.texts:
            self.assertEqual(sorted(text["wrong_descriptions"]), ["chords", "drums", "key", "lead", "style", "tempo"])
            self.assertTrue(all(wrong != text["description"] for wrong in text["wrong_descriptions"].values()))


class Scores(unittest.TestCase):
    def test_keys(self):
        c_major = (0, False)
        self.assertEqual([weighted_score(found, c_major) for found in ((0, False), (7, False), (9, True), (0, True), (2, True))],
                         [1, 0.5, 0.3, 0.2, 0])
        self.assertEqual(weighted_score((0, False), (9, True)), 0.3)

    def test_prompts_of_others(self):
        judged = Judged([1, 2, 3, 4] * 4, [1, 2, 3, 4] * 4, same)
        self.assertEqual(judged.own, 1)
        self.assertAlmostEqual(judged.shuffled, 3 / 15)
        self.assertLess(judged.p_value(1000), 0.01)
        self.assertGreater(Judged([1, 2] * 8, [1, 1, 2, 2] * 4, same).p_value(1000), 0.3)


if __name__ == "__main__":
    unittest.main()
