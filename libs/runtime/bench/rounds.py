"""Two sides measured in turn, so that whatever else the machine does falls on both."""

import platform
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from os import cpu_count, getloadavg
from time import perf_counter

ROUNDS = 5
QUIET_LOAD = 3.0
"""At a higher load a run does not count."""
_NAMED = ("numpy", "openvino", "tantivy", "fastapi", "uvicorn", "sqlalchemy")

Measure = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Series:
    """What one side reached in every round."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """Return the middle value."""
        return statistics.median(self.values)

    def text(self) -> str:
        """Return median and range."""
        low, high = min(self.values), max(self.values)
        return f"{_number(self.median)} ({_number(low)}–{_number(high)})"


@dataclass(frozen=True, slots=True)
class Pair:
    """Ours against something known, as a ratio with a goal; more is better."""

    goal: str
    what: str
    unit: str
    against: str
    ours: Series
    theirs: Series
    least: float | None
    """The ratio that was promised; None where none was."""
    note: str = ""

    @property
    def ratio(self) -> Series:
        """Return the ratio of every round."""
        return Series(
            tuple(a / b for a, b in zip(self.ours.values, self.theirs.values, strict=True))
        )

    @property
    def is_reached(self) -> bool:
        """Tell whether the median ratio is what was promised."""
        return self.least is None or self.ratio.median >= self.least


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured by itself, with a ceiling; less is better."""

    goal: str
    what: str
    unit: str
    measured: Series
    most: float | None = None
    note: str = ""

    @property
    def is_reached(self) -> bool:
        """Tell whether the median is below the ceiling."""
        return self.most is None or self.measured.median <= self.most


Outcome = Pair | Figure


def interleaved(sides: Mapping[str, Measure], *, rounds: int = ROUNDS) -> dict[str, Series]:
    """Measure every side in every round, the order turned each time."""
    found: dict[str, list[float]] = {name: [] for name in sides}
    names = list(sides)
    for _ in range(rounds):
        for name in names:
            found[name].append(sides[name]())
        names.reverse()
    return {name: Series(tuple(values)) for name, values in found.items()}


def rate(work: Callable[[], object], amount: int) -> float:
    """Return how many a second, of an amount of work."""
    begun = perf_counter()
    work()
    return amount / (perf_counter() - begun)


def machine() -> str:
    """Return what a figure depends on: processor, load and versions."""
    one, five, _ = getloadavg()
    versions = ", ".join(f"{name} {_version(name)}" for name in _NAMED)
    return (
        f"{cpu_count()} processors ({_processor()}), load {one:.1f} (5 min {five:.1f}),"
        f" Python {platform.python_version()}, {versions}"
    )


def is_quiet() -> bool:
    """Tell whether the machine has so little else to do that figures count."""
    return getloadavg()[0] <= QUIET_LOAD


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which so large a share lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004  # three digits


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as lines:  # noqa: PTH123
            names = [line.split(":", 1)[1].strip() for line in lines if "model name" in line]
    except OSError:
        names = []
    return names[0] if names else platform.machine()
