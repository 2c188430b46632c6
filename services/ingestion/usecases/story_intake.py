"""Takes a story over: the same way from a member, an import and the inbox."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from libs.kernel.errors import InvalidError
from libs.kernel.policy import Reader
from libs.ports.database import Work
from services.ingestion.domain import duplicates, hints, language
from services.ingestion.domain.fields import Fields
from services.ingestion.domain.kept import Kept
from services.ingestion.domain.outcome import Duplicate, Outcome, Status
from services.ingestion.domain.programme import Programme
from services.ingestion.domain.story import Story
from services.ingestion.usecases.access import sees_story
from services.ingestion.usecases.analysis import Analysis, Analyst, told
from services.ingestion.usecases.registry import Registry

MEND = "Mend the fields named here and send it again."
MOST_COMPARED = 20

FindMember = Callable[[str], str]
"""Returns the id of the member that a reference means, empty when there is none."""


@dataclass(frozen=True, slots=True)
class StoryDraft:
    """A story as it was read, with where it goes and what stood there before."""

    story: Story
    fields: Fields
    programme: Programme
    before: Kept[Story] | None
    find_contact: FindMember


@dataclass(frozen=True)
class StoryIntake:
    """Keeps a draft if nothing is wrong with it."""

    registry: Registry
    analyst: Callable[[Story], Analysis]

    def __call__(self, work: Work, draft: StoryDraft, reader: Reader) -> Outcome:
        """Return what became of the draft; raises ``InvalidError`` with all problems by field.

        Duplicates are told, of those the reader may see, and never dropped.
        """
        contacts = _contacts(draft)
        if draft.fields.problems:
            raise InvalidError(MEND, fields=draft.fields.problems)
        analysis = self.analyst(draft.story)
        main, before = draft.programme.main_language, draft.before
        story = replace(
            draft.story,
            contacts=contacts,
            language=language.choose(draft.story.language, analysis.guess, main),
            ruling=before.state.ruling if before else None,
        )
        if before is not None and before.state == story:
            return _outcome(Status.UNCHANGED, before, draft, ())
        kept = Kept(story, 1) if before is None else before.changed(story)
        alike = self._alike(work, story, analysis, reader)
        self.registry.keep_story(work, kept)
        self.registry.stores.likenesses.put(work, story.id, analysis.likeness)
        return _outcome(Status.CHANGED if before else Status.CREATED, kept, draft, alike)

    def _alike(
        self, work: Work, story: Story, analysis: Analysis, reader: Reader
    ) -> tuple[Duplicate, ...]:
        if not analysis.likeness.bands:
            return ()
        stores = self.registry.stores
        found = stores.likenesses.find(work, analysis.likeness, limit=MOST_COMPARED)
        others = (stores.stories.get(work, other) for other in found if other != story.id)
        compared = [
            Duplicate(other.state.id, _similarity(analysis, other.state))
            for other in others
            if other is not None and sees_story(reader, other.state)
        ]
        alike = [other for other in compared if other.similarity >= duplicates.THRESHOLD]
        return tuple(sorted(alike, key=lambda other: (-other.similarity, other.id)))


def prepared(analyst: Analyst, stories: list[Story]) -> Callable[[Story], Analysis]:
    """Analyse stories now, so that the transaction in which they are kept stays short."""
    known = {told(story): analyst(story) for story in stories}

    def analyse(story: Story) -> Analysis:
        return known.get(told(story)) or analyst(story)

    return analyse


def _similarity(analysis: Analysis, other: Story) -> float:
    grams = duplicates.grams(duplicates.compared(told(other)))
    return round(duplicates.jaccard(analysis.grams, grams), 2)


def _contacts(draft: StoryDraft) -> tuple[str, ...]:
    found = {reference: draft.find_contact(reference) for reference in draft.story.contacts}
    unknown = sum(1 for member in found.values() if not member)
    if unknown and draft.fields.lenient:
        draft.fields.warn("contacts", f"named {unknown} members that Kring does not know, left out")
    elif unknown:
        draft.fields.refuse("contacts", "must hold ids of members of the programme")
    return tuple(dict.fromkeys(member for member in found.values() if member))


def _outcome(
    status: Status, kept: Kept[Story], draft: StoryDraft, alike: tuple[Duplicate, ...]
) -> Outcome:
    personal: dict[str, list[str]] = {}
    for hint in hints.find(kept.state.texts):
        personal.setdefault(hint.field, []).append(hint.kind.value)
    return Outcome(
        status=status,
        id=kept.state.id,
        sequence=kept.sequence,
        language=kept.state.language,
        warnings=dict(draft.fields.warnings),
        personal=personal,
        duplicates=alike,
        ignored=draft.fields.ignored(),
    )
