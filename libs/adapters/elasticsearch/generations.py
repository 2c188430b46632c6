"""The indexes behind an alias: one at a time, replaced whole.

The alias names everything that must agree for two processes to share an index: service, name,
encoder, and the version of the mapping. Whoever differs in one of them has an alias of its own, so
the releases of a rolling upgrade never write into each other's index.
"""

from elasticsearch import BadRequestError, Elasticsearch

from libs.adapters.elasticsearch.address import Address
from libs.adapters.elasticsearch.mapping import mapping, settings, version_of

_TAKEN = "resource_already_exists_exception"


class Generations:
    """Makes the index behind an alias, and the one after it."""

    def __init__(self, client: Elasticsearch, address: Address, name: str, dimension: int) -> None:
        """Take the name without prefix and version; nothing is made yet."""
        self._client = client
        self._fields = mapping(dimension)
        self._settings = settings(shards=address.shards, replicas=address.replicas)
        self.alias = f"{address.prefix}-{name}-{version_of(self._fields)}".lower()

    def ensure(self) -> None:
        """Make the first index, unless there is one; processes may do so at the same time."""
        if self._client.indices.exists_alias(name=self.alias):
            return
        try:
            self._make(1, aliased=True)
        except BadRequestError as error:
            if error.error != _TAKEN:
                raise

    def renew(self) -> None:
        """Put an empty index in the place of what is there, in one step for every reader."""
        old = sorted(self._client.indices.get_alias(name=self.alias))
        number = max(int(name.rpartition("-")[2]) for name in old) + 1
        fresh = self._make(number, aliased=False)
        self._client.indices.update_aliases(
            actions=[
                *({"remove_index": {"index": name}} for name in old),
                {"add": {"index": fresh, "alias": self.alias, "is_write_index": True}},
            ]
        )

    def _make(self, number: int, *, aliased: bool) -> str:
        name = f"{self.alias}-{number:06}"
        self._client.indices.create(
            index=name,
            settings=self._settings,
            mappings=self._fields,
            aliases={self.alias: {"is_write_index": True}} if aliased else {},
            wait_for_active_shards=1,
        )
        return name
