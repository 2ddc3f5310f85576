"""Sound files with a manifest, and musicgen-train codec on them, for the tests beside this file."""

import array
import json
import math
import os
import pathlib
import subprocess
import wave

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
RATE, SAMPLES = 8000, 2560
SMALL = [
    f"sample_rate={RATE}", f"dataset.segment_duration={SAMPLES / RATE}", "dataset.min_segment_ratio=1",
    "dataset.batch_size=2", "dataset.valid.num_samples=1", "seanet.n_filters=4", "seanet.ratios=[5, 4]",
    "seanet.dimension=8", "rvq.n_q=2", "rvq.bins=16", "rvq.from=2", "rvq.kmeans_batches=2",
    "adversarial.adversaries=[msstftd]", "adversarial.from=3", "msstftd.filters=4", "msstftd.n_ffts=[256, 128]",
    "optim.updates=8", "logging.log_updates=1", "logging.report_updates=8", "checkpoint.every_s=0",
]


def tone(number):
    return [int(9000 * math.sin(0.05 * (1 + number) * i)) for i in range(SAMPLES)]


def write_clips(work):
    """Of a segment each: four to train on, one held out."""
    for split, numbers in (("train", range(4)), ("valid", [4])):
        folder = work / "clips" / split
        folder.mkdir(parents=True)
        lines = []
        for number in numbers:
            with wave.open(str(folder / f"{number}.wav"), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(RATE)
                file.writeframes(array.array("h", tone(number)).tobytes())
            lines.append(json.dumps({"path": f"{number}.wav", "duration": SAMPLES / RATE, "sample_rate": RATE}))
        (folder / "data.jsonl").write_text("\n".join(lines) + "\n")


def start(work, *changes, stderr=subprocess.DEVNULL):
    return subprocess.Popen(
        [os.environ["MUSICGEN_TRAIN"], "codec", "--config", REPOSITORY / "configs/training/encodec.yaml",
         "--work", work, *SMALL, *changes], stderr=stderr)
