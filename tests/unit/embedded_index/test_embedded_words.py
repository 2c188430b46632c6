"""The words of the embedded index under a condition: picked out afterwards, or asked for."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from libs.adapters.embedded.index import EmbeddedIndex, open_index
from libs.kernel.policy import EVERYTHING, Filter, Not, Term
from libs.ports.index import Document

AMOUNT = 400
CONDITIONS: dict[str, Filter] = {
    "nine in ten": Not(Term("digit", ("3",))),
    "six in ten": Term("digit", ("0", "1", "2", "4", "7", "9")),
    "one in ten": Term("digit", ("5",)),
    "nobody": Term("digit", ("none",)),
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedIndex]:
    with closing(open_index(tmp_path_factory.mktemp("words"), "test", dimension=2)) as opened:
        opened.put([(_document(number), 1) for number in range(AMOUNT)])
        yield opened


def _document(number: int) -> Document:
    text = "soep " * (number % 7) + "koken met buren " * (number % 5) + "elke week"
    return Document(
        id=f"d{number:04}",
        language="nl",
        texts={"body": text},
        keywords={"digit": [str(number % 10)]},
        passages=[],
        payload={},
    )


@pytest.mark.parametrize("name", CONDITIONS)
@pytest.mark.parametrize("limit", [1, 7, 60, AMOUNT])
def test_a_condition_finds_the_best_of_what_passes(
    index: EmbeddedIndex, name: str, limit: int
) -> None:
    passing = set(index.get([f"d{n:04}" for n in range(AMOUNT)], condition=CONDITIONS[name]))
    everything = index.lexical("soep koken buren", condition=EVERYTHING, limit=AMOUNT)
    expected = [hit.id for hit in everything if hit.id in passing][:limit]
    found = index.lexical("soep koken buren", condition=CONDITIONS[name], limit=limit)
    assert [hit.id for hit in found] == expected


def test_facets_of_some_count_what_was_replaced_once(index: EmbeddedIndex) -> None:
    index.put([(_document(8), 2)])
    counted = index.facets(["d0008", "d0018", "d0008", "x"], condition=EVERYTHING, fields=["digit"])
    assert counted == {"digit": {"8": 2}}
