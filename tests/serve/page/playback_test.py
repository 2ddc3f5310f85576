"""Thirty seconds of a full-size model, heard while they are made: MUSICGEN_PLAYBACK_MODEL names one of small's size, and
MUSICGEN_PLAYBACK_OPTIONS holds more options of `serve`.

Speed is asked for here, so it is run by hand on a machine with nothing else to do. Prints how long the first sound took,
how many times faster than real time the music came, and the longest wait for a piece of a stream that another joined.
"""

import json
import os
import statistics
import threading
import time
import unittest

from browser import PROMPT, PageTest, main

SECONDS = 30
MODEL = os.environ.get("MUSICGEN_PLAYBACK_MODEL", "")
FIRST_BYTE_S, STANDS_STILL_S = 0.6, 0.15
READS_OF_ONE_S = 0.005  # what comes closer together is one piece


@unittest.skipUnless(MODEL, "MUSICGEN_PLAYBACK_MODEL names no model")
class Playback(PageTest):
    MODEL = MODEL
    OPTIONS = os.environ.get("MUSICGEN_PLAYBACK_OPTIONS", "").split()

    def pieces(self, seconds, arrived):
        """Streams that much; appends when each piece came."""
        connection = self.server.open()
        begun = time.monotonic()
        connection.request("POST", "/v1/audio/generate", json.dumps(
            {"input": PROMPT, "audio_length": seconds, "stream": True, "response_format": "pcm"}),
            {"Content-Type": "application/json"})
        answer = connection.getresponse()
        while answer.read1(1 << 16):
            now = time.monotonic() - begun
            if not arrived or now - arrived[-1] > READS_OF_ONE_S:
                arrived.append(now)
        connection.close()

    def test_the_page_never_runs_dry(self):
        page = self.open()
        self.generate(page, seconds=2)  # whatever is made once
        self.fill(page, seconds=SECONDS)
        begun = time.monotonic()
        page.get_by_role("button", name="Generate").click()
        self.until(lambda: page.locator("#stage.making").count() and self.played(page)[0] > 0)
        first_s = time.monotonic() - begun
        self.done(page)
        made_s = time.monotonic() - begun
        self.until(lambda: self.played(page)[0] > SECONDS - 0.5)
        print(f"first sound in the page after {first_s:.2f} s, {SECONDS / made_s:.2f} times real time, "
              f"{self.played(page)[1]} gaps")
        self.assertGreater(SECONDS / made_s, 1.1)
        self.assertEqual(self.played(page)[1], 0)

    def test_first_byte_and_a_request_that_joins(self):
        alone, joined, other = [], [], []
        self.pieces(2, [])
        self.pieces(5, alone)
        usual_s = statistics.median(b - a for a, b in zip(alone[2:], alone[3:]))
        first = threading.Thread(target=self.pieces, args=(10, joined))
        first.start()
        time.sleep(4)
        second = threading.Thread(target=self.pieces, args=(5, other))
        second.start()
        begun = 4.0
        first.join()
        second.join()
        waits = [b - a for a, b in zip(joined[2:], joined[3:]) if b > begun]
        print(f"first byte after {alone[0]:.2f} s, pieces every {1000 * usual_s:.0f} ms, "
              f"with another at most {1000 * max(waits):.0f} ms")
        self.assertLess(alone[0], FIRST_BYTE_S)
        self.assertLess(max(waits), STANDS_STILL_S)


if __name__ == "__main__":
    main()
