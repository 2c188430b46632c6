"""What was applied, in order, as each service's own database saw it."""

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

import psycopg

# One transaction writes an effect and its row of ``applied``: what happens to that row is what
# took effect. The release before knows nothing of this.
_INSTALL = """
CREATE TABLE witness (place bigserial, consumer text, aggregate text, sequence bigint);
CREATE FUNCTION bear_witness() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO witness (consumer, aggregate, sequence)
  VALUES (NEW.consumer, NEW.aggregate, NEW.sequence);
  RETURN NULL;
END $$;
CREATE TRIGGER bear_witness AFTER INSERT OR UPDATE ON applied
FOR EACH ROW EXECUTE FUNCTION bear_witness();
"""


@dataclass(frozen=True, slots=True)
class Witness:
    """What one database saw."""

    url: str

    @classmethod
    def of(cls, url: str) -> "Witness":
        """Let a database bear witness from now on."""
        with closing(psycopg.connect(url, autocommit=True)) as connection:
            connection.execute(_INSTALL)
        return cls(url)

    def applied(self, aggregate: str) -> dict[str, list[int]]:
        """Return the sequences that took effect, in order, per aggregate of a kind."""
        found: dict[str, list[int]] = {}
        for name, sequence in self._rows():
            kind, _, identity = name.partition("/")
            if kind == aggregate:
                found.setdefault(identity, []).append(sequence)
        return found

    def twice(self) -> list[tuple[str, int]]:
        """Return what took effect more than once."""
        return [each for each, times in Counter(self._rows()).items() if times > 1]

    def backwards(self) -> list[str]:
        """Return the aggregates that went back to an older state."""
        newest: dict[str, int] = {}
        gone_back = []
        for name, sequence in self._rows():
            if sequence < newest.get(name, 0):
                gone_back.append(name)
            newest[name] = max(sequence, newest.get(name, 0))
        return gone_back

    def _rows(self) -> Sequence[tuple[str, int]]:
        with closing(psycopg.connect(self.url, autocommit=True)) as connection:
            query = "SELECT aggregate, sequence FROM witness ORDER BY place"
            return [(name, sequence) for name, sequence in connection.execute(query)]
