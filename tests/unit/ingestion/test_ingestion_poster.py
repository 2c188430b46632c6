"""Whatever a name leads to, Kring connects to the address that it checked, and to none inside."""

import ipaddress
import socket
from collections.abc import Iterator

import pytest
from harness.receiver import Receiver, receiving

from libs.kernel.errors import RetryableError
from services.ingestion.adapters.poster import HttpPoster, resolve
from services.ingestion.domain.address import Ip, UnfitAddressError, networks

HERE, PUBLIC = ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("93.184.216.34")
LOOPBACK = networks("127.0.0.0/8")


@pytest.fixture
def canary() -> Iterator[Receiver]:
    """Give a server inside, which notes who posts to it."""
    with receiving() as opened:
        yield opened


class Names:
    """Names that lead where the test says; each look is noted."""

    def __init__(self, *answers: list[Ip]) -> None:
        self._answers = list(answers)
        self.looks = 0

    def __call__(self, _host: str, _port: int) -> list[Ip]:
        self.looks += 1
        return self._answers.pop(0)


def test_a_post_arrives_whole_under_the_name_that_was_given(canary: Receiver) -> None:
    poster = HttpPoster(LOOPBACK, resolve=Names([HERE]))
    status = poster.post(f"http://hooks.test:{canary.port}/x", {"webhook-id": "e1"}, b"{}")
    poster.close()
    assert status == 204
    ((headers, body),) = canary.posted
    assert (headers["host"], headers["webhook-id"]) == (f"hooks.test:{canary.port}", "e1")
    assert body == b"{}"


def test_a_redirect_is_an_answer_and_nobody_follows_it(canary: Receiver) -> None:
    poster = HttpPoster(LOOPBACK, resolve=Names([HERE]))
    assert poster.post(f"http://hooks.test:{canary.port}/moved", {"webhook-id": "e"}, b"") == 301
    poster.close()
    assert len(canary.posted) == 1


@pytest.mark.parametrize("found", [[HERE], [PUBLIC, HERE], [HERE, PUBLIC], []])
def test_a_name_that_leads_inside_in_any_answer_gets_no_connection(found: list[Ip]) -> None:
    poster = HttpPoster(resolve=Names(found))
    with pytest.raises(UnfitAddressError, match="public network"):
        poster.post("https://hooks.example/", {}, b"")
    poster.close()


def test_a_name_is_looked_up_once_so_it_cannot_change_between_look_and_call(
    canary: Receiver,
) -> None:
    names = Names([HERE], [PUBLIC])
    poster = HttpPoster(LOOPBACK, resolve=names)
    poster.post(f"http://rebinding.test:{canary.port}/", {"webhook-id": "e"}, b"")
    poster.close()
    assert names.looks == 1
    assert len(canary.posted) == 1


def test_an_address_written_out_is_checked_as_a_name_is() -> None:
    poster = HttpPoster()
    for url in ("https://127.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/"):
        with pytest.raises(UnfitAddressError):
            poster.post(url, {}, b"")
    poster.close()


def test_nobody_there_is_tried_again_later() -> None:
    def nothing(_host: str, _port: int) -> list[Ip]:
        raise OSError("no such name")

    poster = HttpPoster(LOOPBACK, resolve=nothing)
    with pytest.raises(RetryableError, match="is not found"):
        poster.post("http://hooks.test/", {}, b"")
    poster.close()
    with socket.create_server(("127.0.0.1", 0)) as unused:
        free = unused.getsockname()[1]
    poster = HttpPoster(LOOPBACK, resolve=Names([HERE]))
    with pytest.raises(RetryableError, match="does not answer"):
        poster.post(f"http://hooks.test:{free}/", {}, b"")
    poster.close()


def test_an_address_is_looked_at_before_anybody_is_called() -> None:
    poster = HttpPoster()
    with pytest.raises(UnfitAddressError, match="https://"):
        poster.check("http://hooks.example/")
    poster.check("https://hooks.example/kring")
    poster.close()
    assert ipaddress.ip_address("127.0.0.1") in resolve("localhost", 80)
