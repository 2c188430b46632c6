"""A document as the engine stores it, and back."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from libs.adapters.elasticsearch.conditions import keyword
from libs.adapters.elasticsearch.mapping import Json
from libs.adapters.elasticsearch.words import fields_of
from libs.ports.encoder import Vectors
from libs.ports.index import Document, Passage

KEPT = ["language", "document"]
"""What ``document_of`` reads."""


def unit(vector: Vectors) -> Vectors | None:
    """Return the vector at length 1, or None when it has no direction."""
    length = float(np.linalg.norm(vector))
    if not np.isfinite(length) or length == 0.0:
        return None
    return (vector / length).astype(np.float32, copy=False)


def source_of(document: Document) -> Json:
    """Return what is searched, and beside it the document as it is."""
    texts = document.texts
    return {
        "id": document.id,
        "present": True,
        "language": document.language,
        "keywords": {
            field: [keyword(value) for value in values]
            for field, values in document.keywords.items()
        },
        "text": fields_of(document.language, "\n".join(texts.values())),
        "title": fields_of(document.language, texts.get("title", "")),
        "passages": [
            {"field": passage.field, "vector": vector}
            for passage in document.passages
            if (vector := unit(passage.vector)) is not None
        ],
        "document": {
            "texts": texts,
            "keywords": {field: list(values) for field, values in document.keywords.items()},
            "payload": document.payload,
            "passages": [
                [passage.field, passage.text, _packed(passage.vector)]
                for passage in document.passages
            ],
        },
    }


def grave_of(name: str) -> Json:
    """Return what stays of a removed document: the engine forgets deletions after a minute."""
    return {"id": name, "present": False}


def document_of(name: str, source: Mapping[str, Any]) -> Document | None:
    """Return the document, or None if it was removed."""
    kept = source.get("document")
    if kept is None:
        return None
    passages: Sequence[Sequence[str]] = kept["passages"]
    return Document(
        id=name,
        language=source["language"],
        texts=kept["texts"],
        keywords=kept["keywords"],
        passages=[Passage(field, text, _unpacked(vector)) for field, text, vector in passages],
        payload=kept["payload"],
    )


def _packed(vector: Vectors) -> str:
    """Return a vector as text without loss: little-endian float32 in base64."""
    return base64.b64encode(np.asarray(vector, dtype="<f4").tobytes()).decode("ascii")


def _unpacked(text: str) -> Vectors:
    return np.frombuffer(base64.b64decode(text), dtype="<f4").astype(np.float32, copy=False)
