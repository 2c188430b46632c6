"""Matchmaking: who should meet whom, why, and by whose consent."""

from libs.contracts import topics
from libs.kernel.seal import ReaderSeal
from libs.ports.database import Work
from libs.runtime.service import Ports, Service
from libs.web.holdings import holdings_routes
from libs.web.remembered import Remembered
from services.matchmaking.adapters.registry import PeerRegistry
from services.matchmaking.adapters.sequences import SqlSequences
from services.matchmaking.adapters.sql import sql_store
from services.matchmaking.api import (
    evaluation_routes,
    introduction_routes,
    recommendation_routes,
)
from services.matchmaking.events import MembersChanged
from services.matchmaking.tasks import PERIODIC, Refresh, Upkeep
from services.matchmaking.usecases.blocks import ShareBlocks
from services.matchmaking.usecases.holdings import TellMeetings
from services.matchmaking.usecases.introductions import (
    Ask,
    Desk,
    Expire,
    Look,
    LookThrough,
    Reply,
)
from services.matchmaking.usecases.members import TakeMembers
from services.matchmaking.usecases.neighbourhood import Neighbourhood, Rank
from services.matchmaking.usecases.prints import Printer
from services.matchmaking.usecases.refresh import RefreshSlates
from services.matchmaking.usecases.restoring import AfterRestore
from services.matchmaking.usecases.suggest import Suggest
from services.matchmaking.usecases.upkeep import DrawBackground, Sweep
from services.matchmaking.usecases.wake import REFRESH, UPKEEP, Wake


def build(ports: Ports) -> Service:
    """Return the service over one index of initiatives and its own database."""
    store = sql_store()
    index = ports.open_index("initiatives")
    encoder = ports.encoder()
    near = Neighbourhood(index)
    wake, share = Wake(ports.tasks, REFRESH), Wake(ports.tasks, UPKEEP)
    desk = Desk(store, ports.database, ports.clock, ports.ids, wake, share)
    seal = ReaderSeal(
        ports.settings.secret.get_secret_value().encode(), lambda: ports.clock.now().timestamp()
    )
    blocks = ShareBlocks(store, ports.database, PeerRegistry(ports.peers, seal))
    refresh = RefreshSlates(store, ports.database, near, ports.clock, encoder.name)
    take = TakeMembers(store, Printer(index, encoder), ports.clock)
    background = DrawBackground(store, ports.database, near, ports.clock, encoder.name)
    sweep = Sweep(store, ports.database, ports.clock)
    ports.tasks.register(REFRESH, Refresh(refresh, background))
    ports.tasks.register(UPKEEP, Upkeep(Expire(desk), sweep, blocks, wake, background))

    def clear(work: Work) -> None:
        index.clear()
        store.profiles.clear(work)

    suggest = Suggest(store, ports.database, ports.clock)
    return Service(
        name="matchmaking",
        routers=[
            recommendation_routes(suggest, Remembered(ports.database, ports.clock)),
            introduction_routes(
                ask=Ask(desk),
                reply=Reply(desk),
                look=Look(desk),
                look_through=LookThrough(desk),
            ),
            evaluation_routes(Rank(index, encoder, store, ports.database)),
            holdings_routes(TellMeetings(desk, suggest)),
        ],
        handlers={topics.MEMBERS: MembersChanged(take, wake)},
        periodic=PERIODIC,
        on_clear=[clear],
        restores=AfterRestore(store, SqlSequences(), ports.database, index, ports.clock),
    )
