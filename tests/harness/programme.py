"""Another programme, as it signs and sends; it needs nothing of Kring but a secret."""

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from libs.contracts.envelope import Record

INBOX = "kring.inbox.v1"
TYPE = "kring.submission.v1"
SOURCE = "https://programme.example"


@dataclass
class Programme:
    """Sends under its slug or id, signed with the secret of an inbox key."""

    reference: str
    secret: str
    now: float
    """Unix seconds on its clock."""
    ids: list[str] = field(default_factory=list)
    """Of what it has sent."""

    def record(
        self,
        submission: object,
        event_id: str = "",
        changed: Mapping[str, str | None] | None = None,
    ) -> Record:
        """Return a signed record in binary mode with JSON.

        Changed headers are not signed anew; one that becomes None is left out.
        """
        value = submission if isinstance(submission, bytes) else json.dumps(submission).encode()
        identity = event_id or str(uuid.uuid4())
        self.ids.append(identity)
        headers: dict[str, str | None] = {
            "ce_specversion": "1.0",
            "ce_id": identity,
            "ce_type": TYPE,
            "ce_source": SOURCE,
            "ce_programme": self.reference,
            "content-type": "application/json",
            **self.signature(identity, value),
            **(changed or {}),
        }
        packed = tuple((name, text.encode()) for name, text in headers.items() if text is not None)
        return Record(INBOX, identity.encode(), packed, value)

    def posted(self, submission: Any, event_id: str = "") -> tuple[bytes, dict[str, str]]:  # noqa: ANN401  # JSON
        """Return body and headers of the same over HTTP."""
        identity = event_id or str(uuid.uuid4())
        event = {
            "specversion": "1.0",
            "id": identity,
            "type": TYPE,
            "source": SOURCE,
            "programme": self.reference,
            "data": submission,
        }
        body = json.dumps(event).encode()
        headers = {"content-type": "application/cloudevents+json"}
        return body, headers | self.signature(identity, body)

    def signature(self, identity: str, value: bytes) -> dict[str, str]:
        """Return the headers that prove who sent this."""
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        seconds = str(int(self.now))
        content = f"{identity}.{seconds}.".encode() + value
        digest = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
        return {
            "webhook-id": identity,
            "webhook-timestamp": seconds,
            "webhook-signature": f"v1,{digest}",
        }


def story(external_id: str, **fields: object) -> Mapping[str, object]:
    """Return a submission of a story."""
    told = {
        "title": f"Samen eten {external_id}",
        "body": "Wij koken met de buurt, elke week.",
        "year": 2025,
    }
    return {"external_id": external_id, "story": told | fields}
