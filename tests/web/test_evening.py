"""An evening when it is over: its course as it was published, its photographs, and what the press takes along."""

import re
from dataclasses import replace
from html import unescape
from typing import cast
from xml.etree import ElementTree  # what is read here was written here

import pytest

from realtime.disclosure import ResultPolicy
from realtime.tally import Sign
from storage.event_steps import add_step
from storage.photos import drop_photo, keep_photo, photos_of
from storage.stages import get_stage
from storage.topics import mark, withdraw_topic
from storage.values import CastVote, Provenance, Receipt
from storage.values_events import StepContent, StepKind
from storage.values_news import Picture
from storage.values_show import Gesture
from tests.shows import METZ, QUESTION, REIMS, THANKS, Launch, launch
from tests.storage.house import device
from tests.web.conftest import Site
from web.catalogue import Language, load_catalogue
from web.citizen.cards import Card
from web.citizen.evening import Round
from web.made_once import HOLDS_MS
from web.press_chart import Bar, chart


async def goes(site: Site, show: Launch, gesture: Gesture) -> None:
    stage = await get_stage(show.database, show.event)
    assert stage is not None
    site.house.clock[0] = (await show.goes(gesture, site.house.clock[0], upon=stage.show.number)).at


async def evening(
    site: Site, question: StepContent = QUESTION, provenance: Provenance = Provenance.REAL
) -> tuple[Launch, int]:
    """An event in which 20 of Metz voted +, 6 of Reims −, and that is over."""
    house = site.house
    show = await launch(house.database, house.keys, house.clock[0], question, THANKS, provenance=provenance)
    await goes(site, show, Gesture.LAUNCH)
    stage = await get_stage(show.database, show.event)
    assert stage is not None and stage.steps[0].topic is not None
    topic = stage.steps[0].topic
    for number in range(26):
        site.house.clock[0] += 2_000
        hall, sign = (METZ, Sign.PLUS) if number < 20 else (REIMS, Sign.MINUS)
        cast = CastVote(topic, device(number), sign, f"op-evening-{number}", hall)
        assert isinstance(await site.house.box.cast(cast), Receipt)
    await goes(site, show, Gesture.STOP)
    return show, topic


async def asked_thrice(site: Site, named: tuple[int, int]) -> tuple[Launch, list[int]]:
    """An event whose question is asked again twice, after another one; its three votes, then the other's."""
    other = replace(QUESTION, title="Et le dimanche ?")
    show = await launch(site.house.database, site.house.keys, site.house.clock[0], QUESTION, other)
    again = [StepContent(StepKind.TOPIC, again=place) for place in named]
    for number, content in enumerate((*again, StepContent(StepKind.RESULTS))):
        if content.again is not None:
            content = replace(content, again=show.steps[content.again])
        step = await add_step(
            show.database, show.event, content, op=f"op-{number}", by=show.by, now=site.house.clock[0]
        )
        assert isinstance(step, int)
        show.steps.append(step)
    for gesture in (Gesture.LAUNCH, *[Gesture.NEXT] * 4):
        await goes(site, show, gesture)
    stage = await get_stage(show.database, show.event)
    assert stage is not None
    votes = [stage.steps[place].topic for place in (0, 2, 3, 1)]
    return show, [topic for topic in votes if topic is not None]


@pytest.mark.parametrize("named", [(0, 2), (0, 0)], ids=["a chain", "a fan"])
async def test_a_question_asked_three_times_has_each_of_its_votes_once(
    site: Site, named: tuple[int, int]
) -> None:
    show, votes = await asked_thrice(site, named)
    path, browser = f"/evenements/{show.event}", site.browser()
    scene = (await browser.get(f"{path}/scene")).text
    assert re.findall(r'<section class="topic round-standing"[^>]* data-topic="(\d+)"', scene) == [
        str(topic) for topic in votes[1:3]
    ]
    assert labels(scene) == ["Avant l'échange", "Après l'échange"]
    await goes(site, show, Gesture.STOP)
    names = ["Premier vote", "Deuxième vote", "Troisième vote"]
    over = (await browser.get(path)).text
    assert over.count('<article class="round">') == 2 and labels(over) == names
    assert [int(topic) for topic in re.findall(r'data-replay="(\d+)"', over)] == votes
    press = (await browser.get(f"{path}/presse")).text
    assert labels(press) == names
    drawn = [int(topic) for topic in re.findall(r'/presse/(\d+)\.svg" alt', press)]
    assert drawn == votes
    rows = (await browser.get(f"{path}/presse/resultats.csv")).content.decode("utf-8-sig").splitlines()
    told = [row.split(";")[:2] for row in rows if ";Ensemble;" in row]
    assert told == [*([QUESTION.title, name] for name in names), ["Et le dimanche ?", ""]]
    chart_of_third = (await browser.get(f"{path}/presse/{votes[2]}.svg")).text
    assert f"<title>{QUESTION.title} (Troisième vote)</title>" in chart_of_third
    course = (await browser.get(f"{path}/deroule.json")).json()["topics"]
    assert [one["topic"] for one in course] == votes
    await site.house.database.write(
        lambda connection: withdraw_topic(connection, votes[0], site.house.clock[0])
    )
    press = (await browser.get(f"{path}/presse")).text
    assert labels(press) == ["Avant l'échange", "Après l'échange"]


def labels(page: str) -> list[str]:
    return [unescape(told) for told in re.findall(r'<p class="round-label">([^<]*)</p>', page)]


@pytest.mark.parametrize("language", Language)
def test_however_often_a_question_is_asked_its_votes_have_names_of_their_own(language: Language) -> None:
    say = load_catalogue(language).say
    for votes in (2, 3, 7):
        cards = tuple(cast(Card, object()) for _ in range(votes))
        assert len({Round(cards).name_of(card, say) for card in cards}) == votes


async def test_the_course_tells_what_was_published_and_when(site: Site) -> None:
    show, topic = await evening(site)
    (told,) = (await site.browser().get(f"/evenements/{show.event}/deroule.json")).json()["topics"]
    assert told["topic"] == topic and told["from"] < told["until"]
    assert [row[1:] for row in told["halls"]] == [["metz", 10, 0], ["metz", 20, 0]]
    assert all(told["from"] <= at <= told["until"] for at, *_ in told["moments"])
    assert sum(told["moments"][-1][1:]) >= 10


async def test_nothing_of_an_evening_is_told_before_it_is_over(site: Site) -> None:
    show = await launch(site.house.database, site.house.keys, site.house.clock[0], QUESTION)
    for part in ("deroule.json", "presse", "presse/resultats.csv", "presse/1.svg"):
        assert (await site.browser().get(f"/evenements/{show.event}/{part}")).status_code == 404
    await goes(site, show, Gesture.LAUNCH)
    assert (await site.browser().get(f"/evenements/{show.event}/presse")).status_code == 404


async def test_the_press_page_has_the_figures_and_a_chart_of_each_question(site: Site) -> None:
    show, topic = await evening(site)
    site.deploy(replace(site.services[0].site, press_contact="presse@grandest.fr"))
    told = (await site.browser().get(f"/evenements/{show.event}/presse")).text
    assert "presse@grandest.fr" in told and f"/presse/{topic}.svg" in told
    drawn = (await site.browser().get(f"/evenements/{show.event}/presse/{topic}.svg")).text
    texts = [element.text for element in ElementTree.fromstring(drawn).iter() if element.text]
    assert "Metz" in texts and "77\u202f%" in [(text or "").replace("+ ", "") for text in texts]
    assert any("encore" in (text or "") or "peu" in (text or "") for text in texts), "Reims has 6 voters"
    assert (await site.browser().get(f"/evenements/{show.event}/presse/9999.svg")).status_code == 404


async def test_the_figures_are_a_table_for_spreadsheets(site: Site) -> None:
    formula = replace(QUESTION, title="=1+1 ?")
    show, _ = await evening(site, formula)
    answer = await site.browser().get(f"/evenements/{show.event}/presse/resultats.csv")
    rows = answer.content.decode("utf-8-sig").splitlines()
    assert rows[0].startswith("Question;") and len(rows) == 6
    assert rows[1].startswith("'=1+1 ?;") and rows[1].endswith(";Ensemble;26;20;6;76,9")
    metz = next(row for row in rows if ";Metz;" in row)
    assert metz.endswith(";20;20;0;100,0")
    assert next(row for row in rows if ";Reims;" in row).endswith(";Reims;;;;")


MARKS = {"Démonstration", "Votes simulés"}


@pytest.mark.parametrize(
    ("event", "topic", "marks"),
    [
        (Provenance.REAL, Provenance.REAL, set()),
        (Provenance.REAL, Provenance.SIMULATED, MARKS),
        (Provenance.DEMONSTRATION, Provenance.DEMONSTRATION, {"Démonstration"}),
        (Provenance.DEMONSTRATION, Provenance.SIMULATED, MARKS),
        (Provenance.SIMULATED, Provenance.SIMULATED, MARKS),
    ],
)
async def test_what_is_not_real_is_told_once_wherever_figures_are(
    site: Site, event: Provenance, topic: Provenance, marks: set[str]
) -> None:
    show, asked = await evening(site, provenance=event)
    if topic is not event:  # what it asks is of its kind
        await mark(show.database, [asked], topic)

    async def told(part: str) -> str:
        return (await site.browser().get(f"/evenements/{show.event}{part}")).text.replace("\xa0", " ")

    for part in ("", "/presse"):
        page = await told(part)
        assert {one: page.count(f'class="provenance">{one}<') for one in MARKS} == {
            one: int(one in marks) for one in MARKS
        }
    press = await told("/presse")
    is_simulated = "Votes simulés" in marks
    assert ("comprennent des votes simulés" in press) is is_simulated
    assert ("des personnes qui ont voté dans les salles" in press) is not is_simulated
    drawn = ElementTree.fromstring(await told(f"/presse/{asked}.svg"))
    stands = [element.text for element in drawn.iter() if element.tag.endswith("}text")]
    assert (" · ".join(sorted(marks)) in stands) is bool(marks)
    head, *rows = (await told("/presse/resultats.csv")).splitlines()
    column = head.split(";").index("Remarque")
    assert {row.split(";")[column] for row in rows} == {", ".join(sorted(marks))}


async def test_a_question_taken_out_of_view_is_nowhere(site: Site) -> None:
    show, topic = await evening(site)
    now = site.house.clock[0]
    await site.house.database.write(lambda connection: withdraw_topic(connection, topic, now))
    for part in ("", "/presse", "/presse/resultats.csv", "/deroule.json"):
        assert "des trains la nuit" not in (await site.browser().get(f"/evenements/{show.event}{part}")).text


async def test_results_for_the_close_are_there_after_it(site: Site) -> None:
    show, topic = await evening(site, replace(QUESTION, results=ResultPolicy.AT_CLOSE))
    told = (await site.browser().get(f"/evenements/{show.event}/presse/{topic}.svg")).text
    assert "Metz" in told


async def test_photographs_hang_on_the_page_of_the_evening(site: Site) -> None:
    show, _ = await evening(site)
    picture = Picture("a" * 64, "La salle de Metz, debout", 640, 360)
    for _ in range(2):
        kept = await keep_photo(
            show.database, show.event, picture, b"RIFF", op="op-photo", by=show.by, now=site.house.clock[0]
        )
        assert kept
    wordless = replace(picture, alt="")
    assert not await keep_photo(
        show.database, show.event, wordless, b"RIFF", op="op-other", by=show.by, now=1
    )
    told = (await site.browser().get(f"/evenements/{show.event}")).text
    assert told.count('class="photo"') == 1 and 'alt="La salle de Metz, debout"' in told
    assert (await site.browser().get(f"/images/{'a' * 64}")).content == b"RIFF"
    (photo,) = await photos_of(show.database, show.event)
    await drop_photo(show.database, show.event, photo.id, by=show.by, now=2)
    assert (await site.browser().get(f"/images/{'a' * 64}")).status_code == 404


async def test_a_stream_is_framed_only_where_its_site_is_allowed(site: Site) -> None:
    stream = StepContent(StepKind.STREAM, "Le direct", stream="https://video.example/live")
    show = await launch(site.house.database, site.house.keys, site.house.clock[0], stream)
    await goes(site, show, Gesture.LAUNCH)
    path = f"/evenements/{show.event}"
    assert "<iframe" not in (await site.browser().get(path)).text
    site.deploy(replace(site.services[0].site, stream_sites=("https://video.example",)))
    site.house.clock[0] += HOLDS_MS
    assert 'src="https://video.example/live"' in (await site.browser().get(path)).text


@pytest.mark.parametrize("text", ["<script>", 'a "b" & c', "x" * 140])
def test_a_chart_is_well_formed_whatever_is_asked(text: str) -> None:
    bars = [Bar("Ensemble", "3 votants"), Bar(text, "10 votants", "60 %", "40 %", 0.6)]
    found = ElementTree.fromstring(chart(text, bars, "source"))
    title = found.find("{http://www.w3.org/2000/svg}title")
    assert title is not None and title.text == text
