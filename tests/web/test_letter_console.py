"""The letter at the console: what its draft is made of, what is kept of an editor's work, how it is sent."""

import re
from pathlib import Path

from realtime.disclosure import ResultPolicy
from realtime.tally import Sign
from server.letter_sender import LetterSender
from server.settings import Settings
from storage import letter_editions
from storage.follow_up import tell_follow_up
from storage.letter import store_issue, subscribers
from storage.letter_bounces import take_bounces
from storage.letter_material import MOST_TOLD, Material
from storage.letter_text import letter_fault, renewed
from storage.values import Provenance, Theme, Topic, TopicKind, TopicRules
from storage.values_contact import Issue
from storage.values_follow_up import Answered, FollowUp, FollowUpStep
from storage.values_letter import Bounce, EditionState, Section
from storage.values_staff import Role
from tests.letters import subscribe_many
from tests.storage.house import device
from tests.web.conftest import ORIGIN, Site
from tests.web.staffed import Colleague, colleague
from web.catalogue import Language
from web.console.letter_draft import made_sections, quoted
from web.rendering import load_pages

PAGE = "/console/lettre/1"


async def begun(site: Site) -> Colleague:
    someone = await colleague(site, Role.EDITOR)
    answer = await someone.browser.post("/console/lettre", data={"mois": "2027-01"})
    assert answer.headers["location"] == PAGE, answer.text
    return someone


async def test_a_draft_tells_no_ratio_that_is_hidden(site: Site) -> None:
    shown = await site.house.topic(TopicRules(0, None, results=ResultPolicy.ALWAYS))
    hidden = await site.house.topic(TopicRules(0, None, results=ResultPolicy.AFTER_VOTE))
    for topic in (shown, hidden):
        for n in range(12):
            await site.house.vote(topic, device(n), Sign.PLUS if n < 9 else Sign.MINUS)
    said = FollowUp(hidden, FollowUpStep.DECIDED, site.house.clock[0], "C'est décidé.", "")
    await tell_follow_up(site.house.database, said)
    await begun(site)
    edition = await letter_editions.edition(site.house.database, 1)
    assert edition is not None
    texts = {section.key: section.text for section in edition.sections}
    assert (
        "12\u00a0votants" in texts["loved"]
        and "75" in texts["loved"]
        and f"/sujets/{shown})" in texts["loved"]
    )
    assert "12\u00a0votants" in texts["followed"] and f"/sujets/{hidden})" in texts["followed"]
    assert "75" not in texts["followed"] and "C'est décidé." in texts["decisions"]


async def test_a_topic_is_named_once_and_its_answer_keeps_its_paragraphs(site: Site) -> None:
    topic = await site.house.topic()
    text = (
        "Oui, dès mars.\r\nNous ouvrons :\n- un guichet\n- une ligne\n\nVoir [ici](http://ailleurs.exemple)"
    )
    said = FollowUp(topic, FollowUpStep.ANSWERED, site.house.clock[0], text, "")
    await tell_follow_up(site.house.database, said)
    someone = await begun(site)
    plain = (await someone.browser.get(f"{PAGE}/texte")).text
    assert plain.count("Une question") == 1 and "mars.\n\nNous ouvrons" in plain.replace("\u202f", " ")
    assert f"{ORIGIN}/sujets/{topic}" in plain, "whole addresses, as the mail has them"
    mail = (await someone.browser.get(f"{PAGE}/apercu")).text
    assert re.search(r"<ul[^>]*>\s*<li[^>]*>un guichet</li>\s*<li[^>]*>une ligne</li>", mail)
    assert 'href="http://ailleurs' not in mail and "(http://ailleurs.exemple)" in mail
    saved = await someone.browser.post(PAGE, data={"title": "T", "version": "1", "key": ["answers"]})
    assert saved.status_code == 303


def test_what_is_long_is_cut_between_words_and_leaves_room_for_all() -> None:
    assert quoted("Un mot, puis un autre", 14) == "Un mot, puis…"
    assert quoted("Un mot, puis un autre", 9) == "Un mot…"
    assert quoted("x" * 30, 10) == "x" * 9 + "…"
    assert quoted(" a \n\n\n b\r\n", 10) == "a\n\nb"
    theme = Theme("sport", "Sport")
    told = [
        Answered(
            Topic(n, TopicKind.IDEA, "é" * 140, "", theme, TopicRules(0, None), Provenance.SIMULATED, 0),
            FollowUp(n, FollowUpStep.ANSWERED, 0, "mot " * 500, ""),
        )
        for n in range(10**8, 10**8 + MOST_TOLD)
    ]
    catalogue = load_pages()[Language.FRENCH].catalogue
    made = made_sections(catalogue, "2027-01", Material(told, told, []))
    assert letter_fault("Un titre", made) is None
    assert {part.key: part.text.count("(démonstration, votes simulés)](/sujets/") for part in made} == {
        "intro": 0,
        "decisions": MOST_TOLD,
        "answers": MOST_TOLD,
        "next": 0,
    }


async def test_letters_that_were_not_made_here_are_listed_too(site: Site) -> None:
    await store_issue(site.house.database, Issue(1, "La toute première", (), site.house.clock[0]))
    someone = await colleague(site, Role.EDITOR)
    answer = await someone.browser.post("/console/lettre", data={"mois": "2027-01"})
    assert answer.headers["location"] == "/console/lettre/2"
    page = (await someone.browser.get("/console/lettre")).text
    assert page.index('href="/console/lettre/2"') < page.index('href="/lettre/1"')
    assert "La toute première" in page and page.count("/console/lettre/2") == 1


async def test_the_console_says_in_words_what_came_back(site: Site, tmp_path: Path) -> None:
    someone = await begun(site)
    house = site.house
    await subscribe_many(house, 3, lambda n: "cassée@@" if n == 0 else f"lecteur{n}@exemple.fr")
    assert (await someone.browser.post(f"{PAGE}/envoi", data={"now": "1"})).status_code == 303
    settings = Settings(data=tmp_path, letter_rate=0)
    pages = load_pages()[Language.FRENCH]
    sender = LetterSender(
        settings, house.database, house.keys, lambda: pages, lambda: house.clock[0], lambda: 0.0
    )
    await sender.deliver()
    await sender.stop()
    known = await subscribers(house.database, house.keys)
    one, two = [subscriber for subscriber, address in known.items() if "lecteur" in address]
    await take_bounces(house.database, [Bounce(1, one, "5.1.1"), Bounce(1, two, "4.2.2")], 1)
    page = (await someone.browser.get(f"{PAGE}/chiffres")).text.replace("\u202f", " ").replace("\xa0", " ")
    for told in (
        "adresse inconnue (5.1.1) : 1",
        "adresse illisible : 1",
        "boîte pleine ou fermée (4.2.2) : 1",
        "1 autre est revenu pour le moment",
    ):
        assert told in page, page
    assert re.search(r"envoyés</dt><dd>1<", page) and re.search(r"revenus</dt><dd>2<", page)


async def test_an_editor_s_work_is_kept_and_nobody_s_is_overwritten(site: Site) -> None:
    someone = await begun(site)
    form = {
        "title": "Notre titre",
        "version": "1",
        "key": ["intro", "next"],
        "text-intro": "Bonjour <b>à tous</b>.",
        "place-intro": "2",
        "text-next": "Le dernier devient premier.",
        "place-next": "1",
    }
    assert (await someone.browser.post(PAGE, data=form)).status_code == 303
    stale = await someone.browser.post(PAGE, data={**form, "text-intro": "Trop tard."})
    assert stale.status_code == 409 and "Trop tard." in stale.text
    assert (await someone.browser.post(f"{PAGE}/refaire", data={"version": "2"})).status_code == 303
    edition = await letter_editions.edition(site.house.database, 1)
    assert edition is not None and edition.version == 3
    assert [section.key for section in edition.sections][:2] == ["next", "intro"]
    mail = (await someone.browser.get(f"{PAGE}/apercu")).text
    assert "Bonjour &lt;b&gt;à tous&lt;/b&gt;." in mail
    assert not re.search(r"<img|url\(|<script|<style", mail), "nothing is fetched when a mail is opened"
    assert "Le dernier devient premier." in (await someone.browser.get(f"{PAGE}/texte")).text


def test_a_draft_made_anew_keeps_what_was_edited() -> None:
    old = (
        Section("b", "B", "à moi", made_heading="B", made_text="b"),
        Section("gone", "G", "g", made_heading="G", made_text="g"),
        Section("own-1", "", "à moi aussi"),
        Section("a", "A", "a", is_out=True, made_heading="A", made_text="a"),
    )
    made = [
        Section(key, key.upper(), f"{key}2", made_heading=key.upper(), made_text=f"{key}2") for key in "abc"
    ]
    found = renewed(old, made)
    assert [(one.key, one.text, one.is_out) for one in found] == [
        ("b", "à moi", False),
        ("own-1", "à moi aussi", False),
        ("a", "a2", True),
        ("c", "c2", False),
    ]


async def test_a_test_goes_to_oneself_and_a_letter_at_its_time(site: Site) -> None:
    someone = await begun(site)
    tried = await someone.browser.post(f"{PAGE}/essai", data={"op": "a" * 16})
    assert tried.status_code == 303
    past = await someone.browser.post(f"{PAGE}/envoi", data={"day": "2020-01-01", "time": "10:00"})
    assert past.status_code == 400 and "2020-01-01" in past.text
    planned = await someone.browser.post(f"{PAGE}/envoi", data={"day": "2027-07-01", "time": "10:00"})
    assert planned.status_code == 303
    edition = await letter_editions.edition(site.house.database, 1)
    assert edition is not None and edition.state is EditionState.SCHEDULED
    assert edition.scheduled_at == 1_814_428_800_000, "10:00 in Paris is 8:00 UTC in summer"
    assert "Reprendre en brouillon" in (await someone.browser.get(PAGE)).text
