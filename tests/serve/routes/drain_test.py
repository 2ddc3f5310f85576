"""The end of a server: running jobs end, new ones are refused, a second signal is the last."""

import os
import signal
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import TINY, Server, cli, main  # noqa: E402


class Drain(unittest.TestCase):
    def test_running_jobs_end_and_new_ones_are_refused(self):
        with Server("--drain-s", "60") as server:
            connection, answer = server.stream(input="x", audio_length=60, seed=1)
            answer.read(1000)
            server.process.send_signal(signal.SIGTERM)
            end = time.monotonic() + 10
            while server.ask("GET", "/health").status != 503:
                self.assertLess(time.monotonic(), end)
            refused = server.generate(input="x", audio_length=1)
            self.assertEqual(refused.status, 503)
            answer.read()  # whole
            connection.close()
            self.assertEqual(server.process.wait(60), 0)

    def test_what_takes_too_long_is_cut(self):
        with Server("--drain-s", "0.5") as server:
            connection, answer = server.stream(input="x", audio_length=None)
            self.addCleanup(connection.close)
            answer.read(1000)
            start = time.monotonic()
            self.assertEqual(server.terminate(), 0)
            self.assertLess(time.monotonic() - start, 15)

    def test_an_idle_server_ends_at_once(self):
        for stop in (signal.SIGTERM, signal.SIGINT):
            with Server() as server:
                server.process.send_signal(stop)
                self.assertEqual(server.process.wait(20), 0)

    def test_a_second_signal_ends_at_once(self):
        with Server("--drain-s", "1000") as server:
            connection, answer = server.stream(input="x", audio_length=None)
            self.addCleanup(connection.close)
            answer.read(1000)
            server.process.send_signal(signal.SIGINT)
            time.sleep(0.5)
            self.assertIsNone(server.process.poll())
            server.process.send_signal(signal.SIGINT)
            self.assertEqual(server.process.wait(10), 130)


class Starting(unittest.TestCase):
    def test_bad_options(self):
        for arguments, says in ((("--tls-cert", "x"), "both"), (("--port", "99999"), "port"),
                                (("--model", TINY, "--model", TINY), "twice"),
                                (("--model", "/nowhere"), "nowhere"),
                                (("--model", TINY, "--host", "nowhere.invalid"), "nowhere.invalid"),
                                (("--model", TINY, "--access-log", "/nowhere/log"), "/nowhere/log")):
            result = cli.run("serve", *arguments)
            self.assertEqual(result.status, 2, (arguments, result.err))
            self.assertIn(says, result.err)

    def test_a_port_in_use(self):
        with Server() as server:
            result = cli.run("serve", "--model", TINY, "--port", server.port)
            self.assertEqual(result.status, 2, result.err)
            self.assertIn(str(server.port), result.err)

    def test_the_demo_is_served_without_a_model(self):
        with Server(models=()) as server:
            self.assertEqual(server.ask("GET", "/v1/models").json["data"][0]["id"], "demo")

    def test_environment_twins(self):
        with Server(env={"MUSICGEN_API_KEY": "k", "MUSICGEN_MAX_N": "2"}) as server:
            self.assertEqual(server.ask("GET", "/props").status, 401)
            props = server.ask("GET", "/props", headers={"Authorization": "Bearer k"}).json
            self.assertEqual(props["limits"]["n"], 2)


if __name__ == "__main__":
    main()
