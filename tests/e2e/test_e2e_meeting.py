"""Members meet: ask, answer, tell what one works on, share what one learned."""

import re

import pytest
from e2e.conftest import Visit
from harness.installation import Kring, Network
from playwright.sync_api import expect

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

TOM = "tom.hughes@good-neighbours-calder.example"
FATIMA = "fatima.elamrani@buurtcooperatie-de-schakel.example"
YUSUF = "yusuf.demir@welzijnswerk-noorderpunt.example"
HANNEKE = "hanneke.bos@wijkverpleging-het-veen.example"


def member_id(kring: Kring, email: str) -> str:
    return kring.as_member(email).member_id


def test_contact_details_are_shown_to_both_once_the_other_says_yes(
    visit: Visit, kring: Kring
) -> None:
    fatima = visit(FATIMA)
    tom = visit(TOM, locale="en-GB")
    page = fatima.open(f"/members/{member_id(kring, TOM)}")
    page.get_by_text("Vraag om een introductie").click()
    page.get_by_label("Waarom wil je elkaar spreken?").fill("Hoe vinden jullie vrijwilligers?")
    page.get_by_role("button", name="Stuur mijn vraag").click()
    expect(page.get_by_role("status")).to_have_text("Je vraag is verstuurd.")
    card = page.get_by_role("article").filter(has_text="Tom Hughes")
    expect(card).to_contain_text("Wacht op antwoord")
    assert TOM not in page.content()

    told = tom.open_until("/notifications", "article:has(a.button[href='/introductions'])")
    assert FATIMA not in told.content()
    told.locator("article a.button[href='/introductions']").click()
    asked = told.get_by_role("article").filter(has_text="Fatima El Amrani")
    expect(asked).to_contain_text("Hoe vinden jullie vrijwilligers?")
    assert FATIMA not in tom.page.content()
    asked.get_by_role("button", name="Yes, gladly").click()
    expect(tom.page.get_by_role("status")).to_have_text("Your answer was recorded.")
    expect(asked.get_by_role("link", name=FATIMA)).to_be_visible()
    expect(asked).to_contain_text("+31 6 0000 0021")

    page = fatima.open("/introductions")
    expect(card).to_contain_text("Jullie zijn geïntroduceerd")
    expect(card.get_by_role("link", name=TOM)).to_be_visible()
    expect(card).to_contain_text("+44 7700 900114")


def test_a_notification_is_marked_as_read(visit: Visit) -> None:
    visitor = visit(HANNEKE)
    page = visitor.open_until("/notifications", ".unread")
    before = page.locator(".unread").count()
    page.get_by_role("button", name="Gelezen").first.click()
    expect(page.get_by_role("status")).to_be_visible()
    expect(page.locator(".unread")).to_have_count(before - 1)


def test_three_texts_about_ones_work_bring_people(visit: Visit, kring: Kring) -> None:
    network = Network(kring)
    newcomer = network.member("Nieuwe Naam", "samen-thuis")
    network.person(newcomer)
    visitor = visit(newcomer)
    expect(visitor.page.get_by_text("Nu nog niemand die goed bij je past.")).to_be_visible()
    page = visitor.open("/initiatives")
    form = page.locator("form[action='/initiatives']")
    form.get_by_label("Titel").fill("Avonden voor mantelzorgers")
    form.get_by_label("Wat doen we?").fill(
        "We eten om de week samen met mantelzorgers van mensen met dementie."
    )
    form.get_by_label("Wat schuurt er, of ging er mis?").fill("Niemand kan thuis oppassen.")
    form.get_by_label("Wat hebben we nodig?").fill("Iemand die oppas aan huis heeft geregeld.")
    form.get_by_role("button", name="Bewaren").click()
    expect(page.get_by_role("status")).to_have_text("Bewaard.")
    expect(page.get_by_text("Avonden voor mantelzorgers").first).to_be_visible()
    start = visitor.open_until("/", ".reason:has-text('Avonden voor mantelzorgers')")
    assert start.locator("article .reason").count() >= 1


def test_what_is_missing_is_said_and_what_was_typed_is_kept(visit: Visit) -> None:
    visitor = visit(YUSUF, java_script_enabled=False)
    page = visitor.open("/share")
    page.get_by_label("Titel").fill("   ")
    page.get_by_label("In het kort").fill("Een samenvatting die blijft staan.")
    page.get_by_role("button", name="Delen", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("In het kort")).to_have_value("Een samenvatting die blijft staan.")


def test_a_story_that_was_shared_is_found_by_somebody_else(visit: Visit) -> None:
    yusuf = visit(YUSUF)
    page = yusuf.open("/share")
    page.get_by_label("Wat is het?").select_option(label="Dit ging mis")
    page.get_by_label("Titel").fill("De fietsenwerkplaats die leeg bleef")
    page.get_by_label("In het kort").fill("Jongeren wilden geen fietsen repareren maar verkopen.")
    page.get_by_label("Het verhaal").fill("We begonnen met twintig oude fietsen en één monteur.")
    page.get_by_role("button", name="Delen", exact=True).click()
    expect(page.get_by_role("status")).to_have_text(re.compile("Dank je wel"))
    hanneke = visit(HANNEKE)
    found = hanneke.open_until(
        "/?q=fietsenwerkplaats+die+leeg+bleef", "a:has-text('De fietsenwerkplaats die leeg bleef')"
    )
    found.get_by_role("link", name="De fietsenwerkplaats die leeg bleef").click()
    expect(found.get_by_role("heading", level=1)).to_have_text(
        "De fietsenwerkplaats die leeg bleef"
    )
    expect(found.get_by_role("link", name="Yusuf Demir")).to_be_visible()


VECTORS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "<svg onload=alert(3)>",
    "<svg><script>alert(4)</script></svg>",
    "<iframe srcdoc='<script>parent.alert(5)</script>'></iframe>",
    "<a href='javascript:alert(6)'>klik</a>",
    "<body onload=alert(7)>",
    "<details open ontoggle=alert(8)>",
    "<input autofocus onfocus=alert(9)>",
    "<video><source onerror=alert(10)></video>",
    "<math href='javascript:alert(11)'>klik</math>",
    "<style>@import 'javascript:alert(12)';</style>",
    "<link rel=stylesheet href='javascript:alert(13)'>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(14)'>",
    "<form action='javascript:alert(15)'><button>klik</button></form>",
    "<object data='javascript:alert(16)'></object>",
    '"><script>alert(17)</script>',
    "'-alert(18)-'",
    "{{ 7 * 7 }}{% raise %}${alert(19)}",
    "</textarea></title></style><script>alert(20)</script>",
)


def test_a_story_full_of_script_is_shown_as_text(visit: Visit, kring: Kring) -> None:
    visitor = visit(HANNEKE)
    title = "Wervelwind " + " ".join(VECTORS[:5])
    page = visitor.open("/share")
    page.get_by_label("Titel").fill(title)
    page.get_by_label("In het kort").fill("Wervelwind " + " ".join(VECTORS))
    page.get_by_label("Het verhaal").fill("\n".join(VECTORS))
    page.get_by_role("button", name="Delen", exact=True).click()
    expect(page.get_by_role("status")).to_have_text(re.compile("Dank je wel"))
    visitor.open_until("/?q=Wervelwind+alert", "a:has-text('Wervelwind <script>')")
    page.get_by_role("link", name="Wervelwind <script>").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    shown = page.locator(".story").inner_text()
    assert [vector for vector in VECTORS if vector not in shown] == []
    assert page.locator("main :is(script, img, svg, iframe, video, object, style)").count() == 0
    assert kring.operator().status("GET", "/v1/search", params={"q": VECTORS[0]}) == 200
