"""Many clients at once, and clients that go away: each is answered or refused, and memory stays.

Thirty seconds in CI, ten minutes with MUSICGEN_LONG_TESTS=1.
"""

import json
import os
import random
import socket
import struct
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import LONG, TINY, ServerTest, main  # noqa: E402

CLIENTS = 64
LOAD_S = 600 if LONG else 30
WARM_S = 120 if LONG else 12
CANCELS = 10000 if LONG else 500
# By then as many have met as ever will, and memory, which comes in stretches of 2 MB, is as large as it gets.
CANCEL_WARM = CANCELS // 2


class Load(ServerTest):
    # Few kept jobs, so that what is kept is full when the warm-up ends.
    arguments = ("--queue", "40", "--keep-jobs", "64")

    def one(self, chance):
        """A request as it comes; its status, or what was wrong."""
        seconds = chance.choice((0.2, 0.5, 1, 2, 4))
        fields = {"input": "x" * chance.randint(0, 200), "audio_length": seconds, "seed": chance.randrange(1000),
                  "response_format": chance.choice(("wav", "mp3", "flac", "opus", "pcm")),
                  "stream": chance.random() < 0.5}
        answer = self.server.generate(**fields)
        if answer.status == 200 and fields["response_format"] == "pcm":
            size = len(answer.body)
            return 200 if size == 2 * 640 * int(seconds * 50) else f"{size} bytes of {seconds} s"
        if answer.status == 429:
            self.assertGreaterEqual(int(answer.headers["Retry-After"]), 1)
            time.sleep(0.05)
        return answer.status

    def test_64_clients(self):
        end = time.monotonic() + LOAD_S
        outcomes, lock = {}, threading.Lock()

        def client(number):
            chance = random.Random(number)
            while time.monotonic() < end:
                try:
                    outcome = self.one(chance)
                except Exception as error:  # noqa: BLE001, whatever it is counts
                    outcome = repr(error)
                with lock:
                    outcomes[outcome] = outcomes.get(outcome, 0) + 1

        threads = [threading.Thread(target=client, args=(i,)) for i in range(CLIENTS)]
        for thread in threads:
            thread.start()
        time.sleep(WARM_S)
        warm = self.server.resident_bytes()
        for thread in threads:
            thread.join()
        after = self.server.resident_bytes()
        print(f"outcomes {outcomes}, resident {warm / 1e6:.1f} → {after / 1e6:.1f} MB")
        self.assertEqual(set(outcomes) - {200, 429}, set(), outcomes)
        self.assertGreater(outcomes.get(200, 0), CLIENTS // 2)
        self.assertLess(after, 1.02 * warm + (0 if LONG else 8e6))


class Cancelled(ServerTest):
    arguments = ("--keep-jobs", "64")

    def test_requests_cancelled_at_random_moments(self):
        chance = random.Random(3)
        warm = None
        for i in range(CANCELS):
            if i == CANCEL_WARM:
                warm = self.settled()
            self.cancel_one(chance, chance.random() < 0.5)
        after = self.settled()
        metrics = self.server.metrics()
        print(f"resident {warm / 1e6:.1f} → {after / 1e6:.1f} MB")
        self.assertEqual((metrics["musicgen_jobs_running"], metrics["musicgen_jobs_queued"]), (0, 0))
        self.assertLess(after, 1.01 * warm + (0 if LONG else 4e6))

    def cancel_one(self, chance, by_delete):
        fields = {"input": "x", "audio_length": chance.choice((1, 30, None)), "stream": True}
        if by_delete:
            connection, answer = self.server.stream(**fields)
            time.sleep(chance.random() * 0.02)
            job = answer.headers["X-Job-Id"]
            self.assertEqual(self.server.ask("DELETE", f"/v1/jobs/{job}").status, 200)
            connection.close()
            return
        connection = self.server.open()
        connection.request("POST", "/v1/audio/generate", json.dumps(fields), {"Content-Type": "application/json"})
        time.sleep(chance.random() * 0.05)
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    def settled(self):
        """Resident bytes when nothing runs any more."""
        end = time.monotonic() + 30
        while True:
            metrics = self.server.metrics()
            if metrics["musicgen_jobs_running"] + metrics["musicgen_jobs_queued"] == 0:
                return self.server.resident_bytes()
            self.assertLess(time.monotonic(), end, "jobs of clients that have gone still run")
            time.sleep(0.05)


if __name__ == "__main__":
    main()
