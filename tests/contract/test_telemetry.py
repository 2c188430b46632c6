"""The law of libs.ports.telemetry.Telemetry."""

import pytest

from libs.adapters.prometheus.telemetry import PrometheusTelemetry, open_telemetry
from libs.kernel.metrics import ALL, DELIVERIES, HTTP_SECONDS, OUTBOX_AGE, UNREADY, Metric
from libs.ports.telemetry import Telemetry


@pytest.fixture(params=["prometheus"])
def telemetry() -> Telemetry:
    return open_telemetry()


def lines(telemetry: Telemetry) -> list[str]:
    return telemetry.exposition().decode().splitlines()


def test_a_counter_rises(telemetry: Telemetry) -> None:
    telemetry.count(DELIVERIES, channel="mail", outcome="sent")
    telemetry.count(DELIVERIES, 2, channel="mail", outcome="sent")
    assert 'kring_deliveries_total{channel="mail",outcome="sent"} 3.0' in lines(telemetry)


def test_a_gauge_keeps_its_last_value(telemetry: Telemetry) -> None:
    telemetry.gauge(OUTBOX_AGE, 9.0, service="search")
    telemetry.gauge(OUTBOX_AGE, 0.5, service="search")
    assert 'kring_outbox_oldest_seconds{service="search"} 0.5' in lines(telemetry)


def test_a_gauge_without_labels_has_one_value(telemetry: Telemetry) -> None:
    telemetry.gauge(UNREADY, 2)
    assert "kring_unready_parts 2.0" in lines(telemetry)


def test_a_gauge_that_is_forgotten_is_told_no_more_and_the_others_are(telemetry: Telemetry) -> None:
    for service in ("search", "gateway"):
        telemetry.gauge(OUTBOX_AGE, 9.0, service=service)
    telemetry.forget(OUTBOX_AGE, service="search")
    telemetry.forget(OUTBOX_AGE, service="search")
    told = [line for line in lines(telemetry) if line.startswith("kring_outbox_oldest_seconds{")]
    assert told == ['kring_outbox_oldest_seconds{service="gateway"} 9.0']


def test_a_histogram_counts_and_sums(telemetry: Telemetry) -> None:
    labels = {"service": "search", "route": "/v1/search", "method": "GET", "status": "200"}
    telemetry.observe(HTTP_SECONDS, 0.2, **labels)
    telemetry.observe(HTTP_SECONDS, 0.3, **labels)
    found = lines(telemetry)
    assert any(
        f.startswith("kring_http_request_seconds_count") and f.endswith(" 2.0") for f in found
    )
    assert any(f.startswith("kring_http_request_seconds_sum") and f.endswith(" 0.5") for f in found)


def test_every_metric_of_the_list_is_exposed_and_nothing_else(telemetry: Telemetry) -> None:
    for metric in ALL:
        labels = dict.fromkeys(metric.labels, "x")
        match metric.kind:
            case "counter":
                telemetry.count(metric, 1, **labels)
            case "gauge":
                telemetry.gauge(metric, 1, **labels)
            case "histogram":
                telemetry.observe(metric, 1, **labels)
    described = {line.split()[2] for line in lines(telemetry) if line.startswith("# TYPE")}
    assert described == {metric.name for metric in ALL}


def test_two_of_them_do_not_share_what_they_counted(telemetry: Telemetry) -> None:
    telemetry.count(DELIVERIES, channel="mail", outcome="sent")
    assert not any('outcome="sent"' in line for line in lines(PrometheusTelemetry()))


def test_a_metric_outside_the_list_is_refused(telemetry: Telemetry) -> None:
    with pytest.raises(KeyError):
        telemetry.count(Metric("kring_other_total", "counter", (), "Not declared."))


def test_labels_other_than_the_declared_ones_are_refused(telemetry: Telemetry) -> None:
    with pytest.raises(ValueError, match="label"):
        telemetry.count(DELIVERIES, member="anna")
