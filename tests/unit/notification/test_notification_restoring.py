"""Outcomes of mails from a backup go on above what was told since."""

from harness.notification import World

from libs.contracts.codec import decode

FLOOR = 1_800_000_000_000


def test_the_next_outcome_of_a_mail_is_above_the_log(world: World) -> None:
    world.member("anna")
    world.member("bram")
    world.slate("anna", "bram")
    restores = world.service.restores
    assert restores is not None
    restores.check()

    assert restores.lift(FLOOR) == {"lifted": 1}
    assert restores.lift(FLOOR) == {"lifted": 0}
    assert restores.topics == ()
    assert (restores.hear([], FLOOR), restores.tell()) == ({}, {})
    world.run()

    (record,) = [record for _, record in world.database.outbox().pending(10)]
    assert decode(record).sequence > FLOOR
