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
from typing_extensions import override

from libs.adapters.elasticsearch.address import Address
from libs.kernel.access import Access
from libs.kernel.credentials import explained
from libs.kernel.errors import AccessError, RetryableError, SettingsError

SEARCH_SECONDS = 10.0
WRITE_SECONDS = 60.0
LOOK_SECONDS = 2.0
"""For a question whose answer nobody waits for."""
_CONNECTIONS = 16
_RETRIES = 2
_BUSY = frozenset({429, 500, 502, 503, 504})
_REFUSED = frozenset({401, 403})
_ABSENT = 404
PASSING = _BUSY | _REFUSED | {_ABSENT}
"""What may be over soon: credentials are renewed, and an index restored, while we run."""
_JSON = ("application/json", "application/vnd.elasticsearch+json")


class Client(Elasticsearch):
    """Says with every request who we are, as it stands in the files then, and notes refusals."""

    address: Address | None = None
    access: Access

    @override
    def options(self, **settings: Any) -> "Client":
        client = super().options(**settings)
        client.address, client.access = self.address, self.access
        return client

    @override
    def perform_request(self, *args: Any, **request: Any) -> Any:
        authorization = self.address.authorization() if self.address else ""
        if authorization:
            request["headers"] = {**(request.get("headers") or {}), "authorization": authorization}
        try:
            return super().perform_request(*args, **request)
        except (ApiError, SSLError) as error:
            self.access.note(_refusal(error))
            raise


def connect(address: Address) -> Client:
    """Return a client; it connects when it is first used, and again whenever that is needed.

    Raises ``AccessError`` when one of the files of the setting cannot be used.
    """
    trust: dict[str, Any] = {"ssl_context": address.tls.context()} if address.tls else {}
    client = Client(
        list(address.hosts),
        **trust,
        serializers={mimetype: OrjsonSerializer() for mimetype in _JSON},
        connections_per_node=_CONNECTIONS,
        request_timeout=SEARCH_SECONDS,
        max_retries=_RETRIES,
        retry_on_status=tuple(_BUSY),
        retry_on_timeout=False,  # what takes too long takes as long again
    )
    client.address, client.access = address, Access()
    return client


@contextmanager
def translated() -> Iterator[None]:
    """Turn what may be over soon into ``RetryableError``; a request that is wrong is a bug."""
    try:
        yield
    except SSLError as error:
        raise AccessError(_refusal(error)) from error
    except TransportError as error:
        raise RetryableError(f"Elasticsearch does not answer: {error.message}") from error
    except UnsupportedProductError as error:
        raise RetryableError(f"what answers is not Elasticsearch: {error.message}") from error
    except ApiError as error:
        if error.status_code in _REFUSED:
            raise AccessError(_refusal(error)) from error
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


def no_right(said: str) -> str:
    """Return what it means that the cluster refuses us, and how to mend it."""
    return (
        f"KRING_INDEX: Elasticsearch refuses these credentials ({said}): correct them in the"
        " setting or in the file it names, or let an administrator grant manage, read and write on"
        " our indexes"
    )


def _refusal(error: ApiError | SSLError) -> str:
    """Return why the cluster does not let us in; empty for other errors."""
    if isinstance(error, SSLError):
        why = next(filter(None, (explained(each, "the cluster") for each in error.errors)), "")
        return f"KRING_INDEX: {why or error.message}"
    return no_right(error.message) if error.status_code in _REFUSED else ""
