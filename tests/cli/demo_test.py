"""The demo model: what the program makes when no model is named."""

import json
import os
import shutil

import support
from support import MODEL, ROOT, CliTest, read_codes, read_wav, run

DEMO = os.path.join(ROOT, "models", "demo")
PROMPT = "a bright pop tune with acoustic guitar, piano chords and drums at 125 bpm in d major"
LOOP = 4 * 4 * 24  # frames: four bars of four beats at 125 bpm


class Demo(CliTest):
    def make(self, *arguments):
        codes, sound = self.path("codes.safetensors"), self.path("out.wav")
        self.succeed("generate", PROMPT, "-s", "2", "--codes-out", codes, "-o", sound, *arguments)
        made = read_codes(codes)[0]
        return [made[k].values for k in range(made.shape[0])], read_wav(sound)

    def test_it_is_the_default_with_its_own_sampling(self):
        _, sound = self.make("-d", "2")
        comment = json.loads(sound.comment)
        self.assertEqual([comment[name] for name in ("model", "cfg_coef", "temperature", "top_k", "top_p")],
                         ["demo", 1.5, 0.7, 50, 0.8])
        comment = json.loads(self.make("-d", "1", "--top-k", "7", "--cfg-coef", "3")[1].comment)
        self.assertEqual([comment[name] for name in ("cfg_coef", "temperature", "top_k")], [3.0, 0.7, 7])

    def test_it_has_a_name(self):
        named = self.succeed("info", "-m", "demo", "--json")
        self.assertEqual(json.loads(named.out)["path"], os.path.realpath(DEMO))
        self.assertEqual(self.succeed("info", "--json").out, named.out)

    def test_any_model_may_have_its_own_sampling(self):
        folder = self.path("model")
        shutil.copytree(MODEL, folder)
        with open(os.path.join(MODEL, "generation_config.json")) as file:
            config = json.load(file)

        def generate(**changes):
            with open(os.path.join(folder, "generation_config.json"), "w") as file:
                json.dump({**config, **changes}, file)
            return run("generate", "x", "-m", folder, "-d", "0.1", "-o", self.path("out.wav"))

        self.assertEqual(generate(temperature=0.5, top_k=12, top_p=1.0, guidance_scale=None).status, 0)
        comment = json.loads(read_wav(self.path("out.wav")).comment)
        self.assertEqual([comment[name] for name in ("cfg_coef", "temperature", "top_k", "top_p")], [3.0, 0.5, 12, 0])
        refused = generate(top_p=7)
        self.assertEqual(refused.status, 2)
        self.assertEqual(len(refused.complaints), 1, refused.err)
        self.assertIn("generation_config.json: top_p: expected", refused.err)

    # Its songs repeat four bars, and with this seed so does what it plays; a window that goes on from
    # the one before keeps them up.
    def test_music_goes_round(self):
        codes, _ = self.make("-d", "45", "--precision", "f32")
        repeats = [[row[t] == row[t - LOOP] for t in range(LOOP, len(row))] for row in codes]
        for name, first, last in (("first window", 0, 1500 - LOOP), ("behind it", 1500 - LOOP, len(repeats[0]))):
            shares = [sum(row[first:last]) / (last - first) for row in repeats]
            self.assertGreater(min(shares), 0.9, (name, shares))


if __name__ == "__main__":
    support.main()
