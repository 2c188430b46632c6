"""The client, its limits, and its errors as ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from elasticsearch import (
    ApiError,
    ConnectionTimeout,
    Elasticsearch,
    OrjsonSerializer,
    SSLError,
    TransportError,
    UnsupportedProductError,
)
from elasticsearch import ConnectionError as NoConnectionError

from libs.adapters.elasticsearch.address import Address
from libs.kernel.errors import RetryableError, SettingsError

SEARCH_SECONDS = 10.0
WRITE_SECONDS = 60.0
_CONNECTIONS = 16
_RETRIES = 2
_BUSY = frozenset({429, 500, 502, 503, 504})
_REFUSED = frozenset({401, 403})
_ABSENT = 404
PASSING = _BUSY | _REFUSED | {_ABSENT}
"""What may be over soon: credentials are renewed, and an index restored, while we run."""
_JSON = ("application/json", "application/vnd.elasticsearch+json")


def connect(address: Address) -> Elasticsearch:
    """Return a client; it connects when it is first used, and again whenever that is needed."""
    trust: dict[str, Any] = {"ca_certs": address.ca} if address.ca else {}
    return Elasticsearch(
        list(address.hosts),
        basic_auth=(address.user, address.password) if address.user else None,
        api_key=address.api_key or None,
        **trust,
        serializers={mimetype: OrjsonSerializer() for mimetype in _JSON},
        connections_per_node=_CONNECTIONS,
        request_timeout=SEARCH_SECONDS,
        max_retries=_RETRIES,
        retry_on_status=tuple(_BUSY),
        retry_on_timeout=False,  # what takes too long takes as long again
    )


@contextmanager
def translated() -> Iterator[None]:
    """Turn what may be over soon into ``RetryableError``; a request that is wrong is a bug."""
    try:
        yield
    except TransportError as error:
        raise RetryableError(f"Elasticsearch does not answer: {error.message}") from error
    except UnsupportedProductError as error:
        raise RetryableError(f"what answers is not Elasticsearch: {error.message}") from error
    except ApiError as error:
        if error.status_code in PASSING:
            raise RetryableError(f"Elasticsearch: {error.message}") from error
        raise


@contextmanager
def opening(address: Address) -> Iterator[None]:
    """Turn what only the operator can mend into ``SettingsError``."""
    where = ", ".join(address.hosts)
    try:
        yield
    except ApiError as error:
        if error.status_code in _REFUSED:
            raise SettingsError(
                f"KRING_INDEX: {where} refuses these credentials ({error.message}): give a user"
                " that may manage, read and write indexes named"
                f" {address.prefix}-*, or its api_key."
            ) from error
        raise
    except SSLError as error:
        raise SettingsError(
            f"KRING_INDEX: {where} has a certificate that is not trusted: name its authority with"
            " ?ca=FILE."
        ) from error
    except (NoConnectionError, ConnectionTimeout) as error:
        raise RetryableError(f"Elasticsearch at {where} does not answer") from error
