"""The contracts as they are promised: a change shows here before it reaches anybody's program.

``python tests/api/test_openapi_golden.py`` writes the documents anew; read the difference.
"""

import sys
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # without pytest, which sets the paths
    sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]

import pytest
from harness import contracts

HOW = "If it is meant, run `python tests/api/test_openapi_golden.py` and commit the difference."

Documents = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def now() -> Documents:
    return contracts.documents()


@pytest.mark.timeout(300)  # loads an encoder
@pytest.mark.parametrize("name", contracts.NAMES)
def test_a_contract_is_as_it_is_kept(now: Documents, name: str) -> None:
    before, after = _operations(contracts.kept(name)), _operations(now[name])
    assert sorted(before) == sorted(after), HOW
    for operation, content in after.items():
        assert before[operation] == content, f"{operation}: {HOW}"
    assert contracts.kept(name) == now[name], HOW


@pytest.mark.parametrize("name", contracts.NAMES)
def test_every_operation_has_a_name_of_its_own(name: str) -> None:
    operations = _operations(contracts.kept(name))
    names = [content["operationId"] for content in operations.values()]
    assert len(names) == len(set(names))
    assert operations


@pytest.mark.parametrize("name", contracts.NAMES)
def test_every_error_is_a_problem(name: str) -> None:
    for operation, content in _operations(contracts.kept(name)).items():
        for status, answer in content["responses"].items():
            if not status.startswith("2"):
                assert list(answer["content"]) == ["application/problem+json"], operation


def test_the_whole_is_the_union_of_what_services_publish() -> None:
    whole = _operations(contracts.kept(contracts.WHOLE))
    parts = [
        operation for name in contracts.NAMES for operation in _operations(contracts.kept(name))
    ]
    assert sorted(whole) == sorted(set(parts))
    assert len(parts) == 2 * len(whole), "two services publish the same operation"


def _operations(document: dict[str, Any]) -> dict[str, Any]:
    return {
        f"{method.upper()} {path}": operation
        for path, item in document.get("paths", {}).items()
        for method, operation in item.items()
    }


if __name__ == "__main__":
    contracts.keep()
