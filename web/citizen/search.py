"""The search: a form of addresses, its results as the known cards, and what is like a text as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from realtime.refusals import Refusal
from realtime.tally import Departement
from storage.search import find
from storage.topics import list_themes
from storage.values import TopicState
from storage.values_search import Answer, Order, Page, Query, Who
from web.citizen.again import retry_after
from web.citizen.cards import Card
from web.citizen.posting import Alike, alike
from web.citizen.visit import Visit, visit
from web.forms import read_page, trimmed
from web.network import network_of
from web.written import language_written

ADDRESS = "/recherche"
LONGEST_WORDS = 140
MOST_ALIKE = 5
ALIKE_SECONDS = 30

STATES = (TopicState.OPEN, TopicState.CLOSED)

_Choice = TypeVar("_Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Filter:
    """``name`` of a field of the query, what is ``chosen`` in it, and the ``address`` without it."""

    name: str
    chosen: str
    address: str


@dataclass(frozen=True, slots=True)
class Results:
    """What the page shows: the ``query`` as it was understood, and what was found."""

    query: Query
    found: Page
    cards: list[Card]

    @property
    def filters(self) -> list[Filter]:
        """What narrows or orders the results besides words, each with the address of the search without it."""
        query, plain = self.query, Query()
        return [
            Filter(name, str(chosen), search_address(replace(query, **{name: getattr(plain, name)})))
            for name in ("theme", "state", "who", "departement", "answer", "order")
            if (chosen := getattr(query, name)) != getattr(plain, name)
        ]

    @property
    def without_filters(self) -> str:
        """The address of the same words, everywhere."""
        return search_address(Query(self.query.words))

    def address(self, page: int) -> str:
        """Of another page of the same results."""
        return search_address(self.query, page)


def read_query(asked: Mapping[str, object], themes: frozenset[str]) -> Query:
    """What an address asks for (pure); what is unknown in it is as if it were not there."""
    theme = trimmed(asked, "theme")
    state = _one_of(TopicState, trimmed(asked, "etat"))
    order = _one_of(Order, trimmed(asked, "tri")) or Order.RECENT
    if state not in STATES:
        state = None
    if state is TopicState.CLOSED and order is Order.CLOSING:  # what has closed does not close soon
        order = Order.RECENT
    return Query(
        words=" ".join(trimmed(asked, "mots").split())[:LONGEST_WORDS],
        theme=theme if theme in themes else None,
        state=state,
        who=_one_of(Who, trimmed(asked, "qui")),
        departement=_one_of(Departement, trimmed(asked, "departement")),
        answer=_one_of(Answer, trimmed(asked, "reponse")),
        order=order,
        page=read_page(asked),
    )


def search_address(query: Query, page: int = 1) -> str:
    """The address of a search, without what is not asked for."""
    parts: dict[str, object] = {
        "mots": query.words,
        "theme": query.theme,
        "etat": query.state,
        "qui": query.who,
        "departement": query.departement,
        "reponse": query.answer,
        "tri": query.order if query.order is not Order.RECENT else None,
        "page": page if page > 1 else None,
    }
    said = urlencode({name: str(value) for name, value in parts.items() if value}, quote_via=quote)
    return f"{ADDRESS}?{said}" if said else ADDRESS


async def search_page(request: Request) -> Response:
    """What was found; who searches too fast keeps the words, and is told to wait."""
    visitor = await visit(request)
    database = visitor.services.database
    themes = await list_themes(database, retired=True)
    query = read_query(request.query_params, frozenset(theme.slug for theme in themes))
    again = _wait(request, visitor)
    results = None
    if again is None:
        found = await find(database, query, visitor.now)
        results = Results(query, found, await visitor.cards(found.topics))
    sections = visitor.pages.catalogue.sections
    words = {
        "theme": {theme.slug: visitor.pages.catalogue.theme(theme) for theme in themes},
        "departement": sections["departement"],
        **{name: sections[f"search-{name}"] for name in ("state", "who", "answer", "order")},
    }
    return visitor.pages.page(
        "search.html",
        visitor.context(query=query, results=results, words_of=words),
        status=200 if again is None else 429,
        headers=retry_after(again, visitor.now),
    )


async def similar_topics(request: Request) -> Response:
    """Up to five of citizens' open topics like ``texte``, for whoever is writing it."""
    visitor = await visit(request)
    again = _wait(request, visitor)
    if again is not None:
        refusal = visitor.pages.refusal(429, Refusal.TOO_FAST)
        refusal.headers.update(retry_after(again, visitor.now))
        return refusal
    found = await alike(visitor, trimmed(request.query_params, "texte"), MOST_ALIKE)
    headers = {"cache-control": f"private, max-age={ALIKE_SECONDS}"}
    return JSONResponse([_plain(one) for one in found], headers=headers)


def _wait(request: Request, visitor: Visit) -> int | None:
    device = visitor.device if request.state.has_cookie else None
    return visitor.services.searches.wait(device, network_of(request), visitor.now)


def _plain(one: Alike) -> dict[str, object]:
    topic = one.topic
    return {
        "id": topic.id,
        "title": topic.title,
        "language": language_written(topic.title),
        "voters": one.voters,
        "url": f"/sujets/{topic.id}",
    }


def _one_of(choices: type[_Choice], text: str) -> _Choice | None:
    return choices(text) if text in set(choices) else None
