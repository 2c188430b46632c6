"""``kring up``: what it does before it waits, around the services."""

import io
import json
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from harness.desk import Desk, served
from pydantic import SecretStr
from rich.console import Console

from libs.kernel.errors import KringError
from libs.runtime.cli.client import ADDRESS, PROBES, Client
from libs.runtime.cli.sample import Sample
from libs.runtime.cli.up import _findable, _greet, _observable, _stop_on_signals, _wait, load_sample
from libs.runtime.settings import Settings


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def client(desk: Desk, tmp_path: Path) -> Iterator[Client]:
    with served(desk) as url:
        yield Client(Settings(data=tmp_path, operator_key=SecretStr("key")), url=url)


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    member = {"id": "anna", "name": "Anna", "email": "anna@example.org", "role": "member"}
    for kind in ("programmes", "members", "stories"):
        (tmp_path / f"{kind}.jsonl").write_text(json.dumps(member) + "\n")
    return Sample(folder=tmp_path, people=("anna",))


@pytest.fixture
def screen() -> Console:
    return Console(file=io.StringIO(), soft_wrap=True)


def shown(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_sample_comes_into_an_empty_installation_in_the_order_of_its_references(
    client: Client, desk: Desk, sample: Sample, screen: Console, tmp_path: Path
) -> None:
    desk.body = b'{"programmes": []}'
    desk.import_as = "created"

    load_sample(client, sample, tmp_path / "unfinished", screen)

    assert [path for _, path, _ in desk.asked[1:]] == [
        "/v1/import/programmes",
        "/v1/import/members",
        "/v1/import/stories",
    ]
    assert shown(screen).splitlines()[0] == "  sample network: 1 programmes"
    assert not (tmp_path / "unfinished").exists()


def test_a_network_in_use_is_left_alone(
    client: Client, desk: Desk, sample: Sample, screen: Console, tmp_path: Path
) -> None:
    desk.body = b'{"programmes": [{}]}'

    load_sample(client, sample, tmp_path / "unfinished", screen)

    assert len(desk.asked) == 1


def test_a_sample_that_was_cut_off_is_completed(
    client: Client, desk: Desk, sample: Sample, screen: Console, tmp_path: Path
) -> None:
    desk.body = b'{"programmes": [{}]}'
    desk.import_as = "unchanged"
    (tmp_path / "unfinished").touch()

    load_sample(client, sample, tmp_path / "unfinished", screen)

    assert len(desk.asked) == 4
    assert not (tmp_path / "unfinished").exists()


def test_a_sample_that_is_refused_is_told_and_tried_again_at_the_next_start(
    client: Client, desk: Desk, sample: Sample, screen: Console, tmp_path: Path
) -> None:
    desk.body = b'{"programmes": []}'
    desk.import_as = "refused"

    with pytest.raises(KringError, match="The sample's programmes were refused"):
        load_sample(client, sample, tmp_path / "unfinished", screen)

    assert (tmp_path / "unfinished").exists()


def test_a_first_start_says_where_to_look_and_whom_to_sign_in_as(
    client: Client, desk: Desk, sample: Sample, screen: Console, tmp_path: Path
) -> None:
    desk.body = orjson.dumps({"url": "http://kring/link"})

    _greet(client, sample, Settings(data=tmp_path), screen, metrics="http://probes/metrics")

    told = shown(screen)
    assert f"pages     {client.url}/\n" in told
    assert "metrics   http://probes/metrics\n" in told
    assert f"mail      {tmp_path}/mail/*.eml\n" in told
    assert "member      Anna                http://kring/link\n" in told
    assert "kring people anna@example.org" in told


def test_without_a_sample_nobody_is_signed_in(
    client: Client, desk: Desk, screen: Console, tmp_path: Path
) -> None:
    _greet(client, None, Settings(data=tmp_path, mail="smtp://localhost"), screen, metrics="")

    assert desk.asked == []
    assert "mail" not in shown(screen)


def test_a_gateway_that_runs_apart_is_found_on_its_data_folder_while_it_runs(
    client: Client, tmp_path: Path
) -> None:
    settings = Settings(data=tmp_path)
    address = tmp_path / ADDRESS
    address.parent.mkdir()

    with _findable(settings, client.url):
        assert address.read_text() == client.url
        with _findable(settings, ""):
            pass
        assert address.exists()
    assert not address.exists()

    with _findable(settings, client.url), _findable(settings, "http://127.0.0.1:2"):
        address.write_text("http://127.0.0.1:3")
    assert address.read_text() == "http://127.0.0.1:3"


@pytest.mark.parametrize(("port", "is_told"), [(0, True), (9180, False)])
def test_probes_on_a_port_that_nobody_chose_are_found_on_the_data_folder(
    tmp_path: Path, port: int, is_told: bool
) -> None:
    (tmp_path / PROBES).parent.mkdir()
    path = tmp_path / PROBES / str(os.getpid())

    with _observable(Settings(data=tmp_path, probe_port=port), "http://127.0.0.1:4711"):
        assert path.exists() == is_told
        assert not is_told or path.read_text() == "http://127.0.0.1:4711"
    assert not path.exists()


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}
    yield _stop_on_signals()
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_asks_to_stop(stop: threading.Event, number: signal.Signals) -> None:
    os.kill(os.getpid(), number)
    assert stop.wait(5)


@pytest.mark.timeout(10)
def test_a_signal_that_another_thread_receives_asks_to_stop_too(stop: threading.Event) -> None:
    main = threading.main_thread().native_id

    def receive() -> None:
        stat = Path(f"/proc/self/task/{main}/stat")
        while stat.read_text(encoding="ascii").rpartition(")")[2].split()[0] != "S":
            pass  # the main thread does not wait yet
        signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

    threading.Thread(target=receive, daemon=True).start()
    _wait(stop)
