"""What the page is served with, and to whom."""

import os

from browser import CHROMIUM, PAGE, PageTest, expect, main

LARGEST_BYTES = 120_000


class Guard(PageTest):
    OPTIONS = ["--api-key", "correct horse"]

    def test_is_small(self):
        self.assertLessEqual(sum(entry.stat().st_size for entry in os.scandir(PAGE) if not entry.name.endswith(".md")), LARGEST_BYTES)

    def test_asks_for_the_key(self):
        page = self.open(ready=False)
        for key in ("wrong", "correct horse"):
            page.get_by_label("API key").last.fill(key)
            page.get_by_role("button", name="Use it").click()
        page.wait_for_selector("[data-state=ready]")
        self.generate(page, seconds=1)
        refused = [text for text in self.complaints if "401" in text]
        self.assertEqual(len(refused), 2)  # the browser's own lines, of /props without the key and with a wrong one
        self.complaints = [text for text in self.complaints if text not in refused]

    def test_a_rebound_name_is_refused(self):
        rules = "--host-resolver-rules=MAP rebound.example 127.0.0.1"
        browser = self.playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", rules])
        try:
            page = browser.new_page()
            port = self.server.url.rsplit(":", 1)[1]
            answer = page.goto(f"http://rebound.example:{port}/")
            self.assertEqual(answer.status, 421)
            status = page.evaluate("fetch('/health').then((answer) => answer.status)")
            self.assertEqual(status, 421)
        finally:
            browser.close()

    def test_nothing_of_it_runs_elsewhere(self):
        page = self.open(ready=False)
        answer = page.request.get(self.server.url + "/")
        self.assertTrue(answer.headers["content-security-policy"].startswith("default-src 'self'"))
        blocked = page.evaluate("""() => { const script = document.createElement("script");
            script.textContent = "window.ran = true"; document.head.append(script); return window.ran === undefined; }""")
        self.assertTrue(blocked)
        expect(page.get_by_role("dialog")).to_be_visible()
        self.complaints.clear()  # the browser tells of the script and of 401


if __name__ == "__main__":
    main()
