"""Debates and reports, without JavaScript, over a real database."""

import re
import secrets

import pytest

from realtime.disclosure import ResultPolicy
from realtime.tally import Sign
from storage.arguments import arguments_of
from storage.ballots import DAY_MS
from storage.posts import POSTS_AN_HOUR, publish, waiting
from storage.reports import reported
from storage.topics import close_topic, create_topics
from storage.values import NewTopic, TopicKind, TopicRules
from storage.values_posts import Post, PostingRules
from storage.values_reports import ReportReason
from tests.storage.house import device
from tests.web.conftest import Site
from tests.web.test_pages import ME, text_of, told_my_profile
from web.arguing import ReasonFault, SideFault
from web.catalogue import load_catalogue
from web.citizen.debate import ARGUMENTS_A_PAGE
from web.post_text import TextFault
from web.posting import DraftFault

ALWAYS = TopicRules(0, None, results=ResultPolicy.ALWAYS)


def typed(**more: str) -> dict[str, str]:
    return {"side": "1", "text": "Moins de voitures", "op": secrets.token_urlsafe(12)} | more


async def add(
    site: Site, parent: int, *texts: str, side: Sign = Sign.PLUS, rules: TopicRules = ALWAYS
) -> list[int]:
    new = [NewTopic(TopicKind.ARGUMENT, text, "sport", rules, parent=parent, side=side) for text in texts]
    return await create_topics(site.house.database, site.house.keys, new, site.house.clock[0])


async def page(site: Site, path: str, number: int | None = ME) -> str:
    answer = await site.browser(number).get(path)
    assert answer.status_code == 200
    return str(answer.text)


def order(html: str, *texts: str) -> list[str]:
    return sorted(texts, key=html.index)


async def test_an_argument_is_sent_waits_and_stands_on_its_side(site: Site) -> None:
    parent = await site.house.topic()
    form = typed(side="-1", text="  Trop cher <b>pour</b> nous ")
    for _ in range(2):
        answer = await site.browser(ME).post(f"/sujets/{parent}/arguments", data=form)
        assert (answer.status_code, answer.headers["location"]) == (
            303,
            f"/sujets/{parent}?argument=waiting#debat",
        )
    assert "Un modérateur lit votre argument" in text_of(
        await page(site, f"/sujets/{parent}?argument=waiting")
    )
    (post,) = await waiting(site.house.database)
    assert "Trop cher" not in await page(site, f"/sujets/{parent}")
    done = await publish(site.house.database, site.house.keys, post.id, PostingRules(), site.house.clock[0])
    assert isinstance(done, Post)
    html = await page(site, f"/sujets/{parent}")
    assert "Trop cher &lt;b&gt;pour&lt;/b&gt; nous" in html.split('id="debat-minus"')[1]
    assert "Trop cher" in await page(site, "/mes-idees")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"side": ""}, SideFault.NO_SIDE),
        ({"side": "2"}, SideFault.NO_SIDE),
        ({"text": ""}, TextFault.NO_TEXT),
        ({"text": "é" * 141}, TextFault.TOO_LONG),
        ({"text": "👨‍👩‍👧‍👦" * 141}, TextFault.TOO_LONG),
        ({"text": "non \u202e oui"}, TextFault.DIRECTION),
        ({"text": "voir www.exemple.fr"}, TextFault.LINK),
        ({"op": "?"}, DraftFault.BAD_OP),
    ],
)
async def test_what_is_wrong_is_said_and_what_was_typed_stays(
    site: Site, wrong: dict[str, str], code: str
) -> None:
    parent = await site.house.topic()
    form = typed() | wrong
    answer = await site.browser(ME).post(f"/sujets/{parent}/arguments", data=form)
    assert answer.status_code == 400
    sections = load_catalogue().sections
    sentence = {**sections["post-faults"], **sections["argument-faults"]}[str(code)].format(n=141)
    assert " ".join(sentence.split()) in text_of(answer.text)
    assert form["text"] in answer.text
    assert ('value="1" checked' in answer.text.split("argument-form")[1]) is (form["side"] == "1")
    assert await waiting(site.house.database) == []


async def test_no_argument_without_a_cookie_too_often_or_after_the_end(site: Site) -> None:
    parent = await site.house.topic()
    path = f"/sujets/{parent}/arguments"
    stranger = await site.browser().post(path, data=typed())
    assert stranger.status_code == 400 and "Moins de voitures" in stranger.text
    for _ in range(POSTS_AN_HOUR):
        assert (await site.browser(ME).post(path, data=typed())).status_code == 303
    fast = await site.browser(ME).post(path, data=typed())
    assert fast.status_code == 429 and fast.headers["retry-after"] == "3600"
    await close_topic(site.house.database, parent, site.house.clock[0])
    late = await site.browser(2).post(path, data=typed())
    assert late.status_code == 409 and "ne prend plus d'arguments" in text_of(late.text)
    assert 'class="argument-form"' not in await page(site, f"/sujets/{parent}")


async def test_the_best_argument_stands_first_and_each_takes_votes(site: Site) -> None:
    parent = await site.house.topic(ALWAYS)
    loved, liked, disliked = await add(site, parent, "Aimé", "Connu", "Boudé")
    for topic, plus, minus in ((loved, 9, 1), (liked, 1, 0), (disliked, 0, 3)):
        for voter in range(plus + minus):
            sign = Sign.PLUS if voter < plus else Sign.MINUS
            await site.house.vote(topic, device(100 + voter), sign)
    await told_my_profile(site)
    html = await page(site, f"/sujets/{parent}")
    assert order(html, "Aimé", "Connu", "Boudé") == ["Aimé", "Connu", "Boudé"]
    vote = {"sign": "1", "op": "abcdefgh-1", "next": f"/sujets/{parent}#sujet-{liked}"}
    answer = await site.browser(ME).post(f"/sujets/{liked}/vote", data=vote)
    assert answer.headers["location"] == f"/sujets/{parent}#sujet-{liked}"
    mine = (await page(site, f"/sujets/{parent}")).split(f'id="sujet-{liked}"')[1]
    assert re.search(r'data-plus="2" data-minus="0"', mine.split("</article>")[0])


async def test_a_hidden_topics_arguments_tell_neither_figures_nor_order_before_the_vote(site: Site) -> None:
    parent = await site.house.topic()
    hidden = TopicRules(0, None)
    loved, disliked = await add(site, parent, "Aimé", "Boudé", rules=hidden)
    for voter in range(12):
        await site.house.vote(loved, device(100 + voter), Sign.PLUS)
        await site.house.vote(disliked, device(100 + voter), Sign.MINUS)
    await site.house.vote(loved, device(ME), Sign.PLUS)
    html = await page(site, f"/sujets/{parent}")
    assert order(html, "Aimé", "Boudé") == ["Boudé", "Aimé"], "the newest first"
    for one in (loved, disliked):
        assert 'data-view="hidden"' in html.split(f'id="sujet-{one}"')[1].split(">")[0]
    assert "data-plus=" not in html and "12 votants" in text_of(html)
    assert 'data-view="hidden"' in (await page(site, f"/sujets/{loved}")), "nor on the argument's own page"
    assert (await site.browser(ME).get(f"/sujets/{loved}/fil")).status_code == 403
    await site.house.vote(parent, device(ME), Sign.MINUS)
    html = await page(site, f"/sujets/{parent}")
    assert order(html, "Aimé", "Boudé") == ["Aimé", "Boudé"]
    assert 'data-plus="13" data-minus="0"' in html and 'data-plus="0" data-minus="12"' in html


async def test_ten_of_each_side_stand_on_a_page(site: Site) -> None:
    parent = await site.house.topic(ALWAYS)
    texts = [f"Raison {n:02}" for n in range(ARGUMENTS_A_PAGE + 3)]
    await add(site, parent, *texts)
    await add(site, parent, "Seule contre", side=Sign.MINUS)
    first = await page(site, f"/sujets/{parent}")
    assert first.count('class="topic argument"') == ARGUMENTS_A_PAGE + 1
    assert f'href="/sujets/{parent}/arguments?page=2" rel="next"' in first
    second = await page(site, f"/sujets/{parent}/arguments?page=2")
    assert re.findall(r"Raison \d\d(?=</p>)", second) == texts[ARGUMENTS_A_PAGE:]
    assert 'rel="prev"' in second and 'rel="next"' not in second
    assert "Page 2 sur 2" in text_of(await page(site, f"/sujets/{parent}/arguments?page=99"))


async def test_an_argument_has_no_debate_of_its_own_and_names_its_topic(site: Site) -> None:
    parent = await site.house.topic(ALWAYS)
    (argument,) = await add(site, parent, "Une raison", side=Sign.MINUS)
    html = await page(site, f"/sujets/{argument}")
    assert f'href="/sujets/{parent}#debat"' in html and 'id="debat"' not in html
    for method in ("GET", "POST"):
        answer = await site.browser(ME).request(method, f"/sujets/{argument}/arguments")
        assert answer.status_code == 404
    assert (await arguments_of(site.house.database, argument)) == {Sign.PLUS: [], Sign.MINUS: []}


async def test_a_report_is_thanked_and_hides_nothing(site: Site) -> None:
    parent = await site.house.topic(ALWAYS)
    (argument,) = await add(site, parent, "Une raison douteuse")
    path = f"/sujets/{argument}/signaler"
    assert f'href="{path}"' in await page(site, f"/sujets/{parent}")
    assert "Une raison douteuse" in await page(site, path)
    form = {"reason": "insult", "text": "voir https://exemple.fr"}
    for _ in range(2):
        answer = await site.browser(ME).post(path, data=form)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?merci=1")
    assert "Merci, c'est signalé" in text_of(await page(site, f"{path}?merci=1"))
    (found,) = await reported(site.house.database)
    assert (found.topic, found.people, found.texts) == (argument, 1, ("voir https://exemple.fr",))
    assert "Une raison douteuse" in await page(site, f"/sujets/{parent}")


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"reason": "", "text": "Ici"}, ReasonFault.NO_REASON),
        ({"reason": "magic", "text": "Ici"}, ReasonFault.NO_REASON),
        ({"reason": "other", "text": "é" * 141}, TextFault.TOO_LONG),
        ({"reason": "other", "text": "a\u202eb"}, TextFault.DIRECTION),
    ],
)
async def test_a_report_with_a_fault_is_shown_again(site: Site, form: dict[str, str], code: str) -> None:
    new = [NewTopic(TopicKind.IDEA, "Une idée", "sport", ALWAYS)]
    (idea,) = await create_topics(site.house.database, site.house.keys, new, 0)
    answer = await site.browser(ME).post(f"/sujets/{idea}/signaler", data=form)
    assert answer.status_code == 400 and form["text"] in answer.text
    sentence = load_catalogue().say("report-faults", code, n=141)
    assert " ".join(sentence.split()) in text_of(answer.text)
    assert await reported(site.house.database) == []


async def test_what_the_region_says_is_not_reported(site: Site) -> None:
    question = await site.house.topic(ALWAYS)
    assert "/signaler" not in await page(site, f"/sujets/{question}")
    for method in ("GET", "POST"):
        answer = await site.browser(ME).request(method, f"/sujets/{question}/signaler")
        assert answer.status_code == 404


def test_every_fault_and_reason_has_a_sentence() -> None:
    sections = load_catalogue().sections
    assert set(sections["report-reason"]) == set(map(str, ReportReason))
    assert set(sections["argument-faults"]) == {*map(str, SideFault), "no-text", "link"}
    assert all(one.endswith(".") for one in sections["report-faults"].values())


async def test_an_argument_ends_with_its_topic_on_the_page(site: Site) -> None:
    parent = await site.house.topic(ALWAYS)
    await add(site, parent, "Une raison")
    await close_topic(site.house.database, parent, site.house.clock[0] + DAY_MS)
    assert '<form class="vote argument-vote' in await page(site, f"/sujets/{parent}")
    site.house.clock[0] += DAY_MS
    html = await page(site, f"/sujets/{parent}")
    assert "Une raison" in html and '<form class="vote' not in html.split('id="debat"')[1]


async def test_an_open_page_learns_how_many_came_after_its_newest_and_takes_just_those(site: Site) -> None:
    parent = await site.house.topic()
    (first,) = await add(site, parent, "La première")
    assert f'data-newest="{first}"' in await page(site, f"/sujets/{parent}")
    state = f"/sujets/{parent}/arguments/etat?apres={first}"
    async with site.browser(ME) as browser:
        answer = await browser.get(state)
        assert answer.json() == {"new": 0}
        known = {"if-none-match": answer.headers["etag"]}
        assert (await browser.get(state, headers=known)).status_code == 304
        (second,) = await add(site, parent, "La deuxième")
        (third,) = await add(site, parent, "La troisième", side=Sign.MINUS)
        assert (await browser.get(state, headers=known)).json() == {"new": 2}
        part = (await browser.get(f"/sujets/{parent}/arguments/nouveaux?apres={first}")).text
    assert f'data-newest="{third}"' in part and f'id="sujet-{first}"' not in part
    plus, minus = part.split('data-side="-1"')
    assert 'data-total="2"' in plus and f'id="sujet-{second}"' in plus
    assert 'data-total="1"' in minus and f'id="sujet-{third}"' in minus


@pytest.mark.parametrize("wrong", ["", "-1", "x", "9" * 30, "٣"])
async def test_a_wrong_newest_is_none(site: Site, wrong: str) -> None:
    parent = await site.house.topic()
    await add(site, parent, "Une")
    async with site.browser(ME) as browser:
        asked = {"apres": wrong}
        assert (await browser.get(f"/sujets/{parent}/arguments/etat", params=asked)).json() == {"new": 1}
        part = await browser.get(f"/sujets/{parent}/arguments/nouveaux", params=asked)
        assert part.text.count("argument-text") == 1
        assert (await browser.get(f"/sujets/{2**70}/arguments/etat")).json() == {"new": 0}


async def test_of_many_new_arguments_the_newest_are_brought(site: Site) -> None:
    parent = await site.house.topic()
    ids = await add(site, parent, *(f"Raison {n}" for n in range(ARGUMENTS_A_PAGE + 3)))
    part = await page(site, f"/sujets/{parent}/arguments/nouveaux?apres={ids[0]}")
    assert part.count("argument-text") == ARGUMENTS_A_PAGE
    assert f'id="sujet-{ids[-1]}"' in part and f'id="sujet-{ids[1]}"' not in part
