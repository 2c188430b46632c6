"""Notification: what members are told, once, in the page and by mail."""

import random

from libs.contracts import topics
from libs.runtime.service import Ports, Service, each
from libs.web.holdings import holdings_routes
from services.notification.adapters.composer import Sender, TemplateComposer
from services.notification.adapters.members import SqlChoices, SqlMembers
from services.notification.adapters.sql import SqlDeliveries, SqlNotifications
from services.notification.adapters.tokens import SignedTokens
from services.notification.api import notification_routes, preference_routes
from services.notification.events import OnIntroduction, OnMember, OnSlate, OnStory
from services.notification.usecases.holdings import TellTold
from services.notification.usecases.measure import MeasureDue
from services.notification.usecases.notify import (
    NotifyIntroduction,
    NotifyRuling,
    NotifySlate,
    Tell,
)
from services.notification.usecases.prefer import (
    AskToUnsubscribe,
    GetPreferences,
    PutPreferences,
    Unsubscribe,
)
from services.notification.usecases.project import ProjectMember
from services.notification.usecases.read import ListNotifications, MarkAllRead, MarkRead
from services.notification.usecases.restoring import AfterRestore
from services.notification.usecases.send import (
    PRUNE_TASK,
    SEND_TASK,
    SWEEP_TASK,
    Address,
    Prune,
    Record,
    Send,
    Sweep,
)

SWEEP_SECONDS = 30.0
PRUNE_SECONDS = 86_400.0


def build(ports: Ports) -> Service:
    """Return the service; its tasks are registered on the way."""
    settings, database, clock = ports.settings, ports.database, ports.clock
    members, choices = SqlMembers(), SqlChoices()
    notifications, deliveries = SqlNotifications(), SqlDeliveries()
    tokens = SignedTokens(settings.secret.get_secret_value())
    public_url = settings.public_url or f"http://{settings.host}:{settings.port}"
    sender = Sender(settings.mail_from, public_url.rstrip("/"))
    composer = TemplateComposer(sender, tokens, clock)
    record = Record(deliveries, ports.telemetry)
    send = Send(
        database=database,
        notifications=notifications,
        address=Address(members, notifications, choices),
        composer=composer,
        mailer=ports.mailer,
        record=record,
        clock=clock,
        jitter=random.SystemRandom().random,
    )
    ports.tasks.register(SEND_TASK, send)
    ports.tasks.register(SWEEP_TASK, Sweep(database, notifications, record, ports.tasks, clock))
    ports.tasks.register(PRUNE_TASK, Prune(database, notifications, clock))
    tell = Tell(members, notifications, deliveries, clock, ports.ids)
    return Service(
        name="notification",
        routers=[
            notification_routes(
                ListNotifications(database, members, notifications, choices),
                MarkRead(database, notifications, clock),
                MarkAllRead(database, notifications, clock),
            ),
            preference_routes(
                GetPreferences(database, choices),
                PutPreferences(database, choices),
                AskToUnsubscribe(database, members, composer, tokens),
                Unsubscribe(database, members, choices, composer, tokens),
            ),
            holdings_routes(TellTold(database, members, notifications, deliveries, choices)),
        ],
        handlers={
            topics.MEMBERS: each(
                OnMember(ProjectMember(members, notifications, choices, ports.mailer))
            ),
            topics.MATCHES: each(OnSlate(NotifySlate(tell), ports.tasks)),
            topics.INTRODUCTIONS: each(OnIntroduction(NotifyIntroduction(tell), ports.tasks)),
            topics.STORIES: each(OnStory(NotifyRuling(tell), ports.tasks)),
        },
        periodic={SWEEP_TASK: SWEEP_SECONDS, PRUNE_TASK: PRUNE_SECONDS},
        measures=[MeasureDue(database, deliveries, ports.telemetry, clock)],
        on_clear=[members.clear],
        restores=AfterRestore(database, deliveries),
    )
