"""Referents at the console, without JavaScript: what they see, answer and correct, and what is not theirs."""

import re

from realtime.disclosure import ResultPolicy
from realtime.tally import Sign
from storage import audit
from storage.follow_up import follow_ups
from storage.topics import create_topics
from storage.values import DAY_MS, NewTopic, TopicKind, TopicRules
from storage.values_audit import AuditSearch
from storage.values_staff import Role
from tests.storage.house import device
from tests.storage.test_referents import idea_of
from tests.web.conftest import Site
from tests.web.staffed import Colleague, colleague
from tests.web.test_pages import text_of
from web.console.mails import reminder
from web.rendering import load_pages

FORM = {"do": "publish", "step": "answered", "text": "Oui, dès mars.", "direction": "Sports", "outcome": ""}


async def referent(site: Site, email: str = "anne@grandest.fr", themes: str = "sport") -> Colleague:
    return await colleague(site, Role.REFERENT, email=email, themes=themes)


async def form_of(someone: Colleague, idea: int, **more: str) -> dict[str, str]:
    """What the page's form sends, as it stands."""
    page = (await someone.browser.get(f"/console/reponses/{idea}")).text
    hidden = {
        name: value
        for name, value in re.findall(r'<input type="hidden" name="(op|number)" value="([^"]*)"', page)
    }
    return FORM | hidden | more


async def test_an_answer_stands_on_the_topic_s_page_and_its_correction_says_when(site: Site) -> None:
    anne, idea = await referent(site), await idea_of(site.house, "sport")
    citizen = site.browser(1)
    where = f"/console/reponses/{idea}/reponse"
    kept = await anne.browser.post(where, data=await form_of(anne, idea, do="draft"))
    assert kept.headers["location"] == f"/console/reponses/{idea}?fait=brouillon"
    assert "dès mars" not in (await citizen.get(f"/sujets/{idea}")).text
    assert "Oui, dès mars.</textarea>" in (await anne.browser.get(f"/console/reponses/{idea}")).text
    assert (await anne.browser.post(where, data=await form_of(anne, idea))).status_code == 303
    assert "Oui, dès mars." in (await citizen.get(f"/sujets/{idea}")).text
    site.house.clock[0] += DAY_MS
    await anne.sign_in()
    await anne.browser.post(where, data=await form_of(anne, idea, text="Oui, dès avril."))
    decided = {"step": "decided", "text": "", "outcome": "partly"}
    await anne.browser.post(where, data=await form_of(anne, idea, **decided))
    page = text_of((await citizen.get(f"/sujets/{idea}")).text)
    assert "Oui, dès avril." in page and "dès mars" not in page
    assert "modifié le" in page and "Décision Adoptée en partie" in page
    desk = text_of((await anne.browser.get(f"/console/reponses/{idea}")).text)
    assert "1 version précédente" in desk and "Oui, dès mars." in desk


async def test_another_theme_is_refused_and_noted_and_changes_nothing(site: Site) -> None:
    anne, idea = await referent(site, themes="sante"), await idea_of(site.house, "sport")
    form = FORM | {"number": "0", "op": "aaaaaaaaaaaaaaaa"}
    for answer in (
        await anne.browser.get(f"/console/reponses/{idea}"),
        await anne.browser.post(f"/console/reponses/{idea}/reponse", data=form),
        await anne.browser.post(f"/console/reponses/{idea}/confier", data={"staff": str(anne.id)}),
    ):
        assert answer.status_code == 403 and "vos thématiques" in answer.text
    assert await follow_ups(site.house.database, idea) == []
    lines = await audit.search(site.house.database, AuditSearch(staff=anne.id, action="access-refused"))
    assert [line.subject_id for line in lines] == [str(idea)] * 3
    for path in ("/console/reponses/999", f"/console/reponses/{10**30}"):
        assert (await anne.browser.get(path)).status_code == 404


async def test_who_answers_over_a_colleague_is_told_and_keeps_what_was_typed(site: Site) -> None:
    anne, bruno = await referent(site), await referent(site, "bruno@grandest.fr")
    idea = await idea_of(site.house, "sport")
    where, both = f"/console/reponses/{idea}/reponse", [await form_of(one, idea) for one in (anne, bruno)]
    assert (await anne.browser.post(where, data=both[0])).status_code == 303
    late = await bruno.browser.post(where, data=both[1] | {"text": "Non, <jamais>."})
    assert late.status_code == 409
    assert "Agent anne@grandest.fr a changé cette idée" in late.text and "Oui, dès mars." in late.text
    assert "Non, &lt;jamais&gt;.</textarea>" in late.text
    assert [told.text for told in await follow_ups(site.house.database, idea)] == ["Oui, dès mars."]
    again = dict(re.findall(r'<input type="hidden" name="(op|number)" value="([^"]*)"', late.text))
    done = await bruno.browser.post(where, data=FORM | again | {"text": "Oui, dès mai."})
    assert done.status_code == 303


async def test_what_is_missing_is_said_and_nothing_typed_is_lost(site: Site) -> None:
    anne, idea = await referent(site), await idea_of(site.house, "sport")
    for wrong, told in (
        ({"text": " "}, "Écrivez la réponse"),
        ({"text": "x" * 2001}, "plus de deux mille signes"),
        ({"text": "a\x07b"}, "signes illisibles"),
        ({"step": "handed", "direction": ""}, "à quelle direction"),
        ({"step": "decided"}, "Choisissez la décision"),
        ({"step": "asked"}, "Choisissez une étape"),
        ({"direction": "x" * 121}, "cent vingt signes"),
        ({"op": "?"}, "Ce formulaire est incomplet"),
    ):
        form = await form_of(anne, idea, **wrong)
        answer = await anne.browser.post(f"/console/reponses/{idea}/reponse", data=form)
        assert answer.status_code == 400 and told in text_of(answer.text), wrong
        assert form["text"].strip() in answer.text
    assert await follow_ups(site.house.database, idea) == []


async def test_staff_see_of_hidden_results_what_a_citizen_sees_who_has_not_voted(site: Site) -> None:
    anne = await referent(site)
    open_rules = TopicRules(0, None, results=ResultPolicy.ALWAYS)
    new = [
        NewTopic(TopicKind.IDEA, title, "sport", rules)
        for title, rules in (("Cachée", TopicRules(0, None)), ("Ouverte", open_rules))
    ]
    hidden, shown = await create_topics(site.house.database, site.house.keys, new, site.house.clock[0])
    for voter in range(12):
        for topic in (hidden, shown):
            await site.house.vote(topic, device(voter + 1), Sign.PLUS)
    rows = text_of((await anne.browser.get("/console/reponses?tri=popularity")).text)
    assert "12 votants" in rows and rows.count("100 % de +") == 1
    page = text_of((await anne.browser.get(f"/console/reponses/{hidden}")).text)
    assert "12 votants" in page and "de +" not in page and "un citoyen qui n'a pas voté" in page


async def test_everybody_reads_how_many_ideas_were_answered_in_time(site: Site) -> None:
    house = site.house
    anne = await referent(site)
    first, _ = await idea_of(house, "sport"), await idea_of(house, "sante")
    await anne.browser.post(f"/console/reponses/{first}/reponse", data=await form_of(anne, first))
    house.clock[0] += 13 * DAY_MS
    for path in ("/reponses", "/statistiques"):
        page = text_of((await site.browser(1).get(path)).text)
        assert "1 idée sur 2 a reçu une réponse dans les douze jours." in page, path


def test_a_reminder_names_the_ideas_and_where_they_are_answered() -> None:
    from storage.values_referents import Digest, Reminder, ReminderKind

    late = Reminder(ReminderKind.OVERDUE, 7, "Une piste <cyclable> ?", 0, assigned=False)
    five = Reminder(ReminderKind.FIVE, 9, "Un préau", 6 * DAY_MS, assigned=True)
    told = Digest(3, "Anne", "anne@grandest.fr", "2027-01-15", (late, *[five] * 24), 13 * DAY_MS)
    mail = reminder(next(iter(load_pages().values())), told)
    assert mail.recipient == "anne@grandest.fr" and mail.subject == "25 idées attendent une réponse"
    assert "1\u00a0jour de retard : Une piste <cyclable> ? (pas encore attribuée)" in mail.text
    assert "/console/reponses/7\n" in mail.text and "5\u00a0jours restants : Un préau" in mail.text
    assert "Et 5 autres idées." in mail.text
    assert "&lt;cyclable&gt;" in mail.html
