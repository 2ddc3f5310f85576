"""For everybody: with the keyboard alone, on 320 pixels, for screen readers, for weak eyes."""

import os

from browser import PROMPT, PageTest, expect, main

with open(os.path.join(os.path.dirname(__file__), "accessibility.js"), encoding="utf-8") as file:
    FAULTS = file.read().split("\n", 1)[1]

FOCUS = """() => {
  const element = document.activeElement;
  const shown = element.matches("input[type=radio]") ? element.nextElementSibling : element;
  const { outlineStyle, outlineWidth } = getComputedStyle(shown);
  return { id: element.id, tag: element.localName, name: element.ariaLabel ?? element.textContent,
    visible: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2, rect: shown.getBoundingClientRect().toJSON() };
}"""


class Access(PageTest):
    def check(self, page, where):
        with self.subTest(where):
            self.assertEqual(page.evaluate(FAULTS), [])

    def test_names_structure_and_contrast(self):
        for scheme in ("light", "dark"):
            page = self.open(color_scheme=scheme)
            self.check(page, f"{scheme}, at the beginning")
            page.locator("details.fold").evaluate("(fold) => { fold.open = true; }")
            self.fill(page, seconds=300)  # longer than the checks take
            page.get_by_role("button", name="Generate").click()
            page.wait_for_selector("#stage.making:not(.waiting)")
            self.check(page, f"{scheme}, in the making")
            # Where two cores make it, it may have ended by itself before the page is asked.
            page.evaluate("document.getElementById('stop').click()")
            self.done(page)
            page.locator("#takes .compare-toggle").click()
            page.locator("#takes summary").click()
            self.check(page, f"{scheme}, with takes")
            page.get_by_role("button", name="Copy as…").last.click()
            self.check(page, f"{scheme}, copying")
            page.get_by_role("button", name="Close").click()
            page.get_by_text("Live, without end").click()
            page.get_by_role("button", name="Play live").click()
            page.wait_for_selector("#stage.making:not(.waiting)")
            self.until(lambda: self.played(page)[0] > 0.1)
            page.keyboard.press("3")
            expect(page.locator("#steer-state")).to_contain_text("urn")
            self.check(page, f"{scheme}, live")
            page.close()

    def test_names_for_the_browsers_own_tree(self):
        page = self.open()
        self.generate(page)
        tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
        roles = {"button", "checkbox", "combobox", "radio", "searchbox", "slider", "spinbutton", "textbox", "DisclosureTriangle"}
        found = [node for node in tree if not node.get("ignored") and node["role"]["value"] in roles]
        self.assertGreater(len(found), 25)
        self.assertEqual([node for node in found if not node.get("name", {}).get("value", "").strip()], [])

    def test_keyboard_alone(self):
        page = self.open()
        seen = []
        for _ in range(60):
            page.keyboard.press("Tab")
            focus = page.evaluate(FOCUS)
            if focus["tag"] == "body":
                break
            self.assertTrue(focus["visible"], focus)
            self.assertGreater(focus["rect"]["width"], 0, focus)
            seen.append(focus["id"] or focus["name"])
        for name in ("theme", "prompt", "duration", "guidance", "seed", "model", "generate"):
            self.assertIn(name, seen)
        self.assertLess(seen.index("prompt"), seen.index("generate"))

        page.get_by_label("Describe the music").focus()
        page.keyboard.press("Control+a")
        page.keyboard.type(PROMPT)
        page.keyboard.press("Control+Enter")
        self.until(lambda: self.played(page)[0] > 0.1)
        while page.evaluate(FOCUS)["id"] != "play":
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("#play")).to_have_attribute("aria-label", "Play")
        stands = self.played(page)[0]
        page.wait_for_timeout(1000)
        self.assertAlmostEqual(self.played(page)[0], stands, delta=0.5)
        page.keyboard.press("Enter")
        self.done(page)
        while page.evaluate(FOCUS)["name"] != "Copy as…":
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
        self.assertEqual(page.evaluate(FOCUS)["name"], "Copy as…")

    def test_320_pixels(self):
        page = self.open(viewport={"width": 320, "height": 600})
        self.generate(page)
        page.locator("#takes .compare-toggle").click()
        page.get_by_text("Live, without end").click()
        for menu in page.locator("details.menu").all():
            menu.evaluate("(menu) => { menu.open = true; }")
        self.assertEqual(page.evaluate("document.documentElement.scrollWidth"), 320)
        outside = page.evaluate("""() => [...document.querySelectorAll("main *")].filter((element) => {
          const { left, right } = element.getBoundingClientRect();
          return right - left > 0 && (left < 0 || right > 320) && !element.closest(".unseen, .picture");
        }).map((element) => element.outerHTML.slice(0, 80))""")
        self.assertEqual(outside, [])

    def test_reduced_motion_and_theme(self):
        page = self.open(reduced_motion="reduce", color_scheme="dark")
        theme = lambda: page.evaluate("document.documentElement.dataset.theme")  # noqa: E731
        self.assertEqual(theme(), "dark")
        page.get_by_role("button", name="Theme").click()
        self.assertEqual(theme(), "light")
        page.reload()
        self.assertEqual(theme(), "light")
        self.fill(page)
        page.get_by_role("button", name="Generate").click()
        self.assertEqual(page.evaluate("document.getAnimations().length"), 0)
        self.done(page)


if __name__ == "__main__":
    main()
