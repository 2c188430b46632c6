"""What every answer carries so that a browser guards its reader."""

import pytest
from harness.whole import Whole

pytestmark = pytest.mark.timeout(300)

PAGES = (
    "/", "/share", "/initiatives", "/introductions", "/notifications", "/preferences",
    "/signin", "/docs", "/contracts", "/nothing-here", "/stories/x",
)  # fmt: skip
API = (
    "/v1/session", "/v1/stories", "/v1/search?q=keukentafel", "/v1/nothing", "/openapi.json",
    "/v1/members/x", "/v1/preferences/unsubscribe?token=x",
)  # fmt: skip
FILES = ("/static/kring.css", "/static/kring.js", "/docs/swagger-ui.css", "/static/nothing")
BANNED = ("unsafe-inline", "unsafe-eval", "*", "http:")


@pytest.mark.parametrize("path", [*PAGES, *API, *FILES])
@pytest.mark.parametrize("who", ["member", "anonymous"])
def test_every_answer_guards_its_reader(whole: Whole, who: str, path: str) -> None:
    whole.rest()
    headers = whole.ask(who, "GET", path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert not [word for word in BANNED if word in policy]
    assert "server" not in headers
    assert "x-powered-by" not in headers


@pytest.mark.parametrize("path", [*PAGES, *API])
def test_nothing_about_somebody_is_kept_by_a_browser(whole: Whole, path: str) -> None:
    assert whole.ask("member", "GET", path).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", PAGES)
def test_pages_hold_no_script_and_no_style_of_their_own(whole: Whole, path: str) -> None:
    page = whole.ask("member", "GET", path).text.lower()
    assert "<script>" not in page
    assert "<style" not in page
    assert " style=" not in page
    assert " onclick=" not in page


def test_no_other_origin_is_let_in(whole: Whole) -> None:
    answer = whole.ask(
        "member",
        "OPTIONS",
        "/v1/session",
        headers={"origin": "https://evil.example", "access-control-request-method": "DELETE"},
    )
    assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    "path",
    ["/static/../../secrets/secret", "/static/%2e%2e/%2e%2e/service.py", "/static/..%2fservice.py",
     "/docs/..%2f..%2fsecret", "/static//etc/passwd", "/static/%00", "/docs/%00"],
)  # fmt: skip
def test_files_are_served_from_their_folder_only(whole: Whole, path: str) -> None:
    answer = whole.ask("anonymous", "GET", path)
    assert answer.status_code in {303, 404}, answer.text
