"""What happens elsewhere becomes mails and rows, once."""

from harness.notification import World, text_of

from libs.contracts.gen.kring.events.v1 import members_pb2 as members

HOUR = 3_600.0
DAY = 24 * HOUR


def people(world: World) -> None:
    for name in ("anna", "bram", "carla", "daan"):
        world.member(name)


def test_new_people_on_a_slate_are_mailed_at_once_with_the_reason(world: World) -> None:
    people(world)
    world.slate("anna", "bram", "carla")
    world.tasks.run()
    (mail,) = world.mails()
    assert mail["To"] == "Anna <anna@example.org>"
    assert "- Bram\n  Werkt ook aan buurtkamers." in text_of(mail)
    assert "- Carla" in text_of(mail)
    assert world.outcomes() == [("anna", "SENT")]


def test_the_same_slate_again_is_no_news(world: World) -> None:
    people(world)
    for _ in range(3):
        world.slate("anna", "bram", "carla")
        world.run(after=2 * DAY)
    assert len(world.mails()) == 1
    assert len(world.rows("notification")) == 1


def test_an_empty_slate_is_no_news(world: World) -> None:
    people(world)
    world.slate("anna")
    world.run()
    assert world.mails() == []


def test_more_news_within_a_day_waits_and_becomes_one_mail(world: World) -> None:
    people(world)
    world.slate("anna", "bram")
    world.run()
    world.clock.advance(HOUR)
    world.slate("anna", "bram", "carla")
    world.run(after=HOUR)
    world.slate("anna", "carla", "daan")
    world.run(after=21 * HOUR)
    assert len(world.mails()) == 1
    world.run(after=2 * HOUR)
    _, second = world.mails()
    assert "Carla" in text_of(second)
    assert "Daan" in text_of(second)
    assert "Bram" not in text_of(second)
    assert len(world.rows("notification")) == 2


def test_news_after_a_quiet_day_is_mailed_at_once(world: World) -> None:
    people(world)
    world.slate("anna", "bram")
    world.run()
    world.clock.advance(DAY)
    world.slate("anna", "bram", "carla")
    world.run()
    assert len(world.mails()) == 2


def test_somebody_who_left_the_slate_meanwhile_is_not_mailed(world: World) -> None:
    people(world)
    world.slate("anna", "bram")
    world.run()
    world.slate("anna", "carla", "daan")
    world.slate("anna", "daan")
    world.run(after=DAY)
    assert "Carla" not in text_of(world.mails()[1])


def test_a_waiting_mail_with_nobody_left_is_not_sent(world: World) -> None:
    people(world)
    world.slate("anna", "bram")
    world.run()
    world.slate("anna", "carla")
    world.slate("anna")
    world.run(after=DAY)
    assert len(world.mails()) == 1
    assert world.outcomes() == [("anna", "SENT"), ("anna", "SUPPRESSED")]


def test_somebody_who_comes_back_to_the_slate_is_no_news(world: World) -> None:
    people(world)
    world.slate("anna", "bram")
    world.run()
    for slate in ((), ("bram",)):
        world.slate("anna", *slate)
        world.run(after=2 * DAY)
    assert len(world.mails()) == 1


def test_a_question_is_mailed_to_the_one_who_is_asked_and_to_nobody_else(world: World) -> None:
    people(world)
    world.introduction("i-1", "ASKED")
    world.tasks.run()
    (mail,) = world.mails()
    assert mail["To"] == "Bram <bram@example.org>"
    assert 'Anna schrijft:\n"Zullen we eens bellen over jullie buurtkamer?"' in text_of(mail)
    assert "anna@example.org" not in text_of(mail)
    assert "de Vries" not in text_of(mail)


def test_an_introduction_tells_both_how_to_reach_each_other(world: World) -> None:
    people(world)
    world.introduction("i-1", "ASKED")
    world.run()
    world.introduction("i-1", "INTRODUCED")
    world.run()
    told = {mail["To"]: text_of(mail) for mail in world.mails()[1:]}
    assert set(told) == {"Anna <anna@example.org>", "Bram <bram@example.org>"}
    assert (
        "Bram (Bram de Vries)\nMail: bram@example.org\nTelefoon: 06-1"
        in told["Anna <anna@example.org>"]
    )
    assert "Anna (Anna de Vries)\nMail: anna@example.org" in told["Bram <bram@example.org>"]


def test_an_introduction_is_told_even_if_the_question_was_never_seen(world: World) -> None:
    people(world)
    world.introduction("i-1", "INTRODUCED")
    world.run()
    assert len(world.mails()) == 2


def test_an_introduction_told_twice_is_mailed_once(world: World) -> None:
    people(world)
    for _ in range(2):
        world.introduction("i-1", "INTRODUCED")
        world.run()
    assert len(world.mails()) == 2
    assert len(world.rows("notification")) == 2


def test_nobody_is_told_of_an_end(world: World) -> None:
    people(world)
    for state in ("CLOSED", "EXPIRED"):
        world.introduction(f"i-{state}", "ASKED")
        world.run()
        sent = len(world.mails())
        world.introduction(f"i-{state}", state)
        world.run(after=DAY)
        assert len(world.mails()) == sent
    assert {mail["To"] for mail in world.mails()} == {"Bram <bram@example.org>"}


def test_a_question_that_ended_before_its_mail_left_is_not_mailed(world: World) -> None:
    people(world)
    world.introduction("i-1", "ASKED")
    world.introduction("i-1", "CLOSED", message="")
    world.run()
    assert world.mails() == []
    assert "buurtkamer" not in str(world.rows("mention"))


def test_a_member_who_is_told_of_before_the_member_is_known_is_mailed_later(world: World) -> None:
    world.introduction("i-1", "ASKED")
    world.run()
    assert world.mails() == []
    world.member("anna")
    world.member("bram")
    world.run(after=60)
    assert [mail["To"] for mail in world.mails()] == ["Bram <bram@example.org>"]


def test_a_member_who_never_becomes_known_is_given_up_after_an_hour(world: World) -> None:
    world.introduction("i-1", "ASKED")
    world.run()
    world.run(after=HOUR)
    assert world.outcomes() == [("bram", "SUPPRESSED")]


def test_an_erased_member_leaves_an_id_and_nothing_else(world: World) -> None:
    people(world)
    world.member("bram", blocked_ids=["daan"], display_name="Zeldzame Naam")
    world.slate("anna", "bram", reason="Bram zorgt voor zijn vader.")
    world.slate("bram", "anna")
    world.introduction("i-1", "ASKED")
    world.run()
    world.erase("bram")
    kept = {
        table: world.rows(table)
        for table in ("member", "block", "switched_off", "notification", "mention", "delivery")
    }
    assert kept["notification"] == kept["mention"] == kept["delivery"] == kept["block"] == []
    assert "Zeldzame" not in str(kept)
    assert "bram@example.org" not in str(kept)
    assert "vader" not in str(kept)


def test_a_mail_that_waits_for_an_erased_member_is_never_sent(world: World) -> None:
    people(world)
    world.slate("anna", "bram")
    world.erase("anna")
    world.run(after=HOUR)
    assert world.mails() == []


def test_an_erased_person_is_taken_out_of_a_mail_that_waits(world: World) -> None:
    people(world)
    world.slate("anna", "bram", "carla")
    world.erase("bram")
    world.run()
    (mail,) = world.mails()
    assert "Bram" not in text_of(mail)
    assert "Carla" in text_of(mail)


def test_late_news_of_an_erased_member_makes_no_row(world: World) -> None:
    people(world)
    world.slate("carla", "anna")
    world.erase("bram")
    world.slate("carla", "anna", "bram")
    world.run()
    world.introduction("i-1", "ASKED")
    world.introduction("i-2", "INTRODUCED", asker_id="bram", asked_id="anna")
    world.slate("bram", "anna")
    world.slate("anna", "bram")
    world.slate("carla", "anna", "bram")
    world.run(after=DAY)
    assert len(world.rows("notification")) == 1
    assert len(world.rows("mention")) == 1


def test_a_rebuild_from_the_log_mails_nobody_again(world: World) -> None:
    people(world)
    world.slate("anna", "bram")
    world.introduction("i-1", "ASKED")
    world.run()
    with world.database.write() as work:
        for clear in world.service.on_clear:
            clear(work)
    assert world.rows("member") == []
    world.slate("anna", "bram")
    world.introduction("i-1", "ASKED")
    people(world)
    world.run(after=DAY)
    assert len(world.mails()) == 2


def test_members_are_written_to_in_the_first_language_we_write(world: World) -> None:
    for name, languages in (
        ("anna", ["de", "nl-BE"]),
        ("bram", ["en-GB", "nl"]),
        ("carla", ["fr"]),
    ):
        world.member(name, languages=languages)
    world.member("daan", wishes=[members.WISH_PEER])
    for name in ("anna", "bram", "carla"):
        world.slate(name, "daan")
    world.run()
    found = {mail["To"].split()[0]: mail["Content-Language"] for mail in world.mails()}
    assert found == {"Anna": "nl", "Bram": "en", "Carla": "en"}
