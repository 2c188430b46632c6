"""``kring doctor`` where Kring runs, here or somewhere else: whether everybody answers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.desk import Desk, served
from pydantic import SecretStr

from libs.kernel.clock import SystemClock
from libs.kernel.errors import KringError, RetryableError, UnavailableError
from libs.kernel.ids import Uuid7
from libs.runtime.cli.client import ADDRESS, PROBES
from libs.runtime.cli.running import running_checks
from libs.runtime.settings import Settings
from libs.runtime.wiring import Wiring

GONE = "http://127.0.0.1:1"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, operator_key=SecretStr("key"))


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def url(desk: Desk) -> Iterator[str]:
    with served(desk) as address:
        yield address


def checks(settings: Settings, *services: str, is_running: bool = False) -> dict[str, str]:
    """Return what is told of each part: what is fine, or an exclamation mark and what is wrong."""
    clock = SystemClock()
    wiring = Wiring(settings, clock=clock, ids=Uuid7(clock))
    told: dict[str, str] = {}
    try:
        for part, look in running_checks(settings, wiring, services, is_running=is_running):
            try:
                told[part] = look()
            except (KringError, UnavailableError, RetryableError) as error:
                told[part] = f"! {error}"
    finally:
        wiring.close()
    return told


def test_a_kring_on_one_folder_need_not_run(settings: Settings) -> None:
    assert checks(settings, "search", "gateway") == {}


def test_services_that_are_found_by_name_must_answer(settings: Settings, url: str) -> None:
    apart = settings.model_copy(update={"peers": url.replace("127.0.0.1", "{service}")})

    assert checks(apart, "127.0.0.1")["127.0.0.1 api"] == "answers"


def test_a_service_that_does_not_answer_is_named(settings: Settings) -> None:
    apart = settings.model_copy(update={"peers": "http://127.0.0.1:1"})

    assert checks(apart, "search") == {"search api": "! The service search does not answer now."}


def test_a_service_that_answers_with_an_error_is_told(
    settings: Settings, desk: Desk, url: str
) -> None:
    desk.status = 500

    told = checks(settings.model_copy(update={"peers": url}), "search")

    assert told == {"search api": "! answers with 500: its log tells why."}


def test_the_gateway_is_asked_by_the_name_to_which_it_answers(
    settings: Settings, desk: Desk, url: str
) -> None:
    published = {"peers": url, "public_url": "https://Kring.example.org/"}

    assert checks(settings.model_copy(update=published), "gateway") == {"gateway api": "answers"}
    assert desk.host == "kring.example.org"
    checks(settings.model_copy(update=published), "search")
    assert url.endswith(desk.host)


def test_where_kring_runs_its_gateway_is_asked_where_people_find_it(
    settings: Settings, desk: Desk, url: str
) -> None:
    (settings.data / ADDRESS).parent.mkdir()
    (settings.data / ADDRESS).write_text(url)

    assert checks(settings, "gateway", is_running=True) == {"gateway api": f"answers at {url}"}
    assert url.endswith(desk.host)
    checks(settings.model_copy(update={"public_url": "https://k.org"}), "gateway", is_running=True)
    assert desk.host == "k.org"


def test_each_process_of_the_folder_says_how_it_is_and_those_that_are_gone_say_nothing(
    settings: Settings, desk: Desk, url: str
) -> None:
    (settings.data / PROBES).mkdir(parents=True)
    (settings.data / PROBES / "17").write_text(url)
    (settings.data / PROBES / "18").write_text(GONE)
    (settings.data / PROBES / "19").write_text("")
    desk.body = b'{"ok": true, "wrong": {}}'

    assert checks(settings, is_running=True) == {
        "process 17": f"is ready; metrics at {url}/metrics"
    }
    desk.status = 503
    desk.body = b'{"ok": false, "wrong": {"search consumer": "too many bad records"}}'
    assert checks(settings, is_running=True) == {
        "process 17": "! search consumer: too many bad records"
    }
