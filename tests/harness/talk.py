"""What members do with introductions, as tests say it."""

from typing import Any

from harness.matchmaking import World, id_of, reader

from services.matchmaking.adapters.sql import sql_store
from services.matchmaking.domain.introduction import Answer
from services.matchmaking.usecases.introductions import Ask, Desk, Look, LookThrough, Reply, View
from services.matchmaking.usecases.wake import Wake

QUESTION = "Hoe regelen jullie de oppas?"


class Talk:
    """What members do with introductions."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.desk = Desk(
            sql_store(),
            world.database,
            world.clock,
            world.ids,
            Wake(world.tasks, "matchmaking.refresh"),
            Wake(world.tasks, "matchmaking.upkeep"),
        )

    def ask(self, asker: str, asked: str, message: str = QUESTION, **changes: Any) -> str:  # noqa: ANN401  # fields of the reader
        made = Ask(self.desk)(id_of(asked), message, reader=reader(asker, **changes))
        return made.introduction.id

    def reply(self, introduction: str, who: str, given: Answer = Answer.YES) -> View:
        return Reply(self.desk)(introduction, given, reader=reader(who))

    def look(self, introduction: str, who: str, **changes: Any) -> View:  # noqa: ANN401  # fields of the reader
        return Look(self.desk)(introduction, reader=reader(who, **changes))

    def all(self, who: str) -> list[View]:
        return LookThrough(self.desk)(reader=reader(who), limit=100)[0]
