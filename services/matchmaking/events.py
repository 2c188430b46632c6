"""Members as their topic tells, into profiles."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from libs.contracts.envelope import Event
from libs.contracts.gen.kring.events.v1 import members_pb2 as members
from libs.contracts.gen.kring.events.v1 import vocabulary_pb2 as vocabulary
from libs.kernel.vocabulary import Flag, MemberKind, Purpose, Side, Wish
from libs.ports.database import Work
from services.matchmaking.domain.profile import FIELDS, Contact, Initiative, Profile
from services.matchmaking.ports.store import Entry
from services.matchmaking.usecases.members import Gone, TakeMembers
from services.matchmaking.usecases.wake import Wake

_SIDES = {
    members.SIDE_SYSTEM: Side.SYSTEM,
    members.SIDE_COMMUNITY: Side.COMMUNITY,
    members.SIDE_CITIZEN: Side.CITIZEN,
    members.SIDE_KNOWLEDGE: Side.KNOWLEDGE,
}
_WISHES = {
    members.WISH_PEER: Wish.PEER,
    members.WISH_GUIDE: Wish.GUIDE,
    members.WISH_BE_GUIDED: Wish.BE_GUIDED,
    members.WISH_BRIDGE: Wish.BRIDGE,
}
_PURPOSES = {
    members.PURPOSE_MATCHING: Purpose.MATCHING,
    members.PURPOSE_CROSS_LINE: Purpose.CROSS_LINE,
    members.PURPOSE_MAIL: Purpose.MAIL,
}
_VISIBILITIES = {
    vocabulary.VISIBILITY_NETWORK: "network",
    vocabulary.VISIBILITY_PROGRAMME: "programme",
}
_FLAGS = {vocabulary.FLAG_STUCK: Flag.STUCK.value, vocabulary.FLAG_STOPPED: Flag.STOPPED.value}


@dataclass(frozen=True, slots=True)
class MembersChanged:
    """Take a batch of snapshots, and ask for the slates to be made again."""

    take: TakeMembers
    wake: Wake

    def prepare(self, events: Sequence[Event[members.Member]]) -> None:
        """Encode the texts before the transaction opens; the encoder remembers them."""
        self.take.printer.prepare(
            [entry_of(event).profile for event in events if not event.state.erased]
        )

    def __call__(self, events: Sequence[Event[members.Member]], work: Work) -> None:
        """Keep what changed, forget who was erased."""
        kept = [entry_of(event) for event in events if not event.state.erased]
        gone = [
            Gone(event.aggregate_id, event.programme, event.sequence)
            for event in events
            if event.state.erased
        ]
        self.take(work, kept=kept, gone=gone)
        self.wake()


def entry_of(event: Event[members.Member]) -> Entry:
    """Return the profile that a snapshot tells; unknown codes of newer senders are left out."""
    state = event.state
    lived = state.kind == members.MEMBER_KIND_LIVED_EXPERIENCE
    language = next(iter(state.languages), "en")
    profile = Profile(
        member_id=event.aggregate_id,
        programme=event.programme,
        display_name=state.display_name,
        person=_person(state.contact.email),
        kind=MemberKind.LIVED_EXPERIENCE if lived else MemberKind.PRACTITIONER,
        languages=tuple(state.languages) or ("en",),
        organisation=state.organisation.name,
        side=_SIDES.get(state.organisation.side, ""),
        region=state.region,
        country=state.country,
        wishes=frozenset(_WISHES[one] for one in state.wishes if one in _WISHES),
        capacity=state.capacity,
        snoozed_until=_seconds(state.snoozed_until.seconds, state.HasField("snoozed_until")),
        visibility=_VISIBILITIES.get(state.visibility, "private"),
        consents=frozenset(_PURPOSES[one] for one in state.consents if one in _PURPOSES),
        blocked=frozenset(state.blocked_ids),
        initiatives=tuple(_initiative(one, language) for one in state.initiatives),
    )
    contact = Contact(state.contact.email, state.contact.phone, state.contact.full_name)
    return Entry(profile, contact, event.sequence)


def _initiative(state: members.Initiative, language: str) -> Initiative:
    texts = {name: str(getattr(state, name)).strip() for name in FIELDS}
    return Initiative(
        id=state.initiative_id,
        title=state.title,
        language=state.language or language,
        texts={name: text for name, text in texts.items() if text},
        themes=frozenset(state.themes),
        populations=frozenset(state.populations),
        stage=int(state.stage),
        flag=_FLAGS.get(state.flag, ""),
        updated_at=_seconds(state.updated_at.seconds, state.HasField("updated_at")),
    )


def _seconds(seconds: int, is_set: bool) -> float:
    return float(seconds) if is_set else 0.0


def _person(email: str) -> str:
    """Return the same text for the same address, from which the address cannot be read off."""
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()[:16] if email else ""
