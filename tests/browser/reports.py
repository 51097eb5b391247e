"""Debian's Chromium, and the reports of make_reports in it."""

import contextlib
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"


@contextlib.contextmanager
def chromium():
    # The sandbox does not start for root, nor in many containers; the pages are our own.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Report:
    """One report in a page of its own; notes whatever the page asks for or says."""

    def __init__(self, browser: Browser, folder: Path, name: str, **context):
        self.path = folder / f"{name}.html"
        self.context = browser.new_context(**{"viewport": {"width": 1200, "height": 900}, **context})
        self.page: Page = self.context.new_page()
        self.requests: list[str] = []
        self.messages: list[str] = []
        self.may_complain = False
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.messages.append(message.text))
        self.page.on("pageerror", lambda error: self.messages.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.messages.append(dialog.message), dialog.dismiss()))

    def __enter__(self):
        self.load()
        return self

    def __exit__(self, kind, *_):
        self.context.close()
        if kind is None and not self.may_complain:
            assert not self.messages, self.messages

    def load(self):
        self.page.goto(self.path.as_uri())

    def text(self, selector: str) -> str:
        return self.page.locator(selector).inner_text()

    def wait_until(self, script: str):
        """Until the script says true; the page's own policy forbids Playwright's way to wait."""
        for _ in range(200):
            if self.page.evaluate(script):
                return
            self.page.wait_for_timeout(20)
        raise AssertionError(f"never true: {script}")

    def count(self, selector: str) -> int:
        return self.page.locator(selector).count()

    def focus_by_tab(self, selector: str):
        """Goes there with the tab key alone; fails where that does not lead there."""
        self.page.evaluate("document.activeElement.blur()")
        for _ in range(120):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"the tab key does not reach {selector}")
