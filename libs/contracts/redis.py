"""Where a Redis is and who we are there: what the cache and the queue must agree on."""

from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlencode, urlsplit, urlunsplit

from libs.kernel.credentials import TLS_OPTIONS, Password, Tls, taken_password, taken_tls

_OURS = (*TLS_OPTIONS, "password_file", "prefix")
_PREFIX = "kring"


@dataclass(frozen=True, slots=True)
class Address:
    """What ``redis://[user:password@]host:port/number[?prefix=name]`` says; ``rediss`` is TLS."""

    plain: str
    """The URL without what stands below, for a client library."""
    prefix: str = _PREFIX
    """Begins every key, so that installations can share a Redis."""
    user: str = ""
    password: Password = field(default_factory=Password)
    tls: Tls | None = None

    @property
    def server(self) -> str:
        """Return host and port, for messages."""
        return urlsplit(self.plain).netloc

    def credentials(self) -> tuple[str] | tuple[str, str]:
        """Return what a new connection shows; raises ``AccessError`` if it cannot be read."""
        password = self.password.read()
        return (self.user, password) if self.user else (password,)

    def refusal(self, setting: str, said: str) -> str:
        """Return what it means that Redis refuses us, and how to mend it."""
        return (
            f"{setting}: Redis at {self.server} refuses {self.user or 'the default user'} ({said}):"
            " correct user and password in the setting or the file it names, or let an"
            f" administrator allow this user all commands on keys {self.prefix}:*"
        )


def parse(url: str) -> Address:
    """Return what a URL says; raises ``ValueError``, without repeating the password, for others."""
    parts = urlsplit(url)
    if parts.scheme not in {"redis", "rediss"} or not parts.hostname:
        raise ValueError("that is no address of a Redis")
    given = parse_qs(parts.query)
    options = {name: given.pop(name)[-1] for name in _OURS if name in given}
    is_encrypted = parts.scheme == "rediss"
    tls = taken_tls(options, is_encrypted=is_encrypted)
    netloc = parts.netloc.rpartition("@")[2]
    return Address(
        plain=urlunsplit(parts._replace(netloc=netloc, query=urlencode(given, doseq=True))),
        prefix=options.get("prefix", _PREFIX),
        user=unquote(parts.username or ""),
        password=taken_password(unquote(parts.password or ""), options),
        tls=tls if is_encrypted else None,
    )
