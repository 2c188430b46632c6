"""The records that other systems send, put into our own form."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from libs.kernel.countries import country_code
from libs.kernel.vocabulary import THEMES


class RecordKind(StrEnum):
    """What an import holds."""

    PROGRAMMES = "programmes"
    MEMBERS = "members"
    STORIES = "stories"
    ORGANISATIONS = "organisations"


Record = Mapping[str, object]

_SIDES = MappingProxyType(
    {
        "academia/research organisation": "knowledge",
        "government/public sector": "system",
        "grassroots organisation or community network": "community",
        "social enterprise, charity, foundation or other non-profit": "community",
    }
)
_PASSED_ON = ("id", "programme", "region", "languages", "visibility", "consents", "wants", "email")
_TAKEN = frozenset(
    {*_PASSED_ON, "name", "type", "summary", "description", "country", "network_tags", "language"}
)


def organisation_as_member(raw: Record) -> tuple[dict[str, object], tuple[str, ...]]:
    """Return the member that stands for an organisation, and the names of fields left out.

    The member has one initiative, titled by the organisation's name, even when nothing is told.
    """
    name = raw.get("name")
    member: dict[str, object] = {field: raw[field] for field in _PASSED_ON if field in raw}
    member["name"] = name
    member["organisation"] = {"name": name, "side": _side(raw.get("type"))}
    country = raw.get("country")
    member["country"] = country_code(country) if isinstance(country, str) else country
    member["initiatives"] = [
        {
            "id": "organisation",
            "title": name,
            "what": _joined(raw.get("summary"), raw.get("description")),
            "language": raw.get("language"),
            "themes": _themes(raw.get("network_tags")),
        }
    ]
    return member, tuple(sorted(str(field) for field in raw if field not in _TAKEN))


def _side(kind: object) -> str | None:
    return _SIDES.get(kind.strip().casefold()) if isinstance(kind, str) else None


def _joined(summary: object, description: object) -> object:
    """Return both texts, once each; what is no text is left for reading to refuse."""
    if not isinstance(summary, str) or not isinstance(description, str):
        return summary or description
    if summary.strip() and summary.strip() not in description:
        return f"{summary}\n\n{description}"
    return description


def _themes(tags: object) -> object:
    """Return the codes of those tags that are the code or the name of a theme of ours."""
    if not isinstance(tags, list):
        return tags
    codes = {
        known.casefold(): code
        for code, label in THEMES.items()
        for known in (code, label.nl, label.en)
    }
    words = (tag.strip().casefold() for tag in tags if isinstance(tag, str))
    return [codes[word] for word in words if word in codes]
