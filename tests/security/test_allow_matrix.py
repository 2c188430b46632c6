"""Who may do what, from allow_matrix.yaml: every operation of the published API by every role."""

import httpx2
import pytest
from harness.matrix import PLACES, RULES, Rule, call
from harness.whole import ABSENT, ROLES, Whole

SLUGS = {"member": "mo", "ambassador": "am", "coordinator": "co"}
TELLING = {"ratelimit-remaining", "ratelimit-reset", "date", "content-length", "traceresponse"}

pytestmark = pytest.mark.timeout(300)


def _is_allowed(rule: Rule, who: str) -> bool:
    return ROLES.index(who) >= ROLES.index(rule.lowest)


def _client(whole: Whole, rule: Rule, who: str) -> httpx2.Client:
    if rule.fresh and who in SLUGS:
        return whole.sign_in(f"{SLUGS[who]}@kring.example")
    return whole.people[who]


def test_every_operation_stands_in_the_matrix_and_nothing_else() -> None:
    assert sorted(RULES) == sorted(PLACES)


@pytest.mark.parametrize(
    ("who", "rule"),
    [
        pytest.param(who, rule, id=f"{who}-{name}")
        for name, rule in RULES.items()
        for who in ROLES
        if not _is_allowed(rule, who)
    ],
)
def test_a_role_below_the_lowest_is_refused_and_changes_nothing(
    whole: Whole, who: str, rule: Rule
) -> None:
    before = whole.counts()
    answer = call(whole, whole.people[who], rule, PLACES[rule.operation])
    assert answer.status_code == (401 if who == "anonymous" else rule.refused), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert whole.counts() == before


@pytest.mark.parametrize(
    ("who", "rule"),
    [
        pytest.param(who, rule, id=f"{who}-{name}")
        for name, rule in RULES.items()
        for who in ROLES
        if _is_allowed(rule, who)
    ],
)
def test_the_lowest_role_and_those_above_it_may(whole: Whole, who: str, rule: Rule) -> None:
    answer = call(whole, _client(whole, rule, who), rule, PLACES[rule.operation])
    assert answer.status_code in rule.answer, answer.text


@pytest.mark.parametrize("who", ["member", "ambassador", "coordinator"])
@pytest.mark.parametrize(
    "rule", [pytest.param(rule, id=name) for name, rule in RULES.items() if rule.foreign]
)
def test_a_thing_of_another_programme_is_as_one_that_does_not_exist(
    whole: Whole, who: str, rule: Rule
) -> None:
    if not _is_allowed(rule, who) and not rule.own:
        return  # refused before anything is looked up, as the tests above show
    place = PLACES[rule.operation]
    before = whole.counts()
    foreign = call(whole, whole.people[who], rule, place, **rule.foreign)
    absent = call(whole, whole.people[who], rule, place, **dict.fromkeys(rule.foreign, ABSENT))
    assert (foreign.status_code, foreign.json()) == (absent.status_code, absent.json())
    assert foreign.status_code == 404, foreign.text
    assert _told(foreign) == _told(absent)
    assert whole.counts() == before


def _told(answer: httpx2.Response) -> dict[str, str]:
    return {name: text for name, text in answer.headers.items() if name not in TELLING}


@pytest.mark.parametrize("name", sorted(PLACES))
def test_only_the_methods_of_the_contract_do_anything(whole: Whole, name: str) -> None:
    place = PLACES[name]
    offered = {other.method for other in PLACES.values() if other.path == place.path}
    path = place.path.format(**dict.fromkeys(_names(place.path), ABSENT))
    before = whole.counts()
    for method in {"PUT", "PATCH", "DELETE", "POST", "TRACE", "OPTIONS", "PROPFIND"} - offered:
        whole.rest()
        answer = whole.ask("operator", method, path)
        assert answer.status_code in {404, 405}, f"{method} {path}: {answer.text}"
    for header in ("x-http-method-override", "x-http-method", "x-method-override"):
        whole.rest()
        answer = whole.ask("anonymous", "GET", path, headers={header: "DELETE"})
        assert answer.status_code in {401, 405, 422}, answer.text
    assert whole.counts() == before


def _names(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]
