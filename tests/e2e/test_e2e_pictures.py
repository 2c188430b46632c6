"""The pictures that the documents show, made from the sample network.

They are made only when asked for, so that a test run leaves the tree as it is:
``KRING_PICTURES=1 pytest tests/e2e/test_e2e_pictures.py`` writes docs/images anew.
"""

import os

import pytest
from e2e.conftest import ANNA, IMAGES, Visit
from playwright.sync_api import expect

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        not os.environ.get("KRING_PICTURES"),  # noqa: TID251  # asked for by whoever runs this
        reason="pictures are made on demand: set KRING_PICTURES=1",
    ),
]

WIDTH, HEIGHT, MOST_BYTES = 1200, 1600, 400_000


def test_the_picture_of_the_start_page(visit: Visit) -> None:
    visitor = visit(ANNA, viewport={"width": WIDTH, "height": 900})
    page = visitor.open_until("/", ".reason")
    height = min(HEIGHT, page.evaluate("document.documentElement.scrollHeight"))
    page.set_viewport_size({"width": WIDTH, "height": height})
    taken = page.screenshot(path=IMAGES / "member-page.png")
    assert len(taken) < MOST_BYTES


def test_the_picture_of_the_api_page(visit: Visit) -> None:
    page = visit(viewport={"width": WIDTH, "height": HEIGHT}).open("/docs")
    expect(page.locator(".opblock").filter(has_text="/v1/search/people")).to_be_attached()
    taken = page.screenshot(path=IMAGES / "api-page.png")
    assert len(taken) < MOST_BYTES
