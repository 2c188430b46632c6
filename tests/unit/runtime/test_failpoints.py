"""A fail-point is a moment that is named whole, and nothing else sets it off."""

import pytest

from libs.kernel.errors import SettingsError
from libs.runtime.failpoints import FailPoint


@pytest.mark.parametrize(
    ("text", "expected"),
    [("P1:kill", FailPoint("P1")), ("P5@search:kill", FailPoint("P5", "search"))],
)
def test_a_fail_point_is_a_moment_and_perhaps_a_service(text: str, expected: FailPoint) -> None:
    assert FailPoint.parse(text) == expected


@pytest.mark.parametrize("text", ["P5", "P6:kill", "1", "true", "kill", "P5:kill ", "P5@:kill"])
def test_anything_else_is_refused_and_says_what_it_would_do(text: str) -> None:
    with pytest.raises(SettingsError, match="ends Kring on purpose"):
        FailPoint.parse(text)


def test_other_moments_and_other_services_pass() -> None:
    point = FailPoint("P5", "search")

    point.reached("P4", "search")
    point.reached("P5", "matchmaking")
