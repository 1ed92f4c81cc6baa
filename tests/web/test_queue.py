"""The queue of moderators, as forms: what is shown, decided, and told to whom it concerns."""

import re
from typing import Any

import httpx2

from realtime.tally import Cell, Departement, Sign
from server.identity import COOKIE, cookie_of
from storage.contact import open_thread
from storage.queue import get_post
from storage.reports import report
from storage.values_contact import ContactSubject
from storage.values_moderation import CLAIM_MS
from storage.values_posts import PostStatus
from storage.values_reports import NewReport, ReportReason
from storage.values_staff import Role
from tests.storage.house import device
from tests.web.conftest import Site
from tests.web.moderated import open_ideas, waiting_post
from tests.web.staffed import Colleague, colleague
from web.citizen.visit import new_op


async def moderator(site: Site, name: str = "ann") -> Colleague:
    return await colleague(site, Role.MODERATOR, email=f"{name}@grandest.fr")


async def decide(
    who: Colleague, path: str, choice: str, *, follow: bool = False, **form: str
) -> httpx2.Response:
    return await who.browser.post(
        f"/console/file/{path}", data={"choice": choice, "op": new_op(), **form}, follow_redirects=follow
    )


async def status(site: Site, post: int) -> PostStatus:
    found = await get_post(site.house.database, post)
    assert found is not None
    return found.status


async def test_one_after_the_other_is_decided_with_forms_alone(site: Site) -> None:
    ann = await moderator(site)
    first, second, third = [await waiting_post(site, f"Idée {n}", n) for n in (1, 2, 3)]
    page = (await ann.browser.get("/console/file")).text
    assert page.count('class="queue-row"') == 3 and f'data-fiche="post:{first}"' in page
    page = (await decide(ann, f"posts/{first}", "approve", follow=True)).text
    assert "Publié." in page and f'data-fiche="post:{second}"' in page
    page = (await decide(ann, f"posts/{second}", "refuse", follow=True, reason="off-topic")).text
    assert "Refusé." in page and f'data-fiche="post:{third}"' in page
    undo = re.search(r'action="(/console/file/decisions/\d+/defaire)"', page)
    assert undo
    page = (await ann.browser.post(undo[1], follow_redirects=True)).text
    assert "est défait" in page
    assert f'data-fiche="post:{second}"' in page
    found = [await status(site, post) for post in (first, second, third)]
    assert found == [PostStatus.PUBLISHED, PostStatus.WAITING, PostStatus.WAITING]


async def test_a_text_is_shown_with_its_marks_and_what_is_like_it(site: Site) -> None:
    ann = await moderator(site)
    (alike,) = await open_ideas(site, "Des trains de nuit vers Berlin")
    post = await waiting_post(site, "Des trains de nuit vers Berlin, 06 12 34 56 78, connards")
    page = (await ann.browser.get(f"/console/file/posts/{post}")).text
    assert re.search(r'<mark class="concern concern-phone">06 12 34 56 78<span[^>]*> \(téléphone\)', page)
    assert 'concern-rude">connards' in page
    assert f'name="into" value="{alike}"' in page
    await decide(ann, f"posts/{post}", "join", into=str(alike))
    told = (await site.browser(40).get(f"/mes-idees/{post}")).text
    assert f'href="/sujets/{alike}"' in told


async def test_what_the_aids_mark_is_decided_by_nobody_but_a_moderator(site: Site) -> None:
    """However much is marked: insults, a telephone number, a person, all capitals."""
    ann, text = await moderator(site), "MARIE DUPONT EST UNE CONNARDE, APPELEZ LE 06 12 34 56 78"
    form = {"kind": "idea", "text": text, "theme": "sport", "op": "a" * 16, "step": "publish"}
    answer = await site.browser(1).post("/proposer", data=form)
    assert answer.status_code == 303, "the aids refuse nothing"
    post = int(answer.headers["location"].rpartition("/")[2])
    assert await status(site, post) is PostStatus.WAITING
    page = (await ann.browser.get(f"/console/file/posts/{post}")).text
    assert "concern-phone" in page and "concern-rude" in page and "concern-capitals" in page
    assert (await decide(ann, f"posts/{post}", "approve")).status_code == 303
    assert await status(site, post) is PostStatus.PUBLISHED


async def test_of_two_waiting_posts_that_say_the_same_each_leads_to_the_other(site: Site) -> None:
    ann = await moderator(site)
    first, second = [await waiting_post(site, "Des trains de nuit vers Berlin", n) for n in (1, 2)]
    for one, other in ((first, second), (second, first)):
        page = (await ann.browser.get(f"/console/file/posts/{one}?sorte=ideas")).text
        assert re.search(
            rf'data-alike="post:{other}"><a href="/console/file/posts/{other}\?sorte=ideas"', page
        )
        assert f'data-alike="post:{one}"' not in page


async def test_a_colleague_who_has_it_open_is_named_and_goes_first(site: Site) -> None:
    ann, ben = await moderator(site), await moderator(site, "ben")
    first, second = [await waiting_post(site, f"Idée {n}", n) for n in (1, 2)]
    await ann.browser.get(f"/console/file/posts/{first}")
    page = (await ben.browser.get("/console/file")).text
    assert "Agent ann@grandest.fr" in page and f'data-fiche="post:{second}"' in page
    refused = await decide(ben, f"posts/{first}", "approve")
    assert refused.status_code == 409 and "Agent ann@grandest.fr a déjà ouvert ceci" in refused.text
    site.house.clock[0] += CLAIM_MS
    assert (await decide(ben, f"posts/{first}", "approve")).status_code == 303
    late = await decide(ann, f"posts/{first}", "refuse", reason="Une phrase pour l'auteur")
    assert late.status_code == 409 and "Agent ben@grandest.fr l" in late.text and "déjà publié" in late.text


async def test_one_is_told_of_ones_own_decision_as_such_and_colleagues_by_whom(site: Site) -> None:
    ann, ben = await moderator(site), await moderator(site, "ben")
    post = await waiting_post(site, "Une idée", 1)
    await decide(ann, f"posts/{post}", "approve")
    own = (await ann.browser.get(f"/console/file/posts/{post}/tenue")).json()
    assert own == {"open": False, "told": "Vous l'avez publié.", "own": True}
    other = (await ben.browser.get(f"/console/file/posts/{post}/tenue")).json()
    assert other["own"] is False and "l'a déjà publié" in other["told"]
    page = (await ann.browser.get(f"/console/file/posts/{post}")).text
    assert "avez publié." in page and "déjà publié" not in page


async def test_nobody_approves_what_their_own_device_posted(site: Site) -> None:
    ann = await moderator(site)
    post = await waiting_post(site, number=7)
    ann.browser.cookies.delete(COOKIE)
    ann.browser.cookies.set(COOKIE, cookie_of(device(7), site.house.keys))
    refused = await decide(ann, f"posts/{post}", "approve")
    assert refused.status_code == 403 and "cet appareil" in refused.text
    assert await status(site, post) is PostStatus.WAITING


async def test_what_was_typed_is_not_lost_and_what_is_missing_is_said(site: Site) -> None:
    ann = await moderator(site)
    post = await waiting_post(site)
    cases: tuple[tuple[str, dict[str, Any], int], ...] = (
        ("refuse", {}, 400),
        ("join", {"into": "4711"}, 400),
        ("theme", {"theme": "nowhere"}, 400),
        ("hide", {"reason": "insult"}, 404),
        ("nothing", {}, 400),
        ("refuse", {"own": "Voici\u202fpourquoi ceci ne va pas", "op": "?"}, 400),
    )
    for choice, form, code in cases:
        answer = await decide(ann, f"posts/{post}", choice, **form)
        assert answer.status_code == code, (choice, answer.status_code)
        assert 'class="fault"' in answer.text
    assert "pourquoi ceci ne va pas" in answer.text
    assert (await ann.browser.get("/console/file/posts/999999999999999999")).status_code == 404


async def test_reported_topics_are_kept_hidden_or_merged_and_a_merge_undone(site: Site) -> None:
    ann = await moderator(site)
    gone, into = await open_ideas(site, "Des vélos", "Des vélos partout")
    house = site.house
    await report(
        house.database, NewReport(gone, b"r" * 16, ReportReason.OFF_TOPIC, "Déjà dit"), house.clock[0]
    )
    await house.tell(device(1), Cell(Departement.MEUSE, None, None))
    await house.vote(gone, device(1), Sign.PLUS)
    page = (await ann.browser.get("/console/file?sorte=reports")).text
    assert "Déjà dit" in page and f'data-fiche="topic:{gone}"' in page
    opened = await ann.browser.get(f"/console/file?sorte=reports&sujet={gone}")
    assert opened.headers["location"] == f"/console/file/sujets/{gone}?sorte=reports"
    await decide(ann, f"sujets/{gone}", "merge", into=str(into))

    voter, stranger = site.browser(1), site.browser(2)
    moved = await stranger.get(f"/sujets/{gone}")
    assert moved.status_code == 302 and moved.headers["location"] == f"/sujets/{into}"
    assert "1 personne" in (await stranger.get(f"/sujets/{into}")).text
    await voter.get(f"/sujets/{gone}")
    headline = (await house.standing(into)).tally.headline
    assert headline is not None and headline.plus == 1
    mine = (await voter.get("/mes-votes")).text
    assert "Des vélos partout" in mine and f'id="sujet-{gone}"' not in mine

    page = (await ann.browser.get(f"/console/file/sujets/{gone}")).text
    undo = re.search(r'action="(/console/file/decisions/\d+/defaire)[^"]*" data-page', page)
    assert undo
    await ann.browser.post(undo[1])
    headline = (await house.standing(into)).tally.headline
    assert headline is not None and headline.plus == 0
    assert (await voter.get(f"/sujets/{gone}")).status_code == 200


async def test_an_author_reads_the_sentence_of_an_edited_reason(site: Site) -> None:
    ann = await moderator(site)
    form = {"label": "Hors Région", "sentence": "Cela relève de l'État.", "op": new_op()}
    await ann.browser.post("/console/file/motifs", data=form)
    post = await waiting_post(site)
    page = (await ann.browser.get(f"/console/file/posts/{post}")).text
    code = re.search(r'value="(own-[^"]+)"', page)
    assert code and "Hors Région" in page
    await decide(ann, f"posts/{post}", "refuse", reason=code[1])
    assert "Cela relève de l" in (await site.browser(40).get(f"/mes-idees/{post}")).text
    empty = await ann.browser.post(
        "/console/file/motifs", data={"label": "X", "sentence": "", "op": new_op()}
    )
    assert empty.status_code == 400 and 'value="X"' in empty.text


async def test_messages_that_wait_lead_to_their_own_page(site: Site) -> None:
    ann = await moderator(site)
    house = site.house
    thread = await open_thread(
        house.database, house.keys, device(3), subject=ContactSubject.PRESS, text="Bonjour", email="",
        language="fr", op=new_op(), now=house.clock[0],
    )  # fmt: skip
    page = (await ann.browser.get("/console/file?sorte=messages")).text
    assert f'href="/console/courrier/{thread}"' in page and "Rien n" in page
    assert (await ann.browser.get(f"/console/courrier/{thread}")).status_code == 200
