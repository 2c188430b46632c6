"""Elasticsearch that asks who we are: services get in, or say why not and come back."""

import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from secured.conftest import Office
from servers.elasticsearch import Elasticsearch
from servers.proxy import Proxy

from libs.kernel.errors import SettingsError

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]

RIGHTS = ("manage", "read", "write")


class Account:
    """A user with a password in a file, and rights on indexes of its own."""

    def __init__(self, server: Elasticsearch, folder: Path) -> None:
        self.server = server
        self.user = "kring"
        self.file = folder / "password"
        self.file.write_text("hush-first\n")
        server.enrol(self.user, "hush-first", RIGHTS)
        self.url = server.secured_url(
            self.user, password_file=self.file, prefix=f"kring-{uuid.uuid4().hex[:8]}"
        )

    def through(self, way: Proxy) -> str:
        return self.url.replace(f":{self.server.port}", f":{way.port}")

    def change(self, password: str, privileges: Sequence[str] = RIGHTS) -> None:
        self.server.enrol(self.user, password, privileges)


@pytest.fixture
def account(elasticsearch: Elasticsearch, tmp_path: Path) -> Account:
    return Account(elasticsearch, tmp_path)


def test_a_password_that_was_changed_is_asked_for_and_then_taken_from_its_file(
    account: Account, opened: Callable[..., Office]
) -> None:
    office = opened(index=account.url)
    office.works()

    account.change("hush-second")
    office.tell("meanwhile")
    office.is_refused("consumer", "Elasticsearch refuses these credentials")
    account.file.write_text("hush-second\n")

    office.works()
    assert "meanwhile" in office.heard


def test_an_expired_certificate_keeps_us_away_until_it_is_renewed(
    elasticsearch: Elasticsearch, account: Account, opened: Callable[..., Office]
) -> None:
    assert elasticsearch.authority is not None
    way = Proxy(elasticsearch.port)
    office = opened(index=account.through(way))
    office.works()

    elasticsearch.show(elasticsearch.authority.issue("elasticsearch", is_expired=True))
    way.cut()
    office.tell("meanwhile")
    office.is_refused("consumer", "is not accepted (certificate has expired)")
    elasticsearch.show(elasticsearch.authority.issue("elasticsearch"))

    office.works()
    assert "meanwhile" in office.heard
    way.close()


def test_a_right_that_was_taken_back_is_missed_until_it_is_given_again(
    account: Account, opened: Callable[..., Office]
) -> None:
    office = opened(index=account.url)
    office.works()

    account.change("hush-first", ["monitor"])
    office.tell("meanwhile")
    office.is_refused("consumer", "grant manage, read and write")
    account.change("hush-first")

    office.works()
    assert "meanwhile" in office.heard


def test_a_wrong_password_at_the_start_is_a_wrong_setting_that_is_said_without_it(
    account: Account, opened: Callable[..., Office]
) -> None:
    account.file.write_text("hush-hush\n")
    with pytest.raises(SettingsError, match="refuses these credentials") as told:
        opened(index=account.url)
    assert "hush" not in str(told.value)
