"""The parts of URL settings that choose adapters."""

import re
from pathlib import Path

_SECRETS = re.compile(r"(?<=[?&])(api_key|password|sslpassword)=[^&#]*")
_PASSWORD = re.compile(r"(://[^:@/?#]*:)[^/?#]*@")


def scheme(url: str) -> str:
    """Return the scheme of a URL setting; ``use`` alone is a scheme too."""
    return url.split(":", 1)[0]


def path_of(url: str) -> Path:
    """Return the path of ``x:///path``; every character counts, so a folder may hold ``#``."""
    return Path("/", url.partition("://")[2].lstrip("/"))


def hidden(url: str) -> str:
    """Return a URL setting as it may be told: without the secrets in it."""
    return _SECRETS.sub(r"\1=***", _PASSWORD.sub(r"\1***@", url))
