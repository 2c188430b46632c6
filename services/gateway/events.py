"""What the gateway learns from the log: who the members are and what may be asked in whose name."""

from dataclasses import dataclass

from libs.contracts.envelope import Event
from libs.contracts.gen.kring.events.v1 import members_pb2
from libs.contracts.gen.kring.events.v1.programmes_pb2 import Programme as ProgrammeState
from libs.kernel.policy import Role
from libs.ports.database import Work
from libs.ports.mailer import Mailer
from services.gateway.ports import Links, Member, Members, Programme, Sessions

_ROLES = {
    members_pb2.ROLE_UNSPECIFIED: Role.MEMBER,
    members_pb2.ROLE_MEMBER: Role.MEMBER,
    members_pb2.ROLE_AMBASSADOR: Role.AMBASSADOR,
    members_pb2.ROLE_COORDINATOR: Role.COORDINATOR,
    members_pb2.ROLE_OPERATOR: Role.OPERATOR,
}


@dataclass(frozen=True, slots=True)
class KeepMember:
    """Make the gateway know this member, or forget one who was erased and sign them out."""

    members: Members
    sessions: Sessions
    links: Links
    mailer: Mailer

    def __call__(self, event: Event[members_pb2.Member], work: Work) -> None:
        """Apply one snapshot."""
        state = event.state
        if state.erased:
            known = self.members.member(work, event.aggregate_id)
            if known is not None and known.email:
                self.mailer.forget(address=known.email)
            self.members.remove_member(work, event.aggregate_id)
            self.sessions.remove_of(work, event.aggregate_id)
            self.links.remove_of(work, event.aggregate_id)
            return
        member = Member(
            id=event.aggregate_id,
            programme=event.programme,
            role=_ROLES.get(state.role, Role.MEMBER),
            email=state.contact.email,
            display_name=state.display_name,
            language=next(iter(state.languages), "en"),
            blocks=frozenset(state.blocked_ids),
        )
        self.members.put_member(work, member)


@dataclass(frozen=True, slots=True)
class KeepProgramme:
    """Make the gateway know this programme."""

    members: Members

    def __call__(self, event: Event[ProgrammeState], work: Work) -> None:
        """Apply one snapshot."""
        programme = Programme(event.aggregate_id, event.state.slug, event.state.name)
        self.members.put_programme(work, programme)
