"""Everything that matchmaking holds about a member, for the member."""

from collections.abc import Mapping
from dataclasses import dataclass

from typing_extensions import override

from libs.kernel.errors import NotFoundError
from libs.kernel.policy import Reader
from libs.ports.database import Work
from libs.ports.holdings import Holding, Holdings, moment
from services.matchmaking.domain.introduction import Introduction, state_for
from services.matchmaking.usecases.introductions import Desk
from services.matchmaking.usecases.suggest import Suggest, Suggestion

Thing = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class TellMeetings(Holdings):
    """Tells introductions, recommendations, who was shown to whom, blocks and a pause."""

    desk: Desk
    suggest: Suggest

    @override
    def __call__(self, reader: Reader) -> list[Holding]:
        suggestions = self.suggest(reader=reader, is_shown=False)
        store, who = self.desk.store, reader.member_id
        with self.desk.database.read() as work:
            introductions = store.introductions.of(work, [who])
            told = [self._introduction(work, each, reader) for each in introductions]
            showings = store.showings.of(work, who)
            hidden = store.bounds.blocked(work, who) | reader.blocked
            known = store.profiles.get(work, {each.other_id for each in showings} - hidden - {who})
            blocked = store.bounds.set_by(work, who)
            until = store.bounds.paused_until(work, who)
        shown = [
            {"at": moment(each.at), "display_name": known[each.other_id].display_name}
            for each in showings
            if each.member_id == who and each.other_id in known
        ]
        to_others = [{"at": moment(each.at)} for each in showings if each.other_id == who]
        return [
            Holding("introductions", told),
            Holding("recommendations", [_recommendation(each) for each in suggestions]),
            Holding("shown_to_you", shown),
            Holding("shown_to_others", to_others),
            Holding("kept_apart", [{"member_id": other} for other in sorted(blocked)]),
            Holding("pauses", [{"until": moment(until)}] if until else []),
        ]

    def _introduction(self, work: Work, one: Introduction, reader: Reader) -> Thing:
        """Return an introduction as the reader may know it, without how to reach the other.

        Where a block hides it the own words stay.
        """
        is_asker = one.asker_id == reader.member_id
        told: dict[str, object] = {
            "id": one.id,
            "role": "asker" if is_asker else "asked",
            "state": state_for(one, reader.member_id, self.desk.now()),
            "asked_at": moment(one.asked_at),
            "expires_at": moment(one.expires_at),
        }
        try:
            view = self.desk.view(work, one, reader)
        except NotFoundError:
            return {**told, "message": one.message if is_asker else ""}
        return {
            **told,
            "display_name": view.other.display_name if view.other else "",
            "message": one.message,
            "answered_at": moment(view.answered_at),
        }


def _recommendation(suggestion: Suggestion) -> Thing:
    return {
        "display_name": suggestion.other.display_name,
        "part": suggestion.match.part,
        "reason": suggestion.reason,
        "title": suggestion.initiative.title,
        "score": round(suggestion.match.score, 2),
    }
