"""The store of matchmaking over SQL."""

from services.matchmaking.adapters.introductions import SqlIntroductions
from services.matchmaking.adapters.profiles import SqlBounds, SqlProfiles
from services.matchmaking.adapters.slates import SqlBackgrounds, SqlMarks, SqlShowings, SqlSlates
from services.matchmaking.ports.store import Store


def sql_store() -> Store:
    """Return repositories that work in any transaction of this service's database."""
    return Store(
        profiles=SqlProfiles(),
        bounds=SqlBounds(),
        slates=SqlSlates(),
        marks=SqlMarks(),
        showings=SqlShowings(),
        introductions=SqlIntroductions(),
        backgrounds=SqlBackgrounds(),
    )
