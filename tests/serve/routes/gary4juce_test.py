"""What gary4juce does: send sound in base64, poll, get it back longer."""

import base64
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import TINY, ServerTest, cli, main, sound  # noqa: E402


class Gary(ServerTest):
    def setUp(self):
        self.sound = sound()

    def order(self, route, **fields):
        body = {"model_name": "thepatch/vanya_ai_dnb_0.1", "prompt_duration": 0.5, "duration": 2, "description": "drums",
                "top_k": 250, "temperature": 1.0, "cfg_coef": 3.0, **fields}
        return self.server.post(f"/api/juce/{route}", body)

    def poll(self, session):
        end = time.monotonic() + 60
        while time.monotonic() < end:
            answer = self.server.ask("GET", f"/api/juce/poll_status/{session}").json
            if not answer["generation_in_progress"]:
                return answer
            time.sleep(0.02)
        self.fail("it takes too long")

    def test_process_continue_and_retry(self):
        audio = base64.b64encode(self.sound).decode()
        sent = cli.Wav(self.sound)
        answer = self.order("process_audio", audio_data=audio, seed=1)
        self.assertEqual((answer.status, answer.json["success"]), (200, True), answer.body[:300])
        done = self.poll(answer.json["session_id"])
        self.assertEqual((done["status"], done["progress"], done["generation_seed"]), ("completed", 100, 1))
        first = cli.Wav(base64.b64decode(done["audio_data"]))
        self.assertEqual((first.rate, first.channels), (sent.rate, sent.channels))
        self.assertAlmostEqual(first.frames / first.rate, 2, places=2)

        answer = self.order("continue_music", audio_data=audio, seed=1)
        done = self.poll(answer.json["session_id"])
        longer = cli.Wav(base64.b64decode(done["audio_data"]))
        seconds = sent.frames / sent.rate
        self.assertAlmostEqual(longer.frames / longer.rate, seconds - 0.5 + 2, places=2)

        again = self.order("retry_music", session_id=answer.json["session_id"], seed=2)
        self.assertEqual(again.status, 200, again.body[:300])
        other = self.poll(again.json["session_id"])
        self.assertTrue(other["audio_data"] != done["audio_data"])

    def test_models_and_faults(self):
        models = self.server.ask("GET", "/api/models").json["models"]
        self.assertEqual(models["small"], [TINY])
        unknown = self.server.ask("GET", "/api/juce/poll_status/abc")
        self.assertEqual((unknown.status, unknown.json["status"]), (200, "unknown"))
        for fields in ({"audio_data": "***"}, {"audio_data": base64.b64encode(b"no sound").decode()}, {}):
            answer = self.order("process_audio", **fields)
            self.assertEqual((answer.status, answer.json["success"]), (400, False))
        self.assertEqual(self.order("retry_music", session_id="x").status, 404)


if __name__ == "__main__":
    main()
