"""Looking for what somebody said in every byte of every file, in every form it may stand there."""

import base64
import email
import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from email import policy
from pathlib import Path
from urllib.parse import quote

import numpy as np
import numpy.typing as npt

HEAD = 6
"""Bytes of a shape by which it is looked for."""
HIDDEN = 4
"""So many leading characters may be left out where sorted words share them."""


def canary(number: int) -> str:
    """Return a word that occurs nowhere else, with a letter that Unicode writes in two ways."""
    spread = (number * 2654435761 + 97) % 16**8
    return f"Q{spread:08x}\u00e9Kanarie{number}"


def forms(word: str) -> set[bytes]:
    """Return how a word may stand in a file."""
    texts = {word, unicodedata.normalize("NFD", word), word.lower(), word.upper(), _plain(word)}
    found = {text.encode() for text in texts} | {text.encode("utf-16-le") for text in texts}
    found |= {json.dumps(text)[1:-1].encode() for text in texts}
    found |= {quote(text).encode() for text in texts}
    found |= {_plain(word)[HIDDEN:].encode()}  # words of an index share their beginnings
    for text in (word, _plain(word)):
        found |= {form for offset in range(3) for form in _base64(text.encode(), offset)}
    return found


def _plain(word: str) -> str:
    """Return a word as an index folds it: small letters without marks."""
    return "".join(
        each
        for each in unicodedata.normalize("NFD", word.lower())
        if not unicodedata.combining(each)
    )


def _base64(content: bytes, offset: int) -> Iterator[bytes]:
    """Yield what of a content does not depend on its neighbours, behind so many other bytes."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        encoded = encode(b"\0" * offset + content)
        begin = (offset * 8 + 5) // 6
        end = (offset + len(content)) * 8 // 6
        yield encoded[begin:end]


class Finder:
    """Finds many byte strings in one pass: only where one of them may begin it is compared."""

    def __init__(self, words: Mapping[str, Sequence[bytes]]) -> None:
        """Take how each word may stand in a file; no shape is shorter than ``HEAD`` bytes."""
        self._by_head: dict[bytes, list[tuple[str, bytes]]] = {}
        self._may_begin = np.zeros((HEAD // 2, 1 << 16), dtype=np.bool_)
        for name, shapes in words.items():
            for shape in shapes:
                assert len(shape) >= HEAD
                self._by_head.setdefault(shape[:HEAD], []).append((name, shape))
                for place, pair in enumerate(_pairs(shape[:HEAD])[::2]):
                    self._may_begin[place, pair] = True

    def found(self, content: bytes) -> set[str]:
        """Return the names of the words that stand in a content."""
        if len(content) < HEAD:
            return set()
        pairs = _pairs(content)
        likely = np.ones(len(content) - HEAD + 1, dtype=np.bool_)
        for place, may_begin in enumerate(self._may_begin):
            likely &= may_begin[pairs[2 * place : 2 * place + len(likely)]]
        heads = {content[at : at + HEAD] for at in np.flatnonzero(likely)}
        return {
            name
            for head in heads
            for name, shape in self._by_head.get(head, ())
            if shape in content
        }


def _pairs(content: bytes) -> npt.NDArray[np.uint16]:
    """Return each byte with the one that follows it, as one number."""
    values = np.frombuffer(content, dtype=np.uint8)
    return (values[:-1].astype(np.uint16) << np.uint16(8)) | values[1:]


def _filled(content: bytes) -> bytes:
    """Return a content but for an empty end: servers make files long before they fill them."""
    return content[: len(content.rstrip(b"\0")) + HEAD]


def traces(
    contents: Iterable[tuple[str, bytes]], words: Mapping[str, Sequence[bytes]]
) -> set[tuple[str, str]]:
    """Return (name of a word, place) for every word that stands in a place."""
    finder = Finder(words)
    return {(name, place) for place, content in contents for name in finder.found(_filled(content))}


def files(*folders: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file below these folders; one that vanishes meanwhile holds nothing.

    A mail comes as it stands there and as its reader sees it: mails break words into lines.
    """
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            with suppress(FileNotFoundError):
                if path.is_file() and not path.is_symlink():
                    name, content = str(path.relative_to(folder)), path.read_bytes()
                    yield name, content
                    if path.suffix == ".eml":
                        yield name, _read_mail(content)


def _read_mail(content: bytes) -> bytes:
    mail = email.message_from_bytes(content, policy=policy.default)
    parts = [part.get_content() for part in mail.walk() if not part.is_multipart()]
    return "\n".join([*map(str, mail.values()), *parts]).encode()
