"""A mail leaves when it may, once; and whoever dies on the way leaves a trace."""

from datetime import timedelta

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from harness.notification import World, text_of

from libs.kernel.errors import RetryableError
from libs.ports.mailer import RefusedError, UncertainError

HOUR = 3_600.0
DAY = 24 * HOUR
LEASE = 180.0


class Died(BaseException):
    """The process ended here; nothing catches it."""


@pytest.fixture(autouse=True)
def people(world: World) -> None:
    for name in ("anna", "bram", "carla"):
        world.member(name)


def dies(world: World) -> None:
    with pytest.raises(Died):
        world.run()


def states(world: World) -> list[str]:
    return [row.state for row in world.rows("delivery")]


def soon(world: World, **time: float) -> Timestamp:
    moment = Timestamp()
    moment.FromDatetime(world.clock.now() + timedelta(**time))
    return moment


def test_without_consent_to_mail_nothing_leaves(world: World) -> None:
    world.member("anna", consents=[])
    world.slate("anna", "bram")
    world.run(after=DAY)
    assert world.mails() == []
    assert world.outcomes() == [("anna", "SUPPRESSED")]


def test_consent_withdrawn_after_the_news_still_counts(world: World) -> None:
    world.slate("anna", "bram")
    world.member("anna", consents=[])
    world.run()
    assert world.mails() == []


def test_a_snooze_stops_recommendations_and_questions_but_no_introduction(world: World) -> None:
    world.member("bram", snoozed_until=soon(world, days=30))
    world.slate("bram", "carla")
    world.introduction("i-1", "ASKED")
    world.run()
    assert world.mails() == []
    world.introduction("i-1", "INTRODUCED")
    world.run()
    assert "Bram <bram@example.org>" in [mail["To"] for mail in world.mails()]


def test_a_snooze_that_is_over_stops_nothing(world: World) -> None:
    world.member("bram", snoozed_until=soon(world, days=-1))
    world.slate("bram", "carla")
    world.run()
    assert len(world.mails()) == 1


@pytest.mark.parametrize(("blocker", "blocked"), [("anna", "bram"), ("bram", "anna")])
def test_a_block_in_either_direction_keeps_people_out_of_mails(
    world: World, blocker: str, blocked: str
) -> None:
    world.slate("anna", "bram", "carla")
    world.introduction("i-1", "ASKED")
    world.member(blocker, blocked_ids=[blocked])
    world.run()
    (mail,) = world.mails()
    content = text_of(mail)
    assert "Carla" in content
    assert "Bram" not in content
    assert sorted(world.outcomes()) == [("anna", "SENT"), ("bram", "SUPPRESSED")]


def test_a_server_that_is_down_gets_the_mail_later(world: World) -> None:
    world.weather.before = [RetryableError("down"), RetryableError("down")]
    world.slate("anna", "bram")
    world.run()
    assert states(world) == ["pending"]
    world.run(after=20)
    assert world.mails() == []
    world.run(after=HOUR)
    world.run(after=HOUR)
    assert len(world.mails()) == 1
    assert world.outcomes() == [("anna", "SENT")]


def test_a_server_that_stays_down_is_given_up_after_four_days(world: World) -> None:
    world.weather.before = [RetryableError("down")] * 200
    world.slate("anna", "bram")
    for _ in range(5 * 24):
        world.run(after=HOUR)
    assert world.outcomes() == [("anna", "FAILED")]
    assert world.mails() == []


def test_news_is_added_to_a_mail_that_could_not_leave(world: World) -> None:
    world.weather.before = [RetryableError("down")]
    world.slate("anna", "bram")
    world.run()
    world.slate("anna", "bram", "carla")
    world.run(after=HOUR)
    (mail,) = world.mails()
    assert "Carla" in text_of(mail)


def test_a_mail_that_is_refused_is_not_tried_again(world: World) -> None:
    world.weather.before = [RefusedError("550 no such person")]
    world.introduction("i-1", "ASKED")
    world.run()
    world.run(after=DAY)
    assert world.mails() == []
    assert world.outcomes() == [("bram", "FAILED")]


@pytest.mark.parametrize("address", ["no address", "a@b@c", "two@example.org, more@example.org"])
def test_an_address_that_is_none_fails_and_stops_nobody_else(world: World, address: str) -> None:
    contact = {"email": address}
    world.member("anna", contact=contact)
    world.slate("anna", "bram")
    world.slate("carla", "bram")
    world.run()
    assert [mail["To"] for mail in world.mails()] == ["Carla <carla@example.org>"]
    assert sorted(world.outcomes()) == [("anna", "FAILED"), ("carla", "SENT")]


def test_a_member_without_an_address_gets_no_mail(world: World) -> None:
    world.member("anna", contact={"email": ""})
    world.slate("anna", "bram")
    world.run()
    assert world.outcomes() == [("anna", "SUPPRESSED")]


def test_a_recommendation_with_a_lost_answer_is_never_sent_again(world: World) -> None:
    world.weather.after = [UncertainError("the connection broke")]
    world.slate("anna", "bram")
    world.run()
    world.run(after=DAY)
    assert len(world.mails()) == 1
    assert world.outcomes() == [("anna", "UNKNOWN")]


def test_an_introduction_with_a_lost_answer_is_sent_again_as_the_same_mail(world: World) -> None:
    world.weather.after = [UncertainError("the connection broke")]
    world.introduction("i-1", "ASKED")
    world.run()
    world.run(after=HOUR)
    first, second = world.mails()
    assert first["Message-ID"] == second["Message-ID"]
    assert world.outcomes() == [("bram", "UNKNOWN"), ("bram", "SENT")]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_process_that_dies_while_sending_leaves_unknown(world: World, moment: str) -> None:
    setattr(world.weather, moment, [Died()])
    world.slate("anna", "bram")
    dies(world)
    assert states(world) == ["claimed"]
    world.run(after=LEASE)
    world.run(after=DAY)
    assert len(world.mails()) == (1 if moment == "after" else 0)
    assert world.outcomes() == [("anna", "UNKNOWN")]


def test_an_introduction_survives_a_process_that_dies(world: World) -> None:
    world.weather.before = [Died()]
    world.introduction("i-1", "ASKED")
    dies(world)
    world.run(after=LEASE)
    assert len(world.mails()) == 1
    assert world.outcomes() == [("bram", "UNKNOWN"), ("bram", "SENT")]


def test_a_mail_that_is_on_its_way_is_not_sent_beside_it(world: World) -> None:
    world.weather.meanwhile = world.run
    world.introduction("i-1", "ASKED")
    world.run()
    assert len(world.mails()) == 1


def test_a_slow_server_is_believed_when_it_answers_after_the_lease(world: World) -> None:
    world.weather.meanwhile = lambda: world.run(after=LEASE)
    world.slate("anna", "bram")
    world.run()
    assert len(world.mails()) == 1
    assert world.outcomes() == [("anna", "UNKNOWN"), ("anna", "SENT")]


def test_an_answer_to_a_claim_that_is_over_changes_nothing(world: World) -> None:
    world.weather.meanwhile = lambda: world.run(after=LEASE)
    world.weather.before = [None, RefusedError("550 too late to matter")]
    world.introduction("i-1", "ASKED")
    world.run()
    assert len(world.mails()) == 1
    assert world.outcomes() == [("bram", "UNKNOWN"), ("bram", "SENT")]


def test_a_member_erased_while_a_mail_is_on_its_way_comes_back_nowhere(world: World) -> None:
    world.weather.meanwhile = lambda: world.erase("anna")
    world.slate("anna", "bram")
    world.run()
    assert world.rows("delivery") == world.rows("notification") == []
    assert world.outcomes() == []


def test_a_task_for_what_does_not_exist_does_nothing(world: World) -> None:
    world.tasks.submit("notification.send", "../../x")
    world.tasks.run()
    assert world.mails() == []


def test_what_left_is_counted(world: World) -> None:
    world.slate("anna", "bram")
    world.run()
    assert (
        b'kring_deliveries_total{channel="mail",outcome="sent"} 1.0' in world.telemetry.exposition()
    )


def test_what_is_due_and_did_not_leave_is_told_with_its_age(world: World) -> None:
    def told() -> list[str]:
        for measure in world.service.measures:
            measure()
        return [
            line.rpartition(" ")[2]
            for line in world.telemetry.exposition().decode().splitlines()
            if line.startswith(("kring_deliveries_due", "kring_deliveries_oldest"))
        ]

    assert told() == ["0.0", "0.0"]
    world.introduction("i-1", "ASKED")
    world.clock.advance(HOUR)
    assert told() == ["1.0", str(HOUR)]
    world.run()
    assert told() == ["0.0", "0.0"]


def test_published_sequences_of_a_delivery_only_rise(world: World) -> None:
    world.weather.after = [UncertainError("broke"), UncertainError("broke")]
    world.introduction("i-1", "ASKED")
    for _ in range(3):
        world.run(after=HOUR)
    sequences = [
        dict(record.headers)["ce_sequence"] for _, record in world.database.outbox().pending(9)
    ]
    assert len(sequences) == 3
    assert sequences == sorted(set(sequences))


def test_old_notifications_are_deleted_with_their_mails(world: World) -> None:
    world.slate("anna", "bram")
    world.run()
    world.clock.advance(181 * DAY)
    world.tasks.submit("notification.prune")
    world.tasks.run()
    for table in ("notification", "mention", "delivery"):
        assert world.rows(table) == []


def test_the_periodic_tasks_of_the_service_are_registered(world: World) -> None:
    for name in world.service.periodic:
        world.tasks.submit(name)
    world.tasks.run()
    assert world.service.periodic["notification.sweep"] == 30.0
