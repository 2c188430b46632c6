"""Settings: what is refused, and the secrets that are made."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from libs.kernel.errors import SettingsError
from libs.runtime.settings import Settings, load, with_secrets

STRONG = "a-long-random-text-0123456789"


@pytest.fixture(autouse=True)
def _only_my_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KRING_DATA", str(tmp_path / "data"))


def test_the_defaults_run_on_one_machine(tmp_path: Path) -> None:
    settings = load()

    assert settings.data == tmp_path / "data"
    assert settings.bus.startswith("sqlite:")
    assert settings.host == "127.0.0.1"


def test_what_a_command_says_counts_more_than_the_environment(tmp_path: Path) -> None:
    assert load(data=tmp_path / "other").data == tmp_path / "other"


def test_a_misspelt_setting_is_refused_with_the_names_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KRING_PROT", "1")

    with pytest.raises(SettingsError, match=r"Unknown setting KRING_PROT\..*KRING_PORT"):
        load()


def test_the_key_of_the_command_line_is_no_unknown_setting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KRING_KEY", STRONG)

    assert load().port == 8080


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KRING_PORT", "eighty"),
        ("KRING_PORT", "70000"),
        ("KRING_DRAIN_SECONDS", "0"),
        ("KRING_LOG_LEVEL", "loud"),
        ("KRING_TRUSTED_PROXIES", "-1"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_by_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=name):
        load()


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        setattr(load(), "port", 1)  # noqa: B010  # the type checker refuses it as well


@pytest.mark.parametrize("name", ["secret", "operator_key", "vault_key"])
@pytest.mark.parametrize("weak", ["changeme", "short", "CHANGEME", "x" * 40])
def test_a_weak_secret_is_refused_with_a_way_to_make_a_better_one(name: str, weak: str) -> None:
    settings = load(**{name: SecretStr(weak)})

    with pytest.raises(SettingsError, match=f"KRING_{name.upper()} is too weak.*openssl"):
        with_secrets(settings)


def test_a_strong_secret_is_taken_as_it_is() -> None:
    given = SecretStr(STRONG[::-1])
    secured = with_secrets(load(secret=SecretStr(STRONG), operator_key=given, vault_key=given))

    assert secured.secret.get_secret_value() == STRONG
    assert not secured.data.exists()


def test_absent_secrets_are_made_once_and_differ() -> None:
    first = with_secrets(load())
    second = with_secrets(load())

    assert first.secret == second.secret
    assert first.operator_key == second.operator_key
    assert first.vault_key == second.vault_key
    assert len({first.secret, first.operator_key, first.vault_key}) == 3


def test_made_secrets_are_for_their_owner_alone() -> None:
    folder = with_secrets(load()).data / "secrets"

    assert {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {
        "secret": 0o600,
        "operator_key": 0o600,
        "vault_key": 0o600,
    }
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700


def test_secrets_are_not_shown() -> None:
    secured = with_secrets(load())

    assert secured.secret.get_secret_value() not in repr(secured)


@pytest.mark.parametrize("kept", [b"", b"changeme\n", b"\xff" * 40])
def test_a_kept_secret_that_was_spoilt_is_refused(kept: bytes) -> None:
    settings = load()
    with_secrets(settings)
    (settings.data / "secrets" / "secret").write_bytes(kept)

    with pytest.raises(SettingsError, match=r"KRING_SECRET is too weak|cannot be used"):
        with_secrets(settings)


def test_a_data_folder_that_cannot_be_made_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(SettingsError, match=r"KRING_DATA: .* cannot be used: .*Not a directory"):
        with_secrets(load(data=tmp_path / "file" / "data"))


def test_a_url_gets_the_data_folder_and_the_service(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)

    assert settings.url(settings.database, "search") == f"sqlite:///{tmp_path}/search.db"
    assert settings.url("http://{service}:80", "search") == "http://search:80"


def test_a_relative_data_folder_becomes_an_absolute_one_in_urls() -> None:
    settings = Settings(data=Path("data"))

    assert settings.url(settings.bus) == f"sqlite:///{Path.cwd()}/data/log.db"


def test_numpy_is_kept_to_one_thread_before_it_is_imported() -> None:
    script = (
        "import sys, services.__main__ as kring; assert 'numpy' not in sys.modules;"
        "from libs.runtime.settings import one_thread_each; one_thread_each();"
        "import os; print(os.environ['OPENBLAS_NUM_THREADS'])"
    )
    result = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "1"
