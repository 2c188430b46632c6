"""The pages: the same public API, as text that nobody can slip markup into."""
# answers of every shape

import re

import pytest
from harness.gateway import Gateway, Opener

ANNA = "01900000-0000-7000-8000-0000000000b1"
BRAM = "01900000-0000-7000-8000-0000000000b2"
STORY = "01900000-0000-7000-8000-0000000000c1"
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}"
HIT = {
    "id": STORY,
    "kind": "failure",
    "title": f"Soep {EVIL}",
    "summary": "",
    "highlight": "Samen soep eten",
    "language": "nl",
    "themes": ["loneliness"],
    "populations": ["elderly"],
    "stage": 3,
    "programme": "p",
    "contacts": [{"member_id": BRAM, "display_name": f"Bram {EVIL}"}],
    "score": 0.5,
}
PERSON = {
    "member_id": BRAM,
    "display_name": "Bram",
    "organisation": EVIL,
    "region": "Utrecht",
    "part": "guide",
    "score": 0.8,
    "reason": "Jullie werken allebei aan eenzaamheid.",
    "initiative": {"id": STORY, "title": "Buurtsoep", "stage": 4},
    "own_initiative_id": STORY,
}
INTRODUCTION = {
    "id": STORY,
    "role": "asked",
    "member": {"id": BRAM, "display_name": "Bram", "organisation": ""},
    "message": EVIL,
    "state": "asked",
    "asked_at": "2026-11-20T10:00:00Z",
    "contact": None,
}
CONTACT = {"full_name": "Bram Bos", "email": "bram@example.org", "phone": "06 12"}
NOTIFICATION = {
    "id": STORY,
    "kind": "introduced",
    "text": EVIL,
    "link": "/introductions",
    "at": "2026-11-20T10:00:00Z",
    "read": False,
}
INITIATIVE = {
    "id": STORY,
    "title": "Buurtsoep",
    "what": EVIL,
    "for_whom": "",
    "struggle": "",
    "need": "",
    "offer": "",
    "stage": 3,
    "flag": "stuck",
}


@pytest.fixture
def anna(gateway: Gateway) -> Gateway:
    """Return the gateway with a member signed in and something on every page."""
    gateway.sign_in("anna@example.org")
    found = {
        "hits": [HIT],
        "total": 1,
        "facets": {"theme": {"loneliness": 2, "debt": 1}},
        "next": "abc",
    }
    gateway.peer.canned.update(
        {
            ("GET", "/v1/recommendations"): (200, {"recommendations": [PERSON]}),
            ("GET", "/v1/search"): (200, found),
            ("GET", "/v1/search/people"): (200, {"hits": [{**PERSON, "highlight": "soep"}]}),
            ("GET", f"/v1/search/similar/{STORY}"): (200, {"hits": [HIT]}),
            ("GET", f"/v1/stories/{STORY}"): (
                200,
                {**HIT, "body": f"Een\n\n{EVIL}", "context": "x", "outcome": "", "url": ""},
            ),
            ("GET", f"/v1/members/{BRAM}"): (
                200,
                {
                    "id": BRAM,
                    "display_name": "Bram",
                    "organisation": {"name": EVIL},
                    "region": "",
                    "initiatives": [INITIATIVE],
                },
            ),
            ("GET", f"/v1/members/{ANNA}"): (
                200,
                {
                    "initiatives": [INITIATIVE],
                    "languages": ["nl", "de"],
                    "sequence": 12,
                    "own": {"consents": ["matching"]},
                },
            ),
            ("GET", "/v1/introductions"): (
                200,
                {
                    "introductions": [
                        INTRODUCTION,
                        {**INTRODUCTION, "state": "introduced", "contact": CONTACT},
                    ]
                },
            ),
            ("GET", "/v1/notifications"): (200, {"notifications": [NOTIFICATION], "unread": 1}),
            ("GET", "/v1/preferences"): (
                200,
                {
                    channel: {
                        "recommendation": channel == "page",
                        "introduction_asked": True,
                        "introduced": True,
                        "moderation": True,
                    }
                    for channel in ("page", "mail")
                },
            ),
        }
    )
    return gateway


PAGES = [
    "/",
    "/?q=soep&theme=loneliness&cursor=x",
    f"/stories/{STORY}",
    f"/members/{BRAM}",
    "/introductions",
    "/notifications",
    "/initiatives",
    "/share",
    "/preferences",
]


def form_token(gateway: Gateway, path: str = "/share") -> str:
    found = re.search(r'name="form_token" value="(\w+)"', gateway.client.get(path).text)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_is_whole_in_both_languages(anna: Gateway, path: str, language: str) -> None:
    glue = "&" if "?" in path else "?"
    page = anna.client.get(f"{path}{glue}lang={language}")
    assert page.status_code == 200, page.text
    assert f'<html lang="{language}">' in page.text
    assert page.text.count("<h1") == 1
    assert page.text.count("<main") == 1
    other = "nl" if language == "en" else "en"
    assert f'hreflang="{other}"' in page.text


@pytest.mark.parametrize("path", PAGES)
def test_what_people_wrote_never_becomes_markup(anna: Gateway, path: str) -> None:
    page = anna.client.get(path).text
    assert "<script>" not in page
    assert "<img src=x" not in page
    assert "49" not in re.sub(r"[0-9a-f]{8,}", "", page)
    assert not re.search(r"\son\w+=", page.replace("&gt;&lt;img src=x onerror=alert(1)&gt;", ""))
    assert "style=" not in page


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_is_asked_to_sign_in(gateway: Gateway, path: str) -> None:
    answer = gateway.client.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/signin")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_shows_what_it_can_when_a_service_is_down(open_gateway: Opener, path: str) -> None:
    gateway = open_gateway(peers="http://127.0.0.1:9")
    gateway.sign_in("anna@example.org")
    answer = gateway.client.get(path)
    is_one_thing = path.startswith(("/stories", "/members"))
    assert answer.status_code == (503 if is_one_thing else 200)
    assert path == "/share" or "niet bereikbaar" in answer.text


def test_results_mark_the_words_and_narrow_by_links(anna: Gateway) -> None:
    page = anna.client.get("/?q=soep&theme=loneliness").text
    assert "Samen <mark>soep</mark> eten" in page
    assert '<a href="/?q=soep" class="chosen">' in page
    assert 'href="/?q=soep&amp;theme=loneliness&amp;theme=debt"' in page
    assert 'href="/?q=soep&amp;theme=loneliness&amp;cursor=abc"' in page
    asked = [item for item in anna.peer.asked if item["path"] == "/v1/search"][-1]
    assert asked["query"] == "q=soep&theme=loneliness&cursor="


def test_an_introduction_is_asked_for_with_a_sentence(anna: Gateway) -> None:
    form = {"form_token": form_token(anna, "/"), "member_id": BRAM, "message": " Vertel! "}
    answer = anna.client.post("/introductions", data=form)
    assert answer.headers["location"] == "/introductions?done=asked"
    assert anna.peer.asked[-1]["body"] == f'{{"member_id": "{BRAM}", "message": "Vertel!"}}'
    assert anna.open(anna.peer.seal()).member_id == ANNA
    assert "Je vraag is verstuurd" in anna.client.get("/introductions?done=asked").text


@pytest.mark.parametrize(
    ("status", "word"), [(201, "asked"), (409, "conflict"), (422, "invalid"), (404, "failed")]
)
def test_what_became_of_a_form_is_told(anna: Gateway, status: int, word: str) -> None:
    anna.peer.canned["POST", "/v1/introductions"] = (status, {})
    form = {"form_token": form_token(anna), "member_id": BRAM, "message": "x"}
    answer = anna.client.post("/introductions", data=form)
    assert answer.headers["location"] == f"/introductions?done={word}"
    assert anna.client.get(answer.headers["location"]).status_code == 200


@pytest.mark.parametrize("answer", ["yes", "not_now", "pause", "block"])
def test_an_introduction_is_answered_by_a_button(anna: Gateway, answer: str) -> None:
    form = {"form_token": form_token(anna), "answer": answer}
    assert anna.client.post(f"/introductions/{STORY}", data=form).status_code == 303
    assert anna.peer.asked[-1]["path"] == f"/v1/introductions/{STORY}/answer"
    assert anna.peer.asked[-1]["body"] == f'{{"answer": "{answer}"}}'


def test_contact_details_show_once_two_people_are_introduced(anna: Gateway) -> None:
    page = anna.client.get("/introductions").text
    assert page.count("mailto:bram@example.org") == 1


def test_a_notification_is_marked_as_read(anna: Gateway) -> None:
    form = {"form_token": form_token(anna)}
    assert anna.client.post(f"/notifications/{STORY}", data=form).status_code == 303
    assert anna.peer.asked[-1]["path"] == f"/v1/notifications/{STORY}/read"


@pytest.mark.parametrize("link", ["//evil.example", "https://evil.example", "javascript:x", ""])
def test_a_notification_leads_to_our_own_pages_only(anna: Gateway, link: str) -> None:
    notification = {**NOTIFICATION, "link": link}
    anna.peer.canned["GET", "/v1/notifications"] = (200, {"notifications": [notification]})
    assert 'class="button"' not in anna.client.get("/notifications").text


def test_a_storys_source_is_a_web_address_or_is_not_linked(anna: Gateway) -> None:
    story = anna.peer.canned["GET", f"/v1/stories/{STORY}"][1]
    for url, is_linked in (("https://example.org/a", True), ("javascript:alert(1)", False)):
        anna.peer.canned["GET", f"/v1/stories/{STORY}"] = (200, {**story, "url": url})
        assert (f'href="{url}"' in anna.client.get(f"/stories/{STORY}").text) is is_linked


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/initiatives"), ("PATCH", f"/initiatives/{STORY}")],
)
def test_work_is_told_and_changed_by_a_form(anna: Gateway, method: str, path: str) -> None:
    form = {
        "form_token": form_token(anna),
        "title": "Buurtsoep",
        "what": " Elke week samen eten ",
        "stage": "3",
        "flag": "",
        "once": "k1",
    }
    answer = anna.client.post(path, data=form)
    assert answer.headers["location"] == "/initiatives?done=saved"
    asked = anna.peer.asked[-1]
    assert (asked["method"], asked["path"]) == (method, f"/v1/members/{ANNA}{path}")
    assert '"what": "Elke week samen eten"' in asked["body"]
    assert '"stage": 3, "flag": null' in asked["body"]
    assert asked["headers"].get("idempotency-key") == ("k1" if method == "POST" else None)


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/initiatives"), ("PATCH", f"/initiatives/{STORY}")],
)
def test_what_the_api_refuses_is_shown_again_as_it_was_typed(
    anna: Gateway, method: str, path: str
) -> None:
    anna.peer.canned[method, f"/v1/members/{ANNA}{path}"] = (422, {})
    form = {"form_token": form_token(anna), "title": "Een heel ander plan", "stage": "³"}
    answer = anna.client.post(path, data=form)
    assert answer.status_code == 422
    assert 'value="Een heel ander plan"' in answer.text


def test_a_story_is_shared_once_even_if_the_form_is_sent_twice(anna: Gateway) -> None:
    form = {"form_token": form_token(anna), "once": "k2", "kind": "failure", "title": "Mis"}
    for _ in range(2):
        answer = anna.client.post("/share", data=form)
        assert answer.headers["location"] == "/share?done=shared"
        assert anna.peer.asked[-1]["headers"]["idempotency-key"] == "k2"


@pytest.mark.parametrize(("status", "told"), [(422, "Kijk na"), (503, "Dat lukte nu niet")])
def test_a_story_that_was_not_taken_is_not_lost(anna: Gateway, status: int, told: str) -> None:
    anna.peer.canned["POST", "/v1/stories"] = (status, {})
    answer = anna.client.post("/share", data={"form_token": form_token(anna), "body": "Lang"})
    assert answer.status_code == status
    assert told in answer.text
    assert "Lang</textarea>" in answer.text


def test_preferences_keep_what_was_ticked(anna: Gateway) -> None:
    assert anna.client.get("/preferences").text.count(" checked>") == 8
    form = {"form_token": form_token(anna), "mail.introduced": "on"}
    assert anna.client.post("/preferences", data=form).status_code == 303
    body = anna.peer.asked[-1]["body"]
    assert body.count("true") == 1
    assert body.count("false") == 7


def test_consents_and_the_language_go_into_the_profile(anna: Gateway) -> None:
    anna.client.get("/?lang=nl")
    form = {"form_token": form_token(anna), "language": "en", "may.matching": "on", "may.x": "on"}
    assert anna.client.post("/preferences/profile", data=form).status_code == 303
    asked = anna.peer.asked[-1]
    assert (asked["method"], asked["path"]) == ("PATCH", f"/v1/members/{ANNA}")
    assert asked["body"] == '{"consents": ["matching"], "languages": ["en", "nl", "de"]}'
    assert "kring_language" not in anna.client.cookies


def test_a_form_made_for_an_older_state_changes_nothing(anna: Gateway) -> None:
    assert 'name="sequence" value="12"' in anna.client.get("/initiatives").text
    anna.peer.canned["PATCH", f"/v1/members/{ANNA}/initiatives/{STORY}"] = (412, {})
    form = {"form_token": form_token(anna), "title": "x", "sequence": "12"}
    answer = anna.client.post(f"/initiatives/{STORY}", data=form)
    assert answer.headers["location"] == "/initiatives?done=stale"
    assert anna.peer.asked[-1]["headers"]["if-match"] == '"12"'


@pytest.mark.parametrize("token", ["", "0" * 64, "é"])
@pytest.mark.parametrize("path", ["/introductions", "/share", "/initiatives", "/signout"])
def test_a_form_without_its_token_does_nothing(anna: Gateway, path: str, token: str) -> None:
    asked = len(anna.peer.asked)
    assert anna.client.post(path, data={"form_token": token}).status_code == 403
    assert len(anna.peer.asked) == asked


def test_a_token_of_another_session_does_not_fit(anna: Gateway) -> None:
    token = form_token(anna)
    anna.sign_in("bram@example.org")
    assert anna.client.post("/share", data={"form_token": token}).status_code == 403


def test_signing_out_by_the_page_ends_the_session(anna: Gateway) -> None:
    form = {"form_token": form_token(anna, "/preferences"), "everywhere": "true"}
    answer = anna.client.post("/signout", data=form)
    assert answer.headers["location"] == "/signin"
    assert anna.client.get("/v1/session").status_code == 401


def test_who_leaves_for_good_says_so_twice_and_is_signed_out(anna: Gateway) -> None:
    form = {"form_token": form_token(anna, "/preferences"), "keep": "on"}
    asked = len(anna.peer.asked)
    answer = anna.client.post("/preferences/erase", data=form)
    assert answer.headers["location"] == "/preferences?done=invalid"
    assert len(anna.peer.asked) == asked

    answer = anna.client.post("/preferences/erase", data={**form, "sure": "on"})
    assert answer.headers["location"] == "/signin?done=erased"
    assert "kring_session" not in anna.client.cookies
    left = anna.peer.asked[-1]
    assert (left["method"], left["path"]) == ("DELETE", f"/v1/members/{ANNA}")
    assert "Everything about you was erased" in anna.client.get("/signin?done=erased").text


def test_who_cannot_be_erased_now_stays_signed_in(anna: Gateway) -> None:
    anna.peer.canned["DELETE", f"/v1/members/{ANNA}"] = (503, {})
    form = {"form_token": form_token(anna, "/preferences"), "sure": "on"}
    answer = anna.client.post("/preferences/erase", data=form)
    assert answer.headers["location"] == "/preferences?done=failed"
    assert "kring_session" in anna.client.cookies


def test_a_form_that_is_no_use_is_answered_by_a_page(gateway: Gateway) -> None:
    answer = gateway.client.post("/signin", data={})
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("text/html")
    answer = gateway.client.post("/signin/link", data={"email": "geen adres"})
    assert answer.status_code == 422
    assert 'value="geen adres"' in answer.text
    answer = gateway.client.post("/signin/link", data={"email": "anna@example.org"})
    assert answer.status_code == 200


def test_a_page_that_does_not_exist_says_so_as_a_page(gateway: Gateway) -> None:
    gateway.sign_in("anna@example.org")
    gateway.peer.canned["GET", f"/v1/stories/{STORY}"] = (404, {})
    for path in (f"/stories/{STORY}", "/stories/x", "/nowhere"):
        answer = gateway.client.get(path)
        assert answer.status_code in {404, 422}
        assert answer.headers["content-type"].startswith("text/html"), path
