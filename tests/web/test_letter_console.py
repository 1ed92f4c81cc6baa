"""The letter at the console: what its draft is made of, what is kept of an editor's work, how it is sent."""

import re

from realtime.disclosure import ResultPolicy
from realtime.tally import Sign
from storage import letter_editions
from storage.follow_up import tell_follow_up
from storage.letter_text import renewed
from storage.values import TopicRules
from storage.values_follow_up import FollowUp, FollowUpStep
from storage.values_letter import EditionState, Section
from storage.values_staff import Role
from tests.storage.house import device
from tests.web.conftest import Site
from tests.web.staffed import Colleague, colleague

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
    assert "12 votants" in texts["loved"] and "75" in texts["loved"] and f"/sujets/{shown})" in texts["loved"]
    assert "12 votants" in texts["followed"] and f"/sujets/{hidden})" in texts["followed"]
    assert "75" not in texts["followed"] and "C'est décidé." in texts["decisions"]


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
