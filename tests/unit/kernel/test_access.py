"""What servers refuse, and what stands in settings without being told."""

from collections.abc import Callable
from pathlib import Path

import pytest

from libs.kernel.access import Access
from libs.kernel.credentials import Password, Tls, taken_password, taken_tls, why_not
from libs.kernel.errors import AccessError, RetryableError
from libs.kernel.urls import hidden


def raising(error: Exception) -> Callable[[], None]:
    def ask() -> None:
        raise error

    return ask


def test_a_refusal_lasts_until_the_server_lets_us_in_again() -> None:
    access = Access()
    with pytest.raises(AccessError), access.watched():
        raise AccessError("no")

    assert access.refusal(raising(RetryableError("down"))) == "no"
    assert access.refusal(raising(AccessError("still no"))) == "still no"
    assert access.refusal(lambda: None) == ""
    assert access.refusal(raising(AccessError("nobody asks"))) == ""


def test_a_server_that_is_down_refuses_nobody() -> None:
    access = Access()
    with pytest.raises(RetryableError), access.watched():
        raise RetryableError("down")
    access.note("")

    assert access.refusal(raising(AccessError("nobody asks"))) == ""


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("kafka://me:hush@one:9092,two:9092/a?b=c", "kafka://me:***@one:9092,two:9092/a?b=c"),
        ("postgresql://me:hu@sh@one/a", "postgresql://me:***@one/a"),
        ("elasticsearch://one?api_key=hush&shards=1", "elasticsearch://one?api_key=***&shards=1"),
        ("postgresql://one/a?password=hush", "postgresql://one/a?password=***"),
        ("sqlite:///data/a:b@c.db", "sqlite:///data/a:b@c.db"),
        ("redis://:hush@one", "redis://:***@one"),
    ],
)
def test_a_url_is_told_without_its_secrets(url: str, told: str) -> None:
    assert hidden(url) == told


def test_a_password_in_a_file_is_read_anew_each_time(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("first\n")
    password = taken_password("", {"password_file": str(file)})
    assert password.read() == "first"
    file.write_text("second")
    assert password.read() == "second"
    file.unlink()
    with pytest.raises(AccessError, match="no such file or directory"):
        password.read()


def test_a_password_is_not_told_by_accident() -> None:
    assert "hush" not in repr(Password("hush"))
    assert not Password()


def test_files_for_tls_are_checked_at_once_and_again_when_they_are_used(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("no certificate")
    tls = taken_tls({"ca": str(file)}, is_encrypted=True)
    with pytest.raises(AccessError, match=r"one of the files .*ca\.pem cannot be used"):
        tls.context()
    with pytest.raises(ValueError, match="ca: /nowhere cannot be read"):
        taken_tls({"ca": "/nowhere"}, is_encrypted=True)


def test_nobody_listening_may_pass_by_itself() -> None:
    assert why_not("127.0.0.1", 1, Tls()) == ""
