"""The acceptance table of the demo model."""

import json
import multiprocessing
import pathlib

import numpy as np

from . import codes as measures
from .judged import Judged, same
from .programs import Programs, Songs
from .table import Row

HELD_OUT_SEED, TRAINING_SEED = 7001, 2036  # of songs; the training's own is that of configs/training/demo.yaml
SAMPLING_SEED = 40000
JUDGE_SONGS, TRAINING_SONGS = 600, 10000
PROMPT_FRAMES = 55  # of the cost of a wrong attribute
SWING_STYLES = (2, 4)
WRONG_COSTS = {"lead": 3, "chords": 3, "style": 3, "tempo": 2, "key": 2, "drums": 1}  # least, in nats
OTHER_SAMPLINGS = {"3 / 1.0 / 250 / –": {"cfg-coef": 3, "temperature": 1.0, "top-k": 250, "top-p": 0},
                   "1 / 0.85 / 50 / 0.9": {"cfg-coef": 1, "temperature": 0.85, "top-k": 50, "top-p": 0.9}}


def bpm_of(attributes):
    return 3000 / attributes["beat_frames"]


def key_of(attributes):
    return attributes["tonic"], bool(attributes["minor"])


def default_sampling(model):
    """Flags for what generation_config.json says, so that its defaults are judged whatever the program's are."""
    said = json.loads((pathlib.Path(model) / "generation_config.json").read_text())
    return {"cfg-coef": said.get("guidance_scale", 3), "temperature": said.get("temperature", 1),
            "top-k": said.get("top_k", 250), "top-p": said.get("top_p", 0)}


class Evaluation:
    """One model's rows, group by group; `clips` for codes and classifier, `essentia_clips` for essentia."""

    def __init__(self, programs: Programs, clips=256, essentia_clips=64, processes=2, report=print):
        self.programs, self.clips, self.processes, self.report = programs, clips, processes, report
        self.essentia_clips = min(clips, essentia_clips)
        self.sampling = default_sampling(programs.model)
        folder = programs.synthesise("songs", "songs", HELD_OUT_SEED, JUDGE_SONGS, clips)
        self.palette = measures.Palette(programs.work / "songs" / "palette.safetensors")
        self.judge_songs, self.songs = Songs(folder / "train"), Songs(folder / "valid")
        self.asked = self.songs.attributes[:clips]

    def rows_of(self, group, codec=None):
        """Rows of "codes", "entropy", "codec", "export", "sounds", "classifier", "memory", "sampling", "distance"."""
        return self.export_rows(codec) if group == "export" else getattr(self, group + "_rows")()

    # Clips

    def generated(self):
        return self.programs.generate("generated", self.songs.prompts[:self.clips], self.sampling, SAMPLING_SEED)

    def through_codec(self, count):
        return self.programs.decode("through_codec", self.songs.codes[:count])

    # Groups of rows

    def codes_rows(self):
        made, true, asked, palette = self.generated().codes, self.songs.codes[:self.clips], self.asked, self.palette
        mean = lambda measure, clips: float(np.mean([measure(palette, clip) for clip in clips]))
        keys = sorted({key_of(a) for a in asked})
        in_scale = lambda clips: [{key: measures.scale_share(palette, clip, *key) for key in keys} for clip in clips]
        scale = Judged(in_scale(made), [key_of(a) for a in asked], lambda shares, key: shares[key])
        scale_true = Judged(in_scale(true), [key_of(a) for a in asked], lambda shares, key: shares[key])
        count = self.clips
        rows = [Row("onsets on one sixteenth grid", "codes", mean(measures.grid_share, made),
                    mean(measures.grid_share, true), least=0.97, count=count, digits=3)]
        for with_drums, which in ((1, "with drums"), (0, "without drums")):  # these have the fewest notes to keep time by
            chosen = [clip for clip, said in zip(made, asked) if said["drums"] == with_drums]
            if chosen:
                rows.append(Row(f"the same, of prompts {which}", "codes", mean(measures.grid_share, chosen),
                                count=len(chosen), digits=3))
        rows += [Row("glitch rate", "codes", mean(measures.glitch_rate, made), mean(measures.glitch_rate, true), most=0.01,
                     count=count, digits=4),
                 Row("notes in the asked scale", "codes", scale.own, scale_true.own, shuffled=scale.shuffled, least=0.93,
                     count=count, p_value=scale.p_value())]
        for name, book, chance in (("lead", measures.LEAD, 0.2), ("chords", measures.CHORDS, 0.25)):
            rows.append(self._accuracy(name, "codes", [measures.instrument(palette, c, book) for c in made],
                                       [measures.instrument(palette, c, book) for c in true], None, chance, 0.9))
        drums = lambda clips: [int(measures.plays(palette, c, measures.DRUMS)) for c in clips]
        rows.append(self._accuracy("drums", "codes", drums(made), drums(true), None, 0.5, 0.9))
        return rows

    def _accuracy(self, name, judge, made, true, decoded, chance, least):
        asked = [a[name] for a in self.asked]
        judged = Judged(made, asked, same)
        right = lambda found: None if found is None else float(np.mean(np.asarray(found) == np.asarray(asked)))
        return Row(name, judge, judged.own, right(true), right(decoded), judged.shuffled, chance, least=least,
                   count=len(asked), p_value=judged.p_value())

    def sounds_rows(self):
        from . import key, tempo

        count, asked = self.essentia_clips, self.asked[:self.essentia_clips]
        sets = {"model": list(self.generated().sounds(0, count)),
                "truth": [self.songs.sound(i) for i in range(count)],
                "codec": list(self.through_codec(count).sounds())}
        with multiprocessing.Pool(self.processes) as pool:
            tempi = {name: pool.map(tempo.essentia_tempo, sounds, 4) for name, sounds in sets.items()}
            keys = {name: pool.map(key.essentia_key, sounds, 4) for name, sounds in sets.items()}
            own = {name: pool.map(tempo.own_tempo, sounds, 4) for name, sounds in sets.items()}
        judge_tempo = lambda found: Judged(found, [bpm_of(a) for a in asked], tempo.agrees)
        by_essentia = {name: judge_tempo([bpm for bpm, _ in pairs]) for name, pairs in tempi.items()}
        by_own = {name: judge_tempo(found) for name, found in own.items()}
        by_key = {name: Judged(found, [key_of(a) for a in asked], key.weighted_score) for name, found in keys.items()}
        confidence = {name: float(np.mean([c for _, c in pairs])) for name, pairs in tempi.items()}

        def row(test, judge, judged, least):
            return Row(test, judge, judged["model"].own, judged["truth"].own, judged["codec"].own, judged["model"].shuffled,
                       least=least, count=count, p_value=judged["model"].p_value())

        return [row("tempo ±4 %, octaves allowed", "essentia RhythmExtractor2013", by_essentia, 0.8),
                row("tempo ±4 %, octaves allowed", "autocorrelation of spectral flux", by_own, 0.45),
                Row("steadiness", "essentia confidence", confidence["model"], confidence["truth"], confidence["codec"],
                    least=3.2, count=count),
                row("key, weighted", "essentia KeyExtractor", by_key, 0.6)]

    def classifier(self):
        from .classifier import SoundClassifier

        file = self.programs.work / "classifier.pt"
        if not file.exists():
            sounds = self.programs.decode("judge_songs", self.judge_songs.codes[:, :, :300]).sounds()  # 6 s
            SoundClassifier.train(sounds, self.judge_songs.attributes, report=self.report).save(file)
        return SoundClassifier.load(file)

    def classifier_rows(self):
        judge = self.classifier()
        made = judge.predict(self.generated().sounds())
        true = judge.predict(self.songs.sound(i) for i in range(self.clips))
        decoded = judge.predict(self.through_codec(self.clips).sounds())
        targets = {"lead": (0.2, 0.75), "chords": (0.25, 0.65), "drums": (0.5, 0.9), "style": (1 / 7, 0.6)}
        return [self._accuracy(name, "classifier of sounds", made[name], true[name], decoded[name], chance, least)
                for name, (chance, least) in targets.items()]

    def entropy_rows(self, songs=64, grid_songs=32):
        score, true, prompts = self.programs.score, self.songs.codes, self.songs.prompts
        f32 = score("held_out", true[:songs], prompts[:songs])
        books = f32.mean(axis=0)
        rows = [Row("cross-entropy, mean of 4 codebooks", "held-out songs", float(books.mean()), most=0.04, count=songs,
                    digits=4)]
        rows += [Row(f"cross-entropy, codebook {k + 1}", "held-out songs", float(books[k]), count=songs, digits=4)
                 for k in range(4)]
        rows.append(Row("cross-entropy where a sixteenth begins", "held-out songs", self._grid_entropy(grid_songs),
                        most=0.2, count=grid_songs, digits=3))
        short = true[:songs, :, :PROMPT_FRAMES]
        right = score("prompt", short, prompts[:songs])
        for name, least in WRONG_COSTS.items():
            wrong = score(f"wrong_{name}", short, [text["wrong_descriptions"][name] for text in self.songs.texts[:songs]])
            cost = (wrong - right).sum(axis=1) * PROMPT_FRAMES  # of a song, all four codebooks
            rows.append(Row(f"cost of a wrong {name} in nats", f"first {PROMPT_FRAMES} frames", float(cost.mean()),
                            least=least, count=songs))
        for precision, most in (("f16", 0.01), ("q8", 0.01), ("q4", 0.05)):
            added = score("held_out", true[:songs], prompts[:songs], precision).mean() - f32.mean()
            rows.append(Row(f"cross-entropy added at {precision}", "held-out songs", float(added), most=most, count=songs,
                            digits=4))
        return rows

    def _grid_entropy(self, songs):
        losses = []
        for i in range(songs):
            logits = self.programs.logits("grid", self.songs.codes[i], self.songs.prompts[i]).astype(np.float64)
            frames = sixteenths(self.asked[i], logits.shape[1])
            logits = logits[:, frames]
            top = logits.max(axis=2)
            log_sum = top + np.log(np.exp(logits - top[:, :, None]).sum(axis=2))
            chosen = np.take_along_axis(logits, self.songs.codes[i][:, frames, None], 2)[:, :, 0]
            losses.append((log_sum - chosen).ravel())
        losses = np.concatenate(losses)
        return float(losses[np.isfinite(losses)].mean())

    def codec_rows(self, songs=40):
        from .sounds import mel_distance_db, si_snr_db

        songs = min(songs, self.clips)
        pairs = [(sound, self.songs.sound(i)) for i, sound in enumerate(self.through_codec(songs).sounds())]
        snr = [si_snr_db(*pair) for pair in pairs]
        mel = [mel_distance_db(*pair) for pair in pairs]
        return [Row("codec, SI-SNR in dB, mean", "true codes", float(np.mean(snr)), least=19, count=len(pairs), digits=1),
                Row("codec, SI-SNR in dB, worst", "true codes", float(np.min(snr)), least=15, count=len(pairs), digits=1),
                Row("codec, levels of 64 mel bands above -50 dB, in dB", "true codes", float(np.mean(mel)), most=5, count=len(pairs),
                    digits=1)]

    def export_rows(self, codec, songs=4):
        """`codec`: the directory of the codec at f32, None where it is not at hand."""
        from .export import decode_by_transformers
        from .sounds import si_snr_db

        codes = self.songs.codes[:songs]
        ours = list(self.programs.decode("export_f32", codes, "f32").sounds())
        theirs = decode_by_transformers(self.programs.model, codes)
        difference = max(float(np.abs(a - b).max()) for a, b in zip(ours, theirs))
        rows = [Row("export, largest difference of a sample", "transformers", difference, most=1e-5, count=songs, digits=8)]
        if codec is not None:
            exact = decode_by_transformers(codec, codes)
            lost = [si_snr_db(e, self.songs.sound(i)) - si_snr_db(t, self.songs.sound(i))
                    for i, (e, t) in enumerate(zip(exact, theirs))]
            rows.append(Row("export, SI-SNR lost to f16 in dB", "transformers", float(np.mean(lost)), most=0.1, count=songs,
                            digits=3))
        single, half = ([self.programs.logits("export", codes[i], self.songs.prompts[i], precision) for i in range(songs)]
                        for precision in ("f32", "f16"))
        agree = float(np.mean([np.mean(a.argmax(2) == b.argmax(2)) for a, b in zip(single, half)]))
        return rows + [Row("export, same most probable code at f16 as at f32", "held-out songs", agree, least=0.98,
                           count=songs, digits=4)]

    def memory_rows(self):
        from . import memory

        folder = self.programs.synthesise("codes", "codes", TRAINING_SEED, TRAINING_SONGS)
        training = np.asarray(_codes_of(folder / "train"), dtype=np.int16)
        share = lambda clips: float(memory.matches(clips, self.asked, training).mean())
        return [Row(f"memorisation: same 4 bars as one of {TRAINING_SONGS} training songs", "codes", share(self.generated().codes),
                    share(self.songs.codes[:self.clips]), count=self.clips, digits=3)]

    def sampling_rows(self, clips=128):
        from . import tempo

        judge, rows = self.classifier(), []
        clips = min(clips, self.clips)
        for name, flags in {"default": self.sampling, **OTHER_SAMPLINGS}.items():
            file = "generated" if name == "default" else "generated_" + "_".join(map(str, flags.values()))
            made = (self.generated() if name == "default" else
                    self.programs.generate(file, self.songs.prompts[:clips], flags, SAMPLING_SEED))
            asked, sounds = self.asked[:clips], list(made.sounds(0, clips))
            lead = [measures.instrument(self.palette, c, measures.LEAD) == a["lead"] for c, a in zip(made.codes, asked)]
            style = judge.predict(sounds)["style"] == np.array([a["style"] for a in asked])
            heard = sounds[:self.essentia_clips]
            with multiprocessing.Pool(self.processes) as pool:
                tempi = pool.map(tempo.essentia_tempo, heard, 4)
            steady = [tempo.agrees(bpm, bpm_of(a)) for (bpm, _), a in zip(tempi, asked)]
            glitches = np.mean([measures.glitch_rate(self.palette, c) for c in made.codes[:clips]])
            for test, value, count in (("glitch rate", glitches, clips), ("lead", np.mean(lead), clips),
                                       ("style", np.mean(style), clips), ("tempo", np.mean(steady), len(heard))):
                rows.append(Row(f"sampling {name}: {test}",
                                {"style": "classifier of sounds", "tempo": "essentia"}.get(test, "codes"), float(value),
                                count=count, digits=3))
        return rows

    def distance_rows(self, clips=64):
        from .frechet import frechet_distance

        judge, random = self.classifier(), np.random.default_rng(5)
        clips = min(clips, self.clips // 2)
        true = self.songs.codes[:clips]
        decoded = list(self.through_codec(2 * clips).sounds())
        held_out = judge.embed(decoded[:clips])
        unigram = np.stack([[random.choice(true[:, k].ravel(), true.shape[2]) for k in range(4)] for _ in range(clips)])
        shuffled = np.stack([clip[:, random.permutation(clip.shape[1])] for clip in true])
        noise = [_same_spectrum(sound, random) for sound in decoded[:clips]]
        to = lambda sounds: frechet_distance(judge.embed(sounds), held_out)
        model = to(self.generated().sounds(0, clips))
        rows = [("held-out songs of other prompts", to(decoded[clips:])),
                ("noise of the same spectra", to(noise)),
                ("codes of the same frequencies", to(self.programs.decode("unigram", unigram).sounds())),
                ("frames in any order", to(self.programs.decode("time_shuffled", shuffled).sounds()))]
        bounds = {"noise of the same spectra": 1 / 3, "codes of the same frequencies": 1 / 2, "frames in any order": 1}
        out = [Row("Fréchet distance to held-out songs", "classifier's features", model,
                   most=min(value * bounds[name] for name, value in rows if name in bounds), count=clips)]
        return out + [Row(f"the same of {name}", "classifier's features", value, count=clips) for name, value in rows]


def sixteenths(attributes, frames):
    """The frames where a sixteenth of the song begins."""
    beat = attributes["beat_frames"]
    percents = measures.SWINGS[int(attributes["style"] in SWING_STYLES)]
    starts = [first + (percent * beat + 50) // 100 for first in range(0, frames, beat) for percent in percents]
    return np.array([frame for frame in starts if frame < frames])


def _codes_of(folder):
    from safetensors.numpy import load_file

    return load_file(folder / "codes.safetensors")["codes"]


def _same_spectrum(sound, random):
    """The sound with its phases drawn anew."""
    spectrum = np.fft.rfft(sound)
    return np.fft.irfft(np.abs(spectrum) * np.exp(2j * np.pi * random.random(len(spectrum))), len(sound)).astype(np.float32)
