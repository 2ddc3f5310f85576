"""Makes docs/page/{light,dark,phone,live}.png: python3 screenshots.py [folder]. Needs Playwright, Chromium and pngquant."""

import os
import subprocess
import sys
import time

from browser import CHROMIUM, DEMO, ROOT, Server, sync_playwright

PROMPTS = ["happy rock with drums and electric guitar",
           "a swing jazz piece with piano, electric piano, double bass and drums, 120 bpm in b flat major",
           "a calm lofi tune with vibraphone, electric piano and drums at 75 bpm in f major"]


def open_page(browser, url, scheme, width, height, scale=1):
    page = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme,
                               device_scale_factor=scale).new_page()
    page.goto(url)
    page.wait_for_selector("[data-state=ready]")
    return page


def generate(page, prompt, seconds, seed):
    page.get_by_label("Describe the music").fill(prompt)
    page.get_by_label("Seconds, exactly").fill(str(seconds))
    page.get_by_label("Seed", exact=True).fill(str(seed))
    page.get_by_role("button", name="Generate").click()


def heard(page, seconds):
    while int(page.locator("#stage").get_attribute("data-played") or 0) < 32000 * seconds:
        time.sleep(0.05)


def shoot(page, folder, name):
    page.mouse.move(0, 0)
    page.evaluate("scrollTo(0, 0)")
    path = os.path.join(folder, name + ".png")
    page.screenshot(path=path)
    subprocess.run(["pngquant", "--force", "--speed", "1", "--output", path, "96", path], check=True)


def with_takes(browser, url, scheme, *size):
    page = open_page(browser, url, scheme, *size)
    for seed, prompt in enumerate(PROMPTS[:-1]):
        generate(page, prompt, 6, seed)
        page.wait_for_selector("#stage:not(.making):not(.fresh)")
        page.wait_for_timeout(300)
    generate(page, PROMPTS[-1], 12, 7)
    heard(page, 4)
    return page


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "docs", "page")
    os.makedirs(folder, exist_ok=True)
    server = Server(models=[DEMO])
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            for scheme in ("light", "dark"):
                shoot(with_takes(browser, server.url, scheme, 1280, 860), folder, scheme)
            phone = open_page(browser, server.url, "light", 390, 844, 2)
            generate(phone, PROMPTS[-1], 12, 7)
            heard(phone, 4)
            phone.evaluate("document.getElementById('stage').scrollIntoView()")
            path = os.path.join(folder, "phone.png")
            phone.screenshot(path=path)
            subprocess.run(["pngquant", "--force", "--speed", "1", "--output", path, "64", path], check=True)
            live = open_page(browser, server.url, "dark", 1280, 860)
            live.get_by_text("Live, without end").click()
            live.get_by_label("Seed", exact=True).fill("7")
            live.get_by_role("button", name="Play live").click()
            heard(live, 7)
            live.keyboard.press("2")
            heard(live, 15)
            shoot(live, folder, "live")
            browser.close()
    finally:
        server.close()


if __name__ == "__main__":
    main()
