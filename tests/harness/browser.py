"""Kring as people meet it: Debian's Chromium, and whatever it would complain about."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from harness.installation import Kring
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Request,
    sync_playwright,
)

_QUIET = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
_PATIENCE_MS = 60_000
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


@contextmanager
def open_chromium() -> Iterator[Browser]:
    """Start the browser of this machine; skip the test where there is none."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(_QUIET))
        yield browser
        browser.close()


class Visitor:
    """Somebody with a browser of their own, who notes everything that is not as it should be.

    A complaint is a message on the console (so is a breach of the content security policy), an
    error of a script, a dialog, or a request to anybody but Kring. That a page itself was answered
    with an error is none: Chromium writes so to the console, and tests look at the page.
    """

    def __init__(self, context: BrowserContext, kring: Kring) -> None:
        self._kring = kring
        self._context = context
        context.set_default_timeout(_PATIENCE_MS)
        self.complaints: list[str] = []
        self.page: Page = context.new_page()
        note = self.complaints.append
        self._opened: set[str] = set()
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: note(f"script: {error}"))
        self.page.on("request", self._check)
        self.page.on("dialog", self._dismiss)

    def link_for(self, email: str) -> str:
        """Return a link that signs a member in, as the command line prints it."""
        done = self._kring.cli("link", email)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def sign_in(self, email: str) -> "Visitor":
        """Use a link as one does: open it, press the only button."""
        link = self._kring.operator().post("/v1/session/links", {"email": email})["url"]
        self.page.goto(link)
        self.page.locator("main button").click()
        self.page.wait_for_url(f"{self._kring.url}/")
        return self

    def open(self, path: str) -> Page:
        """Go to a page of Kring."""
        self.page.goto(f"{self._kring.url}{path}")
        return self.page

    def open_until(self, path: str, selector: str, *, seconds: float = 60.0) -> Page:
        """Go to a page again and again until it shows something."""
        self._kring.wait_for(
            lambda: self.open(path).locator(selector).count(), f"{selector} on {path}", seconds
        )
        return self.page

    def leave(self) -> None:
        """Close the browser; whatever it complained about fails the test."""
        self._context.close()
        assert self.complaints == []

    def _dismiss(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _listen(self, message: ConsoleMessage) -> None:
        is_status = message.text.startswith("Failed to load resource: the server responded")
        if not (is_status and message.location["url"] in self._opened):
            self.complaints.append(f"console: {message.text} {message.location['url']}")

    def _check(self, request: Request) -> None:
        if request.is_navigation_request():
            self._opened.add(request.url)
        address = urlsplit(request.url)
        if f"{address.scheme}://{address.netloc}" != self._kring.url and address.scheme != "data":
            self.complaints.append(f"elsewhere: {request.url}")


def widest(page: Page) -> int:
    """Return how far the page would scroll to the side, in pixels."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))
