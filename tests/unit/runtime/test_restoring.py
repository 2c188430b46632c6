"""What is done after a restore: in which order, and what it does not put up with."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from harness.town import Town
from typing_extensions import override

from libs.contracts.envelope import Event
from libs.contracts.gen.kring.events.v1.stories_pb2 import Story
from libs.contracts.topics import STORIES, Topic
from libs.kernel.clock import Clock, SystemClock
from libs.kernel.errors import KringError, RetryableError, SettingsError
from libs.kernel.ids import Uuid7
from libs.ports.database import Database
from libs.runtime.lifecycle import Process
from libs.runtime.restoring import PATIENCE_SECONDS, Done, Restoring, floor_at
from libs.runtime.service import Build, Ports, Restores, Service
from libs.runtime.settings import Settings
from libs.runtime.wiring import Wiring

MANY = 300
"""So many bad records that some slot has more than a consumer buries."""


class HastyClock(SystemClock):
    """A clock on which a minute is over in a second."""

    @override
    def monotonic(self) -> float:
        return super().monotonic() * PATIENCE_SECONDS


@dataclass
class Steps(Restores):
    """Notes what it is asked, and tells stories of these titles meanwhile."""

    town: Town
    lifted: Sequence[str] = ("lifted",)
    sequence: int = 0
    wrong: str = ""
    noted: list[str] = field(default_factory=list)
    database: Database | None = None

    @property
    @override
    def topics(self) -> Sequence[Topic[Any]]:
        return (STORIES,)

    @override
    def check(self) -> None:
        self.noted.append("check")
        if self.wrong:
            raise SettingsError(self.wrong)

    @override
    def lift(self, floor: int) -> Mapping[str, int]:
        self.noted.append("lift")
        for title in self.lifted:
            self._tell(title, self.sequence or floor)
        return {"lifted": len(self.lifted)}

    @override
    def hear(self, events: Sequence[Event[Any]], floor: int) -> Mapping[str, int]:
        self.noted += [f"hear {event.aggregate_id}" for event in events]
        self._tell("heard", floor)
        return {"heard": len(events)}

    @override
    def tell(self) -> Mapping[str, int]:
        self.noted += ["tell", *sorted(self.town.titles)]
        return {"told": 1}

    def _tell(self, title: str, sequence: int) -> None:
        assert self.database is not None
        with self.database.write() as work:
            state = Story(story_id=title, title=title.rstrip("0123456789"))
            work.emit(STORIES, title, programme="p", sequence=sequence, state=state)


@dataclass
class Hall:
    """The town, whose writer can be restored."""

    settings: Settings
    town: Town
    steps: Steps
    opened: ExitStack

    def restore(self, *, is_vault_lost: bool = False, clock: Clock | None = None) -> Done:
        clock = clock or SystemClock()
        wiring = Wiring(self.settings, clock=clock, ids=Uuid7(clock))
        self.opened.callback(wiring.close)
        process = Process(self.settings, clock=clock, ids=Uuid7(clock), builder=self._build)
        self.opened.callback(process.stop)
        restoring = Restoring(process, wiring.bus(), clock)
        return restoring(["ingestion", "search"], is_vault_lost=is_vault_lost)

    def close(self) -> None:
        self.opened.close()

    def _build(self, name: str) -> Build:
        def build(ports: Ports) -> Service:
            service = self.town.build(name)(ports)
            if name != "ingestion":
                return service
            self.steps.database = ports.database
            return replace(service, restores=self.steps)

        return build


@pytest.fixture
def hall(settings: Settings, town: Town) -> Iterator[Hall]:
    opened = Hall(settings, town, Steps(town), ExitStack())
    yield opened
    opened.close()


def test_all_is_taken_before_anything_is_told_anew(hall: Hall) -> None:
    done = hall.restore()

    assert hall.steps.noted == ["check", "lift", "tell", "lifted"]
    assert done == {"ingestion": {"lifted": 1, "told": 1}, "search": {}}


def test_a_second_run_hears_what_the_first_one_told_and_is_above_it(hall: Hall) -> None:
    hall.restore()
    hall.steps.noted.clear()
    hall.restore()

    assert hall.steps.noted[:3] == ["check", "lift", "hear lifted"]
    assert hall.town.titles.count("lifted") == 2
    assert hall.town.titles.count("heard") == 1


def test_what_cannot_belong_together_is_refused_before_anything_changes(hall: Hall) -> None:
    hall.steps.wrong = "the vault is another one"
    with pytest.raises(SettingsError, match="another one"):
        hall.restore()
    assert hall.steps.noted == ["check"]

    hall.restore(is_vault_lost=True)
    assert "check" not in hall.steps.noted[1:]


def test_a_log_from_the_future_means_that_the_clock_is_wrong(hall: Hall) -> None:
    hall.steps.sequence = 2 * floor_at(SystemClock())
    hall.restore()

    with pytest.raises(SettingsError, match=r"story/lifted stands in .* set the clock right"):
        hall.restore()


def test_it_does_not_wait_for_ever_for_what_is_down(hall: Hall) -> None:
    hall.town.is_down = True

    with pytest.raises(RetryableError, match=r"search: the shelf is away.*run this again"):
        hall.restore(clock=HastyClock())


def test_a_service_that_takes_nothing_any_more_is_told(hall: Hall) -> None:
    hall.steps.lifted = [f"poison{number}" for number in range(MANY)]

    with pytest.raises(KringError, match="search does not take what was told: too many bad"):
        hall.restore()
    assert "tell" not in hall.steps.noted
