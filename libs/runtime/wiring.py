"""From the URLs in the settings to adapters, imported only when they are chosen."""

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol, TypeVar

from libs.contracts.codec import source_of
from libs.contracts.envelope import Event
from libs.kernel import trace
from libs.kernel.clock import Clock
from libs.kernel.errors import SettingsError
from libs.kernel.ids import Ids
from libs.kernel.metrics import ENCODED, ENCODING_SECONDS, REMEMBERED, SEARCH_SECONDS
from libs.kernel.urls import hidden, scheme
from libs.ports.bus import Bus
from libs.ports.cache import Cache, Limiter
from libs.ports.checkup import Checkup
from libs.ports.database import Database
from libs.ports.encoder import Encoder
from libs.ports.index import Index, Leg
from libs.ports.mailer import Mailer
from libs.ports.peers import Peers
from libs.ports.tasks import Tasks
from libs.ports.telemetry import Telemetry
from libs.ports.vault import Vault
from libs.runtime.encoding import CachedEncoder, Encoding
from libs.runtime.failpoints import FailPoint
from libs.runtime.sealing import KeptKeys, Sealer
from libs.runtime.settings import Settings

CACHED_VECTORS = 4096
_CHECKUPS: dict[str, dict[str, str]] = {
    "bus": dict.fromkeys(
        ("kafka", "kafka+tls", "kafka+librdkafka", "kafka+librdkafka+tls"), "kafka"
    ),
    "index": dict.fromkeys(("elasticsearch", "elasticsearch+https"), "elasticsearch"),
    "tasks": dict.fromkeys(("celery+redis", "celery+rediss"), "celery"),
    "cache": dict.fromkeys(("redis", "rediss"), "redis"),
    "mail": dict.fromkeys(("smtp", "smtps"), "smtp"),
}
"""Settings whose servers can be asked how they are: scheme to adapter."""


class Closable(Protocol):
    """What is closed at the end."""

    def close(self) -> None:
        """Release what is held."""
        ...


Closing = TypeVar("Closing", bound=Closable)


class Wiring:
    """Opens each adapter that the settings choose; shared ones once a process."""

    def __init__(self, settings: Settings, *, clock: Clock, ids: Ids) -> None:
        """Take the settings; nothing is opened yet."""
        self._settings = settings
        self._clock = clock
        self._ids = ids
        self._fail_point = FailPoint.parse(settings.fail_at) if settings.fail_at else None
        self._encoder: Encoder | None = None
        self._telemetry: Telemetry | None = None
        self._vault: Vault | None = None
        self._lock = threading.Lock()
        self._opened = ExitStack()

    def bus(self) -> Bus:
        """Open the event log."""
        url = self._settings.url(self._settings.bus)
        kafka = "libs.adapters.kafka.bus:open_bus"
        librdkafka = "libs.adapters.librdkafka.bus:open_bus"
        logs = {
            "sqlite": "libs.adapters.sqlite.bus:open_bus",
            "kafka": kafka,
            "kafka+tls": kafka,
            "kafka+librdkafka": librdkafka,
            "kafka+librdkafka+tls": librdkafka,
        }
        bus: Bus = _choose("KRING_BUS", url, logs)(url, clock=self._clock)
        return self._keep(self._fail_point.bus(bus) if self._fail_point else bus)

    def database(self, service: str) -> Database:
        """Bring a service's schema up to date and open its database."""
        url = self._settings.url(self._settings.database, service)
        sql = "libs.adapters.sql.database:open_database"
        opener = _choose("KRING_DATABASE", url, {"sqlite": sql, "postgresql": sql})
        if "{service}" not in self._settings.database:
            raise SettingsError(
                "KRING_DATABASE: each service has a database of its own; put {service} into its"
                " name, as in postgresql://user@host/kring_{service}."
            )
        migrate = _load("libs.adapters.sql.migrate:migrate")
        migrations = f"services.{service}.migrations"
        migrate(url, *([migrations] if find_spec(migrations) else []))
        sealing = {"seal": self._seal} if self._settings.seal else {}
        database: Database = opener(
            url,
            source=source_of(service),
            clock=self._clock,
            ids=self._ids,
            traceparent=trace.traceparent,
            **sealing,
        )
        if self._fail_point:
            database = self._fail_point.database(database, service)
        return self._keep(database)

    def vault(self) -> Vault:
        """Open the data keys of members, once."""
        with self._lock:
            if self._vault is None:
                settings = self._settings
                url = settings.url(settings.vault or settings.database, "vault")
                sql = "libs.adapters.sql.vault.store:open_vault"
                opener = _choose("KRING_VAULT", url, {"sqlite": sql, "postgresql": sql})
                given = self._settings.vault_key.get_secret_value().split(",")
                keys = [key.strip() for key in given if key.strip()]
                if not keys:
                    raise SettingsError("KRING_VAULT_KEY is empty: no data key can be wrapped.")
                vault: Vault = opener(url, installation_keys=keys, clock=self._clock)
                self._vault = self._keep(KeptKeys(vault, self._clock))
            return self._vault

    def sealer(self) -> Sealer:
        """Return what seals and opens events with these keys."""
        return Sealer(self.vault())

    def index(self, service: str, name: str) -> Index:
        """Open an index of a service, made for the present encoder."""
        url = self._settings.url(self._settings.index)
        elasticsearch = "libs.adapters.elasticsearch.index:open_index"
        engines = {
            "embedded": "libs.adapters.embedded.index:open_service_index",
            "elasticsearch": elasticsearch,
            "elasticsearch+https": elasticsearch,
        }
        opener = _choose("KRING_INDEX", url, engines)
        encoder = self.encoder()
        took = partial(self._measure_leg, service, name)
        wanted = f"{name}-{encoder.name}"
        index: Index = opener(url, service, wanted, dimension=encoder.dimension, took=took)
        return self._keep(index)

    def encoder(self) -> Encoder:
        """Load the encoder, once."""
        with self._lock:
            if self._encoder is None:
                chosen = {
                    "use": "libs.adapters.use.encoder:open_encoder",
                    "e5": "libs.adapters.e5.encoder:open_encoder",
                    "sentence-transformers": "libs.adapters.transformers.encoder:open_encoder",
                }
                url = self._settings.encoder
                encoder: Encoder = _choose("KRING_ENCODER", url, chosen)(url)
                note = partial(_measure_encoding, self.telemetry(), encoder.name)
                self._encoder = CachedEncoder(encoder, CACHED_VECTORS, note)
            return self._encoder

    def tasks(self, service: str, telemetry: Telemetry) -> Tasks:
        """Open background work for a service."""
        url, celery = self._settings.tasks, "libs.adapters.celery.tasks:open_tasks"
        local = "libs.adapters.local.tasks:open_tasks"
        openers = {"local": local, "celery+redis": celery, "celery+rediss": celery}
        opener = _choose("KRING_TASKS", url, openers)
        return opener(url, service=service, telemetry=telemetry)  # type: ignore[no-any-return]

    def cache(self) -> Cache:
        """Open the cache."""
        url, redis = self._settings.cache, "libs.adapters.redis.cache:open_cache"
        memory = "libs.adapters.memory.cache:open_cache"
        openers = {"memory": memory, "redis": redis, "rediss": redis}
        cache: Cache = _choose("KRING_CACHE", url, openers)(url, clock=self._clock)
        return self._keep(cache)

    def limiter(self) -> Limiter:
        """Open the counters of requests."""
        url, redis = self._settings.cache, "libs.adapters.redis.limiter:open_limiter"
        memory = "libs.adapters.memory.limiter:open_limiter"
        openers = {"memory": memory, "redis": redis, "rediss": redis}
        limiter: Limiter = _choose("KRING_CACHE", url, openers)(url, clock=self._clock)
        return self._keep(limiter)

    def mailer(self) -> Mailer:
        """Open the way out for mail."""
        url = self._settings.url(self._settings.mail)
        smtp = "libs.adapters.smtp.mailer:open_mailer"
        ways = {
            "file": "libs.adapters.maildir.mailer:open_mailer",
            "smtp": smtp,
            "smtps": smtp,
        }
        mailer: Mailer = _choose("KRING_MAIL", url, ways)(url, clock=self._clock)
        return self._fail_point.mailer(mailer) if self._fail_point else mailer

    def peers(self) -> Peers:
        """Open the way to the other services."""
        template = self._settings.url(self._settings.peers, "{service}")
        http = "libs.adapters.http.peers:open_peers"
        peers: Peers = _choose("KRING_PEERS", template, {"unix": http, "http": http})(template)
        return self._keep(peers)

    def checkups(self, groups: Mapping[str, str]) -> list[Checkup]:
        """Return what to look at in the servers that the settings choose.

        ``groups`` has the consumer group of each service.
        """
        found: list[Checkup] = []
        for setting, adapters in _CHECKUPS.items():
            url = self._settings.url(getattr(self._settings, setting))
            adapter = adapters.get(scheme(url))
            if adapter is not None:
                checkups = _load(f"libs.adapters.{adapter}.checkup:checkups")
                try:
                    found += checkups(url, groups)
                except SettingsError as error:
                    found.append(Checkup(f"KRING_{setting.upper()}", partial(_raise, error)))
        return found

    def telemetry(self) -> Telemetry:
        """Return where this process counts, the same each time."""
        if self._telemetry is None:
            self._telemetry = _load("libs.adapters.prometheus.telemetry:open_telemetry")()
        return self._telemetry

    def close(self) -> None:
        """Close what was opened, last first."""
        self._opened.close()

    def _seal(self, events: Sequence[Event[Any]]) -> Sequence[Event[Any]]:
        """Open the vault only where something is told."""
        return self.sealer().seal(events)

    def _measure_leg(self, service: str, index: str, leg: Leg, seconds: float) -> None:
        labels = {"service": service, "index": index, "leg": leg}
        self.telemetry().observe(SEARCH_SECONDS, seconds, **labels)

    def _keep(self, opened: Closing) -> Closing:
        self._opened.callback(opened.close)
        return opened


def _choose(setting: str, url: str, openers: dict[str, str]) -> Callable[..., Any]:
    target = openers.get(scheme(url))
    if target is None:
        known = ", ".join(sorted(openers))
        raise SettingsError(f"{setting}={hidden(url)!r}: unknown scheme. Use one of: {known}.")
    return _load(target)


def _raise(error: SettingsError) -> str:
    raise error


def _measure_encoding(telemetry: Telemetry, name: str, done: Encoding) -> None:
    labels = {"encoder": name, "purpose": done.purpose}
    telemetry.count(REMEMBERED, done.remembered, **labels)
    telemetry.count(ENCODED, done.fresh, **labels)
    if done.fresh:
        telemetry.observe(ENCODING_SECONDS, done.seconds, **labels)


def _load(target: str) -> Callable[..., Any]:
    module, _, name = target.partition(":")
    try:
        return getattr(import_module(module), name)  # type: ignore[no-any-return]
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"{error.name} is not installed; install kring with the extra that brings it."
        ) from error
