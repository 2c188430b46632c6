"""A whole CloudEvent in JSON: envelope and payload in one value."""

import json
from collections.abc import Mapping

from cloudevents.core.exceptions import BaseCloudEventException
from cloudevents.core.formats.json import JSONFormat

from libs.contracts.binary import NO_TIME, Attributes
from libs.kernel.errors import PoisonError

STRUCTURED = "application/cloudevents+json"
_FORMAT = JSONFormat()


def read(value: bytes) -> tuple[Attributes, bytes]:
    """Return the envelope, and the payload as JSON; raises ``PoisonError`` where it is none."""
    try:
        whole = json.loads(value)
        if not isinstance(whole, dict) or "id" not in whole:  # the library would make an id up
            raise PoisonError("a structured event is a JSON object with an id")
        envelope = _FORMAT.read(None, value)
        payload = json.dumps(envelope.get_data()).encode()
    except (BaseCloudEventException, ValueError, TypeError, KeyError, RecursionError) as error:
        raise PoisonError(f"not a CloudEvent: {error}") from error
    attributes: Mapping[str, object] = envelope.get_attributes()
    known = Attributes(
        id=envelope.get_id(),
        type=envelope.get_type(),
        source=envelope.get_source(),
        subject=envelope.get_subject() or "",
        time=envelope.get_time() or NO_TIME,
        extensions=attributes,
    )
    return known, payload
