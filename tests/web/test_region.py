"""What the Région tells and answers: pictures, campaigns, the steps of a topic, the page of answers."""

import hashlib
import re
from datetime import date

import pytest

from realtime.tally import Sign
from storage import tallies
from storage.follow_up import tell_follow_up
from storage.news import create_campaign, create_news
from storage.topics import create_topics
from storage.values import NewTopic, Provenance, Theme, Topic, TopicKind, TopicRules
from storage.values_follow_up import FollowUp, FollowUpStep, day_of
from storage.values_news import NewCampaign, NewNews, NewPicture
from tests.storage.house import START, device
from tests.storage.images import PNG
from tests.web.conftest import Site
from tests.web.test_pages import ME, text_of
from web.catalogue import load_catalogue
from web.citizen.follow_up import ANSWERS_A_PAGE, Deadline, deadline
from web.questionnaire_forms import StepFault

HANDED, ANSWERED = FollowUpStep.HANDED, FollowUpStep.ANSWERED
DAY = 86_400_000
NAME = hashlib.sha256(PNG).hexdigest()


async def news(site: Site, campaign: int | None = None) -> int:
    topic = NewTopic(TopicKind.NEWS, "La ligne rouvre", "transports", TopicRules(0, None))
    new = NewNews(topic, NewPicture(PNG, "Un « train »"), campaign)
    return await create_news(site.house.database, site.house.keys, new, START)


async def ideas(site: Site, number: int = 1, theme: str = "sport") -> list[int]:
    new = [NewTopic(TopicKind.IDEA, f"Idée n° {n}", theme, TopicRules(START, None)) for n in range(number)]
    return await create_topics(site.house.database, site.house.keys, new, START)


async def test_a_picture_stands_with_its_words_on_card_and_topic(site: Site) -> None:
    topic = await news(site)
    for path in ("/", f"/sujets/{topic}"):
        page = (await site.browser(ME).get(path)).text
        assert f'src="/images/{NAME}" alt="Un « train »" width="640" height="360"' in page


async def test_a_pictures_content_is_kept_for_good_and_asked_for_once(site: Site) -> None:
    await news(site)
    async with site.browser() as browser:
        answer = await browser.get(f"/images/{NAME}")
        assert answer.content == PNG
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "immutable" in answer.headers["cache-control"]
        again = await browser.get(f"/images/{NAME}", headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["0" * 64, "x", NAME[:-1], NAME.upper(), "%2e%2e", "0" * 5000])
async def test_no_such_picture_is_a_missing_page(site: Site, name: str) -> None:
    await news(site)
    assert (await site.browser().get(f"/images/{name}")).status_code == 404


async def test_a_campaign_invites_while_it_runs_and_groups_its_topics(site: Site) -> None:
    new = NewCampaign("Le mois du vélo", "Deux roues.", START, START + DAY)
    campaign = await create_campaign(site.house.database, new, START)
    topic = await news(site, campaign)
    async with site.browser(ME) as browser:
        assert f'href="/campagnes/{campaign}"' in (await browser.get("/")).text
        page = (await browser.get(f"/campagnes/{campaign}")).text
        assert "La ligne rouvre" in page
        assert f'name="next" value="/campagnes/{campaign}#sujet-{topic}"' in page
        assert "Campagne : Le mois du vélo" in text_of((await browser.get(f"/sujets/{topic}")).text)
        site.house.clock[0] = START + DAY
        assert "/campagnes/" not in (await browser.get("/")).text
        assert "campagne terminée" in (await browser.get(f"/campagnes/{campaign}")).text
        assert (await browser.get("/campagnes/99")).status_code == 404


async def test_what_the_region_says_stands_above_the_horizon_and_never_below(site: Site) -> None:
    await news(site)
    await ideas(site)
    region, citizens = (await site.browser(ME).get("/")).text.split('id="idees"')
    assert "La Région informe" in region and "Idée citoyenne" not in region
    assert "Idée citoyenne" in citizens and "La Région informe" not in citizens


async def test_every_topic_says_where_it_stands(site: Site) -> None:
    (idea,) = await ideas(site)
    async with site.browser(ME) as browser:
        page = text_of((await browser.get(f"/sujets/{idea}")).text).split("Où en est-on")[1]
        assert "Idée publiée 15 janvier 2027 0 votant" in page
        due = "Réponse attendue le 27 janvier 2027 au plus tard (encore 12 jours)"
        assert due in page and "à partir de la publication" in page
        await tell_follow_up(site.house.database, FollowUp(idea, HANDED, START, direction="Sports"))
        page = text_of((await browser.get(f"/sujets/{idea}")).text)
        assert "Transmis : Sports" in page and due in page
        answer = FollowUp(idea, ANSWERED, START + DAY, "<b>Oui</b>\nDès mars.", "Sports")
        await tell_follow_up(site.house.database, answer)
        page = (await browser.get(f"/sujets/{idea}")).text
        assert "&lt;b&gt;Oui&lt;/b&gt;" in page and "Réponse attendue" not in page
        assert f'href="/sujets/{idea}#suivi">La Région a répondu' in (await browser.get("/")).text


async def test_what_became_of_a_topic_is_a_part_whose_number_tells_what_is_new(site: Site) -> None:
    (idea,) = await ideas(site)
    numbers = []

    async def part() -> str:
        answer = await site.browser(ME).get(f"/sujets/{idea}/suivi")
        found = re.search(r'data-steps="(\d+)"', answer.text)
        assert answer.status_code == 200 and found is not None and "<html" not in answer.text
        marks = await tallies.marks(site.house.database, [idea])
        assert marks[idea].steps == int(found[1]), "what is told live is what the part says of itself"
        numbers.append(int(found[1]))
        return text_of(answer.text)

    assert "Idée publiée" in await part()
    for at, text in ((START, "Oui, dès mars."), (START + DAY, "Oui, dès avril.")):
        await tell_follow_up(site.house.database, FollowUp(idea, ANSWERED, at, text))
        assert text in await part()
    assert numbers[0] == 0 and len(set(numbers)) == 3
    assert (await site.browser(ME).get("/sujets/999/suivi")).status_code == 404


def topic_of(kind: TopicKind) -> Topic:
    rules = TopicRules(START, None)
    return Topic(1, kind, "Un préau", "", Theme("sport", "Sport"), rules, Provenance.REAL, START)


@pytest.mark.parametrize(
    ("days", "phrase", "n"), [(0, "due", 12), (11, "due", 1), (12, "today", 0), (14, "late", 2)]
)
@pytest.mark.parametrize("kind", [TopicKind.IDEA, TopicKind.DEBATE])
def test_what_citizens_propose_is_due_twelve_days_after_its_publication_whoever_has_it(
    days: int, phrase: str, n: int, kind: TopicKind
) -> None:
    due = Deadline(phrase, n, date(2027, 1, 27), "published")
    handed = FollowUp(1, HANDED, START + 5 * DAY, direction="Sports")
    for told in ([], [handed]):
        assert deadline(topic_of(kind), told, START + days * DAY) == due
    for step in (ANSWERED, FollowUpStep.DECIDED):
        assert deadline(topic_of(kind), [handed, FollowUp(1, step, START, "Oui")], START + days * DAY) is None


@pytest.mark.parametrize("kind", [TopicKind.QUESTION, TopicKind.PROPOSAL, TopicKind.NEWS, TopicKind.ARGUMENT])
def test_anything_else_is_due_once_it_was_handed_over(kind: TopicKind) -> None:
    handed = FollowUp(1, HANDED, START + DAY, direction="Sports")
    assert deadline(topic_of(kind), [], START) is None
    assert deadline(topic_of(kind), [handed], START + DAY) == Deadline("due", 12, date(2027, 1, 28), "handed")


def test_a_day_is_the_regions_own() -> None:
    assert day_of(1_798_757_999_000) == date(2026, 12, 31)
    assert day_of(1_798_758_000_000) == date(2027, 1, 1)


async def test_answers_are_found_by_theme_and_page(site: Site) -> None:
    (health,) = await ideas(site, theme="sante")
    many = await ideas(site, ANSWERS_A_PAGE)
    for at, idea in enumerate((health, *many)):
        await tell_follow_up(site.house.database, FollowUp(idea, ANSWERED, START + at, "Nous le ferons."))
    async with site.browser(ME) as browser:
        pages = [(await browser.get(f"/reponses?page={page}")).text for page in (1, 2, 9)]
        assert [page.count('class="answered"') for page in pages] == [ANSWERS_A_PAGE, 1, 1]
        assert 'href="/reponses?page=2" rel="next"' in pages[0]
        assert "21 idées" in text_of(pages[0])
        page = (await browser.get("/reponses?theme=sante")).text
        assert page.count('class="answered"') == 1 and 'theme=sante" aria-current="true"' in page
        assert (await browser.get("/reponses?theme=nulle")).text.count('class="answered"') == ANSWERS_A_PAGE


async def test_without_answers_the_page_says_so(site: Site) -> None:
    assert "n'a pas encore répondu" in text_of((await site.browser().get("/reponses")).text)


async def test_the_page_of_answers_tells_no_ratio(site: Site) -> None:
    (idea,) = await ideas(site)
    await tell_follow_up(site.house.database, FollowUp(idea, ANSWERED, START, "Oui"))
    page = (await site.browser(ME).get("/reponses")).text
    main = page.split("<main")[1].split("</main>")[0]
    assert "Oui" in main and "data-tally" not in main and "%" not in main


def test_every_step_fault_and_deadline_has_its_sentence() -> None:
    say = load_catalogue().say
    for kind in TopicKind:
        assert say("follow-up", f"asked-{kind}")
    for step in set(FollowUpStep) - {FollowUpStep.ASKED}:
        assert say("follow-up", step)
    assert say("follow-up", f"{HANDED}-to", direction="Sports")
    assert all(say("follow-up", phrase, 2, day="demain") for phrase in ("due", "today", "late"))
    assert all(say("answer-runs", since) for since in ("published", "handed"))
    assert all(say("questionnaire-fault", fault) for fault in StepFault)


async def test_what_the_region_tells_is_blue_wherever_it_is_listed_and_an_idea_nowhere(site: Site) -> None:
    [idea], told = await ideas(site), await news(site)
    for voter in range(ME, ME + 30):
        for topic in (idea, told):
            await site.house.vote(topic, device(voter), Sign.PLUS)
    async with site.browser(ME) as browser:
        for path in ("/recherche", "/mes-votes", "/"):
            page = (await browser.get(path)).text
            shown = re.findall(r'<article class="topic ([^"]+)" id="sujet-(\d+)"', page)
            looks = {int(topic): look for look, topic in shown}
            assert "on-sky" in looks[told] and "on-sky" not in looks[idea], path
        listed = (
            (await browser.get("/statistiques")).text.split('data-list="most-voted"')[1].split("</ol>")[0]
        )
        entries = {
            int(topic): rest for topic, rest in re.findall(r'/sujets/(\d+)"(.*?)</li>', listed, re.DOTALL)
        }
        assert "La Région" in entries[told] and "La Région" not in entries[idea]
        for topic in (idea, told):
            embedded = (await browser.get(f"/integrer/{topic}")).text
            assert ("card on-sky" in embedded) == (topic == told)
