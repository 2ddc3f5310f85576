"""Our own routes: every status, every shape."""

import io
import json
import os
import re
import sys
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import FIXTURES, TINY, TINY_MELODY, ServerTest, command_line, main, sound, sound_file  # noqa: E402

UNKNOWN = "0" * 32


class Generate(ServerTest):
    models = (TINY, TINY_MELODY)

    def test_a_file_is_the_answer(self):
        for name, kind, magic in (("wav", "audio/wav", b"RIFF"), ("flac", "audio/flac", b"fLaC"),
                                  ("mp3", "audio/mpeg", None), ("opus", "audio/ogg", b"OggS"),
                                  ("pcm", "audio/pcm;rate=32000;channels=1", None)):
            answer = self.server.generate(input="x", audio_length=0.2, response_format=name, seed=5)
            self.assertEqual(answer.status, 200, answer.body[:200])
            self.assertEqual(answer.headers["Content-Type"], kind)
            self.assertEqual(answer.headers["X-Seed"], "5")
            self.assertRegex(answer.headers["X-Job-Id"], "^[0-9a-f]{32}$")
            if magic:
                self.assertTrue(answer.body.startswith(magic), name)
        self.assertEqual(len(answer.body), 2 * 640 * 10)
        self.assertEqual((answer.headers["X-Sample-Rate"], answer.headers["X-Channels"]), ("32000", "1"))

    def test_fields_are_checked(self):
        for fields, param, says in (
                ({"inptu": "x"}, "inptu", "not known"),
                ({"input": 3}, "input", "expected text of at most 4096 characters, found 3"),
                ({"input": "x" * 4097}, "input", "found 4097 characters"),
                ({"audio_length": 0}, "audio_length", "above 0 and at most 300, found 0"),
                ({"audio_length": 301}, "audio_length", "found 301"),
                ({"audio_length": None}, "audio_length", "only streamed"),
                ({"response_format": "aac"}, "response_format", "wav, mp3, flac, opus or pcm"),
                ({"n": 17}, "n", "from 1 to 16"),
                ({"n": 2, "stream": True}, "n", "together with stream"),
                ({"async": True, "stream": True}, "async", "either"),
                ({"temperature": -1}, "temperature", "from 0 to 100"),
                ({"top_p": 2}, "top_p", "from 0 to 1"),
                ({"guidance_scale": "3"}, "guidance_scale", "a number"),
                ({"melody": "x"}, "melody", "multipart"),
                ({"seed": 1.5}, "seed", "an integer")):
            self.refuse(self.server.generate(**fields), 400, says, param)
        for body in ("", "[", "[]", "nul", '{"input": "a", "input": "b"}', "[" * 100000, b"\xff"):
            self.assertEqual(self.server.post("/v1/audio/generate", body).status, 400)
        self.assertEqual(self.server.generate(audio_length=0.001).status, 400)  # less than a frame

    def test_an_unknown_model_is_404(self):
        self.assertEqual(self.server.generate(input="x", model="nobody").status, 404)

    def test_several_takes_are_a_zip_of_what_each_is_alone(self):
        answer = self.server.generate(input="x", audio_length=0.2, n=3, seed=1)
        self.assertEqual(answer.headers["Content-Type"], "application/zip")
        files = zipfile.ZipFile(io.BytesIO(answer.body))
        self.assertEqual(files.namelist(), ["take_0.wav", "take_1.wav", "take_2.wav"])
        self.assertTrue(all(info.date_time[0] == 1980 and info.compress_type == zipfile.ZIP_STORED
                            for info in files.infolist()))
        one = self.server.generate(input="x", audio_length=0.2, seed=1)
        self.same(files.read("take_0.wav"), one.body)
        self.assertTrue(files.read("take_1.wav") != one.body)
        again = self.server.generate(input="x", audio_length=0.2, n=3, seed=1)
        self.same(again.body, answer.body)
        job = answer.headers["X-Job-Id"]
        self.same(self.server.ask("GET", f"/v1/jobs/{job}/audio?take=0").body, one.body)
        self.refuse(self.server.ask("GET", f"/v1/jobs/{job}/audio?take=3"), 400, "take", "take")

    def test_sounds_come_as_multipart(self):
        data = sound()
        fields = {"input": "x", "audio_length": "0.5", "seed": "3", "prompt_duration": "0.1"}
        answer = self.server.upload("/v1/audio/generate", fields, {"audio_prompt": data})
        self.assertEqual(answer.status, 200, answer.body[:300])
        fields = {"input": "x", "audio_length": "0.5", "model": TINY_MELODY}
        answer = self.server.upload("/v1/audio/generate", fields, {"melody": data})
        self.assertEqual(answer.status, 200, answer.body[:300])
        self.refuse(self.server.upload("/v1/audio/generate", {"input": "x"}, {"audio_prompt": b"no sound"}), 400,
                    "audio_prompt", "audio_prompt")
        # A melody for a model that hears none.
        self.assertEqual(self.server.upload("/v1/audio/generate", {"input": "x"}, {"melody": data}).status, 400)
        self.refuse(self.server.upload("/v1/audio/generate", {"inptu": "x"}, {}), 400, "not known", "inptu")

    def test_async_answers_at_once(self):
        answer = self.server.generate(input="x", audio_length=1, seed=4, **{"async": True})
        self.assertEqual(answer.status, 202)
        job = answer.json
        self.assertEqual(job["object"], "audio.job")
        self.assertIn(job["status"], ("queued", "running"))
        self.assertEqual(answer.headers["Location"], job["status_url"])
        job = self.server.wait_for(job["id"], "succeeded")
        self.assertEqual((job["seed"], job["progress"], job["input"], job["n"]), (4, 1.0, "x", 1))
        self.assertEqual(job["steps_done"], job["steps_total"])
        self.assertGreaterEqual(job["ended_at"], job["started_at"])
        answer = self.server.ask("GET", job["audio_url"])
        self.assertEqual(answer.status, 200)
        self.same(answer.body, self.server.generate(input="x", audio_length=1, seed=4).body)

    def test_greedy_and_temperature_0_are_the_same(self):
        a = self.server.generate(input="x", audio_length=0.3, greedy=True, seed=1, response_format="pcm")
        b = self.server.generate(input="x", audio_length=0.3, temperature=0, seed=2, response_format="pcm")
        self.same(a.body, b.body)

    def test_what_vllm_omni_sends(self):
        answer = self.server.generate(input="x", model=TINY, response_format="wav", speed=1.0, stream_format="audio",
                                      audio_length=0.2, audio_start=0.0, negative_prompt="bad", guidance_scale=7.0,
                                      num_inference_steps=50, seed=42)
        self.assertEqual(answer.status, 200, answer.body[:200])


class Style(ServerTest):
    models = (os.path.join(FIXTURES, "ac-tiny-style"),)
    arguments = ("--style-encoder", os.path.join(FIXTURES, "mert-tiny"))

    def test_a_style_is_the_command_lines(self):
        fields = {"input": "x", "audio_length": "0.5", "seed": "3"}
        flags = ("-m", *self.models, *self.arguments, "-d", "0.5", "-s", "3", "x")
        for more, options in (({}, ()),
                              ({"cfg_coef_beta": "2", "style_eval_q": "1", "style_excerpt": "1.5", "style_start": "1"},
                               ("--cfg-coef-beta", "2", "--style-eval-q", "1", "--style-excerpt", "1.5",
                                "--style-start", "1"))):
            answer = self.server.upload("/v1/audio/generate", {**fields, **more}, {"style": sound(seconds=4)})
            self.assertEqual(answer.status, 200, answer.body[:300])
            with sound_file(seconds=4) as path:
                self.same(answer.body, command_line(*flags, "--style", path, *options))

    def test_what_does_not_fit(self):
        def refused(param, says, files, **fields):
            self.refuse(self.server.upload("/v1/audio/generate", {"input": "x", "audio_length": "0.1", **fields}, files),
                        400, says, param)
        refused("melody", "which follows a style", {"melody": sound()})
        refused("style_eval_q", "from 1 to 6", {"style": sound()}, style_eval_q="7")
        refused("style_excerpt", "at most 30", {"style": sound()}, style_excerpt="31")
        self.assertTrue(self.server.ask("GET", "/props").json["models"][0]["style"])


class Jobs(ServerTest):
    def test_unknown_jobs(self):
        for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/audio"), ("GET", "/events"), ("PATCH", "")):
            body = {"input": "x"} if method == "PATCH" else None
            for job in (UNKNOWN, "x", "x%20y"):
                self.assertEqual(self.server.ask(method, f"/v1/jobs/{job}{path}", body).status, 404, (method, job, path))

    def test_cancel(self):
        job = self.server.generate(input="x", audio_length=300, **{"async": True}).json
        self.refuse(self.server.ask("GET", job["audio_url"]), 409, "finished")
        answer = self.server.ask("DELETE", job["status_url"])
        self.assertEqual((answer.status, answer.json["status"]), (200, "cancelled"))
        self.assertEqual(self.server.ask("DELETE", job["status_url"]).json["status"], "cancelled")
        self.refuse(self.server.ask("GET", job["audio_url"]), 409, "cancelled")
        self.refuse(self.server.ask("PATCH", job["status_url"], {"input": "y"}), 409)

    def test_steering_is_checked(self):
        job = self.server.generate(input="x", audio_length=300, **{"async": True}).json
        for body, status in (({}, 400), ({"seed": 1}, 400), ({"top_k": -1}, 400), ({"at_step": 3}, 400)):
            self.assertEqual(self.server.ask("PATCH", job["status_url"], body).status, status, body)
        answer = self.server.ask("PATCH", job["status_url"], {"guidance_scale": 2})
        self.assertEqual(answer.status, 200)
        self.assertGreaterEqual(answer.json["steered_step"], 0)
        self.server.ask("DELETE", job["status_url"])

    def test_events(self):
        job = self.server.generate(input="x", audio_length=2, **{"async": True}).json
        answer = self.server.ask("GET", job["status_url"] + "/events")
        self.assertEqual(answer.headers["Content-Type"], "text/event-stream")
        events = re.findall(r"event: (\w+)\ndata: (.*)\n\n", answer.body.decode())
        names = [name for name, _ in events]
        self.assertEqual(names[0], "progress")
        self.assertEqual(names[-1], "done")
        self.assertEqual(json.loads(events[-1][1])["status"], "succeeded")
        self.assertEqual(json.loads(events[-1][1])["id"], job["id"])
        again = self.server.ask("GET", job["status_url"] + "/events").body.decode()
        self.assertEqual(again.count("event: "), 1)
        self.assertTrue(again.startswith("event: done\n"))

    def test_formats_of_a_finished_job(self):
        job = self.server.generate(input="x", audio_length=1, seed=8, **{"async": True}).json
        self.server.wait_for(job["id"], "succeeded")
        sounds = {name: self.server.ask("GET", f"{job['audio_url']}?format={name}").body
                  for name in ("wav", "flac", "mp3", "opus", "pcm")}
        self.assertEqual(len(set(sounds.values())), 5)
        self.assertTrue(sounds["wav"].endswith(sounds["pcm"]) or sounds["pcm"] in sounds["wav"])
        peak = self.server.ask("GET", f"{job['audio_url']}?strategy=peak")
        self.same(peak.body, command_line("-m", TINY, "-d", "1", "-s", "8", "--strategy", "peak", "x"))
        self.refuse(self.server.ask("GET", f"{job['audio_url']}?format=aac"), 400, "format", "format")


class ServerRoutes(ServerTest):
    models = (TINY, TINY_MELODY)
    arguments = ("--max-n", "3", "--max-audio-length", "20")

    def test_models(self):
        models = self.server.ask("GET", "/v1/models").json
        self.assertEqual([model["id"] for model in models["data"]], [TINY, TINY_MELODY])
        self.assertEqual(models["object"], "list")
        self.assertEqual(self.server.ask("GET", "/v1/audio/voices").json, {"voices": ["default"]})
        self.assertEqual(self.server.ask("GET", "/v1/models/nobody").status, 404)

    def test_props(self):
        props = self.server.ask("GET", "/props").json
        self.assertEqual((props["limits"]["n"], props["limits"]["audio_length_s"]), (3, 20))
        self.assertEqual(props["default_model"], TINY)
        text, melody = props["models"]
        self.assertEqual((text["melody"], melody["melody"], text["loaded"]), (False, True, True))
        self.assertEqual(set(text["defaults"]), {"temperature", "top_k", "top_p", "guidance_scale", "audio_length"})

    def test_health_metrics_and_description(self):
        self.assertEqual(self.server.ask("GET", "/health").json, {"status": "ok"})
        head = self.server.ask("HEAD", "/health")
        self.assertEqual((head.status, head.body), (200, b""))
        before = self.server.metrics()
        self.server.generate(input="x", audio_length=1)
        after = self.server.metrics()
        self.assertEqual(after["musicgen_jobs_ended_total{state=\"succeeded\"}"],
                         before["musicgen_jobs_ended_total{state=\"succeeded\"}"] + 1)
        self.assertAlmostEqual(after["musicgen_sound_seconds_total"] - before["musicgen_sound_seconds_total"], 1)
        self.assertGreater(after["process_resident_memory_bytes"], 1e6)
        document = self.server.ask("GET", "/openapi.json").json
        self.assertEqual(document["openapi"], "3.1.0")
        ids = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
        self.assertEqual(len(ids), len(set(ids)))
        schema = document["paths"]["/v1/audio/generate"]["post"]["requestBody"]["content"]["application/json"]["schema"]
        self.assertEqual(schema["properties"]["n"]["maximum"], 3)
        self.assertEqual(schema["properties"]["audio_length"]["maximum"], 20)

    def test_page(self):
        page = self.server.ask("GET", "/")
        self.assertEqual((page.status, page.headers["Content-Type"]), (200, "text/html; charset=utf-8"))
        self.assertIn("default-src 'self'", page.headers["Content-Security-Policy"])
        names = re.findall(r'(?:src|href)="([^":#]+)"', page.body.decode())
        kinds = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
        for name in names:
            answer = self.server.ask("GET", "/" + name)
            self.assertEqual(answer.status, 200, name)
            self.assertEqual(answer.headers["Content-Type"], kinds.get(os.path.splitext(name)[1]), name)
        again = self.server.ask("GET", "/", headers={"If-None-Match": page.headers["ETag"]})
        self.assertEqual((again.status, again.body), (304, b""))

    def test_unknown_paths_and_methods(self):
        self.assertEqual(self.server.ask("GET", "/nothing").status, 404)
        answer = self.server.ask("PUT", "/v1/audio/generate", "x")
        self.assertEqual(answer.status, 405)
        self.assertIn("POST", answer.headers["Allow"])


class Key(ServerTest):
    arguments = ("--api-key", "geheim")

    def test_all_but_health_and_the_page_ask_for_it(self):
        for path in ("/health", "/"):
            self.assertEqual(self.server.ask("GET", path).status, 200)
        for path in ("/v1/models", "/props", "/metrics", "/openapi.json", "/v1/audio/voices"):
            self.assertEqual(self.server.ask("GET", path).status, 401, path)
            for headers in ({"Authorization": "Bearer geheim"}, {"xi-api-key": "geheim"}):
                self.assertEqual(self.server.ask("GET", path, headers=headers).status, 200, path)
            self.assertEqual(self.server.ask("GET", path, headers={"Authorization": "Bearer geheimx"}).status, 401)
        self.assertEqual(self.server.generate(input="x").status, 401)


if __name__ == "__main__":
    main()
