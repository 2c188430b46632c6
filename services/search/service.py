"""Search: nothing but an index that can be rebuilt from the log."""

from concurrent.futures import ThreadPoolExecutor

from libs.contracts import topics
from libs.ports.database import Work
from libs.runtime.service import Ports, Service
from libs.web.holdings import holdings_routes
from services.search.api import evaluation_routes, routes
from services.search.events import IndexPeople, IndexStories
from services.search.usecases import Legs, Names, Rank, Search, SearchPeople, Similar, TellFindable

FACET_THREADS = 4


def build(ports: Ports) -> Service:
    """Return the service over two indexes: stories and people."""
    encoder = ports.encoder()
    stories = ports.open_index("stories")
    people = ports.open_index("people")
    threads = ThreadPoolExecutor(FACET_THREADS, thread_name_prefix="search-facets")
    story_legs = Legs(stories, encoder)

    def clear(_work: Work) -> None:
        stories.clear()
        people.clear()

    return Service(
        name="search",
        routers=[
            routes(
                stories=Search(story_legs, ports.cache, threads),
                people=SearchPeople(Search(Legs(people, encoder), ports.cache, threads)),
                similar=Similar(story_legs),
                names=Names(people),
            ),
            evaluation_routes(Rank(story_legs)),
            holdings_routes(TellFindable(stories, people)),
        ],
        handlers={
            topics.STORIES: IndexStories(stories, encoder),
            topics.MEMBERS: IndexPeople(people, encoder),
        },
        on_clear=[clear],
    )
