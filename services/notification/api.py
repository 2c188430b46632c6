"""The routes of notification."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, StrictBool

from libs.web.bodies import Id, Strict
from libs.web.problems import PROBLEMS
from libs.web.reader import CurrentReader
from services.notification.domain.preference import Channel, Kind, Preferences
from services.notification.domain.wording import LINKS
from services.notification.usecases.prefer import (
    AskToUnsubscribe,
    GetPreferences,
    PutPreferences,
    Unsubscribe,
)
from services.notification.usecases.read import (
    Entry,
    Inbox,
    ListNotifications,
    MarkAllRead,
    MarkRead,
)

Token = Annotated[str, Query(min_length=1, max_length=500, description="As it was in the mail.")]


class Person(BaseModel):
    """Somebody a notification tells of, and what was said."""

    member_id: str
    display_name: str
    words: str


class NotificationBody(BaseModel):
    """One notification; ``link`` leads on, ``subject_id`` is the introduction or story, if any."""

    id: str
    kind: Kind
    text: str
    people: list[Person]
    link: str
    subject_id: str
    at: datetime
    read: bool


class NotificationList(BaseModel):
    """One page, newest first; ``next`` is empty on the last one."""

    notifications: list[NotificationBody]
    unread: int
    next: str


class KindSwitches(Strict):
    """Which kinds are on."""

    recommendation: StrictBool = True
    introduction_asked: StrictBool = True
    introduced: StrictBool = True
    moderation: StrictBool = True


class PreferencesBody(Strict):
    """What the member is told where. Mail also needs the member's consent to mail."""

    page: KindSwitches = KindSwitches()
    mail: KindSwitches = KindSwitches()


def notification_routes(
    inbox: ListNotifications, mark_read: MarkRead, mark_all_read: MarkAllRead
) -> APIRouter:
    """Return the routes of a member's inbox."""
    router = APIRouter(prefix="/v1/notifications", tags=["notifications"])

    @router.get("", operation_id="list_notifications", responses=PROBLEMS)
    def find(
        reader: CurrentReader,
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        cursor: Annotated[
            str, Query(max_length=200, description="`next` of the page before.")
        ] = "",
    ) -> NotificationList:
        """List what you were told, newest first, and how much of it is unread."""
        return _listed(inbox(reader=reader, limit=limit, cursor=cursor))

    @router.post(
        "/{notification_id}/read",
        operation_id="mark_notification_read",
        status_code=204,
        responses=PROBLEMS,
    )
    def read(reader: CurrentReader, notification_id: Annotated[Id, Path()]) -> None:
        """Mark one as read."""
        mark_read(notification_id, reader=reader)

    @router.post(
        "/read-all", operation_id="mark_all_notifications_read", status_code=204, responses=PROBLEMS
    )
    def read_all(reader: CurrentReader) -> None:
        """Mark all as read."""
        mark_all_read(reader=reader)

    return router


def preference_routes(
    get: GetPreferences, put: PutPreferences, ask: AskToUnsubscribe, unsubscribe: Unsubscribe
) -> APIRouter:
    """Return the routes of a member's preferences, and of the link in mails."""
    router = APIRouter(prefix="/v1/preferences", tags=["preferences"])

    @router.get("", operation_id="get_preferences", responses=PROBLEMS)
    def show(reader: CurrentReader) -> PreferencesBody:
        """Tell what you are told where."""
        return _body(get(reader=reader))

    @router.put("", operation_id="put_preferences", responses=PROBLEMS)
    def replace(reader: CurrentReader, body: PreferencesBody) -> PreferencesBody:
        """Replace all preferences; what you leave out is switched on."""
        return _body(put(_preferences(body), reader=reader))

    @router.get(
        "/unsubscribe",
        operation_id="ask_to_unsubscribe",
        response_class=HTMLResponse,
        responses=PROBLEMS,
    )
    def confirm(token: Token) -> HTMLResponse:
        """Show a page with a button; opening it changes nothing. No login needed."""
        return HTMLResponse(ask(token))

    @router.post(
        "/unsubscribe", operation_id="unsubscribe", response_class=HTMLResponse, responses=PROBLEMS
    )
    def stop(token: Token) -> HTMLResponse:
        """Stop the kind of mail the link came with (RFC 8058). No login needed."""
        return HTMLResponse(unsubscribe(token))

    return router


def _listed(inbox: Inbox) -> NotificationList:
    return NotificationList(
        notifications=[_notification(entry) for entry in inbox.entries],
        unread=inbox.unread,
        next=inbox.next,
    )


def _notification(entry: Entry) -> NotificationBody:
    return NotificationBody(
        id=entry.id,
        kind=entry.kind,
        text=entry.text,
        people=[
            Person(member_id=each.member_id, display_name=each.display_name, words=each.words)
            for each in entry.people
        ],
        link=LINKS[entry.kind],
        subject_id=entry.subject_id,
        at=datetime.fromtimestamp(entry.changed_at, UTC),
        read=entry.is_read,
    )


def _body(preferences: Preferences) -> PreferencesBody:
    def switches(channel: Channel) -> KindSwitches:
        return KindSwitches(**{kind.value: preferences.wants(kind, channel) for kind in Kind})

    return PreferencesBody(page=switches(Channel.PAGE), mail=switches(Channel.MAIL))


def _preferences(body: PreferencesBody) -> Preferences:
    switches = {Channel.PAGE: body.page.model_dump(), Channel.MAIL: body.mail.model_dump()}
    return Preferences(
        frozenset(
            (kind, channel)
            for channel, chosen in switches.items()
            for kind in Kind
            if not chosen[kind.value]
        )
    )
