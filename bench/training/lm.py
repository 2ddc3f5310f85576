"""LM training against the same model in PyTorch, in turns: lm.py MUSICGEN_TRAIN [--rounds N]."""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
CONFIG = HERE.parents[1] / "configs/training/demo.yaml"


def run(command):
    """Output and peak memory in MiB."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        out = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command[0]}: exit status {process.returncode}")
    return out, usage.ru_maxrss / 1024


def ours(binary, updates, warm_up):
    with tempfile.TemporaryDirectory() as work:
        _, peak = run([binary, "lm", "--config", CONFIG, "--work", work, "logging.report_updates=0",
                       "logging.log_updates=1", f"optim.updates={warm_up + updates}", "schedule.cosine.warmup=1"])
        lines = [json.loads(line) for line in pathlib.Path(work, "lm/log.jsonl").read_text().splitlines()]
    rates = [line["positions_per_s"] for line in lines[warm_up:]]
    return {"positions_per_s": statistics.harmonic_mean(rates), "peak_mib": peak}


def peer(updates, warm_up):
    out, _ = run([sys.executable, HERE / "peer_lm.py", "--updates", str(updates), "--warm-up", str(warm_up)])
    return json.loads(out)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--updates", type=int, default=6)
    parser.add_argument("--warm-up", type=int, default=2)
    arguments = parser.parse_args()
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    results = {"musicgen-train": [], "pytorch": []}
    for _ in range(arguments.rounds):
        results["musicgen-train"].append(ours(arguments.binary, arguments.updates, arguments.warm_up))
        results["pytorch"].append(peer(arguments.updates, arguments.warm_up))
    for name, rows in results.items():
        rates = [row["positions_per_s"] for row in rows]
        print(json.dumps({"who": name, "positions_per_s": round(statistics.median(rates)),
                          "least": round(min(rates)), "most": round(max(rates)),
                          "peak_mib": round(max(row["peak_mib"] for row in rows))}))


if __name__ == "__main__":
    main()
