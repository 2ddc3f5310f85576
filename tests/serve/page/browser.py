"""What the tests of the page share: a server, Debian's Chromium, and pages that must not complain.

MUSICGEN_BINARY names the program, MUSICGEN_CHROMIUM the browser. Without Playwright or Chromium the tests are skipped.
"""

import base64
import os
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import BINARY, DEMO, FIXTURES, ROOT, TINY, Server, cli  # noqa: E402

try:
    from playwright.sync_api import expect, sync_playwright
except ImportError:
    sync_playwright = expect = None

CHROMIUM = os.environ.get("MUSICGEN_CHROMIUM", "/usr/bin/chromium")
PAGE = os.path.join(ROOT, "apps", "serve", "page")
PROMPT = "a calm lofi tune with piano and drums at 90 bpm in c major"
SAMPLE_RATE_HZ = 32000


class PageTest(unittest.TestCase):
    """One server and one browser for the tests of a class; after each test no page may have complained."""

    MODEL = DEMO
    OPTIONS = []
    FLAGS = []  # of the browser

    @classmethod
    def setUpClass(cls):
        if sync_playwright is None:
            raise unittest.SkipTest("Playwright for Python is not installed")
        if not os.path.exists(CHROMIUM):
            raise unittest.SkipTest(f"there is no Chromium at {CHROMIUM}")
        expect.set_options(timeout=30000)  # of a machine that has other work
        cls.server = Server(*cls.OPTIONS, models=[cls.MODEL])
        cls.addClassCleanup(cls.server.close)
        cls.playwright = sync_playwright().start()
        cls.addClassCleanup(cls.playwright.stop)
        cls.browser = cls.playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *cls.FLAGS])
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        self.complaints = []
        folder = tempfile.TemporaryDirectory()
        self.folder = folder.name
        self.addCleanup(folder.cleanup)

    def tearDown(self):
        self.assertEqual(self.complaints, [])

    def context(self, **options):
        context = self.browser.new_context(**{"viewport": {"width": 1280, "height": 860}, **options})
        context.set_default_timeout(60000)
        self.addCleanup(context.close)
        return context

    def open(self, context=None, ready=True, **options):
        page = (context or self.context(**options)).new_page()
        page.on("console", lambda m: m.type in ("error", "warning") and self.complaints.append(m.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda r: r.url.startswith((self.server.url + "/", "blob:" + self.server.url))
                or self.complaints.append("asks " + r.url))
        page.goto(self.server.url + "/")
        if ready:
            page.wait_for_selector("[data-state=ready]")
        return page

    def fill(self, page, prompt=PROMPT, seed=7, seconds=2):
        page.get_by_label("Describe the music").fill(prompt)
        page.get_by_label("Seed", exact=True).fill(str(seed))
        page.get_by_label("Seconds, exactly").fill(str(seconds))

    def generate(self, page, **settings):
        """Generates and waits until it is done and kept."""
        before = page.locator("#takes > li").count()
        self.fill(page, **settings)
        page.get_by_role("button", name="Generate").click()
        self.done(page)
        self.until(lambda: len(self.kept(page)) > before)

    def done(self, page):
        page.wait_for_selector("#stage:not(.making):not(.fresh)")

    def until(self, condition, seconds=60):
        end = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), end, "waited in vain")
            page = next(page for context in self.browser.contexts for page in context.pages)
            page.wait_for_timeout(30)  # events of pages come while one waits

    def played(self, page):
        """Seconds that the worklet has played, and how often it ran dry."""
        data = page.evaluate("({...document.getElementById('stage').dataset})")
        return int(data.get("played", 0)) / SAMPLE_RATE_HZ, int(data.get("gaps", 0))

    def assert_unbroken(self, page):
        """It never ran dry. Of a machine that has twice as much to do as it can, nothing is asked."""
        if os.getloadavg()[0] < 2 * os.cpu_count():
            self.assertEqual(self.played(page)[1], 0)

    def kept(self, page):
        """What the browser's history holds, newest first, each with its WAV file as bytes."""
        takes = page.evaluate("""async () => {
          const opened = indexedDB.open("musicgen", 1);
          await new Promise((resolve) => { opened.onsuccess = resolve; });
          const stores = opened.result.transaction(["takes", "sounds"]);
          const all = (name) => new Promise((resolve) => {
            stores.objectStore(name).getAll().onsuccess = ({target}) => resolve(target.result); });
          const keys = new Promise((resolve) => {
            stores.objectStore("sounds").getAllKeys().onsuccess = ({target}) => resolve(target.result); });
          const [takes, sounds, ids] = await Promise.all([all("takes"), all("sounds"), keys]);
          opened.result.close();
          for (const take of takes) {
            delete take.outline;
            const file = sounds[ids.indexOf(take.id)];
            take.file = await new Promise((resolve) => {
              const reader = new FileReader();
              reader.onload = () => resolve(reader.result.split(",")[1]);
              reader.readAsDataURL(new Blob([file ?? ""]));
            });
          }
          return takes.sort((a, b) => b.created - a.created);
        }""")
        for take in takes:
            take["file"] = base64.b64decode(take["file"] or "")
        return takes

    def command_line(self, name, prompt=PROMPT, seed=7, seconds=2, options=()):
        """The bytes that the command line writes for the same request."""
        path = os.path.join(self.folder, name)
        subprocess.run([BINARY, "generate", "-m", DEMO, "-s", str(seed), "-d", str(seconds), "-o", path, *options,
                        "--no-progress", "--", prompt], env=cli.environment(), check=True, stdin=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        with open(path, "rb") as file:
            return file.read()


def main():
    unittest.main(argv=[sys.argv[0], "-v", *sys.argv[1:]])
