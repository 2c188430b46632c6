"""Whether the cluster has all its shards."""

from collections.abc import Mapping
from contextlib import closing

from elasticsearch import AuthorizationException

from libs.adapters.elasticsearch.address import Address
from libs.adapters.elasticsearch.connection import connect, opening, translated
from libs.kernel.errors import RetryableError
from libs.ports.checkup import Checkup


def checkups(url: str, _groups: Mapping[str, str]) -> list[Checkup]:
    """Return what to look at."""
    address = Address.parse(url)
    return [Checkup("Elasticsearch", lambda: _health(address))]


def _health(address: Address) -> str:
    with translated(), opening(address), closing(connect(address)) as client:
        try:
            health = client.cluster.health(index=f"{address.prefix}-*")
        except AuthorizationException:
            return "answers; these credentials may not ask for its health"
    nodes, status = health["number_of_nodes"], health["status"]
    if status == "red":
        raise RetryableError(
            f"{health['unassigned_shards']} shards are not there, so searches fail:"
            " bring the nodes back that have them, or rebuild the indexes (`kring rebuild`)."
        )
    lacking = f", {health['unassigned_shards']} copies missing" if status == "yellow" else ""
    return f"{nodes} nodes, {status}{lacking}"
