"""Every page for everybody: with a screen reader, on a phone, by day and by night."""

from collections.abc import Iterator
from importlib import resources
from typing import Any

import pytest
from e2e.conftest import ANNA
from harness.browser import DESK, PHONE, Visitor, widest
from harness.installation import Kring
from playwright.sync_api import Browser

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

PETRA = "petra.scholten@ziekenhuis-duinrand.example"
MURAT = "murat.yldz@zorgbrug-anadolu.example"
PAGES = {
    "start": "/",
    "results": "/?q=mantelzorgers+raken+overbelast&theme=dementia",
    "nothing found": "/?q=fiets&kind=tool&theme=debt&theme=housing&stage=1&population=youth",
    "story": "",
    "member": "",
    "introductions": "/introductions",
    "notifications": "/notifications",
    "initiatives": "/initiatives",
    "share": "/share",
    "preferences": "/preferences",
    "an error": "/stories/01a20198-0000-7000-8000-000000000000",
    "after a change": "/preferences?done=saved",
}
DOOR = {
    "sign in": "/signin",
    "a link from a mail": "/signin?token=x",
}
AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def anna(chromium: Browser, kring: Kring) -> Iterator[Visitor]:
    """Anna, who was asked by two people and said yes to one of them."""
    member = kring.as_member(ANNA)
    for email in (PETRA, MURAT):
        question = {"member_id": member.member_id, "message": "Hoe doen jullie dat?"}
        made = kring.as_member(email).post("/v1/introductions", question)
        if email == PETRA:
            member.post(f"/v1/introductions/{made['id']}/answer", {"answer": "yes"})
    visitor = Visitor(chromium.new_context(locale="nl-NL", reduced_motion="reduce"), kring).sign_in(
        ANNA
    )
    yield visitor
    visitor.leave()


@pytest.fixture(scope="module")
def stranger(chromium: Browser, kring: Kring) -> Iterator[Visitor]:
    visitor = Visitor(chromium.new_context(locale="nl-NL", reduced_motion="reduce"), kring)
    yield visitor
    visitor.leave()


def address_of(page: str, visitor: Visitor) -> str:
    """Return where a page is; a story and a member are the first that one finds."""
    if page in {"story", "member"}:
        found = visitor.open("/?q=mantelzorgers").locator(
            "h3 a[href^='/stories/']" if page == "story" else "h3 a[href^='/members/']"
        )
        return str(found.first.get_attribute("href")) + "?"
    return PAGES[page] + ("&" if "?" in PAGES[page] else "?")


def violations(visitor: Visitor) -> list[str]:
    """Return what axe finds on the page, with everything on it opened."""
    page = visitor.page
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        f"{each['id']}: {node['target']} {node['failureSummary']}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


def check(visitor: Visitor, path: str) -> None:
    """Look at a page in both schemes, on a phone and at a desk."""
    visitor.open(path)
    for size in (PHONE, DESK):
        visitor.page.set_viewport_size(size)  # type: ignore[arg-type]  # a ViewportSize
        for scheme in ("light", "dark"):
            visitor.page.emulate_media(color_scheme=scheme)
            assert violations(visitor) == [], f"{path} {scheme} {size}"
        assert widest(visitor.page) <= 0, f"{path} scrolls to the side at {size}"


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_a_member_is_accessible_and_fits(anna: Visitor, page: str, language: str) -> None:
    check(anna, f"{address_of(page, anna)}lang={language}")
    assert anna.complaints == []
    assert anna.page.locator("html").get_attribute("lang") == language


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("path", DOOR.values(), ids=DOOR)
def test_the_door_is_accessible_and_fits(stranger: Visitor, path: str, language: str) -> None:
    check(stranger, f"{path}{'&' if '?' in path else '?'}lang={language}")
    assert stranger.complaints == []


def test_a_keyboard_reaches_the_content_and_the_question_first(anna: Visitor) -> None:
    page = anna.open("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("eenzaamheid")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?q=eenzaamheid")
