"""examples/ray on a cluster of two workers: killed in between, it goes on where it was. Needs ray; a minute."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from support import FIXTURES, ROOT, importable

pytestmark = pytest.mark.skipif(not importable("ray"), reason="ray is not installed")

PIECES = 40


@pytest.fixture
def cluster(monkeypatch):
    """A head without processors and two worker nodes, on this machine. Workers find the package as tests do."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))
    from ray.cluster_utils import Cluster
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "object_store_memory": 80 << 20})
    for _ in range(2):
        cluster.add_node(num_cpus=2, object_store_memory=80 << 20)
    cluster.wait_for_nodes()
    yield cluster.address
    cluster.shutdown()


def start(address, prompts, out):
    environment = {**os.environ, "RAY_ADDRESS": address, "RAY_DATA_DISABLE_PROGRESS_BARS": "1"}
    return subprocess.Popen(
        [sys.executable, str(ROOT / "examples" / "ray" / "generate_dataset.py"), str(prompts), str(out), "--model",
         str(FIXTURES / "hf-tiny-mono"), "--precision", "f32", "--duration", "2", "--actors", "2", "--batch-size", "4"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)


def test_killed_in_between_it_resumes(cluster, tmp_path):
    prompts, out = tmp_path / "prompts.jsonl", tmp_path / "out"
    lines = [{"prompt": f"song number {i}", "id": f"song{i}"} for i in range(PIECES)]
    prompts.write_text("".join(json.dumps(line) + "\n" for line in lines))

    first = start(cluster, prompts, out)
    deadline = time.monotonic() + 300
    while len(list(out.glob("*.wav"))) < PIECES // 4:
        assert first.poll() is None, first.stdout.read()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    first.send_signal(signal.SIGKILL)
    first.wait()
    time.sleep(3)  # the cluster notices, and ends the actors
    before = {path.name: path.stat().st_mtime_ns for path in out.glob("*.wav")}
    assert PIECES // 4 <= len(before) < PIECES
    with open(out / "manifest.jsonl", "a") as manifest:
        manifest.write('{"id": "a line cut')

    second = start(cluster, prompts, out)
    output, _ = second.communicate(timeout=600)
    assert second.returncode == 0, output
    assert f"{PIECES} prompts, {len(before)} of them finished before" in output
    assert f"{PIECES - len(before)} made, 0 failed" in output

    after = {path.name: path.stat().st_mtime_ns for path in out.glob("*.wav")}
    assert len(after) == PIECES and before.items() <= after.items()  # nothing was made twice
    entries = []
    for line in (out / "manifest.jsonl").read_text().splitlines():
        try:
            entries.append(json.loads(line))
        except ValueError:
            assert line == '{"id": "a line cut'
    assert sorted(entry["file"] for entry in entries) == sorted(after)

    # The sound is what one machine makes of the line.
    from musicgen.data.audio import audio_write
    from musicgen.models import MusicGen
    model = MusicGen.get_pretrained(str(FIXTURES / "hf-tiny-mono"), precision="f32")
    model.set_generation_params(duration=2)
    entry = next(entry for entry in entries if entry["id"] == "song17")
    here = audio_write(tmp_path / "here", model.generate([entry["prompt"]], seed=entry["seed"])[0], 32000,
                       strategy="loudness", loudness_compressor=True)
    assert here.read_bytes() == (out / entry["file"]).read_bytes()

    third = start(cluster, prompts, out)
    output, _ = third.communicate(timeout=600)
    assert third.returncode == 0 and f"{PIECES} of them finished before" in output
