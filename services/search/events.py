"""Stories and members as they change: into the index, and out of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from libs.contracts.envelope import Event
from libs.contracts.gen.kring.events.v1.members_pb2 import Initiative, Member
from libs.contracts.gen.kring.events.v1.stories_pb2 import Story, StoryKind
from libs.contracts.gen.kring.events.v1.vocabulary_pb2 import Visibility
from libs.kernel.passages import split_passages
from libs.ports.database import Work
from libs.ports.encoder import Encoder, Vectors
from libs.ports.index import Document, Index, Passage

STORY_TEXTS = ("title", "summary", "body", "context", "outcome", "evidence")
INITIATIVE_TEXTS = ("title", "what", "for_whom", "struggle", "need", "offer")


@dataclass(frozen=True, slots=True)
class _Draft:
    """A document whose passages have no vectors yet."""

    id: str
    sequence: int
    language: str
    texts: Mapping[str, str]
    keywords: Mapping[str, Sequence[str]]
    payload: Mapping[str, object]
    passages: Sequence[tuple[str, str]]
    """Field and text."""
    heading: str = ""
    """What every passage is about: encoded with each, shown with none."""

    def encoded(self) -> list[str]:
        """Return the passages as the encoder reads them."""
        if not self.heading:
            return [text for _, text in self.passages]
        return [f"{self.heading}. {text}" for _, text in self.passages]


@dataclass(frozen=True, slots=True)
class IndexStories:
    """Make the index hold these stories; it refuses a sequence it has passed."""

    index: Index
    encoder: Encoder

    def prepare(self, events: Sequence[Event[Story]]) -> None:
        """Encode the passages; the encoder remembers them."""
        _encode(self.encoder, [self._draft(each) for each in events if _is_shown(each.state)])

    def __call__(self, events: Sequence[Event[Story]], _work: Work) -> None:
        """Remove the withdrawn and the hidden, encode and put the others in one batch each."""
        gone = [(each.aggregate_id, each.sequence) for each in events if not _is_shown(each.state)]
        kept = [self._draft(event) for event in events if _is_shown(event.state)]
        _store(self.index, self.encoder, gone, kept)

    def _draft(self, event: Event[Story]) -> _Draft:
        story = event.state
        texts = {name: getattr(story, name) for name in STORY_TEXTS if getattr(story, name)}
        contacts = list(story.contact_ids) or [each for each in (story.owner_id,) if each]
        keywords = _story_keywords(story, event.programme, contacts)
        payload: dict[str, object] = {
            "kind": keywords["kind"][0],
            "title": story.title,
            "summary": story.summary,
            "language": story.language,
            "themes": list(story.themes),
            "populations": list(story.populations),
            "stage": int(story.stage) or None,
            "programme": event.programme,
            "contacts": contacts,
            "country": story.country,
            "year": story.year or None,
            "url": story.url,
        }
        body = "\n".join(texts.get(name, "") for name in STORY_TEXTS[1:]).strip()
        stretches = split_passages(body, words=self.encoder.passage_words) or [story.title]
        return _Draft(
            id=story.story_id,
            sequence=event.sequence,
            language=story.language,
            texts=texts,
            keywords=keywords,
            payload=payload,
            passages=[("text", stretch) for stretch in stretches],
            heading=story.title,
        )


def _is_shown(story: Story) -> bool:
    return not story.withdrawn and not story.hidden


def _story_keywords(story: Story, programme: str, contacts: list[str]) -> dict[str, list[str]]:
    kind = StoryKind.Name(story.kind).removeprefix("STORY_KIND_").lower()
    return {
        **_reach(story.visibility, programme, {*contacts, story.owner_id}),
        "id": [story.story_id],
        "kind": ["practice" if kind == "unspecified" else kind],
        "theme": list(story.themes),
        "population": list(story.populations),
        "stage": [str(int(story.stage))] if story.stage else [],
        "language": [story.language] if story.language else [],
        "country": [story.country] if story.country else [],
    }


@dataclass(frozen=True, slots=True)
class IndexPeople:
    """Make the index hold these members with what they work on."""

    index: Index
    encoder: Encoder

    def prepare(self, events: Sequence[Event[Member]]) -> None:
        """Encode the passages; the encoder remembers them."""
        _encode(self.encoder, [self._draft(each) for each in events if not each.state.erased])

    def __call__(self, events: Sequence[Event[Member]], _work: Work) -> None:
        """Remove the erased, encode and put the others in one batch each."""
        gone = [(event.aggregate_id, event.sequence) for event in events if event.state.erased]
        kept = [self._draft(event) for event in events if not event.state.erased]
        _store(self.index, self.encoder, gone, kept)

    def _draft(self, event: Event[Member]) -> _Draft:
        member = event.state
        work = member.initiatives
        keywords = {
            **_reach(member.visibility, event.programme, {member.member_id}),
            "id": [member.member_id],
            "theme": sorted({theme for each in work for theme in each.themes}),
            "population": sorted({group for each in work for group in each.populations}),
            "stage": sorted({str(int(each.stage)) for each in work if each.stage}),
            "language": list(member.languages),
            "country": [member.country] if member.country else [],
        }
        payload: dict[str, object] = {
            "display_name": member.display_name,
            "organisation": member.organisation.name,
            "region": member.region,
            "programme": event.programme,
            "initiatives": [_initiative(each) for each in work],
        }
        return _Draft(
            id=member.member_id,
            sequence=event.sequence,
            language=member.languages[0] if member.languages else "",
            texts={
                "title": " ".join(each.title for each in work),
                "body": "\n".join(_texts(each) for each in work),
                "name": f"{member.display_name} {member.organisation.name}",
            },
            keywords=keywords,
            payload=payload,
            passages=[
                (each.initiative_id, passage)
                for each in work
                for passage in split_passages(_texts(each), words=self.encoder.passage_words)
            ],
        )


def _texts(initiative: Initiative) -> str:
    """Return all texts of an initiative, one a line; a match may lie in any of them."""
    texts = (getattr(initiative, name) for name in INITIATIVE_TEXTS)
    return "\n".join(text for text in texts if text)


def _initiative(initiative: Initiative) -> dict[str, object]:
    return {
        "id": initiative.initiative_id,
        "title": initiative.title,
        "stage": int(initiative.stage) or None,
        "text": " ".join(_texts(initiative).split()),
        "themes": list(initiative.themes),
        "populations": list(initiative.populations),
    }


def _reach(visibility: "Visibility", programme: str, owners: Iterable[str]) -> dict[str, list[str]]:
    """Return the keyword fields that the policy reads; unset visibility means private."""
    named = Visibility.Name(visibility).removeprefix("VISIBILITY_").lower()
    return {
        "visibility": ["private" if named == "unspecified" else named],
        "programme": [programme],
        "owner": sorted(owner for owner in owners if owner),
    }


def _store(
    index: Index, encoder: Encoder, gone: Sequence[tuple[str, int]], kept: Sequence[_Draft]
) -> None:
    if gone:
        index.remove(gone)
    if not kept:
        return
    vectors = iter(_encode(encoder, kept))
    documents = [
        (
            Document(
                id=draft.id,
                language=draft.language,
                texts=draft.texts,
                keywords=draft.keywords,
                passages=[Passage(name, text, next(vectors)) for name, text in draft.passages],
                payload=draft.payload,
            ),
            draft.sequence,
        )
        for draft in kept
    ]
    index.put(documents)


def _encode(encoder: Encoder, drafts: Sequence[_Draft]) -> Vectors:
    return encoder.encode([text for draft in drafts for text in draft.encoded()], "passage")
