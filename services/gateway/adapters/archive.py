"""The archive of an export: a page to read, and the same as JSON for programs."""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from babel.dates import format_date, format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from typing_extensions import override

from services.gateway.domain.exported import KINDS, field_label, kind_label, value_label
from services.gateway.domain.texts import text
from services.gateway.ports import Archivist, Told

_TEMPLATES = Path(__file__).parent.parent / "ui" / "templates"
_PAGE = "index.html"
_OWNER_ONLY = 0o600 << 16
"""Rights of the files as a zip has them."""
_MINUTE = "d MMMM y HH:mm 'UTC'"

Row = tuple[str, str]


class ZipArchivist(Archivist):
    """One page, one JSON file a service, and a manifest of how many things there are."""

    def __init__(self) -> None:
        """Load the template."""
        environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._page = environment.get_template("export.html")

    @override
    def archive(self, told: Told) -> bytes:
        counts = {
            service: {kind: len(things) for kind, things in kinds.items()}
            for service, kinds in told.parts.items()
        }
        manifest = {"member_id": told.member_id, "at": told.at.isoformat(), "things": counts}
        files = {
            _PAGE: self._rendered(told),
            "manifest.json": _json(manifest),
            **{f"data/{service}.json": _json(kinds) for service, kinds in told.parts.items()},
        }
        content = io.BytesIO()
        with ZipFile(content, "w", ZIP_DEFLATED) as archive:
            for name, body in files.items():
                info = ZipInfo(name, told.at.timetuple()[:6])
                info.external_attr = _OWNER_ONLY
                archive.writestr(info, body.encode(), ZIP_DEFLATED)
        return content.getvalue()

    def _rendered(self, told: Told) -> str:
        language = "nl" if told.language.startswith("nl") else "en"
        return self._page.render(
            lang=language,
            t=lambda key: text(language, key),
            day=format_date(told.at, "long", locale=language),
            sections=list(_sections(told, language)),
        )


def _sections(told: Told, language: str) -> Iterator[dict[str, Any]]:
    """Yield every kind of every service, those the page knows in its order and then the rest."""
    found = {kind: things for kinds in told.parts.values() for kind, things in kinds.items()}
    known = [kind for kind in KINDS if kind in found]
    for kind in (*known, *sorted(found.keys() - KINDS.keys())):
        yield {
            "id": kind,
            "title": kind_label(kind, language),
            "things": [list(_rows(each, language)) for each in found[kind]],
        }


def _rows(thing: Mapping[str, Any], language: str) -> Iterator[Row]:
    """Yield what a thing says as names and texts; what is empty is left out."""
    for name, value in thing.items():
        shown = _shown(name, value, language)
        if shown:
            yield field_label(name, language), shown


def _shown(name: str, value: object, language: str) -> str:
    match value:
        case None | "":
            return ""
        case Mapping():
            return ": ".join(shown for _, shown in _rows(value, language))
        case str():
            return _said(name, value, language)
        case bool():
            return value_label(name, str(value).lower(), language)
        case Sequence():
            return "\n".join(_shown(name, each, language) for each in value)
        case _:
            return value_label(name, str(value), language)


def _said(name: str, value: str, language: str) -> str:
    if name != "at" and not name.endswith(("_at", "until")):
        return value_label(name, value, language)
    return format_datetime(datetime.fromisoformat(value), _MINUTE, locale=language)


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
