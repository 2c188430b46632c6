"""The operator's table of rights says what the code needs."""

from harness.rights import DOCUMENT, document


def test_the_table_of_rights_is_as_the_services_are() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), (
        "write it anew: PYTHONPATH=.:tests python tests/harness/rights.py"
    )
