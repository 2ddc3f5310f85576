"""Jobs while they run: steering, clients that go away, a full queue, a kill."""

import json
import os
import signal
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import Server, ServerTest, main  # noqa: E402


class Steering(ServerTest):
    def run_steered(self, **steering):
        """PCM of 4 s, steered once, and the step that the server names."""
        connection, answer = self.server.stream(input="a calm piano", audio_length=4, seed=9, response_format="pcm")
        job = answer.headers["X-Job-Id"]
        steered = self.server.ask("PATCH", f"/v1/jobs/{job}", steering)
        sound = answer.read()
        connection.close()
        return sound, steered

    def test_the_sound_turns_at_the_step_the_server_says(self):
        plain = self.server.generate(input="a calm piano", audio_length=4, seed=9, stream=True,
                                     response_format="pcm").body
        sound, steered = self.run_steered(input="loud drums", guidance_scale=8, at_step=120)
        self.assertEqual((steered.status, steered.json["steered_step"]), (200, 120))
        self.assertEqual(len(sound), len(plain))
        first = next(i for i in range(0, len(plain), 2) if plain[i:i + 2] != sound[i:i + 2])
        frame = first // 2 / 640
        # Step s makes frame s of codebook 0 and frame s - 3 of the last; the codec looks a few frames ahead.
        self.assertGreaterEqual(frame, 120 - 12)
        self.assertLessEqual(frame, 120 + 12)
        again, _ = self.run_steered(input="loud drums", guidance_scale=8, at_step=120)
        self.same(again, sound)

    def test_without_a_step_it_holds_at_once(self):
        connection, answer = self.server.stream(input="x", audio_length=None, response_format="pcm")
        job = answer.headers["X-Job-Id"]
        answer.read(1000)
        steered = self.server.ask("PATCH", f"/v1/jobs/{job}", {"input": "drums"})
        self.assertEqual(steered.status, 200)
        self.assertGreater(steered.json["steered_step"], 0)
        connection.close()
        self.server.wait_for(job, "cancelled")


class Leaving(ServerTest):
    def test_a_client_that_goes_away_frees_its_slot(self):
        connection, answer = self.server.stream(input="x", audio_length=None)
        job = answer.headers["X-Job-Id"]
        answer.read(1000)
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        start = time.monotonic()
        self.assertEqual(self.server.wait_for(job, "cancelled", timeout=5)["status"], "cancelled")
        self.assertLess(time.monotonic() - start, 2)

    def test_one_that_waits_for_a_file_too(self):
        before = self.server.metrics()["musicgen_jobs_ended_total{state=\"cancelled\"}"]
        connection = self.server.open()
        connection.request("POST", "/v1/audio/generate", json.dumps({"input": "x", "audio_length": 300}),
                           {"Content-Type": "application/json"})
        while self.server.metrics()["musicgen_jobs_running"] == 0:
            time.sleep(0.01)
        connection.close()
        end = time.monotonic() + 5
        while self.server.metrics()["musicgen_jobs_ended_total{state=\"cancelled\"}"] == before:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)
        self.assertEqual(self.server.metrics()["musicgen_jobs_running"], 0)

    def test_async_jobs_stay(self):
        job = self.server.generate(input="x", audio_length=1, **{"async": True}).json
        self.server.wait_for(job["id"], "succeeded")

    def test_delete_ends_an_endless_stream_whole(self):
        connection, answer = self.server.stream(input="x", audio_length=None, response_format="pcm")
        job = answer.headers["X-Job-Id"]
        answer.read(1000)
        self.assertEqual(self.server.ask("DELETE", f"/v1/jobs/{job}").json["status"], "cancelled")
        self.assertEqual(len(answer.read()) % 2, 0)
        connection.close()


class Full(ServerTest):
    arguments = ("--parallel", "1", "--queue", "2")

    def test_the_queue_refuses_what_it_cannot_hold(self):
        jobs = [self.server.generate(input="x", audio_length=300, **{"async": True}) for _ in range(3)]
        self.assertEqual([job.status for job in jobs], [202] * 3)
        answer = self.server.generate(input="x", audio_length=300)
        self.refuse(answer, 429, "full")
        self.assertGreaterEqual(int(answer.headers["Retry-After"]), 1)
        self.assertEqual(answer.error["type"], "rate_limit_error")
        self.server.wait_for(jobs[0].json["id"], "running")
        places = [self.server.job(job.json["id"])["queue_position"] for job in jobs]
        self.assertEqual(sorted(place for place in places if place), [1, 2])
        for job in jobs:
            self.server.ask("DELETE", job.json["status_url"])
        self.assertEqual(self.server.generate(input="x", audio_length=0.1).status, 200)


class Killed(ServerTest):
    def test_a_kill_leaves_nothing_and_a_restart_serves(self):
        folder = os.getcwd()
        before = sorted(os.listdir(folder))
        with Server() as server:
            connection, answer = server.stream(input="x", audio_length=None)
            self.addCleanup(connection.close)
            answer.read(1000)
            server.generate(input="x", audio_length=300, **{"async": True})
            server.process.send_signal(signal.SIGKILL)
            server.process.wait()
        self.assertEqual(sorted(os.listdir(folder)), before)
        start = time.monotonic()
        with Server() as server:
            self.assertEqual(server.generate(input="x", audio_length=0.1).status, 200)
        self.assertLess(time.monotonic() - start, 60)


if __name__ == "__main__":
    main()
