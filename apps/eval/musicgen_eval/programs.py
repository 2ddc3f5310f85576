"""The programs of this repository, and the files that pass between them and the judge."""

import json
import os
import pathlib
import subprocess

import numpy as np
from safetensors.numpy import load_file, save_file

from .sounds import read_wav

FRAME_RATE_HZ = 50
PIECE = 32  # clips of one call of a program


class Programs:
    """Runs musicgen and musicgen-train; what they made stays in the work folder and is not made again."""

    def __init__(self, work, model, musicgen, musicgen_train, config):
        self.work, self.model = pathlib.Path(work), str(model)
        self.musicgen, self.musicgen_train, self.config = str(musicgen), str(musicgen_train), str(config)
        self.work.mkdir(parents=True, exist_ok=True)

    def _run(self, *arguments):
        result = subprocess.run([str(a) for a in arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if result.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, arguments[:2]))}: {result.stderr.strip().splitlines()[-1:]}")
        return result.stdout

    def synthesise(self, kind, name, seed, train, valid=0, duration_s=10):
        """Songs of the composer: work/NAME/KIND/{train,valid}; the seed of valid is the next one."""
        folder = self.work / name
        if not (folder / "complete").exists():
            self._run(self.musicgen_train, "synthesise", "--config", self.config, "--work", folder, "--kind", kind,
                      f"seed={seed}", f"synthesise.train={train}", f"synthesise.valid={valid}", "synthesise.test=0",
                      f"synthesise.segment_duration={duration_s}")
            (folder / "complete").touch()
        return folder / kind

    def generate(self, name, prompts, sampling, seed, duration_s=10):
        """Clips of the prompts; prompt i has seed + i. `sampling` is a dict of flags, empty: the model's."""
        flags = [part for flag, value in sampling.items() for part in ("--" + flag, value)]
        codes, paths = [], []
        for begin, end in _pieces(len(prompts)):
            part = f"{name}_{begin:03}-{end:03}"
            file = self.work / f"{part}.safetensors"
            if not file.exists():
                partial = self.work / f"{part}.partial"
                self._run(self.musicgen, "generate", "-m", self.model, "--prompts-file",
                          self._prompts(part, prompts[begin:end]), "-d", duration_s, "--seed", seed + begin, "--codes-out",
                          partial, "-o", self.work / f"{part}.wav", "--strategy", "none", "--no-progress", *flags)
                os.replace(partial, file)
            codes.append(load_file(file)["codes"])
            paths += self._wavs(part, end - begin)
        return Clips(np.concatenate(codes), paths)

    def decode(self, name, codes, precision="auto"):
        """Clips of codes [B, 4, T], through the model's codec."""
        paths = []
        for begin, end in _pieces(len(codes)):
            part = f"{name}_{begin:03}-{end:03}"
            done = self.work / f"{part}.decoded"
            if not done.exists():
                self._run(self.musicgen, "decode", self._codes(part, codes[begin:end]), "-m", self.model, "-o",
                          self.work / f"{part}.wav", "--strategy", "none", "--precision", precision)
                done.touch()
            paths += self._wavs(part, end - begin)
        return Clips(codes, paths)

    def score(self, name, codes, prompts, precision="f32"):
        """Cross-entropies [B, 4], in nats, teacher-forced."""
        file = self.work / f"{name}_{len(codes)}.{precision}.jsonl"
        if not file.exists():
            text = self._run(self.musicgen, "score", "-m", self.model, "--codes", self._codes(name, codes),
                             "--prompts-file", self._prompts(name, prompts), "--precision", precision)
            file.write_text(text)
        return np.array([json.loads(line)["cross_entropy"] for line in file.read_text().splitlines()])

    def logits(self, name, codes, prompt, precision="f32"):
        """Logits [4, T, V] of one song's codes [4, T] with its prompt; not kept."""
        file = self.work / f"{name}.logits.safetensors"
        self._run(self.musicgen, "score", "-m", self.model, "--codes", self._codes(name, codes[None]), "--prompt",
                  prompt, "--precision", precision, "--logits-out", file)
        logits = load_file(file)["conditional"]
        os.remove(file)
        return logits

    def _wavs(self, name, count):
        """What the program calls its results."""
        return [self.work / f"{name}.wav"] if count == 1 else [self.work / f"{name}_{i}.wav" for i in range(count)]

    def _prompts(self, name, prompts):
        file = self.work / f"{name}.prompts.jsonl"
        file.write_text("".join(json.dumps({"prompt": prompt}) + "\n" for prompt in prompts))
        return file

    def _codes(self, name, codes):
        file = self.work / f"{name}.codes.safetensors"
        save_file({"codes": np.ascontiguousarray(codes, dtype=np.int64)}, file,
                  {"frame_rate": str(FRAME_RATE_HZ), "sample_rate": "32000", "codebook_size": "2048"})
        return file


def _pieces(count):
    """[begin, end) of so many clips: what is stopped loses one piece."""
    return [(begin, min(begin + PIECE, count)) for begin in range(0, count, PIECE)]


class Clips:
    """Codes [B, 4, T] and the files of their sounds, which are read as they are asked for."""

    def __init__(self, codes, paths):
        self.codes, self.paths = codes, paths

    def __len__(self):
        return len(self.paths)

    def sounds(self, begin=0, end=None):
        return (read_wav(path) for path in self.paths[begin:end])


class Songs:
    """A split of composed songs."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.codes = load_file(self.folder / "codes.safetensors")["codes"]  # [B, 4, T]
        self.texts = [json.loads(path.read_text()) for path in sorted(self.folder.glob("[0-9]*.json"))]

    @property
    def prompts(self):
        return [text["description"] for text in self.texts]

    @property
    def attributes(self):
        return [text["attributes"] for text in self.texts]

    def sound(self, index):
        """The composer's own, of no codec."""
        return read_wav(self.folder / f"{index:05}.wav")
