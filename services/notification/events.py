"""What happens elsewhere, as far as members are told of it."""

from dataclasses import dataclass

from libs.contracts.envelope import Event
from libs.contracts.gen.kring.events.v1.introductions_pb2 import Introduction
from libs.contracts.gen.kring.events.v1.matches_pb2 import Slate
from libs.contracts.gen.kring.events.v1.members_pb2 import Member
from libs.contracts.gen.kring.events.v1.stories_pb2 import Story
from libs.ports.database import Work
from libs.ports.tasks import Tasks
from services.notification.usecases.notify import NotifyIntroduction, NotifyRuling, NotifySlate
from services.notification.usecases.project import ProjectMember
from services.notification.usecases.send import SWEEP_TASK


@dataclass(frozen=True, slots=True)
class OnMember:
    """Keep what is needed to reach a member."""

    project: ProjectMember

    def __call__(self, event: Event[Member], work: Work) -> None:
        """Take one snapshot."""
        self.project(work, event.aggregate_id, event.state, programme=event.programme)


@dataclass(frozen=True, slots=True)
class OnSlate:
    """Tell of new people; the sweep is woken, and begins when this work is committed."""

    notify: NotifySlate
    tasks: Tasks

    def __call__(self, event: Event[Slate], work: Work) -> None:
        """Take one snapshot."""
        self.notify(work, event.aggregate_id, event.state, programme=event.programme)
        self.tasks.submit(SWEEP_TASK)


@dataclass(frozen=True, slots=True)
class OnIntroduction:
    """Tell of questions and introductions; the sweep is woken as for slates."""

    notify: NotifyIntroduction
    tasks: Tasks

    def __call__(self, event: Event[Introduction], work: Work) -> None:
        """Take one snapshot."""
        self.notify(work, event.state, programme=event.programme)
        self.tasks.submit(SWEEP_TASK)


@dataclass(frozen=True, slots=True)
class OnStory:
    """Tell authors what was decided about their stories; of other stories nobody is told here."""

    notify: NotifyRuling
    tasks: Tasks

    def __call__(self, event: Event[Story], work: Work) -> None:
        """Take one snapshot."""
        self.notify(work, event.aggregate_id, event.state, programme=event.programme)
        if event.state.HasField("ruling"):
            self.tasks.submit(SWEEP_TASK)
