"""The parts of URL settings that choose adapters."""

from pathlib import Path


def scheme(url: str) -> str:
    """Return the scheme of a URL setting; ``use`` alone is a scheme too."""
    return url.split(":", 1)[0]


def path_of(url: str) -> Path:
    """Return the path of ``x:///path``; every character counts, so a folder may hold ``#``."""
    return Path("/", url.partition("://")[2].lstrip("/"))
