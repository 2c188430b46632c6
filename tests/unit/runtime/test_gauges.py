"""What is measured beside the work: what waits, how old it is, and who stands still."""

from harness.town import Start, Town, call, metrics, wait_for

from libs.adapters.prometheus.telemetry import PrometheusTelemetry, open_telemetry
from libs.kernel.clock import ManualClock
from libs.runtime.gauges import Gauges
from libs.runtime.lifecycle import Process


class Meter:
    """Measures a process when the test says so, by a clock of its own."""

    def __init__(self, process: Process, clock: ManualClock) -> None:
        self._telemetry: PrometheusTelemetry = open_telemetry()
        self._gauges = Gauges(
            process.running, health=process.health, clock=clock, telemetry=self._telemetry
        )

    def read(self, series: str) -> float:
        self._gauges.measure()
        for line in self._telemetry.exposition().decode().splitlines():
            if line.startswith(f"{series} "):
                return float(line.rsplit(" ", 1)[1])
        return -1.0


def test_what_nobody_publishes_is_seen_to_wait_by_those_that_run(
    start: Start, clock: ManualClock
) -> None:
    process = start("ingestion", roles=["api"], clock=clock)
    meter = Meter(process, clock)
    assert meter.read('kring_outbox_waiting_records{service="ingestion"}') == 0
    call(process, "ingestion", "POST", "/v1/stories/garden")
    clock.advance(90)

    assert meter.read('kring_outbox_waiting_records{service="ingestion"}') == 1
    assert meter.read('kring_outbox_oldest_seconds{service="ingestion"}') >= 90


def test_dead_letters_are_counted_as_long_as_they_are_kept(
    start: Start, clock: ManualClock
) -> None:
    process = start("ingestion", "search")
    meter = Meter(process, clock)
    call(process, "ingestion", "POST", "/v1/stories/poison")
    series = 'kring_dead_letters_records{service="search"}'
    wait_for(lambda: meter.read(series) == 1)
    letters = process.running["search"].database.letters()
    letters.drop(letters.find()[0].id)

    assert meter.read(series) == 0


def test_a_consumer_whose_work_is_put_back_again_and_again_is_seen_to_stand_still(
    start: Start, town: Town, clock: ManualClock
) -> None:
    process = start("ingestion", "search")
    meter = Meter(process, clock)
    series = 'kring_consumer_stuck_seconds{service="search"}'
    assert meter.read(series) == 0
    town.is_down = True
    call(process, "ingestion", "POST", "/v1/stories/garden")
    wait_for(process.health.wrong)
    meter.read(series)
    clock.advance(700)

    assert meter.read(series) == 700
    assert meter.read("kring_unready_parts") == 1
    town.is_down = False
    wait_for(lambda: not process.health.wrong())
    assert meter.read(series) == 0
    assert meter.read("kring_unready_parts") == 0


def test_a_process_tells_its_roles(start: Start) -> None:
    process = start("search", roles=["api", "worker"])

    told = metrics(process)

    for role, runs in {"api": True, "worker": True, "consumer": False}.items():
        assert (f'kring_role_info{{role="{role}",service="search"' in told) == runs
