"""Sounds of the user's: microphone, files, and what is none."""

import os
import struct

from browser import FIXTURES, PageTest, expect, main


class Sounds(PageTest):
    MODEL = os.path.join(FIXTURES, "hf-tiny-melody")
    FLAGS = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]

    def test_a_microphone_gives_the_melody(self):
        page = self.open()
        sent = []
        page.on("request", lambda r: r.method == "POST" and sent.append(r.headers["content-type"]))
        slot = page.locator("#followed-slot")
        slot.get_by_role("button", name="Record").click()
        expect(slot).to_contain_text("Listening")
        page.wait_for_timeout(800)
        slot.get_by_role("button", name="Done").click()
        expect(slot).to_contain_text("recording.wav")
        self.generate(page, seconds=1)
        self.assertIn("multipart/form-data", sent[0])
        expect(page.locator("#takes > li")).to_contain_text("with a melody")
        slot.get_by_role("button", name="Remove").click()
        expect(slot.get_by_role("button", name="File")).to_be_focused()

    def test_files_are_dropped_and_chosen(self):
        page = self.open()
        wav = b"RIFF" + struct.pack("<I", 36 + 64000) + b"WAVEfmt " + struct.pack(
            "<IHHIIHH", 16, 1, 1, 32000, 64000, 2, 16) + b"data" + struct.pack("<I", 64000) + bytes(64000)
        page.locator("#start-slot input").set_input_files({"name": "start.wav", "mimeType": "audio/wav", "buffer": wav})
        expect(page.locator("#start-slot")).to_contain_text("start.wav, 1 s")
        self.generate(page, seconds=1)
        self.assertAlmostEqual(self.kept(page)[0]["lengthS"], 2, delta=0.03)
        data = page.evaluate_handle("""() => { const data = new DataTransfer();
            data.items.add(new File(["no sound"], "words.wav")); return data; }""")
        page.dispatch_event("#followed-slot", "drop", {"dataTransfer": data})
        expect(page.get_by_role("alert")).to_contain_text("words.wav is not a sound file")


if __name__ == "__main__":
    main()
