"""One Kring with the sample network, and browsers that visit it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from harness.browser import Visitor, open_chromium
from harness.installation import Kring
from playwright.sync_api import Browser

ANNA = "anna.devries@zorggroep-de-wilgenhof.example"
SAMPLE_STORIES = 120
IMAGES = Path(__file__).parents[2] / "docs" / "images"

Visit = Callable[..., Visitor]


@pytest.fixture(scope="session")
def kring(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kring]:
    """A running Kring in which the sample can be found and everybody was matched."""
    made = Kring(tmp_path_factory.mktemp("kring") / "data")
    made.start()
    operator = made.operator()

    def is_filled() -> bool:
        languages = operator.get("/v1/search", q="buurt", limit=1)["facets"].get("language", {})
        return sum(languages.values()) >= SAMPLE_STORIES // 2 and bool(
            json.loads(made.cli("people", ANNA, "--json").stdout or "{}").get("recommendations")
        )

    made.wait_for(is_filled, "the sample to be found and matched", seconds=180)
    yield made
    made.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with open_chromium() as browser:
        yield browser


@pytest.fixture
def visit(chromium: Browser, kring: Kring) -> Iterator[Visit]:
    """Make visitors; at the end of the test none of them may have anything to complain about."""
    visitors: list[Visitor] = []

    def come(email: str = "", **options: Any) -> Visitor:  # noqa: ANN401  # Playwright's own
        visitor = Visitor(chromium.new_context(**{"locale": "nl-NL", **options}), kring)
        visitors.append(visitor)
        return visitor.sign_in(email) if email else visitor

    yield come
    for visitor in visitors:
        visitor.leave()
