"""Ingestion: the record of everything that enters."""

from libs.contracts import topics
from libs.runtime.service import Ports, Service, each
from libs.web.holdings import holdings_routes
from libs.web.remembered import Remembered
from services.ingestion.adapters.consents import SqlConsents
from services.ingestion.adapters.erasures import SqlErasures
from services.ingestion.adapters.hooks import SqlHooks
from services.ingestion.adapters.inbox import SqlInboxKeys, SqlShared
from services.ingestion.adapters.lingua import LinguaDetector
from services.ingestion.adapters.members import SqlMembers
from services.ingestion.adapters.minhash import MinHashSketcher
from services.ingestion.adapters.moderation import SqlCases
from services.ingestion.adapters.poster import HttpPoster
from services.ingestion.adapters.programmes import SqlProgrammes
from services.ingestion.adapters.records import SqlAnswers, SqlIdentities, SqlTombs
from services.ingestion.adapters.sequences import SqlSequences
from services.ingestion.adapters.stories import SqlLikenesses, SqlStories
from services.ingestion.adapters.tables import ANSWERS, RECEIPTS
from services.ingestion.api.hooks import HookCases, hook_routes
from services.ingestion.api.importing import import_routes, republish_routes
from services.ingestion.api.inbox import InboxCases, inbox_routes
from services.ingestion.api.initiatives import InitiativeCases, initiative_routes
from services.ingestion.api.members import MemberCases, member_routes
from services.ingestion.api.moderation import ModerationCases, moderation_routes
from services.ingestion.api.programmes import ProgrammeCases, programme_routes
from services.ingestion.api.stories import StoryCases, story_routes
from services.ingestion.domain.address import networks
from services.ingestion.events import OnSubmission
from services.ingestion.tasks import (
    CALL_WEBHOOKS,
    FORGET_ANSWERS,
    RESUME_ERASURES,
    CallWebhooks,
    FinishErasures,
    ForgetAnswers,
)
from services.ingestion.usecases import (
    hooks,
    inbox_keys,
    initiatives,
    members,
    moderation,
    programmes,
    stories,
)
from services.ingestion.usecases.analysis import Analyst
from services.ingestion.usecases.batches import ImportBatch
from services.ingestion.usecases.erasing import (
    CarryThrough,
    EraseAgain,
    EraseMember,
    ResumeErasures,
)
from services.ingestion.usecases.holdings import TellRecord
from services.ingestion.usecases.inbox import Inbox
from services.ingestion.usecases.once import Once
from services.ingestion.usecases.posted import TakePosted
from services.ingestion.usecases.registry import Registry, Stores
from services.ingestion.usecases.republish import Republish
from services.ingestion.usecases.restoring import AfterRestore
from services.ingestion.usecases.sharing import ShareStory
from services.ingestion.usecases.submissions import TakeSubmission

FORGET_SECONDS = 3600.0
RESUME_SECONDS = 60.0
CALL_SECONDS = 5.0


def build(ports: Ports) -> Service:
    """Return the service; its task is registered on the way."""
    registry = Registry(ports.database, _stores(), ports.clock, ports.ids)
    detector = LinguaDetector()
    remembered = Remembered(ports.database, ports.clock)
    analyst = Analyst(detector, MinHashSketcher())
    inbox = Inbox(registry, TakeSubmission(registry, analyst, detector), _master(ports))
    carry_through = CarryThrough(registry, ports.vault())
    republish = Republish(registry, EraseAgain(registry, carry_through))
    ports.tasks.register(FORGET_ANSWERS, ForgetAnswers(Once(registry), inbox))
    ports.tasks.register(RESUME_ERASURES, FinishErasures(ResumeErasures(registry, carry_through)))
    poster = HttpPoster(networks(ports.settings.webhook_networks))
    deliver = hooks.Deliver(registry, poster, _master(ports))
    ports.tasks.register(CALL_WEBHOOKS, CallWebhooks(deliver))
    return Service(
        name="ingestion",
        routers=[
            programme_routes(_programme_cases(registry)),
            member_routes(_member_cases(registry, detector, carry_through), remembered),
            initiative_routes(_initiative_cases(registry, detector)),
            story_routes(_story_cases(registry, analyst), remembered),
            moderation_routes(_moderation_cases(registry)),
            import_routes(ImportBatch(registry, analyst, detector)),
            republish_routes(republish),
            inbox_routes(_inbox_cases(registry, inbox)),
            holdings_routes(TellRecord(registry)),
            hook_routes(_hook_cases(registry, poster, _master(ports))),
        ],
        handlers={
            topics.INBOX: each(OnSubmission(inbox)),
            topics.STORIES: each(ShareStory(registry)),
        },
        periodic={
            FORGET_ANSWERS: FORGET_SECONDS,
            RESUME_ERASURES: RESUME_SECONDS,
            CALL_WEBHOOKS: CALL_SECONDS,
        },
        restores=AfterRestore(registry, SqlSequences(), republish),
    )


def _master(ports: Ports) -> bytes:
    return ports.settings.secret.get_secret_value().encode()


def _stores() -> Stores:
    return Stores(
        programmes=SqlProgrammes(),
        members=SqlMembers(),
        stories=SqlStories(),
        likenesses=SqlLikenesses(),
        identities=SqlIdentities(),
        tombs=SqlTombs(),
        answers=SqlAnswers(ANSWERS, "answer"),
        inbox_keys=SqlInboxKeys(),
        receipts=SqlAnswers(RECEIPTS, "receipt"),
        shared=SqlShared(),
        erasures=SqlErasures(),
        consents=SqlConsents(),
        cases=SqlCases(),
        hooks=SqlHooks(),
    )


def _programme_cases(registry: Registry) -> ProgrammeCases:
    return ProgrammeCases(
        create=programmes.CreateProgramme(registry),
        change=programmes.ChangeProgramme(registry),
        read=programmes.ReadProgramme(registry),
        list=programmes.ListProgrammes(registry),
    )


def _member_cases(
    registry: Registry, detector: LinguaDetector, carry_through: CarryThrough
) -> MemberCases:
    return MemberCases(
        create=members.CreateMember(registry, detector),
        change=members.ChangeMember(registry, detector),
        erase=EraseMember(registry, carry_through),
        block=members.Block(registry),
        read=members.ReadMember(registry),
        list=members.ListMembers(registry),
        consents=members.ReadConsents(registry),
    )


def _initiative_cases(registry: Registry, detector: LinguaDetector) -> InitiativeCases:
    return InitiativeCases(
        add=initiatives.AddInitiative(registry, detector),
        change=initiatives.ChangeInitiative(registry, detector),
        remove=initiatives.RemoveInitiative(registry, detector),
    )


def _story_cases(registry: Registry, analyst: Analyst) -> StoryCases:
    return StoryCases(
        create=stories.CreateStory(registry, analyst),
        change=stories.ChangeStory(registry, analyst),
        withdraw=stories.WithdrawStory(registry),
        read=stories.ReadStory(registry),
        list=stories.ListStories(registry),
    )


def _moderation_cases(registry: Registry) -> ModerationCases:
    return ModerationCases(
        report=moderation.ReportStory(registry),
        list=moderation.ListCases(registry),
        own=moderation.ListOwnCases(registry),
        decide=moderation.Decide(registry),
        appeal=moderation.Appeal(registry),
    )


def _hook_cases(registry: Registry, poster: HttpPoster, master: bytes) -> HookCases:
    return HookCases(
        make=hooks.MakeHook(registry, poster, master),
        list=hooks.ListHooks(registry),
        end=hooks.EndHook(registry),
    )


def _inbox_cases(registry: Registry, inbox: Inbox) -> InboxCases:
    return InboxCases(
        take=TakePosted(registry, inbox),
        make_key=inbox_keys.MakeInboxKey(registry, inbox.master),
        list_keys=inbox_keys.ListInboxKeys(registry),
        end_key=inbox_keys.EndInboxKey(registry),
    )
