"""An evening when it is over, for everybody and for the press: its results, its course, its pictures."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from realtime.disclosure import RATIO_FROM, View
from realtime.tally import Counts
from storage.halls import halls_of
from storage.photos import photos_of
from storage.stages import Stage
from storage.time_line import hall_releases, moments
from storage.topics import get_topics
from storage.values import Caveat, Topic, caveats_of
from storage.values_events import Event
from storage.values_show import Mode
from web.citizen.cards import Card
from web.citizen.for_all import Shown
from web.citizen.local_time import here
from web.citizen.visit import Visit
from web.csv_text import Value, csv_bytes
from web.press_chart import Bar, chart

_COLUMNS = ("question", "vote", "when", "caveats", "where", "voters", "plus", "minus", "share")

_OF_TWO = ("before", "after")
_OF_MORE = ("first", "second", "third", "fourth", "fifth")


@dataclass(frozen=True, slots=True)
class Round:
    """A question of the evening with its votes, one or more, in the order in which they were asked."""

    cards: tuple[Card, ...]

    @property
    def card(self) -> Card:
        """The vote that was asked last."""
        return self.cards[-1]

    @property
    def caveats(self) -> tuple[Caveat, ...]:
        return caveats_of(card.topic.provenance for card in self.cards)

    def name_of(self, card: Card, say: Callable[..., str]) -> str:
        """Which of its votes this is, in the words of the catalogue; nothing where it is alone."""
        if len(self.cards) == 1:
            return ""
        names, place = _OF_TWO if len(self.cards) == 2 else _OF_MORE, self.cards.index(card)
        return say("press", names[place]) if place < len(names) else say("press", "nth", n=place + 1)


def is_over(stage: Stage, now: int) -> bool:
    return stage.show.mode is Mode.OVER and now >= stage.show.at


async def rounds_of(visitor: Visit, stage: Stage) -> list[Round]:
    """The questions of the evening, each with all its votes."""
    asked = [[step.topic for step in rounds if step.topic is not None] for rounds in stage.questions]
    topics = await in_view(visitor, [topic for votes in asked for topic in votes])
    cards = {card.topic.id: card for card in await visitor.cards(topics)}
    found = [tuple(cards[topic] for topic in votes if topic in cards) for votes in asked]
    return [Round(votes) for votes in found if votes]


async def in_view(visitor: Visit, ids: list[int]) -> list[Topic]:
    """Those of these topics that were not taken out of view."""
    found = await get_topics(visitor.services.database, ids)
    return [topic for topic in found if topic.withdrawn_at is None]


async def over_page(visitor: Visit, stage: Stage) -> Shown:
    """The event's page from its end on: what has ended looks alike to whoever took part and whoever did not."""
    rounds = await rounds_of(visitor, stage)
    cards = [card for round in rounds for card in round.cards]
    own = [card.topic.ballots for card in cards if card.topic.rules.depends_on_vote(visitor.now)]
    return Shown("event_over.html", await _context(visitor, stage, rounds), frozenset().union(*own))


async def press_page(visitor: Visit, stage: Stage) -> Response:
    rounds = await rounds_of(visitor, stage)
    return visitor.pages.page("event_press.html", await _context(visitor, stage, rounds))


async def _context(visitor: Visit, stage: Stage, rounds: list[Round]) -> dict[str, object]:
    database, event = visitor.services.database, stage.event
    asked = [card.topic.provenance for round in rounds for card in round.cards]
    return visitor.context(
        event=event,
        caveats=caveats_of([event.provenance, *asked]),
        starts=here(event.began_at or event.starts_at),
        halls=(await halls_of(database, [event.id]))[event.id],
        rounds=rounds,
        photos=[photo.picture for photo in await photos_of(database, event.id)],
        press=visitor.services.site.press_contact,
    )


async def course(visitor: Visit, stage: Stage) -> Response:
    """The course of each vote as it was published: the headline's moments and the halls' releases."""
    database, keys = visitor.services.database, visitor.services.keys
    told = []
    for card in [card for round in await rounds_of(visitor, stage) for card in round.cards]:
        if card.view is not View.RESULTS:
            continue
        topic = card.topic
        past = await moments(database, keys, topic.id)
        halls = await hall_releases(database, topic.id)
        told.append(
            {
                "topic": topic.id,
                "from": topic.rules.opens_at,
                "until": topic.rules.closes_at or visitor.now,
                "moments": [[one.at, one.counts.plus, one.counts.minus] for one in past],
                "halls": [
                    [at, hall, *((None, None) if counts is None else counts)] for at, hall, counts in halls
                ],
            }
        )
    return JSONResponse({"topics": told}, headers={"cache-control": "private, no-cache"})


# --- for the press


async def figures(visitor: Visit, stage: Stage) -> Response:
    """All figures of the evening as a table for spreadsheets."""
    say = visitor.pages.catalogue.say
    head = [say("press", name) for name in _COLUMNS]
    rows: list[list[Value]] = []
    for round in await rounds_of(visitor, stage):
        for card in round.cards:
            rows += _figures(visitor, stage.event, card, round.name_of(card, say))
    name = re.sub(r"[^a-z0-9]+", "-", stage.event.name.lower()).strip("-")[:40] or "soiree"
    headers = {
        "content-disposition": f'attachment; filename="{name}.csv"',
        "cache-control": "private, no-cache",
    }
    return Response(csv_bytes(head, rows), media_type="text/csv; charset=utf-8", headers=headers)


def _figures(visitor: Visit, event: Event, card: Card, vote: str) -> list[list[Value]]:
    say = visitor.pages.catalogue.say
    when = here(card.topic.rules.opens_at).strftime("%d/%m/%Y %H:%M")
    caveats = ", ".join(_caveats(visitor, event, card)) or None
    first: list[Value] = [card.topic.title, vote or None, when, caveats]
    if card.is_hidden or card.tally.headline is None:
        return [[*first, say("press", "all"), card.tally.voters, None, None, None]]
    share = None if card.in_fog else _per_cent(card.share.counts)
    plus, minus = card.tally.headline
    rows = [[*first, say("press", "all"), card.tally.voters, plus, minus, share]]
    for name, column in card.by_hall:
        if column.share is None:
            rows.append([*first, name, None, None, None, None])
        else:
            counts = column.share.counts
            rows.append([*first, name, counts.voters, counts.plus, counts.minus, _per_cent(counts)])
    return rows


def _caveats(visitor: Visit, event: Event, card: Card) -> list[str]:
    """What is not real about a vote's figures, in words: they are read away from the page that says so."""
    told = caveats_of([event.provenance, card.topic.provenance])
    return [visitor.pages.catalogue.say("provenance", caveat) for caveat in told]


def _per_cent(counts: Counts) -> float:
    return round(100 * counts.plus / counts.voters, 1)


async def press_chart(visitor: Visit, stage: Stage, topic_id: int) -> Response:
    """The chart of one vote, as SVG."""
    rounds = await rounds_of(visitor, stage)
    say = visitor.pages.catalogue.say
    asked = {card.topic.id: (card, round.name_of(card, say)) for round in rounds for card in round.cards}
    card, vote = asked.get(topic_id, (None, ""))
    if card is None or card.is_hidden:
        raise HTTPException(404)
    catalogue = visitor.pages.catalogue
    source = say("press", "source", day=catalogue.day(here(card.topic.rules.opens_at).date()))
    title = card.topic.title
    if vote:
        title = say("press", "titled", title=title, vote=vote)
    drawn = chart(title, bars_of(visitor, card), source, " · ".join(_caveats(visitor, stage.event, card)))
    headers = {"content-disposition": f'inline; filename="question-{topic_id}.svg"'}
    return Response(
        drawn, media_type="image/svg+xml", headers=headers | {"cache-control": "private, no-cache"}
    )


def bars_of(visitor: Visit, card: Card) -> list[Bar]:
    """All voters, then each hall; a ratio is drawn from ten voters on."""
    catalogue = visitor.pages.catalogue
    everybody = catalogue.say("press", "all")
    told = catalogue.voters(card.tally.voters)
    if card.tally.voters < RATIO_FROM:
        bars = [Bar(everybody, told)]
    else:
        share = card.share
        bars = [
            Bar(everybody, told, catalogue.percent(share.plus), catalogue.percent(share.minus), share.ratio)
        ]
    for name, column in card.by_hall:
        if column.share is None:
            bars.append(Bar(name, catalogue.say("live", "too-few")))
            continue
        voters, plus, minus = column.share.counts.voters, column.share.plus, column.share.minus
        bars.append(
            Bar(
                name,
                catalogue.voters(voters),
                catalogue.percent(plus),
                catalogue.percent(minus),
                column.share.ratio,
            )
        )
    return bars
