"""Generate, hear it while it is made, keep it, download it."""

import os
import subprocess

from browser import BINARY, PROMPT, SAMPLE_RATE_HZ, PageTest, cli, expect, main


class Generate(PageTest):
    def download(self, page, name):
        page.locator("#stage-actions").get_by_text("Download", exact=True).click()
        with page.expect_download() as download:
            page.locator("#stage-actions").get_by_role("button", name=name).click()
        with open(download.value.path(), "rb") as file:
            return file.read()

    def test_is_heard_while_it_is_made_and_downloads_what_the_command_line_writes(self):
        context = self.context()
        context.add_init_script("""window.played = [];
            const add = AudioWorklet.prototype.addModule, send = MessagePort.prototype.postMessage;
            AudioWorklet.prototype.addModule = function (name) { window.module = name; return add.call(this, name); };
            MessagePort.prototype.postMessage = function (data) {
              if (data.chunk) window.played.push(data.chunk[0].length);
              return send.call(this, data); };""")
        page = self.open(context)
        self.fill(page, seconds=5)
        page.get_by_role("button", name="Generate").click()
        self.until(lambda: self.played(page)[0] > 0.05)
        self.until(lambda: self.played(page)[0] == 5)
        self.assert_unbroken(page)
        self.assertEqual(page.evaluate("window.module"), "worklet.js")
        self.assertEqual(sum(page.evaluate("window.played")), 5 * SAMPLE_RATE_HZ)
        for suffix in ("wav", "flac", "mp3"):
            with self.subTest(suffix):
                self.assertEqual(self.download(page, suffix.upper()), self.command_line("x." + suffix, seconds=5))

    def test_is_heard_without_a_worklet(self):
        context = self.context()
        context.add_init_script("Object.defineProperty(BaseAudioContext.prototype, 'audioWorklet', {value: undefined});")
        page = self.open(context)
        self.fill(page)
        page.get_by_role("button", name="Generate").click()
        self.until(lambda: self.played(page)[0] == 2)

    def test_gives_the_command_that_makes_the_same(self):
        page = self.open()
        self.generate(page, prompt="it's \"flute\" & drums", seed=3)
        page.get_by_role("button", name="Copy as…").first.click()
        page.get_by_role("button", name="command line").click()
        command = page.locator("#copy-text").inner_text()
        env = {**cli.environment(), "PATH": os.path.dirname(BINARY) + os.pathsep + os.environ["PATH"]}
        subprocess.run(command, shell=True, cwd=self.folder, env=env, check=True, capture_output=True)
        page.get_by_role("button", name="curl").click()
        curl = page.locator("#copy-text").inner_text()
        subprocess.run(curl.replace("out.wav", "curl.wav"), shell=True, cwd=self.folder, check=True, capture_output=True)
        page.get_by_role("button", name="Python").click()
        compile(page.locator("#copy-text").inner_text(), "snippet", "exec")
        for name in ("out.wav", "curl.wav"):
            with open(os.path.join(self.folder, name), "rb") as file:
                self.assertEqual(file.read(), self.kept(page)[0]["file"])

    def test_a_reload_keeps_the_history(self):
        page = self.open()
        self.generate(page)
        page.locator("#takes").get_by_role("button", name="Favourite").click()
        before = self.kept(page)
        page.reload()
        take = page.locator("#takes > li")
        expect(take).to_have_count(1)
        expect(take).to_contain_text(PROMPT)
        expect(take.get_by_role("button", name="Favourite")).to_have_attribute("aria-pressed", "true")
        take.get_by_role("button", name="Play").click()
        self.until(lambda: self.played(page)[0] > 0.3)
        self.assertEqual(self.kept(page), before)
        self.assertEqual(self.download(page, "WAV"), self.command_line("x.wav"))
        take.locator("summary").click()
        take.get_by_role("button", name="Delete").click()
        expect(take).to_have_count(0)
        self.assertEqual(self.kept(page), [])

    def test_two_tabs_at_once(self):
        context = self.context()
        pages = [self.open(context), self.open(context)]
        for seed, page in enumerate(pages):
            self.fill(page, seed=seed, seconds=4)
        for page in pages:
            page.bring_to_front()
            page.get_by_role("button", name="Generate").click()
        for page in pages:
            self.done(page)
            expect(page.locator("#takes > li")).to_have_count(2)

    def test_takes_side_by_side_keep_the_place(self):
        page = self.open()
        page.get_by_label("Takes at once").select_option("3")
        self.fill(page, seconds=3)
        page.get_by_role("button", name="Generate 3 takes").click()
        expect(page.locator("#compare-list > article")).to_have_count(3)
        self.until(lambda: len(self.kept(page)) == 3)
        self.assertEqual(sorted(take["seed"] for take in self.kept(page)), [7, 8, 9])
        self.until(lambda: self.played(page)[0] > 0.8)
        page.locator("#compare-list > article").nth(1).get_by_role("button", name="Play").click()
        expect(page.locator("#stage-meta")).to_contain_text("seed 8")
        self.assertGreater(self.played(page)[0], 0.7)

    def test_goes_on_from_a_marker(self):
        page = self.open()
        self.generate(page, seconds=2)
        marker = page.get_by_role("slider", name="Continue from")
        marker.focus()
        for _ in range(25):
            marker.press("ArrowLeft")  # 20 ms each
        page.get_by_role("button", name="Continue from 0:01.5").click()
        self.until(lambda: len(self.kept(page)) == 2)
        longer, first = self.kept(page)
        self.assertEqual(len(longer["file"]) // 64000, 3)
        self.assertAlmostEqual(longer["lengthS"], 3.5, delta=0.03)
        expect(page.locator("#takes > li").first).to_contain_text("continued")
        self.assertGreater(len(first["file"]), 128000)


class Stop(PageTest):
    OPTIONS = ["--parallel", "1"]

    def test_frees_the_place_at_once(self):
        page = self.open()
        jobs = []
        page.on("response", lambda response: response.request.method == "POST" and jobs.append(response.headers["x-job-id"]))
        self.fill(page, seconds=300)
        page.get_by_role("button", name="Generate").click()
        page.wait_for_selector("#stage.making:not(.waiting)")  # there is sound
        page.get_by_role("button", name="Stop").click()
        state = lambda: page.request.get(f"{self.server.url}/v1/jobs/{jobs[0]}").json()["status"]  # noqa: E731
        self.until(lambda: state() == "cancelled", 5)
        expect(page.locator("#stage-state")).to_have_text("Stopped")
        self.until(lambda: len(self.kept(page)) == 1)
        self.assertGreater(self.kept(page)[0]["lengthS"], 0.1)
        self.generate(page, seconds=1)
        self.assertEqual(self.kept(page)[0]["file"], self.command_line("x.wav", seconds=1))


if __name__ == "__main__":
    main()
