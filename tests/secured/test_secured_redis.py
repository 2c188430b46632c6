"""Redis that asks who we are: cache, counters and queue get in, or say why not and come back."""

import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from secured.conftest import NAME, Office
from servers.redis import Redis

from libs.kernel.errors import AccessError
from libs.ports.cache import Rate

pytestmark = [pytest.mark.servers, pytest.mark.timeout(120)]

PREFIX = "t"
RATE = Rate(100, 60)


class Account:
    """A user with a password in a file, who may do everything with some keys."""

    def __init__(self, redis: Redis, folder: Path) -> None:
        self.redis = redis
        self.user = f"u{uuid.uuid4().hex[:8]}"
        self.file = folder / "password"
        self.file.write_text("hush-first\n")
        self.allow("on", ">hush-first", f"~{self.user}:*", "&*", "+@all")
        self.url = redis.secured_url(self.user, password_file=self.file, prefix=self.user)

    def allow(self, *rules: str) -> None:
        self.redis.tell("ACL", "SETUSER", self.user, *rules)

    def disconnect(self) -> None:
        """End the connections of this user: the next ones show who they are anew."""
        self.redis.tell("CLIENT", "KILL", "USER", self.user)


@pytest.fixture
def account(redis: Redis, tmp_path: Path) -> Account:
    return Account(redis, tmp_path)


def uses(office: Office) -> None:
    """Use the cache and the counters, as requests do."""
    office.ports.cache.put("a", b"1", seconds=60)
    assert office.ports.cache.get("a") == b"1"
    assert office.ports.limiter.hit("a", RATE).allowed


def is_refused(office: Office, why: str) -> None:
    """See that both are refused: the cache has nothing, and counting says how to mend it."""
    assert office.ports.cache.get("a") is None
    with pytest.raises(AccessError, match="KRING_CACHE"):
        office.ports.limiter.hit("a", RATE)
    office.is_refused("cache", why)
    office.is_refused("limits", why)


def test_a_password_that_was_changed_is_asked_for_and_then_taken_from_its_file(
    account: Account, opened: Callable[..., Office]
) -> None:
    office = opened(cache=account.url)
    uses(office)

    account.allow("resetpass", ">hush-second")
    account.disconnect()
    is_refused(office, f"refuses {account.user}")
    account.file.write_text("hush-second\n")

    office.works()
    uses(office)


def test_an_expired_certificate_keeps_us_away_until_it_is_renewed(
    redis: Redis, account: Account, opened: Callable[..., Office]
) -> None:
    assert redis.authority is not None
    office = opened(cache=account.url)
    uses(office)

    redis.show(redis.authority.issue("redis", is_expired=True))
    account.disconnect()
    is_refused(office, "is not accepted (certificate has expired)")
    redis.show(redis.authority.issue("redis"))

    office.works()
    uses(office)


def test_a_right_that_was_taken_back_is_missed_until_it_is_given_again(
    account: Account, opened: Callable[..., Office]
) -> None:
    office = opened(cache=account.url)
    uses(office)

    account.allow("nocommands")
    is_refused(office, f"all commands on keys {account.user}:*")
    account.allow("+@all")

    office.works()
    uses(office)


@pytest.mark.parametrize(
    ("rules", "mended"),
    [(("resetpass", ">hush-second"), (">hush-first",)), (("nocommands",), ("+@all",))],
    ids=["password", "right"],
)
def test_a_worker_that_is_refused_goes_on_when_it_is_let_in_again(
    account: Account,
    opened: Callable[..., Office],
    rules: tuple[str, ...],
    mended: tuple[str, ...],
) -> None:
    done: list[str] = []
    office = opened(tasks=f"celery+{account.url}")
    tasks = office.ports.tasks
    tasks.register(f"{NAME}.do", done.append)
    tasks.start()
    tasks.submit(f"{NAME}.do", "before")
    office.eventually(lambda: done == ["before"], "to work")

    account.allow(*rules)
    account.disconnect()
    with pytest.raises(AccessError, match="KRING_TASKS"):
        tasks.submit(f"{NAME}.do", "meanwhile")
    office.is_refused("tasks", "KRING_TASKS")
    account.allow(*mended)

    office.works()
    tasks.submit(f"{NAME}.do", "after")
    office.eventually(lambda: done == ["before", "after"], "to work again")
