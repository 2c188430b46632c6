"""Members look around: sign in, search, read, change the language, leave."""

import re

import pytest
from e2e.conftest import ANNA, Visit
from playwright.sync_api import expect

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

QUESTION = "/?q=mantelzorgers+raken+overbelast"


def test_the_printed_link_signs_in_once(visit: Visit) -> None:
    visitor = visit()
    link = visitor.link_for(ANNA)
    visitor.page.goto(link)
    visitor.page.get_by_role("button", name="Inloggen").click()
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Wat speelt er bij jou?")
    visitor.open("/preferences")
    expect(visitor.page.get_by_text("Anna de Vries")).to_be_visible()
    stranger = visit()
    stranger.page.goto(link)
    stranger.page.get_by_role("button", name="Inloggen").click()
    expect(stranger.page.get_by_text("Deze link werkt niet meer.")).to_be_visible()


def test_a_stranger_is_asked_to_sign_in_and_never_told_who_is_known(visit: Visit) -> None:
    visitor = visit()
    page = visitor.open("/introductions")
    assert page.url.endswith("/signin")
    page.get_by_label("Mailadres").fill("nobody@nowhere.example")
    page.get_by_role("button", name="Stuur mij een link").click()
    expect(page.get_by_role("heading", name="Kijk in je mail")).to_be_visible()


def test_a_dutch_question_finds_stories_in_english_too(visit: Visit) -> None:
    page = visit(ANNA).page
    page.get_by_role("searchbox").fill("een koor waar mensen met dementie zingen")
    page.get_by_role("button", name="Zoeken").click()
    expect(page.get_by_role("heading", name=re.compile("resultaten"))).to_be_visible()
    page.get_by_role("navigation", name="Verfijnen").get_by_role("link", name="Engels").click()
    choir = page.get_by_role("link", name="We took dementia out of the name")
    expect(choir).to_be_visible()
    assert choir.get_attribute("lang") == "en"


def test_people_for_a_question_are_others(visit: Visit) -> None:
    page = visit(ANNA).open("/?q=keukentafelavonden+voor+mantelzorgers")
    people = page.get_by_role("region", name="Mensen bij deze vraag")
    expect(people.get_by_role("article")).to_have_count(3)
    expect(people.get_by_role("link", name="Anna de Vries")).to_have_count(0)


def test_a_facet_narrows_the_same_question_and_can_be_left(visit: Visit) -> None:
    page = visit(ANNA).open(QUESTION)
    before = page.locator("#found").inner_text()
    page.get_by_role("navigation", name="Verfijnen").get_by_role(
        "link", name="Dit ging mis"
    ).click()
    expect(page.locator("article .badge").first).to_be_visible()
    badges = page.locator("section[aria-labelledby=found] .badge").all_inner_texts()
    assert set(badges) == {"Dit ging mis"}
    assert page.locator("#found").inner_text() != before
    page.get_by_role("link", name=re.compile("Dit ging mis.*verwijderen")).click()
    expect(page.locator("#found")).to_have_text(before)


def test_the_next_page_shows_other_stories(visit: Visit) -> None:
    page = visit(ANNA).open(QUESTION)
    titles = page.locator("article h3 a[href^='/stories/']")
    first = titles.all_inner_texts()
    page.get_by_role("link", name="Meer resultaten").click()
    page.wait_for_url(re.compile("cursor="))
    assert set(titles.all_inner_texts()).isdisjoint(first)


def test_a_story_leads_to_its_person_and_to_stories_like_it(visit: Visit) -> None:
    page = visit(ANNA).open("/?q=theehuis+voor+mantelzorgers+in+de+wijk&language=nl")
    contact = page.locator("article:has-text('Meer weten?'):not(:has-text('Anna de Vries'))").first
    title = contact.locator("h3").inner_text()
    contact.locator("h3 a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.get_by_role("heading", name="Verhalen die hierop lijken")).to_be_visible()
    name = page.locator(".story a[href^='/members/']").first.inner_text()
    page.locator(".story a[href^='/members/']").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.get_by_text("Vraag om een introductie")).to_be_visible()


def test_the_language_is_changed_and_kept(visit: Visit) -> None:
    page = visit(ANNA).page
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What are you working on?")
    page.get_by_role("link", name="Notifications").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your notifications")
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("link", name="Nederlands").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Je meldingen")


def test_signing_out_closes_every_page(visit: Visit) -> None:
    visitor = visit(ANNA)
    visitor.open("/preferences").get_by_role("button", name="Uitloggen", exact=True).click()
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Inloggen")
    assert visitor.open("/introductions").url.endswith("/signin")


def test_the_page_of_the_api_lists_its_operations(visit: Visit) -> None:
    page = visit().open("/docs")
    expect(page.locator(".opblock").filter(has_text="/v1/search/people")).to_be_visible()
    assert page.locator(".opblock").count() > 30
    page.locator(".opblock").filter(has_text="/v1/search/people").locator("button").first.click()
    expect(page.get_by_text("Other people, by what they work on.")).to_be_visible()


def test_every_page_works_without_javascript(visit: Visit) -> None:
    visitor = visit(ANNA, java_script_enabled=False)
    page = visitor.page
    page.get_by_role("searchbox").fill("eenzaamheid")
    page.get_by_role("button", name="Zoeken").click()
    page.locator("article h3 a[href^='/stories/']").first.click()
    page.wait_for_url(re.compile("/stories/"))
    visitor.open("/preferences").locator("input[name='mail.recommendation']").uncheck()
    page.get_by_role("button", name="Bewaren").first.click()
    expect(page.get_by_role("status")).to_have_text("Bewaard.")
    expect(page.locator("input[name='mail.recommendation']")).not_to_be_checked()
    page.locator("input[name='mail.recommendation']").check()
    page.get_by_role("button", name="Bewaren").first.click()
    expect(page.locator("input[name='mail.recommendation']")).to_be_checked()
