"""Examples of what programmes send and read, by aggregate and name; the contract shows them."""

from typing import Any

_STORY = {
    "kind": "STORY_KIND_PRACTICE",
    "language": "nl",
    "title": "Zes avonden aan de keukentafel",
    "body": "Mantelzorgers eten samen terwijl hun partner ernaast ook een goede avond heeft.",
    "themes": ["informal_care"],
    "visibility": "VISIBILITY_NETWORK",
    "published_at": "2026-11-22T09:00:00Z",
}
_ID = "01931a2b-0000-7000-8000-000000000001"
_SENT = "3f0c2b1e-6a52-4c39-9d1b-7f1d1a0c5e11"

EXAMPLES: dict[str, dict[str, dict[str, Any]]] = {
    "submission": {
        "story": {
            "external_id": "keukentafel",
            "story": {
                "kind": "practice",
                "title": "Zes avonden aan de keukentafel",
                "body": "Mantelzorgers eten samen terwijl hun partner een goede avond heeft.",
                "themes": ["informal_care"],
                "contacts": ["anna"],
                "visibility": "network",
                "year": 2026,
            },
        },
        "member": {
            "external_id": "anna",
            "member": {
                "name": "Anna de Vries",
                "email": "anna@wilgenhof.example",
                "languages": ["nl"],
                "organisation": "De Wilgenhof",
                "side": "community",
                "visibility": "network",
                "consents": ["matching", "mail"],
            },
        },
        "initiative": {
            "external_id": "eetclub",
            "initiative": {"member": "anna", "title": "Eetclub de Brug", "stage": 3},
        },
        "need": {
            "external_id": "oppas",
            "need": {"member": "anna", "text": "Hoe regelen anderen de oppas op een avond?"},
        },
        "withdrawal": {"external_id": "keukentafel", "withdrawal": {"kind": "story"}},
    },
    "receipt": {
        "accepted": {
            "submission_id": _SENT,
            "external_id": "keukentafel",
            "verdict": "VERDICT_ACCEPTED",
            "change": "CHANGE_CREATED",
            "kind": "story",
            "id": _ID,
        },
        "refused": {
            "submission_id": _SENT,
            "external_id": "keukentafel",
            "verdict": "VERDICT_REFUSED",
            "kind": "story",
            "problems": [{"field": "title", "text": "must not be empty"}],
            "advice": "Mend what is named here and send it again as a new event: with an id of its"
            " own, and the same external_id.",
        },
    },
    "story": {
        "network": {"story_id": _ID, **_STORY},
        "withdrawn": {"withdrawn": True},
    },
}
