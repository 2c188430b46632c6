"""Sizes that keep a reader's head free (R13). Above one, look for the second concept inside."""

import ast
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULE_LINES = 300
TEST_LINES = 400
FUNCTION_LINES = 40
PARAMETERS = 6
STATIC_LINES = 300

_STORES = "each field is a store or port that the one transaction needs; none belong together"
EXCEPTIONS: dict[str, str] = {
    "services/gateway/usecases/mail.py::MailLink": _STORES,
    "services/gateway/usecases/signin.py::RequestLink": _STORES,
    "services/gateway/usecases/signin.py::SignIn": _STORES,
    "services/notification/usecases/send.py::Send": _STORES,
    "services/notification/service.py::build": "one list of what the service is made of",
    "tests/harness/gateway.py::__call__": "one table of what the services behind it answer",
    "tests/unit/gateway/test_gateway_pages.py::anna": "one table of what a member would see",
    "tests/contract/test_index.py": "the law of the richest port; its parts share one corpus",
}
"""``path`` or ``path::name`` of what may be larger, with the reason."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def is_ours(path: Path) -> bool:
    """Tell whether people wrote it and go on changing it: not generated, no frozen history."""
    return not {"gen", "migrations"} & set(path.parts)


def sources(*folders: str) -> list[Path]:
    found = [path.relative_to(ROOT) for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return sorted(path for path in found if is_ours(path))


def lines_of(path: Path) -> int:
    return len((ROOT / path).read_text(encoding="utf-8").splitlines())


@cache
def nodes(path: Path) -> Sequence[ast.AST]:
    return list(ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))))


def own_lines(function: Function) -> int:
    """Return the lines of a function without those of the functions inside it.

    A factory of routes is a list of small functions: each of them counts by itself.
    """
    last = function.end_lineno or function.lineno
    return last - function.lineno + 1 - sum(map(_lines_with_decorators, _inner(function)))


def _inner(node: ast.AST) -> Iterator[Function]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            yield child
        else:
            yield from _inner(child)


def _lines_with_decorators(function: Function) -> int:
    first = min([function.lineno, *(each.lineno for each in function.decorator_list)])
    return (function.end_lineno or first) - first + 1


def parameters(node: ast.AST) -> int:
    """Return how many parameters make an object: of ``__init__``, or of a callable dataclass."""
    if not isinstance(node, ast.ClassDef):
        return 0
    methods = {each.name: each for each in node.body if isinstance(each, ast.FunctionDef)}
    if "__init__" in methods:
        arguments = methods["__init__"].args
        return len(arguments.args) + len(arguments.kwonlyargs) - 1
    is_dataclass = any("dataclass" in ast.unparse(each) for each in node.decorator_list)
    if is_dataclass and "__call__" in methods:
        return sum(isinstance(each, ast.AnnAssign) for each in node.body)
    return 0


def reasonless(found: dict[str, int]) -> dict[str, int]:
    return {name: size for name, size in found.items() if name not in EXCEPTIONS}


@cache
def too_long() -> dict[str, int]:
    limits = dict.fromkeys(sources("libs", "services", "proto"), MODULE_LINES)
    limits |= dict.fromkeys(sources("tests"), TEST_LINES)
    return {str(path): lines_of(path) for path, most in limits.items() if lines_of(path) > most}


@cache
def long_functions() -> dict[str, int]:
    return {
        f"{path}::{node.name}": own_lines(node)
        for path in sources("libs", "services", "proto", "tests")
        for node in nodes(path)
        if isinstance(node, Function) and own_lines(node) > FUNCTION_LINES
    }


@cache
def wide_constructors() -> dict[str, int]:
    return {
        f"{path}::{node.name}": parameters(node)
        for path in sources("libs", "services")
        for node in nodes(path)
        if isinstance(node, ast.ClassDef) and parameters(node) > PARAMETERS
    }


@cache
def long_static_files() -> dict[str, int]:
    found = [
        path.relative_to(ROOT)
        for ending in ("css", "js", "html", "txt", "svg")
        for path in (ROOT / "services").rglob(f"*.{ending}")
    ]
    return {str(path): lines_of(path) for path in found if lines_of(path) > STATIC_LINES}


def test_no_module_is_too_long() -> None:
    assert reasonless(too_long()) == {}, "split it by its concepts, a test by its behaviours"


def test_no_function_is_too_long() -> None:
    assert reasonless(long_functions()) == {}, "name the steps inside"


def test_no_constructor_takes_too_much() -> None:
    assert reasonless(wide_constructors()) == {}, "some of these belong together in one object"


def test_no_static_file_is_too_long() -> None:
    assert reasonless(long_static_files()) == {}, "split it by the page it serves"


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_an_exception_is_still_needed(name: str) -> None:
    found = too_long() | long_functions() | wide_constructors() | long_static_files()

    assert name in found, "it fits now: remove the exception"
