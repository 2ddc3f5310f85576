"""Music without end, turned while it plays."""

import array
import re

from browser import PROMPT, SAMPLE_RATE_HZ, PageTest, expect, main

FRAME = 640  # samples
DELAYS = 3  # the last codebook of a frame is drawn so many steps after the first
HELD_BACK = 8  # frames of sound that the codec makes of later codes


class Live(PageTest):
    def begin(self, page):
        page.get_by_text("Live, without end").click()
        page.get_by_label("Describe the music").fill(PROMPT)
        page.get_by_label("Seed", exact=True).fill("5")
        page.get_by_role("button", name="Play live").click()
        self.until(lambda: self.played(page)[0] > 0.2)

    def end(self, page):
        page.get_by_role("button", name="Stop").click()
        self.until(lambda: page.locator("#stage-state").inner_text() == "Stopped" and self.kept(page))
        take = self.kept(page)[0]
        return take, array.array("h", take["file"][44:])

    def test_turns_where_the_server_says(self):
        page = self.open()
        self.begin(page)
        with page.expect_response(lambda response: response.request.method == "PATCH") as turn:
            page.keyboard.press("2")
        step = turn.value.json()["steered_step"]
        self.until(lambda: self.played(page)[0] > step / 50 + 1)
        expect(page.locator("#steer-state")).to_contain_text("Turned at")
        self.assert_unbroken(page)
        turned, sound = self.end(page)
        self.assertEqual(turned["steerings"][0]["second"], step / 50)

        other = self.open()
        self.begin(other)
        self.until(lambda: self.played(other)[0] > step / 50 + 1)
        _, straight = self.end(other)
        differs = next(i for i, (a, b) in enumerate(zip(sound, straight)) if a != b) / FRAME
        self.assertGreaterEqual(differs, step - DELAYS - HELD_BACK)
        # Both draw with the same random numbers, so that the new words are not heard at once.
        self.assertLess(differs, step + 50)

    def test_guidance_and_scenes(self):
        page = self.open()
        asked = []
        page.on("request", lambda r: r.method == "PATCH" and asked.append(r.post_data_json))
        page.get_by_text("Live, without end").click()
        page.locator(".pad").first.click()
        self.until(lambda: self.played(page)[0] > 0.2)
        expect(page.locator(".pad").first).to_have_attribute("aria-pressed", "true")
        guidance = page.get_by_role("slider", name="Guidance").nth(1)
        guidance.press("ArrowRight")
        self.until(lambda: asked)
        self.assertEqual(set(asked[0]), {"guidance_scale"})
        page.get_by_label("Turn it with new words").fill("fast techno with drums")
        page.get_by_role("button", name="Turn", exact=True).click()
        self.until(lambda: len(asked) == 2)
        self.assertEqual(asked[1]["input"], "fast techno with drums")
        expect(page.locator("#stage-title")).to_have_text(re.compile("fast techno"))
        page.keyboard.press("Escape")
        page.locator("#play").focus()
        page.keyboard.press("s")
        expect(page.locator("#stage-state")).to_have_text("Stopped")

    def test_goes_on_at_the_pace_of_the_listener(self):
        page = self.open()
        self.begin(page)
        self.until(lambda: self.played(page)[0] > 3)
        self.assert_unbroken(page)
        ahead = float(page.locator("#facts").inner_text().split()[1])
        self.assertLess(ahead, 6)
        self.end(page)


if __name__ == "__main__":
    main()
