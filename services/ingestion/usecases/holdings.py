"""Everything that the record holds about a member, for the member."""

from collections.abc import Mapping
from dataclasses import dataclass

from typing_extensions import override

from libs.kernel.errors import NotFoundError
from libs.kernel.ids import is_id
from libs.kernel.policy import Reader
from libs.kernel.vocabulary import CONSENT_TEXTS
from libs.ports.holdings import Holding, Holdings
from services.ingestion.domain.consent import Consent, text_sha256
from services.ingestion.domain.initiative import Initiative, initiative_record
from services.ingestion.domain.member import Member, member_record
from services.ingestion.domain.moderation import Case, Report
from services.ingestion.domain.story import Story, story_record
from services.ingestion.usecases.registry import Registry

Thing = Mapping[str, object]

SELF = "self"
SOMEBODY_ELSE = "somebody_else"


@dataclass(frozen=True)
class TellRecord(Holdings):
    """Tells profile, work, stories, rulings, reports, consents and blocks of a member."""

    registry: Registry

    @override
    def __call__(self, reader: Reader) -> list[Holding]:
        stores, member_id = self.registry.stores, reader.member_id
        with self.registry.database.read() as work:
            kept = stores.members.get(work, member_id)
            if kept is None:
                raise NotFoundError("There is no such member.")
            member = kept.state
            programme = stores.programmes.get(work, member.programme)
            ledger = stores.consents.of(work, member_id)
            stories = [each.state for each in stores.stories.of_member(work, member_id)]
            own = [each for each in stories if each.owner == member_id]
            cases = {each.id: stores.cases.get(work, each.id) for each in own}
            reports = stores.cases.reports_by(work, member_id)
        name = programme.state.name if programme else member.programme
        return [
            Holding("profile", [_profile(member, name)]),
            Holding("initiatives", [_initiative(each) for each in member.initiatives]),
            Holding("stories", [_story(each) for each in own]),
            Holding("contact_of", [_contact(each) for each in stories if _names(each, member_id)]),
            Holding("rulings", [_ruling(each, case) for each in own if (case := cases[each.id])]),
            Holding("reports", [_report(each) for each in reports]),
            Holding("consents", [_consent(entry, reader.language) for entry in ledger]),
            Holding("blocked", [{"member_id": other} for other in member.blocked]),
        ]


def _profile(member: Member, programme: str) -> Thing:
    organisation = member.organisation
    return {
        **member_record(member),
        "id": member.id,
        "programme": programme,
        "organisation": organisation.name if organisation else "",
        "side": organisation.side if organisation else None,
    }


def _initiative(one: Initiative) -> Thing:
    record = dict(initiative_record(one))
    record["sender_id"] = record.pop("id")
    return {**record, "id": one.id, "stage": one.stage or None, "updated_at": one.updated_at}


def _story(story: Story) -> Thing:
    """Return a story; of others who can be asked about it, how many they are."""
    record = dict(story_record(story))
    others = [each for each in story.contacts if each != story.owner]
    del record["contacts"]
    return {
        **record,
        "id": story.id,
        "published_at": story.published_at,
        "stage": story.stage or None,
        "year": story.year or None,
        "other_contacts": len(others),
    }


def _names(story: Story, member_id: str) -> bool:
    """Tell whether somebody else's story names a member, who may see it."""
    return story.owner != member_id and not story.is_hidden


def _ruling(story: Story, case: Case) -> Thing:
    """Return what was decided about an own story; who reported it and who decided is not told."""
    return {
        "story_id": story.id,
        "title": story.title,
        "state": case.state,
        "at": case.changed_at,
        "report_reason": case.reason,
        "explanation": case.explanation,
        "appeal": case.appeal,
    }


def _report(report: Report) -> Thing:
    return {
        "story_id": report.story_id,
        "report_reason": report.reason,
        "explanation": report.explanation,
        "at": report.at,
        "is_settled": report.is_settled,
    }


def _contact(story: Story) -> Thing:
    """Return of somebody else's story what the one who can be asked about it is named in."""
    return {"id": story.id, "title": story.title, "published_at": story.published_at}


def _consent(entry: Consent, language: str) -> Thing:
    """Return an entry of the ledger with its words, where those are today's still."""
    is_today = entry.text_sha256 == text_sha256(entry.purpose, entry.language)
    return {
        "purpose": entry.purpose,
        "is_given": entry.is_given,
        "at": entry.at,
        "by": _who(entry),
        "words": CONSENT_TEXTS[entry.purpose].text(entry.language or language) if is_today else "",
        "language": entry.language,
        "text_sha256": entry.text_sha256,
    }


def _who(entry: Consent) -> str:
    """Return who did it: the member, a key by its role, or another person, unnamed."""
    if entry.by == entry.member_id:
        return SELF
    return SOMEBODY_ELSE if is_id(entry.by) else entry.by
