"""The citizens' pages, without JavaScript, over a real database."""

import re
from html import unescape

import pytest

from realtime.disclosure import ResultPolicy
from realtime.tally import NOWHERE, AgeBand, Cell, Departement, Sex, Sign
from storage.ballots import CHANGES_A_DAY, DAY_MS, own_signs
from storage.profiles import profile_of
from storage.topics import create_topics, withdraw_topic
from storage.values import NewTopic, Provenance, TopicKind, TopicRules
from tests.storage.house import device
from tests.web.conftest import Site
from web.catalogue import load_catalogue
from web.citizen.cards import IDEAS_A_PAGE

ME = 1
CELL = Cell(Departement.MOSELLE, Sex.WOMAN, AgeBand.FROM_40)
VOTE = {"sign": "1", "op": "abcdefgh-1"}


async def told_my_profile(site: Site) -> None:
    await site.house.tell(device(ME), CELL)


async def my_sign(site: Site, topic: int) -> Sign | None:
    return (await own_signs(site.house.database, site.house.keys, device(ME), [topic])).get(topic)


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


async def test_home_has_the_name_the_line_and_both_halves(site: Site) -> None:
    rules = TopicRules(0, None)
    kinds = [kind for kind in TopicKind if kind is not TopicKind.ARGUMENT]
    new = [NewTopic(kind, f"Sujet {kind}", "sport", rules) for kind in kinds]
    ids = await create_topics(site.house.database, site.house.keys, new, 0)
    argument = NewTopic(TopicKind.ARGUMENT, "Un argument", "sport", rules, parent=ids[0], side=Sign.PLUS)
    await create_topics(site.house.database, site.house.keys, [argument], 0)
    page = (await site.browser().get("/")).text
    assert "<h1>Imagin&#39;Est</h1>" in page or "<h1>Imagin'Est</h1>" in page
    assert "Participez aux débats de la Région, lancez les vôtres !" in text_of(page)
    region, ideas = page.split('id="idees"')
    assert "Sujet question" in region
    assert "Sujet idea" in ideas
    assert "Sujet debate" in ideas
    assert page.count('class="topic card') == len(kinds), "arguments stand under their topic only"


async def test_an_empty_home_says_so(site: Site) -> None:
    assert "Aucune idée pour l'instant" in text_of((await site.browser().get("/")).text)


async def test_every_idea_is_on_some_page_and_a_vote_comes_back_to_it(site: Site) -> None:
    rules = TopicRules(0, None)
    new = [NewTopic(TopicKind.IDEA, f"Idée n° {n}", "sport", rules) for n in range(2 * IDEAS_A_PAGE + 1)]
    await create_topics(site.house.database, site.house.keys, new, 0)
    pages = [(await site.browser(ME).get(f"/?page={n}")).text for n in (1, 2, 3)]
    shown = [re.findall(r">(Idée n° \d+)<", page) for page in pages]
    assert [len(titles) for titles in shown] == [IDEAS_A_PAGE, IDEAS_A_PAGE, 1]
    assert {title for titles in shown for title in titles} == {one.title for one in new}
    assert 'href="/?page=3#idees" rel="next"' in pages[1] and 'href="/#idees" rel="prev"' in pages[1]
    assert 'name="next" value="/?page=2#sujet-' in pages[1]
    for wrong in ("0", "-1", "x", "1e3", "9" * 30):
        assert "Page 1 sur 3" in text_of((await site.browser(ME).get(f"/?page={wrong}")).text)
    assert "Page 3 sur 3" in text_of((await site.browser(ME).get("/?page=99")).text)


async def test_a_closed_topic_with_few_voters_promises_nothing(site: Site) -> None:
    topic = await site.house.topic(TopicRules(0, site.house.clock[0] + 1, results=ResultPolicy.ALWAYS))
    await site.house.vote(topic, device(100), Sign.PLUS)
    assert "La tendance apparaîtra" in (await site.browser(ME).get(f"/sujets/{topic}")).text
    site.house.clock[0] += 1
    page = text_of((await site.browser(ME).get(f"/sujets/{topic}")).text)
    assert "pas de tendance à montrer" in page and "apparaîtra" not in page.split("Par département")[0]


async def test_a_form_to_a_closed_topic_is_told_so_without_three_questions_first(site: Site) -> None:
    topic = await site.house.topic(TopicRules(0, site.house.clock[0]))
    answer = await site.browser(ME).post(f"/sujets/{topic}/vote", data=VOTE)
    assert answer.status_code == 409


async def test_a_hidden_topic_tells_voters_only(site: Site) -> None:
    topic = await site.house.topic()
    for voter in range(100, 140):
        await site.house.vote(topic, device(voter), Sign.PLUS)
    page = (await site.browser(ME).get(f"/sujets/{topic}")).text
    assert "40\u00a0votants" in page
    assert "Votez pour voir les résultats" in page
    assert "100\u202f%</span>" not in page
    assert 'data-tally="{&#34;voters&#34;: 40}"' in page
    assert '<div class="results" hidden>' in page
    assert '"class="moments">[]' in page or 'class="moments">[]<' in page


async def test_a_vote_by_form_counts_and_shows_the_results(site: Site) -> None:
    topic = await site.house.topic()
    await told_my_profile(site)
    async with site.browser(ME) as browser:
        answer = await browser.post(f"/sujets/{topic}/vote", data=VOTE | {"next": f"/#sujet-{topic}"})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/#sujet-{topic}")
        page = (await browser.get(f"/sujets/{topic}")).text
    assert await my_sign(site, topic) is Sign.PLUS
    assert 'data-own="1"' in page
    assert 'data-view="results"' in page
    assert f'data-seen="{site.house.keys.seen_token(topic, device(ME))}"' in page


async def test_who_was_never_asked_is_asked_first_and_the_vote_is_kept(site: Site) -> None:
    topic = await site.house.topic()
    async with site.browser(ME) as browser:
        answer = await browser.post(f"/sujets/{topic}/vote", data=VOTE | {"next": f"/sujets/{topic}"})
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/profil?")
        assert await my_sign(site, topic) is None
        page = (await browser.get(answer.headers["location"])).text
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
        assert fields == {"next": f"/sujets/{topic}", "topic": str(topic), **VOTE}
        answer = await browser.post(
            "/profil", data=fields | {"departement": "57", "sex": "F", "age": "40-59"}
        )
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sujets/{topic}")
    assert await my_sign(site, topic) is Sign.PLUS
    profile = await profile_of(site.house.database, site.house.keys, device(ME))
    assert profile is not None
    assert profile.cell == CELL


async def test_a_profile_may_be_skipped_and_the_vote_still_counts(site: Site) -> None:
    topic = await site.house.topic()
    kept = VOTE | {"topic": str(topic), "skip": "1", "next": "/"}
    answer = await site.browser(ME).post("/profil", data=kept)
    assert answer.status_code == 303
    assert await my_sign(site, topic) is Sign.PLUS
    profile = await profile_of(site.house.database, site.house.keys, device(ME))
    assert profile is not None
    assert profile.cell == NOWHERE


async def test_a_foreign_departement_is_refused_and_the_other_answers_stay(site: Site) -> None:
    answer = await site.browser(ME).post("/profil", data={"departement": "75", "sex": "F", "age": "40-59"})
    assert answer.status_code == 400
    assert load_catalogue().say("refusals", "bad-departement") in text_of(answer.text)
    assert 'value="F" checked' in answer.text
    assert await profile_of(site.house.database, site.house.keys, device(ME)) is None


async def test_a_program_gets_its_answers_as_json(site: Site) -> None:
    async with site.browser(ME) as browser:
        browser.headers["accept"] = "application/json"
        wrong = await browser.post("/profil", data={"departement": "75"})
        right = await browser.post("/profil", data={"departement": "57"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "bad-departement")
    assert right.json() == {"profile": "partial"}


@pytest.mark.parametrize(
    ("form", "code"), [({"sign": "2", "op": "abcdefgh"}, "bad-sign"), ({"sign": "1", "op": "?"}, "bad-op")]
)
async def test_a_wrong_vote_gets_the_page_again_with_a_sentence(
    site: Site, form: dict[str, str], code: str
) -> None:
    topic = await site.house.topic()
    await told_my_profile(site)
    answer = await site.browser(ME).post(f"/sujets/{topic}/vote", data=form)
    assert answer.status_code == 400
    assert load_catalogue().say("refusals", code) in text_of(answer.text)
    assert await my_sign(site, topic) is None


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/sujets/{topic}/vote", "sign=1&sign=-1&op=operation-1"),
        ("/sujets/{topic}/vote", "sign=1&op=operation-1&op=operation-2"),
        ("/profil", "departement=57&departement=67"),
        ("/profil", "topic={topic}&sign=1&sign=-1&op=operation-1&skip=1"),
        ("/profil?topic={topic}&sign=1&sign=-1&op=operation-1", None),
        ("/proposer", "text=Un&text=Deux"),
        ("/contact", "text=Un&text=Deux"),
    ],
)
async def test_what_is_said_twice_is_refused_for_nobody_knows_which_was_meant(
    site: Site, path: str, form: str | None
) -> None:
    topic = await site.house.topic()
    await told_my_profile(site)
    async with site.browser(ME) as browser:
        browser.headers["content-type"] = "application/x-www-form-urlencoded"
        address = path.format(topic=topic)
        content = None if form is None else form.format(topic=topic).encode()
        page = await browser.request("GET" if form is None else "POST", address, content=content)
        browser.headers["accept"] = "application/json"
        told = await browser.request("GET" if form is None else "POST", address, content=content)
    assert page.status_code == told.status_code == 400
    assert load_catalogue().say("refusals", "duplicate-key") in text_of(page.text)
    assert told.json()["code"] == "duplicate-key"
    assert await my_sign(site, topic) is None


async def test_a_closed_topic_refuses_kindly(site: Site) -> None:
    topic = await site.house.topic(TopicRules(0, 1))
    await told_my_profile(site)
    answer = await site.browser(ME).post(f"/sujets/{topic}/vote", data=VOTE)
    assert answer.status_code == 409
    assert "Ce vote est terminé" in text_of(answer.text)


async def test_a_vote_changed_too_often_says_when_it_may_be_changed_again(site: Site) -> None:
    topic = await site.house.topic()
    await told_my_profile(site)
    for n in range(CHANGES_A_DAY + 2):
        form = {"sign": "1" if n % 2 else "-1", "op": f"operation-{n}"}
        answer = await site.browser(ME).post(f"/sujets/{topic}/vote", data=form)
    now = site.house.clock[0]
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) == -(-(DAY_MS - now % DAY_MS) // 1000)


async def test_a_vote_that_needs_the_whole_profile_is_kept_until_all_is_answered(site: Site) -> None:
    topic = await site.house.topic(TopicRules(0, None, profile_required=True))
    await site.house.tell(device(ME), NOWHERE)
    async with site.browser(ME) as browser:
        asked = await browser.post(f"/sujets/{topic}/vote", data=VOTE)
        form = (await browser.get(asked.headers["location"])).text
        kept = dict(re.findall(r'name="(next|topic|sign|op)" value="([^"]*)"', form))
        some = await browser.post("/profil", data={**kept, "departement": "57", "skip": "1"})
        assert await my_sign(site, topic) is None
        all_told = {"departement": "57", "sex": "F", "age": "75+"}
        done = await browser.post("/profil", data={**kept, **all_told})
    assert asked.status_code == 303 and kept["sign"] == VOTE["sign"]
    assert 'name="skip"' not in form and 'name="sex" value=""' not in form
    assert "il a besoin de vos trois réponses" in text_of(form)
    assert some.status_code == 400 and 'value="57" checked' in some.text
    assert text_of(some.text).count("Ce vote a besoin de cette réponse") == 2
    assert (done.status_code, done.headers["location"]) == (303, f"/sujets/{topic}")
    assert await my_sign(site, topic) is Sign.PLUS


async def test_who_has_a_ballot_is_not_asked_again_for_the_whole_profile(site: Site) -> None:
    topic = await site.house.topic(TopicRules(0, None, profile_required=True))
    await told_my_profile(site)
    await site.house.vote(topic, device(ME), Sign.MINUS)
    await site.house.tell(device(ME), NOWHERE)
    answer = await site.browser(ME).post(f"/sujets/{topic}/vote", data=VOTE)
    assert answer.headers["location"] == f"/sujets/{topic}"
    assert await my_sign(site, topic) is Sign.PLUS


async def test_the_same_form_twice_counts_once(site: Site) -> None:
    topic = await site.house.topic()
    await told_my_profile(site)
    async with site.browser(ME) as browser:
        answers = [await browser.post(f"/sujets/{topic}/vote", data=VOTE) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert (await site.house.standing(topic)).tally.voters == 1


async def test_without_a_cookie_nothing_is_counted(site: Site) -> None:
    topic = await site.house.topic()
    answer = await site.browser().post(f"/sujets/{topic}/vote", data=VOTE)
    assert answer.status_code == 400
    assert load_catalogue().say("refusals", "unknown-voter") in text_of(answer.text)
    assert (await site.house.standing(topic)).tally.voters == 0


async def test_a_forged_cookie_has_its_own_sentence(site: Site) -> None:
    topic = await site.house.topic()
    async with site.browser() as browser:
        browser.headers["cookie"] = "imaginest=1.forged"
        answer = await browser.post(f"/sujets/{topic}/vote", data=VOTE)
    assert answer.status_code == 400
    sentence = load_catalogue().say("refusals", "forged-cookie")
    assert " ".join(sentence.split()) in text_of(answer.text)


@pytest.mark.parametrize("number", [999, 10**30])
async def test_a_vote_on_an_unknown_topic_says_so_to_a_person_and_to_a_program(
    site: Site, number: int
) -> None:
    async with site.browser(ME) as browser:
        page = await browser.post(f"/sujets/{number}/vote", data=VOTE)
        browser.headers["accept"] = "application/json"
        told = await browser.post(f"/sujets/{number}/vote", data=VOTE)
    sentence = load_catalogue().say("refusals", "unknown-topic")
    assert page.status_code == told.status_code == 404
    assert sentence in text_of(page.text) and "Revenir à l'accueil" in text_of(page.text)
    assert told.json() == {"code": "unknown-topic", "message": sentence}


async def test_a_vote_on_a_topic_that_is_out_of_view_keeps_its_page(site: Site) -> None:
    topic = await site.house.topic()
    await site.house.database.write(lambda connection: withdraw_topic(connection, topic, 1))
    async with site.browser(ME) as browser:
        page = await browser.post(f"/sujets/{topic}/vote", data=VOTE)
        browser.headers["accept"] = "application/json"
        told = await browser.post(f"/sujets/{topic}/vote", data=VOTE)
    assert page.status_code == 410 and "a été retiré" in text_of(page.text)
    assert (told.status_code, told.json()["code"]) == (404, "unknown-topic")


@pytest.mark.parametrize("path", ["/nowhere", "/sujets/999", f"/sujets/{10**30}", "/sujets/x"])
async def test_a_missing_page_is_a_page(site: Site, path: str) -> None:
    answer = await site.browser().get(path)
    assert answer.status_code == 404
    assert "Cette page n'existe pas" in text_of(answer.text)


async def test_a_wrong_method_is_a_page(site: Site) -> None:
    topic = await site.house.topic()
    answer = await site.browser().get(f"/sujets/{topic}/vote")
    assert answer.status_code == 405
    assert "Revenez à l'accueil" in text_of(answer.text)


@pytest.mark.parametrize(
    ("provenance", "marks"),
    [
        (Provenance.REAL, set()),
        (Provenance.DEMONSTRATION, {"Démonstration"}),
        (Provenance.SIMULATED, {"Démonstration", "Votes simulés"}),
        (Provenance.RECORDED, {"Débat rejoué", "Profils tirés au sort"}),
        (Provenance.RECORDED_VOTES, {"Débat rejoué"}),
    ],
)
async def test_a_page_says_both_what_the_text_is_and_what_the_votes_are(
    site: Site, provenance: Provenance, marks: set[str]
) -> None:
    rules = TopicRules(0, None, results=ResultPolicy.ALWAYS)
    new = NewTopic(TopicKind.QUESTION, "Un essai", "sport", rules, provenance=provenance)
    (topic,) = await create_topics(site.house.database, site.house.keys, [new], 0)
    every = {"Démonstration", "Votes simulés", "Débat rejoué", "Profils tirés au sort"}
    for path in ("/", f"/sujets/{topic}", f"/integrer/{topic}", "/statistiques"):
        page = (await site.browser().get(path)).text
        assert {mark for mark in every if f">{mark}<" in page} == marks, path


async def test_a_replayed_debate_names_its_source_and_does_not_call_its_votes_simulated(site: Site) -> None:
    rules = TopicRules(0, None, results=ResultPolicy.ALWAYS)
    kinds = (Provenance.RECORDED, Provenance.SIMULATED)
    new = [NewTopic(TopicKind.IDEA, "Un essai", "sport", rules, provenance=one) for one in kinds]
    replayed, simulated = await create_topics(site.house.database, site.house.keys, new, 0)
    for path in ("/sujets/{}", "/integrer/{}", "/sujets/{}/partager", "/sujets/{}/representativite"):
        page = text_of((await site.browser().get(path.format(replayed))).text)
        assert "ceux de vraies personnes" in page and "simulés" not in page, path
        assert "The Computational Democracy Project" in page and "CC BY 4.0" in page, path
        page = text_of((await site.browser().get(path.format(simulated))).text)
        assert "simulés" in page and "Computational" not in page, path
    page = (await site.browser().get(f"/sujets/{replayed}")).text
    assert page.count("https://github.com/compdemocracy/openData") == 1
    assert "les profils sont tirés au sort" in text_of(page)
    assert "The Computational Democracy Project" in (await site.browser().get("/credits")).text


async def test_a_replay_without_profiles_claims_none(site: Site) -> None:
    rules = TopicRules(0, None, results=ResultPolicy.ALWAYS)
    kind = Provenance.RECORDED_VOTES
    new = NewTopic(TopicKind.IDEA, "Un essai", "sport", rules, provenance=kind)
    (topic,) = await create_topics(site.house.database, site.house.keys, [new], 0)
    for path in ("/sujets/{}", "/integrer/{}", "/sujets/{}/partager", "/sujets/{}/representativite", "/"):
        page = text_of((await site.browser().get(path.format(topic))).text)
        assert "rejoué" in page and "tirés au sort" not in page.partition('{"')[0], path


async def test_a_title_is_text_and_never_markup(site: Site) -> None:
    rules = TopicRules(0, None, results=ResultPolicy.ALWAYS)
    new = NewTopic(TopicKind.IDEA, "<script>alert(1)</script> dit-il", "sport", rules)
    (topic,) = await create_topics(site.house.database, site.house.keys, [new], 0)
    page = (await site.browser().get(f"/sujets/{topic}")).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


async def test_pages_are_for_one_person_only(site: Site) -> None:
    answer = await site.browser().get("/")
    assert answer.headers["cache-control"] == "private, no-cache"


FOREIGN = {"origin": "https://elsewhere.test"}


@pytest.mark.parametrize("path", ["/sujets/1/vote", "/profil"])
async def test_a_foreign_form_is_refused_to_a_person_by_a_page(site: Site, path: str) -> None:
    accept = "text/html,application/xhtml+xml,*/*;q=0.8"
    answer = await site.browser(ME).post(path, data=VOTE, headers=FOREIGN | {"accept": accept})
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert load_catalogue().say("refusals", "foreign-origin") in text_of(answer.text)
    assert 'href="/"' in answer.text


async def test_a_foreign_form_is_refused_to_a_program_by_a_code(site: Site) -> None:
    answer = await site.browser(ME).post("/profil", data={}, headers=FOREIGN | {"accept": "*/*"})
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign-origin")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert await profile_of(site.house.database, site.house.keys, device(ME)) is None
