#!/usr/bin/env python3
"""Music for a JSON-lines file of prompts, on as many machines as a Ray cluster has.

    pip install "ray[data]" musicgen-cpp
    generate_dataset.py prompts.jsonl OUT_DIR --model facebook/musicgen-small [--actors N] [--cpus-per-actor N]

Each line of the file is {"prompt": …, "duration": seconds, "seed": …, "id": …}; all but the prompt may be
missing. Writes OUT_DIR/<id>-<hash of the request>.wav and a manifest, one JSON line for each finished piece.
OUT_DIR must be a folder that all machines share. Run again after a cut: a piece whose file is there is not made
again. The same line gives the same sound, wherever it was made.
"""

import argparse
import hashlib
import json
from pathlib import Path

MANIFEST = "manifest.jsonl"


def read_prompts(path, model, precision, default_duration_s):
    """The lines of the file as manifest entries."""
    entries, seen = [], set()
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        given = json.loads(line)
        # A seed of the line's own: a piece does not depend on what else is in the file.
        request = {"prompt": given["prompt"], "duration": float(given.get("duration", default_duration_s)),
                   "seed": int(given.get("seed", number)), "model": model, "precision": precision}
        name = str(given.get("id", f"{number:08d}"))
        if name in seen or Path(name).name != name:
            raise SystemExit(f"{path}:{number}: expected an id of its own that can name a file, found {name!r}")
        seen.add(name)
        digest = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()[:8]
        entries.append({"id": name, "file": f"{name}-{digest}.wav", **request})
    return entries


def listed(manifest):
    """The files that the manifest names. A line that a cut left half names none."""
    names = set()
    if manifest.exists():
        for line in manifest.read_text(encoding="utf-8").splitlines():
            try:
                names.add(json.loads(line)["file"])
            except ValueError:
                pass
    return names


class Manifest:
    """Appends lines; each is there at once."""

    def __init__(self, path):
        cut = path.exists() and path.stat().st_size and not path.read_bytes().endswith(b"\n")
        self.file = open(path, "a", encoding="utf-8", buffering=1)
        if cut:
            self.file.write("\n")

    def add(self, entry):
        self.file.write(json.dumps(entry, ensure_ascii=False) + "\n")


class Generator:
    """One actor: it opens the model once and makes batch after batch."""

    def __init__(self, model, precision, threads, out):
        from musicgen_cpp.models import MusicGen
        self.model = MusicGen.get_pretrained(model, precision=precision, threads=threads)
        self.out = Path(out)

    def __call__(self, batch):
        """The rows of a batch share each pass over the weights. Gives them back with an error or "" each."""
        from musicgen_cpp import BadInputError
        from musicgen_cpp.data.audio import audio_write
        errors, places = [""] * len(batch["file"]), {}
        with self.model.session() as session:
            for i, prompt in enumerate(batch["prompt"]):
                try:
                    places[session.submit(str(prompt), duration=float(batch["duration"][i]),
                                          seed=int(batch["seed"][i]), progress=False)] = i
                except BadInputError as problem:  # of this line alone
                    errors[i] = str(problem)
            for event in session.events():
                if event.kind == "failed":
                    errors[places[event.request]] = str(event.error)
                elif event.kind == "done":
                    # Whole or not at all: a file that is there is finished.
                    audio_write(self.out / str(batch["file"][places[event.request]]), event.audio,
                                self.model.sample_rate, strategy="loudness", loudness_compressor=True,
                                add_suffix=False)
        return {"file": batch["file"], "error": errors}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prompts")
    parser.add_argument("out", type=Path)
    parser.add_argument("--model", default="facebook/musicgen-small")
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--duration", type=float, default=10.0, help="seconds, for lines that name none")
    parser.add_argument("--actors", type=int, default=1, help="models that are held at once")
    parser.add_argument("--cpus-per-actor", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=8, help="pieces that an actor makes at once")
    arguments = parser.parse_args()

    out = arguments.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    entries = {entry["file"]: entry for entry in read_prompts(
        arguments.prompts, arguments.model, arguments.precision, arguments.duration)}
    todo = [entry for file, entry in entries.items() if not (out / file).exists()]
    names, manifest = listed(out / MANIFEST), Manifest(out / MANIFEST)
    for file, entry in entries.items():  # finished in the moment of a cut
        if (out / file).exists() and file not in names:
            manifest.add(entry)
    print(f"{len(entries)} prompts, {len(entries) - len(todo)} of them finished before", flush=True)
    if not todo:
        return 0

    import ray
    ray.init(log_to_driver=False)  # RAY_ADDRESS names a cluster; without it, this machine
    results = ray.data.from_items(todo, override_num_blocks=-(-len(todo) // arguments.batch_size)).map_batches(
        Generator, batch_size=arguments.batch_size, batch_format="numpy",
        fn_constructor_args=(arguments.model, arguments.precision, arguments.cpus_per_actor, str(out)),
        compute=ray.data.ActorPoolStrategy(size=arguments.actors), num_cpus=arguments.cpus_per_actor)
    failed = 0
    for row in results.iter_rows():
        if row["error"]:
            failed += 1
            print(f"{entries[row['file']]['id']}: {row['error']}", flush=True)
        else:
            manifest.add(entries[row["file"]])
            print(row["file"], flush=True)
    print(f"{len(todo) - failed} made, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
