"""Settings: few, frozen and by URL; read once from ``KRING_*`` and passed down."""

import fcntl
import os
import secrets
from pathlib import Path
from tempfile import mkstemp
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from libs.kernel.errors import SettingsError

KEY_VARIABLE = "KRING_KEY"
"""An API key for the command line: no setting of a service, but read from the environment too."""

_WEAK = {"changeme", "secret", "password", "kring"}
_LEAST_SECRET = 16


class Settings(BaseSettings):
    """Every setting of Kring. ``{data}`` in a URL stands for the data folder."""

    model_config = SettingsConfigDict(env_prefix="KRING_", frozen=True, extra="forbid")

    data: Path = Field(default=Path("data"), description="Folder of everything that is kept.")
    host: str = Field(default="127.0.0.1", description="Address the gateway listens on.")
    port: int = Field(default=8080, ge=0, le=65535, description="Port of the gateway; 0 picks one.")
    probe_host: str = Field(
        default="127.0.0.1", description="Address of the probes and metrics, for operators."
    )
    probe_port: int = Field(
        default=0, ge=0, le=65535, description="Port of the probes and metrics; 0 picks one."
    )
    public_url: str = Field(default="", description="How people reach the gateway, for links.")
    bus: str = Field(
        default="sqlite:///{data}/log.db",
        description="The event log: sqlite:///path or kafka://host:port[,host:port][/namespace].",
    )
    database: str = Field(
        default="sqlite:///{data}/{service}.db", description="Each service's own database."
    )
    vault: str = Field(
        default="",
        description="Data keys of members, a database; if empty, KRING_DATABASE of service vault.",
    )
    vault_key: SecretStr = Field(
        default=SecretStr(""),
        description="Wraps the data keys; made on first start if empty. NEW,OLD changes it.",
    )
    seal: bool = Field(
        default=True,
        description="Seal personal fields in events; off only while an older release reads them.",
    )
    index: str = Field(default="embedded:///{data}/index", description="The search engine.")
    encoder: str = Field(default="e5", description="e5, use, or sentence-transformers:MODEL.")
    tasks: str = Field(default="local:", description="Background work.")
    cache: str = Field(default="memory:", description="Cache and rate limits.")
    mail: str = Field(default="file:///{data}/mail", description="file:///… or smtp://host:port.")
    mail_from: str = Field(default="Kring <kring@localhost>", description="Sender of mails.")
    peers: str = Field(
        default="unix:///{data}/run/{service}.sock", description="How services reach one another."
    )
    secret: SecretStr = Field(
        default=SecretStr(""), description="Signs links and sessions; made on first start if empty."
    )
    operator_key: SecretStr = Field(
        default=SecretStr(""), description="The operator's key; made on first start if empty."
    )
    drain_seconds: float = Field(default=20.0, gt=0, description="Time to finish on SIGTERM.")
    trusted_proxies: int = Field(
        default=0, ge=0, le=5, description="Proxies in front whose X-Forwarded-For entry counts."
    )
    webhook_networks: str = Field(
        default="",
        description="Networks inside whose hosts webhooks may name: 10.1.0.0/16, by commas.",
    )
    fail_at: str = Field(default="", description="For crash tests only: where to end at once.")
    log_format: str = Field(default="json", pattern="^(json|text)$", description="json or text.")
    log_level: str = Field(
        default="info",
        pattern="^(debug|info|warning|error)$",
        description="Least serious log that is told.",
    )

    @property
    def public_host(self) -> str:
        """Return the only host, with its port, that requests may name; empty for any."""
        return urlsplit(self.public_url).netloc.lower()

    def url(self, template: str, service: str = "") -> str:
        """Return one of the URL settings with the data folder and a service's name put in."""
        return template.replace("{data}", str(self.data.resolve())).replace("{service}", service)


def one_thread_each() -> None:
    """Let every call of numpy use one thread; call it before numpy is imported.

    Services run side by side: two spinning threads a call cost up to seven times the CPU.
    """
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def load(**overrides: object) -> Settings:
    """Read the settings; raises ``SettingsError`` that names what is wrong and how to mend it."""
    unknown = sorted(
        name
        for name in os.environ
        if name.startswith("KRING_")
        and name != KEY_VARIABLE
        and name[6:].lower() not in Settings.model_fields
    )
    if unknown:
        known = ", ".join(f"KRING_{name.upper()}" for name in sorted(Settings.model_fields))
        raise SettingsError(f"Unknown setting {', '.join(unknown)}. Known are: {known}.")
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # checked by pydantic itself
    except ValidationError as error:
        wrong = "; ".join(
            f"KRING_{'_'.join(str(part) for part in item['loc']).upper()}: {item['msg']}"
            for item in error.errors()
        )
        raise SettingsError(f"{wrong}.") from error


def with_secrets(settings: Settings) -> Settings:
    """Return settings whose secrets are set, made and kept in the data folder when absent.

    Raises ``SettingsError`` for a secret that is weak, and for a data folder that cannot be used.
    """
    return settings.model_copy(
        update={
            "secret": _secret(settings, "secret", settings.secret),
            "operator_key": _secret(settings, "operator_key", settings.operator_key),
            "vault_key": _secret(settings, "vault_key", settings.vault_key),
        }
    )


def _secret(settings: Settings, name: str, given: SecretStr) -> SecretStr:
    value = given.get_secret_value() or _kept(settings, name)
    if len(set(value)) == 1 or value.lower() in _WEAK or len(value) < _LEAST_SECRET:
        raise SettingsError(
            f"KRING_{name.upper()} is too weak: use at least {_LEAST_SECRET} random characters,"
            " for example from `openssl rand -hex 32`."
        )
    return SecretStr(value)


def _kept(settings: Settings, name: str) -> str:
    path = settings.data / "secrets" / name
    try:
        if not path.exists():
            _make(settings.data, path)
        return path.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"KRING_DATA: {path} cannot be used: {error}. Choose a folder that can be written."
        ) from error


def _make(data: Path, path: Path) -> None:
    """Write a new secret that appears whole or not at all, and only once for all processes."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.parent.mkdir(exist_ok=True, mode=0o700)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        if not path.exists():  # no other process came first
            handle, draft = mkstemp(dir=path.parent)  # readable by its owner alone
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(32))
            Path(draft).replace(path)
    finally:
        os.close(folder)
