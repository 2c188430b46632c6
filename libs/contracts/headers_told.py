"""The headers of a record as the contract tells them to other programmes."""

from typing import NamedTuple

from libs.kernel import webhooks

_WRITERS = True
_READERS = False


class Header(NamedTuple):
    """What a header says, and on which topics it always stands."""

    about: str
    needed_by: frozenset[bool]
    """True: where programmes write; False: where they read."""


_BOTH = frozenset({_WRITERS, _READERS})
_READ = frozenset({_READERS})
_WRITTEN = frozenset({_WRITERS})

HEADERS = {
    "ce_specversion": Header("Always 1.0.", _BOTH),
    "ce_id": Header("Id of the event. The same id again is the same event.", _BOTH),
    "ce_type": Header("What kind of event it is.", _BOTH),
    "ce_source": Header("Who sends it, as an address.", _BOTH),
    "ce_programme": Header("Id of the programme; one that writes may give its slug.", _BOTH),
    "ce_subject": Header("The kind and the id of what the event is about.", _READ),
    "ce_sequence": Header(
        "Rises with every change of one thing; the order of events is this and not their time. 20"
        " digits.",
        _READ,
    ),
    "ce_time": Header("When it was sent; information only.", _READ),
    "content-type": Header("How the value is written.", _BOTH),
    "traceparent": Header("The trace that it belongs to (W3C Trace Context).", frozenset()),
}
SIGNATURE = {
    webhooks.ID: Header("Equal to ce_id.", _WRITTEN),
    webhooks.TIMESTAMP: Header("Unix seconds at which it was signed.", _WRITTEN),
    webhooks.SIGNATURE: Header(
        "v1, and the base64 of HMAC-SHA256 over `webhook-id.webhook-timestamp.value`, with the"
        " bytes after whsec_ of the inbox key as key (Standard Webhooks). Several are separated by"
        " spaces.",
        _WRITTEN,
    ),
}
