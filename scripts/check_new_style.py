#!/usr/bin/env python3
"""Fine-tunes the demo model on 20 clips of a style that it has no word for, and asks the acceptance's classifier.

  scripts/check_new_style.py [--work build/new_style] [--style rock] [--word zouk] [--updates N]

The clips are composed songs of one style, rendered without the model's codec, ten seconds each; their texts are a word that
the model has never seen. Prompts with that word are played by the model before and after; the classifier of
`musicgen-eval demo` says how many of the clips are of the style. Before, the word says nothing and every style has its
share. Fine-tuning takes ten minutes on two cores, the rest as much. Needs what apps/eval needs
(MUSICGEN_EVAL_PYTHON). Exits with 1 when less than four fifths are of the style, or the run takes longer.
"""

import argparse
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "apps/eval"))

from musicgen_eval.classifier import STYLES, SoundClassifier  # noqa: E402
from musicgen_eval.demo import HELD_OUT_SEED, JUDGE_SONGS, default_sampling  # noqa: E402
from musicgen_eval.programs import Programs, Songs  # noqa: E402

CLIPS, PROMPTS = 20, 64
NEW_SEED = 9001  # of the songs to train on
SONGS = 280  # of which one in seven is of the style
TEXTS = ("a {} tune", "{}", "{} music", "a piece of {}")
# Steps for a small model and a short run.
SETTINGS = ("text_encoder.trained=true", "optim.lr=1e-3", "optim.ema.updates=1", "schedule.cosine.warmup=10",
            "dataset.segment_duration=5")
LONGEST_S = 600
WANTED = 0.8


def write_music(songs, style, word, folder):
    folder.mkdir(parents=True)
    chosen = [i for i, attributes in enumerate(songs.attributes) if STYLES[attributes["style"]] == style][:CLIPS]
    if len(chosen) < CLIPS:
        raise SystemExit(f"songs: expected {CLIPS} of {style}, found {len(chosen)}")
    for index in chosen:
        shutil.copy(songs.folder / f"{index:05}.wav", folder / f"{index:05}.wav")
        (folder / f"{index:05}.txt").write_text(TEXTS[index % len(TEXTS)].format(word))


def judge_of(programs):
    file = programs.work / "classifier.pt"
    if not file.exists():
        songs = Songs(programs.synthesise("songs", "songs", HELD_OUT_SEED, JUDGE_SONGS) / "train")
        sounds = programs.decode("judge_songs", songs.codes[:, :, :300]).sounds()  # 6 s
        SoundClassifier.train(sounds, songs.attributes, report=lambda line: print(line, flush=True)).save(file)
    return SoundClassifier.load(file)


def shares(judge, clips):
    found = judge.predict(clips.sounds())["style"].tolist()
    return {style: round(found.count(number) / len(found), 3) for number, style in enumerate(STYLES)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "build/new_style")
    parser.add_argument("--model", type=pathlib.Path, default=ROOT / "models/demo")
    parser.add_argument("--style", default="rock", choices=STYLES)
    parser.add_argument("--word", default="zouk")
    parser.add_argument("--updates", type=int, default=200)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin")
    arguments = parser.parse_args()
    style, word, work = arguments.style, arguments.word, arguments.work
    program = lambda model: Programs(work, model, arguments.bin / "musicgen", arguments.bin / "musicgen-train",
                                     ROOT / "configs/training/demo.yaml")
    before = program(arguments.model)
    folder = before.synthesise("songs", f"new_{style}", NEW_SEED, SONGS)
    music, tuned = work / f"{style}.music", work / f"{style}.tuned"
    for old in (music, tuned, work / f"{style}.tuned.work"):
        shutil.rmtree(old, ignore_errors=True)
    write_music(Songs(folder / "train"), style, word, music)

    started = time.monotonic()
    subprocess.run([arguments.bin / "musicgen-train", "finetune", "-m", arguments.model, "--data", music, "-o", tuned,
                    f"optim.updates={arguments.updates}", *SETTINGS], check=True)
    took_s = time.monotonic() - started

    prompts = [TEXTS[i % len(TEXTS)].format(word) for i in range(PROMPTS)]
    judge, sampling = judge_of(before), default_sampling(arguments.model)
    found = {}
    for name, model in (("before", arguments.model), ("after", tuned)):
        for old in work.glob(f"{style}_after_*"):
            old.unlink()
        found[name] = shares(judge, program(model).generate(f"{style}_{name}", prompts, sampling, seed=50000))
        print(f"{name}: {found[name]}")
    print(f"\"{prompts[0]}\" and the like: {style} {found['before'][style]:.2f} before, "
          f"{found['after'][style]:.2f} after {CLIPS} clips, {arguments.updates} updates and "
          f"{took_s:.0f} s of training (wanted: {WANTED} in {LONGEST_S} s)")
    sys.exit(found["after"][style] < WANTED or took_s > LONGEST_S)


if __name__ == "__main__":
    main()
