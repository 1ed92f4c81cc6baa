"""What one has voted on. The list of it lives on the device; the server finds what it can by the voter's keys."""

from collections.abc import Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from realtime.refusals import Refusal
from storage.ballots import own_signs
from storage.follow_up import latest_answers
from storage.merging import merged_topics
from storage.own_votes import voted_on
from storage.topics import get_topics
from storage.values import Topic, TopicState
from web.citizen.topic import bring_votes
from web.citizen.visit import Visit, read_form, visit
from web.forms import read_page, read_topics

VOTES_A_PAGE = 20

PRIVATE = {"cache-control": "no-store"}


async def my_votes(request: Request) -> Response:
    visitor = await visit(request)
    services = visitor.services
    await bring_votes(request, visitor)
    found = await voted_on(services.database, services.keys, visitor.device)
    topics = await get_topics(services.database, sorted(found, reverse=True))
    gone = await merged_topics(services.database, found)
    own = [topic for topic in _in_view(topics) if topic.id not in gone]
    topics = _in_order(own, visitor.now)
    pages = max(1, -(-len(topics) // VOTES_A_PAGE))
    page = min(read_page(request.query_params), pages)
    shown = topics[(page - 1) * VOTES_A_PAGE : page * VOTES_A_PAGE]
    context = visitor.context(
        **await _rows(visitor, shown),
        known=[topic.id for topic in topics],
        page=page,
        pages=pages,
        next=_next(page),
    )
    return visitor.pages.page("mine.html", context)


async def my_rows(request: Request) -> Response:
    """The rows of topics that the device remembers, in its order: a part of the page."""
    visitor = await visit(request)
    asked = read_topics(await read_form(request))
    found = {topic.id: topic for topic in _in_view(await get_topics(visitor.services.database, asked))}
    rows = await _rows(visitor, [found[id] for id in asked if id in found])
    context = visitor.context(**rows, next=_next(1))
    return visitor.pages.page("parts/mine_rows.html", context, headers=PRIVATE)


async def _rows(visitor: Visit, topics: list[Topic]) -> dict[str, Any]:
    """What the rows of these topics show; ``above`` are the topics under which arguments stand."""
    database = visitor.services.database
    parents = await get_topics(database, {topic.parent for topic in topics if topic.parent is not None})
    return {
        "cards": await visitor.cards(topics),
        "answers": await latest_answers(database, [topic.id for topic in topics]),
        "above": {topic.id: topic for topic in parents},
    }


async def my_signs(request: Request) -> Response:
    """How this visitor's votes stand: {"signs": {topic: sign}}, without the topics that have no ballot."""
    visitor = await visit(request)
    if not request.state.has_cookie:
        return visitor.pages.refusal(400, Refusal.UNKNOWN_VOTER)
    asked = read_topics(await read_form(request))
    signs = await own_signs(visitor.services.database, visitor.services.keys, visitor.device, asked)
    return JSONResponse({"signs": {str(id): int(sign) for id, sign in signs.items()}}, headers=PRIVATE)


def _in_view(topics: Iterable[Topic]) -> list[Topic]:
    """Of what was taken out of view the text is not shown either."""
    return [topic for topic in topics if topic.withdrawn_at is None]


def _in_order(topics: Iterable[Topic], now: int) -> list[Topic]:
    """What is still open first; within that as it came, the newest first."""
    return sorted(topics, key=lambda topic: topic.rules.state(now) is not TopicState.OPEN)


def _next(page: int) -> str:
    return "/mes-votes" if page == 1 else f"/mes-votes?page={page}"
