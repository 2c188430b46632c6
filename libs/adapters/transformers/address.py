"""The setting ``KRING_ENCODER`` as it names a model of sentence-transformers."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import parse_qsl

from libs.kernel.errors import SettingsError

Backend = Literal["torch", "onnx", "openvino"]

EXAMPLE = (
    "sentence-transformers:intfloat/multilingual-e5-small"
    "?query_prompt=query:%20&passage_prompt=passage:%20"
)
_PARAMETERS = ("backend", "fusion_weight", "passage_prompt", "query_prompt", "revision")
_FUSION_WEIGHT = "0.5"
"""Words and meaning count alike until somebody has measured better."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A model, how its texts begin, and what computes it."""

    model: str
    """A name on the Hugging Face Hub, or a folder."""
    revision: str = ""
    query_prompt: str | None = None
    """None leaves it to the model."""
    passage_prompt: str | None = None
    backend: Backend = "torch"
    fusion_weight: float = float(_FUSION_WEIGHT)

    @classmethod
    def parse(cls, url: str) -> "Choice":
        """Read the URL; raises ``SettingsError`` that says how to write it."""
        model, _, query = url.partition(":")[2].partition("?")
        try:
            given = dict(parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query)))
            return cls(
                model=_model(model, given),
                revision=given.get("revision", ""),
                query_prompt=given.get("query_prompt"),
                passage_prompt=given.get("passage_prompt"),
                backend=_backend(given.get("backend", "torch")),
                fusion_weight=_share(given.get("fusion_weight", _FUSION_WEIGHT)),
            )
        except ValueError as error:
            raise SettingsError(f"KRING_ENCODER: {error}. Write it like {EXAMPLE}.") from error

    @property
    def name(self) -> str:
        """Return a name that differs wherever vectors may; the backend makes no other vectors."""
        short = re.sub(r"[^A-Za-z0-9]+", "-", self.model.rstrip("/").rpartition("/")[2]).strip("-")
        told = repr((self.model, self.revision, self.query_prompt, self.passage_prompt))
        number = int(hashlib.sha256(told.encode()).hexdigest(), 16) % 10**8
        return f"st-{short}-{number:08}"


def _model(model: str, given: Mapping[str, str]) -> str:
    if unknown := sorted(given.keys() - set(_PARAMETERS)):
        raise ValueError(f"unknown {', '.join(unknown)}; known are {', '.join(_PARAMETERS)}")
    if not model:
        raise ValueError("a model is missing")
    return model


def _backend(given: str) -> Backend:
    for backend in get_args(Backend):
        if given == backend:
            return backend  # type: ignore[no-any-return]  # one of the literal's values
    raise ValueError(f"backend {given!r} is none of {', '.join(get_args(Backend))}")


def _share(given: str) -> float:
    share = float(given)
    if not 0.0 <= share <= 1.0:
        raise ValueError("fusion_weight lies between 0 and 1")
    return share
