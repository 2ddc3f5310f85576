#!/usr/bin/env python3
"""A server under everything at once for as long as one likes: soak.py SECONDS

Clients of every kind come and go: files, streams, live music that is steered, async jobs, vendors' shapes, uploads,
events, bad requests, clients that vanish. Each minute one line of JSON: counts, resident memory, open files. Status 1
where an answer was none of those expected, the server ended, or memory grew by more than 5 % from the first third to the
last (medians) of what follows the first tenth, two minutes at least.
"""

import argparse
import base64
import json
import os
import random
import statistics
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import TINY, TINY_MELODY, Server, sound  # noqa: E402


class Soak:
    def __init__(self, server, end):
        self.server, self.end = server, end
        self.counts, self.faults, self.lock = {}, [], threading.Lock()
        self.sound = sound(1.0)

    def file(self, chance):
        return self.server.generate(input="x", audio_length=chance.choice((0.5, 2, 5)), n=chance.choice((1, 1, 2)),
                                    response_format=chance.choice(("wav", "mp3", "flac", "opus", "pcm"))).status

    def stream(self, chance):
        connection, answer = self.server.stream(input="x", audio_length=chance.choice((1, 3)))
        answer.read()
        connection.close()
        return answer.status

    def live(self, chance):
        connection, answer = self.server.stream(input="x", audio_length=None, response_format="pcm")
        try:
            if answer.status != 200:
                return answer.status
            job = answer.headers["X-Job-Id"]
            for prompt in ("a", "b", "c"):
                answer.read(32000)
                status = self.server.ask("PATCH", f"/v1/jobs/{job}", {"input": prompt}).status
                if status not in (200, 202):
                    return status
            if chance.random() < 0.5:
                self.server.ask("DELETE", f"/v1/jobs/{job}")
            return 200
        finally:
            connection.close()

    def asynchronous(self, chance):
        answer = self.server.generate(input="x", audio_length=1, **{"async": True})
        if answer.status != 202:
            return answer.status
        job = answer.json
        self.server.ask("GET", job["status_url"] + "/events")
        return self.server.ask("GET", job["audio_url"] + "?format=mp3").status

    def vendor(self, chance):
        path, body = chance.choice((("/v1/audio/speech", {"input": "x", "duration_seconds": 1}),
                                    ("/v1/music", {"prompt": "x", "music_length_ms": 3000}),
                                    ("/v1/predictions", {"input": {"prompt": "x", "duration": 1}}),
                                    ("/models/x", {"inputs": "x", "parameters": {"duration": 1}})))
        return self.server.post(path, body).status

    def upload(self, chance):
        if chance.random() < 0.3:
            return self.server.upload("/v1/audio/generate", {"input": "x"}, {"audio_prompt": os.urandom(1000)}).status
        fields = {"input": "x", "audio_length": "1", "prompt_duration": "0.3"}
        return self.server.upload("/v1/audio/generate", fields, {"audio_prompt": self.sound}).status

    def gary(self, chance):
        body = {"audio_data": base64.b64encode(self.sound).decode(), "prompt_duration": 0.3, "duration": 1}
        answer = self.server.post("/api/juce/continue_music", body)
        return self.server.ask("GET", f"/api/juce/poll_status/{answer.json.get('session_id', 'x')}").status

    def bad(self, chance):
        return self.server.post("/v1/audio/generate", os.urandom(chance.randint(0, 200))).status

    def run(self, number):
        chance = random.Random(number)
        kinds = (self.file, self.stream, self.live, self.asynchronous, self.vendor, self.upload, self.gary, self.bad)
        while time.monotonic() < self.end:
            kind = chance.choice(kinds)
            try:
                outcome = kind(chance)
            except Exception as error:  # noqa: BLE001, whatever it is counts
                outcome = repr(error)
            with self.lock:
                key = f"{kind.__name__} {outcome}"
                self.counts[key] = self.counts.get(key, 0) + 1
                if outcome not in (200, 201, 202, 400, 404, 429):
                    self.faults.append(key)
            if outcome == 429:
                time.sleep(0.2)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seconds", type=float)
    parser.add_argument("--clients", type=int, default=16)
    arguments = parser.parse_args()
    with Server("--keep-jobs", "64", models=(TINY, TINY_MELODY)) as server:
        start = time.monotonic()
        soak = Soak(server, start + arguments.seconds)
        threads = [threading.Thread(target=soak.run, args=(i,)) for i in range(arguments.clients)]
        for thread in threads:
            thread.start()
        resident = []  # after the warm-up; single values swing with what is uploaded at the moment
        while any(thread.is_alive() for thread in threads) and server.process.poll() is None:
            time.sleep(min(60, max(1, arguments.seconds / 20)))
            if server.process.poll() is not None:
                break
            now = server.resident_bytes()
            elapsed = time.monotonic() - start
            if elapsed > max(120, arguments.seconds / 10):
                resident.append(now)
            files = len(os.listdir(f"/proc/{server.process.pid}/fd"))
            print(json.dumps({"s": round(elapsed), "resident_mb": round(now / 1e6, 1), "files": files,
                              "counts": soak.counts}), flush=True)
        ended = server.process.poll() is not None
        for thread in threads:
            thread.join()
        third = max(1, len(resident) // 3)
        grown = statistics.median(resident[-third:]) / statistics.median(resident[:third]) - 1 if resident else 0
        print(json.dumps({"faults": sorted(set(soak.faults)), "grown": round(grown, 4), "ended": ended}))
        sys.exit(1 if soak.faults or ended or grown > 0.05 else 0)


if __name__ == "__main__":
    main()
